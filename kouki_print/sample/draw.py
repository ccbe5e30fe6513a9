"""Chance that repeats: named streams of random bits, turned into choices by integer arithmetic.

Numpy promises the raw bits of PCG64 for ever, but not what its ``Generator`` methods make of them; so
only raw bits are used.  Each decision has its own stream, so that a new column never changes another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]  # Python strings


@dataclass(frozen=True, slots=True)
class Draw:
    """Random decisions of one seed.  ``name`` says what is decided: equal names give equal draws."""

    seed: int

    def _bits(self, name: str, n: int) -> npt.NDArray[np.uint64]:
        digest = hashlib.sha256(f"{self.seed}/{name}".encode()).digest()
        return np.asarray(np.random.PCG64(int.from_bytes(digest, "big")).random_raw(n), dtype=np.uint64)

    def below(self, name: str, n: int, limit: int | Ints) -> Ints:
        """``n`` integers from 0 to ``limit`` - 1 (``limit`` < 2**31, one for all or one per row)."""
        high = self._bits(name, n) >> np.uint64(32)
        return ((high * np.asarray(limit, dtype=np.uint64)) >> np.uint64(32)).astype(np.int64)

    def happens(self, name: str, n: int, share: float | npt.NDArray[np.float64]) -> Mask:
        """``n`` yes/no decisions, yes with probability ``share``."""
        unit = (self._bits(name, n) >> np.uint64(11)).astype(np.float64) * 2.0**-53
        return np.asarray(unit < share)

    def pick(self, name: str, n: int, weights: Sequence[int] | Ints) -> Ints:
        """``n`` positions in ``weights``, each as likely as its weight."""
        edges = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(edges, self.below(name, n, int(edges[-1])), side="right").astype(np.int64)

    def order(self, name: str, n: int) -> Ints:
        """The positions 0 to n-1 in random order."""
        return np.argsort(self._bits(name, n), kind="stable").astype(np.int64)

    def number(self, name: str) -> int:
        """One number below 2**31."""
        return int(self.below(name, 1, 2**31 - 1)[0])


@dataclass(frozen=True, slots=True)
class Wheels:
    """Several weighted choices side by side, one per group (the towns of each municipality …)."""

    items: Ints
    edges: Ints
    first: Ints  # running weight at which a group begins
    total: Ints

    @staticmethod
    def of(groups: Ints, items: Ints, weights: Ints, count: int) -> Wheels:
        """Wheels for groups 0 … count-1 from rows of (group, item, weight)."""
        by_group = np.argsort(groups, kind="stable")
        edges = np.cumsum(weights[by_group])
        total = np.zeros(count, dtype=np.int64)
        np.add.at(total, groups, weights)
        return Wheels(items[by_group], edges, np.cumsum(total) - total, total)

    def spin(self, draw: Draw, name: str, groups: Ints) -> Ints:
        """One item for each row, from the wheel of the row's group."""
        at = self.first[groups] + draw.below(name, len(groups), self.total[groups])
        return self.items[np.searchsorted(self.edges, at, side="right")]


def parts_of(shares: Sequence[float]) -> Ints:
    """Shares as integer weights (millionths)."""
    return np.array([round(share * 1_000_000) for share in shares], dtype=np.int64)
