"""The index of a unit's pieces: the order of kana, and files that Excel opens without harm."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from small_job import take_in

from kouki_print.handover.kana_order import kana_rank
from kouki_print.handover.long_sheet import Column, LongSheet, long_book
from kouki_print.handover.piece_index import BOOK, BY_KANA, BY_SEQUENCE, write_index
from kouki_print.handover.workbook import Heading
from kouki_print.order.models import Order

HEADING = Heading("令和8年度 年次切替", "見本広域連合", pd.Timestamp("2026-06-20").date())


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    return take_in(tmp_path_factory.mktemp("job"), [])[1].order


def pieces(*changes: dict[str, object]) -> pd.DataFrame:
    """Pieces of a unit in sequence, right in everything except the changes."""
    right = {
        "insured_number": "00123456", "name": "見本　花子", "kana": "ミホン　ハナコ", "to_name": "見本　花子",
        "birth_date": pd.Timestamp("1941-07-05"), "postcode": "9042215", "to_address": "うるま市みどり町1",
        "to_building": "", "to_care_of": "", "to_via": "", "delivery_rule": "registered",
        "document": "certificate", "set_code": "A", "registered_number": "", "mail_service": "simple_registered",
        "no_forward": False, "pickup": False, "by_hand": False, "people": 1, "others": "", "bundle": 1,
    }  # fmt: skip
    rows = [
        {**right, "sequence": at, "box": (at - 1) // 2 + 1, "position": (at - 1) % 2 + 1, **change}
        for at, change in enumerate(changes, start=1)
    ]
    return pd.DataFrame(rows)


def names(*texts: str) -> list[dict[str, object]]:
    return [{"kana": text, "name": text, "to_name": text} for text in texts]


def lines(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode(encoding), newline="")))


def in_order(*kana: str) -> list[str]:
    rank = kana_rank(list(kana))
    return [kana[at] for at in np.argsort(rank, kind="stable")]


@pytest.mark.parametrize(
    "rising",
    [
        ("アカ　イチ", "イハ　イチ", "カキノハナ　イチ", "サキマ　イチ", "ンジャナ　イチ"),
        ("オオ　ロク", "オオシロ　イチ"),  # all of a family stand together
        ("キン　ワカ", "キンジョウ　アキ"),
        ("ハマタ　ワカ", "ハマダ　アキ", "ハマタカ　アキ"),  # 濁点 after plain, before a longer name
        ("カ　ハ", "カ　バ", "カ　パ", "カ　ハア"),
        ("カ　シヨウ", "カ　ショウ", "カ　シヨウイチ"),  # small kana after plain
        ("カ　オオタ", "カ　オータ", "カ　オオタケ"),  # a long vowel sounds like the vowel
        ("ヒガ　サチ", "ヒガ　ジロウ", "ヒガ　セツ"),
        ("ワタ　イチ", "Smith　John", ""),  # Latin letters, then who has no kana
    ],
)
def test_kana_are_sorted_as_a_clerk_looks_for_them(rising: tuple[str, ...]) -> None:
    assert in_order(*reversed(rising)) == list(rising)


def test_ways_of_writing_a_name_make_no_difference() -> None:
    """Half-width and full-width, hiragana, decomposed marks, kinds of blanks and of long vowels."""
    rank = kana_rank(
        [
            "ヒガ　ショーコ",
            "ﾋｶﾞ ｼｮｰｺ",
            "ひが　しょーこ",
            "ヒカ\u3099 ショ-コ",
            "ヒカ゛　ショーコ",
            " ヒガ　　ショ－コ ",
        ]
    )
    assert len(set(rank.tolist())) == 1


def test_people_of_one_reading_are_sorted_by_name_birth_and_sequence(tmp_path: Path, order: Order) -> None:
    older = {"birth_date": pd.Timestamp("1930-01-02")}
    table = pieces({"name": "渡"}, {"name": "亘"}, {}, older, {})
    write_index(tmp_path, order, HEADING, "うるま市", table)
    assert [line["通し番号"] for line in lines(tmp_path / BY_KANA)] == ["2", "1", "4", "3", "5"]
    assert [line["通し番号"] for line in lines(tmp_path / BY_SEQUENCE)] == ["1", "2", "3", "4", "5"]
    assert lines(tmp_path / BY_KANA)[2]["生年月日"] == "昭和5年1月2日"
    assert lines(tmp_path / BY_KANA)[2]["生年月日（西暦）"] == "1930-01-02"


def test_the_book_has_every_piece_once_in_both_orders(tmp_path: Path, order: Order) -> None:
    write_index(tmp_path, order, HEADING, "うるま市", pieces(*names("ワタ", "アカ", "カナ")))
    book = openpyxl.load_workbook(tmp_path / BOOK)
    found = {}
    for sheet in book:
        head, *rows = list(sheet.iter_rows(min_row=6, values_only=True))
        found[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
        assert sheet.print_title_rows == "$6:$6" and sheet.freeze_panes == "A7"
        assert sheet.auto_filter.ref.endswith("9") and sheet.print_area.endswith("$K$9")
        assert sheet.page_setup.orientation == "landscape" and "&P" in sheet.oddFooter.center.text
    assert [row["氏名カナ"] for row in found["カナ順"]] == ["アカ", "カナ", "ワタ"]
    assert [row["通し番号"] for row in found["カナ順"]] == [2, 3, 1]
    assert [row["通し番号"] for row in found["通し番号順"]] == [1, 2, 3]
    assert "位置は、箱の1列目の手前から数えて何通目か（2列目" in book["カナ順"]["A3"].value
    assert [(row["箱"], row["位置"]) for row in found["通し番号順"]] == [(1, 1), (1, 2), (2, 1)]


def test_ids_keep_their_zeros_and_nothing_is_a_formula(tmp_path: Path, order: Order) -> None:
    strange = ["=1+1", "＋1", "-2", "@A1", "<b>&\"'", "改\n行", "鈴\x0b"]
    write_index(tmp_path, order, HEADING, "うるま市", pieces(*names(*strange)))
    sheet = openpyxl.load_workbook(tmp_path / BOOK)["通し番号順"]
    heads = [cell.value for cell in sheet[6]]
    cells = {head: [sheet.cell(7 + row, at).value for row in range(7)] for at, head in enumerate(heads, 1)}
    types = {
        cell.data_type for row in sheet.iter_rows(min_row=7) for cell in row if isinstance(cell.value, str)
    }
    assert types == {"s"}
    assert cells["氏名"] == [*strange[:-1], "鈴〓"]
    assert set(cells["被保険者番号"]) == {"00123456"} and set(cells["郵便番号"]) == {"904-2215"}
    shown = [line["氏名"] for line in lines(tmp_path / BY_SEQUENCE)]
    assert shown[:4] == ["'=1+1", "'＋1", "'-2", "'@A1"]


def test_csv_for_excel_and_for_a_code_page(tmp_path: Path, order: Order) -> None:
    write_index(tmp_path, order, HEADING, "うるま市", pieces(*names("𠮷田")))
    assert (tmp_path / BY_KANA).read_bytes().startswith("\ufeff氏名カナ,氏名,被保険者番号".encode())
    write_index(tmp_path, order, HEADING, "うるま市", pieces(*names("𠮷田")), "cp932")
    assert lines(tmp_path / BY_KANA, "cp932")[0]["氏名"] == "〓田"


def test_remarks_tell_what_to_look_at(tmp_path: Path, order: Order) -> None:
    other = {"delivery_rule": "資格"}
    table = pieces(
        {},
        {"pickup": True, "by_hand": True},
        other,
        {**other, "to_via": "後見人　守"},
        {"to_care_of": "比嘉"},
        {"to_name": "見本　太郎"},
        {
            "people": 3,
            "others": "見本　一、見本　二",
            "delivery_rule": "employer",
            "to_via": "見本　様のご家族",
        },
        {"kana": ""},
    )
    write_index(tmp_path, order, HEADING, "うるま市", table)
    found = lines(tmp_path / BY_SEQUENCE)
    assert [line["備考"] for line in found] == [
        "",
        "窓口交付、手書きあり",
        "送付先の指定あり",
        "送付先は 後見人　守",
        "様方は 比嘉",
        "宛名は 見本　太郎",
        "見本　様のご家族、3人分（ほか 見本　一、見本　二）",
        "カナなし",
    ]
    assert (found[1]["窓口交付"], found[1]["手書き"], found[0]["窓口交付"]) == ("○", "○", "")
    assert lines(tmp_path / BY_KANA)[-1]["備考"] == "カナなし"


def test_a_unit_without_open_pieces_has_empty_lists(tmp_path: Path, order: Order) -> None:
    write_index(tmp_path, order, HEADING, "うるま市", pieces({}).iloc[:0])
    assert lines(tmp_path / BY_KANA) == []
    assert openpyxl.load_workbook(tmp_path / BOOK)["カナ順"].max_row == 6  # heads alone


def test_long_texts_get_higher_rows_and_the_same_bytes() -> None:
    texts = pa.array(["短い", "長い" * 30], type=pa.large_string())
    sheet = LongSheet(
        "一覧", (), (Column("名", 20, "wrap", texts), Column("箱", 8, "big", np.array([1, 2]))), 1
    )
    data = long_book(HEADING, "見本", [sheet])
    assert data == long_book(HEADING, "見本", [sheet])
    made = openpyxl.load_workbook(io.BytesIO(data))["一覧"]
    assert made.row_dimensions[4].height == 24 and made.row_dimensions[5].height > 100
    assert made["B4"].font.bold and made["B4"].font.size == 16
