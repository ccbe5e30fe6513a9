"""The waste (余白) of one side of a press sheet: what is outside all bleed, off the gripper and not yet taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from kouki_print.page.items import Sheet as Finished
from kouki_print.sheet.grid import Edge, Imposition, Place

Area = tuple[float, float, float, float]  # left, top, right, bottom in mm from the sheet's top left
_GAP = 3.0  # marks start this far outside the trim, and always outside the bleed
_TOUCH = 0.01  # mm that two neighbours may share: rounding


def area_of(place: Place, finished: Finished) -> Area:
    """The trim of a place."""
    width, height = place.size(finished)
    return place.x, place.y, place.x + width, place.y + height


def through(area: Area, imposition: Imposition) -> Area:
    """A place of one side as it lies under the other: the sheet is turned over."""
    left, top, right, bottom = area
    if imposition.turn == "turn":
        return imposition.width - right, top, imposition.width - left, bottom
    return left, imposition.height - bottom, right, imposition.height - top


def around(imposition: Imposition, finished: Finished, side: int) -> dict[Edge, float]:
    """mm between the outermost trims and each edge of the sheet."""
    left, top, right, bottom = grid_of(imposition, finished, side)
    return {"left": left, "top": top, "right": imposition.width - right, "bottom": imposition.height - bottom}


def grid_of(imposition: Imposition, finished: Finished, side: int) -> Area:
    """The area that all trims cover."""
    areas = [area_of(place, finished) for place in imposition.places(side, finished)]
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def gap_of(imposition: Imposition, finished: Finished) -> float:
    """How far from the trim marks begin."""
    return max(_GAP, finished.bleed if imposition.bleed is None else min(imposition.bleed, finished.bleed))


def steps(start: float, end: float, way: int = 1) -> Iterator[float]:
    """From one place towards another, ``way`` mm at a time."""
    count = int((end - start) / way)
    return (start + way * step for step in range(max(count, 0)))


@dataclass(slots=True)
class Waste:
    """Areas of a side that something stands on already."""

    width: float
    height: float
    taken: list[Area] = field(default_factory=list)

    @classmethod
    def of(cls, imposition: Imposition, finished: Finished, side: int) -> Waste:
        """The waste of a side on which only the pages lie."""
        width, height, grip = imposition.width, imposition.height, imposition.gripper
        own = cls(width, height)
        for place in imposition.places(side, finished):
            left, top, right, bottom = area_of(place, finished)
            own.taken.append(
                (
                    left - place.bleed[0],
                    top - place.bleed[1],
                    right + place.bleed[2],
                    bottom + place.bleed[3],
                )
            )
        bands: dict[Edge, Area] = {
            "left": (0, 0, grip.mm, height),
            "top": (0, 0, width, grip.mm),
            "right": (width - grip.mm, 0, width, height),
            "bottom": (0, height - grip.mm, width, height),
        }
        own.taken.append(bands[grip.edge])
        return own

    def is_free(self, area: Area) -> bool:
        """Whether an area lies on the sheet and touches nothing that is there."""
        left, top, right, bottom = area
        if min(left, top) < 0 or right > self.width or bottom > self.height:
            return False
        return not any(
            left < x2 - _TOUCH and right > x1 + _TOUCH and top < y2 - _TOUCH and bottom > y1 + _TOUCH
            for x1, y1, x2, y2 in self.taken
        )

    def take(self, area: Area) -> bool:
        """Take an area if it is free."""
        if not self.is_free(area):
            return False
        self.taken.append(area)
        return True
