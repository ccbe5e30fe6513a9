"""Fonts (items 28 to 31): embedding, Type0 rules, widths, and the glyphs that a page really shows.

A finding here has page 0 until :mod:`content` says on which page the font is used.
"""

from __future__ import annotations

import hashlib
import io
import re
import sys
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pikepdf
from fontTools.ttLib import TTFont

from kouki_print.page.type.faces import BLANKS
from kouki_print.verify.preflight.graphics import stream_faults
from kouki_print.verify.preflight.items import Finding, Standard

_PROGRAMS = ("/FontFile", "/FontFile2", "/FontFile3")
_IDENTITY = ("/Identity-H", "/Identity-V")
_TAG = re.compile(r"[A-Z]{6}\+")
_BLOCK = re.compile(rb"beginbf(char|range)(.*?)endbf(?:char|range)", re.DOTALL)
_VALUE = re.compile(rb"<([0-9A-Fa-f\s]*)>|\[([^\]]*)\]")
_CODES = 0x10000


@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """Numbers of an embedded TrueType program: which glyphs have an outline, and widths in 1/1000 em."""

    outlined: np.ndarray
    widths: np.ndarray


@dataclass(slots=True, eq=False)
class FontInfo:
    """A font as pages show it.  Codes can be checked when they are two bytes that lead to glyph numbers."""

    label: str
    faults: tuple[Finding, ...]
    two_bytes: bool = False
    program: Program | None = None
    glyphs: np.ndarray | None = None  # code to glyph number; None: they are the same
    texts: Mapping[int, str] = field(default_factory=dict)
    widths: Mapping[int, float] = field(default_factory=dict)
    default_width: float = 1000
    _good: set[int] = field(default_factory=set)

    def shown(self, data: bytes) -> list[Finding]:
        """Items 29 and 30 of the codes of one or more strings."""
        if not self.two_bytes:
            return []
        if len(data) % 2:
            return [Finding(30, 0, self.label, "2バイトの文字コードが途中で切れています", house=True)]
        codes = array("H", data)
        if sys.byteorder == "little":
            codes.byteswap()
        if self._good.issuperset(codes):
            return []
        found: list[Finding] = []
        for code in sorted(set(codes) - self._good):
            faults = list(self._code_faults(code))
            found += faults
            if not faults:
                self._good.add(code)
        return found

    def _code_faults(self, code: int) -> Iterator[Finding]:
        gid = self._glyph(code)
        name = f"文字コード {code:04X}"
        if gid == 0:
            yield Finding(30, 0, self.label, f"{name} は字のない番号（GID 0）です", house=True)
        elif self.program is None:
            return
        elif gid >= len(self.program.outlined):
            yield Finding(30, 0, self.label, f"{name} の字がフォントの中にありません", house=True)
        else:
            blank = self.texts.get(code, "") in BLANKS or not self.texts
            if not (self.program.outlined[gid] or blank):
                yield Finding(30, 0, self.label, f"{name} の字形が空です", house=True)
            yield from self.width_faults(code)

    def _glyph(self, code: int) -> int:
        if self.glyphs is None:
            return code
        return int(self.glyphs[code]) if code < len(self.glyphs) else 0

    def width_faults(self, code: int) -> Iterator[Finding]:
        """Item 29: the width told is the width of the glyph, to 1/1000 em."""
        gid = self._glyph(code)
        if self.program is None or gid >= len(self.program.widths):
            return
        told, real = self.widths.get(code, self.default_width), self.program.widths[gid]
        if abs(told - real) > 1:
            what = f"文字コード {code:04X} の字幅が違います（/W {told:g}、フォント {real:.0f}）"
            yield Finding(29, 0, self.label, what)


def read_font(font: Any, name: str, standard: Standard, *, ours: bool) -> FontInfo:
    """A font resource; ``ours``: a font of our own files, whose tag is made from its bytes."""
    kind = str(font.get("/Subtype", ""))
    base = str(font.get("/BaseFont", "")).removeprefix("/")
    label = f"{name} {base}".strip()
    if kind == "/Type0":
        return _type0(font, label, standard, ours=ours)
    faults = (
        [Finding(29, 0, label, f"Type0のフォントではありません（{kind[1:]}）", house=True)] if ours else []
    )
    if kind == "/Type3":  # its glyphs are content: they are scanned as such
        return FontInfo(label, tuple(faults))
    program = _embedded(font.get("/FontDescriptor"))
    if program is None:
        return FontInfo(label, (Finding(28, 0, label, "埋め込まれていません"), *faults))
    faults += stream_faults(program, standard, label)
    faults += _licence(program, label)
    return FontInfo(label, tuple(faults))


def _type0(font: Any, label: str, standard: Standard, *, ours: bool) -> FontInfo:
    descendant = font["/DescendantFonts"][0]
    descriptor = descendant.get("/FontDescriptor")
    program = _embedded(descriptor)
    if program is None:
        return FontInfo(label, (Finding(28, 0, label, "埋め込まれていません"),))
    faults = [*stream_faults(program, standard, label), *_licence(program, label)]
    encoding = font.get("/Encoding")
    identity = str(encoding) in _IDENTITY if isinstance(encoding, pikepdf.Name) else False
    if encoding is None:
        faults.append(Finding(29, 0, label, "文字コードの対応（/Encoding）がありません"))
    elif ours and not identity:
        faults.append(Finding(29, 0, label, "/Encoding が Identity ではありません", house=True))
    cmap = font.get("/ToUnicode")
    if isinstance(cmap, pikepdf.Stream):
        faults += stream_faults(cmap, standard, label)
    if ours:
        faults += _own_rules(font, descendant, descriptor, label)
    info = FontInfo(label, (), identity)
    if not _is_truetype(descendant, descriptor):
        if ours:
            faults.append(
                Finding(29, 0, label, "TrueTypeのフォント（CIDFontType2）ではありません", house=True)
            )
        info.two_bytes = False
        info.faults = tuple(faults)
        return info
    faults += _glyph_numbers(descendant, info, ours=ours)
    info.program = _read_program(program.read_bytes())
    info.texts = _to_unicode(cmap.read_bytes()) if isinstance(cmap, pikepdf.Stream) else {}
    info.default_width = float(descendant.get("/DW", 1000))
    info.widths = dict(_widths(descendant.get("/W", pikepdf.Array())))
    if ours:  # others tell widths of glyphs that they did not embed: there what is shown counts
        faults += [fault for code in sorted(info.widths) for fault in info.width_faults(code)]
    info.faults = tuple(faults)
    return info


def _embedded(descriptor: Any) -> Any:
    """The font program of a descriptor, or None."""
    for key in _PROGRAMS:
        program = None if descriptor is None else descriptor.get(key)
        if isinstance(program, pikepdf.Stream):
            return program
    return None


def _is_truetype(descendant: Any, descriptor: Any) -> bool:
    return str(descendant.get("/Subtype")) == "/CIDFontType2" and "/FontFile2" in descriptor


def _glyph_numbers(descendant: Any, info: FontInfo, *, ours: bool) -> Iterator[Finding]:
    """Item 29 of /CIDToGIDMap; tells ``info`` how codes become glyph numbers."""
    mapped = descendant.get("/CIDToGIDMap")
    if isinstance(mapped, pikepdf.Stream):
        info.glyphs = np.frombuffer(mapped.read_bytes(), dtype=">u2")
        if ours:
            yield Finding(29, 0, info.label, "/CIDToGIDMap が Identity ではありません", house=True)
    elif str(mapped) != "/Identity":
        info.two_bytes = False
        yield Finding(29, 0, info.label, "/CIDToGIDMap がありません")


def _own_rules(font: Any, descendant: Any, descriptor: Any, label: str) -> Iterator[Finding]:
    """Item 29: one name with a tag of six capitals that is made from program and ToUnicode (house rule)."""
    names = [str(font.get("/BaseFont")), str(descendant.get("/BaseFont")), str(descriptor.get("/FontName"))]
    if len(set(names)) > 1:
        yield Finding(29, 0, label, "フォントの名前が箇所によって違います", house=True)
    if str(font.get("/Encoding")) == "/Identity-V":
        yield Finding(29, 0, label, "/Encoding が Identity-H ではありません", house=True)
    program = descriptor.get("/FontFile2")
    cmap = font.get("/ToUnicode")
    name = names[0].removeprefix("/")
    if not _TAG.match(name) or not isinstance(cmap, pikepdf.Stream) or program is None:
        yield Finding(29, 0, label, "サブセットの印（大文字6字）か ToUnicode がありません", house=True)
    elif name[:6] != _tag(program.read_bytes() + cmap.read_bytes()):
        yield Finding(29, 0, label, "サブセットの印がフォントの中身と合いません", house=True)


def _tag(data: bytes) -> str:
    """Six letters from the digest, worked out anew: the reader does not trust the writer."""
    value = int(hashlib.sha256(data).hexdigest()[:12], 16)
    return "".join(chr(65 + value // 26**place % 26) for place in range(6))


def _licence(program: Any, label: str) -> Iterator[Finding]:
    """Item 31, where the embedded font still carries its licence bits."""
    data = program.read_bytes()
    if data[:4] in (b"\0\1\0\0", b"true", b"OTTO"):
        yield from embedding_findings({label: data})


def embedding_findings(fonts: Mapping[str, bytes]) -> Iterator[Finding]:
    """Item 31 of font files by name: does the font allow to be embedded (``fsType`` of OS/2)?"""
    for label, data in fonts.items():
        font = TTFont(io.BytesIO(data), lazy=True)
        if "OS/2" not in font:
            continue
        bits = int(font["OS/2"].fsType)
        if bits & 0x000E == 0x0002 or bits & 0x0200:
            yield Finding(31, 0, label, f"埋め込みが許可されていないフォントです（fsType {bits}）")


def _read_program(data: bytes) -> Program:
    font = TTFont(io.BytesIO(data), lazy=True)
    count, long_metrics = font["maxp"].numGlyphs, font["hhea"].numberOfHMetrics
    metrics = np.frombuffer(font.reader["hmtx"], dtype=">u2")[: 2 * long_metrics : 2].astype(np.float64)
    widths = np.pad(metrics * 1000 / font["head"].unitsPerEm, (0, max(count - len(metrics), 0)), mode="edge")
    return Program(np.diff(np.array(font["loca"].locations, dtype=np.int64)) > 0, widths)


def _widths(entries: Any) -> Iterator[tuple[int, float]]:
    """A /W array: ``first [w …]`` or ``first last w`` (9.7.4.3)."""
    values = list(entries)
    at = 0
    while at + 1 < len(values):
        first = int(values[at])
        if isinstance(values[at + 1], pikepdf.Array):
            yield from enumerate(map(float, values[at + 1]), first)
            at += 2
        else:
            for code in range(first, min(int(values[at + 1]) + 1, _CODES)):
                yield code, float(values[at + 2])
            at += 3


def _to_unicode(data: bytes) -> dict[int, str]:
    """Codes and texts of a ToUnicode CMap."""
    texts: dict[int, str] = {}
    for kind, body in _BLOCK.findall(data):
        values = _VALUE.findall(body)
        if kind == b"char":
            for (code, _), (text, _) in zip(values[::2], values[1::2], strict=False):
                texts[int(code, 16)] = _text(text)
            continue
        for (first, _), (last, _), (text, listed) in zip(
            values[::3], values[1::3], values[2::3], strict=False
        ):
            codes = range(int(first, 16), min(int(last, 16) + 1, _CODES))
            if listed:
                texts.update(zip(codes, (_text(each) for each, _ in _VALUE.findall(listed)), strict=False))
            else:
                start = _text(text) or "\0"
                head, unit = start[:-1], ord(start[-1])
                texts.update(
                    (code, head + chr(min(unit + step, sys.maxunicode))) for step, code in enumerate(codes)
                )
    return texts


def _text(value: bytes) -> str:
    return bytes.fromhex(value.decode("ascii")).decode("utf-16-be", "replace")
