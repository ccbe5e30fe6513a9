"""Fonts, graphics and content of the pages (items 28 to 38).

What pages share is looked at once: resources by object number, a stream by its number and the state in
which it begins.  Only plain values are kept, no objects of the file: they would keep it in memory.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pikepdf

from kouki_print.verify.preflight.colours import DEVICE, DEVICES, Painted, Rules, Separations, Space
from kouki_print.verify.preflight.fonts import FontInfo
from kouki_print.verify.preflight.graphics import (
    StateChange,
    filter_faults,
    group_faults,
    stream_faults,
)
from kouki_print.verify.preflight.items import Finding, Standard
from kouki_print.verify.preflight.resources import BROKEN, Entry, Names, Reader
from kouki_print.verify.preflight.scan import Scan
from kouki_print.verify.preflight.state import Start, State
from kouki_print.verify.preflight.tokens import Operand, is_mask

_KEPT = 4096  # results of streams; those that pages share come again before the memory is emptied
_HIGHEST = 50  # nodes above a page
_CONTENT = "内容"
_UNREADABLE = Finding(30, 0, _CONTENT, "読めません（壊れています）")
_LOOP = Finding(30, 0, _CONTENT, "自分自身を描いています")

Scanned = tuple[Start, tuple[Finding, ...]]


class ContentCheck:
    """Items 28 to 38 of one file, page by page.

    ``house``: the file is ours, so our own rules hold in full.  ``spots``: the named inks that the job
    prints with; None: not known.
    """

    def __init__(
        self, pdf: pikepdf.Pdf, standard: Standard, *, house: bool, spots: Collection[str] | None = None
    ) -> None:
        device = _press_colour(pdf)
        self._standard, self._house = standard, house
        self._rules = {strict: Rules(standard, device, strict) for strict in (False, True)}
        self._separations = Separations(spots if house else None)
        self._reader = Reader(standard, self._separations, self._inner)
        self._memo: dict[Hashable, Scanned] = {}
        self._paints: dict[tuple[bool, Painted], tuple[Finding, ...]] = {}
        self._active: set[tuple[int, int]] = set()

    def separations(self) -> dict[str, str]:
        """Name of each separation and a digest of what it is made of, to compare over the files of a job."""
        return dict(self._separations.digests)

    def page(self, number: int, page: Any) -> Iterator[Finding]:
        """What is wrong on a page (from 1).

        What stands ready in its resources, and is not used by then, is told once and as page 0.
        """
        resources, owner = _inherited(page)
        names = self._names(resources, owner, self._house)
        found = dict.fromkeys(group_faults(page, self._standard, "ページ"))
        for space in self._group_space(page, resources):
            found.update(dict.fromkeys(self._rules[self._house].of_space(space, "ページ", names.replaced)))
        place = _Place(self, names, resources, self._house)
        found.update(dict.fromkeys(self._content(page.get("/Contents"), place)))
        for fault in found:
            yield replace(fault, page=number)
        for entry, own_names, strict in self._reader.unused():
            for fault in entry.found(self._rules[strict], own_names.replaced):
                if strict == self._house or not fault.house:  # our own rules are not for artwork in our files
                    yield fault

    def _names(self, resources: Any, owner: Any, strict: bool) -> Names:
        try:
            return self._reader.names(resources, owner, strict=strict)
        except BROKEN:
            return Names()

    def _group_space(self, owner: Any, resources: Any) -> tuple[Space, ...]:
        try:
            return self._reader.group_space(owner, resources, "ページ")
        except BROKEN:
            return ()

    def _content(self, contents: Any, place: _Place) -> Iterable[Finding]:
        """Findings of a page's streams, which are one content cut between tokens."""
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        if contents is None:
            return ()
        if not all(isinstance(stream, pikepdf.Stream) for stream in streams):
            return (Finding(30, 0, _CONTENT, "内容のストリームがありません"),)
        found: list[Finding] = []
        start = Start()
        try:
            for stream in streams:
                start, faults = self._stream(stream, start, place)
                found += faults
        except BROKEN:  # cut within a token: seen as a whole it may be right
            return self._joined(streams, place)
        return [*found, *_still_open(start)]

    def _joined(self, streams: list[Any], place: _Place) -> Iterable[Finding]:
        found: list[Finding] = []
        try:
            for stream in streams:
                found += stream_faults(stream, self._standard, _CONTENT)
            end, faults = place.scan(b"\n".join(stream.read_bytes() for stream in streams), Start())
        except BROKEN:
            return [*found, _UNREADABLE]
        return [*found, *faults, *_still_open(end)]

    def _stream(self, stream: Any, start: Start, place: _Place) -> Scanned:
        key = (stream.objgen, start, place.names, place.strict)
        known = self._memo.get(key)
        if known is None:
            faults = tuple(stream_faults(stream, self._standard, _CONTENT))
            end, found = place.scan(stream.read_bytes(), start)
            known = self._remember(key, (end, (*faults, *found)))
        return known

    def _remember(self, key: Hashable, scanned: Scanned) -> Scanned:
        if len(self._memo) >= _KEPT:
            self._memo.clear()
        self._memo[key] = scanned
        return scanned

    def form(self, form: Any, label: str, resources: Any, state: State, *, strict: bool) -> Iterable[Finding]:
        """Findings of a form's content, drawn in a state; ``resources`` are those it falls back on."""
        own = form.get("/Resources")
        names = self._names(resources if own is None else own, form, strict)
        place = _Place(self, names, resources if own is None else own, strict)
        if form.objgen in self._active:
            return (replace(_LOOP, object=label),)
        self._active.add(form.objgen)
        try:
            end, found = self._stream(form, Start(state), place)
            faults = [*found, *_still_open(end)]
        except BROKEN:
            faults = [_UNREADABLE]
        finally:
            self._active.discard(form.objgen)
        return [replace(fault, object=f"{label} の {fault.object}") for fault in faults]

    def _inner(self, stream: Any, label: str, resources: Any, strict: bool) -> Iterable[Finding]:
        return self.form(stream, label, resources, State(), strict=strict)

    def painted(self, painted: Painted, *, strict: bool) -> tuple[Finding, ...]:
        """Item 34 of one way to paint."""
        known = self._paints.get((strict, painted))
        if known is None:
            known = self._paints[strict, painted] = tuple(self._rules[strict].of_paint(painted))
        return known

    def rules(self, *, strict: bool) -> Rules:
        return self._rules[strict]

    def inline(self, image: dict[bytes, Operand], names: Names, *, strict: bool) -> Iterator[Finding]:
        """Items 32 and 38 of an inline image."""
        where = "埋め込み画像（BI）"
        filters = image.get(b"F", image.get(b"Filter", []))
        yield from filter_faults(
            map(_text, filters if isinstance(filters, list) else [filters]), self._standard, where
        )
        space = image.get(b"CS", image.get(b"ColorSpace"))
        if space is not None and not is_mask(image):
            base = space[1] if isinstance(space, list) else space  # an array is always Indexed
            found = self._reader.inline_space(_text(base), names)
            yield from (*found.faults, *self._rules[strict].of_space(found, where, names.replaced))


@dataclass(slots=True)
class _Place:
    """Where content is scanned: its resources, and whether our own rules hold."""

    check: ContentCheck
    names: Names
    resources: Any
    strict: bool
    found: dict[Finding, None] = field(default_factory=dict)

    def scan(self, data: bytes, start: Start) -> Scanned:
        """Where a stream ends, and what is wrong in it or in what it uses."""
        self.found = {}
        scan = Scan(self, self.strict, self.found)
        end = scan.run(data, start)
        return end, tuple(self.found)

    def font(self, name: str) -> FontInfo | None:
        entry = self._use("/Font", name)
        return entry.value if entry is not None and isinstance(entry.value, FontInfo) else None

    def state(self, name: str) -> StateChange | None:
        entry = self._use("/ExtGState", name)
        return entry.value if entry is not None and isinstance(entry.value, StateChange) else None

    def space(self, name: str) -> Space | None:
        if name in DEVICES:
            self._add(self.device(DEVICES[name], "cs"))
            return DEVICES[name]
        entry = self._use("/ColorSpace", name)
        return entry.value if entry is not None and isinstance(entry.value, Space) else None

    def named(self, kind: str, name: str) -> bool:
        return self._use(f"/{kind}", name) is not None

    def draw(self, name: str, state: State) -> str | None:
        entry = self._use("/XObject", name)
        if entry is None:
            return None
        if entry.value == "form":
            strict = self.strict and not entry.foreign
            form = self.resources["/XObject"][f"/{name}"]
            faults = self.check.form(form, entry.label, self.resources, state, strict=strict)
            self._add(fault for fault in faults if not (entry.foreign and fault.house))
        return str(entry.value)

    def paint(self, painted: Painted) -> Iterable[Finding]:
        return self.check.painted(painted, strict=self.strict)

    def device(self, space: Space, operator: str) -> Iterable[Finding]:
        rules = self.check.rules(strict=self.strict)
        named = operator not in ("k", "K")
        return rules.of_space(space, f"演算子 {operator}", self.names.replaced, named=named)

    def inline(self, image: dict[bytes, Operand]) -> Iterable[Finding]:
        return self.check.inline(image, self.names, strict=self.strict)

    def _use(self, kind: str, name: str) -> Entry | None:
        entry = self.names.entries.get((kind, f"/{name}"))
        if entry is not None:
            entry.used = True
            self._add(entry.found(self.check.rules(strict=self.strict), self.names.replaced))
        return entry

    def _add(self, faults: Iterable[Finding]) -> None:
        self.found.update(dict.fromkeys(faults))


def _press_colour(pdf: pikepdf.Pdf) -> str:
    """The device space of the output intent; CMYK when the file does not tell."""
    try:
        for intent in pdf.Root.get("/OutputIntents", []):
            if str(intent.get("/S")) == "/GTS_PDFX":
                return DEVICE.get(int(intent["/DestOutputProfile"]["/N"]), "DeviceCMYK")
    except BROKEN:  # the output intent has items of its own
        pass
    return "DeviceCMYK"


def _inherited(page: Any) -> tuple[Any, Any]:
    """The resources of a page, and the page or the node above it that they stand in."""
    node = page
    for _ in range(_HIGHEST):
        if not isinstance(node, pikepdf.Dictionary):
            break
        if "/Resources" in node:
            return node["/Resources"], node
        node = node.get("/Parent")
    return None, page


def _still_open(end: Start) -> Iterator[Finding]:
    """What must not be open at the end of a whole content."""
    if end.saved or end.in_text or end.marked:
        yield Finding(30, 0, _CONTENT, "q・BT・BDCが閉じていません", house=True)
    if end.operands:
        yield Finding(30, 0, _CONTENT, "最後の値に演算子がありません", house=True)


def _text(value: Operand) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
