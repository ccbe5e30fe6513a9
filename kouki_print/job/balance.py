"""件数突合 (balance): every output is read back and must count to the records of the export."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.manifest import STATUSES
from kouki_print.job.ledger import LEDGER as _LEDGER
from kouki_print.job.ledger import open_ledger
from kouki_print.job.report import STATUS_JA

Counts = dict[str, int]
_AGAIN = "出力は使わず、もう一度実行してください。直らないときは開発元に知らせてください。"
_NOTHING: Mapping[str, int] = dict.fromkeys((*STATUSES, "pieces", "total_yen"), 0)


def check_balance(out: Path, records: int, municipalities: Mapping[str, Any]) -> Counts:
    """Counts by status, when register, manifests, ledger and the records read all agree; else exit 3."""
    with open_ledger(out) as connection:
        statuses = [status for (status,) in connection.execute("SELECT status FROM record ORDER BY row")]
        towns = _town_counts(connection)
    ledger = _counted(statuses)
    pieces, yen = (sum(town[name] for town in towns.values()) for name in ("pieces", "total_yen"))
    _same(_LEDGER, "件数", len(statuses), records)
    _same(_LEDGER, "印刷対象の通数", pieces, ledger["printed"])
    _check_register(out, statuses)
    for code in municipalities:
        _check_town(out, code, towns.get(code, _NOTHING))
    budget_pieces, budget_yen = _budget(out)
    _same("finance/budget.csv", "通数", budget_pieces, pieces)
    _same("finance/budget.csv", "郵送料", budget_yen, yen)
    return ledger


def _counted(statuses: Iterable[str]) -> Counts:
    found = Counter(statuses)
    return {status: found.pop(status, 0) for status in STATUSES} | dict(found)


def _town_counts(connection: sqlite3.Connection) -> dict[str, Counts]:
    """What the ledger holds of each municipality: records by status, pieces and their postage."""
    towns: dict[str, Counts] = {}
    for code, status, count in connection.execute(
        "SELECT municipality_code, status, COUNT(*) FROM record GROUP BY municipality_code, status"
    ):
        towns.setdefault(code, dict(_NOTHING))[status] = count
    for code, pieces, yen in connection.execute(
        "SELECT municipality_code, COUNT(*), SUM(postage_yen) FROM piece GROUP BY municipality_code"
    ):
        towns.setdefault(code, dict(_NOTHING)).update(pieces=pieces, total_yen=yen)
    return towns


def _same(file: str, what: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise OutputDiffers(
            f"件数突合が一致しません: {what}が{found:,}です（正しくは{wanted:,}）。", remedy=_AGAIN, file=file
        )


@contextmanager
def _reading(out: Path, name: str) -> Iterator[Path]:
    """The path of an output file; OutputDiffers names it when it is missing or cannot be understood."""
    try:
        yield out / name
    except FileNotFoundError as error:
        raise OutputDiffers("ファイルがありません。", remedy=_AGAIN, file=name) from error
    except (ValueError, KeyError, TypeError, StopIteration, IndexError, csv.Error) as error:
        raise OutputDiffers("内容が壊れていて読めません。", remedy=_AGAIN, file=name) from error


def _check_register(out: Path, statuses: Sequence[str]) -> None:
    """Every line of the register has the status that the ledger has."""
    name = "union/register.csv"
    with _reading(out, name) as path, path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        at = next(reader).index("status")
        found = [line[at] for line in reader]
    _same(name, "件数", len(found), len(statuses))
    for row, (mine, wanted) in enumerate(zip(found, statuses, strict=True), start=2):
        if mine != wanted:
            raise OutputDiffers(
                f"件数突合が一致しません: 台帳では{wanted}です。",
                remedy=_AGAIN,
                file=name,
                row=row,
                column="status",
            )


def _check_town(out: Path, code: str, wanted: Mapping[str, int]) -> None:
    """Manifest and pieces.csv of one municipality count what the ledger counts."""
    name = f"vendor/{code}/manifest.json"
    with _reading(out, name) as path:
        content = json.loads(path.read_text(encoding="utf-8"))
        for status in STATUSES:
            _same(name, f"{STATUS_JA[status]}の件数", content["counts"][status], wanted[status])
        _same(name, "郵送料", content["postage"]["total_yen"], wanted["total_yen"])
    name = f"vendor/{code}/pieces.csv"
    with _reading(out, name) as path, path.open("rb") as handle:
        _same(name, "通数", sum(1 for _ in handle) - 1, wanted["pieces"])


def _budget(out: Path) -> tuple[int, int]:
    with _reading(out, "finance/budget.csv") as path, path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
        return sum(int(row["pieces"]) for row in rows), sum(int(row["total_yen"]) for row in rows)
