"""Pieces of two personalised sheets (証と減額証): codes, records, order after cutting, and the read-back."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from made_lot import Made, make_from
from small_job import JOB, person, write_job

ORDER = (
    JOB.replace('"r08"', '"r05"').replace("OKR08", "OKR05").replace("2026", "2023").replace("2027", "2024")
)


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Seven people of one municipality; the third and the sixth have a 減額証 as well."""
    people = [
        person(
            count,
            data_on="20230620",
            name=f"見本　{'一二三四五六七'[count - 1]}郎",
            address=f"うるま市みどり町{count}丁目1番1号",
            effective_on="20230801",
            category="区分Ⅱ" if count % 3 == 0 else "一般Ⅰ",
            reduction_card="1" if count % 3 == 0 else "0",
        )
        for count in range(1, 8)
    ]
    folder = tmp_path_factory.mktemp("pairs")
    return make_from(write_job(folder / "job", people, ORDER), folder / "out")


def test_each_sheet_says_which_of_how_many_it_is(pairs: Made) -> None:
    numbers = [re.findall(r"-(\d\d)-C", code)[0] for code in pairs.tasks[0].matching_codes]
    assert numbers == ["11", "11", "12", "22", "11", "11", "12", "22", "11"]
    assert pairs.prepared.plan["sheets"].tolist() == [1, 1, 2, 1, 1, 2, 1]
    assert pairs.prepared.plan["print_page"].tolist() == [1, 3, 5, 9, 11, 13, 17]
    assert pairs.tasks[0].lot.sheets == 9


def test_both_sheets_show_the_same_person(pairs: Made) -> None:
    task = pairs.tasks[0]
    with pdfium.PdfDocument(pairs.single()) as document:
        assert len(document) == 18
        for at, (sheet, number) in enumerate(
            zip(pairs.pieces(), task.fields.texts["insured_number"], strict=True)
        ):
            text = document[2 * at].get_textpage().get_text_range()
            assert number in "".join(text.split())
            assert ("適用区分" in "".join(text.split())) == (sheet.document == "reduction_card")


def test_a_record_is_a_piece_with_all_its_pages(pairs: Made) -> None:
    with pikepdf.open(pairs.single()) as pdf:
        lot = pdf.Root.DPartRoot.DPartRootNode.DParts[0][0]
        pages = {page.objgen: at for at, page in enumerate(pdf.pages)}
        found = [
            (int(leaf.DPM.Rec.Seq), pages[leaf.Start.objgen], pages[leaf.End.objgen])
            for inner in lot.DParts
            for leaf in inner
        ]
        assert [seq for seq, *_ in found] == list(range(1, 8))
        assert [last - first + 1 for _, first, last in found] == [2, 2, 4, 2, 2, 4, 2]
        for at, page in enumerate(pdf.pages):
            owner = next(leaf for inner in lot.DParts for leaf in inner if leaf.objgen == page.DPart.objgen)
            assert pages[owner.Start.objgen] <= at <= pages[owner.End.objgen]


def test_cut_and_stacked_the_sheets_of_a_piece_follow_each_other(pairs: Made) -> None:
    imposition = pairs.kit.imposition
    table = imposition.table(2 * 9)
    piles = np.concatenate([table[:, 0, slot] for slot in range(imposition.up)])
    stacked = [pairs.tasks[0].piece_ids[page // 2] for page in piles.tolist() if page]
    assert [piece for piece, _ in groupby(stacked)] == pairs.prepared.plan["piece_id"].tolist()


def test_the_read_back_finds_nothing(pairs: Made) -> None:
    assert pairs.differences() == []


def test_sheets_of_two_pieces_exchanged_are_found(pairs: Made, tmp_path: Path) -> None:
    """The second sheets of two people in each other's envelope: a stranger's data in a letter box."""
    swapped = tmp_path / "swapped.pdf"
    with pikepdf.open(pairs.single()) as pdf:
        one, other = pdf.pages[6].obj, pdf.pages[14].obj
        one.Contents, other.Contents = other.Contents, one.Contents
        pdf.save(swapped)
    found = pairs.differences(single=swapped)
    assert {each.page for each in found} == {7, 15}
    assert any("照合コード" in each.what for each in found)
    assert any("insured_number" in each.what for each in found)
