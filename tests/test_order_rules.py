"""Rules, sets and enclosures as data: words as conditions, sets by rule, papers, and mistakes with their line."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from small_job import JOB, write_job

from kouki_print.base.errors import JobError
from kouki_print.order.conditions import ANY_OF, Condition, parse_condition
from kouki_print.order.enclosures import Enclosure, Paper
from kouki_print.order.load import load_order, preset_names
from kouki_print.order.models import Order
from kouki_print.order.places import blocks_of
from kouki_print.sample import write_sample

RULE = '[[rule]]\nreason = "A"\ndocument = "certificate"\nsentence = "理由"\n'


def loaded(tmp_path: Path, tail: str, job: str = JOB) -> Order:
    return load_order(write_job(tmp_path, job=job + tail)).order


def refused(tmp_path: Path, tail: str, job: str = JOB) -> JobError:
    with pytest.raises(JobError) as caught:
        loaded(tmp_path, tail, job)
    assert "対処: " in str(caught.value)
    return caught.value


def row_of(tail: str, text: str) -> int:
    """Line of job.toml on which a text stands (the first one)."""
    lines = (JOB + tail).splitlines()
    return next(row for row, line in enumerate(lines, start=1) if text in line)


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("category", "区分Ⅱ", ("区分Ⅱ",)),
        ("event", ["new", "changed", "reissue"], ("new", "changed", "reissue")),
        ("event", ["新規", "new", "再交付"], ("new", "reissue")),
        ("event", "", ("",)),
        ("sex", "女", ("female",)),
        ("document_given", ["1", "2"], ("certificate", "notice")),
        ("relation", "本人", ("member",)),
    ],
)
def test_words_of_the_export_and_of_the_table_are_the_same_condition(
    key: str, value: str | list[str], words: tuple[str, ...]
) -> None:
    assert parse_condition(key, value) == Condition(key, ANY_OF, words=words)


def test_any_of_the_words_fulfils_the_condition() -> None:
    cells = np.array(["new", "", "changed", "reissue"], dtype=object)
    assert parse_condition("event", ["新規", "再交付"]).holds(cells).tolist() == [True, False, False, True]
    assert parse_condition("event", "").holds(cells).tolist() == [False, True, False, False]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("event", "転入", "「転入」はこの列にない言葉です"),
        ("event", True, "言葉か、言葉の並び"),
        ("event", [], "言葉か、言葉の並び"),
        ("linked", ["1"], "true か false"),
        ("age", [">=85"], "比較の記号"),
        ("name", "見本", "条件に使えない列"),
    ],
)
def test_conditions_without_sense_are_refused(key: str, value: bool | str | list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_condition(key, value)


MISTAKES = [
    (RULE + 'when = { evnt = "新規" }\n', "evnt", "条件に使えない列"),
    (RULE + 'when = { event = ["新規", "転入"] }\n', "event", "「転入」"),
    (RULE + "[rule.when]\nage = 85\n", "age = 85", "[[rule]] 1番目 when age"),
    (RULE + RULE + 'set = "Z"\n', 'set = "Z"', "組「Z」がありません"),
    (RULE + 'set = "B"\n', 'set = "B"', "資格確認書の組ではありません"),
    (RULE + 'sets = "A"\n', "sets", "[[rule]] 1番目 sets: 知らない項目です"),
    (RULE.replace('"A"', '"a"'), 'reason = "a"', "半角の英大文字"),
    ('[[exclude]]\nreason = "N"\nsentence = "x"\nwhen = { events = "" }\n', "events", "[[exclude]] 1番目"),
    ('[[exclude]]\nreason = "N"\nsentence = "x"\nwhen = {}\n', "when = {}", "[[exclude]] 1番目 when"),
    ('[[set]]\ncode = "A"\nitems = ["1", "99"]\n', "items", "封入物「99」"),
    ('[[enclosure]]\ncode = "5"\npaper = { size = "A4" }\n', "paper", "gsm（g/m²）か ream_kg"),
    ('[[enclosure]]\ncode = "5"\nweight = 3\n', "weight", "知らない項目"),
    (
        '[validity]\nage_limits = [70]\nage_end = { 75 = "birthday" }\n',
        "age_end",
        "「75」は age_limits にない",
    ),
    ("[validity]\nage_limit = [70]\n", "age_limit", "知らない項目"),
    ('[card]\nshow_sex = "yes!"\n', "show_sex", "true か false"),
]


@pytest.mark.parametrize(("tail", "text", "words"), MISTAKES, ids=[text for _, text, _ in MISTAKES])
def test_a_mistake_is_told_with_its_line(tmp_path: Path, tail: str, text: str, words: str) -> None:
    error = refused(tmp_path, tail)
    assert words in error.what
    last = max(row for row, line in enumerate((JOB + tail).splitlines(), start=1) if text in line)
    assert (error.file, error.row) == ("job.toml", last)


def test_a_missing_key_points_at_its_table(tmp_path: Path) -> None:
    tail = RULE.replace('sentence = "理由"\n', "")
    assert refused(tmp_path, tail).row == row_of(tail, "[[rule]]")
    assert refused(tmp_path, "", JOB.replace("mail_on", "mailed_on")).row == 9  # where the wrong key stands


def test_a_mistake_of_the_preset_is_told_with_the_presets_line(tmp_path: Path) -> None:
    """job.toml takes an enclosure away from under a set of the preset: the line is where the set stands."""
    tail = '[[set]]\ncode = "A"\ndocument = "notice"\n'
    error = refused(tmp_path, tail)
    assert error.file == "r08.toml" and error.row is not None and "組（[[set]]）がありません" in error.what


def test_blocks_know_their_keys() -> None:
    text = '# x\na = 1\n[t] # 表\n"b" = 2\nwhen = { age = ">=85", sex = "= age" }\n[[t.u]]\ncode = "9"\n'
    first, table, entry = blocks_of(text)
    assert (first.name, first.row_of("a")) == ("", 2)
    assert (table.name, table.row, table.row_of("b"), table.row_of("sex"), table.row_of("u")) == (
        "t", 3, 4, 5, None,
    )  # fmt: skip
    assert (entry.name, entry.code()) == ("t.u", "9")


def test_a_rule_chooses_its_set(tmp_path: Path) -> None:
    tail = '[[set]]\ncode = "A2"\ndocument = "certificate"\nitems = ["1"]\n' + RULE + 'set = "A2"\n' + RULE
    order = loaded(tmp_path, tail)
    assert [order.set_of_rule(rule).code for rule in order.rule] == ["A2", "A"]


@pytest.mark.parametrize(
    ("paper", "cg"),
    [
        (Paper(gsm=Decimal(70), size="A4"), 437),
        (Paper(gsm=Decimal(70), size="A3"), 873),
        (Paper(ream_kg=Decimal(70), size="A4"), 508),  # 四六判 70 kg = 81.4 g/m²
        (Paper(ream_kg=Decimal("44.5"), ream="菊判", size="A4"), 465),
        (Paper(ream_kg=Decimal(47), size="A4", leaves=Decimal(4)), 1364),
        (Paper(gsm=Decimal(100), size=(Decimal(100), Decimal(200))), 200),
    ],
)
def test_paper_weighs_what_it_should(paper: Paper, cg: int) -> None:
    assert paper.weight_cg == cg


@pytest.mark.parametrize(
    ("grams", "off"), [("4.37", False), ("4.80", False), ("4.81", True), ("3.94", False), ("3.93", True)]
)
def test_measured_and_computed_weight_are_compared(grams: str, off: bool) -> None:
    paper = Paper(gsm=Decimal(70), size="A4")
    item = Enclosure(code="5", name="チラシ", grams=Decimal(grams), paper=paper)
    assert item.off_tolerance is off
    assert not Enclosure(code="8", name="証カバー", grams=Decimal(grams)).off_tolerance


def test_a_weight_unlike_its_paper_is_noted(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").weight_notes() == []
    (note,) = loaded(tmp_path, '[[enclosure]]\ncode = "5"\ngrams = 6.00\n').weight_notes()
    assert "封入物5「マイナ利用チラシ（A4両面）」の重さ 6.00g" in note and "4.37g" in note and "10%" in note
    assert (
        loaded(tmp_path, '[[enclosure]]\ncode = "5"\ngrams = 6.00\ntolerance_percent = 50\n').weight_notes()
        == []
    )


@pytest.mark.parametrize("name", preset_names())
def test_shipped_enclosures_have_paper_and_owner(tmp_path: Path, name: str) -> None:
    write_sample(tmp_path / "job", preset=name, count=10, seed=1)
    order = load_order(tmp_path / "job").order
    assert order.weight_notes() == []
    assert all(entry.owner for entry in order.enclosure)
    assert sum(entry.computed_cg is None for entry in order.enclosure) <= 1  # 証カバー is no paper
