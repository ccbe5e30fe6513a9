"""What the union's workbooks have in common: type, colours, A4 pages, and sums that stay alive.

Every sum is a formula with its value cached, so that viewers which do not calculate show it too.  Texts
are written as texts, never as formulas, whatever they begin with.
"""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

FONT = "BIZ UDゴシック"
A4 = 9
HEAD_COLOUR = "#1F3A5F"
WARN_COLOUR = "#FDF3D6"
HOLD_COLOUR = "#FBE3E0"
TOTAL_COLOUR = "#E6ECF2"
INPUT_COLOUR = "#1F3FBF"


class Live(NamedTuple):
    """A formula and the value that it has now."""

    formula: str
    value: float


@dataclass(frozen=True, slots=True)
class Heading:
    """What every workbook of a job is headed with: the job's title, the insurer, the data date (基準日).

    ``unit``: what its delivery units are, 市町村 or 団体.
    """

    job: str
    insurer: str
    data_on: dt.date
    unit: str = "市町村"

    def footer(self, name: str) -> tuple[str, str]:
        """Left and right text at the foot of each page."""
        return self.insurer, f"{self.job} {name}"


@dataclass(frozen=True, slots=True)
class Styles:
    """The cell formats of one workbook; ``text`` also keeps a leading = or + harmless when edited.

    Titles and heads written for 市町村 say ``unit``.
    """

    unit: str
    title: Format
    note: Format
    head: Format
    section: Format
    text: Format
    wrapped: Format
    number: Format
    signed: Format
    share: Format
    input: Format  # a number that the reader may change, in blue
    step: Format  # 0 = there is none, shown as a dash
    grams: Format
    signed_grams: Format
    percent: Format
    decimal: Format
    dash: Format  # a word where a number would stand
    wrapped_note: Format
    total_decimal: Format
    total_text: Format
    total_number: Format
    total_signed: Format
    total_share: Format
    warn_text: Format
    warn_number: Format
    warn_signed: Format
    warn_share: Format
    hold_text: Format


def new_book(heading: Heading, name: str) -> tuple[Workbook, io.BytesIO]:
    """An empty workbook in memory; the same contents give the same bytes."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    moment = dt.datetime.combine(heading.data_on, dt.time())
    book.set_properties({"title": f"{heading.job} {name}", "author": heading.insurer, "created": moment})
    return book, buffer


def styles_of(book: Workbook, heading: Heading) -> Styles:
    """The formats every list uses."""

    def make(**extra: Any) -> Format:
        return book.add_format({"font_name": FONT, "font_size": 10.5, "valign": "vcenter", **extra})

    def figure(form: str, **extra: Any) -> Format:
        """Room on the right is part of the number's form: LibreOffice loses the indent of some cells."""
        shape = "".join(f"{part}_0;" for part in form.split(";")).removesuffix(";")
        return make(**{"border": 1, **extra, "align": "right", "indent": 0, "num_format": shape})

    cell = {"border": 1, "indent": 1, "quote_prefix": True}
    total = {
        "bold": True,
        "bg_color": TOTAL_COLOUR,
        "top": 2,
        "bottom": 1,
        "left": 1,
        "right": 1,
        "indent": 1,
    }
    warn = {"bg_color": WARN_COLOUR}
    count, difference, share = "#,##0", "+#,##0;-#,##0;0", "+0.0%;-0.0%;0.0%"
    return Styles(
        unit=heading.unit,
        title=make(bold=True, font_size=16),
        note=make(font_color="#404040"),
        head=make(
            bold=True, bg_color=HEAD_COLOUR, font_color="#FFFFFF", border=1, align="center", text_wrap=True
        ),
        section=make(bold=True, font_size=12),
        text=make(**cell),
        wrapped=make(**cell, text_wrap=True),
        number=figure(count),
        signed=figure(difference),
        share=figure(share),
        input=figure(count, font_color=INPUT_COLOUR),
        step=figure('#,##0;-#,##0;"―"'),
        grams=figure('#,##0.00;-#,##0.00;"―"'),
        signed_grams=figure("+#,##0.00;-#,##0.00;0.00"),
        percent=figure("0.0%"),
        decimal=figure("#,##0.00"),
        dash=figure("@"),
        wrapped_note=make(font_color="#404040", text_wrap=True),
        total_decimal=figure("#,##0.00", **total),
        total_text=make(**total),
        total_number=figure(count, **total),
        total_signed=figure(difference, **total),
        total_share=figure(share, **total),
        warn_text=make(**cell, **warn, text_wrap=True),
        warn_number=figure(count, **warn),
        warn_signed=figure(difference, **warn),
        warn_share=figure(share, **warn),
        hold_text=make(**cell, bg_color=HOLD_COLOUR, text_wrap=True),
    )


def page(
    sheet: Worksheet,
    widths: Sequence[float],
    last_row: int,
    footer: tuple[str, str],
    *,
    portrait: bool = False,
) -> None:
    """A4, one page wide, with page numbers between the two footer texts; prints exactly what is filled."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    if portrait:
        sheet.set_portrait()
    else:
        sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.print_area(0, 0, last_row, len(widths) - 1)
    left, right = (text.replace("&", "&&") for text in footer)
    sheet.set_footer(f"&L{left}&C&P / &N&R{right}")
    sheet.hide_gridlines(2)


def finish(
    sheet: Worksheet,
    first: int,
    last: int,
    widths: Sequence[float],
    footer: tuple[str, str],
    *,
    fixed: int = 0,
    portrait: bool = False,
) -> None:
    """The page of a list: the heads above row ``first`` stay in sight and come back on each page.

    ``fixed`` columns stay in sight too.
    """
    sheet.freeze_panes(first, fixed)
    sheet.repeat_rows(first - 1)
    page(sheet, widths, last, footer, portrait=portrait)


def title(sheet: Worksheet, text: str, notes: Sequence[str], styles: Styles) -> int:
    """Title and lines below it; returns the row where the sheet goes on."""
    sheet.write_string(0, 0, text.replace("市町村", styles.unit), styles.title)
    sheet.set_row(0, 26)
    for row, note in enumerate(notes, start=1):
        sheet.write_string(row, 0, note.replace("市町村", styles.unit), styles.note)
    return len(notes) + 2


def head(sheet: Worksheet, row: int, names: Sequence[str], styles: Styles, height: float = 32) -> None:
    """One line of column heads."""
    sheet.set_row(row, height)
    for column, name in enumerate(names):
        sheet.write_string(row, column, name.replace("市町村", styles.unit), styles.head)


def texts(sheet: Worksheet, row: int, values: Sequence[str], fmt: Format, column: int = 0) -> None:
    """Text cells side by side."""
    for offset, value in enumerate(values):
        sheet.write_string(row, column + offset, value, fmt)


def cells(
    sheet: Worksheet,
    row: int,
    values: Sequence[str | float | Live],
    formats: Sequence[Format],
    column: int = 0,
) -> None:
    """Texts, numbers and formulas side by side, each in its own format."""
    for at, (value, fmt) in enumerate(zip(values, formats, strict=True), start=column):
        if isinstance(value, str):
            sheet.write_string(row, at, value, fmt)
        elif isinstance(value, Live):
            sheet.write_formula(row, at, value.formula, fmt, value.value)
        else:
            sheet.write_number(row, at, value, fmt)


def breadth(text: str) -> int:
    """How wide a text is in column units: a full-width letter takes two."""
    return sum(1 if unicodedata.east_asian_width(letter) in "NaH" else 2 for letter in text)


def width_for(values: Iterable[str], least: float, most: float = 44) -> float:
    """The width of a column that shows the longest of these texts on one line, within limits."""
    return min(max([least, *(breadth(value) * 1.05 + 3 for value in values)]), most)


def height_for(values: Sequence[str], widths: Sequence[float]) -> float:
    """The height of a row whose texts break over lines in columns of these widths."""
    lines = (
        sum(-(-breadth(part) // max(int(width - 4), 1)) or 1 for part in value.split("\n"))
        for value, width in zip(values, widths, strict=True)
    )
    return 4 + 15 * max(lines)


def column_sum(sheet: Worksheet, row: int, column: int, first: int, value: int, fmt: Format) -> None:
    """Sum of the cells of this column from row ``first`` to the row above, with its value cached."""
    name = xl_col_to_name(column)
    formula = f"=SUM({name}{first + 1}:{name}{row})" if row > first else "=0"
    sheet.write_formula(row, column, formula, fmt, value)


def row_sum(sheet: Worksheet, row: int, column: int, first: int, last: int, value: int, fmt: Format) -> None:
    """Sum of the cells of this row from column ``first`` to ``last``, with its value cached."""
    formula = f"=SUM({xl_rowcol_to_cell(row, first)}:{xl_rowcol_to_cell(row, last)})"
    sheet.write_formula(row, column, formula, fmt, value)


def total_head(sheet: Worksheet, row: int, columns: int, styles: Styles, word: str = "合計") -> None:
    """The text cells that a line of totals begins with."""
    texts(sheet, row, [word, *[""] * (columns - 1)], styles.total_text)
