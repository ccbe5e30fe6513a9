"""Pages for those who read them: large type, no word on a fold, nothing false or telling, everybody's name fits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError
from small_job import JOB, person
from test_page_fields import fields_of

from kouki_print.base.resources import template_dir
from kouki_print.job.forms import load_styles
from kouki_print.job.preview_examples import (
    LONG_CONTACT,
    LONGEST,
    USUAL,
    example_order,
    examples_of,
    preset_of,
)
from kouki_print.order.load import preset_names
from kouki_print.page.art import cuts
from kouki_print.page.items import MM, FieldItem
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.operators import Canvas
from kouki_print.page.type.fit import fit
from kouki_print.page.words import renderer

STYLES = load_styles()
FIRST = (
    "certificate_mount",
    "certificate_card",
    "insurance_card",
    "kenpo_card",
    "notice",
    "notice_household",
)
SECOND = ("reduction_card", "limit_card", "disease_card")
CLEAR = 3.0  # mm between words and the fold below


def of_presets() -> list[tuple[str, str]]:
    """Presets with the layouts of all they can print, and the layouts that only a job takes."""
    found = [("r08", "certificate_card"), ("r08", "disease_card")]
    for preset in preset_names():
        order = example_order(preset)
        documents = {document for entry in order.sets_in_use() for document in order.sheets_of(entry.code)}
        found += [(preset, order.documents[document].layout) for document in sorted(documents)]
    return found


PRESETS = pytest.mark.parametrize(("preset", "name"), of_presets())


def words_of(layout: Layout, preset: str) -> list[str]:
    render = renderer(example_order(preset), LONG_CONTACT)
    return [render(item) for side in layout.sides() for item in side.text]


def item_of(name: str, bind: str) -> FieldItem:
    return next(item for side in load_layout(name).sides() for item in side.field if item.bind == bind)


@PRESETS
def test_no_words_end_on_a_fold(preset: str, name: str) -> None:
    layout = load_layout(name)
    canvas = Canvas(layout.sheet.height, dict(STYLES))
    render = renderer(example_order(preset), LONG_CONTACT)
    for side in layout.sides():
        for item in side.text:
            end = item.y + canvas.depth(item, render(item))
            for fold in layout.fold:
                assert fold.y is not None
                assert item.y >= fold.y or end <= fold.y - CLEAR, render(item)[:20]


@PRESETS
def test_paragraphs_do_not_run_into_what_stands_below(preset: str, name: str) -> None:
    """The letter, the line on early use and the line on tearing off follow each other closely."""
    layout = load_layout(name)
    canvas = Canvas(layout.sheet.height, dict(STYLES))
    render = renderer(example_order(preset), LONG_CONTACT)
    for side in layout.sides():
        for item in side.text:
            end = item.y + canvas.depth(item, render(item))
            below = [
                other.y
                for other in side.text
                if other.y > item.y
                and other.x < item.x + item.width
                and item.x < other.x + max(other.width, 1)
            ]
            assert not render(item) or not item.width or end <= min(below, default=297), render(item)[:20]


@PRESETS
def test_what_is_said_is_true_of_the_year(preset: str, name: str) -> None:
    text = "\n".join(words_of(load_layout(name), preset))
    assert "在中" not in text  # that belongs on the envelope
    assert not re.search("拘禁刑|懲役", text)  # which of the two depends on the day
    if preset in ("r08", "kokuho"):
        assert "被保険者証" not in text  # none is valid any more
    assert ("これまでの被保険者証や資格確認書は" in text) == (preset in ("r07", "r07-budget"))


def test_no_file_of_words_is_left_over() -> None:
    used = {
        item.words for name in (*FIRST, *SECOND) for side in load_layout(name).sides() for item in side.text
    }
    used |= {value for preset in preset_names() for value in example_order(preset).words.values()}
    texts = {path.stem: path.read_text("utf-8") for path in (template_dir() / "words").glob("*.txt")}
    included = {name for text in texts.values() for name in re.findall(r'include "(\w+)\.txt"', text)}
    assert {name for name in texts if not name.startswith("letter_")} <= used | included


@pytest.mark.parametrize("name", FIRST)
def test_type_is_large_where_readers_read(name: str) -> None:
    for side in load_layout(name).sides():
        for item in side.text:
            if item.words.endswith(("_letter", "_guide")) or item.words in (
                "certificate_back",
                "notice_back",
            ):
                assert item.size >= 11


def test_a_short_address_is_large_and_a_long_one_fits() -> None:
    place = item_of("certificate_mount", "to_place")
    one, two = (
        fit(text, place, STYLES["mincho"])
        for text in ("那覇市泉崎１－１", "うるま市みどり町六丁目１番１号\nメゾン２０５号")
    )
    assert one is not None and two is not None
    assert one.size == two.size == 11
    assert place.top_of(1, 11) - place.y == pytest.approx(
        place.y + place.depth - place.top_of(1, 11) - 11 / MM
    )
    four = fit(LONGEST["to_place"], place, STYLES["mincho"])
    assert four is not None and len(four.lines) == 4 and four.size >= 8
    name = item_of("certificate_mount", "to_name")
    assert name.y - (place.y + place.depth) >= 0.5
    assert place.y - (item_of("certificate_mount", "to_postcode").y + 8.5 / MM) >= 1 - 1e-6


def test_a_long_foreign_name_stands_in_the_list_of_a_household() -> None:
    name = (LONGEST["name"] + "・マリア")[:40]
    assert len(name) == 40
    for number in range(1, 7):
        fitted = fit(name, item_of("notice_household", f"family_{number}_name"), STYLES["mincho"])
        assert fitted is not None and fitted.size >= 9


def test_the_small_card_is_not_condensed_where_everybody_is() -> None:
    for bind, text, least in (
        ("birth_date", "昭和16年12月31日", 100),
        ("qualified_on", "平成28年12月31日", 100),
        ("copay_before", "（令和8年12月31日までは３割）", 70),
    ):
        item = item_of("certificate_card", bind)
        fitted = fit(text, item, STYLES[item.font])
        assert fitted is not None and fitted.lines[0][1] >= least, bind


def field(**changes: object) -> FieldItem:
    return FieldItem.model_validate({"bind": "name", "x": 0, "y": 10, "width": 40, "size": 10} | changes)


def test_type_is_never_both_tiny_and_condensed() -> None:
    assert field(min_size=6.5, min_condense=70).min_size == 6.5
    with pytest.raises(ValidationError, match=r"4\.5 pt より狭くなります"):
        field(min_size=8, min_condense=55)
    with pytest.raises(ValidationError, match=r"4\.5 pt より狭くなります"):
        field(size=6.5, min_condense=60)


@pytest.mark.parametrize(("anchor", "free"), [("top", 0.0), ("middle", 0.5), ("bottom", 1.0)])
def test_a_text_with_fewer_lines_stands_where_it_is_anchored(anchor: str, free: float) -> None:
    item = field(anchor=anchor, lines=3, leading=4)
    assert item.top_of(3, 10) == pytest.approx(10)
    assert item.top_of(1, 10) == pytest.approx(10 + free * 8)


def test_smaller_lines_stand_no_further_apart_than_the_fields_own() -> None:
    tight = field(lines=2, leading=10 / MM * 1.05, min_size=8)
    assert tight.leading_at(8) == pytest.approx(8 / MM * 1.05)
    assert field(lines=2, leading=6, min_size=8).leading_at(8) == pytest.approx(8 / MM * 1.1)


def test_who_may_use_it_at_once_is_told(tmp_path: Path) -> None:
    people = [person(1, usable_early="1"), person(2)]
    assert fields_of(tmp_path / "a", people).flags["usable_early"].tolist() == [True, False]
    all_of_them = fields_of(tmp_path / "b", people, JOB + "[card]\nearly_use = true\n")
    assert all_of_them.flags["usable_early"].tolist() == [True, True]
    for name in FIRST[:4]:
        (told,) = (item for item in load_layout(name).front.text if item.when == "usable_early")
        assert "届いた日から" in told.text


def test_a_plastic_card_has_no_perforation() -> None:
    assert not cuts(load_layout("kenpo_card"), back=False)


def test_the_back_of_the_slip_says_what_it_is_not() -> None:
    back = load_layout("notice").back
    on_slip = [item for item in back.text if 104 < item.x < 190 and 214 < item.y < 268]
    assert any("この控えだけでは受診できません" in item.text for item in on_slip)
    assert any("municipality.phone" in item.text for item in on_slip)
    front = [item.bind for item in load_layout("notice").front.field if 214 < item.y < 268 and item.x < 106]
    assert {"qualified_on", "issued_on", "insurer_number"} <= set(front)


def test_examples_are_such_as_there_are() -> None:
    assert preset_of("insurance_card") == preset_of("limit_card") == "r05"
    assert (preset_of("kenpo_card"), preset_of("notice"), preset_of("mine")) == ("kenpo", "r08", "r08")
    assert examples_of(USUAL, "limit_card")["category"].startswith("現役")
    assert examples_of(USUAL, "reduction_card")["category"] == "区分Ⅱ"
    assert LONGEST["copay"] not in LONGEST["copay_before"]
