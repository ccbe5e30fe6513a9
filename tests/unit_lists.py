"""Units of a small job and what stands on the pages of their lists, for tests of slips and counter lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pypdfium2 as pdfium
from small_job import JOB, write_job

from kouki_print.job.prepare import prepare
from kouki_print.job.units.consignments import consignments_of
from kouki_print.job.units.forms import load_unit_forms
from kouki_print.job.units.task import UnitTask, UnitTools, unit_tasks
from kouki_print.job.watch import Silent, Stages


def units_of(
    folder: Path,
    people: Sequence[Mapping[str, str]],
    more: str = "",
    numbers: str = "",
    answers: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[UnitTools, dict[str, UnitTask]]:
    """A job as a worker gets it: ``more`` of job.toml, ``numbers`` in numbers.csv, ``answers`` by municipality."""
    job = write_job(folder / "job", people, JOB + more, changes=answers)
    if numbers:
        (job / "numbers.csv").write_text(f"市町村コード,開始番号,終了番号\n{numbers}", encoding="utf-8")
    prepared = prepare(job, Stages(Silent()))
    forms = load_unit_forms(prepared.loaded, job, prepared.styles)
    tools = UnitTools(prepared.loaded, job, forms, prepared.styles)
    tasks = unit_tasks(prepared, consignments_of(prepared.loaded, prepared.plan), folder / "out")
    return tools, {task.unit.code: task for task in tasks}


def pages_of(path: Path) -> list[str]:
    """The text of each page as a reader finds it, without blanks: they depend on the reader."""
    with pdfium.PdfDocument(path) as document:
        return [bare(page.get_textpage().get_text_range()) for page in document]


def bare(text: str) -> str:
    """A text without blanks and line ends."""
    return "".join(text.split())
