"""Further fonts in a job: who gets their characters, who is told of them, and which file stops the job."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest
from font_kit import FURTHER_VARIANT, OWN, YOSHI, own_font, pinned, small_font
from small_job import JOB, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.job.fallbacks import write_fallbacks
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.proving import verify
from kouki_print.job.run import run
from kouki_print.job.watch import Silent, Stages
from kouki_print.page.type.faces import load_face
from kouki_print.page.type.outlines import svg_paths

NOW = "2026-01-01T00:00:00Z"
PEOPLE = [
    person(1),
    person(2, name=f"{YOSHI}田　花子"),
    person(3, name=f"外字{OWN}　{FURTHER_VARIANT}"),
    person(4, name="外字\ue001　花子"),  # the union's font does not have this one
    person(5, name="葛\U000e0107　花子"),  # nor does any font have this pair
    person(6, name=f"{YOSHI}田　封子", protected="1", pickup="1"),
]


def job_with(
    folder: Path, people: Sequence[dict[str, str]], *, further: Path | None = None, own: Path | None = None
) -> Path:
    """A job folder with these fonts."""
    fonts = ["[fonts]"]
    fonts += [f"fallback = [{pinned(further)}]"] if further else []
    fonts += [f"gaiji = {pinned(own)}"] if own else []
    return write_job(folder / "job", people, JOB + "\n".join(fonts) + "\n")


@pytest.fixture
def job(tmp_path: Path) -> Path:
    further = small_font(tmp_path / "further.ttf", YOSHI + OWN, pairs=[FURTHER_VARIANT])
    return job_with(tmp_path, PEOPLE, further=further, own=own_font(tmp_path / "own.tte"))


def held(prepared: Prepared) -> dict[int, str]:
    """Problem codes of the people held back, by row."""
    decided = prepared.decided
    return {
        row: codes
        for row, status, codes in zip(
            prepared.people["row"], decided["status"], decided["problems"], strict=True
        )
        if status == "held"
    }


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


def test_further_fonts_free_exactly_whom_they_can_draw(job: Path) -> None:
    assert held(prepare(job, Stages(Silent()))) == {4: "CHAR_PRIVATE", 5: "CHAR_NO_VARIANT"}


def test_without_further_fonts_they_are_held(tmp_path: Path) -> None:
    prepared = prepare(write_job(tmp_path / "job", PEOPLE), Stages(Silent()))
    assert list(held(prepared)) == [2, 3, 4, 5, 6]
    write_fallbacks(tmp_path, prepared)
    assert not list(tmp_path.glob("fallback*"))


def test_each_use_is_listed_and_nobody_under_protection(tmp_path: Path, job: Path) -> None:
    write_fallbacks(tmp_path, prepare(job, Stages(Silent())))
    lines = rows_of(tmp_path / "fallback_glyphs.csv")
    told = {
        (line["行"], line["ファイルの行"], line["文字"], line["コード"], line["フォント"]) for line in lines
    }
    assert told == {
        ("2", "3", YOSHI, "U+20BB7", "further.ttf"),
        ("3", "4", OWN, "U+E000", "own.tte"),
        ("3", "4", FURTHER_VARIANT, "U+845B U+E0108", "further.ttf"),
    }
    assert {line["項目"] for line in lines} == {"宛名", "氏名"}
    assert {line["市町村コード"] for line in lines} == {"47213"}
    assert all(line["個体番号"].startswith("OKR08-47213-") for line in lines)
    page = (tmp_path / "fallback_glyphs.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 3 and page.count('d="M') == 3
    assert "田" not in page  # no names in it
    assert "宛名・氏名 export.csv 3行目 OKR08-47213-" in page


def test_two_font_files_of_one_name_keep_their_pictures(tmp_path: Path) -> None:
    """A file of the same name in another folder is another font."""
    for name, character in (("a", YOSHI), ("b", "𠮟")):
        (tmp_path / name).mkdir()
        small_font(tmp_path / name / "more.ttf", ("x" if name == "b" else "") + character, blank="x")
    faces = [load_face(tmp_path / name / "more.ttf") for name in "ab"]
    glyphs = [(faces[0], faces[0].glyph(YOSHI)), (faces[1], faces[1].glyph("𠮟"))]
    assert svg_paths(glyphs) == [svg_paths([each])[0] for each in glyphs]
    assert len(set(svg_paths(glyphs))) == 2


def test_a_character_of_somebody_under_protection_only_is_not_shown(tmp_path: Path) -> None:
    further = small_font(tmp_path / "further.ttf", YOSHI)
    prepared = prepare(job_with(tmp_path, [person(1), PEOPLE[5]], further=further), Stages(Silent()))
    assert not held(prepared)
    write_fallbacks(tmp_path, prepared)
    assert rows_of(tmp_path / "fallback_glyphs.csv") == []
    page = (tmp_path / "fallback_glyphs.html").read_text(encoding="utf-8")
    assert "20BB7" not in page and "追加のフォントで印字する文字はありませんでした" in page


@pytest.mark.parametrize(
    ("name", "blank", "code"),
    [
        (f"{YOSHI}田　花子", YOSHI, r"U\+20BB7"),
        (f"外字{OWN}　花子", OWN, r"U\+E000"),
        (FURTHER_VARIANT, FURTHER_VARIANT, r"U\+845B U\+E0108"),
    ],
)
def test_a_glyph_that_prints_nothing_stops_the_job_and_says_whose(
    tmp_path: Path, name: str, blank: str, code: str
) -> None:
    """The accident of 2024: the font file had the character, but nothing was printed."""
    people = [person(1), person(2, name=name), person(3, name=name)]
    broken = small_font(tmp_path / "broken.ttf", YOSHI + OWN, pairs=[FURTHER_VARIANT], blank=blank)
    whole = small_font(tmp_path / "whole.ttf", YOSHI, pairs=[FURTHER_VARIANT])
    own = blank == OWN
    folder = job_with(tmp_path, people, further=whole if own else broken, own=broken if own else None)
    with pytest.raises(JobError, match=rf"「broken.ttf」の文字 {code} は字形が空.*2人") as caught:
        prepare(folder, Stages(Silent()))
    error = caught.value
    assert (error.exit_status, error.file, error.row, error.column) == (1, "export.csv", 3, "氏名")
    assert "花子" not in str(error)


def test_a_broken_glyph_that_nobody_needs_stops_nothing(tmp_path: Path) -> None:
    broken = small_font(tmp_path / "broken.ttf", YOSHI, blank=YOSHI)
    assert not held(prepare(job_with(tmp_path, [person(1)], further=broken), Stages(Silent())))


def test_a_broken_glyph_of_somebody_who_is_not_printed_stops_nothing(tmp_path: Path) -> None:
    broken = small_font(tmp_path / "broken.ttf", YOSHI, blank=YOSHI)
    name = f"{YOSHI}田　花子"
    people = [
        person(1),
        person(2, name=name, unissued_reasons="7"),
        person(3, name=name, birth_date=""),
        person(4, name=name, welfare="1"),
    ]
    prepared = prepare(job_with(tmp_path, people, further=broken), Stages(Silent()))
    assert prepared.decided["status"].tolist() == ["printed", "unissued", "held", "excluded"]


def test_only_who_is_printed_is_counted_and_named(tmp_path: Path) -> None:
    broken = small_font(tmp_path / "broken.ttf", YOSHI, blank=YOSHI)
    name = f"{YOSHI}田　花子"
    people = [person(1, name=name, unissued_reasons="7"), person(2, name=name), person(3)]
    with pytest.raises(JobError, match="この文字を印字する人: 1人") as caught:
        prepare(job_with(tmp_path, people, further=broken), Stages(Silent()))
    assert (caught.value.row, caught.value.column) == (3, "氏名")


def test_another_font_file_than_the_order_says(tmp_path: Path, job: Path) -> None:
    (tmp_path / "own.tte").write_bytes((tmp_path / "further.ttf").read_bytes())
    with pytest.raises(JobError, match="フォントのSHA-256が注文と違います"):
        prepare(job, Stages(Silent()))


def test_the_whole_line_prints_and_reads_back_such_names(tmp_path: Path, job: Path) -> None:
    run(job, tmp_path / "out", now=NOW)
    (tmp_path / "own.tte").unlink()  # reading back needs no font
    assert verify(tmp_path / "out", full=True, watcher=Silent()).pieces == 4
    assert len(rows_of(tmp_path / "out" / "union" / "fallback_glyphs.csv")) == 6
