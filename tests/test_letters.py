"""Change letters: each kind says its change, to its own person, with 様 once; wrong rows are all told."""

from __future__ import annotations

import csv
import unicodedata
from itertools import combinations
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from line_fixtures import cli, said
from small_job import JOB, number, person, write_job
from test_layout import apart, text_rect

from kouki_print.base.resources import data_dir
from kouki_print.job.letter_list import KINDS
from kouki_print.order.documents import BUILT_IN
from kouki_print.order.load import load_order
from kouki_print.order.presets import order_of_preset
from kouki_print.order.toml_files import read_toml
from kouki_print.page.fonts import Style
from kouki_print.page.layout_file import load_layout
from kouki_print.page.words import WORDS, renderer

TABLES = '[words]\nletter_tables = "令和8年8月"\n'
PEOPLE = [
    person(1),
    person(2, name="見本　太郎", linked="0"),
    person(3, name="見●　次郎"),
    person(4, protected="1"),
    person(5, protected="1", pickup="1", name="見本　五郎"),
    person(6, welfare="1"),
    person(
        7, municipality_code="47201", insurer_number="39472014", postcode="900-0021",
        address="那覇市泉崎１丁目１番", name="見本　七子", care_of="緒方　真理",
    ),
]  # fmt: skip
COPAY = "被保険者番号,新負担割合\n"
CLASSES = "被保険者番号,旧区分,新区分,新負担割合\n"


@pytest.fixture
def job(tmp_path: Path) -> Path:
    return write_job(tmp_path / "job", PEOPLE, JOB + TABLES)


def letters(job: Path, kind: str, lines: str, *more: str) -> Path:
    """Make letters that must come out well; their folder."""
    listed = job.parent / "list.csv"
    listed.write_text(lines, encoding="utf-8")
    result = cli("letter", job, "--kind", kind, "--list", listed, "--out", job.parent / "out", *more)
    assert result.exit_code == 0, result.output
    return job.parent / "out" / "letters"


def pages(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [text.replace("\r", "").replace("\n", "") for text in texts]


def listed(folder: Path, name: str = "list.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_changed_ratio(job: Path) -> None:
    folder = letters(
        job, "copay", COPAY + f"{number(7)},2\n{number(2)},3\n{number(1)},1\n", "--on", "2026-09-01"
    )
    front, back, second, _ = pages(folder / "copay-47213.pdf")
    assert "見本　花子" in front and "１割" in front and number(1) in front
    assert "見本　太郎" in second and "３割" in second and number(1) not in second
    assert "一部負担金の割合の変更のお知らせ" in front and "令和8年9月1日" in front
    assert "新しい資格確認書または資格情報のお知らせを同封" in front
    assert "令和8年8月現在" in back and number(1) not in back
    (naha, _) = pages(folder / "copay-47201.pdf")
    assert "緒方　真理様方" in naha and naha.replace("様方", "").count("様") == 1
    assert front.count("様") == second.count("様") == 1
    assert [(line["一覧の行"], line["ファイル"], line["ページ"]) for line in listed(folder)] == [
        ("2", "copay-47201.pdf", "1"), ("3", "copay-47213.pdf", "3"), ("4", "copay-47213.pdf", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "old", "new", "printed"),
    [
        ("reduction", "区分Ⅱ", "現役", "現役並み"),
        ("reduction", "区分Ⅰ", "区分Ⅱ", "区分Ⅱ"),
        ("limit", "現役Ⅱ", "一般", "一般"),
    ],
)
def test_a_changed_limit(job: Path, kind: str, old: str, new: str, printed: str) -> None:
    folder = letters(job, kind, CLASSES + f"{number(1)},{old},{new},2\n{number(2)},{old},{new},\n")
    front, _, second, _ = pages(folder / f"{kind}-47213.pdf")
    assert "自己負担限度額の変更のお知らせ" in front
    assert f"見本　花子{old} {printed}" in front  # fields follow each other in the text
    assert "お手元の「資格確認書」は使えなくなりました" in front
    assert "２割" in front and "２割" not in second and "負担割合" not in second
    assert front.count("様") == 1


def test_the_back_is_the_same_for_all_three(job: Path) -> None:
    backs = []
    for kind, row in (("copay", "2"), ("reduction", "区分Ⅱ,一般,"), ("limit", "現役Ⅱ,一般,")):
        header = COPAY if kind == "copay" else CLASSES
        backs.append(pages(letters(job, kind, header + f"{number(1)},{row}\n") / f"{kind}-47213.pdf")[1])
    assert backs[0] == backs[1] == backs[2]
    contact = "うるま市"
    assert contact in backs[0] and "４回目から 140,100円" in backs[0] and "460円" in backs[0]


def test_the_documents_are_named_as_the_year_has_them() -> None:
    """One table: the long names are those of the documents themselves."""
    names = {f"letter_{kind}_document": "資格確認書" for kind in KINDS}
    assert names.items() <= WORDS.items()
    r05 = order_of_preset(read_toml(data_dir() / "presets" / "r05.toml")[0]).words
    assert r05["letter_copay_document"] == BUILT_IN["insurance_card"].name
    assert r05["letter_reduction_document"] == BUILT_IN["reduction_card"].name
    assert r05["letter_limit_document"] == BUILT_IN["limit_card"].name


def test_who_cannot_be_printed_is_listed_with_the_reason(job: Path) -> None:
    rows = "".join(f"{number(count)},2\n" for count in range(1, 8))
    folder = letters(job, "copay", COPAY + rows)
    by_number = {line["被保険者番号"]: line for line in listed(folder)}
    assert set(by_number) == {number(count) for count in (1, 2, 3, 6, 7)}
    assert by_number[number(3)]["結果"] == "印刷しない" and "外字" in by_number[number(3)]["理由"]
    assert by_number[number(6)]["理由"] == "対象外"
    sealed = {line["被保険者番号"]: line for line in listed(folder, "protected.csv")}
    assert sealed[number(4)]["結果"] == "印刷しない" and "支援措置" in sealed[number(4)]["理由"]
    assert sealed[number(5)]["ファイル"] == "copay-47213-2.pdf"
    everything = unicodedata.normalize("NFC", "".join(pages(folder / "copay-47213.pdf")))
    assert "次郎" not in everything and "五郎" not in everything


def test_a_name_that_does_not_fit_is_listed(tmp_path: Path) -> None:
    long = write_job(tmp_path / "job", [person(1), person(2, name="見本" * 40)], JOB + TABLES)
    folder = letters(long, "copay", COPAY + f"{number(1)},2\n{number(2)},2\n")
    assert "入りません" in listed(folder)[1]["理由"]
    assert len(pages(folder / "copay-47213.pdf")) == 2


@pytest.mark.parametrize(
    ("kind", "lines", "sentences"),
    [
        ("copay", f"{number(99)},2\n{number(1)},4\n", ["2行目「被保険者番号」列: この番号の人は移行データにいません",
         "3行目「新負担割合」列: 負担割合は 1・2・3 のどれかです"]),
        ("copay", f"{number(1)},2\n{number(1)},3\n", ["3行目「被保険者番号」列: 2行目と同じ人です"]),
        ("reduction", f"{number(1)},区分Ⅱ,区分Ⅱ,\n{number(2)},一般,区分Ⅱ,\n",
         ["2行目「新区分」列: 旧区分と同じです", "3行目「旧区分」列: 区分は 区分Ⅰ・区分Ⅱ のどれかです"]),
        ("limit", f"{number(1)},現役Ⅱ,現役Ⅰ,9\n", ["2行目「新負担割合」列: 負担割合は 1・2・3 のどれかです"]),
        ("copay", "", ["一覧に人がいません。"]),
    ],
)  # fmt: skip
def test_every_wrong_row_is_told(job: Path, kind: str, lines: str, sentences: list[str]) -> None:
    path = job.parent / "changed.csv"
    path.write_text((COPAY if kind == "copay" else CLASSES) + lines, encoding="utf-8")
    out = job.parent / "out"
    message = said(cli("letter", job, "--kind", kind, "--list", path, "--out", out), [number(99), number(1)])
    for sentence in sentences:
        assert sentence.replace("「", " 「", 1).replace("行目 ", "行目 ") in message or sentence in message
    assert not out.exists()


def test_a_list_without_its_column_is_told(job: Path) -> None:
    path = job.parent / "changed.csv"
    path.write_text(f"被保険者番号\n{number(1)}\n", encoding="utf-8")
    message = said(cli("letter", job, "--kind", "copay", "--list", path, "--out", job.parent / "out"))
    assert "changed.csv 1行目 「新負担割合」列: 必要な列がありません" in message


def test_nobody_gets_amounts_that_nobody_has_confirmed(tmp_path: Path) -> None:
    folder = write_job(tmp_path / "job", [person(1)])
    path = tmp_path / "changed.csv"
    path.write_text(COPAY + f"{number(1)},2\n", encoding="utf-8")
    message = said(cli("letter", folder, "--kind", "copay", "--list", path, "--out", tmp_path / "out"))
    assert "いつのものか決まっていません" in message and "letter_tables" in message


def test_the_job_may_have_its_own_table(job: Path) -> None:
    (job / "templates").mkdir()
    (job / "templates" / "letter_table_meal.txt").write_text("111円\n222円\n333円\n444円\n", encoding="utf-8")
    back = pages(letters(job, "copay", COPAY + f"{number(1)},2\n") / "copay-47213.pdf")[1]
    assert "333円" in back and "460円" not in back


@pytest.mark.parametrize("preset", ["r05", "r08"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_words_lie_on_others(kind: str, preset: str, styles: dict[str, Style], tmp_path: Path) -> None:
    """With the longest names of documents too: every paragraph ends before the next one begins."""
    order = load_order(write_job(tmp_path, job=JOB.replace('"r08"', f'"{preset}"') + TABLES)).order
    contact = load_order(tmp_path).sender("47381")
    layout, render = load_layout(KINDS[kind].layout), renderer(order, contact)
    for side in layout.sides():
        rects = [
            (item, text_rect(item, render(item), styles[item.font])) for item in side.text if not item.when
        ]
        for (one, first), (other, second) in combinations(rects, 2):
            assert apart(first, second), (one.text or one.words, other.text or other.words)
        assert max(rect[3] for _, rect in rects) <= layout.sheet.height - 5
