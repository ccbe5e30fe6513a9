"""Budget only (予算): weights, postage and the budget files from the export, without a single page."""

from __future__ import annotations

from pathlib import Path

from kouki_print.handover.budget import Budget, make_budget, write_budget_csv
from kouki_print.handover.budget_pdf import write_budget_pdf
from kouki_print.handover.budget_xlsx import write_budget_xlsx
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.staging import staging
from kouki_print.job.watch import Stages, Watcher


def budget(job_dir: Path, out: Path, watcher: Watcher) -> Budget:
    """Write ``finance/budget.csv``, ``.xlsx`` and ``.pdf`` and return the budget."""
    with staging(out, ("finance",)) as building:
        prepared = prepare(job_dir, Stages(watcher))
        made = budget_of(prepared)
        write_finance(building, made)
        return made


def budget_of(prepared: Prepared) -> Budget:
    """The budget of a prepared job, by the tariff of its posting date."""
    table = prepared.tariff.table_on(prepared.loaded.order.job.mail_on)
    return make_budget(prepared.loaded, prepared.plan, table)


def write_finance(building: Path, made: Budget) -> None:
    """The three budget files."""
    finance = building / "finance"
    finance.mkdir()
    write_budget_csv(finance / "budget.csv", made.lines)
    write_budget_xlsx(finance / "budget.xlsx", made)
    write_budget_pdf(finance / "budget.pdf", made)
