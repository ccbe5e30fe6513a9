"""Imposition as tables (0 = blank), and as paper: printed, cut, stacked and read again."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lot import Made

from kouki_print.page.items import Sheet
from kouki_print.plan.imposing import back_column, cut_and_stack, slots_of
from kouki_print.sheet.imposition import Imposition

A4 = Sheet(width=210, height=297)


@pytest.mark.parametrize(
    ("count", "up", "depth", "table"),
    [
        (7, 2, 0, [[1, 5], [2, 6], [3, 7], [4, 0]]),
        (8, 2, 0, [[1, 5], [2, 6], [3, 7], [4, 8]]),
        (1, 2, 0, [[1, 0]]),
        (0, 2, 0, []),
        (3, 1, 0, [[1], [2], [3]]),
        (7, 2, 2, [[1, 3], [2, 4], [5, 7], [6, 0]]),
        (9, 2, 2, [[1, 3], [2, 4], [5, 7], [6, 8], [9, 0]]),
        (5, 4, 0, [[1, 3, 5, 0], [2, 4, 0, 0]]),
        (10, 4, 1, [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 0, 0]]),
    ],
)
def test_tables(count: int, up: int, depth: int, table: list[list[int]]) -> None:
    found = cut_and_stack(count, up, depth)
    assert found.tolist() == table
    assert found.shape == (len(table), up)


@pytest.mark.parametrize(
    ("count", "up", "depth", "sheets", "blanks"),
    [(165_000, 2, 2500, 82_500, 0), (165_001, 2, 2500, 82_501, 1), (165_003, 4, 1000, 41_251, 1)],
)
def test_full_size(count: int, up: int, depth: int, sheets: int, blanks: int) -> None:
    table = cut_and_stack(count, up, depth)
    assert table.shape == (sheets, up)
    assert (table == 0).sum() == blanks
    assert np.array_equal(np.sort(table[table > 0]), np.arange(1, count + 1))


@pytest.mark.parametrize(("count", "up"), [(-1, 2), (5, 0)])
def test_impossible_orders(count: int, up: int) -> None:
    with pytest.raises(ValueError):
        cut_and_stack(count, up)


def bindery(table: np.ndarray, depth: int) -> list[int]:
    """Cut the press sheets pile by pile, lay pile 2 under pile 1 and so on, and read the sequence.

    The cutter takes ``depth`` sheets at once; blanks are thrown away.
    """
    sheets = table.tolist()
    height = depth or max(len(sheets), 1)
    read: list[int] = []
    for first in range(0, len(sheets), height):
        block = sheets[first : first + height]
        for pile in zip(*block, strict=True):
            read.extend(pile)
    return [record for record in read if record]


@given(st.integers(0, 400), st.integers(1, 8), st.integers(0, 30))
@settings(max_examples=300, deadline=None)
def test_cut_and_stacked_paper_gives_the_sequence(count: int, up: int, depth: int) -> None:
    table = cut_and_stack(count, up, depth)
    assert bindery(table, depth) == list(range(1, count + 1))
    whole, rest = divmod(count, depth * up) if depth else (0, count)
    assert len(table) == whole * depth + -(-rest // up)
    assert (table == 0).sum() < up
    assert (table.max(axis=1, initial=0) > 0).all()  # no press sheet is all blank


@given(st.integers(0, 400), st.integers(1, 8), st.integers(0, 30))
@settings(max_examples=100, deadline=None)
def test_slots_find_each_record(count: int, up: int, depth: int) -> None:
    table = cut_and_stack(count, up, depth)
    sheets, slots = slots_of(table)
    assert [int(table[sheet - 1, slot - 1]) for sheet, slot in zip(sheets, slots, strict=True)] == list(
        range(1, count + 1)
    )


@given(st.integers(1, 6), st.integers(1, 4), st.floats(0, 12))
def test_the_back_lies_behind_its_own_front(columns: int, rows: int, gutter: float) -> None:
    """Turned about the vertical axis, a back at x ends up at sheet width - x - its own width."""
    press = Imposition(
        title="試験",
        width=columns * 230 + 60,
        height=rows * 330 + 60,
        columns=columns,
        rows=rows,
        gutter=gutter,
    )
    for slot in range(press.up):
        x, y = press.corner(slot, A4)
        back_x, back_y = press.back_corner(slot, A4)
        assert press.width - back_x - A4.width == pytest.approx(x)
        assert back_y == y
        assert back_column(back_column(slot, columns), columns) == slot


@given(st.integers(1, 6), st.integers(1, 4))
def test_slots_do_not_touch(columns: int, rows: int) -> None:
    press = Imposition(
        title="試験", width=columns * 230 + 60, height=rows * 330 + 60, columns=columns, rows=rows
    )
    corners = {press.corner(slot, A4) for slot in range(press.up)}
    assert len(corners) == press.up
    for x, y in corners:
        for other_x, other_y in corners - {(x, y)}:
            assert abs(x - other_x) >= A4.width + 6 - 1e-9 or abs(y - other_y) >= A4.height + 6 - 1e-9


def test_the_made_lot_has_its_blank_last(made: Made) -> None:
    count = len(made.tasks[0].documents)
    assert count % 2 == 1
    table = cut_and_stack(count, 2, made.kit.imposition.stack_depth)
    assert table[-1].tolist() == [len(table), 0]
    assert made.files[0].press_sheets == len(table)
