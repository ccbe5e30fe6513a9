"""件数突合 (balance): every output is read back and must count to the records of the export."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.manifest import STATUSES
from kouki_print.job.ledger import LEDGER as _LEDGER
from kouki_print.job.ledger import open_ledger
from kouki_print.job.papers.counts import unit_counts
from kouki_print.job.papers.lists import check_lists
from kouki_print.job.papers.units import check_unit
from kouki_print.job.readings import AGAIN, cells, reading, same
from kouki_print.job.report import STATUS_JA
from kouki_print.page.layout import Layout

Counts = dict[str, int]
_NOTHING: Mapping[str, int] = dict.fromkeys((*STATUSES, "pieces", "total_yen"), 0)


@dataclass(frozen=True, slots=True)
class Balance:
    """What agreed: records by status, and how many of them belong to no known unit.

    The latter are in no unit's folder: they are held, excluded or unissued, never printed.
    """

    counts: Counts
    unknown_unit: int


def check_balance(out: Path, records: int, municipalities: Collection[str]) -> Balance:
    """Counts when every list, the ledger and the records read all agree; else OutputDiffers (exit 3).

    Read back: register, held, unissued and protected list line by line, problems.csv, check.html,
    each municipality's manifest and pieces.csv, budget.csv.
    """
    with open_ledger(out) as connection:
        records_of = connection.execute(
            "SELECT row, status, unit_code, carrier_row FROM record ORDER BY row"
        ).fetchall()
        towns = _town_counts(connection)
        units = dict(connection.execute("SELECT row, unit_code FROM piece"))
        wanted = unit_counts(connection)
        indexed = _with_index(connection)
        ((layout,),) = connection.execute("SELECT value FROM job WHERE key = 'slip'")
        slip = Layout.model_validate_json(layout)
    statuses = [status for _, status, _, _ in records_of]
    # On a piece that exists, of one's own unit.
    carried = [
        row == carrier
        for row, status, unit, carrier in records_of
        if status == "printed" and units.get(carrier) == unit
    ]
    ledger = _counted(statuses)
    pieces, yen = (sum(town[name] for town in towns.values()) for name in ("pieces", "total_yen"))
    same(_LEDGER, "件数", len(statuses), records)
    same(_LEDGER, "印刷する人のうち通に載っている人数", len(carried), ledger["printed"])
    same(_LEDGER, "印刷対象の通数", pieces, sum(carried))
    _check_register(out, statuses)
    general = _without_people_apart(out, statuses)
    _check_list(out, "held", general, each_once=False)
    _check_list(out, "unissued", general, each_once=True)
    _check_problems(out, general)
    _check_report(out)
    known = sum(_check_town(out, code, towns.get(code, _NOTHING)) for code in municipalities)
    unknown = sum(_records(town) for code, town in towns.items() if code not in municipalities)
    same("vendor/*/manifest.json", "件数の合計（渡し先不明を含む）", known + unknown, records)
    budget_pieces, budget_yen = _budget(out)
    same("finance/budget.csv", "通数", budget_pieces, pieces)
    same("finance/budget.csv", "郵送料", budget_yen, yen)
    for code, unit in wanted.items():
        check_unit(out, code, unit, slip, names=code in indexed)
    check_lists(out, wanted)
    return Balance(ledger, unknown)


def _records(counts: Mapping[str, int]) -> int:
    return sum(counts[status] for status in STATUSES)


def _counted(statuses: Iterable[str]) -> Counts:
    found = Counter(statuses)
    return {status: found.pop(status, 0) for status in STATUSES} | dict(found)


def _town_counts(connection: sqlite3.Connection) -> dict[str, Counts]:
    """What the ledger holds of each municipality: records by status, pieces and their postage."""
    towns: dict[str, Counts] = {}
    for code, status, count in connection.execute(
        "SELECT unit_code, status, COUNT(*) FROM record GROUP BY unit_code, status"
    ):
        towns.setdefault(code, dict(_NOTHING))[status] = count
    for code, pieces, yen in connection.execute(
        "SELECT unit_code, COUNT(*), SUM(postage_yen) FROM piece GROUP BY unit_code"
    ):
        towns.setdefault(code, dict(_NOTHING)).update(pieces=pieces, total_yen=yen)
    return towns


def _with_index(connection: sqlite3.Connection) -> set[str]:
    """Units with an index of their pieces: all but employers who hand out their bundle by a cover list."""
    ((order,),) = connection.execute("SELECT value FROM job WHERE key = 'order'")
    by_group = json.loads(order)["delivery"]["unit"] == "group"
    return {
        code for code, mailed in connection.execute("SELECT code, mailed FROM unit") if mailed or not by_group
    }


def _check_register(out: Path, statuses: Sequence[str]) -> None:
    """Every line of the register has the status that the ledger has."""
    name = "union/register.csv"
    found = [status for (status,) in cells(out, name, "status")]
    same(name, "件数", len(found), len(statuses))
    for row, (mine, wanted) in enumerate(zip(found, statuses, strict=True), start=2):
        if mine != wanted:
            raise OutputDiffers(
                f"件数突合が一致しません: 台帳では{wanted}です。",
                remedy=AGAIN,
                file=name,
                row=row,
                column="status",
            )


def _without_people_apart(out: Path, statuses: Sequence[str]) -> list[str]:
    """Statuses for the general lists: who is in the sealed list (protected.csv) is in none of them."""
    name = "union/protected.csv"
    general = list(statuses)
    for row, status in cells(out, name, "row", "status"):
        with reading(out, name):
            at = int(row) - 1
        if not 0 <= at < len(general) or general[at] != status:
            raise OutputDiffers(
                "件数突合が一致しません: 台帳と状態が違うか、二度載っている人がいます。",
                remedy=AGAIN,
                file=name,
                column="status",
            )
        general[at] = ""
    return general


def _check_list(out: Path, status: str, statuses: Sequence[str], *, each_once: bool) -> None:
    """The list of a status has all rows of that status and no other."""
    name = f"union/{status}.csv"
    lines = [row for (row,) in cells(out, name, "row")]
    rows = set(lines)
    wanted = {str(row) for row, each in enumerate(statuses, start=1) if each == status}
    same(name, f"{STATUS_JA[status]}の件数", len(lines) if each_once else len(rows), len(wanted))
    if rows != wanted:
        raise OutputDiffers(
            f"件数突合が一致しません: 台帳で{STATUS_JA[status]}の人と違う人が載っています。",
            remedy=AGAIN,
            file=name,
            column="row",
        )


def _check_problems(out: Path, statuses: Sequence[str]) -> None:
    """Everybody held has a line that says why, and no line is about somebody who was not read."""
    name = "union/problems.csv"
    lines = cells(out, name, "severity", "row")
    with reading(out, name):
        rows = {int(row) for _, row in lines}
        told = {int(row) for severity, row in lines if severity == "hold"}
    held = {row for row, status in enumerate(statuses, start=1) if status == "held"}
    same(name, "理由のある保留の件数", len(told & held), len(held))
    same(name, "移行データにない行の数", len([row for row in rows if not 1 <= row <= len(statuses)]), 0)


def _check_report(out: Path) -> None:
    name = "union/check.html"
    with reading(out, name) as path:
        if not path.read_text(encoding="utf-8").rstrip().endswith("</html>"):
            raise ValueError(name)


def _check_town(out: Path, code: str, wanted: Mapping[str, int]) -> int:
    """Manifest and pieces.csv of one municipality count what the ledger counts; gives its records."""
    name = f"vendor/{code}/manifest.json"
    with reading(out, name) as path:
        content = json.loads(path.read_text(encoding="utf-8"))
        for status in STATUSES:
            same(name, f"{STATUS_JA[status]}の件数", content["counts"][status], wanted[status])
        records: int = content["counts"]["records"]
        same(name, "件数", records, _records(wanted))
        same(name, "郵送料", content["postage"]["total_yen"], wanted["total_yen"])
    name = f"vendor/{code}/pieces.csv"
    with reading(out, name) as path, path.open("rb") as handle:
        same(name, "通数", sum(1 for _ in handle) - 1, wanted["pieces"])
    return records


def _budget(out: Path) -> tuple[int, int]:
    with reading(out, "finance/budget.csv") as path, path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
        return sum(int(row["pieces"]) for row in rows), sum(int(row["total_yen"]) for row in rows)
