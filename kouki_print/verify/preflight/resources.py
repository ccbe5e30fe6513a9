"""Resource dictionaries (7.8.3) as plain values: what each name stands for, and what is wrong with it.

A finding here has page 0 until :mod:`content` says on which page the thing is used.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from fontTools.ttLib import TTLibError

from kouki_print.verify.preflight.colours import DEVICE, DEVICES, Rules, Separations, Space, read_space
from kouki_print.verify.preflight.fonts import FontInfo, read_font
from kouki_print.verify.preflight.graphics import (
    StateChange,
    space_streams,
    state_change,
    state_faults,
    stream_faults,
    xobject_faults,
)
from kouki_print.verify.preflight.items import Finding, Standard

BROKEN = (
    pikepdf.PdfError, ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError,
    ValueError, struct.error, zlib.error, TTLibError,
)  # fmt: skip
"""What reading a damaged object may raise; never a reason to stop."""

_ITEM = {  # which item a resource of this kind breaks when it cannot be read
    "/Font": 28, "/ExtGState": 36, "/ColorSpace": 32, "/Pattern": 32, "/Shading": 32, "/XObject": 30,
    "/Properties": 30,
}  # fmt: skip
_ARTWORK = re.compile(r"/A\d+[fb]\Z")  # a designer's page in our own files: our own rules are not for it

# Scans a stream that is content of its own: stream, label, the resources it falls back on, and our own rules.
Inner = Callable[[Any, str, Any, bool], Iterable[Finding]]


@dataclass(slots=True, eq=False)
class Entry:
    """One resource: what a scan needs of it, its faults, and colour spaces that are judged where it is used."""

    label: str
    faults: tuple[Finding, ...] = ()
    value: FontInfo | StateChange | Space | str | None = None  # str: form, image or mask
    spaces: tuple[Space, ...] = ()
    foreign: bool = False
    used: bool = False

    def found(self, rules: Rules, replaced: frozenset[str]) -> Iterator[Finding]:
        """All that is wrong with it where device spaces are ``replaced`` by default spaces."""
        for fault in self.faults:
            if not (self.foreign and fault.house):
                yield fault
        for space in self.spaces:
            for fault in (*space.faults, *rules.of_space(space, self.label, replaced)):
                if not (self.foreign and fault.house):
                    yield fault


@dataclass(slots=True, eq=False)
class Names:
    """A resource dictionary: entries by kind and name, and the device spaces that have a default space."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    replaced: frozenset[str] = frozenset()


class Reader:
    """Reads each resource once.  ``strict``: the file is ours."""

    def __init__(self, standard: Standard, separations: Separations, inner: Inner) -> None:
        self._standard = standard
        self._separations = separations
        self._inner = inner
        self._names: dict[Hashable, Names] = {}
        self._entries: dict[Hashable, Entry] = {}
        # Content inside resources (glyphs, patterns) may use the very dictionary that is being read.
        self._later: list[tuple[Entry, Any, Any, bool]] = []
        self._depth = 0
        self._new: list[tuple[Names, bool]] = []

    def names(self, resources: Any, owner: Any, *, strict: bool) -> Names:
        """The names of a resource dictionary, which is an object of its own or a part of ``owner``."""
        if not isinstance(resources, pikepdf.Dictionary):
            return Names()
        place = resources if resources.is_indirect else owner
        key = (place.objgen, strict)
        known = self._names.get(key)
        if known is None:
            known = self._names[key] = Names()  # first: the dictionary may come back to itself
            self._new.append((known, strict))
            self._depth += 1
            try:
                self._read(known, resources, strict)
            finally:
                self._depth -= 1
        while self._later and not self._depth:
            entry, stream, fallback, own_rules = self._later.pop()
            entry.faults += tuple(self._inner(stream, entry.label, fallback, own_rules))
        return known

    def unused(self) -> Iterator[tuple[Entry, Names, bool]]:
        """What stands ready in the dictionaries read since the last call and was not used by now."""
        new, self._new = self._new, []
        for names, strict in new:
            yield from ((entry, names, strict) for entry in names.entries.values() if not entry.used)

    def _read(self, names: Names, resources: Any, strict: bool) -> None:
        for kind in _ITEM:
            listed = resources.get(kind)
            if not isinstance(listed, pikepdf.Dictionary):
                continue
            for name, value in listed.items():
                names.entries[kind, name] = self._entry(kind, name, value, resources, strict)
        spaces = {name for kind, name in names.entries if kind == "/ColorSpace"}
        names.replaced = frozenset(
            each for each in DEVICE.values() if each.replace("Device", "/Default") in spaces
        )

    def _entry(self, kind: str, name: str, value: Any, resources: Any, strict: bool) -> Entry:
        indirect = isinstance(value, pikepdf.Object) and value.is_indirect
        key = (kind, value.objgen, strict) if indirect else None
        known = self._entries.get(key) if key else None
        if known is None:
            foreign = strict and kind == "/XObject" and bool(_ARTWORK.match(name))
            try:
                known = getattr(self, _READ[kind])(name, value, resources, strict and not foreign)
            except BROKEN:
                broken = Finding(_ITEM[kind], 0, name, "壊れていて読めません")
                known = Entry(name, (broken,), _UNREADABLE[kind])
            known.foreign = foreign
            if key:
                self._entries[key] = known
        return known

    def _font(self, name: str, value: Any, resources: Any, strict: bool) -> Entry:
        font = read_font(value, name, self._standard, ours=strict)
        entry = Entry(font.label, font.faults, font)
        if str(value.get("/Subtype")) == "/Type3":
            own = value.get("/Resources", resources)
            glyphs = value.get("/CharProcs", pikepdf.Dictionary()).values()
            self._later += [(entry, glyph, own, strict) for glyph in glyphs]
        return entry

    def _state(self, name: str, value: Any, resources: Any, strict: bool) -> Entry:
        entry = Entry(name, tuple(state_faults(value, self._standard, name)), state_change(value))
        mask = value.get("/SMask")
        if isinstance(mask, pikepdf.Dictionary) and isinstance(mask.get("/G"), pikepdf.Stream):
            self._later.append((entry, mask["/G"], resources, strict))
        if "/Font" in value:
            entry.faults += read_font(value["/Font"][0], name, self._standard, ours=strict).faults
        return entry

    def _space(self, name: str, value: Any, resources: Any, strict: bool) -> Entry:
        space = read_space(value, self._separations, name)
        return Entry(name, tuple(self._filters(value, name)), space, (space,))

    def _pattern(self, name: str, value: Any, resources: Any, strict: bool) -> Entry:
        if isinstance(value, pikepdf.Stream):
            entry = Entry(name)
            self._later.append((entry, value, resources, strict))
            return entry
        shading = self._shading(name, value["/Shading"], resources, strict)
        if "/ExtGState" in value:
            shading.faults += tuple(state_faults(value["/ExtGState"], self._standard, name))
        return shading

    def _shading(self, name: str, value: Any, resources: Any, strict: bool) -> Entry:
        space = self._named_space(value["/ColorSpace"], resources, name)
        return Entry(name, tuple(self._filters(value, name)), None, (space,))

    def _xobject(self, name: str, value: Any, resources: Any, strict: bool) -> Entry:
        faults = list(xobject_faults(value, self._standard, name))
        kind = str(value.get("/Subtype"))
        if kind == "/Form":
            self.names(value.get("/Resources"), value, strict=strict)
            return Entry(name, tuple(faults), "form", self.group_space(value, resources, name))
        if bool(value.get("/ImageMask", False)):
            return Entry(name, tuple(faults), "mask")
        spaces: tuple[Space, ...] = ()
        if "/ColorSpace" in value:
            faults += self._filters(value["/ColorSpace"], name)
            spaces = (self._named_space(value["/ColorSpace"], resources, name),)
        return Entry(name, tuple(faults), "image", spaces)

    def _properties(self, name: str, value: Any, resources: Any, strict: bool) -> Entry:
        return Entry(name)

    def group_space(self, owner: Any, resources: Any, label: str) -> tuple[Space, ...]:
        """The space in which a transparency group blends."""
        space = owner.get("/Group", pikepdf.Dictionary()).get("/CS")
        return () if space is None else (self._named_space(space, resources, label),)

    def inline_space(self, name: str, names: Names) -> Space:
        """The space of an inline image: a device space, or one of the resources."""
        entry = names.entries.get(("/ColorSpace", f"/{name}"))
        if entry is not None and isinstance(entry.value, Space):
            entry.used = True
            return entry.value
        return read_space(pikepdf.Name(f"/{name}"), self._separations, name)

    def _named_space(self, value: Any, resources: Any, label: str) -> Space:
        if isinstance(value, pikepdf.Name) and str(value).removeprefix("/") not in DEVICES:
            value = resources["/ColorSpace"][str(value)]
        return read_space(value, self._separations, label)

    def _filters(self, value: Any, label: str) -> Iterator[Finding]:
        for stream in space_streams(value):
            yield from stream_faults(stream, self._standard, label)


_READ = {
    "/Font": "_font", "/ExtGState": "_state", "/ColorSpace": "_space", "/Pattern": "_pattern",
    "/Shading": "_shading", "/XObject": "_xobject", "/Properties": "_properties",
}  # fmt: skip
_UNREADABLE: dict[str, FontInfo | StateChange | Space | str | None] = {
    "/Font": FontInfo("", ()), "/ExtGState": StateChange(None, None, None), "/ColorSpace": DEVICES["Pattern"],
    "/Pattern": None, "/Shading": None, "/XObject": "image", "/Properties": None,
}  # fmt: skip
