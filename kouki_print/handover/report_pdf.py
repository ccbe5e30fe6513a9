"""Reports on A4 for people (reportlab): fonts, page frame and ruled tables that all of them share.

The same content gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

from kouki_print.base.resources import font_dir

REGULAR, BOLD = "BIZUDGothic", "BIZUDGothic-Bold"
INK, LINE, SHADE, HEAD = (HexColor(value) for value in (0x1A1A1A, 0x9AA5B1, 0xE6ECF2, 0x1F3A5F))
_MARGIN = 16 * mm
_TOP, _FOOT = 25 * mm, 14 * mm
WIDTH = A4[0] - 2 * _MARGIN
HEADING = ParagraphStyle(
    "heading", fontName=BOLD, fontSize=10.5, leading=15, textColor=INK, spaceBefore=9, spaceAfter=3
)
BIG = ParagraphStyle("big", fontName=BOLD, fontSize=17, leading=24, textColor=INK, wordWrap="CJK")
NOTE = ParagraphStyle(
    "note", fontName=REGULAR, fontSize=7.5, leading=11, textColor=INK, spaceBefore=2, wordWrap="CJK"
)


@dataclass(frozen=True, slots=True)
class Frames:
    """What stands around every page: title, a word at the right, a small line below, the insurer.

    A page that is not ``headed`` (a letter) has only its foot.
    """

    title: str
    right: str
    small: str
    insurer: str
    headed: bool = True


class _Total(Flowable):  # type: ignore[misc]
    """The end of a story, which knows how many pages there are, and so what each of them shows at its foot."""

    def wrap(self, *_: float) -> tuple[float, float]:
        """It takes no room."""
        return 0, 0

    def draw(self) -> None:
        """The forms that the pages have at their foot already."""
        canvas, pages = self.canv, self.canv.getPageNumber()
        for number in range(1, pages + 1):
            canvas.beginForm(f"page{number}")
            canvas.setFillColor(INK)
            canvas.setFont(REGULAR, 8)
            canvas.drawRightString(A4[0] - _MARGIN, 8 * mm, f"{number} / {pages} ページ")
            canvas.endForm()


def report(frames: Frames, story: list[Any]) -> bytes:
    """A report as PDF bytes."""
    return counted(frames, story)[0]


def counted(frames: Frames, story: list[Any]) -> tuple[bytes, int]:
    """A report as PDF bytes, and how many pages it has."""
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=frames.title,
        author=frames.insurer,
        creator="kouki_print",
        lang="ja-JP",
        initialFontName=REGULAR,  # else each page begins in a Helvetica that is not embedded
        invariant=1,
    )
    height = A4[1] - _TOP - _FOOT
    frame = Frame(_MARGIN, _FOOT, WIDTH, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)
    document.addPageTemplates(
        PageTemplate("page", [frame], onPage=lambda canvas, _: _page_marks(canvas, frames))
    )
    document.build([*story, _Total()])
    return buffer.getvalue(), document.page


def register_fonts() -> None:
    """Make the fonts known; a story's flowables measure with them, so before it is built."""
    for name in (REGULAR, BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            file = "BIZUDGothic-Regular.ttf" if name == REGULAR else "BIZUDGothic-Bold.ttf"
            pdfmetrics.registerFont(TTFont(name, str(font_dir() / file)))


def drawable(text: str) -> str:
    """The text as these reports can show it: 〓 for what the font lacks, ＊ behind the base form of a variant.

    Reports only point at a piece; the piece itself carries the exact characters.
    """
    register_fonts()
    glyphs = pdfmetrics.getFont(REGULAR).face.charToGlyph
    return "".join("＊" if is_variation(char) else char if ord(char) in glyphs else "〓" for char in text)


def fitted(text: str, width: float, size: float, font: str = REGULAR) -> tuple[str, float]:
    """The text and a font size at which it is no wider than ``width`` points.

    Smaller down to 70 %; what is longer still ends in ….
    """
    wide = pdfmetrics.stringWidth(text, font, size)
    if wide <= width:
        return text, size
    least = size * 0.7
    if wide * 0.7 <= width:
        return text, size * width / wide
    while text and pdfmetrics.stringWidth(text + "…", font, least) > width:
        text = text[:-1]
    return text + "…", least


def cell(text: str, size: float = 8, *, head: bool = False) -> Paragraph:
    """A table cell of any text: its own line breaks, and wrapped at any character; ``head`` for a column's."""
    font, ink = (BOLD, HexColor(0xFFFFFF)) if head else (REGULAR, INK)
    style = ParagraphStyle(
        "cell",
        fontName=font,
        fontSize=size,
        leading=size * 1.3,
        textColor=ink,
        wordWrap="CJK",
        alignment=int(head),
    )
    return Paragraph("<br/>".join(escape(drawable(line)) for line in text.split("\n")), style)


def is_variation(char: str) -> bool:
    """Whether a character only chooses a variant (異体字) of the one before it."""
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _page_marks(canvas: Canvas, frames: Frames) -> None:
    """Title and date at the top, insurer and page number at the foot."""
    canvas.saveState()
    canvas.setFillColor(INK)
    if frames.headed:
        _head(canvas, frames)
    canvas.setFont(REGULAR, 8)
    canvas.drawString(_MARGIN, 8 * mm, frames.insurer)
    canvas.doForm(f"page{canvas.getPageNumber()}")
    canvas.restoreState()


def _head(canvas: Canvas, frames: Frames) -> None:
    top = A4[1] - 13 * mm
    right = pdfmetrics.stringWidth(frames.right, REGULAR, 9) + 4 * mm
    title, size = fitted(frames.title, WIDTH - right, 14, BOLD)
    canvas.setFont(BOLD, size)
    canvas.drawString(_MARGIN, top, title)
    canvas.setFont(REGULAR, 9)
    canvas.drawRightString(A4[0] - _MARGIN, top, frames.right)
    small, size = fitted(frames.small, WIDTH, 7)
    canvas.setFont(REGULAR, size)
    canvas.drawString(_MARGIN, top - 5.5 * mm, small)
    canvas.setStrokeColor(HEAD)
    canvas.setLineWidth(1)
    canvas.line(_MARGIN, top - 8 * mm, A4[0] - _MARGIN, top - 8 * mm)


def ruled_table(
    rows: Sequence[Sequence[Any]],
    widths: Sequence[float],
    *,
    texts: int,
    total: bool,
    heads: int = 1,
    size: float = 9,
    pad: float = 2.6,
) -> Table:
    """Ruled table: head row repeated on each page, the first ``texts`` columns left, numbers right.

    ``widths`` are shares of the width.
    """
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), REGULAR, size),
        ("FONT", (0, 0), (-1, heads - 1), BOLD, size - 0.5),
        ("TEXTCOLOR", (0, 0), (-1, -1), INK),
        ("TEXTCOLOR", (0, 0), (-1, heads - 1), HexColor(0xFFFFFF)),
        ("BACKGROUND", (0, 0), (-1, heads - 1), HEAD),
        ("ALIGN", (0, 0), (-1, heads - 1), "CENTER"),
        ("ALIGN", (texts, heads), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("GRID", (0, 0), (-1, -1), 0.4, LINE),
        ("TOPPADDING", (0, 0), (-1, -1), pad),
        ("BOTTOMPADDING", (0, 0), (-1, -1), pad + 0.6),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    if total:
        style += [
            ("FONT", (0, -1), (-1, -1), BOLD, size),
            ("BACKGROUND", (0, -1), (-1, -1), SHADE),
            ("LINEABOVE", (0, -1), (-1, -1), 1, HEAD),
        ]
    scale = WIDTH / sum(widths)
    return Table(
        rows, colWidths=[width * scale for width in widths], repeatRows=heads, style=TableStyle(style)
    )


def standing_out(table: Table, columns: Sequence[int], size: float = 14) -> Table:
    """The table with columns in large bold type: the figures that one looks for."""
    for column in columns:
        cells = (column, 1), (column, -1)
        table.setStyle([("FONT", *cells, BOLD, size), ("ALIGN", *cells, "CENTER")])
    return table
