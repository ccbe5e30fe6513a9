"""Households (世帯): who shares a piece with whom, and whose family somebody is.

People of a household have one 世帯番号 within their employer or municipality; its 本人 is the member.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kouki_print.base.texts import filled
from kouki_print.intake.units import EMPLOYER, household_numbers
from kouki_print.order.models import HOUSEHOLD_MOST, Order

MEMBER = "member"


def members(people: pd.DataFrame, trusted: np.ndarray) -> np.ndarray:
    """Position of the 本人 of each person's household, -1 without one who is ``trusted``."""
    household = household_numbers(people)
    is_member = (people["relation"] == MEMBER).to_numpy() & (household >= 0) & trusted
    found = np.full(household.max(initial=0) + 1, -1, dtype=np.int64)
    rows = np.flatnonzero(is_member)
    found[household[rows]] = rows
    return np.where(household >= 0, found[household], -1)


def carriers(people: pd.DataFrame, decided: pd.DataFrame, order: Order) -> np.ndarray:
    """Position of the person on whose piece each printed person stands, mostly their own; else -1.

    Documents of ``[delivery] per_household``: people of one household that travel alike, to one address
    by one way, share a piece, at most HOUSEHOLD_MOST on a page; the member comes first, the others as in
    the export.  People under protection (支援措置) never share.
    """
    printed = (decided["status"] == "printed").to_numpy()
    carrier = np.where(printed, np.arange(len(people)), -1)
    if not order.delivery.per_household:
        return carrier
    sharing = printed & decided["document"].isin(order.delivery.per_household).to_numpy()
    sharing &= filled(people["household_number"]) & ~people["protected"].to_numpy()
    rows = np.flatnonzero(sharing)
    alike = [
        "unit_code", "document", "set_code", "to_postcode", "to_address", "to_building", "to_care_of", "no_forward",
        "pickup",
    ]  # fmt: skip
    keys = decided.iloc[rows][alike]
    via = decided["to_via"].where(decided["delivery_rule"] != EMPLOYER, "")  # there it names the member
    keys = keys.assign(via=via.iloc[rows], household=household_numbers(people)[rows])
    group = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    relative = (people["relation"].iloc[rows] != MEMBER).to_numpy()
    places = np.lexsort((rows, relative, group))
    rows, group = rows[places], group[places]
    within = np.arange(len(rows)) - np.searchsorted(group, group)
    first = np.arange(len(rows)) - within % HOUSEHOLD_MOST
    carrier[rows] = rows[first]
    return carrier
