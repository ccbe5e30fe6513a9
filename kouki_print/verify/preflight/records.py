"""Items 40 to 44: the tree of records (DPart) of a PDF/VT file, and what it tells of each record."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Generator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pikepdf

from kouki_print.base.pdf_text import Ref
from kouki_print.verify.preflight.items import Finding
from kouki_print.verify.preflight.pagetree import PageTree
from kouki_print.verify.preflight.source import Source, entries, items_of, name, place, references

_XML_NAME = re.compile(r"/[^\W\d][\w.\-]*")
_OURS = frozenset({"/Lot", "/Number", "/Rec", "/Seq", "/Key"})
_KEY = re.compile(r"[A-Za-z0-9-]+")
_DEEPEST = 20


@dataclass(slots=True)
class Records:
    """Walks the record tree once its pages are known; ``people`` are texts that must not stand in it."""

    source: Source
    tree: PageTree
    people: Collection[str]
    _latin: tuple[str, ...] = ()
    #: Of each object number the page that it is (from 1; 0: no page).
    _pages: array[int] = field(default_factory=lambda: array("i"))
    _next: int = 1

    def check(self) -> Iterator[Finding]:
        """Items 40 to 44."""
        root = self.source.root.get("/DPartRoot")
        if not isinstance(root, pikepdf.Dictionary) or not root.is_indirect:
            yield Finding(40, 0, "カタログ", "記録の木の根（/DPartRoot）がないか、間接参照ではありません")
            return
        top = root.get("/DPartRootNode")
        if not isinstance(top, pikepdf.Dictionary) or not top.is_indirect:
            yield Finding(40, 0, place(root), "/DPartRootNode がないか、間接参照ではありません")
            return
        self._pages = array("i", bytes(4 * self.source.size))
        for number, page in enumerate(self.tree.numbers, 1):
            self._pages[page] = number
        self._latin = tuple(text for text in self.people if text.isascii())  # others are in no ASCII value
        names, where = items_of(root.get("/NodeNameList")), place(root)
        level = root.get("/RecordLevel")
        start = top.objgen, root.objgen
        del root, top
        deepest = yield from self._walk(*start)
        if len(names) != deepest + 1 or not all(_XML_NAME.fullmatch(name(each) or "") for each in names):
            what = f"段の名前（/NodeNameList）が段ごとに一つ（{deepest + 1}個）ではありません"
            yield Finding(40, 0, where, what)
        if not isinstance(level, int) or isinstance(level, bool) or not 0 <= level <= deepest:
            yield Finding(40, 0, where, f"記録の段（/RecordLevel）が 0 から {deepest} の整数ではありません")
        if self._next <= len(self.tree.numbers):
            yield Finding(42, self._next, "", "このページから後が、どの記録にも入っていません")

    def _walk(self, top: Ref, root: Ref) -> Generator[Finding, None, int]:
        """All nodes in order; the deepest level is given back."""
        stack = [(top, root, 0)]
        seen = bytearray(self.source.size)
        deepest = 0
        while stack:
            ref, parent, level = stack.pop()
            where = "{} {} R".format(*ref)
            if ref[0] >= len(seen) or seen[ref[0]] or level > _DEEPEST:
                yield Finding(41, 0, where, "記録の節が二か所から指されているか、木が深すぎます")
                continue
            seen[ref[0]] = 1
            node = self.source.get(ref)
            if not isinstance(node, pikepdf.Dictionary):
                yield Finding(41, 0, where, "記録の節（DPart）ではないものを指しています")
                continue
            deepest = max(deepest, level)
            if getattr(node.get("/Parent"), "objgen", None) != parent:
                yield Finding(41, 0, where, "親（/Parent）が違います")
            if ("/DParts" in node) == ("/Start" in node):
                both = "両方あります" if "/Start" in node else "どちらもありません"
                yield Finding(41, 0, where, f"/DParts と /Start が{both}（一つだけにします）")
            if "/DPM" in node:
                yield from self._told(node.get("/DPM"), where)
            below, flat = _below(node.get("/DParts"))
            if flat:
                yield Finding(41, 0, where, "/DParts が、間接参照の配列の配列ではありません")
            stack += [(kid, ref, level + 1) for kid in reversed(below)]
            if "/Start" in node:
                yield from self._leaf(node, ref[0], where)
            self.source.rest(2)
        return deepest

    def _leaf(self, leaf: Any, number: int, where: str) -> Iterator[Finding]:
        """Items 42 and 43: the pages of a record follow those before it, and each of them points back."""
        first = self._page(leaf.get("/Start"))
        last = self._page(leaf.get("/End")) if "/End" in leaf else first
        if not first or last < first:
            yield Finding(42, 0, where, "記録の最初・最後のページ（/Start、/End）が正しくありません")
            return
        if first > self._next:
            yield Finding(
                42,
                self._next,
                where,
                f"{self._next}ページから{first - 1}ページが、どの記録にも入っていません",
            )
        elif first < self._next:
            yield Finding(42, first, where, "ページの順が前後しているか、二つの記録に入っています")
        self._next = max(self._next, last + 1)
        for page in range(first, last + 1):
            own = self.tree.leaves[page - 1]
            if own != number:
                what = "別の記録を指しています" if own else "ありません"
                yield Finding(43, page, where, f"ページから記録への参照（/DPart）が{what}")

    def _page(self, value: Any) -> int:
        number = value.objgen[0] if isinstance(value, pikepdf.Object) else 0
        return self._pages[number] if number < len(self._pages) else 0

    def _told(self, told: Any, where: str) -> Iterator[Finding]:
        """Item 44: what is told of a record is plain values, and nothing of a person."""
        if not isinstance(told, pikepdf.Dictionary):
            yield Finding(44, 0, where, "記録の情報（/DPM）が辞書ではありません")
            return
        todo: list[tuple[str, Any]] = list(entries(told).items())
        while todo:
            key, value = todo.pop()
            if not _XML_NAME.fullmatch(key):
                yield Finding(44, 0, where, f"項目の名前 {key} はXMLの名前になりません")
            elif key not in _OURS:
                yield Finding(44, 0, where, f"連番と番号のほかの項目 {key} があります", house=True)
            if isinstance(value, pikepdf.Name):
                yield Finding(44, 0, where, f"項目 {key} の値が名前（/…）です", house=True)
            elif isinstance(value, pikepdf.String):
                yield from self._personal(key, str(value), where)
            elif isinstance(value, pikepdf.Dictionary):
                todo += entries(value).items()
            elif isinstance(value, pikepdf.Array):
                todo += [(key, each) for each in value]
            elif not isinstance(value, bool | int | float | Decimal):
                yield Finding(44, 0, where, f"項目 {key} の値の種類が使えません")

    def _personal(self, key: str, value: str, where: str) -> Iterator[Finding]:
        # The value itself is not repeated: it may be somebody's name.
        if any(text in value for text in (self._latin if value.isascii() else self.people)):
            yield Finding(44, 0, where, f"項目 {key} に個人の情報が入っています")
        elif key in _OURS and not _KEY.fullmatch(value):
            yield Finding(44, 0, where, f"項目 {key} に番号でない文字が入っています", house=True)


def _below(value: Any) -> tuple[list[Ref], bool]:
    """The nodes below one, and whether they stand otherwise than as an array of arrays of references."""
    if value is None:
        return [], False
    if not isinstance(value, pikepdf.Array):
        return [], True
    kids: list[Ref] = []
    flat = len(value) == 0
    for each in value:
        if isinstance(each, pikepdf.Array):
            own = references(each)
            flat = flat or not own or len(own) != len(each)
            kids += own
        else:
            flat = True
            kids += [each.objgen] if isinstance(each, pikepdf.Object) and each.is_indirect else []
    return kids, flat
