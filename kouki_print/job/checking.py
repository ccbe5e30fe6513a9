"""Checking only (検査): reads and decides everything, leaves the check report and the lists, prints no page."""

from __future__ import annotations

from pathlib import Path

from kouki_print.handover.manifest import STATUSES
from kouki_print.handover.tables import write_held, write_unissued
from kouki_print.job.prepare import PROBLEMS, prepare
from kouki_print.job.report import write_check_report
from kouki_print.job.staging import staging
from kouki_print.job.watch import Stages, Watcher


def check(job_dir: Path, out: Path, watcher: Watcher) -> dict[str, int]:
    """Write ``union/check.html``, ``held.csv`` and ``unissued.csv``; returns the counts by status."""
    with staging(out, ("union",)) as building:
        prepared = prepare(job_dir, Stages(watcher))
        union = building / "union"
        union.mkdir()
        files = [entry.name for entry in prepared.intake.inputs]
        write_held(union / "held.csv", prepared.people, prepared.decided, prepared.findings, PROBLEMS, files)
        write_unissued(union / "unissued.csv", prepared.people, prepared.decided)
        write_check_report(union / "check.html", prepared)
        return {status: int((prepared.decided["status"] == status).sum()) for status in STATUSES}
