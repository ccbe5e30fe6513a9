"""The counter list: who waits at the counter, by kana, with room to sign; protected people apart."""

from __future__ import annotations

import re
import subprocess
from itertools import pairwise
from pathlib import Path

from small_job import person
from unit_lists import bare, pages_of, units_of

from kouki_print.job.units.handing_out import write_counter_lists
from kouki_print.page.layouts.file import load_layout

NO_MAIL = {"47213": {"郵送": "しない", "受渡方法": "窓口で本人に手渡し"}}
KANA = [
    f"{family}　{given}"
    for family in ("ワカサ", "アガリエ", "ヒガ", "キンジョウ", "ガキヤ")
    for given in ("ハル", "キヨシ", "オト", "タケ")
]


def folk(**changes: str) -> list[dict[str, str]]:
    return [
        person(at, name=f"見本　{chr(0x30A2 + at)}子", kana=kana, **changes)
        for at, kana in enumerate(KANA, start=1)
    ]


def folders(folder: Path) -> list[str]:
    out = folder / "out" / "municipalities"
    return sorted(path.parent.relative_to(out).as_posix() for path in out.rglob("counter_list.pdf"))


def kana_on(page: str) -> list[str]:
    """Kana of the lines of a page from top to bottom, without the first and the last in its head."""
    return re.findall(f"(?<![〜ジ])({'|'.join(map(bare, KANA))})見本", page)


def test_all_pieces_of_a_municipality_that_does_not_mail_are_listed_by_kana(tmp_path: Path) -> None:
    tools, units = units_of(tmp_path, folk(), answers=NO_MAIL)
    task = units["47213"]
    write_counter_lists(tools, task)
    pages = pages_of(task.own / "counter_list.pdf")
    found = [kana_on(page) for page in pages]
    families = ("アガリエ", "ガキヤ", "キンジョウ", "ヒガ", "ワカサ")
    assert [name for mine in found for name in mine] == [
        f + given for f in families for given in ("オト", "キヨシ", "タケ", "ハル")
    ]
    assert list(map(len, found)) == [18, 2]
    for at, (page, mine) in enumerate(zip(pages, found, strict=True), start=1):
        assert f"{mine[0]}〜{mine[-1]}" in page
        assert f"{at}/2" in page and "全20通" in page and "うるま市" in page
    text = "".join(pages)
    for row in task.pieces.itertuples():
        for words in (f"{row.box}－{row.position}", f"{row.sequence:07d}", row.insured_number[-4:], row.name):
            assert bare(words) in text
    assert text.count("資格確認書") == 20


def test_who_signs_sees_no_birth_date_and_no_whole_number_of_others(tmp_path: Path) -> None:
    tools, units = units_of(tmp_path, folk(), answers=NO_MAIL)
    write_counter_lists(tools, units["47213"])
    text = "".join(pages_of(units["47213"].own / "counter_list.pdf"))
    assert "昭和" not in text and "1941" not in text and "令和年月日" in text
    assert not any(row.insured_number in text for row in units["47213"].pieces.itertuples())


def test_who_comes_to_the_counter_is_listed_and_nobody_else(tmp_path: Path) -> None:
    people = [*folk()[:3], person(4, name="見本　窓口", kana="ミホン　マドグチ", pickup="1")]
    tools, units = units_of(tmp_path, people)
    write_counter_lists(tools, units["47213"])
    (page,) = pages_of(units["47213"].own / "counter_list.pdf")
    assert "見本窓口" in page and not any(bare(kana) in page for kana in KANA)


def test_protected_people_are_on_a_list_of_their_own(tmp_path: Path) -> None:
    people = [*folk(), person(40, name="隠岐　花子", kana="オキ　ハナコ", protected="1", pickup="1")]
    tools, units = units_of(tmp_path, people, answers=NO_MAIL)
    write_counter_lists(tools, units["47213"])
    assert folders(tmp_path) == ["47213", "47213/sealed"]
    general = "".join(pages_of(units["47213"].own / "counter_list.pdf"))
    (sealed,) = pages_of(units["47213"].own / "sealed/counter_list.pdf")
    assert "隠岐" not in general and "オキ" not in general
    assert "隠岐花子" in sealed and "取扱注意" in sealed and "見本" not in sealed


def test_where_all_is_posted_there_is_no_list(tmp_path: Path) -> None:
    tools, units = units_of(tmp_path, folk()[:3])
    write_counter_lists(tools, units["47213"])
    assert not (tmp_path / "out").exists()


def test_people_without_kana_come_last_and_head_a_page_by_name(tmp_path: Path) -> None:
    people = [*folk()[:2], person(30, name="見本　無名", kana="")]
    tools, units = units_of(tmp_path, people, answers=NO_MAIL)
    write_counter_lists(tools, units["47213"])
    (page,) = pages_of(units["47213"].own / "counter_list.pdf")
    assert "ワカサキヨシ〜見本無名" in page


def test_lines_have_room_for_a_pen() -> None:
    front = load_layout("counter_list").front
    rows = sorted({line.y1 for line in front.line if line.y1 == line.y2} | {33.0, 195.0})
    assert min(b - a for a, b in pairwise(rows)) >= 9


def test_other_programs_open_the_file(tmp_path: Path) -> None:
    tools, units = units_of(tmp_path, folk()[:2], answers=NO_MAIL)
    write_counter_lists(tools, units["47213"])
    for program in (["qpdf", "--check"], ["pdftotext"]):
        words = [*program, units["47213"].own / "counter_list.pdf"]
        done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path)
        assert not done.stderr
