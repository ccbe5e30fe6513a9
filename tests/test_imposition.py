"""Impositions as files: where slots lie on both sides, which mistakes are told, and the marks on the waste."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lot import operations

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir
from kouki_print.page.items import MM, Fold, Perforation, Sheet, Side
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.file import load_layout
from kouki_print.sheet.grid import Imposition, Place, placement
from kouki_print.sheet.imposition import load_for_lots, load_imposition
from kouki_print.sheet.labels import letter
from kouki_print.sheet.marks import in_common, marks_of
from kouki_print.sheet.simulator import proven
from kouki_print.sheet.waste import Area, Waste, area_of

A4, A5 = Sheet(width=210, height=297), Sheet(width=148, height=210)
A3 = {"title": "試験", "width": 483, "height": 329, "columns": 2}


# Where slots lie


def test_the_usual_sheet() -> None:
    press = load_imposition("a3_2up", A4)
    assert press.places(0, A4) == [
        Place(28.5, 16, 0, (3, 3, 3, 3)),
        Place(244.5, 16, 0, (3, 3, 3, 3)),
    ]
    assert press.places(1, A4) == press.places(0, A4)[::-1]


@pytest.mark.parametrize(
    ("turn", "head", "rotation", "behind"),
    [
        ("turn", "head", 0, 0), ("turn", "head", 90, 270), ("turn", "head", 180, 180), ("turn", "toe", 0, 180),
        ("turn", "toe", 90, 90), ("tumble", "head", 0, 180), ("tumble", "head", 90, 90),
        ("tumble", "toe", 0, 0), ("tumble", "toe", 270, 90),
    ],
)  # fmt: skip
def test_how_a_back_is_turned(turn: str, head: str, rotation: int, behind: int) -> None:
    press = Imposition(**A3, turn=turn, head=head, rotation=rotation)
    assert [place.rotation for place in press.places(1, A5)] == [behind, behind]


@given(
    st.integers(1, 6),
    st.integers(1, 4),
    st.tuples(st.floats(0, 12), st.floats(0, 12)),
    st.sampled_from(["turn", "tumble"]),
    st.sampled_from([None, {"left": 14, "top": 9}]),
    st.sampled_from([0, 90, 180, 270]),
)
@settings(max_examples=150, deadline=None)
def test_slots_are_apart_and_backs_behind_them(
    columns: int, rows: int, gaps: tuple[float, float], turn: str, margin: Any, rotation: int
) -> None:
    press = Imposition(
        title="試験", width=columns * 320 + 60, height=rows * 320 + 60, columns=columns, rows=rows, turn=turn,
        gutter={"x": gaps[0], "y": gaps[1]}, margin=margin, rotation=rotation,
    )  # fmt: skip
    fronts, backs = (press.places(side, A4) for side in (0, 1))
    width, height = fronts[0].size(A4)
    for front, back in zip(fronts, backs, strict=True):
        x, y = (
            (press.width - back.x - width, back.y)
            if turn == "turn"
            else (back.x, press.height - back.y - height)
        )
        assert (x, y) == pytest.approx((front.x, front.y))
    for at, one in enumerate(fronts):
        for other in fronts[:at]:
            across, down = abs(one.x - other.x), abs(one.y - other.y)
            assert across >= width + gaps[0] - 1e-6 or down >= height + gaps[1] - 1e-6
    if margin:
        assert (fronts[0].x, fronts[0].y) == (14, 9)


def test_bleed_ends_in_the_middle_of_a_narrow_gutter() -> None:
    press = Imposition(**A3, gutter={"x": 4, "y": 0}, rows=1, bleed=2.5)
    assert [place.bleed for place in press.places(0, A4)] == [(2.5, 2.5, 2, 2.5), (2, 2.5, 2.5, 2.5)]
    assert [place.bleed for place in press.places(1, A4)] == [(2, 2.5, 2.5, 2.5), (2.5, 2.5, 2, 2.5)]


@pytest.mark.parametrize(
    ("rotation", "matrix", "clip"),
    [
        (0, [1, 0, 0, 1, 10, 80 - 20 - 30], [-1, -4, 20 + 1 + 3, 30 + 2 + 4]),
        (90, [0, -1, 1, 0, 10, 80 - 20], [-2, -1, 20 + 2 + 4, 30 + 3 + 1]),
        (180, [-1, 0, 0, -1, 10 + 20, 80 - 20], [-3, -2, 20 + 3 + 1, 30 + 4 + 2]),
        (270, [0, 1, -1, 0, 10 + 30, 80 - 20 - 20], [-4, -3, 20 + 4 + 2, 30 + 1 + 3]),
    ],
)
def test_operators_of_a_place(rotation: int, matrix: list[float], clip: list[float]) -> None:
    """A page of 20 × 30 mm at (10, 20) of a sheet 80 mm high; 1, 2, 3, 4 mm may show left, above, right, below."""
    found = operations(
        placement(Place(10, 20, rotation, (1, 2, 3, 4)), 80, Sheet(width=20, height=30), clip=True)
    )
    assert [operator for _, operator in found] == [b"cm", b"re", b"W", b"n"]
    wanted = [*matrix[:4], *(each * MM for each in matrix[4:])]
    assert [float(each) for each in found[0][0]] == pytest.approx(wanted, abs=0.01)
    assert [float(each) for each in found[1][0]] == pytest.approx([each * MM for each in clip], abs=0.01)


def test_stacks_of_press_sheets() -> None:
    assert Imposition(**A3, stack_depth=2).stacks(5) == [1, 1, 2, 2, 3]
    assert Imposition(**A3, stack_depth=2, descending=True).stacks(5) == [3, 2, 2, 1, 1]
    assert Imposition(**A3).stacks(2) == [1, 1]


# Files

SHIPPED = sorted(path.stem for path in (layout_dir() / "imposition").glob("*.toml"))


def finished_of(name: str) -> Sheet:
    return A5 if "a5" in name else A4


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("pages", [1, 37, 5001])
def test_shipped_impositions_are_right_on_paper(name: str, pages: int) -> None:
    press = load_imposition(name, finished_of(name))
    assert proven(press, finished_of(name), pages) == []


def test_which_shipped_ones_print_lots() -> None:
    assert [name for name in SHIPPED if not load_imposition(name, finished_of(name)).for_lots] == [
        "a3_2up_repeat", "booklet_a5_perfect_left", "booklet_a5_saddle_left", "booklet_a5_saddle_right",
    ]  # fmt: skip
    with pytest.raises(JobError, match="個人ごとの書類には使えません"):
        load_for_lots("a3_2up_repeat", [Layout(title="A4", sheet=A4, front=Side())])


def test_an_unsuitable_scheme_is_told_before_its_size() -> None:
    """A booklet of A5 has no room for A4, but no press sheet of its own would help."""
    with pytest.raises(JobError, match="個人ごとの書類には使えません"):
        load_for_lots("booklet_a5_saddle_right", [Layout(title="A4", sheet=A4, front=Side())])


def test_several_mistakes_are_those_of_an_imposition_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD + "gutters = 6\nmarks = 3\n", encoding="utf-8")
    with pytest.raises(JobError, match="面付けファイルに誤りが2件あります"):
        load_imposition("mine.toml", A4, tmp_path)


def test_another_imposition_may_suit_the_size() -> None:
    with pytest.raises(JobError) as caught:
        load_imposition("a4_1up", Sheet(width=215.9, height=279.4))
    assert "「A4 1面（断裁なし）」の用紙 210×297mm に仕上がり215.9×279.4mm" in caught.value.message()
    assert "別の面付けを選ぶ" in caught.value.remedy


GOOD = 'title = "試験"\nwidth = 483\nheight = 329\ncolumns = 2\n'

SMALL = GOOD.replace("483", "440").replace("329", "305")


@pytest.mark.parametrize(
    ("text", "row", "words"),
    [
        (GOOD + "gutters = 6\n", 5, "面付けファイルに知らない項目「gutters」があります"),
        (GOOD + 'scheme = "cutstack"\n', 5, "値「cutstack」は使えません"),
        (GOOD + "gutter = -1\n", 5, "0"),
        (GOOD + 'marks = ["crop", "cut"]\n', 5, "値「cut」は使えません"),
        (GOOD + "rotation = 45\n", 5, "45"),
        (GOOD + 'columns = "2"\n', 5, "TOML として読めません"),
        (GOOD.replace("columns = 2", "columns = ２"), 4, "TOML として読めません"),
        (GOOD.replace("width = 483\n", ""), 1, "「width」がありません"),
        (GOOD + 'scheme = "one_up"\n', 4, "面が2つ以上"),
        (GOOD + 'rows = 2\nscheme = "lanes"\n', 5, "横に並べます"),
        (GOOD + 'scheme = "in_order"\nstack_depth = 3\n', 6, "stack_depth は in_order では使いません"),
        (GOOD + 'binding = "right"\n', 5, "binding は cut_and_stack では使いません"),
        (GOOD + "signature = 9\n", 5, "signature は cut_and_stack では使いません"),
        (GOOD + 'gutter = 0\nscheme = "saddle"\nsignature = 4\n', 7, "signature は saddle では使いません"),
        (GOOD + 'gutter = 0\nscheme = "saddle"\nstack_depth = 9\n', 7, "stack_depth は saddle では使いません"),
        (GOOD + 'sides = 1\nturn = "tumble"\n', 6, "turn は片面では使いません"),
        (GOOD + 'sides = 1\nhead = "toe"\n', 6, "head は片面では使いません"),
        (GOOD + 'scheme = "work_and_turn"\nsides = 1\n', 6, "両面です"),
        (GOOD + 'scheme = "work_and_turn"\nturn = "tumble"\n', 4, "columns を偶数"),
        (GOOD + 'scheme = "work_and_tumble"\nrows = 2\n', 6, "turn を"),
        (GOOD + 'scheme = "saddle"\n', 1, "間を空けません"),
        (GOOD + 'scheme = "perfect"\nhead = "toe"\n', 5, "どのページも上が上"),
        (GOOD.replace("2\n", "3\n") + 'scheme = "perfect"\n', 4, "columns を2"),
        (GOOD + "rotation = [0, 0, 180]\n", 5, "rotation の数（3）が面の数（2）と合いません"),
        (GOOD + "rotation = [0, 90]\n", 5, "混ぜられません"),
        (GOOD + "rows = 2\n", 2, "「試験」の用紙 483×329mm に仕上がり210×297mmが入りません"),
        (GOOD.replace("329", "312"), 2, "トンボが入りません"),
        (GOOD + "gripper = { mm = 17 }\n", 5, "くわえ17mmに掛かります"),
        (GOOD + 'gripper = { mm = 28, edge = "left" }\nmargin = { left = 30, top = 16 }\n', 5, "裏の面がくわえ28mm"),
        (SMALL + 'marks = ["colour_bar"]\nrows = 1\n', 5, "カラーバー（colour_bar）を"),
        ('title = "試験"\nwidth = 220\nheight = 300\nmarks = ["sheet_line"]\n', 4, "用紙情報（sheet_line）"),
    ],
)  # fmt: skip
def test_mistakes_are_told_with_their_line(tmp_path: Path, text: str, row: int, words: str) -> None:
    path = tmp_path / "layouts" / "imposition" / "mine.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(JobError) as caught:
        load_imposition("mine", A4, tmp_path)
    assert words in caught.value.message()
    assert re.search(rf"mine\.toml {row}行目", caught.value.message()), caught.value.message()


def test_ticks_may_leave_no_room_for_the_sheet_line(tmp_path: Path) -> None:
    """A roll with room for the sheet line beside the lanes, until the fold's ticks stand there: told at once."""
    path = tmp_path / "layouts" / "imposition" / "mine.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        'title = "試験"\nscheme = "lanes"\nwidth = 447\nheight = 303\ncolumns = 2\n'
        'marks = ["fold", "sheet_line"]\n',
        encoding="utf-8",
    )
    flat, bent = (Layout(title="A4", sheet=A4, front=Side(), fold=folds) for folds in ([], [Fold(y=50)]))
    assert load_for_lots("mine", [flat], tmp_path).name == "mine"
    assert load_for_lots("mine", [flat, bent], tmp_path).name == "mine"  # no fold in common, no ticks
    with pytest.raises(JobError, match="用紙情報（sheet_line）を印刷する余白がありません"):
        load_for_lots("mine", [bent], tmp_path)


def test_an_unknown_name_lists_all(tmp_path: Path) -> None:
    (tmp_path / "layouts" / "imposition").mkdir(parents=True)
    (tmp_path / "layouts" / "imposition" / "own.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(JobError) as caught:
        load_imposition("owm", A4, tmp_path)
    assert "面付け「owm」がありません" in caught.value.message()
    assert "a3_2up、" in caught.value.message() and "own" in caught.value.message()
    assert load_imposition("own", A4, tmp_path).name == "own"
    assert load_imposition("layouts/imposition/own.toml", A4, tmp_path).name == "own"


# Marks

FOLDS, TEAR = [Fold(y=99)], [Perforation(x=30, y=120, width=150, height=80)]


def drawn_points(content: bytes) -> list[tuple[float, float]]:
    """Ends of all lines and corners of all rectangles, in mm from the sheet's bottom left."""
    points = []
    for values, operator in operations(content):
        numbers = [float(each) / MM for each in values if re.fullmatch(rb"[-.\d]+", each)]
        if operator in (b"m", b"l"):
            points.append((numbers[0], numbers[1]))
        if operator == b"re":
            points += [(numbers[0], numbers[1]), (numbers[0] + numbers[2], numbers[1] + numbers[3])]
    return points


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("grip", ["top", "bottom", "left", "right"])
def test_marks_stay_on_the_waste(name: str, side: int, grip: str) -> None:
    """Off all bleed and off the gripper, whatever is asked for; the same space is not taken twice."""
    finished = finished_of(name)
    press = load_imposition(name, finished).model_copy(
        update={
            "marks": ["crop", "centre", "fold", "perforation", "registration", "colour_bar", "sheet_line"]
        }
    )
    space = min(place.y for place in press.places(side, finished))
    press = press.model_copy(
        update={"gripper": press.gripper.model_copy(update={"mm": space / 2, "edge": grip})}
    )
    waste = Waste.of(press, finished, side)
    found = marks_of(press, finished, side, FOLDS, TEAR, ["CSYear"])
    for x, y in drawn_points(found.operators()):
        down = max(press.height - y, 0)  # points have two decimals
        assert waste.is_free((x, down, x, down)), (x, down)
    areas = [label_area(label) for label in [found.line, *found.letters] if label]
    for at, area in enumerate(areas):
        assert waste.is_free(area)
        assert not any(crossing(area, other) for other in areas[:at])
        for x1, y1, x2, y2 in (*found.lines, *found.folds, *found.perforations):
            assert not crossing(area, (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))


def label_area(label: Any) -> Area:
    box = Sheet(width=label.width, height=3.2)
    return area_of(label.place, box)


def crossing(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(
    "asked", [[], ["registration", "colour_bar"]], ids=["as shipped", "with bar and targets"]
)
def test_marks_of_the_back_lie_behind_their_own_of_the_front(name: str, asked: list[str]) -> None:
    """Held against the light, every mark but the words falls on one of the other side."""
    finished = finished_of(name)
    shipped = load_imposition(name, finished)
    press = shipped.model_copy(update={"marks": [*shipped.marks, *asked]})
    front, back = (marks_of(press, finished, side, FOLDS, TEAR, ["CSYear"]) for side in (0, 1))
    for each in ("lines", "folds", "perforations", "targets", "patches"):
        own = {ends(mark) for mark in getattr(front, each)}
        size = 5 if each == "patches" else 0  # a patch is told by its top left corner
        assert own == {ends(through(mark, press, size)) for mark in getattr(back, each)}, each
    assert (front.targets and front.patches) or not asked or name == "a4_1up"


def ends(mark: tuple[float, ...]) -> frozenset[tuple[float, float]]:
    """A line has no direction."""
    return frozenset((round(x, 3), round(y, 3)) for x, y in zip(mark[::2], mark[1::2], strict=True))


def through(mark: tuple[float, ...], press: Imposition, size: float) -> tuple[float, ...]:
    """A mark of the back as seen from the front, through the paper."""
    if press.turn == "turn":
        return tuple(each if at % 2 else press.width - size - each for at, each in enumerate(mark))
    return tuple(press.height - size - each if at % 2 else each for at, each in enumerate(mark))


def test_registration_marks_keep_their_partner_beside_a_gripper() -> None:
    """Tumbled, the grippers of front and back are two edges of the paper: no target stands on one side alone."""
    press = Imposition(**A3, turn="tumble", gripper={"mm": 9}, marks=["registration"])
    front, back = (marks_of(press, A4, side).targets for side in (0, 1))
    assert front == [(x, press.height - y) for x, y in back] and len(front) == 2


def test_double_crop_marks_show_trim_and_bleed() -> None:
    """The corner of 28.5, 16 mm: inner arms on the trim, outer arms on the bleed, 9 mm long."""
    lines = marks_of(load_imposition("a3_2up", A4), A4, 0).lines
    for wanted in (
        (16.5, 16, 25.5, 16), (25.5, 16, 25.5, 4), (28.5, 4, 28.5, 13), (28.5, 13, 16.5, 13),
        (238.5, 13, 238.5, 4), (244.5, 13, 244.5, 4), (241.5, 13, 241.5, 4), (237.5, 7, 245.5, 7),
        (25.5, 164.5, 16.5, 164.5),
    ):  # fmt: skip
        assert any(line == pytest.approx(wanted) for line in lines), wanted


def test_a_fold_stays_with_its_paper() -> None:
    """99 mm below the head of each front; on a tumbled back that is as far above the other edge."""
    for turn, down in (("turn", 16 + 99), ("tumble", 329 - 16 - 99)):
        press = Imposition(**A3, turn=turn)
        fronts, backs = (marks_of(press, A4, side, FOLDS).folds for side in (0, 1))
        assert {line[1] for line in fronts} == {115} and {line[1] for line in backs} == {down}
        assert len(fronts) == len(backs) == 2  # none in the gutter


@pytest.mark.parametrize("name", [name for name in SHIPPED if "booklet" in name])
def test_the_fold_of_a_booklet_has_its_mark(name: str) -> None:
    """It stands in the middle of the sheet, where no centre mark hides it."""
    press = load_imposition(name, A5)
    for side in (0, 1):
        found = marks_of(press, A5, side)
        assert {line[0] for line in found.folds} == {press.width / 2} and len(found.folds) == 2
        assert "centre" in found.placed  # on the other edges
        tops = {min(y1, y2) for x1, y1, x2, y2 in found.folds}
        for x1, y1, x2, y2 in found.lines:
            assert not (x1 <= press.width / 2 <= x2 and any(abs(min(y1, y2) - top) < 9 for top in tops))


def test_certificate_and_notice_share_folds_and_the_lower_die() -> None:
    """They go through the same press sheets: only what they have in common can be marked there."""
    folds, torn = in_common([load_layout("certificate_mount"), load_layout("notice")])
    assert folds == [Fold(y=100), Fold(y=198)]
    assert torn == [Perforation(x=20, y=214, width=86, height=54)]


def test_ticks_of_the_finished_sheet_come_before_a_centre_mark() -> None:
    """A sheet that is folded in its middle, on a press sheet with nothing else: both marks cannot stand there."""
    press = Imposition(title="試験", width=250, height=340)
    plain, bent = (marks_of(press, A4, 0, folds) for folds in ([], [Fold(y=148.5)]))
    assert {line[1] for line in bent.folds} == {170}
    gone = set(plain.lines) - set(bent.lines)
    assert len(gone) == 4 and all(160 < line[1] < 180 for line in gone)  # both crosses, as wholes


def test_folds_of_turned_slots_and_lying_pages() -> None:
    press = Imposition(title="試験", width=340, height=480, rows=2, rotation=[90, 270])
    found = marks_of(press, A4, 0, FOLDS).folds
    left = (340 - 297) / 2
    assert {round(line[0], 3) for line in found} == {round(left + 297 - 99, 3), round(left + 99, 3)}
    half = Imposition(**A3, scheme="work_and_turn")
    tear = [Perforation(x=30, y=120, width=0, height=80)]
    assert sorted(line[0] for line in marks_of(half, A4, 0, (), tear).perforations) == pytest.approx(
        [28.5 + 30, 28.5 + 30, 244.5 + 210 - 30, 244.5 + 210 - 30]
    )


def test_letters_keep_clear_of_ticks() -> None:
    """A perforation where the letter would stand moves it on: 山 beside a dashed line reads as something else."""
    press = load_imposition("a3_2up", A4)
    for x in range(170, 200):
        found = marks_of(press, A4, 0, (), [Perforation(x=x, y=20, width=0, height=50)])
        assert len(found.letters) == 2 and found.perforations
        for label in found.letters:
            for tick, *_ in found.perforations:
                assert not label.place.x - 0.9 < tick < label.place.x + label.width + 0.9


def test_letters_stay_with_their_piles() -> None:
    press = load_imposition("a2_4up", A4)
    for side in (0, 1):
        places = press.places(side, A4)
        letters = marks_of(press, A4, side).letters
        assert [label.text for label in letters] == ["山A", "山B", "山C", "山D"]
        for label, place in zip(letters, places, strict=True):
            assert place.x < label.place.x < place.x + 210
    assert [label.text for label in marks_of(load_imposition("roll_2lane", A4), A4, 0).letters] == [
        "列A", "列B",
    ]  # fmt: skip
    assert [letter(slot) for slot in (0, 25, 26, 52)] == ["A", "Z", "AA", "BA"]


def test_the_colour_bar_is_asked_for() -> None:
    press = load_imposition("a3_2up", A4)
    assert b" re f" not in marks_of(press, A4, 0).operators()
    asked = press.model_copy(update={"marks": ["colour_bar"]})
    bar = marks_of(asked, A4, 0, spots=["CSYear"]).operators()
    assert re.findall(rb"q (.*?) [\d.]+ [\d.]+ 14.17 14.17 re f Q", bar) == [
        b"0 0 0 0.25 k", b"0 0 0 0.5 k", b"0 0 0 0.75 k", b"0 0 0 1 k", b"/CSYear cs 1 scn",
    ]  # fmt: skip
    bare = press.model_copy(update={"marks": []})
    assert marks_of(bare, A4, 0).operators().count(b" l\n") == 0
