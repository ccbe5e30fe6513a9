"""The checker's items 28 to 38: good files are green, each broken one is red with its item, on its page."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from broken_content import (
    BLACK,
    Change,
    add,
    checked,
    empty_glyph,
    findings,
    font,
    form,
    image,
    in_form,
    in_text,
    of_font,
    resource,
    resources,
    separation,
    soft_mask,
    state,
)
from font_kit import small_font
from made_lot import Made
from pikepdf import Array, Dictionary, Name

from kouki_print.verify.preflight.content import ContentCheck
from kouki_print.verify.preflight.fonts import embedding_findings
from kouki_print.verify.preflight.items import Finding, Standard


def good(pdf: pikepdf.Pdf) -> None:
    """No change."""


@pytest.fixture(scope="module")
def single_file(made: Made) -> Path:
    """The 1-up file of the smaller lot: eight pages."""
    return made.single(1)


def numbers(found: list[Finding], page: int | None = None) -> set[int]:
    return {each.item for each in found if page is None or each.page == page}


# Good files


def test_our_files_are_green(made: Made, made_x1a: Made) -> None:
    for path in made.all_files():
        assert findings(path, good, Standard.vt) == [], path.name
    for path in made_x1a.all_files():
        assert findings(path, good, Standard.x1a, spots=["DIC 123"]) == [], path.name


def test_a_die_in_a_layer_is_green(single_file: Path) -> None:
    layer = resource("/Properties", "/OCx", lambda _: Dictionary(Type=Name.OCG, Name="ミシン目"))
    plate = separation("Perforation")

    def change(pdf: pikepdf.Pdf) -> None:
        layer(pdf)
        plate(pdf)
        add(b"q /GS0 gs /OC /OCx BDC\n/New CS 1 SCN\n[2 1] 0 d 0 0 m 50 0 l S\n0 0 0 1 K\nEMC\nQ\n")(pdf)

    assert findings(single_file, change, spots=[]) == []


def test_separations_are_told(made_x1a: Made) -> None:
    told = []
    for path in made_x1a.all_files():
        with pikepdf.open(path) as pdf:
            check = ContentCheck(pdf, Standard.x1a, house=True)
            assert list(check.page(1, pdf.pages[0].obj)) == []
            told.append(check.separations())
    assert set(told[0]) == {"All", "DIC 123", "Perforation"}
    assert all(each == told[0] for each in told)


# One mutation each: the item, and what is changed


def helvetica(_: pikepdf.Pdf) -> Any:
    return Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)


def helvetica_in_form(pdf: pikepdf.Pdf) -> None:
    resources(pdf).XObject["/S0f"].Resources.Font["/F9"] = pdf.make_indirect(helvetica(pdf))


def other_width(_: pikepdf.Pdf, __: Any, descendant: Any) -> None:
    descendant.W[1][0] = int(descendant.W[1][0]) + 5


def other_tag(_: pikepdf.Pdf, type0: Any, descendant: Any) -> None:
    name = Name("/ABCDEF" + str(type0.BaseFont)[7:])
    type0.BaseFont = descendant.BaseFont = descendant.FontDescriptor.FontName = name


def small_letters(_: pikepdf.Pdf, type0: Any, descendant: Any) -> None:
    name = Name("/abcdef" + str(type0.BaseFont)[7:])
    type0.BaseFont = descendant.BaseFont = descendant.FontDescriptor.FontName = name


def other_name(_: pikepdf.Pdf, type0: Any, __: Any) -> None:
    type0.BaseFont = Name("/ABCDEF+Other")


def glyph_map(pdf: pikepdf.Pdf, _: Any, descendant: Any) -> None:
    descendant.CIDToGIDMap = pdf.make_stream(b"".join(code.to_bytes(2, "big") for code in range(20_000)))


def vertical(_: pikepdf.Pdf, type0: Any, __: Any) -> None:
    type0.Encoding = Name("/Identity-V")


def other_encoding(_: pikepdf.Pdf, type0: Any, __: Any) -> None:
    type0.Encoding = Name("/UniJIS-UTF16-H")


def no_program(_: pikepdf.Pdf, __: Any, descendant: Any) -> None:
    del descendant.FontDescriptor["/FontFile2"]


def broken_program(pdf: pikepdf.Pdf, _: Any, descendant: Any) -> None:
    descendant.FontDescriptor.FontFile2 = pdf.make_stream(b"\0\1\0\0 no font at all")


def other_tint(pdf: pikepdf.Pdf) -> None:
    separation("All", full=(1, 1, 1, 0.9))(pdf)
    add(b"q /CSAll CS 1 SCN 0 0 m 5 5 l S Q\n")(pdf)


def loop(pdf: pikepdf.Pdf) -> None:
    form(b"q /New Do Q")(pdf)
    resources(pdf).XObject["/New"].Resources = resources(pdf)


def garbage(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_stream(b"this is not deflated")
    stream.write(b"this is not deflated", filter=Name.FlateDecode)
    pdf.pages[2].obj.Contents.append(stream)


def page_group(pdf: pikepdf.Pdf) -> None:
    pdf.pages[2].obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceCMYK)


def blend_in_rgb(pdf: pikepdf.Pdf) -> None:
    pdf.pages[2].obj.Group = Dictionary(S=Name.Transparency, CS=Name.DeviceRGB)


def lzw(pdf: pikepdf.Pdf) -> None:
    stream = pdf.make_stream(b"")
    stream.write(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", filter=Name.LZWDecode)
    pdf.pages[2].obj.Contents.append(stream)


def shading(_: pikepdf.Pdf) -> Any:
    fade = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0, 0, 0], C1=[1, 0, 0], N=1)
    return Dictionary(ShadingType=2, ColorSpace=Name.DeviceRGB, Coords=[0, 0, 9, 9], Function=fade)


def shading_pattern(pdf: pikepdf.Pdf) -> Any:
    return Dictionary(Type=Name.Pattern, PatternType=2, Shading=shading(pdf))


def tiles(pdf: pikepdf.Pdf) -> Any:
    head = Dictionary(PatternType=1, PaintType=1, TilingType=1, BBox=[0, 0, 5, 5], XStep=5, YStep=5)
    head.Resources = Dictionary()
    return pdf.make_stream(b"1 0 0 rg 0 0 2 2 re f", head)


def postscript(pdf: pikepdf.Pdf) -> Any:
    return pdf.make_stream(b"showpage", Dictionary(Type=Name.XObject, Subtype=Name.PS))


def transfer(_: pikepdf.Pdf) -> Any:
    return Dictionary(FunctionType=2, Domain=[0, 1], N=1)


def halftone(**entries: Any) -> Dictionary:
    return Dictionary({"/Type": Name.Halftone, **{f"/{key}": each for key, each in entries.items()}})


def rgb_with_default(_: pikepdf.Pdf) -> Any:
    return Array([Name.CalRGB, Dictionary(WhitePoint=[0.95, 1, 1.09])])


CODE = b"".join(b"%d 0 1 9 re\n" % (2 * bar) for bar in range(30))
MUTATIONS: dict[str, tuple[int, Change]] = {
    "font without program": (28, of_font(no_program)),
    "font program that is none": (28, of_font(broken_program)),
    "Helvetica stands ready": (28, resource("/Font", "/F9", helvetica)),
    "Helvetica is used": (28, resource("/Font", "/F9", helvetica, BLACK + b"BT /F9 9 Tf (A) Tj ET Q\n")),
    "Helvetica in a form": (28, helvetica_in_form),
    "font in a graphics state": (28, state(Font=[helvetica(pikepdf.Pdf.new()), 9])),
    "another tag": (29, of_font(other_tag)),
    "small letters as tag": (29, of_font(small_letters)),
    "two names": (29, of_font(other_name)),
    "a width off by 5": (29, of_font(other_width)),
    "glyph map": (29, of_font(glyph_map)),
    "vertical encoding": (29, of_font(vertical)),
    "another encoding": (29, of_font(other_encoding)),
    "glyph 0": (30, in_text(b"<", b"<0000")),
    "glyph behind the last": (30, in_text(b"<", b"<FFF0")),
    "half a code": (30, in_text(b"<", b"<00")),
    "unknown font": (30, in_text(b" Tf", b" Tf /Nowhere 8 Tf")),
    "unknown form": (30, add(b"/Nowhere Do\n")),
    "unknown state": (30, add(b"/Nowhere gs\n")),
    "unknown colour space": (30, add(b"q /Nowhere cs 1 scn Q\n")),
    "unknown layer": (30, add(b"/OC /Nowhere BDC EMC\n")),
    "text without font": (30, add(BLACK + b"BT <0012> Tj ET Q\n")),
    "operator outside the list": (30, add(b"q 0 0 m 1 1 2 2 v S Q\n")),
    "invisible text": (30, in_text(b"BT\n", b"BT 3 Tr\n")),
    "operator that is none": (30, add(b"1 2 jump\n")),
    "Q without q": (30, add(b"Q\n")),
    "q without Q": (30, add(b"q\n")),
    "text not closed": (30, add(b"BT\n")),
    "operands at the end": (30, add(b"1 2 3\n")),
    "string not closed": (30, add(b"(abc\n")),
    "array not closed": (30, add(b"[1 2\n")),
    "dictionary without value": (30, add(b"/OC <</A>> BDC EMC\n")),
    "q too deep": (30, add(b"q " * 29 + b"Q " * 29)),
    "stream that is garbage": (30, garbage),
    "form that draws itself": (30, loop),
    "rg in a page": (32, add(b"q 1 0 0 rg Q\n")),
    "grey in a page": (32, add(b"q 0 g Q\n")),
    "rg in a form": (32, in_form(b"q 1 0 0 RG Q\n")),
    "RGB by name": (32, add(b"q /DeviceRGB cs 1 0 0 sc Q\n")),
    "RGB in an inline image": (32, add(b"q BI /W 1 /H 1 /BPC 8 /CS /RGB ID \1\2\3 EI Q\n")),
    "RGB image": (32, image(b"\1\2\3", ColorSpace=Name.DeviceRGB)),
    "indexed RGB image": (32, image(b"\0", ColorSpace=Array([Name.Indexed, Name.DeviceRGB, 0, b"\1\2\3"]))),
    "RGB shading": (32, resource("/Shading", "/New", shading, b"q /New sh Q\n")),
    "RGB shading as pattern": (
        32,
        resource("/Pattern", "/New", shading_pattern, b"q /Pattern cs /New scn 0 0 5 5 re f Q\n"),
    ),
    "RGB in a pattern": (32, resource("/Pattern", "/New", tiles, b"q /Pattern cs /New scn 0 0 5 5 re f Q\n")),
    "separation over RGB": (32, separation("Perforation", Name.DeviceRGB, (1, 0, 0))),
    "group that blends in RGB": (32, blend_in_rgb),
    "separation with another tint": (33, other_tint),
    "separation that nobody ordered": (33, separation("Gold")),
    "text in 99 %": (34, add(b"q /GS0 gs 0 0 0 0.99 k BT /G0 8 Tf <0012> Tj ET Q\n")),
    "text in rich black": (34, add(b"q /GS0 gs 0.5 0 0 1 k BT /G0 8 Tf <0012> Tj ET Q\n")),
    "text in a spot": (34, add(b"q /GS0 gs /CSAll cs 1 scn BT /G0 8 Tf <0012> Tj ET Q\n")),
    "code in 90 %": (34, add(b"q /GS0 gs 0 0 0 0.9 k " + CODE + b"f Q\n")),
    "mark in rich black": (34, add(b"q /GS0 gs 0.1 0 0 1 K 0 0 m 5 5 l S Q\n")),
    "text not overprinted": (34, add(b"q 0 0 0 1 k BT /G0 8 Tf <0012> Tj ET Q\n")),
    "line not overprinted": (34, add(b"q 0 0 0 1 K 0 0 m 5 5 l S Q\n")),
    "white under overprint": (34, add(b"q /GS0 gs 0 0 0 0 k 0 0 5 5 re f Q\n")),
    "0 % of a spot under overprint": (34, add(b"q /GS0 gs /CSAll cs 0 scn 0 0 5 5 re f Q\n")),
    "overprint ended": (34, state(BLACK + b"/New gs BT /G0 8 Tf <0012> Tj ET Q\n", OP=False)),
    "page group": (35, page_group),
    "form group": (35, form(b"", Group=Dictionary(S=Name.Transparency))),
    "half opaque": (35, state(ca=0.5)),
    "multiply": (35, state(BM=Name.Multiply)),
    "soft mask": (35, state(SMask=Dictionary(S=Name.Luminosity))),
    "image with soft mask": (35, image(SMask=soft_mask())),
    "transfer function": (36, state(TR=transfer(pikepdf.Pdf.new()))),
    "transfer function, second form": (36, state(TR2=transfer(pikepdf.Pdf.new()))),
    "halftone of another type": (36, state(HT=halftone(HalftoneType=6))),
    "halftone with a name": (36, state(HT=halftone(HalftoneType=1, HalftoneName=b"Dots"))),
    "PostScript": (37, resource("/XObject", "/New", postscript, b"/New Do\n")),
    "PostScript in a form": (37, form(b"", Subtype2=Name.PS)),
    "OPI": (37, image(OPI=Dictionary())),
    "alternate that prints": (37, image(Alternates=[Dictionary(DefaultForPrinting=True)])),
    "LZW": (38, lzw),
    "JPEG": (38, image(Filter=Name.DCTDecode)),
    "JPEG 2000": (38, image(Filter=Name.JPXDecode)),
    "hexadecimal": (38, add(b"q BI /W 1 /H 1 /IM true /F /AHx ID 00> EI Q\n")),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_mutation_is_found(single_file: Path, name: str) -> None:
    item, change = MUTATIONS[name]
    found = findings(single_file, change, spots=[])
    assert item in numbers(found), found


def test_a_mutation_of_one_page_is_told_for_this_page_only(single_file: Path) -> None:
    for name in (
        "rg in a page",
        "text in 99 %",
        "glyph 0",
        "LZW",
        "half opaque",
        "RGB image",
        "Helvetica is used",
    ):
        item, change = MUTATIONS[name]
        found = findings(single_file, change)
        assert {each.page for each in found if each.item == item} - {0} == {3}, name


def test_a_form_is_told_on_the_pages_that_draw_it(single_file: Path) -> None:
    found = findings(single_file, in_form(b"q 1 0 0 rg Q\n"))
    with pikepdf.open(single_file) as pdf:
        heads = [page.Contents[0].read_bytes() for page in pdf.pages]
    fronts = {number for number, head in enumerate(heads, 1) if b"/S0f Do" in head}
    assert {(each.page, each.item) for each in found if each.item == 32} == {(page, 32) for page in fronts}
    assert all(each.object.startswith("/S0f の ") for each in found)


def test_what_no_page_uses_is_told_once(single_file: Path) -> None:
    found = findings(single_file, resource("/Font", "/F9", helvetica))
    assert [(each.item, each.page, each.object) for each in found if each.item == 28] == [
        (28, 0, "/F9 Helvetica")
    ]


def test_a_glyph_without_outline(single_file: Path) -> None:
    code = b"%04X" % empty_glyph(single_file)
    found = findings(single_file, in_text(b"<", b"<" + code))
    assert any(each.item == 30 and code.decode() in each.what and each.page == 3 for each in found)


def test_widths_of_glyphs_that_nobody_shows_do_not_count_in_foreign_files(single_file: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        of_font(lambda _, __, descendant: descendant.W.extend([60_000, 60_009, 500]))(pdf)
        of_font(lambda _, __, descendant: descendant.W.extend([empty, Array([317])]))(pdf)

    empty = empty_glyph(single_file)
    assert 29 not in numbers(findings(single_file, change, house=False))
    shown = in_text(b"<", b"<%04X" % empty)
    assert 29 in numbers(findings(single_file, lambda pdf: (change(pdf), shown(pdf))[0], house=False))


def test_blanks_need_no_outline(single_file: Path) -> None:
    with pikepdf.open(single_file) as pdf:
        lines = font(pdf).ToUnicode.read_bytes().splitlines()
    space = next(line[1:5] for line in lines if line.endswith((b"<0020>", b"<3000>")))
    assert findings(single_file, in_text(b"<", b"<" + space)) == []


# X-1a, X-4 and our own rules


@pytest.mark.parametrize(
    ("standard", "change", "item", "house"),
    [
        (Standard.x1a, add(b"q 1 0 0 rg Q\n"), 32, False),
        (Standard.x4, add(b"q 1 0 0 rg Q\n"), 32, False),
        (Standard.x4, add(b"q 0 g Q\n"), 32, True),
        (Standard.x1a, add(b"q 0 g Q\n"), 32, True),
        (Standard.x1a, page_group, 35, False),
        (Standard.x4, page_group, 35, True),
        (Standard.x1a, image(Filter=Name.JPXDecode), 38, False),
        (Standard.x4, image(Filter=Name.JPXDecode), 38, True),
        (Standard.x4, lzw, 38, False),
        (Standard.x1a, resource("/ColorSpace", "/New", rgb_with_default, b"q /New cs Q\n"), 32, False),
        (Standard.x4, resource("/ColorSpace", "/New", rgb_with_default, b"q /New cs Q\n"), 32, True),
    ],
)
def test_whose_rule_is_broken(
    single_file: Path, standard: Standard, change: Change, item: int, house: bool
) -> None:
    found = findings(single_file, change, standard)
    assert {each.house for each in found if each.item == item} == {house}


def test_a_default_space_makes_rgb_right_in_x4(single_file: Path) -> None:
    change = resource("/ColorSpace", "/DefaultRGB", rgb_with_default, b"q 1 0 0 rg Q\n")
    assert not [each for each in findings(single_file, change, Standard.x4) if not each.house]


def test_artwork_in_our_files_keeps_the_standard_but_not_our_own_rules(single_file: Path) -> None:
    def artwork(content: bytes) -> Change:
        def change(pdf: pikepdf.Pdf) -> None:
            head = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9], Resources=Dictionary())
            resources(pdf).XObject["/A0f"] = pdf.make_stream(content, head)
            add(b"q /A0f Do Q\n")(pdf)

        return change

    assert findings(single_file, artwork(b"0 g 0 0 9 9 re f* 0.9 0 0 1 k 0 0 9 9 re f")) == []
    found = findings(single_file, artwork(b"1 0 0 rg 0 0 9 9 re f"))
    assert [(each.item, each.page, each.house) for each in found] == [(32, 3, False)]


# Content of any kind


@pytest.mark.parametrize(
    "content",
    [
        b"BT (1 0 0 rg \\) \\( (nested) ) Tj ET",
        b"% 1 0 0 rg\nq Q",
        b"[(1 0 0 rg)] 0 d",
        b"/P <</Text (1 0 0 rg) /More [<</A 1>>]>> BDC EMC",
        b"q BI /W 4 /H 3 /BPC 8 /CS /G ID  1 0 0 rg EI EI Q",
        b"q BI /W 9 /H 9 /IM true /F /Fl ID \x80 1 0 0 rg EI \x80\x81 EI Q",
        b"q 0 0 1 1 re\n0 0 m 1 1 l 1 2 3 4 5 6 c 1 2 3 4 v 1 2 3 4 y h b* Q",
    ],
)
def test_what_is_no_operator_is_not_taken_for_one(single_file: Path, content: bytes) -> None:
    found = findings(single_file, add(BLACK + content + b" Q\n"), house=False)
    assert not [
        each for each in found if "RGB" in each.what or "知らない" in each.what or "読めません" in each.what
    ]
    behind = findings(single_file, add(BLACK + content + b" 1 0 0 rg Q\n"), house=False)
    assert [each.page for each in behind if "RGB" in each.what] == [3], "the content behind it is read on"


def test_content_may_be_cut_between_any_two_tokens(single_file: Path) -> None:
    content = (
        b"q /GS0 gs 0 0 0 0.5 k BT /G0 8 Tf <0012> Tj ET 0 0 5 5 re f "
        b"[ (a) -5 ] 0 d /A << /B 1 >> BDC EMC 1 0 0 rg Q"
    )
    whole = findings(single_file, add(content))
    assert {30, 32, 34} <= numbers(whole, 3)
    tokens = content.split(b" ")

    def cut_everywhere(pdf: pikepdf.Pdf) -> None:
        for token in tokens:
            add(token)(pdf)

    assert set(findings(single_file, cut_everywhere)) == set(whole)


def test_a_coded_name_is_the_name(single_file: Path) -> None:
    assert findings(single_file, add(b"q /G#530 gs Q\n")) == []


# A designer's file


def designers_file(path: Path) -> None:
    """Four pages as an office program makes them: one resource dictionary, each page with its own mistake."""
    pdf = pikepdf.new()
    pixel = {"/Subtype": Name.Image, "/Width": 1, "/Height": 1, "/BitsPerComponent": 8}
    shared = Dictionary(
        Font=Dictionary(F1=helvetica(pdf)),
        ExtGState=Dictionary(G1=Dictionary(ca=0.5)),
        XObject=Dictionary(Im1=pdf.make_stream(b"\1\2\3", {**pixel, "/ColorSpace": Name.DeviceRGB})),
    )
    shared = pdf.make_indirect(shared)
    contents = (
        b"/Im1 Do",
        b"q /G1 gs 0 0 0 1 k 0 0 9 9 re f Q",
        b"BT 0 0 0 1 k /F1 12 Tf (Hello) Tj ET",
        b"0.2 0.3 0 0 k 5 5 50 50 re f",
    )
    for content in contents:
        page = pdf.add_blank_page(page_size=(595, 842))
        page.obj.Resources = shared
        page.obj.Contents = pdf.make_stream(content)
    last = pdf.pages[3].obj.Contents
    last.write(b"\x80\x0b\x60\x50\x22\x0c\x0c\x85\x01", filter=Name.LZWDecode)
    pdf.save(path, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def test_a_designers_file_is_told_page_by_page(tmp_path: Path) -> None:
    designers_file(tmp_path / "designer.pdf")
    found = findings(tmp_path / "designer.pdf", good, Standard.x1a, house=False)
    mistakes = [each for each in found if not each.house]
    assert {(each.item, each.page) for each in mistakes if each.page} == {(32, 1), (35, 2), (28, 3), (38, 4)}
    assert {each.object for each in mistakes} >= {"/Im1", "/G1", "/F1 Helvetica"}


# Fonts that may not be embedded


def test_a_font_that_may_not_be_embedded(tmp_path: Path) -> None:
    given = {
        f"font {bits}": small_font(tmp_path / "small.ttf", fs_type=bits).read_bytes()
        for bits in (0x0000, 0x0002, 0x0004, 0x0008, 0x0100, 0x0200)
    }
    assert [(each.item, each.object) for each in embedding_findings(given)] == [
        (31, "font 2"),
        (31, "font 512"),
    ]


def test_an_embedded_font_that_tells_of_its_licence(single_file: Path, tmp_path: Path) -> None:
    program = small_font(tmp_path / "small.ttf", fs_type=2).read_bytes()

    def change(pdf: pikepdf.Pdf) -> None:
        font(pdf).DescendantFonts[0].FontDescriptor.FontFile2 = pdf.make_stream(program)

    assert 31 in numbers(findings(single_file, change))


# Broken structures never end the check

JUNK: tuple[Callable[[], Any], ...] = (
    lambda: Name.Junk,
    lambda: -7,
    lambda: Array([1, Name.Junk]),
    lambda: Dictionary(Junk=1),
    lambda: pikepdf.String("junk"),
    lambda: True,
)


def places(pdf: pikepdf.Pdf) -> list[tuple[Any, str]]:
    """Every entry of the dictionaries that the check reads."""
    entries = resources(pdf)
    descendant = font(pdf).DescendantFonts[0]
    owners = [
        pdf.pages[0].obj, entries, entries.Font, entries.ExtGState, entries.ColorSpace, entries.XObject, font(pdf),
        descendant, descendant.FontDescriptor, entries.ExtGState["/GS0"], entries.XObject["/S0f"],
    ]  # fmt: skip
    skipped = ("/Length", "/Parent")
    return [(owner, key) for owner in owners for key in dict(owner.items()) if key not in skipped]


def test_junk_in_any_place_is_no_traceback(single_file: Path) -> None:
    with pikepdf.open(single_file) as pdf:
        while len(pdf.pages) > 2:
            del pdf.pages[-1]
        for number, (owner, key) in enumerate(places(pdf)):
            before = owner[key]
            for junk in (JUNK[number % len(JUNK)],):
                owner[key] = junk()
                list(checked(pdf))
            owner[key] = before
        assert list(checked(pdf)) == []


def test_broken_content_is_no_traceback(tmp_path: Path) -> None:
    designers_file(tmp_path / "designer.pdf")
    chance = random.Random(6)
    content = (
        b"q /G1 gs [(a(b)\\051) -5 <0A1>] TJ BT /F1 12 Tf (Hello) Tj ET /A <</B [1 2]>> BDC EMC 1 0 0 rg "
        b"BI /W 2 /H 1 /CS /G /BPC 8 ID ab EI /Im1 Do /Pattern cs /P1 scn 0 0 5 5 re f Q "
    )
    with pikepdf.open(tmp_path / "designer.pdf") as pdf:
        for _ in range(300):
            broken = bytearray(content * 2)
            for _ in range(chance.randint(1, 12)):
                broken[chance.randrange(len(broken))] = chance.choice(b"()<>[]{}/% \n\\q1E\xff\0")
            pdf.pages[0].obj.Contents = pdf.make_stream(bytes(broken))
            list(ContentCheck(pdf, Standard.x4, house=False).page(1, pdf.pages[0].obj))


def test_numbers_without_end_take_no_time(single_file: Path) -> None:
    found = findings(single_file, add(b"0.5 " * 10_000), house=False)
    assert numbers(found) == {30}
