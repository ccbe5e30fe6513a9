"""Delivery instructions (送付先): which of them are in force for this job's documents.

Instructions come by kind; only 資格 and 全て concern certificates, the other kinds are for bills
and benefits and are ignored.  One that ended before the posting date is ignored too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd

from kouki_print.base.dates import day64
from kouki_print.base.texts import distinct

KINDS = ("資格", "全て")


def instruction_in_force(
    people: pd.DataFrame, mail_on: dt.date | None, kinds: Sequence[str] = KINDS
) -> np.ndarray:
    """Mask of the people whose 送付先 counts: of a kind in ``kinds``, not ended before ``mail_on``."""
    values, codes = distinct(people["mail_kind"])
    in_force = np.array([value in kinds for value in values], dtype=bool)[codes]
    if mail_on is not None:
        until = people["mail_until"].to_numpy()
        in_force &= ~(until < day64(mail_on))  # NaT compares as false: no end
    return in_force
