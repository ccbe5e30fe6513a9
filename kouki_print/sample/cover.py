"""What their cover says: dates, ratio and category, limits, diseases; and how they use the card."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from kouki_print.order.columns import COPAY_OF_CATEGORY
from kouki_print.order.conditions import parse_condition
from kouki_print.order.models import Rule
from kouki_print.sample.draw import Draw, Ints, Mask, Texts, parts_of
from kouki_print.sample.people import Crowd, Days
from kouki_print.sample.vocabulary import SampleOrder, shares, texts

_OFTEN = (9, 9, 8, 8, 8, 8, 12, 6, 5, 4, 4, 3, 3, 2, 2, 2, 2, 1, 3) + (1,) * 12  # weights of 6, 7 … uses
_NAT = np.datetime64("NaT", "D")
_SYSTEM_BEGAN = np.datetime64("2008-04-01", "D")  # 後期高齢者医療制度の開始


@dataclass(frozen=True, slots=True)
class Cover:
    """Columns of the entitlement; NaT and 0 mean empty."""

    category: Texts
    copay: Ints
    previous_copay: Ints
    limit_shown: Mask
    limit_effective_on: Days
    long_stay_on: Days
    disease: Texts
    disease_effective_on: Days
    qualified_on: Days
    expires_on: Days


@dataclass(frozen=True, slots=True)
class CardUse:
    """マイナ保険証 by person: registered, uses in 12 and 3 months (-1 not recorded)."""

    linked: Mask
    used_12m: Ints
    used_3m: Ints


def first_of_month_before(draw: Draw, name: str, n: int, day: dt.date, months: int) -> Days:
    """The first of one of the ``months`` months up to that of ``day``."""
    month = np.datetime64(day, "M") - draw.below(name, n, months)
    return month.astype("datetime64[D]")


def _qualified_on(draw: Draw, crowd: Crowd, data_on: dt.date) -> Days:
    """75th birthday, the start of the system, a recognition after 65, or the day they moved in."""
    n, data = len(crowd), np.datetime64(data_on, "D")
    month = crowd.birth.astype("datetime64[M]")
    day = crowd.birth - month.astype("datetime64[D]")
    since = np.where(crowd.age < 75, 65, 75)
    reached = (month + since * 12).astype("datetime64[D]") + day
    wait = draw.below("recognition wait", n, np.maximum((data - reached).astype(np.int64), 1))
    reached = np.where(crowd.age < 75, reached + wait, reached)
    reached = np.minimum(np.maximum(reached, _SYSTEM_BEGAN), data)
    stay = np.maximum((data - reached).astype(np.int64), 1)
    moved = draw.happens("moved in", n, shares()["people"]["moved_in"])
    qualified: Days = np.where(moved, reached + draw.below("moved in on", n, stay), reached)
    return qualified


def build_cover(draw: Draw, crowd: Crowd, order: SampleOrder) -> Cover:
    """Invent the entitlement of each person; people of one household share the category."""
    n, share = len(crowd), shares()["benefit"]
    names, weights = list(shares()["category"]), parts_of(list(shares()["category"].values()))
    which = draw.pick("category", int(crowd.household[-1]) + 1, weights)[crowd.household]
    copay = np.array([COPAY_OF_CATEGORY[name] for name in names])[which]
    qualified = _qualified_on(draw, crowd, order.data_on)
    other = np.where(copay == 1, 2, np.where(copay == 3, 1 + draw.below("old copay", n, 2), 1))
    previous = np.where(draw.happens("copay changed", n, share["copay_changed"]), other, copay)
    previous = np.where(qualified > np.datetime64(order.data_on, "D") - 30, 0, previous)
    limits = np.array([shares()["limit_shown"].get(name, 0.0) for name in names])
    shown = draw.happens("limit shown", n, limits[which])
    earlier = first_of_month_before(draw, "limit since", n, order.data_on, 18)
    since = np.where(draw.happens("limit anew", n, 0.7), np.datetime64(order.switch_on, "D"), earlier)
    low = which == names.index("区分Ⅱ")
    stays = shown & low & draw.happens("long stay", n, share["long_stay"] / shares()["limit_shown"]["区分Ⅱ"])
    stay = np.where(
        draw.happens("long stay goes on", n, 0.6),
        np.datetime64(order.switch_on, "D"),
        first_of_month_before(draw, "long stay since", n, order.data_on, 10),
    )
    kinds = ("A", "B", "C", "A;B")
    ill = draw.happens("disease", n, share["disease"])
    kind = texts(list(kinds))[draw.pick("disease kind", n, parts_of([share[name] for name in kinds]))]
    ill_since = first_of_month_before(draw, "disease since", n, order.data_on, 120)
    days = int((np.datetime64(order.expires_on, "D") - np.datetime64(order.switch_on, "D")).astype(int))
    ends = np.datetime64(order.switch_on, "D") + 30 + draw.below("ends", n, days - 30)
    return Cover(
        category=texts(names)[which],
        copay=copay,
        previous_copay=previous,
        limit_shown=shown,
        limit_effective_on=np.where(shown, since, _NAT),
        long_stay_on=np.where(stays, stay, _NAT),
        disease=np.where(ill, kind, "").astype(object),
        disease_effective_on=np.where(ill, np.maximum(ill_since, qualified), _NAT),
        qualified_on=qualified,
        expires_on=np.where(draw.happens("shorter", n, shares()["people"]["shorter_expiry"]), ends, _NAT),
    )


def without_limits(cover: Cover) -> Cover:
    """The cover as the 被保険者証 shows it: 限度区分, 長期入院 and 特定疾病 stand on papers of their own."""
    nothing = np.full(len(cover.copay), _NAT)
    return replace(
        cover,
        limit_shown=np.zeros(len(cover.copay), dtype=bool),
        limit_effective_on=nothing,
        long_stay_on=nothing,
        disease=texts([""] * len(cover.copay)),
        disease_effective_on=nothing,
    )


def build_card_use(draw: Draw, crowd: Crowd) -> CardUse:
    """Who registered マイナ保険証, and how often it was used; the oldest less."""
    n, share, by_age = len(crowd), shares()["use"], shares()["linked"]
    starts = np.array([int(age) for age in by_age])
    rate = np.array(list(by_age.values()))[np.searchsorted(starts, crowd.age, side="right") - 1]
    linked = draw.happens("linked", n, rate)
    often = 1 - share["never"] - share["seldom"]
    habit = draw.pick(
        "habit", n, parts_of([share["never"], share["seldom"], often - share["lapsed"], share["lapsed"]])
    )
    year = np.select(
        [habit == 1, habit >= 2], [1 + draw.below("seldom", n, 5), 6 + draw.pick("often", n, _OFTEN)], 0
    )
    recent = 1 + draw.below("recent", n, np.maximum(year // 3, 1))
    recent = np.where(
        habit == 1, np.minimum(draw.below("recently", n, 3), year), np.where(habit == 2, recent, 0)
    )
    unknown = linked & draw.happens("not recorded", n, share["not_recorded"])
    used = [np.where(unknown, -1, np.where(linked, count, 0)) for count in (year, recent)]
    return CardUse(linked, used[0], used[1])


def documents_by_rules(rules: list[Rule], columns: Mapping[str, Ints | Texts]) -> Texts:
    """Document that the source system would enter (交付書類区分), by the preset's own table.

    ``columns`` has every flag, number and word that a condition names; the first rule that fits decides.
    """
    n = len(columns["age"])
    document, open_ = texts([""] * n), np.ones(n, dtype=bool)
    for rule in rules:
        hit = open_.copy()
        for key, wanted in rule.when.items():
            condition = parse_condition(key, wanted)
            hit &= condition.holds(columns[condition.key])
        document[hit] = rule.document
        open_ &= ~hit
    return document
