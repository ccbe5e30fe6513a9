"""Weights, services and postage of pieces; registered numbers from the bands of numbers.csv."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from post_builders import extra, loaded_order, people_and_decisions

from kouki_print.base.errors import JobError
from kouki_print.post.assess import assess, barcode_findings
from kouki_print.post.problems import NO_BARCODE_00, NO_BARCODE_MISSING, NO_BARCODE_OFF
from kouki_print.post.registered import (
    Band,
    Bands,
    assign_numbers,
    check_capacity,
    check_digit,
    load_numbers,
    registered_counts,
)
from kouki_print.post.tariff import load_tariff
from kouki_print.post.weights import contents_of

TARIFF = load_tariff()
NAHA, GINOWAN, ISHIGAKI = "47201", "47205", "47207"


def test_shipped_sets_weigh_what_the_scale_says() -> None:
    loaded = loaded_order(towns={GINOWAN: {"extras": (extra("4.37"),)}})
    contents = {
        (town, code): contents_of(loaded.order, loaded.units[town], code)
        for town in (NAHA, GINOWAN)
        for code in ("A", "B")
    }
    assert contents[NAHA, "A"].weight_cg == 4600
    assert contents[NAHA, "B"].weight_cg == 4187
    assert contents[NAHA, "A"].items == "1;3;5;6;7;8"
    assert contents[GINOWAN, "A"].weight_cg == 5037
    assert contents[GINOWAN, "B"].items == "2;4;5;6;7;X1"


def test_unknown_sets_and_items_stop() -> None:
    loaded = loaded_order()
    with pytest.raises(JobError, match="組「Z」"):
        contents_of(loaded.order, loaded.units[NAHA], "Z")
    broken = loaded.order.set_for("certificate").model_copy(update={"items": ["1", "9"]})
    order = loaded.order.model_copy(update={"set": [broken]})
    with pytest.raises(JobError, match="「9」"):
        contents_of(order, loaded.units[NAHA], "A")


def test_service_and_postage_by_municipality_document_and_pickup() -> None:
    loaded = loaded_order(
        towns={GINOWAN: {"mailed": False, "sealed": False}, ISHIGAKI: {"extras": (extra("4.01"),)}},
        mail={"notice": "ordinary"},
    )
    people, decided = people_and_decisions(7, [NAHA, GINOWAN, ISHIGAKI], notice_every=6)
    decided.loc[3, "pickup"] = True
    decided.loc[5, ["status", "carrier"]] = ["held", -1]
    pieces = assess(people, decided, loaded, TARIFF)
    assert pieces.index.tolist() == [0, 1, 2, 3, 4, 6]
    assert pieces["mail_service"].tolist() == [
        "ordinary",
        "none",
        "simple_registered",
        "none",
        "none",
        "ordinary",
    ]
    assert pieces["postage_yen"].tolist() == [110, 0, 530, 0, 0, 110]
    assert pieces["max_grams"].tolist() == [50, 0, 100, 0, 0, 50]
    assert pieces["weight_cg"].tolist() == [4187, 4600, 5001, 4600, 4600, 4187]
    assert pieces["size_class"].tolist()[2] == "nonstandard_regular"
    assert pieces["sealed"].tolist() == [True, False, True, True, False, True]
    assert pieces["items"][2] == "1;3;5;6;7;8;X1"


def test_barcodes_and_reasons_follow_the_delivery_address() -> None:
    people, decided = people_and_decisions(4, [NAHA])
    decided["to_postcode"] = pd.Series(["9000021", "9000000", "", "9000021"], dtype="str")
    decided["to_building"] = pd.Series(["", "", "", "メゾン２０３号"], dtype="str")
    pieces = assess(people, decided, loaded_order(), TARIFF)
    assert pieces["barcode_reason"].tolist() == ["", NO_BARCODE_00, NO_BARCODE_MISSING, ""]
    assert pieces["customer_barcode"][3].startswith("9 0 0 0 0 2 1 1 - 3 - 3 - 2 0 3 CC4")
    found = {finding.code: finding.rows.tolist() for finding in barcode_findings(pieces)}
    assert found == {NO_BARCODE_00: [1], NO_BARCODE_MISSING: [2]}


def test_barcodes_can_be_switched_off() -> None:
    people, decided = people_and_decisions(3, [NAHA])
    pieces = assess(people, decided, loaded_order(printing={"customer_barcode": False}), TARIFF)
    assert pieces["customer_barcode"].tolist() == ["", "", ""]
    assert set(pieces["barcode_reason"]) == {NO_BARCODE_OFF}
    assert barcode_findings(pieces) == []


def test_nobody_printed_is_an_empty_table_of_the_same_columns() -> None:
    people, decided = people_and_decisions(3, [NAHA])
    full = assess(people, decided, loaded_order(), TARIFF)
    decided["carrier"] = -1
    empty = assess(people, decided, loaded_order(), TARIFF)
    assert len(empty) == 0
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_full_size_is_assessed_in_columns() -> None:
    loaded = loaded_order(printing={"customer_barcode": False})
    people, decided = people_and_decisions(165_000, list(loaded.units), 3, 50)
    begin = time.process_time()
    pieces = assess(people, decided, loaded, TARIFF)
    assert time.process_time() - begin < 2  # a few hundredths of a second; a loop over people takes longer
    assert len(pieces) == 165_000


# --- registered numbers ---


@pytest.mark.parametrize(("serial", "check"), [(2468013579, 3), (3024680135, 1)])
def test_check_digit_of_known_numbers(serial: int, check: int) -> None:
    assert check_digit(serial) == check


def number(serial: int) -> str:
    return f"{serial:010d}{serial % 7}"


def numbers_file(tmp_path: Path, *rows: tuple[str, str, str], encoding: str = "utf-8") -> Path:
    path = tmp_path / "numbers.csv"
    text = "市町村コード,開始番号,終了番号\n" + "".join(",".join(row) + "\n" for row in rows)
    path.write_text(text, encoding=encoding)
    return path


def test_numbers_run_on_over_the_bands_in_sequence_order(tmp_path: Path) -> None:
    towns = loaded_order().units
    path = numbers_file(
        tmp_path,
        (NAHA, number(3029900005), number(3029900006)),
        ("472051", number(9), number(9)),
        (NAHA, "302-99-00000-" + str(3029900000 % 7), number(3029900001)),
        encoding="cp932",
    )
    bands = load_numbers(path, towns)
    assert [
        sum(band.size for band in bands.of_service(code, "registered")) for code in (NAHA, GINOWAN, ISHIGAKI)
    ] == [4, 1, 0]
    codes = [NAHA, GINOWAN, NAHA, NAHA, ISHIGAKI, NAHA]
    services = ["registered", "registered", "none", "registered", "simple_registered", "registered"]
    given = assign_numbers(bands, codes, np.array([9, 1, 8, 7, 1, 3]), services)
    assert given.tolist() == [
        number(3029900000),
        number(9),
        "",
        number(3029900006),
        "",
        number(3029900005),
    ]
    assert registered_counts(codes, services) == {
        (NAHA, "registered"): 3,
        (GINOWAN, "registered"): 1,
        (ISHIGAKI, "simple_registered"): 1,
    }


def classed(tmp_path: Path, *rows: tuple[str, int, int, str]) -> Bands:
    lines = [f"{code},{number(first)},{number(last)},{words}\n" for code, first, last, words in rows]
    path = tmp_path / "numbers.csv"
    path.write_text("市町村コード,開始番号,終了番号,郵便種別\n" + "".join(lines), encoding="utf-8")
    return load_numbers(path, loaded_order().units)


def test_each_service_has_its_own_bands(tmp_path: Path) -> None:
    rows = [(NAHA, 300, 301, "簡易書留"), (NAHA, 500, 509, "特定記録"), (NAHA, 400, 409, "簡易書留")]
    bands = classed(tmp_path, *rows, (GINOWAN, 600, 609, ""))
    codes = [NAHA, NAHA, GINOWAN, NAHA, NAHA, NAHA]
    kinds = [
        "simple_registered",
        "specified_record",
        "registered",
        "simple_registered",
        "simple_registered",
        "registered",
    ]
    given = assign_numbers(bands, codes, np.array([5, 1, 1, 3, 4, 2]), kinds)
    serials = (400, 500, 600, 300, 301)
    assert given.tolist() == [*map(number, serials), ""], "書留 of 那覇市 has no band: the counter labels it"


def test_a_service_has_the_room_of_its_own_bands(tmp_path: Path) -> None:
    bands = classed(tmp_path, (NAHA, 300, 301, "簡易書留"), (NAHA, 500, 509, ""))
    check_capacity(bands, {(NAHA, "simple_registered"): 2, (NAHA, "registered"): 10})
    with pytest.raises(JobError, match="那覇市 47201 簡易書留（必要3件、残り2件、不足1件）") as caught:
        check_capacity(bands, {(NAHA, "simple_registered"): 3, (NAHA, "registered"): 10})
    assert caught.value.file == "numbers.csv"


def test_bands_for_two_services_must_say_which_is_whose(tmp_path: Path) -> None:
    path = numbers_file(tmp_path, (NAHA, number(100), number(199)), (GINOWAN, number(300), number(399)))
    bands = load_numbers(path, loaded_order().units)
    with pytest.raises(JobError, match=": 那覇市 47201（簡易書留2件、特定記録1件）\n") as caught:
        assign_numbers(
            bands,
            [NAHA, NAHA, NAHA, GINOWAN],
            np.arange(4),
            ["simple_registered", "specified_record", "simple_registered", "registered"],
        )
    assert caught.value.column == "郵便種別" and "簡易書留・書留・特定記録" in caught.value.remedy


def test_a_service_that_takes_no_number_has_no_band(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="「普通」は番号の付く郵便種別ではありません") as caught:
        classed(tmp_path, (NAHA, 300, 301, ""), (NAHA, 400, 401, "普通"))
    assert (caught.value.row, caught.value.column) == (3, "郵便種別")


def test_without_a_file_nothing_is_numbered(tmp_path: Path) -> None:
    bands = load_numbers(tmp_path / "numbers.csv", loaded_order().units)
    assert assign_numbers(bands, [NAHA], np.array([1]), ["registered"]).tolist() == [""]


def test_exhausted_bands_stop_before_the_run(tmp_path: Path) -> None:
    path = numbers_file(tmp_path, (NAHA, number(100), number(109)))
    bands = load_numbers(path, loaded_order().units)
    check_capacity(bands, {(NAHA, "registered"): 10, (GINOWAN, "registered"): 5})
    with pytest.raises(JobError, match="必要11件、残り10件"):
        check_capacity(bands, {(NAHA, "registered"): 11})


@pytest.mark.parametrize(
    ("rows", "what", "row", "column"),
    [
        ([(NAHA, "00000001000", number(109))], "検査数字", 2, "開始番号"),
        ([(NAHA, number(100), "1091")], "11桁", 2, "終了番号"),
        ([(NAHA, number(109), number(100))], "開始番号より小さい", 2, "終了番号"),
        ([("13101", number(100), number(109))], "連絡先一覧にない", 2, "市町村コード"),
        (
            [(NAHA, number(100), number(109)), (GINOWAN, number(109), number(120))],
            "2行目と番号の範囲が重なって",
            3,
            "開始番号",
        ),
    ],
)
def test_bad_bands_are_refused(
    tmp_path: Path, rows: list[tuple[str, str, str]], what: str, row: int, column: str
) -> None:
    with pytest.raises(JobError, match=what) as caught:
        load_numbers(numbers_file(tmp_path, *rows), loaded_order().units)
    assert (caught.value.row, caught.value.column) == (row, column)


def test_full_size_numbers_are_unique_and_valid() -> None:
    bands = Bands({NAHA: (Band(NAHA, 3029900000, 3029999999, 2), Band(NAHA, 3039900000, 3039999999, 3))})
    count = 165_000
    given = assign_numbers(bands, [NAHA] * count, np.arange(count), ["simple_registered"] * count)
    assert given.is_unique
    whole = given.astype("int64").to_numpy()
    assert (whole // 10 % 7 == whole % 10).all()
    assert (np.diff(whole) > 0).all()
