"""Marks for an inserter (OMR マーク) read from pixels: bars of ink, where they lie, and which places they fill.

Knows of the machine where it looks; what it sees there it measures, as the machine's own camera would.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kouki_print.order.machines import Machine
from kouki_print.page.items import Sheet
from kouki_print.page.omr import mark_rects, reading_place
from kouki_print.verify.bars import Unreadable
from kouki_print.verify.view import CODE_DPI, QR, View

_SLACK = 2.0  # pixels by which an edge may be off
_PAPER, _INK = 250, 64  # what counts as white and as black, of 255


def read_marks(view: View, machine: Machine, sheet: Sheet) -> str:
    """The states of a machine's places, 0 and 1 by position; Unreadable when something else is there."""
    place = reading_place(machine, sheet)
    if machine.kind == "code":
        found = view.codes(place, QR)
        if len(found) != 1:
            raise Unreadable(f"封入機のコードが1個ではなく{len(found)}個です")
        return found[0]
    pixels = view.pixels(place)
    states = ["0"] * len(machine.slot)
    rects = mark_rects(machine, sheet)
    for first, last in _runs((pixels < 128).any(axis=1)):
        middle = place.top + (first + last) / 2 * 25.4 / CODE_DPI
        at = min(range(len(rects)), key=lambda each: abs((rects[each].top + rects[each].bottom) / 2 - middle))
        rect = rects[at]
        wanted = [
            (edge - origin) * CODE_DPI / 25.4
            for edge, origin in zip(rect, (place.left, place.top) * 2, strict=True)
        ]
        across = _runs((pixels[first:last] < 128).any(axis=0))
        seen = [across[0][0], first, across[0][1], last]
        if len(across) != 1 or max(abs(a - b) for a, b in zip(wanted, seen, strict=True)) > _SLACK:
            raise Unreadable("印の場所か大きさが封入機の設定と違うか、ほかのものが印刷されています")
        if pixels[first + 1 : last - 1, across[0][0] + 1 : across[0][1] - 1].max(initial=0) > _INK:
            raise Unreadable("印が欠けているか、薄くなっています")
        states[at] = "1"
        pixels[max(first - 1, 0) : last + 1, max(across[0][0] - 1, 0) : across[0][1] + 1] = 255
    if pixels.min() < _PAPER:
        raise Unreadable("印の周りの余白に何か印刷されています")
    return "".join(states)


def _runs(dark: Any) -> list[tuple[int, int]]:
    """Beginning and end of each run of ink."""
    edges = np.diff(dark.astype(np.int8), prepend=0, append=0)
    return list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
