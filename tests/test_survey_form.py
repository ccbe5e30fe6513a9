"""The questionnaire: forms that only take answers, and filled ones that become survey.csv or say why not."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from line_fixtures import cli
from small_job import ANSWER, survey_text, write_job

from kouki_print.base.errors import JobError
from kouki_print.handover.survey_form import (
    ANSWER_CELLS,
    EXTRA_CELLS,
    EXTRA_ROWS,
    LABELS,
    MARKS,
    SHEET,
    form_name,
    survey_form,
)
from kouki_print.handover.survey_merge import Merged
from kouki_print.job.surveys import make_forms, read_answers
from kouki_print.order.load import load_settings
from kouki_print.order.tables import SURVEY_HEADERS, read_survey

URUMA, NAHA = "47213", "47201"
RIGHT = {"封緘": "する", "郵送": "する", "転送不要": "希望する", "問合せ先変更": "無し"}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job folder before its questionnaire: no survey.csv yet."""
    folder = write_job(tmp_path_factory.mktemp("survey") / "job")
    (folder / "survey.csv").unlink()
    return folder


@pytest.fixture(scope="module")
def blank(job: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All forms as they go out.  Read-only."""
    folder = tmp_path_factory.mktemp("blank")
    make_forms(job, folder)
    return folder


def form(folder: Path, code: str) -> Path:
    return next(folder.glob(f"{code}_*.xlsx"))


def fill(
    path: Path, answers: Mapping[str, object], extras: Mapping[str, object] | None = None, **cells: object
) -> Path:
    """Fill in a form as Excel would save it."""
    book = openpyxl.load_workbook(path)
    sheet = book[SHEET]
    for column, value in answers.items():
        sheet[ANSWER_CELLS[column]] = value
    for (name_cell, weight_cell), (name, weight) in zip(EXTRA_CELLS, (extras or {}).items(), strict=False):
        sheet[name_cell], sheet[weight_cell] = name, weight
    for cell, value in cells.items():
        sheet[cell] = value
    book.save(path)
    return path


def one(blank: Path, folder: Path, answers: Mapping[str, object], *rest: object, **cells: object) -> Path:
    """A folder with うるま市's form, filled in."""
    folder.mkdir(exist_ok=True)
    path = Path(shutil.copy(form(blank, URUMA), folder))
    fill(path, answers, *rest, **cells)  # type: ignore[arg-type]
    return folder


def told(merged: Merged, kind: str) -> list[tuple[str, str, str]]:
    return [
        (problem.name, problem.place, problem.what) for problem in merged.problems if problem.kind == kind
    ]


def read(job: Path, folder: Path, last: Path | None = None) -> tuple[Merged, Path]:
    out = folder.parent / "survey.csv"
    merged, _ = read_answers(folder, job, out, last)
    return merged, out


def line_of(path: Path, code: str) -> dict[str, str]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return next(row for row in csv.DictReader(handle) if row["市町村コード"] == code)


# The form


def test_a_form_for_every_municipality(blank: Path) -> None:
    names = sorted(path.name for path in blank.iterdir())
    assert len(names) == 41
    assert names[0] == "47201_那覇市_アンケート.xlsx"


def test_names_are_safe_for_files(job: Path) -> None:
    _, contacts, _ = load_settings(job)
    odd = contacts[URUMA].model_copy(update={"name": "a/b:c"})
    assert form_name(odd) == "47213_a_b_c_アンケート.xlsx"


def test_only_answers_can_be_changed(blank: Path) -> None:
    sheet = openpyxl.load_workbook(form(blank, URUMA))[SHEET]
    assert sheet.protection.sheet
    free = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    merged = {f"C{name[1:]}" for name, _ in EXTRA_CELLS}
    assert free - merged == set(ANSWER_CELLS.values()) | {cell for pair in EXTRA_CELLS for cell in pair}
    assert (str(sheet.page_setup.paperSize), sheet.page_setup.orientation) == ("9", "portrait")
    assert sheet.print_area.startswith(f"'{SHEET}'!$A$1:$E$")


def test_choices_are_lists(blank: Path) -> None:
    sheet = openpyxl.load_workbook(form(blank, URUMA))[SHEET]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    for column, words in {
        "封緘": "する,しない",
        "転送不要": "希望する,希望しない",
        "問合せ先変更": "有り,無し",
    }.items():
        rule = rules[ANSWER_CELLS[column]]
        assert (rule.type, rule.formula1) == ("list", f'"{words}"')
    assert rules[f"{EXTRA_CELLS[0][1]}:{EXTRA_CELLS[-1][1]}"].type == "decimal"


def test_the_contact_is_filled_in_and_last_year_is_a_hint(job: Path) -> None:
    order, contacts, _ = load_settings(job)
    last = {
        **dict.fromkeys(SURVEY_HEADERS, ""),
        "封緘": "しない",
        "追加封入物": "=案内;紙",
        "追加重量g": "4.1;2",
    }
    data = survey_form(order.job, order.insurer.name, contacts[URUMA], last)
    assert data == survey_form(order.job, order.insurer.name, contacts[URUMA], last)
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book[SHEET]
    assert sheet[ANSWER_CELLS["住所"]].value == sheet["C22"].value == contacts[URUMA].address
    assert sheet["E10"].value == "しない" and sheet[ANSWER_CELLS["封緘"]].value is None
    assert (sheet["E29"].value, sheet["E29"].data_type) == ("=案内　4.1g", "s")
    assert sheet["E30"].value == "紙　2g"
    assert book[MARKS].sheet_state == "veryHidden"
    for cell, words in LABELS.items():
        assert sheet[cell].value == words


def test_a_form_is_never_overwritten(job: Path, blank: Path) -> None:
    before = form(blank, URUMA).read_bytes()
    with pytest.raises(JobError, match="書き換えません"):
        make_forms(job, blank)
    assert form(blank, URUMA).read_bytes() == before


# Reading back


def test_all_forms_become_a_survey_that_the_job_reads(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = tmp_path / "filled"
    shutil.copytree(blank, folder)
    for path in folder.iterdir():
        fill(path, RIGHT)
    changed = {
        "封緘": "しない", "郵送": "しない", "受渡方法": "窓口\nで交付", "問合せ先変更": "有り",
        "郵便番号": "〒９０４－２２１５", "課名": "市民生活部 国民健康保険課", "電話番号": "０９８－９７３－００００",
    }  # fmt: skip
    fill(form(folder, URUMA), {**changed, "転送不要": None}, {"案内, A4": 4.12, "健診": "３.5g", "紙": 2})
    result = cli("survey", "read", folder, "--job", job, "--out", tmp_path / "survey.csv")
    assert result.exit_code == 0, result.output
    out = tmp_path / "survey.csv"
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    _, contacts, _ = load_settings(job)
    towns = read_survey(out, contacts, default=False)
    assert len(towns) == 41 and all(town.answered for town in towns.values())
    uruma = towns[URUMA]
    assert (uruma.sealed, uruma.mailed, uruma.no_forward) == (False, False, False)
    assert uruma.handover_way == "窓口 で交付"
    assert uruma.contact.postcode == "9042215" and uruma.contact.phone == "098-973-0000"
    assert uruma.contact.address == contacts[URUMA].address
    assert [(extra.name, extra.weight_cg) for extra in uruma.extras] == [
        ("案内, A4", 412),
        ("健診", 350),
        ("紙", 200),
    ]
    assert line_of(out, NAHA)["電話番号"] == ""
    assert "未回答 0" in result.output


def test_who_did_not_answer_stays_out(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = one(blank, tmp_path / "in", RIGHT)
    shutil.copy(form(blank, NAHA), folder)
    result = cli("survey", "read", folder, "--job", job, "--out", tmp_path / "survey.csv")
    assert result.exit_code == 0
    assert "■ 未回答（40件）" in result.output and "47201 那覇市: 様式が記入されていません" in result.output
    _, contacts, _ = load_settings(job)
    with pytest.raises(JobError, match="回答のない市町村があります（40件）"):
        read_survey(tmp_path / "survey.csv", contacts, default=False)
    report = (tmp_path / "survey_report.csv").read_text(encoding="utf-8-sig").splitlines()
    assert report[0] == "区分,市町村コード,市町村名,ファイル,場所,内容,対処" and len(report) == 41


NOT = {"郵送": "しない", "受渡方法": "窓口", "転送不要": None}
CONTRADICTIONS: list[tuple[str, dict[str, object], str, str]] = [
    ("no mail but no forwarding", {**NOT, "転送不要": "希望する"}, "セルD16", "転送不要を希望"),
    ("no mail and no way", {**NOT, "受渡方法": None}, "セルD14", "受渡方法がありません"),
    ("an answer is missing", {"郵送": None}, "セルD12", "郵送が空欄"),
    ("no answer about forwarding", {"転送不要": None}, "セルD16", "転送不要が空欄"),
    ("another word", {"封緘": "はい"}, "セルD10", "「はい」は使えない"),
    (
        "changed without a value",
        {"問合せ先変更": "有り", "住所": None, "課名": "別"},
        "セルD22",
        "住所が空欄",
    ),
    ("changed but the same", {"問合せ先変更": "有り"}, "セルD18", "一覧と同じ"),
    ("unchanged but another", {"電話番号": "098-000-0000"}, "セルD24", "電話番号が連絡先一覧と違います"),
    ("short postcode", {"問合せ先変更": "有り", "郵便番号": "904221"}, "セルD21", "7桁"),
    ("bad phone", {"問合せ先変更": "有り", "電話番号": "(098)973"}, "セルD24", "形が正しく"),
    ("formula in words", {"問合せ先変更": "有り", "課名": "@課"}, "セルD23", "始まっています"),
]


@pytest.mark.parametrize(
    ("answers", "place", "words"),
    [each[1:] for each in CONTRADICTIONS],
    ids=[each[0] for each in CONTRADICTIONS],
)
def test_contradictions(
    job: Path, blank: Path, tmp_path: Path, answers: dict[str, object], place: str, words: str
) -> None:
    merged, out = read(job, one(blank, tmp_path / "in", {**RIGHT, **answers}))
    found = told(merged, "矛盾")
    assert [(name, where) for name, where, _ in found] == [("うるま市", place)], found
    assert words in found[0][2]
    assert merged.blocking == 1 and not out.exists()
    assert URUMA not in [problem.code for problem in merged.problems if problem.kind == "未回答"]


@pytest.mark.parametrize(
    ("extras", "place", "words"),
    [
        ({"案内": None}, "セルD29", "重さがありません"),
        ({"": 4}, "セルB29", "名前がありません"),
        ({"案内": "約4"}, "セルD29", "重さとして読めません"),
        ({"案内": 0}, "セルD29", "重さとして読めません"),
        ({"案内": -1}, "セルD29", "重さとして読めません"),
        ({"案内": 4.125}, "セルD29", "重さとして読めません"),
        ({"案内;紙": 4}, "セルB29", "使えない記号"),
        ({"+案内": 4}, "セルB29", "使えない記号"),
        ({"案内": 4, "案内 ": 5}, "セルB29", "二度"),
    ],
)
def test_own_enclosures_that_are_wrong(
    job: Path, blank: Path, tmp_path: Path, extras: dict[str, object], place: str, words: str
) -> None:
    merged, out = read(job, one(blank, tmp_path / "in", RIGHT, extras))
    assert [(where, words in what) for _, where, what in told(merged, "矛盾")] == [(place, True)]
    assert not out.exists()


@pytest.mark.parametrize(
    ("cells", "place", "words"),
    [
        ({"B12": "問2変更"}, "セルB12", "様式が変えられて"),
        ({"C4": NAHA}, "セルC4", "市町村の欄"),
        ({"D4": "那覇市"}, "セルC4", "市町村の欄"),
        ({"G3": "至急"}, "セルG3", "欄の外"),
        ({"D10": "=B10"}, "セルD10", "数式"),
        ({"D24": dt.datetime(2026, 2, 1)}, "セルD24", "文字でも数でもない"),
        ({"D12": True}, "セルD12", "文字でも数でもない"),
    ],
)
def test_forms_that_were_altered(
    job: Path, blank: Path, tmp_path: Path, cells: dict[str, object], place: str, words: str
) -> None:
    merged, out = read(job, one(blank, tmp_path / "in", RIGHT, None, **cells))
    assert [(name, where, words in what) for name, where, what in told(merged, "読めない")] == [
        ("うるま市", place, True)
    ]
    assert not out.exists()


def test_rows_that_were_moved(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = one(blank, tmp_path / "in", RIGHT)
    path = form(folder, URUMA)
    book = openpyxl.load_workbook(path)
    book[SHEET].insert_rows(12)
    book.save(path)
    merged, _ = read(job, folder)
    assert "様式が変えられて" in told(merged, "読めない")[0][2]


def test_every_bad_cell_of_a_form_is_told(job: Path, blank: Path, tmp_path: Path) -> None:
    merged, _ = read(job, one(blank, tmp_path / "in", RIGHT, None, D10="=1", D12="=1", B30="=1"))
    assert [where for _, where, _ in told(merged, "読めない")] == ["セルD10", "セルD12", "セルB30"]


def test_files_that_are_no_forms(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = one(blank, tmp_path / "in", RIGHT)
    (folder / "47201_那覇市_アンケート.xlsx").write_bytes(b"not a workbook")
    (folder / "47205_a.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    (folder / "b.xls").write_bytes(b"x")
    (folder / "c.pdf").write_bytes(b"x")
    (folder / "~$47207.xlsx").write_bytes(b"x")
    openpyxl.Workbook().save(folder / "d.xlsx")
    with zipfile.ZipFile(folder / "e.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(40_000_000))
    merged, out = read(job, folder)
    assert [(name, what[:8]) for name, _, what in told(merged, "読めない")] == [
        ("那覇市", "Excel のフ"),
        ("宜野湾市", "パスワードがかか"),
        ("", "この種類のファイ"),
        ("", "配付した様式では"),
        ("", "ファイルの中身が"),
    ]
    assert [problem.file for problem in merged.problems if problem.kind == "お知らせ"] == ["c.pdf"]
    assert not out.exists()


def test_a_form_of_another_job_or_an_unknown_municipality(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = one(blank, tmp_path / "in", RIGHT)
    other = write_job(
        tmp_path / "other", job=(job / "job.toml").read_text(encoding="utf-8").replace("OKR08", "OKR09")
    )
    merged, _ = read(other, folder)
    assert "別のジョブ（OKR08）" in told(merged, "読めない")[0][2]
    table = tmp_path / "fewer"
    shutil.copytree(job, table)
    text = (table / "municipalities.csv").read_text(encoding="utf-8")
    lines = [line for line in text.split("\n") if "うるま市" not in line]
    (table / "municipalities.csv").write_text("\n".join(lines), encoding="utf-8")
    merged, _ = read(table, folder)
    assert told(merged, "読めない") == [("", "セルC4", "連絡先一覧にない市町村コードです（47213）")]


def test_a_contact_table_that_changed_after_the_forms_went_out(
    job: Path, blank: Path, tmp_path: Path
) -> None:
    folder = one(blank, tmp_path / "in", RIGHT)
    newer = tmp_path / "newer"
    shutil.copytree(job, newer)
    _, contacts, _ = load_settings(job)
    table = newer / "municipalities.csv"
    text = table.read_text(encoding="utf-8").replace(contacts[URUMA].phone, "098-000-1111")
    table.write_text(text, encoding="utf-8")
    merged, _ = read(newer, folder)
    assert [(where, "いまの登録" in what) for _, where, what in told(merged, "矛盾")] == [
        ("セルD24", True),
        ("セルD24", False),
    ]


def test_two_answers_for_one_municipality(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = one(blank, tmp_path / "in", RIGHT)
    shutil.copy(form(folder, URUMA), folder / "コピー.xlsx")
    merged, out = read(job, folder)
    found = told(merged, "矛盾")
    assert len(found) == 2 and all("回答が2つ" in what and "コピー.xlsx" in what for _, _, what in found)
    assert not out.exists()


def test_a_blank_form_beside_a_filled_one_is_no_second_answer(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = one(blank, tmp_path / "in", RIGHT)
    shutil.copy(form(blank, URUMA), folder / "空.xlsx")
    merged, out = read(job, folder)
    assert merged.blocking == 0 and list(merged.lines) == [URUMA] and out.exists()


# Lists


def test_lists_are_answers_too(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = one(blank, tmp_path / "in", RIGHT)
    text = "\n".join(line for line in survey_text().split("\n") if "うるま市" not in line)
    (folder / "回答.csv").write_bytes(text.encode("cp932"))
    merged, out = read(job, folder)
    assert (len(merged.lines), merged.problems) == (41, ())
    again, _ = read(job, folder)  # survey.csv and the report lie elsewhere; nothing changes
    assert again.lines == merged.lines
    assert list(merged.lines)[:2] == [NAHA, "47205"] and out.exists()


def test_survey_csv_in_the_folder_itself_is_not_an_answer(job: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "回答.csv").write_text(survey_text(), encoding="utf-8-sig")
    for _ in range(2):
        merged, _ = read_answers(folder, job, folder / "survey.csv")
        assert merged.problems == ()


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"追加封入物": "a;b", "追加重量g": "1"}, "5行目「追加重量g」列", "重さがありません"),
        ({"追加封入物": "a", "追加重量g": "1;2"}, "5行目「追加封入物」列", "名前がありません"),
        ({"問合せ先変更": "有り"}, "5行目「郵便番号」列", "郵便番号が空欄"),
        ({"転送不要": "はい"}, "5行目「転送不要」列", "使えない回答"),
        ({"市町村名": "うろま市"}, "5行目「市町村名」列", "市町村名が"),
        ({"市町村コード": "99999"}, "5行目「市町村コード」列", "連絡先一覧にない"),
    ],
)
def test_lists_that_are_wrong(
    job: Path, tmp_path: Path, changes: dict[str, str], place: str, words: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    lines = list(csv.DictReader(io.StringIO(survey_text({"47208": changes}))))
    with (folder / "回答.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, SURVEY_HEADERS)
        writer.writeheader()
        writer.writerows(lines)
    merged, out = read(job, folder)
    blocking = [problem for problem in merged.problems if problem.kind in ("読めない", "矛盾")]
    assert (blocking[0].place, words in blocking[0].what) == (place, True)
    assert blocking[0].file == "回答.csv" and not out.exists()


def test_a_list_without_a_column_is_told(job: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "回答.csv").write_text("市町村コード,市町村名\n47201,那覇市\n", encoding="utf-8")
    merged, _ = read(job, folder)
    assert told(merged, "読めない") == [("", "1行目 「封緘」列", "必要な列がありません")]


# Last year and the console


def test_what_changed_since_last_year(job: Path, blank: Path, tmp_path: Path) -> None:
    folder = one(blank, tmp_path / "in", {**RIGHT, "封緘": "しない"}, {"案内": 4})
    last = tmp_path / "last.csv"
    last.write_text(
        survey_text({URUMA: {**ANSWER, "追加封入物": "旧", "追加重量g": "1"}}), encoding="utf-8-sig"
    )
    merged, out = read(job, folder, last)
    assert [what for _, _, what in told(merged, "昨年から変更")] == [
        "封緘: 昨年 する → 今年 しない",
        "追加封入物: 昨年 旧 → 今年 案内",
        "追加重量g: 昨年 1 → 今年 4",
    ]
    assert out.exists()


def test_a_contradiction_ends_with_status_1_and_keeps_the_old_survey(
    job: Path, blank: Path, tmp_path: Path
) -> None:
    folder = one(blank, tmp_path / "in", {**RIGHT, **NOT, "転送不要": "希望する"})
    out = tmp_path / "survey.csv"
    out.write_text("old", encoding="utf-8")
    result = cli("survey", "read", folder, "--job", job, "--out", out)
    assert result.exit_code == 1
    assert out.read_text(encoding="utf-8") == "old"
    assert "47213_うるま市_アンケート.xlsx セルD16" in result.stdout
    assert "survey.csv は作っていません" in result.stderr
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_make_at_the_console(job: Path, tmp_path: Path) -> None:
    last = tmp_path / "last.csv"
    last.write_text(survey_text(), encoding="utf-8-sig")
    result = cli("survey", "make", job, "--to", tmp_path / "forms", "--last", last)
    assert result.exit_code == 0, result.output
    assert "41件" in result.output
    sheet = openpyxl.load_workbook(form(tmp_path / "forms", NAHA))[SHEET]
    assert [sheet[f"E{row}"].value for row in (10, 12, 16, 18)] == ["する", "する", "希望する", "無し"]
    assert cli("survey", "make", job, "--to", tmp_path / "forms").exit_code == 1
    assert cli("survey", "read", tmp_path / "none", "--job", job, "--out", tmp_path / "x.csv").exit_code == 1
    assert "アンケート" in cli("survey", "--help").output


def test_there_is_room_for_several_enclosures() -> None:
    assert EXTRA_ROWS >= 5
