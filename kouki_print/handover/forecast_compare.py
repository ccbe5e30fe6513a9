"""Forecast against actual (見込みと実績): what the difference of each unit is made of, to the yen."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.handover.budget_parts import CompareLine
from kouki_print.order.models import SERVICE_JA

_KEYS = ("municipality_code", "document", "mail_service", "pieces", "total_yen")


def read_budget_lines(folder: Path, documents: Iterable[str]) -> pd.DataFrame:
    """The lines of an earlier budget: budget.csv in the folder or in its ``finance``; JobError otherwise.

    ``documents`` are the ones that there are.
    """
    for path in (folder / "finance" / "budget.csv", folder / "budget.csv", folder):
        if path.is_file():
            break
    else:
        raise JobError(
            "比較する予算 budget.csv がありません。",
            remedy="前に budget で作った出力フォルダーを指定してください。",
            file=str(folder),
        )
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.DictReader(handle))
        table = pd.DataFrame({key: [row[key] for row in rows] for key in _KEYS})
        table = table.astype({"pieces": "int64", "total_yen": "int64"})
        known = table["document"].isin(list(documents)) & table["mail_service"].isin(list(SERVICE_JA))
        if table.empty or not known.all() or (table[["pieces", "total_yen"]] < 0).to_numpy().any():
            raise ValueError(path.name)
        return table
    except (KeyError, ValueError, TypeError, OverflowError, UnicodeDecodeError, csv.Error):
        raise JobError(
            "比較する予算を読めません。",
            remedy="kouki-print が作った budget.csv を指定してください。",
            file=path.name,
        ) from None


def compare_lines(
    forecast: pd.DataFrame, actual: pd.DataFrame, towns: Sequence[tuple[str, str]]
) -> tuple[CompareLine, ...]:
    """Every unit's difference by count, service and weight, in table order, then units of one side only.

    Pieces more or fewer of a document and service count at the unit's forecast price of these, or where it
    had none at what they cost.  What went from one service to another is the service's; the rest of the
    pieces is the count's.  Weight is what remains: another step or class, extra enclosures, another tariff.
    The three add up exactly.
    """
    names = dict(towns)
    codes = set(forecast["municipality_code"]) | set(actual["municipality_code"])
    return tuple(
        _line(
            code,
            names.get(code, ""),
            forecast[forecast["municipality_code"] == code],
            actual[actual["municipality_code"] == code],
        )
        for code in [*names, *sorted(codes - set(names))]
    )


def _averages(lines: pd.DataFrame, keys: tuple[str, ...]) -> dict[Any, tuple[int, int]]:
    """(yen, pieces) by key: an average without rounding."""
    sums = lines.groupby(list(keys))[["total_yen", "pieces"]].sum()
    return {
        key if isinstance(key, tuple) else (key,): (int(row.total_yen), int(row.pieces))
        for key, row in zip(sums.index, sums.itertuples(), strict=True)
    }


def _line(code: str, name: str, before: pd.DataFrame, after: pd.DataFrame) -> CompareLine:
    planned, made = (_averages(lines, ("document", "mail_service")) for lines in (before, after))
    count = service = 0
    for document in sorted({key[0] for key in (*planned, *made)}):
        shifts = {
            key: made.get(key, (0, 0))[1] - planned.get(key, (0, 0))[1]
            for key in (*planned, *(key for key in made if key not in planned))
            if key[0] == document
        }
        by_count, by_service = _parts(shifts, {key: planned.get(key) or made[key] for key in shifts})
        count, service = count + by_count, service + by_service
    forecast_yen, actual_yen = int(before["total_yen"].sum()), int(after["total_yen"].sum())
    return CompareLine(
        unit_code=code,
        name=name,
        forecast_pieces=int(before["pieces"].sum()),
        actual_pieces=int(after["pieces"].sum()),
        forecast_yen=forecast_yen,
        actual_yen=actual_yen,
        by_count_yen=count,
        by_service_yen=service,
        by_weight_yen=actual_yen - forecast_yen - count - service,
    )


def _parts(shifts: dict[Any, int], prices: dict[Any, tuple[int, int]]) -> tuple[int, int]:
    """Yen of one document by count and by service; ``shifts`` are pieces more (or fewer) by service."""
    more = sum(shift for shift in shifts.values() if shift > 0)
    fewer = -sum(shift for shift in shifts.values() if shift < 0)
    gained = sum(_part(shift, *prices[key]) for key, shift in shifts.items() if shift > 0)
    lost = -sum(_part(shift, *prices[key]) for key, shift in shifts.items() if shift < 0)
    over = more - fewer
    by_count = _part(over, gained, more) if over >= 0 else _part(over, lost, fewer)
    return by_count, gained - lost - by_count


def _part(pieces: int, yen: int, of: int) -> int:
    """Yen of so many pieces at an average price, half away from zero."""
    if not of:
        return 0
    value = abs(pieces) * yen
    whole = (2 * value + of) // (2 * of)
    return whole if pieces >= 0 else -whole
