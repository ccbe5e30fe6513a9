"""What each document carries: the items of its kind, all of them and no other, on the page of the right person."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pypdfium2 as pdfium
import pytest
import zxingcpp
from line_fixtures import Finished, finished
from small_job import JOB, number, person, write_job
from test_page_fields import fields_of

from kouki_print.page.art import cuts
from kouki_print.page.family import with_family
from kouki_print.page.layouts.file import load_layout

ADDRESS = {"to_name", "to_postcode", "to_place", "piece_number"}
IDENTITY = {"insured_number", "name", "sex", "birth_date", "card_address", "insurer_number"}
DATES = {"valid_until", "issued_on"}
RATIO = {"copay", "copay_before", "effective_on", "qualified_on"}
OPTIONAL = {"limit", "limit_effective_on", "long_stay_on", "disease", "disease_effective_on"}
CATEGORY = {"category", "category_effective_on", "printed_on"}
ITEMS = {
    "certificate_mount": ADDRESS | IDENTITY | DATES | RATIO | OPTIONAL,
    "certificate_card": ADDRESS | IDENTITY | DATES | RATIO | OPTIONAL,
    "insurance_card": ADDRESS | IDENTITY | DATES | RATIO,
    "reduction_card": IDENTITY | DATES | CATEGORY | {"category_long_stay_on"},
    "limit_card": IDENTITY | DATES | CATEGORY,
    "disease_card": IDENTITY | {"issued_on", "disease_name", "disease_name_effective_on"},
    "kenpo_card": ADDRESS | DATES
    | {"insured_number", "name", "sex", "birth_date", "qualified_on", "copay", "insurer_number"},
    "notice": ADDRESS | RATIO | {"insured_number", "name", "birth_date", "insurer_number", "issued_on"},
}  # fmt: skip
CARDS = [name for name in ITEMS if name not in ("notice", "kenpo_card")]
QR = zxingcpp.BarcodeFormat.QRCode
URL = "https://www.example.jp/kouki/"
R05 = JOB.replace('preset = "r08"', 'preset = "r05"').replace("[insurer]", f'[insurer]\nurl = "{URL}"')
R05 = R05.replace("issued_on", "printed_on = 2026-07-03\nissued_on")


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """減額証 of 区分Ⅱ with a long stay, 限度証, 被保険者証 alone.  Read-only."""
    folder = tmp_path_factory.mktemp("pages")
    low = {"category": "区分Ⅱ", "limit_effective_on": "20251101", "long_stay_on": "20251201"}
    people = [
        person(1, reduction_card="1", **low),
        person(2, limit_card="1", category="現役Ⅰ", copay="3"),
        person(3),
    ]
    return finished(write_job(folder / "job", people, R05), folder / "out")


def pages_of(job: Finished, count: int) -> Iterator[pdfium.PdfPage]:
    """The pages of a person's sheets, front and back in turn."""
    wanted = next(line["piece_id"] for line in job.register() if line["insured_number"] == number(count))
    piece = next(each for each in job.all_pieces() if each["piece_id"] == wanted)
    (file,) = job.out.glob(f"vendor/*/{piece['print_pdf']}")
    first = int(piece["print_page"]) - 1
    with pdfium.PdfDocument(file) as pdf:
        for page in range(first, first + 2 * int(piece["sheets"])):
            yield pdf[page]


def texts_of(job: Finished, count: int) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pages_of(job, count)]


@pytest.mark.parametrize("name", ITEMS)
def test_a_document_carries_its_items_and_no_other(name: str) -> None:
    layout = load_layout(name)
    assert {item.bind for side in layout.sides() for item in side.field} == ITEMS[name]


@pytest.mark.parametrize("name", CARDS)
def test_a_card_has_its_seal_and_eight_boxes_for_the_insurer(name: str) -> None:
    front = load_layout(name).front
    (seal,) = front.image
    assert (seal.asset, seal.missing) == ("seal", "印") and seal.width >= 5.6
    digits = next(item for item in front.field if item.bind == "insurer_number")
    upright = {line.x1 for line in front.line if line.x1 == line.x2 and line.y1 < digits.y < line.y2}
    assert sorted(upright) == pytest.approx([digits.x + cell * digits.pitch for cell in range(9)])


def test_the_reduction_card_says_what_the_person_has(job: Finished) -> None:
    first, _, second, _ = texts_of(job, 1)
    assert "後期高齢者医療被保険者証" in first and "減額認定証" in second
    for words in ("見本　花子", "うるま市みどり町一丁目1番1号", "区分Ⅱ", "昭和16年 7月 5日"):
        assert words in second
    for day in (
        "令和7年11月 1日",
        "令和7年12月 1日",
        "令和8年 7月 3日",
        "令和8年 8月 1日",
    ):  # 発効・長期・発行・交付
        assert day in second
    assert "様" not in second and "904-2215" not in second, "nothing of the person for the window"


def test_the_number_of_the_piece_can_be_read_in_the_window(job: Finished) -> None:
    """Labels and boxes are matched by hand with it; a second sheet shows it in its code only."""
    for count in (1, 2, 3):
        wanted = next(line["piece_id"] for line in job.register() if line["insured_number"] == number(count))
        first, *others = texts_of(job, count)
        assert wanted[-7:] in first.split()
        assert not [text for text in others if wanted[-7:] in text.split()]


def test_the_limit_card_has_no_long_stay(job: Finished) -> None:
    _, _, second, _ = texts_of(job, 2)
    assert "限度額適用認定証" in second and "減額" not in second and "長期入院" not in second
    assert "現役Ⅰ" in second and "令和8年 8月 1日" in second


def test_only_who_has_one_gets_a_second_sheet(job: Finished) -> None:
    assert [len(texts_of(job, count)) for count in (1, 2, 3)] == [4, 4, 2]


def test_the_back_leads_to_the_page_of_the_union(job: Finished, tmp_path: Path) -> None:
    front, back = (
        {code.text for code in zxingcpp.read_barcodes(page.render(scale=200 / 72).to_numpy(), QR)}
        for page in pages_of(job, 3)
    )
    assert URL in back and URL not in front
    assert "ホームページ" in texts_of(job, 3)[1]
    plain = R05.replace(f'url = "{URL}"\n', "")
    without = finished(write_job(tmp_path / "job", [person(3)], plain), tmp_path / "out")
    _, text = texts_of(without, 3)
    assert "ホームページ" not in text


def test_what_a_second_sheet_says_does_not_depend_on_what_was_asked_for(tmp_path: Path) -> None:
    people = [
        person(1, category="区分Ⅱ", long_stay_on="20251201", disease="A;C", disease_effective_on="20240501"),
        person(2, category="一般Ⅱ", copay="2", long_stay_on="20251201"),
    ]
    texts = fields_of(tmp_path, people).texts
    assert texts["limit"].tolist() == texts["disease"].tolist() == ["", ""]
    assert texts["category"].tolist() == ["区分Ⅱ", ""]
    assert texts["category_long_stay_on"].tolist() == ["令和7年12月 1日", ""]
    assert texts["category_effective_on"].tolist()[0] == "令和8年 8月 1日", "the certificate's own day"
    assert texts["printed_on"].tolist() == texts["issued_on"].tolist()
    assert texts["disease_name"].tolist() == [
        "人工腎臓を実施している慢性腎不全\n抗ウイルス剤を投与している後天性免疫不全症候群",
        "",
    ]


@pytest.mark.parametrize(
    ("setting", "born", "qualified"),
    [
        ("", "昭和5年 7月 5日", "平成1年12月 1日"),
        ("gannen = true", "昭和5年 7月 5日", "平成元年12月 1日"),
        ('padding = "none"', "昭和5年7月5日", "平成1年12月1日"),
        ('padding = "blank_year"\ngannen = true', "昭和 5年 7月 5日", "平成 元年12月 1日"),
    ],
)
def test_dates_are_written_as_the_order_says(tmp_path: Path, setting: str, born: str, qualified: str) -> None:
    people = [person(birth_date="3050705", qualified_on="19891201")]
    texts = fields_of(tmp_path, people, f"{JOB}[date]\n{setting}\n").texts
    assert (texts["birth_date"][0], texts["qualified_on"][0]) == (born, qualified)


def test_the_first_empty_row_of_a_household_is_closed(tmp_path: Path) -> None:
    people = [person(1), person(2, name="見本　太郎"), person(3)]
    relation = pd.Series(["member", "dependant", "member"])
    fields = with_family(fields_of(tmp_path, people), relation, np.array([0, 0, 2]))
    rows = [fields.texts[f"family_{row}_name"].tolist() for row in (1, 2, 3)]
    assert rows == [["見本　花子", "", "見本　花子"], ["見本　太郎", "", "以下余白"], ["以下余白", "", ""]]


def test_perforations_lie_behind_each_other() -> None:
    """A card cut out on the left of the front is on the right of the back."""
    layout = load_layout("certificate_mount")
    front, back = (
        {(left, right) for left, top, right, bottom in cuts(layout, back=back) if top == bottom}
        for back in (False, True)
    )
    assert front == {(41, 169), (20, 106)} and back == {(41, 169), (104, 190)}
