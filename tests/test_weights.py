"""Weights of enclosures and envelopes, kinds of pieces with their margins, and the order of stock."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from post_builders import extra, loaded_order
from pydantic import ValidationError

from kouki_print.handover.budget_parts import KindLine, StockLine
from kouki_print.handover.kind_lines import kind_lines, weight_lines, weight_warnings
from kouki_print.handover.stock import stock_lines, write_stock_csv
from kouki_print.order.enclosures import Enclosure, Envelope
from kouki_print.order.load import LoadedOrder
from kouki_print.order.units import Extra
from kouki_print.post.kinds import Kind, kind_of
from kouki_print.post.tariff import load_tariff
from kouki_print.post.weights import contents_of

TARIFF = load_tariff()
TABLE = TARIFF.table_on(dt.date(2026, 7, 13))
NAHA, GINOWAN, ISHIGAKI = "47201", "47205", "47207"
EXACT = {"tolerance_percent": 0}
# All of r08 without any spread: the piece of set A then weighs 46.00 g, no more, no less.
NO_SPREAD: dict[str, Any] = {
    "enclosure": [{"code": str(code), **EXACT} for code in range(1, 9)],
    "envelope": EXACT,
}


def item(**changes: Any) -> Enclosure:
    return Enclosure.model_validate({"code": "5", "name": "チラシ", "grams": "4.37", **changes})


def envelope(**changes: Any) -> Envelope:
    size = {"width_mm": 120, "height_mm": 235, "thickness_mm": 5, "grams": "5.70"}
    return Envelope.model_validate({"name": "長形3号", **size, **changes})


def demand(*rows: tuple[str, str, str, bool, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit_code", "document", "set_code", "pickup", "pieces"])


def kind(loaded: LoadedOrder, code: str = NAHA, document: str = "certificate") -> Kind:
    set_code = loaded.order.set_for(document).code
    return kind_of(loaded.order, loaded.units[code], code, document, set_code, False, TABLE)


def lines(loaded: LoadedOrder, *rows: tuple[str, str, str, bool, int]) -> tuple[KindLine, ...]:
    return kind_lines(loaded.order, loaded.units, demand(*rows), TABLE)


# --- what one item weighs ---


@pytest.mark.parametrize(("gsm", "cg"), [(70, 470), (80, 537), (85, 570), (100, 671)])
def test_an_envelope_weighs_what_its_paper_says(gsm: int, cg: int) -> None:
    assert envelope(gsm=gsm).computed_cg == cg


def test_film_seal_and_ink_are_added_and_k_is_calibrated() -> None:
    full = envelope(gsm=80, film_grams="0.35", seal_grams="0.10", ink_grams="0.05")
    assert full.computed_cg == 587
    assert envelope(gsm=80, k=1).computed_cg == 451
    assert envelope().computed_cg is None and not envelope().off_tolerance
    assert envelope(gsm=85).off_tolerance is False and envelope(gsm=80).off_tolerance is True


def test_the_spread_is_the_measured_one_else_the_tolerance() -> None:
    assert item(measured={"n": 50, "min": "4.31", "max": "4.48"}).spread_cg == (431, 448)
    assert item().spread_cg == (393, 481)  # 437 ± 43.7, to the careful side
    assert item(tolerance_percent=0).spread_cg == (437, 437)
    assert envelope().spread_cg == (541, 599)


@pytest.mark.parametrize("spread", [{"min": "4.38", "max": "4.50"}, {"min": "4.00", "max": "4.36"}])
def test_the_mean_lies_within_what_was_measured(spread: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match=r"grams 4\.37g が実測の最小"):
        item(measured={"n": 50, **spread})


def test_the_code_of_the_envelope_is_its_own() -> None:
    with pytest.raises(ValidationError, match="封筒のため"):
        item(code="ENV")


def test_an_envelope_unlike_its_paper_is_noted() -> None:
    (note,) = loaded_order(envelope={"gsm": 80}).order.weight_notes()
    assert "封筒「長形3号 窓付」の重さ 5.70g" in note and "5.37g" in note and "[envelope]" in note


def test_measured_stands_beside_computed() -> None:
    spread = {"n": 50, "min": "4.31", "max": "4.48"}
    changes: dict[str, Any] = {"enclosure": [{"code": "5", "measured": spread}], "envelope": {"gsm": 85}}
    found = weight_lines(loaded_order(**changes).order)
    assert [line.code for line in found] == ["1", "2", "3", "4", "5", "6", "7", "8", "ENV"]
    flyer, cover, shell = found[4], found[-1], found[7]
    assert (flyer.cg, flyer.low_cg, flyer.high_cg, flyer.samples) == (437, 431, 448, 50)
    assert (flyer.computed_cg, flyer.off, flyer.owner) == (437, False, "広域連合")
    assert (cover.cg, cover.computed_cg, cover.samples, cover.off) == (570, 570, 0, False)
    assert (shell.computed_cg, shell.low_cg, shell.high_cg) == (None, 351, 429)


# --- what a piece weighs, how thick it is, and its class ---


def test_lightest_and_heaviest_are_the_sums_of_the_parts() -> None:
    loaded = loaded_order(towns={GINOWAN: {"extras": (extra("4.37"),)}})
    own = contents_of(loaded.order, loaded.units[NAHA], "A")
    parts = [loaded.order.envelope, *(loaded.order.enclosure_of(code) for code in "135678")]
    assert own.low_cg == sum(part.spread_cg[0] for part in parts)
    assert own.high_cg == sum(part.spread_cg[1] for part in parts)
    more = contents_of(loaded.order, loaded.units[GINOWAN], "A")
    assert [more.low_cg - own.low_cg, more.weight_cg - own.weight_cg, more.high_cg - own.high_cg] == [437] * 3


def test_a_sheet_more_costs_seventy_yen() -> None:
    """46 g with a sheet of 4.12 g is 50.12 g: 定形外, whatever the envelope's size."""
    loaded = loaded_order(**NO_SPREAD, towns={GINOWAN: {"extras": (extra("4.12"),)}})
    assert (kind(loaded).yen, kind(loaded).size_class) == (460, "standard")
    more = kind(loaded, GINOWAN)
    assert (more.weight_cg, more.yen, more.size_class, more.max_grams) == (
        5012,
        530,
        "nonstandard_regular",
        100,
    )
    (line,) = lines(loaded, (NAHA, "certificate", "A", False, 165_000))
    assert (line.next_yen, line.extra_yen) == (530, 11_550_000)


def test_postage_goes_by_the_nominal_weight() -> None:
    spread = {"n": 20, "min": "13.00", "max": "20.00"}
    loaded = loaded_order(enclosure=[{"code": "7", "measured": spread}])
    assert (kind(loaded).yen, kind(loaded).weight_cg) == (460, 4600)
    assert kind(loaded).high_cg > 5000


THIN = [{"code": str(code), "thickness_mm": "0.1", "folds": 2} for code in range(1, 9)]


def test_thickness_is_the_sum_when_all_of_it_is_known() -> None:
    loaded = loaded_order(enclosure=THIN, towns={GINOWAN: {"extras": (extra("1.00"),)}})
    assert kind(loaded).thickness_um == 6 * 400
    assert kind(loaded, GINOWAN).thickness_um == 5000  # nobody knows the extra's: the order's envelope
    assert kind(loaded_order(enclosure=THIN[1:])).thickness_um == 5000
    thick = loaded_order(enclosure=[{"code": "7", "thickness_mm": "3", "folds": 1}])
    assert kind(thick).thickness_um == 6000  # the others are not known, but it is not thinner than this


@pytest.mark.parametrize(
    ("thickness", "size_class", "yen"), [("9.60", "standard", 460), ("9.61", "nonstandard_regular", 490)]
)
def test_too_thick_is_no_standard_letter(thickness: str, size_class: str, yen: int) -> None:
    """長形3号 of 46 g: 定形 up to 10 mm; of 定形外規格内 the step up to 50 g."""
    cover = [{**each, "thickness_mm": "0.02"} for each in THIN]
    cover[7] = {"code": "8", "thickness_mm": thickness}
    found = kind(loaded_order(enclosure=cover))
    assert (found.size_class, found.yen, found.max_grams) == (size_class, yen, 50)


@given(st.lists(st.integers(1, 400_00), min_size=2, max_size=6))
def test_price_is_monotone_in_weight_within_a_class(weights: list[int]) -> None:
    for service in ("ordinary", "simple_registered", "registered"):
        for size_class in ("standard", "nonstandard_regular", "nonstandard_large"):
            most = 5000 if size_class == "standard" else 400_00
            fitting = sorted(weight for weight in weights if weight <= most)
            prices = [TABLE.price(service, size_class, weight).yen for weight in fitting]
            assert prices == sorted(prices)


# --- kinds, margins and warnings ---

UNITS = (NAHA, GINOWAN, ISHIGAKI)
MIXED = loaded_order(
    towns={GINOWAN: {"mailed": False}, ISHIGAKI: {"extras": (extra("4.37"),)}}, mail={"notice": "ordinary"}
)
row_of_demand = st.tuples(
    st.sampled_from(UNITS),
    st.sampled_from([("certificate", "A"), ("notice", "B")]),
    st.booleans(),
    st.integers(0, 9999),
).map(lambda each: (each[0], *each[1], *each[2:]))


@given(st.lists(row_of_demand, max_size=8))
def test_pieces_and_yen_are_additive_over_units(rows: list[tuple[str, str, str, bool, int]]) -> None:
    whole = lines(MIXED, *rows)
    apart = [line for code in UNITS for line in lines(MIXED, *(row for row in rows if row[0] == code))]
    for value in (lambda line: line.pieces, lambda line: line.pieces * line.unit_yen):
        assert sum(map(value, whole)) == sum(map(value, apart))
    priced = [(kind_of(MIXED.order, MIXED.units[row[0]], *row[:-1], TABLE), row[-1]) for row in rows]
    assert sum(line.pieces * line.unit_yen for line in whole) == sum(one.yen * count for one, count in priced)
    assert sum(line.pieces for line in whole) == sum(count for one, count in priced if one.yen)


def test_equal_kinds_of_all_units_are_one_line() -> None:
    """宜野湾市 mails nothing; pieces for the counter are not mailed either: no step, no line."""
    rows = [(code, "certificate", "A", pickup, 10) for code in (ISHIGAKI, GINOWAN, NAHA) for pickup in (0, 1)]
    notices = [(code, "notice", "B", False, 5) for code in (GINOWAN, NAHA)]
    found = lines(MIXED, *rows, *notices, (NAHA, "notice", "B", False, 10))
    assert [(line.mail_service, line.items, line.pieces, line.units) for line in found] == [
        ("simple_registered", "1;3;5;6;7;8", 10, (NAHA,)),
        ("simple_registered", "1;3;5;6;7;8;X1", 10, (ISHIGAKI,)),
        ("ordinary", "2;4;5;6;7", 15, (NAHA,)),
    ]


def crossing(high: str) -> KindLine:
    """The certificates of 那覇市 when the handbook, of 13.62 g, was measured up to ``high``."""
    spread = {"n": 100, "min": "13.50", "max": high}
    items = [*NO_SPREAD["enclosure"]]
    items[6] = {"code": "7", "measured": spread}
    loaded = loaded_order(enclosure=items, envelope=EXACT)
    (line,) = lines(loaded, (NAHA, "certificate", "A", False, 1000))
    return line


def test_the_heaviest_may_pass_a_step() -> None:
    """To 17.62 g the heaviest is 50.00 g, the boundary, which belongs to the cheaper step."""
    assert crossing("17.62").crosses is False and crossing("17.62").lighter == ()
    line = crossing("17.63")
    assert (line.crosses, line.high_cg, line.left_cg, line.extra_yen) == (True, 5001, 400, 70_000)
    assert line.lighter == ("3", "5", "6", "7", "8")  # not the certificate itself
    assert crossing("22.00").lighter == ("3", "6", "7") == crossing("22.22").lighter
    assert crossing("22.23").lighter == ("6", "7")  # 54.61 g: the flyer of 4.60 g is too light by a hair
    assert crossing("80.00").lighter == ("7",)


def test_two_heavy_items_cannot_be_cured_by_one() -> None:
    items = [{"code": code, "measured": {"n": 5, "min": "1", "max": "30"}} for code in "67"]
    (line,) = lines(loaded_order(enclosure=items), (NAHA, "certificate", "A", False, 1))
    assert line.crosses and line.lighter == ()
    assert "一つ除くだけでは収まりません" in weight_warnings([line], {})[0]


def test_warnings_say_what_it_costs_and_what_to_leave_out() -> None:
    names = {"6": "リーフレット", "7": "ハンドブック"}
    (words,) = weight_warnings([crossing("22.23")], names, {NAHA: "那覇市"})
    assert words == (
        "資格確認書（組A・簡易書留・定形、那覇市の1,000通）: 標準の重さ46.00gは50gまで残り4.00g（8.6%）です。"
        "最も重い組合せ54.61gは50gを超えます。封入物6・7のどれか一つを除けば収まります。"
        "全部が超えると70,000円増えます。"
    )
    assert weight_warnings([crossing("15.00")], names) == []


@pytest.mark.parametrize(("grams", "warned"), [("1.00", False), ("1.01", True), ("4.12", False)])
def test_a_margin_below_three_grams_or_six_percent_is_told(grams: str, warned: bool) -> None:
    """46 g and 1.00 g: 3 g are left, 6.4 %; at 50.12 g the next step is far."""
    loaded = loaded_order(**NO_SPREAD, towns={NAHA: {"extras": (extra(grams),)}})
    found = weight_warnings(lines(loaded, (NAHA, "certificate", "A", False, 10)), {})
    assert any("残り" in words for words in found) is warned
    if grams == "4.12":
        assert "X1のどれか一つを除けば1通460円になります（今は530円）。全部で700円減ります" in found[0]
    if warned:
        assert "残り2.99g（6.3%）" in found[0] and "700円増えます" in found[0] and "47201の10通" in found[0]


def test_six_percent_of_a_heavy_piece_is_more_than_three_grams() -> None:
    loaded = loaded_order(**NO_SPREAD, towns={NAHA: {"extras": (extra("49.00"),)}})
    (found,) = weight_warnings(lines(loaded, (NAHA, "certificate", "A", False, 10)), {})
    assert "残り5.00g（5.2%）" in found


def test_a_light_piece_that_is_too_thick_is_told() -> None:
    loaded = loaded_order(**{**NO_SPREAD, "envelope": {"thickness_mm": "10.5", **EXACT}})
    (found,) = weight_warnings(lines(loaded, (NAHA, "certificate", "A", False, 10)), {})
    assert found.endswith("厚さ10.50mm は10mmを超えるので定形になりません。")


def test_beyond_the_last_step_nothing_can_be_posted() -> None:
    loaded = loaded_order(**NO_SPREAD, towns={NAHA: {"extras": (extra("3950.00"),)}})
    (line,) = lines(loaded, (NAHA, "certificate", "A", False, 10))
    assert (line.next_yen, line.extra_yen) == (None, None)
    assert "郵便で出せません" in weight_warnings([line], {})[0]


# --- the order of stock ---


def stock(loaded: LoadedOrder, *rows: tuple[str, str, str, bool, int]) -> dict[tuple[str, str], StockLine]:
    found = stock_lines(loaded.order, loaded.units, demand(*rows))
    return {(line.unit_code, line.code): line for line in found}


def test_stock_has_spare_and_whole_packs_per_unit_and_in_all() -> None:
    ordering = {"spare_percent": 3, "envelope_pack": 500}
    loaded = loaded_order(
        enclosure=[{"code": "5", "pack": 250}], ordering=ordering, blank_stock={"documents": []}
    )
    found = stock(
        loaded,
        (NAHA, "certificate", "A", False, 101),
        (NAHA, "certificate", "A", True, 9),
        (NAHA, "notice", "B", False, 90),
        (GINOWAN, "notice", "B", False, 100),
    )
    flyer = [(code, found[code, "5"]) for code in (NAHA, GINOWAN, "")]
    assert [(line.needed, line.spare, line.ordered) for _, line in flyer] == [
        (200, 6, 250),
        (100, 3, 250),
        (300, 9, 500),
    ]
    assert found["", "ENV"].ordered == 500 and found[NAHA, "8"].needed == 110
    assert found[NAHA, "1"].spare == 4  # 3.3, rounded up
    assert (GINOWAN, "8") not in found and ("", "LABEL") not in found
    assert [key for key in found if key[0] == ""] == [*(("", str(n)) for n in range(1, 9)), ("", "ENV")]


def test_the_blank_stock_is_taken_out_of_the_spare() -> None:
    """10 blank certificates for each unit that has certificates, and all that goes with them; 3 % may be spoilt."""
    ordering = {"spare_percent": 3, "label": True}
    loaded = loaded_order(ordering=ordering, towns={NAHA: {"extras": (extra("1.00"),)}})
    found = stock(
        loaded,
        (NAHA, "certificate", "A", False, 100),
        (NAHA, "notice", "B", False, 1000),
        (GINOWAN, "notice", "B", False, 100),
    )
    assert {code: found[NAHA, code].spare for code in ("1", "2", "5", "8", "ENV", "X1", "LABEL")} == {
        "1": 13, "2": 30, "5": 43, "8": 13, "ENV": 43, "X1": 43, "LABEL": 33,
    }  # fmt: skip
    assert found[GINOWAN, "5"].spare == 3 and found["", "5"].spare == 46
    bare = loaded_order(ordering=ordering, blank_stock={"documents": ["certificate"], "enclosures": False})
    found = stock(bare, (NAHA, "certificate", "A", False, 100))
    assert (found[NAHA, "1"].spare, found[NAHA, "8"].spare) == (13, 3)


def test_a_blank_of_another_set_is_ordered_too() -> None:
    """Blanks have the contents of the document's first set, also where no piece of the unit has it."""
    loaded = loaded_order(set=[{"code": "A2", "document": "certificate", "items": ["1", "5"]}])
    found = stock(loaded, (NAHA, "certificate", "A2", False, 100))
    assert loaded.order.set_for("certificate").code == "A"
    assert (found[NAHA, "5"].needed, found[NAHA, "5"].spare) == (100, 13)
    assert (found[NAHA, "8"].needed, found[NAHA, "8"].spare) == (0, 10)


def test_labels_are_for_registered_pieces_only() -> None:
    loaded = loaded_order(
        ordering={"label": True}, mail={"notice": "ordinary"}, towns={GINOWAN: {"mailed": False}}
    )
    rows = [(code, *kind, False, 10) for code in UNITS for kind in (("certificate", "A"), ("notice", "B"))]
    found = stock(loaded, *rows, (NAHA, "certificate", "A", True, 7))
    assert {key[0]: line.needed for key, line in found.items() if key[1] == "LABEL"} == {
        NAHA: 10,
        ISHIGAKI: 10,
        "": 20,
    }


def test_extras_of_other_names_are_other_items() -> None:
    extras = {NAHA: "祭り", GINOWAN: "健診", ISHIGAKI: "健診"}
    towns = {code: {"extras": (Extra(code="X1", name=name, weight_cg=100),)} for code, name in extras.items()}
    loaded = loaded_order(towns=towns)
    rows = demand(*((code, "notice", "B", False, 100) for code in UNITS))
    totals = [line for line in stock_lines(loaded.order, loaded.units, rows) if not line.unit_code]
    assert [(line.name, line.needed) for line in totals if line.code == "X1"] == [
        ("健診", 200),
        ("祭り", 100),
    ]
    assert [line.code for line in totals] == ["2", "4", "5", "6", "7", "X1", "X1", "ENV"]


@given(st.lists(row_of_demand, max_size=8))
def test_stock_in_all_is_the_sum_of_the_units(rows: list[tuple[str, str, str, bool, int]]) -> None:
    found = stock_lines(MIXED.order, MIXED.units, demand(*rows))
    for value in (lambda line: line.needed, lambda line: line.spare):
        assert sum(value(line) for line in found if line.unit_code) == sum(
            value(line) for line in found if not line.unit_code
        )
    assert all(0 <= line.ordered - line.needed - line.spare < line.pack for line in found)
    assert sum(line.needed for line in found if (line.unit_code, line.code) == ("", "ENV")) == sum(
        row[-1] for row in rows
    )


def test_the_list_opens_in_excel_and_runs_no_formula(tmp_path: Path) -> None:
    found = [StockLine(NAHA, "X1", "=1+1", 10, 1, 6, 12), StockLine("", "X1", "=1+1", 10, 1, 6, 12)]
    write_stock_csv(tmp_path / "enclosures.csv", found, {NAHA: "那覇市"})
    assert (tmp_path / "enclosures.csv").read_bytes().decode("utf-8-sig").splitlines() == [
        "市町村コード,市町村名,品目コード,品目,必要数,予備,入数,発注数",
        "47201,那覇市,X1,'=1+1,10,1,6,12",
        ",合計,X1,'=1+1,10,1,6,12",
    ]
    assert (tmp_path / "enclosures.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    write_stock_csv(tmp_path / "empty.csv", [], {})
    assert len((tmp_path / "empty.csv").read_text("utf-8").splitlines()) == 1


def test_all_municipalities_are_lined_up_at_once() -> None:
    loaded = loaded_order()
    rows = [
        (code, *kind, pickup, 1000)
        for code in loaded.units
        for kind in (("certificate", "A"), ("notice", "B"))
        for pickup in (False, True)
    ]
    begin = time.process_time()
    assert sum(line.pieces for line in lines(loaded, *rows)) == 82_000
    stock(loaded, *rows)
    assert time.process_time() - begin < 0.5
