"""Lines and quotes of a CSV in UTF-8: what must hold before its records can be told apart.

Positions of line ends and quotes are found once, as columns; a file in which every cell is quoted
costs little more than one without a quote.
"""

from __future__ import annotations

import numpy as np

from kouki_print.base.errors import JobError
from kouki_print.intake.decoding import AGAIN
from kouki_print.intake.layouts import ExportLayout

_CR, _LF = 13, 10
_BLOCK = 1 << 20  # bytes looked at together: they stay in the cache


def record_end(text: bytes, start: int, quote: bytes) -> int:
    """Where the record that begins at ``start`` ends: after its first line end outside quotes."""
    end = text.find(b"\n", start) + 1
    while quote and end and text.count(quote, start, end) % 2:
        end = text.find(b"\n", end) + 1
    return end or len(text)


def _places(buffer: np.ndarray, byte: int) -> np.ndarray:
    """Positions of a byte (int64, rising)."""
    starts = range(0, len(buffer), _BLOCK)
    found = [np.flatnonzero(buffer[start : start + _BLOCK] == byte) + start for start in starts]
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def record_starts(data: bytes, quote: bytes) -> np.ndarray:
    """Byte at which each record begins, and the end of the file: line ends inside quotes do not count.

    For every encoding in which a line end is one byte.
    """
    buffer = np.frombuffer(data, dtype=np.uint8)
    starts = np.concatenate([[0], _places(buffer, _LF) + 1])
    if starts[-1] < len(buffer):
        starts = np.append(starts, len(buffer))
    if quote and quote in data:
        quotes = np.add.reduceat(
            (buffer == quote[0]).view(np.uint8), starts[:-1]
        )  # wraps: only odd or even counts
        closed = np.cumsum(quotes & 1) % 2 == 0
        starts = starts[np.append(True, closed)]
    return starts


def _row(ends: np.ndarray, place: int, skipped: int) -> int:
    """Row of a place, as Excel counts it; ``ends`` are the line ends outside quotes."""
    return int(np.searchsorted(ends, place)) + 1 + skipped


def _own_byte(text: bytes, place: int, layout: ExportLayout) -> str:
    """「先頭からNバイト目」 in the file's own encoding (a BOM not counted)."""
    return (
        f"先頭から{len(text[:place].decode(errors='ignore').encode(layout.encoding, 'ignore')) + 1:,}バイト目"
    )


def check_lines(
    text: bytes, start: int, stop: int, columns: int, name: str, layout: ExportLayout
) -> list[str]:
    """Notes about the lines of ``text[start:stop]``; JobError with row and byte for what cannot be parsed.

    Refused: an open quote, a quote that swallows whole records, blank rows in between, a lone CR.
    Line ends of two kinds (CRLF and LF) are a note.
    """
    skipped = layout.spec.skip_top
    quote = layout.spec.quote.encode()
    buffer = np.frombuffer(text, dtype=np.uint8)[start:stop]
    ends = _places(buffer, _LF)
    quotes = _places(buffer, quote[0]) if quote and quote in text else ends[:0]
    inside = np.searchsorted(quotes, ends) % 2 == 1
    if len(quotes) % 2:
        lines = np.searchsorted(ends, quotes)
        odd = int(np.flatnonzero(np.bincount(lines) % 2)[0])
        first = int(quotes[np.searchsorted(lines, odd)]) + start
        raise JobError(
            "引用符「"
            + quote.decode()
            + f"」が閉じていません（{_own_byte(text, first, layout)}）。"
            + "ファイルが途中で切れているか、引用符が余っています",
            remedy="この行から後の引用符を確かめ、移行データを出力し直してください。",
            file=name,
            row=odd + 1 + skipped,
        )
    outside = ends[~inside]
    _check_swallowed(text, start, quotes, ends[inside], outside, columns, name, layout)
    _check_blank(buffer, outside, name, skipped)
    pairs = int((buffer[outside - 1] == _CR).sum())
    if text.count(b"\r", start, stop) == pairs:
        return _mixed(pairs, len(outside), name)
    returns = _places(buffer, _CR)
    alone = returns[buffer[np.minimum(returns + 1, len(buffer) - 1)] != _LF]
    alone = alone[np.searchsorted(quotes, alone) % 2 == 0]
    if len(alone):
        place = int(alone[0])
        raise _lone_return(text, start + place, _row(outside, place, skipped), name, layout)
    return _mixed(pairs, len(outside), name)


def _mixed(pairs: int, lines: int, name: str) -> list[str]:
    if pairs in (0, lines):
        return []
    return [
        f"{name}: 改行が2種類あります（CRLF {pairs:,}行、LF {lines - pairs:,}行）。どちらも行の終わりとして読みました"
    ]


def _lone_return(text: bytes, place: int, row: int, name: str, layout: ExportLayout) -> JobError:
    return JobError(
        f"行の途中に復帰（CR）だけの改行があります（{_own_byte(text, place, layout)}）",
        remedy="改行を CRLF か LF にそろえて、移行データを出力し直してください。",
        file=name,
        row=row,
    )


def _check_blank(buffer: np.ndarray, ends: np.ndarray, name: str, skipped: int) -> None:
    gaps = np.diff(ends)
    blank = (gaps == 1) | ((gaps == 2) & (buffer[ends[1:] - 1] == _CR))
    if blank.any():
        raise JobError(
            "空の行があります",
            remedy=f"途中で切れていないか確かめてください。切れていれば、{AGAIN}",
            file=name,
            row=int(np.flatnonzero(blank)[0]) + 2 + skipped,
        )


def _check_swallowed(
    text: bytes,
    start: int,
    quotes: np.ndarray,
    inner: np.ndarray,
    outside: np.ndarray,
    columns: int,
    name: str,
    layout: ExportLayout,
) -> None:
    """A quoted cell over several lines with a record's worth of separators in it is two stray quotes."""
    comma = layout.spec.delimiter.encode()
    for number in np.unique(np.searchsorted(quotes, inner)).tolist():
        first, last = int(quotes[number - 1]), int(quotes[number])
        if columns > 1 and text.count(comma, start + first, start + last) >= columns - 1:
            raise JobError(
                "引用符の中に、改行をまたいで1件分以上のデータが入っています"
                f"（{_own_byte(text, start + first, layout)}から）",
                remedy="この行の余った引用符を消すか、移行データを出力し直してください。",
                file=name,
                row=_row(outside, first, layout.spec.skip_top),
            )
