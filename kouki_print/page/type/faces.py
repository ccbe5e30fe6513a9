"""Font files (フォントファイル): read once into tables of numbers; what cannot be embedded is refused.

A glyph that a file maps but that has no outline, or one without area, prints nothing (the 2024 accident of
a missing digit).
It is not skipped in favour of the next font: such a file is broken, and the job that needs the glyph stops.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from fontTools.pens.areaPen import AreaPen
from fontTools.ttLib import TTFont, TTLibError

from kouki_print.base.errors import JobError
from kouki_print.base.pinned import pinned_bytes

BLANKS = frozenset(" \u3000\u00a0")
# Empty by nature like the blanks, but nothing that a name may hold: no font is asked for them.
_OTHER_BLANKS = frozenset([0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x2800, 0x3164, 0xFFA0])
_NO_EMBEDDING = 0x0002  # OS/2 fsType: restricted licence
_HEADER = 12  # bytes of the shortest outline: contours, four bounds, last point of the first contour
_CHECK_FILE = "ファイルの場所と中身を確かめてください。"


@dataclass(frozen=True, slots=True)
class FontFace:
    """One font file, read once.

    ``label`` is what messages and lists call it, ``name`` its PostScript name.  ``cmap`` maps code
    points to glyph numbers, ``variants`` (base, selector) to a glyph number, ``vertical`` a glyph to
    the one that stands for it in vertical text; ``advances`` holds integer widths in 1/1000 em per
    glyph, ``inked`` says which glyphs surely print something: a simple outline with an area.
    """

    label: str
    name: str
    data: bytes
    cmap: dict[int, int]
    variants: dict[tuple[int, int], int]
    vertical: dict[int, int]
    advances: np.ndarray
    inked: np.ndarray
    bbox: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int
    source: TTFont | None = field(default=None, repr=False, compare=False)

    def glyph(self, cluster: str) -> int:
        """Glyph number of a cluster, or 0 when this font does not have it."""
        if len(cluster) == 2:
            return self.variants.get((ord(cluster[0]), ord(cluster[1])), 0)
        return self.cmap.get(ord(cluster), 0)

    def prints_nothing(self, cluster: str, gid: int) -> bool:
        """Whether the glyph of a cluster that should be seen has no ink; composites are put together first."""
        if self.inked[gid] or cluster in BLANKS:
            return False
        if self.source is None:
            return True
        outlines = self.source.getGlyphSet()
        pen = _Ink(outlines)
        outlines[str(gid)].draw(pen)
        return not pen.left


class _Ink(AreaPen):  # type: ignore[misc]
    """A pen that knows whether any contour had an area."""

    left: bool = False
    value: float

    def _closePath(self) -> None:
        super()._closePath()
        self.left |= abs(self.value) > 0
        self.value = 0


def is_private(code: int) -> bool:
    """Whether a code point is of private use (外字)."""
    return 0xE000 <= code <= 0xF8FF or code >= 0xF0000


def blank_glyph(cluster: str, face: FontFace, people: int = 0, **where: Any) -> JobError:
    """The stop for a glyph without outline; ``where`` is file, row and column of the first person."""
    codes = " ".join(f"U+{ord(char):04X}" for char in cluster)
    concerned = f"（この文字を印字する人: {people:,}人）" if people else ""
    return JobError(
        f"フォント「{face.label}」の文字 {codes} は字形が空で、印刷しても何も出ません。{concerned}",
        remedy="壊れたフォントです。正しいフォントに替えて（job.toml の [fonts] も直して）、もう一度実行してください。",
        **where,
    )


def load_face(path: Path, *, sha256: str = "", label: str = "", private: bool = False) -> FontFace:
    """Read a TrueType font; refuse what cannot be embedded (CFF outlines, restricted licence).

    ``sha256``: another file stops the job.  ``private``: the file may draw code points of private use;
    those of any other font mean something else and are left out.
    """
    data = pinned_bytes(path, sha256 or None, what="フォント", setting="job.toml の [fonts]", file=str(path))
    if data[:4] == b"ttcf":
        raise JobError(
            "いくつものフォントをまとめたファイル（TTC）は使えません。",
            remedy="一つの書体だけの TTF ファイルを、フォントの提供元から受け取って指定してください。",
            file=str(path),
        )
    try:
        font = TTFont(io.BytesIO(data), lazy=True)
        _check_embeddable(font, path)
        return _read(font, path, data, label or path.name, private)
    except (TTLibError, struct.error, KeyError, IndexError, ValueError, AssertionError) as error:
        raise JobError("フォントを読めません。", remedy=_CHECK_FILE, file=str(path)) from error


def _check_embeddable(font: TTFont, path: Path) -> None:
    if "CFF " in font or "CFF2" in font:
        raise JobError(
            "CFF形式のフォントは埋め込めません。",
            remedy="TrueType (glyf) 形式のフォントを指定してください。",
            file=str(path),
        )
    # A file of own characters (TTE) may have no OS/2 table: nothing forbids embedding then.
    if "OS/2" in font and font["OS/2"].fsType & _NO_EMBEDDING:
        raise JobError(
            "埋め込みが許されていないフォントです。",
            remedy="別のフォントを指定してください。",
            file=str(path),
        )


def _read(font: TTFont, path: Path, data: bytes, label: str, private: bool) -> FontFace:
    # Glyphs are only numbers here; inventing names for them would take most of the loading time.
    count = font["maxp"].numGlyphs
    font.setGlyphOrder([str(index) for index in range(count)])
    cmap = {
        code: int(name)
        for code, name in _best_cmap(font).items()
        if code not in _OTHER_BLANKS and (private or not is_private(code))
    }
    head, hhea = font["head"], font["hhea"]
    scale = 1000 / head.unitsPerEm
    metrics = np.frombuffer(font.reader["hmtx"], dtype=">u2")[: 2 * hhea.numberOfHMetrics : 2]
    widths = np.pad(metrics.astype(np.int64), (0, count - len(metrics)), mode="edge")
    loca = np.array(font["loca"].locations, dtype=np.int64)
    ascent = round(hhea.ascent * scale)
    cap_height = getattr(font["OS/2"], "sCapHeight", 0) if "OS/2" in font else 0
    return FontFace(
        label=label,
        name=_name(font, path),
        data=data,
        cmap=cmap,
        variants=dict(_variants(font, cmap)),
        vertical=dict(_vertical(font)),
        advances=np.rint(widths * scale).astype(np.int64),
        inked=_inked(np.frombuffer(font.reader["glyf"], dtype=np.uint8), loca),
        bbox=tuple(round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)),
        ascent=ascent,
        descent=round(hhea.descent * scale),
        cap_height=round(cap_height * scale) or ascent,
        source=font,
    )


def _inked(outlines: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Which glyphs are a simple outline of three points or more whose bounds have an area, by their headers."""
    full = np.flatnonzero(np.diff(places) >= _HEADER)
    head = outlines[places[full][:, None] + np.arange(_HEADER)].view(">i2")
    contours, left, bottom, right, top, last = head.T
    more = (contours > 1) | (last >= 2)
    inked = np.zeros(len(places) - 1, dtype=bool)
    inked[full] = (contours > 0) & (right > left) & (top > bottom) & more
    return inked


def _best_cmap(font: TTFont) -> dict[int, str]:
    """The Unicode map; in an old file of own characters the only one there is."""
    best = font.getBestCmap()
    if best is None:
        best = next((table.cmap for table in font["cmap"].tables if table.format != 14), {})
    return dict(best)


def _name(font: TTFont, path: Path) -> str:
    """PostScript name, with nothing in it that a PDF name could not hold."""
    own = font["name"].getDebugName(6) if "name" in font else ""
    return re.sub(r"[^A-Za-z0-9_.+-]", "", own or "") or re.sub(r"[^A-Za-z0-9_-]", "", path.stem) or "Font"


def _variants(font: TTFont, cmap: dict[int, int]) -> Iterator[tuple[tuple[int, int], int]]:
    """Pairs of the format 14 subtable; a default pair has the glyph of its base."""
    for table in font["cmap"].tables:
        if table.format != 14:
            continue
        for selector, pairs in table.uvsDict.items():
            for base, name in pairs:
                gid = cmap.get(base, 0) if name is None else int(name)
                if gid:
                    yield (base, selector), gid


def _vertical(font: TTFont) -> Iterator[tuple[int, int]]:
    """Glyph and its vertical form, by the single substitutions of the feature ``vert``."""
    gsub = font["GSUB"].table if "GSUB" in font else None
    if gsub is None or gsub.FeatureList is None or gsub.LookupList is None:
        return
    lookups = {
        index
        for record in gsub.FeatureList.FeatureRecord
        if record.FeatureTag == "vert"
        for index in record.Feature.LookupListIndex
    }
    for index in sorted(lookups):
        for subtable in gsub.LookupList.Lookup[index].SubTable:
            single = getattr(subtable, "ExtSubTable", subtable)
            for glyph, form in getattr(single, "mapping", {}).items():
                yield int(glyph), int(form)
