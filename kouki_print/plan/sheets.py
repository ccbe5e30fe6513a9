"""Personalised sheets (個人ごとの用紙) of pieces: most pieces have one, some have a further one behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class SheetRows:
    """All sheets in the order in which they are printed, those of a piece next to each other (int64).

    ``piece`` is the position of a sheet's piece, ``nth`` of ``of`` its number in the piece from 1.
    """

    piece: np.ndarray
    nth: np.ndarray
    of: np.ndarray


def sheet_rows(counts: np.ndarray) -> SheetRows:
    """Sheets of pieces that have ``counts`` of them."""
    piece = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    nth = np.arange(len(piece), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    return SheetRows(piece, nth, np.repeat(counts, counts))


def first_sheets(counts: np.ndarray) -> np.ndarray:
    """Position of each piece's first sheet among all sheets (int64)."""
    return np.cumsum(counts) - counts
