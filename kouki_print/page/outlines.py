"""Outlines of single glyphs as SVG paths: pictures for lists that people look at."""

from __future__ import annotations

import io
from collections.abc import Sequence

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from kouki_print.page.faces import FontFace


def svg_paths(glyphs: Sequence[tuple[FontFace, int]]) -> list[str]:
    """The ``d`` of each glyph in a box of 1000 × 1000 with the top left corner of the em at 0, 0."""
    faces = {face.label: face for face, _ in glyphs}
    fonts = {label: _opened(face) for label, face in faces.items()}
    return [_path(fonts[face.label], gid) for face, gid in glyphs]


def _opened(face: FontFace) -> TTFont:
    font = TTFont(io.BytesIO(face.data), lazy=True)
    font.setGlyphOrder([str(index) for index in range(font["maxp"].numGlyphs)])
    return font


def _path(font: TTFont, gid: int) -> str:
    outlines = font.getGlyphSet()
    scale = 1000 / font["head"].unitsPerEm
    pen = SVGPathPen(outlines, ntos=lambda value: str(round(value)))
    outlines[str(gid)].draw(TransformPen(pen, (scale, 0, 0, -scale, 0, 880)))
    return str(pen.getCommands())
