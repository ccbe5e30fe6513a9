"""Checks of the people table: small functions that each return the rows with one kind of problem."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa

from kouki_print.base.checkdigits import all_digits, m10w21_valid
from kouki_print.base.dates import ages_on, day64, wareki_column
from kouki_print.base.honorifics import honorific_mask
from kouki_print.base.problems import Finding, Severity
from kouki_print.base.texts import arrow_of, distinct, filled, fixed_width, map_distinct, pick
from kouki_print.intake.instructions import instruction_in_force
from kouki_print.intake.people import finding_with_values
from kouki_print.intake.units import bundled, household_numbers, unit_codes
from kouki_print.order.columns import COPAY_OF_CATEGORY, LIMIT_CATEGORIES, header_of
from kouki_print.order.load import LoadedOrder

LONG_STAY_CATEGORY = "区分Ⅱ"  # 長期入院該当 exists for this category only
SHOWN_ROWS = 5  # of people who share a number
MOSTLY = 0.9  # a check that nearly everybody fails says more about the setting than about the people


def _finding(
    code: str,
    bad: np.ndarray,
    key: str = "",
    values: pd.Series | None = None,
    severity: Severity | None = None,
) -> Iterator[Finding]:
    """The finding of a mask, with the values of its rows; nothing when no row is marked."""
    rows = np.flatnonzero(bad)
    if len(rows):
        texts = None if values is None else arrow_of(values).take(pa.array(rows)).to_pylist()
        yield Finding(code, rows, header_of(key) if key else "", texts, severity)


def _day_finding(
    code: str, bad: np.ndarray, key: str, days: np.ndarray, word: str = "", others: np.ndarray | None = None
) -> Iterator[Finding]:
    """The finding of a mask with each row's day as an era date, and a second day named ``word``."""
    rows = np.flatnonzero(bad)
    if len(rows):
        told = wareki_column(days[rows])
        if others is not None:
            told = told + f" ／ {word} " + wareki_column(others[rows])
        yield Finding(code, rows, header_of(key), told.tolist())


def _valid_number(texts: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Masks: eight digits; eight digits with a right M10W21 check digit."""
    rows, matrix = fixed_width(texts, 8)
    form, check = np.zeros((2, len(texts)), dtype=bool)
    form[rows], check[rows] = all_digits(matrix), m10w21_valid(matrix)
    return form, check


def insured_numbers(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Length and digits (hold), check digit (by setting)."""
    setting = order.order.checks.insured_number_check
    texts = people["insured_number"]
    form, check = _valid_number(texts)
    yield from _finding("NUMBER_FORM", filled(texts) & ~form, "insured_number")
    if setting != "off":
        yield from _finding(
            "NUMBER_CHECK", form & ~check, "insured_number", severity="hold" if setting == "error" else "warn"
        )


def duplicates(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """One number on several rows: all of them are held, none is taken for the right one."""
    texts = people["insured_number"]
    rows = np.flatnonzero(texts.duplicated(keep=False).to_numpy(bool) & filled(texts))
    if not len(rows):
        return
    twins: dict[str, list[int]] = {}
    numbers = texts.iloc[rows].tolist()
    for number, row in zip(numbers, people["row"].to_numpy()[rows].tolist(), strict=True):
        twins.setdefault(number, []).append(row)
    told = {number: _some_rows(each) for number, each in twins.items()}
    values = [told[number] for number in numbers]
    yield Finding("NUMBER_DUPLICATE", rows, header_of("insured_number"), values)


def _some_rows(rows: list[int]) -> str:
    shown = "、".join(f"{row:,}" for row in rows[:SHOWN_ROWS])
    return shown if len(rows) <= SHOWN_ROWS else f"{shown} ほか{len(rows) - SHOWN_ROWS:,}件"


def municipalities(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Codes that the contact table does not have; by group codes that groups.csv does not have."""
    if order.by_group:
        yield from _employers(people, order)
        return
    codes = people["municipality_code"]
    values, places = distinct(codes)
    unknown = np.array([value not in order.units and value != "" for value in values], dtype=bool)[places]
    found = finding_with_values("UNKNOWN_MUNICIPALITY", unknown, codes, header_of("municipality_code"))
    yield from [found] if found else []


def _employers(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Unknown 団体コード (hold, but not of 任意継続, who have left), and another name than that code's (warn)."""
    codes, known = people["group_code"], order.units
    values, places = distinct(codes)
    unknown = np.array([bool(value) and value not in known for value in values], dtype=bool)[places]
    unknown &= ~people["voluntary"].to_numpy()
    found = finding_with_values("UNKNOWN_GROUP", unknown, codes, header_of("group_code"))
    yield from [found] if found else []
    missing = ~filled(codes) & ~people["voluntary"].to_numpy()
    yield from _finding("GROUP_MISSING", missing, "group_code")
    names = pick([known[value].contact.name if value in known else "" for value in values], places)
    told = people["group_name"]
    differs = filled(told) & filled(names) & (told != names).to_numpy(bool)
    yield from _finding("GROUP_NAME_DIFFERS", differs, "group_name", told)


def insurer_numbers(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Length and check digit (hold); another number than the municipality's own (by setting)."""
    texts = people["insurer_number"]
    _, check = _valid_number(texts)
    yield from _finding("INSURER_CHECK", filled(texts) & ~check, "insurer_number")
    values, places = distinct(people["municipality_code"])
    table = order.units
    numbers = [table[code].contact.insurer_number if code in table else "" for code in values]
    if order.by_group:
        numbers = [order.order.insurer.number] * len(values)
    expected = pick(numbers, places)
    differs = check & filled(expected) & (texts != expected).to_numpy(bool)
    setting = order.order.checks.insurer_number_mismatch
    yield from _finding("INSURER_MISMATCH", differs, "insurer_number", expected, severity=setting)


def births(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Nobody is born after the data date (hold); hardly anybody is outside the insurance's ages (warn).

    By default from 65 (with a disability) to 115, about Japan's record.
    """
    born = people["birth_date"].to_numpy()
    job, ages_of = order.order.job, order.order.checks
    future = born > day64(job.data_on)
    yield from _day_finding("BIRTH_FUTURE", future, "birth_date", born)
    ages = ages_on(born, job.switch_on)
    unlikely = ~np.isnat(born) & ~future & ((ages < ages_of.youngest) | (ages > ages_of.oldest))
    rows = np.flatnonzero(unlikely)
    if len(rows):
        told = [f"{age}歳" for age in ages[rows].tolist()]
        yield Finding("AGE_UNLIKELY", rows, header_of("birth_date"), told)


def honorifics(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """A name with 様 in it would stand so on the card, and twice on the envelope."""
    yield from _finding("NAME_HONORIFIC", honorific_mask(people["name"]), "name")


def _out_of_order(people: pd.DataFrame, earlier: str, later: str) -> np.ndarray:
    bad: np.ndarray = people[earlier].to_numpy() > people[later].to_numpy()  # an empty date is in order
    return bad


def date_order(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Birth before qualification before effect before expiry, and none of the first three after the switch."""
    switch_on = day64(order.order.job.switch_on)
    for earlier, later in (
        ("birth_date", "qualified_on"),
        ("qualified_on", "effective_on"),
        ("effective_on", "expires_on"),
    ):
        bad = _out_of_order(people, earlier, later)
        first, second = people[earlier].to_numpy(), people[later].to_numpy()
        yield from _day_finding("DATE_ORDER", bad, earlier, first, header_of(later), second)
        if earlier != "birth_date":
            yield from _day_finding("AFTER_SWITCH", (first > switch_on) & ~bad, earlier, first)


def expiries(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """No expiry before the switch; one later than the order's is not what will be printed."""
    job = order.order.job
    expires = people["expires_on"].to_numpy()
    for code, bad in (
        ("EXPIRY_PAST", expires < day64(job.switch_on)),
        ("EXPIRY_LATER", expires > day64(job.expires_on)),
    ):
        yield from _day_finding(code, bad, "expires_on", expires)


def copay_pairs(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Each 負担区分 has one 負担割合."""
    values, places = distinct(people["category"])
    expected = np.array([COPAY_OF_CATEGORY.get(value, 0) for value in values], dtype=np.int64)[places]
    copay = people["copay"].to_numpy()
    bad = (expected > 0) & (copay > 0) & (expected != copay)
    if bad.any():
        told = pick(["", "1割 ", "2割 ", "3割 "], copay) + people["category"]
        yield from _finding("COPAY_CATEGORY", bad, "copay", told)


def _in(category: pd.Series, wanted: Iterable[str]) -> np.ndarray:
    values, places = distinct(category)
    return np.array([value in wanted for value in values], dtype=bool)[places]


def optional_items(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """限度区分, 長期入院 and 特定疾病: what is printed on request must be complete and make sense."""
    category = people["category"]
    shown = people["limit_shown"].to_numpy()
    has_limit = _in(category, LIMIT_CATEGORIES)
    known = filled(category)
    no_day = np.isnat(people["limit_effective_on"].to_numpy())
    yield from _finding("LIMIT_INCOMPLETE", shown & ~known, "category")
    yield from _finding("LIMIT_INCOMPLETE", shown & has_limit & no_day, "limit_effective_on")
    yield from _finding("LIMIT_NONE", shown & known & ~has_limit, "limit_shown", category)
    long_stay = ~np.isnat(people["long_stay_on"].to_numpy()) & ~_in(category, (LONG_STAY_CATEGORY,))
    told = map_distinct(category, lambda value: value or "負担区分は空欄")
    yield from _finding("LONG_STAY_CATEGORY", long_stay, "long_stay_on", told)
    ill, since = filled(people["disease"]), ~np.isnat(people["disease_effective_on"].to_numpy())
    yield from _finding("DISEASE_INCOMPLETE", ill & ~since, "disease_effective_on")
    yield from _finding("DISEASE_INCOMPLETE", since & ~ill, "disease")


def optional_dates(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Dates of the items printed on request: none begins after the document has expired."""
    last = np.fmin(people["expires_on"].to_numpy(), day64(order.order.job.expires_on))
    shown = people["limit_shown"].to_numpy()
    for key, printed in (
        ("limit_effective_on", shown & _in(people["category"], LIMIT_CATEGORIES)),
        ("long_stay_on", shown & _in(people["category"], (LONG_STAY_CATEGORY,))),
        ("disease_effective_on", filled(people["disease"])),
    ):
        since = people[key].to_numpy()
        late = printed & (since > last)
        yield from _day_finding("AFTER_EXPIRY", late, key, since, "有効期限", last)


def use_counts(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Three months are part of the year."""
    year, quarter = people["used_12m"].to_numpy(), people["used_3m"].to_numpy()
    bad = (year >= 0) & (quarter > year)
    if bad.any():
        told = pd.Series(
            [f"{three}／{twelve}" for three, twelve in zip(quarter[bad], year[bad], strict=True)]
        )
        yield Finding("COUNT_ORDER", np.flatnonzero(bad), header_of("used_3m"), told.tolist())


def delivery(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """Where the piece goes must have a postcode and an address; a 送付先 without its kind is unclear."""
    settings = order.order
    instructed = instruction_in_force(people, settings.job.mail_on, settings.checks.kind_order)
    by_mail = ~people["pickup"].to_numpy()
    home = by_mail & ~instructed & ~bundled(unit_codes(people, settings), order)
    yield from _finding("POSTCODE_BAD", home & ~filled(people["postcode"]), "postcode")
    yield from _finding(
        "POSTCODE_BAD", by_mail & instructed & ~filled(people["mail_postcode"]), "mail_postcode"
    )
    has_address = filled(people["mail_address"])
    yield from _finding("MAIL_ADDRESS_EMPTY", instructed & ~has_address, "mail_address")
    yield from _finding("MAIL_KIND_MISSING", ~filled(people["mail_kind"]) & has_address, "mail_kind")


def households(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """A 世帯番号 with two 本人 is no household: who belongs to whom nobody can tell."""
    if not (order.by_group or order.order.delivery.per_household):
        return
    household = household_numbers(people)
    member = (people["relation"] == "member").to_numpy() & (household >= 0)
    count = np.bincount(household[member], minlength=household.max(initial=0) + 1)
    yield from _finding("HOUSEHOLD_MEMBERS", (household >= 0) & (count[household] > 1), "household_number")


def cards(people: pd.DataFrame, order: LoadedOrder) -> Iterator[Finding]:
    """減額証 only for 区分Ⅱ and Ⅰ, 限度証 only for 現役Ⅱ and Ⅰ, nobody has both; where rules look at them."""
    looked_at = {key for rule in order.order.rule for key in rule.when}
    category = people["category"]
    low, active = LIMIT_CATEGORIES[2:], LIMIT_CATEGORIES[:2]
    for key, fitting in (("reduction_card", low), ("limit_card", active)):
        if key in looked_at:
            bad = people[key].to_numpy() & filled(category) & ~_in(category, fitting)
            yield from _finding("CARD_CATEGORY", bad, key, category)


Check = Callable[[pd.DataFrame, LoadedOrder], Iterable[Finding]]

CHECKS: tuple[Check, ...] = (
    insured_numbers,
    duplicates,
    municipalities,
    insurer_numbers,
    honorifics,
    births,
    date_order,
    expiries,
    copay_pairs,
    optional_items,
    optional_dates,
    use_counts,
    delivery,
    households,
    cards,
)


def notes_of(findings: Iterable[Finding], people: int) -> list[str]:
    """Hints on settings that the number of findings suggests."""
    return [
        f"被保険者番号の検査数字が{len(found.rows):,}件（{len(found.rows) * 100 // people}%）で合いません。"
        '番号に検査数字がないなら、job.toml の [checks] insured_number_check = "off" にしてください。'
        for found in findings
        if found.code == "NUMBER_CHECK" and len(found.rows) >= people * MOSTLY
    ]
