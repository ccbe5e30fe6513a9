"""Where they live: addresses in the many ways they are written, flats, public housing and care homes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kouki_print.sample.draw import Draw, Ints, Mask, Texts, Wheels
from kouki_print.sample.people import Crowd
from kouki_print.sample.vocabulary import places, shares, table, texts

_FULL = str.maketrans("0123456789", "０１２３４５６７８９")
_KANJI = "〇一二三四五六七八九"
_TOP = 5000
_HALF_AT, _FULL_AT, _KANJI_AT = 0, _TOP, 2 * _TOP
NUMERALS = texts(
    [str(number) for number in range(_TOP)]
    + [str(number).translate(_FULL) for number in range(_TOP)]
    + [_KANJI[number] for number in range(10)]
)


@dataclass(frozen=True, slots=True)
class Style:
    """One way to write the numbers of an address: (digits, what follows) per number; weight per way."""

    weight: int
    numbers: tuple[tuple[int, str], ...]


H, F, K = _HALF_AT, _FULL_AT, _KANJI_AT
WITH_CHOME = (  # 丁目, 番, 号
    Style(20, ((F, "丁目"), (F, "番"), (F, "号"))),
    Style(14, ((H, "丁目"), (H, "番"), (H, "号"))),
    Style(24, ((H, "-"), (H, "-"), (H, ""))),
    Style(14, ((F, "－"), (F, "－"), (F, ""))),
    Style(6, ((F, "‐"), (F, "‐"), (F, ""))),
    Style(6, ((K, "丁目"), (H, "番"), (H, "号"))),
    Style(5, ((K, "丁目"), (F, "番地"), (F, ""))),
    Style(8, ((H, "丁目"), (H, "-"), (H, ""))),
    Style(5, ((F, "丁目"), (F, "番地の"), (F, ""))),
)
WITHOUT_CHOME = (  # 番地, 枝番
    Style(18, ((F, "番地"),)),
    Style(14, ((H, "番地"),)),
    Style(14, ((H, ""),)),
    Style(6, ((F, ""),)),
    Style(12, ((H, "-"), (H, ""))),
    Style(10, ((F, "－"), (F, ""))),
    Style(9, ((F, "番地"), (F, ""))),
    Style(7, ((H, "番地の"), (H, ""))),
    Style(6, ((F, "番地の"), (F, ""))),
    Style(4, ((H, "番地"), (H, "号"))),
)


@dataclass(frozen=True, slots=True)
class Homes:
    """Address columns of the people's homes."""

    postcode: Texts
    address: Texts
    building: Texts


def _town_wheels() -> Wheels:
    towns, codes = table("towns"), table("municipality_weights").columns["jis_code"]
    position = {code: at for at, code in enumerate(codes)}
    groups = np.array([position[code] for code in towns.columns["jis_code"]], dtype=np.int64)
    named = ~towns.where("town", "")
    weights = np.where(towns.where("chome", "1"), 300, 100) * (1 + towns.ints("postcode") * 7919 % 6) * named
    per_group = np.bincount(groups, weights=weights, minlength=len(codes)).astype(np.int64)
    unnamed = per_group[groups] * round(shares()["address"]["without_town"] * 1000) // 1000
    weights = np.where(named, weights, np.maximum(unnamed, 1))
    return Wheels.of(groups, np.arange(len(groups)), weights, len(codes))


def _numbers(draw: Draw, name: str, styles: tuple[Style, ...], limits: tuple[int, ...], n: int) -> Texts:
    """The numbers of ``n`` addresses, each in one of the styles."""
    style = draw.pick(f"{name} style", n, [entry.weight for entry in styles])
    text = texts([""] * n)
    for place, limit in enumerate(limits):
        number = 1 + draw.below(f"{name} number {place}", n, limit)
        for at, entry in enumerate(styles):
            if place < len(entry.numbers):
                digits, after = entry.numbers[place]
                rows = np.flatnonzero(style == at)
                text[rows] = text[rows] + NUMERALS[number[rows] + digits] + after
    return text


def street_addresses(draw: Draw, name: str, municipality: Ints) -> tuple[Texts, Texts, Texts]:
    """Postcode, address and town of ``len(municipality)`` places within these municipalities."""
    towns, n = table("towns"), len(municipality)
    town = _town_wheels().spin(draw, f"{name} town", municipality)
    names, postcode = towns.texts("town")[town], towns.texts("postcode")[town]
    chome = towns.where("chome", "1")[town]
    quarter = towns_are_quarters()[town] & draw.happens(f"{name} quarter", n, 0.7)
    head = table("municipality_weights").texts("head")[municipality]
    prefecture = draw.happens(f"{name} prefecture", n, shares()["address"]["with_prefecture"])
    address = (
        np.where(prefecture, "沖縄県", "").astype(object) + head + np.where(quarter, "字", "").astype(object)
    )
    address = address + names
    for value, styles, limits in ((True, WITH_CHOME, (5, 40, 30)), (False, WITHOUT_CHOME, (2400, 25))):
        rows = np.flatnonzero(chome == value)
        address[rows] = address[rows] + _numbers(draw, f"{name} {value}", styles, limits, len(rows))
    return postcode, address, names


def towns_are_quarters() -> Mask:
    """Towns that may be written with 字 before them: neither 町 nor 丁目."""
    towns = table("towns")
    plain = [bool(town) and not town.endswith("町") for town in towns.columns["town"]]
    return np.array(plain) & ~towns.where("chome", "1")


def _rooms(draw: Draw, name: str, n: int) -> Texts:
    """Room numbers 101 to 1204, written in five ways."""
    floor = 1 + draw.pick(f"{name} floor", n, [9, 9, 8, 6, 5, 3, 2, 1, 1, 1, 1, 1])
    number = floor * 100 + 1 + draw.below(name, n, 8)
    way = draw.pick(f"{name} way", n, [30, 20, 20, 20, 10])
    digits = NUMERALS[number + np.where(np.isin(way, (0, 1)), _FULL_AT, _HALF_AT)]
    return np.asarray(digits + texts(["号", "号室", "号室", "", "号"])[way], dtype=object)


def buildings(draw: Draw, name: str, municipality: Ints, town: Texts) -> Texts:
    """方書 of homes: a private flat or a public estate for some, empty for most."""
    n, share = len(municipality), shares()["address"]
    head = table("municipality_weights").texts("head")[municipality]
    kind = texts([text[-1] for text in table("municipality_weights").columns["head"]])[municipality]
    has = draw.happens(
        f"{name} has", n, np.where(kind == "市", share["building_city"], share["building_elsewhere"])
    )
    surname = table("surnames").texts("name")[draw.below(f"{name} owner", n, 200)]
    before, after = places("flat_head"), places("flat_tail")
    word = before[draw.below(f"{name} head", n, len(before))]
    tail = after[draw.below(f"{name} tail", n, len(after))]
    called = np.where(draw.happens(f"{name} by town", n, 0.4), town, surname)
    flat = np.where(draw.happens(f"{name} head first", n, 0.5), word + called, called + tail).astype(object)
    flat = (
        flat + np.where(draw.happens(f"{name} gap", n, 0.6), "　", "").astype(object) + _rooms(draw, name, n)
    )
    public = np.where(draw.happens(f"{name} county", n, 0.5), "県営", kind + "営").astype(object)
    block = NUMERALS[_FULL_AT + 1 + draw.below(f"{name} block", n, 12)]
    room = NUMERALS[
        _FULL_AT + (1 + draw.below(f"{name} storey", n, 5)) * 100 + 1 + draw.below(f"{name} door", n, 6)
    ]
    estate = public + np.where(town == "", head, town) + "団地　" + block + "棟" + room + "号"
    built = np.where(draw.happens(f"{name} estate", n, 0.25), estate, flat).astype(object)
    return np.where(has, built, "").astype(object)


def care_home_names(draw: Draw, name: str, n: int) -> Texts:
    """Long names of ``n`` facilities, with the body that runs them for many."""
    corporation, kind, called = places("corporation"), places("home_type"), places("home_name")
    body = corporation[draw.below(f"{name} body", n, len(corporation))] + "　"
    body = np.where(draw.happens(f"{name} with body", n, 0.6), body, "").astype(object)
    home = kind[draw.below(f"{name} kind", n, len(kind))] + "　" + called[draw.below(name, n, len(called))]
    return np.asarray(body + home, dtype=object)


def build_homes(draw: Draw, crowd: Crowd) -> Homes:
    """Give every household an address, and the people of care homes that of their home."""
    n, share = len(crowd), shares()["people"]
    first = np.unique(crowd.household, return_index=True)[1]
    postcode, address, town = street_addresses(draw, "home", crowd.municipality[first])
    building = buildings(draw, "building", crowd.municipality[first], town)
    postcode, address, building = (column[crowd.household] for column in (postcode, address, building))
    in_home = crowd.alone & draw.happens(
        "in a care home", n, np.where(crowd.age >= 85, share["home_85"], share["home_under_85"]) / 0.75
    )
    homes = np.maximum(np.bincount(crowd.municipality) // 120, 1)
    first_home = np.cumsum(homes) - homes
    where = np.repeat(np.arange(len(homes)), homes)
    rows = np.flatnonzero(in_home)
    here = first_home[crowd.municipality[rows]] + draw.below(
        "which care home", len(rows), homes[crowd.municipality[rows]]
    )
    home_postcode, home_address, _ = street_addresses(draw, "care home", where)
    room = "　" + _rooms(draw, "care room", len(rows))
    room = np.where(draw.happens("care room given", len(rows), 0.5), room, "").astype(object)
    postcode[rows], address[rows] = home_postcode[here], home_address[here]
    building[rows] = care_home_names(draw, "care home name", len(where))[here] + room
    return Homes(postcode, address, building)
