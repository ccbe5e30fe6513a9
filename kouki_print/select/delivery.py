"""Where each piece goes: the registered address, or the 送付先 that is in force.

The insured's own name always stays; a guardian or facility gets a line of its own, and so does
the house where the insured lives with others (様方).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.honorifics import APPENDED, plain_names
from kouki_print.base.texts import arrow_of, distinct, filled, pick, series_of
from kouki_print.intake.instructions import instruction_in_force
from kouki_print.intake.units import EMPLOYER
from kouki_print.order.models import Order

REGISTERED = "registered"


def _where(mask: np.ndarray, yes: pd.Series | str, no: pd.Series | str) -> pd.Series:
    """Text column of ``yes`` where the mask is set, else ``no``."""
    choices = [
        pa.scalar(side, pa.large_string()) if isinstance(side, str) else arrow_of(side) for side in (yes, no)
    ]
    return series_of(pc.if_else(pa.array(mask), *choices))


def _unlike_own_name(people: pd.DataFrame) -> np.ndarray:
    """Mask of the rows whose 送付先氏名 is somebody else's: blanks between names do not count."""
    rows = np.flatnonzero(filled(people["mail_name"]))
    unlike = np.zeros(len(people), dtype=bool)
    names, others = (
        plain_names(people[key].iloc[rows]).str.replace(r"[\s\u3000]", "", regex=True).tolist()
        for key in ("name", "mail_name")
    )
    unlike[rows] = [
        name != other and other.removeprefix(name) not in APPENDED
        for name, other in zip(names, others, strict=True)
    ]
    return unlike


def delivery_columns(people: pd.DataFrame, order: Order) -> dict[str, pd.Series]:
    """The delivery columns ``to_*`` and ``delivery_rule`` (``registered``, ``employer``, ``資格`` or ``全て``).

    A 送付先 counts when its kind is in ``checks.kind_order`` and it has not ended before the posting
    date.  様方 belongs to the 送付先; without any 送付先 it belongs to the registered address.  Where the
    householder (世帯主) is addressed (intake leaves the column empty elsewhere), a 送付先 still is the person's own.
    """
    instructed = instruction_in_force(people, order.job.mail_on, order.checks.kind_order)
    without = ~filled(people["mail_kind"])
    named = _where(~instructed & filled(people["householder"]), people["householder"], people["name"])
    return {
        "to_postcode": _where(instructed, people["mail_postcode"], people["postcode"]),
        "to_address": _where(instructed, people["mail_address"], people["address"]),
        "to_building": _where(instructed, people["mail_building"], people["building"]),
        "to_name": named,
        "to_via": _where(instructed & _unlike_own_name(people), plain_names(people["mail_name"]), ""),
        "to_care_of": _where(instructed | without, people["care_of"], ""),
        "delivery_rule": _where(instructed, people["mail_kind"], REGISTERED),
    }


def to_employer(
    columns: Mapping[str, pd.Series], bundled: np.ndarray, employer: pd.Series, family_of: pd.Series
) -> dict[str, pd.Series]:
    """The delivery columns with those of ``bundled`` people turned to their employer: no home address shows.

    ``family_of`` is the member's name of a dependant, ``""`` of others: the employer knows only members.
    """
    if not bundled.any():
        return dict(columns)
    words = [pa.scalar(text, pa.large_string()) for text in ("　様のご家族", "")]
    family = series_of(pc.binary_join_element_wise(arrow_of(plain_names(family_of)), *words))
    new: dict[str, pd.Series | str] = {
        "to_postcode": "",
        "to_address": employer,
        "to_building": "",
        "to_via": _where(filled(family_of), family, ""),
        "to_care_of": "",
        "delivery_rule": EMPLOYER,
    }
    turned = {name: _where(bundled, value, columns[name]) for name, value in new.items()}
    return {name: turned.get(name, column) for name, column in columns.items()}


def has_instruction(people: pd.DataFrame, order: Order) -> np.ndarray:
    """Mask of the people for whom somebody decided how they get their piece: 窓口交付 or 送付先 in force."""
    in_force = instruction_in_force(people, order.job.mail_on, order.checks.kind_order)
    return people["pickup"].to_numpy() | in_force


def first_reason(reasons: pd.Series) -> pd.Series:
    """First of the 未発行理由 in their order of priority; intake has put them in that order."""
    values, codes = distinct(reasons)
    return pick([value.split(";")[0] for value in values], codes)
