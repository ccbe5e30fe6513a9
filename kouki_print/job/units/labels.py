"""Labels (ラベル) of a unit: of its boxes and pallets, divider cards, and one for each registered number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.texts import map_distinct
from kouki_print.handover.box_list import box_code, supply_code
from kouki_print.handover.manifest import ManifestFile
from kouki_print.job.forms import fresh_styles
from kouki_print.job.matter import Overlay, Section, write_matter
from kouki_print.job.units.label_checks import (
    BOX_LAYOUT,
    DIVIDER_LAYOUT,
    NUMBER_LAYOUT,
    PALLET_LAYOUT,
    SUPPLY_LAYOUT,
)
from kouki_print.job.units.label_texts import Texts, box_texts, bundle_texts, pallet_texts, span, supply_texts
from kouki_print.job.units.task import UnitTask, UnitTools
from kouki_print.order.models import SERVICE_JA
from kouki_print.page.compose import Coded
from kouki_print.page.fields import PageFields
from kouki_print.page.items import Line, Sheet, Text
from kouki_print.page.operators import Canvas
from kouki_print.plan.boxing import runs
from kouki_print.plan.pieces import SEQUENCE_DIGITS
from kouki_print.sheet.grid import Around, Gaps, Imposition

BOX_LABELS, PALLET_LABELS = "box_labels.pdf", "pallet_labels.pdf"
DIVIDERS, NUMBER_LABELS = "dividers.pdf", "number_labels.pdf"
NUMBER_SHEET = Imposition(
    title="引受番号ラベル A4 24面",
    scheme="in_order",
    width=210,
    height=297,
    columns=3,
    rows=8,
    gutter=Gaps(),
    rotation=[0],
    sides=1,
    marks=[],
)
DIVIDER_SHEET = Imposition(
    title="仕切りカード A4 2面",
    scheme="cut_and_stack",
    stack_depth=50,  # card stock: what a cutter for offices takes at once
    width=210,
    height=297,
    columns=2,
    gutter=Gaps(),
    margin=Around(left=0, top=0),
    rotation=[0],
    sides=1,
    marks=[],
)
_HAIRLINE = 0.1
_CUT_JA = (
    "線で切って使います。\n"
    f"切ったら、右の山を左の山の下に重ねると、通し番号の順になります（{DIVIDER_SHEET.stack_depth}枚を超えるときは"
    f"{DIVIDER_SHEET.stack_depth}枚ずつ）。"
)
_MOST_WASTE = 0.3  # of the number labels: so many stay empty for a new sheet at each box


def write_box_labels(tools: UnitTools, task: UnitTask) -> ManifestFile:
    """A page for each box of pieces, then one for each of supplies."""
    order, given = tools.loaded.order, task.consignment
    pieces = [box_code(order.job.id, given.code, box.number) for box in given.boxes]
    supplies = [supply_code(order.job.id, given.code, at + 1) for at in range(given.supply_boxes)]
    sections = [_section(tools, task, BOX_LAYOUT, box_texts(order, given), pieces)]
    if supplies:
        sections.append(_section(tools, task, SUPPLY_LAYOUT, supply_texts(order, given), supplies))
    return _written(tools, task, BOX_LABELS, sections, len(pieces) + len(supplies))


def write_pallet_labels(tools: UnitTools, task: UnitTask) -> ManifestFile:
    """A page for each pallet."""
    texts = pallet_texts(tools.loaded.order, task.consignment)
    section = _section(tools, task, PALLET_LAYOUT, texts)
    return _written(tools, task, PALLET_LABELS, [section], task.consignment.pallets)


def write_dividers(tools: UnitTools, task: UnitTask) -> ManifestFile:
    """A card for each bundle, two on a sheet: once cut, the right pile goes below the left one."""
    plain = _section(tools, task, DIVIDER_LAYOUT, bundle_texts(task.consignment))
    table = DIVIDER_SHEET.table(len(plain.fields.texts))
    lefts = frozenset(int(slots[0][0]) - 1 for slots in table)
    section = replace(plain, overlay=_cuts(plain.layout.sheet, lefts), overlay_texts={"gothic": [_CUT_JA]})
    return _written(tools, task, DIVIDERS, [section], 0, DIVIDER_SHEET)


def _cuts(card: Sheet, lefts: Collection[int]) -> Overlay:
    """Where to cut a sheet and how to stack the cards: drawn with its left card, outside both."""
    width, height = card.width, card.height
    lines = (
        Line(x1=width, y1=0, x2=width, y2=height, weight=_HAIRLINE),
        Line(x1=0, y1=height, x2=2 * width, y2=height, weight=_HAIRLINE),
    )
    words = Text(x=10, y=height + 8, size=14, width=2 * width - 20, leading=8)

    def draw(canvas: Canvas, side: int, record: int) -> bytes:
        if record not in lefts:
            return b""
        return b"".join([*map(canvas.line, lines), canvas.text(words, _CUT_JA)])

    return draw


def write_number_labels(tools: UnitTools, task: UnitTask) -> ManifestFile:
    """A label for each piece with a registered number, in the order of the pieces, 24 on a sheet.

    Each box begins with a label that names it, on a sheet of its own unless that wastes too many labels.
    """
    pieces = task.pieces[task.pieces["registered_number"] != ""]
    numbers, box = pieces["sequence"].to_numpy(), pieces["box"].to_numpy()
    boxes = runs(box)
    at, heads, count = label_places(boxes)
    heading = {
        "box_number": [f"箱 {box[start]} / {len(task.consignment.boxes)}" for start, _ in boxes],
        "box_sequence": [
            f"{span(numbers[start], numbers[stop - 1])}（{stop - start:,}枚）" for start, stop in boxes
        ],
    }
    label = {
        "service": map_distinct(pieces["mail_service"], SERVICE_JA.__getitem__),
        "piece_id": pieces["piece_id"],
        "piece_number": pieces["sequence"].astype("str").str.zfill(SEQUENCE_DIGITS),
    }
    texts = {name: _spread(count, heads, values) for name, values in heading.items()}
    texts |= {name: _spread(count, at, values) for name, values in label.items()}
    registered = _spread(count, at, pieces["registered_number"])
    coded = Coded([""] * count, registered)
    section = Section(
        tools.forms[NUMBER_LAYOUT], task.unit.contact, PageFields(pd.DataFrame(texts, dtype="str"), {}), coded
    )
    return _written(tools, task, NUMBER_LABELS, [section], 0, NUMBER_SHEET)


def label_places(boxes: Sequence[tuple[int, int]]) -> tuple[np.ndarray, list[int], int]:
    """Where each piece's label lies, and each box's heading; and how many places there are."""
    up = NUMBER_SHEET.up
    own = [stop - start + 1 for start, stop in boxes]
    whole = [-(-count // up) * up for count in own]
    rooms = whole if sum(own) >= (1 - _MOST_WASTE) * sum(whole) else own
    heads = [0, *np.cumsum(rooms).tolist()]
    count = heads.pop()
    at = [np.arange(head + 1, head + size) for head, size in zip(heads, own, strict=True)]
    return np.concatenate(at), heads, count


def _spread(count: int, at: Sequence[int] | np.ndarray, values: Sequence[str] | pd.Series) -> list[str]:
    """A column with these values at their places and nothing elsewhere."""
    column = np.full(count, "", dtype=object)
    column[at] = values
    return column.tolist()


def _section(
    tools: UnitTools, task: UnitTask, layout: str, texts: Texts, codes: Sequence[str] = ()
) -> Section:
    fields = PageFields(pd.DataFrame(texts, dtype="str"), {})
    return Section(tools.forms[layout], task.unit.contact, fields, matching_codes=codes)


def _written(
    tools: UnitTools,
    task: UnitTask,
    name: str,
    sections: Sequence[Section],
    pages: int,
    imposition: Imposition | None = None,
) -> ManifestFile:
    """Write a file of labels into the vendor's folder; an imposition says how many ``pages`` there are."""
    order, styles = tools.loaded.order, fresh_styles(tools.styles)
    title = f"{Path(name).stem} {task.unit.code}"
    path = task.vendor / name
    written = write_matter(
        path, order, tools.job_dir, styles, sections, title, margin=0, imposition=imposition
    )
    if imposition is not None:
        pages = len(imposition.table(sum(len(section.fields.texts) for section in sections)))
    return task.listed(name, written, pages, "labels")
