"""Layout files: the shipped ones keep their distances; a mistake is named in Japanese."""

from __future__ import annotations

import shutil
from itertools import combinations, product
from pathlib import Path

import pytest
from made_lot import Made

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir
from kouki_print.page import layout as layout_module
from kouki_print.page.codes import BAR_COUNT, SIZE
from kouki_print.page.compose import is_local
from kouki_print.page.fields import bound_fields
from kouki_print.page.fonts import Style, clusters
from kouki_print.page.layout import MM, Box, FieldItem, Layout, Line, Side, Text, load_layout, parse_layout
from kouki_print.page.operators import wrap
from kouki_print.page.words import renderer
from kouki_print.sheet.imposition import load_imposition

NAMES = ("certificate_mount", "notice")
Rect = tuple[float, float, float, float]  # left, top, right, bottom in mm


@pytest.fixture(params=NAMES)
def layout(request: pytest.FixtureRequest) -> Layout:
    return load_layout(request.param)


def field_rect(item: FieldItem) -> Rect:
    """All that a field may cover with its lines."""
    leading = item.leading or item.size / MM * 1.15
    return item.x, item.y, item.x + item.width, item.y + (item.lines - 1) * leading + item.size / MM


def barcode_rect(side: Side, quiet: float = 2.0) -> Rect:
    """The customer barcode with its white border."""
    item = side.barcode
    assert item is not None
    unit = item.points * 0.06
    width = (2 * BAR_COUNT - 1) * unit
    return item.x - quiet, item.y - quiet, item.x + width + quiet, item.y + 6 * unit + quiet


def qr_rect(side: Side, quiet: float = 4.0) -> Rect:
    """The matching code with its white border of modules."""
    item = side.qr
    border, size = quiet * item.module, SIZE * item.module
    return item.x - border, item.y - border, item.x + size + border, item.y + size + border


def box_rect(item: Box) -> Rect:
    half = item.weight / 2
    return item.x - half, item.y - half, item.x + item.width + half, item.y + item.height + half


def line_rect(item: Line) -> Rect:
    return min(item.x1, item.x2), min(item.y1, item.y2), max(item.x1, item.x2), max(item.y1, item.y2)


def text_rect(item: Text, words: str, style: Style) -> Rect:
    """What a static text covers."""
    em = item.size / MM
    if item.vertical:
        count = len(clusters(words))
        return item.x, item.y, item.x + em, item.y + (count - 1) * (item.leading or em) + em
    lines = words.splitlines() or [""]
    if item.width:
        lines = [part for line in lines for part in wrap(line, style, item.size, item.width)]
    width = item.width or max(style.width(line) for line in lines) * em / 1000
    return item.x, item.y, item.x + width, item.y + (len(lines) - 1) * (item.leading or em * 1.5) + em


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        inner[0] >= outer[0] - 1e-9
        and inner[1] >= outer[1] - 1e-9
        and inner[2] <= outer[2] + 1e-9
        and inner[3] <= outer[3] + 1e-9
    )


def apart(one: Rect, other: Rect) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def all_rects(layout: Layout, side: Side, made: Made, styles: dict[str, Style]) -> list[tuple[str, Rect]]:
    render = renderer(made.kit.order, made.tasks[0].contact)
    out = [(f"field {item.bind}", field_rect(item)) for item in side.field]
    out += [
        (f"text {item.text}{item.words}", text_rect(item, render(item), styles[item.font]))
        for item in side.text
    ]
    out += [("box", box_rect(item)) for item in side.box] + [("line", line_rect(item)) for item in side.line]
    return [*out, ("code", qr_rect(side))]


def test_everything_lies_three_mm_inside_the_trim(
    layout: Layout, made: Made, styles: dict[str, Style]
) -> None:
    safe = (3.0, 3.0, layout.sheet.width - 3, layout.sheet.height - 3)
    outside = [
        name
        for side in layout.sides()
        for name, rect in all_rects(layout, side, made, styles)
        if not inside(rect, safe)
    ]
    assert outside == []


def test_every_municipality_fits_in_its_place(layout: Layout, made: Made, styles: dict[str, Style]) -> None:
    safe = (3.0, 3.0, layout.sheet.width - 3, layout.sheet.height - 3)
    for town in made.prepared.loaded.units.values():
        render = renderer(made.kit.order, town.contact)
        for item in (item for side in layout.sides() for item in side.text if is_local(item)):
            assert inside(text_rect(item, render(item), styles[item.font]), safe), town.contact.name


def test_fields_do_not_lie_on_each_other(layout: Layout) -> None:
    for side in layout.sides():
        for one, other in combinations(side.field, 2):
            assert apart(field_rect(one), field_rect(other)), (one.bind, other.bind)


def test_codes_stand_on_blank_paper(layout: Layout, made: Made, styles: dict[str, Style]) -> None:
    for side in layout.sides():
        rects = all_rects(layout, side, made, styles)[:-1]
        for code in [qr_rect(side), *([barcode_rect(side)] if side.barcode else [])]:
            assert [name for name, rect in rects if not apart(code, rect)] == []


def test_the_code_has_the_same_place_on_both_sides(layout: Layout) -> None:
    assert layout.front.qr == layout.back.qr


def address_items(layout: Layout) -> list[FieldItem]:
    return [item for item in layout.front.field if item.bind.startswith("to_")]


def test_the_address_block_holds_all_that_the_postman_needs(
    layout: Layout, made: Made, styles: dict[str, Style]
) -> None:
    assert layout.window is not None
    left, top, width, height = layout.window.block
    block = (left, top, left + width, top + height)
    assert {item.bind for item in address_items(layout)} == {"to_postcode", "to_place", "to_name"}
    for item in address_items(layout):
        assert inside(field_rect(item), block), item.bind
    render = renderer(made.kit.order, made.tasks[0].contact)
    marks = [item for item in layout.front.text if item.when == "no_forward"]
    assert [item.text for item in marks] == ["転送不要"]
    for item in marks:
        assert inside(text_rect(item, render(item), styles[item.font]), block)
    for frame in (item for item in layout.front.box if item.when == "no_forward"):
        assert inside(box_rect(frame), block)
    assert inside(barcode_rect(layout.front), block)


def windows(layout: Layout) -> list[Rect]:
    """The window on the sheet when the sheet lies against each corner of the envelope.

    The paper moves by ``slack``; the block is in the same place of the window for one corner only,
    so both ends of the movement are looked at: block at the window's left or right, top or bottom.
    """
    window = layout.window
    assert window is not None
    left, top, _, _ = window.block
    out = []
    for shift_x, shift_y in product((0.0, window.slack_x), (0.0, window.slack_y)):
        x, y = left - shift_x, top - shift_y
        out.append((x, y, x + window.width, y + window.height))
    return out


def test_the_block_is_visible_at_every_slack(layout: Layout) -> None:
    assert layout.window is not None
    left, top, width, height = layout.window.block
    for seen in windows(layout):
        assert inside((left, top, left + width, top + height), seen)


def test_nothing_else_of_the_person_can_come_into_the_window(layout: Layout) -> None:
    seen = windows(layout)
    reach = (
        min(r[0] for r in seen),
        min(r[1] for r in seen),
        max(r[2] for r in seen),
        max(r[3] for r in seen),
    )
    for item in layout.front.field:
        if item not in address_items(layout):
            assert apart(field_rect(item), reach), item.bind
    assert apart(qr_rect(layout.front, quiet=0), reach)


def test_the_window_shows_no_other_words(layout: Layout, made: Made, styles: dict[str, Style]) -> None:
    seen = windows(layout)
    reach = (
        min(r[0] for r in seen),
        min(r[1] for r in seen),
        max(r[2] for r in seen),
        max(r[3] for r in seen),
    )
    render = renderer(made.kit.order, made.tasks[0].contact)
    for item in layout.front.text:
        if item.when != "no_forward":
            assert apart(text_rect(item, render(item), styles[item.font]), reach), item.text or item.words


def test_shipped_imposition_has_room_for_bleed_and_marks(layout: Layout) -> None:
    imposition = load_imposition("a3_2up", layout.sheet)
    assert imposition.gutter >= 2 * layout.sheet.bleed
    for slot in range(imposition.up):
        x, y = imposition.corner(slot, layout.sheet)
        back_x, back_y = imposition.back_corner(slot, layout.sheet)
        assert back_y == y
        assert back_x + layout.sheet.width == pytest.approx(imposition.width - x)  # behind it when turned


@pytest.fixture
def layouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped layouts to spoil."""
    folder = tmp_path / "layouts"
    shutil.copytree(layout_dir(), folder)
    monkeypatch.setattr(layout_module, "layout_dir", lambda: folder)
    return folder


def spoil(folder: Path, old: str, new: str) -> Path:
    path = folder / "notice.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "item"),
    [
        ("[sheet]\n", "[sheet]\ncolour = 4\n", "sheet.colour"),
        ("width = 210", 'width = "A4"', "sheet.width"),
        ("width = 210", "width = -210", "sheet.width"),
        ("size = 10.5\n", "size = 0\n", "size"),
        ('bind = "issued_on"\n', 'bind = "issued_on"\nmin_condense = 20\n', "min_condense"),
        ('title = "資格情報のお知らせ（A4・長形3号）"\n', "", "title"),
    ],
)  # fmt: skip
def test_a_wrong_item_is_named(layouts: Path, old: str, new: str, item: str) -> None:
    with pytest.raises(JobError) as caught:
        parse_layout(spoil(layouts, old, new))
    assert caught.value.file == "notice.toml"
    assert item in caught.value.what
    assert "正しくありません" in caught.value.what


def test_broken_toml_names_the_line(layouts: Path) -> None:
    with pytest.raises(JobError, match=r"書き方が正しくありません.*line 5") as caught:
        parse_layout(spoil(layouts, "width = 210", "width = = 210"))
    assert caught.value.file == "notice.toml"


def test_a_missing_include_is_named(layouts: Path) -> None:
    with pytest.raises(JobError, match="様式の部品「address_block」がありません") as caught:
        parse_layout(spoil(layouts, '"address_panel"', '"address_block"'))
    assert caught.value.file == "address_block.toml"
    assert "address_panel" in caught.value.remedy


def test_a_missing_layout_is_named(layouts: Path) -> None:
    with pytest.raises(JobError, match="様式「postcard」がありません") as caught:
        load_layout("postcard")
    assert "notice" in caught.value.remedy and "certificate_mount" in caught.value.remedy


def test_an_unknown_bind_is_named(layouts: Path) -> None:
    bad = parse_layout(spoil(layouts, 'bind = "birth_date"', 'bind = "birthday"'))
    with pytest.raises(JobError, match="知らない項目「birthday」") as caught:
        bound_fields(bad)
    assert caught.value.file == "notice.toml"
    assert "birth_date" in caught.value.remedy


def test_a_layout_may_change_a_value_of_its_part(layouts: Path) -> None:
    spoil(layouts, "[sheet]\n", "[front.qr]\nx = 180\ny = 9\n[back.qr]\nx = 180\ny = 9\n[sheet]\n")
    changed = load_layout("notice")
    assert (changed.front.qr.x, changed.front.qr.y) == (180, 9)
    assert changed.window == load_layout("certificate_mount").window
