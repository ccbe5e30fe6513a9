"""The customer barcode (カスタマバーコード) read from pixels: columns of ink, their heights, code words.

Knows nothing of how bars are drawn: it measures what a camera over the page would see.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kouki_print.post.barcode import WORDS, read_bars

_COUNT = 3 * WORDS + 4
_PAPER, _INK = 250, 64  # what counts as white and as black, of 255
_SLACK = 1.5  # pixels by which an edge may be off
_STATES = {(0, 0): "F", (0, 1): "A", (1, 0): "D", (1, 1): "T"}  # thirds missing above and below


class Unreadable(ValueError):
    """Something is printed that is no right customer barcode; the message (Japanese) says why."""


@dataclass(frozen=True, slots=True)
class Bars:
    """Bars from left to right: states, first pixel column and row of each, and those behind the last."""

    states: str
    left: np.ndarray
    right: np.ndarray
    top: np.ndarray
    bottom: np.ndarray


def read_place(pixels: np.ndarray) -> str:
    """Code words in the place of a barcode (grey values), "" when it is white; Unreadable for anything else."""
    bars = find_bars(pixels)
    if bars is None:
        return ""
    if bars.states.startswith("FA") and bars.states.endswith("AF"):
        raise Unreadable("上下が逆です")
    try:
        return read_bars(bars.states)
    except ValueError as error:
        raise Unreadable("バーの並びが正しい符号ではありません") from error


def find_bars(pixels: np.ndarray) -> Bars | None:
    """The bars of a code that stands alone on white, None for white alone."""
    if pixels.min() >= _PAPER:
        return None
    dark = pixels < 128
    edges = np.diff(dark.any(axis=0).astype(np.int8), prepend=0, append=0)
    left, right = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    if len(left) != _COUNT:
        raise Unreadable(f"バーが{_COUNT}本ではなく{len(left)}本です")
    if np.ptp(np.diff(left)) > 2 or np.ptp(right - left) > 2:
        raise Unreadable("バーの間隔か太さがそろっていません")
    inside = dark[:, (left + right) // 2]
    top = inside.argmax(axis=0)
    bottom = len(pixels) - inside[::-1].argmax(axis=0)
    _check_clean(pixels, left, right, top, bottom)
    return Bars(_states(top, bottom), left, right, top, bottom)


def _check_clean(
    pixels: np.ndarray, left: np.ndarray, right: np.ndarray, top: np.ndarray, bottom: np.ndarray
) -> None:
    """Every bar is solid, and one pixel away from the bars there is nothing but paper."""
    around = pixels.copy()
    places = zip(left.tolist(), right.tolist(), top.tolist(), bottom.tolist(), strict=True)
    for first, last, upper, lower in places:
        around[max(upper - 1, 0) : lower + 1, max(first - 1, 0) : last + 1] = 255
        if pixels[upper + 1 : lower - 1, first + 1 : last - 1].max(initial=0) > _INK:
            raise Unreadable("バーが欠けているか、薄くなっています")
    if around.min() < _PAPER:
        raise Unreadable("バーの間か周りの余白に何か印刷されています")


def _states(top: np.ndarray, bottom: np.ndarray) -> str:
    first, last = int(top.min()), int(bottom.max())
    third = (last - first) / 3
    missing = np.stack([top - first, last - bottom])
    steps = np.rint(missing / third).astype(np.int64)
    if steps.max() > 1 or np.abs(missing - steps * third).max() > _SLACK:
        raise Unreadable("バーの高さが4種類のどれでもありません")
    return "".join(_STATES[above, below] for above, below in steps.T.tolist())
