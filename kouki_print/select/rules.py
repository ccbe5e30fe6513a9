"""The year's rules as masks over columns: first match wins, and what lies near an age limit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from kouki_print.base.dates import ages_on
from kouki_print.order.conditions import WORD_KEYS, Condition, parse_condition
from kouki_print.order.models import Exclusion, Order, Rule

NO_RULE = -1


def rule_numbers(people: pd.DataFrame, order: Order) -> np.ndarray:
    """For each person the position of the first rule that matches (int64), NO_RULE when none does.

    ``age`` is by birthday on the day of the switch (切替日).  Empty counts (-1) count as 0: a person
    without a record of use must not be left without a usable document.
    """
    return first_matches(people, order.rule, order.job.switch_on)


def first_matches(
    people: pd.DataFrame, entries: Sequence[Rule | Exclusion], switch_on: dt.date
) -> np.ndarray:
    """For each person the position of the first entry all of whose conditions hold, NO_RULE when none."""
    masks: dict[Condition, np.ndarray] = {}
    numbers = np.full(len(people), NO_RULE, dtype=np.int64)
    for number, entry in enumerate(entries):
        matches = numbers == NO_RULE
        for key, value in entry.when.items():
            condition = parse_condition(key, value)
            if condition not in masks:
                masks[condition] = condition.holds(_column(people, key, switch_on))
            matches &= masks[condition]
        numbers[matches] = number
    return numbers


def _column(people: pd.DataFrame, key: str, switch_on: dt.date) -> np.ndarray | pd.Series:
    if key == "age":
        return ages_on(people["birth_date"].to_numpy(), switch_on)
    if key in WORD_KEYS:
        return people[key]
    values = people[key].to_numpy()
    return values if values.dtype == bool else np.maximum(values, 0)


def looks_at(rules: Iterable[Rule], key: str) -> bool:
    """Whether any rule has a condition on a column."""
    return any(key in rule.when for rule in rules)


def boundary_days(order: Order) -> tuple[dt.date, ...]:
    """Days of birth that miss an age limit by one day: 1941-08-02 for 85 on 2026-08-01.

    By the law on counting age these people complete the year at the end of the day before their
    birthday, that is on the day of the switch; whether they count is for the union to say.
    """
    ages = {
        age
        for rule in order.age_limit_rules()
        for age in parse_condition("age", rule.when["age"]).turning_points()
    }
    next_day = order.job.switch_on + dt.timedelta(days=1)
    days = set()
    for age in ages:
        year = next_day.year - age
        leap = (next_day.month, next_day.day) == (2, 29)
        days.add(dt.date(year, 3, 1) if leap and not _is_leap(year) else next_day.replace(year=year))
    return tuple(sorted(days))


def _is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
