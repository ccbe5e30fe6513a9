"""The review (点検資料): control sheet, last year, 未発行者一覧 and the check workbook, for ``check`` and ``run``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kouki_print.base.checkdigits import code6, is_digits
from kouki_print.base.dates import wareki
from kouki_print.base.texts import filled
from kouki_print.handover.check_workbook import CheckFacts, TownCount, write_check_xlsx
from kouki_print.handover.comparison import DELIVERY_KINDS, PERSON_JA, ControlLine, YearComparison
from kouki_print.handover.manifest import STATUSES
from kouki_print.handover.tables import FOR_EXCEL
from kouki_print.handover.unissued_list import (
    count_unissued,
    unissued_people,
    write_unissued_summary,
    write_unissued_xlsx,
)
from kouki_print.handover.workbook import Heading
from kouki_print.job.compare import compare
from kouki_print.job.prepare import PROBLEMS, Prepared
from kouki_print.order.groups import DIRECT
from kouki_print.order.tables import read_lines

_MOST_ROWS = 20


@dataclass(frozen=True, slots=True)
class Review:
    """What the job was compared with: the control sheet (empty without one) and last year (None without).

    ``unit``: what the delivery units are, 市町村 or 団体.
    """

    control: tuple[ControlLine, ...]
    year: YearComparison | None
    unit: str = "市町村"

    def notes(self) -> list[str]:
        """What the operator is told at once."""
        notes = []
        wrong = sum(not line.agrees for line in self.control)
        if wrong:
            notes.append(
                f"件数表（control.csv）と件数の違う{self.unit}が{wrong}件あります。検査報告で確かめてください。"
            )
        if self.year is None:
            return notes
        others = len(self.year.persons) + self.year.sealed_persons
        if others:
            notes.append(f"前年と{PERSON_JA}が違う人が{others:,}人います。検査報告で確かめてください。")
        return [*notes, *self.year.doubts]


NOT_REVIEWED = Review((), None)


def unit_codes(prepared: Prepared) -> pd.Series:
    """Code of the municipality (or other delivery unit) of each record."""
    return prepared.decided["unit_code"]


def review_of(job_dir: Path, prepared: Prepared, last: Path | None = None) -> Review:
    """Read the control sheet and last year's job; JobError when either cannot be read.

    ``last`` comes from the command line and goes before ``[input] last``, which is relative to the job.
    """
    settings = prepared.loaded.order.input
    if last is None and settings.last:
        last = job_dir / settings.last
    control = job_dir / settings.control
    return Review(
        control=_control(control, prepared) if control.is_file() else (),
        year=compare(prepared, job_dir, last) if last is not None else None,
        unit=prepared.loaded.unit_ja,
    )


def _control(path: Path, prepared: Prepared) -> tuple[ControlLine, ...]:
    """The control sheet against the records read, units in table order, unlisted ones too.

    Whoever counted the records knew their own codes only: an employer's are those with its 団体コード,
    also the ones that are sent directly.
    """
    loaded = prepared.loaded
    unit, by_group = loaded.unit_ja, loaded.by_group
    names = {code: town.contact.name for code, town in loaded.units.items()}
    own = prepared.people["group_code" if by_group else "municipality_code"]
    if by_group:
        own = own.where(filled(own), DIRECT)
    found: Mapping[str, int] = own.value_counts().to_dict()
    expected: dict[str, int] = {}
    header = _code_header(path, unit)
    for line in read_lines(path, (header, "件数")):
        code = line[header]
        if not by_group and is_digits(code, 6) and code6(code[:5]) == code:
            code = code[:5]
        if code not in names:
            table = f"{loaded.order.input.groups} " if by_group else "連絡先一覧"
            raise line.error(header, f"{table}にない{unit}コードです", f"{unit}コードを直してください。")
        if code in expected:
            raise line.error(header, f"{names[code]}が二度あります", f"一つの{unit}を1行にしてください。")
        count = line["件数"].replace(",", "")
        if not is_digits(count, len(count)) or not 0 < len(count) <= 9:
            raise line.error("件数", "件数が数字ではありません", "0以上の整数を半角で書いてください。")
        expected[code] = int(count)
    return tuple(
        ControlLine(code, name, expected.get(code), int(found.get(code, 0))) for code, name in names.items()
    )


def _code_header(path: Path, unit: str) -> str:
    """The header of the codes: the unit's own, or 市町村コード where the sheet has that one instead."""
    first = next(read_lines(path, ()), None)
    headers = (f"{unit}コード", "市町村コード")
    return next((name for name in headers if first and name in first.cells), headers[0])


def write_review(
    union: Path,
    prepared: Prepared,
    review: Review,
    status_ja: Mapping[str, str],
    reasons: Any,
    encoding: str = FOR_EXCEL,
) -> None:
    """unissued_summary.csv, unissued.xlsx and check.xlsx.

    ``status_ja`` are the words of the statuses, ``reasons`` the lines of check.html (document, reason,
    sentence, count), so that both reports say the same.
    """
    order, people, decided = prepared.loaded.order, prepared.people, prepared.decided
    heading = Heading(order.job.title, order.insurer.name, order.job.data_on, prepared.loaded.unit_ja)
    names = {code: town.contact.name for code, town in prepared.loaded.units.items()}
    files = [entry.name for entry in prepared.intake.inputs]
    units = unit_codes(prepared)
    counted = count_unissued(units, decided, names)
    write_unissued_summary(union / "unissued_summary.csv", counted, prepared.loaded.unit_ja, encoding)
    lines, left_out = unissued_people(people, decided, units, names, files)
    write_unissued_xlsx(union / "unissued.xlsx", counted, lines, left_out, heading)
    facts = CheckFacts(
        heading=heading,
        facts=(
            ("規則", order.job.preset),
            ("基準日", wareki(order.job.data_on)),
            ("切替日", wareki(order.job.switch_on)),
            ("差出日", wareki(order.job.mail_on)),
        ),
        statuses=[(status_ja[key], int((decided["status"] == key).sum())) for key in STATUSES],
        reasons=[(line["document"], line["reason"], line["sentence"], line["count"]) for line in reasons],
        findings=prepared.listed(),
        sealed=_sealed(prepared),
        kinds=PROBLEMS,
        people=people[["row", "source", "line"]],
        files=files,
        towns=_towns(units, decided, names, f"（{prepared.loaded.unit_ja}不明）"),
        control=review.control,
        year=review.year,
    )
    write_check_xlsx(union / "check.xlsx", facts)


def _sealed(prepared: Prepared) -> int:
    """People under protection (支援措置) who have any problem."""
    seen = np.zeros(len(prepared.people), dtype=bool)
    for finding in prepared.findings:
        seen[finding.rows] = True
    return int((seen & prepared.people["protected"].to_numpy()).sum())


def _towns(
    units: pd.Series, decided: pd.DataFrame, names: Mapping[str, str], unknown_name: str
) -> list[TownCount]:
    """Records by status per municipality in table order; those of unknown municipalities come last."""
    table = pd.crosstab(units.to_numpy(), decided["status"].to_numpy()).reindex(
        columns=STATUSES, fill_value=0
    )
    counts = {
        str(code): tuple(int(value) for value in row)
        for code, row in zip(table.index, table.to_numpy(), strict=True)
    }
    nothing = (0,) * len(STATUSES)
    lines = [TownCount(code, name, counts.get(code, nothing)) for code, name in names.items()]
    unknown = [values for code, values in counts.items() if code not in names]
    if unknown:
        lines.append(TownCount("", unknown_name, tuple(map(sum, zip(*unknown, strict=True)))))
    return lines


def review_context(review: Review) -> dict[str, Any]:
    """What the section of check.html shows, as plain values."""
    wrong = [line for line in review.control if not line.agrees]
    context: dict[str, Any] = {
        "control": bool(review.control),
        "control_wrong": [
            {"code": line.code, "name": line.name, "expected": line.expected, "found": line.found}
            for line in wrong
        ],
        "year": None,
    }
    if review.year is None:
        return context
    year = review.year
    context["year"] = {
        "title": year.title,
        "data_on": wareki(year.data_on),
        "last": sum(town.last for town in year.towns),
        "this": sum(town.this for town in year.towns),
        "new": sum(town.new for town in year.towns),
        "gone": sum(town.gone for town in year.towns),
        "big": [town for town in year.towns if town.big],
        "deliveries": [
            *(
                _changed(kind, year.deliveries[year.deliveries["kind"] == kind], year.sealed[kind])
                for kind in DELIVERY_KINDS
            ),
            _changed(f"（{PERSON_JA}が前年と違う人）", year.persons, year.sealed_persons),
        ],
        "contacts": year.contacts,
    }
    return context


def _changed(kind: str, lines: pd.DataFrame, sealed: int) -> dict[str, Any]:
    shown = lines.head(_MOST_ROWS)
    places = [
        f"{file} {line:,}行目" for file, line in zip(shown["file"], shown["line"].tolist(), strict=True)
    ]
    return {
        "kind": kind,
        "count": len(lines),
        "sealed": sealed,
        "rows": places,
        "more": len(lines) - len(places),
    }
