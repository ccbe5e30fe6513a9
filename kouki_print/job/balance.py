"""件数突合 (balance): every output is read back and must count to the records of the export."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.manifest import STATUSES
from kouki_print.job.ledger import open_ledger, status_counts

Counts = dict[str, int]
_AGAIN = "出力は使わず、もう一度実行してください。直らないときは開発元に知らせてください。"


def check_balance(out: Path, records: int, municipalities: Mapping[str, Any]) -> Counts:
    """Counts by status, when register, manifests, ledger and the records read all agree; else exit 3."""
    register = _register(out)
    manifests, pieces, yen = _manifests(out, municipalities)
    with open_ledger(out) as connection:
        ledger = {status: status_counts(connection).get(status, 0) for status in STATUSES}
        in_ledger, ledger_yen = connection.execute(
            "SELECT COUNT(*), TOTAL(postage_yen) FROM piece"
        ).fetchone()
        outside = dict(
            connection.execute(
                "SELECT status, COUNT(*) FROM record WHERE municipality_code NOT IN (SELECT code FROM municipality)"
                " GROUP BY status"
            )
        )
    # People of an unknown municipality are held and belong to no manifest.
    whole = {status: manifests[status] + outside.get(status, 0) for status in STATUSES}
    budget_pieces, budget_yen = _budget(out)
    for name, found, wanted in (
        ("register.csv の件数", sum(register.values()), records),
        ("register.csv と台帳の状態別件数", register, ledger),
        ("manifest.json と台帳の状態別件数", whole, ledger),
        ("pieces.csv の通数と台帳の通数", pieces, in_ledger),
        ("台帳の通数と印刷対象の件数", in_ledger, ledger["printed"]),
        ("budget.csv の通数と台帳の通数", budget_pieces, in_ledger),
        ("manifest.json と台帳の郵送料", yen, int(ledger_yen)),
        ("budget.csv と台帳の郵送料", budget_yen, int(ledger_yen)),
    ):
        if found != wanted:
            raise OutputDiffers(
                f"件数突合が一致しません: {name}（{found} と {wanted}）。",
                remedy=_AGAIN,
            )
    return ledger


@contextmanager
def _reading(out: Path, name: str) -> Iterator[Path]:
    """The path of an output file; OutputDiffers names it when it is missing or cannot be understood."""
    try:
        yield out / name
    except FileNotFoundError as error:
        raise OutputDiffers("ファイルがありません。", remedy=_AGAIN, file=name) from error
    except (ValueError, KeyError, TypeError, StopIteration, IndexError, csv.Error) as error:
        raise OutputDiffers("内容が壊れていて読めません。", remedy=_AGAIN, file=name) from error


def _register(out: Path) -> Counts:
    with _reading(out, "union/register.csv") as path, path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        at = next(reader).index("status")
        found = Counter(row[at] for row in reader)
    return {status: found.pop(status, 0) for status in STATUSES} | dict(found)


def _manifests(out: Path, municipalities: Mapping[str, Any]) -> tuple[Counts, int, int]:
    counts = dict.fromkeys(STATUSES, 0)
    pieces = yen = 0
    for code in municipalities:
        with _reading(out, f"vendor/{code}/manifest.json") as path:
            content = json.loads(path.read_text(encoding="utf-8"))
            for status in STATUSES:
                counts[status] += content["counts"][status]
            yen += content["postage"]["total_yen"]
        with _reading(out, f"vendor/{code}/pieces.csv") as path, path.open("rb") as handle:
            pieces += sum(1 for _ in handle) - 1
    return counts, pieces, yen


def _budget(out: Path) -> tuple[int, int]:
    with _reading(out, "finance/budget.csv") as path, path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
        return sum(int(row["pieces"]) for row in rows), sum(int(row["total_yen"]) for row in rows)
