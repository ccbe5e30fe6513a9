"""Fixed width: records of one length to columns of text, each cell cut by bytes or by characters.

All records become one matrix of units (bytes, UTF-16 units or code points) and a column is a slice of
it, decoded at once with a line end behind every cell, so that a cut through a character is found.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.errors import JobError
from kouki_print.intake.decoding import (
    AGAIN,
    bom_of,
    check_bytes,
    to_utf8,
    undecodable,
    without_end_mark,
)
from kouki_print.intake.layouts import ColumnSpec, ExportLayout
from kouki_print.intake.shaping import BLANKS

_LF, _CR = 10, 13
_ASCII = ("cp932", "utf-8")  # the same bytes as ASCII below 80; Shift_JIS-2004 is not (5C, 7E)


class _Units:
    """The file as an array of units: what they decode by, and the byte at which each stands."""

    def __init__(self, data: bytes, name: str, layout: ExportLayout) -> None:
        spec = layout.spec
        self.data, self.name, self.layout = data, name, layout
        self.skip = len(bom_of(data, layout))
        if spec.unit == "characters":
            text = to_utf8(data, name, layout).decode()
            self.array, self.codec = np.frombuffer(text.encode("utf-32-le"), dtype="<u4"), "utf-32-le"
        elif spec.encoding.startswith("utf-16"):
            to_utf8(data, name, layout)  # for its checks
            order = "<u2" if spec.encoding == "utf-16le" else ">u2"
            self.array = np.frombuffer(
                data, dtype=order, offset=self.skip, count=(len(data) - self.skip) // 2
            )
            self.codec = spec.encoding
        else:
            self.array = np.frombuffer(data, dtype=np.uint8, offset=self.skip)
            self.codec = spec.encoding
        wide = spec.unit == "bytes" and spec.encoding.startswith("utf-16")
        self.per_unit = 2 if wide else 1  # of the layout's numbers

    def byte_of(self, place: int) -> int:
        """Byte (from 0) of a unit in the file."""
        if self.codec == "utf-32-le":
            head = self.array[:place].tobytes().decode("utf-32-le")
            return self.skip + len(head.encode(self.layout.encoding))
        return self.skip + place * self.array.itemsize


def _record_length(layout: ExportLayout) -> int:
    ends = [each.start + each.length - 1 for each in layout.spec.column if each.start and each.length]
    return layout.spec.record_length or max(ends, default=1)


def _lines(units: _Units, layout: ExportLayout) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Start and end of each line; blank lines at the end are none."""
    array = units.array
    ends = np.flatnonzero(array == _LF)
    starts = np.concatenate([[0], ends + 1])
    closed = len(ends)
    ends = np.append(ends, len(array))
    returned = np.zeros(len(ends), dtype=bool)
    returned[:closed] = (ends[:closed] > starts[:closed]) & (array[ends[:closed] - 1] == _CR)
    lengths = ends - starts - returned
    last = int(np.flatnonzero(lengths)[-1]) + 1 if lengths.any() else 0
    pairs, lines = int(returned[:last].sum()), min(last, closed)
    notes = []
    if pairs not in (0, lines):
        notes = [
            f"{units.name}: 改行が2種類あります（CRLF {pairs:,}行、LF {lines - pairs:,}行）。"
            "どちらも行の終わりとして読みました"
        ]
    return starts[:last], (starts + lengths)[:last], notes


def _records(units: _Units, layout: ExportLayout) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Start and end of each record, skipped lines taken off; JobError for one of another length."""
    spec = layout.spec
    length = _record_length(layout)
    wanted = length // units.per_unit
    if spec.line_end:
        starts, ends, notes = _lines(units, layout)
    else:
        starts = np.arange(0, len(units.array), wanted)
        ends, notes = np.minimum(starts + wanted, len(units.array)), []
    first = layout.first_line - 1
    starts, ends = starts[first : len(starts) - spec.skip_bottom], ends[first : len(ends) - spec.skip_bottom]
    if not len(starts):
        raise JobError("データの行がありません", remedy=AGAIN, file=units.name, row=layout.first_line)
    wrong = np.flatnonzero(ends - starts != wanted)
    if len(wrong):
        at = int(wrong[0])
        kind = "バイト" if spec.unit == "bytes" else "文字"
        found = int(ends[at] - starts[at]) * units.per_unit
        raise JobError(
            f"1件の長さがレイアウトと違います（レイアウト{length:,}{kind}、この行{found:,}{kind}、"
            f"先頭から{units.byte_of(int(starts[at])) + 1:,}バイト目から）",
            remedy=f"{layout.file} の record_length と列の場所を確かめてください。途中で切れていれば、{AGAIN}",
            file=units.name,
            row=layout.first_line + at,
        )
    return starts, ends, notes


def _matrix(units: _Units, starts: np.ndarray, width: int) -> np.ndarray:
    """Records × units, without a copy when they stand at even distances."""
    steps = np.unique(np.diff(starts))
    step = int(steps[0]) if len(steps) == 1 else width
    if len(steps) > 1:
        return units.array[starts[:, None] + np.arange(width)]
    size = units.array.itemsize
    return np.lib.stride_tricks.as_strided(
        units.array[int(starts[0]) :], (len(starts), width), (step * size, size), writeable=False
    )


def _column(units: _Units, matrix: np.ndarray, starts: np.ndarray, spec: ColumnSpec) -> pa.Array:
    assert spec.start is not None and spec.length is not None
    layout = units.layout
    first = (spec.start - 1) // units.per_unit
    width = spec.length // units.per_unit
    cells = np.empty((len(matrix), width + 1), dtype=matrix.dtype)
    cells[:, :-1] = matrix[:, first : first + width]
    cells[:, -1] = _LF
    raw = cells.tobytes()
    try:
        utf8 = raw if units.codec in _ASCII and raw.isascii() else raw.decode(units.codec).encode()
    except UnicodeDecodeError as problem:
        at, within = divmod(problem.start // cells.itemsize, width + 1)
        place = units.byte_of(int(starts[at]) + first + within)
        error = undecodable(units.data, place, units.name, layout, spec.name)
        remedy = f"{layout.file} の「{spec.name}」の start と length が文字の途中を切っていないか、"
        raise JobError(
            error.what,
            remedy=remedy + "encoding が正しいか確かめてください。",
            file=units.name,
            row=layout.first_line + at,
            column=spec.name,
        ) from None
    buffer = np.frombuffer(layout.gaiji.applied(utf8), dtype=np.uint8)
    ends = np.flatnonzero(buffer == _LF)
    if len(ends) != len(matrix):
        at = int(np.flatnonzero((cells[:, :-1] == _LF).any(axis=1))[0])
        raise JobError(
            "欄の中に改行があります",
            remedy=f"{layout.file} の record_length と line_end を確かめてください。",
            file=units.name,
            row=layout.first_line + at,
            column=spec.name,
        )
    offsets = np.concatenate([[0], ends - np.arange(len(ends))]).astype(np.int64)
    packed = pa.py_buffer(buffer[buffer != _LF].tobytes())
    array = pa.LargeStringArray.from_buffers(len(matrix), pa.py_buffer(offsets.tobytes()), packed)
    return pc.utf8_trim(array, BLANKS)


def read_fixed(data: bytes, name: str, layout: ExportLayout) -> tuple[pa.Table, list[str]]:
    """Columns of a fixed-width file under the standard's headers, and notes.

    JobError (row, column, byte) for a record of another length, a cut through a character, NUL.
    """
    data = without_end_mark(data, layout)
    check_bytes(data, name, layout)
    units = _Units(data, name, layout)
    starts, _, notes = _records(units, layout)
    matrix = _matrix(units, starts, _record_length(layout) // units.per_unit)
    placed = [each for each in layout.spec.column if each.start is not None]
    columns = {each.name: _column(units, matrix, starts, each) for each in placed}
    return pa.table(columns), notes
