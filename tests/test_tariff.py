"""The tariff: worked prices, boundaries, and tables that must be refused."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.enclosures import Envelope
from kouki_print.post.sizeclass import size_class
from kouki_print.post.tariff import load_tariff

TARIFF = load_tariff()
HEAD = "service,size_class,max_grams,yen,valid_from,valid_to,name_ja\n"


def envelope(width: str = "120", height: str = "235", thickness: str = "5") -> Envelope:
    return Envelope(
        name="封筒",
        width_mm=Decimal(width),
        height_mm=Decimal(height),
        thickness_mm=Decimal(thickness),
        grams=Decimal("5.70"),
    )


LONG_3, KAKU_2 = envelope(), envelope("240", "332")


@pytest.mark.parametrize(
    ("cut", "grams", "service", "day", "yen"),
    [
        (LONG_3, "47", "simple_registered", "2025-07-15", 460),
        (LONG_3, "51", "simple_registered", "2025-07-15", 530),
        (LONG_3, "50", "simple_registered", "2025-07-15", 460),
        (LONG_3, "20", "simple_registered", "2025-07-15", 460),
        (LONG_3, "50.01", "simple_registered", "2025-07-15", 530),
        (LONG_3, "50.1", "ordinary", "2025-07-15", 180),
        (KAKU_2, "100", "simple_registered", "2025-07-15", 530),
        (KAKU_2, "100.1", "simple_registered", "2025-07-15", 620),
        (KAKU_2, "47", "simple_registered", "2025-07-15", 490),
        (LONG_3, "47", "specified_record", "2025-07-15", 320),
        (LONG_3, "47", "ordinary", "2025-07-15", 110),
        (LONG_3, "47", "simple_registered", "2024-07-15", 444),
        (LONG_3, "47", "simple_registered", "2023-07-15", 414),
        (LONG_3, "20", "simple_registered", "2023-07-15", 404),
        (LONG_3, "47", "ordinary", "2024-09-30", 94),
        (LONG_3, "47", "ordinary", "2024-10-01", 110),
        (LONG_3, "47", "registered", "2025-07-15", 590),
        (LONG_3, "47", "none", "2025-07-15", 0),
    ],
)
def test_worked_prices(cut: Envelope, grams: str, service: str, day: str, yen: int) -> None:
    weight = int(Decimal(grams) * 100)
    table = TARIFF.table_on(dt.date.fromisoformat(day))
    assert table.price(service, size_class(cut, weight), weight).yen == yen


def test_prices_of_a_column_agree_with_the_single_ones() -> None:
    table = TARIFF.table_on(dt.date(2026, 7, 13))
    services = ["simple_registered", "ordinary", "none", "simple_registered"]
    classes = ["standard", "nonstandard_regular", "standard", "nonstandard_regular"]
    weights = np.array([4600, 5001, 4600, 10000])
    yen, steps = table.prices(services, classes, weights)
    assert yen.tolist() == [460, 180, 0, 530]
    assert steps.tolist() == [50, 100, 0, 100]
    assert yen.dtype == steps.dtype == np.int64
    assert [part.tolist() for part in table.prices([], [], np.array([], dtype=np.int64))] == [[], []]


@given(st.integers(1, 400_000), st.sampled_from(["ordinary", "simple_registered", "registered"]))
def test_price_never_falls_with_weight(weight: int, service: str) -> None:
    table = TARIFF.table_on(dt.date(2026, 7, 13))
    price = table.price(service, size_class(LONG_3, weight), weight)
    assert weight <= price.max_grams * 100
    lighter = table.price(service, size_class(LONG_3, max(weight - 1, 1)), max(weight - 1, 1))
    assert lighter.yen <= price.yen


def test_nothing_nearest_is_ever_taken() -> None:
    table = TARIFF.table_on(dt.date(2026, 7, 13))
    with pytest.raises(JobError, match=r"定形・50\.01g"):
        table.price("ordinary", "standard", 5001)
    with pytest.raises(JobError, match="specified_record"):
        table.price("specified_record", "nonstandard_large", 100_001)
    with pytest.raises(JobError, match="郵便種別「express」"):
        table.price("express", "standard", 4600)
    with pytest.raises(JobError, match="差出日2018-07-13"):
        TARIFF.table_on(dt.date(2018, 7, 13))


def test_hash_is_that_of_the_file() -> None:
    raw = (data_dir() / "tariffs.csv").read_bytes()
    assert TARIFF.sha256 == hashlib.sha256(raw).hexdigest() == TARIFF.table_on(dt.date(2026, 7, 13)).sha256


@pytest.mark.parametrize(
    ("rows", "what", "row"),
    [
        ("letter,standard,50,110,2024-10-01,,a\nletter,standard,50,120,2025-04-01,,b\n", "重なって", 3),
        (
            "letter,standard,50,94,2019-10-01,2024-09-29,a\nletter,standard,50,110,2024-10-01,,b\n",
            "2024-09-30",
            2,
        ),
        (
            "letter,standard,25,84,2019-10-01,2024-09-30,a\nletter,standard,50,94,2019-10-01,,b\n",
            "2024-10-01から料金がありません",
            2,
        ),
        ("letter,standard,25,110,2024-10-01,,a\nletter,standard,50,94,2024-10-01,,b\n", "重い方が安く", 3),
        ("express,any,250,300,2024-10-01,,a\nexpress,standard,50,290,2024-10-01,,b\n", "any", 3),
        ("letter,standard,50,110,2024-10-01,2024-09-01,a\n", "始まりの日より前", 2),
        ("letter,standard,50.5,110,2024-10-01,,a\n", "整数ではありません", 2),
        ("letter,standard,50,0,2024-10-01,,a\n", "整数ではありません", 2),
        ("letter,standard,50,110,2024/10/01,,a\n", "日付ではありません", 2),
        ("letter,giant,50,110,2024-10-01,,a\n", "giant", 2),
        ("stamp,standard,50,110,2024-10-01,,a\n", "stamp", 2),
        ("", "料金の行がありません", None),
    ],
)
def test_bad_tables_are_refused(tmp_path: Path, rows: str, what: str, row: int | None) -> None:
    path = tmp_path / "tariffs.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    with pytest.raises(JobError, match=what) as caught:
        load_tariff(path)
    assert caught.value.row == row
    assert caught.value.file == "tariffs.csv"


def test_unreadable_tables_are_refused(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="読めません"):
        load_tariff(tmp_path / "none.csv")
    path = tmp_path / "tariffs.csv"
    path.write_bytes((HEAD + "letter,standard,50,110,2024-10-01,,第一種\n").encode("cp932"))
    with pytest.raises(JobError, match="UTF-8"):
        load_tariff(path)
    path.write_text("service,size_class\n", encoding="utf-8")
    with pytest.raises(JobError, match="max_grams"):
        load_tariff(path)


@pytest.mark.parametrize(
    ("cut", "weight", "expected"),
    [
        (LONG_3, 5000, "standard"),
        (LONG_3, 5001, "nonstandard_regular"),
        (envelope(height="235.1"), 4700, "nonstandard_regular"),
        (envelope("235", "120"), 4700, "standard"),
        (envelope(thickness="10"), 4700, "standard"),
        (envelope(thickness="10.0001"), 4700, "nonstandard_regular"),
        (envelope("90", "140"), 100, "standard"),
        (envelope("250", "340", "30"), 100_000, "nonstandard_regular"),
        (envelope("250", "340", "30"), 100_001, "nonstandard_large"),
        (envelope("250", "340", "30.1"), 4700, "nonstandard_large"),
        (envelope("250", "600", "50"), 400_000, "nonstandard_large"),
    ],
)
def test_size_classes(cut: Envelope, weight: int, expected: str) -> None:
    assert size_class(cut, weight) == expected


@pytest.mark.parametrize(
    ("cut", "weight"),
    [
        (envelope("89.9", "140"), 100),
        (envelope("90", "139.9"), 100),
        (envelope("250", "600.1", "30"), 4700),
        (envelope("251", "600", "50"), 4700),
        (LONG_3, 400_001),
        (LONG_3, 0),
        (envelope(thickness="0"), 4700),
    ],
)
def test_what_the_post_does_not_take_stops(cut: Envelope, weight: int) -> None:
    with pytest.raises(JobError):
        size_class(cut, weight)
