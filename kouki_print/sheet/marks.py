"""Marks (トンボ) around the slots of a press sheet: on the waste only, and never anything personal."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from kouki_print.page.extents import edges
from kouki_print.page.items import MM, Fold, Perforation
from kouki_print.page.items import Sheet as Finished
from kouki_print.page.layout import Layout
from kouki_print.page.operators import number
from kouki_print.sheet.grid import BOOKLETS, Imposition, Mark, Place
from kouki_print.sheet.labels import Label, letters, sheet_line
from kouki_print.sheet.waste import Waste, area_of, around, gap_of, grid_of, steps, through

LENGTH = 9.0
_TICK = 5.0  # folds and perforations
_PATCH = 5.0
_TINTS = (25, 50, 75, 100)
_TARGET = 3.5  # half a registration mark
_NEAR = 0.3  # mm: lines so near to each other are seen as one
_ROUND = 0.5523  # a quarter of a circle as one Bézier curve

Segment = tuple[float, float, float, float]


@dataclass(slots=True)
class Marks:
    """All marks of one side, as they stand on its waste: of those ``wanted`` the ``placed``."""

    waste: Waste
    wanted: Collection[Mark]
    spots: Sequence[str] = ()
    placed: set[Mark] = field(default_factory=set)
    lines: list[Segment] = field(default_factory=list)
    folds: list[Segment] = field(default_factory=list)
    perforations: list[Segment] = field(default_factory=list)
    targets: list[tuple[float, float]] = field(default_factory=list)
    patches: list[tuple[float, float]] = field(default_factory=list)
    line: Label | None = None
    letters: list[Label] = field(default_factory=list)

    def operators(self) -> bytes:
        """Lines on all plates, and the patches of the colour bar each on its own."""
        height = self.waste.height
        out = [b"q /CSAll CS 1 SCN %s w [] 0 d\n" % number(0.1 * MM)]
        out += [_stroked(self.lines, height), *(_target(x, y, height) for x, y in self.targets), b"S "]
        for segments, dash in ((self.folds, 1.0), (self.perforations, 0.4)):
            if segments:
                out.append(b"[%s] 0 d\n%sS " % (number(dash * MM), _stroked(segments, height)))
        out.append(b"Q\n")
        inks = [*(b"0 0 0 %s k" % number(tint / 100) for tint in _TINTS), *map(_spot, self.spots)]
        for ink, (x, y) in zip(inks, self.patches, strict=False):
            corner = number(x * MM), number((height - y - _PATCH) * MM)
            out.append(
                b"q %s %s %s %s %s re f Q\n" % (ink, *corner, number(_PATCH * MM), number(_PATCH * MM))
            )
        return b"".join(out)

    def add(self, target: list[Segment], segments: Iterable[tuple[Mark, Segment]]) -> None:
        """Add those of the segments that are wanted and free; they may cross each other."""
        areas = []
        for mark, segment in segments:
            x1, y1, x2, y2 = segment
            area = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
            if mark in self.wanted and segment not in target and self.waste.is_free(area):
                target.append(segment)
                areas.append(area)
                self.placed.add(mark)
        self.waste.taken += areas


def in_common(layouts: Collection[Layout]) -> tuple[list[Fold], list[Perforation]]:
    """The folds and perforations of all layouts: only these can be marked on sheets that all of them go through."""
    first, *others = layouts
    folds = [each for each in first.fold if all(each in other.fold for other in others)]
    torn = [each for each in first.perforation if all(each in other.perforation for other in others)]
    return folds, torn


def marks_of(
    imposition: Imposition,
    finished: Finished,
    side: int,
    folds: Sequence[Fold] = (),
    perforations: Sequence[Perforation] = (),
    spots: Sequence[str] = (),
) -> Marks:
    """The marks that are asked for and have a place on this side: what was placed first stays.

    Registration marks and colour bar lie behind those of the other side, where both sides are free.
    ``folds`` and ``perforations`` are those of the finished sheet's front, ``spots`` resource names of colours.
    """
    sides = [_lines_and_words(imposition, finished, each, folds, perforations) for each in (0, 1)]
    front, back = (each.waste.taken for each in sides)
    both = [*front, *(through(area, imposition) for area in back)]
    free, found = Waste(imposition.width, imposition.height, both), sides[side]
    found.spots = spots
    if "registration" in found.wanted:
        found.targets = _seen([*_targets(free, imposition, finished)], 0, imposition, side)
    if "colour_bar" in found.wanted:
        bar = _bar(free, imposition, finished, len(_TINTS) + len(spots))
        found.patches = _seen(bar, _PATCH, imposition, side)
    drawn: dict[Mark, object] = {"registration": found.targets, "colour_bar": found.patches}
    found.placed |= {mark for mark, what in drawn.items() if what}
    return found


def _lines_and_words(
    imposition: Imposition,
    finished: Finished,
    side: int,
    folds: Sequence[Fold],
    perforations: Sequence[Perforation],
) -> Marks:
    """The marks whose place this side alone decides."""
    found = Marks(Waste.of(imposition, finished, side), imposition.marks)
    bent = [*_ticks(imposition, finished, side, _fold_lines(folds, finished))]
    if imposition.scheme in BOOKLETS:
        bent += _spine(imposition, finished, side)
    rects = [tuple(rect) for item in perforations for rect in edges(item, finished.width, back=False)]
    torn = [*_ticks(imposition, finished, side, rects)]
    ticks = [*(bent if "fold" in found.wanted else []), *(torn if "perforation" in found.wanted else [])]
    found.add(found.lines, [*_crop(imposition, finished, side), *_centre(imposition, finished, side, ticks)])
    found.add(found.folds, (("fold", tick) for tick in bent))
    found.add(found.perforations, (("perforation", tick) for tick in torn))
    if "sheet_line" in found.wanted:
        found.line = sheet_line(found.waste, imposition, finished, side)
        found.letters = [*letters(found.waste, imposition, finished, side)]
        found.placed |= {"sheet_line"} if found.line else set()
    return found


def unplaced(
    imposition: Imposition,
    finished: Finished,
    folds: Sequence[Fold] = (),
    perforations: Sequence[Perforation] = (),
) -> Iterator[Mark]:
    """Marks that were asked for and have no place on one of the sides, with a spot colour in the bar."""
    for side in (0, 1):
        found = marks_of(imposition, finished, side, folds, perforations, [""])
        must: tuple[Mark, ...] = ("sheet_line", "colour_bar")
        yield from (mark for mark in must if mark in found.wanted and mark not in found.placed)
        room = gap_of(imposition, finished) + LENGTH
        held = imposition.gripper.edge if imposition.gripper.mm else ""
        spaces = around(imposition, finished, side)
        if "crop" in imposition.marks and min(v for edge, v in spaces.items() if edge != held) < room - 1e-6:
            yield "crop"


def _crop(imposition: Imposition, finished: Finished, side: int) -> Iterator[tuple[Mark, Segment]]:
    """Double corner marks, and cuts between slots.

    Inner arms show the finished size, outer arms the bleed.  Each distance is counted outward from the grid.
    """
    left, top, right, bottom = grid_of(imposition, finished, side)
    near = gap_of(imposition, finished)
    far = near + LENGTH
    for x, toward_x in ((left, -1), (right, 1)):
        for y, toward_y in ((top, -1), (bottom, 1)):
            points = [((far, 0), (near, 0), (near, far)), ((0, far), (0, near), (far, near))]
            for hook in points:
                for (u1, v1), (u2, v2) in pairwise(hook):
                    yield "crop", (x + toward_x * u1, y + toward_y * v1, x + toward_x * u2, y + toward_y * v2)
    across, down = _cuts(imposition, finished, side)
    for y, toward in ((top, -1), (bottom, 1)):
        yield from (("crop", (x, y + toward * near, x, y + toward * far)) for x in across)
    for x, toward in ((left, -1), (right, 1)):
        yield from (("crop", (x + toward * near, y, x + toward * far, y)) for y in down)


def _centre(
    imposition: Imposition, finished: Finished, side: int, ticks: Sequence[Segment]
) -> Iterator[tuple[Mark, Segment]]:
    """A centre mark in the middle of each edge, where no tick of a fold or perforation stands: those come first."""
    left, top, right, bottom = grid_of(imposition, finished, side)
    near = gap_of(imposition, finished)
    far, cross = near + LENGTH, near + LENGTH * 2 / 3
    x, y = imposition.width / 2, imposition.height / 2
    crosses: list[tuple[Segment, Segment]] = []
    for edge, way in ((top, -1), (bottom, 1)):
        across = (x - 4, edge + way * cross, x + 4, edge + way * cross)
        crosses.append(((x, edge + way * near, x, edge + way * far), across))
    for edge, way in ((left, -1), (right, 1)):
        across = (edge + way * cross, y - 4, edge + way * cross, y + 4)
        crosses.append(((edge + way * near, y, edge + way * far, y), across))
    for both in crosses:
        if not any(_meet(line, tick) for line in both for tick in ticks):
            yield from (("centre", line) for line in both)


def _meet(one: Segment, other: Segment) -> bool:
    """Whether two lines along the edges of the sheet touch."""
    return all(
        min(one[at], one[at + 2]) < max(other[at], other[at + 2]) + _NEAR
        and min(other[at], other[at + 2]) < max(one[at], one[at + 2]) + _NEAR
        for at in (0, 1)
    )


def _cuts(imposition: Imposition, finished: Finished, side: int) -> tuple[list[float], list[float]]:
    """Where the paper is cut within the grid: x and y.  A booklet is folded between its columns, not cut."""
    left, top, right, bottom = grid_of(imposition, finished, side)
    areas = [area_of(place, finished) for place in imposition.places(side, finished)]
    across = {round(x, 4) for area in areas for x in (area[0], area[2])} - {round(left, 4), round(right, 4)}
    down = {round(y, 4) for area in areas for y in (area[1], area[3])} - {round(top, 4), round(bottom, 4)}
    return ([] if imposition.scheme in BOOKLETS else sorted(across)), sorted(down)


def _spine(imposition: Imposition, finished: Finished, side: int) -> list[Segment]:
    """Where the sheets of a booklet are folded."""
    left, top, right, bottom = grid_of(imposition, finished, side)
    near, x = gap_of(imposition, finished), (left + right) / 2
    return [(x, y + way * near, x, y + way * (near + _TICK)) for y, way in ((top, -1), (bottom, 1))]


def _fold_lines(folds: Sequence[Fold], finished: Finished) -> list[Segment]:
    width, height = finished.width, finished.height
    return [
        (0.0, fold.y, width, fold.y) if fold.y is not None else (fold.x or 0.0, 0.0, fold.x or 0.0, height)
        for fold in folds
    ]


def _ticks(
    imposition: Imposition, finished: Finished, side: int, lines: Sequence[tuple[float, ...]]
) -> Iterator[Segment]:
    """Short marks outside each slot where a line of the finished sheet's front, drawn on, leaves the paper."""
    near = gap_of(imposition, finished)
    turned = imposition.turned
    for slot in range(imposition.up):
        front = int(turned[slot])  # the side of the press sheet on which this slot's front lies
        place = imposition.places(front, finished)[slot]
        for x1, y1, _x2, y2 in lines:
            ends = ((0.0, y1), (finished.width, y1)) if y1 == y2 else ((x1, 0.0), (x1, finished.height))
            for (u, v), way in zip(ends, (-1, 1), strict=True):
                du, dv = (way, 0) if y1 == y2 else (0, way)
                tick = (
                    *_on_sheet(place, finished, u + du * near, v + dv * near),
                    *_on_sheet(place, finished, u + du * (near + _TICK), v + dv * (near + _TICK)),
                )
                yield tick if front == side else through(tick, imposition)


def _on_sheet(place: Place, finished: Finished, u: float, v: float) -> tuple[float, float]:
    """A point of a page (mm from its own top left) on the sheet."""
    width, height = finished.width, finished.height
    turned = {0: (u, v), 90: (height - v, u), 180: (width - u, height - v), 270: (v, width - u)}
    x, y = turned[place.rotation]
    return place.x + x, place.y + y


def _seen(
    corners: Sequence[tuple[float, float]], size: float, imposition: Imposition, side: int
) -> list[tuple[float, float]]:
    """Squares of the front by their top left corners, or those that lie behind them on the back."""
    if side == 0:
        return [*corners]
    return [through((x, y, x + size, y + size), imposition)[:2] for x, y in corners]


def _targets(waste: Waste, imposition: Imposition, finished: Finished) -> Iterator[tuple[float, float]]:
    """Registration marks (見当) of the front: one beside the middle of each side, where it is free."""
    left, top, right, bottom = grid_of(imposition, finished, 0)
    away = gap_of(imposition, finished) + _TARGET + 1
    beside = (14, -14, 24, -24)
    middle_x, middle_y = imposition.width / 2, imposition.height / 2
    for y in (top - away, bottom + away):
        yield from _first_free(waste, [(middle_x + step, y) for step in beside])
    for x in (left - away, right + away):
        yield from _first_free(waste, [(x, middle_y + step) for step in beside])


def _first_free(waste: Waste, centres: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    for x, y in centres:
        if waste.take((x - _TARGET, y - _TARGET, x + _TARGET, y + _TARGET)):
            yield x, y
            return


def _bar(waste: Waste, imposition: Imposition, finished: Finished, count: int) -> list[tuple[float, float]]:
    """Top left of each patch of the front's colour bar: in a row along an edge, or none at all."""
    left, top, right, bottom = grid_of(imposition, finished, 0)
    near, long = gap_of(imposition, finished) + 1, count * _PATCH
    for y in (bottom + near, top - near - _PATCH):
        for x in steps(left + 2, right - long, 2):
            if waste.take((x, y, x + long, y + _PATCH)):
                return [(x + at * _PATCH, y) for at in range(count)]
    for x in (right + near, left - near - _PATCH):
        for y in steps(top + 2, bottom - long, 2):
            if waste.take((x, y, x + _PATCH, y + long)):
                return [(x, y + at * _PATCH) for at in range(count)]
    return []


def _stroked(segments: Sequence[Segment], height: float) -> bytes:
    out = []
    for x1, y1, x2, y2 in segments:
        ends = (number(x1 * MM), number((height - y1) * MM), number(x2 * MM), number((height - y2) * MM))
        out.append(b"%s %s m %s %s l\n" % ends)
    return b"".join(out)


def _target(x: float, y: float, height: float) -> bytes:
    """A circle with a cross."""
    radius = 2.0
    corners = [(radius, 0.0), (0.0, radius), (-radius, 0.0), (0.0, -radius), (radius, 0.0)]
    out = [_stroked([(x - _TARGET, y, x + _TARGET, y), (x, y - _TARGET, x, y + _TARGET)], height)]
    out.append(_points([(x + radius, y)], height) + b"m\n")
    for (u1, v1), (u2, v2) in pairwise(corners):
        bend = [(u1 + u2 * _ROUND, v1 + v2 * _ROUND), (u2 + u1 * _ROUND, v2 + v1 * _ROUND), (u2, v2)]
        out.append(_points([(x + u, y + v) for u, v in bend], height) + b"c\n")
    return b"".join(out)


def _points(points: Sequence[tuple[float, float]], height: float) -> bytes:
    return b"".join(b"%s %s " % (number(x * MM), number((height - y) * MM)) for x, y in points)


def _spot(name: str) -> bytes:
    return b"/%s cs 1 scn" % name.encode("ascii")
