"""Lists of many thousand lines in a workbook for people, put together in columns.

xlsxwriter makes the book with titles, formats, filter and page, and one line as a pattern; the lines
themselves are joined in Arrow and put in its place.  The same columns give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter import Workbook
from xlsxwriter.format import Format

from kouki_print.base.texts import lengths, utf8_bytes
from kouki_print.handover.workbook import FONT, Heading, Styles, finish, head, new_book, styles_of, title

_LEVEL = 3  # of compression: 6 takes twice as long for a seventh less
_NOT_XML = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x{fffe}\\x{ffff}]"
_ESCAPES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_CELL = re.compile(rb' s="(\d+)"')
_MORE_FORMATS: dict[str, dict[str, Any]] = {
    "big": {"bold": True, "font_size": 16, "align": "center"},
    "sequence": {"bold": True, "font_size": 13, "align": "center", "num_format": "0000000"},
    "middle": {"align": "center"},
    "wrap": {"text_wrap": True, "indent": 1, "quote_prefix": True},
    "text": {"align": "center", "quote_prefix": True},
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list: texts or whole numbers, and how they look (one of big, sequence, wrap, text)."""

    head: str
    width: float
    look: str
    values: Any


@dataclass(frozen=True, slots=True)
class LongSheet:
    """One sheet; the first ``printed`` columns come on paper, those behind them are for the screen."""

    name: str
    notes: tuple[str, ...]
    columns: tuple[Column, ...]
    printed: int

    @property
    def first(self) -> int:
        """The row of the first line, from 0: behind the title, the notes, a blank and the heads."""
        return len(self.notes) + 3


def long_book(heading: Heading, name: str, sheets: Sequence[LongSheet]) -> bytes:
    """The workbook: each sheet with autofilter, heads that stay and come back, A4 landscape."""
    book, buffer = new_book(heading, name)
    styles = styles_of(book, heading)
    formats = {
        look: book.add_format({"font_name": FONT, "font_size": 11, "valign": "vcenter", "border": 1, **more})
        for look, more in _MORE_FORMATS.items()
    }
    for sheet in sheets:
        _frame(book, sheet, name, heading, styles, formats)
    book.close()
    return _filled(buffer, sheets)


def _frame(
    book: Workbook,
    sheet: LongSheet,
    name: str,
    heading: Heading,
    styles: Styles,
    formats: dict[str, Format],
) -> None:
    """All of a sheet but its lines: the first has the formats only, as a pattern."""
    made, first = book.add_worksheet(sheet.name), sheet.first
    title(made, f"{name}（{sheet.name}）", sheet.notes, styles)
    head(made, first - 1, [column.head for column in sheet.columns], styles)
    count, columns = len(sheet.columns[0].values), len(sheet.columns)
    for at, column in enumerate(sheet.columns):
        made.write_blank(first, at, None, formats[column.look])
    last = first + max(count, 1) - 1
    made.write_blank(
        last, columns - 1, None, formats[sheet.columns[-1].look]
    )  # the book knows how far it goes
    made.autofilter(first - 1, 0, last, columns - 1)
    widths = [column.width for column in sheet.columns]
    finish(made, first, last, widths[: sheet.printed], heading.footer(name))
    for at in range(sheet.printed, columns):
        made.set_column(at, at, widths[at])


def _filled(buffer: io.BytesIO, sheets: Sequence[LongSheet]) -> bytes:
    """The book with the lines of each sheet in the place of its pattern."""
    out = io.BytesIO()
    parts = {f"xl/worksheets/sheet{number}.xml": sheet for number, sheet in enumerate(sheets, start=1)}
    with zipfile.ZipFile(buffer) as book, zipfile.ZipFile(out, "w") as new:
        for info in book.infolist():
            data = book.read(info)
            if info.filename in parts:
                data = _with_lines(data, parts[info.filename])
            new.writestr(zipfile.ZipInfo(info.filename, info.date_time), data, zipfile.ZIP_DEFLATED, _LEVEL)
    return out.getvalue()


def _with_lines(data: bytes, sheet: LongSheet) -> bytes:
    start = data.index(b'<row r="%d"' % (sheet.first + 1))
    end = data.index(b"</sheetData>")
    formats = [int(number) for number in _CELL.findall(data, start, end)]
    return b"".join(
        (data[:start], _lines(sheet.columns, formats[: len(sheet.columns)], sheet.first + 1), data[end:])
    )


def _lines(columns: Sequence[Column], formats: Sequence[int], first: int) -> bytes:
    """The rows from number ``first`` on, as a worksheet has them."""
    numbers = np.arange(first, first + len(columns[0].values))
    pieces: list[Any] = ['<row r="', _digits(numbers), '" customHeight="1" ht="', _digits(_heights(columns))]
    before = '">'
    for column, style in zip(columns, formats, strict=True):
        if isinstance(column.values, np.ndarray):
            pieces += [f'{before}<c s="{style}"><v>', _digits(column.values)]
            before = "</v></c>"
        else:
            pieces += [f'{before}<c s="{style}" t="inlineStr"><is><t>', _escaped(column.values)]
            before = "</t></is></c>"
    pieces.append(before + "</row>")
    parts = [pa.scalar(each, pa.large_string()) if isinstance(each, str) else each for each in pieces]
    return utf8_bytes(pc.binary_join_element_wise(*parts, pa.scalar("", pa.large_string())))[0].tobytes()


def _heights(columns: Sequence[Column]) -> np.ndarray:
    """The height of each row in points: as many lines as the longest of its texts takes."""
    lines = np.ones(len(columns[0].values), dtype=np.int64)
    for column in columns:
        if column.look == "wrap":
            letters = pc.utf8_length(column.values).to_numpy()
            wide = (lengths(column.values) - letters) // 2  # three bytes each: two places instead of one
            lines = np.maximum(lines, np.ceil((letters + wide) * 1.08 / (column.width - 2)).astype(np.int64))
    return np.maximum(24, 6 + 15 * lines)


def _digits(numbers: np.ndarray) -> pa.LargeStringArray:
    return pc.cast(pa.array(numbers), pa.large_string())


def _escaped(texts: pa.LargeStringArray) -> pa.LargeStringArray:
    """Texts as XML has them; a control character, which it cannot have, is 〓."""
    data = utf8_bytes(texts)[0]
    for mark, escape in _ESCAPES:
        if (data == ord(mark)).any():
            texts = pc.replace_substring(texts, mark, escape)
    if (data < 32).any() or b"\xef\xbf" in data.tobytes():
        texts = pc.replace_substring_regex(texts, _NOT_XML, "〓")
    return texts
