"""Change letters: each kind says its change, to its own person, with 様 once; wrong rows are all told."""

from __future__ import annotations

import csv
import shutil
import unicodedata
from itertools import combinations
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from line_fixtures import cli, said
from small_job import JOB, number, person, write_job
from test_layout import apart, text_rect

from kouki_print.base.resources import data_dir, template_dir
from kouki_print.job.letter_list import KINDS
from kouki_print.order.documents import BUILT_IN
from kouki_print.order.load import load_order
from kouki_print.order.presets import order_of_preset
from kouki_print.order.toml_files import read_toml
from kouki_print.page.extents import extent
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.type.fonts import Style
from kouki_print.page.words import WORDS, renderer

TABLES = '[words]\nletter_tables = "令和8年8月"\n'
DATED = ("table_condition", "table_outpatient", "table_total", "table_meal", "notes_ratio", "notes_limits")
CARDS = {"limit_card": "0", "reduction_card": "0"}
PEOPLE = [
    person(1, **CARDS),
    person(2, name="見本　太郎", birth_date="3200705"),  # 81 and uses the card: a notice
    person(3, name="見●　次郎"),
    person(4, protected="1"),
    person(5, protected="1", pickup="1", name="見本　五郎"),
    person(6, welfare="1"),
    person(
        7, municipality_code="47201", insurer_number="39472014", postcode="900-0021",
        address="那覇市泉崎１丁目１番", name="見本　七子", care_of="緒方　真理",
    ),
    person(8, category="区分Ⅱ", reduction_card="1"),
    person(9, category="区分Ⅱ", limit_shown="1", limit_effective_on="20260801"),
    person(10, category="現役Ⅱ", copay="3", limit_card="1"),
    person(11, category="区分Ⅱ", limit_shown="1", limit_effective_on="20260801", birth_date="3200705"),
    person(12, category="区分Ⅰ", reduction_card="1"),
]  # fmt: skip
COPAY = "被保険者番号,新負担割合,適用年月日\n"
CLASSES = "被保険者番号,旧区分,新区分,新負担割合,適用年月日\n"
SINCE = "2026-09-01"


def dated(lines: str) -> str:
    """The lines of a list, each with the day from which the change applies."""
    head, *rows = lines.splitlines()
    return "\n".join([head, *(f"{row},{SINCE}" for row in rows)]) + "\n"


def confirmed(job: Path) -> Path:
    """The job with tables of its own year (the amounts are the shipped ones)."""
    (job / "templates").mkdir()
    for name in DATED:
        shutil.copy(template_dir() / "words" / f"letter_{name}.txt", job / "templates")
    return job


@pytest.fixture
def job(tmp_path: Path) -> Path:
    return confirmed(write_job(tmp_path / "job", PEOPLE, JOB + TABLES))


def letters(job: Path, kind: str, lines: str, *more: str) -> Path:
    """Make letters that must come out well; their folder."""
    listed = job.parent / "list.csv"
    listed.write_text(dated(lines), encoding="utf-8")
    result = cli("letter", job, "--kind", kind, "--list", listed, "--out", job.parent / "out", *more)
    assert result.exit_code == 0, result.output
    return job.parent / "out" / "letters"


def pages(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [text.replace("\r", "").replace("\n", "") for text in texts]


def listed(folder: Path, name: str = "list.csv") -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_changed_ratio(job: Path) -> None:
    folder = letters(
        job, "copay", COPAY + f"{number(7)},2\n{number(2)},3\n{number(1)},2\n", "--on", "2026-08-25"
    )
    front, back, second, _ = pages(folder / "copay-47213.pdf")
    assert "見本　花子" in front and "２割" in front and number(1) in front
    assert "見本　太郎" in second and "３割" in second and number(1) not in second
    assert "一部負担金の割合の変更のお知らせ" in front
    assert "令和8年8月25日" in front and "令和8年9月1日から" in front
    assert "沖縄県後期高齢者医療広域連合（公印省略）" in front and "以上" in front
    assert "令和8年8月現在" in back and number(1) not in back
    (naha, _) = pages(folder / "copay-47201.pdf")
    assert "緒方　真理様方" in naha and naha.replace("様方", "").count("様") == 1
    assert front.count("様") == second.count("様") == 1
    assert [(line["一覧の行"], line["ファイル"], line["ページ"]) for line in listed(folder)] == [
        ("2", "copay-47201.pdf", "1"), ("3", "copay-47213.pdf", "3"), ("4", "copay-47213.pdf", "1"),
    ]  # fmt: skip


def test_each_gets_the_words_of_the_document_that_is_enclosed(job: Path) -> None:
    """Nobody is asked to give a notice back."""
    folder = letters(job, "copay", COPAY + f"{number(1)},2\n{number(2)},3\n")
    certificate, _, notice, _ = pages(folder / "copay-47213.pdf")
    assert "新しい資格確認書を同封" in certificate and "お返しください" in certificate
    assert "新しい資格情報のお知らせを同封" in notice and "お返しいただく必要はありません" in notice
    assert "お返しください" not in notice and "新しい資格確認書" not in notice
    assert "令和8年8月1日" in notice, "without --on the job's own day"


def test_words_below_the_sender_may_be_left_out(job: Path) -> None:
    path = job / "job.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'letter_seal = ""\n', encoding="utf-8")
    front = pages(letters(job, "copay", COPAY + f"{number(1)},2\n") / "copay-47213.pdf")[0]
    assert "公印" not in front and "（）" not in front


@pytest.mark.parametrize(
    ("kind", "who", "old", "new", "copay", "printed"),
    [
        ("reduction", 8, "区分Ⅱ", "現役", "3", "現役並み"),
        ("reduction", 9, "区分Ⅱ", "一般", "2", "一般"),
        ("reduction", 12, "区分Ⅰ", "区分Ⅱ", "", "区分Ⅱ"),
        ("limit", 10, "現役Ⅱ", "一般", "2", "一般"),
    ],
)
def test_a_changed_limit(
    job: Path, kind: str, who: int, old: str, new: str, copay: str, printed: str
) -> None:
    (front, back) = pages(
        letters(job, kind, CLASSES + f"{number(who)},{old},{new},{copay}\n") / f"{kind}-47213.pdf"
    )
    assert "自己負担限度額の変更のお知らせ" in front
    assert f"見本　花子{old} {printed}" in front  # fields follow each other in the text
    assert "お手元の「資格確認書」は使えなくなりました" in front
    assert ("負担割合" in front) == bool(copay) and front.count("様") == 1
    assert old in back and printed in back, "the table has a row by this name"


@pytest.mark.parametrize(
    ("kind", "row", "why"),
    [
        ("copay", f"{number(1)},1", "移行データの負担割合が、一覧の新負担割合と同じです"),
        ("reduction", f"{number(8)},区分Ⅰ,一般,2", "移行データの負担区分（区分Ⅱ）が、一覧の旧区分と違います"),
        ("limit", f"{number(10)},現役Ⅰ,一般,2", "移行データの負担区分（現役Ⅱ）が、一覧の旧区分と違います"),
        ("limit", f"{number(1)},現役Ⅱ,現役Ⅰ,3", "限度証も、限度区分を載せた証も持っていません"),
        ("reduction", f"{number(11)},区分Ⅱ,一般,1", "減額証も、限度区分を載せた証も持っていません"),
    ],
)
def test_whom_the_export_shows_otherwise_gets_no_letter(job: Path, kind: str, row: str, why: str) -> None:
    """The last one gets a notice, on which no 限度区分 stands."""
    fine = {"copay": f"{number(7)},2", "reduction": f"{number(9)},区分Ⅱ,一般,2", "limit": ""}[kind]
    folder = letters(
        job, kind, (COPAY if kind == "copay" else CLASSES) + f"{row}\n{fine}\n".rstrip("\n") + "\n"
    )
    line = listed(folder)[0]
    assert line["結果"] == "印刷しない" and why in line["理由"] and "対処" in line["理由"]
    assert len(list(folder.glob("*.pdf"))) == bool(fine)


def test_the_back_is_the_same_for_all_three(job: Path) -> None:
    backs = []
    for kind, row in (
        ("copay", f"{number(1)},2"), ("reduction", f"{number(8)},区分Ⅱ,一般,"), ("limit", f"{number(10)},現役Ⅱ,一般,"),
    ):  # fmt: skip
        header = COPAY if kind == "copay" else CLASSES
        backs.append(pages(letters(job, kind, header + f"{row}\n") / f"{kind}-47213.pdf")[1])
    assert backs[0] == backs[1] == backs[2]
    contact = "うるま市"
    assert contact in backs[0] and "４回目から 140,100円" in backs[0] and "460円" in backs[0]


def test_the_documents_are_named_as_the_year_has_them() -> None:
    """One table: the long names are those of the documents themselves."""
    names = {f"letter_{kind}_document": "資格確認書" for kind in KINDS if kind != "copay"}
    assert names.items() <= WORDS.items()
    r05 = order_of_preset(read_toml(data_dir() / "presets" / "r05.toml")[0]).words
    assert r05["certificate"] == BUILT_IN["insurance_card"].name
    assert r05["letter_reduction_document"] == BUILT_IN["reduction_card"].name
    assert r05["letter_limit_document"] == BUILT_IN["limit_card"].name


def test_who_cannot_be_printed_is_listed_with_the_reason(job: Path) -> None:
    rows = "".join(f"{number(count)},2\n" for count in range(1, 8))
    folder = letters(job, "copay", COPAY + rows)
    by_number = {line["被保険者番号"]: line for line in listed(folder)}
    assert set(by_number) == {number(count) for count in (1, 2, 3, 6, 7)}
    assert by_number[number(3)]["結果"] == "印刷しない" and "外字" in by_number[number(3)]["理由"]
    assert by_number[number(6)]["理由"] == "対象外"
    sealed = {line["被保険者番号"]: line for line in listed(folder, "protected.csv")}
    assert sealed[number(4)]["結果"] == "印刷しない" and "支援措置" in sealed[number(4)]["理由"]
    assert sealed[number(5)]["ファイル"] == "copay-47213-2.pdf"
    everything = unicodedata.normalize("NFC", "".join(pages(folder / "copay-47213.pdf")))
    assert "次郎" not in everything and "五郎" not in everything


def test_a_name_that_does_not_fit_is_listed(tmp_path: Path) -> None:
    long = confirmed(write_job(tmp_path / "job", [person(1), person(2, name="見本" * 40)], JOB + TABLES))
    folder = letters(long, "copay", COPAY + f"{number(1)},2\n{number(2)},2\n")
    assert "入りません" in listed(folder)[1]["理由"]
    assert len(pages(folder / "copay-47213.pdf")) == 2


@pytest.mark.parametrize(
    ("kind", "lines", "sentences"),
    [
        ("copay", f"{number(99)},2\n{number(1)},4\n", ["2行目「被保険者番号」列: この番号の人は移行データにいません",
         "3行目「新負担割合」列: 負担割合は 1・2・3 のどれかです"]),
        ("copay", f"{number(1)},2\n{number(1)},3\n", ["3行目「被保険者番号」列: 2行目と同じ人です"]),
        ("reduction", f"{number(1)},区分Ⅱ,区分Ⅱ,\n{number(2)},一般,区分Ⅱ,\n",
         ["2行目「新区分」列: 旧区分と同じです", "3行目「旧区分」列: 区分は 区分Ⅰ・区分Ⅱ のどれかです"]),
        ("limit", f"{number(1)},現役Ⅱ,現役Ⅰ,9\n", ["2行目「新負担割合」列: 負担割合は 1・2・3 のどれかです"]),
        ("limit", f"{number(1)},現役Ⅰ,現役Ⅱ,2\n{number(2)},現役Ⅱ,区分Ⅰ,3\n",
         ["「新負担割合」列: 現役Ⅱの負担割合は3割だけです", "「新負担割合」列: 区分Ⅰの負担割合は1割だけです"]),
        ("reduction", f"{number(1)},区分Ⅱ,一般,3\n{number(2)},区分Ⅱ,現役,1\n",
         ["「新負担割合」列: 一般の負担割合は1割か2割だけです", "「新負担割合」列: 現役の負担割合は3割だけです"]),
        ("copay", "", ["一覧に人がいません。"]),
    ],
)  # fmt: skip
def test_every_wrong_row_is_told(job: Path, kind: str, lines: str, sentences: list[str]) -> None:
    path = job.parent / "changed.csv"
    path.write_text(dated((COPAY if kind == "copay" else CLASSES) + lines), encoding="utf-8")
    out = job.parent / "out"
    message = said(cli("letter", job, "--kind", kind, "--list", path, "--out", out), [number(99), number(1)])
    for sentence in sentences:
        assert sentence.replace("行目「", "行目 「") in message
    assert not out.exists()


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("", "日付ではありません"),
        ("2026-02-30", "日付ではありません"),
        ("2026-07-31", "このジョブの期間（2026-08-01〜2027-07-31）の外です"),
        ("2062-09-01", "このジョブの期間（2026-08-01〜2027-07-31）の外です"),
    ],
)
def test_a_day_that_cannot_be_is_told(job: Path, day: str, told: str) -> None:
    path = job.parent / "changed.csv"
    path.write_text(COPAY + f"{number(1)},2,{day}\n", encoding="utf-8")
    message = said(cli("letter", job, "--kind", "copay", "--list", path, "--out", job.parent / "out"))
    assert f"2行目 「適用年月日」列: {told}" in message


def test_a_list_without_its_column_is_told(job: Path) -> None:
    path = job.parent / "changed.csv"
    path.write_text(f"被保険者番号,適用年月日\n{number(1)},{SINCE}\n", encoding="utf-8")
    message = said(cli("letter", job, "--kind", "copay", "--list", path, "--out", job.parent / "out"))
    assert "changed.csv 1行目 「新負担割合」列: 必要な列がありません" in message


def test_nobody_gets_amounts_that_nobody_has_confirmed(tmp_path: Path) -> None:
    folder = write_job(tmp_path / "job", [person(1)])
    path = tmp_path / "changed.csv"
    path.write_text(dated(COPAY + f"{number(1)},2\n"), encoding="utf-8")
    message = said(cli("letter", folder, "--kind", "copay", "--list", path, "--out", tmp_path / "out"))
    assert "いつのものか決まっていません" in message and "letter_tables" in message


def test_shipped_amounts_are_not_given_out_as_those_of_another_year(job: Path) -> None:
    """令和5年8月 is what they are; for another year each dated text must be the job's own."""
    (job / "templates" / "letter_table_meal.txt").unlink()
    path = job.parent / "list.csv"
    path.write_text(dated(COPAY + f"{number(1)},2\n"), encoding="utf-8")
    message = said(cli("letter", job, "--kind", "copay", "--list", path, "--out", job.parent / "out"))
    assert "令和5年8月の額" in message and "letter_table_meal.txt" in message
    assert "letter_table_total.txt" not in message
    shutil.rmtree(job / "templates")
    settings = job / "job.toml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace('"令和8年8月"', '"令和5年8月"'), encoding="utf-8"
    )
    back = pages(letters(job, "copay", COPAY + f"{number(1)},2\n") / "copay-47213.pdf")[1]
    assert "令和5年8月現在" in back


def test_the_job_may_have_its_own_table(job: Path) -> None:
    (job / "templates" / "letter_table_meal.txt").write_text("111円\n222円\n333円\n444円\n", encoding="utf-8")
    back = pages(letters(job, "copay", COPAY + f"{number(1)},2\n") / "copay-47213.pdf")[1]
    assert "333円" in back and "460円" not in back


@pytest.mark.parametrize("preset", ["r05", "r08"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_words_lie_on_others(kind: str, preset: str, styles: dict[str, Style], tmp_path: Path) -> None:
    """With the longest names of documents too: every paragraph ends before the next one begins."""
    order = load_order(write_job(tmp_path, job=JOB.replace('"r08"', f'"{preset}"') + TABLES)).order
    contact = load_order(tmp_path).sender("47381")
    layout, render = load_layout(KINDS[kind].layout), renderer(order, contact)
    for side in layout.sides():
        rects = [(item, text_rect(item, render(item), styles[item.font])) for item in side.text]
        for (one, first), (other, second) in combinations(rects, 2):
            if {one.when, other.when} != {"return_document", "not return_document"}:
                assert apart(first, second), (one.text or one.words, other.text or other.words)
        assert max(rect[3] for _, rect in rects) <= layout.sheet.height - 5


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_lies_across_a_fold(kind: str, styles: dict[str, Style], tmp_path: Path) -> None:
    order = load_order(write_job(tmp_path, job=JOB + TABLES)).order
    layout, render = load_layout(KINDS[kind].layout), renderer(order, load_order(tmp_path).sender("47381"))
    folds = [fold.y for fold in layout.fold]
    assert len(folds) == 2
    for side in layout.sides():
        spans = [text_rect(item, render(item), styles[item.font])[1::2] for item in side.text]
        spans += [extent(item)[1::2] for item in (*side.field, *side.box, *side.line)]
        for top, bottom in spans:
            assert not any(y and top < y + 1 and bottom > y - 1 for y in folds), (top, bottom)
