"""The preview of a layout: its page with guides, for the longest, the shortest and one person."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest
from line_fixtures import SAMPLE, cli
from test_layout_files import layout_file

from kouki_print.base.resources import layout_dir
from kouki_print.job.preview_examples import LONGEST, SHORTEST, USUAL
from kouki_print.page.fields import FIELD_JA

pytest_plugins = ("line_fixtures",)


def test_a_preview_shows_the_page_with_its_guides(tmp_path: Path) -> None:
    out = tmp_path / "out"
    result = cli("layout", "preview", str(layout_dir() / "notice.toml"), "--out", str(out))
    assert result.exit_code == 0, result.output
    sides = [f"{name}_{side}.png" for name in ("longest", "shortest", "person") for side in ("front", "back")]
    assert {path.name for path in out.iterdir()} == {"preview.pdf", "fields.png", *sides}
    with pdfium.PdfDocument(out / "preview.pdf") as document:
        texts = [page.get_textpage().get_text_range() for page in document]
        assert document[0].get_size() == pytest.approx((242 * 72 / 25.4, 329 * 72 / 25.4), abs=0.1)
    assert len(texts) == 7
    for bind in ("to_place 11pt", "name 16pt", "insured_number 15pt"):
        assert all(bind in text for text in texts[:6:2]), bind
    for words_shown in (
        "照合コード qr",
        "カスタマバーコード barcode",
        "面 address",
        "窓からいつも見える",
        "210",
    ):
        assert words_shown in texts[0]
    texts = ["".join(text.split()) for text in texts]  # vertical words come in pieces
    assert "アレクサンドリナ" in texts[0] and "転送不要" in texts[0]
    assert "東一" in texts[2] and "転送不要" not in texts[2]
    assert "見本花子" in texts[4] and "見本市" in texts[4]
    assert "被保険者番号" in texts[6] and "insured_number" in texts[6]


def test_a_preview_of_a_job_shows_its_people(tmp_path: Path) -> None:
    out = tmp_path / "out"
    layout = str(layout_dir() / "certificate_mount.toml")
    result = cli("layout", "preview", layout, "--job", str(SAMPLE), "--out", str(out))
    assert result.exit_code == 0, result.output
    assert (out / "person_front.png").stat().st_size > 10_000
    result = cli(
        "layout", "preview", layout, "--job", str(SAMPLE), "--insured", "00000000", "--out", str(out)
    )
    assert "印刷する人の中に、この番号の人がいません" in result.output


def test_a_text_without_room_is_told_and_shown(tmp_path: Path) -> None:
    path = layout_file(tmp_path, "width = 60", "width = 20")
    result = cli("layout", "preview", str(path), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert "お知らせ: いちばん長い文字: 氏名は枠に入りません（あと " in result.output
    with pdfium.PdfDocument(tmp_path / "out" / "preview.pdf") as document:
        assert len(document) == 4  # the back has nothing on it
        assert "入りません（あと " in document[0].get_textpage().get_text_range()


def test_the_longest_are_shown_without_what_must_not_be_there_too(tmp_path: Path) -> None:
    more = 'min_condense = 50\nmin_size = 9\nwhen = "not no_forward"'
    path = layout_file(tmp_path, "size = 12", f"size = 12\n{more}")
    assert cli("layout", "preview", str(path), "--out", str(tmp_path / "out")).exit_code == 0
    with pdfium.PdfDocument(tmp_path / "out" / "preview.pdf") as document:
        shown = ["アレクサンドリナ" in page.get_textpage().get_text_range() for page in document]
    assert shown == [False, True, False, False, False]
    assert (tmp_path / "out" / "longest_not_front.png").is_file()


def test_a_text_that_is_not_shown_need_not_fit(tmp_path: Path) -> None:
    path = layout_file(tmp_path, "size = 12", 'size = 12\nwhen = "not no_forward"')
    result = cli("layout", "preview", str(path), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0
    assert [line for line in result.output.splitlines() if "枠に" in line] == [
        "お知らせ: いちばん長い文字（not の条件）: 氏名は枠に入りません（あと 72.1 mm）"
    ]


def test_what_a_document_lacks_is_told(tmp_path: Path) -> None:
    result = cli("layout", "preview", str(layout_file(tmp_path)), "--out", str(tmp_path / "out"))
    for lacking in (
        "表の照合コード（[front.qr]）",
        "裏の照合コード（[back.qr]）",
        "被保険者番号（insured_number）",
    ):
        assert f"お知らせ: 書類の様式としては、{lacking}がまだありません。" in result.output
    result = cli(
        "layout", "preview", str(layout_dir() / "envelope_naga3.toml"), "--out", str(tmp_path / "out")
    )
    assert result.exit_code == 0 and "お知らせ" not in result.output  # no document, and the folder is its own


def test_words_beside_the_folder_of_the_layout_are_found(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mine.txt").write_text("わたしの文面", encoding="utf-8")
    (tmp_path / "art").mkdir()
    path = layout_file(tmp_path / "art", 'text = "見出し"', 'words = "mine"')
    assert cli("layout", "preview", str(path), "--out", str(tmp_path / "out")).exit_code == 0
    with pdfium.PdfDocument(tmp_path / "out" / "preview.pdf") as document:
        assert "わたしの文面" in document[0].get_textpage().get_text_range()


def test_nothing_of_others_is_written_over(tmp_path: Path) -> None:
    path = layout_file(tmp_path)
    (tmp_path / "file").write_text("x")
    for out, message in (
        (tmp_path, "別のファイルがあります"),
        (tmp_path / "file", "フォルダーではありません"),
    ):
        result = cli("layout", "preview", str(path), "--out", str(out))
        assert result.exit_code == 1 and message in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--insured", "12345678"], "ジョブがないので、この番号の人を選べません。"),
        (["--preset", "r99"], "年度の規則「r99」がありません。"),
    ],
)
def test_a_preview_that_cannot_be_made_says_why(tmp_path: Path, options: list[str], message: str) -> None:
    result = cli("layout", "preview", str(layout_file(tmp_path)), "--out", str(tmp_path / "out"), *options)
    assert result.exit_code == 1 and message in result.output
    assert not (tmp_path / "out").exists()


def test_the_examples_fill_every_field_that_is_never_empty() -> None:
    for texts in (LONGEST, SHORTEST, USUAL):
        assert set(texts) == set(FIELD_JA)
    assert [name for name, text in LONGEST.items() if not text] == []
    assert all(len(LONGEST[name]) >= len(text) for name, text in SHORTEST.items())
