"""The plan: one order, sequences without gaps, checked codes, full boxes, lots of one municipality."""

from __future__ import annotations

import re
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lot import Made
from stdnum.iso7064 import mod_37_36

from kouki_print.base.errors import JobError
from kouki_print.order.shipment import Boxes
from kouki_print.plan import pieces
from kouki_print.plan.boxing import box_kinds, boxes, bundles, runs
from kouki_print.plan.imposing import cut_and_stack
from kouki_print.plan.pieces import (
    delivery_order,
    lots,
    matching_codes,
    piece_ids,
    print_places,
    sequences,
)

SHAPE = re.compile(
    r"(?P<piece>(?P<job>[A-Z0-9]{2,8})-(?P<code>\d{5})-(?P<seq>\d{7}))"
    r"-(?P<n>\d)(?P<m>\d)-(?P<set>[A-Z0-9]{1,2})-(?P<check>[0-9A-Z])"
)
JOB_IDS = st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=8)
CODES = st.lists(st.sampled_from(["47201", "47205", "47213", "47350"]), max_size=60).map(sorted)
KEYS = ("unit_code", "to_postcode", "to_address", "to_building", "household_number")


def texts(values: list[str]) -> pd.Series:
    return pd.Series(values, dtype="str")


def tables(rows: list[tuple[str, ...]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """People and decisions with these cells in the order of ``KEYS``."""
    columns = (
        dict(zip(KEYS, map(list, zip(*rows, strict=True)), strict=True))
        if rows
        else {key: [] for key in KEYS}
    )
    people = pd.DataFrame({key: texts(columns[key]) for key in ("household_number",)})
    people["row"] = np.arange(1, len(rows) + 1)
    people["protected"] = False
    decided = pd.DataFrame({key: texts(columns[key]) for key in KEYS if key != "household_number"})
    return people, decided


CELL = st.sampled_from(["", "1", "10", "2", "９", "い", "ろ", "葛\U000e0100", "𣘺"])


@given(st.lists(st.tuples(*[CELL] * 5), max_size=40), st.data())
@settings(max_examples=60, deadline=None)
def test_delivery_order_is_total_and_stable(rows: list[tuple[str, ...]], data: st.DataObject) -> None:
    """Sorted by the five keys as code points; equals keep the order of the export; nobody lost."""
    people, decided = tables(rows)
    chosen = np.array(
        sorted(data.draw(st.sets(st.integers(0, len(rows) - 1)))) if rows else [], dtype=np.int64
    )
    shuffled = np.array(data.draw(st.permutations(chosen.tolist())), dtype=np.int64)
    expected = sorted(chosen.tolist(), key=lambda at: (*rows[at], at))
    assert delivery_order(people, decided, chosen).tolist() == expected
    assert delivery_order(people, decided, shuffled).tolist() == expected


@given(CODES)
def test_sequences_have_no_gap(codes: list[str]) -> None:
    found = sequences(np.array(codes, dtype=object))
    assert found.tolist() == [codes[: at + 1].count(code) for at, code in enumerate(codes)]


def test_a_municipality_may_not_exceed_seven_digits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_MOST_PIECES", 3)
    sequences(np.array(["47201"] * 3 + ["47205"] * 3, dtype=object))
    with pytest.raises(JobError, match="7桁"):
        sequences(np.array(["47201"] * 4, dtype=object))


def test_the_code_of_the_contract() -> None:
    ids = piece_ids("OKR08", texts(["47201"]), np.array([123]))
    assert ids.tolist() == ["OKR08-47201-0000123"]
    one, two = np.array([1]), np.array([2])
    assert matching_codes(ids, texts(["A"]), one, one).tolist() == ["OKR08-47201-0000123-11-A-Y"]
    assert matching_codes(ids, texts(["CR"]), two, two)[0].startswith("OKR08-47201-0000123-22-CR-")


@given(JOB_IDS, CODES.filter(len), st.data())
@settings(max_examples=50, deadline=None)
def test_codes_have_the_shape_and_the_check_of_a_stranger(
    job: str, codes: list[str], data: st.DataObject
) -> None:
    sets = data.draw(
        st.lists(st.sampled_from(["A", "B", "C", "CR", "CL"]), min_size=len(codes), max_size=len(codes))
    )
    numbers = sequences(np.array(codes, dtype=object))
    ids = piece_ids(job, texts(codes), numbers)
    ones = np.ones(len(codes), dtype=np.int64)
    found = matching_codes(ids, texts(sets), ones, ones).tolist()
    assert len(set(found)) == len(found)
    for code, place, number, own in zip(found, codes, numbers.tolist(), sets, strict=True):
        parts = SHAPE.fullmatch(code)
        assert parts is not None, code
        bare = code.rsplit("-", 1)[0].replace("-", "")
        assert parts["check"] == mod_37_36.calc_check_digit(bare)
        assert mod_37_36.is_valid(code.replace("-", ""))
        assert (parts["job"], parts["code"], int(parts["seq"]), parts["set"]) == (job, place, number, own)
        assert (parts["n"], parts["m"]) == ("1", "1")


@given(
    st.lists(st.tuples(st.sampled_from(["47201", "47205", "47213"]), st.integers(1, 9_000)), max_size=80).map(
        lambda rows: sorted(rows, key=lambda row: row[0])
    ),
    st.integers(1, 12),
    st.integers(1, 200),
)
@settings(max_examples=150, deadline=None)
def test_boxes(rows: list[tuple[str, int]], most: int, grams: int) -> None:
    codes = np.array([code for code, _ in rows], dtype=object)
    weights = np.array([weight for _, weight in rows], dtype=np.int64)
    limits = Boxes(max_pieces=most, max_grams=grams)
    number, position = boxes(codes, weights, np.zeros(len(codes), dtype=np.int64), limits)
    content: dict[tuple[str, int], list[int]] = {}
    for at, box in enumerate(number.tolist()):
        content.setdefault((codes[at], box), []).append(at)
        assert position[at] == len(content[codes[at], box])
    groups = list(content.items())
    assert [at for _, members in groups for at in members] == list(range(len(rows)))  # contiguous, none lost
    for (code, box), members in groups:
        weight = int(weights[members].sum())
        assert len(members) <= most
        assert weight <= grams * 100 or len(members) == 1  # a piece heavier than a box travels alone
        following = members[-1] + 1
        if following < len(rows) and codes[following] == code:  # filled as far as it goes
            assert len(members) == most or weight + weights[following] > grams * 100
            assert number[following] == box + 1
        assert box == 1 or (members[0] > 0 and number[members[0] - 1] == box - 1)
    assert dict.fromkeys(codes, 1) == {code: number[codes == code].min() for code in set(codes)}


def filled(rows: list[tuple[str, int, int, str]], limits: Boxes) -> list[tuple[int, int]]:
    """Box and position of each (unit, centigrams, micrometres, kind), laid in one by one as people do it."""
    found: list[tuple[int, int]] = []
    box = pieces_in = heavy = row = thick = 0
    last = ("", "")
    for unit, weight, thickness, kind in rows:
        wide = limits.row_mm * 1000
        fits = (unit, kind) == last and pieces_in < limits.max_pieces
        fits = fits and heavy + weight <= limits.max_grams * 100
        if (
            fits and wide and thick + thickness > wide
        ):  # the next row, if there is one and the piece is not too thick
            row, thick = row + 1, 0
            fits = row < limits.rows and thickness <= wide
        if not fits:  # a piece too thick for a row travels alone
            box, pieces_in, heavy, thick = (box + 1 if unit == last[0] else 1), 0, 0, 0
            row = limits.rows if wide and thickness > wide else 0
        pieces_in, heavy, thick = pieces_in + 1, heavy + weight, thick + thickness
        last = unit, kind
        found.append((box, pieces_in))
    return found


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["47201", "47205"]),
            st.integers(1, 4_000),
            st.integers(100, 9_000),
            st.sampled_from(["A", "B"]),
        ),
        max_size=80,
    ).map(lambda rows: sorted(rows, key=lambda row: (row[0], row[3]))),
    st.builds(
        Boxes,
        max_pieces=st.integers(1, 12),
        max_grams=st.integers(20, 200),
        rows=st.integers(1, 3),
        row_mm=st.integers(0, 20),
    ),
)
@settings(max_examples=150, deadline=None)
def test_boxes_hold_their_rows_and_one_kind(rows: list[tuple[str, int, int, str]], limits: Boxes) -> None:
    """As if each piece were laid in by hand; a piece never lies half in one row and half in the next."""
    codes, kinds = (np.array([row[at] for row in rows], dtype=object) for at in (0, 3))
    weights, thickness = (np.array([row[at] for row in rows], dtype=np.int64) for at in (1, 2))
    number, position = boxes(codes, weights, thickness, limits, kinds)
    assert list(zip(number.tolist(), position.tolist(), strict=True)) == filled(rows, limits)
    for _, mine in pd.DataFrame({"unit": codes, "box": number, "kind": kinds}).groupby(["unit", "box"]):
        assert mine["kind"].nunique() == 1
        assert mine.index.tolist() == list(range(mine.index[0], mine.index[-1] + 1)), "neighbours"


def test_a_box_of_the_usual_order_holds_what_its_rows_hold() -> None:
    """Three rows of 470 mm: 201 envelopes of 7 mm (67 a row), and room is left for cards and fingers."""
    codes, weights = np.array(["47201"] * 600, dtype=object), np.full(600, 4000)
    number, _ = boxes(codes, weights, np.full(600, 7000), Boxes())
    assert np.bincount(number).tolist() == [0, 201, 201, 198]
    assert np.bincount(boxes(codes, weights, np.full(600, 7000), Boxes(row_mm=0))[0]).tolist() == [
        0,
        300,
        300,
    ]


KINDS = {
    "mail_service": ["none", "ordinary", "simple_registered"],
    "set_code": ["A", "B", "CR"],
    "no_forward": [False, True],
}


@given(
    st.lists(st.tuples(*(st.sampled_from(values) for values in KINDS.values())), max_size=30),
    st.lists(st.sampled_from(["mail_service", "set", "no_forward"]), unique=True),
)
def test_kinds_differ_where_the_order_separates(
    rows: list[tuple[str, str, bool]], separate: list[str]
) -> None:
    table = pd.DataFrame(rows, columns=list(KINDS))
    table = table.astype({"mail_service": "str", "set_code": "str", "no_forward": bool})
    ranks = box_kinds(table, separate)
    wanted = table[["set_code" if name == "set" else name for name in separate]]
    for one in range(len(rows)):
        for other in range(one):
            assert (ranks[one] == ranks[other]) == bool((wanted.iloc[one] == wanted.iloc[other]).all())
    if separate[:1] == ["mail_service"]:
        services = table["mail_service"].iloc[np.argsort(ranks, kind="stable")].tolist()
        assert services == sorted(services, key=["simple_registered", "ordinary", "none"].index)


def test_the_usual_order_never_mixes_services_or_forwarding_in_a_box() -> None:
    rows = [(service, "A", flag) for service in KINDS["mail_service"] for flag in (False, True)]
    table = pd.DataFrame(rows, columns=list(KINDS))
    assert len(set(box_kinds(table, Boxes().separate).tolist())) == len(rows)


@given(CODES, st.integers(1, 12), st.integers(1, 5), st.data())
@settings(max_examples=80, deadline=None)
def test_bundles(codes: list[str], most: int, each: int, data: st.DataObject) -> None:
    """By count all but the last of a box are full; by 郵便区 neighbours of one district share one."""
    count = len(codes)
    areas = np.array(data.draw(st.lists(st.integers(0, 2), min_size=count, max_size=count)), dtype=np.int64)
    units, zero = np.array(codes, dtype=object), np.zeros(count, dtype=np.int64)
    number, position = boxes(units, zero, zero, Boxes(max_pieces=most))
    found = {
        how: bundles(
            units, number, position, Boxes.model_validate({"bundle": how, "bundle_pieces": each}), areas
        )
        for how in ("none", "count", "area")
    }
    assert not found["none"].any()
    for start, end in runs(units, number):
        sizes = np.bincount(found["count"][start:end])[1:].tolist()
        assert all(size == each for size in sizes[:-1]) and 1 <= sizes[-1] <= each
        assert (np.diff(found["count"][start:end]) >= 0).all(), "one after the other"
        own = areas[start:end]
        changes = (own[1:] != own[:-1]).astype(np.int64)
        assert found["area"][start:end].tolist() == [1, *(1 + np.cumsum(changes)).tolist()]


@given(CODES, st.integers(1, 20))
@settings(max_examples=100, deadline=None)
def test_lots_never_cross_municipalities(codes: list[str], sheets: int) -> None:
    found = lots("OKR08", np.array(codes, dtype=object), np.ones(len(codes), dtype=np.int64), sheets)
    assert [at for lot in found for at in range(lot.start, lot.stop)] == list(range(len(codes)))
    for lot in found:
        assert set(codes[lot.start : lot.stop]) == {lot.unit_code}
        assert 1 <= lot.stop - lot.start == lot.last - lot.first + 1 <= sheets
        assert lot.first == codes[: lot.start].count(lot.unit_code) + 1
        assert lot.stem == f"OKR08-{lot.unit_code}-L{lot.number:02d}-{lot.first:07d}-{lot.last:07d}"
    for code in set(codes):
        assert [lot.number for lot in found if lot.unit_code == code] == list(
            range(1, -(-codes.count(code) // sheets) + 1)
        )
    assert len({lot.print_path for lot in found}) == len(found)


@given(CODES, st.integers(2, 20), st.integers(1, 4), st.integers(0, 3), st.data())
@settings(max_examples=60, deadline=None)
def test_places_are_those_of_the_tables(
    codes: list[str], most: int, up: int, depth: int, data: st.DataObject
) -> None:
    """Pieces of one or two sheets: a piece is in one lot, and its place is that of its first sheet."""
    counts = data.draw(st.lists(st.integers(1, 2), min_size=len(codes), max_size=len(codes)))
    sheets = np.array(counts, dtype=np.int64)
    made = lots("OKR08", np.array(codes, dtype=object), sheets, most)
    if not made:
        return
    places = print_places(made, sheets, lambda pages: cut_and_stack(pages, up, depth))
    for index, lot in enumerate(made):
        assert lot.sheets == sheets[lot.start : lot.stop].sum() <= most
        table = cut_and_stack(2 * lot.sheets, up, depth)
        before = 0
        for at in range(lot.start, lot.stop):
            assert places["lot"][at] == index
            assert (places["print_pdf"][at], places["imposed_pdf"][at]) == (lot.print_path, lot.imposed_path)
            assert places["print_page"][at] == 2 * before + 1
            sheet, slot = places["imposed_sheet"][at] - 1, places["imposed_slot"][at] - 1
            assert table[sheet, 0, slot] == 2 * before + 1
            before += counts[at]


def test_the_made_plan_is_in_order(made: Made) -> None:
    plan = made.prepared.plan
    people, decided = made.prepared.people, made.prepared.decided
    person = plan["person"].to_numpy()
    keys = list(
        zip(
            decided["unit_code"].take(person), plan["no_forward"], decided["to_postcode"].take(person),
            decided["to_address"].take(person), decided["to_building"].take(person),
            people["household_number"].take(person), people["row"].take(person),
            strict=True,
        )
    )  # fmt: skip
    assert keys == sorted(keys)
    assert sorted(person.tolist()) == np.flatnonzero(decided["status"] == "printed").tolist()
    for _, rows in plan.groupby("unit_code"):
        assert rows["sequence"].tolist() == list(range(1, len(rows) + 1))
    assert all(SHAPE.fullmatch(code) for code in plan["matching_code"])


def test_people_apart_come_last_in_lots_and_boxes_of_their_own() -> None:
    """支援措置: never in a box or lot with others, and the sequence runs on without a gap."""
    codes = np.array(["47201"] * 7 + ["47205"] * 3, dtype=object)
    apart = np.array([False] * 5 + [True] * 2 + [False] * 2 + [True])
    made = lots("OKR08", codes, np.ones(10, dtype=np.int64), 3, apart)
    assert [(lot.unit_code, lot.number, lot.first, lot.last) for lot in made] == [
        ("47201", 1, 1, 3),
        ("47201", 2, 4, 5),
        ("47201", 3, 6, 7),
        ("47205", 1, 1, 2),
        ("47205", 2, 3, 3),
    ]
    number, position = boxes(
        codes, np.full(10, 4600), np.full(10, 5000), Boxes(max_pieces=4, max_grams=15000), apart
    )
    assert number.tolist() == [1, 1, 1, 1, 2, 3, 3, 1, 1, 2]
    assert position.tolist() == [1, 2, 3, 4, 1, 1, 2, 1, 2, 1]


def test_people_apart_stand_behind_the_others_of_their_municipality() -> None:
    people, decided = tables(
        [("47201", "1", "あ", "", ""), ("47201", "2", "い", "", ""), ("47205", "1", "う", "", "")]
    )
    people["protected"] = [True, False, False]
    assert delivery_order(people, decided, np.arange(3)).tolist() == [1, 0, 2]
