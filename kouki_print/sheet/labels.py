"""Small type on the waste of a press sheet: where the sheet line and the letters of the piles stand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kouki_print.page.items import MM
from kouki_print.page.items import Sheet as Finished
from kouki_print.page.operators import number
from kouki_print.sheet.grid import STACKED, Imposition, Place
from kouki_print.sheet.waste import Waste, area_of, gap_of, grid_of, steps

LABEL_SIZE = 8.0  # points
_LABEL = 3.2  # mm: height of such a line
LINE_WIDTH = 96.0  # mm: room for the sheet line
_LETTER_WIDTH = 6.0
_FROM_EDGE = 4.0  # most presses print nothing nearer to the paper's edge


@dataclass(frozen=True, slots=True)
class Label:
    """A line of small type on the waste: where its box lies (mm), its width, and what it says if that is known."""

    place: Place
    width: float
    text: str = ""

    def along(self, mm: float) -> Label:
        """The rest of the box, so far along its line."""
        x, y = (0.0, mm) if self.place.rotation else (mm, 0.0)
        place = replace(self.place, x=self.place.x + x, y=self.place.y + y)
        return Label(place, self.width - mm, self.text)

    def matrix(self, sheet_height: float) -> bytes:
        """Text matrix of its baseline."""
        down = _LABEL - 1.2  # the baseline, from the top of the box
        x, y = (_LABEL - down, 0.0) if self.place.rotation else (0.0, down)
        x, y = self.place.x + x, self.place.y + y
        turn = b"0 -1 1 0" if self.place.rotation else b"1 0 0 1"
        return b"%s %s %s" % (turn, number(x * MM), number((sheet_height - y) * MM))


def sheet_line(waste: Waste, imposition: Imposition, finished: Finished, side: int) -> Label | None:
    """A place for the sheet line: above the slots, below them, else upright beside them."""
    width, height = imposition.width, imposition.height
    left, top, right, bottom = grid_of(imposition, finished, side)
    starts = sorted({place.x for place in imposition.places(side, finished)})
    downs = sorted({place.y for place in imposition.places(side, finished)})
    for y in (*steps(_FROM_EDGE, top), *steps(height - _FROM_EDGE - _LABEL, bottom, -1)):
        for x in starts:
            if waste.take((x + 1.5, y, x + 1.5 + LINE_WIDTH, y + _LABEL)):
                return Label(Place(x + 1.5, y), LINE_WIDTH)
    for x in (*steps(_FROM_EDGE, left), *steps(width - _FROM_EDGE - _LABEL, right, -1)):
        for y in downs:
            if waste.take((x, y + 1.5, x + _LABEL, y + 1.5 + LINE_WIDTH)):
                return Label(Place(x, y + 1.5, 90), LINE_WIDTH)
    return None


def letters(waste: Waste, imposition: Imposition, finished: Finished, side: int) -> Iterator[Label]:
    """The letter of each pile or lane beside its slot, where the waste has room."""
    if imposition.up == 1 or imposition.scheme not in (*STACKED, "lanes"):
        return
    near = gap_of(imposition, finished) + 1
    head = "" if imposition.scheme == "lanes" else "山"
    for slot, place in enumerate(imposition.places(side, finished)):
        left, top, right, bottom = area_of(place, finished)
        spots = [
            *((x, y) for y in (top - near - _LABEL, bottom + near) for x in steps(right - 20, left, -4)),
            *(
                (x, y)
                for x in (left - near - _LETTER_WIDTH, right + near)
                for y in steps(top + 10, bottom, 4)
            ),
        ]
        for x, y in spots:
            if waste.take((x, y, x + _LETTER_WIDTH, y + _LABEL)):
                yield Label(Place(x, y), _LETTER_WIDTH, head + letter(slot))
                break


def letter(slot: int) -> str:
    """A, B … Z, AA, AB …"""
    more, last = divmod(slot, 26)
    return (letter(more - 1) if more else "") + chr(ord("A") + last)
