"""Profiles of inserters: what a file may say, and that they suit the layouts and the enclosures of a job."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from line_fixtures import ROOT
from machine_kit import PROFILES, RIGHT_UP
from small_job import JOB, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir
from kouki_print.job.forms import load_layouts
from kouki_print.job.inserter.machine import machine_of
from kouki_print.order.load import load_order
from kouki_print.order.machines import Machine
from kouki_print.page.items import Sheet
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.machines import load_machine
from kouki_print.page.omr import check_room, mark_rects, reading_place
from kouki_print.sheet.imposition import load_for_lots

A4 = Sheet(width=210, height=297)
OMR = (layout_dir() / "machines" / "omr_edge.toml").read_text(encoding="utf-8")


def changed(*pairs: tuple[str, str]) -> str:
    """The first example with some of its text exchanged."""
    text = OMR
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def told(tmp_path: Path, text: str, people: str = "", survey: dict[str, str] | None = None) -> str:
    """What stops a job with this profile."""
    job = JOB + people + '[printing]\nmachine = "machines/own.toml"\n'
    folder = write_job(tmp_path / "job", [person()], job, changes={"47213": survey or {}})
    (folder / "machines").mkdir()
    (folder / "machines" / "own.toml").write_text(text, encoding="utf-8")
    loaded = load_order(folder)
    with pytest.raises(JobError) as caught:
        machine_of(loaded, folder, load_layouts(loaded.order, folder))
    assert caught.value.file in ("own.toml", "job.toml")
    return caught.value.message()


@pytest.mark.parametrize("name", PROFILES)
def test_the_examples_say_that_nobody_has_proven_them(name: str) -> None:
    machine = load_machine(name, Path())
    assert not machine.proven and "未確認" in machine.unproven()


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize(
    "layout",
    ["certificate_mount", "certificate_card", "notice", "notice_household", "insurance_card", "reduction_card",
     "limit_card", "disease_card", "kenpo_card"],
)  # fmt: skip
def test_the_shipped_documents_have_room_for_the_examples(name: str, layout: str, tmp_path: Path) -> None:
    order = load_order(write_job(tmp_path / "job")).order
    check_room(load_machine(name, Path()), {layout: load_layout(layout)}, order.envelope)


def test_marks_count_down_from_the_left_or_up_from_the_right() -> None:
    down = mark_rects(load_machine("omr_edge", Path()), A4)
    assert down[0] == pytest.approx((5, 207.75, 14, 208.25))
    assert down[-1].top == pytest.approx(207.75 + 16 * 4.233)
    up = mark_rects(RIGHT_UP, A4)
    assert up[0].right == pytest.approx(210 - 4) and up[0].top > up[1].top
    place = reading_place(RIGHT_UP, A4)
    assert place.left == pytest.approx(up[0].left - RIGHT_UP.clear) and place.right <= 210


@pytest.mark.parametrize(
    ("pairs", "what", "line"),
    [
        ((("track = 5 ", "trak = 5 "),), "trak", "trak"),
        ((('counts = "down"', 'counts = "sideways"'),), "counts", "counts"),
        ((("position = 2\n", "position = 1\n"),), "小さい順", "position = 1"),
        ((("bit = 2\n", "bit = 3\n"),), "0から続けて", "bit = 3"),
        ((('1 = "3"\n', ""),), "[feeds] の供給機の番号", "feed = 1"),
        ((('2 = "4"', '2 = "3"'),), "二度", '2 = "3"'),
        ((('2 = "4"', 'A = "4"'),), "「A」は供給機の番号ではありません", 'A = "4"'),
        ((('8 = "X2"', '9 = "X2"'),), "供給機の番号 9 の印が", '9 = "X2"'),
        ((("by_hand = []", 'by_hand = ["7"]'),), "二度", '5 = "7"'),
        ((('function = "safety"', 'function = "retiming"'),), "safety", "[[slot]]"),
        ((('function = "parity"', 'function = "begin"'),), "「begin」が2つ", 'function = "begin"'),
        ((("pitch = 4.233", "pitch = 0.8  "),), "pitch（0.8 mm）", "pitch"),
        ((("length = 9", "length = 4"),), "用紙が3度傾くと", "length"),
        ((("thick_mm = 8 ", "# "),), "thick_mm", "when"),
        ((('edge = "left"', 'edge = "lefr"'),), "「left」の書き間違いではありませんか", "edge"),
        ((('edge = "left"', 'edge = "left"\nkind = "code"'), ("position = 5\n", "position = 50\n")), "", "position"),
        ((("feed = 1\n", ""),), "feed（供給機の番号）", "[[slot]]"),
        ((('function = "begin"', 'function = "begin"\nbit = 1'),), "bit は", "[[slot]]"),
        ((('function = "safety"', 'function = "safety"\ninverted = true'),), "inverted", "[[slot]]"),
        ((('when = ["protected", "pickup", "thick"]', ""),), "when", "[[slot]]"),
        ((('title = "OMR', 'title = OMR'),), "TOML", "title"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(
    pairs: tuple[tuple[str, str], ...], what: str, line: str, tmp_path: Path
) -> None:
    text = changed(*pairs)
    message = told(tmp_path, text)
    assert what in message
    assert "。: " not in message and ": : " not in message
    rows = [int(row) for row in re.findall(r"own.toml ([0-9]+)行目", message)]
    assert any(line in text.splitlines()[row - 1] for row in rows)


def test_a_machine_that_there_is_not_is_told_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(JobError, match=r"「omr_edge」の書き間違いではありませんか。.*code_edge、omr_edge"):
        load_machine("omr_egde", tmp_path)
    with pytest.raises(JobError, match=r"machines/none\.toml"):
        load_machine("machines/none.toml", tmp_path)


@pytest.mark.parametrize(
    ("pairs", "what"),
    [
        ((("track = 5 ", "track = 12 "),), "「ジェネリック|枠|文字|ミシン目"),
        ((("first = 208 ", "first = 190 "),), "様式の折りの目印が封入機の印の場所に 4.0 mm"),
        ((("first = 208 ", "first = 20 "),), "封筒の窓に"),
        ((("first = 208 ", "first = 240 "),), "内側に収まらず"),
        ((('edge = "left"', 'edge = "right"'), ("first = 208 ", "first = 5 ")), "コードかその余白|封筒の窓|文字"),
    ],
)  # fmt: skip
def test_marks_lie_on_nothing_and_are_never_seen_in_the_window(
    pairs: tuple[tuple[str, str], ...], what: str, tmp_path: Path
) -> None:
    message = told(tmp_path, changed(*pairs))
    assert re.search(what, message) and " mm" in message and "track・first" in message


def test_every_enclosure_has_a_feeder_or_is_inserted_by_hand(tmp_path: Path) -> None:
    message = told(tmp_path / "a", changed(('5 = "7"', '5 = "X9"')))
    assert "組Aの封入物7「ハンドブック" in message and "by_hand" in message
    extra = {"追加封入物": "しおり;地図;はがき", "追加重量g": "3;1;2"}
    assert "うるま市の追加封入物X3「はがき」" in told(tmp_path / "b", OMR, survey=extra)
    hand = changed(('5 = "7"', '5 = "X9"'), ("by_hand = []", 'by_hand = ["7"]'))
    job = write_job(tmp_path / "c", [person()], JOB + '[printing]\nmachine = "own.toml"\n')
    (job / "own.toml").write_text(hand, encoding="utf-8")
    loaded = load_order(job)
    machine = machine_of(loaded, job, load_layouts(loaded.order, job))
    assert machine is not None and machine.feeds_of("1;3;5;7;X1") == {1, 3, 7}
    assert "own.toml" in {each.name for each in loaded.inputs}


def test_a_job_without_a_machine_has_none(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job")
    assert machine_of(load_order(job), job, {}) is None


def test_a_code_has_no_gaps_between_its_places(tmp_path: Path) -> None:
    text = 'title = "コード"\nkind = "code"\ntrack = 5\nfirst = 200\n'
    slots = '[[slot]]\nposition = 1\nfunction = "begin"\n[[slot]]\nposition = 3\nfunction = "end"\n'
    message = told(tmp_path, text + slots)
    assert "own.toml 9行目" in message and "1から続けて" in message


@pytest.mark.parametrize("kind", ["machines", "imposition"])
def test_the_jobs_own_files_come_by_name_before_the_products(kind: str, tmp_path: Path) -> None:
    """And by path; either way the file is among the inputs that the manifest lists."""
    key, shipped = {"machines": ("machine", "omr_edge"), "imposition": ("imposition", "a3_2up")}[kind]
    job = write_job(tmp_path / "job")
    own = f"layouts/{kind}/{shipped}.toml"
    (job / own).parent.mkdir(parents=True)
    text = (layout_dir() / kind / f"{shipped}.toml").read_text(encoding="utf-8")
    (job / own).write_text(re.sub('title = ".*"', 'title = "自分の"', text), encoding="utf-8")
    for name in (shipped, own):
        (job / "job.toml").write_text(JOB + f'[printing]\n{key} = "{name}"\n', encoding="utf-8")
        loaded = load_order(job)
        layouts = load_layouts(loaded.order, job)
        if kind == "machines":
            found = machine_of(loaded, job, layouts)
            assert found is not None and found.title == "自分の"
        else:
            assert load_for_lots(name, layouts.values(), job).title == "自分の"
        assert own in {each.name for each in loaded.inputs}


@pytest.mark.parametrize("key", ["machine", "imposition", "xjdf_schema"])
def test_files_of_the_order_lie_in_its_folder(key: str, tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", job=JOB + f'[printing]\n{key} = "../x.toml"\n')
    with pytest.raises(JobError, match="フォルダーの外"):
        load_order(job)


def test_the_manual_tells_every_key_and_function() -> None:
    page = (ROOT / "docs" / "machines.md").read_text(encoding="utf-8")
    keys = set(re.findall(r"^\| `([a-z_]+)` \|", page, re.MULTILINE))
    slot_keys = set(Machine.model_fields["slot"].annotation.__args__[0].model_fields)  # type: ignore[union-attr]
    assert set(Machine.model_fields) - {"name"} | slot_keys <= keys
    functions = re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE)
    from kouki_print.order.machines import FUNCTION_JA

    assert set(FUNCTION_JA) <= set(functions)
