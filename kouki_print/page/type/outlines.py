"""Outlines of single glyphs as SVG paths: pictures for lists that people look at."""

from __future__ import annotations

from collections.abc import Sequence

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen

from kouki_print.page.type.faces import FontFace


def svg_paths(glyphs: Sequence[tuple[FontFace, int]]) -> list[str]:
    """The ``d`` of each glyph in a box of 1000 × 1000 with the top left corner of the em at 0, 0."""
    return [_path(face, gid) for face, gid in glyphs]


def _path(face: FontFace, gid: int) -> str:
    font = face.source
    if font is None:
        raise ValueError("a slim face has no outlines")
    outlines = font.getGlyphSet()
    scale = 1000 / font["head"].unitsPerEm
    pen = SVGPathPen(outlines, ntos=lambda value: str(round(value)))
    outlines[str(gid)].draw(TransformPen(pen, (scale, 0, 0, -scale, 0, 880)))
    return str(pen.getCommands())
