"""Items 23 to 27 and 43, page by page: boxes, sizes, annotations, actions, the way to the record.

The pages of our files differ in nothing but what they point to, so a page is judged by its text
without those references, and pages of one text are judged once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from kouki_print.base.pdf_text import Ref
from kouki_print.verify.preflight.items import Finding
from kouki_print.verify.preflight.pagetree import PageAt, PageTree
from kouki_print.verify.preflight.source import (
    entries,
    entry,
    is_number,
    items_of,
    name,
    place,
    text_of,
)

Box = tuple[float, float, float, float]
Size = tuple[float, float]

_MM = 72 / 25.4
_NEAR = 0.001  # points: boxes inside each other
_SAME = 0.01 * _MM  # sizes
_BLEED = 3 * _MM
_OWN = re.compile(rb"/Contents (?:\[[ 0-9R]*\]|\d+ \d+ R)|/(?:DPart|Parent) \d+ \d+ R")
_LEAF = re.compile(rb"/DPart (\d+) \d+ R")
_CLEAR = frozenset({"/PrinterMark", "/TrapNet"})
_BOXES = {
    "/MediaBox": "用紙枠",
    "/CropBox": "トリミング枠",
    "/BleedBox": "裁ち落とし枠",
    "/TrimBox": "仕上がり枠",
    "/ArtBox": "アート枠",
}

Fault = tuple[int, str, str, bool]  # item, object, what, house only


@dataclass(slots=True)
class PageChecks:
    """What is wrong with each page; ``size`` is the trim that the job asks for (None: that of page 1)."""

    tree: PageTree
    size: Size | None = None
    _shapes: dict[bytes, tuple[Fault, ...]] = field(default_factory=dict)
    _above: tuple[Ref, ...] = ()

    def page(self, at: PageAt) -> Iterator[Finding]:
        """Items 23 to 27 of one page; notes to which leaf of the record tree it points."""
        whole = text_of(at.page)
        leaf = _LEAF.search(whole)
        self.tree.leaves.append(int(leaf.group(1)) if leaf else 0)
        if at.above != self._above:
            self._shapes, self._above = {}, at.above
        shape = _OWN.sub(b"", whole)
        faults = self._shapes.get(shape)
        if faults is None:
            faults = self._shapes[shape] = tuple(self._faults(at))
        for item, where, what, house in faults:
            yield Finding(item, at.number, where or "{} {} R".format(*at.ref), what, house)

    def _faults(self, at: PageAt) -> Iterator[Fault]:
        boxes = {key: box_of(at.page.get(key)) for key in _BOXES if key in at.page}
        for key in ("/MediaBox", "/CropBox"):  # the two that a page may inherit
            value = self.tree.inherited(at, key)
            if value is not None:
                boxes[key] = box_of(value)
        for key, box in boxes.items():
            if box is None:
                yield 23, "", f"{_BOXES[key]}（{key}）が四つの数ではありません", False
        right = {key: box for key, box in boxes.items() if box is not None}
        if "/MediaBox" not in boxes:
            yield 23, "", "用紙枠（/MediaBox）がありません", False
        if ("/TrimBox" in boxes) == ("/ArtBox" in boxes):
            both = "両方あります" if "/TrimBox" in boxes else "どちらもありません"
            yield 23, "", f"仕上がり枠（/TrimBox）とアート枠（/ArtBox）が{both}（一つだけにします）", False
        yield from _nested(right)
        yield from self._sizes(at, right)
        yield from _annotations(at.page, right.get("/BleedBox") or right.get("/TrimBox"))

    def _sizes(self, at: PageAt, boxes: dict[str, Box]) -> Iterator[Fault]:
        trim, bleed = boxes.get("/TrimBox") or boxes.get("/ArtBox"), boxes.get("/BleedBox")
        if trim is not None:
            own = (trim[2] - trim[0], trim[3] - trim[1])
            self.size = self.size or own
            if any(abs(one - wanted) > _SAME for one, wanted in zip(own, self.size, strict=True)):
                what = f"仕上がり寸法が {_millimetres(own)} です（ほかのページ・指定は {_millimetres(self.size)}）"
                yield 25, "", what, True
            # A press sheet is its own trim and bleed: what is cut off lies inside it.
            if bleed is not None and trim != boxes.get("/MediaBox"):
                edges = [abs(one - other) for one, other in zip(trim, bleed, strict=True)]
                if any(abs(edge - _BLEED) > _SAME for edge in edges):
                    yield 25, "", "裁ち落とし枠が仕上がり枠の3mm外側ではありません", True
        if self.tree.inherited(at, "/Rotate"):
            yield 25, "", "ページが回転しています（/Rotate）", True
        if "/UserUnit" in at.page:
            yield 25, "", "単位が変えられています（/UserUnit）", True


def _nested(boxes: dict[str, Box]) -> Iterator[Fault]:
    """Item 24: trim within bleed within media, no crop."""
    finished = "/TrimBox" if "/TrimBox" in boxes else "/ArtBox"
    order = [key for key in (finished, "/BleedBox", "/MediaBox") if key in boxes]
    for inner, outer in pairwise(order):
        if not _inside(boxes[inner], boxes[outer]):
            yield 24, "", f"{_BOXES[inner]}が{_BOXES[outer]}からはみ出しています", False
    if "/BleedBox" not in boxes:
        yield 24, "", "裁ち落とし枠（/BleedBox）がありません", True
    if "/CropBox" in boxes:
        yield 24, "", "トリミング枠（/CropBox）があります", True


def _annotations(page: Any, kept_clear: Box | None) -> Iterator[Fault]:
    """Items 26 and 27: what lies on the page as an annotation, and what it would do."""
    if "/AA" in page:
        yield 27, "", "ページに動作（/AA）があります", False
    if "/Annots" in page:
        yield 26, "", "注釈（/Annots）があります", True
    for each in items_of(page.get("/Annots")):
        kind = name(entry(each, "/Subtype")) or "種類なし"
        if any(key in entries(each) for key in ("/A", "/AA")):
            yield 27, place(each), f"注釈（{kind}）に動作があります", False
        box = box_of(entry(each, "/Rect"))
        if kind not in _CLEAR and (box is None or kept_clear is None or _overlap(box, kept_clear)):
            yield 26, place(each), f"注釈（{kind}）が裁ち落とし枠の内側にあります", False


def box_of(value: Any) -> Box | None:
    """Four numbers, left bottom right top; None when it is not that."""
    numbers = items_of(value)
    if len(numbers) != 4 or not all(map(is_number, numbers)):
        return None
    x0, y0, x1, y1 = map(float, numbers)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _inside(inner: Box, outer: Box) -> bool:
    return (
        inner[0] >= outer[0] - _NEAR
        and inner[1] >= outer[1] - _NEAR
        and inner[2] <= outer[2] + _NEAR
        and inner[3] <= outer[3] + _NEAR
    )


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _millimetres(size: Size) -> str:
    return "×".join(f"{each / _MM:.2f}" for each in size) + "mm"
