"""The covering letter: its counts are the unit's, its words are of the unit's kind, and a bad template is told."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from employer_job import employee, employer_job
from line_fixtures import ROOT, cli, said
from small_job import person, write_job
from unit_lists import bare, pages_of, units_of

from kouki_print.base.errors import JobError
from kouki_print.handover.covering_letter import covering_letter
from kouki_print.job.prepare import prepare
from kouki_print.job.units.consignments import consignments_of
from kouki_print.job.units.letter import COVERING_LETTER, letter_facts, write_letter
from kouki_print.job.units.letter_words import PAPERS, LetterFacts, check_letter, letter
from kouki_print.job.units.task import UnitTask, UnitTools, unit_tasks
from kouki_print.job.units.write import write_unit
from kouki_print.job.watch import Silent, Stages

pytest_plugins = ("line_fixtures",)
BIG, COUNTER, SMALL = "47213", "47201", "47205"
MORE = """
[boxes]
max_pieces = 3
[blank_stock]
documents = ["certificate"]
[handover]
vendor = "見本印刷株式会社"
delivery_on = 2026-07-06
pull_until = 2026-07-10
contact = "管理課 資格班　098-000-1234"
[[deliver_to]]
unit = "47213"
name = "うるま市 倉庫"
postcode = "9042200"
address = "うるま市見本1番"
note = "搬入口は北側"
"""
ANSWERS = {
    COUNTER: {"封緘": "しない", "郵送": "しない", "受渡方法": "区長を通じて手渡し", "転送不要": ""},
    SMALL: {"転送不要": "希望しない"},
}


def _people() -> list[dict[str, str]]:
    """Eight pieces of one unit (one at the counter, one apart), two records that get none; two other units."""
    made = [person(count, name=f"見本　{'一二三四五六七八九〇'[count]}郎") for count in range(10)]
    made[1].update(pickup="1")
    made[2].update(protected="1", pickup="1")
    made[8].update(welfare="1")
    made[9].update(postcode="")
    here = {"municipality_code": COUNTER, "insurer_number": "39472014"}
    made += [person(count, **here, birth_date="3200101") for count in (11, 12)]
    return [*made, person(13, municipality_code=SMALL, insurer_number="39472055")]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> tuple[UnitTools, dict[str, UnitTask]]:
    folder = tmp_path_factory.mktemp("letters")
    tools, tasks = units_of(folder, _people(), MORE, answers=ANSWERS)
    for task in tasks.values():
        task.own.mkdir(parents=True)
    return tools, tasks


def text_of(path: Path) -> str:
    """The text of a letter without blanks and what stands at the foot of each page."""
    pages = [page.partition("ページ")[2] for page in pages_of(path)]
    assert len(pages) <= 2
    return "".join(pages)


def told(tools: UnitTools, task: UnitTask) -> str:
    """The letter of a unit."""
    write_letter(tools, task)
    return text_of(task.own / COVERING_LETTER)


def words(tools: UnitTools, task: UnitTask, **changes: Any) -> str:
    """The letter of a unit whose facts are other ones."""
    path = tools.job_dir / "other.pdf"
    path.write_bytes(letter(tools.job_dir, replace(letter_facts(tools.loaded, task), **changes)))
    return text_of(path)


def test_the_counts_are_those_of_the_unit(job: tuple[UnitTools, dict[str, UnitTask]]) -> None:
    tools, tasks = job
    for task in tasks.values():
        text, comes = told(tools, task), task.consignment
        rows = [int(count) for count in re.findall(r"(?:資格確認書|資格情報のお知らせ)(\d+)通", text)]
        total = re.search(r"計(\d+)通", text)
        assert total and rows == list(comes.sets.values())
        assert int(total[1]) == sum(rows) == len(task.pieces) == comes.pieces
        boxes = re.search(r"封入した封筒は、(\d+)箱", text)
        assert boxes and int(boxes[1]) == len(comes.boxes)
        statuses = task.unprinted["status"].value_counts()
        for name, status in (("保留", "held"), ("未発行", "unissued"), ("対象外", "excluded")):
            found = re.search(rf"{name}(\d+)人", text)
            assert (int(found[1]) if found else 0) == statuses.get(status, 0)


def test_who_mails_reads_when_where_and_how_much(job: tuple[UnitTools, dict[str, UnitTask]]) -> None:
    tools, tasks = job
    text = told(tools, tasks[BIG])
    assert text.startswith("令和8年7月6日うるま市国民健康保険課")
    for part in (
        "令和8年7月6日に、見本印刷株式会社が次の場所へお届けします。うるま市倉庫〒904-2200うるま市見本1番（搬入口は北側）",
        "全部で8箱です（封筒4箱、予備4箱）",
        "予備が4箱あります（資格確認書（ブランク）10枚と、その封入物・封筒）",
        "封はすべて閉じてあります。",
        "「転送不要」の表示は、すべての封筒にあります。",
        "差出日は令和8年7月13日です",
        "郵便種別は簡易書留です（通数と料金は内訳票）。窓口でお渡しする分は、別の箱に入れ",
        "差し出す前（令和8年7月10日まで）に",
        "令和8年8月1日を回収年月日として",
        "問合せ先沖縄県後期高齢者医療広域連合管理課資格班098-000-1234以上",
    ):
        assert part in text


def test_who_does_not_mail_hands_out_in_its_own_way(job: tuple[UnitTools, dict[str, UnitTask]]) -> None:
    tools, tasks = job
    text = told(tools, tasks[COUNTER])
    assert "貴市でお渡しください（区長を通じて手渡し）。封筒に料金後納などの郵便の表示がありますが" in text
    assert "封は閉じていません。" in text
    for word in ("差出", "差し出す", "転送不要", "引受番号", "窓口交付簿"):  # no such paper lies there yet
        assert word not in text
    for name, word in (("見本町", "貴町で"), ("見本村", "貴村で"), ("見本組合", "")):
        assert f"伺っていますので、{word}お渡し" in words(tools, tasks[COUNTER], unit_name=name)


def test_it_does_not_tell_of_what_only_a_protected_person_has(
    job: tuple[UnitTools, dict[str, UnitTask]],
) -> None:
    """The only piece at the counter, the only one to write on: it would be found by its box."""
    tools, tasks = job
    pieces = tasks[BIG].pieces
    kept = pieces[((pieces["mail_service"] != "none") | pieces["protected"]).to_numpy()]
    task = replace(tasks[BIG], pieces=kept.assign(by_hand=kept["protected"]))
    text = told(tools, task)
    assert kept["pickup"].sum() == 1 and "窓口でお渡し" not in text and "手書きが要る" not in text


def test_reasons_why_nothing_is_printed_are_not_told(job: tuple[UnitTools, dict[str, UnitTask]]) -> None:
    tools, tasks = job
    for by_group in (False, True):
        text = words(tools, tasks[BIG], by_group=by_group, held=1, unissued=2, excluded=3)
        assert "対象外3人今回お渡しするものはありません" in text
        for word in ("生活保護", "負担割合が", "番号など"):
            assert word not in text


def test_it_tells_where_a_piece_stands(job: tuple[UnitTools, dict[str, UnitTask]]) -> None:
    tools, tasks = job
    papers = dict.fromkeys(PAPERS, "")
    text = words(tools, tasks[BIG], papers=papers | {"index": "index.xlsx"})
    assert (
        "束・位置・通し番号が分かります" in text
        and "仕切りカードの番号（通し番号の範囲）で束を選んで" in text
    )
    assert "位置は、箱の1列目の手前から数えて何通目か（2列目からは、前の列の続き）です。" in text
    text = words(tools, tasks[BIG], by_group=True, papers=papers | {"cover_list": "cover_list.pdf"})
    assert "索引" not in text and "送付内訳書で、その封筒の箱－位置と番号" in text


def test_one_piece_without_blank_stock_dates_and_contact(tmp_path: Path) -> None:
    tools, tasks = units_of(
        tmp_path, [person()], "[blank_stock]\ndocuments = []\n", answers={BIG: {"転送不要": "希望しない"}}
    )
    tasks[BIG].own.mkdir(parents=True)
    text = told(tools, tasks[BIG])
    assert text.startswith("令和年月日うるま市")
    assert "日は別に御連絡します。印刷会社が" in text
    assert "箱は1箱だけです。" in text and "予備があるときは、納品書に書き入れて" in text
    assert "「転送不要」の表示はありません" in text
    assert "今回の封筒に入っていない方" not in text and "名簿などのファイル" not in text
    assert text.count("沖縄県後期高齢者医療広域連合以上") == 1


def test_it_names_no_insured_person_and_not_who_is_apart(job: tuple[UnitTools, dict[str, UnitTask]]) -> None:
    tools, tasks = job
    text = told(tools, tasks[BIG])
    for each in _people():
        for secret in (each["name"], each["insured_number"], each["address"]):
            assert bare(secret) not in text
    without = replace(tasks[BIG], pieces=tasks[BIG].pieces.assign(protected=False))
    assert told(tools, without) == text  # nothing in it tells that there is such a person


def test_the_lists_that_it_names_lie_in_the_folder(tmp_path: Path) -> None:
    tools, tasks = units_of(tmp_path, _people(), MORE, answers=ANSWERS)
    write_unit(tools, tasks[BIG])
    own = tasks[BIG].own
    text = text_of(own / COVERING_LETTER)
    named = re.findall(r"[a-z_]+(?:/[a-z_]+)?\.(?:pdf|xlsx|csv)", text)
    assert named == ["index.xlsx", "counter_list.pdf", "posting/posting_slips.pdf", "posting/breakdown.pdf"]
    assert all((own / name).is_file() for name in named)
    assert "作り直してお渡しします" in text and "抜いた封筒の引受番号は欠番" not in text


def test_registered_numbers_and_handwriting_are_spoken_of_where_there_are_some(
    job: tuple[UnitTools, dict[str, UnitTask]],
) -> None:
    tools, tasks = job
    assert "抜いた封筒の引受番号は欠番です。" in words(tools, tasks[BIG], numbered=3)
    assert "手書きが要る封筒が1,234通あります。" in words(tools, tasks[BIG], by_hand=1234)
    assert "手書きが要る" not in words(tools, tasks[BIG])


def test_employers_read_words_of_their_own(tmp_path: Path) -> None:
    people = [employee(1, "0000000001"), employee(2, "0000000001", "家族"), employee(3, "0000000002")]
    people.append(employee(4, "0000000003", group_code="E2"))
    folder = employer_job(tmp_path / "job", people)
    prepared = prepare(folder, Stages(Silent()))
    consignments = consignments_of(prepared.loaded, prepared.plan)
    tools = UnitTools(prepared.loaded, folder, None, {})  # type: ignore[arg-type]
    tasks = {task.unit.code: task for task in unit_tasks(prepared, consignments, tmp_path / "out")}
    for task in tasks.values():
        task.own.mkdir(parents=True)
    text = told(tools, tasks["E1"])
    assert text.startswith("令和年月日株式会社守礼建設総務課御中見本健康保険組合適用課")
    assert "計（3人分）2通" in text and "cover_list.pdf" in text
    for word in ("市町村", "被保険者", "支援措置", "抜取り", "回収", "転送不要"):
        assert word not in text
    write_letter(tools, tasks["E2"])  # each piece goes to a home: the employer gets no box
    assert not (tasks["E2"].own / COVERING_LETTER).exists()


def test_long_names_and_many_boxes_stay_on_two_pages(job: tuple[UnitTools, dict[str, UnitTask]]) -> None:
    tools, tasks = job
    name = "一般社団法人沖縄県中部地区総合建設業連合会協同組合守礼の門グループホールディングス"
    papers = dict.fromkeys(PAPERS, "posting/a_long_name_of_a_file.pdf")
    text = words(tools, tasks[BIG], unit_name=name, place=name, place_note=name, boxes=300, papers=papers)
    assert text.count(name) == 4 and "封入した封筒は、300箱" in text


def test_the_same_facts_give_the_same_bytes(job: tuple[UnitTools, dict[str, UnitTask]]) -> None:
    tools, tasks = job
    facts = letter_facts(tools.loaded, tasks[BIG])
    assert letter(tools.job_dir, facts) == letter(tools.job_dir, facts)


def own_words(folder: Path, text: str) -> Path:
    """A job folder with a template of its own."""
    (folder / "templates").mkdir(parents=True, exist_ok=True)
    (folder / "templates" / "covering_letter.txt").write_text(text, encoding="utf-8")
    return folder


def test_the_job_can_have_words_of_its_own(
    tmp_path: Path, job: tuple[UnitTools, dict[str, UnitTask]]
) -> None:
    tools, tasks = job
    text = "# **{{ unit_name }}**\n{% for code, name, count in sets %}| {{ name }} | {{ count }}通 |\n{% endfor %}\n"
    own = replace(tools, job_dir=own_words(tmp_path, text))
    check_letter(tmp_path)
    assert words(own, tasks[SMALL]).startswith("宜野湾市資格確認書1通")
    marks = words(own, tasks[SMALL], unit_name="甲|乙**丙**\n# 丁")
    assert marks.startswith("甲｜乙＊＊丙＊＊#丁資格確認書")  # a name is no markup
    own_words(tmp_path, "")
    check_letter(tmp_path)
    assert letter(tmp_path, letter_facts(tools.loaded, tasks[SMALL])) == b""


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("甲\n{{ piecs }}", 2, "「piecs」という名前がありません"),
        ("甲\n\n{% if mailed %}{{ papers.indx }}{% endif %}", 3, "「indx」という名前がありません"),
        ("甲\n{% if mailed %}", 2, "書き方が正しくありません"),
        ("{{ pieces }", 1, "書き方が正しくありません"),
        ("\n{{ pieces|nosuch }}", 2, "使えない書き方"),
        ("\n{{ pieces + unit_name }}", 2, "値を文にできません"),
        ("\n{% if not mailed %}\n{{ 1 // 0 }}{% endif %}", 3, "使えない書き方"),
        ("甲\n乙\n\ue000", 3, "書体にない文字"),
        ("{% for n in range(90000) %}あ{% endfor %}", 1, "使えない書き方"),
        ("{{ unit_name }}" * 1400, None, "20,000字より長い"),
        ("|" + "あ" * 9000, None, "用紙に入りません"),
        ("|a" * 300, None, "用紙に入りません"),
        ("{% include 'x' %}", 1, "使えない書き方"),
    ],
)
def test_a_bad_template_is_told_with_its_line(tmp_path: Path, text: str, line: int | None, what: str) -> None:
    with pytest.raises(JobError) as caught:
        check_letter(own_words(tmp_path, text))
    assert what in caught.value.what
    assert (caught.value.file, caught.value.row) == ("templates/covering_letter.txt", line)
    assert caught.value.remedy


@pytest.mark.parametrize(
    "text",
    [
        "{{ unit_name.__class__.__mro__ }}",
        "{{ papers.items.__self__.__class__ }}",
        "{{ '{0.__class__.__init__.__globals__}'.format(unit_name) }}",
        "{{ (unit_name|attr('__class__')).__subclasses__() }}",
        "{% for n in range(10**9) %}{% endfor %}",
        "{{ papers.update({'index': 'x'}) }}",
        "{{ sets.append(1) }}",
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in sets %}{% for b in sets %}{% for c in sets %}{% endfor %}{% endfor %}{% endfor %}",
        "{% set n=99999999 %}{{ 9**n }}",
        "{{ 9**99999999 }}",
        "{{ lipsum(n=100000) }}",
        "{{ ('a'*10**9)|length }}",
        "{{ '%0900000000d'|format(1) }}",
        "{{ '{:0900000000d}'.format(pieces) }}",
        "{{ 'a' ~ 'b' }}",
        "{{ [1, 2]|random }}",
    ],
)
def test_a_template_gets_nothing_but_its_facts(tmp_path: Path, text: str) -> None:
    with pytest.raises(JobError) as caught:
        check_letter(own_words(tmp_path, f"甲\n{text}"))
    assert caught.value.row == 2


def test_check_tells_it_before_anything_is_printed(tmp_path: Path) -> None:
    folder = own_words(write_job(tmp_path / "job"), "甲\n{{ piecs }}")
    message = said(cli("check", folder, "--out", tmp_path / "out"))
    assert "templates/covering_letter.txt 2行目" in message and "pieces" in message
    (folder / "templates" / "covering_letter.txt").write_bytes("甲".encode("cp932"))
    assert "UTF-8" in said(cli("check", folder, "--out", tmp_path / "out"))


def test_plain_markup(tmp_path: Path) -> None:
    path = tmp_path / "letter.pdf"
    text = "> 右\n# 題 **\n## 一つ\n- 項目 **太い** 字\n|頭|数|\n|<b>&|1通|\n## 二つ\n  # は文頭の印\n#印でない\n> 以上"
    path.write_bytes(covering_letter(text, "題", "差出人"))
    assert text_of(path) == "右題**1一つ・項目太い字頭数<b>&1通2二つは文頭の印#印でない以上"


def test_the_manual_tells_every_name(tmp_path: Path) -> None:
    manual = (ROOT / "docs" / "handover.md").read_text(encoding="utf-8")
    chapter = manual.partition("## 送付案内の文面")[2].partition("\n## ")[0]
    told_names = set(re.findall(r"^\| `([a-z_.]+)` \|", chapter, re.MULTILINE))
    assert told_names == {each.name for each in fields(LetterFacts)} - {"papers"} | {
        f"papers.{key}" for key in PAPERS
    }
