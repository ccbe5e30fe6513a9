"""Forecast against actual (見込みと実績): what the difference of each unit is made of, to the yen."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.handover.budget_parts import CompareLine

_KEYS = ("municipality_code", "document", "mail_service", "pieces", "total_yen")


def read_budget_lines(folder: Path) -> pd.DataFrame:
    """The lines of an earlier budget: budget.csv in the folder or in its ``finance``; JobError otherwise."""
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
        return table.astype({"pieces": "int64", "total_yen": "int64"})
    except (KeyError, ValueError, UnicodeDecodeError, csv.Error):
        raise JobError(
            "比較する予算を読めません。",
            remedy="kouki-print が作った budget.csv を指定してください。",
            file=path.name,
        ) from None


def compare_lines(
    forecast: pd.DataFrame, actual: pd.DataFrame, towns: Sequence[tuple[str, str]]
) -> tuple[CompareLine, ...]:
    """Every unit's difference by count, service and weight, in table order, then units of one side only.

    Count: more or fewer pieces of a document at the forecast's average price.  Service: pieces that went
    by another service, at the forecast's price of that service where it has one.  Weight: the rest, that is
    pieces in another step or class, extra enclosures, another tariff.  The three add up exactly.
    """
    names = dict(towns)
    codes = [
        *names,
        *sorted((set(forecast["municipality_code"]) | set(actual["municipality_code"])) - set(names)),
    ]
    averages = _averages(forecast, ("document",))
    return tuple(
        _line(
            code,
            names.get(code, ""),
            forecast[forecast["municipality_code"] == code],
            actual[actual["municipality_code"] == code],
            averages,
        )
        for code in codes
    )


def _averages(lines: pd.DataFrame, keys: tuple[str, ...]) -> dict[Any, tuple[int, int]]:
    """(yen, pieces) by key: an average without rounding."""
    sums = lines.groupby(list(keys))[["total_yen", "pieces"]].sum()
    return {
        key if isinstance(key, tuple) else (key,): (int(row.total_yen), int(row.pieces))
        for key, row in zip(sums.index, sums.itertuples(), strict=True)
    }


def _line(
    code: str, name: str, before: pd.DataFrame, after: pd.DataFrame, overall: dict[Any, tuple[int, int]]
) -> CompareLine:
    own = _averages(before, ("document",))
    by_service = _averages(before, ("document", "mail_service"))
    count = service = 0
    documents: Iterable[str] = sorted(set(before["document"]) | set(after["document"]))
    for document in documents:
        made = after[after["document"] == document]
        yen, pieces = own.get((document,)) or overall.get((document,)) or _first(made)
        planned = int(before.loc[before["document"] == document, "pieces"].sum())
        count += _part(int(made["pieces"].sum()) - planned, yen, pieces)
        for line in made.itertuples():
            price = by_service.get((document, line.mail_service))
            if price is None:  # nobody planned it: all of its price is the service's
                service += int(line.total_yen) - _part(int(line.pieces), yen, pieces)
            else:
                service += _part(int(line.pieces), *price) - _part(int(line.pieces), yen, pieces)
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


def _first(lines: pd.DataFrame) -> tuple[int, int]:
    return int(lines["total_yen"].sum()), int(lines["pieces"].sum())


def _part(pieces: int, yen: int, of: int) -> int:
    """Yen of so many pieces at an average price, half away from zero."""
    if not of:
        return 0
    value = abs(pieces) * yen
    whole = (2 * value + of) // (2 * of)
    return whole if pieces >= 0 else -whole
