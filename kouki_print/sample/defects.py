"""People with something wrong: one small function per kind of defect, planted on rows that were right.

Each kind is what a real export has shown or could show; none of them may stop the others from printing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np

from kouki_print.base.checkdigits import code6, m10w21
from kouki_print.sample.draw import Draw, Ints, Mask, Texts
from kouki_print.sample.vocabulary import contacts, table, texts

Row = dict[str, str]  # one person's cells by key
FEWEST_PEOPLE = 300  # smaller samples carry no defects
SAMPLE = 1650  # size of the shipped sample: one person of each kind
_MOST = 20
_LONG_BUILDING = "　".join(  # more than any address block can hold
    (
        "社会福祉法人うちなー長寿福祉会",
        "地域密着型介護老人福祉施設入所者生活介護",
        "ゆいまーるの里でいごの丘総合ケアセンター",
        "新館東棟四階認知症対応型ユニット「さんごの小路」",
        "第二居住区画四百二十七号室（窓側）",
        "生活相談員室気付",
    )
    * 2
)


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind: the column it is in and the wrong cell made from the person's right cells.

    ``fits`` says whose cell can be spoilt so: nobody's 限度区分発効期日 is wrong who has none.
    """

    key: str
    spoil: Callable[[Row], str]
    utf8_only: bool = False
    fits: Callable[[Row], bool] = lambda row: True
    by_group: bool | None = None  # only in jobs by employer, only in others, or in all


def _next_digit(digit: str) -> str:
    return str((int(digit) + 1) % 10)


def _other_insurer(row: Row) -> str:
    if row["insurer_number"].startswith("00"):  # the city's insurance: six digits
        body = "0047213" if row["insurer_number"].startswith("0047201") else "0047201"
        return body + m10w21(body)
    if row["insurer_number"].startswith("06"):  # an insurance of employees
        return "0647002" + m10w21("0647002")
    numbers = contacts().columns["insurer_number"]
    return numbers[(numbers.index(row["insurer_number"]) + 1) % len(numbers)]


def _unregistered(row: Row, mark: str) -> str:
    """The last character of the name replaced, as the source system does with an unregistered 外字."""
    return row["name"][:-1] + mark


def _years_on(row: Row, years: int, day: str) -> str:
    """A date so many years from that of the data."""
    return str(int(row["data_on"][:4]) + years) + day


def _without_glyph(row: Row) -> str:
    """A surname with a character that the shipped fonts lack."""
    surnames = table("surnames")
    return (
        str(surnames.texts("name")[surnames.where("needs", "no-glyph")][int(row["household_number"]) % 3])
        + "　幸子"
    )


DEFECTS: dict[str, Defect] = {
    "number_check_digit": Defect(
        "insured_number", lambda row: row["insured_number"][:7] + _next_digit(row["insured_number"][7])
    ),
    "number_short": Defect("insured_number", lambda row: row["insured_number"][:7]),
    "number_twice": Defect("insured_number", lambda row: row["insured_number"]),  # see plant
    "insurer_check_digit": Defect(
        "insurer_number", lambda row: row["insurer_number"][:7] + _next_digit(row["insurer_number"][7])
    ),
    "insurer_of_another": Defect("insurer_number", _other_insurer),
    "municipality_unknown": Defect("municipality_code", lambda row: code6("47999"), by_group=False),
    "group_unknown": Defect(
        "group_code",
        lambda row: "J99999",
        fits=lambda row: row["group_code"] != "" and row["voluntary"] == "0",
        by_group=True,
    ),
    "name_empty": Defect("name", lambda row: ""),
    "name_bullet": Defect("name", lambda row: _unregistered(row, "●")),
    "name_geta": Defect("name", lambda row: _unregistered(row, "〓")),
    "name_private_use": Defect("name", lambda row: _unregistered(row, "\ue000")),
    "name_control": Defect("name", lambda row: row["name"].replace("　", "\t")),
    "name_replacement": Defect("name", lambda row: _unregistered(row, "\ufffd"), utf8_only=True),
    "name_without_glyph": Defect("name", _without_glyph, utf8_only=True),
    "name_unknown_variant": Defect(
        "name", lambda row: "辻\U000e01ef　" + row["name"].split("　")[-1], utf8_only=True
    ),
    "name_decomposed": Defect(  # が as か and a combining mark, as some systems store names
        "name", lambda row: row["name"].split("　")[0] + "　しけ\u3099こ", utf8_only=True
    ),
    "sex_unknown": Defect("sex", lambda row: "3"),
    "birth_impossible": Defect("birth_date", lambda row: row["birth_date"][:4] + "0231"),
    "birth_day_unknown": Defect("birth_date", lambda row: row["birth_date"][:4] + "0000"),
    "birth_after_data": Defect("birth_date", lambda row: str(int(row["data_on"][:4]) + 1) + "0101"),
    "age_unlikely": Defect("birth_date", lambda row: _years_on(row, -118, "0401")),
    "qualified_after_effective": Defect("qualified_on", lambda row: _years_on(row, 1, "0401")),
    "effective_after_switch": Defect("effective_on", lambda row: _years_on(row, 0, "0901")),
    "expiry_later": Defect("expires_on", lambda row: _years_on(row, 2, "0731")),
    "limit_after_expiry": Defect(
        "limit_effective_on",
        lambda row: _years_on(row, 2, "0801"),
        fits=lambda row: row["limit_shown"] == "1",
    ),
    "protected_without_instruction": Defect(
        "protected", lambda row: "1", fits=lambda row: row["pickup"] == "0"
    ),
    "postcode_short": Defect("postcode", lambda row: row["postcode"].replace("-", "")[:6]),
    "postcode_empty": Defect("postcode", lambda row: ""),
    "address_empty": Defect("address", lambda row: ""),
    "address_bullet": Defect("address", lambda row: row["address"] + "●"),
    "building_too_long": Defect("building", lambda row: _LONG_BUILDING),
    "mail_kind_unknown": Defect("mail_kind", lambda row: "全部"),
    "copay_unknown": Defect("copay", lambda row: "4"),
    "copay_against_category": Defect(
        "copay",
        lambda row: "1" if row["category"].startswith("現役") else "3",
        fits=lambda row: row["category"] != "",
    ),
    "category_unknown": Defect("category", lambda row: "一般Ⅲ"),
    "disease_unknown": Defect("disease", lambda row: "D"),
    "flag_unknown": Defect("special_care", lambda row: "9"),
    "count_not_a_number": Defect("used_12m", lambda row: "多数"),
    "reason_unknown": Defect("unissued_reasons", lambda row: "9"),
}


def how_many(count: int) -> int:
    """People per kind: none below 300, one up to 1,650, growing with the logarithm to 20 at 165,000."""
    if count < FEWEST_PEOPLE:
        return 0
    return min(_MOST, max(1, math.floor(1.001 + 9.5 * math.log10(count / SAMPLE))))


def _row(columns: dict[str, Texts], row: int) -> Row:
    return {key: column[row] for key, column in columns.items()}


def plant(draw: Draw, columns: dict[str, Texts], plain: Mask, encoding: str) -> dict[str, Ints]:
    """Spoil cells of rows that are otherwise plain (in place); rows of each kind, rising, from 0.

    ``number_twice`` lists both people of each pair.  A kind that CP932 cannot hold is left out there.
    """
    count = len(plain)
    each = how_many(count)
    free = [int(row) for row in draw.order("defects", count) if plain[row]] if each else []
    by_group = bool((columns["group_code"] != "").any())
    planted: dict[str, Ints] = {}
    for name, defect in DEFECTS.items():
        if not each or (defect.utf8_only and encoding != "utf-8") or defect.by_group is (not by_group):
            continue
        wanted = 2 * each if name == "number_twice" else each
        rows = list(islice((row for row in free if defect.fits(_row(columns, row))), wanted))
        taken = set(rows)
        searched = free.index(rows[-1]) + 1 if rows else 0
        free = [row for row in free[:searched] if row not in taken] + free[searched:]
        if name == "number_twice":
            for one, other in zip(rows[0::2], rows[1::2], strict=True):
                columns["insured_number"][other] = columns["insured_number"][one]
        else:
            columns[defect.key][rows] = texts([defect.spoil(_row(columns, row)) for row in rows])
        planted[name] = np.array(sorted(rows), dtype=np.int64)
    return planted
