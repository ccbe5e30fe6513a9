"""Printed matter beside the lots (封筒・通知文・ラベル・校正): any layout with any records, one file.

The same composing as the lots, for what is small: a file carries its own font subset, every page its
own stream.  Sheets of one file have one size; a back with nothing on it is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pandas as pd

from kouki_print.job.kit import artwork_name, output_intent, shared_of
from kouki_print.job.looks import dies_of, look_of
from kouki_print.job.lot_files import MEDIA_MARGIN, SIDES, bleed_box, page_boxes
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.compose import Coded, Composer
from kouki_print.page.fields import PageFields, printed_texts
from kouki_print.page.ink import Die
from kouki_print.page.items import MM, Sheet, Side
from kouki_print.page.layout import Layout
from kouki_print.page.operators import Canvas
from kouki_print.page.operators import number as digits
from kouki_print.page.type.fonts import Style, distinct_clusters
from kouki_print.page.words import renderer
from kouki_print.pdf.document import Form, PageBoxes, finish, write_resources
from kouki_print.pdf.metadata import DocumentInfo
from kouki_print.pdf.writer import PdfFile, WrittenFile, stream
from kouki_print.sheet.grid import Imposition, Place, placement

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
Overlay = Callable[[Canvas, int, int], bytes]


def no_fields(count: int = 1) -> PageFields:
    """Records without personal text."""
    return PageFields(pd.DataFrame(index=range(count)), {})


def _nothing(canvas: Canvas, side: int, record: int) -> bytes:
    return b""


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Rows that stand below each other on pages of a list: ``side`` draws one in the place of the first line.

    Line k of a page lies ``shifts[k]`` mm to the right and down from there; the last page's rest is blank.
    """

    side: Side
    texts: pd.DataFrame
    shifts: Sequence[tuple[float, float]]

    @property
    def pages(self) -> int:
        """Pages that the rows take."""
        return -(-len(self.texts) // len(self.shifts))


@dataclass(frozen=True, slots=True)
class Section:
    """Records that share a layout and a sender.

    ``codes`` and ``matching_codes`` have one entry per record, or none at all; ``overlay`` gives operators
    that lie on top of a side (0 front, 1 back) of a record, in points from the sheet's bottom left, and
    ``overlay_texts`` all it writes, by font, and ``dies`` the dies it draws.  ``lines``: each record is a page
    of these.
    """

    layout: Layout
    contact: Contact
    fields: PageFields = field(default_factory=no_fields)
    codes: Coded | None = None
    matching_codes: Sequence[str] = ()
    overlay: Overlay = _nothing
    overlay_texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dies: Sequence[Die] = ()
    lines: Lines | None = None


def write_matter(
    path: Path,
    order: Order,
    job_dir: Path,
    styles: Mapping[str, Style],
    sections: Sequence[Section],
    title: str,
    margin: float = MEDIA_MARGIN,
    imposition: Imposition | None = None,
) -> WrittenFile:
    """Write all records of all sections into one PDF, front and back of each; ``margin`` mm around the trim.

    With an ``imposition`` of one side several records lie on a page, as it says; then nobody has a back.
    """
    for section in sections:
        _resolve(order, section, styles)
    settled = {name: style.settled() for name, style in styles.items()}
    layouts = {str(id(section.layout)): section.layout for section in sections}
    look = look_of(order)
    composers = [
        Composer(section.layout, {name: style.slim() for name, style in settled.items()}, look)
        for section in sections
    ]
    dies = (*dies_of(layouts.values()), *dict.fromkeys(die for section in sections for die in section.dies))
    shared = shared_of(order, job_dir, layouts, settled, dies)
    with PdfFile(path, order.printing.standard) as file:
        forms = _forms(order, sections, composers, list(layouts))
        resources = write_resources(file, shared, forms)
        sheet = sections[0].layout.sheet
        drawn: dict[int, list[bytes]] = {}  # copies of a list share their lines
        for section, composer in zip(sections, composers, strict=True):
            if section.lines is not None and id(section.lines) not in drawn:
                drawn[id(section.lines)] = _lines(section.lines, composer)
        records = (
            content
            for number, (section, composer) in enumerate(zip(sections, composers, strict=True))
            for content in _pages(order, number, section, composer, drawn.get(id(section.lines), ()))
        )
        if imposition is None:
            boxes = page_boxes(sheet, margin)
            place = placement(Place(margin, margin), sheet.height + 2 * margin, sheet, clip=False)
            pages: Iterator[bytes] = (b"q\n%s%s" % (place, content) for content in records)
        else:
            whole = (0.0, 0.0, imposition.width * MM, imposition.height * MM)
            boxes = PageBoxes(whole, whole, whole)
            pages = _imposed([*records], imposition, sheet)
        contents = [b"%d 0 R" % file.append(stream(page)) for page in pages]
        return finish(
            file,
            resources=resources,
            contents=contents,
            boxes=boxes,
            records=None,
            lot=1,
            info=DocumentInfo(title, f"{order.job.id}/{title}", order.job.data_on, variable=False),
            intent=output_intent(order, job_dir),
        )


def _resolve(order: Order, section: Section, styles: Mapping[str, Style]) -> None:
    texts: dict[str, list[str]] = printed_texts(section.fields, {"": section.layout})
    if section.lines is not None:
        for own in section.lines.side.field:
            texts.setdefault(own.font, []).extend(section.lines.texts[own.bind].unique().tolist())
    render = renderer(order, section.contact)
    for side in section.layout.sides():
        for item in side.text:
            texts.setdefault(item.font, []).append(render(item))
            for cluster in distinct_clusters([render(item)]) if item.vertical else ():
                styles[item.font].resolve_vertical(cluster)
        for image in side.image:
            texts.setdefault("gothic", []).append(image.missing)
    for font, more in section.overlay_texts.items():
        texts.setdefault(font, []).extend(more)
    texts.setdefault("gothic", []).append(_ALPHABET)
    for font, written in texts.items():
        for cluster in distinct_clusters(written):
            styles[font].resolve(cluster)


def _forms(
    order: Order, sections: Sequence[Section], composers: Sequence[Composer], kinds: Sequence[str]
) -> dict[str, Form]:
    forms = {}
    for number, (section, composer) in enumerate(zip(sections, composers, strict=True)):
        box = bleed_box(section.layout.sheet)
        render = renderer(order, section.contact)
        for index, side in enumerate(section.layout.sides()):
            artwork = artwork_name(kinds.index(str(id(section.layout))), index)
            art = [
                composer.art(side, render, local=local, artwork=artwork if side.artwork and not local else "")
                for local in (False, True)
            ]
            forms[f"S{number}{'fb'[index]}"] = Form(b"".join(art), box)
    return forms


def _imposed(records: Sequence[bytes], imposition: Imposition, sheet: Sheet) -> Iterator[bytes]:
    """Content of each page that holds as many records as the imposition has slots."""
    places = [placement(place, imposition.height, sheet, clip=False) for place in imposition.places(0, sheet)]
    for slots in imposition.table(len(records))[:, 0].tolist():
        yield b"".join(
            b"q\n%s%s" % (place, records[record - 1])
            for place, record in zip(places, slots, strict=True)
            if record
        )


def _lines(lines: Lines, composer: Composer) -> list[bytes]:
    """All lines of each page."""
    nothing = [""] * len(lines.texts)
    texts = {str(name): column for name, column in lines.texts.items()}
    own = composer.variable(lines.side, texts, {}, Coded(nothing, nothing), str)
    if own is None:
        return [b""] * lines.pages
    heads = [b"q 1 0 0 1 %s %s cm\n" % (digits(dx * MM), digits(-dy * MM)) for dx, dy in lines.shifts]
    rows = [b"%s%sQ\n" % (head, row) for head, row in zip(cycle(heads), own, strict=False)]
    return [b"".join(rows[start : start + len(heads)]) for start in range(0, len(rows), len(heads))]


def _pages(
    order: Order, number: int, section: Section, composer: Composer, lines: Sequence[bytes]
) -> list[bytes]:
    """Content of each side of each record that has something on it, from where its place is set."""
    fields = section.fields
    count = len(fields.texts)
    texts = {str(name): column for name, column in fields.texts.items()}
    codes = section.codes or Coded([""] * count, [""] * count)
    render = renderer(order, section.contact)
    sides = list(zip(SIDES, section.layout.sides(), strict=True))
    variable = [composer.variable(side, texts, fields.flags, codes, render) for _, side in sides]
    marks = composer.code_streams(section.matching_codes) if section.matching_codes else [b""] * count
    pages = []
    for record in range(count):
        for index, (_, side) in enumerate(sides):
            own = variable[index]
            parts = [b"/S%d%s Do\n/GS0 gs 0 0 0 1 k 0 0 0 1 K\n" % (number, b"fb"[index : index + 1])]
            if marks[record] and side.qr:
                parts.append(b"q 1 0 0 1 %s %s cm\n%sQ\n" % (*composer.qr_origin(side), marks[record]))
            if lines and index == 0:
                parts.append(lines[record])
            parts += [own[record] if own else b"", section.overlay(composer.canvas, index, record), b"Q\n"]
            if index == 0 or not is_blank(side):
                pages.append(b"".join(parts))
    return pages


def is_blank(side: Side) -> bool:
    """Whether a side has nothing on it."""
    return not any(
        (
            side.artwork,
            side.text,
            side.line,
            side.box,
            side.image,
            side.code,
            side.field,
            side.qr,
            side.barcode,
            side.registered,
        )
    )
