"""An inserter (封入機) on paper: reads marks and matching codes in the order of feeding and says where it stops.

It goes by what is on the sheets and by the list of the sets alone, as the machine does, and knows nothing of
how the marks were made.  After a stop the piece is taken out by hand and counting goes on from that sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kouki_print.base.checkdigits import mod37_36_column
from kouki_print.order.machines import ALWAYS, FUNCTION_JA, NUMBERS, Machine

_CODE = re.compile(r"([A-Z0-9]{2,8}-[A-Z0-9]{1,8})-([0-9]{7})-([1-9])([1-9])-([A-Z0-9]{1,2})-([A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Fed:
    """A sheet as the machine sees it: marks as 0 and 1 by position, and the text of the matching code."""

    marks: str
    code: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Where the machine stops: position of the sheet in the order of feeding, from 1, and why (Japanese)."""

    at: int
    why: str


@dataclass(frozen=True, slots=True)
class _Read:
    """What a matching code says."""

    line: str
    piece: int
    nth: int
    of: int
    set_code: str


@dataclass(frozen=True, slots=True)
class _Marks:
    """What a pattern of marks says: why it cannot be believed (empty: it can), whether a piece begins or ends
    here, its numbers with where each wraps, and the feeders it selects."""

    unreadable: str
    ends: Mapping[str, bool] = field(default_factory=dict)
    numbers: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    feeds: frozenset[int] = frozenset()


@dataclass(slots=True)
class _State:
    """What the machine remembers: the sheet before, its running number, and whether its piece goes on."""

    last: _Read | None = None
    number: int | None = None
    open: bool = False


def stops(machine: Machine, feeds: Mapping[str, frozenset[int]], sheets: Sequence[Fed]) -> list[Stop]:
    """Every stop of a run; ``feeds`` are the feeders of each set of the unit."""
    state, found = _State(), []
    patterns = {marks: _decoded(machine, marks) for marks in {sheet.marks for sheet in sheets}}
    for at, (sheet, read) in enumerate(zip(sheets, _read_all(sheets), strict=True), start=1):
        marks = patterns[sheet.marks]
        if read is None:
            why = "照合コードが読めない（白紙か、ほかの紙）"
        else:
            why = marks.unreadable or next(_faults(machine, feeds, marks, read, state), "")
        if why:
            found.append(Stop(at, why))
        state.last = read
        state.number, _ = marks.numbers.get("sequence", (None, 1))
        state.open = not why and read is not None and read.nth != _last(machine, read)
    if state.open:
        found.append(Stop(len(sheets), "最後の組が終わっていない（用紙の不足）"))
    return found


def _read_all(sheets: Sequence[Fed]) -> list[_Read | None]:
    """What the codes say; None for one that is none, or whose check character is wrong."""
    found: list[_Read | None] = [None] * len(sheets)
    parts = {at: match for at, sheet in enumerate(sheets) if (match := _CODE.fullmatch(sheet.code))}
    texts = {at: match[0].replace("-", "")[:-1] for at, match in parts.items()}
    for length in sorted({len(text) for text in texts.values()}):
        rows = [at for at, text in texts.items() if len(text) == length]
        joined = "".join(texts[at] for at in rows).encode("ascii")
        checks = mod37_36_column(np.frombuffer(joined, dtype=np.uint8).reshape(len(rows), length))
        for at, check in zip(rows, checks.tolist(), strict=True):
            line, piece, nth, of, set_code, told = parts[at].groups()
            if chr(check) == told:
                found[at] = _Read(line, int(piece), int(nth), int(of), set_code)
    return found


def _decoded(machine: Machine, marks: str) -> _Marks:
    """What a pattern of marks says."""
    if len(marks) != len(machine.slot):
        return _Marks("印がない")
    on = [(mark == "1") ^ slot.inverted for mark, slot in zip(marks, machine.slot, strict=True)]
    if not all(on[at] for function in ALWAYS for at in machine.bits(function)):
        return _Marks("基準か終端の印がない")
    data = sum(
        mark == "1" for mark, slot in zip(marks, machine.slot, strict=True) if slot.function not in ALWAYS
    )
    own = machine.bits("parity")
    data += sum(on[at] - (marks[at] == "1") for at in own)  # a turned parity mark counts as what it means
    if own and data % 2 != (machine.parity == "odd"):
        return _Marks("パリティが合わない")
    return _Marks(
        "",
        {name: on[at] for name in ("begin", "end") for at in machine.bits(name)},
        {
            name: (sum(on[at] << bit for bit, at in enumerate(bits)), 2 ** len(bits))
            for name in NUMBERS
            if (bits := machine.bits(name))
        },
        frozenset(
            slot.feed for slot, state in zip(machine.slot, on, strict=True) if slot.feed is not None and state
        ),
    )


def _faults(
    machine: Machine, feeds: Mapping[str, frozenset[int]], marks: _Marks, read: _Read, state: _State
) -> Iterator[str]:
    """What is wrong with a sheet whose marks can be read, in the order in which the machine looks."""
    begins, ends = read.nth == _first(machine, read), read.nth == _last(machine, read)
    last = state.last
    if last is not None and state.open:
        if (read.line, read.piece, read.of, read.set_code) != (last.line, last.piece, last.of, last.set_code):
            yield "前の組が終わっていないのに次の組が来た（用紙の不足）"
        elif read.nth != last.nth + _step(machine):
            yield "組の中の順番が違う（重複か用紙の不足）"
    else:
        if not begins:
            yield "組の途中の用紙が先に来た（順番違いか用紙の不足）"
        if last is not None and read.line != last.line:
            yield "別のジョブか市町村の用紙が入っている"
        elif last is not None and read.piece != last.piece + _step(machine):
            yield "通し番号が続いていない（重複・抜け・順番違い）"
    for function, holds in (("begin", begins), ("end", ends)):
        if marks.ends.get(function, holds) != holds:
            yield f"{FUNCTION_JA[function]}の印が、照合コードの枚数と合わない"
    said = {"match": read.piece, "sheet": read.nth, "sheets": read.of}
    if machine.sequence_counts == "pieces":
        said["sequence"] = read.piece
    elif state.number is not None:
        said["sequence"] = state.number + _step(machine)
    for function, (number, wrap) in marks.numbers.items():
        if function in said and number != said[function] % wrap:
            yield f"{FUNCTION_JA[function]}の印が続いていないか、照合コードと合わない"
    wanted = feeds.get(read.set_code)
    if wanted is None:
        yield f"組{read.set_code}はこの市町村の一覧にない"
    elif marks.feeds != wanted:
        yield f"封入の印が組{read.set_code}の封入物と合わない（組の取違え）"


def _first(machine: Machine, read: _Read) -> int:
    return 1 if machine.sheet_order == "address_first" else read.of


def _last(machine: Machine, read: _Read) -> int:
    return read.of if machine.sheet_order == "address_first" else 1


def _step(machine: Machine) -> int:
    """A pile that is fed from its end counts down."""
    return 1 if machine.sheet_order == "address_first" else -1
