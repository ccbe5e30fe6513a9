"""Colour (items 32 to 34): colour spaces, separations and what may be painted with them.

A finding here has page 0 until :mod:`content` says on which page the thing is used.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from kouki_print.page.ink import PERFORATION, WINDOW
from kouki_print.verify.preflight.items import Finding, Standard

DEVICE = {1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}  # by number of components
_NAMES = {"DeviceGray": "グレー", "DeviceRGB": "RGB", "DeviceCMYK": "CMYK"}
_IN_X1A = frozenset({"DeviceCMYK", "DeviceGray", "Separation", "DeviceN", "Indexed", "Pattern"})
_OUR_OWN = frozenset({"DeviceCMYK", "Separation"})
_FINISHING = frozenset({"All", PERFORATION.name, WINDOW.name})  # separations that are no ink of the job
_SHORT = {  # inline images say it shorter (8.9.7)
    "G": "DeviceGray", "RGB": "DeviceRGB", "CMYK": "DeviceCMYK", "I": "Indexed",
}  # fmt: skip
_DEEPEST = 8
_RICH = 0.9  # black of this much or more with another ink below it is a rich black


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """A colour space: its family, all families in it, its colorants, and what is wrong with it."""

    family: str
    families: frozenset[str]
    faults: tuple[Finding, ...] = ()


def _device(family: str) -> Space:
    return Space(family, frozenset({family}))


DEVICES = {family: _device(family) for family in (*DEVICE.values(), "Pattern")}
Colour = tuple[Space, bytes]  # the operands as they stand in the content
Painted = tuple[str, Colour, bool, int]  # text, code, fill, stroke or mask; colour; overprint and its mode
INITIAL: Colour = (DEVICES["DeviceGray"], b"0")


class Separations:
    """The separations of a file by name: each may have one alternate and tint only (item 33)."""

    def __init__(self, spots: Collection[str] | None) -> None:
        self.digests: dict[str, str] = {}
        self._allowed = None if spots is None else _FINISHING | frozenset(spots)

    def faults(self, name: str, alternate: Any, tint: Any, where: str) -> Iterator[Finding]:
        """Remember a separation; what is wrong with its name or with a second definition of it."""
        if name in ("None", ""):
            return
        digest = hashlib.sha256(canonical([alternate, tint])).hexdigest()
        if self.digests.setdefault(name, digest) != digest:
            yield Finding(33, 0, where, f"特色「{name}」の代替色か濃度の決め方が、ほかの箇所と違います")
        if self._allowed is not None and name not in self._allowed:
            yield Finding(33, 0, where, f"注文にない特色「{name}」です", house=True)


def canonical(value: Any, depth: int = 0) -> bytes:
    """The same bytes for the same object, however it is written."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    if isinstance(value, pikepdf.Stream):
        skipped = ("/Length", "/Filter", "/DecodeParms")
        entries = {key: each for key, each in value.items() if key not in skipped}
        return _canonical_entries(entries, depth) + value.read_bytes()
    if isinstance(value, pikepdf.Dictionary):
        return _canonical_entries(dict(value.items()), depth)
    if isinstance(value, (list, pikepdf.Array)):
        return b"[%s]" % b" ".join(canonical(each, depth + 1) for each in value)
    try:
        return b"%.6g" % float(value)
    except (TypeError, ValueError):
        return value.unparse() if isinstance(value, pikepdf.Object) else repr(value).encode()


def _canonical_entries(entries: dict[str, Any], depth: int) -> bytes:
    parts = (key.encode() + b" " + canonical(entries[key], depth + 1) for key in sorted(entries))
    return b"<<%s>>" % b" ".join(parts)


def read_space(value: Any, separations: Separations, where: str, depth: int = 0) -> Space:
    """A colour space object.  ValueError when it is none."""
    if depth > _DEEPEST:
        raise ValueError("colour spaces nested too deeply")
    parts = list(value) if isinstance(value, pikepdf.Array) else [value]
    family = str(parts[0]).removeprefix("/")
    family = _SHORT.get(family, family)
    if family in DEVICES and len(parts) == 1:
        return DEVICES[family]
    below: list[Space] = []
    faults: list[Finding] = []
    if family in ("Indexed", "Pattern") and len(parts) > 1:
        below.append(read_space(parts[1], separations, where, depth + 1))
    elif family in ("Separation", "DeviceN"):
        below.append(read_space(parts[2], separations, where, depth + 1))
        if family == "Separation":
            faults += separations.faults(str(parts[1]).removeprefix("/"), parts[2], parts[3], where)
        elif len(parts) > 4:
            for colorant in parts[4].get("/Colorants", pikepdf.Dictionary()).values():
                below.append(read_space(colorant, separations, where, depth + 1))
    families = frozenset({family}).union(*(each.families for each in below))
    return Space(
        family, families, tuple(dict.fromkeys([*faults, *(f for each in below for f in each.faults)]))
    )


@dataclass(frozen=True, slots=True)
class Rules:
    """What may be painted under a standard, for a press of ``device`` colour; ``strict``: by our own rules too."""

    standard: Standard
    device: str
    strict: bool

    def of_space(
        self, space: Space, where: str, replaced: Collection[str] = (), *, named: bool = True
    ) -> Iterator[Finding]:
        """Item 32; ``replaced`` are device spaces with a default space, ``named`` not set by ``k`` or ``K``."""
        if self.standard == Standard.x1a:
            wrong = space.families - _IN_X1A
        else:
            wrong = space.families & set(DEVICE.values()) - {self.device, "DeviceGray"} - set(replaced)
        if wrong:
            yield Finding(32, 0, where, f"{_listed(wrong)}の色があります")
        elif not space.families <= _OUR_OWN or (named and space.family == "DeviceCMYK"):
            shown = space.families - _OUR_OWN or space.families
            yield Finding(32, 0, where, f"{_listed(shown)}の色です（墨のk・Kと特色だけにします）", house=True)

    def of_paint(self, painted: Painted) -> Iterator[Finding]:
        """Item 34: what is painted in which colour, with overprint or not."""
        how, (space, operands), overprint, mode = painted
        values = _numbers(operands)
        what = {"text": "文字", "code": "コード"}.get(how, "線・面")
        process = space.family == "DeviceCMYK" and len(values) == 4
        black = process and values == (0, 0, 0, 1)
        if self.strict:
            shown = " ".join(operands.decode("ascii", "replace").split())
            if how in ("text", "code") and not black:
                yield Finding(34, 0, what, f"{what}が墨100%だけではありません（{shown}）", house=True)
            elif process and values[3] >= _RICH and any(values[:3]):
                yield Finding(34, 0, what, f"墨にほかの色が重なっています（{shown}）", house=True)
            elif black and not (overprint and mode == 1):
                yield Finding(34, 0, what, f"{what}の墨がオーバープリントになっていません", house=True)
        if overprint and _unseen(space, values):
            yield Finding(34, 0, what, f"白（0%）の{what}がオーバープリントで消えます", house=True)


def _unseen(space: Space, values: tuple[float, ...]) -> bool:
    if space.family == "DeviceGray":
        return values == (1,)
    return space.family in ("DeviceCMYK", "Separation", "DeviceN") and bool(values) and not any(values)


def _numbers(operands: bytes) -> tuple[float, ...]:
    try:
        return tuple(map(float, operands.split()))
    except ValueError:  # the name of a pattern
        return ()


def _listed(families: Collection[str]) -> str:
    return "・".join(_NAMES.get(each, each) for each in sorted(families))
