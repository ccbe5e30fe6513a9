"""Broken exports stop the job with one message: file, row, column, remedy, and nobody's data."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_job import DEFECTS, JOB, export_text, person, take_in, with_defect, write_job

from kouki_print.base.errors import JobError
from kouki_print.intake.forbidden import is_forbidden_name
from kouki_print.intake.load import ALERT, read_export
from kouki_print.order.columns import EXPORT_COLUMNS
from kouki_print.order.load import load_order

CP932 = JOB.replace('"standard-utf8"', '"standard"')

FILE_DEFECTS = [
    ("wrong_encoding_cp932.csv", 1, "基準日", 'layout を "standard"'),
    ("wrong_encoding_one_cell.csv", 4, "氏名", "バイト目"),
    ("utf16.csv", 1, "", "UTF-16"),
    ("missing_name_column.csv", 1, "氏名", "必須の列がありません: 氏名"),
    ("other_data_date.csv", 4, "基準日", "2025-06-20、注文では 2026-06-20"),
    ("empty_data_date.csv", 5, "基準日", "空欄"),
    ("individual_number_by_name.csv", 1, "個人番号（下4桁）", "個人番号"),
    ("individual_number_by_content.csv", 2, "管理コード", "個人番号"),
    ("individual_number_full_width.csv", 2, "管理コード", "個人番号"),
    ("individual_number_as_household.csv", 2, "世帯番号", "個人番号"),
    ("truncated_last_line.csv", 6, "", "途中で切れて"),
    ("truncated_after_cell.csv", 6, "", "列の数が見出しと合いません"),
    ("row_with_extra_cell.csv", 3, "", "見出し16、この行17"),
    ("blank_row.csv", 4, "", "空の行"),
    ("double_header.csv", 1, "利用回数１年", "同じ見出し"),
    ("empty.csv", None, "", "空です"),
    ("header_only.csv", 2, "", "データの行がありません"),
    ("nul_byte.csv", 3, "", "NUL"),
    ("open_quote.csv", 5, "", "引用符"),
]


@pytest.mark.parametrize(("name", "row", "column", "words"), FILE_DEFECTS)
def test_file_defects(tmp_path: Path, name: str, row: int | None, column: str, words: str) -> None:
    folder = with_defect(tmp_path, name)
    with pytest.raises(JobError) as caught:
        read_export(load_order(folder), folder)
    error = caught.value
    assert (error.file, error.row, error.column) == ("export.csv", row, column)
    assert words in str(error) and error.remedy and error.exit_status == 1
    for secret in ("見本", "花子", "みどり町", *_long_numbers(DEFECTS / name)):
        assert secret not in str(error)


def _long_numbers(path: Path) -> set[str]:
    text = path.read_bytes().decode("utf-8", "ignore")
    return {cell for line in text.splitlines()[1:] for cell in line.split(",") if len(cell) in (12, 14)}


def test_every_export_defect_file_is_tested() -> None:
    others = ("job_", "contacts_", "survey_", "layout_", "gaiji_")
    names = {path.name for path in DEFECTS.glob("*.*") if not path.name.startswith(others)}
    assert names == {name for name, *_ in FILE_DEFECTS}


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_utf8_under_the_cp932_layout_gets_a_hint(tmp_path: Path, bom: bytes) -> None:
    write_job(tmp_path, job=CP932)
    (tmp_path / "export.csv").write_bytes(bom + export_text([person()]).encode())
    with pytest.raises(JobError, match='layout を "standard-utf8"'):
        read_export(load_order(tmp_path), tmp_path)


@pytest.mark.parametrize(("job", "encoding"), [(CP932, "cp932"), (JOB, "utf-8"), (JOB, "utf-8-sig")])
def test_the_same_people_from_each_encoding(tmp_path: Path, job: str, encoding: str) -> None:
    write_job(tmp_path, job=job)
    text = export_text([person(1, name="髙良　①郎"), person(2, building="コーポ「表」, 2号室")])
    (tmp_path / "export.csv").write_bytes(text.encode(encoding))
    people = read_export(load_order(tmp_path), tmp_path).people
    assert people["name"].tolist() == ["髙良　①郎", "見本　花子"]
    assert people["building"].tolist() == ["", "コーポ「表」, 2号室"]
    assert people["insured_number"].str.len().tolist() == [8, 8]


def test_wrong_bytes_far_down_are_found_exactly(tmp_path: Path) -> None:
    write_job(tmp_path, job=CP932)
    data = export_text([person(count) for count in range(6000)]).encode("cp932")
    line = data.splitlines(keepends=True)[5000]
    at = data.index(line) + line.index("花子".encode("cp932"))
    (tmp_path / "export.csv").write_bytes(data[:at] + b"\x81\x20" + data[at + 2 :])
    with pytest.raises(JobError) as caught:
        read_export(load_order(tmp_path), tmp_path)
    assert (caught.value.row, caught.value.column) == (5001, "氏名")
    assert f"{at + 1:,}バイト目" in str(caught.value)


def test_ragged_rows_far_down_are_counted_right(tmp_path: Path) -> None:
    write_job(tmp_path)
    lines = export_text([person(count, building="二階\n東") for count in range(9000)]).split("\r\n")
    lines[8000] += ",余り"
    (tmp_path / "export.csv").write_bytes("\r\n".join(lines).encode())
    with pytest.raises(JobError) as caught:
        read_export(load_order(tmp_path), tmp_path)
    assert caught.value.row == 8001


def test_unknown_layout_and_missing_export(tmp_path: Path) -> None:
    folder = write_job(tmp_path, job=JOB.replace("standard-utf8", "host"))
    with pytest.raises(JobError, match="standard、standard-utf8"):
        read_export(load_order(folder), folder)
    write_job(folder).joinpath("export.csv").unlink()
    with pytest.raises(JobError) as caught:
        read_export(load_order(folder), folder)
    assert caught.value.file == "export.csv"


def test_columns_in_any_order_extra_ones_dropped(tmp_path: Path) -> None:
    write_job(tmp_path)
    lines = [line.split(",") for line in export_text([{**person(), "電話": "098"}], ["電話"]).splitlines()]
    turned = "\n".join(",".join([*reversed(cells), ""]) for cells in lines) + "\n\n\x1a"
    (tmp_path / "export.csv").write_bytes(turned.encode())
    intake = read_export(load_order(tmp_path), tmp_path)
    assert not intake.findings
    alert, *notes = intake.notes
    assert alert.startswith(ALERT) and "支援措置" in alert and "電話" in alert and "氏名カナ" not in alert
    assert "電話" in notes[0] and "見出しのない列" in notes[1] and "方書" in notes[2]
    keys = [column.key for column in EXPORT_COLUMNS]
    assert list(intake.people.columns) == [*keys, "row", "source", "line"]


def test_several_files_keep_their_lines(tmp_path: Path) -> None:
    job = JOB.replace('["export.csv"]', '["export.csv", "second.csv"]')
    write_job(tmp_path, [person(1), person(2)], job)
    (tmp_path / "second.csv").write_bytes(export_text([person(3, building="A棟"), person(1)]).encode())
    intake = read_export(load_order(tmp_path), tmp_path)
    assert intake.people["row"].tolist() == [1, 2, 3, 4]
    assert intake.people["source"].tolist() == [0, 0, 1, 1]
    assert intake.people["line"].tolist() == [2, 3, 2, 3]
    assert intake.people["building"].tolist() == ["", "", "A棟", ""]
    assert [(each.code, each.rows.tolist()) for each in intake.findings] == [("NUMBER_DUPLICATE", [0, 3])]
    assert [file.name for file in intake.inputs] == ["export.csv", "second.csv"]


@pytest.mark.parametrize(
    "header", ["個人番号", "マイナンバー", "個人識別番号", "My Number", "個人 番号下４桁"]
)
def test_names_of_individual_number_columns(header: str) -> None:
    assert is_forbidden_name(header)


@pytest.mark.parametrize("header", ["マイナ保険証登録", "マイナンバーカード有無", "被保険者番号", "世帯番号"])
def test_names_of_other_columns(header: str) -> None:
    assert not is_forbidden_name(header)


def test_twelve_digits_by_chance_do_not_stop_the_job(tmp_path: Path) -> None:
    people = [person(count, household_number=f"{count * 977:012d}") for count in range(1, 200)]
    intake, _ = take_in(tmp_path, people)
    assert not intake.findings
