"""Fonts as PDF objects: one Type0 font per face for the whole job, the same bytes in every file.

Glyph numbers stay those of the original font (Identity-H, CIDToGIDMap Identity), so streams of
different lots and years can be compared (ISO 32000-1, 9.7; prepress practice: tag from the bytes).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import uharfbuzz as hb

from kouki_print.pdf.writer import PdfFile, deflate

_KEEP_TABLES = ("glyf", "loca", "head", "hhea", "hmtx", "maxp")


@dataclass(frozen=True, slots=True)
class FontSpec:
    """What to embed of one face: its file, metrics (1/1000 em), and its glyphs with the text each stands for."""

    resource: str
    name: str
    data: bytes
    texts: Mapping[int, str]
    advances: Mapping[int, int]
    bbox: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int


@dataclass(frozen=True, slots=True)
class EmbeddedFont:
    """A subset ready to be put into files: resource name, tagged name, bodies with holes for numbers."""

    resource: str
    name: str
    digest: str
    glyphs: tuple[int, ...]
    bodies: tuple[bytes, ...]


def embed(spec: FontSpec) -> EmbeddedFont:
    """Subset a face and serialise its five objects (file, descriptor, CIDFont, ToUnicode, Type0)."""
    glyphs = tuple(sorted(spec.texts))
    program = _subset(spec.data, glyphs)
    cmap = _to_unicode(spec.texts)
    # Two layers of a face may have the same glyphs: what they stand for makes them two fonts with two names.
    digest = hashlib.sha256(program + cmap).hexdigest()
    name = f"{_tag(digest)}+{spec.name}".encode("ascii")
    packed = deflate(program)
    descriptor = (
        b"<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0"
        b"/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %%d 0 R>>"
        % (name, *spec.bbox, spec.ascent, spec.descent, spec.cap_height)
    )
    cid_font = (
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        b"/Supplement 0>>/FontDescriptor %%d 0 R/CIDToGIDMap/Identity/DW 1000/W[%s]>>"
        % (name, _widths(glyphs, spec.advances))
    )
    to_unicode = deflate(cmap)
    type0 = (
        b"<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%%d 0 R]/ToUnicode %%d 0 R>>"
        % name
    )
    bodies = (
        b"<</Length1 %d/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
        % (len(program), len(packed), packed),
        descriptor,
        cid_font,
        b"<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(to_unicode), to_unicode),
        type0,
    )
    return EmbeddedFont(spec.resource, name.decode("ascii"), digest, glyphs, bodies)


def write_fonts(file: PdfFile, fonts: Sequence[EmbeddedFont]) -> bytes:
    """Append all fonts and return the entries of a ``/Font`` resource dictionary."""
    entries = []
    for font in fonts:
        first = file.next_number
        program, descriptor, cid_font, to_unicode, type0 = font.bodies
        file.append(program)
        file.append(descriptor % first)
        file.append(cid_font % (first + 1))
        file.append(to_unicode)
        number = file.append(type0 % (first + 2, first + 3))
        entries.append(b"/%s %d 0 R" % (font.resource.encode("ascii"), number))
    return b"".join(entries)


def _subset(data: bytes, glyphs: Sequence[int]) -> bytes:
    face = hb.Face(hb.Blob(data))
    wanted = hb.SubsetInput()
    wanted.glyph_set.update({0, *glyphs})
    wanted.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING
    tables = {tag for tag in face.table_tags if tag not in _KEEP_TABLES}
    wanted.drop_table_tag_set.update({int.from_bytes(tag.encode("ascii"), "big") for tag in tables})
    return bytes(hb.subset(face, wanted).blob.data)


def _tag(digest: str) -> str:
    """Six capital letters from the digest: same name if and only if same font (9.6.4)."""
    value = int(digest[:12], 16)
    letters = []
    for _ in range(6):
        value, rest = divmod(value, 26)
        letters.append(chr(65 + rest))
    return "".join(letters)


def _widths(glyphs: Sequence[int], advances: Mapping[int, int]) -> bytes:
    """/W array: runs of consecutive glyph numbers with their widths; 1000 is the default."""
    out: list[bytes] = []
    run: list[int] = []
    start = previous = -2
    for gid in glyphs:
        if advances[gid] == 1000:
            continue
        if gid != previous + 1:
            if run:
                out.append(b"%d[%s]" % (start, b" ".join(b"%d" % value for value in run)))
            start, run = gid, []
        run.append(advances[gid])
        previous = gid
    if run:
        out.append(b"%d[%s]" % (start, b" ".join(b"%d" % value for value in run)))
    return b"".join(out)


def _to_unicode(texts: Mapping[int, str]) -> bytes:
    """ToUnicode CMap in blocks of at most 100; a variant maps to base + selector (9.10.3)."""
    lines = [
        f"<{gid:04X}><{cluster.encode('utf-16-be').hex().upper()}>" for gid, cluster in sorted(texts.items())
    ]
    blocks = []
    for start in range(0, len(lines), 100):
        block = lines[start : start + 100]
        blocks.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n")
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n"
        + "".join(blocks)
        + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")
