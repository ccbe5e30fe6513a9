"""What a content scan carries along (8.4) and what it asks of its surroundings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from kouki_print.verify.preflight.colours import INITIAL, Colour, Painted, Space
from kouki_print.verify.preflight.fonts import FontInfo
from kouki_print.verify.preflight.graphics import StateChange
from kouki_print.verify.preflight.items import Finding
from kouki_print.verify.preflight.tokens import Operand


class State(NamedTuple):
    """What we trace of the graphics state."""

    fill: Colour = INITIAL
    stroke: Colour = INITIAL
    font: FontInfo | None = None
    fill_overprint: bool = False
    stroke_overprint: bool = False
    mode: int = 0


class Start(NamedTuple):
    """Where a stream of a page begins: the page's streams are one content, cut between tokens."""

    state: State = State()
    saved: tuple[State, ...] = ()
    operands: tuple[Operand, ...] = ()
    in_text: bool = False
    marked: int = 0
    rectangles: int = 0


class Host(Protocol):
    """Where a scan finds what the content names; a missing resource is None."""

    def font(self, name: str) -> FontInfo | None: ...

    def state(self, name: str) -> StateChange | None: ...

    def space(self, name: str) -> Space | None: ...

    def named(self, kind: str, name: str) -> bool: ...

    def draw(self, name: str, state: State) -> str | None: ...

    def paint(self, painted: Painted) -> Iterable[Finding]: ...

    def device(self, space: Space, operator: str) -> Iterable[Finding]: ...

    def inline(self, image: dict[bytes, Operand]) -> Iterable[Finding]: ...
