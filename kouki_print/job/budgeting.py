"""Budget (予算): weights, postage and the budget files, from the export or from a forecast, without a page."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.handover.budget import FROM_FORECAST, Budget, budget_of_groups, make_budget, write_budget_csv
from kouki_print.handover.budget_pdf import write_budget_pdf
from kouki_print.handover.budget_xlsx import write_budget_xlsx
from kouki_print.handover.discounts import discount_lines, eligibility, write_hints
from kouki_print.handover.forecast_compare import compare_lines, read_budget_lines
from kouki_print.handover.kind_lines import kind_lines, weight_lines, weight_warnings
from kouki_print.handover.pricing import price_demand
from kouki_print.handover.stock import stock_lines, write_stock_csv
from kouki_print.handover.tables import FOR_EXCEL
from kouki_print.intake.problems import PROBLEMS as INTAKE_PROBLEMS
from kouki_print.job.assumptions import assumptions_of
from kouki_print.job.demand import demand_of, forecast_demand
from kouki_print.job.prepare import Prepared, areas_of_job, prepare, tariff_of
from kouki_print.job.scenarios import scenario_lines
from kouki_print.job.staging import staging
from kouki_print.job.watch import Stages, Watcher
from kouki_print.order.forecast import LoadedForecast, load_forecast
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.order.models import Order
from kouki_print.order.scenarios import load_scenarios
from kouki_print.post.tariff import Tariff
from kouki_print.select.decide import decide


def budget(
    job_dir: Path, out: Path, watcher: Watcher, *, forecast: bool = False, compare: Path | None = None
) -> Budget:
    """Write ``finance/``: budget.csv, .xlsx, .pdf and enclosures.csv; returns the budget.

    From the forecast when asked for, or when there is no export yet.  ``compare``: output folder of an
    earlier budget that this one is set against.
    """
    with staging(out, ("finance",)) as building:
        loaded = load_order(job_dir)
        if forecast or not _has_export(job_dir, loaded):
            made = _of_forecast(job_dir, loaded)
        else:
            made = _of_export(job_dir, Stages(watcher))
        if compare is not None:
            lines = compare_lines(read_budget_lines(compare, loaded.order.documents), made.lines, made.towns)
            made = dataclasses.replace(made, compared=lines)
        write_finance(building, made)
        return made


def _has_export(job_dir: Path, loaded: LoadedOrder) -> bool:
    """Whether to read the export; without one a forecast must be there."""
    settings = loaded.order.input
    there = all((job_dir / name).is_file() for name in settings.export)
    if not there and not (job_dir / settings.forecast).is_file():
        raise JobError(
            "移行データも見込み（forecast.toml）もありません",
            remedy="移行データを置くか、見込みの件数を forecast.toml と counts.csv に書いてください。",
            file=settings.export[0],
        )
    return there


def _of_forecast(job_dir: Path, loaded: LoadedOrder) -> Budget:
    order = loaded.order
    forecast = load_forecast(job_dir, order.input.forecast, list(loaded.units))
    tariff = tariff_of(job_dir, loaded)
    table = tariff.table_on(order.job.mail_on)
    demand, people = forecast_demand(loaded, forecast)
    made = budget_of_groups(loaded, price_demand(order, loaded.units, demand, table), table)
    scenarios = scenario_lines(
        job_dir,
        loaded,
        load_scenarios(job_dir, order.input.scenarios),
        lambda varied: forecast_demand(varied, forecast)[0],
        tariff,
        people,
    )
    made = dataclasses.replace(made, basis=FROM_FORECAST, title=forecast.settings.title or made.title)
    made = _completed(job_dir, made, loaded, demand, None, tariff, people, forecast)
    return dataclasses.replace(made, scenarios=scenarios)


def _of_export(job_dir: Path, stages: Stages) -> Budget:
    prepared = prepare(job_dir, stages)
    loaded, people = prepared.loaded, prepared.people
    # What is wrong with the people themselves; what the rules brought up is found anew under each order.
    findings = [each for each in prepared.findings if each.code in INTAKE_PROBLEMS or each.severity]
    scenarios = scenario_lines(
        job_dir,
        loaded,
        load_scenarios(job_dir, loaded.order.input.scenarios),
        lambda varied: demand_of(decide(people, findings, varied).decided),
        prepared.tariff,
        len(people),
    )
    return dataclasses.replace(budget_of(job_dir, prepared), scenarios=scenarios)


def budget_of(job_dir: Path, prepared: Prepared) -> Budget:
    """The budget of a prepared job, by the tariff of its posting date, without scenarios."""
    loaded = prepared.loaded
    table = prepared.tariff.table_on(loaded.order.job.mail_on)
    made = make_budget(loaded, prepared.plan, table)
    demand = demand_of(prepared.decided)
    return _completed(
        job_dir, made, loaded, demand, prepared.plan, prepared.tariff, len(prepared.people), None
    )


def _completed(
    job_dir: Path,
    made: Budget,
    loaded: LoadedOrder,
    demand: pd.DataFrame,
    plan: pd.DataFrame | None,
    tariff: Tariff,
    people: int,
    forecast: LoadedForecast | None,
) -> Budget:
    """The budget with all that stands beside its lines."""
    order = loaded.order
    table = tariff.table_on(order.job.mail_on)
    kinds = kind_lines(order, loaded.units, demand, table)
    names, items = dict(made.towns), {entry.code: entry.name for entry in order.enclosure}
    priced = price_demand(order, loaded.units, demand, table).rename(
        columns={"municipality_code": "unit_code"}
    )
    areas = areas_of_job(job_dir, loaded)
    hints = eligibility(plan, areas, names, order) if plan is not None else []
    return dataclasses.replace(
        made,
        people=people,
        weights=weight_lines(order),
        kinds=kinds,
        discounts=discount_lines(order, priced, loaded.units, plan, areas),
        stock=stock_lines(_with_spoilage(order, forecast), loaded.units, demand),
        assumptions=assumptions_of(order, people, forecast),
        hints=tuple(hints),
        warnings=(*order.weight_notes(), *weight_warnings(kinds, items, names)),
    )


def _with_spoilage(order: Order, forecast: LoadedForecast | None) -> Order:
    """The order with the forecast's spoilage (書損) on top of its own spare."""
    if forecast is None:
        return order
    spare = order.ordering.spare_percent + forecast.settings.spoilage_percent
    return order.model_copy(update={"ordering": order.ordering.model_copy(update={"spare_percent": spare})})


def write_finance(building: Path, made: Budget, encoding: str = FOR_EXCEL) -> None:
    """The budget files; ``encoding`` of those that people open in Excel."""
    finance = building / "finance"
    finance.mkdir()
    write_budget_csv(finance / "budget.csv", made.lines)
    write_budget_xlsx(finance / "budget.xlsx", made)
    write_budget_pdf(finance / "budget.pdf", made)
    write_hints(finance / "discount_hints.csv", made.hints, encoding)
    write_stock_csv(finance / "enclosures.csv", made.stock, dict(made.towns), encoding)
