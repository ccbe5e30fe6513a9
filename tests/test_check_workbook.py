"""The check report as a workbook: totals that add up, every problem by its row, the control sheet."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from employer_job import GROUPS, employee, employer_job
from line_fixtures import Finished, cli, table
from small_job import JOB, export_text, number, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.handover import check_workbook
from kouki_print.job.prepare import prepare
from kouki_print.job.review import review_context, review_of
from kouki_print.job.watch import Silent, Stages

pytest_plugins = ("line_fixtures",)

SECRETS = ("見本", "花子", "みどり町", number(1))
PEOPLE = [
    person(1, linked="0"),
    person(2, name=""),
    person(3, birth_date="99999999"),
    person(4, welfare="1"),
    person(5, unissued_reasons="5"),
    person(6, protected="1"),
    person(7, category="=1+1"),
    person(8, municipality_code="13101"),
]


def checked(folder: Path, *words: object, control: str = "") -> Path:
    job = write_job(folder / "job", PEOPLE)
    if control:
        (job / "control.csv").write_text(control, encoding="utf-8-sig")
    result = cli("check", job, "--out", folder / "out", *words)
    assert result.exit_code == 0, result.output
    return folder / "out" / "union"


def cells(path: Path, sheet: str, *, values: bool = True) -> list[list[object]]:
    book = openpyxl.load_workbook(path, data_only=values)
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def after(rows: list[list[object]], word: str) -> list[list[object]]:
    """Rows below the one whose first cell says ``word``."""
    at = next(number for number, row in enumerate(rows) if row[0] == word)
    return rows[at + 1 :]


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return checked(tmp_path_factory.mktemp("check"))


def test_the_sheets(union: Path) -> None:
    book = openpyxl.load_workbook(union / "check.xlsx")
    assert book.sheetnames == ["集計", "問題一覧", "市町村別", "前年比較"]
    assert "指定がありません" in book["前年比較"]["A3"].value
    for sheet in book:
        assert sheet.page_setup.paperSize == 9 or str(sheet.page_setup.paperSize) == "9"


def test_totals_add_up_and_stay_alive(union: Path) -> None:
    rows = cells(union / "check.xlsx", "集計")
    counts = {row[0]: row[1] for row in after(rows, "状態")[:5]}
    assert counts == {"印刷": 1, "保留": 5, "対象外": 1, "未発行": 1, "移行データ": 8}
    live = cells(union / "check.xlsx", "集計", values=False)
    assert after(live, "状態")[4][1] == "=SUM(B7:B10)"
    reasons = after(rows, "書類")
    total = next(row for row in reasons if row[0] == "印刷する人")
    assert total[3] == 1


def test_every_problem_is_listed_with_its_place_and_remedy(union: Path) -> None:
    rows = after(cells(union / "check.xlsx", "問題一覧"), "扱い")
    listed = sorted((row[1], row[3], row[4], row[5]) for row in rows if row[3])
    wanted = [
        (line["code"], int(line["line"]), int(line["row"]), line["column"])
        for line in table_of(union / "problems.csv")
    ]
    assert listed == sorted(wanted)
    assert all(row[6] and row[7] for row in rows)
    assert ["REQUIRED_EMPTY", "export.csv", 3, 2, "氏名"] in [row[1:6] for row in rows]


def table_of(path: Path) -> list[dict[str, str]]:
    lines = table(path)
    return [{key.lstrip("\ufeff"): value for key, value in line.items()} for line in lines]


def test_protected_people_are_a_count_without_rows(union: Path) -> None:
    rows = cells(union / "check.xlsx", "問題一覧")
    assert "支援措置の人（1人）" in str(rows[2][0])
    assert 6 not in [row[4] for row in after(rows, "扱い")]  # the row of the protected person
    assert "PROTECTED" not in str(after(rows, "扱い"))


def test_nobody_is_named_and_nothing_calculates_by_accident(union: Path) -> None:
    book = openpyxl.load_workbook(union / "check.xlsx")
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert not any(secret in str(cell.value) for secret in SECRETS), (
                    sheet.title,
                    cell.coordinate,
                )
                if cell.data_type == "f":
                    assert str(cell.value).startswith(("=SUM(", "=IF(", "=G", "=H", "=C", "=D"))
    assert "=1+1" in str(cells(union / "check.xlsx", "問題一覧"))


def test_municipalities_count_what_the_records_count(union: Path) -> None:
    rows = after(cells(union / "check.xlsx", "市町村別"), "市町村\nコード")
    by_name = {row[1]: row[2:7] for row in rows if row[1]}
    assert by_name["うるま市"] == [1, 4, 1, 1, 7]
    assert by_name["（市町村不明）"] == [0, 1, 0, 0, 1]
    assert rows[-1][0] == "合計" and rows[-1][2:7] == [1, 5, 1, 1, 8]
    assert len(rows) == 43


def test_a_control_sheet_marks_differences(tmp_path: Path) -> None:
    control = "市町村コード,件数\n472131,9\n47201,0\n"
    union = checked(tmp_path, control=control)
    rows = after(cells(union / "check.xlsx", "市町村別"), "市町村\nコード")
    by_name = {row[1]: row[6:] for row in rows if row[1]}
    assert by_name["うるま市"] == [7, 9, -2, "差あり"]
    assert by_name["那覇市"] == [0, 0, 0, "一致"]
    assert by_name["石垣市"][1:] == ["", "", "件数表に記載なし"]
    live = after(cells(union / "check.xlsx", "市町村別", values=False), "市町村\nコード")
    assert next(row[8] for row in live if row[1] == "うるま市") == "=G13-H13"
    page = (union / "check.html").read_text(encoding="utf-8")
    assert "件数表との照合" in page and "記載なし" in page and ">-2<" in page


def test_a_control_sheet_that_agrees_says_so(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", [person(1)])
    prepared = prepare(job, Stages(Silent()))
    codes = list(prepared.loaded.units)
    lines = "".join(f"{code},{int(code == '47213')}\n" for code in codes)
    (job / "control.csv").write_text(f"市町村コード,件数\n{lines}", encoding="utf-8")
    review = review_of(job, prepared)
    assert all(line.agrees for line in review.control) and review.notes() == []
    assert review_context(review) == {"control": True, "control_wrong": [], "year": None}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("99999,1", "連絡先一覧にない"),
        ("47213,x", "数字では"),
        ("47213,-1", "数字では"),
        ("47213,1\n472131,1", "二度"),
    ],
)
def test_a_broken_control_sheet_stops_the_job(tmp_path: Path, line: str, words: str) -> None:
    job = write_job(tmp_path / "job")
    (job / "control.csv").write_text(f"市町村コード,件数\n{line}\n", encoding="utf-8")
    with pytest.raises(JobError, match=words) as raised:
        review_of(job, prepare(job, Stages(Silent())))
    assert raised.value.file == "control.csv" and raised.value.row


def test_long_lists_are_cut_and_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_workbook, "MOST_ROWS", 2)
    job = write_job(tmp_path / "job", [person(at, name="") for at in range(1, 6)])
    assert cli("check", job, "--out", tmp_path / "out").exit_code == 0
    rows = after(cells(tmp_path / "out" / "union" / "check.xlsx", "問題一覧"), "扱い")
    mine = [row for row in rows if row[1] == "REQUIRED_EMPTY"]
    assert [row[3] for row in mine] == [2, 3, ""]
    assert str(mine[-1][6]).startswith("ほか3件")


def test_the_same_job_gives_the_same_bytes(tmp_path: Path, tiny: Finished) -> None:
    again = cli("run", tiny.job, "--out", tmp_path / "out", "--workers", "1")
    assert again.exit_code == 0
    for name in ("check.xlsx", "unissued.xlsx", "unissued_summary.csv"):
        assert (tmp_path / "out" / "union" / name).read_bytes() == (tiny.out / "union" / name).read_bytes()


def test_last_year_has_its_sheets(tmp_path: Path) -> None:
    last = write_job(
        tmp_path / "last",
        [person(at, data_on="20250620", effective_on="20250801") for at in range(1, 21)],
        JOB.replace("2026-", "2025-").replace("2027-", "2026-").replace("令和8", "令和7"),
    )
    job = write_job(tmp_path / "this")
    moved = person(2, mail_kind="全て", mail_postcode="9008585", mail_address="那覇市泉崎1-1-1")
    (job / "export.csv").write_bytes(export_text([person(1), moved]).encode())
    assert cli("check", job, "--out", tmp_path / "out", "--last", last).exit_code == 0
    path = tmp_path / "out" / "union" / "check.xlsx"
    counts = after(cells(path, "前年比較"), "市町村\nコード")
    uruma = next(row for row in counts if row[1] == "うるま市")
    assert uruma[2:5] == [20, 2, -18] and uruma[6:] == [0, 18, 0, 0, "要確認"]
    assert uruma[5] == pytest.approx(-0.9)
    assert counts[-1][2:5] == [20, 2, -18]
    deliveries = after(cells(path, "前年比較（送付先）"), "区分")
    assert [row[:5] for row in deliveries] == [["新規", "うるま市", "export.csv", 3, 2]]
    assert "前年比較（連絡先）" in openpyxl.load_workbook(path).sheetnames


# --- jobs by employer: the sheet counts by the record's own code, whoever gets it directly -----------

EMPLOYEES = [
    employee(1, "H1"),
    employee(2, "H1", "家族"),
    employee(3, "H3", mail_kind="全て", mail_postcode="9008585", mail_address="那覇市泉崎1-1-1"),
    employee(4, "H4", protected="1"),
    employee(5, "H5", voluntary="1", group_code="", group_name=""),
    employee(6, "H6", group_code="472131", group_name="株式会社六けた"),
]
SIX_DIGITS = "472131,株式会社六けた,9000003,那覇市曙3丁目3番3号,,,直接\n"  # no 市町村コード with check digit


def by_group(folder: Path, control: str) -> Path:
    job = employer_job(folder / "job", EMPLOYEES, groups=GROUPS + SIX_DIGITS)
    (job / "control.csv").write_text(control, encoding="utf-8-sig")
    return job


@pytest.mark.parametrize("header", ["団体コード", "市町村コード"])
def test_a_control_sheet_of_employers(tmp_path: Path, header: str) -> None:
    job = by_group(tmp_path, f"{header},件数\nE1,4\nE2,0\n472131,1\nDIRECT,1\n")
    review = review_of(job, prepare(job, Stages(Silent())))
    assert [(line.code, line.expected, line.found) for line in review.control] == [
        ("E1", 4, 4), ("E2", 0, 0), ("472131", 1, 1), ("DIRECT", 1, 1)
    ]  # fmt: skip
    assert review.notes() == []


def test_the_reports_compare_by_the_employers_code(tmp_path: Path) -> None:
    job = by_group(tmp_path, "団体コード,件数\nE1,5\nE2,0\n472131,1\nDIRECT,1\n")
    result = cli("check", job, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    union = tmp_path / "out" / "union"
    page = (union / "check.html").read_text(encoding="utf-8")
    assert (
        "件数表（control.csv）と件数の違う団体が1件" in page and ">-1<" in page and "かを団体に確かめ" in page
    )
    values, live = (cells(union / "check.xlsx", "市町村別", values=values) for values in (True, False))
    rows = {row[0]: row[6:] for row in after(values, "団体\nコード")}
    assert rows["E1"] == [2, 4, 5, -1, "差あり"]  # two are sent to E1, four records are of E1
    assert rows["DIRECT"] == [3, 1, 1, 0, "一致"] and rows["合計"][:4] == [6, 6, 7, -1]
    assert next(row[9] for row in after(live, "団体\nコード") if row[0] == "E1").startswith("=H")


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("団体コード,件数\nE9,1\n", "団体コード", "groups.csv にない団体コード"),
        ("団体コード,件数\nE1,1\nE1,2\n", "団体コード", "株式会社守礼建設が二度"),
        ("市町村コード,件数\nE9,1\n", "市町村コード", "groups.csv にない団体コード"),
        ("コード,件数\nE1,1\n", "団体コード", "必要な列がありません"),
    ],
)
def test_a_broken_control_sheet_of_employers(tmp_path: Path, text: str, column: str, words: str) -> None:
    job = by_group(tmp_path, text)
    with pytest.raises(JobError, match=words) as raised:
        review_of(job, prepare(job, Stages(Silent())))
    assert (raised.value.file, raised.value.column) == ("control.csv", column) and raised.value.row
