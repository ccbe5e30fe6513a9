"""Row lists: rows become lines of pages; long texts are shortened, never clipped; strange layouts are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pypdfium2 as pdfium
import pytest
from small_job import write_job

from kouki_print.base.errors import JobError
from kouki_print.job.forms import fresh_styles
from kouki_print.job.matter import write_matter
from kouki_print.job.preview_examples import USUAL_CONTACT
from kouki_print.job.units.row_lists import (
    check_list_layout,
    lines_per_page,
    list_section,
    page_lines,
    pages_of,
    shortened,
)
from kouki_print.job.units.slips import load_slip
from kouki_print.order.load import load_order
from kouki_print.page.fields import LINE, LINES_MOST, bound_fields
from kouki_print.page.items import FieldItem
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.type.fit import fit
from kouki_print.page.type.fonts import Style

FRAME = {
    "list_title": "題",
    "service": "簡易書留",
    "post_office": "",
    "mailed_on": "令和8年7月13日",
    "approval": "",
    "page_total": "",
    "list_total": "",
    "sender_place": "",
    "sender_name": "",
}
ITEM = FieldItem(
    bind="line_1_name", x=0, y=0, width=30, size=12, font="gothic", min_condense=60, min_size=8, small_lines=1
)


@pytest.fixture(scope="module")
def slip() -> Layout:
    return load_layout("posting_slip")


def rows(count: int) -> pd.DataFrame:
    return pd.DataFrame({name: [f"{name}{row}" for row in range(count)] for name in LINE}, dtype="str")


@pytest.mark.parametrize(
    ("name", "lines"), [("posting_slip", 15), ("posting_slip_8", 8), ("counter_list", 18)]
)
def test_the_layout_says_how_many_lines_a_page_has(name: str, lines: int) -> None:
    layout = load_layout(name)
    assert lines_per_page(layout) == lines <= LINES_MOST
    assert [pages_of(count, layout) for count in (0, 1, lines, lines + 1)] == [0, 1, 1, 2]


@pytest.mark.parametrize("count", [1, 14, 15, 16, 31])
def test_rows_stand_in_order_and_the_last_rest_is_blank(
    slip: Layout, styles: dict[str, Style], count: int, tmp_path: Path
) -> None:
    totals = [f"計{page}" for page in range(pages_of(count, slip))]
    fresh = fresh_styles(styles)
    lines = page_lines(slip, rows(count), fresh)
    section = list_section(slip, USUAL_CONTACT, lines, FRAME | {"page_total": totals}, fresh)
    texts = section.fields.texts
    path = tmp_path / "list.pdf"
    write_matter(path, load_order(write_job(tmp_path / "job")).order, tmp_path, fresh, [section], "list")
    with pdfium.PdfDocument(path) as document:
        said = [page.get_textpage().get_text_range() for page in document]
    assert len(said) == len(totals)
    for page, text in enumerate(said):
        found = re.findall("recipient([0-9]+)", text)
        assert found == [str(row) for row in range(15 * page, min(15 * page + 15, count))]
    assert texts["list_page"].tolist() == [f"{page + 1} / {len(totals)}" for page in range(len(totals))]
    assert texts["page_total"].tolist() == totals
    assert set(texts["list_title"]) == {"題"}


@pytest.mark.parametrize(
    "name", ["見本　花子", "アレクサンドリナ・マリア・フェルナンデス", "東" * 60, "葛\U000e0100" * 40]
)
def test_what_is_too_long_is_shortened_until_it_fits(styles: dict[str, Style], name: str) -> None:
    (shown,) = shortened(pd.Series([name], dtype="str"), ITEM, styles["gothic"])
    assert fit(shown, ITEM, styles["gothic"]) is not None
    if fit(name, ITEM, styles["gothic"]) is not None:
        assert shown == name
    else:
        kept = shown.removesuffix("…")
        assert shown.endswith("…") and name.startswith(kept) and len(kept) > 5
        one_more = name[: len(kept) + (2 if "\U000e0100" in name else 1)]
        assert fit(f"{one_more}…", ITEM, styles["gothic"]) is None, "no shorter than it must be"


def test_a_variant_keeps_its_form_and_what_no_font_has_is_a_geta(styles: dict[str, Style]) -> None:
    names = ["葛\U000e0100城　一", "\ue000城　二", "葛\U000e01ef城　三", "髙﨑　德"]
    shown = shortened(pd.Series(names, dtype="str"), ITEM, fresh_styles(styles)["gothic"])
    assert shown.tolist() == ["葛\U000e0100城　一", "〓城　二", "〓城　三", "髙﨑　德"]


def test_every_field_of_the_shipped_slips_can_be_filled(tmp_path: Path) -> None:
    for name in ("posting_slip", "posting_slip_8"):
        job = write_job(tmp_path / name)
        (job / "job.toml").write_text(
            (job / "job.toml").read_text(encoding="utf-8") + f'[posting]\nslip = "{name}"\n', encoding="utf-8"
        )
        assert load_slip(load_order(job).order, job).name == name


@pytest.mark.parametrize(
    ("layout", "words"), [("counter_list", "「document」は載りません"), ("box_label", "載りません")]
)
def test_a_layout_for_something_else_is_refused(layout: str, words: str) -> None:
    with pytest.raises(JobError, match=words) as told:
        check_list_layout(load_layout(layout), ("no", "recipient"), ("list_title",))
    assert "recipient" in str(told.value.remedy) and told.value.file == f"{layout}.toml"


def test_a_layout_without_lines_is_refused(slip: Layout) -> None:
    heads = [item for item in bound_fields(slip) if not item.bind.startswith("line_")]
    bare = slip.model_copy(update={"front": slip.front.model_copy(update={"field": heads})})
    with pytest.raises(JobError, match="行（line_"):
        check_list_layout(bare, (), FRAME)


def test_lines_of_different_shapes_are_refused(slip: Layout) -> None:
    crooked = [
        item.model_copy(update={"x": item.x + 1}) if item.bind == "line_3_place" else item
        for item in slip.front.field
    ]
    with pytest.raises(JobError, match="3 行目が、1行目と同じ形ではありません"):
        check_list_layout(
            slip.model_copy(update={"front": slip.front.model_copy(update={"field": crooked})}), LINE, FRAME
        )
