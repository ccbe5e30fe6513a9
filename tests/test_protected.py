"""支援措置: apart in lots, boxes and lists; only the sealed list names them."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest
from line_fixtures import cli, finished
from small_job import JOB, number, person, write_job

from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.unissued_reasons import REMEDY_JA, UNISSUED_JA
from kouki_print.job.balance import check_balance
from kouki_print.job.run import run

PEOPLE = [
    person(1, name="見本　一郎", linked="0"),
    person(2, name="隠岐　花子", protected="1"),
    person(3, name="隠岐　次郎", protected="1", pickup="1"),
    person(4, name="見本　●郎", linked="0"),
    person(5, name="隠岐　●美", protected="1", pickup="1"),
    person(6, name="見本　六郎", linked="0", postcode="9042299"),
    person(7, name="隠岐　七美", protected="1", unissued_reasons="5;7"),
    person(8, name="見本　八郎", unissued_reasons="5"),
    person(9, name="隠岐　九美", protected="1", welfare="1"),
]
APART = (2, 3, 5, 7, 9)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("protected")
    run(write_job(folder / "job", PEOPLE), folder / "out", now="2026-01-01T00:00:00Z")
    return folder / "out"


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_sealed_list_has_all_of_them_and_nobody_else(out: Path) -> None:
    listed = lines(out / "union" / "protected.csv")
    assert [(line["row"], line["status"]) for line in listed] == [
        ("2", "held"),
        ("3", "printed"),
        ("5", "held"),
        ("7", "unissued"),
        ("9", "excluded"),
    ]
    assert [line["name"] for line in listed] == [PEOPLE[row - 1]["name"] for row in APART]
    assert listed[1]["piece_id"] == "OKR08-47213-0000003" and listed[1]["box"] == "2"
    assert "渡し方" in listed[0]["messages"]
    assert listed[2]["messages"].startswith("「氏名」 外字")


def test_the_sealed_list_says_why_somebody_gets_nothing(out: Path) -> None:
    unissued, excluded = lines(out / "union" / "protected.csv")[3:]
    assert (unissued["reason_code"], unissued["reason"]) == ("5", UNISSUED_JA["5"])
    assert unissued["messages"] == f"対処: {REMEDY_JA['5']}"
    assert (excluded["reason_code"], excluded["reason"]) == ("", "生活保護")


def test_counts_have_everybody_and_the_list_of_people_does_not(out: Path) -> None:
    book = openpyxl.load_workbook(out / "union" / "unissued.xlsx", data_only=True)
    listed = [[cell.value for cell in row] for row in book["対象者"].iter_rows(min_row=5)]
    assert [line[5] for line in listed] == [number(8)]
    assert "支援措置の1人" in book["対象者"]["A2"].value
    (total,) = [line for line in lines(out / "union" / "unissued_summary.csv") if line["市町村名"] == "合計"]
    assert (total["合計"], total["理由5"]) == ("2", "2")


LISTS = [
    "held.csv", "problems.csv", "unissued.csv", "unissued_summary.csv", "characters.csv", "fitted_fields.csv",
    "check.html",
]  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_no_general_list_shows_them(out: Path, name: str) -> None:
    text = (out / "union" / name).read_text(encoding="utf-8-sig")
    for row in APART:
        assert number(row) not in text and "隠岐" not in text
        assert f"export.csv {row + 1:,}行目" not in text
    if name.endswith(".csv") and name != "unissued_summary.csv":
        assert not {line["row"] for line in lines(out / "union" / name)} & {str(row) for row in APART}


@pytest.mark.parametrize("name", ["check.xlsx", "unissued.xlsx"])
def test_no_workbook_shows_them(out: Path, name: str) -> None:
    book = openpyxl.load_workbook(out / "union" / name)
    cells = [str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row if cell]
    for row in APART:
        assert not [cell for cell in cells if number(row) in cell or "隠岐" in cell]
    for sheet in ("問題一覧", "対象者"):
        if sheet in book.sheetnames:
            head, *listed = book[sheet].iter_rows(min_row=4 if sheet == "対象者" else 5, values_only=True)
            assert not {line[head.index("通し行")] for line in listed} & set(APART)


def test_what_changed_since_last_year_stands_in_the_sealed_list_only(tmp_path: Path) -> None:
    at = {"mail_kind": "全て", "mail_postcode": "9008585", "mail_address": "那覇市泉崎1-1-1"}
    this = [person(1, protected="1", **at), person(2, protected="1", sex="1"), person(3)]
    job = write_job(tmp_path / "job", this)
    last = [{**person(each), "data_on": "20250620", "effective_on": "20250801"} for each in (1, 2, 3)]
    write_job(tmp_path / "last", last, JOB.replace("2026-", "2025-").replace("2027-", "2026-"))
    assert cli("check", job, "--out", tmp_path / "out", "--last", tmp_path / "last").exit_code == 0
    union = tmp_path / "out" / "union"
    first, second = lines(union / "protected.csv")
    assert "前年と比べて: 送付先が新規" in first["messages"]
    assert "前年と比べて: 性別が違います" in second["messages"]
    book = openpyxl.load_workbook(union / "check.xlsx")
    for name, words in (("前年比較（送付先）", "新規 1件"), ("前年比較（本人）", "支援措置の人 1人")):
        cells = [str(cell) for row in book[name].iter_rows(values_only=True) for cell in row if cell]
        assert words in "".join(cells) and "export.csv" not in cells


def test_their_piece_has_a_lot_and_a_box_of_its_own(out: Path) -> None:
    pieces = lines(out / "vendor" / "47213" / "pieces.csv")
    assert [(piece["sequence"], piece["box"]) for piece in pieces] == [("1", "1"), ("2", "1"), ("3", "2")]
    assert len({piece["print_pdf"] for piece in pieces}) == 2


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (",held,", ",printed,", "台帳と状態が違う"),
        (",unissued,", ",excluded,", "台帳と状態が違う"),
        ("\n7,", "\n8,", "未発行の人と違う人"),
        ("\n5,", "\n2,", "二度載っている"),
    ],
)
def test_a_changed_sealed_list_is_noticed(out: Path, tmp_path: Path, old: str, new: str, words: str) -> None:
    import shutil

    copy = tmp_path / "out"
    shutil.copytree(out, copy)
    path = copy / "union" / "protected.csv"
    path.write_text(path.read_text(encoding="utf-8-sig").replace(old, new, 1), encoding="utf-8-sig")
    with pytest.raises(OutputDiffers, match=words):
        check_balance(
            copy, len(PEOPLE), [folder.name for folder in (copy / "vendor").iterdir() if folder.is_dir()]
        )


def test_records_are_the_general_lists_and_the_sealed_one(out: Path) -> None:
    balance = check_balance(
        out, len(PEOPLE), [folder.name for folder in (out / "vendor").iterdir() if folder.is_dir()]
    )
    assert balance.counts == {"printed": 3, "held": 3, "excluded": 1, "unissued": 2}
    assert len(lines(out / "union" / "unissued.csv")) == 1


@pytest.mark.parametrize("flag", ["1", "有"])
def test_a_doubt_protects(tmp_path: Path, flag: str) -> None:
    """Moved: the flag in one municipality only; or a flag that nobody can read.  Both rows are sealed."""
    people = [
        person(1, protected=flag, pickup="1", name="守田　秘子"),
        person(1, municipality_code="47201", insurer_number="39472014", name="守田　秘子"),
        person(2),
    ]
    made = finished(write_job(tmp_path / "job", people), tmp_path / "out")
    union = made.out / "union"
    for name in ("held.csv", "problems.csv", "characters.csv", "unissued.csv", "check.html"):
        text = (union / name).read_text(encoding="utf-8-sig")
        assert "守田" not in text and number(1) not in text, name
    sealed = (union / "protected.csv").read_text(encoding="utf-8-sig")
    assert sealed.count("守田　秘子") >= 2
