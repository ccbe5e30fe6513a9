"""budget.pdf: the postage budget on two sheets of A4 for the budget meeting."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportlab.graphics import renderPDF
from reportlab.graphics.charts.barcharts import HorizontalBarChart
from reportlab.graphics.charts.legends import Legend
from reportlab.graphics.shapes import Drawing, String
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.base.resources import font_dir
from kouki_print.handover.budget import Budget, Margin
from kouki_print.order.models import DOCUMENT_JA, SERVICE_JA, SIZE_CLASS_JA

_REGULAR, _BOLD = "BIZUDGothic", "BIZUDGothic-Bold"
_INK, _LINE, _SHADE, _HEAD = (HexColor(value) for value in (0x1A1A1A, 0x9AA5B1, 0xE6ECF2, 0x1F3A5F))
# Dark, middle, light: still told apart on a grey printer.
_SERIES = (HexColor(0x1F3A5F), HexColor(0xE0A030), HexColor(0x8FB8A0))
_MARGIN = 16 * mm
_TOP = 25 * mm
_WIDTH = A4[0] - 2 * _MARGIN


def _register_fonts() -> None:
    for name in (_REGULAR, _BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            file = "BIZUDGothic-Regular.ttf" if name == _REGULAR else "BIZUDGothic-Bold.ttf"
            pdfmetrics.registerFont(TTFont(name, str(font_dir() / file)))


def budget_document(budget: Budget) -> bytes:
    """The report as PDF bytes; the same budget gives the same bytes."""
    _register_fonts()
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=A4,
        title=f"{budget.title} 郵送料予算",
        author=budget.insurer,
        creator="kouki_print",
        lang="ja-JP",
        initialFontName=_REGULAR,  # else each page begins in a Helvetica that is not embedded
        invariant=1,
    )
    frame = Frame(
        _MARGIN,
        14 * mm,
        _WIDTH,
        A4[1] - _TOP - 14 * mm,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    document.addPageTemplates(
        PageTemplate("page", [frame], onPage=lambda canvas, _: _page_marks(canvas, budget))
    )
    document.build(_story(budget))
    return buffer.getvalue()


def write_budget_pdf(path: Path, budget: Budget) -> None:
    """Write budget.pdf, whole or not at all."""
    write_bytes(path, budget_document(budget))


def _page_marks(canvas: Canvas, budget: Budget) -> None:
    """Title, posting date and tariff hash at the top, page number at the foot."""
    top = A4[1] - 13 * mm
    canvas.saveState()
    canvas.setFillColor(_INK)
    canvas.setFont(_BOLD, 14)
    canvas.drawString(_MARGIN, top, f"{budget.title} 郵送料予算")
    canvas.setFont(_REGULAR, 9)
    canvas.drawRightString(A4[0] - _MARGIN, top, f"差出日 {wareki(budget.posting_date)}")
    canvas.setFont(_REGULAR, 7)
    canvas.drawString(_MARGIN, top - 5.5 * mm, f"料金表 {budget.tariff_name}　SHA-256 {budget.tariff_sha256}")
    canvas.setStrokeColor(_HEAD)
    canvas.setLineWidth(1)
    canvas.line(_MARGIN, top - 8 * mm, A4[0] - _MARGIN, top - 8 * mm)
    canvas.setFont(_REGULAR, 8)
    canvas.drawString(_MARGIN, 8 * mm, budget.insurer)
    canvas.drawRightString(A4[0] - _MARGIN, 8 * mm, f"{canvas.getPageNumber()} ページ")
    canvas.restoreState()


def _story(budget: Budget) -> list[Any]:
    heading = ParagraphStyle(
        "heading", fontName=_BOLD, fontSize=10.5, leading=15, textColor=_INK, spaceBefore=9, spaceAfter=3
    )
    big = ParagraphStyle("big", fontName=_BOLD, fontSize=17, leading=24, textColor=_INK)
    note = ParagraphStyle("note", fontName=_REGULAR, fontSize=7.5, leading=11, textColor=_INK, spaceBefore=2)
    return [
        Paragraph(f"郵送料 合計 {budget.total_yen:,}円（{budget.pieces:,}通）", big),
        Paragraph("書類・郵便種別ごとの合計", heading),
        _summary_table(budget),
        Paragraph("次の料金段階までの余裕", heading),
        _margin_table(budget),
        Paragraph(
            "段階の上限ちょうどの重さは安い方の料金です。増額は、その組の全通が上限を超えた場合の差額です。",
            note,
        ),
        Paragraph("市町村ごとの郵送料", heading),
        _Chart(budget),
        PageBreak(),
        Paragraph("市町村別の通数と金額", heading),
        _town_table(budget),
        Spacer(1, 2 * mm),
    ]


def _table(
    rows: list[list[str]],
    widths: list[float],
    *,
    texts: int,
    total: bool,
    heads: int = 1,
    size: float = 9,
    pad: float = 2.6,
) -> Table:
    """Ruled table: head row repeated on each page, the first ``texts`` columns left, numbers right."""
    style: list[tuple[Any, ...]] = [
        ("FONT", (0, 0), (-1, -1), _REGULAR, size),
        ("FONT", (0, 0), (-1, heads - 1), _BOLD, size - 0.5),
        ("TEXTCOLOR", (0, 0), (-1, -1), _INK),
        ("TEXTCOLOR", (0, 0), (-1, heads - 1), HexColor(0xFFFFFF)),
        ("BACKGROUND", (0, 0), (-1, heads - 1), _HEAD),
        ("ALIGN", (0, 0), (-1, heads - 1), "CENTER"),
        ("ALIGN", (texts, heads), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("GRID", (0, 0), (-1, -1), 0.4, _LINE),
        ("TOPPADDING", (0, 0), (-1, -1), pad),
        ("BOTTOMPADDING", (0, 0), (-1, -1), pad + 0.6),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
    ]
    if total:
        style += [
            ("FONT", (0, -1), (-1, -1), _BOLD, size),
            ("BACKGROUND", (0, -1), (-1, -1), _SHADE),
            ("LINEABOVE", (0, -1), (-1, -1), 1, _HEAD),
        ]
    scale = _WIDTH / sum(widths)
    return Table(
        rows, colWidths=[width * scale for width in widths], repeatRows=heads, style=TableStyle(style)
    )


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
    return _table(rows, [34, 10, 20, 26, 20, 18, 20, 27], texts=4, total=True)


def _margin_table(budget: Budget) -> Table:
    rows = [["書類", "組", "郵便種別", "最も重い通", "上限", "残り", "超えた場合の単価", "超えた場合の増額"]]
    rows += [_margin_row(margin) for margin in budget.margins]
    return _table(rows, [34, 10, 20, 21, 17, 17, 28, 30], texts=3, total=False)


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
    """Yen per municipality as bars, documents stacked, in whatever height the page has left."""

    def __init__(self, budget: Budget) -> None:
        super().__init__()
        self.budget = budget

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Fill the rest of the page; ask for a new one when that is too little."""
        bars = max(len(self.budget.towns), 3)
        least, best = bars * 7.0 + 36, bars * 16.0 + 36
        self.width, self.height = width, min(max(height, least), best)
        return self.width, self.height

    def draw(self) -> None:
        """Draw at the size that ``wrap`` settled."""
        renderPDF.draw(_drawing(self.budget, self.width, self.height), self.canv, 0, 0)


def _drawing(budget: Budget, width: float, height: float) -> Drawing:
    table = budget.by_town()
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
        drawing.add(String(x, y, f"{yen:,}円", fontName=_REGULAR, fontSize=6, fillColor=_INK))
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
    chart.valueAxis.gridStrokeColor = _SHADE
    for axis in (chart.categoryAxis, chart.valueAxis):
        axis.strokeColor = _LINE
        axis.labels.fontName, axis.labels.fontSize = _REGULAR, 6.5
    chart.barSpacing, chart.groupSpacing = 0, 2.5


def _axis_text(yen: float) -> str:
    return f"{yen / 10_000:,.0f}万円" if yen >= 10_000 or not yen else f"{yen:,.0f}円"


def _legend(documents: list[str], height: float) -> Legend:
    legend = Legend()
    legend.x, legend.y = 56, height - 3
    legend.boxAnchor = "nw"
    legend.columnMaximum = 1
    legend.fontName, legend.fontSize = _REGULAR, 8
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
        ["No.", "コード", "市町村名", *(cell for group in groups for cell in (group, ""))],
        ["", "", "", *["通数", "金額（円）"] * len(groups)],
    ]
    rows += [
        [str(at), line["municipality_code"], line["name"], *(f"{line[name]:,}" for name in values)]
        for at, line in enumerate(table.to_dict("records"), start=1)
    ]
    rows.append(["合計", "", "", *(f"{int(table[name].sum()):,}" for name in values)])
    widths = [9.0, 14.0, 24.0, *[22.0, 28.0] * len(groups)]
    grid = _table(rows, widths, texts=3, total=True, heads=2, size=8, pad=1.7)
    spans = [("SPAN", (column, 0), (column, 1)) for column in range(3)]
    spans += [("SPAN", (column, 0), (column + 1, 0)) for column in range(3, len(widths), 2)]
    grid.setStyle(TableStyle([*spans, ("SPAN", (0, -1), (2, -1))]))
    return grid
