"""Line breaks (改行): where a text that needs several lines is broken best."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from itertools import accumulate

from kouki_print.page.type.fonts import Style, clusters

# After a blank (but not before a lone 様), 丁目, 番地, 番, 号 and the usual ends of a building's name, and before
# 字, which belongs to the name behind it, and the name of a building behind a number.
_NUMBER = "[0-9０-９〇一二三四五六七八九十百]"
_SENSIBLE = re.compile(
    rf"(?<=[ 　・])(?!様$)|(?<=丁目)|(?<=番地)(?!の|{_NUMBER}+号)|(?<=号)(?=[^番地号目室棟の])"
    rf"|(?<=番)(?![地目の]|{_NUMBER}+号)|(?=[大小]字)|(?<![大小十文数])(?=字)|(?<=[0-9０-９])(?=[ァ-ヴ])"
    r"|(?<=ホーム)|(?<=センター)|(?<=病院)|(?<=マンション)|(?<=アパート)|(?<=団地)|(?<=棟)|(?<=階)"
)
# Two characters that stay together: of a number or word, a number and its hyphen (ー too, as people write it).
_ONE_WORD = re.compile(
    "[0-9０-９A-Za-zＡ-Ｚａ-ｚ]{2}|[0-9０-９][-－−‐ー]|[-－−‐][0-9０-９]|(?<=[0-9０-９])ー[0-9０-９]"
)
# With the no-break space, so that a blank left for handwriting (two of them) is not cut in two.
NOT_AT_START = frozenset("、。，．・：；？！）」』】〕ーァィゥェォッャュョぁぃぅぇぉっゃゅょ々％-－−‐\u00a0")
_BLANK = frozenset(" 　")
_Cost = tuple[int, int, float]


def split(text: str, count: int, style: Style, tracking: float, widest: float) -> list[str] | None:
    """A text in ``count`` lines, none wider than ``widest``, at the best breaks; None when there is no way.

    A line begins with a closing mark, or inside a number or word, only when nothing else fits; then breaks
    at sensible places count, then lines of equal width.  Widths are in 1/1000 em; blanks at a break go.
    """
    parts = clusters(text)
    advance = {part: style.width(part) + tracking for part in set(parts)}
    upto = [0.0, *accumulate(advance[part] for part in parts)]
    solid = [0.0, *accumulate(0.0 if part in _BLANK else advance[part] for part in parts)]
    offsets = [0, *accumulate(map(len, parts))]
    sensible = {match.start() for match in _SENSIBLE.finditer(text)}
    end, even, room = len(parts), upto[-1] / count, widest + tracking

    def trimmed(first: int, last: int) -> tuple[int, int]:
        while first and first < last and parts[first] in _BLANK:
            first += 1
        while last < end and first < last and parts[last - 1] in _BLANK:
            last -= 1
        return first, last

    def line_cost(first: int, last: int) -> float | None:
        """How far a line is from its even share; None when it is empty or too wide."""
        first, last = trimmed(first, last)
        width = upto[last] - upto[first]
        return None if first == last or width > room else (width - even) ** 2

    def break_cost(at: int) -> tuple[int, int]:
        offset = offsets[at]
        torn = text[offset] in NOT_AT_START or _ONE_WORD.match(text, offset - 1) is not None
        return int(torn), int(offset not in sensible)

    @cache
    def best(first: int, lines: int) -> tuple[_Cost, tuple[int, ...]] | None:
        """Cost and ends of the cheapest ``lines`` lines that begin at part ``first``."""
        if lines == 1:
            cost = line_cost(first, end)
            return None if cost is None else ((0, 0, cost), (end,))
        found = None
        soonest = bisect_left(solid, solid[end] - (lines - 1) * room)  # else the rest has no room
        for last in range(max(soonest, first + 1), end):
            if solid[last] - solid[first] > room:
                break
            cost = line_cost(first, last)
            behind = None if cost is None else best(last, lines - 1)
            if cost is not None and behind is not None:
                (torn, plain, uneven), ends = behind
                own_torn, own_plain = break_cost(last)
                option = (torn + own_torn, plain + own_plain, uneven + cost), (last, *ends)
                found = option if found is None else min(found, option)
        return found

    chosen = best(0, count)
    if chosen is None:
        return None
    bounds = (trimmed(*pair) for pair in zip((0, *chosen[1]), chosen[1], strict=False))
    return ["".join(parts[first:last]) for first, last in bounds]
