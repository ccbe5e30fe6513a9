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
from kouki_print.page.codes import SIZE
from kouki_print.page.fields import PageFields
from kouki_print.page.fonts import Style, clusters
from kouki_print.page.layout import MM, Layout, Side
from kouki_print.page.words import renderer
from kouki_print.sheet.imposition import Imposition

_BLANKS = frozenset(" \u3000\u00a0\r\n\t\x00\ufeff\ufffe")
_DPI = 300
_QUIET = 4
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
class PrintedPiece:
    """Where one piece should be found and what it should say.  ``at`` is its row in the fields."""

    at: int
    piece_id: str
    document: str
    matching_code: str
    print_page: int
    imposed_sheet: int
    imposed_slot: int


@dataclass(slots=True)
class Reader:
    """What is needed to read lots of one job: layouts, styles, imposition and 1-up margin (mm).

    ``artwork_texts`` holds the text of a designer's page by ``<document>/<side>`` (0 front, 1 back).
    """

    order: Order
    layouts: Mapping[str, Layout]
    styles: Mapping[str, Style]
    imposition: Imposition
    margin: float
    artwork_texts: Mapping[str, str] = field(default_factory=dict)
    _same: dict[str, dict[str, str]] = field(default_factory=dict)

    def canonical(self, text: str, font: str) -> list[str]:
        """Clusters as the file gives them back: one representative per glyph, blanks left out."""
        same = self._same.get(font)
        if same is None:
            same = self._same[font] = representatives(self.styles[font])
        return [same.get(cluster, cluster) for cluster in clusters(text) if cluster not in _BLANKS]

    def check(
        self,
        contact: Contact,
        fields: PageFields,
        pieces: Sequence[PrintedPiece],
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
                    expected = static[piece.document, side], self._personal(piece, fields, side)
                    for name, file, page, corner, on_sheet in self._places(
                        piece, side, single, imposed, print_pdf, imposed_pdf
                    ):
                        found.extend(
                            Difference(name, page + 1, piece.piece_id, what)
                            for what in self._compare(
                                file[page], corner, on_sheet, piece, side, fields, expected
                            )
                        )
        return found

    def _places(
        self, piece: PrintedPiece, side: int, single: Any, imposed: Any, print_pdf: Path, imposed_pdf: Path
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
        piece: PrintedPiece,
        side: int,
        fields: PageFields,
        expected: tuple[Counter[str], list[list[str]]],
    ) -> list[str]:
        layout = self.layouts[piece.document]
        sheet = layout.sides()[side]
        problems = []
        code = self._decode(page, corner, sheet)
        if code != [piece.matching_code]:
            problems.append(f"照合コードが違います（読取り: {'、'.join(code) or 'なし'}）")
        # The 1-up page holds nothing beside the sheet, so all of it counts; on a press sheet its own slot does.
        text = self._text(page, corner if imposed else None, layout)
        static, personal = expected
        whole = "".join(text)
        for item, parts in zip(("照合コード", *(entry.bind for entry in sheet.field)), personal, strict=True):
            if "".join(parts) not in whole:
                problems.append(f"項目「{item}」の文字が記録と一致しません")
        wanted = Counter(static)
        for parts in personal:
            wanted.update(parts)
        for flag in sorted({entry.when for entry in sheet.text if entry.when}):
            if fields.flags[flag][piece.at]:
                for entry in sheet.text:
                    if entry.when == flag:
                        wanted.update(self.canonical(entry.text, entry.font))
        if Counter(text) != wanted:
            problems.append("記録にない文字があるか、あるべき文字がありません")
        return problems

    def _static(self, contact: Contact) -> dict[tuple[str, int], Counter[str]]:
        """Characters of the static art per document and side."""
        result = {}
        render = renderer(self.order, contact)
        for document, layout in self.layouts.items():
            for index, side in enumerate(layout.sides()):
                artwork = self.artwork_texts.get(f"{document}/{index}", "")
                counter = Counter(cluster for cluster in clusters(artwork) if cluster not in _BLANKS)
                for item in side.text:
                    if not item.when:
                        counter.update(self.canonical(render(item), item.font))
                result[document, index] = counter
        return result

    def _personal(self, piece: PrintedPiece, fields: PageFields, side: int) -> list[list[str]]:
        """The matching code, then each field of the side in order, as canonical clusters."""
        sheet = self.layouts[piece.document].sides()[side]
        texts = [self.canonical(piece.matching_code, "gothic")]
        for item in sheet.field:
            shown = not item.when or bool(fields.flags[item.when][piece.at])
            text = fields.texts[item.bind].iloc[piece.at] if shown else ""
            texts.append(self.canonical(text, item.font))
        return texts

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
        return [cluster for cluster in clusters(text) if cluster not in _BLANKS]

    def _decode(self, page: Any, corner: tuple[float, float], side: Side) -> list[str]:
        """Texts of the QR codes in the rendered place of the matching code."""
        item = side.qr
        quiet = _QUIET * item.module
        size = SIZE * item.module + 2 * quiet
        left, top = corner[0] + item.x - quiet, corner[1] + item.y - quiet
        width, height = page.get_size()
        crop = (left * MM, height - (top + size) * MM, width - (left + size) * MM, top * MM)
        bitmap = page.render(scale=_DPI / 72, crop=crop, grayscale=True)
        pixels = np.ascontiguousarray(
            bitmap.to_numpy()[:, :, 0] if bitmap.to_numpy().ndim == 3 else bitmap.to_numpy()
        )
        found = zxingcpp.read_barcodes(pixels, formats=_CODES)
        return sorted(entry.text for entry in found)


def page_text(path: Path, page: int) -> str:
    """Text of one page (from 1) of any PDF, as the reader of our files will see it."""
    with pdfium.PdfDocument(path) as document:
        return str(document[page - 1].get_textpage().get_text_range())


def representatives(style: Style) -> dict[str, str]:
    """Per cluster the one that a reader gets back for its glyph (the shortest, then the lowest)."""
    result: dict[str, str] = {}
    for used in style.used():
        first: dict[int, str] = {}
        for cluster in sorted(used, key=lambda text: (len(text), text)):
            result[cluster] = first.setdefault(used[cluster], cluster)
    return result
