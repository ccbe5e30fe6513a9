"""The city's insurance (国民健康保険): the same people a generation younger, with its numbers and ratios."""

from __future__ import annotations

import dataclasses

import numpy as np

from kouki_print.base.checkdigits import m10w21
from kouki_print.order.columns import EVENTS
from kouki_print.sample.cells import dates, flags
from kouki_print.sample.cover import Cover
from kouki_print.sample.draw import Draw, Texts, parts_of
from kouki_print.sample.people import (
    Crowd,
    Days,
    birthday_limits,
    full_names,
    pick_given_names,
    with_foreigners,
)
from kouki_print.sample.vocabulary import SampleOrder, Table, contacts, shares, texts

OLDEST = 74
_YEARS = 24  # by which the people of 65 and over are made younger
_SCHOOL = 6
_NAT = np.datetime64("NaT", "D")


def contact_table(order: SampleOrder) -> Table:
    """The contact table of a sample; in the city's insurance each city has a 保険者番号 of six digits."""
    if not order.city:
        return contacts()
    columns = dict(contacts().columns)
    bodies = ["0047" + code[2:] for code in columns["jis_code"]]
    columns["insurer_number"] = [body + m10w21(body) for body in bodies]
    return Table(columns)


def younger(draw: Draw, crowd: Crowd, order: SampleOrder) -> Crowd:
    """The crowd as the city's insurance has it: nobody over 74, a few children, names of their years."""
    n = len(crowd)
    age = crowd.age - _YEARS
    age = np.where(age > OLDEST, 60 + age % 15, age)
    child = draw.happens("city child", n, 3 * shares()["limits"]["under_school"])
    age = np.where(child, draw.below("city child age", n, 3 * _SCHOOL), age)
    limits = birthday_limits(order.switch_on, range(OLDEST + 2))
    oldest, newest = limits[age + 1] + 1, limits[age]
    birth = oldest + draw.below("city birth day", n, (newest - oldest).astype(np.int64) + 1)
    latest = np.datetime64(order.data_on, "D") - 40
    birth = np.where(birth > latest, latest - draw.below("city newborn", n, 300), birth)
    given = pick_given_names(draw, crowd.sex, birth, "city given name")
    name, kana = full_names(crowd.surname, given, "name"), full_names(crowd.surname, given, "kana")
    with_foreigners(draw, crowd.sex, name, kana)
    return dataclasses.replace(crowd, age=age, birth=birth, name=name, kana=kana)


def city_cover(draw: Draw, crowd: Crowd, cover: Cover, order: SampleOrder) -> Cover:
    """Ratios by age (before school and from 70: 2割 or 3割, else 3割); nothing of the union's optional items."""
    n, nothing = len(crowd), np.full(len(crowd), _NAT)
    low = (crowd.age < _SCHOOL) | ((crowd.age >= 70) & (cover.copay < 3))
    copay = np.where(low, 2, 3)
    changed = (crowd.age >= 70) & (cover.previous_copay > 0) & (cover.previous_copay != cover.copay)
    stay = np.datetime64(order.data_on, "D") - crowd.birth
    joined = crowd.birth + draw.below("joined", n, np.maximum(stay.astype(np.int64), 1))
    blank = texts([""] * n)
    return dataclasses.replace(
        cover,
        category=blank,
        copay=copay,
        previous_copay=np.where(changed, 5 - copay, copay),
        limit_shown=np.zeros(n, dtype=bool),
        limit_effective_on=nothing,
        long_stay_on=nothing,
        disease=blank,
        disease_effective_on=nothing,
        qualified_on=np.maximum(joined, np.datetime64("1961-04-01", "D")),
        expires_on=nothing,
    )


def _later(draw: Draw, name: str, n: int, order: SampleOrder, soon: float) -> Days:
    """Days after the switch: within the document's validity for a share of ``soon``, else years on."""
    begin = np.datetime64(order.switch_on, "D")
    length = int((np.datetime64(order.expires_on, "D") - begin).astype(int))
    early = begin + 14 + draw.below(f"{name} early", n, length - 14)
    late = np.datetime64(order.expires_on, "D") + 1 + draw.below(f"{name} late", n, 1500)
    return np.where(draw.happens(f"{name} soon", n, soon), early, late)


def optional_columns(draw: Draw, crowd: Crowd, cover: Cover, order: SampleOrder) -> dict[str, Texts]:
    """Columns that only some systems export; those that the sample leaves out are not written."""
    n, share = len(crowd), shares()["limits"]
    foreign = draw.happens("residence", n, share["residence"])
    residence = np.where(foreign, _later(draw, "residence", n, order, share["residence_soon"]), _NAT)
    disabled = (crowd.age < 75) & draw.happens("disability until", n, share["disability_until"])
    disability = np.where(disabled, _later(draw, "disability", n, order, 0.5), _NAT)
    kinds = shares()["event"]
    weights = list(kinds.values())
    event = draw.pick("event", n, parts_of([1 - sum(weights), *weights]))
    changed = (cover.previous_copay > 0) & (cover.previous_copay != cover.copay)
    return {
        "residence_until": dates(residence),
        "disability_until": dates(disability),
        "event": texts(["", *(word for word in EVENTS)])[event],
        "usable_early": flags(changed & draw.happens("usable early", n, share["usable_early"])),
    }
