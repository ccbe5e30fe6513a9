"""The press sheet (用紙) of an imposition: its slots, where each page lies on both sides, and which page it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field

from kouki_print.page.items import MM, Item, Length
from kouki_print.page.items import Sheet as Finished
from kouki_print.page.operators import number
from kouki_print.plan.booklets import perfect, saddle
from kouki_print.plan.imposing import cut_and_stack, in_order, step_and_repeat

Scheme = Literal[
    "one_up",
    "in_order",
    "step_and_repeat",
    "cut_and_stack",
    "lanes",
    "work_and_turn",
    "work_and_tumble",
    "saddle",
    "perfect",
]
Mark = Literal["crop", "centre", "fold", "perforation", "registration", "colour_bar", "sheet_line"]
Edge = Literal["top", "bottom", "left", "right"]
Mm = Annotated[float, Field(ge=0)]
Margins = tuple[float, float, float, float]  # mm at left, top, right, bottom
BOOKLETS = ("saddle", "perfect")
STACKED = ("cut_and_stack", "work_and_turn", "work_and_tumble")  # the schemes that have a stack depth
_MATRIX = {0: b"1 0 0 1", 90: b"0 -1 1 0", 180: b"-1 0 0 -1", 270: b"0 1 -1 0"}


class Gaps(Item):
    """Between the slots (mm)."""

    x: Mm = 0
    y: Mm = 0


class Around(Item):
    """Left of the grid and above it, on the front (mm)."""

    left: Mm
    top: Mm


class Gripper(Item):
    """The edge by which the press takes the sheet (くわえ), as seen on either side: nothing is printed there."""

    mm: Mm
    edge: Edge = "bottom"


def _gaps(value: Any) -> Any:
    return value if isinstance(value, Mapping | Gaps) else {"x": value, "y": value}


def _turns(value: Any) -> Any:
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page lies on a side of the sheet as seen: top left of its trim in mm from the sheet's top left.

    ``rotation`` turns it clockwise; ``bleed`` is how much of the art outside the trim may show.
    """

    x: float
    y: float
    rotation: int = 0
    bleed: Margins = (0, 0, 0, 0)

    def size(self, finished: Finished) -> tuple[float, float]:
        """Width and height of the trim as it lies."""
        width, height = finished.width, finished.height
        return (height, width) if self.rotation % 180 else (width, height)


class Imposition(Item):
    """Press sheet in mm: a grid of finished sheets, ``gutter`` between them and ``margin`` (or an equal rest) around.

    Slots count row by row on the front.  ``turn``: the sheet is turned over its vertical axis (打ち返し), or
    tumbled over its horizontal one.  ``head``: the back of a sheet stands upright as its front does, or upside
    down.  ``rotation`` (clockwise, on the front) is that of every slot, or of all.
    """

    name: str = ""
    title: str
    scheme: Scheme = "cut_and_stack"
    width: Length
    height: Length
    columns: Annotated[int, Field(ge=1, le=50)] = 1
    rows: Annotated[int, Field(ge=1, le=50)] = 1
    gutter: Annotated[Gaps, BeforeValidator(_gaps)] = Gaps(x=6, y=6)
    margin: Around | None = None
    bleed: Mm | None = None
    gripper: Gripper = Gripper(mm=0)
    turn: Literal["turn", "tumble"] = "turn"
    head: Literal["head", "toe"] = "head"
    rotation: Annotated[list[Literal[0, 90, 180, 270]], BeforeValidator(_turns)] = Field([0])
    stack_depth: Annotated[int, Field(ge=0)] = 0
    sides: Literal[1, 2] = 2
    descending: bool = False
    binding: Literal["left", "right"] = "left"
    signature: Annotated[int, Field(ge=1)] = 4
    marks: list[Mark] = Field(["crop", "centre", "fold", "perforation", "sheet_line"])

    @property
    def up(self) -> int:
        """Finished sheets on one press sheet (面数)."""
        return self.columns * self.rows

    @property
    def for_lots(self) -> bool:
        """Whether the scheme prints every page of a lot exactly once, as a single sheet of two sides."""
        return self.sides == 2 and self.scheme not in ("step_and_repeat", *BOOKLETS)

    @property
    def turned(self) -> tuple[bool, ...]:
        """Slots that have the back of a record on the sheet's front (半裁打ち返し): one half of the sheet."""
        cells = [divmod(slot, self.columns) for slot in range(self.up)]
        if self.scheme == "work_and_turn":
            return tuple(2 * column >= self.columns for _, column in cells)
        if self.scheme == "work_and_tumble":
            return tuple(2 * row >= self.rows for row, _ in cells)
        return (False,) * self.up

    @property
    def depth(self) -> int:
        """The most press sheets of a stack (0 = no limit)."""
        return self.stack_depth if self.scheme in STACKED else 0

    def stacks(self, sheets: int) -> list[int]:
        """Number of the stack (from 1, the first to be read) of each of so many press sheets."""
        numbers = [1 + sheet // (self.depth or sheets) for sheet in range(sheets)]
        return numbers[::-1] if self.descending else numbers

    def table(self, pages: int) -> np.ndarray:
        """Page of each slot of both sides of each press sheet, in the order of printing (plan/imposing.py)."""
        right = self.binding == "right"
        match self.scheme:
            case "in_order":
                table = in_order(pages, self.up, sides=self.sides)
            case "step_and_repeat":
                table = step_and_repeat(pages, self.up, sides=self.sides)
            case "saddle":
                table = saddle(pages, self.rows, right=right)
            case "perfect":
                table = perfect(pages, self.signature, self.rows, right=right)
            case _:
                table = cut_and_stack(pages, self.up, self.depth, sides=self.sides, turned=self.turned)
        return table[::-1] if self.descending else table

    def places(self, side: int, finished: Finished) -> list[Place]:
        """Where the slots lie on the front (0), or what lies behind them on the back (1), as seen on that side."""
        fronts = [self._front(slot, finished) for slot in range(self.up)]
        return fronts if side == 0 else [self._behind(place, finished) for place in fronts]

    def _front(self, slot: int, finished: Finished) -> Place:
        rotation = self.rotation[slot if len(self.rotation) > 1 else 0]
        width, height = Place(0, 0, rotation).size(finished)
        gap = self.gutter
        if self.margin is None:
            left = (self.width - self.columns * width - (self.columns - 1) * gap.x) / 2
            top = (self.height - self.rows * height - (self.rows - 1) * gap.y) / 2
        else:
            left, top = self.margin.left, self.margin.top
        row, column = divmod(slot, self.columns)
        bleed = finished.bleed if self.bleed is None else min(self.bleed, finished.bleed)
        across, down = min(bleed, gap.x / 2), min(bleed, gap.y / 2)
        own = (
            across if column else bleed,
            down if row else bleed,
            across if column < self.columns - 1 else bleed,
            down if row < self.rows - 1 else bleed,
        )
        return Place(left + column * (width + gap.x), top + row * (height + gap.y), rotation, own)

    def _behind(self, place: Place, finished: Finished) -> Place:
        """The other side of a place, once the sheet is turned."""
        width, height = place.size(finished)
        left, top, right, bottom = place.bleed
        toe = 180 if self.head == "toe" else 0
        if self.turn == "turn":
            x = self.width - place.x - width
            return Place(x, place.y, (toe - place.rotation) % 360, (right, top, left, bottom))
        y = self.height - place.y - height
        return Place(place.x, y, (toe + 180 - place.rotation) % 360, (left, bottom, right, top))


def placement(place: Place, sheet_height: float, finished: Finished, *, clip: bool) -> bytes:
    """Operators that move the origin to the bottom left of a trim, turn it, and clip it to its bleed."""
    width, height = place.size(finished)
    x = place.x + (width if place.rotation in (180, 270) else 0)
    y = place.y + (0 if place.rotation in (90, 180) else height)
    out = b"%s %s %s cm\n" % (_MATRIX[place.rotation], number(x * MM), number((sheet_height - y) * MM))
    if clip:
        quarter = place.rotation // 90
        left, top, right, bottom = place.bleed[quarter:] + place.bleed[:quarter]
        out += b"%s %s %s %s re W n\n" % (
            number(-left * MM),
            number(-bottom * MM),
            number((finished.width + left + right) * MM),
            number((finished.height + top + bottom) * MM),
        )
    return out
