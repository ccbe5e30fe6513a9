"""Fonts (書体): what can be drawn, how wide it is, and by which glyph number.

A *cluster* is a base character with its variation selector, if any.  It resolves through the
chain of a style to exactly one glyph; a selector that no font of the chain knows is never
answered with the base glyph (JIS X 0213 and IVD: the variant is another legal name).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from fontTools.ttLib import TTFont, TTLibError

from kouki_print.base.errors import JobError

_SELECTOR = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
CLUSTER = re.compile(f"[^{_SELECTOR}][{_SELECTOR}]?|[{_SELECTOR}]")
HAS_SELECTOR = re.compile(f"[{_SELECTOR}]")
_BLANKS = frozenset(" \u3000\u00a0")
_NO_EMBEDDING = 0x0002  # OS/2 fsType: restricted licence


@dataclass(frozen=True, slots=True)
class FontFace:
    """One font file, read once.

    ``cmap`` maps code points to glyph numbers, ``variants`` maps (base, selector) to a glyph
    number, ``advances`` holds integer widths in 1/1000 em per glyph, ``inked`` says which
    glyphs have an outline.
    """

    path: Path
    name: str
    data: bytes
    cmap: dict[int, int]
    variants: dict[tuple[int, int], int]
    advances: np.ndarray
    inked: np.ndarray
    bbox: tuple[int, int, int, int]
    ascent: int
    descent: int
    cap_height: int

    def glyph(self, cluster: str) -> int:
        """Glyph number of a cluster, or 0 when this font cannot draw it."""
        if len(cluster) == 2:
            gid = self.variants.get((ord(cluster[0]), ord(cluster[1])), 0)
        else:
            gid = self.cmap.get(ord(cluster), 0)
        if gid and not self.inked[gid] and cluster not in _BLANKS:
            return 0  # an empty outline prints nothing: the 2024 accident of a missing digit
        return gid


def load_face(path: Path) -> FontFace:
    """Read a TrueType font; refuse what cannot be embedded (CFF outlines, restricted licence)."""
    try:
        data = path.read_bytes()
        font = TTFont(path, lazy=True)
    except (OSError, TTLibError) as error:
        raise JobError(
            "フォントを読めません。", remedy="ファイルの場所と中身を確かめてください。", file=str(path)
        ) from error
    if "glyf" not in font:
        raise JobError(
            "CFF形式のフォントは埋め込めません。",
            remedy="TrueType (glyf) 形式のフォントを指定してください。",
            file=str(path),
        )
    if font["OS/2"].fsType & _NO_EMBEDDING:
        raise JobError(
            "埋め込みが許されていないフォントです。",
            remedy="別のフォントを指定してください。",
            file=str(path),
        )
    # Glyphs are only numbers here; inventing names for them would take most of the loading time.
    order = [str(index) for index in range(font["maxp"].numGlyphs)]
    font.setGlyphOrder(order)
    cmap = {code: int(name) for code, name in font.getBestCmap().items()}
    variants: dict[tuple[int, int], int] = {}
    for table in font["cmap"].tables:
        if table.format != 14:
            continue
        for selector, pairs in table.uvsDict.items():
            for base, name in pairs:
                gid = cmap.get(base, 0) if name is None else int(name)
                if gid:
                    variants[base, selector] = gid
    scale = 1000 / font["head"].unitsPerEm
    metrics = np.frombuffer(font.reader["hmtx"], dtype=">u2")[: 2 * font["hhea"].numberOfHMetrics : 2]
    widths = np.pad(metrics.astype(np.int64), (0, len(order) - len(metrics)), mode="edge")
    advances = np.rint(widths * scale).astype(np.int64)
    loca = np.array(font["loca"].locations, dtype=np.int64)
    head, hhea, os2 = font["head"], font["hhea"], font["OS/2"]
    return FontFace(
        path=path,
        name=font["name"].getDebugName(6) or path.stem,
        data=data,
        cmap=cmap,
        variants=variants,
        advances=advances,
        inked=np.diff(loca) > 0,
        bbox=tuple(round(value * scale) for value in (head.xMin, head.yMin, head.xMax, head.yMax)),
        ascent=round(hhea.ascent * scale),
        descent=round(hhea.descent * scale),
        cap_height=round(getattr(os2, "sCapHeight", 0) * scale) or round(hhea.ascent * scale),
    )


@dataclass(slots=True)
class Style:
    """One style of type (明朝, ゴシック): a chain of faces, first one first, and what was used of each.

    ``key`` is the resource prefix: face *n* of the chain is ``/<key><n>`` on the page.
    """

    key: str
    faces: tuple[FontFace, ...]
    _found: dict[str, tuple[int, int]] = field(default_factory=dict)

    def resolve(self, cluster: str) -> tuple[int, int]:
        """(index of the face, glyph number) of a cluster; glyph 0 when no face draws it."""
        found = self._found.get(cluster)
        if found is None:
            found = (0, 0)
            for index, face in enumerate(self.faces):
                gid = face.glyph(cluster)
                if gid:
                    found = (index, gid)
                    break
            self._found[cluster] = found
        return found

    def can_draw(self, cluster: str) -> bool:
        """Whether some face of the chain draws this very cluster."""
        return self.resolve(cluster)[1] != 0

    def width(self, text: str) -> int:
        """Natural width of a text in 1/1000 em: the same integers that the PDF carries."""
        total = 0
        for cluster in clusters(text):
            index, gid = self.resolve(cluster)
            total += int(self.faces[index].advances[gid])
        return total

    def slim(self) -> Style:
        """The same style without font files and character maps: only what was resolved so far draws."""
        faces = tuple(replace(face, data=b"", cmap={}, variants={}) for face in self.faces)
        return Style(self.key, faces, self._found)

    def used(self) -> list[dict[str, int]]:
        """Per face the clusters asked for so far with their glyph numbers, sorted."""
        per_face: list[dict[str, int]] = [{} for _ in self.faces]
        for cluster in sorted(self._found):
            index, gid = self._found[cluster]
            if gid:
                per_face[index][cluster] = gid
        return per_face


def clusters(text: str) -> list[str]:
    """Text as clusters: each base character with the selector that follows it."""
    return CLUSTER.findall(text) if HAS_SELECTOR.search(text) else list(text)


def distinct_clusters(texts: Iterable[str]) -> set[str]:
    """All clusters that occur in many texts, found through their distinct code points."""
    joined = "\n".join(texts)
    found = {match.group() for match in re.finditer(f"[^{_SELECTOR}][{_SELECTOR}]", joined)}
    # A base that only ever stands before a selector is kept as well: one unused glyph costs little.
    plain = np.unique(np.frombuffer(joined.encode("utf-32-le"), dtype="<u4"))
    found.update(chr(code) for code in plain.tolist())
    found = {cluster for cluster in found if not HAS_SELECTOR.fullmatch(cluster)}
    found.discard("\n")
    return found
