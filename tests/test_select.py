"""One decision per person: the contract's table of reasons, the order of decision, delivery."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_job import JOB, decided, number, person, take_in, write_job

from kouki_print.base.problems import Finding
from kouki_print.base.resources import data_dir
from kouki_print.intake.load import read_export
from kouki_print.order.load import load_order, order_of
from kouki_print.select.decide import decide
from kouki_print.select.rules import boundary_days

YOUNG = {"birth_date": "19450801"}  # 81 on the switch
MAIL = {"mail_kind": "全て", "mail_postcode": "9008585", "mail_address": "那覇市泉崎1-1-1"}

# cells, then the document under r07-budget, r07 and r08 with its reason
TABLE: list[tuple[dict[str, str], str, str, str]] = [
    (
        {"protected": "1", "pickup": "1"},
        "certificate PROTECTED",
        "certificate PROTECTED",
        "certificate PROTECTED",
    ),
    ({"special_care": "1"}, "certificate CARE", "certificate CARE", "certificate CARE"),
    ({"certificate_applied": "1"}, "certificate APPLIED", "certificate APPLIED", "certificate APPLIED"),
    ({"link_cancelled": "1"}, "certificate CANCELLED", "certificate CANCELLED", "certificate CANCELLED"),
    ({"ecert_expired": "1"}, "certificate ECERT", "certificate ECERT", "certificate ECERT"),
    ({"linked": "0"}, "certificate NOLINK", "certificate ALL", "certificate NOLINK"),
    ({"linked": ""}, "certificate NOLINK", "certificate ALL", "certificate NOLINK"),
    ({"birth_date": "19410801"}, "notice LINK", "certificate ALL", "certificate AGE85"),
    ({"birth_date": "19410802"}, "notice LINK", "certificate ALL", "notice USED"),
    ({"used_12m": "6", "used_3m": "1", **YOUNG}, "notice LINK", "certificate ALL", "notice USED"),
    ({"used_12m": "5", "used_3m": "5", **YOUNG}, "notice LINK", "certificate ALL", "certificate UNUSED"),
    ({"used_12m": "9", "used_3m": "0", **YOUNG}, "notice LINK", "certificate ALL", "certificate UNUSED"),
    ({"used_12m": "", "used_3m": "", **YOUNG}, "notice LINK", "certificate ALL", "certificate UNUSED"),
    ({"special_care": "1", "ecert_expired": "1"}, "certificate CARE", "certificate CARE", "certificate CARE"),
]


@pytest.mark.parametrize(("preset", "place"), [("r07-budget", 1), ("r07", 2), ("r08", 3)])
def test_the_table_of_reasons(tmp_path: Path, preset: str, place: int) -> None:
    people = [person(count, **row[0]) for count, row in enumerate(TABLE, start=1)]
    table = decided(tmp_path, people, JOB.replace('"r08"', f'"{preset}"')).decided
    assert (table["document"] + " " + table["reason"]).tolist() == [row[place] for row in TABLE]
    assert table["set_code"].tolist() == ["A" if row[place][0] == "c" else "B" for row in TABLE]
    assert set(table["status"]) == {"printed"}


def test_excluded_before_unissued_before_held(tmp_path: Path) -> None:
    bad = {"name": "●"}
    people = [
        person(1, welfare="1", unissued_reasons="5", **bad),
        person(2, unissued_reasons="7;2b", **bad),
        person(3, **bad),
        person(4),
    ]
    table = decided(tmp_path, people).decided
    assert table["status"].tolist() == ["excluded", "unissued", "held", "printed"]
    assert table["unissued_reason"].tolist() == ["", "2b", "", ""]
    assert table["reason"].tolist() == ["", "", "", "AGE85"]
    assert table["document"].tolist() == ["", "", "", "certificate"]
    assert table["problems"].tolist() == ["CHAR_GAIJI"] * 3 + [""]


def test_problems_hold_all_codes_but_notes(tmp_path: Path) -> None:
    table = decided(tmp_path, [person(1, insured_number="12345678", name="●", birth_date="19410802")]).decided
    assert table["problems"].tolist() == ["CHAR_GAIJI;NUMBER_CHECK"]


def test_only_warned_people_are_printed(tmp_path: Path) -> None:
    result = decided(tmp_path, [person(1, insured_number="12345678")]).decided
    assert result["status"].tolist() == ["printed"] and result["problems"].tolist() == ["NUMBER_CHECK"]


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({}, "held"),
        ({"pickup": "1"}, "printed"),
        (MAIL, "printed"),
        ({**MAIL, "mail_kind": "資格"}, "printed"),
        ({**MAIL, "mail_kind": "賦課"}, "held"),
        ({**MAIL, "mail_until": "20260712"}, "held"),
        ({**MAIL, "mail_until": "20260713"}, "printed"),
    ],
)
def test_protected_people_need_an_instruction(tmp_path: Path, cells: dict[str, str], status: str) -> None:
    result = decided(tmp_path, [person(1, protected="1", **cells)])
    assert result.decided["status"].tolist() == [status]
    assert [each.code for each in result.findings] == ["PROTECTED_NO_INSTRUCTION"] * (status == "held")
    job = JOB + '[checks]\nprotected_without_instruction = "print"\n'
    assert decided(tmp_path, [person(1, protected="1", **cells)], job).decided["status"].tolist() == [
        "printed"
    ]


def test_given_document_is_listed_and_the_setting_decides(tmp_path: Path) -> None:
    people = [
        person(1, document_given="2"),
        person(2, document_given="1"),
        person(3, document_given="2", welfare="1"),
    ]
    by_rules = decided(tmp_path, people)
    assert by_rules.decided["document"].tolist() == ["certificate", "certificate", ""]
    assert by_rules.decided["problems"].tolist() == ["DOCUMENT_DIFFERS", "", ""]
    by_export = decided(tmp_path, people, JOB.replace("[insurer]", 'document_from = "export"\n[insurer]'))
    assert by_export.decided["document"].tolist() == ["notice", "certificate", ""]
    assert by_export.decided["reason"].tolist() == ["EXPORT", "AGE85", ""]
    (found,) = by_export.findings
    assert found.rows.tolist() == [0] and found.values == ["移行データ 資格情報のお知らせ、規則 資格確認書"]


def test_a_given_document_without_a_set_is_held(tmp_path: Path) -> None:
    job = JOB.replace("[insurer]", 'document_from = "export"\n[insurer]').replace('"r08"', '"r07"')
    result = decided(tmp_path, [person(1, document_given="2")], job).decided
    assert result["status"].tolist() == ["held"] and result["problems"].tolist() == [
        "DOCUMENT_DIFFERS;NO_SET"
    ]


def test_nobody_falls_through_the_rules(tmp_path: Path) -> None:
    job = (
        JOB
        + '[[rule]]\nreason = "LINK"\ndocument = "notice"\nwhen = {linked = true}\nsentence = "登録あり"\n'
    )
    result = decided(tmp_path, [person(1), person(2, linked="0")], job).decided
    assert result["status"].tolist() == ["printed", "held"] and result["problems"].tolist() == ["", "NO_RULE"]


def test_delivery(tmp_path: Path) -> None:
    people = [
        person(1, building="コーポ"),
        person(2, **MAIL, mail_building="3階", mail_name="見本苑", care_of="見本一郎"),
        person(3, **{**MAIL, "mail_kind": "資格"}, mail_name="見本花子"),
        person(4, **{**MAIL, "mail_kind": "給付"}, mail_name="見本苑", care_of="見本一郎"),
        person(5, care_of="見本一郎"),
    ]
    table = decided(tmp_path, people).decided
    assert table["delivery_rule"].tolist() == ["registered", "全て", "資格", "registered", "registered"]
    assert table["to_postcode"].tolist() == ["9042215", "9008585", "9008585", "9042215", "9042215"]
    assert table["to_building"].tolist() == ["コーポ", "3階", "", "", ""]
    assert table["to_via"].tolist() == ["", "見本苑", "", "", ""]
    assert table["to_care_of"].tolist() == ["", "見本一郎", "", "", "見本一郎"]
    assert table["to_name"].tolist() == ["見本　花子"] * 5


def test_kind_order_is_a_setting(tmp_path: Path) -> None:
    job = JOB + '[checks]\nkind_order = ["資格"]\n'
    assert decided(tmp_path, [person(1, **MAIL)], job).decided["delivery_rule"].tolist() == ["registered"]


def test_no_forward_of_the_person_goes_before_the_municipality(tmp_path: Path) -> None:
    folder = write_job(
        tmp_path,
        [person(1), person(2, no_forward="0"), person(3, **_naha()), person(4, no_forward="1", **_naha())],
        changes={"47201": {"転送不要": "希望しない"}},
    )
    order = load_order(folder)
    intake = read_export(order, folder)
    table = decide(intake.people, intake.findings, order).decided
    assert table["no_forward"].tolist() == [True, False, False, True]


def _naha() -> dict[str, str]:
    return {"municipality_code": "47201", "insurer_number": "39472014"}


def test_validity_is_the_earliest(tmp_path: Path) -> None:
    people = [person(1), person(2, expires_on="20261130"), person(3, expires_on="20290731")]
    result = decided(tmp_path, people)
    days = result.decided["valid_until"].to_numpy().astype("datetime64[D]").astype(str).tolist()
    assert days == ["2027-07-31", "2026-11-30", "2027-07-31"]
    assert [(each.code, each.rows.tolist(), each.values) for each in result.findings] == [
        ("EXPIRY_SHORT", [1], ["令和8年11月30日"])
    ]


def test_a_later_validity_in_the_export_is_told(tmp_path: Path) -> None:
    table = decided(tmp_path, [person(1, expires_on="20290731")]).decided
    assert table["status"].tolist() == ["printed"] and table["problems"].tolist() == ["EXPIRY_LATER"]


def test_births_beside_the_limit_are_listed(tmp_path: Path) -> None:
    people = [
        person(1, birth_date="19410801"),
        person(2, birth_date="19410802"),
        person(3, birth_date="19410803"),
    ]
    result = decided(tmp_path, people)
    assert [(each.code, each.rows.tolist()) for each in result.findings] == [("BOUNDARY_BIRTH", [1])]
    assert result.decided["problems"].tolist() == ["", "", ""]


def _order_with_age(condition: str, switch_on: dt.date) -> Any:
    preset = tomllib.loads((data_dir() / "presets/r08.toml").read_text(encoding="utf-8"))
    job = tomllib.loads(JOB)
    job["job"] |= {"switch_on": switch_on, "expires_on": dt.date(2099, 7, 31)}
    rule = {"reason": "AGE", "document": "notice", "when": {"age": condition}, "sentence": "年齢"}
    return order_of({**job, "rule": [rule]}, preset)


@pytest.mark.parametrize(
    ("condition", "switch_on", "days"),
    [
        (">=85", "2026-08-01", ["1941-08-02"]),
        (">84", "2026-08-01", ["1941-08-02"]),
        ("<85", "2026-08-01", ["1941-08-02"]),
        ("==75", "2026-08-01", ["1950-08-02", "1951-08-02"]),
        (">=85", "2027-12-31", ["1943-01-01"]),
        (">=85", "2028-02-28", ["1943-03-01"]),
    ],
)
def test_boundary_days(condition: str, switch_on: str, days: list[str]) -> None:
    found = boundary_days(_order_with_age(condition, dt.date.fromisoformat(switch_on)))
    assert [day.isoformat() for day in found] == days


flag = st.sampled_from(["", "0", "1"])
people_strategy = st.lists(
    st.fixed_dictionaries(
        {
            "insured_number": st.sampled_from([number(1), number(2), number(3), "12345678", "1", ""]),
            "birth_date": st.sampled_from(
                ["19410801", "19410802", "3160802", "2150101", "19450230", "20300101", ""]
            ),
            "name": st.sampled_from(["見本　花子", "見●", "", "辻\U000e0101"]),
            "postcode": st.sampled_from(["9042215", "904-2215", "904", ""]),
            "municipality_code": st.sampled_from(["47213", "472131", "47201", "99999"]),
            "copay": st.sampled_from(["1", "2", "3", "9", ""]),
            "document_given": st.sampled_from(["", "1", "2", "7"]),
            "used_12m": st.sampled_from(["", "5", "6", "x"]),
            "used_3m": st.sampled_from(["", "0", "1"]),
            "unissued_reasons": st.sampled_from(["", "", "", "3;1", "9"]),
            "mail_kind": st.sampled_from(["", "全て", "資格", "賦課", "別"]),
            "mail_address": st.sampled_from(["", "那覇市泉崎1-1-1"]),
            "mail_postcode": st.sampled_from(["", "9008585"]),
            "mail_until": st.sampled_from(["", "20260701", "99991231"]),
            **dict.fromkeys(("linked", "protected", "special_care", "welfare", "pickup", "no_forward"), flag),
        }
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(
    people=people_strategy, seed=st.integers(0, 2**16), preset=st.sampled_from(["r07-budget", "r07", "r08"])
)
def test_one_status_each_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory, people: list[dict[str, str]], seed: int, preset: str
) -> None:
    folder = tmp_path_factory.mktemp("job")
    job = JOB.replace('"r08"', f'"{preset}"')
    rows = [person(9, **each) for each in people]
    shuffle = np.random.default_rng(seed)
    order = shuffle.permutation(len(rows))
    first = decided(folder, rows, job).decided
    keys = list(rows[0])
    shuffle.shuffle(keys)
    second = decided(folder, [{key: rows[place][key] for key in keys} for place in order], job).decided
    carrier, moved = first["carrier"].to_numpy(), np.argsort(order)  # carriers are positions, which move too
    same = first.assign(carrier=np.where(carrier >= 0, moved[carrier], -1))
    pd.testing.assert_frame_equal(same.iloc[order].reset_index(drop=True), second)
    assert first["status"].isin(["printed", "held", "excluded", "unissued"]).all() and len(first) == len(rows)
    printed = first["status"] == "printed"
    for key in ("reason", "document", "set_code"):
        assert ((first[key] != "") == printed).all()
    assert ((first["unissued_reason"] != "") == (first["status"] == "unissued")).all()
    assert (first.loc[first["status"] == "held", "problems"] != "").all()


def test_findings_of_other_rooms_hold_too(tmp_path: Path) -> None:
    intake, order = take_in(tmp_path, [person(1), person(2)])
    lost = Finding("CHAR_NO_GLYPH", np.array([1]), "氏名", ["U+9FFF"])
    table = decide(intake.people, [*intake.findings, lost], order).decided
    assert table["status"].tolist() == ["printed", "held"] and table["problems"].tolist() == [
        "",
        "CHAR_NO_GLYPH",
    ]
