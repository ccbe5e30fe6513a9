"""Checking only (検査): reads and decides everything, leaves the check report and the lists, prints no page."""

from __future__ import annotations

from pathlib import Path

from kouki_print.handover.manifest import STATUSES
from kouki_print.job.prepare import prepare
from kouki_print.job.report import write_lists
from kouki_print.job.staging import staging
from kouki_print.job.watch import Stages, Watcher


def check(job_dir: Path, out: Path, watcher: Watcher) -> dict[str, int]:
    """Write ``check.html``, ``held.csv``, ``unissued.csv`` and ``problems.csv``; returns the counts by status."""
    with staging(out, ("union",)) as building:
        prepared = prepare(job_dir, Stages(watcher))
        union = building / "union"
        union.mkdir()
        write_lists(union, prepared)
        return {status: int((prepared.decided["status"] == status).sum()) for status in STATUSES}
