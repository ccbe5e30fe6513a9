"""What a unit's vendor folder holds beside the print files (封筒・箱ラベル・引受番号ラベル)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kouki_print.handover.manifest import ManifestFile
from kouki_print.job.envelopes import ENVELOPE_FILE, envelope_kinds, load_envelope, write_envelopes
from kouki_print.job.forms import fresh_styles, load_form
from kouki_print.job.labels import (
    BOX_LABELS,
    BOX_LAYOUT,
    NUMBER_LABELS,
    NUMBER_LAYOUT,
    check_box_label,
    write_box_labels,
    write_number_labels,
)
from kouki_print.order.load import LoadedOrder
from kouki_print.order.units import Unit
from kouki_print.page.layout import Layout
from kouki_print.page.type.fonts import Style
from kouki_print.pdf.writer import WrittenFile


@dataclass(frozen=True, slots=True)
class VendorForms:
    """The layouts, loaded and checked for every unit before the first page is printed; ``envelope`` may be None."""

    job_dir: Path
    envelope: Layout | None
    box: Layout
    number: Layout


def load_vendor_forms(loaded: LoadedOrder, job_dir: Path, styles: Mapping[str, Style]) -> VendorForms:
    """All layouts of envelopes and labels; JobError where a unit's name or contact does not fit."""
    box, number = (load_form(name, loaded.order, job_dir) for name in (BOX_LAYOUT, NUMBER_LAYOUT))
    check_box_label(loaded, box, styles)
    return VendorForms(job_dir, load_envelope(loaded, job_dir, styles), box, number)


def write_vendor_matter(
    folder: Path,
    forms: VendorForms,
    loaded: LoadedOrder,
    styles: Mapping[str, Style],
    unit: Unit,
    plan: pd.DataFrame,
) -> list[ManifestFile]:
    """Envelope and labels of one unit with pieces (``plan``), as its manifest lists them."""
    shared = (loaded, forms.job_dir)
    made = []
    if forms.envelope is not None:
        kinds = envelope_kinds(loaded, unit, plan)
        path = folder / ENVELOPE_FILE
        written = write_envelopes(path, *shared, fresh_styles(styles), forms.envelope, unit, kinds)
        made.append(_listed(path, written, 2 * len(kinds), plan, "print"))
    path = folder / BOX_LABELS
    written = write_box_labels(path, *shared, fresh_styles(styles), forms.box, unit, plan)
    made.append(_listed(path, written, plan["box"].nunique(), plan, "labels"))
    numbered = plan[plan["registered_number"] != ""]
    if len(numbered):
        path = folder / NUMBER_LABELS
        written = write_number_labels(path, *shared, fresh_styles(styles), forms.number, unit, numbered)
        made.append(_listed(path, written, len(numbered), numbered, "labels"))
    return made


def _listed(path: Path, written: WrittenFile, pages: int, plan: pd.DataFrame, kind: str) -> ManifestFile:
    first, last = int(plan["sequence"].iloc[0]), int(plan["sequence"].iloc[-1])
    return ManifestFile(path.name, written.sha256, written.bytes, pages, first, last, kind)
