"""Cells of one person: typed columns, and every wrong cell held with its code and column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_job import JOB, number, person, take_in

from kouki_print.intake.characters import check_characters
from kouki_print.intake.problems import PROBLEMS

LIMIT = {"category": "区分Ⅱ", "limit_shown": "1", "limit_effective_on": "20260801"}
MAIL = {"mail_kind": "資格", "mail_postcode": "900-8585", "mail_address": "那覇市泉崎1-1-1"}


def test_typed_columns(tmp_path: Path) -> None:
    cells = person(
        municipality_code="472131", postcode="904-2215", sex="女", disease="C; A", unissued_reasons="3;2b",
        mail_until="99991231", no_forward="0", document_given="2", name=" 見本　花子　",
    )  # fmt: skip
    people = take_in(tmp_path, [cells, person(2)])[0].people
    first = people.iloc[0]
    assert (
        first["municipality_code"] == "47213" and first["postcode"] == "9042215" and first["sex"] == "female"
    )
    assert first["disease"] == "A;C" and first["unissued_reasons"] == "2b;3" and first["name"] == "見本　花子"
    assert first["document_given"] == "notice" and people["no_forward"].tolist() == [0, -1]
    assert people["used_12m"].tolist() == [12, 12] and people["previous_copay"].tolist() == [0, 0]
    assert people["mail_until"].to_numpy().astype("datetime64[D]").astype(str).tolist() == [
        "9999-12-31",
        "NaT",
    ]
    kinds = {str(people[key].dtype) for key in ("birth_date", "copay", "linked", "address")}
    assert kinds == {"datetime64[s]", "int64", "bool", "str"}
    assert not people.select_dtypes("str").isna().any().any()


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"name": ""}, "REQUIRED_EMPTY", "氏名"),
    ({"name": "　"}, "REQUIRED_EMPTY", "氏名"),
    ({"birth_date": ""}, "REQUIRED_EMPTY", "生年月日"),
    ({"address": ""}, "REQUIRED_EMPTY", "住所"),
    ({"insured_number": ""}, "REQUIRED_EMPTY", "被保険者番号"),
    ({"copay": ""}, "PRINTED_EMPTY", "負担割合"),
    ({"qualified_on": ""}, "PRINTED_EMPTY", "資格取得年月日"),
    ({"effective_on": ""}, "PRINTED_EMPTY", "発効期日"),
    ({"insured_number": "1234567"}, "NUMBER_FORM", "被保険者番号"),
    ({"insured_number": "1234567A"}, "NUMBER_FORM", "被保険者番号"),
    ({"insured_number": "12345678"}, "NUMBER_CHECK", "被保険者番号"),
    ({"insurer_number": "39472138"}, "INSURER_CHECK", "保険者番号"),
    ({"insurer_number": "3947213"}, "INSURER_CHECK", "保険者番号"),
    ({"insurer_number": "39472014"}, "INSURER_MISMATCH", "保険者番号"),
    ({"municipality_code": "13101"}, "UNKNOWN_MUNICIPALITY", "市町村コード"),
    ({"municipality_code": "472132"}, "UNKNOWN_MUNICIPALITY", "市町村コード"),
    ({"birth_date": "19410230"}, "DATE_BAD", "生年月日"),
    ({"birth_date": "3160000"}, "DATE_BAD", "生年月日"),
    ({"expires_on": "R9.7.31"}, "DATE_BAD", "有効期限"),
    ({"birth_date": "20260621", "qualified_on": "20260701"}, "BIRTH_FUTURE", "生年月日"),
    ({"qualified_on": "20260802"}, "DATE_ORDER", "資格取得年月日"),
    ({"effective_on": "20270801"}, "AFTER_SWITCH", "発効期日"),
    ({"effective_on": "20260802"}, "AFTER_SWITCH", "発効期日"),
    ({"birth_date": "19100801"}, "AGE_UNLIKELY", "生年月日"),
    ({"birth_date": "19610802"}, "AGE_UNLIKELY", "生年月日"),
    ({"expires_on": "20270801"}, "EXPIRY_LATER", "有効期限"),
    ({**LIMIT, "limit_effective_on": "20270801"}, "AFTER_EXPIRY", "限度区分発効期日"),
    ({**LIMIT, "long_stay_on": "20270801"}, "AFTER_EXPIRY", "長期入院該当年月日"),
    ({"disease": "A", "disease_effective_on": "20270801"}, "AFTER_EXPIRY", "特定疾病発効期日"),
    (
        {**LIMIT, "limit_effective_on": "20261201", "expires_on": "20261130"},
        "AFTER_EXPIRY",
        "限度区分発効期日",
    ),
    ({"effective_on": "20270201", "expires_on": "20270131"}, "DATE_ORDER", "発効期日"),
    ({"effective_on": "20250801", "expires_on": "20260731"}, "EXPIRY_PAST", "有効期限"),
    ({"copay": "4"}, "CODE_BAD", "負担割合"),
    ({"sex": "3"}, "CODE_BAD", "性別"),
    ({"welfare": "2"}, "CODE_BAD", "生活保護"),
    ({"linked": "１"}, "CODE_BAD", "マイナ保険証登録"),
    ({"no_forward": "x"}, "CODE_BAD", "転送不要"),
    ({"used_12m": "-1"}, "CODE_BAD", "利用回数１年"),
    ({"document_given": "3"}, "CODE_BAD", "交付書類区分"),
    ({"disease": "D"}, "CODE_BAD", "特定疾病区分"),
    ({"category": "一般Ⅲ"}, "CODE_BAD", "負担区分"),
    ({"mail_kind": "全部"}, "CODE_BAD", "送付先区分"),
    ({"unissued_reasons": "2c"}, "UNISSUED_CODE", "未発行理由"),
    ({"copay": "2"}, "COPAY_CATEGORY", "負担割合"),
    ({"copay": "3", "category": "一般Ⅱ"}, "COPAY_CATEGORY", "負担割合"),
    ({"used_3m": "13"}, "COUNT_ORDER", "利用回数３月"),
    ({"limit_shown": "1", "category": "区分Ⅱ"}, "LIMIT_INCOMPLETE", "限度区分発効期日"),
    ({"limit_shown": "1", "category": ""}, "LIMIT_INCOMPLETE", "負担区分"),
    ({"limit_shown": "1"}, "LIMIT_NONE", "限度区分併記"),
    ({"long_stay_on": "20260801"}, "LONG_STAY_CATEGORY", "長期入院該当年月日"),
    ({"long_stay_on": "20260801", "category": ""}, "LONG_STAY_CATEGORY", "長期入院該当年月日"),
    ({"disease": "A"}, "DISEASE_INCOMPLETE", "特定疾病発効期日"),
    ({"disease_effective_on": "20200101"}, "DISEASE_INCOMPLETE", "特定疾病区分"),
    ({"postcode": "904221"}, "POSTCODE_BAD", "郵便番号"),
    ({"postcode": "９０４２２１５"}, "POSTCODE_BAD", "郵便番号"),
    ({"postcode": "9042-215"}, "POSTCODE_BAD", "郵便番号"),
    ({**MAIL, "mail_postcode": ""}, "POSTCODE_BAD", "送付先郵便番号"),
    ({**MAIL, "mail_address": ""}, "MAIL_ADDRESS_EMPTY", "送付先住所"),
    ({**MAIL, "mail_kind": ""}, "MAIL_KIND_MISSING", "送付先区分"),
    ({"name": "見●　花子"}, "CHAR_GAIJI", "氏名"),
    ({"address": "うるま市〓"}, "CHAR_GAIJI", "住所"),
    ({"care_of": "見\ufffd"}, "CHAR_GAIJI", "様方"),
    ({"name": "見\ue000　花子"}, "CHAR_PRIVATE", "氏名"),
    ({"name": "見\U000f0000　花子"}, "CHAR_PRIVATE", "氏名"),
    ({"name": "見\u0378　花子"}, "CHAR_UNASSIGNED", "氏名"),
    ({"building": "一号\t室"}, "CHAR_CONTROL", "方書"),
    ({"name": "見本\n花子"}, "CHAR_CONTROL", "氏名"),
    ({**MAIL, "mail_name": "施設●"}, "CHAR_GAIJI", "送付先氏名"),
    ({**MAIL, "care_of": "見●"}, "CHAR_GAIJI", "様方"),
    ({"name": "見本　ふ\u3099こ"}, "CHAR_COMBINING", "氏名"),
    ({"name": "見本　e\u0301va"}, "CHAR_COMBINING", "氏名"),
    ({"building": "①\u20dd"}, "CHAR_COMBINING", "方書"),  # an enclosing circle
    ({"name": "見本　花子様"}, "NAME_HONORIFIC", "氏名"),
    ({**MAIL, "mail_building": "ハ\u309aーク"}, "CHAR_COMBINING", "送付先方書"),
]


@pytest.mark.parametrize(("cells", "code", "column"), WRONG)
def test_wrong_cells_are_found_alone(tmp_path: Path, cells: dict[str, str], code: str, column: str) -> None:
    intake, _ = take_in(tmp_path, [person(1), person(2, **cells), person(3)])
    assert [(each.code, each.column, each.rows.tolist()) for each in intake.findings] == [(code, column, [1])]


def test_every_problem_code_is_tested() -> None:
    tested = {code for _, code, _ in WRONG} | {"NUMBER_DUPLICATE", "CHAR_NO_GLYPH", "CHAR_NO_VARIANT"}
    tested |= {
        "UNKNOWN_GROUP",
        "GROUP_NAME_DIFFERS",
        "GROUP_MISSING",
        "HOUSEHOLD_MEMBERS",
        "CARD_CATEGORY",
    }  # test_employers
    assert tested == set(PROBLEMS)


def test_a_combining_mark_is_named_and_nothing_is_composed(tmp_path: Path) -> None:
    intake, _ = take_in(tmp_path, [person(1, name="か\u3099ま　e\u0301va")])
    (found,) = intake.findings
    assert found.values == ["U+3099、U+0301"] and intake.people["name"].tolist() == ["か\u3099ま　e\u0301va"]
    kind = PROBLEMS[found.code]
    assert kind.severity == "hold" and "{value}" in kind.cause and "合成済み" in kind.remedy


def test_what_is_not_printed_says_so() -> None:
    assert "印刷しません" in PROBLEMS["LONG_STAY_CATEGORY"].cause
    assert "注文の有効期限で印刷します" in PROBLEMS["EXPIRY_LATER"].cause
    assert {PROBLEMS[code].severity for code in ("AGE_UNLIKELY", "EXPIRY_LATER")} == {"warn"}
    assert {PROBLEMS[code].severity for code in ("AFTER_SWITCH", "AFTER_EXPIRY")} == {"hold"}


def test_characters_follow_the_order_of_kinds(tmp_path: Path) -> None:
    """With 全て out of use, its 送付先 is not printed and the registered address is."""
    job = JOB + '[checks]\nkind_order = ["資格"]\n'
    whole = {**MAIL, "mail_kind": "全て"}
    people = [person(1, **{**whole, "mail_address": "●"}), person(2, **whole, address="●")]
    intake, order = take_in(tmp_path, people, job)
    assert [(each.code, each.column, each.rows.tolist()) for each in intake.findings] == [
        ("CHAR_GAIJI", "住所", [1])
    ]
    people = [person(1, **{**whole, "mail_address": "鿿"}), person(2, **whole, address="鿿")]
    table = take_in(tmp_path, people, job)[0].people
    kinds = order.order.checks.kind_order
    (found,) = check_characters(table, lambda cluster: cluster != "鿿", order.order.job.mail_on, kinds)
    assert (found.column, found.rows.tolist()) == ("住所", [1])


RIGHT: list[dict[str, str]] = [
    {**MAIL, "postcode": ""},  # goes elsewhere
    {"postcode": "", "pickup": "1"},  # is not mailed
    {**MAIL, "mail_kind": "賦課", "mail_postcode": "", "mail_name": "●"},  # another kind is ignored
    {**MAIL, "mail_until": "20260712", "mail_address": "", "mail_name": "〓"},  # ended the day before posting
    {"insured_number": number(7), "birth_date": "2050801", "category": ""},
    {"limit_shown": "1", "category": "区分Ⅱ", "limit_effective_on": "5060801", "long_stay_on": "5080801"},
    {"disease": "A;B", "disease_effective_on": "20200101"},
    {"name": "辻\U000e0100　与那覇", "expires_on": "2027/01/31"},
    {"birth_date": "19610801"},  # 65 on the switch
    {"birth_date": "19100802"},  # 115, 116 the day after
    {"expires_on": "20270731", "effective_on": "20260801", "qualified_on": "20260801"},
    {**LIMIT, "limit_effective_on": "20270731", "long_stay_on": "20270731"},
    {**LIMIT, "limit_shown": "0", "limit_effective_on": "20280801"},  # not printed
    {**MAIL, "address": "うるま市●", "building": "●"},  # the registered address is on no page
    {**MAIL, "mail_kind": "賦課", "care_of": "●"},  # belongs to a 送付先 that is not used
    {"group_name": "●", "kana": "●"},
]


@pytest.mark.parametrize("cells", RIGHT)
def test_right_cells_are_left_alone(tmp_path: Path, cells: dict[str, str]) -> None:
    assert not take_in(tmp_path, [person(1, **cells)])[0].findings


@pytest.mark.parametrize(
    ("setting", "severities"),
    [("", ["warn"]), ('insured_number_check = "error"', ["hold"]), ('insured_number_check = "off"', [])],
)
def test_the_insured_number_check_is_a_setting(tmp_path: Path, setting: str, severities: list[str]) -> None:
    people = [person(1, insured_number="12345678")] + [person(count) for count in range(2, 4)]
    intake, _ = take_in(tmp_path, people, JOB + f"[checks]\n{setting}\n")
    assert [each.severity for each in intake.findings] == severities
    assert not [note for note in intake.notes if "検査数字" in note]


def test_a_check_that_nearly_all_fail_gets_a_hint(tmp_path: Path) -> None:
    people = [person(1, insured_number="12345678"), person(2, insured_number="34567899")]
    assert any("insured_number_check" in note for note in take_in(tmp_path, people)[0].notes)


def test_doubles_are_held_on_both_sides(tmp_path: Path) -> None:
    intake, _ = take_in(tmp_path, [person(1), person(2), person(1), person(3), person(1)])
    (found,) = intake.findings
    assert found.code == "NUMBER_DUPLICATE" and found.rows.tolist() == [0, 2, 4]
    assert found.values == ["1、3、5"] * 3 and number(1) not in str(found.values)


def test_characters_are_asked_once_per_cluster(tmp_path: Path) -> None:
    variant, unknown = "辻\U000e0100", "葛\U000e01ef"
    people = [
        person(1, name=f"{variant}　花子"),
        person(2, name=f"{unknown}　花子"),
        person(3, name="葛　花子", building="鿿号室●"),
        person(4, mail_kind="賦課", mail_name="鿿"),
    ]
    table = take_in(tmp_path, people)[0].people
    asked: list[str] = []

    def can_draw(cluster: str) -> bool:
        asked.append(cluster)
        return cluster not in (unknown, "鿿", "●")

    found = [
        (each.code, each.column, each.rows.tolist(), each.values)
        for each in check_characters(table, can_draw)
    ]
    assert found == [
        ("CHAR_NO_VARIANT", "氏名", [1], ["U+845B U+E01EF"]),
        ("CHAR_NO_GLYPH", "方書", [2], ["U+9FFF"]),
    ]
    assert len(asked) == len(set(asked)) and "葛" in asked and "辻" not in asked and "●" not in asked


def test_rows_of_findings_are_positions(tmp_path: Path) -> None:
    intake, _ = take_in(tmp_path, [person(count, name="") for count in range(1, 4)])
    assert intake.findings[0].rows.dtype == np.int64 and intake.findings[0].rows.tolist() == [0, 1, 2]


def test_a_qualification_after_the_switch_is_held_with_its_own_date(tmp_path: Path) -> None:
    intake, _ = take_in(tmp_path, [person(1, qualified_on="20260901", effective_on="20260901")])
    assert [(each.code, each.column, each.values) for each in intake.findings] == [
        ("AFTER_SWITCH", "資格取得年月日", ["令和8年9月1日"]),
        ("AFTER_SWITCH", "発効期日", ["令和8年9月1日"]),
    ]
