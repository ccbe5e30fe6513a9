"""The pages of a file in order, by number only: a tree of any size is walked in little memory."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from kouki_print.base.pdf_text import Ref
from kouki_print.verify.preflight.source import Source, entry, name, references

_DEEPEST = 50


@dataclass(frozen=True, slots=True)
class PageAt:
    """A page where it was met: its number from 1, and the nodes above it, from the root."""

    number: int
    ref: Ref
    page: Any
    above: tuple[Ref, ...]


@dataclass(slots=True)
class PageTree:
    """Walks the page tree once, and then knows which object is which page."""

    source: Source
    #: Object number of each page in order, and of the leaf of the record tree that it names (0: none).
    numbers: array[int] = field(default_factory=lambda: array("q"))
    leaves: array[int] = field(default_factory=lambda: array("q"))
    faults: list[tuple[str, str]] = field(default_factory=list)

    def walk(self) -> Iterator[PageAt]:
        """Every page; between two of them the file may be opened anew."""
        top = entry(self.source.root, "/Pages")
        if not isinstance(top, pikepdf.Dictionary) or not top.is_indirect:
            self.faults.append(("カタログ", "ページの木（/Pages）がありません"))
            return
        count = top.get("/Count")
        stack: list[tuple[Ref, tuple[Ref, ...]]] = [(top.objgen, ())]
        del top
        seen = bytearray(self.source.size)
        while stack:
            ref, above = stack.pop()
            where = f"{ref[0]} {ref[1]} R"
            if ref[0] >= len(seen) or seen[ref[0]] or len(above) > _DEEPEST:
                self.faults.append((where, "ページの木が自分自身か、無いものを指しています"))
                continue
            seen[ref[0]] = 1
            node = self.source.get(ref)
            kids = entry(node, "/Kids")
            if isinstance(kids, pikepdf.Array):
                stack += [(kid, (*above, ref)) for kid in reversed(references(kids))]
            elif isinstance(node, pikepdf.Dictionary) and name(node.get("/Type")) == "/Page":
                self.numbers.append(ref[0])
                yield PageAt(len(self.numbers), ref, node, above)
            else:
                self.faults.append((where, "ページの木に、ページでないものがあります"))
        if count != len(self.numbers):
            what = f"ページ数の記載（/Count）が {count} で、実際は {len(self.numbers)} です"
            self.faults.append(("ページの木", what))

    def inherited(self, at: PageAt, key: str) -> Any:
        """An attribute of a page, or of the nearest node above that has it."""
        value = at.page.get(key)
        for ref in reversed(at.above):
            if value is not None:
                return value
            value = entry(self.source.get(ref), key)
        return value
