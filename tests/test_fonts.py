"""Fonts: exactly the asked form is drawn or nothing is; what may not be embedded is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from hypothesis import given
from hypothesis import strategies as st
from made_lot import DEFAULT_VARIANT, VARIANT

from kouki_print.base.errors import JobError
from kouki_print.base.resources import font_dir
from kouki_print.page.fonts import Style, clusters, distinct_clusters, load_face

MISSING_VARIANT = "\u845b\U000e010f"  # 葛 in a form that no shipped font has


def box(pen: TTGlyphPen | T2CharStringPen, width: int = 500) -> None:
    pen.moveTo((50, 0))
    for x, y in ((width, 0), (width, 700), (50, 700)):
        pen.lineTo((x, y))
    pen.closePath()


def small_font(path: Path, *, blank: str = "", kind: str = "TTF", fs_type: int = 0) -> Path:
    """A font of the ten digits and 様, in which ``blank`` has no outline."""
    characters = "0123456789様 "
    names = [".notdef", *(f"u{ord(character):04X}" for character in characters)]
    builder = FontBuilder(1000, isTTF=kind == "TTF")
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(name): f"u{ord(name):04X}" for name in characters})
    empty = {f"u{ord(character):04X}" for character in blank + " "}
    glyphs = {}
    for name in names:
        pen = TTGlyphPen(None) if kind == "TTF" else T2CharStringPen(600, None)
        if name not in empty:
            box(pen)
        glyphs[name] = pen.glyph() if kind == "TTF" else pen.getCharString()
    if kind == "TTF":
        builder.setupGlyf(glyphs)
    else:
        builder.setupCFF("Small", {}, glyphs, {})
    builder.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Small", "styleName": "Regular", "psName": "Small-Regular"})
    builder.setupOS2(fsType=fs_type)
    builder.setupPost()
    builder.save(path)
    return path


def test_variant_has_its_own_glyph(styles: dict[str, Style]) -> None:
    for style in styles.values():
        assert style.resolve(VARIANT)[1] not in (0, style.resolve(VARIANT[0])[1])


def test_default_variant_is_the_base_glyph(styles: dict[str, Style]) -> None:
    for style in styles.values():
        assert style.resolve(DEFAULT_VARIANT) == style.resolve(DEFAULT_VARIANT[0])


def test_missing_variant_is_never_the_base_glyph(styles: dict[str, Style]) -> None:
    for style in styles.values():
        assert style.can_draw(MISSING_VARIANT[0])
        assert not style.can_draw(MISSING_VARIANT)
        assert style.resolve(MISSING_VARIANT) == (0, 0)


def test_variants_are_those_of_the_font_file(styles: dict[str, Style]) -> None:
    """Every pair of the format 14 subtable, read once more through the glyph names."""
    for style in styles.values():
        face = style.faces[0]
        font = TTFont(face.path, lazy=True)
        cmap = font.getBestCmap()
        (table,) = [table for table in font["cmap"].tables if table.format == 14]
        expected = {
            (base, selector): font.getGlyphID(name or cmap[base])
            for selector, pairs in table.uvsDict.items()
            for base, name in pairs
        }
        assert face.variants == expected
        assert len(expected) > 10_000


@pytest.mark.parametrize("character", ["𠮷", "\ue000", "\ufffe", "\U0002f000"])
def test_characters_without_a_glyph_are_not_drawable(styles: dict[str, Style], character: str) -> None:
    assert not any(style.can_draw(character) for style in styles.values())


@pytest.mark.parametrize("character", "髙﨑德濵邉彅𣘺𡈽〒様々ヶー")
def test_characters_of_names_are_drawable(styles: dict[str, Style], character: str) -> None:
    assert all(style.can_draw(character) for style in styles.values())


@pytest.mark.parametrize("digit", "037")
def test_a_digit_without_outline_is_refused(tmp_path: Path, digit: str) -> None:
    """The accident of 2024: a font in which one digit printed nothing."""
    style = Style("X", (load_face(small_font(tmp_path / "small.ttf", blank=digit)),))
    assert not style.can_draw(digit)
    assert [other for other in "0123456789様" if not style.can_draw(other)] == [digit]
    assert style.can_draw(" ")


def test_an_emptied_digit_of_a_shipped_font_is_refused(tmp_path: Path) -> None:
    font = TTFont(font_dir() / "BIZUDGothic-Regular.ttf", recalcBBoxes=False, lazy=True)
    font["glyf"][font.getBestCmap()[ord("3")]] = Glyph()
    font.save(tmp_path / "hurt.ttf")
    hurt = load_face(tmp_path / "hurt.ttf")
    assert hurt.glyph("3") == 0
    assert all(hurt.glyph(other) for other in "012456789")


def test_another_face_of_the_chain_draws_what_the_first_cannot(
    tmp_path: Path, styles: dict[str, Style]
) -> None:
    hurt = load_face(small_font(tmp_path / "small.ttf", blank="3"))
    style = Style("X", (hurt, styles["gothic"].faces[0]))
    assert [style.resolve(digit)[0] for digit in "234"] == [0, 1, 0]
    assert style.width("3") == int(styles["gothic"].faces[0].advances[style.resolve("3")[1]])
    assert [sorted(used) for used in style.used()] == [["2", "4"], ["3"]]


def test_cff_outlines_are_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="CFF") as caught:
        load_face(small_font(tmp_path / "small.otf", kind="CFF"))
    assert "small.otf" in caught.value.file


@pytest.mark.parametrize("fs_type", [0x0002, 0x0006])
def test_a_restricted_licence_is_refused(tmp_path: Path, fs_type: int) -> None:
    with pytest.raises(JobError, match="埋め込みが許されていない"):
        load_face(small_font(tmp_path / "small.ttf", fs_type=fs_type))


def test_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.ttf").write_bytes(b"not a font at all")
    for name in ("words.ttf", "absent.ttf"):
        with pytest.raises(JobError, match="フォントを読めません"):
            load_face(tmp_path / name)


def test_advances_are_those_of_the_font_file(styles: dict[str, Style]) -> None:
    for style in styles.values():
        face = style.faces[0]
        font = TTFont(face.path, lazy=True)
        scale = 1000 / font["head"].unitsPerEm
        for character in "0A-様　髙ｱ":
            width = font["hmtx"][font.getBestCmap()[ord(character)]][0] * scale
            assert face.advances[face.glyph(character)] == round(width)


def test_slim_style_knows_what_was_resolved_and_nothing_else(styles: dict[str, Style]) -> None:
    fresh = Style("M", styles["mincho"].faces)
    fresh.resolve("様")
    fresh.resolve(VARIANT)
    slim = fresh.slim()
    assert slim.resolve("様") == fresh.resolve("様")
    assert slim.width(VARIANT) == fresh.width(VARIANT)
    assert not slim.can_draw("殿")
    assert slim.faces[0].data == b""


ALPHABET = st.sampled_from(["葛", "邉", "様", "1", "\U000e0100", "\U000e0101", "\ufe00", "\n"])


@given(st.lists(ALPHABET).map("".join))
def test_clusters_lose_nothing(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(st.lists(st.lists(st.sampled_from(["葛", "様", "1", VARIANT, DEFAULT_VARIANT])).map("".join)))
def test_distinct_clusters_cover_every_text(texts: list[str]) -> None:
    wanted = {cluster for text in texts for cluster in clusters(text)}
    found = distinct_clusters(texts)
    assert wanted <= found
    assert found <= wanted | {cluster[0] for cluster in wanted}
