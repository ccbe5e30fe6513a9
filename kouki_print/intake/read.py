"""Bytes of one export file to columns of text: strict, exact about the place of a fault, nothing guessed.

Decoding goes in blocks that end at a line end, so that an error is found with its byte and the
whole text never stands in memory as Python characters.  A byte of a CP932 trail is never a comma,
a quote or a line end.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv

from kouki_print.base.errors import JobError
from kouki_print.intake.layouts import ENCODING_JA, ExportLayout
from kouki_print.order.load import InputFile

_BLOCK = 1 << 18
_LOOK = 1 << 10  # a file of blanks only is not longer than this
_PARSE_BLOCK = 1 << 20  # larger blocks fall out of the cache and take five times as long
_UTF8_BOM = b"\xef\xbb\xbf"
_OTHER = {"cp932": "utf-8", "utf-8": "cp932"}
_AGAIN = "移行データを最後まで出力し直してください。"
_MARK = "被保険者番号"  # a header that tells a readable file from a garbled one


@dataclass(frozen=True, slots=True)
class RawFile:
    """One export file as text columns under its own headers (Arrow table), row 0 = line 2."""

    file: InputFile
    table: pa.Table
    unnamed: int  # columns without a header, dropped


def _row_at(data: bytes, offset: int) -> int:
    """Row in which a byte lies, as Excel counts it: line ends inside quotes do not count."""
    head = data[:offset]
    if b'"' not in head:
        return head.count(b"\n") + 1
    return sum(piece.count(b"\n") for piece in head.split(b'"')[::2]) + 1


def _column_at(data: bytes, offset: int, encoding: str) -> str:
    """Header of the column in which a byte lies, or ``N番目`` when the header cannot be read."""
    start = data.rfind(b"\n", 0, offset) + 1
    number = sum(piece.count(b",") for piece in data[start:offset].split(b'"')[::2])
    for each in (encoding, _OTHER[encoding]):
        try:
            headers = next(csv.reader([data[: data.find(b"\n")].decode(each).lstrip("\ufeff")]))
            return headers[number].strip()
        except (UnicodeDecodeError, IndexError, StopIteration, csv.Error):
            continue
    return f"{number + 1}番目"


def _fits(data: bytes, encoding: str) -> bool:
    try:
        return _MARK in data[: data.find(b"\n")].decode(encoding)
    except UnicodeDecodeError:
        return False


def _encoding_hint(data: bytes, layout: ExportLayout) -> str:
    other = _OTHER[layout.encoding]
    if _fits(data, other):
        name = "standard" if other == "cp932" else "standard-utf8"
        kind = ENCODING_JA[other]
        return f'{kind}のファイルのようです。job.toml の [input] layout を "{name}" にしてください。'
    return f"{ENCODING_JA[layout.encoding]}で出力し直すか、この行の文字を直してください。"


def _check_bytes(data: bytes, name: str, layout: ExportLayout) -> None:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise JobError(
            "UTF-16 のファイルです",
            remedy=f"{ENCODING_JA[layout.encoding]}で出力し直してください。",
            file=name,
            row=1,
        )
    if layout.encoding == "cp932" and data.startswith(_UTF8_BOM):
        raise JobError(
            "UTF-8（BOM付き）のファイルです", remedy=_encoding_hint(data, layout), file=name, row=1
        )
    null = data.find(b"\0")
    if null >= 0:
        raise JobError(
            "NUL文字（0のバイト）があります。壊れているか、UTF-16 のファイルです",
            remedy=_AGAIN,
            file=name,
            row=_row_at(data, null),
        )
    if not data.endswith(b"\n"):
        raise JobError(
            "最後の行に改行がありません。ファイルが途中で切れています",
            remedy=_AGAIN,
            file=name,
            row=_row_at(data, len(data)),
        )


def _check_quotes(data: bytes, name: str) -> None:
    if data.count(b'"') % 2 == 0:
        return
    row = next(number for number, line in enumerate(data.split(b"\n"), start=1) if line.count(b'"') % 2)
    raise JobError(
        '引用符「"」が閉じていません。ファイルが途中で切れているか、引用符が余っています',
        remedy="この行から後の引用符を確かめ、移行データを出力し直してください。",
        file=name,
        row=row,
    )


def _check_blank_rows(data: bytes, name: str) -> None:
    for pattern in (b"\n\n", b"\n\r\n"):
        place, seen, quotes = data.find(pattern), 0, 0
        while place >= 0:
            quotes += data.count(b'"', seen, place)
            if quotes % 2 == 0:  # inside quotes it belongs to a cell
                raise JobError(
                    "空の行があります",
                    remedy=f"途中で切れていないか確かめてください。切れていれば、{_AGAIN}",
                    file=name,
                    row=_row_at(data, place) + 1,
                )
            place, seen = data.find(pattern, place + 1), place


def to_utf8(data: bytes, name: str, layout: ExportLayout) -> bytes:
    """The file in UTF-8, without a BOM; JobError names the row, column and byte that does not fit."""
    pieces: list[bytes] = []
    start = 0
    while start < len(data):
        end = data.find(b"\n", start + _BLOCK) + 1 or len(data)
        try:
            text = data[start:end].decode(layout.encoding)
        except UnicodeDecodeError as problem:
            place = start + problem.start
            raise JobError(
                f"{ENCODING_JA[layout.encoding]}として読めない文字があります"
                f"（ファイルの先頭から{place + 1:,}バイト目）",
                remedy=_encoding_hint(data, layout),
                file=name,
                row=_row_at(data, place),
                column=_column_at(data, place, layout.encoding),
            ) from None
        if layout.encoding != "utf-8":
            pieces.append(text.encode())
        start = end
    return b"".join(pieces) if pieces else data.removeprefix(_UTF8_BOM)


def _header_end(data: bytes) -> int:
    """Where the first record ends: at the first line end that is not inside quotes."""
    end = data.find(b"\n") + 1
    while data.count(b'"', 0, end) % 2:
        end = data.find(b"\n", end) + 1
    return end


def _headers(data: bytes, end: int, name: str) -> list[str]:
    found = [
        cell.strip(" \u3000") for cell in next(csv.reader(io.StringIO(data[:end].decode(), newline="")), [])
    ]
    for number, header in enumerate(found):
        if header and header in found[:number]:
            raise JobError(
                "同じ見出しの列が二つあります",
                remedy="使わない方の列を消してください。",
                file=name,
                row=1,
                column=header,
            )
    return found


def _parsed(body: pa.Buffer, quoted: bool, names: list[str], file: str) -> pa.Table:
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
                newlines_in_values=quoted, ignore_empty_lines=False, invalid_row_handler=remember
            ),
            pacsv.ConvertOptions(
                check_utf8=False, strings_can_be_null=False, column_types=dict.fromkeys(names, pa.string())
            ),
        )
    except pa.ArrowInvalid:
        row = ragged[0].number + 1 if ragged else None
        cells = ragged[0].actual_columns if ragged else 0
        raise JobError(
            f"列の数が見出しと合いません（見出し{len(names)}、この行{cells}）",
            remedy=f"この行のカンマと引用符を確かめてください。途中で切れていれば、{_AGAIN}",
            file=file,
            row=row,
        ) from None


def read_raw(path: Path, name: str, layout: ExportLayout) -> RawFile:
    """One export file as text columns; JobError names file, row, column and remedy.

    Refused: missing or empty file, another encoding, NUL, no line end at the end (truncated), open
    quotes, double headers, rows with more or fewer cells than the header.
    """
    try:
        data = path.read_bytes()
    except OSError:
        raise JobError(
            "ファイルがないか、読めません",
            remedy="ジョブのフォルダーに置き、job.toml の [input] export の名前を確かめてください。",
            file=name,
        ) from None
    file = InputFile(name, hashlib.sha256(data).hexdigest(), len(data))
    if not data[:_LOOK].strip(b"\r\n \x1a\xef\xbb\xbf") and len(data) <= _LOOK:
        raise JobError("ファイルが空です", remedy=_AGAIN, file=name)
    if data[-1:] == b"\x1a":  # end mark of files from older hosts
        data = data[:-1]
    _check_bytes(data, name, layout)
    while data.endswith((b"\n\n", b"\n\r\n")):  # blank lines after the last row
        data = data[:-2] if data.endswith(b"\r\n") else data[:-1]
    text = to_utf8(data, name, layout)
    _check_quotes(text, name)
    _check_blank_rows(text, name)
    end = _header_end(text)
    headers = _headers(text, end, name)
    if _MARK not in headers and _fits(data, _OTHER[layout.encoding]):
        raise JobError("見出しの文字が読めません", remedy=_encoding_hint(data, layout), file=name, row=1)
    del data
    if len(text) == end:
        raise JobError("見出しだけで、データの行がありません", remedy=_AGAIN, file=name, row=2)
    names = [header or f"\0{number}" for number, header in enumerate(headers)]
    table = _parsed(pa.py_buffer(text).slice(end), b'"' in text, names, file=name)
    return RawFile(file, table, unnamed=sum(not header for header in headers))
