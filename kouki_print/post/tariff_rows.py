"""Rows of the tariff table as typed, and the checks that make it safe to price from."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from kouki_print.base.errors import JobError

COLUMNS = ("service", "size_class", "max_grams", "yen", "valid_from", "valid_to", "name_ja")
ANY = "any"
SERVICES = ("letter", "simple_registered", "registered", "specified_record", "express")
SIZE_CLASSES = ("standard", "nonstandard_regular", "nonstandard_large", ANY)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TariffRow:
    """One step: up to and including ``max_grams`` it costs ``yen`` from ``valid_from`` to ``valid_to``."""

    service: str
    size_class: str
    max_grams: int
    yen: int
    valid_from: dt.date
    valid_to: dt.date  # date.max when the file leaves it empty
    file: str
    line: int

    @property
    def key(self) -> tuple[str, str]:
        """What the steps of one ladder share."""
        return self.service, self.size_class

    def valid_on(self, day: dt.date) -> bool:
        """True from ``valid_from`` to ``valid_to``, both included."""
        return self.valid_from <= day <= self.valid_to


def _refuse(what: str, remedy: str, name: str, row: int | None = None, column: str = "") -> JobError:
    return JobError(what, remedy=remedy, file=name, row=row, column=column)


def _refuse_row(row: TariffRow, column: str, what: str, remedy: str) -> JobError:
    return _refuse(what, remedy, row.file, row.line, column)


def _whole_number(cell: str, column: str, name: str, line: int) -> int:
    if not (cell.isascii() and cell.isdigit() and int(cell) > 0):
        raise _refuse(
            f"「{cell}」は1以上の整数ではありません", "半角の整数に直してください。", name, line, column
        )
    return int(cell)


def _day(cell: str, column: str, name: str, line: int) -> dt.date:
    try:
        return dt.date.fromisoformat(cell)
    except ValueError:
        raise _refuse(
            f"「{cell}」は日付ではありません", "2024-10-01 の形に直してください。", name, line, column
        ) from None


def _known(cell: str, allowed: Sequence[str], column: str, name: str, line: int) -> str:
    if cell not in allowed:
        remedy = f"{'・'.join(allowed)}のいずれかにしてください。"
        raise _refuse(f"「{cell}」は使えません", remedy, name, line, column)
    return cell


def parse_rows(raw: bytes, name: str) -> list[TariffRow]:
    """Rows of the file in its order; JobError for a cell that is no number, date or known name."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refuse("文字コードがUTF-8ではありません", "UTF-8で保存し直してください。", name) from None
    reader = csv.DictReader(io.StringIO(text))
    missing = [column for column in COLUMNS if column not in (reader.fieldnames or ())]
    if missing:
        raise _refuse(f"列がありません: {'、'.join(missing)}", "見出し行を直してください。", name, 1)
    rows = [_row(cells, reader.line_num, name) for cells in reader]
    if not rows:
        raise _refuse("料金の行がありません", "料金表の中身を確かめてください。", name)
    return rows


def _row(cells: dict[str, str], line: int, name: str) -> TariffRow:
    cell = {column: (cells[column] or "").strip() for column in COLUMNS}
    valid_from = _day(cell["valid_from"], "valid_from", name, line)
    valid_to = _day(cell["valid_to"], "valid_to", name, line) if cell["valid_to"] else dt.date.max
    if valid_to < valid_from:
        raise _refuse(
            "終わりの日が始まりの日より前です",
            "valid_from と valid_to を直してください。",
            name,
            line,
            "valid_to",
        )
    return TariffRow(
        _known(cell["service"], SERVICES, "service", name, line),
        _known(cell["size_class"], SIZE_CLASSES, "size_class", name, line),
        _whole_number(cell["max_grams"], "max_grams", name, line),
        _whole_number(cell["yen"], "yen", name, line),
        valid_from,
        valid_to,
        name,
        line,
    )


def merge_rows(shipped: Sequence[TariffRow], own: Sequence[TariffRow]) -> list[TariffRow]:
    """The shipped rows under the operator's: of the same step, an own row counts from its first day on.

    The shipped row ends the day before; one that would begin later, while the own row holds, is gone.
    """
    merged: list[TariffRow] = []
    for row in shipped:
        over = [
            each
            for each in own
            if (each.key, each.max_grams) == (row.key, row.max_grams)
            and each.valid_from <= row.valid_to
            and row.valid_from <= each.valid_to
        ]
        starts = min((each.valid_from for each in over), default=dt.date.max)
        if not over:
            merged.append(row)
        elif starts > row.valid_from:
            merged.append(replace(row, valid_to=starts - _DAY))
    return [*merged, *own]


def check_rows(rows: Iterable[TariffRow]) -> None:
    """Refuse a table with overlaps, gaps or steps that get cheaper; JobError names the row."""
    ordered = sorted(rows, key=lambda row: (*row.key, row.max_grams, row.valid_from))
    ladders = {key: list(group) for key, group in groupby(ordered, key=lambda row: row.key)}
    for (service, size_class), ladder in ladders.items():
        if size_class != ANY and (service, ANY) in ladders:
            raise _refuse_row(
                _newest(*ladder, *ladders[service, ANY]),
                "size_class",
                f"「{service}」に any の行と大きさ別の行の両方があり、料金が重なります",
                "どちらか一方だけにしてください。",
            )
        _check_overlaps(ladder)
        _check_gaps(ladder)
        _check_rising(ladder)


def _label(row: TariffRow) -> str:
    return f"{row.service}・{row.size_class}・{row.max_grams}g"


def _newest(*rows: TariffRow) -> TariffRow:
    """The row that a message points at: what was added last, not the shipped one that it disturbs."""
    return max(rows, key=lambda row: row.valid_from)


def _line(row: TariffRow, seen_from: TariffRow) -> str:
    """Where a row stands, with its file when that is another one."""
    return f"{row.line}行目" if row.file == seen_from.file else f"{row.file}の{row.line}行目"


def _check_overlaps(ladder: Sequence[TariffRow]) -> None:
    for row, later in pairwise(ladder):
        if row.max_grams == later.max_grams and later.valid_from <= row.valid_to:
            raise _refuse_row(
                later,
                "valid_from",
                f"{_line(row, later)}と期間が重なっています"
                f"（{_label(row)}、{later.valid_from.isoformat()}から）",
                "古い行の valid_to を新しい行の valid_from の前日にしてください。",
            )


def _check_gaps(ladder: Sequence[TariffRow]) -> None:
    """No day between first and last without steps, and no step that ends while its neighbours go on.

    A step may disappear when the whole ladder is renewed on that day (25 g did on 2024-10-01).
    """
    last = max(row.valid_to for row in ladder)
    for row in ladder:
        if row.valid_to == last:
            continue
        next_day = row.valid_to + _DAY
        goes_on = [other for other in ladder if other.valid_on(next_day)]
        renewed = any(other.max_grams == row.max_grams for other in goes_on)
        unchanged = any(other.valid_on(row.valid_to) for other in goes_on)
        if not goes_on or (unchanged and not renewed):
            raise _refuse_row(
                row,
                "valid_to",
                f"{next_day.isoformat()}から料金がありません（{_label(row)}）",
                "途切れないように、続きの行を追加してください。",
            )


def _check_rising(ladder: Sequence[TariffRow]) -> None:
    for day in sorted({row.valid_from for row in ladder}):
        for lighter, heavier in pairwise(row for row in ladder if row.valid_on(day)):
            if heavier.yen < lighter.yen:
                wrong = _newest(heavier, lighter)
                right = lighter if wrong is heavier else heavier
                raise _refuse_row(
                    wrong,
                    "yen",
                    f"重い方が安くなっています"
                    f"（{_label(wrong)} {wrong.yen}円、{_line(right, wrong)}の{right.max_grams}gは{right.yen}円）",
                    "max_grams と yen を確かめてください。",
                )
