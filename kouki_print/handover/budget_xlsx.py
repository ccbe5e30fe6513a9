"""budget.xlsx: the postage budget as a workbook that finance can go on calculating with.

Pieces and unit prices stand in 内訳 and may be changed there; the cover and the sums per unit and per class
follow.  The other sheets say how the figures came about, and are left out when there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from xlsxwriter.worksheet import Worksheet

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.handover import budget_basis as basis
from kouki_print.handover import budget_sheets as sheets
from kouki_print.handover.budget import Budget
from kouki_print.handover.workbook import (
    Heading,
    Live,
    Styles,
    cells,
    head,
    height_for,
    new_book,
    page,
    styles_of,
    title,
    total_head,
)

_NAME = "郵送料予算"
_COVER = (24, 18, 22, 30)
_Writer = Callable[[Worksheet, Budget, Heading, Styles], None]


def budget_workbook(budget: Budget) -> bytes:
    """The workbook as bytes; the same budget gives the same bytes."""
    heading = Heading(budget.title, budget.insurer, budget.created, budget.unit)
    book, buffer = new_book(heading, _NAME)
    styles = styles_of(book, heading)
    for name, write in _sheets(budget):
        sheet = book.add_worksheet(name)
        sheet.set_default_row(18)
        write(sheet, budget, heading, styles)
    book.close()
    return buffer.getvalue()


def write_budget_xlsx(path: Path, budget: Budget) -> None:
    """Write budget.xlsx, whole or not at all."""
    write_bytes(path, budget_workbook(budget))


def _sheets(budget: Budget) -> list[tuple[str, _Writer]]:
    """Names and writers in the order of the workbook, without those that would be empty."""
    every: list[tuple[str, _Writer, object]] = [
        ("表紙", _cover, True),
        (f"{budget.unit}別", sheets.write_towns, True),
        ("区分別", sheets.write_classes, True),
        ("重量", basis.write_weights, budget.weights or budget.kinds),
        ("試算", basis.write_scenarios, budget.scenarios),
        ("前提", basis.write_assumptions, budget.assumptions),
        ("発注", sheets.write_stock, budget.stock),
        (sheets.DISCOUNTS, sheets.write_discounts, budget.discounts),
        ("比較", sheets.write_compared, budget.compared),
        (sheets.LINES, sheets.write_lines, True),
    ]
    return [(name, write) for name, write, content in every if content]


def _cover(sheet: Worksheet, budget: Budget, heading: Heading, styles: Styles) -> None:
    row = title(sheet, f"{budget.title} {_NAME}", [budget.insurer], styles)
    for name, value in _facts(budget):
        sheet.write_string(row, 0, name, styles.text)
        sheet.merge_range(row, 1, row, 3, value, styles.wrapped)
        sheet.set_row(row, height_for([value], [sum(_COVER[1:])]))
        row += 1
    row = _totals(sheet, row + 1, budget, styles)
    if budget.warnings:
        row = _warnings(sheet, row + 1, budget, styles)
    notes = (
        f"※ シート「{sheets.LINES}」の青い数字（通数・単価）を書き換えると、"
        f"この表紙、{budget.unit}別、区分別の合計が変わります。",
        "※ 金額は郵送料だけです。印刷・封入・封筒などの費用は含みません。",
    )
    for note in notes:
        row += 1
        sheet.merge_range(row, 0, row, 3, note, styles.wrapped_note)
        sheet.set_row(row, height_for([note], [sum(_COVER)]))
    page(sheet, _COVER, row, heading.footer(_NAME), portrait=True)


def _facts(budget: Budget) -> list[tuple[str, str]]:
    """What the figures rest on: name and value."""
    tables = budget.tariffs
    return [
        ("もとにした数", f"{budget.basis}（基準日 {wareki(budget.created)}）"),
        ("差出日", wareki(budget.posting_date)),
        *([("被保険者数", f"{budget.people:,}人")] if budget.people else []),
        (f"{budget.unit}の数", f"{len(budget.towns):,}"),
        *(("料金表", f"{name}（SHA-256）\n{sha256}") for name, sha256 in tables),
    ]


def _totals(sheet: Worksheet, row: int, budget: Budget, styles: Styles) -> int:
    """Pieces and yen by document and in all, then the discounts apart; returns the row after."""
    head(sheet, row, ("書類", "通数", "金額(円)", "1通当たり(円)"), styles, height=22)
    first = row = row + 1
    formats = (styles.wrapped, styles.number, styles.number, styles.decimal)
    for document in budget.documents():
        mine = budget.lines[budget.lines["document"] == document]
        name = budget.document_names[document]
        key = {sheets.DOCUMENT: f'"{name}"'}
        pieces, yen = int(mine["pieces"].sum()), int(mine["total_yen"].sum())
        values = (
            name,
            sheets.sum_of(budget, sheets.PIECES, key, pieces),
            sheets.sum_of(budget, sheets.YEN, key, yen),
        )
        cells(sheet, row, (*values, sheets.per_piece(row, yen, pieces)), formats)
        sheet.set_row(row, height_for([name], _COVER[:1]))
        row += 1
    total_head(sheet, row, 1, styles, "合計（割引前）" if budget.discounts else "合計")
    totals = (
        Live(f"=SUM(B{first + 1}:B{row})" if row > first else "=0", budget.pieces),
        Live(f"=SUM(C{first + 1}:C{row})" if row > first else "=0", budget.total_yen),
        sheets.per_piece(row, budget.total_yen, budget.pieces),
    )
    cells(sheet, row, totals, (styles.total_number, styles.total_number, styles.total_decimal), 1)
    if budget.discounts:
        row += 1
        cells(sheet, row, ("割引（別掲）", "", sheets.discount_sum(budget)), formats[:1] * 2 + formats[2:3])
        sheet.write_string(row, 3, "合計に含めていません", styles.text)
    return row + 1


def _warnings(sheet: Worksheet, row: int, budget: Budget, styles: Styles) -> int:
    """Every warning on its own line; returns the row after."""
    sheet.write_string(row, 0, f"注意（{len(budget.warnings):,}件）", styles.section)
    for warning in budget.warnings:
        row += 1
        sheet.merge_range(row, 0, row, 3, warning, styles.warn_text)
        sheet.set_row(row, height_for([warning], [sum(_COVER)]))
    return row + 1
