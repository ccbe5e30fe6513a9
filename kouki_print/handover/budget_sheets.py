"""The sheets of budget.xlsx behind the cover.

内訳 holds the lines of budget.csv; its first two columns number the unit and the class of a line, and the
sums look for these numbers: codes such as 01 and 1 are the same to SUMIFS, numbers are never confused.
"""

from __future__ import annotations

from collections.abc import Mapping

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kouki_print.handover.budget import SUMMARY_KEYS, Budget
from kouki_print.handover.budget_basis import STILL
from kouki_print.handover.budget_parts import StockLine
from kouki_print.handover.workbook import (
    Heading,
    Live,
    Styles,
    cells,
    column_sum,
    finish,
    head,
    height_for,
    title,
    total_head,
    width_for,
)
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA

LINES, DISCOUNTS = "内訳", "割引"
_UNIT_NO, _CLASS_NO, DOCUMENT, PIECES, _UNIT_YEN, YEN = "ABEJKL"  # columns of 内訳
_NAME = "郵送料予算"
_APPLIES, _NOT = "適用", "適用なし"
_ALL = "全体"
_DISCOUNT_FIRST = 4  # row of the first discount
_TALL_MOST = 130  # a wider sheet lies across
_TOWN = ("市町村\nコード", "市町村名")
_LINES_HEAD = ("市町村\nNo.", "区分\nNo.", *_TOWN, "書類", "組", "郵便種別", "区分", "重量段階(g)")
_CLASS_HEAD = ("区分\nNo.", "書類", "組", "郵便種別", "区分", "重量段階(g)", "通数", "単価(円)", "金額(円)")
_STOCK_HEAD = (*_TOWN, "コード", "名称", "必要数", "予備", "入数", "発注数")
_DISCOUNT_HEAD = ("割引", "市町村名", "通数", "割引額(円)", "適用", "条件", "理由")
_COMPARE_HEAD = (
    *_TOWN,
    "見込み\n通数",
    "実績\n通数",
    "増減\n通数",
    "見込み\n金額(円)",
    "実績\n金額(円)",
    "増減\n金額(円)",
    "うち通数\n(円)",
    "うち重さ\n(円)",
    "うち郵便種別\n(円)",
)


def sum_of(budget: Budget, column: str, conditions: Mapping[str, str], value: int) -> Live:
    """Sum of a column of 内訳 over the lines whose other columns have these values."""
    last = max(len(budget.lines), 1) + 1
    every = f"{LINES}!${column}$2:${column}${last}"
    where = "".join(f",{LINES}!${key}$2:${key}${last},{cell}" for key, cell in conditions.items())
    return Live(f"=SUMIFS({every}{where})", value)


def per_piece(row: int, yen: int, pieces: int) -> Live:
    """Yen (column C) by pieces (column B)."""
    return Live(f"=IF(B{row + 1}=0,0,C{row + 1}/B{row + 1})", yen / pieces if pieces else 0)


def discount_sum(budget: Budget) -> Live:
    """Yen of the discounts that apply, from their sheet."""
    first, last = _DISCOUNT_FIRST + 1, _DISCOUNT_FIRST + len(budget.discounts)
    yen, applies = (f"{DISCOUNTS}!${column}${first}:${column}${last}" for column in "DE")
    value = sum(line.yen for line in budget.discounts if line.applies)
    return Live(f'=SUMIFS({yen},{applies},"{_APPLIES}")', value)


def _name_width(budget: Budget) -> float:
    return width_for((name for _, name in budget.towns), 14, most=70)


def _document_width(budget: Budget) -> float:
    return width_for((budget.document_names[each] for each in budget.documents()), 24)


def write_towns(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """Pieces and yen per unit: by document and in all."""
    row = title(sheet, "市町村別の通数と郵送料", [f"{budget.title}　{budget.insurer}"], styles)
    documents, table = budget.documents(), budget.by_town()
    names = [
        f"{budget.document_names[document]}\n{word}"
        for document in documents
        for word in ("通数", "金額(円)")
    ]
    tall = height_for(["", *names], [16] * (len(names) + 1))
    head(sheet, row, ("No.", *_TOWN, "合計\n通数", "合計\n金額(円)", *names), styles, height=max(tall, 48))
    fields = [
        "pieces",
        "total_yen",
        *(f"{each}_{word}" for each in documents for word in ("pieces", "total_yen")),
    ]
    keys: list[dict[str, str]] = [{}, *({DOCUMENT: f'"{budget.document_names[each]}"'} for each in documents)]
    first = row + 1
    for row, line in enumerate(table.to_dict("records"), start=first):
        unit = {_UNIT_NO: f"$A{row + 1}"}
        columns = [(column, unit | key) for key in keys for column in (PIECES, YEN)]
        sums = [
            sum_of(budget, column, key, line[field])
            for field, (column, key) in zip(fields, columns, strict=True)
        ]
        texts = (line["municipality_code"], line["name"])
        formats = [styles.number, styles.text, styles.text, *[styles.number] * len(sums)]
        cells(sheet, row, (row - first + 1, *texts, *sums), formats)
    row = first + len(table)
    total_head(sheet, row, 3, styles)
    for column, field in enumerate(fields, start=3):
        column_sum(sheet, row, column, first, int(table[field].sum()), styles.total_number)
    widths = (6, 11, _name_width(budget), *(12, 16) * (len(fields) // 2))
    finish(sheet, first, row, widths, heading.footer(_NAME), fixed=3, portrait=sum(widths) < _TALL_MOST)


def write_classes(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """Pieces and yen per document, set, service, class and step."""
    note = "重量段階の上限ちょうどの重さは、安い方の料金です。単価は、金額を通数で割ったものです。"
    row = title(sheet, "区分別の通数と郵送料", [note], styles)
    head(sheet, row, _CLASS_HEAD, styles)
    first = row + 1
    formats = (styles.number, *[styles.text] * 4, styles.step, *[styles.number] * 3)
    for row, line in enumerate(budget.summary().itertuples(), start=first):
        key = {_CLASS_NO: f"$A{row + 1}"}
        values = (
            row - first + 1,
            *_words(line, budget),
            line.max_grams,
            sum_of(budget, PIECES, key, line.pieces),
            Live(f"=IF(G{row + 1}=0,0,I{row + 1}/G{row + 1})", line.total_yen / max(line.pieces, 1)),
            sum_of(budget, YEN, key, line.total_yen),
        )
        cells(sheet, row, values, formats)
    row = first + len(budget.summary())
    total_head(sheet, row, 8, styles)
    column_sum(sheet, row, 6, first, budget.pieces, styles.total_number)
    column_sum(sheet, row, 8, first, budget.total_yen, styles.total_number)
    widths = (7, _document_width(budget), 6, 14, 18, 13, 12, 11, 17)
    finish(sheet, first, row, widths, heading.footer(_NAME), portrait=True)


def _words(line: object, budget: Budget) -> tuple[str, str, str, str]:
    """Document, set, service and class of a line in words."""
    keys = (getattr(line, name) for name in SUMMARY_KEYS[:4])
    document, set_code, service, size = keys
    return budget.document_names[document], set_code, SERVICE_JA[service], SIZE_CLASS_JA[size]


def write_lines(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """The lines of the budget: pieces and unit price to be changed, yen and sums that follow."""
    head(sheet, 0, (*_LINES_HEAD, "通数", "単価(円)", "金額(円)"), styles)
    units = {code: at for at, (code, _) in enumerate(budget.towns, start=1)}
    classes = {
        tuple(key): at for at, key in enumerate(budget.summary()[list(SUMMARY_KEYS)].to_numpy(), start=1)
    }
    formats = (styles.number, styles.number, *[styles.text] * 6, styles.step)
    formats += (styles.input, styles.input, styles.number)
    for row, line in enumerate(budget.lines.itertuples(), start=1):
        numbers = (units[line.municipality_code], classes[tuple(getattr(line, key) for key in SUMMARY_KEYS)])
        yen = Live(f"={PIECES}{row + 1}*{_UNIT_YEN}{row + 1}", line.total_yen)
        values = (
            *numbers,
            line.municipality_code,
            line.name,
            *_words(line, budget),
            line.max_grams,
            line.pieces,
            line.unit_yen,
            yen,
        )
        cells(sheet, row, values, formats)
    row = len(budget.lines) + 1
    total_head(sheet, row, 11, styles)
    column_sum(sheet, row, 9, 1, budget.pieces, styles.total_number)
    column_sum(sheet, row, 11, 1, budget.total_yen, styles.total_number)
    sheet.autofilter(0, 0, max(row - 1, 1), 11)
    widths = (9, 7, 11, _name_width(budget), _document_width(budget), 6, 14, 18, 13, 12, 11, 16)
    finish(sheet, 1, row, widths, heading.footer(_NAME), fixed=3)


def write_stock(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """What to order: per item in all, then per unit and item."""
    notes = (
        "発注数は、必要数と予備の合計を入数の単位に切り上げたものです。",
        "全体の発注数は、まとめて発注する場合の数です（市町村ごとに切り上げた数の合計より少なくなることがあります）。",
    )
    row = title(sheet, "封入物・封筒の発注数", notes, styles)
    head(sheet, row, _STOCK_HEAD, styles)
    first = row + 1
    totals = [line for line in budget.stock if not line.unit_code]
    lines = [line for line in budget.stock if line.unit_code]
    start, end = first + len(totals) + 1, first + len(budget.stock)
    total = [styles.total_text] * 4 + [styles.total_number] * 4
    for row, line in enumerate(totals, start=first):
        same = "*".join(f"(${each}${start}:${each}${end}=${each}{row + 1})" for each in "CDG")
        sums = (
            Live(f"=SUMPRODUCT({same}*{column}${start}:{column}${end})", value) if lines else value
            for column, value in (("E", line.needed), ("F", line.spare))
        )
        values = (_ALL, "", line.code, line.name, *sums, line.pack, _ordered(row, line))
        cells(sheet, row, values, total)
    towns = dict(budget.towns)
    formats = (*[styles.text] * 4, styles.input, styles.input, styles.input, styles.number)
    for row, line in enumerate(lines, start=start - 1):
        texts = (line.unit_code, towns.get(line.unit_code, ""), line.code, line.name)
        cells(sheet, row, (*texts, line.needed, line.spare, line.pack, _ordered(row, line)), formats)
    widths = (
        11,
        _name_width(budget),
        11,
        width_for((line.name for line in budget.stock), 24),
        12,
        11,
        10,
        13,
    )
    finish(sheet, first, end - 1, widths, heading.footer(_NAME), portrait=sum(widths) < _TALL_MOST)


def _ordered(row: int, line: StockLine) -> Live:
    """Needed and spare, up to whole packs."""
    at = row + 1
    return Live(f"=ROUNDUP((E{at}+F{at})/G{at},0)*G{at}", line.ordered)


def write_discounts(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """Discounts that were entered, apart from the total."""
    title(
        sheet,
        "割引（別掲）",
        ["割引は郵送料の合計に含めていません。適用するものだけを合計しています。"],
        styles,
    )
    head(sheet, _DISCOUNT_FIRST - 1, _DISCOUNT_HEAD, styles, height=22)
    towns = dict(budget.towns)
    widths = (28, _name_width(budget), 11, 15, 12, 34, 34)
    formats = (
        styles.wrapped,
        styles.text,
        styles.number,
        styles.number,
        styles.text,
        styles.wrapped,
        styles.wrapped,
    )
    for row, line in enumerate(budget.discounts, start=_DISCOUNT_FIRST):
        applies = _APPLIES if line.applies else _NOT
        town = towns.get(line.unit_code, line.unit_code or _ALL)
        cells(
            sheet,
            row,
            (line.name, town, line.pieces, line.yen, applies, line.condition, line.reason),
            formats,
        )
        wrapped = (line.name, line.condition, line.reason)
        sheet.set_row(row, height_for(wrapped, (widths[0], *widths[-2:])))
    row = _DISCOUNT_FIRST + len(budget.discounts)
    total_head(sheet, row, 3, styles, "適用する割引の合計")
    cells(sheet, row, (discount_sum(budget), "", "", ""), (styles.total_number, *[styles.total_text] * 3), 3)
    finish(sheet, _DISCOUNT_FIRST, row, widths, heading.footer(_NAME), fixed=1)


def write_compared(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    """Forecast against actual per unit, the difference explained by count, weight and service."""
    note = "金額の増減は、通数・重さ・郵便種別による増減の合計です。"
    row = title(sheet, "見込みと実績の比較", [note, STILL], styles)
    head(sheet, row, _COMPARE_HEAD, styles)
    first = row + 1
    pieces, yen = ("forecast_pieces", "actual_pieces", ""), ("forecast_yen", "actual_yen", "")
    fields = (*pieces, *yen, "by_count_yen", "by_weight_yen", "by_service_yen")
    plain, signed = [styles.number] * 2, [styles.signed]
    figures = plain + signed + plain + signed * 4
    for row, line in enumerate(budget.compared, start=first):
        at = row + 1
        values = [getattr(line, field) if field else 0 for field in fields]
        values[2] = Live(f"=D{at}-C{at}", line.actual_pieces - line.forecast_pieces)
        values[5] = Live(f"=G{at}-F{at}", line.actual_yen - line.forecast_yen)
        cells(sheet, row, (line.unit_code, line.name, *values), [styles.text] * 2 + figures)
    row = first + len(budget.compared)
    total_head(sheet, row, 2, styles)
    sums = [sum(getattr(line, field) for line in budget.compared) if field else 0 for field in fields]
    sums[2], sums[5] = sums[1] - sums[0], sums[4] - sums[3]
    totals: tuple[Format, ...] = (styles.total_number,) * 2 + (styles.total_signed,)
    totals += (styles.total_number,) * 2 + (styles.total_signed,) * 4
    for column, (value, fmt) in enumerate(zip(sums, totals, strict=True), start=2):
        column_sum(sheet, row, column, first, value, fmt)
    widths = (11, _name_width(budget), *[11] * 3, 16, 16, 15, 14, 14, 14)
    finish(sheet, first, row, widths, heading.footer(_NAME), fixed=2)
