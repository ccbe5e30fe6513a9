"""Marks for an inserter (OMR マーク) on a sheet's front: where they lie, their operators, and whether there is room.

Sheets of few patterns: each pattern is drawn once, and every sheet takes its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from kouki_print.base.errors import JobError
from kouki_print.order.enclosures import Envelope
from kouki_print.order.machines import Machine
from kouki_print.page.art import cuts, fold_ticks
from kouki_print.page.codes import SIZE, qr_paths
from kouki_print.page.extents import Placed, Rect, extent, white
from kouki_print.page.fields import FIELD_JA
from kouki_print.page.items import MM, FieldItem, Image, Sheet, Text
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.checks import CLEAR
from kouki_print.page.operators import number
from kouki_print.page.window import panel_of, visible_ever

_QUIET = 4  # modules of white around a QR code
_EPSILON = 1e-6
_SIDES_JA = {"left": "左", "right": "右"}


def mark_rects(machine: Machine, sheet: Sheet) -> list[Rect]:
    """Places of the marks in the order of the slots; of a code that of its symbol."""
    size = SIZE * machine.module if machine.kind == "code" else machine.length
    left = machine.track if machine.edge == "left" else sheet.width - machine.track - size
    if machine.kind == "code":
        return [Rect(left, machine.first, left + size, machine.first + size)]
    way = machine.pitch if machine.counts == "down" else -machine.pitch
    middles = [machine.first + (slot.position - 1) * way for slot in machine.slot]
    half = machine.width / 2
    return [Rect(left, middle - half, left + size, middle + half) for middle in middles]


def reading_place(machine: Machine, sheet: Sheet) -> Rect:
    """All that the machine looks at: the marks and the white that they need, as far as the paper goes."""
    lefts, tops, rights, bottoms = zip(*mark_rects(machine, sheet), strict=True)
    across = along = _QUIET * machine.module
    if machine.kind == "marks":
        across, along = machine.clear, max(machine.clear, machine.pitch)  # no mark before the first, or after
    return Rect(
        max(min(lefts) - across, 0),
        max(min(tops) - along, 0),
        min(max(rights) + across, sheet.width),
        min(max(bottoms) + along, sheet.height),
    )


def operators(machine: Machine, sheet: Sheet, states: np.ndarray) -> list[bytes]:
    """What is drawn on each sheet, in points from the bottom left of its front; ``states`` as of the plan."""
    patterns, own = np.unique(np.packbits(states, axis=1), axis=0, return_inverse=True)
    distinct = np.unpackbits(patterns, axis=1, count=len(machine.slot)).astype(bool)
    draw = _codes if machine.kind == "code" else _bars
    drawn = np.array(draw(machine, sheet, distinct), dtype=object)
    result: list[bytes] = drawn[own.ravel()].tolist()
    return result


def _bars(machine: Machine, sheet: Sheet, patterns: np.ndarray) -> list[bytes]:
    bars = [
        b"%s %s %s %s re\n"
        % (
            number(rect.left * MM),
            number((sheet.height - rect.bottom) * MM),
            number((rect.right - rect.left) * MM),
            number((rect.bottom - rect.top) * MM),
        )
        for rect in mark_rects(machine, sheet)
    ]
    return [
        b"".join(bar for bar, on in zip(bars, pattern, strict=True) if on) + b"f\n"
        for pattern in patterns.tolist()
    ]


def _codes(machine: Machine, sheet: Sheet, patterns: np.ndarray) -> list[bytes]:
    (place,) = mark_rects(machine, sheet)
    unit = f"{machine.module * MM:.4f}".encode("ascii")
    corner = number(place.left * MM), number((sheet.height - place.bottom) * MM)
    texts = ["".join("01"[on] for on in pattern) for pattern in patterns.astype(int).tolist()]
    return [b"q %s 0 0 %s %s %s cm\n%sf Q\n" % (unit, unit, *corner, path) for path in qr_paths(texts)]


def check_room(machine: Machine, layouts: Mapping[str, Layout], envelope: Envelope) -> None:
    """JobError when marks leave a sheet, are seen in the window, or lie on anything of a layout."""
    for layout in layouts.values():
        sheet, place = layout.sheet, reading_place(machine, layout.sheet)
        beyond = max(
            rect.beyond(Rect(0, 0, sheet.width, sheet.height).smaller(CLEAR))
            for rect in mark_rects(machine, sheet)
        )
        if beyond > _EPSILON:
            _stop(
                machine,
                layout,
                f"封入機の印が用紙の端から {CLEAR:g} mm の内側に収まらず、{beyond:.1f} mm 出ています",
            )
        panel = panel_of(layout)
        if panel is not None and place.gap(seen := visible_ever(envelope, panel)) == 0:
            _stop(machine, layout, f"封入機の印が封筒の窓に {_shared(place, seen):.1f} mm 入ります")
        for name, rect in _matter(layout):
            if place.smaller(_EPSILON).gap(rect) == 0:
                _stop(
                    machine,
                    layout,
                    f"様式の{name}が封入機の印の場所に {_shared(place, rect):.1f} mm かかっています",
                )


def _stop(machine: Machine, layout: Layout, what: str) -> None:
    left, top, right, bottom = reading_place(machine, layout.sheet)
    where = f"左から {left:.1f}〜{right:.1f} mm、上から {top:.1f}〜{bottom:.1f} mm（{_SIDES_JA[machine.edge]}の端）"
    raise JobError(
        f"様式「{layout.name}」では、{what}。印とその余白の場所は {where} です。",
        remedy="封入機の設定の track・first を空いた所に変えるか、様式の部品を動かしてください。",
        file=f"{machine.name}.toml",
    )


def _shared(place: Rect, rect: Rect) -> float:
    """How much of a thing lies in a place: the longer side of what they share, in mm."""
    across = min(place.right, rect.right) - max(place.left, rect.left)
    down = min(place.bottom, rect.bottom) - max(place.top, rect.top)
    return max(across, down)


def _matter(layout: Layout) -> Iterator[tuple[str, Rect]]:
    """Everything that stands on the front, or goes through the paper there."""
    front = layout.front
    items: list[Placed] = [*front.text, *front.field, *front.image, *front.line, *front.box]
    yield from ((_name(item), extent(item)) for item in items)
    codes = [*front.code, *(each for each in (front.qr, front.barcode, front.registered) if each is not None)]
    yield from (("コードかその余白", white(code)) for code in codes)
    for cut in cuts(layout, back=False):
        yield "ミシン目", cut
    for tick in fold_ticks(layout, back=False):
        yield "折りの目印", extent(tick)


def _name(item: object) -> str:
    if isinstance(item, FieldItem):
        return f"項目「{FIELD_JA[item.bind]}」"
    if isinstance(item, Text):
        return f"文字「{(item.text or item.words).splitlines()[0][:20]}」"
    return f"画像「{item.asset}」" if isinstance(item, Image) else "線か枠"
