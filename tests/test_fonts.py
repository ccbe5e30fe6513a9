"""Fonts: exactly the asked form is drawn or nothing is; what may not be embedded is refused."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pytest
from font_kit import FURTHER_VARIANT, OWN, YOSHI, own_font, pinned, small_font
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lot import DEFAULT_VARIANT, VARIANT

from kouki_print.base.errors import JobError
from kouki_print.base.resources import font_dir
from kouki_print.job.forms import complete, load_styles
from kouki_print.order.fonts import Fonts
from kouki_print.page.type.faces import FontFace, load_face
from kouki_print.page.type.fonts import Style, clusters, distinct_clusters

MISSING_VARIANT = "\u845b\U000e010f"  # 葛 in a form that no shipped font has


def source_of(face: FontFace) -> TTFont:
    """The file of a shipped face, read by another reader."""
    return TTFont(font_dir() / face.label, lazy=True)


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
        font = source_of(face)
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
def test_a_digit_without_outline_is_a_broken_font(
    tmp_path: Path, styles: dict[str, Style], digit: str
) -> None:
    """The accident of 2024: one digit printed nothing.  No other font fills in: the job stops."""
    hurt = load_face(small_font(tmp_path / "small.ttf", blank=digit))
    style = Style("X", (hurt, styles["gothic"].faces[0]))
    for character in "0123456789様 ":
        assert style.resolve(character)[0] == 0
    assert style.blanks() == {digit: hurt}
    with pytest.raises(JobError, match=rf"「small.ttf」の文字 U\+{ord(digit):04X} は字形が空"):
        style.settled()


@pytest.mark.parametrize("how", ["flat", "hairline", "empty_parts"])
def test_an_outline_without_ink_prints_nothing(tmp_path: Path, how: str) -> None:
    """The glyph has data: a contour without area, or another glyph that is empty."""
    hurt = load_face(small_font(tmp_path / "small.ttf", **{how: "8"}))  # type: ignore[arg-type]
    style = Style("X", (hurt,))
    for character in "0123456789 ":
        style.resolve(character)
    assert style.blanks() == {"8": hurt}
    with pytest.raises(JobError, match=r"「small.ttf」の文字 U\+0038 は字形が空"):
        style.settled()


def test_a_composite_with_ink_is_drawn(tmp_path: Path) -> None:
    path = small_font(tmp_path / "small.ttf", empty_parts="8")
    font = TTFont(path)
    font["glyf"]["u0038"].components[0].glyphName = "u0037"
    font.save(path)
    style = Style("X", (load_face(path),))
    assert style.can_draw("8") and style.blanks() == {}


def test_a_blank_glyph_that_nobody_needs_is_no_defect(tmp_path: Path) -> None:
    style = Style("X", (load_face(small_font(tmp_path / "small.ttf", blank="3")),))
    style.resolve("4")
    assert style.blanks() == {} and len(style.settled().shown()[0]) == 1


def test_the_first_face_must_have_digits_letters_and_kana(tmp_path: Path, styles: dict[str, Style]) -> None:
    for style in styles.values():
        complete(style.faces[0])
    font = TTFont(font_dir() / "BIZUDGothic-Regular.ttf", recalcBBoxes=False, lazy=True)
    font["glyf"][font.getBestCmap()[ord("3")]] = Glyph()
    font.save(tmp_path / "hurt.ttf")
    with pytest.raises(JobError, match=r"hurt.ttf.*U\+0033 は字形が空"):
        complete(load_face(tmp_path / "hurt.ttf"))
    with pytest.raises(JobError, match=r"dummy.ttf.*文字「8」（U\+0038）がありません"):
        complete(load_face(small_font(tmp_path / "dummy.ttf", "012345679")))


def chain(folder: Path, styles: dict[str, Style]) -> Style:
    """The shipped 明朝, two further fonts, and the union's own."""
    first = small_font(folder / "first.ttf", YOSHI + OWN + "葛", pairs=[FURTHER_VARIANT])
    second = small_font(folder / "second.ttf", YOSHI + "葛髙", pairs=[FURTHER_VARIANT, MISSING_VARIANT])
    own = load_face(own_font(folder / "外字.tte"), private=True)
    return Style("M", (styles["mincho"].faces[0], load_face(first), load_face(second), own))


def test_the_first_font_that_has_the_very_character_draws_it(
    tmp_path: Path, styles: dict[str, Style]
) -> None:
    style = chain(tmp_path, styles)
    wanted = {"葛": 0, VARIANT: 0, YOSHI: 1, FURTHER_VARIANT: 1, "髙": 0, MISSING_VARIANT: 2, OWN: 3}
    assert {cluster: style.resolve(cluster)[0] for cluster in wanted} == wanted
    assert style.resolve(FURTHER_VARIANT)[1] != style.faces[1].glyph("葛")
    absent = "葛\U000e0107"  # no font of the chain has the pair, all have the base
    assert style.resolve(absent) == (0, 0)
    assert sorted(style.from_further_faces()) == sorted([YOSHI, FURTHER_VARIANT, MISSING_VARIANT, OWN])


def test_private_use_is_drawn_by_the_own_font_only(tmp_path: Path, styles: dict[str, Style]) -> None:
    """Two fonts mean different characters by one code of private use."""
    style = chain(tmp_path, styles)
    assert style.faces[1].glyph(OWN) == 0 and style.private_use() == {ord(OWN)}
    assert not style.can_draw("\ue001")


def test_a_file_of_own_characters_needs_no_names(tmp_path: Path) -> None:
    face = load_face(own_font(tmp_path / "外字.tte", OWN + "\ue001"), private=True)
    assert (face.label, face.name, face.cap_height) == ("外字.tte", "Font", face.ascent)
    assert face.glyph("\ue001") == 2 and face.advances[2] == 1000


def test_fonts_of_the_order_are_pinned(tmp_path: Path) -> None:
    further, own = small_font(tmp_path / "further.ttf", YOSHI), own_font(tmp_path / "own.tte")
    text = f"fallback = [{pinned(further)}]\ngaiji = {pinned(own)}"
    fonts = Fonts.model_validate(tomllib.loads(text))
    for style in load_styles(fonts).values():
        assert [face.label for face in style.faces[1:]] == ["further.ttf", "own.tte"]
        assert style.can_draw(YOSHI) and style.can_draw(OWN)
    further.write_bytes(own.read_bytes())
    with pytest.raises(JobError, match=r"SHA-256が注文と違います（このファイルは [0-9a-f]{64}）"):
        load_styles(fonts)


def test_a_shared_glyph_stands_in_a_layer_for_each_text(tmp_path: Path, styles: dict[str, Style]) -> None:
    """Nothing is lost by reading back: base and default variant are two texts of one glyph."""
    style = Style("M", styles["mincho"].faces)
    for cluster in (DEFAULT_VARIANT, VARIANT, VARIANT[0], DEFAULT_VARIANT[0]):
        style.resolve(cluster)
    settled = style.settled()
    base, variant = settled.resolve(DEFAULT_VARIANT[0]), settled.resolve(DEFAULT_VARIANT)
    assert (base[0], variant[0], base[1]) == (0, 1, variant[1])
    assert settled.resolve(VARIANT)[0] == 0
    assert [sorted(texts.values()) for texts in settled.shown()] == [
        sorted([VARIANT[0], VARIANT, DEFAULT_VARIANT[0]]),
        [DEFAULT_VARIANT],
    ]


@settings(deadline=None)  # the first call reads the fonts
@given(st.permutations(["葛", VARIANT, "邉", DEFAULT_VARIANT, "様", "（", "1"]))
def test_the_order_of_asking_changes_nothing(asked: list[str]) -> None:
    face = load_styles_once()["mincho"].faces[0]
    style = Style("M", (face,))
    for cluster in asked:
        style.resolve(cluster)
    style.resolve_vertical("（")
    usual = Style("M", (face,))
    usual.resolve_vertical("（")
    for cluster in sorted(asked):
        usual.resolve(cluster)
    assert repr(style.settled().shown()) == repr(usual.settled().shown())
    assert {each: style.settled().resolve(each) for each in asked} == {
        each: usual.settled().resolve(each) for each in asked
    }


load_styles_once = cache(load_styles)


@pytest.mark.parametrize("character", "（）「」、。ーァッ…―")
def test_marks_have_a_form_for_vertical_text(styles: dict[str, Style], character: str) -> None:
    for style in styles.values():
        fresh = Style("X", style.faces)
        (face, flat), (same, upright) = fresh.resolve(character), fresh.resolve_vertical(character)
        assert face == same and upright not in (0, flat)
        assert {flat, upright} == set(fresh.settled().shown()[0])
        assert set(fresh.settled().shown()[0].values()) == {character}


def test_what_has_no_vertical_form_stands_upright(styles: dict[str, Style]) -> None:
    for character in ("転", "1", VARIANT):
        assert styles["gothic"].resolve_vertical(character) == styles["gothic"].resolve(character)


def test_variants_are_found_before_the_vertical_form(tmp_path: Path) -> None:
    pair = "葛\U000e0101"
    path = small_font(tmp_path / "small.ttf", "葛（）", pairs=[pair], vertical={pair: "（", "葛": "）"})
    style = Style("X", (load_face(path),))
    assert style.resolve_vertical(pair) == style.resolve("（")
    assert style.resolve_vertical("葛") == style.resolve("）")


def test_a_collection_of_fonts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "many.ttc").write_bytes(b"ttcf" + bytes(20))
    with pytest.raises(JobError, match="（TTC）は使えません"):
        load_face(tmp_path / "many.ttc")


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
        font = source_of(face)
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
    assert found == wanted
