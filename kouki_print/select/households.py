"""Households (世帯): who shares a piece with whom, and whose family somebody is.

People of a household have one 世帯番号 within their unit; its 本人 is the member (被保険者本人).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from kouki_print.base.texts import filled
from kouki_print.order.models import HOUSEHOLD_MOST, Order

MEMBER = "member"


def members(people: pd.DataFrame, unit_code: pd.Series, trusted: np.ndarray) -> np.ndarray:
    """Position of the 本人 of each person's household, -1 without exactly one who is ``trusted``."""
    household = _households(people, unit_code)
    is_member = (people["relation"] == MEMBER).to_numpy() & (household >= 0)
    count = np.bincount(household[is_member], minlength=household.max(initial=0) + 1)
    found = np.full(len(count), -1, dtype=np.int64)
    rows = np.flatnonzero(is_member & trusted)
    found[household[rows]] = rows
    found[count != 1] = -1
    return np.where(household >= 0, found[household], -1)


def _households(people: pd.DataFrame, unit_code: pd.Series) -> np.ndarray:
    """Number of each person's household, -1 without a 世帯番号."""
    keys = pd.DataFrame({"unit": unit_code, "household": people["household_number"]})
    numbers: np.ndarray = keys.groupby(["unit", "household"], sort=False).ngroup().to_numpy()
    return np.where(filled(people["household_number"]), numbers, -1)


def carriers(people: pd.DataFrame, decided: pd.DataFrame, order: Order) -> np.ndarray:
    """Position of the person on whose piece each printed person stands, mostly their own; else -1.

    Documents of ``[delivery] per_household``: people of one household with one delivery address share
    a piece, at most HOUSEHOLD_MOST on a page; the member comes first, the others as in the export.
    People under protection (支援措置) never share.
    """
    printed = (decided["status"] == "printed").to_numpy()
    carrier = np.where(printed, np.arange(len(people)), -1)
    if not order.delivery.per_household:
        return carrier
    sharing = printed & decided["document"].isin(order.delivery.per_household).to_numpy()
    sharing &= filled(people["household_number"]) & ~people["protected"].to_numpy()
    rows = np.flatnonzero(sharing)
    keys = decided.iloc[rows][
        ["unit_code", "document", "set_code", "to_postcode", "to_address", "to_building"]
    ]
    keys = keys.assign(household=people["household_number"].iloc[rows], pickup=decided["pickup"].iloc[rows])
    group = keys.groupby(list(keys.columns), sort=False).ngroup().to_numpy()
    relative = (people["relation"].iloc[rows] != MEMBER).to_numpy()
    places = np.lexsort((rows, relative, group))
    rows, group = rows[places], group[places]
    within = np.arange(len(rows)) - np.searchsorted(group, group)
    first = np.arange(len(rows)) - within % HOUSEHOLD_MOST
    carrier[rows] = rows[first]
    return carrier
