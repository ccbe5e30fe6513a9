"""Repeats (繰り返し) of a layout, written out as plain items, so that nobody after the loader meets one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from kouki_print.page.items import Box, FieldItem, Line, Repeat, Side, Text

Repeated = Text | Line | Box | FieldItem
KINDS = ("text", "line", "box", "field")

_Item = TypeVar("_Item", Text, Line, Box, FieldItem)
_NUMBER = re.compile(r"(?<!\{)\{n\}(?!\})")  # {n}, and not {{n}}, which is for the words
_NUMBERED = ("text", "bind", "when")


def copies(repeat: Repeat) -> Iterator[tuple[str, int, Repeated]]:
    """Kind, position in its list, and item, for each copy of each item.

    In one column every copy stands ``dx`` and ``dy`` further; in several, ``dx`` is the way to the next
    column and ``dy`` to the next row.
    """
    for step in range(repeat.count):
        row, column = divmod(step, repeat.columns)
        dx = (step if repeat.columns == 1 else column) * repeat.dx
        for kind in KINDS:
            for position, item in enumerate(getattr(repeat, kind)):
                yield kind, position, _copy(item, dx, row * repeat.dy, step + 1)


def expanded(side: Side) -> Side:
    """The side with its repeats written out behind its own items."""
    added: dict[str, list[Repeated]] = {kind: [] for kind in KINDS}
    for repeat in side.repeat:
        for kind, _, item in copies(repeat):
            added[kind].append(item)
    whole = {kind: [*getattr(side, kind), *items] for kind, items in added.items() if items}
    return side.model_copy(update={**whole, "repeat": []})


def _copy(item: _Item, dx: float, dy: float, number: int) -> _Item:
    across = ("x1", "x2") if isinstance(item, Line) else ("x",)
    down = ("y1", "y2") if isinstance(item, Line) else ("y",)
    changes: dict[str, object] = {name: _moved(getattr(item, name), dx) for name in across}
    changes |= {name: _moved(getattr(item, name), dy) for name in down}
    for name in _NUMBERED:
        value = getattr(item, name, "")
        if "{n}" in value:
            changes[name] = _NUMBER.sub(str(number), value)
    return item.model_copy(update=changes)


def _moved(place: float, way: float) -> float:
    """To a micrometre: sums of decimals must not carry their rounding onto the page."""
    return round(place + way, 3)
