"""Layout files: the shipped ones keep their distances; a mistake is named in Japanese."""

from __future__ import annotations

import shutil
import tomllib
from collections.abc import Callable
from decimal import Decimal
from itertools import chain, combinations, pairwise, product
from pathlib import Path

import pytest
from made_lot import Made

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir, layout_dir
from kouki_print.order.enclosures import Envelope
from kouki_print.order.models import HOUSEHOLD_MOST
from kouki_print.order.units import Contact
from kouki_print.page.art import is_local
from kouki_print.page.codes import BAR_COUNT, SIZE
from kouki_print.page.fields import FAMILY
from kouki_print.page.items import MM, Box, FieldItem, Line, Panel, Side, Text
from kouki_print.page.layout import Layout
from kouki_print.page.layouts import file as layout_module
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.operators import Canvas, wrap
from kouki_print.page.type.fit import fit
from kouki_print.page.type.fonts import Style, clusters
from kouki_print.page.window import panel_of, visible_always, visible_ever
from kouki_print.page.window_checks import check_windows
from kouki_print.page.words import renderer
from kouki_print.sheet.imposition import load_imposition
from kouki_print.sheet.simulator import proven

NAMES = (
    "certificate_mount",
    "certificate_card",
    "insurance_card",
    "kenpo_card",
    "notice",
    "notice_household",
)
SECOND = ("reduction_card", "limit_card", "disease_card")  # behind a sheet that has the address
PRESET = {
    **dict.fromkeys(("insurance_card", "reduction_card", "limit_card"), "r05"),
    "kenpo_card": "kenpo",
    "notice_household": "kenpo",
}  # whose words it carries
MOUNT_CARD, SMALL_CARD = (128, 91), (86, 54)  # mm
Rect = tuple[float, float, float, float]  # left, top, right, bottom in mm
USUAL = Envelope(
    name="長形3号", width_mm=Decimal(120), height_mm=Decimal(235), thickness_mm=Decimal(5), grams=Decimal(5)
)
ALWAYS: Rect = (21, 21, 90, 50)  # what of the sheet its window shows at every position, and at some
EVER: Rect = (0, 5, 111, 66)


@pytest.fixture(params=NAMES)
def layout(request: pytest.FixtureRequest) -> Layout:
    """Each layout that goes first into its envelope."""
    return load_layout(request.param)


@pytest.fixture(params=(*NAMES, *SECOND))
def any_layout(request: pytest.FixtureRequest) -> Layout:
    return load_layout(request.param)


def field_rect(item: FieldItem) -> Rect:
    """All that a field may cover with its lines."""
    deep = max((item.lines_at(size) - 1) * item.leading_at(size) + size / MM for size in item.sizes())
    return item.x, item.y, item.x + item.width, item.y + deep


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


def test_a_line_of_one_character_is_never_empty(styles: dict[str, Style]) -> None:
    assert wrap("あ、い", styles["gothic"], 10, 4) == ["あ", "、", "い"]


def test_line_ends_in_vertical_text_are_no_characters(styles: dict[str, Style]) -> None:
    canvas, item = Canvas(297, styles), Text(x=20, y=20, size=10, vertical=True)
    assert canvas.text(item, "上\n下\n") == canvas.text(item, "上下")


def inside(inner: Rect, outer: Rect) -> bool:
    return (
        inner[0] >= outer[0] - 1e-9
        and inner[1] >= outer[1] - 1e-9
        and inner[2] <= outer[2] + 1e-9
        and inner[3] <= outer[3] + 1e-9
    )


def apart(one: Rect, other: Rect) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def words_of(layout: Layout, made: Made, contact: Contact | None = None) -> Callable[[Text], str]:
    """What the static texts of a layout say in an order of the preset that uses it."""
    order = made.kit.order
    if layout.name in PRESET:
        preset = (data_dir() / "presets" / f"{PRESET[layout.name]}.toml").read_text(encoding="utf-8")
        order = order.model_copy(update={"words": tomllib.loads(preset)["words"]})
    return renderer(order, contact or made.tasks[0].contact)


def all_rects(layout: Layout, side: Side, made: Made, styles: dict[str, Style]) -> list[tuple[str, Rect]]:
    render = words_of(layout, made)
    out = [(f"field {item.bind}", field_rect(item)) for item in side.field]
    out += [
        (f"text {item.text}{item.words}", text_rect(item, render(item), styles[item.font]))
        for item in side.text
    ]
    out += [("box", box_rect(item)) for item in side.box] + [("line", line_rect(item)) for item in side.line]
    return [*out, ("code", qr_rect(side))]


def test_everything_lies_three_mm_inside_the_trim(
    any_layout: Layout, made: Made, styles: dict[str, Style]
) -> None:
    safe = (3.0, 3.0, any_layout.sheet.width - 3, any_layout.sheet.height - 3)
    outside = [
        name
        for side in any_layout.sides()
        for name, rect in all_rects(any_layout, side, made, styles)
        if not inside(rect, safe)
    ]
    assert outside == []


def test_every_municipality_fits_in_its_place(
    any_layout: Layout, made: Made, styles: dict[str, Style]
) -> None:
    safe = (3.0, 3.0, any_layout.sheet.width - 3, any_layout.sheet.height - 3)
    for town in made.prepared.loaded.units.values():
        render = words_of(any_layout, made, town.contact)
        for item in (item for side in any_layout.sides() for item in side.text if is_local(item)):
            assert inside(text_rect(item, render(item), styles[item.font]), safe), town.contact.name


def asks(item: Text | FieldItem) -> set[str]:
    """What must be there for an item to be printed: its condition, and of a field its text."""
    own = {item.bind} if isinstance(item, FieldItem) else set()
    return own | ({item.when} if item.when else set())


def never_together(one: Text | FieldItem, other: Text | FieldItem) -> bool:
    """Whether no page carries both, because one asks for what the other asks not to be there."""
    pairs = (one, other), (other, one)
    return any(f"not {name}" in asks(second) for first, second in pairs for name in asks(first))


def test_fields_do_not_lie_on_each_other(any_layout: Layout) -> None:
    for side in any_layout.sides():
        for one, other in combinations(side.field, 2):
            assert never_together(one, other) or apart(field_rect(one), field_rect(other)), (
                one.bind,
                other.bind,
            )


def test_words_lie_neither_on_each_other_nor_on_fields_nor_under_rules(
    any_layout: Layout, made: Made, styles: dict[str, Style]
) -> None:
    render = words_of(any_layout, made)
    for side in any_layout.sides():
        items = [(item, text_rect(item, render(item), styles[item.font])) for item in side.text]
        touching = [
            (one.text or one.words, other)
            for (one, a), (other, b) in chain(
                combinations(items, 2), product(items, ((item, field_rect(item)) for item in side.field))
            )
            if not apart(a, b) and not never_together(one, other)
        ]
        assert touching == []
        rects = [
            pair
            for pair in all_rects(any_layout, side, made, styles)
            if pair[0].startswith(("text", "field"))
        ]
        celled = {f"field {item.bind}" for item in side.field if item.pitch}  # the cells have their own rules
        cut = [
            name
            for name, rect in rects
            for line in side.line
            if not line.when.startswith("not ")  # rules to write on, where nothing is printed
            and not apart(rect, line_rect(line))
            and not (name in celled and line.x1 == line.x2)
        ]
        assert cut == []


def cards(layout: Layout) -> list[Panel]:
    """What is taken out of the sheet as a card: torn off along a perforation, or a plastic one peeled off."""
    return [panel for panel in layout.panel if panel.name not in ("address", "middle", "bottom")]


@pytest.mark.parametrize(
    ("name", "sizes"),
    [
        ("certificate_mount", [MOUNT_CARD, SMALL_CARD]),
        ("certificate_card", [SMALL_CARD, SMALL_CARD]),
        *((name, [MOUNT_CARD]) for name in SECOND),
        ("insurance_card", [MOUNT_CARD, SMALL_CARD]),
        ("kenpo_card", [SMALL_CARD]),
        ("notice", [SMALL_CARD]),
        ("notice_household", []),
    ],
)
def test_cards_have_their_size_and_are_torn_off_unless_they_are_plastic(
    name: str, sizes: list[tuple[int, int]]
) -> None:
    layout = load_layout(name)
    assert sorted((card.width, card.height) for card in cards(layout)) == sorted(sizes)
    torn = {(cut.x, cut.y, cut.width, cut.height) for cut in layout.perforation}
    places = {(card.x, card.y, card.width, card.height) for card in cards(layout)}
    assert torn == (set() if name == "kenpo_card" else places)


@pytest.mark.parametrize(
    "name", ["certificate_mount", "certificate_card", "insurance_card", "kenpo_card", *SECOND]
)
def test_all_of_the_person_but_the_address_lies_on_the_card(name: str) -> None:
    layout = load_layout(name)
    place = min(cards(layout), key=lambda card: card.y)
    card = place.x, place.y, place.x + place.width, place.y + place.height
    assert card[1] > 100 and card[3] < 198  # the card in the middle third, clear of the folds
    for item in layout.front.field:
        if item not in address_items(layout):
            assert inside(field_rect(item), card), item.bind


def test_the_insurance_card_has_a_row_for_the_address_and_none_for_what_it_never_carried() -> None:
    layout = load_layout("insurance_card")
    labels = "".join(item.text for item in layout.front.text)
    for word in ("限度区分", "長期入院", "特定疾病"):
        assert word not in labels
    binds = {item.bind: item for item in layout.front.field}
    assert {"card_address", "name", "sex", "birth_date", "qualified_on", "effective_on", "copay"} <= set(
        binds
    )
    address = binds["card_address"]
    _, top, _, bottom = field_rect(address)
    beside = [item.text for item in layout.front.text if top < item.y < bottom]
    assert beside == ["住所"] and address.size >= 11 and (address.min_size or 0) >= 9


LONG_NAME = "レオナルド・デ・アルメイダ・フェルナンデス・ロドリゲス"
LONG_PLACE = (
    "沖縄県うるま市石川東恩納崎一丁目二十五番地の百三十二\n"
    "特別養護老人ホームうるまみどりの丘ケアセンター南棟二〇五号室"
)


@pytest.mark.parametrize(
    ("name", "bind", "text"),
    [
        ("insurance_card", "name", LONG_NAME),
        ("insurance_card", "card_address", LONG_PLACE),
        ("certificate_card", "name", LONG_NAME),
        ("kenpo_card", "name", LONG_NAME),
        ("notice_household", "family_6_name", LONG_NAME),
        ("notice_household", "family_6_birth", "昭和61年12月31日"),
    ],
)  # fmt: skip
def test_long_texts_fit(name: str, bind: str, text: str, styles: dict[str, Style]) -> None:
    item = next(item for item in load_layout(name).front.field if item.bind == bind)
    assert fit(text, item, styles[item.font]) is not None


def test_each_of_a_household_has_a_ruled_row() -> None:
    layout = load_layout("notice_household")
    table = max(layout.front.box, key=lambda box: box.height)
    heading = next(box for box in layout.front.box if box.tint and box.y == table.y)
    top, bottom = heading.y + heading.height, table.y + table.height
    across = {line.y1 for line in layout.front.line if line.y1 == line.y2}
    rules = [top, *sorted(y for y in across if top < y < bottom), bottom]
    assert len(rules) == HOUSEHOLD_MOST + 1
    rows = {item.bind: field_rect(item) for item in layout.front.field if item.bind.startswith("family_")}
    assert len(rows) == HOUSEHOLD_MOST * len(FAMILY)
    for number, (top, bottom) in enumerate(pairwise(rules), 1):
        row = [rows[f"family_{number}_{name}"] for name in FAMILY]
        assert all(inside(rect, (table.x, top, table.x + table.width, bottom)) for rect in row), number


def test_codes_stand_on_blank_paper(layout: Layout, made: Made, styles: dict[str, Style]) -> None:
    for side in layout.sides():
        rects = all_rects(layout, side, made, styles)[:-1]
        for code in [qr_rect(side), *([barcode_rect(side)] if side.barcode else [])]:
            assert [name for name, rect in rects if not apart(code, rect)] == []


def test_the_code_has_the_same_place_on_both_sides(layout: Layout) -> None:
    assert layout.front.qr == layout.back.qr


def address_items(layout: Layout) -> list[FieldItem]:
    return [item for item in layout.front.field if item.bind.startswith("to_") or item.bind == "piece_number"]


def test_the_address_block_holds_all_that_the_postman_needs(
    layout: Layout, made: Made, styles: dict[str, Style]
) -> None:
    block = ALWAYS
    assert {item.bind for item in address_items(layout)} == {
        "to_postcode",
        "to_place",
        "to_name",
        "piece_number",
    }
    for item in address_items(layout):
        assert inside(field_rect(item), block), item.bind
    render = words_of(layout, made)
    marks = [item for item in layout.front.text if item.when == "no_forward"]
    assert [item.text for item in marks] == ["転送不要"]
    for item in marks:
        assert inside(text_rect(item, render(item), styles[item.font]), block)
    for frame in (item for item in layout.front.box if item.when == "no_forward"):
        assert inside(box_rect(frame), block)
    assert inside(barcode_rect(layout.front), block)


def test_the_sheets_are_made_for_the_usual_envelope(layout: Layout) -> None:
    """The block of the layouts is what that envelope always shows, and its window is checked before each run."""
    panel = panel_of(layout)
    assert panel is not None
    assert visible_always(USUAL, panel) == pytest.approx(ALWAYS)
    assert visible_ever(USUAL, panel) == pytest.approx(EVER)
    assert check_windows({"certificate": layout}, USUAL) == []


def test_nothing_else_of_the_person_can_come_into_the_window(layout: Layout) -> None:
    for item in layout.front.field:
        if item not in address_items(layout):
            assert apart(field_rect(item), EVER), item.bind
    assert apart(qr_rect(layout.front, quiet=0), EVER)


def test_the_window_shows_no_other_words(layout: Layout, made: Made, styles: dict[str, Style]) -> None:
    render = words_of(layout, made)
    for item in layout.front.text:
        if item.when != "no_forward":
            assert apart(text_rect(item, render(item), styles[item.font]), EVER), item.text or item.words


def test_shipped_imposition_has_room_for_bleed_and_marks(layout: Layout) -> None:
    imposition = load_imposition("a3_2up", layout.sheet)
    assert imposition.gutter.x >= 2 * layout.sheet.bleed
    assert proven(imposition, layout.sheet, 5) == []


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


def test_a_missing_layout_is_named(layouts: Path) -> None:
    with pytest.raises(JobError, match="様式「postcard」がありません") as caught:
        load_layout("postcard")
    assert "notice" in caught.value.remedy and "certificate_mount" in caught.value.remedy


def test_a_layout_may_change_a_value_of_its_part(layouts: Path) -> None:
    spoil(layouts, "[sheet]\n", "[front.qr]\nx = 180\ny = 9\n[back.qr]\nx = 180\ny = 9\n[sheet]\n")
    changed = load_layout("notice")
    assert (changed.front.qr.x, changed.front.qr.y) == (180, 9)
    assert panel_of(changed) == panel_of(load_layout("certificate_mount"))
