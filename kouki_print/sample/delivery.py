"""Where post goes instead (送付先): relatives, facilities, guardians, at another's house."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from kouki_print.sample.draw import Draw, Ints, Mask, Texts, parts_of
from kouki_print.sample.homes import NUMERALS, Homes, buildings, care_home_names, street_addresses
from kouki_print.sample.people import Crowd, Days, full_names, pick_given_names, pick_surnames, regions
from kouki_print.sample.vocabulary import places, shares, table, texts

RELATIVE, FAR_RELATIVE, FACILITY, GUARDIAN, LODGER = range(5)
_WEIGHTS = (45, 15, 20, 10, 10)


@dataclass(frozen=True, slots=True)
class Delivery:
    """The 送付先 columns; ``until`` is NaT where there is no end."""

    kind: Texts
    postcode: Texts
    address: Texts
    building: Texts
    name: Texts
    care_of: Texts
    until: Days

    def valid_on(self, day: dt.date) -> Mask:
        """Rows whose 送付先 counts for certificates on ``day``."""
        open_ = np.isnat(self.until) | (self.until >= np.datetime64(day, "D"))
        return np.isin(self.kind, ("全て", "資格")) & open_


def _kinds(draw: Draw, protected: Mask, elsewhere: Ints) -> Texts:
    kinds = shares()["mail"]
    weights = list(kinds.values())
    n = len(protected)
    chosen = draw.pick("mail kind", n, parts_of([1 - sum(weights), *weights]))
    instructed = protected & draw.happens(
        "mail for protected", n, shares()["flags"]["protected_instructed"] / 2
    )
    instructed[elsewhere] = True
    chosen = np.where(protected, np.where(instructed, 1, 0), chosen)
    return texts(["", *kinds])[chosen]


def _family(draw: Draw, crowd: Crowd, rows: Ints, *, same_surname: bool) -> Texts:
    """Names of relatives (same surname) or hosts: a child's generation."""
    name = f"relative {same_surname}"
    sex = 1 + draw.below(f"{name} sex", len(rows), 2)
    birth = crowd.birth[rows] + (25 * 365 + draw.below(f"{name} born", len(rows), 3650))
    given = pick_given_names(draw, sex, birth, f"{name} given")
    surname = crowd.surname[rows]
    if not same_surname:
        surname = pick_surnames(draw, regions()[crowd.municipality[rows]], "cp932", f"{name} surname")
    return full_names(surname, given, "name")


def _until(draw: Draw, has: Mask, data_on: dt.date, mail_on: dt.date) -> Days:
    """End of each 送付先: before the data, between data and posting, later, or none (NaT)."""
    share, n = shares()["mail_until"], len(has)
    end = draw.pick("mail end", n, parts_of([*share.values(), 1 - sum(share.values())]))
    data, mail = np.datetime64(data_on, "D"), np.datetime64(mail_on, "D")
    back = data - 1 - draw.below("mail ended", n, 400)
    between = data + draw.below("mail ends", n, int((mail - data).astype(int)))
    later = mail + 30 + draw.below("mail ends later", n, 700)
    until = np.select([end == 0, end == 1, end == 2], [back, between, later], np.datetime64("NaT", "D"))
    return np.where(has, until, np.datetime64("NaT", "D"))


def _far_addresses(draw: Draw, n: int) -> tuple[Texts, Texts]:
    """Postcode and address outside the prefecture."""
    far = table("elsewhere")
    which = draw.below("far town", n, len(far.columns["town"]))
    numbers = [
        NUMERALS[1 + draw.below(f"far number {place}", n, top)] for place, top in enumerate((5, 30, 20))
    ]
    address = (
        far.texts("head")[which]
        + far.texts("town")[which]
        + numbers[0]
        + "丁目"
        + numbers[1]
        + "-"
        + numbers[2]
    )
    return far.texts("postcode")[which], address


def _places_of(draw: Draw, way: Ints, crowd: Crowd, homes: Homes, rows: Ints) -> tuple[Texts, Texts, Texts]:
    """Postcode, address and building of each 送付先 by the way it came about."""
    n = len(rows)
    weights = table("municipality_weights").ints("weight")
    near = np.where(way == RELATIVE, draw.pick("mail municipality", n, weights), crowd.municipality[rows])
    near = np.where(way == GUARDIAN, np.argmax(weights), near)  # offices are in the capital
    postcode, address, town = street_addresses(draw, "mail", near)
    building = buildings(draw, "mail building", near, town)
    facility, hospital = care_home_names(draw, "mail home", n), places("hospital")
    hospital = hospital[draw.below("mail hospital", n, len(hospital))]
    building = np.where(
        way == FACILITY, np.where(draw.happens("hospital", n, 0.3), hospital, facility), building
    )
    office, house = places("office"), places("office_building")
    office = (
        house[draw.below("office building", n, len(house))]
        + "３階　"
        + office[draw.below("office", n, len(office))]
    )
    building = np.where(way == GUARDIAN, office, np.where(way == FAR_RELATIVE, "", building)).astype(object)
    far_postcode, far_address = _far_addresses(draw, n)
    far, same = way == FAR_RELATIVE, way == LODGER
    postcode = np.where(far, far_postcode, np.where(same, homes.postcode[rows], postcode))
    address = np.where(far, far_address, np.where(same, homes.address[rows], address))
    building = np.where(same, homes.building[rows], building)
    return postcode.astype(object), address.astype(object), building.astype(object)


def build_delivery(
    draw: Draw,
    crowd: Crowd,
    homes: Homes,
    protection: tuple[Mask, Ints],
    data_on: dt.date,
    mail_on: dt.date,
) -> Delivery:
    """Give some people a 送付先 of each kind; half of the instructions for protected people are such.

    ``protection``: who is protected, and those of them who have a 送付先 for sure.
    """
    n = len(crowd)
    protected, elsewhere = protection
    kind = _kinds(draw, protected, elsewhere)
    has = kind != ""
    rows = np.flatnonzero(has)
    way = draw.pick("mail way", len(rows), _WEIGHTS)
    columns = [texts([""] * n) for _ in range(5)]
    postcode, address, building, name, care_of = columns
    postcode[rows], address[rows], building[rows] = _places_of(draw, way, crowd, homes, rows)
    family = _family(draw, crowd, rows, same_surname=True)
    named = (way <= FAR_RELATIVE) & draw.happens("mail to family", len(rows), 0.6)
    guardian = "成年後見人　" + _family(draw, crowd, rows, same_surname=False)
    name[rows] = np.where(way == GUARDIAN, guardian, np.where(named, family, ""))
    host = (way == LODGER) | ((way == RELATIVE) & ~named & draw.happens("care of", len(rows), 0.5))
    care_of[rows] = np.where(host, _family(draw, crowd, rows, same_surname=False), "")
    until = np.where(protected, np.datetime64("NaT", "D"), _until(draw, has, data_on, mail_on))
    return Delivery(kind, postcode, address, building, name, care_of, until)
