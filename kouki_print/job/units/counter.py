"""The counter list (窓口交付簿): who comes for a piece, by kana, with room for date and signature.

For pieces that are not posted: of people who come to the counter, and all of a municipality that does not mail.
Who signs sees the lines of others: no birth date, and of the number only the end.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kouki_print.base.texts import map_distinct
from kouki_print.handover.kana_order import kana_order
from kouki_print.job.forms import fresh_styles, load_form
from kouki_print.job.matter import write_matter
from kouki_print.job.units.row_lists import check_list_layout, lines_per_page, list_section, page_lines
from kouki_print.order.models import Order
from kouki_print.order.units import Unit
from kouki_print.page.layout import Layout
from kouki_print.page.type.fonts import Style
from kouki_print.pdf.writer import WrittenFile
from kouki_print.plan.pieces import SEQUENCE_DIGITS

COUNTER_LIST, COUNTER_LAYOUT = "counter_list.pdf", "counter_list"
_LINES = ("place", "piece", "kana", "name", "insured", "document")
_FRAME = ("list_title", "unit_name", "list_total", "list_range")
_NUMBER_END = 4  # digits of an insured number that the list shows


def load_counter(order: Order, job_dir: Path) -> Layout:
    """The layout of the list; JobError for one with fields that it does not fill."""
    layout = load_form(COUNTER_LAYOUT, order, job_dir)
    check_list_layout(layout, _LINES, _FRAME)
    return layout


def write_counter_list(
    path: Path,
    order: Order,
    unit: Unit,
    styles: Mapping[str, Style],
    job_dir: Path,
    layout: Layout,
    title: str,
    waiting: pd.DataFrame,
) -> WrittenFile:
    """A line for each of the pieces (of a unit's task) that wait at the counter."""
    styles = fresh_styles(styles)
    lines = _lines(order, waiting)
    frame = {
        "list_title": title,
        "unit_name": unit.contact.name,
        "list_total": f"全 {len(lines):,}通",
        "list_range": _ranges(lines, lines_per_page(layout)),
    }
    section = list_section(layout, unit.contact, page_lines(layout, lines, styles), frame, styles)
    return write_matter(path, order, job_dir, styles, [section], f"{path.stem} {unit.code}", margin=0)


def _lines(order: Order, pieces: pd.DataFrame) -> pd.DataFrame:
    """The texts of the lines, by kana."""
    pieces = pieces.iloc[kana_order(pieces)].reset_index(drop=True)
    sets = map_distinct(
        pieces["set_code"], lambda code: "・".join(map(order.document_ja, order.sheets_of(code)))
    )
    several = map_distinct(
        pieces["people"].astype("str"), lambda count: f"（{count}人分）" if count != "1" else ""
    )
    return pd.DataFrame(
        {
            "place": pieces["box"].astype("str") + "－" + pieces["position"].astype("str"),
            "piece": pieces["sequence"].astype("str").str.zfill(SEQUENCE_DIGITS),
            "kana": pieces["kana"],
            "name": pieces["name"],
            "insured": pieces["insured_number"].str[-_NUMBER_END:],
            "document": sets + several,
        },
        dtype="str",
    )


def _ranges(lines: pd.DataFrame, height: int) -> list[str]:
    """First and last name of each page, to turn the leaves by; a name without kana as it is written."""
    names = lines["kana"].where(lines["kana"] != "", lines["name"]).tolist()
    pages = (names[start : start + height] for start in range(0, len(names), height))
    return [f"{page[0]} 〜 {page[-1]}" for page in pages]
