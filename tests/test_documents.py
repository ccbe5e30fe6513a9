"""Documents are data: a further kind is a layout, its words and a line of [documents]; mistakes name the line."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest
from line_fixtures import Finished, cli, finished
from small_job import JOB, number, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.job.forms import load_layouts
from kouki_print.order.documents import BUILT_IN
from kouki_print.order.load import load_order
from kouki_print.order.presets import order_of_preset, read_preset

LINE = 'disease_card = { name = "特定疾病療養受療証", layout = "art/disease_card.toml" }\n'
LAYOUT = """\
title = "特定疾病療養受療証"
include = ["folded_sheet", "address_panel"]

[sheet]
width = 210
height = 297

[[front.text]]
x = 20
y = 112
width = 170
leading = 5
size = 10
words = "disease_letter"

[[front.field]]
bind = "name"
x = 20
y = 140
width = 100
size = 16

[[front.field]]
bind = "insured_number"
x = 20
y = 150
width = 60
size = 12
"""
WORDS = "{{ words.system }}の受療証を、{{ job.switch_on_ja }}からお使いください。\n"
USED = """\
[[enclosure]]
code = "9"
name = "特定疾病療養受療証"
grams = 5.08
personal = true
[[set]]
code = "D"
document = "disease_card"
items = ["9", "6"]
[[rule]]
reason = "DISEASE"
document = "disease_card"
when = { special_care = true }
sentence = "特定疾病の認定があるため受療証を交付"
[[rule]]
reason = "REST"
document = "certificate"
sentence = "残りの全員"
"""
RULE = '[[rule]]\nreason = "A"\ndocument = "certificate"\nsentence = "理由"\n'


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two people, one of whom gets the new document.  Read-only."""
    folder = tmp_path_factory.mktemp("documents")
    people = [person(1, special_care="1"), person(2, name="見本　太郎")]
    made = write_job(folder / "job", people, f"{JOB}[documents]\n{LINE}{USED}")
    put(made / "art" / "disease_card.toml", LAYOUT)
    put(made / "templates" / "disease_letter.txt", WORDS)
    return finished(made, folder / "out")


def put(path: Path, text: str, encoding: str = "utf-8") -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding=encoding)


def page_of(job: Finished, document: str) -> str:
    (piece,) = (each for each in job.all_pieces() if each["document"] == document)
    (file,) = job.out.glob(f"vendor/*/{piece['print_pdf']}")
    with pdfium.PdfDocument(file) as pdf:
        return pdf[int(piece["print_page"]) - 1].get_textpage().get_text_range()


def test_a_new_document_is_printed_with_its_own_layout_and_words(job: Finished) -> None:
    text = page_of(job, "disease_card")
    assert "見本" in text and "後期高齢者医療の受療証を、令和8年8月1日からお使いください。" in text
    assert "特定疾病療養受療証" in job.console
    assert "受療証を" not in page_of(job, "certificate")


def test_a_new_document_is_in_every_list(job: Finished) -> None:
    lines = {line["insured_number"]: line for line in job.register()}
    assert [lines[number(count)]["document"] for count in (1, 2)] == ["disease_card", "certificate"]
    assert lines[number(1)]["set_code"] == "D" and lines[number(1)]["mail_service"] == "simple_registered"
    assert [line["document"] for line in job.budget()] == ["certificate", "disease_card"]
    manifest = job.manifest("47213")
    assert manifest["documents"] == {"certificate": 1, "disease_card": 1}
    listed = [entry["name"] for entry in manifest["inputs"]]
    assert {"art/disease_card.toml", "templates/disease_letter.txt"} <= set(listed)
    assert "特定疾病療養受療証" in (job.out / "union" / "check.html").read_text(encoding="utf-8")


def test_a_new_document_reads_back_and_is_explained(job: Finished, tmp_path: Path) -> None:
    """verify has the folder only, without the job's layouts; explain reads a part of the job."""
    result = cli("verify", job.out, "--full")
    assert result.exit_code == 0, result.output
    told = cli("explain", job.job, "--insured", number(1)).output
    assert "結果: 特定疾病療養受療証（理由 DISEASE）" in told
    budget = cli("budget", job.job, "--out", tmp_path / "out", "--compare", job.out)
    assert budget.exit_code == 0, budget.output


def test_words_of_the_job_replace_those_of_the_product(tmp_path: Path) -> None:
    folder = write_job(tmp_path)
    put(folder / "templates" / "notice_letter.txt", "市からのお知らせです。", "utf-8-sig")
    put(folder / "templates" / "notice_guide.txt", "")
    texts = {
        item.words: item.text
        for layout in load_layouts(load_order(folder).order, folder).values()
        for side in layout.sides()
        for item in side.text
    }
    assert texts["notice_letter"] == "市からのお知らせです。" and texts["certificate_letter"] == ""
    assert texts["notice_guide"].strip("{#}") == "", "an empty file says nothing"
    put(folder / "templates" / "notice_letter.txt", "ｱｲｳ", "cp932")
    with pytest.raises(JobError, match="UTF-8 ではありません"):
        load_layouts(load_order(folder).order, folder)


@pytest.mark.parametrize(
    ("tail", "text", "words"),
    [
        (RULE.replace("certificate", "letter"), "letter", "書類「letter」は [documents] にありません"),
        ('[[set]]\ncode = "C"\ndocument = "card"\nitems = ["1"]\n', "card", "書類「card」は"),
        ('[[enclosure]]\ncode = "5"\npersonal = true\ndocument = "card"\n', "card", "書類「card」は"),
        ('[[enclosure]]\ncode = "5"\ndocument = "limit_card"\n', "limit_card", "個人ごとの印字"),
        (
            '[[enclosure]]\ncode = "5"\npersonal = true\ndocument = "certificate"\n'
            '[[set]]\ncode = "A"\nitems = ["1", "5"]\n',
            "items",
            "資格確認書が1通に二度",
        ),
        ('[mail]\ncard = "ordinary"\n', "card", "書類「card」は"),
        ('[mail]\nnotice = "pigeon"\n', "notice", "[mail] notice: 次のどれか"),
        ('[delivery]\nper_household = ["card"]\n', "card", "書類「card」は"),
        (
            '[[mail_of]]\nname = "那覇"\nunits = ["47201"]\ndocument = "card"\nservice = "ordinary"\n',
            "card",
            "書類「card」は",
        ),
        (
            '[[discount]]\nname = "割引"\nservice = "ordinary"\nyen = 1\nsource = "局"\ndocuments = ["card"]\n',
            "card",
            "書類「card」は",
        ),
        ('[documents]\nnotice = { layout = "notice" }\ncard = { layout = "notice" }\n', "card", "card name: 必要な"),
        ('[documents.card]\nname = "証"\n', "[documents.card]", "card layout: 必要な"),
        ('[documents]\ncard = "notice"\n', "card", "[documents] card: 表"),
        ('[documents]\nCard = { name = "証", layout = "notice" }\n', "Card", "半角の英小文字"),
        ('[documents]\ncard = { name = "被保険者証", layout = "notice" }\n', "card", "insurance_card と同じ"),
        ('[documents]\ncard = { name = "証=1", layout = "notice" }\n', "card", "使えない文字"),
        (f'[documents]\ncard = {{ name = "{"証" * 21}", layout = "notice" }}\n', "card", "長すぎます"),
        ('[documents]\ncard = { name = "証", layout = "notice" }\n' + RULE.replace("certificate", "card"),
         'document = "card"', "規則 A が出す証を入れる組"),
    ],
)  # fmt: skip
def test_a_mistake_with_a_document_names_its_line(tmp_path: Path, tail: str, text: str, words: str) -> None:
    with pytest.raises(JobError) as caught:
        load_order(write_job(tmp_path, job=JOB + tail))
    rows = [row for row, line in enumerate((JOB + tail).splitlines(), start=1) if text in line]
    assert words in caught.value.what and (caught.value.file, caught.value.row) == ("job.toml", rows[-1])


def test_an_unknown_document_is_answered_with_the_known_ones(tmp_path: Path) -> None:
    tail = f"[documents]\n{LINE}" + RULE.replace("certificate", "card")
    with pytest.raises(JobError, match="、".join([*BUILT_IN, "disease_card"])):
        load_order(write_job(tmp_path, job=JOB + tail))


def test_a_layout_of_the_job_lies_in_its_folder(tmp_path: Path) -> None:
    folder = write_job(tmp_path, job=f"{JOB}[documents]\n{LINE}{USED}")
    with pytest.raises(JobError, match=r"「art/disease_card\.toml」がジョブのフォルダーにありません"):
        load_layouts(load_order(folder).order, folder)


def test_second_sheets_are_named_by_their_enclosures() -> None:
    """令和5年度: 減額証 and 限度証 are printed for the same piece, behind the 被保険者証."""
    order = order_of_preset(read_preset("r05").values)
    assert [order.sheets_of(code) for code in ("C", "CR", "CL")] == [
        ("insurance_card",),
        ("insurance_card", "reduction_card"),
        ("insurance_card", "limit_card"),
    ]
    assert list(load_layouts(order, Path())) == ["insurance_card", "reduction_card", "limit_card"]
    assert set(order.mail.values()) == {"simple_registered"} and list(order.mail) == list(order.documents)
