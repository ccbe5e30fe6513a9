"""Registered numbers that are used up (使用済みの引受番号): what earlier jobs gave out is not given again."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kouki_print.base.dates import parse_date
from kouki_print.base.errors import JobError
from kouki_print.order.tables import Line, read_lines
from kouki_print.post.registered import NUMBER_COLUMNS, START, TOWN, Bands, range_cells

POSTED = "差出日"
USED_COLUMNS = (*NUMBER_COLUMNS, POSTED)


@dataclass(frozen=True, slots=True)
class UsedRange:
    """Serials ``first`` to ``last`` (ten digits), given out for this posting day; ``line`` of the file."""

    unit: str
    first: int
    last: int
    posted_on: dt.date
    line: int = 0


def load_used(path: Path) -> list[UsedRange]:
    """The ranges of a used_numbers file; JobError names the row that is wrong.

    A unit need not be one of this job: the numbers are used up all the same.
    """
    return [
        UsedRange(line[TOWN], *range_cells(line), _day(line), line.row)
        for line in read_lines(path, USED_COLUMNS)
    ]


def _day(line: Line) -> dt.date:
    """A date; spreadsheets like to write 2026/7/13."""
    cell = line[POSTED]
    found = parse_date("-".join(part.zfill(2) for part in re.split("[-/]", cell)))
    if found is None:
        raise line.error(
            POSTED, f"「{cell}」は日付として読めません", "例 2026-07-13 のように書いてください。"
        )
    return found


def refuse_used(bands: Bands, used: Iterable[UsedRange], name: str) -> None:
    """JobError for a band that holds a number which was used before; ``name`` is the file that says so."""
    earlier = sorted(used, key=lambda each: each.first)
    for band in (band for own in bands.of.values() for band in own):
        for each in earlier:
            if each.first <= band.last and band.first <= each.last:
                raise JobError(
                    f"この範囲には使用済みの番号があります（{name} {each.line:,}行目、差出日 {each.posted_on}）",
                    remedy="引受郵便局から新しい番号を受け取って直してください。"
                    f"番号がまた使えると郵便局に確かめたときだけ、{name} のその行を消してください。",
                    file=bands.name,
                    row=band.line,
                    column=START,
                )
