"""The layouts of what is made for each unit, loaded and checked before the first page is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kouki_print.job.envelopes import load_envelope
from kouki_print.job.forms import load_form
from kouki_print.job.units.blanks import blank_layouts
from kouki_print.job.units.counter import COUNTER_LAYOUT, load_counter
from kouki_print.job.units.label_checks import LABEL_LAYOUTS, check_labels
from kouki_print.job.units.letter_words import check_letter
from kouki_print.job.units.slips import SLIP_LAYOUT, load_slip
from kouki_print.order.load import LoadedOrder
from kouki_print.page.layout import Layout
from kouki_print.page.type.fonts import Style

ENVELOPE = "envelope"


@dataclass(frozen=True, slots=True)
class UnitForms:
    """Layouts by what they are for; the envelope's is not there where somebody else draws it."""

    layouts: Mapping[str, Layout]

    def __getitem__(self, name: str) -> Layout:
        return self.layouts[name]

    def __contains__(self, name: str) -> bool:
        return name in self.layouts


def load_unit_forms(loaded: LoadedOrder, job_dir: Path, styles: Mapping[str, Style]) -> UnitForms:
    """All layouts; JobError where a unit's name or contact does not fit."""
    layouts = {name: load_form(name, loaded.order, job_dir) for name in LABEL_LAYOUTS}
    check_labels(loaded, job_dir, layouts, styles)
    layouts[COUNTER_LAYOUT] = load_counter(loaded.order, job_dir)
    layouts[SLIP_LAYOUT] = load_slip(loaded.order, job_dir)
    layouts |= blank_layouts(loaded.order, job_dir)
    check_letter(job_dir)
    envelope = load_envelope(loaded, job_dir, styles)
    if envelope is not None:
        layouts[ENVELOPE] = envelope
    return UnitForms(layouts)
