"""Registered numbers over the years: what was used is not given again, what is given is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from post_builders import loaded_order

from kouki_print.base.errors import JobError
from kouki_print.post.registered import NumberRun, check_capacity, load_numbers, number_of, number_runs, shown
from kouki_print.post.used_numbers import UsedRange, load_used, refuse_used

NAHA, GINOWAN = "47201", "47205"
SIMPLE, RECORD = "simple_registered", "specified_record"


def csv(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def used_file(folder: Path, *rows: str) -> Path:
    return csv(folder / "used_numbers.csv", "市町村コード,開始番号,終了番号,差出日", *rows)


def band(first: int, last: int) -> str:
    return f"{number_of(first)},{number_of(last)}"


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [(80, 99, False), (90, 100, True), (103, 104, True), (109, 130, True), (110, 130, False)],
)
def test_a_band_that_holds_a_used_number_is_refused(
    tmp_path: Path, first: int, last: int, refused: bool
) -> None:
    numbers = csv(
        tmp_path / "numbers.csv",
        "市町村コード,開始番号,終了番号",
        f"{GINOWAN},{band(500, 509)}",
        f"{NAHA},{band(first, last)}",
    )
    bands = load_numbers(numbers, loaded_order().units)
    used = load_used(
        used_file(tmp_path, f"{NAHA},{band(0, 9)},2024-07-12", f"99999,{band(100, 109)},2025-07-14")
    )
    if not refused:
        refuse_used(bands, used, "used_numbers.csv")
        return
    with pytest.raises(JobError) as caught:
        refuse_used(bands, used, "used_numbers.csv")
    error = caught.value
    assert (error.file, error.row, error.column) == ("numbers.csv", 3, "開始番号")
    assert "used_numbers.csv 3行目、差出日 2025-07-14" in error.what and "新しい番号" in error.remedy


@pytest.mark.parametrize("day", ["2025-07-04", "2025/7/4", "2025-7-04", "20250704"])
def test_days_as_people_and_spreadsheets_write_them(tmp_path: Path, day: str) -> None:
    path = used_file(tmp_path, f"{NAHA},{shown(number_of(100))},{number_of(109)},{day}")
    assert load_used(path) == [UsedRange(NAHA, 100, 109, dt.date(2025, 7, 4), 2)]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"{NAHA},{band(100, 109)},昨年", "差出日"),
        (f"{NAHA},{band(100, 109)},", "差出日"),
        (f"{NAHA},00000001000,{number_of(109)},2025-07-14", "開始番号"),
        (f"{NAHA},{band(109, 100)},2025-07-14", "終了番号"),
    ],
)
def test_a_wrong_row_of_used_numbers_is_named(tmp_path: Path, row: str, column: str) -> None:
    with pytest.raises(JobError) as caught:
        load_used(used_file(tmp_path, f"{NAHA},{band(0, 9)},2024-07-12", row))
    assert (caught.value.file, caught.value.row, caught.value.column) == ("used_numbers.csv", 3, column)


def test_all_short_municipalities_are_named_at_once(tmp_path: Path) -> None:
    numbers = csv(
        tmp_path / "numbers.csv",
        "市町村コード,開始番号,終了番号",
        f"{NAHA},{band(100, 109)}",
        f"{GINOWAN},{band(200, 200)}",
    )
    bands = load_numbers(numbers, loaded_order().units)
    with pytest.raises(JobError) as caught:
        check_capacity(bands, {(NAHA, RECORD): 12, (GINOWAN, SIMPLE): 2})
    assert caught.value.what == (
        "引受番号が足りません: 那覇市 47201（必要12件、残り10件、不足2件）、"
        "宜野湾市 47205（必要2件、残り1件、不足1件）"
    )


def test_runs_of_numbers_with_what_is_missing() -> None:
    serials = [100, 101, 102, 300, 103, 0, 301]
    units = [NAHA] * 3 + [GINOWAN, GINOWAN, NAHA, GINOWAN]
    numbers = [number_of(serial) if serial else "" for serial in serials]
    out = np.array([False, True, False, False, True, True, False])
    assert number_runs(units, [SIMPLE] * 7, numbers, out) == {
        NAHA: [NumberRun(SIMPLE, 100, 102, 1)],
        GINOWAN: [NumberRun(SIMPLE, 103, 103, 1), NumberRun(SIMPLE, 300, 301, 0)],
    }
    assert number_runs([NAHA], [SIMPLE], [""], np.array([False])) == {}
    # Bands that follow each other, each of its own service.
    services = [SIMPLE, SIMPLE, RECORD]
    assert number_runs([NAHA] * 3, services, numbers[:3], np.zeros(3, dtype=bool)) == {
        NAHA: [NumberRun(SIMPLE, 100, 101, 0), NumberRun(RECORD, 102, 102, 0)]
    }
    assert shown(number_of(2468013579)) == "246-80-13579-3" and shown("") == ""
