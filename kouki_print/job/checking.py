"""Checking only (検査): reads and decides everything, leaves the check report and the lists, prints no page."""

from __future__ import annotations

from pathlib import Path

from kouki_print.handover.manifest import STATUSES
from kouki_print.handover.tables import FOR_EXCEL
from kouki_print.handover.ticket import load_schema
from kouki_print.job.kit import load_all_artwork, output_intent
from kouki_print.job.looks import load_pictures
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.report import write_lists
from kouki_print.job.review import review_of
from kouki_print.job.staging import staging
from kouki_print.job.units.forms import load_unit_forms
from kouki_print.job.watch import Stages, Watcher


def check(
    job_dir: Path, out: Path, watcher: Watcher, last: Path | None = None, csv_encoding: str = FOR_EXCEL
) -> tuple[dict[str, int], list[str]]:
    """Write the union's reports and lists; returns the counts by status, and notes for the operator.

    ``last``: last year's job folder to compare with, before the one that job.toml may name.
    ``csv_encoding``: of the lists that people open in Excel.
    """
    with staging(out, ("union",)) as building:
        prepared = prepare(job_dir, Stages(watcher))
        _ask_for_files(job_dir, prepared)
        review = review_of(job_dir, prepared, last)
        union = building / "union"
        union.mkdir()
        write_lists(union, prepared, review, encoding=csv_encoding)
        counts = {status: int((prepared.decided["status"] == status).sum()) for status in STATUSES}
        return counts, [*prepared.intake.notes, *review.notes()]


def _ask_for_files(job_dir: Path, prepared: Prepared) -> None:
    """JobError where a file that printing needs is not there, is another one or cannot be used, as in a run."""
    order, layouts = prepared.loaded.order, prepared.layouts
    load_unit_forms(prepared.loaded, job_dir, prepared.styles)
    output_intent(order, job_dir)
    load_pictures(order, job_dir, layouts)
    load_all_artwork(job_dir, layouts)
    if order.printing.xjdf_schema:
        load_schema(job_dir, order.printing.xjdf_schema)
