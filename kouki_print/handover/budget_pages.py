"""One page per unit (市町村 or 団体) of budget.pdf, to attach to that unit's own budget request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable, KeepInFrame, PageBreak, Paragraph, Spacer, Table, TableStyle

from kouki_print.base.dates import wareki
from kouki_print.handover.budget import Budget
from kouki_print.handover.budget_parts import KindLine, StockLine
from kouki_print.handover.budget_words import (
    cheaper,
    crossing,
    grams,
    kind_name,
    left_share,
    mailed,
    next_price,
    step_name,
)
from kouki_print.handover.report_pdf import (
    BIG,
    HEADING,
    INK,
    LINE,
    NOTE,
    REGULAR,
    WIDTH,
    cell,
    drawable,
    ruled_table,
)
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA

_ALL_UP_TO = 60  # units; of more, only those with postage get a page
_MOST_ASSUMPTIONS = 8
_STAMPS = ("課長", "係長", "担当")
_STAMP_WIDTH = 17 * mm
_LONG = ParagraphStyle("long", parent=BIG, fontSize=12, leading=16, wordWrap="CJK")  # wraps anywhere
_BODY = A4[1] - 41 * mm  # the frame of a page, with a little to spare


def unit_pages(budget: Budget) -> list[Any]:
    """The pages, each behind a page break and with a bookmark."""
    lines = dict(list(budget.lines.groupby("municipality_code", sort=False)))
    kinds: dict[str, list[KindLine]] = defaultdict(list)
    for kind in mailed(budget.kinds):
        for code in kind.units:
            kinds[code].append(kind)
    stock: dict[str, list[StockLine]] = defaultdict(list)
    for item in budget.stock:
        stock[item.unit_code].append(item)
    many = len(budget.towns) > _ALL_UP_TO
    story: list[Any] = []
    for code, name in budget.towns:
        mine = lines.get(code)
        if mine is None or (many and not mine["total_yen"].sum()):
            continue
        body = [*_head(budget, code, name, mine), _lines_table(mine, budget)]
        body += [*_weights(budget, kinds[code]), *_stock(stock[code]), *_assumptions(budget)]
        story += [PageBreak(), _Bookmark(code, name), KeepInFrame(WIDTH, _BODY, body, mode="shrink")]
    return story


class _Bookmark(Flowable):  # type: ignore[misc]
    """An entry of the outline, so that a unit's page is found by its name."""

    def __init__(self, code: str, name: str) -> None:
        super().__init__()
        self.code, self.name = code, name

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """No room."""
        return 0, 0

    def draw(self) -> None:
        """Mark the page."""
        self.canv.bookmarkPage(f"unit-{self.code}")
        self.canv.addOutlineEntry(f"{self.code} {self.name}", f"unit-{self.code}")


def _head(budget: Budget, code: str, name: str, lines: pd.DataFrame) -> list[Any]:
    """Who, what it costs, when and by which tariff; the boxes for the stamps at the right."""
    yen, pieces = int(lines["total_yen"].sum()), int(lines["pieces"].sum())
    stamps = _stamps()
    room = WIDTH - len(_STAMPS) * _STAMP_WIDTH - 4 * mm
    shown = drawable(name)
    long = pdfmetrics.stringWidth(shown, BIG.fontName, BIG.fontSize) > room
    tariffs = "、".join(table for table, _ in budget.tariffs)
    left = [
        Paragraph(escape(shown), _LONG if long else BIG),
        Paragraph(f"{budget.unit}コード {escape(code)}　{escape(drawable(budget.title))}", NOTE),
        Paragraph(f"差出日 {wareki(budget.posting_date)}　件数のもと {budget.basis}", NOTE),
        Paragraph(f"料金表 {escape(drawable(tariffs))}", NOTE),
    ]
    head = Table([[left, stamps]], colWidths=[room, None], hAlign="LEFT")
    head.setStyle(_flush())
    return [head, Spacer(1, 3 * mm), Paragraph(f"郵送料 {yen:,}円（{pieces:,}通）", BIG)]


def _stamps() -> Table:
    boxes = Table([list(_STAMPS), [""] * len(_STAMPS)], [_STAMP_WIDTH] * len(_STAMPS), [5.5 * mm, 17 * mm])
    boxes.setStyle(
        TableStyle(
            [
                ("GRID", (0, 0), (-1, -1), 0.6, LINE),
                ("FONT", (0, 0), (-1, -1), REGULAR, 8),
                ("TEXTCOLOR", (0, 0), (-1, -1), INK),
                ("ALIGN", (0, 0), (-1, -1), "CENTER"),
                ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ]
        )
    )
    return boxes


def _flush() -> TableStyle:
    """Cells without padding, texts at the top, the last column at the right."""
    sides = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    return TableStyle([*sides, ("VALIGN", (0, 0), (-1, -1), "TOP"), ("ALIGN", (-1, 0), (-1, -1), "RIGHT")])


def line_cells(line: Any, budget: Budget) -> list[Any]:
    """Cells of a line of the budget: what, how, which step, price, pieces, yen."""
    return [
        cell(budget.document_names[line.document], 9),
        line.set_code,
        SERVICE_JA[line.mail_service],
        SIZE_CLASS_JA[line.size_class],
        step_name(line.max_grams),
        f"{line.unit_yen:,}",
        f"{line.pieces:,}",
        f"{line.total_yen:,}",
    ]


LINE_HEAD = ["書類", "組", "郵便種別", "区分", "重量段階", "単価（円）", "通数", "金額（円）"]
LINE_WIDTHS = [34, 10, 20, 26, 20, 18, 20, 27]


def _lines_table(lines: pd.DataFrame, budget: Budget) -> Table:
    rows = [LINE_HEAD, *(line_cells(line, budget) for line in lines.itertuples())]
    rows.append(["合計", *[""] * 5, f"{int(lines['pieces'].sum()):,}", f"{int(lines['total_yen'].sum()):,}"])
    return ruled_table(rows, LINE_WIDTHS, texts=4, total=True)


def _weights(budget: Budget, kinds: list[KindLine]) -> Iterator[Any]:
    """Weight and margin of the unit's kinds; without totals, which belong to all units together."""
    if not kinds:
        return
    rows: list[list[Any]] = [
        ["書類", "封入物", "重さ（最小〜最大）", "上限", "残り", "割合", "超えた場合の単価"]
    ]
    rows += [
        [
            f"{kind_name(kind)}\n{SERVICE_JA[kind.mail_service]}",
            cell(kind.items),
            f"{grams(kind.weight_cg)}\n（{grams(kind.low_cg)}〜{grams(kind.high_cg)}）",
            f"{kind.max_grams:,}g",
            grams(kind.left_cg),
            left_share(kind.left_cg, kind.weight_cg),
            next_price(kind.next_yen),
        ]
        for kind in kinds
    ]
    yield Paragraph("1通の重さと、次の料金段階までの余裕", HEADING)
    yield ruled_table(rows, [38, 38, 36, 15, 16, 14, 28], texts=2, total=False, size=8, pad=1.7)
    names = {line.code: line.name for line in budget.weights}
    for kind in kinds:
        if words := crossing(kind, names) + cheaper(kind, names):
            yield Paragraph(f"※ {kind_name(kind)}: {escape(drawable(words))}", NOTE)


def _stock(items: list[StockLine]) -> Iterator[Any]:
    if not items:
        return
    rows: list[list[Any]] = [["品目", "名称", "必要数", "予備", "包装単位", "発注数"]]
    rows += [[cell(item.code), cell(item.name), *stock_counts(item)] for item in items]
    yield Paragraph("封入物などの発注数", HEADING)
    yield ruled_table(rows, [18, 70, 22, 20, 22, 24], texts=2, total=False, size=8, pad=1.4)


def stock_counts(item: StockLine) -> list[str]:
    """Needed, spare, pack and ordered, as a table shows them."""
    return [f"{item.needed:,}", f"{item.spare:,}", f"{item.pack:,}", f"{item.ordered:,}"]


def _assumptions(budget: Budget) -> Iterator[Any]:
    """The assumptions in short; the whole list with its sources is in the summary."""
    if not budget.assumptions:
        return
    words = [f"{each.name} {each.value}" for each in budget.assumptions[:_MOST_ASSUMPTIONS]]
    more = len(budget.assumptions) - len(words)
    if more:
        words.append(f"ほか{more}件（総括の「前提」）")
    yield Paragraph("前提", HEADING)
    yield Paragraph(escape(drawable("／".join(words))), NOTE)
