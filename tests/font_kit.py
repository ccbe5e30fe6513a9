"""Small fonts made for tests: further fonts, variants, own characters (外字), and broken ones."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

YOSHI = "𠮷"  # U+20BB7, which no shipped font has
OWN = "\ue000"  # the first own character
FURTHER_VARIANT = "\u845b\U000e0108"  # 葛 in a form that no shipped font has


def _box(pen: TTGlyphPen | T2CharStringPen, width: int, height: int) -> None:
    pen.moveTo((50, 0))
    for x, y in ((width, 0), (width, height), (50, height)):
        pen.lineTo((x, y))
    pen.closePath()


def small_font(
    path: Path,
    characters: str = "0123456789様 ",
    *,
    blank: str = "",
    flat: str = "",
    empty_parts: str = "",
    hairline: str = "",
    pairs: Iterable[str] = (),
    same: Mapping[str, str] | None = None,
    vertical: Mapping[str, str] | None = None,
    kind: str = "TTF",
    fs_type: int = 0,
    drop: Iterable[str] = (),
) -> Path:
    """A font of boxes, each character of another height.

    ``blank`` are mapped but have no outline, ``flat`` one without height, ``hairline`` one of two points,
    ``empty_parts`` are composites of the blank; ``pairs`` are variants of format 14; those in ``same``
    share the glyph of another character, those in ``vertical`` do so in vertical text; ``drop`` are tables
    to be left out.
    """
    clusters = [*characters, *pairs]
    names = [".notdef", *(_name(cluster) for cluster in clusters)]
    builder = FontBuilder(1000, isTTF=kind == "TTF")
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap(
        {ord(each): _name(each) for each in characters}
        | {ord(one): _name(other) for one, other in (same or {}).items()},
        [(ord(base), ord(selector), _name(base + selector)) for base, selector in pairs] or None,
    )
    empty = {_name(cluster) for cluster in clusters if cluster in blank or cluster == " "}
    glyphs = {}
    for position, name in enumerate(names):
        pen = TTGlyphPen(dict.fromkeys(names)) if kind == "TTF" else T2CharStringPen(600, None)
        if name in map(_name, empty_parts):
            pen.addComponent(_name(" "), (1, 0, 0, 1, 0, 0))
        elif name in map(_name, flat):
            _box(pen, 900, 0)
        elif name in map(_name, hairline):
            pen.moveTo((0, 0))
            pen.lineTo((900, 700))
            pen.closePath()
        elif name not in empty:
            _box(pen, 900, 500 + 10 * position)
        glyphs[name] = pen.glyph() if kind == "TTF" else pen.getCharString()
    if kind == "TTF":
        builder.setupGlyf(glyphs)
    else:
        builder.setupCFF("Small", {}, glyphs, {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Small", "styleName": "Regular", "psName": "Small-Regular"})
    builder.setupOS2(fsType=fs_type)
    builder.setupPost()
    if vertical:
        rules = "".join(f"sub {_name(one)} by {_name(other)};" for one, other in vertical.items())
        builder.addOpenTypeFeatures(f"feature vert {{ {rules} }} vert;")
    builder.save(path)
    if drop:
        _without(path, drop)
    return path


def _name(cluster: str) -> str:
    return "_".join(f"u{ord(character):04X}" for character in cluster)


def _without(path: Path, tables: Iterable[str]) -> None:
    font = TTFont(path)
    for tag in tables:
        del font[tag]
    font.save(path)


def own_font(path: Path, characters: str = OWN) -> Path:
    """A file of own characters as editors write it (TTE): glyphs, metrics and map, nothing else."""
    return small_font(path, characters, drop=("OS/2", "name", "post"))


def pinned(path: Path) -> str:
    """The entry of [fonts] for a file."""
    return f'{{ file = "{path}", sha256 = "{hashlib.sha256(path.read_bytes()).hexdigest()}" }}'
