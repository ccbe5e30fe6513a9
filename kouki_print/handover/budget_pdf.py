"""budget.pdf: the postage budget on A4 for the budget meeting: a summary, then a page per unit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Paragraph, Table, TableStyle

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.handover.budget import Budget
from kouki_print.handover.budget_charts import Chart, ScenarioChart, StepChart, UnitChart
from kouki_print.handover.budget_pages import (
    LINE_HEAD,
    LINE_WIDTHS,
    line_cells,
    stock_counts,
    unit_pages,
)
from kouki_print.handover.budget_parts import KindLine, StockLine
from kouki_print.handover.budget_words import (
    grams,
    kind_name,
    left_share,
    mailed,
    next_price,
    per_person,
)
from kouki_print.handover.report_pdf import (
    BIG,
    HEADING,
    NOTE,
    Frames,
    cell,
    drawable,
    register_fonts,
    report,
    ruled_table,
)
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA

_WARNING = ParagraphStyle(
    "warning",
    parent=NOTE,
    fontSize=8.5,
    leading=12.5,
    backColor=HexColor(0xFDF3D6),
    borderPadding=(2, 4, 2, 4),
    spaceBefore=5,
    leftIndent=4,
    rightIndent=4,
)


def budget_document(budget: Budget) -> bytes:
    """The report as PDF bytes; the same budget gives the same bytes."""
    register_fonts()
    used = budget.tariffs
    # Several hashes do not fit above a page: their beginnings do, and the summary has them whole.
    small = (
        f"料金表 {used[0][0]}　SHA-256 {used[0][1]}"
        if len(used) == 1
        else "料金表 " + "　".join(f"{name}（SHA-256 {sha256[:12]}…）" for name, sha256 in used)
    )
    frames = Frames(
        title=drawable(f"{budget.title} 郵送料予算"),
        right=f"差出日 {wareki(budget.posting_date)}",
        small=drawable(small),
        insurer=budget.insurer,
    )
    return report(frames, [*_summary(budget), *unit_pages(budget)])


def write_budget_pdf(path: Path, budget: Budget) -> None:
    """Write budget.pdf, whole or not at all."""
    write_bytes(path, budget_document(budget))


def _summary(budget: Budget) -> Iterator[Any]:
    yield Paragraph(f"郵送料 合計 {budget.total_yen:,}円（{budget.pieces:,}通）", BIG)
    people = f"　被保険者 {budget.people:,}人" if budget.people else ""
    yield Paragraph(f"件数のもと: {budget.basis}{people}", NOTE)
    for warning in budget.warnings:
        yield Paragraph(escape(drawable(warning)), _WARNING)
    yield from _section("書類・郵便種別・区分・段階ごとの合計", _totals_table(budget))
    kinds = mailed(budget.kinds)
    if kinds:
        yield from _section("次の料金段階までの余裕", _kind_table(budget, kinds))
    yield Paragraph(
        "段階の上限ちょうどの重さは安い方の料金です。残りの割合は標準の重さに対するものです。"
        "増額は、その全通が上限を超えた場合の差額です。",
        NOTE,
    )
    if kinds:
        yield from _drawn("重さと料金段階", StepChart(kinds))
        yield Paragraph(
            "帯は最小から最大、紺の線は標準の重さ、赤の実線はその通の上限です。赤い帯は最も重い通が上限を超えます。"
            "横軸は0gから始まりません。",
            NOTE,
        )
    yield from _drawn(f"{budget.unit}ごとの郵送料", UnitChart(budget))
    yield from _section(f"{budget.unit}別の通数と金額", _unit_table(budget))
    if budget.scenarios:
        yield from _scenarios(budget)
    if budget.compared:
        yield from _section("見込みと実績の比較", _compare_table(budget))
        yield Paragraph("通数・重さ・郵便種別の差の合計が、金額の差です。", NOTE)
    if budget.weights:
        yield from _section("封入物と封筒の重さ（計量と計算）", _weight_table(budget))
    if _in_all(budget):
        yield from _section(f"封入物などの発注数（全{budget.unit}の計）", _stock_table(budget))
        yield Paragraph(f"必要数と予備は{budget.unit}の計、発注数は全体で包装単位に切り上げた数です。", NOTE)
    if budget.discounts:
        yield from _section("割引（上の合計には含みません）", _discount_table(budget))
    if budget.assumptions:
        rows = [[cell(each.name), cell(each.value), cell(each.source)] for each in budget.assumptions]
        yield from _section("前提", _small([["項目", "値", "出典"], *rows], [45, 70, 60], texts=3))
    if len(budget.tariffs) > 1:  # a single one stands above each page
        rows = [[cell(name), cell(sha256, 7)] for name, sha256 in budget.tariffs]
        yield from _section("料金表", _small([["ファイル", "SHA-256"], *rows], [65, 110], texts=2))


def _section(title: str, table: Table) -> Iterator[Any]:
    """Heading and table; on a new page when there is room for little more than the heading."""
    yield CondPageBreak(40 * mm)
    yield Paragraph(title, HEADING)
    yield table


def _drawn(title: str, chart: Chart) -> Iterator[Any]:
    """Heading and chart on one page, and how many rows the chart leaves out."""
    yield CondPageBreak(chart.least + 14 * mm)
    yield Paragraph(title, HEADING)
    yield chart
    if chart.left_out:
        yield Paragraph(f"ほか{chart.left_out:,}件は図にありません（表には全件あります）。", NOTE)


def _small(
    rows: Sequence[Sequence[Any]], widths: Sequence[float], *, texts: int, total: bool = False
) -> Table:
    """A table of many columns or rows."""
    return ruled_table(rows, widths, texts=texts, total=total, size=8, pad=1.7)


def _totals_table(budget: Budget) -> Table:
    rows = [LINE_HEAD, *(line_cells(line, budget) for line in budget.summary().itertuples())]
    rows.append(["合計", *[""] * 5, f"{budget.pieces:,}", f"{budget.total_yen:,}"])
    return ruled_table(rows, LINE_WIDTHS, texts=4, total=True)


def _extra(extra: int | None) -> str:
    return "―" if extra is None else f"{extra:+,}円"


def _kind_table(budget: Budget, kinds: Sequence[KindLine]) -> Table:
    head = ["書類・封入物", "郵便種別", "重さ（最小〜最大）", "厚さ", "上限", "残り"]
    head += ["通数", "超えた場合", "増額"]
    rows: list[list[Any]] = [head, *(_kind_row(budget, kind) for kind in kinds)]
    return ruled_table(rows, [47, 22, 33, 12, 12, 17, 16, 20, 21], texts=2, total=False, size=7.5, pad=1.7)


def _kind_row(budget: Budget, kind: KindLine) -> list[Any]:
    everywhere = len(kind.units) == len(budget.towns)
    where = f"全{budget.unit}" if everywhere else f"{len(kind.units):,}{budget.unit}"
    left = f"{grams(kind.left_cg)}\n{left_share(kind.left_cg, kind.weight_cg)}"
    return [
        cell(f"{kind_name(kind)}\n{kind.items}（{where}）", 7.5),
        f"{SERVICE_JA[kind.mail_service]}\n{SIZE_CLASS_JA[kind.size_class]}",
        f"{grams(kind.weight_cg)}\n（{grams(kind.low_cg)}〜{grams(kind.high_cg)}）",
        f"{kind.thickness_um // 1000}.{kind.thickness_um % 1000 // 100}mm" if kind.thickness_um else "不明",
        f"{kind.max_grams:,}g",
        left + ("\n最大は超過" if kind.crosses else ""),
        f"{kind.pieces:,}",
        next_price(kind.next_yen),
        _extra(kind.extra_yen),
    ]


def _unit_table(budget: Budget) -> Table:
    documents = budget.documents()
    table = budget.by_town()
    values = [f"{document}_{value}" for document in documents for value in ("pieces", "total_yen")]
    values += ["pieces", "total_yen"]
    groups = [*(cell(budget.document_names[each], 7.5, head=True) for each in documents), "合計"]
    rows: list[list[Any]] = [
        ["No.", "コード", f"{budget.unit}名", *(words for group in groups for words in (group, ""))],
        ["", "", "", *["通数", "金額（円）"] * len(groups)],
    ]
    rows += [
        [
            str(at),
            cell(line["municipality_code"]),
            cell(line["name"]),
            *(f"{line[name]:,}" for name in values),
        ]
        for at, line in enumerate(table.to_dict("records"), start=1)
    ]
    rows.append(["合計", "", "", *(f"{int(table[name].sum()):,}" for name in values)])
    # Names get what the figures leave; a name that is longer still wraps.
    figures = [16.0, 21.0] * len(groups)
    widths = [9.0, 17.0, max(178.0 - 26.0 - sum(figures), 28.0), *figures]
    grid = ruled_table(rows, widths, texts=3, total=True, heads=2, size=8, pad=1.7)
    spans = [("SPAN", (column, 0), (column, 1)) for column in range(3)]
    spans += [("SPAN", (column, 0), (column + 1, 0)) for column in range(3, len(widths), 2)]
    grid.setStyle(TableStyle([*spans, ("SPAN", (0, -1), (2, -1))]))
    return grid


def _scenarios(budget: Budget) -> Iterator[Any]:
    """The budget itself and each variation: table, then bars."""
    lines = budget.scenarios
    documents = [
        document for document in budget.document_names if any(line.pieces.get(document) for line in lines)
    ]
    head: list[Any] = [
        "試算",
        "内容",
        *(cell(f"{budget.document_names[each]}\n（通）", 7.5, head=True) for each in documents),
    ]
    rows: list[list[Any]] = [[*head, "金額（円）", "差額（円）", "1人あたり\nの差額"]]
    rows += [
        [
            cell(line.name),
            cell(line.note, 7),
            *(f"{line.pieces.get(document, 0):,}" for document in documents),
            f"{line.total_yen:,}",
            f"{line.difference_yen:+,}" if line.difference_yen else "0",
            per_person(line.per_person_yen_100) if line.per_person_yen_100 else "―",
        ]
        for line in lines
    ]
    widths = [32.0, 32.0, *[27.0] * len(documents), 24.0, 22.0, 18.0]
    yield from _section("試算の比較", _small(rows, widths, texts=2))
    bars = [(line.name, line.total_yen, line.difference_yen) for line in lines]
    yield from _drawn("試算ごとの郵送料", ScenarioChart(bars))


def _compare_table(budget: Budget) -> Table:
    head = [f"{budget.unit}名", "見込み\n通数", "実績\n通数", "見込み\n（円）", "実績\n（円）", "差（円）"]
    rows: list[list[Any]] = [[*head, "うち通数", "うち重さ", "うち\n郵便種別"]]
    figures = [
        (
            line.forecast_pieces,
            line.actual_pieces,
            line.forecast_yen,
            line.actual_yen,
            line.actual_yen - line.forecast_yen,
            line.by_count_yen,
            line.by_weight_yen,
            line.by_service_yen,
        )
        for line in budget.compared
    ]
    for line, values in zip(budget.compared, figures, strict=True):
        rows.append([cell(line.name), *_counted(values)])
    rows.append(["合計", *_counted([sum(column) for column in zip(*figures, strict=True)])])
    return _small(rows, [30, 15, 15, 23, 23, 20, 20, 18, 18], texts=1, total=True)


def _counted(values: Sequence[int]) -> list[str]:
    """Four counts, then differences with their sign."""
    return [f"{value:,}" if at < 4 else f"{value:+,}" if value else "0" for at, value in enumerate(values)]


def _in_all(budget: Budget) -> list[StockLine]:
    """The order of all units together: the lines of no unit."""
    return [line for line in budget.stock if not line.unit_code]


def _stock_table(budget: Budget) -> Table:
    rows: list[list[Any]] = [["品目", "名称", "必要数", "予備", "包装単位", "発注数"]]
    rows += [[cell(item.code), cell(item.name), *stock_counts(item)] for item in _in_all(budget)]
    return _small(rows, [20, 70, 22, 20, 20, 24], texts=2)


def _weight_table(budget: Budget) -> Table:
    rows: list[list[Any]] = [["品目", "名称", "重さ", "最小〜最大", "計量数", "計算値", "差"]]
    rows += [
        [
            cell(line.code),
            cell(line.name),
            grams(line.cg),
            f"{grams(line.low_cg)}〜{grams(line.high_cg)}",
            f"{line.samples:,}" if line.samples else "―",
            "―" if line.computed_cg is None else grams(line.computed_cg),
            "許容差を超過" if line.off else "",
        ]
        for line in budget.weights
    ]
    return _small(rows, [20, 62, 18, 30, 14, 16, 22], texts=2)


def _discount_table(budget: Budget) -> Table:
    names = dict(budget.towns)
    rows: list[list[Any]] = [["割引", f"{budget.unit}名", "条件", "適用", "通数", "割引額（円）"]]
    rows += [
        [
            cell(line.name),
            cell(names.get(line.unit_code, line.unit_code or f"全{budget.unit}")),
            cell(line.condition),
            cell(f"{'適用' if line.applies else '適用なし'}: {line.reason}"),
            f"{line.pieces:,}",
            f"{line.yen:,}",
        ]
        for line in budget.discounts
    ]
    saved = sum(line.yen for line in budget.discounts if line.applies)
    rows.append(["適用する割引の計", "", "", "", "", f"{saved:,}"])
    return _small(rows, [34, 26, 40, 36, 16, 24], texts=4, total=True)
