"""Sharing out whole numbers: largest remainder, so that the parts always add up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def apportion(count: int, weights: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Whole numbers (int64) that add up to ``count`` in proportion to the weights (最大剰余法).

    Equal remainders go to the earlier place.  ``weights`` are whole, not negative, not all 0 unless
    ``count`` is 0.
    """
    total = int(weights.sum())
    if not total:
        return np.zeros(len(weights), dtype=np.int64)
    whole = count * weights // total
    rest = count * weights - whole * total
    missing = count - int(whole.sum())
    whole[np.argsort(-rest, kind="stable")[:missing]] += 1
    return whole
