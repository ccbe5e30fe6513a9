"""Imposed sheets as paper: turned, cut, stacked, folded and read again, and every mistake is seen."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kouki_print.base.errors import JobError
from kouki_print.page.items import Sheet
from kouki_print.sheet.grid import Imposition, Place
from kouki_print.sheet.simulator import Printed, faults, leaves, printed, proven, stop_unless_proven

CARD = Sheet(width=100, height=148)
SINGLES = ("in_order", "step_and_repeat", "cut_and_stack", "lanes", "work_and_turn", "work_and_tumble")


def press(scheme: str = "cut_and_stack", columns: int = 2, rows: int = 1, **more: Any) -> Imposition:
    """A press sheet with room for so many cards, whichever way they lie."""
    values = {"title": "試験", "width": 160 * columns + 60, "height": 160 * rows + 60, **more}
    return Imposition(scheme=scheme, columns=columns, rows=rows, **values)  # type: ignore[arg-type]


@st.composite
def singles(draw: st.DrawFn) -> Imposition:
    """Any press sheet of single leaves."""
    scheme = draw(st.sampled_from(SINGLES))
    columns, rows = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    turn = draw(st.sampled_from(["turn", "tumble"]))
    if scheme == "work_and_turn":
        columns, turn = 2 * columns, "turn"
    if scheme == "work_and_tumble":
        rows, turn = 2 * rows, "tumble"
    upright = draw(st.booleans())
    turns = st.sampled_from([0, 180] if upright else [90, 270])
    return press(
        scheme,
        columns,
        rows,
        turn=turn,
        head=draw(st.sampled_from(["head", "toe"])),
        gutter={"x": draw(st.floats(0, 9)), "y": draw(st.floats(0, 9))},
        margin=draw(st.sampled_from([None, {"left": 7, "top": 11}])),
        rotation=draw(st.lists(turns, min_size=columns * rows, max_size=columns * rows)),
        stack_depth=draw(st.integers(0, 9)),
        sides=1 if scheme in SINGLES[:4] and draw(st.booleans()) else 2,
        descending=draw(st.booleans()),
    )


@given(singles(), st.integers(0, 90))
@settings(max_examples=400, deadline=None)
def test_single_leaves_come_out_in_order(sheet: Imposition, pages: int) -> None:
    assert proven(sheet, CARD, pages) == []


@given(
    st.sampled_from(["saddle", "perfect"]),
    st.sampled_from(["left", "right"]),
    st.sampled_from(["turn", "tumble"]),
    st.integers(1, 3),
    st.integers(1, 6),
    st.booleans(),
    st.integers(0, 120),
)
@settings(max_examples=300, deadline=None)
def test_booklets_come_out_in_order(
    scheme: str, binding: str, turn: str, rows: int, signature: int, descending: bool, pages: int
) -> None:
    sheet = press(
        scheme, 2, rows, binding=binding, turn=turn, signature=signature, descending=descending, gutter=0
    )
    assert proven(sheet, CARD, pages) == []


def test_what_a_person_holds() -> None:
    """By hand, without the tables: 7 cards, the pile on the left over the pile on the right."""
    sheet = press()
    job = printed(sheet, CARD, 14)
    (read,) = leaves(job.table, job.fronts, [0, 1], sheet, CARD)
    assert read.tolist() == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10], [11, 12], [13, 14], [0, 0]]


def test_every_copy_is_read() -> None:
    sheet = press("step_and_repeat", 3)
    job = printed(sheet, CARD, 4)
    assert [copy.tolist() for copy in leaves(job.table, job.fronts, [0, 1, 2], sheet, CARD)] == [
        [[1, 2], [3, 4]]
    ] * 3


@pytest.mark.parametrize("scheme", ["cut_and_stack", "work_and_turn", "in_order"])
def test_a_whole_prefecture_takes_no_time(scheme: str) -> None:
    sheet = press(scheme, stack_depth=0 if scheme == "in_order" else 2500)
    start = time.perf_counter()
    assert proven(sheet, CARD, 330_001) == []
    assert time.perf_counter() - start < 0.6  # about 0.05 s


# Everything that can be wrong


def spoilt(job: Printed, **changes: Any) -> Printed:
    return dataclasses.replace(job, **changes)


def moved(places: list[Place], slot: int, **changes: Any) -> list[Place]:
    return [dataclasses.replace(place, **changes) if at == slot else place for at, place in enumerate(places)]


def changed(table: np.ndarray, *cells: tuple[int, int, int, int]) -> np.ndarray:
    copy = table.copy()
    for sheet, side, slot, page in cells:
        copy[sheet, side, slot] = page
    return copy


FAULTS = {
    "two sheets exchanged": (lambda job: spoilt(job, table=job.table[[1, 0, 2, 3]]), "順番が違います"),
    "two slots exchanged": (lambda job: spoilt(job, table=job.table[:, :, ::-1]), "順番が違います"),
    "another's back": (
        lambda job: spoilt(job, table=changed(job.table, (0, 1, 0, 4), (1, 1, 0, 2))),
        "表と裏が組になっていません（1枚目の表が1ページ、裏が4ページ）",
    ),
    "backs not mirrored": (lambda job: spoilt(job, backs=job.backs[::-1]), "表と裏が組になっていません"),
    "a back upside down": (
        lambda job: spoilt(job, backs=moved(job.backs, 1, rotation=180)),
        "面2の表と裏の天地が指定（head）と違います",
    ),
    "a back beside its front": (
        lambda job: spoilt(job, backs=moved(job.backs, 0, x=job.backs[0].x + 1)),
        "面1の裏に何もありません",
    ),
    "two over one place": (
        lambda job: spoilt(job, fronts=moved(job.fronts, 1, x=job.fronts[0].x + 99)),
        "表の面1と面2が重なっています",
    ),
    "off the sheet": (lambda job: spoilt(job, fronts=moved(job.fronts, 0, x=-1)), "用紙からはみ出しています"),
    "in the gripper": (
        lambda job: spoilt(job, backs=moved(job.backs, 0, y=220 - 148 - 9)),
        "裏の面1がくわえ10mmに掛かっています",
    ),
    "a blank in the middle": (
        lambda job: spoilt(job, table=changed(job.table, (1, 0, 0, 0), (1, 1, 0, 0))),
        "白い紙が終わりではなく2枚目にあります",
    ),
    "a record twice": (
        lambda job: spoilt(job, table=changed(job.table, (3, 0, 1, 1), (3, 1, 1, 2))),
        "枚数が違います（7枚のはずが8枚）",
    ),
    "a record missing": (
        lambda job: spoilt(job, table=changed(job.table, (2, 0, 1, 0), (2, 1, 1, 0))),
        "枚数が違います（7枚のはずが6枚）",
    ),
    "a sheet of blanks": (
        lambda job: spoilt(job, table=np.concatenate([job.table, np.zeros((1, 2, 2), dtype=np.int64)])),
        "白い紙",
    ),
    "a back without a front": (
        lambda job: spoilt(job, table=changed(job.table, (0, 0, 0, 0))),
        "表と裏が組になっていません（1枚目の表が0ページ、裏が2ページ）",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_seen(name: str) -> None:
    """7 cards on sheets of two: (1, 9), (3, 11), (5, 13), (7, -)."""
    change, words = FAULTS[name]
    sheet = press(gripper={"mm": 10, "edge": "bottom"})
    job = printed(sheet, CARD, 14)
    assert faults(job, sheet, CARD, 14) == []
    assert any(words in fault for fault in faults(change(job), sheet, CARD, 14))


@pytest.mark.parametrize(
    ("finished_as", "printed_as"),
    [
        ({"turn": "tumble"}, {}),  # the press flips the sheet the other way
        ({"head": "toe"}, {}),
        ({"descending": True}, {}),
        ({"stack_depth": 2}, {}),  # the cutter takes less than the order thinks
        ({}, {"stack_depth": 2}),
        ({"scheme": "in_order"}, {}),  # collated instead of stacked
        ({"scheme": "work_and_turn"}, {}),  # a pile is turned over that lies right
        ({}, {"scheme": "work_and_turn"}),  # a pile is not turned over that lies face down
        ({"scheme": "saddle", "gutter": 0}, {"scheme": "perfect", "gutter": 0, "signature": 1}),
        ({"scheme": "saddle", "gutter": 0, "binding": "right"}, {"scheme": "saddle", "gutter": 0}),
        ({"scheme": "perfect", "signature": 2, "gutter": 0}, {"scheme": "perfect", "gutter": 0}),
    ],
)
def test_other_handling_of_the_paper_is_seen(finished_as: dict[str, Any], printed_as: dict[str, Any]) -> None:
    job = printed(press(**printed_as), CARD, 22)
    assert faults(job, press(**printed_as), CARD, 22) == []
    assert faults(job, press(**finished_as), CARD, 22) != []


def test_a_pile_that_is_not_turned_over_reads_backwards() -> None:
    """Half turned without the order for it: the pile that lies face down runs from the last to the first."""
    plain, half = printed(press(), CARD, 8), press("work_and_turn")
    flipped = plain.table.copy()
    flipped[:, :, 1] = flipped[:, ::-1, 1]
    found = faults(dataclasses.replace(plain, table=flipped), half, CARD, 8)
    assert found == ["順番が違います（3枚目は5ページのはずが7ページ）"]


def test_the_fold_of_a_booklet_runs_along_its_pages() -> None:
    sheet = press("saddle", gutter=0, rotation=180)
    assert proven(sheet, CARD, 8) == ["冊子のページの天地が、折りの向きと合いません"]


def test_a_job_stops_with_the_first_fault() -> None:
    sheet = press(gripper={"mm": 60})
    with pytest.raises(JobError) as caught:
        stop_unless_proven(sheet, CARD, [14, 8])
    assert "（8ページ）: 表の面1がくわえ60mmに掛かっています" in caught.value.message()
