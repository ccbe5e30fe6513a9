"""Order of imposition (面付け順) as pure functions: which page lies in which slot of which press sheet.

The pages are those of the 1-up file, from 1; a record (1枚) is one of them, or with two sides the pages
2r - 1 (front) and 2r (back).  Every table is int64 (sheets, 2, slots), 0 = blank; ``[s, 1, k]`` is what
lies behind ``[s, 0, k]`` on the paper.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def in_order(pages: int, up: int, *, sides: int = 2) -> np.ndarray:
    """One record after the other, filling sheet by sheet (並び順): piles are collated again after cutting."""
    records = _records(pages, up, sides)
    sheets = -(-records // up)
    return _faces(_numbered(np.arange(1, sheets * up + 1), records).reshape(sheets, up), pages, sides)


def step_and_repeat(pages: int, up: int, *, sides: int = 2) -> np.ndarray:
    """Every slot of a sheet has the same record (同じものの多面付け): each pile is a copy of the whole."""
    records = _records(pages, up, sides)
    return _faces(np.repeat(np.arange(1, records + 1), up).reshape(records, up), pages, sides)


def cut_and_stack(
    pages: int, up: int, depth: int = 0, *, sides: int = 2, turned: Sequence[bool] = ()
) -> np.ndarray:
    """Cut-and-stack (串刺し面付け): after cutting, the piles laid on each other give the sequence.

    Slot k of sheet s has record ``base + k·S + s``.  ``depth`` is the most sheets the cutter takes at once
    (0 = no limit); each block of ``depth`` × ``up`` records starts anew, and blanks are the last positions
    of the last block.  The piles of ``turned`` slots come out of the press face down: their records run
    from the last sheet to the first, so that they read right once the pile is turned over.
    """
    records = _records(pages, up, sides)
    if depth < 0:
        raise ValueError("depth must be >= 0")
    block = depth * up
    whole = records // block if block else 0
    parts = [_piles(1, whole, depth, up, turned)] if whole else []
    if rest := records - whole * block:
        parts.append(_piles(1 + whole * block, 1, -(-rest // up), up, turned))
    table = np.concatenate(parts) if parts else np.zeros((0, up), dtype=np.int64)
    return _faces(_numbered(table, records), pages, sides, turned)


def sheets_and_slots(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Press sheet and slot, both from 1, of each record of a table of two sides that has every page once."""
    sheet, side, slot = np.nonzero(table & 1)
    at = table[sheet, side, slot] // 2
    found = np.zeros((2, len(at)), dtype=np.int64)
    found[:, at] = sheet + 1, slot + 1
    return found[0], found[1]


def _records(pages: int, up: int, sides: int) -> int:
    if pages < 0 or up < 1 or sides not in (1, 2):
        raise ValueError("pages must be >= 0, up >= 1 and sides 1 or 2")
    return -(-pages // sides)


def _piles(first: int, blocks: int, depth: int, up: int, turned: Sequence[bool]) -> np.ndarray:
    """Blocks of ``depth`` sheets, record numbers from ``first``: (blocks × depth, up)."""
    numbers = np.arange(first, first + blocks * depth * up, dtype=np.int64).reshape(blocks, up, depth)
    for slot in np.flatnonzero(turned):
        numbers[:, slot] = numbers[:, slot, ::-1]
    return numbers.transpose(0, 2, 1).reshape(blocks * depth, up)


def _numbered(numbers: np.ndarray, records: int) -> np.ndarray:
    """The numbers that there are records for; 0 for all others."""
    return np.where(numbers <= records, numbers, 0)


def _faces(records: np.ndarray, pages: int, sides: int, turned: Sequence[bool] = ()) -> np.ndarray:
    """Pages of records: the front on side 0 and the back behind it, in ``turned`` slots the other way round."""
    if sides == 1:
        return np.stack([records, np.zeros_like(records)], axis=1)
    front = np.where(records > 0, 2 * records - 1, 0)
    table = np.stack([front, _numbered(2 * records, pages)], axis=1)
    for slot in np.flatnonzero(turned):
        table[:, :, slot] = table[:, ::-1, slot]
    return table
