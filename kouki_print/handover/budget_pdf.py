"""budget.pdf: the postage budget on two sheets of A4 for the budget meeting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from reportlab.graphics import renderPDF
from reportlab.graphics.charts.barcharts import HorizontalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, Spacer, Table, TableStyle

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.handover.budget import Budget, Margin
from kouki_print.handover.report_pdf import (
    BIG,
    HEADING,
    INK,
    LINE,
    NOTE,
    REGULAR,
    SHADE,
    Frames,
    register_fonts,
    report,
    ruled_table,
)
from kouki_print.order.models import DOCUMENT_JA, SERVICE_JA, SIZE_CLASS_JA

# Dark, middle, light: still told apart on a grey printer.
_SERIES = (HexColor(0x1F3A5F), HexColor(0xE0A030), HexColor(0x8FB8A0))
_MOST_BARS = 60  # that a page has room for


def budget_document(budget: Budget) -> bytes:
    """The report as PDF bytes; the same budget gives the same bytes."""
    register_fonts()
    frames = Frames(
        title=f"{budget.title} 郵送料予算",
        right=f"差出日 {wareki(budget.posting_date)}",
        small=f"料金表 {budget.tariff_name}　SHA-256 {budget.tariff_sha256}",
        insurer=budget.insurer,
    )
    return report(frames, _story(budget))


def write_budget_pdf(path: Path, budget: Budget) -> None:
    """Write budget.pdf, whole or not at all."""
    write_bytes(path, budget_document(budget))


def _story(budget: Budget) -> list[Any]:
    return [
        Paragraph(f"郵送料 合計 {budget.total_yen:,}円（{budget.pieces:,}通）", BIG),
        Paragraph("書類・郵便種別ごとの合計", HEADING),
        _summary_table(budget),
        Paragraph("次の料金段階までの余裕", HEADING),
        _margin_table(budget),
        Paragraph(
            "段階の上限ちょうどの重さは安い方の料金です。増額は、その組の全通が上限を超えた場合の差額です。",
            NOTE,
        ),
        Paragraph(f"{budget.unit}ごとの郵送料", HEADING),
        _Chart(budget),
        PageBreak(),
        Paragraph(f"{budget.unit}別の通数と金額", HEADING),
        _town_table(budget),
        Spacer(1, 2 * mm),
    ]


def _summary_table(budget: Budget) -> Table:
    rows = [["書類", "組", "郵便種別", "区分", "重量段階", "単価（円）", "通数", "金額（円）"]]
    rows += [
        [
            DOCUMENT_JA[line.document],
            line.set_code,
            SERVICE_JA[line.mail_service],
            SIZE_CLASS_JA[line.size_class],
            f"{line.max_grams:,}gまで" if line.max_grams else "―",
            f"{line.unit_yen:,}",
            f"{line.pieces:,}",
            f"{line.total_yen:,}",
        ]
        for line in budget.summary().itertuples()
    ]
    rows.append(["合計", "", "", "", "", "", f"{budget.pieces:,}", f"{budget.total_yen:,}"])
    return ruled_table(rows, [34, 10, 20, 26, 20, 18, 20, 27], texts=4, total=True)


def _margin_table(budget: Budget) -> Table:
    rows = [["書類", "組", "郵便種別", "最も重い通", "上限", "残り", "超えた場合の単価", "超えた場合の増額"]]
    rows += [_margin_row(margin) for margin in budget.margins]
    return ruled_table(rows, [34, 10, 20, 21, 17, 17, 28, 30], texts=3, total=False)


def _margin_row(margin: Margin) -> list[str]:
    extra = margin.extra_yen
    return [
        DOCUMENT_JA[margin.document],
        margin.set_code,
        SERVICE_JA[margin.mail_service],
        f"{margin.heaviest_cg // 100}.{margin.heaviest_cg % 100:02d}g",
        f"{margin.max_grams:,}g",
        f"{margin.left_cg // 100}.{margin.left_cg % 100:02d}g",
        "差し出せません" if margin.next_yen is None else f"{margin.next_yen:,}円",
        "―" if extra is None else f"{extra:+,}円",
    ]


@dataclass(slots=True)
class _Scale:
    """Value axis of the chart: a round end that leaves room for the figures behind the bars."""

    end: int
    step: int


def _scale(largest_yen: int) -> _Scale:
    wanted = max(largest_yen * 1.18, 1.0)
    step = next(
        factor * 10**power
        for power in range(3, 12)
        for factor in (1, 2, 5)
        if factor * 10**power * 6 >= wanted
    )
    return _Scale(-int(-wanted // step) * step, step)


class _Chart(Flowable):  # type: ignore[misc]
    """Yen per unit as bars, documents stacked, in whatever height the page has left.

    Of more units than a page has room for, those that cost most.
    """

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self.budget = budget

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Fill the rest of the page; ask for a new one when that is too little."""
        bars = max(len(_bars(self.budget)), 3)
        least, best = bars * 7.0 + 36, bars * 16.0 + 36
        self.width, self.height = width, min(max(height, least), best)
        return self.width, self.height

    def draw(self) -> None:
        """Draw at the size that ``wrap`` settled."""
        renderPDF.draw(_drawing(self.budget, self.width, self.height), self.canv, 0, 0)


def _bars(budget: Budget) -> pd.DataFrame:
    """Units of the chart in table order."""
    table = budget.by_town()
    largest = table["total_yen"].sort_values(ascending=False, kind="stable").index[:_MOST_BARS]
    return table.loc[sorted(largest)]


def _drawing(budget: Budget, width: float, height: float) -> Drawing:
    table = _bars(budget)
    documents = budget.documents()
    scale = _scale(int(table["total_yen"].max()) if len(table) else 0)
    drawing = Drawing(width, height)
    chart = HorizontalBarChart()
    chart.x, chart.y = 56, 16
    chart.width, chart.height = width - 56 - 14, height - 36
    # The chart counts from the bottom: the first municipality is the last row.
    rising = table.iloc[::-1]
    chart.data = [rising[f"{name}_total_yen"].tolist() for name in documents] or [[0] * len(rising)]
    chart.categoryAxis.categoryNames = rising["name"].tolist()
    _style_axes(chart, scale)
    for at in range(len(chart.data)):
        chart.bars[at].fillColor = _SERIES[at]
        chart.bars[at].strokeColor = None
    drawing.add(chart)
    pitch = chart.height / max(len(table), 1)
    for at, yen in enumerate(rising["total_yen"]):
        x = chart.x + yen / scale.end * chart.width + 3
        y = chart.y + (at + 0.5) * pitch - 2
        drawing.add(String(x, y, f"{yen:,}円", fontName=REGULAR, fontSize=6, fillColor=INK))
    drawing.add(_legend(documents, height))
    return drawing


def _style_axes(chart: HorizontalBarChart, scale: _Scale) -> None:
    chart.categoryAxis.style = "stacked"
    chart.categoryAxis.labels.dx = -3
    chart.categoryAxis.visibleTicks = 0
    chart.valueAxis.valueMin, chart.valueAxis.valueMax = 0, scale.end
    chart.valueAxis.valueStep = scale.step
    chart.valueAxis.labelTextFormat = _axis_text
    chart.valueAxis.visibleGrid = 1
    chart.valueAxis.gridStrokeColor = SHADE
    for axis in (chart.categoryAxis, chart.valueAxis):
        axis.strokeColor = LINE
        axis.labels.fontName, axis.labels.fontSize = REGULAR, 6.5
    chart.barSpacing, chart.groupSpacing = 0, 2.5


def _axis_text(yen: float) -> str:
    return f"{yen / 10_000:,.0f}万円" if yen >= 10_000 or not yen else f"{yen:,.0f}円"


def _legend(documents: list[str], height: float) -> Legend:
    legend = Legend()
    legend.x, legend.y = 56, height - 3
    legend.boxAnchor = "nw"
    legend.columnMaximum = 1
    legend.fontName, legend.fontSize = REGULAR, 8
    legend.alignment = "right"
    legend.dx, legend.dy = 8, 8
    legend.deltax = 90
    legend.strokeWidth = 0
    legend.strokeColor = None
    legend.colorNamePairs = [(_SERIES[at], DOCUMENT_JA[document]) for at, document in enumerate(documents)]
    return legend


def _town_table(budget: Budget) -> Table:
    documents = budget.documents()
    table = budget.by_town()
    values = [f"{document}_{value}" for document in documents for value in ("pieces", "total_yen")]
    values += ["pieces", "total_yen"]
    groups = [*(DOCUMENT_JA[document] for document in documents), "合計"]
    rows = [
        ["No.", "コード", f"{budget.unit}名", *(cell for group in groups for cell in (group, ""))],
        ["", "", "", *["通数", "金額（円）"] * len(groups)],
    ]
    rows += [
        [str(at), line["municipality_code"], line["name"], *(f"{line[name]:,}" for name in values)]
        for at, line in enumerate(table.to_dict("records"), start=1)
    ]
    rows.append(["合計", "", "", *(f"{int(table[name].sum()):,}" for name in values)])
    widths = [9.0, 14.0, 24.0, *[22.0, 28.0] * len(groups)]
    grid = ruled_table(rows, widths, texts=3, total=True, heads=2, size=8, pad=1.7)
    spans = [("SPAN", (column, 0), (column, 1)) for column in range(3)]
    spans += [("SPAN", (column, 0), (column + 1, 0)) for column in range(3, len(widths), 2)]
    grid.setStyle(TableStyle([*spans, ("SPAN", (0, -1), (2, -1))]))
    return grid
