"""The fewest people that show every case (集合被覆): a greedy choice, from which nobody can be left out again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def cover(cases: Sequence[np.ndarray], count: int) -> list[int]:
    """Rising positions (of ``count``) that meet every case; ``cases`` are the positions that show each.

    Who alone shows a case comes first, then always who shows most of what is still missing, the first of
    equals; at last everybody goes whose cases others show too.
    """
    matrix, first = _kinds(cases, count)
    chosen: list[int] = []
    missing = matrix.any(axis=0)
    alone = np.flatnonzero((matrix & (matrix.sum(axis=0) == 1)).any(axis=1))
    for kind in alone.tolist():
        chosen.append(kind)
        missing &= ~matrix[kind]
    weights = matrix.astype(np.float32)
    while missing.any():
        kind = int(np.argmax(weights @ missing.astype(np.float32)))
        chosen.append(kind)
        missing &= ~matrix[kind]
    shown = matrix[chosen].sum(axis=0)
    for kind in reversed(chosen.copy()):
        if (shown[matrix[kind]] > 1).all():
            chosen.remove(kind)
            shown -= matrix[kind]
    return sorted(first[chosen].tolist())


def _kinds(cases: Sequence[np.ndarray], count: int) -> tuple[np.ndarray, np.ndarray]:
    """People who show the same cases are one kind: bool (kinds, cases), and the first position of each."""
    bits = np.zeros((count, max(1, -(-len(cases) // 8))), dtype=np.uint8)
    for number, rows in enumerate(cases):
        bits[rows, number >> 3] |= np.uint8(1 << (number & 7))
    keys = bits.view(np.dtype((np.void, bits.shape[1])))[:, 0] if count else np.zeros(0, dtype="V1")
    first = np.sort(np.unique(keys, return_index=True)[1])
    matrix = np.unpackbits(bits[first], axis=1, bitorder="little")[:, : len(cases)].astype(bool)
    return matrix, first
