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
from kouki_print.post.tariff import Tariff, load_tariff
from kouki_print.post.tariff_rows import check_rows, merge_rows, parse_rows

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


NEW = "letter,standard,50,120,2027-04-01,,第一種 定形\n"


def own(folder: Path, rows: str, name: str = "tariff-r09.csv") -> Path:
    path = folder / name
    path.write_text(HEAD + rows, encoding="utf-8-sig")
    return path


def yen_on(tariff: Tariff, day: str, grams: str = "47", service: str = "ordinary") -> int:
    weight = int(Decimal(grams) * 100)
    return tariff.table_on(dt.date.fromisoformat(day)).price(service, size_class(LONG_3, weight), weight).yen


def test_own_rows_count_from_their_first_day_on(tmp_path: Path) -> None:
    tariff = load_tariff(user=own(tmp_path, NEW + "simple_registered,any,4000,380,2027-10-01,,加算\n"))
    assert [yen_on(tariff, day) for day in ("2027-03-31", "2027-04-01")] == [110, 120]
    assert [yen_on(tariff, day, "47", "simple_registered") for day in ("2027-09-30", "2027-10-01")] == [
        470,
        500,
    ]
    assert yen_on(tariff, "2027-04-01", "50.01") == 180  # what the file does not name stays
    for day in ("2019-10-01", "2023-10-01"):
        assert yen_on(tariff, day, "47", "simple_registered") == yen_on(
            TARIFF, day, "47", "simple_registered"
        )


@pytest.mark.parametrize(
    ("day", "letter", "registered"),
    [("2019-10-01", 94, 320), ("2023-10-01", 94, 350), ("2024-10-01", 110, 350)],
)
def test_a_piece_of_47_grams_through_the_years(day: str, letter: int, registered: int) -> None:
    assert yen_on(TARIFF, day) == letter
    assert yen_on(TARIFF, day, service="simple_registered") == letter + registered


def test_the_boundary_gram_is_in_the_cheaper_step() -> None:
    assert [yen_on(TARIFF, "2023-10-01", grams) for grams in ("25", "25.01", "50", "50.01")] == [
        84,
        94,
        94,
        140,
    ]


def test_every_table_used_is_named(tmp_path: Path) -> None:
    path = own(tmp_path, NEW)
    tariff = load_tariff(user=path)
    shipped = (data_dir() / "tariffs.csv").read_bytes()
    assert tariff.name == "tariffs.csv、tariff-r09.csv"
    assert tariff.tables == (
        ("tariffs.csv", hashlib.sha256(shipped).hexdigest()),
        ("tariff-r09.csv", hashlib.sha256(path.read_bytes()).hexdigest()),
    )
    assert tariff.sha256 == hashlib.sha256(shipped + path.read_bytes()).hexdigest() != TARIFF.sha256
    table = tariff.table_on(dt.date(2027, 4, 1))
    assert (table.name, table.sha256, table.tables) == (tariff.name, tariff.sha256, tariff.tables)
    assert TARIFF.tables == (("tariffs.csv", TARIFF.sha256),)


def test_a_corrected_copy_of_the_whole_table_is_a_table_too(tmp_path: Path) -> None:
    """Operators start from a copy: the same period is replaced, a closed one with its successor as well."""
    text = (data_dir() / "tariffs.csv").read_text(encoding="utf-8").removeprefix(HEAD)
    old = "letter,standard,50,110,2024-10-01,,第一種 定形\n"
    assert old in text
    changed = text.replace(old, old.replace(",,", ",2027-03-31,") + NEW)
    tariff = load_tariff(user=own(tmp_path, changed, "tariffs.csv"))
    assert tariff.name == "tariffs.csv、ジョブのtariffs.csv"
    assert [yen_on(tariff, day) for day in ("2024-09-30", "2027-03-31", "2027-04-01")] == [94, 110, 120]
    assert len(tariff.rows) == len(TARIFF.rows) + 1


def test_a_step_may_end_with_its_ladder(tmp_path: Path) -> None:
    rows = "".join(
        f"letter,nonstandard_regular,{grams},{yen},2027-04-01,,a\n"
        for grams, yen in ((50, 150), (100, 200), (250, 350), (500, 520), (1000, 800))
    )
    kept = load_tariff(user=own(tmp_path, rows))
    assert yen_on(kept, "2027-04-01", "120") == 270  # nobody ended the step of 150 g
    ended = rows + "letter,nonstandard_regular,150,270,2024-10-01,2027-03-31,a\n"
    tariff = load_tariff(user=own(tmp_path, ended))
    assert [yen_on(tariff, day, "120") for day in ("2027-03-31", "2027-04-01")] == [270, 350]


@pytest.mark.parametrize(
    ("rows", "what", "row", "file"),
    [
        (
            "letter,nonstandard_regular,50,200,2027-04-01,,a\n",
            "50g 200円、tariffs.csvの12行目の100gは180円",
            2,
            "tariff-r09.csv",
        ),
        ("letter,standard,50,120,2025-04-01,,a\n" + NEW, "2行目と期間が重なって", 3, "tariff-r09.csv"),
        (
            "letter,nonstandard_regular,150,275,2025-04-01,2025-09-30,a\n",
            "2025-10-01から料金がありません",
            2,
            "tariff-r09.csv",
        ),
        ("letter,any,50,120,2027-04-01,,a\n", "any の行と大きさ別", 2, "tariff-r09.csv"),
        ("letter,giant,50,120,2027-04-01,,a\n", "giant", 2, "tariff-r09.csv"),
        ("letter,standard,50,120,2027/04/01,,a\n", "日付ではありません", 2, "tariff-r09.csv"),
    ],
)
def test_bad_own_rows_are_refused_with_file_and_row(
    tmp_path: Path, rows: str, what: str, row: int, file: str
) -> None:
    with pytest.raises(JobError, match=what) as caught:
        load_tariff(user=own(tmp_path, rows))
    assert (caught.value.file, caught.value.row) == (file, row)


def test_beyond_the_merged_table_there_is_no_price(tmp_path: Path) -> None:
    tariff = load_tariff(user=own(tmp_path, NEW.replace(",,", ",2028-03-31,")))
    assert yen_on(tariff, "2028-03-31") == 120
    with pytest.raises(JobError, match="差出日2028-04-01に当てはまる料金がありません") as caught:
        yen_on(tariff, "2028-04-01")
    assert "[input] tariff" in caught.value.remedy and "tariff-r09.csv" in caught.value.file
    with pytest.raises(JobError, match="letter・巨大"):
        tariff.table_on(dt.date(2027, 4, 1)).price("ordinary", "巨大", 4700)
    with pytest.raises(JobError, match="読めません"):
        load_tariff(user=tmp_path / "none.csv")


ROWS = st.lists(
    st.tuples(
        st.sampled_from(
            [("letter", "standard"), ("letter", "nonstandard_regular"), ("simple_registered", "any")]
        ),
        st.sampled_from([25, 50, 75, 100, 150]),
        st.integers(80, 400),
        st.dates(dt.date(2019, 10, 1), dt.date(2028, 1, 1)),
    ),
    min_size=1,
    max_size=4,
)


@given(
    ROWS, st.dates(dt.date(2019, 10, 1), dt.date(2029, 1, 1)), st.lists(st.integers(1, 100_000), min_size=2)
)
def test_a_merged_table_is_refused_or_never_cheaper_with_weight(
    rows: list[tuple[tuple[str, str], int, int, dt.date]], day: dt.date, weights: list[int]
) -> None:
    text = HEAD + "".join(f"{','.join(key)},{grams},{yen},{since},,a\n" for key, grams, yen, since in rows)
    merged = merge_rows(TARIFF.rows, parse_rows(text.encode(), "own.csv"))
    try:
        check_rows(merged)
    except JobError:
        return
    table = Tariff(tuple(merged), "", "", ()).table_on(day)
    for size in ("standard", "nonstandard_regular"):
        most = table.steps["letter", size][-1][0] * 100
        priced = [table.price("simple_registered", size, min(each, most)) for each in sorted(weights)]
        assert [each.yen for each in priced] == sorted(each.yen for each in priced)
    for (service, size), grams, yen, since in rows:  # an own row holds from its first day on
        later = [each for each in rows if each[:2] == ((service, size), grams) and since < each[3] <= day]
        if since <= day and not later:
            assert (grams, yen) in table.steps[service, size]
