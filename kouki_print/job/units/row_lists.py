"""Long lists (差出票・窓口交付簿): a row of a table becomes a line of a page, as many as the layout repeats.

A list points at pieces: what does not fit even condensed and small is shortened with …, and what no font draws is
〓.  Nothing is clipped, and nobody is held for a list.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.base.texts import distinct, pick
from kouki_print.job.matter import Section
from kouki_print.order.units import Contact
from kouki_print.page.fields import PageFields, bound_fields
from kouki_print.page.items import FieldItem
from kouki_print.page.layout import Layout
from kouki_print.page.type.fit import fit, treated
from kouki_print.page.type.fonts import Style, clusters, distinct_clusters

PAGE = "list_page"  # page k of n: every list may have it
_LINE = re.compile("line_([0-9]+)_(.+)")


def lines_per_page(layout: Layout) -> int:
    """How many lines a page of the layout has."""
    found = (_LINE.fullmatch(item.bind) for item in bound_fields(layout))
    return max((int(match[1]) for match in found if match), default=0)


def pages_of(rows: int, layout: Layout) -> int:
    """Pages that so many rows take."""
    return -(-rows // lines_per_page(layout))


def check_list_layout(layout: Layout, lines: Collection[str], frame: Collection[str]) -> None:
    """JobError for a layout without lines, or with a field that this list cannot fill."""
    binds = {item.bind for item in bound_fields(layout)}
    columns = {match[2] if (match := _LINE.fullmatch(bind)) else bind for bind in binds}
    unknown = sorted(columns - {*lines, *frame, PAGE})
    if unknown or not lines_per_page(layout):
        what = f"印字項目「{unknown[0]}」は載りません" if unknown else "行（line_{n}_…）がありません"
        usable = ["、".join(sorted(names)) for names in (lines, {*frame, PAGE})]
        raise JobError(
            f"一覧の様式ですが、{what}。",
            remedy=f"使えるのは、行（line_{{n}}_…）の {usable[0]} と、ページの {usable[1]} です。",
            file=f"{layout.name}.toml",
        )


def page_lines(layout: Layout, lines: pd.DataFrame, styles: Mapping[str, Style]) -> pd.DataFrame:
    """A row per page with the texts of its lines; the last page's rest is blank.

    ``lines`` has a text column for each ``line_{n}_<column>`` of the layout.
    """
    height, pages = lines_per_page(layout), pages_of(len(lines), layout)
    texts: dict[str, np.ndarray] = {}
    for name, shapes in _shapes(layout).items():
        if name in lines:
            cells = np.full((pages, height), "", dtype=object)
            cells.flat[: len(lines)] = _shown(lines[name], shapes, styles)
            texts |= {f"line_{at + 1}_{name}": cells[:, at] for at in range(height)}
    return pd.DataFrame(texts, dtype="str")


def list_section(
    layout: Layout,
    contact: Contact,
    pages: pd.DataFrame,
    frame: Mapping[str, str | Sequence[str]],
    styles: Mapping[str, Style],
) -> Section:
    """The pages of one list, of :func:`page_lines`; ``frame`` has a text for all pages, or one per page."""
    count = len(pages)
    given = {PAGE: [f"{page} / {count}" for page in range(1, count + 1)], **frame}
    around = {}
    for name, shapes in _shapes(layout).items():
        if name in given:
            text = given[name]
            column = pd.Series([text] * count if isinstance(text, str) else text, dtype="str")
            around[name] = _shown(column, shapes, styles)
    return Section(layout, contact, PageFields(pages.assign(**around), {}))


def _shapes(layout: Layout) -> dict[str, list[FieldItem]]:
    """By column or word of the frame the fields that show it, each shape once, wherever they stand."""
    found: dict[str, dict[FieldItem, None]] = {}
    for item in bound_fields(layout):
        name = match[2] if (match := _LINE.fullmatch(item.bind)) else item.bind
        shape = item.model_copy(update={"bind": name, "x": 0.0, "y": 0.0, "when": ""})
        found.setdefault(name, {})[shape] = None
    return {name: list(shapes) for name, shapes in found.items()}


def _shown(texts: pd.Series, shapes: Sequence[FieldItem], styles: Mapping[str, Style]) -> np.ndarray:
    """The texts as they can stand in each of these fields."""
    for item in shapes:
        texts = shortened(texts, item, styles[item.font])
    return texts.to_numpy(dtype=object)


def shortened(texts: pd.Series, item: FieldItem, style: Style) -> pd.Series:
    """The texts as they can stand in a field."""
    values, codes = distinct(texts)
    lacking = {each for each in distinct_clusters(values) if not style.can_draw(each)} | style.blanks().keys()
    if lacking:
        values = ["".join("〓" if each in lacking else each for each in clusters(text)) for text in values]
    for position, fitted in treated(values, item, style).items():
        if fitted is None:
            values[position] = _short(values[position], item, style)
    return pick(values, codes)


def _short(text: str, item: FieldItem, style: Style) -> str:
    """As much of a text as fits, and …"""
    parts = clusters(text)

    def too_long(count: int) -> bool:
        return fit("".join(parts[:count]) + "…", item, style) is None

    return "".join(parts[: bisect_left(range(1, len(parts)), True, key=too_long)]) + "…"
