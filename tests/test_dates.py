"""Dates: four written styles, strict eras, round trips."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kouki_print.base.dates import (
    EARLIEST,
    ages_on,
    era_of,
    parse_date,
    parse_dates,
    wareki,
    wareki_column,
)

DAYS = st.dates(EARLIEST, dt.date(2117, 12, 31))


def seven(day: dt.date) -> str:
    era = era_of(day)
    return f"{era.digit}{day.year - era.first.year + 1:02d}{day:%m%d}"


@given(DAYS)
def test_every_style_of_a_day_reads_back(day: dt.date) -> None:
    texts = [f"{day:%Y%m%d}", f"{day:%Y-%m-%d}", f"{day:%Y/%m/%d}", seven(day)]
    assert [parse_date(text) for text in texts] == [day] * 4


@given(st.lists(st.one_of(st.none(), DAYS), max_size=30))
def test_columns_agree_with_single_dates(days: list[dt.date | None]) -> None:
    texts = pd.Series(["" if day is None else seven(day) for day in days], dtype="str")
    parsed, bad = parse_dates(texts)
    assert parsed.dtype == np.dtype("datetime64[s]") and not bad.any()
    assert parsed.astype("datetime64[D]").tolist() == days
    assert wareki_column(parsed).tolist() == ["" if day is None else wareki(day) for day in days]


@pytest.mark.parametrize(
    ("last", "first"),
    [("1450729", "2010730"), ("2151224", "3011225"), ("3640107", "4010108"), ("4310430", "5010501")],
)
def test_eras_end_and_begin_on_their_days(last: str, first: str) -> None:
    one, two = parse_date(last), parse_date(first)
    assert one and two and two - one == dt.timedelta(days=1)
    beyond = f"{last[:5]}{int(last[5:]) + 1:02d}"
    before = f"{first[:5]}{int(first[5:]) - 1:02d}"
    assert parse_date(beyond if last != "4310430" else "4310501") is None
    assert parse_date(before if first != "5010501" else "5010430") is None


@pytest.mark.parametrize(
    "text",
    ["20260230", "2026-13-01", "2026/0101", "2026-01/01", "0010101", "6010101", "3000101", "1050101",
     "令和8年", "２０２６０８０１", "2026081", "202608011", "00000000", "3640229", " 20260801",
     "18721231"],
)  # fmt: skip
def test_what_is_no_date_is_bad(text: str) -> None:
    parsed, bad = parse_dates([text, ""])
    assert bad.tolist() == [True, False] and np.isnat(parsed).all()


def test_era_dates_as_people_read_them() -> None:
    day = dt.date(2026, 8, 1)
    assert wareki(day) == "令和8年8月1日"
    assert wareki(dt.date(2024, 7, 31), "padded") == "令和6年 7月31日"
    assert wareki(dt.date(1930, 7, 5), "padded") == "昭和5年 7月 5日"
    assert wareki(dt.date(1930, 7, 5), "padded_year") == "昭和 5年 7月 5日"
    assert wareki(dt.date(2019, 5, 1), gannen=True) == "令和元年5月1日"
    assert wareki(dt.date(2019, 5, 1), "padded_year", gannen=True) == "令和 元年 5月 1日"
    assert wareki(dt.date(1989, 1, 7)) == "昭和64年1月7日"
    with pytest.raises(ValueError, match="明治"):
        era_of(dt.date(1867, 1, 1))


@given(DAYS, DAYS)
def test_ages_count_birthdays(born: dt.date, day: dt.date) -> None:
    expected = day.year - born.year - ((born.month, born.day) > (day.month, day.day))
    assert ages_on(np.array([born], dtype="datetime64[s]"), day).tolist() == [expected]


def test_ages_at_the_edge() -> None:
    births = np.array(["1941-08-01", "1941-08-02", "NaT", "1940-02-29"], dtype="datetime64[s]")
    assert ages_on(births, dt.date(2026, 8, 1)).tolist() == [85, 84, -1, 86]
    assert ages_on(births[3:], dt.date(2025, 2, 28)).tolist() == [84]
