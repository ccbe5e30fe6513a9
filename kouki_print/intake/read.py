"""One export file to columns of text: strict, exact about the place of a fault, nothing guessed.

CSV is checked and parsed here, fixed width in ``fixed``; both give the file's columns as text.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from kouki_print.base.errors import JobError
from kouki_print.intake.decoding import (
    AGAIN,
    MARK,
    RawFile,
    check_bytes,
    encoding_hint,
    fits_other,
    load_bytes,
    row_at,
    to_utf8,
    without_end_mark,
)
from kouki_print.intake.fixed import read_fixed
from kouki_print.intake.forbidden import refuse_names
from kouki_print.intake.layouts import ExportLayout
from kouki_print.intake.lines import check_lines, record_end
from kouki_print.intake.shaping import shaped

_PARSE_BLOCK = 1 << 20  # larger blocks fall out of the cache and take five times as long


def _check_end(ended: bool, data: bytes, name: str, layout: ExportLayout) -> None:
    if not ended:
        raise JobError(
            "最後の行に改行がありません。ファイルが途中で切れています",
            remedy=AGAIN,
            file=name,
            row=row_at(data, len(data), layout),
        )


def _text_of(data: bytes, name: str, layout: ExportLayout) -> bytes:
    """The checked text in UTF-8, blank lines after the last row taken off."""
    data = without_end_mark(data, layout)
    check_bytes(data, name, layout)
    wide = layout.encoding.startswith("utf-16")
    if not wide:  # before decoding: a file cut within a character says that it is cut
        _check_end(data.endswith(b"\n"), data, name, layout)
    text = to_utf8(data, name, layout)
    if wide:
        _check_end(text.endswith(b"\n"), data, name, layout)
    while text.endswith((b"\n\n", b"\n\r\n")):
        text = text[:-2] if text.endswith(b"\r\n") else text[:-1]
    return text


def _body(text: bytes, name: str, layout: ExportLayout) -> tuple[int, int]:
    """Where the header line or first record begins and where the last record ends."""
    start, end = 0, len(text)
    for _ in range(layout.spec.skip_top):
        start = text.find(b"\n", start) + 1 or end
    for _ in range(layout.spec.skip_bottom):
        end = text.rfind(b"\n", start, max(start, end - 1)) + 1
    if start >= end:
        raise JobError(
            "データの行がありません",
            remedy=f"{layout.file} の skip_top と skip_bottom を確かめてください。",
            file=name,
        )
    return start, end


def _cells(line: bytes, layout: ExportLayout) -> list[str]:
    """The first record's cells."""
    quote = layout.spec.quote
    reader = csv.reader(
        io.StringIO(line.decode(), newline=""),
        delimiter=layout.spec.delimiter,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
    )
    return [cell.strip(" \u3000") for cell in next(reader, [])]


def _headers(cells: list[str], name: str, row: int) -> list[str]:
    for number, header in enumerate(cells):
        if header and header in cells[:number]:
            raise JobError(
                "同じ見出しの列が二つあります",
                remedy="使わない方の列を消してください。",
                file=name,
                row=row,
                column=header,
            )
    refuse_names(cells, name)
    return [header or f"\0{number}" for number, header in enumerate(cells, start=1)]


def _parsed(body: pa.Buffer, quoted: bool, names: list[str], file: str, layout: ExportLayout) -> pa.Table:
    """Columns of the data rows; JobError for the first row with another number of cells."""
    ragged: list[Any] = []

    def remember(row: Any) -> str:
        ragged.append(row)
        return "error"

    try:
        return pacsv.read_csv(
            pa.BufferReader(body),
            pacsv.ReadOptions(use_threads=False, block_size=_PARSE_BLOCK, column_names=names),
            pacsv.ParseOptions(
                delimiter=layout.spec.delimiter,
                quote_char=layout.spec.quote or False,
                newlines_in_values=quoted,
                ignore_empty_lines=False,
                invalid_row_handler=remember,
            ),
            pacsv.ConvertOptions(
                check_utf8=False,
                strings_can_be_null=False,
                column_types=dict.fromkeys(names, pa.large_string()),
            ),
        ).combine_chunks()
    except pa.ArrowInvalid:
        row = ragged[0].number + layout.first_line - 1 if ragged else None
        cells = ragged[0].actual_columns if ragged else 0
        first = "見出し" if layout.headed else "1行目"
        raise JobError(
            f"列の数が見出しと合いません（{first}{len(names)}、この行{cells}）",
            remedy=f"この行の区切り（カンマなど）と引用符を確かめてください。途中で切れていれば、{AGAIN}",
            file=file,
            row=row,
        ) from None


def _read_csv(data: bytes, name: str, layout: ExportLayout) -> tuple[pa.Table, list[str]]:
    text = _text_of(data, name, layout)
    start, stop = _body(text, name, layout)
    quote = layout.spec.quote.encode()
    first = record_end(text, start, quote)
    cells = _cells(text[start:first], layout)
    notes = check_lines(text, start, stop, len(cells), name, layout)
    if layout.headed:
        names = _headers(cells, name, layout.first_line - 1)
        if MARK not in names and fits_other(data, layout):
            raise JobError("見出しの文字が読めません", remedy=encoding_hint(data, layout), file=name, row=1)
        if first == stop:
            raise JobError(
                "見出しだけで、データの行がありません", remedy=AGAIN, file=name, row=layout.first_line
            )
        start = first
    else:
        names = [f"\0{number}" for number in range(1, len(cells) + 1)]
    own = layout.gaiji.applied(text[start:stop]) if layout.gaiji.texts else None
    body = pa.py_buffer(text).slice(start, stop - start) if own is None else pa.py_buffer(own)
    return _parsed(body, bool(quote) and quote in text, names, name, layout), notes


def read_raw(path: Path, name: str, layout: ExportLayout) -> RawFile:
    """One export file as text columns under the standard's headers; JobError names file, row and remedy.

    Refused: missing or empty file, another encoding, NUL and shift bytes, no line end at the end
    (truncated), open quotes, double headers, rows with more or fewer cells than the header, records of
    another length, a column that the layout names and the file lacks, cells outside its value maps.
    """
    data, file = load_bytes(path, name)
    if layout.spec.form == "fixed":
        table, notes = read_fixed(data, name, layout)
    else:
        table, notes = _read_csv(data, name, layout)
    table = shaped(table, name, layout)
    unnamed = sum(header.startswith("\0") for header in table.column_names)
    return RawFile(file, table, unnamed, layout.first_line, tuple(notes))
