"""The states of marks by hand-counted numbers, and the inserter on paper: never a stop in a right pile."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machine_kit import RIGHT_UP, machines, profile

from kouki_print.order.machines import Machine
from kouki_print.plan.deck import DIVERT, STOP, deck
from kouki_print.plan.inserter import Fed, stops
from kouki_print.plan.marking import Marked, SheetFacts, marked
from kouki_print.plan.pieces import matching_codes, piece_ids

MACHINES = machines()
ITEMS = {"A": "1;3;5;6;7;8;X1", "B": "2;4;5;6;7", "C": "1;7"}
SHEETS = {"A": 1, "B": 1, "C": 2}


def pile(
    machine: Machine, pieces: Sequence[tuple[str, int]], first: int = 1, flags: Sequence[bool] = ()
) -> tuple[Marked, list[str]]:
    """Marks and matching codes of pieces of a set and so many sheets, as they are printed."""
    of = np.repeat([count for _, count in pieces], [count for _, count in pieces])
    piece = np.repeat(np.arange(first, first + len(pieces)), [count for _, count in pieces])
    nth = np.concatenate([np.arange(1, count + 1) for _, count in pieces])
    sets = pd.Series(np.repeat([code for code, _ in pieces], [count for _, count in pieces]), dtype="str")
    on = np.array(flags or [False] * len(piece), dtype=bool)
    facts = SheetFacts(
        piece=piece, sheet=np.arange(1, len(piece) + 1), nth=nth, of=of, items=sets.map(ITEMS),
        flags=dict.fromkeys(("protected", "pickup", "thick"), on),
    )  # fmt: skip
    ids = piece_ids("OKR08", pd.Series(["47213"] * len(piece), dtype="str"), piece)
    feeds = {code: machine.feeds_of(items) for code, items in ITEMS.items()}
    return marked(machine, facts, feeds), matching_codes(ids, sets, nth, of).tolist()


def feed(marks: Marked, codes: Sequence[str], order: Sequence[int] | None = None) -> list[int]:
    """Where the machine stops when the sheets (positions as printed) are fed in an order."""
    fed = [Fed(text, code) for text, code in zip(marks.texts(), codes, strict=True)]
    chosen = range(len(fed)) if order is None else order
    taken = [fed[at] for at in chosen]
    if marks.machine.sheet_order == "address_last":
        taken.reverse()
    return [stop.at for stop in stops(marks.machine, marks.feeds, taken)]


def test_marks_of_one_two_and_three_sheets() -> None:
    """Benchmark, begin, not end, sequence (lowest first), feeders 1-8, divert, parity, safety."""
    marks, _ = pile(MACHINES["omr_edge"], [("A", 1), ("C", 2), ("B", 3)], first=7)
    assert marks.texts() == [
        "1" "1" "0" "111" "10111110" "0" "0" "1",
        "1" "1" "1" "000" "00001000" "0" "1" "1",
        "1" "0" "0" "000" "00001000" "0" "1" "1",
        "1" "1" "1" "100" "01111000" "0" "1" "1",
        "1" "0" "1" "100" "01111000" "0" "0" "1",
        "1" "0" "0" "100" "01111000" "0" "1" "1",
    ]  # fmt: skip


def test_marks_of_a_pile_that_is_fed_from_its_end() -> None:
    """Benchmark, end, not begin, sheet number (turned, lowest last), retiming, piece, feeders 9, not 2, 1, stop, not
    parity, safety."""
    marks, _ = pile(RIGHT_UP, [("A", 1), ("C", 2)], first=5)
    assert marks.texts() == [
        "1" "1" "0" "11" "1" "10" "101" "0" "0" "1",
        "1" "1" "1" "00" "1" "01" "010" "0" "0" "1",
        "1" "0" "0" "01" "1" "01" "010" "0" "1" "1",
    ]  # fmt: skip


def test_a_condition_diverts_or_stops() -> None:
    marks, codes = pile(MACHINES["omr_edge"], [("A", 1), ("A", 1)], flags=[False, True])
    assert [text[14] for text in marks.texts()] == ["0", "1"]
    assert feed(marks, codes) == []


PIECES = st.lists(st.tuples(st.sampled_from(sorted(ITEMS)), st.integers(1, 3)), min_size=1, max_size=30)


@pytest.mark.parametrize("name", MACHINES)
@settings(max_examples=40, deadline=None)
@given(pieces=PIECES, first=st.integers(1, 9_999_000), data=st.data())
def test_a_right_pile_never_stops_and_a_wrong_one_does(
    name: str, pieces: list[tuple[str, int]], first: int, data: st.DataObject
) -> None:
    """Wherever the sequence wraps: no stop.  A sheet missing, doubled or exchanged with another: a stop."""
    marks, codes = pile(MACHINES[name], pieces, first)
    assert feed(marks, codes) == []
    order = list(range(len(codes)))
    if len(order) < 3:
        return
    at = data.draw(st.integers(1, len(order) - 2))
    assert feed(marks, codes, order[:at] + order[at + 1 :])
    assert feed(marks, codes, [*order[: at + 1], *order[at:]])
    order[at], order[at + 1] = order[at + 1], order[at]
    assert feed(marks, codes, order)


@pytest.mark.parametrize("name", MACHINES)
def test_marks_of_another_sheet_stop(name: str) -> None:
    """The code by the address is right, the marks are another's: next piece, other set, one mark lost."""
    marks, codes = pile(MACHINES[name], [("A", 1), ("A", 1), ("B", 1), ("A", 1)])
    for at, other in ((1, 2), (2, 1)):
        states = marks.states.copy()
        states[at] = states[other]
        assert feed(Marked(marks.machine, states, marks.feeds), codes)
    for slot in range(marks.states.shape[1]):
        if marks.machine.slot[slot].function not in ("stop", "divert") or marks.machine.bits("parity"):
            states = marks.states.copy()
            states[1, slot] ^= True
            assert feed(Marked(marks.machine, states, marks.feeds), codes), marks.machine.slot[slot]


def test_blanks_strangers_and_unknown_sets_stop() -> None:
    marks, codes = pile(MACHINES["omr_edge"], [("A", 1)] * 4)
    texts = marks.texts()

    def run(*sheets: Fed) -> list[str]:
        return [stop.why for stop in stops(marks.machine, marks.feeds, [Fed(texts[0], codes[0]), *sheets])]

    assert "白紙" in run(Fed("", ""))[0]
    assert "印がない" in run(Fed("", codes[1]))[0]
    assert "読めない" in run(Fed(texts[1], codes[1][:-1] + "?"))[0]
    assert (
        "読めない" in run(Fed(texts[1], codes[1].replace("0002", "0003")))[0]
    )  # its check character is another
    stranger = matching_codes(
        pd.Series(["OKR08-47201-0000002"]), pd.Series(["A"]), np.array([1]), np.array([1])
    )
    assert "別のジョブか市町村" in run(Fed(texts[1], stranger.iloc[0]))[0]
    unknown = matching_codes(
        pd.Series(["OKR08-47213-0000002"]), pd.Series(["Z"]), np.array([1]), np.array([1])
    )
    assert "組Z" in run(Fed(texts[1], unknown.iloc[0]))[0]


def test_a_pile_that_ends_within_a_piece_stops() -> None:
    marks, codes = pile(MACHINES["omr_edge"], [("A", 1), ("C", 2)])
    assert feed(marks, codes, [0, 1]) == [2]


def test_the_machine_says_why() -> None:
    marks, codes = pile(MACHINES["omr_edge"], [("A", 1), ("C", 2), ("A", 1), ("A", 1)])
    fed = [Fed(text, code) for text, code in zip(marks.texts(), codes, strict=True)]
    found = stops(marks.machine, marks.feeds, [fed[0], fed[1], fed[3], fed[3]])
    assert [(stop.at, stop.why.partition("（")[0]) for stop in found] == [
        (3, "前の組が終わっていないのに次の組が来た"),
        (4, "通し番号が続いていない"),
    ]


@pytest.mark.parametrize("sheets", [SHEETS, {"A": 1, "B": 1}, {"A": 1}])
@pytest.mark.parametrize("name", MACHINES)
def test_the_deck_stops_the_machine_at_exactly_its_faults(name: str, sheets: dict[str, int]) -> None:
    machine = MACHINES[name]
    items = {code: ITEMS[code] for code in sheets}
    made = deck(machine, items, sheets, "OKR08", "47213")
    feeds = {code: machine.feeds_of(text) for code, text in items.items()}
    found = stops(machine, feeds, [Fed(sheet.marks, sheet.code) for sheet in made])
    expected = [at for at, sheet in enumerate(made, 1) if sheet.case.does == STOP]
    assert [stop.at for stop in found] == expected
    assert 10 <= len(made) <= 18 and len(expected) >= 9
    words = [
        "不足",
        "通し番号",
        "通し番号",
        "途中",
        "通し番号",
        "組の取違え",
        "パリティ",
        "終わりの印",
        "印がない",
    ]
    words += ["基準か終端の印がない"] if machine.bits("safety") else []
    for stop, reason in zip(found, words, strict=True):
        assert reason in stop.why, stop


@pytest.mark.parametrize("name", MACHINES)
def test_the_deck_shows_the_feeders_of_every_set_at_work(name: str) -> None:
    machine = MACHINES[name]
    for sets in (SHEETS, {"A": 1, "B": 3, "C": 2}):
        made = deck(machine, ITEMS, sets, "OKR08", "47213")
        feeds = {code: machine.feeds_of(text) for code, text in ITEMS.items()}
        right = {feeds[sheet.set_code] for sheet in made if sheet.case.does != STOP}
        assert right == set(feeds.values())
        found = stops(machine, feeds, [Fed(sheet.marks, sheet.code) for sheet in made])
        assert [stop.at for stop in found] == [
            at for at, each in enumerate(made, 1) if each.case.does == STOP
        ]


def test_the_sets_of_a_deck_may_all_be_alike_for_the_machine() -> None:
    machine = MACHINES["omr_edge"]
    made = deck(machine, {"A": "1", "B": "2"}, {"A": 1, "B": 1}, "OKR08", "47213")
    feeds = {"A": frozenset[int](), "B": frozenset[int]()}
    found = [stop.at for stop in stops(machine, feeds, [Fed(sheet.marks, sheet.code) for sheet in made])]
    assert found == [at for at, sheet in enumerate(made, 1) if sheet.case.does == STOP]


def test_the_deck_leaves_out_what_a_machine_has_no_marks_for() -> None:
    bare = profile()
    made = deck(bare, {"A": "1;3"}, {"A": 1}, "OKR08", "47213")
    assert [each.case.spoiled for each in made if each.case.spoiled] == ["benchmark", "safety"]
    assert all(sheet.case.does != DIVERT for sheet in made)
    assert {sheet.code.split("-")[0] for sheet in made} == {"TEST0"}
