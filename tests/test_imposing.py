"""The order of imposition as tables: pages from 1, 0 = blank, fronts and what lies behind them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lot import Made

from kouki_print.plan.booklets import perfect, saddle
from kouki_print.plan.imposing import cut_and_stack, in_order, sheets_and_slots, step_and_repeat

Table = list[list[list[int]]]
RIGHT = (False, True)  # the right one of two slots comes out of the press face down

# By hand: a sheet is [fronts, what lies behind them].
TABLES: list[tuple[str, np.ndarray, Table]] = [
    ("1-up", cut_and_stack(4, 1), [[[1], [2]], [[3], [4]]]),
    ("1-up, one side", cut_and_stack(3, 1, sides=1), [[[1], [0]], [[2], [0]], [[3], [0]]]),
    ("no page", cut_and_stack(0, 2), []),
    ("cut-and-stack", cut_and_stack(14, 2), [
        [[1, 9], [2, 10]], [[3, 11], [4, 12]], [[5, 13], [6, 14]], [[7, 0], [8, 0]],
    ]),
    ("cut-and-stack, one side", cut_and_stack(7, 2, sides=1), [
        [[1, 5], [0, 0]], [[2, 6], [0, 0]], [[3, 7], [0, 0]], [[4, 0], [0, 0]],
    ]),
    ("a last front without a back", cut_and_stack(5, 2), [[[1, 5], [2, 0]], [[3, 0], [4, 0]]]),
    ("a stack of two begins anew", cut_and_stack(7, 2, 2, sides=1), [
        [[1, 3], [0, 0]], [[2, 4], [0, 0]], [[5, 7], [0, 0]], [[6, 0], [0, 0]],
    ]),
    ("4-up", cut_and_stack(5, 4, sides=1), [[[1, 3, 5, 0], [0] * 4], [[2, 4, 0, 0], [0] * 4]]),
    ("4-up in stacks of one", cut_and_stack(10, 4, 1, sides=1), [
        [[1, 2, 3, 4], [0] * 4], [[5, 6, 7, 8], [0] * 4], [[9, 10, 0, 0], [0] * 4],
    ]),
    ("in order", in_order(10, 3), [[[1, 3, 5], [2, 4, 6]], [[7, 9, 0], [8, 10, 0]]]),
    ("in order, one side", in_order(5, 2, sides=1), [[[1, 2], [0, 0]], [[3, 4], [0, 0]], [[5, 0], [0, 0]]]),
    ("repeated", step_and_repeat(4, 2), [[[1, 1], [2, 2]], [[3, 3], [4, 4]]]),
    ("repeated, one side", step_and_repeat(2, 3, sides=1), [[[1] * 3, [0] * 3], [[2] * 3, [0] * 3]]),
    ("half turned: its pile lies face down", cut_and_stack(8, 2, turned=RIGHT), [
        [[1, 8], [2, 7]], [[3, 6], [4, 5]],
    ]),
    ("half turned, a blank below the pile", cut_and_stack(10, 2, turned=RIGHT), [
        [[1, 0], [2, 0]], [[3, 10], [4, 9]], [[5, 8], [6, 7]],
    ]),
    ("half turned in stacks of two", cut_and_stack(12, 2, 2, turned=RIGHT), [
        [[1, 8], [2, 7]], [[3, 6], [4, 5]], [[9, 12], [10, 11]],
    ]),
    ("saddle, bound left", saddle(8), [[[8, 1], [7, 2]], [[6, 3], [5, 4]]]),
    ("saddle, bound right", saddle(8, right=True), [[[1, 8], [2, 7]], [[3, 6], [4, 5]]]),
    ("saddle with blanks", saddle(6), [[[0, 1], [0, 2]], [[6, 3], [5, 4]]]),
    ("saddle of one page", saddle(1, right=True), [[[1, 0], [0, 0]]]),
    ("two copies", saddle(4, 2), [[[4, 1, 4, 1], [3, 2, 3, 2]]]),
    ("perfect, bound left", perfect(12, 2), [[[8, 1], [7, 2]], [[6, 3], [5, 4]], [[12, 9], [11, 10]]]),
    ("perfect, bound right", perfect(12, 1, right=True), [
        [[1, 4], [2, 3]], [[5, 8], [6, 7]], [[9, 12], [10, 11]],
    ]),
    ("perfect with blanks", perfect(17, 4), [
        [[16, 1], [15, 2]], [[14, 3], [13, 4]], [[12, 5], [11, 6]], [[10, 7], [9, 8]], [[0, 17], [0, 0]],
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("found", "table"), [each[1:] for each in TABLES], ids=[each[0] for each in TABLES])
def test_tables(found: np.ndarray, table: Table) -> None:
    assert found.tolist() == table
    assert found.dtype == np.int64 and found.ndim == 3


@pytest.mark.parametrize(
    ("records", "up", "depth", "sheets", "blanks"),
    [
        (7, 2, 0, 4, 1),
        (165_000, 2, 2500, 82_500, 0),
        (165_001, 2, 2500, 82_501, 1),
        (165_003, 4, 1000, 41_251, 1),
        (165_000, 2, 0, 82_500, 0),
        (165_000, 2, 1, 82_500, 0),
    ],
)
def test_full_size(records: int, up: int, depth: int, sheets: int, blanks: int) -> None:
    table = cut_and_stack(2 * records, up, depth)
    assert table.shape == (sheets, 2, up)
    assert ((table == 0).sum(axis=(0, 2)) == blanks).all()
    assert np.array_equal(np.sort(table[table > 0]), np.arange(1, 2 * records + 1))


@pytest.mark.parametrize(
    "impossible",
    [
        lambda: cut_and_stack(-1, 2),
        lambda: cut_and_stack(5, 0),
        lambda: cut_and_stack(5, 2, -1),
        lambda: in_order(5, 2, sides=3),
        lambda: step_and_repeat(5, 0),
        lambda: saddle(-1),
        lambda: perfect(4, 0),
    ],
)
def test_impossible_orders(impossible: object) -> None:
    assert callable(impossible)
    with pytest.raises(ValueError):
        impossible()


@given(st.integers(0, 300), st.integers(1, 8), st.integers(0, 30), st.data())
@settings(max_examples=200, deadline=None)
def test_sheets_are_as_few_as_can_be(records: int, up: int, depth: int, data: st.DataObject) -> None:
    turned = data.draw(st.lists(st.booleans(), min_size=up, max_size=up))
    table = cut_and_stack(2 * records, up, depth, turned=turned)
    whole, rest = divmod(records, depth * up) if depth else (0, records)
    assert len(table) == whole * depth + -(-rest // up)
    assert (table[:, 0] == 0).sum() == len(table) * up - records < up


@given(st.integers(0, 300), st.integers(1, 8), st.integers(0, 30), st.data())
@settings(max_examples=100, deadline=None)
def test_each_record_is_found(records: int, up: int, depth: int, data: st.DataObject) -> None:
    turned = data.draw(st.lists(st.booleans(), min_size=up, max_size=up))
    table = cut_and_stack(2 * records, up, depth, turned=turned)
    sheets, slots = sheets_and_slots(table)
    assert len(sheets) == len(slots) == records
    for record, (sheet, slot) in enumerate(zip(sheets, slots, strict=True), 1):
        sides = table[sheet - 1, :, slot - 1].tolist()
        assert sides == ([2 * record, 2 * record - 1] if turned[slot - 1] else [2 * record - 1, 2 * record])


def test_the_made_lot_has_its_blank_last(made: Made) -> None:
    count = len(made.tasks[0].documents)
    assert count % 2 == 1
    table = made.kit.imposition.table(2 * count)
    assert table[-1].tolist() == [[2 * len(table) - 1, 0], [2 * len(table), 0]]
    assert made.files[0].press_sheets == len(table)
