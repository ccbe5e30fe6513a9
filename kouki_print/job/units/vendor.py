"""What a unit's vendor folder holds beside the print files (封筒・ラベル)."""

from __future__ import annotations

from kouki_print.handover.manifest import ManifestFile
from kouki_print.job.envelopes import ENVELOPE_FILE, envelope_kinds, write_envelopes
from kouki_print.job.forms import fresh_styles
from kouki_print.job.units.forms import ENVELOPE
from kouki_print.job.units.labels import (
    BOX_LABELS,
    BOX_LAYOUT,
    NUMBER_LABELS,
    NUMBER_LAYOUT,
    write_box_labels,
    write_number_labels,
)
from kouki_print.job.units.task import UnitTask, UnitTools


def write_vendor_matter(tools: UnitTools, task: UnitTask) -> list[ManifestFile]:
    """Envelope and labels, as the unit's manifest lists them."""
    loaded, forms, unit, plan = tools.loaded, tools.forms, task.unit, task.pieces
    shared = (loaded, tools.job_dir)
    made = []
    if ENVELOPE in forms:
        kinds = envelope_kinds(loaded, unit, plan)
        path = task.vendor / ENVELOPE_FILE
        written = write_envelopes(path, *shared, fresh_styles(tools.styles), forms[ENVELOPE], unit, kinds)
        made.append(task.listed(path.name, written, 2 * len(kinds), "print"))
    path = task.vendor / BOX_LABELS
    written = write_box_labels(path, *shared, fresh_styles(tools.styles), forms[BOX_LAYOUT], unit, plan)
    made.append(task.listed(path.name, written, len(task.consignment.boxes), "labels"))
    numbered = plan[plan["registered_number"] != ""]
    if len(numbered):
        path = task.vendor / NUMBER_LABELS
        styles = fresh_styles(tools.styles)
        written = write_number_labels(path, *shared, styles, forms[NUMBER_LAYOUT], unit, numbered)
        made.append(task.listed(path.name, written, len(numbered), "labels"))
    return made
