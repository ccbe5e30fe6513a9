"""One lot (ロット): composes its pieces and writes the 1-up and the imposed file in one pass.

The unit of work for workers, resuming and reprints: it needs the kit, the lot's own rows and a
folder, and gives back two digests.
"""

from __future__ import annotations

import datetime as dt
import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.job.kit import PrintKit, artwork_name
from kouki_print.order.units import Contact
from kouki_print.page.compose import Composer, Render
from kouki_print.page.fields import PageFields
from kouki_print.page.layout import MM, Layout, Text
from kouki_print.page.operators import Canvas, number
from kouki_print.page.words import renderer
from kouki_print.pdf.document import Form, PageBoxes, finish, write_piece_streams, write_resources
from kouki_print.pdf.metadata import DocumentInfo
from kouki_print.pdf.writer import PdfFile, WrittenFile, stream
from kouki_print.plan.imposing import cut_and_stack
from kouki_print.plan.pieces import Lot
from kouki_print.sheet.imposition import Imposition, marks, placement

MEDIA_MARGIN = 13.0  # mm around the trim of a 1-up page: 3 bleed + 9 mark + 1
_SIDES = ("front", "back")
_END = b"Q\n"
_BLOCK = 2500  # pieces composed at a time: enough for columns to pay, little to hold


@dataclass(frozen=True, slots=True)
class LotTask:
    """The rows of one lot in sequence order, with the municipality they go to.

    ``documents``, ``matching_codes``, ``codewords`` have one entry per piece; ``folder`` is the
    municipality's vendor folder.
    """

    lot: Lot
    contact: Contact
    folder: Path
    fields: PageFields
    documents: tuple[str, ...]
    matching_codes: tuple[str, ...]
    piece_ids: tuple[str, ...]
    codewords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LotFiles:
    """The finished pair of files."""

    lot: Lot
    printed: WrittenFile
    imposed: WrittenFile
    press_sheets: int


@dataclass(frozen=True, slots=True)
class _Streams:
    """Object numbers of the pieces' streams: the shared code and each side's text (0 = none)."""

    code: np.ndarray
    text: dict[str, np.ndarray]


def make_lot(kit: PrintKit, task: LotTask) -> LotFiles:
    """Write ``print/*.pdf`` and ``imposed/*.pdf`` of a lot."""
    with collector_paused():
        return _make_lot(kit, task)


@contextmanager
def collector_paused() -> Iterator[None]:
    """No cyclic garbage collection meanwhile: millions of small bytes objects hold no cycles (15 % faster)."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _make_lot(kit: PrintKit, task: LotTask) -> LotFiles:
    composers = {name: Composer(layout, kit.styles) for name, layout in kit.layouts.items()}
    with PdfFile(task.folder / task.lot.print_path) as single:
        resources = write_resources(single, kit.fonts, kit.artwork, _forms(kit, task.contact, composers))
        streams = _write_streams(single, kit, task, composers)
        with single.fork(task.folder / task.lot.imposed_path) as imposed:
            printed_file = _finish_single(single, kit, task, composers, streams, resources)
            imposed_file, sheets = _finish_imposed(imposed, kit, task, composers, streams, resources)
    return LotFiles(task.lot, printed_file, imposed_file, sheets)


def _forms(kit: PrintKit, contact: Contact, composers: Mapping[str, Composer]) -> dict[str, Form]:
    """Static art per document and side: S… of the whole job, L… of this municipality; M… the marks."""
    common = renderer(kit.order)
    local = renderer(kit.order, contact)
    forms: dict[str, Form] = {}
    for kind, composer in enumerate(composers.values()):
        box = _bleed_box(composer.layout)
        for index, (name, side) in enumerate(zip(_SIDES, composer.layout.sides(), strict=True)):
            artwork = artwork_name(kind, index) if side.artwork else ""
            forms[f"S{kind}{name[0]}"] = Form(composer.art(side, common, local=False, artwork=artwork), box)
            forms[f"L{kind}{name[0]}"] = Form(composer.art(side, local, local=True), box)
    imposition = kit.imposition
    finished = next(iter(composers.values())).layout.sheet
    forms["M"] = Form(marks(imposition, finished), (0.0, 0.0, imposition.width * MM, imposition.height * MM))
    return forms


def _bleed_box(layout: Layout) -> tuple[float, float, float, float]:
    sheet = layout.sheet
    bleed = sheet.bleed * MM
    return (-bleed, -bleed, sheet.width * MM + bleed, sheet.height * MM + bleed)


def _write_streams(
    file: PdfFile, kit: PrintKit, task: LotTask, composers: Mapping[str, Composer]
) -> _Streams:
    """Compose every piece and append its streams in sequence order, a block of pieces at a time."""
    count = len(task.documents)
    documents = np.array(task.documents, dtype=object)
    render = renderer(kit.order, task.contact)
    per_piece = np.zeros(count, dtype=np.int64)
    text = {side: np.zeros(count, dtype=np.int64) for side in _SIDES}
    first = file.next_number
    for start in range(0, count, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, count))
        contents: list[list[bytes]] = [[] for _ in block]
        for document, composer in composers.items():
            rows = block[documents[block] == document]
            if len(rows):
                _compose(composer, task, rows, [contents[row - start] for row in rows.tolist()], text, render)
        per_piece[block] = [len(parts) for parts in contents]
        write_piece_streams(file, [content for parts in contents for content in parts])
    numbers = first + np.cumsum(per_piece) - per_piece
    front = np.where(text["front"], numbers + 1, 0)
    back = np.where(text["back"], numbers + 1 + text["front"], 0)
    return _Streams(numbers, {"front": front, "back": back})


def _compose(
    composer: Composer,
    task: LotTask,
    rows: np.ndarray,
    contents: Sequence[list[bytes]],
    text: Mapping[str, np.ndarray],
    render: Render,
) -> None:
    """Add to ``contents`` the streams of the pieces ``rows`` of one document: code, front text, back text."""
    fields = task.fields.take(rows)
    texts: dict[str, pd.Series] = {str(name): column for name, column in fields.texts.items()}
    codewords = [task.codewords[row] for row in rows.tolist()]
    streams = [composer.code_streams([task.matching_codes[row] for row in rows.tolist()])]
    for name, side in zip(_SIDES, composer.layout.sides(), strict=True):
        variable = composer.variable(side, texts, fields.flags, codewords, render)
        if variable is not None:
            streams.append(variable)
            text[name][rows] = 1
    for parts, own in zip(contents, zip(*streams, strict=True), strict=True):
        parts.extend(own)


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


def _piece_page(head: bytes, code: int, text: int, middle: bytes, double_end: bytes, end: bytes) -> bytes:
    """Content references of one side of one piece: head, code, then its own text."""
    if text:
        return b"%s %d 0 R %s %d 0 R %s" % (head, code, middle, text, end)
    return b"%s %d 0 R %s" % (head, code, double_end)


def _ends(file: PdfFile) -> tuple[bytes, bytes, bytes]:
    """References of the shared closing streams: after the code, after a page without text, after text."""
    first = file.append_all(
        [
            stream(_END, compress=False),
            stream(_END + _END, compress=False),
        ]
    )
    return b"%d 0 R" % first, b"%d 0 R" % (first + 1), b"%d 0 R" % first


def _finish_single(
    file: PdfFile,
    kit: PrintKit,
    task: LotTask,
    composers: Mapping[str, Composer],
    streams: _Streams,
    resources: int,
) -> WrittenFile:
    """1-up file: page 2n-1 the front, 2n the back of piece n, one record each."""
    sheet = next(iter(composers.values())).layout.sheet
    height = sheet.height + 2 * MEDIA_MARGIN
    place = placement(MEDIA_MARGIN, MEDIA_MARGIN, height, sheet, clip=False)
    heads = _page_heads(file, composers, [("front", place), ("back", place)])
    middle, double_end, end = _ends(file)
    contents = []
    codes = streams.code.tolist()
    fronts, backs = streams.text["front"].tolist(), streams.text["back"].tolist()
    for document, code, front, back in zip(task.documents, codes, fronts, backs, strict=True):
        contents.append(_piece_page(heads[document, "front", 0], code, front, middle, double_end, end))
        contents.append(_piece_page(heads[document, "back", 1], code, back, middle, double_end, end))
    margin, bleed = MEDIA_MARGIN * MM, (MEDIA_MARGIN - sheet.bleed) * MM
    width, tall = (sheet.width + 2 * MEDIA_MARGIN) * MM, height * MM
    boxes = PageBoxes(
        media=(0, 0, width, tall),
        trim=(margin, margin, width - margin, tall - margin),
        bleed=(bleed, bleed, width - bleed, tall - bleed),
    )
    records = [
        b"/Rec<</Seq %d/Key(%s)>>" % (sequence, piece.encode("ascii"))
        for sequence, piece in enumerate(task.piece_ids, task.lot.first)
    ]
    return finish(
        file,
        resources=resources,
        contents=contents,
        boxes=boxes,
        records=records,
        lot=task.lot.number,
        info=_info(kit, task, "1-up", variable=True),
        intent=kit.intent,
    )


def _finish_imposed(
    file: PdfFile,
    kit: PrintKit,
    task: LotTask,
    composers: Mapping[str, Composer],
    streams: _Streams,
    resources: int,
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
    middle, double_end, end = _ends(file)
    sides = ("表", "裏")
    marks_heads = [b"%d 0 R" % file.append(stream(_marks_head(kit, side), compress=False)) for side in sides]
    lines = file.append_all(_sheet_lines(kit, task, imposition, len(table)))
    codes = streams.code.tolist()
    texts = {name: streams.text[name].tolist() for name in _SIDES}
    contents = []
    for sheet, records in enumerate(table.tolist()):
        for offset, name in enumerate(_SIDES):
            parts = [b"%s %d 0 R" % (marks_heads[offset], lines + sheet)]
            for slot, record in enumerate(records):
                if record:
                    piece = record - 1
                    head = heads[task.documents[piece], name, slot * 2 + offset]
                    parts.append(_piece_page(head, codes[piece], texts[name][piece], middle, double_end, end))
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
