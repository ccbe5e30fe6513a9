"""Demand (通数の見積り): how many pieces of each kind a unit has, from the export or from a forecast.

One table for both: unit_code, document, set_code, pickup (bool), pieces (int64).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.base.shares import apportion
from kouki_print.order.columns import BY_KEY
from kouki_print.order.conditions import parse_condition
from kouki_print.order.forecast import Band, LoadedForecast
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import Order
from kouki_print.select.rules import NO_RULE, first_matches

COLUMNS = ("unit_code", "document", "set_code", "pickup", "pieces")
_OFTEN = 999  # uses of somebody who uses マイナ保険証: more than any rule asks for
_PARTS = 100_00**2  # hundredths of a per cent of hundredths of a per cent


def demand_of(decided: pd.DataFrame) -> pd.DataFrame:
    """The demand of decided people: one piece for each who carries one."""
    own = decided["carrier"].to_numpy() == np.arange(len(decided))
    pieces = decided.loc[own, ["unit_code", "document", "set_code", "pickup"]]
    counts = pieces.groupby(list(pieces.columns), sort=True, observed=True).size()
    return counts.rename("pieces").reset_index().astype({"pieces": np.int64})[list(COLUMNS)]


def people_of(forecast: LoadedForecast) -> dict[str, int]:
    """Expected people of each unit: the total shared out, or last year's counts with their growth."""
    settings = forecast.settings
    codes = list(forecast.last_year)
    last = np.array([forecast.last_year[code] for code in codes], dtype=np.int64)
    default = int(settings.growth_percent * 100)
    grown = last * np.array([100_00 + forecast.growth.get(code, default) for code in codes], dtype=np.int64)
    if settings.total is not None:
        return dict(zip(codes, apportion(settings.total, grown).tolist(), strict=True))
    whole = (grown + 50_00) // 100_00
    return dict(zip(codes, whole.tolist(), strict=True))


def forecast_demand(loaded: LoadedOrder, forecast: LoadedForecast) -> tuple[pd.DataFrame, int]:
    """Demand of a forecast, and the people it is for; parts of every unit add up exactly.

    The year's rules decide on people of each age, with and without マイナ保険証 and its use.
    """
    settings = forecast.settings
    shares = document_shares(loaded.order, forecast)
    expected = people_of(forecast)
    people = np.array(list(expected.values()), dtype=np.int64)
    printed = people - _part_of(people, settings.not_issued_percent)
    pieces = printed + _part_of(printed, settings.reissue_percent)
    weights = np.array(list(shares.values()), dtype=np.int64)
    parts = np.array([apportion(count, weights) for count in pieces.tolist()])
    collected = _part_of(parts.ravel(), settings.pickup_percent).reshape(parts.shape)
    rows = [
        (code, document, set_code, pickup, int(count))
        for at, code in enumerate(expected)
        for place, (document, set_code) in enumerate(shares)
        for pickup, count in ((True, collected[at, place]), (False, parts[at, place] - collected[at, place]))
        if count
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype({"pickup": bool, "pieces": np.int64}), int(people.sum())


def _part_of(counts: np.ndarray, percent: Decimal) -> np.ndarray:
    """So many per cent of all, half up, shared out: small places have their part of a small share too."""
    whole = (int(counts.sum()) * int(percent * 100) + 50_00) // 100_00
    return np.asarray(apportion(whole, counts))


def document_shares(order: Order, forecast: LoadedForecast) -> dict[tuple[str, str], int]:
    """Share of each document and set in parts of 100 million, in the order of the rules.

    JobError when a rule's age limit lies within a band: its people would be on both sides.
    """
    _check_bands(order, forecast.bands)
    kinds, weights = _crowd(order, forecast.bands)
    numbers = first_matches(kinds, order.rule, order.job.switch_on)
    if (numbers == NO_RULE).any():
        raise JobError(
            "見込みのうち、どの規則にも当てはまらない人がいます",
            remedy="[[rule]] を確かめてください。",
            file="job.toml",
        )
    shares: dict[tuple[str, str], int] = {}
    for number, weight in zip(numbers.tolist(), weights, strict=True):
        rule = order.rule[number]
        key = rule.document, order.set_of_rule(rule).code
        shares[key] = shares.get(key, 0) + weight
    return _with_certificates(order, shares, int(forecast.settings.certificate_percent * 100))


def _with_certificates(
    order: Order, shares: dict[tuple[str, str], int], percent: int
) -> dict[tuple[str, str], int]:
    """Some of those who would get a notice get a certificate for reasons that no forecast sees."""
    if not percent or not any(rule.document == "certificate" for rule in order.rule):
        return shares
    target = "certificate", order.set_for("certificate").code
    moved = 0
    for key, share in list(shares.items()):
        if key[0] == "notice":
            part = share * percent // 100_00
            shares[key] -= part
            moved += part
    shares[target] = shares.get(target, 0) + moved
    return shares


def _check_bands(order: Order, bands: tuple[Band, ...]) -> None:
    starts = {band.from_age for band in bands}
    for rule in order.age_limit_rules():
        for age in parse_condition("age", rule.when["age"]).turning_points():
            if age not in starts and bands[0].from_age < age:
                raise JobError(
                    f"規則 {rule.reason} の年齢{age}歳が、年齢の区分の境にありません",
                    remedy=f"population.csv に年齢下限{age}の行を加えてください。",
                    file="population.csv",
                    column="年齢下限",
                )


def _crowd(order: Order, bands: tuple[Band, ...]) -> tuple[pd.DataFrame, list[int]]:
    """One row for each kind of person (age, マイナ保険証, its use) as rules see it, and its weight."""
    kinds = [
        (band.from_age, linked, used, band.people * parts)
        for band in bands
        for linked, used, parts in (
            (False, False, 100_00 - band.linked),
            (True, False, band.linked * (100_00 - band.used) // 100_00),
            (True, True, band.linked - band.linked * (100_00 - band.used) // 100_00),
        )
        if parts
    ]
    ages, linked, used, weights = (list(column) for column in zip(*kinds, strict=True))
    table: dict[str, object] = {
        "birth_date": np.array([_born(age, order.job.switch_on) for age in ages], dtype="datetime64[s]")
    }
    told: Mapping[str, object] = {
        "linked": np.array(linked),
        "used_12m": np.where(used, _OFTEN, 0),
        "used_3m": np.where(used, _OFTEN, 0),
    }
    for rule in order.rule:
        for key in rule.when:
            if key != "age":
                table[key] = told.get(key, _nothing(key, len(kinds)))
    return pd.DataFrame(table), weights


def _nothing(key: str, count: int) -> object:
    """An empty column as rules see it."""
    kind = BY_KEY[key].kind
    if kind == "flag":
        return np.zeros(count, dtype=bool)
    return pd.Series([""] * count, dtype="str") if kind == "word" else np.zeros(count, dtype=np.int64)


def _born(age: int, switch_on: dt.date) -> dt.date:
    """A birth date of somebody who is exactly so old on the switch."""
    try:
        return switch_on.replace(year=switch_on.year - age)
    except ValueError:
        return dt.date(switch_on.year - age, 2, 28)
