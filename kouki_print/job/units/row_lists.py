"""Long lists (差出票・窓口交付簿): a row of a table becomes a line of a page, as many as the layout repeats.

A list points at pieces: what does not fit even condensed and small is shortened with …, and what no font draws is
〓.  Nothing is clipped, and nobody is held for a list.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.base.texts import distinct, pick
from kouki_print.job.matter import Lines, Section
from kouki_print.order.units import Contact
from kouki_print.page.fields import PageFields, bound_fields
from kouki_print.page.items import FieldItem, Line, Side
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.repeats import KINDS, Repeated
from kouki_print.page.type.fit import fit, treated
from kouki_print.page.type.fonts import Style, clusters, distinct_clusters

PAGE = "list_page"  # page k of n: every list may have it
_LINE = re.compile(r"\bline_([0-9]+)_(\w+)")


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
    _shifts(layout)


def page_lines(layout: Layout, rows: pd.DataFrame, styles: Mapping[str, Style]) -> Lines:
    """The rows as lines of pages.  ``rows`` has a text column for each ``line_{n}_<column>`` of the layout."""
    side = _line_side(layout, 1)
    shapes = _shapes(side.field)
    texts = {name: rows[name].to_numpy(dtype=object) for name in rows}
    texts |= {name: _shown(rows[name], shapes[name], styles) for name in shapes}
    return Lines(side, pd.DataFrame(texts, dtype="str"), _shifts(layout))


def _line_side(layout: Layout, number: int) -> Side:
    """All that a line has, its conditions too, bound to the columns alone."""
    return Side().model_copy(
        update={
            kind: [own for item in getattr(layout.front, kind) if (own := _of_line(item, number)) is not None]
            for kind in KINDS
        }
    )


def _of_line(item: Repeated, number: int) -> Repeated | None:
    """An item of a line without the line's number; None when it belongs to another, or to the page."""
    changes = {}
    for key in ("bind", "when"):
        if match := _LINE.search(getattr(item, key, "")):
            if int(match[1]) != number:
                return None
            changes[key] = _LINE.sub(r"\2", getattr(item, key))
    return item.model_copy(update=changes) if changes else None


def _page_side(layout: Layout) -> Side:
    """All that is the page's own."""
    return layout.front.model_copy(
        update={
            kind: [
                item
                for item in getattr(layout.front, kind)
                if not any(_LINE.search(getattr(item, key, "")) for key in ("bind", "when"))
            ]
            for kind in KINDS
        }
    )


def _shifts(layout: Layout) -> list[tuple[float, float]]:
    """How far right and down of the first line each line stands; JobError when lines are of different shapes."""
    first, shifts = _items(_line_side(layout, 1)), []
    for number in range(1, lines_per_page(layout) + 1):
        own = _items(_line_side(layout, number))
        ways = {
            (round(item[1] - base[1], 3), round(item[2] - base[2], 3))
            for base, item in zip(first, own, strict=False)
        }
        if len(ways) != 1 or [item[0] for item in own] != [item[0] for item in first]:
            raise JobError(
                f"一覧の様式の {number} 行目が、1行目と同じ形ではありません。",
                remedy="行の欄（line_{n}_…）は [[front.repeat]] で置いてください。",
                file=f"{layout.name}.toml",
            )
        shifts.append(ways.pop())
    return shifts


def _items(side: Side) -> list[tuple[Repeated, float, float]]:
    """Every item as it would lie at the origin, and where it lies."""
    found: list[tuple[Repeated, float, float]] = []
    for kind in KINDS:
        for item in getattr(side, kind):
            if isinstance(item, Line):
                x, y = item.x1, item.y1
                ends = {"x1": 0.0, "y1": 0.0, "x2": round(item.x2 - x, 3), "y2": round(item.y2 - y, 3)}
                found.append((item.model_copy(update=ends), x, y))
            else:
                found.append((item.model_copy(update={"x": 0.0, "y": 0.0}), item.x, item.y))
    return found


def list_section(
    layout: Layout,
    contact: Contact,
    lines: Lines,
    frame: Mapping[str, str | Sequence[str]],
    styles: Mapping[str, Style],
) -> Section:
    """The pages of one list; ``frame`` has a text for all pages, or one per page."""
    count = lines.pages
    given = {PAGE: [f"{page} / {count}" for page in range(1, count + 1)], **frame}
    front = _page_side(layout)
    around = {}
    for name, shapes in _shapes(front.field).items():
        text = given[name]
        column = pd.Series([text] * count if isinstance(text, str) else text, dtype="str")
        around[name] = _shown(column, shapes, styles)
    fields = PageFields(pd.DataFrame(around, dtype="str", index=range(count)), {})
    return Section(layout.model_copy(update={"front": front}), contact, fields, lines=lines)


def _shapes(items: Iterable[FieldItem]) -> dict[str, list[FieldItem]]:
    """The fields that show each text, each shape once, wherever they stand."""
    found: dict[str, dict[FieldItem, None]] = {}
    for item in items:
        shape = item.model_copy(update={"x": 0.0, "y": 0.0, "when": ""})
        found.setdefault(item.bind, {})[shape] = None
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
