"""Scenarios (試算): the same people under other rules, weights, services or tariffs, side by side."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.handover.budget_parts import ScenarioLine
from kouki_print.handover.pricing import price_demand
from kouki_print.order.load import LoadedOrder, varied_order
from kouki_print.order.scenarios import Scenario
from kouki_print.post.tariff import Tariff

BASE = "基本（この注文）"
DemandOf = Callable[[LoadedOrder], pd.DataFrame]


def scenario_lines(
    job_dir: Path,
    loaded: LoadedOrder,
    scenarios: tuple[Scenario, ...],
    demand_of: DemandOf,
    tariff: Tariff,
    people: int,
) -> tuple[ScenarioLine, ...]:
    """The order itself and each scenario: pieces, yen, difference in all and per person.

    ``demand_of`` decides the people (or the forecast) under an order.  Empty without scenarios.
    """
    if not scenarios:
        return ()
    lines = [_line(BASE, "", loaded, demand_of, tariff, people, None)]
    totals = {"": lines[0].total_yen}
    for scenario in scenarios:
        note = f"{scenario.against}との差。{scenario.note}" if scenario.against else scenario.note
        against = totals[scenario.against]
        try:
            varied = _varied(job_dir, loaded, scenario)
            line = _line(scenario.name, note, varied, demand_of, tariff, people, against)
        except JobError as error:
            raise JobError(
                f"試算「{scenario.name}」: {error.what}",
                remedy=f"この試算の書き方を確かめてください。{error.remedy}",
                file=loaded.order.input.scenarios,
            ) from None
        totals[scenario.name] = line.total_yen
        lines.append(line)
    return tuple(lines)


def _varied(job_dir: Path, loaded: LoadedOrder, scenario: Scenario) -> LoadedOrder:
    """The order with a scenario's changes; who hands over does not mail."""
    unknown = [code for code in scenario.handed_over if code not in loaded.units]
    if unknown:
        raise JobError(f"handed_over「{unknown[0]}」が一覧にありません", remedy="コードを直してください。")
    units = {
        code: unit.model_copy(update={"mailed": False}) if code in scenario.handed_over else unit
        for code, unit in loaded.units.items()
    }
    order = varied_order(job_dir, scenario.changes())
    return dataclasses.replace(loaded, order=order, units=units)


def _line(
    name: str,
    note: str,
    loaded: LoadedOrder,
    demand_of: DemandOf,
    tariff: Tariff,
    people: int,
    against: int | None,
) -> ScenarioLine:
    demand = demand_of(loaded)
    priced = price_demand(loaded.order, loaded.units, demand, tariff.table_on(loaded.order.job.mail_on))
    pieces = demand.groupby("document")["pieces"].sum()
    total = int(priced["total_yen"].sum())
    difference = 0 if against is None else total - against
    return ScenarioLine(
        name=name,
        note=note,
        pieces={key: int(pieces[key]) for key in loaded.order.documents if key in pieces.index},
        total_yen=total,
        difference_yen=difference,
        per_person_yen_100=_rounded(difference * 100, people),
    )


def _rounded(value: int, by: int) -> int:
    """Half away from zero."""
    if not by:
        return 0
    whole = (2 * abs(value) + by) // (2 * by)
    return whole if value >= 0 else -whole
