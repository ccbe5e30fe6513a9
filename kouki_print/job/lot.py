"""One lot (ロット): composes its sheets and writes the 1-up and the imposed file in one pass.

The unit of work for workers, resuming and reprints: it needs the kit, the lot's own rows and a
folder, and gives back two digests.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd

from kouki_print.job.kit import PrintKit, artwork_name
from kouki_print.job.lot_files import (
    SIDES,
    LotFiles,
    LotTask,
    Streams,
    bleed_box,
    finish_imposed,
    finish_single,
)
from kouki_print.order.units import Contact
from kouki_print.page.art import Render
from kouki_print.page.compose import Coded, Composer
from kouki_print.page.items import MM
from kouki_print.page.omr import operators
from kouki_print.page.words import renderer
from kouki_print.pdf.document import Form, write_piece_streams, write_resources
from kouki_print.pdf.writer import PdfFile

_BLOCK = 2500  # sheets composed at a time: enough for columns to pay, little to hold


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
    composers = {name: Composer(layout, kit.styles, kit.look) for name, layout in kit.layouts.items()}
    printing = kit.order.printing
    with PdfFile(task.folder / task.lot.print_path, printing.standard, printing.lot_mb * 1_000_000) as single:
        resources = write_resources(single, kit.shared, _forms(kit, task.contact, composers))
        streams = _write_streams(single, kit, task, composers)
        with single.fork(task.folder / task.lot.imposed_path) as imposed:
            printed_file = finish_single(single, kit, task, composers, streams, resources)
            imposed_file, sheets = finish_imposed(imposed, kit, task, composers, streams, resources)
    return LotFiles(task.lot, printed_file, imposed_file, sheets)


def _forms(kit: PrintKit, contact: Contact, composers: Mapping[str, Composer]) -> dict[str, Form]:
    """Static art per document and side: S… of the whole job, L… of this municipality; M… the marks."""
    common = renderer(kit.order)
    local = renderer(kit.order, contact)
    forms: dict[str, Form] = {}
    for kind, composer in enumerate(composers.values()):
        box = bleed_box(composer.layout.sheet)
        for index, (name, side) in enumerate(zip(SIDES, composer.layout.sides(), strict=True)):
            artwork = artwork_name(kind, index) if side.artwork else ""
            forms[f"S{kind}{name[0]}"] = Form(composer.art(side, common, local=False, artwork=artwork), box)
            forms[f"L{kind}{name[0]}"] = Form(composer.art(side, local, local=True), box)
    imposition = kit.imposition
    whole = (0.0, 0.0, imposition.width * MM, imposition.height * MM)
    for index, name in enumerate(SIDES):
        forms[f"M{name[0]}"] = Form(kit.marks[index].operators(), whole)
    return forms


def _write_streams(file: PdfFile, kit: PrintKit, task: LotTask, composers: Mapping[str, Composer]) -> Streams:
    """Compose every piece and append its streams in sequence order, a block of pieces at a time."""
    count = len(task.documents)
    documents = np.array(task.documents, dtype=object)
    render = renderer(kit.order, task.contact)
    per_piece = np.zeros(count, dtype=np.int64)
    text = {side: np.zeros(count, dtype=np.int64) for side in SIDES}
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
    return Streams(numbers, {"front": front, "back": back})


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
    places = rows.tolist()
    codes = Coded([task.codewords[row] for row in places], [task.registered[row] for row in places])
    streams = [composer.code_streams([task.matching_codes[row] for row in places])]
    for name, side in zip(SIDES, composer.layout.sides(), strict=True):
        variable = composer.variable(side, texts, fields.flags, codes, render)
        if name == "front" and task.marked is not None:
            bars = operators(task.marked.machine, composer.layout.sheet, task.marked.states[rows])
            variable = bars if variable is None else list(map(bytes.__add__, variable, bars))
        if variable is not None:
            streams.append(variable)
            text[name][rows] = 1
    for parts, own in zip(contents, zip(*streams, strict=True), strict=True):
        parts.extend(own)
