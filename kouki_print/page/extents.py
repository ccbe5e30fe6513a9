"""What items of a layout cover on the sheet, in mm, as far as the layout itself tells.

Words that only a job knows count with what is sure: their first line, or none of their width.
"""

from __future__ import annotations

import math
import unicodedata
from typing import NamedTuple

from kouki_print.page import codabar
from kouki_print.page.codes import BAR_COUNT, SIZE, free_matrix
from kouki_print.page.items import (
    MM,
    Box,
    Code,
    CustomerBarcode,
    FieldItem,
    Image,
    Line,
    Perforation,
    Qr,
    RegisteredCode,
    Text,
)

Placed = Text | Line | Box | Image | Code | FieldItem | Qr | CustomerBarcode | RegisteredCode
BAR_UNIT = 0.06  # mm per point of a customer barcode (postal manual: a/10 × 0.6 mm)
_CODE_LEAST = 21  # modules of the smallest QR code


class Rect(NamedTuple):
    """Left, top, right and bottom in mm from the top left of the sheet."""

    left: float
    top: float
    right: float
    bottom: float

    def sides_beyond(self, other: Rect) -> tuple[float, float, float, float]:
        """How far each side (left, top, right, bottom) lies out of another, in mm; less than 0 within it."""
        return (
            other.left - self.left,
            other.top - self.top,
            self.right - other.right,
            self.bottom - other.bottom,
        )

    def beyond(self, other: Rect) -> float:
        """How far it reaches out of another, in mm; 0 within it."""
        return max(*self.sides_beyond(other), 0.0)

    def gap(self, other: Rect) -> float:
        """Shortest way between the two in mm; 0 when they touch."""
        across = max(other.left - self.right, self.left - other.right, 0.0)
        down = max(other.top - self.bottom, self.top - other.bottom, 0.0)
        return math.hypot(across, down)

    def overlap(self, other: Rect) -> float:
        """How far one has to move until they do not lie in each other, in mm; a line has no depth of its own."""
        across = min(self.right - other.left, other.right - self.left)
        down = min(self.bottom - other.top, other.bottom - self.top)
        return max(min(across, down), 0.0)

    def smaller(self, by: float) -> Rect:
        """The same with ``by`` mm taken off each side."""
        return Rect(self.left + by, self.top + by, self.right - by, self.bottom - by)


def extent(item: Placed) -> Rect:
    """What an item covers."""
    if isinstance(item, Line):
        return Rect(
            min(item.x1, item.x2), min(item.y1, item.y2), max(item.x1, item.x2), max(item.y1, item.y2)
        )
    if isinstance(item, Text):
        return _text(item)
    width, height = _size(item)
    return Rect(item.x, item.y, item.x + width, item.y + height)


def edges(item: Perforation, sheet_width: float, *, back: bool) -> list[Rect]:
    """The cuts of a perforation, as seen from one side of the sheet."""
    left = sheet_width - item.x - item.width if back else item.x
    right, bottom = left + item.width, item.y + item.height
    across = [Rect(left, item.y, right, item.y), Rect(left, bottom, right, bottom)] if item.width else []
    down = [Rect(left, item.y, left, bottom), Rect(right, item.y, right, bottom)] if item.height else []
    return [*across, *down]


def quiet(item: Qr | Code | CustomerBarcode | RegisteredCode) -> float:
    """White that a code needs around it, in mm."""
    if isinstance(item, CustomerBarcode):
        return 2.0
    return item.narrow * codabar.QUIET if isinstance(item, RegisteredCode) else 4 * item.module


def white(item: Qr | Code | CustomerBarcode | RegisteredCode) -> Rect:
    """A code with the white around it: bars read from left to right need it at their ends only."""
    rect, room = extent(item), quiet(item)
    if isinstance(item, RegisteredCode):
        return rect._replace(left=rect.left - room, right=rect.right + room)
    return rect.smaller(-room)


def _size(
    item: Box | Image | Code | FieldItem | Qr | CustomerBarcode | RegisteredCode,
) -> tuple[float, float]:
    if isinstance(item, FieldItem):
        return item.cells * item.pitch if item.pitch else item.width, item.depth
    if isinstance(item, Qr):
        return SIZE * item.module, SIZE * item.module
    if isinstance(item, Code):
        side = _CODE_LEAST if _is_open(item.text) else len(free_matrix(item.text))
        return side * item.module, side * item.module
    if isinstance(item, CustomerBarcode):
        unit = item.points * BAR_UNIT
        return (2 * BAR_COUNT - 1) * unit, 6 * unit
    if isinstance(item, RegisteredCode):
        return codabar.length(item.ratio, "A", "A") * item.narrow, item.height
    return item.width, item.height


def _text(item: Text) -> Rect:
    em = item.size / MM
    words = "" if item.words or _is_open(item.text) else item.text
    if item.vertical:
        return Rect(item.x, item.y, item.x + em, item.y + max(len(words) - 1, 0) * (item.leading or em) + em)
    widths = [_natural(line) * em for line in words.splitlines()] or [0.0]
    count, left, width = len(widths), item.x, max(widths)
    if item.width:
        count = (
            count if item.one_line else sum(max(math.ceil(each / item.width - 0.01), 1) for each in widths)
        )
        width = item.width
    elif item.align != "left":
        left -= width if item.align == "right" else width / 2
    return Rect(left, item.y, left + width, item.y + (count - 1) * (item.leading or em * 1.5) + em)


def _natural(line: str) -> float:
    """Width in em: the shipped fonts have full and half width characters only."""
    return sum(1.0 if unicodedata.east_asian_width(each) in "WFA" else 0.5 for each in line)


def _is_open(text: str) -> bool:
    """Whether the job fills something in."""
    return "{{" in text or "{%" in text
