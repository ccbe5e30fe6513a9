"""Checking only (検査): reads and decides everything, leaves the check report and the lists, prints no page."""

from __future__ import annotations

from pathlib import Path

from kouki_print.handover.manifest import STATUSES
from kouki_print.job.prepare import prepare
from kouki_print.job.report import write_lists
from kouki_print.job.review import review_of
from kouki_print.job.staging import staging
from kouki_print.job.watch import Stages, Watcher


def check(
    job_dir: Path, out: Path, watcher: Watcher, last: Path | None = None
) -> tuple[dict[str, int], list[str]]:
    """Write the union's reports and lists; returns the counts by status, and notes for the operator.

    ``last``: last year's job folder to compare with, before the one that job.toml may name.
    """
    with staging(out, ("union",)) as building:
        prepared = prepare(job_dir, Stages(watcher))
        review = review_of(job_dir, prepared, last)
        union = building / "union"
        union.mkdir()
        write_lists(union, prepared, review)
        counts = {status: int((prepared.decided["status"] == status).sum()) for status in STATUSES}
        return counts, [*prepared.intake.notes, *review.notes()]
