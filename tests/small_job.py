"""A job folder of a few people for tests: right in everything except what a test changes."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from kouki_print.base.checkdigits import m10w21
from kouki_print.base.resources import data_dir
from kouki_print.intake.load import Intake, read_export
from kouki_print.order.columns import BY_KEY
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.order.tables import SURVEY_HEADERS
from kouki_print.select.decide import Decision, decide

DEFECTS = Path(__file__).parent / "defects"

JOB = """\
[job]
id = "OKR08"
title = "令和8年度 年次切替"
preset = "r08"
switch_on = 2026-08-01
expires_on = 2027-07-31
issued_on = 2026-08-01
data_on = 2026-06-20
mail_on = 2026-07-13
[insurer]
name = "沖縄県後期高齢者医療広域連合"
[input]
export = ["export.csv"]
layout = "standard-utf8"
"""

ANSWER = {"封緘": "する", "郵送": "する", "転送不要": "希望する", "問合せ先変更": "無し"}

PERSON = {
    "data_on": "20260620",
    "insurer_number": "39472139",
    "municipality_code": "47213",
    "name": "見本　花子",
    "sex": "2",
    "birth_date": "3160705",
    "postcode": "904-2215",
    "address": "うるま市みどり町一丁目1番1号",
    "qualified_on": "20200101",
    "effective_on": "20260801",
    "copay": "1",
    "category": "一般Ⅰ",
    "linked": "1",
    "used_12m": "12",
    "used_3m": "3",
}


def number(count: int) -> str:
    """Insured number with a right check digit."""
    body = f"{count:07d}"
    return body + m10w21(body)


def person(count: int = 1, **changes: str) -> dict[str, str]:
    """Cells by key of one right person (born 1941-07-05, 85 on the switch) with changes."""
    return {**PERSON, "insured_number": number(count), **changes}


def export_text(people: Sequence[Mapping[str, str]], extra: Sequence[str] = ()) -> str:
    """Export CSV of people by key, columns as the keys come.

    ``extra`` are further headers, with cells under the header itself.
    """
    used = [BY_KEY[key] for key in dict.fromkeys(key for each in people for key in each) if key in BY_KEY]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([column.header for column in used] + list(extra))
    for each in people:
        writer.writerow(
            [each.get(column.key, "") for column in used] + [each.get(name, "") for name in extra]
        )
    return out.getvalue()


def survey_text(changes: Mapping[str, Mapping[str, str]] | None = None) -> str:
    """Questionnaire in which all 41 municipalities answer alike, with changes by JIS code."""
    out = io.StringIO()
    writer = csv.DictWriter(out, SURVEY_HEADERS, restval="", lineterminator="\n")
    writer.writeheader()
    with (data_dir() / "municipalities.csv").open(encoding="utf-8", newline="") as handle:
        for contact in csv.DictReader(handle):
            code = contact["jis_code"]
            own = {"市町村コード": code, "市町村名": contact["name"], **ANSWER}
            writer.writerow({**own, **(changes or {}).get(code, {})})
    return out.getvalue()


def write_job(
    folder: Path, people: Sequence[Mapping[str, str]] = (), job: str = JOB, **survey: object
) -> Path:
    """Write the folder; returns it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.toml").write_text(job, encoding="utf-8")
    (folder / "export.csv").write_bytes(export_text(people or [person()]).encode())
    shutil.copyfile(data_dir() / "municipalities.csv", folder / "municipalities.csv")
    (folder / "survey.csv").write_text(survey_text(**survey), encoding="utf-8-sig")  # type: ignore[arg-type]
    return folder


def with_defect(folder: Path, name: str, target: str = "export.csv", job: str = JOB) -> Path:
    """A right folder in which one file is replaced by a defect file."""
    write_job(folder, job=job)
    shutil.copyfile(DEFECTS / name, folder / target)
    return folder


def take_in(folder: Path, people: Sequence[Mapping[str, str]], job: str = JOB) -> tuple[Intake, LoadedOrder]:
    """Write, load and read a folder of these people."""
    order = load_order(write_job(folder, people, job))
    return read_export(order, folder), order


def decided(folder: Path, people: Sequence[Mapping[str, str]], job: str = JOB) -> Decision:
    """Write, read and decide a folder of these people."""
    intake, order = take_in(folder, people, job)
    return decide(intake.people, intake.findings, order)
