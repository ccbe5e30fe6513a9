"""Fitting (長体): a text into its field, by the font's real widths, or a plain no.

Order: natural width → a little condensed → two lines at a sensible break → condensed to the
field's floor → does not fit.  Never clipped, never shortened.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kouki_print.page.fonts import HAS_SELECTOR, Style, clusters, distinct_clusters
from kouki_print.page.layout import MM, FieldItem

_SENSIBLE_BREAK = re.compile(r"(?<=[ 　・])|(?<=丁目)|(?<=番地)|(?<=[番号字])(?=[^番地号目])")


# With the no-break space, so that a blank left for handwriting (two of them) is not cut in two.
NOT_AT_START = frozenset("、。，．・：；？！）」』】〕ーァィゥェォッャュョぁぃぅぇぉっゃゅょ々％\u00a0")
_COMFORTABLE = 80  # per cent: condensed type that still reads well at 75


@dataclass(frozen=True, slots=True)
class Fitted:
    """Lines of a fitted text, each with its horizontal scale in per cent (``Tz``), and the size in points."""

    lines: tuple[tuple[str, int], ...]
    size: float


def limit_of(item: FieldItem) -> float:
    """Room of one line of the field in 1/1000 em of its size."""
    return item.width * MM * 1000 / item.size


def fit(text: str, item: FieldItem, style: Style) -> Fitted | None:
    """Lines for ``text`` in ``item``, or None when it does not fit even condensed and broken.

    ``text`` may hold several paragraphs (``\n``).  Lines that stand free are used before type is
    condensed beyond the comfortable floor: 80 % in two lines reads better than 60 % in one.
    """
    limit = limit_of(item)
    paragraphs = text.split("\n")
    for floor in sorted({max(_COMFORTABLE, item.min_condense), item.min_condense}, reverse=True):
        lines: list[tuple[str, int]] = []
        for index, paragraph in enumerate(paragraphs):
            free = item.lines - len(lines) - (len(paragraphs) - index - 1)
            fitted = _paragraph(paragraph, style, limit, floor, free)
            if fitted is None:
                break
            lines.extend(fitted)
        else:
            return Fitted(tuple(lines), item.size)
    if item.small_size:
        smaller = {"size": item.small_size, "lines": item.small_lines, "small_size": 0.0}
        return fit(text, item.model_copy(update=smaller), style)
    return None


def _paragraph(text: str, style: Style, limit: float, floor: int, free: int) -> list[tuple[str, int]] | None:
    """One or two lines for a paragraph when ``free`` lines may be used."""
    scale = _scale(style.width(text), limit)
    if free >= 1 and scale >= floor:
        return [(text, scale)]
    if free >= 2 and 2 * scale >= floor:
        for first, second in _breaks(text, style):
            scales = _scale(style.width(first), limit), _scale(style.width(second), limit)
            if min(scales) >= floor:
                return [(first, scales[0]), (second, scales[1])]
    return None


def _scale(width: int, limit: float) -> int:
    return 100 if width <= limit else int(100 * limit / width)


def _breaks(text: str, style: Style) -> list[tuple[str, str]]:
    """Two-line splits, best first: at sensible places, then anywhere; nearest to the middle first.

    A line begins with a closing mark or a small kana only when nothing else fits.
    """
    parts = clusters(text)
    half = style.width(text) / 2
    places = {match.start() for match in _SENSIBLE_BREAK.finditer(text)}
    ranked = []
    offset = used = 0
    for part in parts[:-1]:
        offset += len(part)
        used += style.width(part)
        ranked.append((text[offset] in NOT_AT_START, offset not in places, abs(used - half), offset))
    return [(text[:offset].rstrip(" 　"), text[offset:].lstrip(" 　")) for *_, offset in sorted(ranked)]


def widths(texts: Sequence[str], style: Style) -> np.ndarray:
    """Natural widths of many texts in 1/1000 em, in columns (int64)."""
    if not len(texts):
        return np.zeros(0, dtype=np.int64)
    table = np.zeros(0x110000, dtype=np.int32)
    for cluster in distinct_clusters(texts):
        if len(cluster) == 1:
            index, gid = style.resolve(cluster)
            table[ord(cluster)] = style.faces[index].advances[gid]
    joined = "\n".join(texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le"), dtype="<u4")
    ends = np.flatnonzero(codes == 10)
    total = np.cumsum(table[codes], dtype=np.int64)[ends]
    result = np.diff(total, prepend=0)
    if HAS_SELECTOR.search(joined):  # a variant may be wider than its base: measure those one by one
        for position, text in enumerate(texts):
            if HAS_SELECTOR.search(text):
                result[position] = style.width(text)
    return result


def fit_all(texts: Sequence[str], item: FieldItem, style: Style) -> list[Fitted | None]:
    """:func:`fit` of many texts: those whose paragraphs stand comfortably go by columns, the rest one by one."""
    paragraphs = [text.split("\n") for text in texts]
    flat = [paragraph for parts in paragraphs for paragraph in parts]
    limit = limit_of(item)
    natural = np.maximum(widths(flat, style), 1)
    scales = np.where(natural <= limit, 100, (100 * limit / natural).astype(np.int64)).tolist()
    floor = max(_COMFORTABLE, item.min_condense)
    result: list[Fitted | None] = []
    start = 0
    for text, parts in zip(texts, paragraphs, strict=True):
        stop = start + len(parts)
        mine = scales[start:stop]
        if len(parts) <= item.lines and min(mine) >= floor:
            result.append(Fitted(tuple(zip(parts, mine, strict=True)), item.size))
        else:
            result.append(fit(text, item, style))
        start = stop
    return result


def overflowing(texts: Sequence[str], item: FieldItem, style: Style) -> np.ndarray:
    """Positions (int64) of the texts that do not fit the field."""
    several = np.fromiter(("\n" in text for text in texts), dtype=bool, count=len(texts))
    lines = ["" if multi else text for text, multi in zip(texts, several.tolist(), strict=True)]
    doubtful = np.flatnonzero(several | (widths(lines, style) * item.min_condense > limit_of(item) * 100))
    fitted = fit_all([texts[position] for position in doubtful.tolist()], item, style)
    return doubtful[[lines is None for lines in fitted]]
