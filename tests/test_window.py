"""The window: at all extremes the whole block is seen and nothing else personal; what is wrong is told in mm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_job import JOB, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir
from kouki_print.intake.load import ALERT
from kouki_print.job.forms import load_styles
from kouki_print.job.prepare import prepare
from kouki_print.job.watch import Silent, Stages
from kouki_print.order.enclosures import Envelope
from kouki_print.page.extents import Rect
from kouki_print.page.fields import PageFields
from kouki_print.page.items import Panel
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.window import panel_of, visible_always, visible_ever, window_positions
from kouki_print.page.window_checks import block_of, check_windows, window_findings

STYLES = load_styles()
SHIPPED = [path for path in sorted(layout_dir().glob("*.toml")) if "folded_sheet" in path.read_text("utf-8")]
PANEL = {"name": "address", "x": 0, "y": 0, "width": 210, "height": 99}
ADDRESS = Panel.model_validate(PANEL)


def envelope(**changes: object) -> Envelope:
    """長形3号 with its usual window."""
    usual = {"name": "長形3号", "width_mm": 120, "height_mm": 235, "thickness_mm": 5, "grams": 5}
    usual |= {"fold_tolerance_mm": 0}  # the tests that are about it say so
    return Envelope.model_validate(usual | changes)


def field(bind: str, y: float, **changes: object) -> dict[str, Any]:
    """A field of the block; x and width are those of the always visible area."""
    return {"bind": bind, "x": 20, "y": y, "width": 71, "size": 9, "min_condense": 100} | changes


def layout(*more: dict[str, Any], **changes: Any) -> Layout:
    """A sheet whose block is all of what is always visible; ``more`` are further fields."""
    block = [
        field("to_postcode", 20),
        field("to_place", 24, lines=3, leading=3.5),
        field("to_name", 35, size=12),
    ]
    front = {
        "field": [*block, *more],
        "barcode": {"x": 22, "y": 43, "points": 8},
        "qr": {"x": 187, "y": 8},
    }
    sheet = {"width": 210, "height": 297}
    values = {"name": "mine", "title": "見本", "sheet": sheet, "panel": [PANEL], "front": front | changes}
    return Layout.model_validate(values)


def test_the_usual_envelope_sees_what_the_sheets_are_made_for() -> None:
    assert visible_always(envelope(), ADDRESS) == pytest.approx((20, 20, 91, 50))
    assert visible_ever(envelope(), ADDRESS) == pytest.approx((1, 5, 110, 65))
    assert len(window_positions(envelope(), ADDRESS)) == 4


def test_a_fold_that_is_off_takes_from_the_window_and_shows_more() -> None:
    off = envelope(fold_tolerance_mm=1)
    assert visible_always(off, ADDRESS) == pytest.approx((21, 21, 90, 49))
    assert visible_ever(off, ADDRESS) == pytest.approx((0, 4, 111, 66))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_is_shipped_stands_in_the_usual_window(path: Path) -> None:
    usual = envelope(fold_tolerance_mm=1)
    mine = load_layout(path.stem)
    panel = panel_of(mine)
    assert panel is not None
    assert visible_always(usual, panel) == pytest.approx((21, 21, 90, 50))
    assert check_windows({path.stem: mine}, usual) == []


BARE = {"x": 112, "y": 30, "size": 9, "text": "認定証"}


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        ({"text": [BARE | {"x": 90}]}, "宛名のない用紙の文字「認定証」が窓に"),
        ({"text": [BARE | {"x": 20, "y": 2, "text": "", "words": "limit_card_letter"}]}, "limit_card_letter"),
        ({"text": [BARE | {"x": 20, "text": "{{ words.system }}"}]}, "文字「{{ words.system }}」"),
        ({"field": [field("name", 30)]}, "「氏名」"),
        ({"image": [{"asset": "logo", "x": 30, "y": 30, "width": 9, "height": 9}]}, "画像「logo」"),
        ({"qr": {"x": 120, "y": 8}}, "照合コード"),
    ],
)  # fmt: skip
def test_a_sheet_without_an_address_shows_nothing_in_the_window(wrong: dict[str, Any], what: str) -> None:
    """Its name alone tells an illness or an income."""
    bare = {"field": [field("name", 120)], "barcode": None, "text": [BARE]}
    assert check_windows({"limit_card": layout(**bare)}, envelope()) == []
    with pytest.raises(JobError) as caught:
        check_windows({"limit_card": layout(**bare | wrong)}, envelope())
    assert what in caught.value.what and caught.value.file == "mine.toml"


def test_the_number_of_the_piece_may_be_seen() -> None:
    number = field("piece_number", 20, x=80, width=11, size=7)
    assert check_windows({"certificate": layout(number)}, envelope()) == []
    with pytest.raises(JobError, match="「通し番号」が窓から左へ"):
        check_windows({"certificate": layout(number | {"x": 12})}, envelope())


def test_a_text_stands_where_its_field_is_anchored() -> None:
    """What is sure of a field is its last line at the bottom, its first at the top."""
    low = [
        field("to_postcode", 20),
        field("to_place", 23.5, lines=3, leading=3.5, anchor="bottom"),
        field("to_name", 35, size=12),
    ]
    mine = layout(field=low, barcode=None)
    texts = {"to_postcode": "", "to_place": "あ", "to_name": ""}
    em = 9 * 25.4 / 72
    assert block_of(mine, texts, (), STYLES, barcode=False) == pytest.approx((20, 30.5, 20 + em, 30.5 + em))


def test_the_panel_may_lie_anywhere_on_the_sheet() -> None:
    lower = ADDRESS.model_copy(update={"y": 198.0})
    assert visible_always(envelope(), lower) == pytest.approx((20, 218, 91, 248))
    small = ADDRESS.model_copy(update={"width": 80.0, "height": 60.0})
    assert visible_ever(envelope(), small) == pytest.approx(
        (0, 0, 80, 60)
    )  # nothing is seen beyond the paper


def test_an_upright_envelope_lies_as_its_inner_size_says() -> None:
    upright = envelope(inner_width_mm=114, inner_height_mm=229, window={"x": 13, "y": 35})
    panel = Panel(name="address", x=0, y=0, width=105, height=220)
    assert visible_always(upright, panel) == pytest.approx((10, 32, 91, 68))


TENTHS = st.integers(0, 400).map(lambda value: value / 10)


@given(st.tuples(TENTHS, TENTHS), st.tuples(TENTHS, TENTHS), st.tuples(TENTHS, TENTHS))
def test_always_and_ever_by_brute_force(
    slack: tuple[float, float], size: tuple[float, float], point: tuple[float, float]
) -> None:
    """A point is always visible when every position shows it, and ever visible when some position does."""
    inner = {"inner_width_mm": 100 + slack[0], "inner_height_mm": 60 + slack[1]}
    window = {"x": 20, "y": 10, "width": size[0] + 0.1, "height": size[1] + 0.1}
    cover = envelope(width_mm=160, height_mm=120, window=window, **inner)
    panel = Panel(name="address", x=3, y=5, width=100, height=60)
    x, y = 3 + point[0], 5 + point[1]
    seen = [
        left <= x <= left + window["width"] and top <= y <= top + window["height"]
        for left in 23 - (160 - inner["inner_width_mm"]) / 2 - np.linspace(0, slack[0], 41)
        for top in 15 - (120 - inner["inner_height_mm"]) / 2 - np.linspace(0, slack[1], 41)
    ]
    always, ever = visible_always(cover, panel), visible_ever(cover, panel)

    def within(area: Rect, by: float) -> bool:
        return area.left - by <= x <= area.right + by and area.top - by <= y <= area.bottom + by

    assert within(always, -1e-6) <= all(seen) <= within(always, 1e-6)
    assert any(seen) <= within(ever, 1e-6)
    if within(ever, -1e-6) and min(size) > 2:  # a step of the grid is a millimetre at most
        assert any(seen)


def test_a_right_layout_passes() -> None:
    assert check_windows({"certificate": layout()}, envelope()) == []


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (layout(barcode={"x": 21, "y": 43}), "カスタマバーコード（余白2mmを含む）が窓から左へ1.0mmはみ出します"),
        (layout(barcode={"x": 22, "y": 46}), "カスタマバーコード（余白2mmを含む）が窓から下へ0.9mmはみ出します"),
        (
            layout(box=[{"x": 19.5, "y": 36, "width": 5, "height": 5, "weight": 0, "when": "no_forward"}]),
            "条件「no_forward」の枠が窓から左へ0.5mmはみ出します",
        ),
        (
            layout(text=[{"x": 60, "y": 18, "size": 9, "text": "転送不要", "when": "not no_forward"}]),
            "文字「転送不要」が窓から上へ2.0mmはみ出します",
        ),
        (layout(field("birth_date", 64.5)), "「生年月日」が窓に0.5mm入ります"),
        (layout(field("name", 20, x=100)), "「氏名」が窓に10.0mm入ります"),
        (
            layout(text=[{"x": 100, "y": 60, "size": 9, "text": "区分", "when": "limit_shown"}]),
            "文字「区分」が窓に5.0mm入ります",
        ),
        (layout(registered={"x": 50, "y": 60}), "引受番号が窓に"),
        (layout(qr={"x": 130, "y": 8}), "照合コードが窓に"),  # its text reaches further left than the symbol
    ],
)  # fmt: skip
def test_a_wrong_layout_is_named_with_item_and_mm(wrong: Layout, what: str) -> None:
    with pytest.raises(JobError) as caught:
        check_windows({"certificate": wrong}, envelope())
    assert caught.value.what.startswith("用紙が封筒の中で動くと、") and what in caught.value.what
    assert caught.value.file == "mine.toml"


def test_a_field_moved_to_the_left_is_named() -> None:
    fields = [field("to_postcode", 20), field("to_place", 24), field("to_name", 35, x=17)]
    with pytest.raises(JobError, match=r"「宛名」が窓から左へ3\.0mmはみ出します"):
        check_windows({"certificate": layout(field=fields)}, envelope())


def test_an_address_outside_its_panel_is_not_overlooked() -> None:
    for wrong in (layout(field=[field("to_name", 20)]), layout().model_copy(update={"panel": []})):
        with pytest.raises(JobError, match="窓に向く面にそろっていません"):
            check_windows({"certificate": wrong}, envelope())
    bare = layout(field=[field("name", 120)])
    assert check_windows({"limit_card": bare}, envelope()) == []  # a further sheet carries no address


def test_a_longer_slack_makes_a_right_layout_wrong() -> None:
    with pytest.raises(JobError, match=r"はみ出します"):
        check_windows({"certificate": layout()}, envelope(inner_width_mm=231))
    with pytest.raises(JobError, match=r"宛名の面（210×99mm）が封筒の内寸（229×98mm）に入りません"):
        check_windows({"certificate": layout()}, envelope(inner_height_mm=98))


def test_a_window_near_the_edge_or_too_small_is_noted() -> None:
    near = envelope(inner_width_mm=210, inner_height_mm=99, window={"x": 9, "y": 30, "height": 44})
    notes = check_windows({}, near)
    assert len(notes) == 2
    assert "10mm離れていません（左9mm）" in notes[0] and "90×44mm" in notes[1]


def people(*places: str) -> PageFields:
    texts = {
        "to_postcode": ["〒904-2215"] * len(places),
        "to_place": list(places),
        "to_name": ["見本　花子　様"] * len(places),
    }
    return PageFields(pd.DataFrame(texts), {"no_forward": np.zeros(len(places), dtype=bool)})


WIDE = [field("to_postcode", 20), field("to_place", 24, width=90, lines=9, leading=3.5), field("to_name", 35)]
WIDE[1]["lines"] = 8


def test_a_person_whose_own_block_leaves_the_window_is_held() -> None:
    """The field is wider and deeper than what is always seen: then every text is measured."""
    wide = layout(field=WIDE, barcode=None)
    full = "あ" * 22  # 22 × 9 pt = 69.85 mm of 71
    fields = people("短い", full, full + "い", "\n".join("一二三四五六七八"), "")
    rows = {"certificate": np.array([0, 1, 2, 3, 4])}
    assert check_windows({"certificate": wide}, envelope()) == []
    found = window_findings(fields, rows, {"certificate": wide}, STYLES, envelope())
    assert [(each.code, each.column, each.rows.tolist(), each.values) for each in found] == [
        ("OUT_OF_WINDOW", "住所・方書・様方", [2, 3], ["右へ2.1mm", "下へ1.7mm"])
    ]
    assert window_findings(fields, rows, {"certificate": layout()}, STYLES, envelope()) == []


def test_a_field_that_does_not_stand_there_holds_nobody() -> None:
    name = "あ" * 22 + "い"
    block = [WIDE[0], WIDE[1] | {"when": "no_forward"}, WIDE[2]]
    fields = people(name, name)
    fields.flags["no_forward"][1] = True
    wide = layout(field=block, barcode=None)
    found = window_findings(
        fields, {"certificate": np.array([0, 1])}, {"certificate": wide}, STYLES, envelope()
    )
    assert [each.rows.tolist() for each in found] == [[1]]


def test_the_block_of_one_person() -> None:
    texts = {"to_postcode": "〒904-2215", "to_place": "あ" * 10, "to_name": "見本"}
    mark = {"x": 60, "y": 21, "size": 9, "text": "転送不要", "when": "no_forward"}
    mine = layout(text=[mark])
    em = 25.4 / 72
    plain = block_of(mine, texts, (), STYLES, barcode=False)
    assert plain == pytest.approx((20, 20, 20 + 90 * em, 35 + 12 * em))
    assert block_of(mine, texts, ("no_forward",), STYLES, barcode=False).right == pytest.approx(60 + 36 * em)
    whole = block_of(mine, texts, ("no_forward",), STYLES, barcode=True)
    assert whole.bottom == pytest.approx(43 + 6 * 0.48 + 2) and whole.left == 20
    assert panel_of(mine) == ADDRESS


ENVELOPE = '[envelope]\nname = "長形3号"\nwidth_mm = 120\nheight_mm = 235\nthickness_mm = 5\ngrams = 5.70\n'


def test_the_line_stops_for_another_envelope_and_notes_its_window(tmp_path: Path) -> None:
    job = write_job(tmp_path / "a", [person()], JOB + ENVELOPE + "inner_width_mm = 233\n")
    with pytest.raises(JobError, match=r"窓から.*はみ出します"):
        prepare(job, Stages(Silent()))
    job = write_job(tmp_path / "b", [person()], JOB + ENVELOPE + "inner_width_mm = 210\nwindow = { x = 9 }\n")
    with pytest.raises(JobError, match="窓から右へ"):
        prepare(job, Stages(Silent()))


def test_a_held_person_keeps_the_millimetres_and_loses_the_words(tmp_path: Path) -> None:
    """The message names what is missing, never the address."""
    long = "特別養護老人ホーム" * 20
    prepared = prepare(write_job(tmp_path, [person(1), person(2, building=long)]), Stages(Silent()))
    found = [each for each in prepared.findings if each.code == "DOES_NOT_FIT"]
    assert [each.rows.tolist() for each in found] == [[1]]
    value = (found[0].values or [""])[0]
    assert value.startswith("あと ") and value.endswith(" mm ") and long[:2] not in value
    assert prepared.decided["status"].tolist() == ["printed", "held"]
    assert not [note for note in prepared.intake.notes if note.startswith(ALERT) and "窓" in note]
