"""What a unit's vendor folder holds beside the print files (封筒・ラベル・仕切りカード)."""

from __future__ import annotations

from kouki_print.handover.box_list import BOXES_FILE, BUNDLES_FILE, write_boxes, write_bundles
from kouki_print.handover.manifest import ManifestFile
from kouki_print.job.envelopes import ENVELOPE_FILE, envelope_kinds, write_envelopes
from kouki_print.job.forms import fresh_styles
from kouki_print.job.units.forms import ENVELOPE
from kouki_print.job.units.labels import (
    write_box_labels,
    write_dividers,
    write_number_labels,
    write_pallet_labels,
)
from kouki_print.job.units.task import UnitTask, UnitTools


def write_vendor_matter(tools: UnitTools, task: UnitTask) -> list[ManifestFile]:
    """Envelope, labels, divider cards and the lists of boxes, as the unit's manifest lists them."""
    job, given = tools.loaded.order.job.id, task.consignment
    made = [_envelopes(tools, task)] if ENVELOPE in tools.forms else []
    made += [write_box_labels(tools, task), write_pallet_labels(tools, task)]
    if any(box.bundles for box in given.boxes):
        made.append(write_dividers(tools, task))
    if (task.pieces["registered_number"] != "").any():
        made.append(write_number_labels(tools, task))
    write_boxes(task.vendor / BOXES_FILE, job, given)
    write_bundles(task.vendor / BUNDLES_FILE, given)
    return [*made, task.table(BOXES_FILE), task.table(BUNDLES_FILE)]


def _envelopes(tools: UnitTools, task: UnitTask) -> ManifestFile:
    """The envelope, front and back, of each kind that the unit's pieces need."""
    loaded, path = tools.loaded, task.vendor / ENVELOPE_FILE
    kinds = envelope_kinds(loaded, task.unit, task.pieces)
    styles = fresh_styles(tools.styles)
    written = write_envelopes(path, loaded, tools.job_dir, styles, tools.forms[ENVELOPE], task.unit, kinds)
    return task.listed(path.name, written, 2 * len(kinds), "print")
