"""Drawings of the work order: the press sheet from both sides, and the sheet folded into the window.

Each is drawn to scale from the same mm as the print files.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm as MM
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from kouki_print.handover.report_pdf import BOLD, INK, LINE, REGULAR, WIDTH, drawable, fitted
from kouki_print.handover.work_facts import (
    Box,
    DocumentFacts,
    EnvelopeFacts,
    MachineFacts,
    Press,
    Slot,
    by_mm,
    mm,
)

CUT, SEEN, FOLD = HexColor(0xB3261E), HexColor(0x2E7D32), HexColor(0x1F5FA8)
PAPER, CODE, STRIP = HexColor(0xFFFFFF), HexColor(0xBDBDBD), HexColor(0xFFF3C4)
GRIPPER, WORDS = HexColor(0xF3C9C5), HexColor(0x5B9BD5)
_ROOM = 11.0 * MM  # around a drawing for its measures
_HEAD = 5.0 * MM  # above it for its name
_SIZE = 6.5


@dataclass(frozen=True, slots=True)
class View:
    """A part of the page in the mm of what is drawn there: from its top left corner, downwards."""

    canvas: Any
    left: float
    top: float
    scale: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A place in points of the page."""
        return self.left + x * self.scale, self.top - y * self.scale

    def box(
        self, box: Box, *, line: Color | None = INK, fill: Color | None = None, weight: float = 0.6
    ) -> None:
        """A rectangle."""
        x, y = self.at(box.x, box.y + box.height)
        self.canvas.setLineWidth(weight)
        if line is not None:
            self.canvas.setStrokeColor(line)
        if fill is not None:
            self.canvas.setFillColor(fill)
        size = box.width * self.scale, box.height * self.scale
        self.canvas.rect(x, y, *size, stroke=int(line is not None), fill=int(fill is not None))

    def line(
        self, start: tuple[float, float], end: tuple[float, float], colour: Color, weight: float
    ) -> None:
        """A straight line."""
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(weight)
        self.canvas.line(*self.at(*start), *self.at(*end))

    def text(
        self, x: float, y: float, words: str, room: float, *, size: float = _SIZE, colour: Color = INK,
        font: str = REGULAR, shift: float = 0,
    ) -> None:  # fmt: skip
        """Words around a place, made smaller until they take no more than ``room`` points."""
        told, fit = fitted(drawable(words), room, size, font)
        across, up = self.at(x, y)
        self.canvas.setFillColor(colour)
        self.canvas.setFont(font, fit)
        self.canvas.drawCentredString(across, up - fit * 0.35 + shift, told)

    def across(self, x1: float, x2: float, y: float, words: str, *, below: float) -> None:
        """A measure from left to right, ``below`` points under the height ``y``."""
        (left, base), (right, _) = self.at(x1, y), self.at(x2, y)
        self._measure(left, base - below, right, base - below)
        told, fit = fitted(words, max(right - left, 30), _SIZE)
        self.canvas.setFont(REGULAR, fit)
        self.canvas.drawCentredString((left + right) / 2, base - below - fit - 0.5, told)

    def down(self, y1: float, y2: float, x: float, words: str, *, beside: float) -> None:
        """A measure from top to bottom, ``beside`` points left of ``x``; its words are turned if they have room."""
        (left, top), (_, bottom) = self.at(x, y1), self.at(x, y2)
        self._measure(left - beside, top, left - beside, bottom)
        wide = stringWidth(words, REGULAR, _SIZE)
        middle = (top + bottom) / 2
        self.canvas.saveState()
        if wide + 5 < top - bottom:
            self.canvas.translate(left - beside - 2, middle)
            self.canvas.rotate(90)
        else:
            self.canvas.translate(left - beside - 3 - wide / 2, middle - _SIZE * 0.35)
        self.canvas.setFont(REGULAR, _SIZE)
        self.canvas.drawCentredString(0, 0, words)
        self.canvas.restoreState()

    def _measure(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """The line of a measure with a tick at each end."""
        self.canvas.setStrokeColor(LINE)
        self.canvas.setFillColor(INK)
        self.canvas.setLineWidth(0.5)
        self.canvas.line(x1, y1, x2, y2)
        across, up = (0, 1.8) if y1 == y2 else (1.8, 0)
        for x, y in ((x1, y1), (x2, y2)):
            self.canvas.line(x - across, y - up, x + across, y + up)


class PressDrawing(Flowable):  # type: ignore[misc]
    """The press sheet as seen from the front, and from the back after turning."""

    def __init__(self, press: Press, tallest: float = 78 * MM) -> None:
        super().__init__()
        self.press = press
        self.sides = [("表", press.front), *([("裏（返した後）", press.back)] if press.back else [])]
        self.share = WIDTH / 2
        width, height = press.size
        self.scale = min((self.share - 1.5 * _ROOM) / width, tallest / height)
        self.width, self.height = WIDTH, height * self.scale + _HEAD + _ROOM

    def wrap(self, *_: float) -> tuple[float, float]:
        """Its size."""
        return self.width, self.height

    def draw(self) -> None:
        """Both sides beside each other."""
        for at, (name, slots) in enumerate(self.sides):
            free = self.share - self.press.size[0] * self.scale
            view = View(
                self.canv, at * self.share + max(free / 2, 1.2 * _ROOM), self.height - _HEAD, self.scale
            )
            self._side(view, name, slots, self.press.sheet_lines[at], front=at == 0)

    def _side(self, view: View, name: str, slots: Sequence[Slot], words: Box | None, *, front: bool) -> None:
        width, height = self.press.size
        view.text(width / 2, 0, name, 120, size=8, font=BOLD, shift=8)
        view.box(Box(0, 0, width, height), fill=PAPER, weight=1)
        if self.press.gripper_mm:
            self._gripper(view)
        for slot in slots:
            _slot(view, slot, self.press.finished)
        if words is not None:
            view.box(words, line=None, fill=WORDS)
        first = min((slot.box for slot in slots), key=lambda box: (box.y, box.x))
        view.across(0, width, height, mm(width), below=16)
        view.across(0, first.x, height, mm(first.x), below=5)
        view.across(first.x, first.x + first.width, height, mm(first.width), below=5)
        view.down(0, height, 0, mm(height), beside=20)
        view.down(0, first.y, 0, mm(first.y), beside=5)
        view.down(first.y, first.y + first.height, 0, mm(first.height), beside=5)
        if front:
            _gaps(view, [slot.box for slot in slots], first, height)

    def _gripper(self, view: View) -> None:
        """The edge that the press holds."""
        width, height = self.press.size
        deep = self.press.gripper_mm
        box = {
            "top": Box(0, 0, width, deep),
            "bottom": Box(0, height - deep, width, deep),
            "left": Box(0, 0, deep, height),
            "right": Box(width - deep, 0, deep, height),
        }[self.press.gripper_edge]
        view.box(box, line=None, fill=GRIPPER)


def _slot(view: View, slot: Slot, finished: tuple[float, float]) -> None:
    """A slot: its trim, its head (天), and what it is."""
    x, y, width, height = slot.box
    view.box(slot.box, line=CUT, fill=HexColor(0xF7F9FB), weight=0.7)
    room = width * view.scale - 4
    middle = x + width / 2, y + height / 2
    view.text(*middle, slot.label, room, size=9, font=BOLD, shift=7)
    told = [f"仕上がり {by_mm(finished)}", by_mm(finished), mm(finished[0]), ""]
    fitting = next(words for words in told if stringWidth(words, REGULAR, _SIZE) * 0.8 <= room)
    view.text(*middle, fitting, room, shift=-5)
    deep = 0.07 * min(width, height)
    head = {
        0: (middle[0], y + deep),
        90: (x + width - deep, middle[1]),
        180: (middle[0], y + height - deep),
        270: (x + deep, middle[1]),
    }[slot.rotation]
    view.text(*head, "▲天" if slot.rotation == 0 else "天", room, size=6.5, colour=FOLD)


def _gaps(view: View, boxes: Sequence[Box], first: Box, height: float) -> None:
    """The way from the first slot to its neighbours, where there are any."""
    beside = [box.x for box in boxes if box.y == first.y and box.x > first.x]
    under = [box.y for box in boxes if box.x == first.x and box.y > first.y]
    if beside:
        start, end = first.x + first.width, min(beside)
        view.across(start, end, height, mm(end - start), below=5)
    if under:
        start, end = first.y + first.height, min(under)
        view.down(start, end, 0, mm(end - start), beside=5)


class FoldDrawing(Flowable):  # type: ignore[misc]
    """Sheets with folds, perforations, code and the part that the window shows; then the envelope itself."""

    def __init__(
        self,
        documents: Sequence[tuple[DocumentFacts, str]],
        finished: tuple[float, float],
        machine: MachineFacts,
        envelope: EnvelopeFacts | None,
        tallest: float = 62 * MM,
    ) -> None:
        super().__init__()
        self.documents, self.finished, self.machine, self.envelope = documents, finished, machine, envelope
        self.parts = len(documents) + (1 if envelope else 0)
        self.share = WIDTH / max(self.parts, 2)
        self.scale = min((self.share - 2 * _ROOM) / finished[0], tallest / finished[1])
        self.width, self.height = WIDTH, finished[1] * self.scale + _HEAD + _ROOM

    def wrap(self, *_: float) -> tuple[float, float]:
        """Its size."""
        return self.width, self.height

    def draw(self) -> None:
        """The sheets from left to right, then the envelope."""
        top = self.height - _HEAD
        for at, (document, name) in enumerate(self.documents):
            free = self.share - self.finished[0] * self.scale
            self._sheet(View(self.canv, at * self.share + free / 2, top, self.scale), document, name)
        if self.envelope is not None:
            width = self.envelope.size[0]
            scale = min(self.scale * 1.2, (self.share - _ROOM) / width)
            left = (self.parts - 1) * self.share + (self.share - width * scale) / 2 + _ROOM / 4
            panel = next((each.panel for each, _ in self.documents if each.panel is not None), None)
            _envelope(View(self.canv, left, top, scale), self.envelope, panel, self.share - 4)

    def _sheet(self, view: View, document: DocumentFacts, name: str) -> None:
        width, height = self.finished
        view.text(width / 2, 0, name, self.share - 6, size=7.5, font=BOLD, shift=7)
        view.box(Box(0, 0, width, height), fill=PAPER, weight=0.9)
        if document.seen_ever is not None:
            self.canv.setDash(1.5, 1.5)
            view.box(document.seen_ever, line=SEEN, weight=0.5)
            self.canv.setDash()
        if document.seen is not None:
            view.box(document.seen, line=SEEN, fill=HexColor(0xE3F1E4), weight=0.9)
            x, y, wide, deep = document.seen
            view.text(x + wide / 2, y + deep / 2, "窓", wide * view.scale, colour=SEEN, font=BOLD)
        if document.code_front is not None:
            view.box(document.code_front, line=INK, fill=CODE, weight=0.5)
        if self.machine.strip is not None:
            view.box(self.machine.strip, line=LINE, fill=STRIP, weight=0.4)
        for box in self.machine.marks:
            view.box(box, line=None, fill=INK)
        self.canv.setDash(1, 1.5)
        for box in document.perforations:
            view.box(box, line=CUT, weight=0.8)
        self.canv.setDash(4, 2)
        for y in document.folds_y:
            view.line((0, y), (width, y), FOLD, 0.9)
        for x in document.folds_x:
            view.line((x, 0), (x, height), FOLD, 0.9)
        self.canv.setDash()
        for box in (each for each in document.perforations if each.width and each.height):
            words = f"{mm(box.width)}×{mm(box.height)}"
            room = box.width * view.scale - 2
            view.text(box.x + box.width / 2, box.y + box.height / 2, words, max(room, 20), size=6, colour=CUT)
        stops = [0.0, *document.folds_y, height]
        for start, end in pairwise(stops):
            view.down(start, end, 0, mm(end - start), beside=5)
        across = [0.0, *document.folds_x, width]
        for start, end in pairwise(across):
            view.across(start, end, height, mm(end - start), below=5)


def _envelope(view: View, envelope: EnvelopeFacts, panel: Box | None, room: float) -> None:
    """The address side with its window, and the folded sheet behind it."""
    width, height = envelope.size
    view.text(width / 2, 0, envelope.name, room, size=7.5, font=BOLD, shift=7)
    view.box(Box(0, 0, width, height), fill=HexColor(0xFBF6E9), weight=0.9)
    if panel is not None:
        left, top = ((outer - inner) / 2 for outer, inner in zip(envelope.size, envelope.inner, strict=True))
        view.canvas.setDash(2, 2)
        view.box(Box(left, top, panel.width, panel.height), line=LINE, fill=PAPER)
        view.canvas.setDash()
        view.text(left + panel.width * 0.75, top + panel.height * 0.85, "折った用紙", 60, size=6)
    window = envelope.window
    view.box(window, line=SEEN, fill=HexColor(0xE3F1E4), weight=1)
    middle = window.x + window.width / 2, window.y + window.height / 2
    view.text(
        *middle, f"窓 {by_mm((window.width, window.height))}", window.width * view.scale - 2, colour=SEEN
    )
    view.across(0, width, height, mm(width), below=5)
    view.down(0, height, 0, mm(height), beside=5)
    place = f"窓の左上 {mm(window.x)}・{mm(window.y)}"
    view.text(width / 2, height, place, room, size=6, shift=-18)
