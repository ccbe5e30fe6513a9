"""The sheet 封入物数量 of vendor_book.xlsx: what goes into the envelopes, needed and spare, by unit."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kouki_print.handover.consignment import Consignment
from kouki_print.handover.quantities import Kind, Quantity, Volumes
from kouki_print.handover.workbook import (
    Styles,
    cells,
    column_sum,
    finish,
    head,
    height_for,
    row_sum,
    title,
    width_for,
)

_TOWN = ("順", "コード", "市町村名")
_COUNTED: tuple[Kind, ...] = ("enclosure", "envelope", "label", "blank")
_WIDTH = 9.2  # of a column of counts
_BLANK = 16
_SPAN = 2  # such columns that the name of a unit's own enclosure takes
_ON_PAGE, _SCALE = 3, 76  # items beside each other on a printed page, and its per cent
_BREAKS = str.maketrans({"（": "\n（", " ": "\n", "　": "\n"})


def write_enclosures(sheet: Worksheet, volumes: Volumes, styles: Styles, footer: tuple[str, str]) -> None:
    """A line for each unit; what only single units have (市町村独自の封入物) is listed below."""
    common = [each for each in volumes.of("", "enclosure", "envelope", "label") if not each.extra]
    blanks = volumes.of("", "blank")
    notes = (
        "品目ごとに、左が必要数、右が予備です。予備は、損じの分に、",
        "ブランク証の用紙と、それに付ける封入物・封筒の分を足した数です。",
        "右端のブランク証（個人の印字のない書類）は、その予備から使います。",
    )
    row = title(sheet, "封入物数量", [""] * len(notes), styles)
    for at, note in enumerate(notes, start=1):
        sheet.write_string(at, len(_TOWN), note, styles.note)  # the columns before come back on each page
    _write_head(sheet, row, common, blanks, styles)
    first = row + 2
    for row, unit in enumerate(volumes.consignments, start=first):
        values = _counts(volumes, unit, common, blanks)
        formats = (styles.number, styles.text, styles.text, *[styles.step] * len(values))
        cells(sheet, row, (unit.turn, unit.code, unit.name, *values), formats)
    row = _write_totals(sheet, first, len(volumes.consignments), common, blanks, styles)
    if any(each.extra for each in volumes.quantities):
        row = _write_extras(sheet, row + 2, volumes, styles)
    name = width_for((each.name for each in volumes.consignments), 14, most=30)
    widths = (5, 11, name, *[_WIDTH] * max(2 * len(common), _SPAN + 4), *[_BLANK] * len(blanks))
    finish(sheet, first, row, widths, footer, fixed=3, portrait=True)
    sheet.repeat_rows(first - 2, first - 1)
    sheet.repeat_columns(0, len(_TOWN) - 1)
    sheet.set_print_scale(_SCALE)
    sheet.set_v_pagebreaks([*range(len(_TOWN) + 2 * _ON_PAGE, len(widths), 2 * _ON_PAGE)])


def _write_head(
    sheet: Worksheet, row: int, common: Sequence[Quantity], blanks: Sequence[Quantity], styles: Styles
) -> None:
    """Two lines of heads: the items, and below each what is needed and its spare."""
    names = [f"{each.code}\n{each.name.translate(_BREAKS)}" for each in common]
    bare = [each.name.translate(_BREAKS) for each in blanks]
    head(sheet, row, (*_TOWN, *[""] * (2 * len(common)), *bare), styles)
    head(
        sheet,
        row + 1,
        (*[""] * 3, *["必要数", "予備"] * len(common), *["枚数"] * len(blanks)),
        styles,
        height=20,
    )
    for column, name in enumerate(names):
        sheet.merge_range(row, 3 + 2 * column, row, 4 + 2 * column, name, styles.head)
    lines = [*((name, 2 * _WIDTH) for name in names), *((name, _BLANK) for name in bare)]
    if lines:
        told, widths = zip(*lines, strict=True)
        sheet.set_row(row, height_for(told, widths))


def _counts(
    volumes: Volumes, unit: Consignment, common: Sequence[Quantity], blanks: Sequence[Quantity]
) -> list[int]:
    """The numbers of a unit's line."""
    mine = {(each.kind, each.code, each.name): each for each in volumes.of(unit.code, *_COUNTED)}
    found = [mine.get((each.kind, each.code, each.name)) for each in (*common, *blanks)]
    pairs = [(each.needed, each.spare) if each else (0, 0) for each in found]
    return [
        *(count for pair in pairs[: len(common)] for count in pair),
        *(needed for needed, _ in pairs[len(common) :]),
    ]


def _write_totals(
    sheet: Worksheet,
    first: int,
    units: int,
    common: Sequence[Quantity],
    blanks: Sequence[Quantity],
    styles: Styles,
) -> int:
    """The sums of the columns, and below them needed and spare together; returns the last row."""
    row = first + units
    for at, word in enumerate(("合計", "予備を含む合計")):
        sheet.merge_range(row + at, 0, row + at, 2, word, styles.total_text)
    for column, value in enumerate(
        [count for each in common for count in (each.needed, each.spare)], start=3
    ):
        column_sum(sheet, row, column, first, value, styles.total_number)
    for column, each in enumerate(common):
        at = 3 + 2 * column
        sheet.merge_range(row + 1, at, row + 1, at + 1, "", styles.total_number)
        formula = f"=SUM({xl_rowcol_to_cell(row, at)}:{xl_rowcol_to_cell(row, at + 1)})"
        sheet.write_formula(row + 1, at, formula, styles.total_number, each.total)
    for column, each in enumerate(blanks, start=3 + 2 * len(common)):
        column_sum(sheet, row, column, first, each.needed, styles.total_number)
        sheet.write_string(row + 1, column, "", styles.total_text)
    return row + 1


def _write_extras(sheet: Worksheet, row: int, volumes: Volumes, styles: Styles) -> int:
    """The enclosures of single units; returns the last row."""
    sheet.write_string(row, 0, "市町村独自の封入物".replace("市町村", volumes.unit), styles.section)
    row += 1
    head(
        sheet, row, (*_TOWN, "記号", "封入物", *[""] * (_SPAN - 1), "必要数", "予備", "計"), styles, height=20
    )
    sheet.merge_range(row, 4, row, 3 + _SPAN, "封入物", styles.head)
    for unit in volumes.consignments:
        for item in (each for each in volumes.of(unit.code, "enclosure") if each.extra):
            row += 1
            formats = (styles.number, *[styles.text] * 3)
            cells(sheet, row, (unit.turn, unit.code, unit.name, item.code), formats)
            sheet.merge_range(row, 4, row, 3 + _SPAN, "", styles.wrapped)
            sheet.write_string(row, 4, item.name, styles.wrapped)
            sheet.set_row(row, height_for((item.name,), (_SPAN * _WIDTH,)))
            cells(sheet, row, (item.needed, item.spare), [styles.number] * 2, 4 + _SPAN)
            row_sum(sheet, row, 6 + _SPAN, 4 + _SPAN, 5 + _SPAN, item.total, styles.number)
    return row
