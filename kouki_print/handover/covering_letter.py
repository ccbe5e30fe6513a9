"""covering_letter.pdf (送付案内): a text in plain markup as a letter on A4.

Each line is a paragraph, and how it begins says which: ``# `` title, ``## `` numbered heading, ``> `` at the
right, ``= `` in the middle, ``- `` list, ``|`` row of a table (the first one its head).  ``**`` makes bold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable, Indenter, KeepTogether, Paragraph, Spacer, Table, TableStyle

from kouki_print.handover.report_pdf import (
    BOLD,
    INK,
    LINE,
    REGULAR,
    SHADE,
    WIDTH,
    Frames,
    counted,
    drawable,
    register_fonts,
)

_SIZE = 10.5
_SIDE = 7 * mm  # more margin than a report has
_TABLE = WIDTH - 2 * _SIDE - _SIZE  # width
_TEXT = ParagraphStyle(
    "text", fontName=REGULAR, fontSize=_SIZE, leading=16.5, textColor=INK, wordWrap="CJK", spaceAfter=1
)
_FIRST = ParagraphStyle("first", parent=_TEXT, firstLineIndent=_SIZE)  # of a line that begins with a blank
_UNDER = ParagraphStyle("under", parent=_TEXT, leftIndent=_SIZE)  # a paragraph below a heading
_LIST = ParagraphStyle(
    "list",
    parent=_TEXT,
    leftIndent=2 * _SIZE,
    bulletIndent=0.4 * _SIZE,
    bulletFontName=REGULAR,
    bulletFontSize=_SIZE,
)
_CELL = ParagraphStyle("cell", parent=_TEXT, leading=14, spaceAfter=0)
_STYLES = {
    "#": ParagraphStyle(
        "title", parent=_TEXT, fontName=BOLD, fontSize=15, leading=22, alignment=TA_CENTER,
        spaceBefore=14, spaceAfter=12,
    ),
    "##": ParagraphStyle(
        "heading", parent=_TEXT, fontName=BOLD, fontSize=11, spaceBefore=9, spaceAfter=2, keepWithNext=1
    ),
    ">": ParagraphStyle("right", parent=_TEXT, alignment=TA_RIGHT, spaceBefore=4, spaceAfter=6),
    "=": ParagraphStyle("middle", parent=_TEXT, alignment=TA_CENTER, spaceBefore=8, spaceAfter=2),
    "-": _LIST,
}  # fmt: skip
_GRID = TableStyle(
    [
        ("GRID", (0, 0), (-1, -1), 0.5, LINE),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 2.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
)
_END = 3  # paragraphs that the last page has at least: 以上 never stands there alone
_PAD = 12.0  # points that a cell has beside its text
_NUMBER = re.compile(r"\**[0-9][0-9,]*\D?\**")


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the text: its mark (``|`` of a table, ``""`` of a paragraph) and what stands behind it."""

    mark: str
    text: str

    @property
    def cells(self) -> list[str]:
        return [cell.strip(" ") for cell in self.text.removesuffix("|").split("|")]


def covering_letter(text: str, title: str, insurer: str) -> bytes:
    """The letter as PDF bytes; the same text gives the same bytes."""
    register_fonts()
    frames = Frames(title=title, right="", small="", insurer=insurer, headed=False)
    story = [Indenter(_SIDE, _SIDE), *_flowables(text)]
    return counted(frames, [*story[:-_END], KeepTogether(story[-_END:])])[0]


def undrawable(text: str) -> list[tuple[int, str]]:
    """Line (from 1) and character of what the letter's type does not have."""
    return [
        (number, char)
        for number, line in enumerate(text.split("\n"), start=1)
        for char in dict.fromkeys(line)
        if char != "〓" and drawable(char) != char
    ]


def _flowables(text: str) -> Iterator[Flowable]:
    under = _TEXT
    number = 0
    for mark, rows in groupby(_rows(text), key=lambda row: row.mark):
        if mark == "|":
            yield Spacer(1, 2)
            yield _table([row.cells for row in rows])
            yield Spacer(1, 6)
            continue
        for row in rows:
            if mark == "##":
                number, under = number + 1, _UNDER
                yield Paragraph(f"{number}　{_markup(row.text)}", _STYLES["##"])
            elif mark == "-":
                yield Paragraph(_markup(row.text), _LIST, bulletText="・")
            else:
                indented = _FIRST if row.text.startswith("\u3000") else under
                yield Paragraph(_markup(row.text.lstrip("\u3000")), _STYLES.get(mark, indented))


def _rows(text: str) -> Iterator[_Row]:
    """The lines that say something; empty ones only make the text easier to read for who writes it."""
    for line in text.splitlines():
        line = line.strip(" \t")
        mark, _, rest = line.partition(" ")
        if line.startswith("|"):
            yield _Row("|", line[1:])
        elif mark in _STYLES:
            yield _Row(mark, rest.strip(" "))
        elif line:
            yield _Row("", line)


def _markup(text: str) -> str:
    """Text for reportlab, with bold type between two ``**``; it would set a wide blank as a narrow one."""
    parts = escape(drawable(text).replace("\u3000", "\u00a0\u00a0")).split("**")
    if len(parts) % 2 == 0:  # one without another means itself
        parts[-2:] = ["**".join(parts[-2:])]
    return "".join(
        f'<font name="{BOLD}">{part}</font>' if odd % 2 else part for odd, part in enumerate(parts)
    )


def _table(rows: list[list[str]]) -> Table:
    """A ruled table over the whole width: the column that needs most gets what the others leave."""
    columns = max(map(len, rows))
    rows = [row + [""] * (columns - len(row)) for row in rows]
    widths = [
        max(pdfmetrics.stringWidth(row[at], BOLD, _SIZE) for row in rows) + _PAD for at in range(columns)
    ]
    widest = widths.index(most := max(widths))
    widths[widest] += _TABLE - sum(widths)
    if widths[widest] < min(most, _TABLE / 3):
        widths = [_TABLE / columns] * columns
    cells: list[list[Any]] = [
        [_cell(text, head=number == 0) for text in row] for number, row in enumerate(rows)
    ]
    return Table(cells, colWidths=widths, repeatRows=1, style=_GRID, hAlign="RIGHT")


def _cell(text: str, *, head: bool) -> Paragraph:
    align = TA_CENTER if head else TA_RIGHT if _NUMBER.fullmatch(text) else TA_LEFT
    style = ParagraphStyle("own", parent=_CELL, alignment=align, fontName=BOLD if head else REGULAR)
    return Paragraph(_markup(text), style)
