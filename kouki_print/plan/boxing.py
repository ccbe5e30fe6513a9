"""Boxes (箱) and bundles (束): where each piece lies when its unit gets it.

All in columns, for pieces in sequence.  A box holds neighbours of one unit and one kind.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from kouki_print.base.texts import distinct
from kouki_print.order.models import SERVICE_JA
from kouki_print.order.shipment import Boxes

_SERVICE_RANK = {service: rank for rank, service in enumerate(SERVICE_JA)}


def box_kinds(pieces: pd.DataFrame, separate: Sequence[str]) -> np.ndarray:
    """Rank (int64) of what never shares a box, for each piece: the smallest come first in a unit.

    ``pieces`` has mail_service, set_code and no_forward.  Registered mail comes before ordinary mail, and what
    is not mailed last.
    """
    rank = np.zeros(len(pieces), dtype=np.int64)
    for name in separate:
        if name == "no_forward":
            own, count = pieces["no_forward"].to_numpy(dtype=np.int64), 2
        else:
            values, at = distinct(pieces["mail_service" if name == "mail_service" else "set_code"])
            ordered = sorted(values, key=lambda value: (_SERVICE_RANK.get(value, 0), value))
            places = np.array([ordered.index(value) for value in values], dtype=np.int64)
            own, count = places[at], max(len(values), 1)
        rank = rank * count + own
    return rank


def boxes(
    unit_codes: np.ndarray,
    weights_cg: np.ndarray,
    thickness_um: np.ndarray,
    limits: Boxes,
    *kinds: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Box number within the unit and position in the box, both from 1 (int64).

    A box holds a contiguous range of one unit: at most ``max_pieces``, ``max_grams``, and ``rows`` rows of
    ``row_mm`` each, and never pieces that differ in one of ``kinds`` (支援措置 and all others, mail services …).
    A piece that is too heavy or too thick for any box travels alone.
    """
    count = len(weights_cg)
    number = np.zeros(count, dtype=np.int64)
    position = np.zeros(count, dtype=np.int64)
    heavy, thick = (np.r_[0, np.cumsum(column)] for column in (weights_cg, thickness_um))
    box, town = 0, ""
    for start, end in runs(unit_codes, *kinds):
        if unit_codes[start] != town:
            box, town = 0, unit_codes[start]
        while start < end:
            box += 1
            stop = min(start + limits.max_pieces, _reach(heavy, start, limits.max_grams * 100), end)
            if limits.row_mm:
                stop = min(stop, _rows_reach(thick, start, stop, limits))
            stop = max(start + 1, stop)
            number[start:stop] = box
            position[start:stop] = np.arange(1, stop - start + 1)
            start = stop
    return number, position


def _reach(total: np.ndarray, start: int, most: int) -> int:
    """Where pieces from ``start`` on end that together make at most ``most``."""
    return int(np.searchsorted(total, total[start] + most, side="right")) - 1


def _rows_reach(thick: np.ndarray, start: int, stop: int, limits: Boxes) -> int:
    """Where the pieces end that stand in a box's rows; none stands half in one row and half in the next."""
    for _ in range(limits.rows):
        if start >= stop:
            break
        start = _reach(thick, start, limits.row_mm * 1000)
    return start


def bundles(
    unit_codes: np.ndarray, box: np.ndarray, position: np.ndarray, limits: Boxes, areas: np.ndarray | None
) -> np.ndarray:
    """Bundle number within the box from 1 (int64); 0 where the order asks for no bundles.

    ``areas``: the 郵便区 of each piece as numbers, when bundles go by them.
    """
    if limits.bundle == "none":
        return np.zeros(len(box), dtype=np.int64)
    if limits.bundle == "count":
        return (position - 1) // limits.bundle_pieces + 1
    assert areas is not None
    number = np.zeros(len(box), dtype=np.int64)
    for start, end in runs(unit_codes, box):
        own = areas[start:end]
        number[start:end] = np.cumsum(np.r_[True, own[1:] != own[:-1]])
    return number


def runs(codes: np.ndarray, *kinds: np.ndarray | None) -> list[tuple[int, int]]:
    """Ranges (start, stop) of neighbours of one unit that agree in all ``kinds``."""
    if not len(codes):
        return []
    change = codes[1:] != codes[:-1]
    for kind in kinds:
        if kind is not None:
            change = change | (kind[1:] != kind[:-1])
    ends: list[int] = [*(np.flatnonzero(change) + 1).tolist(), len(codes)]
    return list(zip([0, *ends], ends, strict=False))
