"""The sheets of check.xlsx that compare with last year (前年比較): counts, 送付先, people, contacts."""

from __future__ import annotations

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kouki_print.base.dates import wareki
from kouki_print.handover.comparison import DELIVERY_KINDS, PERSON_JA, TownChange, YearComparison
from kouki_print.handover.workbook import Heading, Styles, column_sum, head, page, texts, title, total_head

_NAME = "前年比較"
_TOWN_HEAD = (
    "市町村\nコード",
    "市町村名",
    "前年",
    "今年",
    "増減",
    "増減率",
    "新しい人",
    "いなくなった人",
    "他市町村\nから",
    "他市町村\nへ",
    "判定",
)
_TOWN_WIDTHS = (10, 18, 11, 11, 10, 10, 11, 11, 11, 11, 12)


def write_year(book: Workbook, year: YearComparison | None, heading: Heading, styles: Styles) -> None:
    """Add the sheets; without an earlier job one sheet that says so."""
    counts = book.add_worksheet(_NAME)
    if year is None:
        row = title(counts, _NAME, [], styles)
        words = "前年のジョブの指定がありません（--last か job.toml の [input] last で指定します）。"
        counts.write_string(row, 0, words, styles.note)
        page(counts, (90,), row, heading.footer(_NAME))
        return
    _write_towns(counts, year, heading, styles)
    _write_deliveries(book.add_worksheet("前年比較（送付先）"), year, heading, styles)
    _write_persons(book.add_worksheet("前年比較（本人）"), year, heading, styles)
    _write_contacts(book.add_worksheet("前年比較（連絡先）"), year, heading, styles)


def _against(year: YearComparison) -> str:
    return f"比較の相手: {year.title}（基準日 {wareki(year.data_on)}）"


def _write_towns(sheet: Worksheet, year: YearComparison, heading: Heading, styles: Styles) -> None:
    sheet.set_default_row(17)
    notes = [_against(year), "増減が10%を超え、かつ5人を超える市町村に「要確認」を付けています。"]
    row = title(sheet, "前年比較（件数）", notes, styles)
    head(sheet, row, _TOWN_HEAD, styles)
    first = row = row + 1
    for town in year.towns:
        _write_town(sheet, row, town, styles)
        row += 1
    total_head(sheet, row, 2, styles)
    last, this = (sum(getattr(town, name) for town in year.towns) for name in ("last", "this"))
    for column, value in ((2, last), (3, this)):
        column_sum(sheet, row, column, first, value, styles.total_number)
    _differences(sheet, row, last, this, styles, total=True)
    for column, name in enumerate(("new", "gone", "moved_in", "moved_out"), start=6):
        column_sum(
            sheet, row, column, first, sum(getattr(town, name) for town in year.towns), styles.total_number
        )
    sheet.write_string(row, 10, "", styles.total_text)
    sheet.freeze_panes(first, 2)
    sheet.repeat_rows(first - 1)
    page(sheet, _TOWN_WIDTHS, row, heading.footer(_NAME), portrait=True)


def _write_town(sheet: Worksheet, row: int, town: TownChange, styles: Styles) -> None:
    text, number = (styles.warn_text, styles.warn_number) if town.big else (styles.text, styles.number)
    texts(sheet, row, (town.code, town.name), text)
    sheet.write_number(row, 2, town.last, number)
    sheet.write_number(row, 3, town.this, number)
    _differences(sheet, row, town.last, town.this, styles, big=town.big)
    for column, value in enumerate((town.new, town.gone, town.moved_in, town.moved_out), start=6):
        sheet.write_number(row, column, value, number)
    sheet.write_string(row, 10, "要確認" if town.big else "", text)


def _differences(
    sheet: Worksheet,
    row: int,
    last: int,
    this: int,
    styles: Styles,
    *,
    big: bool = False,
    total: bool = False,
) -> None:
    """増減 and 増減率 as live formulas."""
    signed = styles.total_signed if total else styles.warn_signed if big else styles.signed
    share = styles.total_share if total else styles.warn_share if big else styles.share
    before, now = xl_rowcol_to_cell(row, 2), xl_rowcol_to_cell(row, 3)
    sheet.write_formula(row, 4, f"={now}-{before}", signed, this - last)
    value = round((this - last) / last, 10) if last else ""
    sheet.write_formula(row, 5, f'=IF({before}=0,"",({now}-{before})/{before})', share, value)


def _write_deliveries(sheet: Worksheet, year: YearComparison, heading: Heading, styles: Styles) -> None:
    sheet.set_default_row(17)
    counts = "　".join(f"{kind} {year.delivery_count(kind):,}件" for kind in DELIVERY_KINDS)
    notes = [
        _against(year),
        f"{counts}　（今年の移行データの行で示します。1件ずつ申出の書類と照らしてください）",
    ]
    if sum(year.sealed.values()):
        sealed = "　".join(f"{kind} {count:,}件" for kind, count in year.sealed.items())
        notes.append(
            f"支援措置の人はこの一覧に載せていません（{sealed}。union/protected.csv で確かめてください）。"
        )
    _write_people(sheet, "前年比較（送付先）", notes, year.deliveries, heading, styles)


def _write_persons(sheet: Worksheet, year: YearComparison, heading: Heading, styles: Styles) -> None:
    sheet.set_default_row(17)
    notes = [
        _against(year),
        f"同じ被保険者番号で{PERSON_JA}が前年と違う人 {len(year.persons):,}人"
        "　（氏名は1文字も同じでない人だけ。番号が別の人のものでないか、1人ずつ確かめてください）",
        *year.doubts,
    ]
    if year.sealed_persons:
        notes.append(
            f"支援措置の人 {year.sealed_persons:,}人はこの一覧に載せていません"
            "（union/protected.csv で確かめてください）。"
        )
    _write_people(sheet, "前年比較（本人）", notes, year.persons, heading, styles)


def _write_people(
    sheet: Worksheet, name: str, notes: list[str], lines: pd.DataFrame, heading: Heading, styles: Styles
) -> None:
    row = title(sheet, name, notes, styles)
    head(
        sheet, row, ("区分", "市町村名", "ファイル", "行", "通し行", "変わった列", "確認"), styles, height=20
    )
    first = row + 1
    for row, line in enumerate(lines.itertuples(index=False), start=first):
        texts(sheet, row, (line.kind, line.name, line.file), styles.text)
        sheet.write_number(row, 3, line.line, styles.number)
        sheet.write_number(row, 4, line.row, styles.number)
        texts(sheet, row, (line.items, ""), styles.text, 5)
    sheet.autofilter(first - 1, 0, max(row, first), 6)
    sheet.freeze_panes(first, 0)
    sheet.repeat_rows(first - 1)
    page(sheet, (9, 16, 20, 11, 11, 62, 12), row, heading.footer(_NAME))


def _write_contacts(sheet: Worksheet, year: YearComparison, heading: Heading, styles: Styles) -> None:
    sheet.set_default_row(19)
    notes = [_against(year), f"{len(year.contacts):,}件"]
    row = title(sheet, "前年比較（連絡先・アンケートの回答）", notes, styles)
    head(sheet, row, ("市町村名", "もと", "項目", "前年", "今年"), styles, height=20)
    first = row + 1
    for row, change in enumerate(year.contacts, start=first):
        cells = (change.name, change.source, change.item, change.last, change.this)
        texts(sheet, row, cells, styles.wrapped)
    sheet.freeze_panes(first, 0)
    sheet.repeat_rows(first - 1)
    page(sheet, (16, 14, 14, 48, 48), row, heading.footer(_NAME))
