"""The two files of a lot (ロットの印刷ファイル): pages, 1-up and imposed, from streams that are there already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from kouki_print.job.kit import PrintKit
from kouki_print.order.units import Contact
from kouki_print.page.compose import Composer
from kouki_print.page.fields import PageFields
from kouki_print.page.items import MM, Sheet, Text
from kouki_print.page.operators import Canvas, number
from kouki_print.pdf.document import PageBoxes, Resources, finish
from kouki_print.pdf.metadata import DocumentInfo
from kouki_print.pdf.writer import PdfFile, WrittenFile, stream
from kouki_print.plan.imposing import cut_and_stack
from kouki_print.plan.pieces import Lot
from kouki_print.sheet.imposition import Imposition, placement

MEDIA_MARGIN = 13.0  # mm around the trim of a 1-up page: 3 bleed + 9 mark + 1
SIDES = ("front", "back")
_END = b"Q\n"


@dataclass(frozen=True, slots=True)
class LotTask:
    """The sheets of one lot in sequence order, with the municipality they go to.

    All columns have one entry per sheet: the sheets of a piece follow each other, with the fields, the
    piece id and the codes of their person.  ``folder`` is the municipality's vendor folder.
    """

    lot: Lot
    contact: Contact
    folder: Path
    fields: PageFields
    documents: tuple[str, ...]
    matching_codes: tuple[str, ...]
    piece_ids: tuple[str, ...]
    codewords: tuple[str, ...]
    registered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LotFiles:
    """The finished pair of files."""

    lot: Lot
    printed: WrittenFile
    imposed: WrittenFile
    press_sheets: int


@dataclass(frozen=True, slots=True)
class Streams:
    """Object numbers of the sheets' streams: the shared code and each side's text (0 = none)."""

    code: np.ndarray
    text: dict[str, np.ndarray]


def page_boxes(sheet: Sheet, margin: float) -> PageBoxes:
    """Boxes of a 1-up page with ``margin`` mm around the trim."""
    width, height = (sheet.width + 2 * margin) * MM, (sheet.height + 2 * margin) * MM
    edge, bleed = margin * MM, max(margin - sheet.bleed, 0) * MM
    return PageBoxes(
        media=(0, 0, width, height),
        trim=(edge, edge, width - edge, height - edge),
        bleed=(bleed, bleed, width - bleed, height - bleed),
    )


def bleed_box(sheet: Sheet) -> tuple[float, float, float, float]:
    """The bounding box of a sheet's static art in points from the trim's bottom left."""
    bleed = sheet.bleed * MM
    return (-bleed, -bleed, sheet.width * MM + bleed, sheet.height * MM + bleed)


def _page_heads(
    file: PdfFile, composers: Mapping[str, Composer], places: Sequence[tuple[str, bytes]]
) -> dict[tuple[str, str, int], bytes]:
    """Shared streams that open a page at a place: origin, static art, then the matching code's origin.

    Key: (document, side, index of the place).
    """
    heads = {}
    for kind, (document, composer) in enumerate(composers.items()):
        for index, (name, place) in enumerate(places):
            side = composer.layout.front if name == "front" else composer.layout.back
            art = b"/S%d%s Do /L%d%s Do\n" % (kind, name[:1].encode(), kind, name[:1].encode())
            origin = b"q 1 0 0 1 %s %s cm\n" % composer.qr_origin(side)
            content = b"q\n%s%s/GS0 gs 0 0 0 1 k 0 0 0 1 K\n%s" % (place, art, origin)
            heads[document, name, index] = b"%d 0 R" % file.append(stream(content))
    return heads


def _piece_page(head: bytes, code: int, text: int, end: bytes, double_end: bytes) -> bytes:
    """Content references of one side of one piece: head, code, then its own text."""
    if text:
        return b"%s %d 0 R %s %d 0 R %s" % (head, code, end, text, end)
    return b"%s %d 0 R %s" % (head, code, double_end)


def _ends(file: PdfFile) -> tuple[bytes, bytes]:
    """References of the shared closing streams: after a code or a text, and after a page without text."""
    first = file.append_all(
        [
            stream(_END, compress=False),
            stream(_END + _END, compress=False),
        ]
    )
    return b"%d 0 R" % first, b"%d 0 R" % (first + 1)


def finish_single(
    file: PdfFile,
    kit: PrintKit,
    task: LotTask,
    composers: Mapping[str, Composer],
    streams: Streams,
    resources: Resources,
) -> WrittenFile:
    """1-up file: page 2n-1 the front, 2n the back of sheet n, one record for each piece."""
    sheet = next(iter(composers.values())).layout.sheet
    height = sheet.height + 2 * MEDIA_MARGIN
    place = placement(MEDIA_MARGIN, MEDIA_MARGIN, height, sheet, clip=False)
    heads = _page_heads(file, composers, [("front", place), ("back", place)])
    ends = _ends(file)
    contents = []
    codes = streams.code.tolist()
    fronts, backs = streams.text["front"].tolist(), streams.text["back"].tolist()
    for document, code, front, back in zip(task.documents, codes, fronts, backs, strict=True):
        contents.append(_piece_page(heads[document, "front", 0], code, front, *ends))
        contents.append(_piece_page(heads[document, "back", 1], code, back, *ends))
    records = [
        (b"/Rec<</Seq %d/Key(%s)>>" % (sequence, piece.encode("ascii")), 2 * len(list(sheets)))
        for sequence, (piece, sheets) in enumerate(groupby(task.piece_ids), task.lot.first)
    ]
    return finish(
        file,
        resources=resources,
        contents=contents,
        boxes=page_boxes(sheet, MEDIA_MARGIN),
        records=records,
        lot=task.lot.number,
        info=_info(kit, task, "1-up", variable=True),
        intent=kit.intent,
    )


def finish_imposed(
    file: PdfFile,
    kit: PrintKit,
    task: LotTask,
    composers: Mapping[str, Composer],
    streams: Streams,
    resources: Resources,
) -> tuple[WrittenFile, int]:
    """Imposed file: press sheets in cut-and-stack order, front and back page of each."""
    imposition = kit.imposition
    finished = next(iter(composers.values())).layout.sheet
    table = cut_and_stack(len(task.documents), imposition.up, imposition.stack_depth)
    places = []
    for slot in range(imposition.up):
        for name, corner in (("front", imposition.corner), ("back", imposition.back_corner)):
            x, y = corner(slot, finished)
            places.append((name, placement(x, y, imposition.height, finished, clip=True)))
    heads = _page_heads(file, composers, places)
    ends = _ends(file)
    sides = ("表", "裏")
    marks_heads = [b"%d 0 R" % file.append(stream(_marks_head(kit, side), compress=False)) for side in sides]
    lines = file.append_all(_sheet_lines(kit, task, imposition, len(table)))
    codes = streams.code.tolist()
    texts = {name: streams.text[name].tolist() for name in SIDES}
    contents = []
    for sheet, records in enumerate(table.tolist()):
        for offset, name in enumerate(SIDES):
            parts = [b"%s %d 0 R" % (marks_heads[offset], lines + sheet)]
            for slot, record in enumerate(records):
                if record:
                    at = record - 1
                    head = heads[task.documents[at], name, slot * 2 + offset]
                    parts.append(_piece_page(head, codes[at], texts[name][at], *ends))
            contents.append(b" ".join(parts))
    whole = (0.0, 0.0, imposition.width * MM, imposition.height * MM)
    written = finish(
        file,
        resources=resources,
        contents=contents,
        boxes=PageBoxes(whole, whole, whole),
        records=None,
        lot=task.lot.number,
        info=_info(kit, task, "imposed", variable=False),
        intent=kit.intent,
    )
    return written, len(table)


def _marks_head(kit: PrintKit, side: str) -> bytes:
    """Marks and the name of the side (表 or 裏), the same on every press sheet."""
    canvas = Canvas(kit.imposition.height, dict(kit.styles))
    label = canvas.text(Text(x=22, y=4, size=8, text=side), side)
    return b"/M Do /GS0 gs 0 0 0 1 k\n" + label


def _sheet_lines(kit: PrintKit, task: LotTask, imposition: Imposition, count: int) -> list[bytes]:
    """Sheet line (用紙情報) of each press sheet, on the waste edge: job, lot, sheet of sheets."""
    style = kit.styles["gothic"]
    table = {ord(cluster): f"{gid:04X}" for cluster, gid in style.used()[0].items() if len(cluster) == 1}
    head = b"BT /%s0 8 Tf 1 0 0 1 %s %s Tm <" % (
        style.key.encode("ascii"),
        number(30 * MM),
        number((imposition.height - 6) * MM),
    )
    label = f"{task.lot.stem}  ロット{task.lot.number}  "
    return [
        stream(
            head + f"{label}{sheet}/{count}枚目".translate(table).encode("ascii") + b">Tj ET\n",
            compress=False,
        )
        for sheet in range(1, count + 1)
    ]


def _info(kit: PrintKit, task: LotTask, product: str, *, variable: bool) -> DocumentInfo:
    date: dt.date = kit.order.job.data_on
    return DocumentInfo(f"{task.lot.stem} {product}", f"{task.lot.stem}/{product}", date, variable)
