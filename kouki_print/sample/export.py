"""The export table: every column of the layout ``standard`` for the invented people."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from kouki_print.base.resources import data_dir
from kouki_print.base.shares import apportion
from kouki_print.order.columns import BY_KEY
from kouki_print.order.conditions import FLAG_KEYS, WORD_KEYS
from kouki_print.order.models import Rule
from kouki_print.sample.cells import counts, dates, flags
from kouki_print.sample.city import city_cover, contact_table, optional_columns, younger
from kouki_print.sample.cover import (
    CardUse,
    Cover,
    build_card_use,
    build_cover,
    documents_by_rules,
    without_limits,
)
from kouki_print.sample.defects import how_many, plant
from kouki_print.sample.delivery import Delivery, build_delivery
from kouki_print.sample.draw import Draw, Ints, Mask, Texts
from kouki_print.sample.employers import Employment, build_employment
from kouki_print.sample.homes import Homes, build_homes
from kouki_print.sample.people import (
    Crowd,
    birthday_limits,
    build_crowd,
    household_numbers,
    insured_numbers,
)
from kouki_print.sample.vocabulary import SampleOrder, contacts, export_keys, shares, table, texts

Encoding = Literal["cp932", "utf-8"]
AGE_LIMIT = 85  # births on both sides of this birthday are always in a sample

_UNISSUED_OF = 165_000  # people to whom the table of R4 belongs
_DOCUMENT_CODE = {"certificate": "1", "notice": "2", "insurance_card": "", "": ""}


@dataclass(frozen=True, slots=True)
class Export:
    """Columns by key (texts as they stand in the file), rows of each planted defect, groups.csv by header."""

    columns: dict[str, Texts]
    defects: dict[str, Ints]
    groups: dict[str, list[str]]


def _hyphenated(draw: Draw, postcode: Texts) -> Texts:
    share = shares()["address"]["hyphenated_postcode"]
    rows = np.flatnonzero(draw.happens("hyphen", len(postcode), share))
    postcode[rows] = texts([f"{code[:3]}-{code[3:]}" for code in postcode[rows]])
    return postcode


def _put_on_boundary(draw: Draw, crowd: Crowd, switch_on: dt.date) -> None:
    """Make sure of births exactly at the age limit on the switch date, and one day after (in place)."""
    near = np.flatnonzero(crowd.alone & ((crowd.age == AGE_LIMIT) | (crowd.age == AGE_LIMIT - 1)))
    chosen = near[draw.order("boundary", len(near))][: 4 * how_many(len(crowd))]
    limit = birthday_limits(switch_on, range(AGE_LIMIT, AGE_LIMIT + 1))[0]
    crowd.birth[chosen[0::2]], crowd.age[chosen[0::2]] = limit, AGE_LIMIT
    crowd.birth[chosen[1::2]], crowd.age[chosen[1::2]] = limit + 1, AGE_LIMIT - 1


def _unissued(draw: Draw, crowd: Crowd, out: Mask) -> Texts:
    """未発行理由: as many per municipality and reason as in R4, scaled to the size of the sample."""
    figures = table("unissued")
    reasons = [name for name in figures.columns if name != "jis_code"]
    cells = np.stack([figures.ints(reason) for reason in reasons], axis=1)
    wanted = apportion(len(crowd) * int(cells.sum()) // _UNISSUED_OF, cells.ravel()).reshape(cells.shape)
    column = texts([""] * len(crowd))
    free = draw.order("unissued", len(crowd))
    free = free[~out[free]]
    for at in np.flatnonzero(wanted.sum(axis=1)):
        rows = free[crowd.municipality[free] == at]
        given = np.repeat(np.arange(len(reasons)), wanted[at])[: len(rows)]
        column[rows[: len(given)]] = texts(reasons)[given]
    second = (
        (column != "")
        & (column != "7")
        & draw.happens("two reasons", len(crowd), shares()["flags"]["second_reason"])
    )
    column[second] = column[second] + ";7"
    return column


def _no_forward(draw: Draw, n: int) -> Texts:
    share = shares()["flags"]["no_forward"]
    chosen = np.where(
        draw.happens("no forward", n, share), 1, np.where(draw.happens("forward", n, share), 2, 0)
    )
    return texts(["", "1", "0"])[chosen]


def _protect_two(draw: Draw, reasons: dict[str, Mask]) -> tuple[Ints, Ints]:
    """Two protected people in every sample of some size (in place): one collects, one has a 送付先."""
    count = len(reasons["protected"])
    free = draw.order("protected for sure", count)
    free = free[~reasons["welfare"][free]]
    chosen = free[: 2 if how_many(count) else 0]
    reasons["protected"][chosen] = True
    return chosen[0::2], chosen[1::2]


def _pickup(draw: Draw, protected: Mask, collect: Ints, delivery: Delivery, mail_on: dt.date) -> Mask:
    """窓口交付: a few, and the protected people whose instruction is not a 送付先; ``collect`` for sure."""
    n, share = len(protected), shares()["flags"]
    half = share["protected_instructed"] / 2  # as many again have a 送付先
    collects = draw.happens("collects", n, half / (1 - half))
    instructed = protected & ~delivery.valid_on(mail_on) & collects
    instructed[collect] = True
    return np.where(protected, instructed, draw.happens("pickup", n, share["pickup"]))


def _document_given(
    draw: Draw, order: SampleOrder, every: dict[str, Texts], numbers: dict[str, Ints | Texts]
) -> Texts:
    """交付書類区分 as the source system has it: by the rules but for a few; empty for who gets nothing."""
    preset = tomllib.loads((data_dir() / "presets" / f"{order.preset}.toml").read_text(encoding="utf-8"))
    rules = [Rule.model_validate(rule) for rule in preset["rule"]]
    values = numbers | {key: (every[key] == "1").astype(np.int64) for key in FLAG_KEYS & every.keys()}
    for key in {key for rule in rules for key in rule.when} & WORD_KEYS:
        values[key] = texts([BY_KEY[key].words.get(str(word), "") for word in every[key]])
    document = documents_by_rules(rules, values)
    codes = texts([_DOCUMENT_CODE[str(word)] for word in document])
    differs = draw.happens("document differs", len(codes), shares()["flags"]["document_differs"])
    other = np.where(codes == "1", "2", np.where(codes == "2", "1", ""))
    out = (every["welfare"] == "1") | (every["unissued_reasons"] != "")
    return np.where(out, "", np.where(differs, other, codes)).astype(object)


def _reasons(draw: Draw, card: CardUse) -> dict[str, Mask]:
    """The flags that decide about the document."""
    n, share = len(card.linked), shares()["flags"]
    expired = draw.happens("ecert", n, share["ecert_expired"])
    return {
        "protected": draw.happens("protected", n, share["protected"]),
        "special_care": draw.happens("special care", n, share["special_care"]),
        "certificate_applied": draw.happens("applied", n, share["certificate_applied"]),
        "link_cancelled": draw.happens("cancelled", n, share["link_cancelled"]),
        "ecert_expired": card.linked & expired,
        "linked": card.linked,
        "welfare": draw.happens("welfare", n, share["welfare"]),
    }


def _person_columns(draw: Draw, crowd: Crowd, homes: Homes, order: SampleOrder) -> dict[str, Texts]:
    return {
        "data_on": dates(np.full(len(crowd), order.data_on, dtype="datetime64[D]")),
        "insured_number": insured_numbers(draw, len(crowd)),
        "insurer_number": contact_table(order).texts("insurer_number")[crowd.municipality],
        "municipality_code": contacts().texts("code6")[crowd.municipality],
        "household_number": household_numbers(draw, crowd.household),
        "name": crowd.name,
        "kana": crowd.kana,
        "sex": counts(crowd.sex, 0),
        "birth_date": dates(crowd.birth),
        "postcode": _hyphenated(draw, homes.postcode),
        "address": homes.address,
        "building": homes.building,
    }


def _delivery_columns(delivery: Delivery) -> dict[str, Texts]:
    return {
        "mail_kind": delivery.kind,
        "mail_postcode": delivery.postcode,
        "mail_address": delivery.address,
        "mail_building": delivery.building,
        "mail_name": delivery.name,
        "care_of": delivery.care_of,
        "mail_until": dates(delivery.until),
    }


def _cover_columns(cover: Cover, order: SampleOrder) -> dict[str, Texts]:
    return {
        "qualified_on": dates(cover.qualified_on),
        "effective_on": dates(np.full(len(cover.copay), order.switch_on, dtype="datetime64[D]")),
        "expires_on": dates(cover.expires_on),
        "copay": counts(cover.copay, 0),
        "previous_copay": counts(cover.previous_copay, 0),
        "category": cover.category,
        "limit_shown": flags(cover.limit_shown),
        "limit_effective_on": dates(cover.limit_effective_on),
        "long_stay_on": dates(cover.long_stay_on),
        "disease": cover.disease,
        "disease_effective_on": dates(cover.disease_effective_on),
    }


def legacy_columns(draw: Draw, cover: Cover, order: SampleOrder) -> dict[str, Texts]:
    """短期証, 減額証 and 限度証: empty since these documents ended."""
    n = len(cover.copay)
    if not order.legacy:
        return {key: texts([""] * n) for key in ("short_term", "reduction_card", "limit_card")}
    low = np.isin(cover.category, ("区分Ⅱ", "区分Ⅰ"))
    active = np.isin(cover.category, ("現役Ⅱ", "現役Ⅰ"))
    return {
        "short_term": flags(draw.happens("short term", n, order.short_term)),
        "reduction_card": flags(low & draw.happens("reduction card", n, order.reduction_card)),
        "limit_card": flags(active & draw.happens("limit card", n, order.limit_card)),
    }


def _cover(draw: Draw, crowd: Crowd, order: SampleOrder) -> Cover:
    cover = build_cover(draw, crowd, order)
    if order.city or order.employees:
        return city_cover(draw, crowd, cover, order)
    return without_limits(cover) if order.legacy else cover


def build_export(order: SampleOrder, count: int, seed: int, encoding: Encoding, *, defects: bool) -> Export:
    """Invent ``count`` people and write every column; rows in the order of the insured number."""
    draw = Draw(seed)
    crowd = build_crowd(draw, count, order.switch_on, order.data_on, encoding)
    _put_on_boundary(draw, crowd, order.switch_on)
    crowd = younger(draw, crowd, order) if order.city or order.employees else crowd
    homes, cover = build_homes(draw, crowd), _cover(draw, crowd, order)
    card = build_card_use(draw, crowd)
    reasons = _reasons(draw, card)
    collect, elsewhere = _protect_two(draw, reasons)
    protected = reasons["protected"]
    delivery = build_delivery(draw, crowd, homes, (protected, elsewhere), order.data_on, order.mail_on)
    unissued = _unissued(draw, crowd, reasons["welfare"] | protected)
    every = _person_columns(draw, crowd, homes, order) | _delivery_columns(delivery)
    every |= _cover_columns(cover, order) | legacy_columns(draw, cover, order)
    every |= {key: flags(mask) for key, mask in reasons.items()}
    every |= {"used_12m": counts(card.used_12m, -1), "used_3m": counts(card.used_3m, -1)}
    every |= {"unissued_reasons": unissued, "no_forward": _no_forward(draw, count)}
    every["pickup"] = flags(_pickup(draw, protected, collect, delivery, order.mail_on))
    every |= optional_columns(draw, crowd, cover, order)
    numbers: dict[str, Ints | Texts] = {"age": crowd.age, "used_12m": card.used_12m, "used_3m": card.used_3m}
    numbers |= {"copay": cover.copay, "previous_copay": cover.previous_copay}
    every["document_given"] = _document_given(draw, order, every, numbers)
    every["group_code"] = every["group_name"] = texts([""] * count)
    employment = build_employment(draw, crowd) if order.employees else Employment({}, {})
    every |= employment.columns
    by_number = np.argsort(every["insured_number"].astype(str), kind="stable")
    columns = {key: every[key][by_number] for key in export_keys(order)}
    plain = ~(reasons["welfare"] | protected | (unissued != "") | (delivery.kind != ""))[by_number]
    return Export(columns, plant(draw, columns, plain, encoding) if defects else {}, employment.groups)
