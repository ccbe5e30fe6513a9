"""Conditions (条件): when an item of a layout stands on a person's page."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

NOT = "not "


def subject(condition: str) -> str:
    """The flag or field that a condition asks about."""
    return condition.removeprefix(NOT)


def holds(
    condition: str, texts: Mapping[str, pd.Series] | pd.DataFrame, flags: Mapping[str, np.ndarray]
) -> np.ndarray:
    """Bool array: the flag is set, or the field is not empty; the other way round after ``not``."""
    name = subject(condition)
    result: np.ndarray = flags[name] if name in flags else (texts[name] != "").to_numpy(dtype=bool)
    return ~result if condition.startswith(NOT) else result
