"""Written by hand (手書き): a character that cannot be printed is left as a blank of one em on the page.

Only where the order asks for it (``[checks] undrawable = "hand"``).  Control and combining characters
are faults of the data and stay held; so is everything else that is wrong with the person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from kouki_print.base.problems import Finding
from kouki_print.intake.characters import is_legible

HAND_CODES = ("CHAR_GAIJI", "CHAR_PRIVATE", "CHAR_UNASSIGNED", "CHAR_NO_GLYPH", "CHAR_NO_VARIANT")
EM = "\u00a0\u00a0"  # two no-break spaces of half an em: unlike a blank, no line break swallows them
_SELECTORS = "\ufe00-\ufe0f\U000e0100-\U000e01ef"
_CLUSTER = re.compile(f"[^{_SELECTORS}\n][{_SELECTORS}]?")


def softened(findings: Iterable[Finding]) -> list[Finding]:
    """The findings with those that a pen can mend as warnings: the piece is printed."""
    return [replace(each, severity="warn") if each.code in HAND_CODES else each for each in findings]


def rows_by_hand(findings: Iterable[Finding]) -> np.ndarray:
    """Positions (int64, rising) of the people with something to write by hand."""
    rows = [each.rows for each in findings if each.code in HAND_CODES and each.severity == "warn"]
    return np.unique(np.concatenate(rows)) if rows else np.zeros(0, dtype=np.int64)


def left_blank(
    texts: pd.DataFrame,
    rows: Sequence[int] | np.ndarray,
    keys: Collection[str],
    can_draw: Callable[[str], bool],
) -> pd.DataFrame:
    """Page texts in which, for these rows and columns, what cannot be drawn is a blank of one em.

    A character with its variation selector is one: the base character never stands in for the variant.
    """
    if not len(rows):
        return texts

    def blanked(text: str) -> str:
        return _CLUSTER.sub(
            lambda found: found[0] if is_legible(found[0]) and can_draw(found[0]) else EM, text
        )

    changed = texts.copy(deep=False)
    for key in keys:
        cells = texts[key].to_numpy(dtype=object).copy()
        cells[rows] = [blanked(text) for text in cells[rows].tolist()]
        changed[key] = pd.Series(cells, index=texts.index, dtype="str")
    return changed
