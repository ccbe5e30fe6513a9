"""NW-7 (Codabar, JIS X 0506) of registered numbers (引受番号): bars in columns, from tables.

Seven elements a character (bar, space, … bar), two or three of them wide, one narrow space between
characters.  All digits are equally wide, so each stands at a fixed place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kouki_print.page.operators import number

DIGITS = 11
_WIDE = {
    "0": "0000011", "1": "0000110", "2": "0001001", "3": "1100000", "4": "0010010", "5": "1000010",
    "6": "0100001", "7": "0100100", "8": "0110000", "9": "1001000",
    "A": "0011010", "B": "0101001", "C": "0001011", "D": "0001110",
}  # fmt: skip
QUIET = 10  # narrow bars of white on either side


def width_of(character: str, ratio: float) -> float:
    """Width of a character in narrow bars."""
    wide = _WIDE[character].count("1")
    return 7 - wide + wide * ratio


def length(ratio: float, start: str, stop: str) -> float:
    """Length of a whole symbol of eleven digits in narrow bars, without quiet zones."""
    return sum(width_of(each, ratio) + 1 for each in (start, *"0" * DIGITS, stop)) - 1


@lru_cache(maxsize=256)
def _bars(character: str, at: float, ratio: float, height: float) -> bytes:
    """Rectangles of one character that begins ``at``, in narrow bars."""
    out = []
    for index, wide in enumerate(_WIDE[character]):
        size = ratio if wide == "1" else 1.0
        if index % 2 == 0:
            out.append(b"%s 0 %s %s re\n" % (number(at), number(size), number(height)))
        at += size
    return b"".join(out)


def paths(numbers: Sequence[str], *, ratio: float, height: float, start: str, stop: str) -> list[bytes]:
    """Path of each number's bars in narrow bars, origin at the bottom left; empty without a number."""
    head = _bars(start, 0.0, ratio, height)
    first = width_of(start, ratio) + 1
    step = width_of("0", ratio) + 1
    tail = _bars(stop, first + DIGITS * step, ratio, height)
    places = [first + place * step for place in range(DIGITS)]
    return [
        b"".join(
            (head, *(_bars(digit, at, ratio, height) for digit, at in zip(text, places, strict=True)), tail)
        )
        if text
        else b""
        for text in numbers
    ]
