"""Registered-mail numbers (引受番号) from the bands the accepting office gave: numbers.csv.

11 digits: a serial of ten and the check digit serial mod 7.  Nothing is derived: start and end are
input, no file means no numbers (the counter labels the pieces).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.checkdigits import is_digits
from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of, distinct, filled, series_of
from kouki_print.order.tables import Line, read_lines
from kouki_print.order.units import Unit

NUMBERED_SERVICES = frozenset({"simple_registered", "registered", "specified_record"})
NUMBER_COLUMNS = TOWN, START, END = ("市町村コード", "開始番号", "終了番号")
_ASK_OFFICE = "引受郵便局から渡された番号と見比べて直してください。"


@dataclass(frozen=True, slots=True)
class Band:
    """One row of numbers.csv: serials ``first`` to ``last`` (ten digits, both included)."""

    municipality: str
    first: int
    last: int
    line: int


@dataclass(frozen=True, slots=True)
class Bands:
    """All bands by municipality in the order of the file; empty when there is no file."""

    of: Mapping[str, tuple[Band, ...]] = field(default_factory=dict)
    name: str = "numbers.csv"
    unit_names: Mapping[str, str] = field(default_factory=dict)

    def room(self, municipality: str) -> int:
        """How many pieces the municipality's bands can number."""
        return sum(band.last - band.first + 1 for band in self.of.get(municipality, ()))


@dataclass(frozen=True, slots=True)
class NumberRun:
    """Numbers that follow each other: serials ``first`` to ``last``, of which ``missing`` are not posted (欠番)."""

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
    of a wrong check digit, a start after its end, a number used twice or an unknown municipality.
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
    return Band(codes[code], *range_cells(line), line.row)


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


def check_capacity(bands: Bands, needed: Mapping[str, int]) -> None:
    """Refuse a run that would exhaust a band: ``needed`` = registered pieces per municipality, all told at once.

    A municipality without a row gets no numbers and is not checked.
    """
    short = [
        f"{bands.unit_names.get(code, '')} {code}（必要{count:,}件、残り{room:,}件、不足{count - room:,}件）".strip()
        for code, count in needed.items()
        if code in bands.of and count > (room := bands.room(code))
    ]
    if short:
        raise JobError(
            f"引受番号が足りません: {'、'.join(short)}",
            remedy="引受郵便局に追加の番号を依頼し、行を追加してください。",
            file=bands.name,
        )


def registered_counts(unit_codes: Any, services: Any) -> dict[str, int]:
    """Pieces that take a number, per municipality in order of appearance."""
    towns, at = distinct(unit_codes)
    counts = np.bincount(at[_numbered(services)], minlength=len(towns))
    return {town: int(count) for town, count in zip(towns, counts, strict=True)}


def _numbered(services: Any) -> np.ndarray:
    names, at = distinct(services)
    wants = np.array([name in NUMBERED_SERVICES for name in names], dtype=bool)
    return np.asarray(wants[at])


def assign_numbers(bands: Bands, unit_codes: Any, sequences: np.ndarray, services: Any) -> pd.Series:
    """引受番号 of each piece (11 digits, ``""`` where it has none).

    Consecutive by sequence within a municipality; columns of one length in any order.  Only
    simple_registered, registered and specified_record take one.  JobError when a band is exhausted.
    """
    check_capacity(bands, registered_counts(unit_codes, services))
    towns, at = distinct(unit_codes)
    wants = np.flatnonzero(_numbered(services))
    wants = wants[np.lexsort((np.asarray(sequences)[wants], at[wants]))]
    serials = np.full(len(at), -1, dtype=np.int64)
    ends = np.searchsorted(at[wants], np.arange(len(towns) + 1))
    for place, town in enumerate(towns):
        pieces = wants[ends[place] : ends[place + 1]]
        if town in bands.of and len(pieces):
            serials[pieces] = _serials(bands.of[town], len(pieces))
    numbers = pc.utf8_lpad(pc.cast(pa.array(serials * 10 + serials % 7), pa.large_string()), 11, "0")
    return series_of(pc.if_else(pa.array(serials >= 0), numbers, ""))


def _serials(bands: Sequence[Band], count: int) -> np.ndarray:
    """The first ``count`` serials of the bands in their order; count fits (checked before)."""
    parts = []
    for band in bands:
        taken = min(count, band.last - band.first + 1)
        parts.append(np.arange(band.first, band.first + taken, dtype=np.int64))
        count -= taken
    return np.concatenate(parts)


def number_runs(unit_codes: Any, numbers: Any, out: np.ndarray) -> dict[str, list[NumberRun]]:
    """The numbers given to each unit's pieces, as runs without a gap; pieces that are ``out`` leave theirs missing."""
    towns, at = distinct(unit_codes)
    texts = arrow_of(numbers)
    numbered = np.flatnonzero(filled(texts))
    serials = pc.cast(texts.take(pa.array(numbered)), pa.int64()).to_numpy() // 10
    order = np.lexsort((serials, at[numbered]))
    serials, at, out = serials[order], at[numbered][order], np.asarray(out)[numbered][order]
    if not len(serials):
        return {}
    starts = np.flatnonzero(np.r_[True, (np.diff(serials) != 1) | (np.diff(at) != 0)])
    ends = np.r_[starts[1:], len(serials)] - 1
    missing = np.add.reduceat(out.astype(np.int64), starts)
    found: dict[str, list[NumberRun]] = {}
    for town, *run in zip(at[starts], serials[starts], serials[ends], missing, strict=True):
        found.setdefault(towns[town], []).append(NumberRun(*map(int, run)))
    return found
