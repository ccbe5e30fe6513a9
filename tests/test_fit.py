"""Fitting: every text stays inside its field or is refused; columns and single texts agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lot import VARIANT
from pydantic import ValidationError

from kouki_print.job.forms import load_styles
from kouki_print.page.extents import extent
from kouki_print.page.items import FieldItem
from kouki_print.page.type.breaks import split
from kouki_print.page.type.fit import (
    Fitted,
    fit,
    fit_all,
    limit_of,
    line_width,
    natural,
    overflow,
    treated,
    widths,
)
from kouki_print.page.type.fonts import Style

MINCHO = Style("M", load_styles()["mincho"].faces)
EM = 25.4 / 72  # one point in mm


def field(ems: float, **changes: object) -> FieldItem:
    """A field that is ``ems`` full-width characters of 10 pt wide (and a hair)."""
    return FieldItem.model_validate(
        {"bind": "name", "x": 0, "y": 0, "width": ems * 10 * EM + 1e-6, "size": 10} | changes
    )


def lines(text: str, item: FieldItem) -> list[tuple[str, int]] | None:
    fitted = fit(text, item, MINCHO)
    return None if fitted is None else list(fitted.lines)


def test_natural_width() -> None:
    assert lines("一二三四五", field(5)) == [("一二三四五", 100)]
    assert lines("", field(5)) == [("", 100)]


def test_condensed() -> None:
    assert lines("一二三四五六", field(5)) == [("一二三四五六", 83)]
    assert lines("一二三四五六七八", field(5, min_condense=60)) == [("一二三四五六七八", 62)]


def test_condensing_ends_at_the_floor() -> None:
    assert lines("一二三四五六七八九十", field(8)) == [("一二三四五六七八九十", 80)]
    assert lines("一二三四五六七八九十一", field(8)) is None
    assert lines("一二三四五六七八九十一", field(8, min_condense=72)) == [("一二三四五六七八九十一", 72)]


def test_two_lines_at_a_sensible_place() -> None:
    assert lines("みどり町一丁目　メゾン海", field(7, lines=2)) == [
        ("みどり町一丁目", 100),
        ("メゾン海", 100),
    ]
    assert lines("うるま市みどり町一丁目二番三号", field(11, lines=2)) == [
        ("うるま市みどり町一丁目", 100),
        ("二番三号", 100),
    ]


def test_type_is_condensed_before_it_is_broken_or_the_other_way_round() -> None:
    wide = "一二三四五六七八九十"
    assert lines(wide, field(6, min_condense=60, lines=2)) == [(wide, 60)]
    legible = field(6, min_condense=60, lines=2, fit="legible")
    assert lines(wide, legible) == [("一二三四五", 100), ("六七八九十", 100)]
    assert lines("一二三四五六七", legible) == [("一二三四五六七", 85)]  # still comfortable


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("うるま市みどり町一丁目１２番地の３４", "うるま市みどり町一丁目"),  # never before の
        ("みどり町１２番３号メゾン海風二〇五号室", "みどり町１２番３号"),
        ("みどり町１－２－３４メゾン海", "みどり町１－２－３４"),  # before the name of the building
        ("与那原町字上与那原３４５", "与那原町"),  # 字 belongs to the name behind it
        ("みどり市大字見本上原下原", "みどり市"),
        ("赤十字老人ホーム見本の里", "赤十字老人ホーム"),
        ("うるま市見本１２３番地４５号", "うるま市見本"),  # one number
        ("みどり町特別養護老人ホーム海風", "みどり町特別養護老人ホーム"),
        ("アントニオ・マリア・サントス　様", "アントニオ・"),
        ("アレクサンドリアオキナワ　様", "アレクサンドリ"),  # 様 never stands alone
    ],
)
def test_breaks_stand_where_readers_expect_them(text: str, first: str) -> None:
    found = split(text, 2, MINCHO, 0, 14_000)
    assert found is not None and found[0] == first


def test_a_number_or_word_is_torn_only_when_nothing_else_fits() -> None:
    assert split("字海１２３４５６", 2, MINCHO, 0, 6_000) == ["字海", "１２３４５６"]
    assert split("字海１２３４５６", 2, MINCHO, 0, 5_000) == ["字海１２", "３４５６"]
    for hyphen in "-－−ー":
        text = f"見本町東西１{hyphen}２{hyphen}３"
        assert (split(text, 2, MINCHO, 0, 8_000) or [""])[-1].endswith(f"１{hyphen}２{hyphen}３")


def test_a_number_in_cells_fits_or_there_are_too_few_cells() -> None:
    item = FieldItem(bind="insured_number", x=0, y=0, width=32.5, size=13, pitch=4)
    assert item.cells == 8 and extent(item).right == 32
    assert lines("12345678", item) == [("12345678", 100)]
    assert lines("123456789", item) is None and overflow("1234567890", item, MINCHO) == 8.0
    assert treated(["12345678", "123456789", ""], item, MINCHO) == {1: None}
    assert [each is None for each in fit_all(["1", "123456789"], item, MINCHO)] == [False, True]


def test_three_lines_when_there_are_three() -> None:
    text = "うるま市みどり町一丁目二番三号メゾン海風二〇五号室"
    assert lines(text, field(11, lines=3, min_condense=100)) == [
        ("うるま市みどり町一丁目", 100),
        ("二番三号", 100),
        ("メゾン海風二〇五号室", 100),
    ]
    assert lines(text, field(11, lines=2, min_condense=100)) is None


def test_smaller_type_goes_down_by_half_points_to_its_floor() -> None:
    item = field(8, min_size=8.2, min_condense=100)
    assert item.sizes() == [10, 9.5, 9, 8.5, 8.2]
    assert fit("一二三四五六七八九", item, MINCHO) == Fitted((("一二三四五六七八九", 100),), 8.5)
    assert fit("一" * 10, field(8, min_size=8, min_condense=100), MINCHO) == Fitted((("一" * 10, 100),), 8)
    assert fit("一" * 10, item.model_copy(update={"small_lines": 1}), MINCHO) is None


def test_smaller_type_has_the_lines_that_the_field_has_room_for() -> None:
    item = field(8, min_size=7, small_lines=2)
    assert [item.lines_at(size) for size in item.sizes()] == [1, 1, 1, 1, 1, 1, 2]
    deep = field(8, lines=2, min_size=7, small_lines=3)
    assert [deep.lines_at(size) for size in deep.sizes()] == [2, 2, 2, 2, 2, 2, 3]
    for each in (item, deep):
        for size in each.sizes():
            assert (each.lines_at(size) - 1) * each.leading_at(size) + size * EM <= each.depth + 1e-9


def test_a_legible_field_uses_small_lines_before_it_condenses_small_type() -> None:
    text = "一二三四五　六七八九十"
    tight = {"min_condense": 60, "min_size": 7.5}
    assert fit(text, field(5, **tight), MINCHO) == Fitted(((text, 60),), 7.5)
    legible = field(5, **tight, fit="legible")
    assert fit(text, legible, MINCHO) == Fitted((("一二三四五", 100), ("六七八九十", 100)), 7.5)


def test_the_overflow_is_told_for_the_smallest_and_narrowest_type() -> None:
    ten = 10 * 10 * EM  # mm of ten characters
    item = field(5, min_condense=60)
    assert overflow("一" * 10, item, MINCHO) == pytest.approx(ten * 0.6 - ten / 2, abs=0.1)
    small = field(5, min_condense=60, min_size=9, small_lines=1)
    assert overflow("一" * 10, small, MINCHO) == pytest.approx(ten * 0.54 - ten / 2, abs=0.1)
    assert overflow("一\n二\n三", field(5, lines=2), MINCHO) == 3.9  # a third line of 10 pt


def test_tracking_counts() -> None:
    spaced = field(5, tracking=1.0)  # 5 characters and 4 mm do not stand in 5 characters
    assert lines("一二三四", field(5, tracking=1.0)) == [("一二三四", 100)]
    assert lines("一二三四五", spaced) == [("一二三四五", 81)]
    assert natural(["一二三", "", VARIANT], spaced, MINCHO).tolist() == [
        line_width(line, spaced, MINCHO) for line in ("一二三", "", VARIANT)
    ]


@pytest.mark.parametrize("wrong", [{"min_size": 6}, {"size": 6}, {"min_size": 11}, {"fit": "clip"}])
def test_type_below_the_floor_and_other_mistakes_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        field(5, **wrong)


def test_paragraphs_stand_below_each_other() -> None:
    assert lines("一二\n三四\n五六", field(2, lines=3)) == [("一二", 100), ("三四", 100), ("五六", 100)]
    assert lines("一二\n三四\n五六", field(2, lines=2)) is None


def test_a_long_paragraph_leaves_room_for_the_next() -> None:
    assert lines("一二三四五六\n七", field(4, lines=2, min_condense=60)) == [
        ("一二三四五六", 66),
        ("七", 100),
    ]
    assert lines("一二三四五六\n七", field(4, lines=3, min_condense=60, fit="legible")) == [
        ("一二三", 100),
        ("四五六", 100),
        ("七", 100),
    ]


def test_who_is_treated() -> None:
    item = field(5, min_condense=60, lines=2)
    texts = ["一二三", "一" * 10, "一" * 16, "一" * 17, "一\n二\n三", ""]
    found = treated(texts, item, MINCHO)
    assert {at: fitted is None for at, fitted in found.items()} == {1: False, 2: False, 3: True, 4: True}
    assert [fitted is None for fitted in fit_all(texts, item, MINCHO)] == [
        False,
        False,
        False,
        True,
        True,
        False,
    ]


def test_nothing_to_fit() -> None:
    assert fit_all([], field(5), MINCHO) == []
    assert treated([], field(5), MINCHO) == {}
    assert widths([], MINCHO).tolist() == []


TEXT = st.lists(
    st.sampled_from(
        [
            *"一二三四五六七八九十みどり町丁目番地号字ァｱAi1-.　 ",
            VARIANT,
            "\n",
            "一丁目",
            "メゾン・ド・ラ・メール",
        ]
    ),
    max_size=24,
).map("".join)
ITEM = st.builds(
    field,
    st.sampled_from([1.0, 2.5, 5.0, 9.3, 20.0]),
    lines=st.integers(1, 4),
    min_condense=st.sampled_from([65, 75, 80, 95, 100]),
    min_size=st.sampled_from([None, 7, 9.2]),
    small_lines=st.integers(1, 4),
    tracking=st.sampled_from([0, 0.4]),
    fit=st.sampled_from(["condense", "legible"]),
)


@given(st.lists(TEXT, max_size=6), ITEM)
@settings(max_examples=150, deadline=None)
def test_columns_agree_with_single_texts(texts: list[str], item: FieldItem) -> None:
    single = [fit(text, item, MINCHO) for text in texts]
    assert fit_all(texts, item, MINCHO) == single
    as_written = [Fitted(tuple((line, 100) for line in text.split("\n")), item.size) for text in texts]
    assert treated(texts, item, MINCHO) == {
        at: each for at, each in enumerate(single) if each != as_written[at]
    }
    flat = [text.replace("\n", "") for text in texts]
    assert widths(flat, MINCHO).tolist() == [MINCHO.width(text) for text in flat]


def without_blanks(text: str) -> str:
    return text.translate(str.maketrans("", "", " 　\n"))


@given(TEXT, ITEM)
@settings(max_examples=200, deadline=None)
def test_a_fitted_text_is_whole_and_inside_its_field(text: str, item: FieldItem) -> None:
    fitted = fit(text, item, MINCHO)
    if fitted is None:
        return
    assert isinstance(fitted, Fitted)
    assert without_blanks("".join(line for line, _ in fitted.lines)) == without_blanks(text)
    assert fitted.size in item.sizes() and len(fitted.lines) <= item.lines_at(fitted.size)
    for line, scale in fitted.lines:
        assert item.min_condense <= scale <= 100
        assert line_width(line, item, MINCHO, fitted.size) * scale <= limit_of(item, fitted.size) * 100 + 1e-6


@given(TEXT, ITEM)
@settings(max_examples=100, deadline=None)
def test_with_its_overflow_more_room_a_text_fits(text: str, item: FieldItem) -> None:
    if fit(text, item, MINCHO) is None and text.count("\n") < item.lines_at(item.sizes()[-1]):
        more = overflow(text, item, MINCHO)
        assert more > 0
        wider = item.model_copy(update={"width": item.width + more + 1e-9})
        assert fit(text, wider, MINCHO) is not None


@given(TEXT, st.integers(1, 4), st.integers(2_000, 30_000))
@settings(max_examples=100, deadline=None)
def test_the_best_breaks_keep_every_character(text: str, count: int, widest: int) -> None:
    line = text.replace("\n", "")
    found = split(line, count, MINCHO, 0, widest)
    if found is not None:
        assert len(found) == count and all(found)
        assert max(map(MINCHO.width, found)) <= widest
        assert without_blanks("".join(found)) == without_blanks(line)


@given(TEXT, ITEM)
@settings(max_examples=100, deadline=None)
def test_what_fits_naturally_is_left_alone(text: str, item: FieldItem) -> None:
    paragraphs = text.split("\n")
    widest = max(line_width(paragraph, item, MINCHO) for paragraph in paragraphs)
    if len(paragraphs) <= item.lines and widest <= limit_of(item):
        assert lines(text, item) == [(paragraph, 100) for paragraph in paragraphs]


@pytest.mark.parametrize("ems", [3, 4, 5])
def test_a_variant_is_never_torn_from_its_base(ems: int) -> None:
    fitted = lines(VARIANT * 6, field(ems, lines=2))
    assert fitted is not None
    assert all(line.startswith(VARIANT[0]) and line.endswith(VARIANT[1]) for line, _ in fitted)
