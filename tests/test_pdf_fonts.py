"""Embedded fonts: what a file says of a font is what the embedded font and its source say."""

from __future__ import annotations

import hashlib
import io
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pikepdf
import pytest
from fontTools.ttLib import TTFont
from made_lot import DEFAULT_VARIANT, VARIANT, Made, forms, operations, page_content

from kouki_print.base.resources import font_dir
from kouki_print.page.type.fonts import Style
from kouki_print.pdf.fontset import FontSpec, embed

FILES = {"/M0": "BIZUDMincho-Regular.ttf", "/G0": "BIZUDGothic-Regular.ttf", "/B0": "BIZUDGothic-Bold.ttf"}


@pytest.fixture(scope="module")
def pdf(made: Made) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(made.single(), inherit_page_attributes=False) as opened:
        yield opened


@pytest.fixture(scope="module")
def fonts(pdf: pikepdf.Pdf) -> dict[str, Any]:
    return dict(pdf.Root.Pages.Resources.Font.items())


def program(font: Any) -> TTFont:
    return TTFont(io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()))


def widths(font: Any) -> dict[int, int]:
    """The /W array as a table of glyph number → width."""
    out: dict[int, int] = {}
    entries = list(font.DescendantFonts[0].W)
    for start, values in zip(entries[::2], entries[1::2], strict=True):
        for offset, value in enumerate(values):
            assert int(start) + offset not in out
            out[int(start) + offset] = int(value)
    return out


def to_unicode(font: Any) -> dict[int, str]:
    pairs = re.findall(
        r"^<([0-9A-F]{4})><([0-9A-F]+)>$", font.ToUnicode.read_bytes().decode("ascii"), re.MULTILINE
    )
    found = {int(gid, 16): bytes.fromhex(text).decode("utf-16-be") for gid, text in pairs}
    assert len(found) == len(pairs)
    return found


def shown(pdf: pikepdf.Pdf) -> dict[str, set[int]]:
    """Glyph numbers that any page or form shows, per font resource."""
    found: dict[str, set[int]] = defaultdict(set)
    contents = [page_content(page) for page in pdf.pages] + [
        form.read_bytes() for form in forms(pdf).values()
    ]
    for content in contents:
        font = ""
        for operands, operator in operations(content):
            if operator == b"Tf":
                font = operands[0].decode()
            elif operator == b"Tj":
                text = operands[0][1:-1]
                assert len(text) % 4 == 0 and text
                found[font].update(int(text[at : at + 4], 16) for at in range(0, len(text), 4))
    return found


def test_three_fonts_composite_and_embedded(fonts: dict[str, Any]) -> None:
    assert set(fonts) == set(FILES)
    for font in fonts.values():
        (descendant,) = font.DescendantFonts
        assert (font.Subtype, font.Encoding) == ("/Type0", "/Identity-H")
        assert (descendant.Subtype, descendant.CIDToGIDMap) == ("/CIDFontType2", "/Identity")
        names = {str(font.BaseFont), str(descendant.BaseFont), str(descendant.FontDescriptor.FontName)}
        assert len(names) == 1
        assert re.fullmatch(r"/[A-Z]{6}\+BIZUD\w+-\w+", names.pop())
        assert "/CIDSet" not in descendant.FontDescriptor


def test_the_tag_is_a_function_of_the_program_and_what_it_says(fonts: dict[str, Any]) -> None:
    for font in fonts.values():
        said = font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes() + font.ToUnicode.read_bytes()
        digest = hashlib.sha256(said).hexdigest()
        value, letters = int(digest[:12], 16), ""
        for _ in range(6):
            value, rest = divmod(value, 26)
            letters += chr(65 + rest)
        assert str(font.BaseFont)[1:7] == letters


def test_widths_are_those_of_both_font_files(fonts: dict[str, Any], pdf: pikepdf.Pdf) -> None:
    used = shown(pdf)
    for name, font in fonts.items():
        embedded, source = program(font), TTFont(font_dir() / FILES[name], lazy=True)
        order, table = source.getGlyphOrder(), widths(font)
        assert int(font.DescendantFonts[0].DW) == 1000
        for gid in used[name]:
            width = source["hmtx"][order[gid]][0] * 1000 / source["head"].unitsPerEm
            assert abs(table.get(gid, 1000) - width) <= 1
            assert embedded["hmtx"][embedded.getGlyphName(gid)][0] == source["hmtx"][order[gid]][0]


def test_every_glyph_shown_has_an_outline(fonts: dict[str, Any], pdf: pikepdf.Pdf) -> None:
    """The subset carries what is shown: never glyph 0, nothing empty but the blanks."""
    for name, glyphs in shown(pdf).items():
        embedded, texts = program(fonts[name]), to_unicode(fonts[name])
        assert 0 not in glyphs
        empty = {gid for gid in glyphs if embedded["glyf"][embedded.getGlyphName(gid)].numberOfContours == 0}
        assert {texts[gid] for gid in empty} <= {" ", "\u3000"}
        assert glyphs <= set(texts)


def test_outlines_are_those_of_the_source(fonts: dict[str, Any], pdf: pikepdf.Pdf) -> None:
    for name, glyphs in shown(pdf).items():
        embedded, source = program(fonts[name]), TTFont(font_dir() / FILES[name], lazy=True)
        for gid in sorted(glyphs)[::7]:
            one = embedded["glyf"][embedded.getGlyphName(gid)]
            other = source["glyf"][source.getGlyphName(gid)]
            assert one.getCoordinates(embedded["glyf"])[0] == other.getCoordinates(source["glyf"])[0]


def test_the_subset_has_no_hints_and_no_other_tables(fonts: dict[str, Any]) -> None:
    for font in fonts.values():
        embedded = program(font)
        assert set(embedded.keys()) - {"GlyphOrder"} == {"glyf", "loca", "head", "hhea", "hmtx", "maxp"}
        for gid in to_unicode(font):
            glyph = embedded["glyf"][embedded.getGlyphName(gid)]
            assert not getattr(getattr(glyph, "program", None), "bytecode", b"")


def test_text_comes_back_with_its_variants(fonts: dict[str, Any], made: Made) -> None:
    mincho = made.kit.styles["mincho"]
    texts = to_unicode(fonts["/M0"])
    assert texts[mincho.resolve(VARIANT)[1]] == VARIANT
    assert texts[mincho.resolve(DEFAULT_VARIANT)[1]] == DEFAULT_VARIANT  # nobody has the base


def test_a_subset_holds_only_what_its_style_prints(fonts: dict[str, Any]) -> None:
    holders = {name for name, font in fonts.items() if "髙" in to_unicode(font).values()}
    assert holders == {"/M0"}  # names stand in 明朝 alone


def test_to_unicode_blocks_are_small(fonts: dict[str, Any]) -> None:
    for font in fonts.values():
        blocks = re.findall(
            r"(\d+) beginbfchar\n(.*?)endbfchar", font.ToUnicode.read_bytes().decode(), re.DOTALL
        )
        assert blocks
        for count, body in blocks:
            assert int(count) == body.count("\n") <= 100


def spec(style: Style, characters: str) -> FontSpec:
    face = style.faces[0]
    texts = {face.glyph(character): character for character in characters}
    return FontSpec(
        resource="M0", name=face.name, data=face.data, texts=texts,
        advances={gid: int(face.advances[gid]) for gid in texts},
        bbox=face.bbox, ascent=face.ascent, descent=face.descent, cap_height=face.cap_height,
    )  # fmt: skip


def test_same_characters_same_font_in_any_order(styles: dict[str, Style]) -> None:
    assert embed(spec(styles["mincho"], "様0花子")) == embed(spec(styles["mincho"], "子花0様"))


def test_another_character_is_another_font_with_another_name(styles: dict[str, Style]) -> None:
    one, other = embed(spec(styles["mincho"], "様0花子")), embed(spec(styles["mincho"], "様0花子髙"))
    assert one.name != other.name
    assert one.digest != other.digest
