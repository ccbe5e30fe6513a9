"""Posting slips: every posted piece in the order of the numbers, two copies, sums as in the data, protected apart."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pandas as pd
import pypdfium2 as pdfium
import pytest
from small_job import JOB, person, write_job
from unit_lists import bare, pages_of, units_of

from kouki_print.job.forms import load_form
from kouki_print.job.units.handing_out import write_posting_slips
from kouki_print.job.units.slips import COPIES, read_slip_totals, slip_pages, write_slips
from kouki_print.order.load import load_order
from kouki_print.page.type.fonts import Style
from kouki_print.post.registered import check_digit, shown

LONG = "アレクサンドリナ・マリア・フェルナンデス・ロドリゲス・デ・オリベイラ・サントス・ダ・シルヴァ　様"


def posted(count: int, *, numbered: bool = True, **columns: Any) -> pd.DataFrame:
    serials = [3024680100 + at for at in range(count)]
    table = {
        "sequence": range(1, count + 1),
        "registered_number": [f"{each}{check_digit(each)}" if numbered else "" for each in serials],
        "recipient": [f"見本　{chr(0x30A2 + at)}子　様" for at in range(count)],
        "weight_cg": [4187 + 13 * (at % 3) for at in range(count)],
        "mail_service": "simple_registered",
        "postage_yen": [460 + 70 * (at % 4 == 0) for at in range(count)],
        "no_forward": [at % 5 == 0 for at in range(count)],
        "box": [at // 20 + 1 for at in range(count)],
        "position": [at % 20 + 1 for at in range(count)],
    }
    return pd.DataFrame(table | columns)


def written(
    folder: Path, styles: dict[str, Style], table: pd.DataFrame, posting: str = "", slip: str = "posting_slip"
) -> list[str]:
    job = write_job(folder / "job", job=f"{JOB}[posting]\n{posting}")
    loaded = load_order(job)
    unit = loaded.units["47213"]
    layout = load_form(slip, loaded.order, job)
    office = "見本中央郵便局"
    path = folder / "posting_slips.pdf"
    _, pages = write_slips(path, loaded.order, unit, unit.contact, office, styles, job, layout, table)
    found = pages_of(path)
    assert len(found) == pages
    return found


def numbers_on(page: str) -> list[str]:
    """The numbers of a page from top to bottom."""
    return re.findall(r"[0-9]{3}-[0-9]{2}-[0-9]{5}-[0-9]", page)


def holds(page: str, words: str) -> bool:
    return bare(words) in page


@pytest.mark.parametrize(("slip", "lines"), [("posting_slip", 15), ("posting_slip_8", 8)])
def test_every_number_and_recipient_stands_once_on_each_copy(
    tmp_path: Path, styles: dict[str, Style], slip: str, lines: int
) -> None:
    table = posted(37)
    mixed = table.sample(frac=1, random_state=1)  # the caller's order does not matter
    pages = written(tmp_path, styles, mixed, slip=slip)
    count = -(-37 // lines)
    wanted = [shown(number) for number in table["registered_number"]]
    for copy, title in enumerate(("差出票（原符）", "受領証")):
        mine = pages[copy * count : (copy + 1) * count]
        assert [number for page in mine for number in numbers_on(page)] == wanted
        assert [len(numbers_on(page)) for page in mine] == [lines] * (count - 1) + [37 - lines * (count - 1)]
        for at, page in enumerate(mine):
            assert holds(page, title) and holds(page, f"{at + 1} / {count}")
            assert holds(page, "簡易書留") and holds(page, "見本中央郵便局") and holds(page, "令和8年7月13日")
            for name in table["recipient"].iloc[at * lines : (at + 1) * lines]:
                assert holds(page, name)


def test_the_totals_are_those_of_the_data(tmp_path: Path, styles: dict[str, Style]) -> None:
    table = posted(32)
    pages = written(tmp_path, styles, table)[:3]
    for at, page in enumerate(pages):
        mine = table.iloc[at * 15 : (at + 1) * 15]
        assert holds(page, f"{len(mine)}通 {mine['postage_yen'].sum():,}円")
    assert [holds(page, "総計") for page in pages] == [False, False, True]
    assert holds(pages[-1], f"32通 {table['postage_yen'].sum():,}円")


@pytest.mark.parametrize(("slip", "lines"), [("posting_slip", 15), ("posting_slip_8", 8)])
def test_slips_are_read_back(tmp_path: Path, styles: dict[str, Style], slip: str, lines: int) -> None:
    services = ["specified_record"] * 2 * lines + ["simple_registered"] * 3
    table = posted(len(services), mail_service=services)
    pages = written(tmp_path, styles, table, slip=slip)
    layout = load_form(slip, load_order(tmp_path / "job").order, tmp_path / "job")
    counts = {"specified_record": 2 * lines, "simple_registered": 3, "none": 9, "ordinary": 40}
    assert slip_pages(counts, layout) == len(pages) == 6
    path = tmp_path / "posting_slips.pdf"
    for reader in (paper_pages(path), pdftotext_pages(path)):
        sums = [read_slip_totals(reader[at]) for at in (0, 1, 3, 5)]
        yen = table.groupby("mail_service")["postage_yen"].sum()
        small, large = (3, yen["simple_registered"]), (2 * lines, yen["specified_record"])
        assert sums == [small, small, large, large]
        for broken in (reader[2], reader[3].replace(f"{2 * lines}通", ""), ""):
            with pytest.raises(ValueError, match="totals"):
                read_slip_totals(broken)


def paper_pages(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def pdftotext_pages(path: Path) -> list[str]:
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return done.stdout.split("\f")[:-1]


def test_a_slip_has_the_sequence_and_a_line_for_the_office(tmp_path: Path, styles: dict[str, Style]) -> None:
    (page, _) = written(tmp_path, styles, posted(3, sequence=[7, 8, 1234567]))
    assert holds(page, "通し番号") and holds(page, "引受郵便局")
    assert all(holds(page, number) for number in ("0000007", "0000008", "1234567"))


def test_each_service_has_its_own_pages(tmp_path: Path, styles: dict[str, Style]) -> None:
    services = ["specified_record"] * 3 + ["simple_registered"] * 4 + ["registered"]
    pages = written(tmp_path, styles, posted(8, mail_service=services))
    assert [len(numbers_on(page)) for page in pages] == [4, 4, 1, 1, 3, 3]
    kinds = [re.findall("[1/]1(簡易書留|書留|特定記録)見本中央", page) for page in pages]
    assert kinds == [[kind] for kind in ("簡易書留", "書留", "特定記録") for _ in COPIES]
    assert all(holds(page, "1 / 1") and holds(page, "総計") for page in pages)


def test_a_weight_is_never_told_lighter_than_it_is(tmp_path: Path, styles: dict[str, Style]) -> None:
    """50.01 g costs the next step: 50.0 on the slip would look as if the wrong one was paid."""
    (page, _) = written(tmp_path, styles, posted(3, weight_cg=[5000, 5001, 4996]))
    assert re.findall(r"1－[123]000000[123](..\..)", page) == ["50.0", "50.1", "50.0"]


def test_settings_of_the_order_stand_on_the_slip(tmp_path: Path, styles: dict[str, Style]) -> None:
    posting = (
        'recipient = "number"\nsender = "insurer"\napproval = "見本郵便局承認第12号"\nindemnity = "5万"\n'
    )
    (page, _) = written(tmp_path, styles, posted(2), posting)
    assert holds(page, "0000001") and not holds(page, "見本　ア子　様")
    assert holds(page, "承認第12号") and page.count("5万") == 2
    assert holds(page, "沖縄県後期高齢者医療広域連合") and not holds(page, "うるま市")


def test_without_a_number_there_is_room_for_the_label(tmp_path: Path, styles: dict[str, Style]) -> None:
    pages = written(tmp_path, styles, posted(16, numbered=False))
    assert [numbers_on(page) for page in pages] == [[]] * 4
    assert holds(pages[0], "見本　ア子　様")


def test_a_long_name_is_shortened_and_stays_in_its_column(tmp_path: Path, styles: dict[str, Style]) -> None:
    table = posted(2, recipient=[LONG * 2, "\ue000城　二　様"])
    (page, _) = written(tmp_path, styles, table)
    assert "アレクサンドリナ" in page and "…" in page and "〓城" in page


def test_other_programs_open_the_file(tmp_path: Path, styles: dict[str, Style]) -> None:
    written(tmp_path, styles, posted(20))
    path = tmp_path / "posting_slips.pdf"
    for words in (["qpdf", "--check", path], ["pdftotext", path, tmp_path / "out.txt"]):
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert not done.stderr


def test_the_same_pieces_give_the_same_bytes(tmp_path: Path, styles: dict[str, Style]) -> None:
    for name in ("a", "b"):
        written(tmp_path / name, styles, posted(20))
    a, b = ((tmp_path / name / "posting_slips.pdf").read_bytes() for name in ("a", "b"))
    assert a == b


# --- a unit of a job

ELSEWHERE = {
    "mail_kind": "全て",
    "mail_postcode": "904-2215",
    "mail_address": "うるま市みどり町二丁目２番",
    "mail_name": "隠岐　花子",
}
PEOPLE = [
    person(1, name="見本　一郎"),
    person(2, name="見本　二郎"),
    person(3, name="隠岐　花子", protected="1", **ELSEWHERE),
    person(4, name="見本　四郎", pickup="1"),
]
FIRST = 30246801350
NUMBERS = f"47213,{FIRST // 10}{check_digit(FIRST // 10)},{FIRST // 10 + 99}{check_digit(FIRST // 10 + 99)}\n"


def test_protected_people_are_on_a_slip_of_their_own(tmp_path: Path) -> None:
    tools, units = units_of(tmp_path, PEOPLE, numbers=NUMBERS)
    task = units["47213"]
    write_posting_slips(tools, task)
    general, sealed = (
        pages_of(task.own / "posting/posting_slips.pdf"),
        pages_of(task.own / "sealed/posting_slips.pdf"),
    )
    assert [len(numbers_on(page)) for page in general + sealed] == [2, 2, 1, 1]
    assert all(holds(page, "隠岐") for page in sealed)
    assert not any(holds(page, "隠岐") or holds(page, "四郎") for page in general)
    everyone = task.pieces["registered_number"]
    told = numbers_on(general[0]) + numbers_on(sealed[0])
    assert told == [shown(number) for number in everyone if number], "voided or handed over: no line"


def test_a_unit_that_posts_nothing_with_a_number_has_no_slips(tmp_path: Path) -> None:
    tools, units = units_of(tmp_path, PEOPLE, answers={"47213": {"郵送": "しない", "受渡方法": "窓口"}})
    write_posting_slips(tools, units["47213"])
    assert not list((tmp_path / "out").rglob("*.pdf"))
