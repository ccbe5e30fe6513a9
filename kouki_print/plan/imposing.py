"""Order of imposition (面付け順) as pure functions: tables of record numbers, 0 = blank."""

from __future__ import annotations

import numpy as np


def cut_and_stack(count: int, up: int, depth: int = 0) -> np.ndarray:
    """Cut-and-stack (串刺し面付け): int64 (sheets, up) of record numbers from 1.

    Slot k of sheet s carries record ``base + k·S + s``; after cutting, pile k holds its records in
    order and the piles laid on each other give the sequence.  ``depth`` is the most sheets the
    cutter takes at once (0 = no limit); each block of ``depth`` × ``up`` records starts anew and
    blanks are the last positions of a block.
    """
    if count < 0 or up < 1:
        raise ValueError("count must be >= 0 and up >= 1")
    block = depth * up if depth else max(count, 1)
    tables = []
    for base in range(0, count, block):
        records = min(block, count - base)
        sheets = -(-records // up)
        numbers = np.arange(sheets * up, dtype=np.int64).reshape(up, sheets).T + 1
        tables.append(np.where(numbers <= records, numbers + base, 0))
    return np.concatenate(tables) if tables else np.zeros((0, up), dtype=np.int64)


def back_column(slot: int, columns: int) -> int:
    """Slot on the back that lies behind ``slot`` when the sheet is turned about its vertical axis."""
    row, column = divmod(slot, columns)
    return row * columns + columns - 1 - column


def slots_of(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Per record (from 1, in order) its sheet and slot, both from 1."""
    sheet, slot = np.nonzero(table)
    order = np.argsort(table[sheet, slot], kind="stable")
    return sheet[order] + 1, slot[order] + 1
