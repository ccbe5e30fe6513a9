"""Reading a lot back: every chosen page's text and codes against the person's own record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium

from kouki_print.order.machines import Machine
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.art import code_text
from kouki_print.page.conditions import holds
from kouki_print.page.extents import extent, white
from kouki_print.page.fields import PageFields
from kouki_print.page.items import FieldItem, Sheet, Side
from kouki_print.page.layout import Layout
from kouki_print.page.words import renderer
from kouki_print.post.registered import shown as shown_number
from kouki_print.sheet.grid import Imposition
from kouki_print.verify.bars import Unreadable, read_place
from kouki_print.verify.omr import read_marks
from kouki_print.verify.view import ANY, MATCHING, NW7, View, printed


@dataclass(frozen=True, slots=True)
class Difference:
    """A finished file that is not what the plan says: where and what, without personal data."""

    file: str
    page: int
    piece_id: str
    what: str

    def sentence(self) -> str:
        """One Japanese line for reports and the console."""
        page = f" {self.page}ページ" if self.page else ""
        piece = f"（{self.piece_id}）" if self.piece_id != "-" else ""
        return f"{self.file}{page}{piece}: {self.what}"


@dataclass(frozen=True, slots=True)
class PrintedSheet:
    """Where one sheet should be found and what its codes should say.  ``at`` is its row in the fields,
    ``marks`` those for the inserter as 0 and 1."""

    at: int
    piece_id: str
    document: str
    matching_code: str
    registered: str
    codewords: str
    print_page: int
    imposed_sheet: int
    imposed_slot: int
    marks: str = ""


@dataclass(frozen=True, slots=True)
class _Expected:
    """What one side must say, in clusters: fields in their places, numbers beside codes, each character's count."""

    fields: list[tuple[FieldItem, list[str]]]
    numbers: list[tuple[str, list[str]]]
    all: Counter[str]


@dataclass(slots=True)
class Reader:
    """What is needed to read lots of one job: layouts, imposition and 1-up margin (mm).

    ``artwork_texts`` holds the text of a designer's page by ``<document>/<side>`` (0 front, 1 back).
    """

    order: Order
    layouts: Mapping[str, Layout]
    imposition: Imposition
    margin: float
    artwork_texts: Mapping[str, str] = field(default_factory=dict)
    machine: Machine | None = None

    def check(
        self,
        contact: Contact,
        fields: PageFields,
        pieces: Sequence[PrintedSheet],
        *,
        print_pdf: Path,
        print_pages: int,
        imposed_pdf: Path,
        imposed_pages: int,
        closely: int = 0,
    ) -> list[Difference]:
        """Differences of the chosen pieces in both files of a lot (empty when all is right).

        Of the first ``closely`` pieces the whole sheet is searched for codes that should not be there.
        """
        found: list[Difference] = []
        static = self._static(contact)
        with pdfium.PdfDocument(print_pdf) as single, pdfium.PdfDocument(imposed_pdf) as imposed:
            for document, path, pages in (
                (single, print_pdf, print_pages),
                (imposed, imposed_pdf, imposed_pages),
            ):
                if len(document) != pages:
                    found.append(
                        Difference(path.name, 0, "-", f"{pages}ページのはずが{len(document)}ページあります")
                    )
            if found:
                return found
            for count, piece in enumerate(pieces):
                for side in (0, 1):
                    expected = self._expected(piece, fields, side, static)
                    for name, page, view in self._views(piece, side, single, imposed, print_pdf, imposed_pdf):
                        found.extend(
                            Difference(name, page, piece.piece_id, what)
                            for what in self._compare(view, piece, side, expected)
                        )
                        if count < closely and self._strays(view, contact, piece, side):
                            found.append(
                                Difference(name, page, piece.piece_id, "あるはずのないコードがあります")
                            )
                        view.close()
        return found

    def _views(
        self, piece: PrintedSheet, side: int, single: Any, imposed: Any, print_pdf: Path, imposed_pdf: Path
    ) -> Iterator[tuple[str, int, View]]:
        """Where a side stands: file name, page from 1 and the view, first 1-up and then on the press sheet."""
        finished = self.layouts[piece.document].sheet
        size = (finished.width, finished.height)
        slot = piece.imposed_slot - 1
        face = side ^ self.imposition.turned[slot]  # the side of the press sheet
        page, sheet = piece.print_page - 1 + side, (piece.imposed_sheet - 1) * 2 + face
        yield print_pdf.name, page + 1, View(single[page], (self.margin, self.margin), size, alone=True)
        place = self.imposition.places(face, finished)[slot]
        view = View(imposed[sheet], (place.x, place.y), size, alone=False, rotation=place.rotation)
        yield imposed_pdf.name, sheet + 1, view

    def _compare(self, view: View, piece: PrintedSheet, side: int, expected: _Expected) -> list[str]:
        sheet = self.layouts[piece.document].sides()[side]
        problems = [*self._codes(view, sheet, piece)]
        if self.machine is not None and side == 0:
            problems += _marks(view, self.machine, self.layouts[piece.document].sheet, piece.marks)
        for item, parts in expected.fields:
            place = extent(item)
            if view.text(place) != parts:
                problems.append(f"項目「{item.bind}」の文字が記録と一致しません")
            elif parts and not view.is_visible(place, len(parts), item.sizes()[-1]):
                problems.append(
                    f"項目「{item.bind}」が見えません（白い、隠れている、塗りつぶされている など）"
                )
        text = view.text()
        for name, parts in expected.numbers:
            if "".join(parts) not in "".join(text):
                problems.append(f"項目「{name}」の文字が記録と一致しません")
        if Counter(text) != expected.all:
            problems.append("記録にない文字があるか、あるべき文字がありません")
        return problems

    def _codes(self, view: View, sheet: Side, piece: PrintedSheet) -> Iterator[str]:
        """What is wrong with the codes of a side; those that tell an address or a number are not repeated."""
        if sheet.qr is not None:
            code = view.codes(white(sheet.qr), MATCHING[self.order.printing.matching_code])
            if code != [piece.matching_code]:
                yield f"照合コードが違います（読取り: {'、'.join(code) or 'なし'}）"
        if sheet.barcode is not None:
            yield from _barcode(view.pixels(white(sheet.barcode)), piece.codewords)
        if sheet.registered is not None:
            number = self._number(piece)
            if view.codes(white(sheet.registered), NW7) != ([number] if number else []):
                yield "引受番号のバーコードが記録と違います"

    def _strays(self, view: View, contact: Contact, piece: PrintedSheet, side: int) -> bool:
        """Whether a sheet bears a code beside its own and those that are the same on every page."""
        sheet = self.layouts[piece.document].sides()[side]
        render = renderer(self.order, contact)
        wanted = {code_text(item, render) for item in sheet.code} | {self._number(piece)}
        if sheet.qr is not None:
            wanted.add(piece.matching_code)
        if self.machine is not None and self.machine.kind == "code" and side == 0:
            wanted.add(piece.marks)
        read = view.codes(None, ANY)
        return len(read) != len(set(read)) or not set(read) <= wanted

    def _number(self, piece: PrintedSheet) -> str:
        """The registered number as its bars say it; empty without one."""
        printing = self.order.printing
        bars = f"{printing.registered_start}{piece.registered}{printing.registered_stop}"
        return bars if piece.registered else ""

    def _static(self, contact: Contact) -> dict[tuple[str, int, str], Counter[str]]:
        """Characters of the static art per document, side and condition (empty: always)."""
        result = {}
        render = renderer(self.order, contact)
        for document, layout in self.layouts.items():
            for index, side in enumerate(layout.sides()):
                for condition in ("", *side.conditions()):
                    words = [render(item) for item in side.text if item.when == condition]
                    words += [
                        item.missing
                        for item in side.image
                        if item.when == condition and item.asset not in self.order.asset
                    ]
                    result[document, index, condition] = Counter(printed("".join(words)))
                result[document, index, ""].update(printed(self.artwork_texts.get(f"{document}/{index}", "")))
        return result

    def _expected(
        self,
        piece: PrintedSheet,
        fields: PageFields,
        side: int,
        static: Mapping[tuple[str, int, str], Counter[str]],
    ) -> _Expected:
        """What one side must say: the fields that are shown, and all its characters."""
        sheet = self.layouts[piece.document].sides()[side]
        row = fields.take(np.array([piece.at]))
        shown = [
            (item, printed(row.texts[item.bind].iloc[0]))
            for item in sheet.field
            if not item.when or holds(item.when, row.texts, row.flags)[0]
        ]
        wanted = Counter(static[piece.document, side, ""])
        for condition in sheet.conditions():
            if holds(condition, row.texts, row.flags)[0]:
                wanted.update(static[piece.document, side, condition])
        numbers = [("照合コード", printed(piece.matching_code))] if sheet.qr else []
        if sheet.registered is not None:
            numbers.append(("引受番号", printed(shown_number(piece.registered))))
        for parts in (*(parts for _, parts in shown), *(parts for _, parts in numbers)):
            wanted.update(parts)
        return _Expected(shown, numbers, wanted)


def _barcode(pixels: np.ndarray, codewords: str) -> Iterator[str]:
    """What is wrong with the customer barcode in its place."""
    try:
        read = read_place(pixels)
    except Unreadable as fault:
        yield f"カスタマバーコードが読めません（{fault}）"
        return
    if read != codewords:
        missing = "カスタマバーコードがありません"
        other = "カスタマバーコードが記録と違います" if codewords else "カスタマバーコードが余分にあります"
        yield other if read else missing


def _marks(view: View, machine: Machine, sheet: Sheet, marks: str) -> Iterator[str]:
    """What is wrong with the marks for the inserter."""
    try:
        read = read_marks(view, machine, sheet)
    except Unreadable as fault:
        yield f"封入機の印が読めません（{fault}）"
        return
    if read != marks:
        yield f"封入機の印が記録と違います（読取り: {read}、記録: {marks}）"


def page_text(path: Path, page: int) -> str:
    """Text of one page (from 1) of any PDF, as the reader of our files will see it."""
    with pdfium.PdfDocument(path) as document:
        return str(document[page - 1].get_textpage().get_text_range())
