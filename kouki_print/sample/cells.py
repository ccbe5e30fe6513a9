"""How samples write dates, flags and counts in the cells of the export."""

from __future__ import annotations

import numpy as np

from kouki_print.sample.draw import Ints, Mask, Texts
from kouki_print.sample.people import Days
from kouki_print.sample.vocabulary import texts


def dates(days: Days) -> Texts:
    """``YYYYMMDD``; empty for NaT."""
    values, where = np.unique(days.astype("datetime64[D]"), return_inverse=True)
    words = ["" if np.isnat(value) else str(value).replace("-", "") for value in values]
    return texts(words)[where]


def flags(mask: Mask) -> Texts:
    """``1`` and ``0``."""
    return texts(["0", "1"])[mask.astype(np.int64)]


def counts(numbers: Ints, empty: int) -> Texts:
    """Numbers as text; ``empty`` gives an empty cell."""
    values, where = np.unique(numbers, return_inverse=True)
    return texts(["" if value == empty else str(value) for value in values.tolist()])[where]
