"""Bytes of an export to UTF-8: strictly by the layout's encoding, with the place of every fault.

Decoding goes in blocks that end at a line end, so that an error is found with its byte and the
whole text never stands in memory as Python characters.  A byte of a CP932 or Shift_JIS-2004 trail is
never a comma, a quote or a line end.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from kouki_print.base.errors import JobError
from kouki_print.intake.layouts import ENCODING_JA, ExportLayout
from kouki_print.order.load import InputFile

_BLOCK = 1 << 16  # stays in the cache from one encoding to the other
_LOOK = 1 << 10  # a file of blanks only is not longer than this
BOMS = {"utf-8": b"\xef\xbb\xbf", "utf-16le": b"\xff\xfe", "utf-16be": b"\xfe\xff"}
_OTHER = {"cp932": "utf-8", "utf-8": "cp932"}
_STANDARD = {"cp932": "standard", "utf-8": "standard-utf8"}
AGAIN = "移行データを最後まで出力し直してください。"
MARK = "被保険者番号"  # a header that tells a readable file from a garbled one
_HOST = {0x1B: "ESC", 0x0E: "SO", 0x0F: "SI", 0x1A: "SUB"}  # shifts of host and mail encodings, end marks


@dataclass(frozen=True, slots=True)
class RawFile:
    """One export file as text columns (Arrow table) under headers; record 0 stands in ``first_line``."""

    file: InputFile
    table: pa.Table
    unnamed: int  # columns without a header, dropped
    first_line: int = 2
    notes: tuple[str, ...] = ()


def load_bytes(path: Path, name: str) -> tuple[bytes, InputFile]:
    """The file's bytes and what the manifests list of it; JobError when it is absent or empty."""
    try:
        data = path.read_bytes()
    except OSError:
        raise JobError(
            "ファイルがないか、読めません",
            remedy="ジョブのフォルダーに置き、job.toml の [input] export の名前を確かめてください。",
            file=name,
        ) from None
    if not data[:_LOOK].strip(b"\r\n \0\x1a\xef\xbb\xbf\xff\xfe") and len(data) <= _LOOK:
        raise JobError("ファイルが空です", remedy=AGAIN, file=name)
    return data, InputFile(name, hashlib.sha256(data).hexdigest(), len(data))


def _wide(layout: ExportLayout) -> bool:
    return layout.encoding.startswith("utf-16")


def without_end_mark(data: bytes, layout: ExportLayout) -> bytes:
    """The file without the end mark (1A) of older hosts."""
    return data[:-1] if data[-1:] == b"\x1a" and not _wide(layout) else data


def row_at(data: bytes, offset: int, layout: ExportLayout) -> int:
    """Row in which a byte lies, as Excel counts it: line ends inside quotes do not count."""
    head = data[:offset].decode(layout.encoding, "ignore")
    quote = layout.spec.quote if layout.spec.form == "csv" else ""
    if not quote or quote not in head:
        return head.count("\n") + 1
    return sum(piece.count("\n") for piece in head.split(quote)[::2]) + 1


def _column_at(data: bytes, offset: int, layout: ExportLayout) -> str:
    """Header of the column in which a byte lies, or ``N番目`` when the header cannot be read."""
    if layout.spec.form == "fixed" or _wide(layout):
        return ""
    comma, quote = layout.spec.delimiter.encode(), layout.spec.quote.encode()
    line = data[data.rfind(b"\n", 0, offset) + 1 : offset]
    number = sum(piece.count(comma) for piece in (line.split(quote)[::2] if quote else [line]))
    for each in (layout.encoding, _OTHER.get(layout.encoding, "utf-8")) if layout.headed else ():
        try:
            top = data.split(b"\n", layout.spec.skip_top + 1)[layout.spec.skip_top].decode(each)
            headers = next(csv.reader([top.lstrip("\ufeff")], delimiter=layout.spec.delimiter))
            return headers[number].strip()
        except (UnicodeDecodeError, IndexError, StopIteration, csv.Error):
            continue
    return f"{number + 1}番目"


def fits_other(data: bytes, layout: ExportLayout) -> str:
    """The other of the two standard encodings if the header line reads in it, else ``""``."""
    other = _OTHER.get(layout.encoding, "") if layout.shipped else ""
    try:
        return other if other and MARK in data[: data.find(b"\n")].decode(other) else ""
    except UnicodeDecodeError:
        return ""


def encoding_hint(data: bytes, layout: ExportLayout) -> str:
    """What to do about bytes that do not fit the layout's encoding."""
    other = fits_other(data, layout)
    if other:
        return (
            f"{ENCODING_JA[other]}のファイルのようです。"
            f'job.toml の [input] layout を "{_STANDARD[other]}" にしてください。'
        )
    if not layout.shipped:
        return (
            f"{layout.file} の encoding を確かめてください（kouki-print layout guess で調べられます）。"
            "正しければ、この行の文字を直してください。"
        )
    return f"{ENCODING_JA[layout.encoding]}で出力し直すか、この行の文字を直してください。"


def check_bytes(data: bytes, name: str, layout: ExportLayout) -> None:
    """JobError for a byte order mark of another encoding, and for NUL and shift bytes."""
    for encoding, mark in BOMS.items():
        if encoding != layout.encoding and data.startswith(mark):
            shown = "UTF-8（BOM付き）" if encoding == "utf-8" else "UTF-16"
            hint = encoding_hint(data, layout)
            if encoding != "utf-8" and layout.shipped:
                hint = (
                    f"{ENCODING_JA[layout.encoding]}で出力し直してください。"
                    "このまま読むには kouki-print layout guess でレイアウトを作ります。"
                )
            raise JobError(f"{shown} のファイルです", remedy=hint, file=name, row=1)
    if _wide(layout):
        return
    null = data.find(b"\0")
    if null >= 0:
        raise JobError(
            f"NUL文字（0のバイト、先頭から{null + 1:,}バイト目）があります。壊れているか、UTF-16 のファイルです",
            remedy=AGAIN,
            file=name,
            row=row_at(data, null, layout),
        )
    _check_shifts(data, data, name, layout)


def _check_shifts(text: bytes, data: bytes, name: str, layout: ExportLayout) -> None:
    """``text`` is searched; ``data`` is the same or, for UTF-16, the file's own bytes."""
    found = [(place, code) for code in _HOST if (place := text.find(bytes([code]))) >= 0]
    if not found:
        return
    place, code = min(found)
    own = place
    if text is not data:
        own = len(text[:place].decode().encode(layout.encoding)) + len(bom_of(data, layout))
    raise JobError(
        f"制御文字 {_HOST[code]}（{code:02X}、先頭から{own + 1:,}バイト目）があります。"
        "壊れているか、ホストの漢字コードのままです",
        remedy=f"{ENCODING_JA[layout.encoding]}に変換して出力し直してください。",
        file=name,
        row=row_at(data, own, layout),
        column=_column_at(data, own, layout),
    )


def bom_of(data: bytes, layout: ExportLayout) -> bytes:
    """The byte order mark that the file begins with, or nothing."""
    mark = BOMS.get(layout.encoding, b"")
    return mark if mark and data.startswith(mark) else b""


def _blocks(data: bytes, start: int, layout: ExportLayout) -> list[tuple[int, int]]:
    """Ranges to decode apart: they end at a line end, or for UTF-16 at a whole character."""
    found = []
    while start < len(data):
        if _wide(layout):
            end = min(start + _BLOCK, len(data))
            high = end - 1 if layout.encoding == "utf-16le" else end - 2
            if end < len(data) and data[high] & 0xFC == 0xD8:  # half of a pair
                end -= 2
        else:
            end = data.find(b"\n", start + _BLOCK) + 1 or len(data)
        found.append((start, end))
        start = end
    return found


def to_utf8(data: bytes, name: str, layout: ExportLayout) -> bytes:
    """The file in UTF-8, without a BOM; JobError names the row, column and byte that does not fit."""
    pieces = io.BytesIO()
    skip = len(bom_of(data, layout))
    for start, end in _blocks(data, skip, layout):
        try:
            text = data[start:end].decode(layout.encoding)
        except UnicodeDecodeError as problem:
            raise undecodable(data, start + problem.start, name, layout) from None
        if layout.encoding != "utf-8":
            pieces.write(text.encode())
    result = pieces.getvalue() or data[skip:]
    if _wide(layout):
        null = result.find(b"\0")
        if null >= 0:
            own = len(result[:null].decode().encode(layout.encoding)) + skip
            raise JobError(
                f"NUL文字（先頭から{own + 1:,}バイト目）があります",
                remedy=AGAIN,
                file=name,
                row=row_at(data, own, layout),
            )
        _check_shifts(result, data, name, layout)
    return result


def undecodable(data: bytes, place: int, name: str, layout: ExportLayout, column: str = "") -> JobError:
    """The error for a byte that the encoding does not know."""
    return JobError(
        f"{ENCODING_JA[layout.encoding]}として読めない文字があります"
        f"（ファイルの先頭から{place + 1:,}バイト目）",
        remedy=encoding_hint(data, layout),
        file=name,
        row=row_at(data, place, layout),
        column=column or _column_at(data, place, layout),
    )
