"""vendor_book.xlsx (作業一覧): order of work, quantities, lots and boxes for the people at the vendor's.

Sums are live; texts are texts whatever they begin with.  Nothing personal is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.quantities import (
    UnitLot,
    Volumes,
    day_ja,
    forwarding_ja,
    mail_ja,
    open_points,
    pallets_of,
)
from kouki_print.handover.vendor_book_items import write_enclosures
from kouki_print.handover.workbook import (
    Heading,
    Live,
    Styles,
    cells,
    column_sum,
    finish,
    head,
    height_for,
    new_book,
    row_sum,
    styles_of,
    texts,
    title,
    total_head,
    width_for,
)

_NAME = "作業一覧"
_TOWN = ("順", "コード", "市町村名")
_TOWN_WIDTHS = (5, 11)
_DELIVERY = (
    *_TOWN,
    "納入日",
    "納入先",
    "通数",
    "箱",
    "予備\nの箱",
    "パレット",
    "封緘",
    "転送不要",
    "郵送・受渡し",
)
_ADDRESS, _WORDS = 56, 24  # widths of the columns that wrap
_LOT = (
    *_TOWN,
    "ロット",
    "通し番号",
    "通数",
    "書類\n（枚）",
    "印刷用紙\n（枚）",
    "ファイル名（print と imposed に同じ名前）",
)
_BOX = (
    *_TOWN,
    "パレット",
    "箱",
    "通し番号",
    "通数",
    "重さ\n（kg）",
    "郵便種別",
    "組ごとの通数",
    "転送不要\n（通）",
)
_POINTS = ("", "確かめること", "答えを書くところ", "答え")
_POINT_WIDTHS = (5, 62, 34, 34)


def vendor_book(volumes: Volumes, lots: Sequence[UnitLot]) -> bytes:
    """The workbook as bytes; the same facts give the same bytes."""
    job = volumes.job
    heading = Heading(job.title, job.insurer, job.data_on, volumes.unit)
    book, buffer = new_book(heading, _NAME)
    styles = styles_of(book, heading)
    names = ("作業順と納入", "組別数量", "封入物数量", "ロット", "箱・パレット", "確認事項")
    sheets = [book.add_worksheet(name) for name in names]
    for sheet, height in zip(sheets, (19, 16.5, 14.5, 19, 19, 19), strict=True):
        sheet.set_default_row(height)  # 41 units by item lie on one page
    footer = heading.footer(_NAME)
    _write_deliveries(sheets[0], volumes, styles, footer)
    _write_sets(sheets[1], volumes, styles, footer)
    write_enclosures(sheets[2], volumes, styles, footer)
    _write_lots(sheets[3], volumes, lots, styles, footer)
    _write_boxes(sheets[4], volumes, styles, footer)
    _write_points(sheets[5], volumes, styles, footer)
    book.close()
    return buffer.getvalue()


def write_vendor_book(path: Path, volumes: Volumes, lots: Sequence[UnitLot]) -> None:
    """Write vendor_book.xlsx, whole or not at all."""
    write_bytes(path, vendor_book(volumes, lots))


def _town(unit: Consignment) -> tuple[int, str, str]:
    return unit.turn, unit.code, unit.name


def _town_formats(styles: Styles) -> tuple[Format, ...]:
    return styles.number, styles.text, styles.text


def _name_width(volumes: Volumes) -> float:
    return width_for((each.name for each in volumes.consignments), 14, most=30)


def _write_deliveries(sheet: Worksheet, volumes: Volumes, styles: Styles, footer: tuple[str, str]) -> None:
    job, told = volumes.job, volumes.handover
    files_on = wareki(told.files_on) if told.files_on else "未定"
    notes = (
        f"{told.vendor or '印刷・封入会社'} 御中　　{job.insurer} {told.contact}".rstrip(),
        f"注文番号 {job.job_id}　データの引渡し {files_on}　差出日 {wareki(job.mail_on)}"
        f"　データ基準日 {wareki(job.data_on)}",
        "「順」の順に作業してください。予備の箱には、ブランク証とその封入物・封筒を入れます。"
        "色の付いた欄は、未封緘・郵送なしのところです。",
    )
    row = title(sheet, f"{job.title} {_NAME}", notes, styles)
    head(sheet, row, _DELIVERY, styles)
    first = row + 1
    widths = (*_TOWN_WIDTHS, _name_width(volumes), 19, _ADDRESS, 11, 8, 8, 10, 11, 13, _WORDS)
    words, number = styles.wrapped, styles.number
    for row, unit in enumerate(volumes.consignments, start=first):
        place = _place(unit)
        name, mail, forward = unit.name, mail_ja(unit), forwarding_ja(unit)
        counts = (unit.pieces, len(unit.boxes), unit.supply_boxes, unit.pallets)
        sealed, mailed = (words if usual else styles.warn_text for usual in (unit.sealed, unit.mailed))
        formats = (number, styles.text, words, words, words, *[number] * 4, sealed, words, mailed)
        cells(
            sheet, row, (*_town(unit), day_ja(unit), place, *counts, unit.sealing_ja, forward, mail), formats
        )
        wrapped = (name, place, forward, mail)
        sheet.set_row(row, height_for(wrapped, (widths[2], _ADDRESS, widths[10], _WORDS)))
    row = first + len(volumes.consignments)
    total_head(sheet, row, 5, styles)
    sums = (
        volumes.pieces,
        sum(len(each.boxes) for each in volumes.consignments),
        sum(each.supply_boxes for each in volumes.consignments),
        sum(each.pallets for each in volumes.consignments),
    )
    for column, value in enumerate(sums, start=5):
        column_sum(sheet, row, column, first, value, styles.total_number)
    texts(sheet, row, ["", "", ""], styles.total_text, 9)
    finish(sheet, first, row, widths, footer, fixed=3)


def _place(unit: Consignment) -> str:
    """Where the boxes go, in two lines, and what is to be noted there in a third."""
    place = unit.place
    called = f"{place.name}　{place.section}".strip()
    where = f"〒{place.postcode[:3]}-{place.postcode[3:]} {place.address}　{place.phone}".strip()
    return "\n".join(line for line in (called, where, place.note) if line)


def _write_sets(sheet: Worksheet, volumes: Volumes, styles: Styles, footer: tuple[str, str]) -> None:
    """Pieces by unit and set."""
    sets = volumes.of("", "set")
    sheets = "　".join(f"{each.name} {each.sheets:,}枚" for each in volumes.documents)
    notes = (
        f"書類の枚数: {sheets}",
        f"印刷用紙 {volumes.press_sheets:,}枚（{volumes.job.press.title}、予備を含まない）",
    )
    row = title(sheet, "組別数量（通数）", notes, styles)
    head(sheet, row, (*_TOWN, *(f"組{each.code}\n{each.name}" for each in sets), "計"), styles, height=48)
    first = row + 1
    last = 2 + len(sets)
    formats = (styles.number, styles.text, styles.wrapped, *[styles.step] * len(sets))
    for row, unit in enumerate(volumes.consignments, start=first):
        own = unit.sets
        cells(sheet, row, (*_town(unit), *(own.get(each.code, 0) for each in sets)), formats)
        row_sum(sheet, row, last + 1, 3, last, unit.pieces, styles.number)
    row = first + len(volumes.consignments)
    total_head(sheet, row, 3, styles)
    for column, value in enumerate([*(each.needed for each in sets), volumes.pieces], start=3):
        column_sum(sheet, row, column, first, value, styles.total_number)
    widths = (*_TOWN_WIDTHS, _name_width(volumes), *[18] * len(sets), 14)
    finish(sheet, first, row, widths, footer, fixed=3, portrait=sum(widths) < 130)


def _write_lots(
    sheet: Worksheet, volumes: Volumes, lots: Sequence[UnitLot], styles: Styles, footer: tuple[str, str]
) -> None:
    """Each lot with its sheets and its file names."""
    notes = (
        "印刷用紙の枚数に、予備は含みません。SHA-256 は lots.csv と各フォルダーの manifest.json にあります。",
    )
    row = title(sheet, "ロット", notes, styles)
    head(sheet, row, _LOT, styles)
    first = row + 1
    number, text = styles.number, styles.text
    formats = (*_town_formats(styles), number, text, number, number, number, text)
    for row, (unit, lot) in enumerate(lots, start=first):
        name = PurePosixPath(lot.single.path).name
        counts = (lot.pieces, lot.sheets, lot.press_sheets)
        cells(sheet, row, (*_town(unit), lot.number, _range(lot.first, lot.last), *counts, name), formats)
    row = first + len(lots)
    total_head(sheet, row, 5, styles)
    for column, name in enumerate(("pieces", "sheets", "press_sheets"), start=5):
        value = sum(getattr(lot, name) for _, lot in lots)
        column_sum(sheet, row, column, first, value, styles.total_number)
    texts(sheet, row, [""], styles.total_text, 8)
    sheet.autofilter(first - 1, 0, max(row - 1, first), len(_LOT) - 1)
    files = width_for((PurePosixPath(lot.single.path).name for _, lot in lots), 44, most=60)
    finish(
        sheet, first, row, (*_TOWN_WIDTHS, _name_width(volumes), 9, 22, 11, 11, 12, files), footer, fixed=3
    )


def _range(first: int, last: int) -> str:
    return f"{first:07d}〜{last:07d}"


def _write_boxes(sheet: Worksheet, volumes: Volumes, styles: Styles, footer: tuple[str, str]) -> None:
    """Each box on its pallet, then the unit's boxes of supplies; heavier than here by box and packing."""
    notes = ("重さは中身（封書）だけです。予備の箱には、ブランク証とその封入物・封筒を入れます。",)
    row = title(sheet, "箱・パレット", notes, styles)
    head(sheet, row, _BOX, styles)
    first = row = row + 1
    for unit in volumes.consignments:
        row = _unit_boxes(sheet, row, unit, styles)
    total_head(sheet, row, 6, styles)
    pieces = f"=SUM(G{first + 1}:G{row})" if row > first else "=0"
    grams = sum(each.weight_cg for each in volumes.consignments)
    kilograms = Live(pieces.replace("G", "H"), grams / 100_000)
    cells(
        sheet, row, (Live(pieces, volumes.pieces), kilograms), (styles.total_number, styles.total_decimal), 6
    )
    texts(sheet, row, ["", ""], styles.total_text, 8)
    marked = sum(box.no_forward for each in volumes.consignments for box in each.boxes)
    column_sum(sheet, row, 10, first, marked, styles.total_number)
    sheet.autofilter(first - 1, 0, max(row - 1, first), len(_BOX) - 1)
    widths = (*_TOWN_WIDTHS, _name_width(volumes), 9, 16, 22, 9, 10, 14, 26, 10)
    finish(sheet, first, row, widths, footer, fixed=3)


def _unit_boxes(sheet: Worksheet, row: int, unit: Consignment, styles: Styles) -> int:
    """The boxes of a unit; returns the row after."""
    number, text = styles.number, styles.text
    formats = (*_town_formats(styles), number, text, text, number, styles.decimal, text, text, styles.step)
    for box in unit.boxes:
        sets = "　".join(f"{code} {count:,}" for code, count in box.sets)
        place = (box.pallet, f"{box.number} / {len(unit.boxes)}", _range(box.first, box.last))
        weight = box.weight_cg / 100_000
        cells(
            sheet,
            row,
            (*_town(unit), *place, box.pieces, weight, unit.service_ja(box.service), sets, box.no_forward),
            formats,
        )
        row += 1
    formats = (*_town_formats(styles), number, *[text] * 7)
    supplies = [each for each in pallets_of(unit) for _ in range(each.supply_boxes)]
    for at, pallet in enumerate(supplies, start=1):
        told = (f"予備の箱 {at} / {len(supplies)}", "", "", "", "", "ブランク証など", "")
        cells(sheet, row, (*_town(unit), pallet.number, *told), formats)
        row += 1
    return row


def _write_points(sheet: Worksheet, volumes: Volumes, styles: Styles, footer: tuple[str, str]) -> None:
    """What is still open, with room for the answer."""
    points = open_points(volumes)
    notes = (
        ("打合せで答えを書き、job.toml のその項目に入れてください。",)
        if points
        else ("確認の残っている事項はありません。",)
    )
    row = title(sheet, "確認事項（まだ決まっていないこと）", notes, styles)
    head(sheet, row, _POINTS, styles, height=22)
    first = row + 1
    for row, (setting, question) in enumerate(points, start=first):
        texts(sheet, row, ("□", question, setting, ""), styles.wrapped)
        sheet.set_row(row, max(30, height_for((question, setting), _POINT_WIDTHS[1:3])))
    finish(sheet, first, max(row, first), _POINT_WIDTHS, footer)
