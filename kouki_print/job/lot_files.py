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
from kouki_print.page.items import MM, Sheet
from kouki_print.page.operators import Canvas
from kouki_print.pdf.document import PageBoxes, Resources, finish
from kouki_print.pdf.metadata import DocumentInfo
from kouki_print.pdf.writer import PdfFile, WrittenFile, stream
from kouki_print.plan.marking import Marked
from kouki_print.plan.pieces import Lot
from kouki_print.sheet.grid import Place, placement
from kouki_print.sheet.labels import labels_of_side, line_contents, line_ends
from kouki_print.sheet.marks import Marks

MEDIA_MARGIN = 13.0  # mm around the trim of a 1-up page: 3 bleed + 9 mark + 1
SIDES = ("front", "back")
_END = b"Q\n"


@dataclass(frozen=True, slots=True)
class LotTask:
    """The sheets of one lot in sequence order, with the municipality they go to.

    All columns have one entry per sheet: the sheets of a piece follow each other, with the fields, the
    piece id and the codes of their person.  ``folder`` is the municipality's vendor folder; ``marked`` the
    marks for an inserter, when the job has one.
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
    marked: Marked | None = None


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
    place = placement(Place(MEDIA_MARGIN, MEDIA_MARGIN), height, sheet, clip=False)
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
    """Imposed file: press sheets in the order of the imposition, front and back page of each."""
    imposition = kit.imposition
    finished = next(iter(composers.values())).layout.sheet
    table = imposition.table(2 * len(task.documents))
    places = []
    for slot, turned in enumerate(imposition.turned):
        for side, name in enumerate(reversed(SIDES) if turned else SIDES):
            place = imposition.places(side, finished)[slot]
            places.append((name, placement(place, imposition.height, finished, clip=True)))
    heads = _page_heads(file, composers, places)
    ends = _ends(file)
    found = kit.marks
    canvas = Canvas(imposition.height, dict(kit.styles))
    marks_heads = [
        b"%d 0 R" % file.append(stream(_marks_head(canvas, each, side), compress=False))
        for side, each in enumerate(found)
    ]
    lines: Sequence[bytes] = [b""] * len(table)
    if found[0].line is not None:
        said = f"{task.lot.stem}  ロット{task.lot.number}"
        shown = line_contents(canvas, said, line_ends(imposition, len(table)))
        first = file.append_all([stream(each + _END, compress=False) for each in shown])
        lines = [b" %d 0 R" % number for number in range(first, first + len(table))]
    codes = streams.code.tolist()
    texts = {name: streams.text[name].tolist() for name in SIDES}
    contents = []
    for line, sheet in zip(lines, table.tolist(), strict=True):
        for side, pages in enumerate(sheet):
            parts = [marks_heads[side] + line]
            for slot, page in enumerate(pages):
                if page:
                    at, name = (page - 1) // 2, SIDES[(page - 1) % 2]
                    head = heads[task.documents[at], name, slot * 2 + side]
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


def _marks_head(canvas: Canvas, found: Marks, side: int) -> bytes:
    """Marks and labels, the same on every press sheet; then the place where the sheet line goes on."""
    head = b"/M%s Do /GS0 gs 0 0 0 1 k\n" % SIDES[side][:1].encode()
    head += labels_of_side(canvas, found.letters, found.line, side)
    return head + (b"q %s cm\n" % found.line.after_side(canvas.height) if found.line else b"")


def _info(kit: PrintKit, task: LotTask, product: str, *, variable: bool) -> DocumentInfo:
    date: dt.date = kit.order.job.data_on
    return DocumentInfo(f"{task.lot.stem} {product}", f"{task.lot.stem}/{product}", date, variable)
