"""Fitting: every text stays inside its field or is refused; columns and single texts agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lot import VARIANT

from kouki_print.job.forms import load_styles
from kouki_print.page.fit import Fitted, fit, fit_all, limit_of, overflowing, widths
from kouki_print.page.fonts import Style
from kouki_print.page.layout import FieldItem

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


def test_two_lines_are_better_than_narrow_type() -> None:
    wide = "一二三四五六七八九十"
    assert lines(wide, field(6, min_condense=60)) == [(wide, 60)]
    assert lines(wide, field(6, min_condense=60, lines=2)) == [("一二三四五", 100), ("六七八九十", 100)]


def test_paragraphs_stand_below_each_other() -> None:
    assert lines("一二\n三四\n五六", field(2, lines=3)) == [("一二", 100), ("三四", 100), ("五六", 100)]
    assert lines("一二\n三四\n五六", field(2, lines=2)) is None


def test_a_long_paragraph_leaves_room_for_the_next() -> None:
    assert lines("一二三四五六\n七", field(4, lines=2, min_condense=60)) == [
        ("一二三四五六", 66),
        ("七", 100),
    ]
    assert lines("一二三四五六\n七", field(4, lines=3, min_condense=60)) == [
        ("一二三", 100),
        ("四五六", 100),
        ("七", 100),
    ]


def test_overflow() -> None:
    item = field(5, min_condense=60, lines=2)
    texts = ["一二三", "一" * 10, "一" * 16, "一" * 17, "一\n二\n三", ""]
    assert overflowing(texts, item, MINCHO).tolist() == [3, 4]
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
    assert overflowing([], field(5), MINCHO).tolist() == []
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
    min_condense=st.sampled_from([50, 60, 75, 80, 95, 100]),
)


@given(st.lists(TEXT, max_size=6), ITEM)
@settings(max_examples=150, deadline=None)
def test_columns_agree_with_single_texts(texts: list[str], item: FieldItem) -> None:
    single = [fit(text, item, MINCHO) for text in texts]
    assert fit_all(texts, item, MINCHO) == single
    assert overflowing(texts, item, MINCHO).tolist() == [at for at, each in enumerate(single) if each is None]
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
    assert len(fitted.lines) <= item.lines
    for line, scale in fitted.lines:
        assert item.min_condense <= scale <= 100
        assert MINCHO.width(line) * scale <= limit_of(item) * 100


@given(TEXT, ITEM)
@settings(max_examples=100, deadline=None)
def test_what_fits_naturally_is_left_alone(text: str, item: FieldItem) -> None:
    paragraphs = text.split("\n")
    if len(paragraphs) <= item.lines and max(map(MINCHO.width, paragraphs)) <= limit_of(item):
        assert lines(text, item) == [(paragraph, 100) for paragraph in paragraphs]


@pytest.mark.parametrize("ems", [3, 4, 5])
def test_a_variant_is_never_torn_from_its_base(ems: int) -> None:
    fitted = lines(VARIANT * 6, field(ems, lines=2))
    assert fitted is not None
    assert all(line.startswith(VARIANT[0]) and line.endswith(VARIANT[1]) for line, _ in fitted)
