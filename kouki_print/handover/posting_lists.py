"""Lists about posting (差出し): by unit and service, by 郵便区, by number; breakdown and voids of one unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes, write_csv
from kouki_print.handover.tables import FOR_EXCEL, csv_bytes, neutralised
from kouki_print.handover.workbook import (
    Heading,
    Styles,
    cells,
    column_sum,
    finish,
    head,
    new_book,
    styles_of,
    title,
    total_head,
    width_for,
)
from kouki_print.order.models import SERVICE_JA
from kouki_print.post.areas import LOCAL_MOST_CG
from kouki_print.post.posting import ELSEWHERE, FEW, HEAVY, Posting
from kouki_print.post.registered import Bands, number_of, shown
from kouki_print.post.used_numbers import USED_COLUMNS, UsedRange

BREAKDOWN_COLUMNS = (
    "office", "mail_service", "size_class", "max_grams", "unit_yen", "pieces", "total_yen", "posted_on",
)  # fmt: skip
POSTING_COLUMNS = (
    "office", "municipality_code", "name", "mail_service", "pieces", "total_yen", "first_number", "last_number",
    "posted_on",
)  # fmt: skip
AREA_COLUMNS = ("municipality_code", "area", "mail_service", "pieces", "marked", "ok", "reason")
VOID_COLUMNS = ("municipality_code", "piece_id", "sequence", "mail_service", "registered_number", "reason")
_BANDS = (
    "市町村コード", "市町村名", "郵便種別", "開始番号", "終了番号", "番号の数", "使った数", "残り", "最初の番号",
    "最後の番号", "備考",
)  # fmt: skip
OUTSIDE_JA = "（区外）"
FAULT_JA = {
    FEW: "通数が足りない",
    ELSEWHERE: "郵便区の外に届く",
    HEAVY: f"大きさか{LOCAL_MOST_CG // 100}gを超える",
}
_NO_BAND = "番号の範囲がありません。番号は窓口で付けます"


def write_breakdown(path: Path, posting: Posting, day: dt.date) -> None:
    """breakdown.csv (machine): the lines of one unit's 内訳票."""
    rows = [
        (
            posting.office_ja,
            each.service,
            each.size_class,
            each.max_grams,
            each.unit_yen,
            each.pieces,
            each.total_yen,
            day,
        )
        for each in posting.lines
    ]
    write_csv(path, _columns(BREAKDOWN_COLUMNS, rows))


def write_posting_list(path: Path, postings: Sequence[Posting], day: dt.date) -> None:
    """posting.csv (machine): pieces and yen by office, unit and service."""
    rows = [
        (*row[:3], service, pieces, yen, *posting.spans.get(service, ("", "")), day)
        for posting in _by_office(postings)
        for row in [(posting.office_ja, posting.code, posting.name)]
        for service, (pieces, yen) in posting.by_service.items()
    ]
    write_csv(path, _columns(POSTING_COLUMNS, rows))


def write_areas(path: Path, postings: Iterable[Posting]) -> None:
    """areas.csv (machine): pieces by unit, 郵便区 and service, and whether 郵便区内特別 may stand on them."""
    rows = [
        (
            posting.code,
            line.area,
            line.service,
            line.pieces,
            int(line.marked),
            int(not line.reason),
            line.reason,
        )
        for posting in postings
        for line in posting.areas
    ]
    write_csv(path, _columns(AREA_COLUMNS, rows))


def write_voids(path: Path, postings: Iterable[Posting]) -> None:
    """void_list.csv (machine): the pieces taken out."""
    rows = [
        (each.code, void.piece_id, void.sequence, void.service, void.registered_number, void.reason)
        for each in postings
        for void in (*each.voids, *each.unmailed)
    ]
    columns = _columns(VOID_COLUMNS, rows)
    write_csv(path, columns | {"reason": neutralised(columns["reason"]).to_pylist()})


def write_used(path: Path, earlier: Iterable[UsedRange], postings: Iterable[Posting], day: dt.date) -> None:
    """used_numbers.csv: what this job gave out, behind what was used before; the next job can take it."""
    rows = [(each.unit, each.first, each.last, each.posted_on) for each in earlier]
    rows += [(each.code, run.first, run.last, day) for each in postings for run in each.runs]
    shown_rows = [
        (code, shown(number_of(first)), shown(number_of(last)), on.isoformat())
        for code, first, last, on in rows
    ]
    _write_for_people(path, _columns(USED_COLUMNS, shown_rows))


def write_bands(
    path: Path, bands: Bands, postings: Iterable[Posting], needed: Mapping[tuple[str, str], int]
) -> None:
    """registered_numbers.csv: how much of each band is given out; ``needed`` pieces by unit and service."""
    given = {each.code: each.runs for each in postings}
    rows: list[tuple[str, ...]] = []
    for code, name in bands.unit_names.items():
        for band in bands.of.get(code, ()):
            inside = [run for run in given.get(code, ()) if run.first <= band.last and band.first <= run.last]
            ends = [(max(run.first, band.first), min(run.last, band.last)) for run in inside]
            count = sum(last - first + 1 for first, last in ends)
            around = [number_of(ends[0][0]), number_of(ends[-1][1])] if ends else ["", ""]
            numbers = [str(each) for each in (band.size, count, band.size - count)]
            whole = [shown(number_of(each)) for each in (band.first, band.last)]
            words = SERVICE_JA.get(band.service, "")
            rows.append((code, name, words, *whole, *numbers, *map(shown, around), ""))
        for (unit, service), count in needed.items():
            if unit == code and not bands.of_service(unit, service):
                rows.append((code, name, SERVICE_JA[service], *[""] * 7, f"{_NO_BAND}（{count:,}通）"))
    _write_for_people(path, _columns(_BANDS, rows))


def write_posting_book(path: Path, heading: Heading, postings: Sequence[Posting], day: dt.date) -> None:
    """posting.xlsx: by office and unit, by 郵便区, by number, and what was taken out."""
    book, buffer = new_book(heading, "差出し一覧")
    styles = styles_of(book, heading)
    with_day, shared = [f"差出日 {wareki(day)}"], (book, heading, styles)
    ordered = _by_office(postings)
    words = "差出し一覧（局・市町村・郵便種別）"
    _sheet(*shared, "局別", words, with_day, _OF_OFFICE, _office_rows(ordered))
    notes = [
        "郵便区は確認されていない表によります。「要確認」は、郵便区内特別の表示が条件に合わない郵便物です。"
    ]
    _sheet(*shared, "郵便区別", "郵便区ごとの通数", notes, _OF_AREA, _area_rows(ordered))
    _sheet(*shared, "引受番号", "使った引受番号の範囲", with_day, _OF_NUMBER, _number_rows(ordered))
    if any(each.voids or each.unmailed for each in ordered):
        notes = ["差し出さない郵便物です。番号はほかの郵便物に付け替えません。"]
        _sheet(*shared, "欠番", "抜き取った郵便物", notes, _OF_VOID, _void_rows(ordered))
    book.close()
    write_bytes(path, buffer.getvalue())


_OF_OFFICE = (
    "引受郵便局",
    "市町村コード",
    "市町村名",
    "郵便種別",
    "通数",
    "料金（円）",
    "最初の番号",
    "最後の番号",
)
_OF_AREA = ("引受郵便局", "市町村名", "郵便区", "郵便種別", "通数", "郵便区内特別の表示", "確認")
_OF_NUMBER = ("市町村コード", "市町村名", "郵便種別", "最初の番号", "最後の番号", "差し出す通数", "欠番")
_OF_VOID = ("市町村名", "通し番号", "証票の番号", "郵便種別", "引受番号", "理由")


def _office_rows(postings: Iterable[Posting]) -> Iterator[tuple[str | int, ...]]:
    for each in postings:
        for service, (pieces, yen) in each.by_service.items():
            ends = map(shown, each.spans.get(service, ("", "")))
            yield each.office_ja, each.code, each.name, SERVICE_JA[service], pieces, yen, *ends


def _area_rows(postings: Iterable[Posting]) -> Iterator[tuple[str | int, ...]]:
    for each in postings:
        for line in each.areas:
            fault = f"要確認: {FAULT_JA[line.reason]}" if line.wrong else ""
            area = line.area or OUTSIDE_JA
            mark = "あり" if line.marked else "なし"
            yield each.office_ja, each.name, area, SERVICE_JA[line.service], line.pieces, mark, fault


def _number_rows(postings: Iterable[Posting]) -> Iterator[tuple[str | int, ...]]:
    for each in postings:
        for run in each.runs:
            ends = (shown(number_of(run.first)), shown(number_of(run.last)))
            yield each.code, each.name, SERVICE_JA[run.service], *ends, run.pieces, run.missing


def _void_rows(postings: Iterable[Posting]) -> Iterator[tuple[str | int, ...]]:
    for each in postings:
        for void in (*each.voids, *each.unmailed):
            number = shown(void.registered_number)
            yield (
                each.name,
                f"{void.sequence:07d}",
                void.piece_id,
                SERVICE_JA[void.service],
                number,
                void.reason,
            )


def _sheet(
    book: Any,
    heading: Heading,
    styles: Styles,
    name: str,
    words: str,
    notes: Sequence[str],
    columns: Sequence[str],
    lines: Iterable[tuple[str | int, ...]],
) -> None:
    """A list with its sums; a line with a word that begins with 要確認 stands out."""
    rows, sheet = list(lines), book.add_worksheet(name)
    first = title(sheet, words, notes, styles) + 1
    head(sheet, first - 1, columns, styles)
    for row, line in enumerate(rows, start=first):
        loud = any(str(value).startswith("要確認") for value in line)
        text, number = (styles.warn_text, styles.warn_number) if loud else (styles.text, styles.number)
        cells(sheet, row, line, [text if isinstance(value, str) else number for value in line])
    last = first + len(rows)
    total_head(sheet, last, len(columns), styles)
    for column in (at for at, value in enumerate(rows[0] if rows else ()) if isinstance(value, int)):
        total = sum(int(line[column]) for line in rows)
        column_sum(sheet, last, column, first, total, styles.total_number)
    widths = [
        width_for([str(line[at]) for line in rows], len(column) * 2 + 2) for at, column in enumerate(columns)
    ]
    finish(sheet, first, last, widths, heading.footer(name))


def _by_office(postings: Iterable[Posting]) -> list[Posting]:
    """Postings of one office beside each other, in the order in which the offices first occur."""
    ranks: dict[str, int] = {}
    return sorted(postings, key=lambda each: ranks.setdefault(each.office, len(ranks)))


def _columns(names: Sequence[str], rows: Sequence[Sequence[object]]) -> dict[str, list[str]]:
    return {name: [str(row[at]) for row in rows] for at, name in enumerate(names)}


def _write_for_people(path: Path, columns: Mapping[str, Sequence[str]]) -> None:
    data = csv_bytes({name: neutralised(values) for name, values in columns.items()})
    write_bytes(path, data.decode().encode(FOR_EXCEL))
