"""Reading a lot back: every chosen page's text and codes against the person's own record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import zxingcpp

from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page import codabar
from kouki_print.page.conditions import holds
from kouki_print.page.extents import Rect, extent, quiet
from kouki_print.page.fields import PageFields
from kouki_print.page.fonts import clusters
from kouki_print.page.items import MM, CustomerBarcode, Qr
from kouki_print.page.layout import Layout
from kouki_print.page.words import renderer
from kouki_print.sheet.imposition import Imposition
from kouki_print.verify.bars import Unreadable, read_place

_BLANKS = frozenset(" \u3000\u00a0\r\n\t\x00\ufeff\ufffe")
_DPI = 300
_CODES = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


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
    """Where one sheet should be found and what its codes should say.  ``at`` is its row in the fields."""

    at: int
    piece_id: str
    document: str
    matching_code: str
    registered: str
    codewords: str
    print_page: int
    imposed_sheet: int
    imposed_slot: int


@dataclass(frozen=True, slots=True)
class _Expected:
    """What one side must say: named texts in clusters, and how often each character stands on it."""

    named: list[tuple[str, list[str]]]
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
    ) -> list[Difference]:
        """Differences of the chosen pieces in both files of a lot (empty when all is right)."""
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
            for piece in pieces:
                for side in (0, 1):
                    expected = self._expected(piece, fields, side, static)
                    for name, file, page, corner, on_sheet in self._places(
                        piece, side, single, imposed, print_pdf, imposed_pdf
                    ):
                        found.extend(
                            Difference(name, page + 1, piece.piece_id, what)
                            for what in self._compare(file[page], corner, on_sheet, piece, side, expected)
                        )
        return found

    def _places(
        self, piece: PrintedSheet, side: int, single: Any, imposed: Any, print_pdf: Path, imposed_pdf: Path
    ) -> Iterator[tuple[str, Any, int, tuple[float, float], bool]]:
        finished = self.layouts[piece.document].sheet
        slot = piece.imposed_slot - 1
        grid = self.imposition.back_corner if side else self.imposition.corner
        yield print_pdf.name, single, piece.print_page - 1 + side, (self.margin, self.margin), False
        yield imposed_pdf.name, imposed, (piece.imposed_sheet - 1) * 2 + side, grid(slot, finished), True

    def _compare(
        self,
        page: Any,
        corner: tuple[float, float],
        imposed: bool,
        piece: PrintedSheet,
        side: int,
        expected: _Expected,
    ) -> list[str]:
        layout = self.layouts[piece.document]
        sheet = layout.sides()[side]
        problems = []
        code = self._decode(page, corner, sheet.qr) if sheet.qr else []
        if sheet.qr and code != [piece.matching_code]:
            problems.append(f"照合コードが違います（読取り: {'、'.join(code) or 'なし'}）")
        if sheet.barcode:
            problems.extend(self._barcode(page, corner, sheet.barcode, piece.codewords))
        # The 1-up page holds nothing beside the sheet, so all of it counts; on a press sheet its own slot does.
        text = self._text(page, corner if imposed else None, layout)
        whole = "".join(text)
        for name, parts in expected.named:
            if "".join(parts) not in whole:
                problems.append(f"項目「{name}」の文字が記録と一致しません")
        if Counter(text) != expected.all:
            problems.append("記録にない文字があるか、あるべき文字がありません")
        return problems

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
        """What one side must say: the codes' texts, then each field in order, and the words around them."""
        sheet = self.layouts[piece.document].sides()[side]
        named = [("照合コード", printed(piece.matching_code))] if sheet.qr else []
        if sheet.registered is not None:
            named.append(("引受番号", printed(codabar.shown(piece.registered))))
        row = fields.take(np.array([piece.at]))
        for item in sheet.field:
            shown = not item.when or bool(holds(item.when, row.texts, row.flags)[0])
            named.append((item.bind, printed(row.texts[item.bind].iloc[0] if shown else "")))
        wanted = Counter(static[piece.document, side, ""])
        for condition in sheet.conditions():
            if holds(condition, row.texts, row.flags)[0]:
                wanted.update(static[piece.document, side, condition])
        for _, parts in named:
            wanted.update(parts)
        return _Expected(named, wanted)

    def _text(self, page: Any, corner: tuple[float, float] | None, layout: Layout) -> list[str]:
        """Characters inside the finished sheet at ``corner`` (None = of the whole page), blanks left out."""
        textpage = page.get_textpage()
        if corner is None:
            text = textpage.get_text_range()
        else:
            x, y = corner
            height = page.get_height()
            text = textpage.get_text_bounded(
                left=x * MM,
                right=(x + layout.sheet.width) * MM,
                top=height - y * MM,
                bottom=height - (y + layout.sheet.height) * MM,
            )
        textpage.close()
        return printed(text)

    def _decode(self, page: Any, corner: tuple[float, float], item: Qr) -> list[str]:
        """Texts of the QR codes in the rendered place of the matching code."""
        found = zxingcpp.read_barcodes(_pixels(page, corner, item), formats=_CODES)
        return sorted(entry.text for entry in found)

    def _barcode(
        self, page: Any, corner: tuple[float, float], item: CustomerBarcode, codewords: str
    ) -> list[str]:
        """What is wrong with the customer barcode; its words tell an address and are not repeated."""
        try:
            read = read_place(_pixels(page, corner, item))
        except Unreadable as fault:
            return [f"カスタマバーコードが読めません（{fault}）"]
        if read == codewords:
            return []
        if not read:
            return ["カスタマバーコードがありません"]
        return ["カスタマバーコードが記録と違います" if codewords else "カスタマバーコードが余分にあります"]


def _pixels(page: Any, corner: tuple[float, float], item: Qr | CustomerBarcode) -> np.ndarray:
    """Grey values of a code's place with its quiet zone, on the sheet at ``corner``."""
    place: Rect = extent(item).smaller(-quiet(item))
    width, height = page.get_size()
    crop = (
        (corner[0] + place.left) * MM,
        height - (corner[1] + place.bottom) * MM,
        width - (corner[0] + place.right) * MM,
        (corner[1] + place.top) * MM,
    )
    bitmap = page.render(scale=_DPI / 72, crop=crop, grayscale=True).to_numpy()
    return np.ascontiguousarray(bitmap[:, :, 0] if bitmap.ndim == 3 else bitmap)


def page_text(path: Path, page: int) -> str:
    """Text of one page (from 1) of any PDF, as the reader of our files will see it."""
    with pdfium.PdfDocument(path) as document:
        return str(document[page - 1].get_textpage().get_text_range())


def printed(text: str) -> list[str]:
    """Clusters of a text as a page must give them back: exactly those asked for, blanks left out."""
    return [cluster for cluster in clusters(text) if cluster not in _BLANKS]
