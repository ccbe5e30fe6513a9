"""Honorifics (敬称): the page puts 様 behind a name exactly once, so a name must bring none along.

The 2025 accident printed it twice.  鵜殿 is a family name, あさま a given one and オサマ a foreign one: 殿 counts
only behind a blank, さま and サマ without a blank only where they cannot belong to the name.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

APPENDED = frozenset(["様", "樣", "殿", "さま", "サマ", "御中"])
_SAMA = "[様樣][\ufe00-\ufe0f\U000e0100-\U000e01ef]?"
_SUSPECT = "[様樣]|(?:殿|さま|サマ|御中)$"  # few names pass this: only they are looked at one by one
_BEHIND = re.compile(
    rf"(?:{_SAMA}|(?<=[ \u3000])(?:殿|さま|サマ|御中)|(?<=[^ \u3000]{{2}})(?:さま|御中)"
    r"|(?<=[^ \u3000ぁ-ゖ])さま|(?<=[^ \u3000ァ-ヺ・ー])サマ)$"
)


def without_honorific(name: str) -> str:
    """A name without the honorifics behind it."""
    while found := _BEHIND.search(name):
        name = name[: found.start()].rstrip(" \u3000")
    return name


def carries_honorific(name: str) -> bool:
    """Whether a name has an honorific behind it, or 様 anywhere but at its start (様 is a family name too)."""
    return without_honorific(name) != name or re.search(_SAMA, name[1:]) is not None


def honorific_mask(names: pd.Series) -> np.ndarray:
    """Mask of the names of a column that carry an honorific."""
    mask = names.str.contains(_SUSPECT).to_numpy(dtype=bool, copy=True)
    rows = np.flatnonzero(mask)
    mask[rows] = [carries_honorific(name) for name in names.iloc[rows].tolist()]
    return mask


def plain_names(names: pd.Series) -> pd.Series:
    """A column of names without the honorifics behind them."""
    rows = np.flatnonzero(names.str.contains(_SUSPECT).to_numpy(dtype=bool))
    if not len(rows):
        return names
    plain = names.copy()
    plain.iloc[rows] = [without_honorific(name) for name in names.iloc[rows].tolist()]
    return plain
