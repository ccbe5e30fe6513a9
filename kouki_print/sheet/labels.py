"""Small type on the waste of a press sheet: the sheet line (用紙情報) and the letters of the piles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kouki_print.page.items import MM
from kouki_print.page.items import Sheet as Finished
from kouki_print.page.operators import Canvas, number
from kouki_print.sheet.grid import STACKED, Imposition, Place
from kouki_print.sheet.waste import Waste, area_of, gap_of, grid_of, steps

_SIZE = 8.0  # points
_LABEL = 3.2  # mm: height of such a line
LINE_WIDTH = 96.0  # mm: room for the sheet line
_SIDE_WIDTH = 6.0  # of which the name of the side
_CLEAR = 1.0  # mm of white beside a letter: a tick that touches it reads as part of it
_LETTER_WIDTH = 6.0
_FROM_EDGE = 4.0  # most presses print nothing nearer to the paper's edge


@dataclass(frozen=True, slots=True)
class Label:
    """A line of small type on the waste: where its box lies (mm), its width, and what it says if that is known."""

    place: Place
    width: float
    text: str = ""

    def after_side(self, sheet_height: float) -> bytes:
        """Matrix of where the sheet line goes on after the name of the side."""
        x, y = (0.0, _SIDE_WIDTH) if self.place.rotation else (_SIDE_WIDTH, 0.0)
        place = replace(self.place, x=self.place.x + x, y=self.place.y + y)
        return Label(place, self.width - _SIDE_WIDTH).matrix(sheet_height)

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
            if waste.take((x - _CLEAR, y, x + _LETTER_WIDTH + _CLEAR, y + _LABEL)):
                yield Label(Place(x, y), _LETTER_WIDTH, pile_name(imposition, slot))
                break


def labels_of_side(canvas: Canvas, letters: Sequence[Label], line: Label | None, side: int) -> bytes:
    """What is the same on every press sheet: the letters, and the name of the side that begins the sheet line."""
    written = [(each, each.text) for each in letters] + ([(line, "表裏"[side])] if line else [])
    return b"".join(
        b"BT %s Tm %sET\n" % (label.matrix(canvas.height), canvas.show(text, canvas.styles["gothic"], _SIZE))
        for label, text in written
    )


def line_ends(imposition: Imposition, sheets: int) -> list[str]:
    """How the sheet line of each press sheet goes on after its head: the stack if there are several, sheet of
    sheets."""
    stacks = imposition.stacks(sheets)
    several = stacks[-1] != stacks[0]
    unit = "回目" if imposition.scheme == "lanes" else "枚目"  # of a roll, each feed
    return [
        (f"  山{stack}" if several else "") + f"  {sheet}/{sheets}{unit}"
        for sheet, stack in enumerate(stacks, 1)
    ]


def line_contents(canvas: Canvas, head: str, ends: Sequence[str]) -> Iterator[bytes]:
    """Operators of the sheet lines, all condensed alike so that the longest fits; digits are equally wide."""
    style = canvas.styles["gothic"]
    widest = style.width(head + max(ends, key=len)) * _SIZE / 1000
    scale = min(100, int(100 * (LINE_WIDTH - _SIDE_WIDTH) * MM / widest))
    start = (b"BT " if scale == 100 else b"BT %d Tz " % scale) + canvas.show(head, style, _SIZE)
    # There is an end for each press sheet: letter by letter, all of them in the first face, a shipped one.
    table = {ord(each): f"{style.resolve(each)[1]:04X}" for each in set("".join(ends))}
    start += b"/%s0 %s Tf" % (style.key.encode("ascii"), number(_SIZE))
    for end in ends:
        yield b"%s <%s>Tj ET\n" % (start, end.translate(table).encode("ascii"))


def pile_name(imposition: Imposition, slot: int) -> str:
    """Pile (山), lane of a roll (列) or, where nothing is piled, slot (面), with its letter."""
    return {"lanes": "列", "in_order": "面"}.get(imposition.scheme, "山") + letter(slot)


def letter(slot: int) -> str:
    """A, B … Z, AA, AB …"""
    more, last = divmod(slot, 26)
    return (letter(more - 1) if more else "") + chr(ord("A") + last)
