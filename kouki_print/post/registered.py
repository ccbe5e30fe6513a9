"""Registered-mail numbers (引受番号) from the bands the accepting office gave: numbers.csv.

11 digits: a serial of ten and the check digit serial mod 7.  Nothing is derived: start and end are
input, no file means no numbers (the counter labels the pieces).  A band is of one mail service; it need not
say which where the unit's pieces have only one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.checkdigits import is_digits
from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of, distinct, filled, series_of
from kouki_print.order.models import SERVICE_JA
from kouki_print.order.tables import Line, read_lines
from kouki_print.order.units import Unit

NUMBERED_SERVICES = frozenset({"simple_registered", "registered", "specified_record"})
SERVICE = "郵便種別"  # optional: empty for any
_SERVICES = {words: name for name, words in SERVICE_JA.items() if name in NUMBERED_SERVICES}
NUMBER_COLUMNS = TOWN, START, END = ("市町村コード", "開始番号", "終了番号")
_ANY_OF = "・".join(_SERVICES)
_ASK_OFFICE = "引受郵便局から渡された番号と見比べて直してください。"


@dataclass(frozen=True, slots=True)
class Band:
    """One row of numbers.csv: serials ``first`` to ``last`` (ten digits, both included); ``service`` empty: any."""

    municipality: str
    first: int
    last: int
    line: int
    service: str = ""

    @property
    def size(self) -> int:
        """How many pieces it can number."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Bands:
    """All bands by municipality in the order of the file; empty when there is no file."""

    of: Mapping[str, tuple[Band, ...]] = field(default_factory=dict)
    name: str = "numbers.csv"
    unit_names: Mapping[str, str] = field(default_factory=dict)

    def of_service(self, municipality: str, service: str) -> tuple[Band, ...]:
        """The bands of a service: its own, else those that say none."""
        own = self.of.get(municipality, ())
        return tuple(band for band in own if band.service == service) or tuple(
            band for band in own if not band.service
        )

    def named(self, municipality: str) -> str:
        """Name and code of a unit, for messages."""
        return f"{self.unit_names.get(municipality, '')} {municipality}".strip()


@dataclass(frozen=True, slots=True)
class NumberRun:
    """Numbers of a service without a gap: ``first`` to ``last``, of which ``missing`` are not posted (欠番)."""

    service: str
    first: int
    last: int
    missing: int

    @property
    def pieces(self) -> int:
        """Pieces that are posted."""
        return self.last - self.first + 1 - self.missing


def check_digit(serial: int) -> int:
    """Check digit of a ten-digit serial: serial mod 7 (0-6)."""
    return serial % 7


def number_of(serial: int) -> str:
    """The number of a serial: 11 digits."""
    return f"{serial:010d}{check_digit(serial)}"


def shown(number: str) -> str:
    """A number as people read it, which a spreadsheet leaves alone: ``246-80-13579-3``."""
    return f"{number[:3]}-{number[3:5]}-{number[5:10]}-{number[10:]}" if number else ""


def load_numbers(path: Path, municipalities: Mapping[str, Unit]) -> Bands:
    """Bands of numbers.csv, checked; no file gives no bands.

    市町村コード is the 5-digit or the 6-digit code; numbers may hold hyphens.  JobError names the row
    of a wrong check digit, a start after its end, a number used twice or an unknown municipality or service.
    """
    if not path.exists():
        return Bands(name=path.name)
    codes = {key: code for code, town in municipalities.items() for key in (code, town.contact.code6)}
    bands = [_band(line, codes) for line in read_lines(path, NUMBER_COLUMNS)]
    _check_overlaps(bands, path.name)
    grouped: dict[str, tuple[Band, ...]] = {}
    for band in bands:
        grouped[band.municipality] = (*grouped.get(band.municipality, ()), band)
    return Bands(grouped, path.name, {code: town.contact.name for code, town in municipalities.items()})


def _band(line: Line, codes: Mapping[str, str]) -> Band:
    code = line[TOWN]
    if code not in codes:
        raise line.error(
            TOWN,
            f"「{code}」は連絡先一覧にない市町村コードです",
            "市町村コードを直すか、連絡先一覧に加えてください。",
        )
    words = line.cells.get(SERVICE, "")
    if words and words not in _SERVICES:
        raise line.error(
            SERVICE, f"「{words}」は番号の付く郵便種別ではありません", f"{_ANY_OF}か、空欄にしてください。"
        )
    return Band(codes[code], *range_cells(line), line.row, _SERVICES.get(words, ""))


def range_cells(line: Line) -> tuple[int, int]:
    """The serials of 開始番号 and 終了番号 in a table."""
    first, last = serial_cell(line, START), serial_cell(line, END)
    if last < first:
        raise line.error(END, "終了番号が開始番号より小さいです", _ASK_OFFICE)
    return first, last


def serial_cell(line: Line, column: str) -> int:
    """The serial of a number in a table, its check digit right; JobError points at the cell."""
    cell = line[column]
    digits = cell.replace("-", "")
    if not is_digits(digits, 11):
        raise line.error(
            column,
            f"「{cell}」は11桁の番号ではありません",
            "検査数字を含む11桁（先頭の0も）で入力してください。表計算ソフトでは文字列の列にします。",
        )
    serial, check = divmod(int(digits), 10)
    if check != check_digit(serial):
        raise line.error(column, f"「{cell}」は検査数字（最後の1桁）が合いません", _ASK_OFFICE)
    return serial


def _check_overlaps(bands: Sequence[Band], name: str) -> None:
    for band, later in pairwise(sorted(bands, key=lambda band: (band.first, band.last))):
        if later.first <= band.last:
            raise JobError(
                f"{min(band.line, later.line)}行目と番号の範囲が重なっています",
                remedy=_ASK_OFFICE,
                file=name,
                row=max(band.line, later.line),
                column=START,
            )


def check_capacity(bands: Bands, needed: Mapping[tuple[str, str], int]) -> None:
    """Refuse a run that would exhaust a band: ``needed`` = pieces by unit and service, all told at once.

    A unit or a service without a row gets no numbers and is not checked.
    """
    _check_services(bands, needed)
    short = [
        f"{bands.named(code)}{_of(own)}（必要{count:,}件、残り{room:,}件、不足{count - room:,}件）"
        for (code, service), count in needed.items()
        if (own := bands.of_service(code, service)) and count > (room := sum(band.size for band in own))
    ]
    if short:
        raise JobError(
            f"引受番号が足りません: {'、'.join(short)}",
            remedy="引受郵便局に追加の番号を依頼し、行を追加してください。",
            file=bands.name,
        )


def _of(own: Sequence[Band]) -> str:
    return f" {SERVICE_JA[own[0].service]}" if own[0].service else ""


def _check_services(bands: Bands, needed: Mapping[tuple[str, str], int]) -> None:
    """The post office gives a band to one service: two may not take from rows that do not say whose they are."""
    takers: dict[str, list[str]] = {}
    for (code, service), count in needed.items():
        own = bands.of_service(code, service)
        if own and not own[0].service:
            takers.setdefault(code, []).append(f"{SERVICE_JA[service]}{count:,}件")
    mixed = [f"{bands.named(code)}（{'、'.join(each)}）" for code, each in takers.items() if len(each) > 1]
    if mixed:
        raise JobError(
            f"番号の付く郵便種別が二つ以上ありますが、番号の範囲がどれのものか分かりません: {'、'.join(mixed)}",
            remedy=f"「{SERVICE}」の列を加え、行ごとに {_ANY_OF} を書いてください。",
            file=bands.name,
            column=SERVICE,
        )


def registered_counts(unit_codes: Any, services: Any) -> dict[tuple[str, str], int]:
    """Pieces that take a number, by unit and service, units and services in order of appearance."""
    towns, names, place = _places(unit_codes, services)
    counts = np.bincount(place[place >= 0], minlength=len(towns) * len(names)).tolist()
    return {
        (town, name): count
        for (town, name), count in zip(product(towns, names), counts, strict=True)
        if count
    }


def _places(unit_codes: Any, services: Any) -> tuple[list[str], list[str], np.ndarray]:
    """Units, services, and of each piece the place of its pair among all of them, -1 where it takes no number."""
    towns, at = distinct(unit_codes)
    names, kind = distinct(services)
    wants = np.array([name in NUMBERED_SERVICES for name in names], dtype=bool)
    return towns, names, np.where(wants[kind], at.astype(np.int64) * len(names) + kind, -1)


def assign_numbers(bands: Bands, unit_codes: Any, sequences: np.ndarray, services: Any) -> pd.Series:
    """引受番号 of each piece (11 digits, ``""`` where it has none).

    Consecutive by sequence within a unit and a service; columns of one length in any order.  Only
    simple_registered, registered and specified_record take one.  JobError when a band is exhausted.
    """
    check_capacity(bands, registered_counts(unit_codes, services))
    towns, names, place = _places(unit_codes, services)
    wants = np.flatnonzero(place >= 0)
    wants = wants[np.lexsort((np.asarray(sequences)[wants], place[wants]))]
    serials = np.full(len(place), -1, dtype=np.int64)
    ends = np.searchsorted(place[wants], np.arange(len(towns) * len(names) + 1))
    for at, (town, name) in enumerate(product(towns, names)):
        pieces = wants[ends[at] : ends[at + 1]]
        own = bands.of_service(town, name)
        if own and len(pieces):
            serials[pieces] = _serials(own, len(pieces))
    numbers = pc.utf8_lpad(pc.cast(pa.array(serials * 10 + serials % 7), pa.large_string()), 11, "0")
    return series_of(pc.if_else(pa.array(serials >= 0), numbers, ""))


def _serials(bands: Sequence[Band], count: int) -> np.ndarray:
    """The first ``count`` serials of the bands in their order; count fits (checked before)."""
    parts = []
    for band in bands:
        taken = min(count, band.size)
        parts.append(np.arange(band.first, band.first + taken, dtype=np.int64))
        count -= taken
    return np.concatenate(parts)


def number_runs(unit_codes: Any, services: Any, numbers: Any, out: np.ndarray) -> dict[str, list[NumberRun]]:
    """The numbers given to each unit's pieces, as runs of one service without a gap, in the order of the numbers.

    Pieces that are ``out`` leave theirs missing.
    """
    towns, at = distinct(unit_codes)
    names, kind = distinct(services)
    texts = arrow_of(numbers)
    numbered = np.flatnonzero(filled(texts))
    serials = pc.cast(texts.take(pa.array(numbered)), pa.int64()).to_numpy() // 10
    order = np.lexsort((serials, at[numbered]))
    numbered, serials = numbered[order], serials[order]
    if not len(serials):
        return {}
    at, kind, out = at[numbered], kind[numbered], np.asarray(out)[numbered]
    breaks = (np.diff(serials) != 1) | (np.diff(at) != 0) | (np.diff(kind) != 0)
    starts = np.flatnonzero(np.r_[True, breaks])
    ends = np.r_[starts[1:], len(serials)] - 1
    missing = np.add.reduceat(out.astype(np.int64), starts)
    found: dict[str, list[NumberRun]] = {}
    columns = (at[starts], kind[starts], serials[starts], serials[ends], missing)
    for town, service, *run in zip(*columns, strict=True):
        found.setdefault(towns[town], []).append(NumberRun(names[service], *map(int, run)))
    return found
