"""Which delivery unit (受渡単位) each record belongs to: its municipality, or by group its employer."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from kouki_print.base.texts import distinct, filled, pick
from kouki_print.intake.instructions import instruction_in_force
from kouki_print.order.groups import DIRECT
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import Order
from kouki_print.order.units import Unit

EMPLOYER = "employer"  # the delivery rule of what goes to an employer in a bundle


def unit_codes(people: pd.DataFrame, order: Order) -> pd.Series:
    """Unit code of each record, known or not.

    By group: whoever has no employer (任意継続), a 送付先 in force, 窓口交付 or 支援措置 is no employer's
    business and belongs to DIRECT.
    """
    if order.delivery.unit == "municipality":
        return people["municipality_code"]
    direct = ~filled(people["group_code"])
    direct |= instruction_in_force(people, order.job.mail_on, order.checks.kind_order)
    for key in ("voluntary", "pickup", "protected"):
        direct |= people[key].to_numpy()
    return people["group_code"].where(~direct, DIRECT)


def household_numbers(people: pd.DataFrame) -> np.ndarray:
    """Number of each person's household (from 0), -1 without a 世帯番号; it counts within employer and place."""
    keys = ["municipality_code", "group_code", "household_number"]
    keys = keys[1:] if filled(people["group_code"]).any() else keys
    numbers: np.ndarray = people.groupby(keys, sort=False).ngroup().to_numpy()
    return np.where(filled(people["household_number"]), numbers, -1)


def bundled(codes: pd.Series, order: LoadedOrder) -> np.ndarray:
    """Mask of the records whose piece goes to their employer in a bundle, not by post to themselves."""
    return _of_unit(codes, order, lambda unit: order.by_group and not unit.mailed)


def unit_names(codes: pd.Series, order: LoadedOrder) -> pd.Series:
    """Name of each record's unit, ``""`` of unknown ones."""
    values, places = distinct(codes)
    return pick([order.units[code].contact.name if code in order.units else "" for code in values], places)


def no_forward(people: pd.DataFrame, codes: pd.Series, order: LoadedOrder) -> np.ndarray:
    """Mask of 転送不要: the person's own setting, else the unit's choice; never in a bundle."""
    chosen = _of_unit(codes, order, lambda unit: unit.no_forward)
    own = people["no_forward"].to_numpy()
    return np.where(own < 0, chosen, own > 0) & ~bundled(codes, order)


def home_printed(people: pd.DataFrame, order: LoadedOrder) -> np.ndarray:
    """Mask of the people whose registered address is on a page: not in a bundle, nor beside a 送付先 in force."""
    settings = order.order
    instructed = instruction_in_force(people, settings.job.mail_on, settings.checks.kind_order)
    away = instructed | bundled(unit_codes(people, settings), order)
    return ~away | settings.card.show_address


def _of_unit(codes: pd.Series, order: LoadedOrder, test: Callable[[Unit], bool]) -> np.ndarray:
    """Mask of the records whose unit passes the test; unknown units do not."""
    values, places = distinct(codes)
    return np.array([code in order.units and test(order.units[code]) for code in values], dtype=bool)[places]
