"""What an inserter (封入機) is told by the marks of each sheet: the states of a machine's slots, in columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kouki_print.order.machines import ALWAYS, Machine, Slot


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """Sheets as they are printed, one entry each: the ``nth`` of ``of`` of the ``piece``-th piece of its unit.

    ``sheet`` numbers the sheets of the lot; ``items`` are the enclosure codes of the piece joined by ``;``;
    ``flags`` say which pieces are protected, for pickup (窓口交付) or thick.
    """

    piece: np.ndarray
    sheet: np.ndarray
    nth: np.ndarray
    of: np.ndarray
    items: pd.Series
    flags: Mapping[str, np.ndarray]


@dataclass(frozen=True, slots=True)
class Marked:
    """The marks of a lot's sheets: bool (sheets, slots) of a machine, true where one is printed.

    ``feeds`` are the feeders of each set of the lot's unit.
    """

    machine: Machine
    states: np.ndarray
    feeds: Mapping[str, frozenset[int]]

    def texts(self) -> list[str]:
        """The marks of each sheet as 0 and 1, by position."""
        width = self.states.shape[1]
        joined = (self.states + np.uint8(48)).astype(np.uint8).tobytes().decode("ascii")
        return [joined[start : start + width] for start in range(0, len(joined), width)]


def marked(machine: Machine, facts: SheetFacts, feeds: Mapping[str, frozenset[int]]) -> Marked:
    """The marks of all sheets."""
    states = np.zeros((len(facts.piece), len(machine.slot)), dtype=bool)
    for at, slot in enumerate(machine.slot):
        states[:, at] = _holds(machine, slot, facts) ^ slot.inverted
    for at in machine.bits("parity"):
        states[:, at] = parity_mark(machine, states)
    return Marked(machine, states, feeds)


def parity_mark(machine: Machine, states: np.ndarray) -> np.ndarray:
    """Whether the parity mark is printed, so that the data marks with it are even or odd in number."""
    data = [at for at, slot in enumerate(machine.slot) if slot.function not in (*ALWAYS, "parity")]
    odd: np.ndarray = states[:, data].sum(axis=1) % 2 == 1
    own = machine.slot[machine.bits("parity")[0]]
    return odd ^ (machine.parity == "odd") ^ own.inverted


def first_fed(machine: Machine, nth: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Which sheets are the first of their piece in the machine."""
    first: np.ndarray = nth == 1 if machine.sheet_order == "address_first" else nth == of
    return first


def last_fed(machine: Machine, nth: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Which sheets are the last of their piece in the machine."""
    last: np.ndarray = nth == of if machine.sheet_order == "address_first" else nth == 1
    return last


def _holds(machine: Machine, slot: Slot, facts: SheetFacts) -> np.ndarray:
    count = len(facts.piece)
    match slot.function:
        case "begin":
            return first_fed(machine, facts.nth, facts.of)
        case "end":
            return last_fed(machine, facts.nth, facts.of)
        case "sequence":
            return _bit(facts.piece if machine.sequence_counts == "pieces" else facts.sheet, slot)
        case "match":
            return _bit(facts.piece, slot)
        case "sheet":
            return _bit(facts.nth, slot)
        case "sheets":
            return _bit(facts.of, slot)
        case "feed":
            codes, kinds = pd.factorize(facts.items)
            takes = np.array([slot.feed in machine.feeds_of(str(kind)) for kind in kinds], dtype=bool)
            return takes[codes]
        case "divert" | "stop":
            return np.logical_or.reduce([facts.flags[name] for name in slot.when])
        case "parity":
            return np.zeros(count, dtype=bool)  # known when all others are
        case _:
            return np.ones(count, dtype=bool)


def _bit(numbers: np.ndarray, slot: Slot) -> np.ndarray:
    result: np.ndarray = (numbers >> slot.bit) & 1 == 1
    return result
