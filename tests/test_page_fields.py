"""What is printed of a person: honorific once, lines of the address, era dates, flags."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_job import JOB, person, take_in

from kouki_print.intake.load import read_export
from kouki_print.order.load import load_order
from kouki_print.page.fields import PageFields, page_fields
from kouki_print.select.decide import decide


def fields_of(folder: Path, people: list[dict[str, str]], job: str = JOB) -> PageFields:
    intake, order = take_in(folder, people, job)
    return page_fields(intake.people, decide(intake.people, intake.findings, order).decided, order.order)


def one(folder: Path, **changes: str) -> dict[str, str]:
    return {
        str(name): column.iloc[0] for name, column in fields_of(folder, [person(**changes)]).texts.items()
    }


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("見本　花子", "見本　花子　様"),
        ("見本　花子様", "見本　花子　様"),
        ("見本　花子　様", "見本　花子　様"),
        ("様似　花子", "様似　花子　様"),
    ],
)
def test_the_honorific_stands_exactly_once(tmp_path: Path, name: str, printed: str) -> None:
    assert one(tmp_path, name=name)["to_name"] == printed


@pytest.mark.parametrize(
    ("care_of", "line"),
    [
        ("山田　太郎", "山田　太郎様方"),
        ("山田　太郎様", "山田　太郎様方"),
        ("山田　太郎様方", "山田　太郎様方"),
        ("山田　太郎方", "山田　太郎様方"),
        ("山田方", "山田様方"),
        ("緒方", "緒方様方"),  # a family name, not 「緒様方」
        ("緒方様方", "緒方様方"),
        ("東土方様", "東土方様方"),
    ],
)
def test_another_house_is_named_once(tmp_path: Path, care_of: str, line: str) -> None:
    place = one(tmp_path, care_of=care_of)["to_place"].split("\n")
    assert place == ["うるま市みどり町一丁目1番1号", line]


def test_the_insured_name_never_disappears(tmp_path: Path) -> None:
    """A guardian gets a line of its own; the document keeps the registered name."""
    texts = one(
        tmp_path, mail_kind="全て", mail_postcode="900-0021", mail_address="那覇市泉崎1", mail_building="県庁２階",
        mail_name="成年後見人　比嘉　守", care_of="金城",
    )  # fmt: skip
    assert texts["to_name"] == "見本　花子　様"
    assert texts["name"] == "見本　花子"
    assert texts["to_place"].split("\n") == ["那覇市泉崎1", "県庁２階", "成年後見人　比嘉　守　金城様方"]
    assert texts["to_postcode"] == "〒900-0021"


def test_dates_and_ratio_are_as_people_read_them(tmp_path: Path) -> None:
    texts = one(tmp_path)
    assert texts["birth_date"].replace(" ", "") == "昭和16年7月5日"
    assert texts["effective_on"].replace(" ", "") == "令和8年8月1日"
    assert texts["valid_until"].replace(" ", "") == "令和9年7月31日"
    assert texts["copay"] == "１割"


def test_limit_and_disease_only_where_they_apply(tmp_path: Path) -> None:
    shown = {"limit_shown": "1", "limit_effective_on": "20260801", "long_stay_on": "20260701"}
    people = [
        person(1, category="区分Ⅱ", **shown),
        person(2, category="一般Ⅰ", **shown),
        person(3, category="区分Ⅰ", limit_shown="0", limit_effective_on="20260801"),
        person(
            4, disease="A;C", disease_effective_on="20250401", limit_shown="1", limit_effective_on="20260801"
        ),
        person(5, disease="A;C", disease_effective_on="20250401"),
    ]
    fields = fields_of(tmp_path, people)
    assert fields.texts["limit"].tolist() == ["区分Ⅱ", "", "", "", ""]
    assert [bool(text) for text in fields.texts["limit_effective_on"]] == [True, False, False, False, False]
    assert [bool(text) for text in fields.texts["long_stay_on"]] == [True, False, False, False, False]
    assert fields.texts["disease"].tolist() == ["", "", "", "A・C", ""]
    assert fields.flags["limit_shown"].tolist() == [True, False, False, False, False]


def test_fields_of_some_people_in_another_order(tmp_path: Path) -> None:
    fields = fields_of(
        tmp_path,
        [
            person(count, name=f"見本　{name}", no_forward=str(count % 2))
            for count, name in ((1, "一"), (2, "二"), (3, "三"))
        ],
    )
    some = fields.take(np.array([2, 0]))
    assert some.texts["name"].tolist() == ["見本　三", "見本　一"]
    assert some.flags["no_forward"].tolist() == [True, True]


def test_nobody(tmp_path: Path) -> None:
    intake, order = take_in(tmp_path, [person()], JOB)
    none = intake.people.iloc[:0]
    decided = decide(intake.people, intake.findings, order).decided.iloc[:0]
    assert len(page_fields(none, decided, order.order).texts) == 0


def test_same_fields_from_the_same_folder(tmp_path: Path) -> None:
    first = fields_of(tmp_path, [person()])
    order = load_order(tmp_path)
    intake = read_export(order, tmp_path)
    again = page_fields(intake.people, decide(intake.people, intake.findings, order).decided, order.order)
    assert first.texts.equals(again.texts)


EARLY = {"copay": "1", "previous_copay": "2", "usable_early": "1"}


@pytest.mark.parametrize(
    ("cells", "card", "printed"),
    [
        (EARLY, "", "（令和8年7月31日までは２割）"),
        ({**EARLY, "usable_early": "0"}, "", ""),
        ({**EARLY, "usable_early": "0"}, "early_use = true", "（令和8年7月31日までは２割）"),
        ({**EARLY, "previous_copay": "1"}, "", ""),
        ({**EARLY, "previous_copay": ""}, "", ""),
        ({**EARLY, "effective_on": "20260701"}, "", ""),  # in force before the piece is posted
    ],
)
def test_the_old_ratio_stands_in_brackets_with_its_last_day(
    tmp_path: Path, cells: dict[str, str], card: str, printed: str
) -> None:
    fields = fields_of(tmp_path, [person(**cells)], JOB + f"[card]\n{card}\n")
    assert fields.texts["copay_before"].tolist() == [printed]


def test_the_mask_stands_where_an_optional_item_is_not_printed(tmp_path: Path) -> None:
    shown = {"limit_shown": "1", "limit_effective_on": "20260801", "category": "区分Ⅰ"}
    ill = {"disease": "B", "disease_effective_on": "20250401"}
    people = [person(1, **shown, **ill), person(2, **ill), person(3)]
    texts = fields_of(tmp_path, people, JOB + '[card]\noptional_mask = "＊"\n').texts
    assert texts["limit"].tolist() == ["区分Ⅰ", "＊", "＊"]
    assert texts["disease"].tolist() == ["B", "＊", "＊"]
    assert texts["long_stay_on"].tolist() == ["＊"] * 3
    assert texts["disease_effective_on"].tolist()[1:] == ["＊", "＊"]
    always = fields_of(tmp_path, people, JOB + '[card]\ndisease_shown = "always"\n').texts
    assert always["disease"].tolist() == ["B", "B", ""] and always["limit"].tolist() == ["区分Ⅰ", "", ""]


def test_sex_and_address_only_when_the_order_says_so(tmp_path: Path) -> None:
    people = [person(1, building="コーポ"), person(2, sex="")]
    plain = fields_of(tmp_path, people).texts
    assert plain["sex"].tolist() == ["", ""] and plain["card_address"].tolist() == ["", ""]
    texts = fields_of(tmp_path, people, JOB + "[card]\nshow_sex = true\nshow_address = true\n").texts
    assert texts["sex"].tolist() == ["女", ""]
    assert texts["card_address"].tolist() == [
        "うるま市みどり町一丁目1番1号\nコーポ",
        "うるま市みどり町一丁目1番1号",
    ]
