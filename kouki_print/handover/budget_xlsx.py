"""budget.xlsx: the postage budget as a workbook that finance can go on calculating with.

Every sum is a live formula with its value cached, so that viewers which do not calculate show it too.
"""

from __future__ import annotations

import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.handover.budget import Budget, Margin
from kouki_print.order.models import DOCUMENT_JA, SERVICE_JA, SIZE_CLASS_JA

_FONT = "BIZ UDゴシック"
_LINES = "内訳"
_A4 = 9
# Column letters of sheet 内訳, which the sums of 集計 look into.
_DETAIL_HEAD = (
    "市町村コード",
    "市町村名",
    "書類",
    "組",
    "郵便種別",
    "区分",
    "重量段階(g)",
    "通数",
    "単価(円)",
    "金額(円)",
)
_DETAIL_WIDTHS = (13, 14, 22, 6, 12, 18, 13, 11, 11, 16)
_SUMMARY_HEAD = ("書類", "組", "郵便種別", "区分", "重量段階(g)", "単価(円)", "通数", "金額(円)")
_MARGIN_HEAD = (
    "書類",
    "組",
    "郵便種別",
    "最も重い通(g)",
    "段階の上限(g)",
    "残り(g)",
    "超えた場合の単価(円)",
    "超えた場合の増額(円)",
)


@dataclass(frozen=True, slots=True)
class _Formats:
    title: Format
    note: Format
    head: Format
    text: Format
    number: Format
    step: Format  # 0 = nothing is mailed, shown as a dash
    grams: Format
    total_text: Format
    total_number: Format
    section: Format


def _formats(book: Workbook) -> _Formats:
    def make(**extra: Any) -> Format:
        return book.add_format({"font_name": _FONT, "font_size": 10.5, "valign": "vcenter", **extra})

    figures = {"border": 1, "align": "right", "indent": 1}
    total = {"bold": True, "bg_color": "#E6ECF2", "top": 2, "bottom": 1, "left": 1, "right": 1}
    return _Formats(
        title=make(bold=True, font_size=16),
        note=make(font_color="#404040"),
        head=make(
            bold=True, bg_color="#1F3A5F", font_color="#FFFFFF", border=1, align="center", text_wrap=True
        ),
        text=make(border=1, indent=1),
        number=make(**figures, num_format="#,##0"),
        step=make(**figures, num_format='#,##0;-#,##0;"―"'),
        grams=make(**figures, num_format="#,##0.00"),
        total_text=make(**total, indent=1),
        total_number=make(**total, align="right", indent=1, num_format="#,##0"),
        section=make(bold=True, font_size=12),
    )


def budget_workbook(budget: Budget) -> bytes:
    """The workbook (sheets 集計, 市町村別, 内訳) as bytes; the same budget gives the same bytes."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    created = dt.datetime.combine(budget.created, dt.time())
    book.set_properties({"title": f"{budget.title} 郵送料予算", "author": budget.insurer, "created": created})
    formats = _formats(book)
    sheets = [book.add_worksheet(name) for name in ("集計", f"{budget.unit}別", _LINES)]
    for sheet in sheets:
        sheet.set_default_row(18)
    _summary(sheets[0], budget, formats)
    _towns(sheets[1], budget, formats)
    _details(sheets[2], budget, formats)
    book.close()
    return buffer.getvalue()


def write_budget_xlsx(path: Path, budget: Budget) -> None:
    """Write budget.xlsx, whole or not at all."""
    write_bytes(path, budget_workbook(budget))


def _page(sheet: Worksheet, widths: tuple[float, ...], last_row: int, budget: Budget) -> None:
    """A4 landscape, one page wide, with page numbers; prints exactly what is filled."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.center_horizontally()
    sheet.print_area(0, 0, last_row, len(widths) - 1)
    insurer, title = (text.replace("&", "&&") for text in (budget.insurer, budget.title))
    sheet.set_footer(f"&L{insurer}&C&P / &N&R{title} 郵送料予算")
    sheet.hide_gridlines(2)


def _head(sheet: Worksheet, row: int, names: tuple[str, ...], formats: _Formats) -> None:
    sheet.set_row(row, 32)
    for column, name in enumerate(names):
        sheet.write_string(row, column, name, formats.head)


def _sum(sheet: Worksheet, row: int, column: int, first: int, last: int, value: int, fmt: Format) -> None:
    name = xl_col_to_name(column)
    formula = f"=SUM({name}{first + 1}:{name}{last + 1})" if last >= first else "=0"
    sheet.write_formula(row, column, formula, fmt, value)


def _blank_totals(sheet: Worksheet, row: int, columns: range, formats: _Formats) -> None:
    for column in columns:
        sheet.write_blank(row, column, None, formats.total_text)


def _summary(sheet: Worksheet, budget: Budget, formats: _Formats) -> None:
    sheet.write_string(0, 0, f"{budget.title} 郵送料予算", formats.title)
    sheet.set_row(0, 26)
    sheet.write_string(1, 0, f"{budget.insurer}　差出日 {wareki(budget.posting_date)}", formats.note)
    sheet.write_string(2, 0, f"料金表 {budget.tariff_name}　SHA-256 {budget.tariff_sha256}", formats.note)
    head = 4
    _head(sheet, head, _SUMMARY_HEAD, formats)
    row = head + 1
    last_detail = len(budget.lines) + 1
    for line in budget.summary().itertuples():
        keys = (
            DOCUMENT_JA[line.document],
            line.set_code,
            SERVICE_JA[line.mail_service],
            SIZE_CLASS_JA[line.size_class],
        )
        for column, text in enumerate(keys):
            sheet.write_string(row, column, text, formats.text)
        sheet.write_number(row, 4, line.max_grams, formats.step)
        sheet.write_number(row, 5, line.unit_yen, formats.number)
        conditions = "".join(
            f",{_LINES}!${source}$2:${source}${last_detail},${key}{row + 1}"
            for source, key in zip("CDEFGI", "ABCDEF", strict=True)
        )
        for column, source, value in ((6, "H", line.pieces), (7, "J", line.total_yen)):
            formula = f"=SUMIFS({_LINES}!${source}$2:${source}${last_detail}{conditions})"
            sheet.write_formula(row, column, formula, formats.number, value)
        row += 1
    sheet.write_string(row, 0, "合計", formats.total_text)
    _blank_totals(sheet, row, range(1, 6), formats)
    _sum(sheet, row, 6, head + 1, row - 1, budget.pieces, formats.total_number)
    _sum(sheet, row, 7, head + 1, row - 1, budget.total_yen, formats.total_number)
    row = _margin_table(sheet, row + 2, budget, formats)
    sheet.freeze_panes(head + 1, 0)
    _page(sheet, (24, 6, 14, 18, 15, 13, 16, 18), row, budget)


def _margin_table(sheet: Worksheet, row: int, budget: Budget, formats: _Formats) -> int:
    """次の料金段階までの余裕; returns the last row used."""
    sheet.write_string(row, 0, "次の料金段階までの余裕", formats.section)
    _head(sheet, row + 1, _MARGIN_HEAD, formats)
    row += 2
    for margin in budget.margins:
        _margin_line(sheet, row, margin, formats)
        row += 1
    note = "※ 段階の上限ちょうどの重さは安い方の料金です。増額は、その組の全通が上限を超えた場合の差額です。"
    sheet.write_string(row, 0, note, formats.note)
    return row


def _margin_line(sheet: Worksheet, row: int, margin: Margin, formats: _Formats) -> None:
    sheet.write_string(row, 0, DOCUMENT_JA[margin.document], formats.text)
    sheet.write_string(row, 1, margin.set_code, formats.text)
    sheet.write_string(row, 2, SERVICE_JA[margin.mail_service], formats.text)
    sheet.write_number(row, 3, margin.heaviest_cg / 100, formats.grams)
    sheet.write_number(row, 4, margin.max_grams, formats.number)
    left = f"={xl_rowcol_to_cell(row, 4)}-{xl_rowcol_to_cell(row, 3)}"
    sheet.write_formula(row, 5, left, formats.grams, margin.left_cg / 100)
    if margin.next_yen is None:
        sheet.write_string(row, 6, "差し出せません", formats.text)
        sheet.write_string(row, 7, "―", formats.text)
    else:
        sheet.write_number(row, 6, margin.next_yen, formats.number)
        sheet.write_number(row, 7, margin.extra_yen, formats.number)


def _towns(sheet: Worksheet, budget: Budget, formats: _Formats) -> None:
    documents = budget.documents()
    table = budget.by_town()
    values = [f"{document}_{value}" for document in documents for value in ("pieces", "total_yen")]
    values += ["pieces", "total_yen"]
    names = [f"{DOCUMENT_JA[document]}\n{unit}" for document in documents for unit in ("通数", "金額(円)")]
    _head(
        sheet,
        0,
        ("No.", f"{budget.unit}コード", f"{budget.unit}名", *names, "合計\n通数", "合計\n金額(円)"),
        formats,
    )
    totals = {name: int(table[name].sum()) for name in values}
    for row, line in enumerate(table.to_dict("records"), start=1):
        sheet.write_number(row, 0, row, formats.number)
        sheet.write_string(row, 1, line["municipality_code"], formats.text)
        sheet.write_string(row, 2, line["name"], formats.text)
        for column, name in enumerate(values[:-2], start=3):
            sheet.write_number(row, column, line[name], formats.number)
        for offset, name in enumerate(values[-2:]):
            cells = "+".join(xl_rowcol_to_cell(row, 3 + offset + 2 * at) for at in range(len(documents)))
            sheet.write_formula(
                row, 3 + len(values) - 2 + offset, f"={cells or 0}", formats.number, line[name]
            )
    last = len(table)
    sheet.write_string(last + 1, 0, "合計", formats.total_text)
    _blank_totals(sheet, last + 1, range(1, 3), formats)
    for column, name in enumerate(values, start=3):
        _sum(sheet, last + 1, column, 1, last, totals[name], formats.total_number)
    sheet.freeze_panes(1, 3)
    sheet.repeat_rows(0)
    _page(sheet, (6, 13, 16, *(14, 17) * (len(values) // 2)), last + 1, budget)


def _details(sheet: Worksheet, budget: Budget, formats: _Formats) -> None:
    _head(sheet, 0, _DETAIL_HEAD, formats)
    for row, line in enumerate(budget.lines.itertuples(), start=1):
        texts = (
            line.municipality_code,
            line.name,
            DOCUMENT_JA[line.document],
            line.set_code,
            SERVICE_JA[line.mail_service],
            SIZE_CLASS_JA[line.size_class],
        )
        for column, text in enumerate(texts):
            sheet.write_string(row, column, text, formats.text)
        sheet.write_number(row, 6, line.max_grams, formats.step)
        for column, number in ((7, line.pieces), (8, line.unit_yen)):
            sheet.write_number(row, column, number, formats.number)
        product = f"={xl_rowcol_to_cell(row, 7)}*{xl_rowcol_to_cell(row, 8)}"
        sheet.write_formula(row, 9, product, formats.number, line.total_yen)
    last = len(budget.lines)
    sheet.write_string(last + 1, 0, "合計", formats.total_text)
    _blank_totals(sheet, last + 1, range(1, 9), formats)
    _sum(sheet, last + 1, 7, 1, last, budget.pieces, formats.total_number)
    _sum(sheet, last + 1, 9, 1, last, budget.total_yen, formats.total_number)
    sheet.autofilter(0, 0, max(last, 1), len(_DETAIL_HEAD) - 1)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    _page(sheet, _DETAIL_WIDTHS, last + 1, budget)
