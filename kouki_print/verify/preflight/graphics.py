"""Graphics objects (items 32, 35 to 38): graphics states, forms, images, shadings and their filters.

A finding here has page 0 until :mod:`content` says on which page the thing is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from kouki_print.verify.preflight.items import Finding, Standard

_SHORT = {  # inline images say it shorter (8.9.7)
    "AHx": "ASCIIHexDecode", "A85": "ASCII85Decode", "LZW": "LZWDecode", "Fl": "FlateDecode",
    "RL": "RunLengthDecode", "CCF": "CCITTFaxDecode", "DCT": "DCTDecode",
}  # fmt: skip
_FORBIDDEN = {"LZWDecode", "Crypt"}
_AFTER_1_4 = {"JBIG2Decode", "JPXDecode"}
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class StateChange:
    """What a graphics state dictionary changes of what we trace; None: left as it is."""

    stroke_overprint: bool | None
    fill_overprint: bool | None
    mode: int | None


def filter_faults(names: Iterable[str], standard: Standard, where: str) -> Iterator[Finding]:
    """Item 38 of the filters of a stream or an inline image."""
    forbidden = _FORBIDDEN | (_AFTER_1_4 if standard == Standard.x1a else set())
    for name in (_SHORT.get(name, name) for name in names):
        if name in forbidden:
            yield Finding(38, 0, where, f"圧縮の方式が {name} です")
        elif name != "FlateDecode":
            yield Finding(38, 0, where, f"圧縮の方式が {name} です（Flateにします）", house=True)


def stream_faults(stream: Any, standard: Standard, where: str) -> Iterator[Finding]:
    """Item 38 of one stream object."""
    value = stream.get("/Filter", [])
    names = [value] if isinstance(value, pikepdf.Name) else value
    return filter_faults([str(name).removeprefix("/") for name in names], standard, where)


def state_change(state: Any) -> StateChange:
    """What a graphics state sets of overprint; ``op`` follows ``OP`` when it is not given (8.4.5)."""
    stroke = state.get("/OP")
    fill = state.get("/op", stroke)
    mode = state.get("/OPM")
    return StateChange(
        None if stroke is None else bool(stroke),
        None if fill is None else bool(fill),
        None if mode is None else int(mode),
    )


def state_faults(state: Any, standard: Standard, where: str) -> Iterator[Finding]:
    """Items 35 and 36 of a graphics state."""
    for key in ("/ca", "/CA"):
        if float(state.get(key, 1)) < 1:
            yield _transparent(standard, where, f"不透明度（{key[1:]}）が100%ではありません")
    blend = state.get("/BM", pikepdf.Name.Normal)
    modes = list(blend) if isinstance(blend, pikepdf.Array) else [blend]
    if any(str(mode) not in ("/Normal", "/Compatible") for mode in modes):
        yield _transparent(standard, where, "描画モード（BM）が通常ではありません")
    if str(state.get("/SMask", "/None")) != "/None":
        yield _transparent(standard, where, "ソフトマスクがあります")
    for key, allowed in (("/TR", ("/Identity",)), ("/TR2", ("/Identity", "/Default"))):
        if key in state and not _is_name(state[key], allowed):
            yield Finding(36, 0, where, f"転送関数（{key[1:]}）があります")
    yield from _halftone_faults(state.get("/HT"), where)


def _halftone_faults(halftone: Any, where: str, depth: int = 0) -> Iterator[Finding]:
    if halftone is None or isinstance(halftone, pikepdf.Name) or depth > _DEEPEST:
        return
    if halftone.get("/HalftoneType") not in (1, 5):
        yield Finding(36, 0, where, "網点の種類（HalftoneType）が1でも5でもありません")
    if "/HalftoneName" in halftone:
        yield Finding(36, 0, where, "網点に名前（HalftoneName）があります")
    for value in halftone.values():
        if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)) and "/HalftoneType" in value:
            yield from _halftone_faults(value, where, depth + 1)


def group_faults(owner: Any, standard: Standard, where: str) -> Iterator[Finding]:
    """Item 35 of a page or form that is a transparency group."""
    group = owner.get("/Group")
    if group is not None and str(group.get("/S", "")) == "/Transparency":
        yield _transparent(standard, where, "透明グループがあります")


def xobject_faults(drawn: Any, standard: Standard, where: str) -> Iterator[Finding]:
    """Items 35, 37 and 38 of a form or an image; its colours and content are looked at where it is drawn."""
    kind = str(drawn.get("/Subtype", ""))
    if kind not in ("/Form", "/Image", "/PS"):
        yield Finding(30, 0, where, "図形でも画像でもない資源です")
    if kind == "/PS" or "/PS" in drawn or str(drawn.get("/Subtype2", "")) == "/PS":
        yield Finding(37, 0, where, "PostScriptの資源です")
    if "/OPI" in drawn:
        yield Finding(37, 0, where, "OPI（差し替え画像）の指定があります")
    yield from group_faults(drawn, standard, where)
    yield from stream_faults(drawn, standard, where)
    if kind != "/Image":
        return
    if any(bool(each.get("/DefaultForPrinting", False)) for each in drawn.get("/Alternates", [])):
        yield Finding(37, 0, where, "印刷のときに使われる代替画像があります")
    if "/SMask" in drawn or int(drawn.get("/SMaskInData", 0)):
        yield _transparent(standard, where, "画像にソフトマスクがあります")
    for key in ("/SMask", "/Mask"):
        if isinstance(drawn.get(key), pikepdf.Stream):
            yield from stream_faults(drawn[key], standard, where)


def space_streams(value: Any, depth: int = 0) -> Iterator[Any]:
    """The streams in a colour space or shading: profiles, tables, functions."""
    if isinstance(value, pikepdf.Stream):
        yield value
    if depth > _DEEPEST:
        return
    if isinstance(value, (pikepdf.Dictionary, pikepdf.Stream)):
        for each in value.values():
            yield from space_streams(each, depth + 1)
    elif isinstance(value, pikepdf.Array):
        for each in value:
            if isinstance(each, pikepdf.Object):
                yield from space_streams(each, depth + 1)


def _transparent(standard: Standard, where: str, what: str) -> Finding:
    """X-1a forbids transparency; in X-4 it is our own rule."""
    return Finding(35, 0, where, what, house=standard != Standard.x1a)


def _is_name(value: Any, allowed: tuple[str, ...]) -> bool:
    return isinstance(value, pikepdf.Name) and str(value) in allowed
