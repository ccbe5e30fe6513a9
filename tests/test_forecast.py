"""Forecasts and scenarios: shares that add up, documents by the rules, differences to the yen."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from post_builders import loaded_order

from kouki_print.base.errors import JobError
from kouki_print.base.shares import apportion
from kouki_print.handover.forecast_compare import compare_lines
from kouki_print.handover.pricing import price_demand
from kouki_print.job.demand import demand_of, document_shares, forecast_demand, people_of
from kouki_print.order.forecast import Band, Forecast, LoadedForecast, load_forecast
from kouki_print.order.scenarios import load_scenarios
from kouki_print.post.tariff import load_tariff

BANDS = (Band(65, 200, 8000, 6000), Band(75, 5800, 7000, 5000), Band(85, 4000, 4500, 3000))
UNITS = list(loaded_order().units)


def forecast(
    bands: tuple[Band, ...] = BANDS, last: dict[str, int] | None = None, **changes: object
) -> LoadedForecast:
    return LoadedForecast(
        Forecast.model_validate(changes),
        last or {code: 1000 + 37 * at for at, code in enumerate(UNITS)},
        {},
        bands,
    )


@given(st.integers(0, 200_000), st.lists(st.integers(0, 10_000), min_size=1, max_size=60))
def test_parts_add_up_and_are_fair(count: int, weights: list[int]) -> None:
    """Every part is its quota rounded up or down; the sum is the whole."""
    if not sum(weights):
        weights[0] = 1
    parts = apportion(count, np.array(weights, dtype=np.int64)).tolist()
    assert sum(parts) == count
    for part, weight in zip(parts, weights, strict=True):
        assert count * weight // sum(weights) <= part <= -(-count * weight // sum(weights))


@given(
    total=st.integers(1, 400_000),
    last=st.lists(st.integers(0, 50_000), min_size=41, max_size=41).filter(any),
    certificates=st.integers(0, 100_00),
    linked=st.integers(0, 100_00),
)
@settings(max_examples=40, deadline=None)
def test_the_shares_of_a_forecast_add_up_exactly(
    total: int, last: list[int], certificates: int, linked: int
) -> None:
    loaded = loaded_order("r07-budget")
    bands, last_year = (Band(65, 100_00, linked, 5000),), dict(zip(UNITS, last, strict=True))
    made = forecast(bands, last_year, total=total, certificate_percent=Decimal(certificates) / 100)
    assert sum(people_of(made).values()) == total
    demand, people = forecast_demand(loaded, made)
    assert people == total == demand["pieces"].sum()
    by_unit = demand.groupby("unit_code")["pieces"].sum().to_dict()
    assert by_unit == {code: count for code, count in people_of(made).items() if count}


def test_all_certificates_is_75_900_000_yen() -> None:
    """165,000 people, everybody a certificate of 46 g by 簡易書留; a sheet of 4.12 g more costs 11,550,000."""
    loaded = loaded_order("r07")
    demand, _ = forecast_demand(loaded, forecast(total=165_000))
    table = load_tariff().table_on(loaded.order.job.mail_on)
    assert price_demand(loaded.order, loaded.units, demand, table)["total_yen"].sum() == 75_900_000
    heavier = [entry.model_copy(update={"grams": entry.grams + Decimal("4.12")}) if entry.code == "5" else entry
               for entry in loaded.order.enclosure]  # fmt: skip
    varied = loaded.order.model_copy(update={"enclosure": heavier})
    assert price_demand(varied, loaded.units, demand, table)["total_yen"].sum() == 87_450_000


def test_the_rules_decide_by_age_and_use() -> None:
    """r08 by hand: a notice for who is linked, under 85 and uses it; the year's limit is a band's edge."""
    order = loaded_order("r08").order
    shares = document_shares(order, forecast())
    notice = 200 * 8000 * 6000 // 100_00 + 5800 * 7000 * 5000 // 100_00
    assert shares == {("certificate", "A"): 100_00**2 - notice, ("notice", "B"): notice}
    with pytest.raises(JobError, match="85歳が、年齢の区分の境にありません"):
        document_shares(order, forecast((Band(75, 100_00, 7000, 5000),)))


def test_growth_and_allowances() -> None:
    loaded = loaded_order("r07")
    last = dict.fromkeys(UNITS, 1000)
    made = forecast(
        last=last, growth_percent=Decimal("2.5"), not_issued_percent=1, reissue_percent=2, pickup_percent=10
    )
    made = dataclasses.replace(made, growth={"47201": -1000})
    demand, people = forecast_demand(loaded, made)
    assert people_of(made)["47201"] == 900 and people_of(made)["47205"] == 1025
    assert people == 900 + 40 * 1025
    naha = demand[demand["unit_code"] == "47201"]
    assert naha["pieces"].sum() == 909  # 891 issued, 2 % more for re-issue
    assert naha.loc[naha["pickup"], "pieces"].tolist() == [91]
    small = forecast(last=dict.fromkeys(UNITS, 20), not_issued_percent=2, pickup_percent=1)
    few, _ = forecast_demand(loaded, small)
    assert few["pieces"].sum() == 820 - 16 and few.loc[few["pickup"], "pieces"].sum() == 8


def test_the_demand_of_decided_people_counts_pieces() -> None:
    decided = pd.DataFrame(
        {
            "unit_code": ["E1", "E1", "E1", "E1"],
            "document": ["notice", "notice", "certificate", ""],
            "set_code": ["B", "B", "A", ""],
            "pickup": [False, False, False, False],
            "carrier": [0, 0, 2, -1],
        }
    )
    assert demand_of(decided)[["document", "pieces"]].values.tolist() == [["certificate", 1], ["notice", 1]]


BUDGET = st.lists(
    st.tuples(
        st.sampled_from(["47201", "47205", "47207"]),
        st.sampled_from(["certificate", "notice"]),
        st.sampled_from(["simple_registered", "ordinary", "none"]),
        st.integers(1, 5000),
        st.sampled_from([0, 110, 460, 530]),
    ),
    max_size=8,
)


@given(BUDGET, BUDGET)
def test_the_parts_of_every_difference_add_up(before: list[tuple], after: list[tuple]) -> None:
    columns = ["municipality_code", "document", "mail_service", "pieces", "unit_yen"]
    tables = []
    for rows in (before, after):
        table = pd.DataFrame(rows, columns=columns).astype({"pieces": "int64", "unit_yen": "int64"})
        tables.append(table.assign(total_yen=table["pieces"] * table["unit_yen"]))
    for line in compare_lines(*tables, [("47201", "那覇市"), ("47205", "宜野湾市")]):
        parts = line.by_count_yen + line.by_weight_yen + line.by_service_yen
        assert parts == line.actual_yen - line.forecast_yen


def test_a_difference_is_explained_by_its_cause() -> None:
    def budget(service: str, pieces: int, yen: int) -> pd.DataFrame:
        row = ("47201", "certificate", service, pieces, pieces * yen)
        return pd.DataFrame(
            [row], columns=["municipality_code", "document", "mail_service", "pieces", "total_yen"]
        )

    plan, towns = budget("simple_registered", 100, 460), [("47201", "那覇市")]
    for made, parts in (
        (budget("simple_registered", 110, 460), (4600, 0, 0)),
        (budget("simple_registered", 100, 530), (0, 7000, 0)),
        (budget("ordinary", 100, 110), (0, 0, -35000)),
    ):
        (line,) = compare_lines(plan, made, towns)
        assert (line.by_count_yen, line.by_weight_yen, line.by_service_yen) == parts


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("_", ".", 1)).write_text(text, encoding="utf-8")
    return folder


COUNTS = "コード,前年件数,伸び率\n472018,32000,\n47205,9000,1.25\n" + "".join(
    f"{code},0,\n" for code in UNITS[2:]
)
POPULATION = "年齢下限,人数割合,登録率,利用率\n65,2,80,60\n75,58,70,50\n85,40,45,30\n"


def test_a_forecast_is_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "job", forecast_toml='total = 41000\n[sources]\ntotal = "前年末の件数"\n',
                   counts_csv=COUNTS, population_csv=POPULATION)  # fmt: skip
    made = load_forecast(folder, "forecast.toml", UNITS)
    assert made.last_year == {
        "47201": 32000,
        "47205": 9000,
        **dict.fromkeys(UNITS[2:], 0),
    } and made.growth == {"47205": 125}
    assert made.bands[1] == Band(75, 5800, 7000, 5000)
    assert sum(people_of(made).values()) == 41000


BAD = [
    ("forecast_toml", "totl = 1\n", "forecast.toml", "知らない項目"),
    ("counts_csv", COUNTS.replace("47205", "47999"), "counts.csv", "一覧にないコード"),
    ("counts_csv", COUNTS.replace("9000", "９０００"), "counts.csv", "整数"),
    ("counts_csv", COUNTS + "47205,1,\n", "counts.csv", "二度"),
    ("counts_csv", COUNTS.replace("1.25", "1.255"), "counts.csv", "割合として"),
    ("counts_csv", COUNTS.replace("47207,0,\n", ""), "counts.csv", "47207"),
    ("counts_csv", COUNTS.replace("32000", "0").replace("9000", "0"), "counts.csv", "合計が0"),
    ("population_csv", POPULATION.replace("85,", "2500,"), "population.csv", "130"),
    ("population_csv", POPULATION.replace("40,45", "41,45"), "population.csv", "101.00%"),
    ("population_csv", POPULATION.replace("85,", "70,"), "population.csv", "小さい順"),
]


@pytest.mark.parametrize(("name", "text", "file", "told"), BAD)
def test_a_bad_forecast_is_refused(tmp_path: Path, name: str, text: str, file: str, told: str) -> None:
    files = {"forecast_toml": "total = 1\n", "counts_csv": COUNTS, "population_csv": POPULATION, name: text}
    with pytest.raises(JobError) as caught:
        load_forecast(write(tmp_path / "job", **files), "forecast.toml", UNITS)
    assert caught.value.file == file and told in str(caught.value)


def test_scenarios_are_read_in_order(tmp_path: Path) -> None:
    text = '[[scenario]]\nname = "A"\npreset = "r07"\nmail_on = 2027-07-12\n[[scenario]]\nname = "B"\nagainst = "A"\n'
    one, two = load_scenarios(write(tmp_path / "job", scenarios_toml=text), "scenarios.toml")
    assert one.changes() == {"job": {"preset": "r07", "mail_on": dt.date(2027, 7, 12)}} and two.against == "A"
    assert load_scenarios(tmp_path / "none", "scenarios.toml") == ()
    wrong = text.replace('against = "A"', 'against = "C"')
    with pytest.raises(JobError, match="それより前にありません"):
        load_scenarios(write(tmp_path / "job", scenarios_toml=wrong), "scenarios.toml")


def test_a_municipality_may_have_a_service_of_its_own() -> None:
    """[[mail_of]]: 那覇市 sends its notices by ordinary mail, the others as [mail] says."""
    own = {"name": "那覇市", "units": ["47201"], "document": "notice", "service": "ordinary"}
    loaded = loaded_order("r08", mail_of=[own])
    demand = pd.DataFrame(
        {"unit_code": ["47201", "47201", "47205"], "document": ["notice", "certificate", "notice"],
         "set_code": ["B", "A", "B"], "pickup": False, "pieces": 10}
    )  # fmt: skip
    priced = price_demand(
        loaded.order, loaded.units, demand, load_tariff().table_on(loaded.order.job.mail_on)
    )
    assert priced["unit_yen"].tolist() == [110, 460, 460]


def test_no_price_appears_that_nobody_pays() -> None:
    """A place that had nobody: the whole difference is count; what goes by hand changes no price."""

    def budget(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
        table = pd.DataFrame(rows, columns=["municipality_code", "mail_service", "pieces", "unit_yen"])
        return table.assign(document="certificate", total_yen=table["pieces"] * table["unit_yen"])

    plan = budget(
        ("47201", "simple_registered", 90, 460),
        ("47201", "none", 10, 0),
        ("47205", "simple_registered", 5, 530),
    )
    made = budget(
        ("47201", "simple_registered", 90, 460),
        ("47201", "none", 12, 0),
        ("47207", "simple_registered", 1, 460),
    )
    lines = compare_lines(plan, made, [("47201", ""), ("47205", ""), ("47207", "")])
    parts = [(line.by_count_yen, line.by_service_yen, line.by_weight_yen) for line in lines]
    assert parts == [(0, 0, 0), (-2650, 0, 0), (460, 0, 0)]


def test_nobody_to_share_among_is_an_error() -> None:
    with pytest.raises(ValueError):
        apportion(5, np.zeros(3, dtype=np.int64))
    assert apportion(100_000_000, np.array([999_999_999, 1])).sum() == 100_000_000
