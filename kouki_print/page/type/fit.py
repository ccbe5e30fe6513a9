"""Fitting (長体): a text into its field, by the font's real widths, or a plain no with what is missing in mm.

Order: natural width → condensed to the field's floor → several lines at the best breaks → smaller size →
does not fit.  Never clipped, never shortened.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from math import ceil

import numpy as np

from kouki_print.page.items import MM, FieldItem
from kouki_print.page.type.breaks import split
from kouki_print.page.type.fonts import HAS_SELECTOR, Style, clusters, distinct_clusters

_COMFORTABLE = 80  # per cent: condensed type that still reads well at 75
_NO_BLANKS = {ord(" "): None, ord("\u3000"): None}


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of a fitted text, each with its horizontal scale in per cent (``Tz``), and the size in points."""

    lines: tuple[tuple[str, int], ...]
    size: float


def limit_of(item: FieldItem, size: float = 0) -> float:
    """Room of one line of the field in 1/1000 em of the size (of its own size)."""
    return item.width * MM * 1000 / (size or item.size)


def tracking_of(item: FieldItem, size: float = 0) -> float:
    """What stands between two characters of the field, in 1/1000 em of the size (of its own size)."""
    return item.tracking * MM * 1000 / (size or item.size)


def line_width(line: str, item: FieldItem, style: Style, size: float = 0) -> float:
    """Natural width of a line of the field with its tracking, in 1/1000 em of the size (of its own size)."""
    if item.pitch:
        return len(line) * item.pitch * MM * 1000 / (size or item.size)
    if not item.tracking:
        return style.width(line)
    return style.width(line) + tracking_of(item, size) * max(len(clusters(line)) - 1, 0)


@dataclass(frozen=True, slots=True)
class _Room:
    """A field at one size: the room of a line in 1/1000 em, which a test may widen, and how many lines there are."""

    item: FieldItem
    style: Style
    size: float
    limit: float
    lines: int

    def scale(self, line: str) -> int:
        width = line_width(line, self.item, self.style, self.size)
        return 100 if width <= self.limit else int(100 * self.limit / width)


def fit(text: str, item: FieldItem, style: Style) -> Fitted | None:
    """Lines for ``text`` in ``item``, or None when it does not fit even condensed, broken and small.

    ``text`` may hold several paragraphs (``\n``).
    """
    return _fit(text, item, _tries(item, style))


def _fit(text: str, item: FieldItem, tries: Iterable[tuple[_Room, int]]) -> Fitted | None:
    if item.pitch:
        return Fitted(((text, 100),), item.size) if len(text) <= item.cells else None
    paragraphs = text.split("\n")
    for room, floor in tries:
        lines = _lines(paragraphs, room, floor)
        if lines is not None:
            return Fitted(tuple(lines), room.size)
    return None


def _tries(item: FieldItem, style: Style) -> Iterator[tuple[_Room, int]]:
    """Rooms and the per cent down to which type is condensed in each, in the order of the field's fit."""

    def room(size: float) -> _Room:
        return _Room(item, style, size, limit_of(item, size), item.lines_at(size))

    usual, *smaller = item.sizes()
    floors = sorted({_first_floor(item), item.min_condense}, reverse=True)
    yield from zip(repeat(room(usual)), floors, strict=False)
    small = [*map(room, smaller)]
    yield from ((each, floor) for floor in floors for each in small)


def overflow(text: str, item: FieldItem, style: Style) -> float:
    """Millimetres, rounded up to tenths, that a text which does not fit lacks in the field's smallest type."""
    if item.pitch:
        return ceil((len(text) - item.cells) * item.pitch * 10 - 1e-6) / 10
    size = item.sizes()[-1]
    paragraphs, lines = text.split("\n"), item.lines_at(size)
    if len(paragraphs) > lines:
        return ceil((len(paragraphs) - lines) * item.leading_at(size) * 10) / 10

    def fits_with(tenths: int) -> bool:
        wider = limit_of(item, size) * (1 + tenths / 10 / item.width)
        return _lines(paragraphs, _Room(item, style, size, wider, lines), item.min_condense) is not None

    longest = max(line_width(paragraph, item, style, size) for paragraph in paragraphs)
    return bisect_left(range(ceil(longest * size / MM / 100)), True, key=fits_with) / 10


def _first_floor(item: FieldItem) -> int:
    """Per cent down to which type is condensed before free lines are used."""
    return max(_COMFORTABLE, item.min_condense) if item.fit == "legible" else item.min_condense


def _lines(paragraphs: Sequence[str], room: _Room, floor: int) -> list[tuple[str, int]] | None:
    """Lines for all paragraphs, none narrower than ``floor`` per cent; each takes as few as it can."""
    lines: list[tuple[str, int]] = []
    for place, paragraph in enumerate(paragraphs, 1):
        free = room.lines - len(lines) - (len(paragraphs) - place)
        for count in range(1, free + 1):
            parts = [paragraph] if count == 1 else _split(paragraph, count, room, floor)
            scales = [room.scale(part) for part in parts or ()]
            if parts and min(scales) >= floor:
                lines.extend(zip(parts, scales, strict=True))
                break
        else:
            return None
    return lines


def _split(text: str, count: int, room: _Room, floor: int) -> list[str] | None:
    """A paragraph in ``count`` lines that are condensed to no less than ``floor`` per cent."""
    if room.style.width(text.translate(_NO_BLANKS)) * floor > count * room.limit * 100:
        return None  # no need to look for breaks
    tracking = tracking_of(room.item, room.size)
    return split(text, count, room.style, tracking, room.limit * 100 / floor)


def widths(texts: Sequence[str], style: Style) -> np.ndarray:
    """Natural widths of many texts in 1/1000 em, in columns (int64)."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    joined = "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4")
    table = np.zeros(int(codes.max()) + 1, dtype=np.int32)
    for cluster in distinct_clusters(texts):
        if len(cluster) == 1:
            index, gid = style.resolve(cluster)
            table[ord(cluster)] = style.faces[index].advances[gid]
    ends = np.flatnonzero(codes == 10)
    total = np.cumsum(table[codes], dtype=np.int64)[ends]
    result = np.diff(total, prepend=0)
    if HAS_SELECTOR.search(joined):  # a variant may be wider than its base: measure those one by one
        for position, text in enumerate(texts):
            if HAS_SELECTOR.search(text):
                result[position] = style.width(text)
    return result


def natural(lines: Sequence[str], item: FieldItem, style: Style) -> np.ndarray:
    """Natural widths of many lines of a field with its tracking, in 1/1000 em of its own size."""
    plain = widths(lines, style)
    if not item.tracking:
        return plain
    gaps = np.fromiter((max(len(clusters(line)) - 1, 0) for line in lines), dtype=np.int64, count=len(lines))
    return plain + tracking_of(item) * gaps


def fit_all(texts: Sequence[str], item: FieldItem, style: Style) -> list[Fitted | None]:
    """:func:`fit` of many texts: those whose paragraphs stand comfortably go by columns, the rest one by one."""
    if item.pitch:
        return [fit(text, item, style) for text in texts]
    flat = "\n".join(texts).split("\n") if len(texts) else []
    limit = limit_of(item)
    wide = np.maximum(natural(flat, item, style), 1)
    scales = np.where(wide <= limit, 100, (100 * limit / wide).astype(np.int64)).tolist()
    floor = _first_floor(item)
    tries: list[tuple[_Room, int]] = []
    if len(flat) == len(texts):  # one paragraph each, as in all fields but the address
        tries = [*_tries(item, style)] if min(scales, default=100) < floor else tries
        size = item.size
        return [
            Fitted(((text, scale),), size) if scale >= floor else _fit(text, item, tries)
            for text, scale in zip(texts, scales, strict=True)
        ]
    result: list[Fitted | None] = []
    start = 0
    for text in texts:
        stop = start + text.count("\n") + 1
        parts, mine = flat[start:stop], scales[start:stop]
        if len(parts) <= item.lines and min(mine) >= floor:
            result.append(Fitted(tuple(zip(parts, mine, strict=True)), item.size))
        else:
            tries = tries or [*_tries(item, style)]
            result.append(_fit(text, item, tries))
        start = stop
    return result


def treated(texts: Sequence[str], item: FieldItem, style: Style) -> dict[int, Fitted | None]:
    """By position the texts that do not stand as they are: condensed, broken, made smaller, or None for no."""
    if item.pitch:
        return {at: None for at, text in enumerate(texts) if len(text) > item.cells}
    lines = [text.count("\n") + 1 for text in texts]
    flat = "\n".join(texts).split("\n") if len(texts) else []
    starts = np.cumsum([0, *lines[:-1]])
    widest = np.maximum.reduceat(natural(flat, item, style), starts) if flat else np.zeros(0)
    positions = np.flatnonzero((widest > limit_of(item)) | (np.array(lines) > item.lines)).tolist()
    fitted = fit_all([texts[position] for position in positions], item, style)
    return dict(zip(positions, fitted, strict=True))
