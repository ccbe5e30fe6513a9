"""Sharing out whole numbers: largest remainder, so that the parts always add up."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def apportion(count: int, weights: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Whole numbers (int64) that add up to ``count`` in proportion to the weights (最大剰余法).

    Equal remainders go to the earlier place.  ``weights`` are whole, not negative; ValueError when they
    are all 0 and there is something to share.
    """
    parts = [int(weight) for weight in weights]
    total = sum(parts)
    if not total:
        if count:
            raise ValueError("nobody to share among")
        return np.zeros(len(parts), dtype=np.int64)
    whole = np.array([count * part // total for part in parts], dtype=np.int64)
    rest = [count * part % total for part in parts]
    fullest = sorted(range(len(parts)), key=lambda at: (-rest[at], at))
    whole[fullest[: count - int(whole.sum())]] += 1
    return whole
