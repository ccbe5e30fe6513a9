"""Who they are: households, sex, age, birth date, name and number of each invented person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from kouki_print.base.checkdigits import m10w21_column
from kouki_print.base.shares import apportion
from kouki_print.sample.draw import Draw, Ints, Mask, Texts, Wheels, parts_of
from kouki_print.sample.vocabulary import shares, table

Days = npt.NDArray[np.datetime64]
REGIONS = ("okinawa", "miyako", "yaeyama")
_FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR = 1905, 1962


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people, one row each, municipality by municipality.

    ``municipality`` is the position in the contact table, ``household`` counts from 0 over all.
    ``sex`` is 1 or 2; ``age`` that on the switch date; ``surname`` the position in the surname table.
    """

    municipality: Ints
    household: Ints
    alone: Mask
    sex: Ints
    age: Ints
    birth: Days
    surname: Ints
    name: Texts
    kana: Texts

    def __len__(self) -> int:
        return len(self.municipality)


def regions() -> Ints:
    """Region of surnames of each municipality."""
    return np.array([REGIONS.index(region) for region in table("municipality_weights").columns["region"]])


def per_municipality(count: int) -> Ints:
    """How many people each municipality has; nobody is left out when there are enough to go round."""
    sizes = apportion(count, table("municipality_weights").ints("weight"))
    if count >= len(sizes):
        for empty in np.flatnonzero(sizes == 0):
            sizes[np.argmax(sizes)] -= 1
            sizes[empty] = 1
    return sizes


def households(municipality: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """Household of each person, and the place in it: 0 the first of two, 1 the second, 2 alone."""
    in_pairs = (sizes * parts_of([shares()["people"]["in_pairs"]])[0] // 2_000_000) * 2
    within = np.arange(len(municipality)) - (np.cumsum(sizes) - sizes)[municipality]
    paired = within < in_pairs[municipality]
    starts = ~paired | (within % 2 == 0)
    return np.cumsum(starts) - 1, np.where(paired, within % 2, 2)


def sexes_and_ages(draw: Draw, place: Ints) -> tuple[Ints, Ints]:
    """Sex and age on the switch date: couples of near age, a few parents with a child, the rest alone."""
    share, ages, n = shares()["people"], table("ages"), len(place)
    family = draw.happens("parent and child", n, share["parent_and_child"])
    family = np.where(place == 1, np.roll(family, 1), family) & (place < 2)
    woman = np.where(place == 2, draw.happens("woman alone", n, share["women_alone"]), place == 1)
    woman = np.where(family, draw.happens("woman in family", n, np.where(place == 0, 0.85, 0.5)), woman)
    age = np.empty(n, dtype=np.int64)
    for kind, rows in (
        ("couple", place == 0),
        ("man", (place == 2) & ~woman),
        ("woman", (place == 2) & woman),
    ):
        picked = draw.pick(f"age {kind}", int(rows.sum()), ages.ints(kind))
        age[rows] = ages.ints("age")[picked]
    age = np.where(family & (place == 0), 95 + draw.below("age of parent", n, 9), age)
    younger = np.where(family, 18 + draw.below("age of child", n, 3), draw.below("age of wife", n, 10) - 3)
    after = np.roll(age, 1) - younger
    age = np.where(place == 1, np.where(after < 75, 75 + draw.below("just 75", n, 3), after), age)
    disabled = (place == 2) & draw.happens("disability", n, share["disability"] / (1 - share["in_pairs"]))
    age = np.where(disabled, 65 + draw.below("age with disability", n, 10), age)
    return np.where(woman, 2, 1), age


def birthday_limits(day: dt.date, ages: range) -> Days:
    """For each age the last birth date of those who have reached it on ``day``."""
    return np.array([day.replace(year=day.year - age) for age in ages], dtype="datetime64[D]")


def births(draw: Draw, age: Ints, switch_on: dt.date, data_on: dt.date) -> Days:
    """Birth dates that give these ages on the switch date; who turns 75 after the data date is not in it."""
    last = birthday_limits(switch_on, range(60, 116))
    newest, oldest = last[age - 60], last[age - 59] + 1
    span = (newest - oldest).astype(np.int64) + 1
    birth = oldest + draw.below("birth day", len(age), span)
    reached = birthday_limits(data_on, range(75, 76))[0]
    late = (age == 75) & (birth > reached)
    return np.where(late, birth - (newest - reached).astype(np.int64), birth)


def pick_surnames(draw: Draw, region: Ints, encoding: Literal["cp932", "utf-8"], name: str) -> Ints:
    """A surname of the region for each row, written with characters that the encoding holds."""
    surnames = table("surnames")
    usable = surnames.where("needs", "") | (surnames.where("needs", "utf-8") & (encoding == "utf-8"))
    items = np.flatnonzero(usable)
    groups = np.repeat(np.arange(len(REGIONS)), len(items))
    weights = np.concatenate([surnames.ints(region)[items] for region in REGIONS])
    return Wheels.of(groups, np.tile(items, len(REGIONS)), weights, len(REGIONS)).spin(draw, name, region)


def pick_given_names(draw: Draw, sex: Ints, birth: Days, name: str) -> Ints:
    """A given name in use for each row's sex and year of birth."""
    given = table("given_names")
    years = np.arange(_FIRST_BIRTH_YEAR, _LAST_BIRTH_YEAR + 1)
    fits = (given.ints("born_from")[:, None] <= years) & (years <= given.ints("born_to")[:, None])
    items, year = np.nonzero(fits)
    groups = (given.ints("sex")[items] - 1) * len(years) + year
    wheels = Wheels.of(groups, items, given.ints("weight")[items], 2 * len(years))
    born = np.clip(birth.astype("datetime64[Y]").astype(np.int64) + 1970, years[0], years[-1])
    return wheels.spin(draw, name, (sex - 1) * len(years) + born - years[0])


def full_names(surname: Ints, given: Ints, column: Literal["name", "kana"]) -> Texts:
    """Surname, a full-width blank, given name; in characters or in kana."""
    first = table("given_names").texts(column)[given]
    return np.asarray(table("surnames").texts(column)[surname] + "　" + first, dtype=object)


def with_foreigners(draw: Draw, sex: Ints, name: Texts, kana: Texts) -> None:
    """Give a few people the name of a foreign resident (in place)."""
    foreign = table("foreign_names")
    for value in (1, 2):
        chosen = (sex == value) & draw.happens(f"foreign {value}", len(sex), shares()["people"]["foreign"])
        rows = np.flatnonzero(chosen)
        items = np.flatnonzero(foreign.ints("sex") == value)
        which = items[draw.below(f"foreign name {value}", len(rows), len(items))]
        name[rows], kana[rows] = foreign.texts("name")[which], foreign.texts("kana")[which]


def build_crowd(
    draw: Draw, count: int, switch_on: dt.date, data_on: dt.date, encoding: Literal["cp932", "utf-8"]
) -> Crowd:
    """Invent ``count`` people, ordered by municipality and household."""
    sizes = per_municipality(count)
    municipality = np.repeat(np.arange(len(sizes)), sizes)
    household, place = households(municipality, sizes)
    sex, age = sexes_and_ages(draw, place)
    birth = births(draw, age, switch_on, data_on)
    heads = np.flatnonzero(place != 1)
    surname = pick_surnames(draw, regions()[municipality[heads]], encoding, "surname")[household]
    given = pick_given_names(draw, sex, birth, "given name")
    name, kana = full_names(surname, given, "name"), full_names(surname, given, "kana")
    with_foreigners(draw, sex, name, kana)
    return Crowd(municipality, household, place == 2, sex, age, birth, surname, name, kana)


def scattered(draw: Draw, name: str, n: int, digits: int) -> Ints:
    """``n`` different numbers below 10**digits that look random (a line modulo 10**digits)."""
    space = 10**digits
    step = 10 * (draw.number(f"{name} step") % (space // 10)) + 7  # ends in 7: prime to ten
    line = draw.number(f"{name} start") + np.arange(n, dtype=np.int64) * step
    return np.asarray(line % space, dtype=np.int64)


def insured_numbers(draw: Draw, n: int) -> Texts:
    """Different 被保険者番号: 7 digits and their M10W21 check digit, leading zeros kept."""
    numbers = scattered(draw, "insured number", n, 7)
    digits = numbers[:, None] // 10 ** np.arange(6, -1, -1) % 10
    check = m10w21_column((digits + 0x30).astype(np.uint8))
    return np.array([f"{number:08d}" for number in (numbers * 10 + check).tolist()], dtype=object)


def household_numbers(draw: Draw, household: Ints) -> Texts:
    """世帯番号: ten digits, one number per household (not twelve, which would look like a 個人番号)."""
    numbers = scattered(draw, "household", int(household[-1]) + 1, 9)
    return np.array([f"{number:010d}" for number in numbers.tolist()], dtype=object)[household]
