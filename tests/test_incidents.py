"""Accidents of other offices that began in the data: each is a defect file here, and is stopped or listed.

| accident                                  | defect file                          | what happens |
|-------------------------------------------|--------------------------------------|---------------------------------- |
| letters from an old base date             | other_data_date.csv                  | the job stops |
| certificates to a wrong 送付先               | years/job_delivery_changed.csv       | listed against last year |
| name column sorted apart from the numbers | years/job_names_sorted_apart.csv     | the job stops, against last year |
| address column sorted apart               | years/job_addresses_sorted_apart.csv | told loudly, against last year |
| a number that became another person's     | years/job_birth_date_changed.csv     | listed against last year |
| 様 printed twice                           | years/job_double_honorific.csv       | held; never printed twice |
| a phone number that nobody can call       | contacts_bad_phone.csv               | the job stops |
| another phone number                      | years/contacts_other_phone.csv       | listed against last year |

Those that began on the page are tested where pages are made: another household's person in the text
(test_page_leak), a number with a digit missing (test_readback, test_fonts), two people on a sheet or an
envelope of somebody else (test_readback, test_imposing: matching code and gap-free sequence).
"""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from line_fixtures import cli
from small_job import DEFECTS, JOB, with_defect, write_job

from kouki_print.base.errors import JobError
from kouki_print.intake.load import read_export
from kouki_print.job.prepare import prepare
from kouki_print.job.watch import Silent, Stages
from kouki_print.order.load import load_order

LAST_JOB = JOB.replace("2026-", "2025-").replace("2027-", "2026-").replace("令和8", "令和7")


def checked(folder: Path, export: str, contacts: str = "") -> tuple[int, str, Path]:
    """Exit status and words of ``check`` against the right job of last year, and the union's folder."""
    last = with_defect(folder / "last", "years/job_last_year.csv", job=LAST_JOB)
    job = with_defect(folder / "job", export)
    if contacts:
        shutil.copyfile(DEFECTS / contacts, job / "municipalities.csv")
    result = cli("check", job, "--out", folder / "out", "--last", last)
    return result.exit_code, result.stdout + result.stderr, folder / "out" / "union"


def sheet(union: Path, name: str) -> list[tuple[object, ...]]:
    """Rows of a sheet of check.xlsx below its notes."""
    rows = list(openpyxl.load_workbook(union / "check.xlsx")[name].iter_rows(values_only=True))
    head = next(at for at, row in enumerate(rows) if row[0] in ("区分", "市町村名"))
    return rows[head + 1 :]


def test_an_old_base_date_stops_the_job(tmp_path: Path) -> None:
    job = with_defect(tmp_path, "other_data_date.csv")
    with pytest.raises(JobError, match="基準日が注文と違います（2025-06-20、注文では 2026-06-20）"):
        read_export(load_order(job), job)


def test_a_changed_delivery_address_is_listed(tmp_path: Path) -> None:
    status, _, union = checked(tmp_path, "years/job_delivery_changed.csv")
    assert status == 0
    assert [row[:6] for row in sheet(union, "前年比較（送付先）")] == [
        ("変更", "うるま市", "export.csv", 6, 5, "送付先住所")
    ]
    assert "export.csv 6行目" in (union / "check.html").read_text(encoding="utf-8")


def test_names_sorted_apart_stop_the_job(tmp_path: Path) -> None:
    status, words, union = checked(tmp_path, "years/job_names_sorted_apart.csv")
    assert status == 1 and not union.exists()
    assert "export.csv 2行目 「氏名」列" in words and "12人のうち12人" in words and "並べ替え" in words
    assert not [name for name in ("榎本", "青木", "池田") if name in words]


def test_addresses_sorted_apart_are_told_loudly(tmp_path: Path) -> None:
    status, _, union = checked(tmp_path, "years/job_addresses_sorted_apart.csv")
    told = "住所が前年と違う人が10人います（12人のうち83%）"
    assert status == 0
    assert told in (union / "check.html").read_text(encoding="utf-8")
    assert told in str(openpyxl.load_workbook(union / "check.xlsx")["前年比較（本人）"]["A4"].value)


def test_a_number_of_another_birth_date_is_listed(tmp_path: Path) -> None:
    status, _, union = checked(tmp_path, "years/job_birth_date_changed.csv")
    assert status == 0
    page = (union / "check.html").read_text(encoding="utf-8")
    assert "生年月日・性別・氏名が違う人が1人います" in page and "export.csv 4行目" in page
    assert [row[:6] for row in sheet(union, "前年比較（本人）")] == [
        ("本人", "うるま市", "export.csv", 4, 3, "生年月日")
    ]


def test_the_honorific_is_printed_once(tmp_path: Path) -> None:
    prepared = prepare(with_defect(tmp_path, "years/job_double_honorific.csv"), Stages(Silent()))
    names = prepared.fields.texts["to_name"].tolist()
    assert names[2] == "平良　安　様"
    assert prepared.decided["problems"].tolist()[:3] == ["NAME_HONORIFIC", "NAME_HONORIFIC", ""]
    assert prepared.decided["status"].tolist()[:3] == ["held", "held", "printed"]
    assert not [via for via in prepared.decided["to_via"].tolist() if via.endswith("様")]
    assert all(name.count("様") == 1 and name.endswith("様") for name in names)
    sides = [side for layout in prepared.layouts.values() for side in layout.sides()]
    assert not [item.text for side in sides for item in side.text if item.text.strip(" 　") == "様"]


def test_a_phone_number_of_another_form_stops_the_job(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="電話番号の形") as caught:
        load_order(with_defect(tmp_path, "contacts_bad_phone.csv", "municipalities.csv"))
    assert (caught.value.row, caught.value.column) == (3, "phone")


def test_another_phone_number_is_listed(tmp_path: Path) -> None:
    status, _, union = checked(tmp_path, "years/job_delivery_changed.csv", "years/contacts_other_phone.csv")
    assert status == 0
    assert sheet(union, "前年比較（連絡先）") == [
        ("宜野湾市", "連絡先一覧", "電話番号", "098-893-4411", "098-893-4141")
    ]


def test_nothing_is_told_of_the_same_people(tmp_path: Path) -> None:
    """The same twelve in both years: no list is long enough to be read past."""
    job = write_job(tmp_path / "job")
    last = with_defect(tmp_path / "last", "years/job_last_year.csv", job=LAST_JOB)
    data = (DEFECTS / "years/job_last_year.csv").read_bytes()
    this = data.replace(b"\n20250620", b"\n20260620").replace(b"20250801", b"20260801")
    (job / "export.csv").write_bytes(this)
    result = cli("check", job, "--out", tmp_path / "out", "--last", last)
    assert result.exit_code == 0 and "前年と" not in result.output
    for name in ("前年比較（送付先）", "前年比較（本人）", "前年比較（連絡先）"):
        assert sheet(tmp_path / "out" / "union", name) == []
