"""Labels: each box says what is in it, each number can be read by a machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pypdfium2 as pdfium
import pytest
import zxingcpp
from line_fixtures import Finished, cli, finished
from small_job import JOB, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.job.units.labels import check_box_label
from kouki_print.order.load import load_order
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.type.fonts import Style

pytest_plugins = ("line_fixtures",)
NUMBERS = "市町村コード,開始番号,終了番号\n47213,24680135793,24680136003\n"  # 24680-13579 to 24680-13600
LIMITS = '[boxes]\nmax_pieces = 3\n[printing]\nregistered_start = "A"\nregistered_stop = "B"\n'
LIMITS += '[mail]\nnotice = "ordinary"\n'


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Seven people in boxes of three, two of them by ordinary mail, with registered numbers."""
    folder = tmp_path_factory.mktemp("labelled")
    people = [person(count, birth_date="3160705", linked="0") for count in range(1, 6)]
    people += [person(count, birth_date="3200705") for count in (6, 7)]
    write_job(folder / "job", people, JOB + LIMITS, changes={"47213": {"封緘": "しない"}})
    (folder / "job" / "numbers.csv").write_text(NUMBERS, encoding="utf-8")
    return finished(folder / "job", folder / "out")


def texts(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def codes(path: Path, page: int, dpi: int = 300) -> list[str]:
    """What a reader finds on a page."""
    with pdfium.PdfDocument(path) as document:
        image = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
    return [found.text for found in zxingcpp.read_barcodes(image)]


def test_every_box_says_what_is_in_it(labelled: Finished) -> None:
    folder = labelled.out / "vendor" / "47213"
    pieces = pd.DataFrame(labelled.pieces("47213"))
    labels = texts(folder / "box_labels.pdf")
    assert len(labels) == labelled.manifest("47213")["counts"]["boxes"] == 3
    for number, (label, (_, mine)) in enumerate(zip(labels, pieces.groupby("box"), strict=True), start=1):
        first, last = (int(mine["sequence"].iloc[at]) for at in (0, -1))
        assert "うるま市" in label and "未封緘" in label
        assert f"{number} / 3" in label
        assert f"{first:07d} 〜 {last:07d}" in label
        assert f"{len(mine)}通" in label
        names = {"A": "資格確認書", "B": "資格情報のお知らせ"}
        for code, count in mine["set_code"].value_counts().items():
            assert f"{code}（{names[code]}） {count}通" in label
        contact = load_order(labelled.job).units["47213"].contact
        for words in (contact.address, contact.section, contact.phone, f"〒{contact.postcode[:3]}-"):
            assert words in label, "where the box goes, and whom to call"
        assert codes(folder / "box_labels.pdf", number - 1) == [f"OKR08-47213-{number:03d}"]


def test_every_number_is_read_from_its_label(labelled: Finished) -> None:
    """Codabar with the start and stop letters of the order, in the order of the pieces."""
    folder = labelled.out / "vendor" / "47213"
    numbered = [piece for piece in labelled.pieces("47213") if piece["registered_number"]]
    assert len(numbered) == 5
    labels = texts(folder / "number_labels.pdf")
    for at, (piece, label) in enumerate(zip(numbered, labels, strict=True)):
        number = piece["registered_number"]
        (read,) = codes(folder / "number_labels.pdf", at)
        assert read.strip("ABCD") == number
        assert f"{number[:3]}-{number[3:5]}-{number[5:10]}-{number[10]}" in label
        assert piece["piece_id"] in label and "簡易書留" in label
        assert f"{int(piece['sequence']):07d}" in label.split(), "as in the envelope's window"


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        ({"name": "社会福祉法人沖縄県南部みどりの丘福祉会特別養護老人ホームひまわり苑"}, True),
        ({"name": "社会福祉法人" * 20}, False),
        ({"section": "福祉部 後期高齢者医療保険課 資格賦課係（本庁のみ）"}, True),
        ({"section": "後期高齢者医療保険課" * 8}, False),
    ],
)
def test_a_long_name_of_an_employer_stands_on_two_lines(
    tmp_path: Path, styles: dict[str, Style], change: dict[str, str], fits: bool
) -> None:
    loaded = load_order(write_job(tmp_path))
    unit = loaded.units["47213"]
    contact = unit.contact.model_copy(update=change)
    units = {**loaded.units, "47213": unit.model_copy(update={"contact": contact})}
    changed, layout = replace(loaded, units=units), load_layout("box_label")
    if fits:
        check_box_label(changed, layout, styles)
    else:
        with pytest.raises(JobError, match=r"入らない|入りません"):
            check_box_label(changed, layout, styles)


@pytest.mark.parametrize("preset", ["r05", "r06-interim", "r07", "r07-budget", "r08", "kokuho"])
def test_the_sets_of_every_preset_stand_on_the_label(
    tmp_path: Path, styles: dict[str, Style], preset: str
) -> None:
    loaded = load_order(write_job(tmp_path, job=JOB.replace('"r08"', f'"{preset}"')))
    check_box_label(loaded, load_layout("box_label"), styles)


def test_without_numbers_there_are_no_number_labels(tiny: Finished) -> None:
    assert not list(tiny.out.rglob("number_labels.pdf"))


def test_nothing_personal_is_on_labels_or_envelopes(labelled: Finished) -> None:
    folder = labelled.out / "vendor" / "47213"
    for name in ("box_labels.pdf", "number_labels.pdf", "envelope.pdf"):
        for text in texts(folder / name):
            for line in labelled.people():
                assert line["氏名"] not in text and line["被保険者番号"] not in text


def test_verify_finds_a_label_that_was_changed(labelled: Finished, tmp_path: Path) -> None:
    path = labelled.out / "vendor" / "47213" / "box_labels.pdf"
    assert cli("verify", labelled.out).exit_code == 0
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    result = cli("verify", labelled.out)
    path.write_bytes(before)
    assert result.exit_code == 3 and "box_labels.pdf" in result.output
