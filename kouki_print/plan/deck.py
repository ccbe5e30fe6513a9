"""The test deck (試験用紙) of an inserter on paper: sheets with known faults, and where the machine must stop.

Pieces are counted in the order of feeding.  The numbers say what a right machine does; nothing here asks the
simulated one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from kouki_print.order.machines import Machine
from kouki_print.plan.marking import SheetFacts, marked, parity_mark
from kouki_print.plan.pieces import matching_codes, piece_ids

GO, STOP, DIVERT = "進む", "止まる", "振分け口へ"


@dataclass(frozen=True, slots=True)
class Case:
    """One sheet: the ``nth`` fed of ``of`` of a piece, which is ``step`` pieces after the one before, and the sheet
    itself ``sheets``; what it shows, and what the machine does.  ``spoiled`` names the marks that are wrong;
    ``set_code`` is the set where a certain one is shown."""

    step: int
    nth: int
    of: int
    what: str
    does: str = GO
    spoiled: str = ""
    sheets: int = 1
    set_code: str = ""


@dataclass(frozen=True, slots=True)
class DeckSheet:
    """A sheet of the deck: its case, set and matching code, the marks as 0 and 1, in the order of feeding."""

    case: Case
    set_code: str
    nth: int
    code: str
    states: np.ndarray

    @property
    def marks(self) -> str:
        """The marks as 0 and 1 by position; empty when none are printed at all."""
        return "".join("01"[on] for on in self.states.astype(int).tolist()) if self.states.any() else ""


_RIGHT = (
    Case(1, 1, 1, "正しい1枚の組"),
    Case(1, 1, 1, "正しい1枚の組", spoiled="divert"),
    Case(1, 1, 2, "正しい2枚の組の先の1枚"),
    Case(0, 2, 2, "正しい2枚の組の後の1枚"),
)
_WRONG = (
    Case(1, 1, 2, "2枚の組の先の1枚。後の1枚を抜いてある"),
    Case(1, 1, 1, "前の組の後の1枚がない（用紙の不足）", STOP, sheets=2),
    Case(0, 1, 1, "前と同じ通し番号（重複）", STOP, sheets=0),
    Case(2, 1, 1, "通し番号が一つ抜けている（抜け）", STOP, sheets=2),
    Case(1, 2, 2, "2枚の組の後の1枚が先に来る（順番違い）", STOP, sheets=2),
    Case(0, 1, 2, "その組の先の1枚が後に来る（順番違い）", STOP, sheets=-1),
    Case(1, 1, 1, "封入の印がほかの組のもの（組の取違え）", STOP, "feed"),
    Case(1, 1, 1, "パリティの印が違う（読み違い）", STOP, "parity"),
    Case(1, 1, 1, "組の終わりの印が反対（続きの用紙があると読める）", STOP, "end"),
    Case(1, 1, 1, "基準の印がない（印刷の欠け・用紙の向き違い）", STOP, "benchmark"),
    Case(1, 1, 1, "終端の印がない（用紙の傾き・送りの誤り）", STOP, "safety"),
    Case(1, 1, 1, "正しい1枚の組（止まった後に続けられる）"),
)


def _cases(machine: Machine, further: Mapping[str, int]) -> list[Case]:
    """The cases that a machine's profile has marks for; ``further`` are sheets of sets that are to be shown too."""
    sets = [
        Case(int(nth == 1), nth, of, f"正しい組{code}の{nth}枚目（ほかの供給機を使う）", set_code=code)
        for code, of in further.items()
        for nth in range(1, of + 1)
    ]
    found = []
    for case in (*_RIGHT, *sets, *_WRONG):
        if case.spoiled == "divert":
            works = bool(_diverting(machine))
            case = replace(case, what="振分けの印がある", does=DIVERT) if works else replace(case, spoiled="")
        elif case.spoiled == "benchmark" and not machine.bits("benchmark"):
            case = replace(case, what="印がない（印刷の欠け・用紙の向き違い）", spoiled="all")
        elif case.spoiled and not machine.bits(case.spoiled):
            continue
        found.append(case)
    return found


def deck(
    machine: Machine,
    items: Mapping[str, str],
    sheets: Mapping[str, int],
    job_id: str,
    unit_code: str,
) -> list[DeckSheet]:
    """The sheets in the order of feeding; ``items`` and ``sheets`` are the enclosures and the printed sheets of
    each set of the unit.  Every choice of feeders that a set has is shown right once.
    """
    one = min(sheets, key=lambda code: sheets[code])
    two = max(sheets, key=lambda code: sheets[code])
    fed = {machine.feeds_of(items[code]): code for code in (*reversed([*items]), two, one)}
    cases = _cases(machine, {code: sheets[code] for code in items if code in {*fed.values()} - {one, two}})
    sets = [case.set_code or (two if case.of == 2 else one) for case in cases]
    facts = _facts(machine, cases, [items[code] for code in sets])
    codes = _codes(facts, sets, job_id, unit_code)
    marks = marked(machine, facts, {})
    other = next(
        (text for text in items.values() if machine.feeds_of(text) != machine.feeds_of(items[one])), ""
    )
    for at, case in enumerate(cases):
        _spoil(machine, marks.states[at], case.spoiled, machine.feeds_of(other))
    return [
        DeckSheet(case, set_code, nth, code, states)
        for case, set_code, nth, code, states in zip(
            cases, sets, facts.nth.tolist(), codes, marks.states, strict=True
        )
    ]


def _facts(machine: Machine, cases: Sequence[Case], items: Sequence[str]) -> SheetFacts:
    """What the marks need; a pile that is fed from its end counts down."""
    step, nth, of, sheets = np.array([(case.step, case.nth, case.of, case.sheets) for case in cases]).T
    fed, sheet = np.cumsum(step), np.cumsum(sheets)
    if machine.sheet_order == "address_last":
        fed, nth, sheet = fed[-1] + 1 - fed, of + 1 - nth, sheet[-1] + 1 - sheet
    diverted = np.array([case.spoiled == "divert" for case in cases])
    flags = {name: diverted & (name in _diverting(machine)) for name in ("protected", "pickup", "thick")}
    return SheetFacts(fed, sheet, nth, of, pd.Series(items, dtype="str"), flags)


def _diverting(machine: Machine) -> set[str]:
    """Conditions that divert a piece and do not stop the machine besides."""
    found: dict[str, set[str]] = {"divert": set(), "stop": set()}
    for slot in machine.slot:
        found.get(slot.function, set()).update(slot.when)
    return found["divert"] - found["stop"]


def _codes(facts: SheetFacts, sets: Sequence[str], job_id: str, unit_code: str) -> list[str]:
    """Matching codes under an id as long as the job's own, that no piece of it has."""
    own = "TEST00000"[: len(job_id)]
    units = pd.Series([unit_code] * len(sets), dtype="str")
    ids = piece_ids(own, units, facts.piece)
    return matching_codes(ids, pd.Series(sets, dtype="str"), facts.nth, facts.of).tolist()


def _spoil(machine: Machine, states: np.ndarray, what: str, feeds: frozenset[int]) -> None:
    """Make the marks of a sheet wrong in one way alone."""
    if what == "feed":
        before = states.copy()
        for at in machine.bits("feed"):
            slot = machine.slot[at]
            states[at] = (slot.feed in feeds) ^ slot.inverted
        if np.array_equal(states, before):  # no other set takes from other feeders
            states[machine.bits("feed")[0]] ^= True
    elif what == "all":
        states[:] = False
    elif what in ("parity", "benchmark", "safety", "end"):
        states[machine.bits(what)] ^= True
    if what in ("feed", "end"):
        for at in machine.bits("parity"):
            states[at] = parity_mark(machine, states[np.newaxis])[0]
