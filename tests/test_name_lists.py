"""A unit's lists with names, from the export on: nobody lost, nobody twice, and 支援措置 on the sealed list alone."""

from __future__ import annotations

import csv
import zipfile
from pathlib import Path

import openpyxl
import pytest
from employer_job import JOB_BY_GROUP, employee, employer_job
from pypdf import PdfReader
from small_job import JOB, person, write_job

from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.units.consignments import consignments_of
from kouki_print.job.units.forms import UnitForms
from kouki_print.job.units.name_lists import write_name_lists
from kouki_print.job.units.task import UnitTools, unit_tasks
from kouki_print.job.watch import Silent, Stages

HAND = JOB + '[checks]\nundrawable = "hand"\n'
SECRET = {"protected": "1", "pickup": "1"}
OTHER = {"mail_kind": "全て", "mail_postcode": "904-2215", "mail_address": "うるま市みどり町二丁目２番"}
PEOPLE = [
    person(1, name="見本　花子", kana="ミホン　ハナコ"),
    person(2, name="見\ue000　次郎", kana="ミホン　ジロウ"),
    person(3, name="〓田　三郎", kana="カケタ　サブロウ", address="うるま市●町1"),
    person(4, name="合\u0301成", kana="ゴウセイ"),  # no pen mends this: held
    person(5, name="秘密　一子", kana="ヒミツ　カズコ", **SECRET),
    person(6, name="秘\ue001　二子", kana="ヒミツ　ニコ", **SECRET),
    person(7, name="秘密　保子", kana="ヒミツ　ヤスコ", protected="1"),  # nobody said how she gets it
    person(8, name="秘密　未子", kana="ヒミツ　ミコ", protected="1", unissued_reasons="5"),
    person(9, name="秘密　送子", kana="ヒミツ　ソウコ", protected="1", **OTHER),
]


def lists(folder: Path, job: Path) -> tuple[Prepared, Path]:
    """The lists with names of all units of a job."""
    prepared = prepare(job, Stages(Silent()))
    tools = UnitTools(prepared.loaded, job, UnitForms({}), prepared.styles)
    for task in unit_tasks(prepared, consignments_of(prepared.loaded, prepared.plan), folder):
        write_name_lists(tools, task)
    return prepared, folder / "municipalities"


@pytest.fixture(scope="module")
def uruma(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lists")
    return lists(folder, write_job(folder / "job", PEOPLE, HAND))[1] / "47213"


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def text_of(path: Path) -> str:
    """All that can be read in a file of any kind."""
    if path.suffix == ".pdf":
        return "".join(page.extract_text() for page in PdfReader(path).pages)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return path.read_text(encoding="utf-8-sig")


def test_every_printed_piece_is_listed_once(uruma: Path) -> None:
    sealed = [line for line in table(uruma / "sealed" / "protected.csv") if line["状態"] == "印刷"]
    for name in ("index.csv", "index_by_sequence.csv"):
        numbers = [line["通し番号"] for line in [*table(uruma / name), *sealed]]
        assert sorted(map(int, numbers)) == [1, 2, 3, 4, 5, 6], name
    for sheet in openpyxl.load_workbook(uruma / "index.xlsx"):
        assert sheet.max_row == 6 + 3


def test_open_lists_hold_nothing_of_protected_people(uruma: Path) -> None:
    files = [path for path in uruma.iterdir() if path.is_file()]
    assert {path.name for path in files} == {
        "index.csv", "index_by_sequence.csv", "index.xlsx", "handwriting.csv", "handwriting.pdf",
    }  # fmt: skip
    hidden = [cells for cells in PEOPLE if "protected" in cells]
    assert len(hidden) == 5
    for path in files:
        text = text_of(path)
        assert "00000018" in text or "見" in text
        for cells in hidden:
            assert cells["insured_number"] not in text and cells["name"] not in text, path.name
        assert "秘" not in text and "ヒミツ" not in text, path.name


def test_the_sealed_list_names_all_of_them_and_no_address(uruma: Path) -> None:
    lines = table(uruma / "sealed" / "protected.csv")
    assert [(line["状態"], line["氏名カナ"], line["渡し方"], line["理由"]) for line in lines] == [
        ("印刷", "ヒミツ　ソウコ", "送付先あて（簡易書留）", ""),
        ("印刷", "ヒミツ　カズコ", "窓口交付", ""),
        ("印刷", "ヒミツ　ニコ", "窓口交付", ""),
        ("保留", "ヒミツ　ヤスコ", "", "支援措置の対象者ですが、渡し方の指示がありません"),
        ("未発行", "ヒミツ　ミコ", "", "負担区分がない（所得照会中）"),
    ]
    assert [line["手書き"] for line in lines] == ["", "", "氏名 U+E001", "", ""]
    opened = {line["箱"] for line in table(uruma / "index.csv")}
    apart = {line["箱"] for line in lines if line["箱"]}
    assert apart and not apart & opened
    page = text_of(uruma / "sealed" / "protected.pdf").replace(" ", "")
    assert "担当者以外の閲覧を禁ず" in page and f"箱{'、'.join(sorted(apart))}" in page
    for text in (page, text_of(uruma / "sealed" / "protected.csv")):
        assert "みどり町" not in text and "見本" not in text


def test_who_has_something_to_write_is_found_by_box_and_place(uruma: Path) -> None:
    lines = table(uruma / "handwriting.csv")
    assert [(line["区分"], line["氏名"], line["項目"], line["文字コード"]) for line in lines] == [
        ("手書き", "〓田　三郎", "住所", "U+25CF"),
        ("手書き", "〓田　三郎", "氏名", "U+3013"),
        ("手書き", "見〓　次郎", "氏名", "U+E000"),
        ("保留", "合\u0301成", "氏名", "U+0301"),
    ]
    places = {line["通し番号"]: (line["箱"], line["位置"]) for line in table(uruma / "index.csv")}
    assert all((line["箱"], line["位置"]) == places[line["通し番号"]] for line in lines[:3])
    assert lines[3]["箱"] == lines[3]["通し番号"] == ""
    page = text_of(uruma / "handwriting.pdf")
    assert "2通" in page and "1人" in page and "U+E000" in page


def test_lists_of_nobody_are_not_made(tmp_path: Path) -> None:
    own = lists(tmp_path, write_job(tmp_path / "job", [person()]))[1] / "47213"
    assert {path.name for path in own.rglob("*")} == {"index.csv", "index_by_sequence.csv", "index.xlsx"}


def test_the_same_job_gives_the_same_bytes(uruma: Path, tmp_path: Path) -> None:
    again = lists(tmp_path, write_job(tmp_path / "job", PEOPLE, HAND))[1] / "47213"
    files = sorted(path.relative_to(uruma) for path in uruma.rglob("*") if path.is_file())
    assert len(files) == 7
    for name in files:
        assert (again / name).read_bytes() == (uruma / name).read_bytes(), name


def test_a_household_s_piece_names_everybody_on_it(tmp_path: Path) -> None:
    family = [
        employee(1, "H1", name="見本　太郎", group_code="E2"),
        employee(2, "H1", "家族", name="見本　花子", group_code="E2"),
        employee(3, "H1", "家族", name="見\ue000　次郎", group_code="E2"),
    ]
    job = JOB_BY_GROUP + '[checks]\nundrawable = "hand"\n'
    own = lists(tmp_path, employer_job(tmp_path / "job", family, job))[1] / "E2"  # each piece goes to a home
    (line,) = table(own / "index.csv")
    assert "3人分（ほか 見本　花子、見\ue000　次郎）" in line["備考"]
    assert line["手書き"] == "○"  # though it is not the first who needs the pen
    (pen,) = table(own / "handwriting.csv")
    assert (pen["氏名"], pen["箱"], pen["位置"]) == ("見〓　次郎", "1", "1")


def test_an_employer_that_hands_out_gets_no_index_and_no_number(tmp_path: Path) -> None:
    staff = [
        employee(1, "H1", name="見\ue000　太郎"),
        employee(2, "H2", name="見本　花子"),
        employee(3, "H3", name="合\u0301成"),  # held: the employer has nothing to do with it
    ]
    job = JOB_BY_GROUP + '[checks]\nundrawable = "hand"\n'
    own = lists(tmp_path, employer_job(tmp_path / "job", staff, job))[1] / "E1"
    assert {path.name for path in own.iterdir()} == {"handwriting.csv", "handwriting.pdf"}
    (line,) = table(own / "handwriting.csv")
    assert (line["氏名"], line["被保険者番号"]) == ("見〓　太郎", "")
    for path in own.iterdir():
        assert not any(each["insured_number"] in text_of(path) for each in staff)


def test_a_control_character_is_told_in_words(tmp_path: Path) -> None:
    people = [person(1, name="見本\t花子"), person(2, name="見\x0b本"), person(3)]
    own = lists(tmp_path, write_job(tmp_path / "job", people, HAND))[1] / "47213"
    lines = table(own / "handwriting.csv")
    assert [(line["データの内容"], line["文字コード"]) for line in lines] == [
        ("見本〓花子", "タブ U+0009（3文字目）"),
        ("見〓本", "制御文字 U+000B（2文字目）"),
    ]


def test_a_sealed_list_without_envelopes_does_not_speak_of_boxes(uruma: Path, tmp_path: Path) -> None:
    own = lists(tmp_path, write_job(tmp_path / "job", [PEOPLE[0], PEOPLE[6]], HAND))[1] / "47213"
    text = text_of(own / "sealed" / "protected.pdf")
    assert "秘密" in text and "別の箱" not in text and "お渡しの前に" not in text
    assert "別の箱" in text_of(uruma / "sealed" / "protected.pdf")
