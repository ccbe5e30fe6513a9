"""Dates: the four written styles of the export read strictly, and the era dates that people read.

Era boundaries are the statutory days of change; nothing is guessed, a date that does not exist is bad.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from kouki_print.base.texts import distinct, pick

Padding = Literal["plain", "padded", "padded_year"]

EARLIEST = dt.date(1873, 1, 1)  # first day of the solar calendar in Japan


@dataclass(frozen=True, slots=True)
class Era:
    """One era (元号): its digit in 7-digit dates, its name and its days, both included."""

    digit: str
    name: str
    first: dt.date
    last: dt.date


ERAS = (
    Era("1", "明治", dt.date(1868, 1, 25), dt.date(1912, 7, 29)),
    Era("2", "大正", dt.date(1912, 7, 30), dt.date(1926, 12, 24)),
    Era("3", "昭和", dt.date(1926, 12, 25), dt.date(1989, 1, 7)),
    Era("4", "平成", dt.date(1989, 1, 8), dt.date(2019, 4, 30)),
    Era("5", "令和", dt.date(2019, 5, 1), dt.date(9999, 12, 31)),
)
_BY_DIGIT = {era.digit: era for era in ERAS}
_WESTERN = re.compile(r"([0-9]{4})([-/]?)([0-9]{2})\2([0-9]{2})")
_ERA_DATE = re.compile(r"([1-5])([0-9]{2})([0-9]{2})([0-9]{2})")


def parse_date(text: str) -> dt.date | None:
    """Date of ``YYYYMMDD``, ``YYYY-MM-DD``, ``YYYY/MM/DD`` or 和暦 ``GYYMMDD``; None when it is none of them.

    An era date must lie within its era (``3640108`` is no day of 昭和), and no date is before 1873-01-01.
    """
    era: Era | None = None
    if western := _WESTERN.fullmatch(text):
        year, month, day = int(western[1]), int(western[3]), int(western[4])
    elif japanese := _ERA_DATE.fullmatch(text):
        era = _BY_DIGIT[japanese[1]]
        year, month, day = era.first.year + int(japanese[2]) - 1, int(japanese[3]), int(japanese[4])
    else:
        return None
    try:
        date = dt.date(year, month, day)
    except ValueError:
        return None
    if date < EARLIEST or (era is not None and not era.first <= date <= era.last):
        return None
    return date


def parse_dates(texts: Any) -> tuple[np.ndarray, np.ndarray]:
    """Column of date texts as datetime64[s] (NaT when empty or bad), and the mask of the bad cells.

    Each distinct text is parsed once.  Styles and limits are those of :func:`parse_date`.
    """
    values, codes = distinct(texts)
    dates = [parse_date(value) for value in values]
    parsed = np.array(dates, dtype="datetime64[D]").astype("datetime64[s]")
    bad = np.array(
        [bool(value) and date is None for value, date in zip(values, dates, strict=True)], dtype=bool
    )
    return parsed[codes], bad[codes]


def era_of(date: dt.date) -> Era:
    """The era a day belongs to; ValueError before 明治."""
    for era in reversed(ERAS):
        if date >= era.first:
            return era
    raise ValueError("no era before 明治")


def wareki(date: dt.date, padding: Padding = "plain", *, gannen: bool = False) -> str:
    """Era date (和暦) for people: 令和8年8月1日.

    ``padded`` sets month and day to two places with a blank as the specimen does (令和6年 7月31日),
    ``padded_year`` the year too (昭和 5年 7月 5日).  ``gannen`` writes the first year as 元年.
    """
    era = era_of(date)
    number = date.year - era.first.year + 1
    year = "元" if gannen and number == 1 else str(number)
    if padding == "plain":
        return f"{era.name}{year}年{date.month}月{date.day}日"
    if padding == "padded_year":
        year = " " * (2 - len(str(number))) + year
    return f"{era.name}{year}年{date.month:>2}月{date.day:>2}日"


def wareki_column(dates: Any, padding: Padding = "plain", *, gannen: bool = False) -> pd.Series:
    """Column of era dates for a datetime64 column (NaT gives ``""``), each distinct day written once."""
    days = np.asarray(dates).astype("datetime64[D]")
    codes, values = pd.factorize(days.astype(np.int64))
    distinct_days = np.asarray(values).astype("datetime64[D]")
    names = ["" if np.isnat(day) else wareki(day.item(), padding, gannen=gannen) for day in distinct_days]
    return pick(names, codes)


def day64(date: dt.date) -> np.datetime64:
    """A day as datetime64[s], for comparing with the date columns."""
    return np.datetime64(date.isoformat(), "s")


def ages_on(births: Any, day: dt.date) -> np.ndarray:
    """Full years of age on ``day`` counted by birthday (int64, -1 for NaT).

    Who is born on 29 February has the birthday on 1 March of a common year.
    """
    column = np.asarray(births).astype("datetime64[D]")
    months = column.astype("datetime64[M]")
    years = column.astype("datetime64[Y]").astype(np.int64) + 1970
    month = months.astype(np.int64) % 12 + 1
    day_of_month = (column - months.astype("datetime64[D]")).astype(np.int64) + 1
    before_birthday = month * 100 + day_of_month > day.month * 100 + day.day
    return np.where(np.isnat(column), -1, day.year - years - before_birthday)
