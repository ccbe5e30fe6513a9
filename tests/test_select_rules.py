"""Validity, exclusions and sets of a decision, and the laws that hold for any people and any rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_job import JOB, decided, person, take_in

from kouki_print.order.columns import EVENTS
from kouki_print.order.models import Rule
from kouki_print.select.rules import NO_RULE, first_matches
from kouki_print.select.validity import reaches

KOKUHO = JOB.replace('"r08"', '"kokuho"')
R05 = JOB.replace('"r08"', '"r05"')
R06 = JOB.replace('"r08"', '"r06-interim"')
SWITCH = dt.date(2026, 8, 1)


def days(column: pd.Series) -> list[str]:
    return column.to_numpy().astype("datetime64[D]").astype(str).tolist()


LIMITS = [
    ({}, "2027-07-31", "job"),
    ({"expires_on": "20261130"}, "2026-11-30", "export"),
    ({"expires_on": "20270731"}, "2027-07-31", "job"),
    ({"residence_until": "20270115"}, "2027-01-15", "residence"),
    ({"residence_until": "20300115"}, "2027-07-31", "job"),
    ({"residence_until": "20270115", "expires_on": "20270115"}, "2027-01-15", "residence"),
    ({"residence_until": "20270115", "disability_until": "20261231"}, "2026-12-31", "disability"),
    ({"disability_until": "20261231", "expires_on": "20261201"}, "2026-12-01", "export"),
]


def test_the_earliest_limit_counts_and_its_reason_is_kept(tmp_path: Path) -> None:
    people = [person(count, **cells) for count, (cells, _, _) in enumerate(LIMITS, start=1)]
    result = decided(tmp_path, people)
    assert days(result.decided["valid_until"]) == [day for _, day, _ in LIMITS]
    assert result.decided["valid_reason"].tolist() == [reason for _, _, reason in LIMITS]
    (found,) = (each for each in result.findings if each.code == "EXPIRY_SHORT")
    assert list(found.values or ())[:3] == [
        "令和8年11月30日",
        "令和9年1月15日、在留期間の満了",
        "令和9年1月15日、在留期間の満了",
    ]


def test_limits_can_be_switched_off(tmp_path: Path) -> None:
    job = JOB + "[validity]\nresidence = false\n"
    cells = {"residence_until": "20270115", "disability_until": "20270201"}
    table = decided(tmp_path, [person(1, **cells)], job).decided
    assert (days(table["valid_until"]), table["valid_reason"].tolist()) == (["2027-02-01"], ["disability"])


def test_a_limit_before_the_switch_holds(tmp_path: Path) -> None:
    people = [
        person(1, residence_until="20260731"),
        person(2, residence_until="20260801"),
        person(3, residence_until="20260731", welfare="1"),
    ]
    table = decided(tmp_path, people).decided
    assert table["status"].tolist() == ["held", "printed", "excluded"]
    assert table["problems"].tolist() == ["LIMIT_PAST", "", ""]


AGES = [  # birth, expiry and reason in the city's insurance
    ("19570715", "2027-07-31", "job"),  # 70 in July: the month ends with the year
    ("19570802", "2027-07-31", "job"),
    ("19570401", "2027-03-31", "age70"),  # born on the first: completed on the last day of March
    ("19570402", "2027-04-30", "age70"),
    ("19561231", "2026-12-31", "age70"),
    ("19520410", "2027-04-09", "age75"),
    ("19510802", "2026-08-01", "age75"),
    ("19520801", "2027-07-31", "job"),
    ("19800101", "2027-07-31", "job"),
]


def test_the_city_ends_documents_at_seventy_and_seventy_five(tmp_path: Path) -> None:
    people = [
        person(count, birth_date=birth, category="", copay="3") for count, (birth, _, _) in enumerate(AGES, 1)
    ]
    table = decided(tmp_path, people, KOKUHO).decided
    assert days(table["valid_until"]) == [day for _, day, _ in AGES]
    assert table["valid_reason"].tolist() == [reason for _, _, reason in AGES]


@pytest.mark.parametrize(
    ("birth", "end", "day"),
    [
        ("1952-02-29", "day_before", "2027-02-28"),
        ("1952-02-29", "birthday", "2027-03-01"),
        ("1952-02-29", "month_end", "2027-02-28"),
        ("1952-03-01", "month_end", "2027-02-28"),
        ("1952-12-31", "month_end", "2027-12-31"),
    ],
)
def test_day_on_which_an_age_ends_a_document(birth: str, end: str, day: str) -> None:
    found = reaches(np.array([birth, "NaT"], dtype="datetime64[s]"), 75, end)  # type: ignore[arg-type]
    assert found.astype("datetime64[D]").astype(str).tolist() == [day, "NaT"]


def test_the_day_at_an_age_is_a_setting(tmp_path: Path) -> None:
    job = JOB + '[validity]\nage_limits = [86]\nage_end = { 86 = "birthday" }\n'
    table = decided(tmp_path, [person(1, birth_date="19410301")], job).decided
    assert (days(table["valid_until"]), table["valid_reason"].tolist()) == (["2027-03-01"], ["age86"])


def test_sets_of_the_insurance_card(tmp_path: Path) -> None:
    people = [
        person(1),
        person(2, reduction_card="1", category="区分Ⅱ"),
        person(3, limit_card="1", category="現役Ⅰ", copay="3"),
        person(4, reduction_card="1", limit_card="1", category="区分Ⅰ"),
        person(5, short_term="1", reduction_card="1"),
        person(6, welfare="1", short_term="1"),
        person(7, unissued_reasons="5"),
    ]
    table = decided(tmp_path, people, R05).decided
    assert table["set_code"].tolist() == ["C", "CR", "CL", "", "", "", ""]
    assert table["reason"].tolist() == ["ALL", "REDUCTION", "LIMIT", "", "", "", ""]
    assert table["status"].tolist() == ["printed"] * 3 + ["held"] + ["excluded"] * 2 + ["unissued"]
    assert set(table["document"][:3]) == {"insurance_card"}
    assert table["excluded_reason"].tolist() == [""] * 4 + ["短期証（市町村の窓口で手渡し）", "生活保護", ""]


def test_only_people_with_an_event_get_an_interim_certificate(tmp_path: Path) -> None:
    people = [person(count, event=word) for count, word in enumerate(["", *EVENTS], start=1)]
    people += [
        person(8, event="", protected="1"),
        person(9, event="新規", linked="1", protected="1", pickup="1"),
    ]
    table = decided(tmp_path, people, R06).decided
    assert table["status"].tolist() == ["excluded", "printed", "printed", "printed", "excluded", "printed"]
    assert table["excluded_reason"].tolist()[:2] == ["異動なし（交付対象外）", ""]
    assert table["reason"].tolist() == ["", "NEW", "CHANGED", "REISSUE", "", "PROTECTED"]
    assert set(table["document"]) == {"", "certificate"}


def test_an_unknown_event_holds_and_excludes_nobody(tmp_path: Path) -> None:
    """A word that nobody knows reads as empty; to leave the person out for it would be a guess."""
    result = decided(tmp_path, [person(1, event="転入"), person(2, event="転入", welfare="1")], R06)
    assert result.decided["status"].tolist() == ["held", "excluded"]
    assert result.decided["problems"].tolist()[0] == "CODE_BAD"


def test_the_city_has_no_rule_for_all(tmp_path: Path) -> None:
    base = {"birth_date": "19800101", "category": "", "copay": "3"}
    people = [
        person(1, **base),
        person(2, **{**base, "linked": "0"}),
        person(3, ecert_expired="1", **base),
        person(4, special_care="1", **base),
        person(5, certificate_applied="1", **base),
        person(6, link_cancelled="1", **base),
    ]
    table = decided(tmp_path, people, KOKUHO).decided
    assert table["reason"].tolist() == ["LINK", "NOLINK", "ECERT", "CARE", "APPLIED", "CANCELLED"]
    assert table["document"].tolist() == ["notice"] + ["certificate"] * 5
    assert table["problems"].tolist() == [""] * 6  # nobody is too young here


def test_one_person_in_two_municipalities_is_held_on_both_sides(tmp_path: Path) -> None:
    naha = {"municipality_code": "47201", "insurer_number": "39472014"}
    table = decided(tmp_path, [person(1), person(1, **naha), person(2)]).decided
    assert table["status"].tolist() == ["held", "held", "printed"]
    assert table["problems"].tolist() == ["NUMBER_DUPLICATE", "NUMBER_DUPLICATE", ""]


def test_couples_at_one_address_are_not_duplicates(tmp_path: Path) -> None:
    home = {"household_number": "0000000001", "birth_date": "19400101"}
    pair = [person(1, name="見本　太郎", sex="1", **home), person(2, name="見本　花子", **home)]
    assert decided(tmp_path, pair).decided["problems"].tolist() == ["", ""]
    twins = [person(1, **home), person(2, **home)]  # even the same name and day of birth is another person
    assert decided(tmp_path, twins).decided["status"].tolist() == ["printed", "printed"]


@pytest.mark.parametrize(
    ("cells", "settings_", "code", "status"),
    [
        ({"insured_number": "12345678"}, "", "NUMBER_CHECK", "printed"),
        ({"insured_number": "12345678"}, 'insured_number_check = "error"', "NUMBER_CHECK", "held"),
        ({"insured_number": "12345678"}, 'insured_number_check = "off"', "", "printed"),
        ({"insurer_number": "39472138"}, "", "INSURER_CHECK", "held"),
        ({"insurer_number": "39472014"}, "", "INSURER_MISMATCH", "printed"),
        ({"insurer_number": "39472014"}, 'insurer_number_mismatch = "hold"', "INSURER_MISMATCH", "held"),
        ({"copay": "3"}, "", "COPAY_CATEGORY", "held"),
    ],
)
def test_severities_of_numbers(
    tmp_path: Path, cells: dict[str, str], settings_: str, code: str, status: str
) -> None:
    table = decided(tmp_path, [person(1, **cells)], JOB + f"[checks]\n{settings_}\n").decided
    assert (table["problems"].tolist(), table["status"].tolist()) == ([code], [status])


flags = st.sampled_from(["", "0", "1"])
people_of_laws = st.lists(
    st.fixed_dictionaries(
        {
            "birth_date": st.sampled_from(["19410801", "19410802", "19520229", "19570401", "20100505"]),
            "event": st.sampled_from(["", "新規", "変更", "再交付", "転入"]),
            "category": st.sampled_from(["", "区分Ⅱ", "区分Ⅰ", "現役Ⅲ"]),
            "residence_until": st.sampled_from(["", "20260731", "20270101", "20991231", "x"]),
            "expires_on": st.sampled_from(["", "20261231", "20290731"]),
            "unissued_reasons": st.sampled_from(["", "", "2b;1"]),
            "used_12m": st.sampled_from(["", "0", "6"]),
            **dict.fromkeys(
                ("linked", "welfare", "short_term", "reduction_card", "limit_card", "protected"), flags
            ),
        }
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(
    cells=people_of_laws,
    preset=st.sampled_from(["r05", "r06-interim", "kokuho"]),
    seed=st.integers(0, 2**16),
)
def test_one_status_and_one_reason_whatever_the_order(
    tmp_path_factory: pytest.TempPathFactory, cells: list[dict[str, str]], preset: str, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("job")
    job = JOB.replace('"r08"', f'"{preset}"')
    rows = [person(count, **each) for count, each in enumerate(cells, start=1)]
    shuffle = np.random.default_rng(seed)
    order, keys = shuffle.permutation(len(rows)), list(rows[0])
    first = decided(folder, rows, job).decided
    shuffle.shuffle(keys)
    second = decided(folder, [{key: rows[place][key] for key in keys} for place in order], job).decided
    same = first.iloc[order].reset_index(drop=True).drop(columns="carrier")
    pd.testing.assert_frame_equal(same, second.drop(columns="carrier"))
    assert ((first["carrier"] >= 0) == (first["status"] == "printed")).all()
    assert first["status"].isin(["printed", "held", "excluded", "unissued"]).all()
    for key in ("reason", "document", "set_code"):
        assert ((first[key] != "") == (first["status"] == "printed")).all()
    assert ((first["excluded_reason"] != "") == (first["status"] == "excluded")).all()
    assert ((first["unissued_reason"] != "") == (first["status"] == "unissued")).all()
    assert (first.loc[first["status"] == "held", "problems"] != "").all()
    assert (first["valid_reason"] != "").all() and first["valid_until"].notna().all()


conditions = st.dictionaries(
    st.sampled_from(["linked", "short_term", "age", "used_12m", "event", "category"]),
    st.integers(0, 2),
    max_size=3,
)
_VALUES: dict[str, list[bool | str | list[str]]] = {
    "linked": [True, False, True],
    "short_term": [True, False, False],
    "age": [">=85", "<75", "!=84"],
    "used_12m": [">=6", "==0", "<6"],
    "event": ["", ["新規", "new"], ["変更", "再交付"]],
    "category": ["区分Ⅱ", ["区分Ⅰ", "区分Ⅱ"], ["", "現役Ⅲ"]],
}


def rule_of(chosen: dict[str, int]) -> Rule:
    when = {key: _VALUES[key][which] for key, which in chosen.items()}
    return Rule.model_validate({"reason": "A", "document": "certificate", "sentence": "x", "when": when})


@settings(max_examples=60, deadline=None)
@given(rules=st.lists(conditions, max_size=6), later=conditions, cells=people_of_laws)
def test_a_later_rule_never_changes_an_earlier_match(
    tmp_path_factory: pytest.TempPathFactory,
    rules: list[dict[str, int]],
    later: dict[str, int],
    cells: list[dict[str, str]],
) -> None:
    people = people_of(tmp_path_factory, cells)
    entries = [rule_of(each) for each in rules]
    before = first_matches(people, entries, SWITCH)
    after = first_matches(people, [*entries, rule_of(later)], SWITCH)
    matched = before != NO_RULE
    assert (after[matched] == before[matched]).all()
    assert set(after[~matched].tolist()) <= {NO_RULE, len(entries)}


def people_of(factory: pytest.TempPathFactory, cells: list[dict[str, str]]) -> pd.DataFrame:
    rows = [person(count, **each) for count, each in enumerate(cells, start=1)]
    return take_in(factory.mktemp("rows"), rows)[0].people


def test_an_exclusion_by_age_does_not_guess(tmp_path: Path) -> None:
    """Who has a birth date that nobody can read is held, not left out."""
    job = JOB + '[[exclude]]\nreason = "OVER"\nwhen = { age = "<75" }\nsentence = "75歳未満"\n'
    table = decided(
        tmp_path, [person(1, birth_date="3169999"), person(2, birth_date="19600101")], job
    ).decided
    assert table["status"].tolist() == ["held", "excluded"]


@pytest.mark.parametrize(
    "flag", ["protected", "special_care", "certificate_applied", "link_cancelled", "ecert_expired"]
)
def test_the_export_takes_the_certificate_from_nobody_entitled(tmp_path: Path, flag: str) -> None:
    """document_from = "export" decides, but never against a reason of one's own."""
    job = JOB.replace("[insurer]", 'document_from = "export"\n[insurer]')
    people = [
        person(1, document_given="2", pickup="1", **{flag: "1"}),
        person(2, document_given="2", birth_date="19410801"),
    ]
    table = decided(tmp_path, people, job).decided
    assert table["document"].tolist() == ["certificate", "notice"]
    assert table["reason"].tolist()[1] == "EXPORT" and "DOCUMENT_DIFFERS" in table["problems"].iat[0]


def test_an_unreadable_event_is_told_once(tmp_path: Path) -> None:
    """No advice to add a rule for everybody because of a cell that nobody can read."""
    job = JOB.replace('"r08"', '"r06-interim"')
    table = decided(tmp_path, [person(1, event="転居")], job).decided
    assert table["problems"].tolist() == ["CODE_BAD"]


@pytest.mark.parametrize(
    ("cells", "held"),
    [
        ({"reduction_card": "1", "category": "区分Ⅱ", "copay": "1"}, False),
        ({"reduction_card": "1", "category": "現役Ⅰ", "copay": "3"}, True),
        ({"limit_card": "1", "category": "現役Ⅰ", "copay": "3"}, False),
        ({"limit_card": "1", "category": "一般Ⅰ", "copay": "1"}, True),
        ({"limit_card": "1", "reduction_card": "1", "category": "区分Ⅰ", "copay": "1"}, True),
    ],
)
def test_reduction_and_limit_cards_fit_the_category(
    tmp_path: Path, cells: dict[str, str], held: bool
) -> None:
    table = decided(tmp_path / "r05", [person(1, **cells)], JOB.replace('"r08"', '"r05"')).decided
    assert ("CARD_CATEGORY" in table["problems"].iat[0]) == held == (table["status"].iat[0] == "held")
    assert "CARD_CATEGORY" not in decided(tmp_path / "r08", [person(1, **cells)]).decided["problems"].iat[0]
