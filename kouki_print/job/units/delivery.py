"""Delivery (納品): a unit's delivery note in both of its folders, and its blank documents for the press."""

from __future__ import annotations

from kouki_print.base.files import write_bytes
from kouki_print.handover.delivery_note import DELIVERY_NOTE, DELIVERY_TABLE, delivery_note, delivery_table
from kouki_print.handover.manifest import ManifestFile
from kouki_print.handover.supplies import blanks_of
from kouki_print.job.forms import fresh_styles
from kouki_print.job.matter import is_blank
from kouki_print.job.units.blanks import blank_name, write_blank
from kouki_print.job.units.task import UnitTask, UnitTools


def write_delivery(tools: UnitTools, task: UnitTask) -> list[ManifestFile]:
    """What the unit's manifest lists of them."""
    order, counts = tools.loaded.order, task.consignment.sets
    blanks = {document: blanks_of(order, document, counts) for document in order.blank_stock.documents}
    made = [_blank(tools, task, document, count) for document, count in blanks.items() if count]
    return [*made, *_notes(tools, task)]


def _blank(tools: UnitTools, task: UnitTask, document: str, count: int) -> ManifestFile:
    order, layout = tools.loaded.order, tools.forms[blank_name(document)]
    path = task.vendor / f"{blank_name(document)}.pdf"
    words = f"ブランク証 {order.document_ja(document)}　{count:,}枚を印刷　個人の印字・照合コードなし"
    styles = fresh_styles(tools.styles)
    written = write_blank(path, tools.loaded, tools.job_dir, styles, layout, task.unit, words)
    return task.listed(path.name, written, 1 if is_blank(layout.back) else 2, "print")


def _notes(tools: UnitTools, task: UnitTask) -> list[ManifestFile]:
    """The note as a paper and as a table: the same bytes in either folder."""
    order = tools.loaded.order
    paper, pages = delivery_note(order, task.consignment)
    table = delivery_table(order, task.consignment)
    made = []
    for name, data, count in ((DELIVERY_NOTE, paper, pages), (DELIVERY_TABLE, table, 0)):
        write_bytes(task.own / name, data)
        made.append(task.put(name, data, count, "list"))
    return made
