"""Page fields (印字項目): what is printed of a person, as text columns that layouts bind by name.

Everything here is already as the reader sees it: era dates, full-width ratio, 〒 and hyphen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kouki_print.base.dates import day64, wareki, wareki_column
from kouki_print.base.errors import JobError
from kouki_print.base.problems import Finding, ProblemKind
from kouki_print.base.texts import filled, map_distinct, pick
from kouki_print.order.models import HOUSEHOLD_MOST, Order
from kouki_print.page.fit import overflowing
from kouki_print.page.fonts import Style
from kouki_print.page.layout import FieldItem, Layout

HONORIFIC = "様"
_COPAY = ("", "１割", "２割", "３割")
_SEX_JA = {"male": "男", "female": "女", "": ""}
_LIMITS = frozenset({"現役Ⅱ", "現役Ⅰ", "区分Ⅱ", "区分Ⅰ"})

PROBLEMS = {
    "DOES_NOT_FIT": ProblemKind(
        "hold",
        "「{value}」が様式の枠に入りません（長体や改行でも不足）。",
        "送付先や方書を短い表記に直すか、様式の枠を広げてください。",
    ),
}
FIELD_JA = {
    "to_name": "宛名",
    "to_postcode": "郵便番号",
    "to_place": "住所・方書・様方",
    "name": "氏名",
    "insured_number": "被保険者番号",
    "insurer_number": "保険者番号",
    "birth_date": "生年月日",
    "qualified_on": "資格取得年月日",
    "effective_on": "発効期日",
    "valid_until": "有効期限",
    "issued_on": "交付年月日",
    "copay": "一部負担金の割合",
    "copay_before": "切替前の一部負担金の割合",
    "limit": "限度区分",
    "limit_effective_on": "限度区分発効期日",
    "long_stay_on": "長期入院該当年月日",
    "disease": "特定疾病区分",
    "disease_effective_on": "特定疾病発効期日",
    "sex": "性別",
    "card_address": "券面の住所",
}
FAMILY = {  # of each person of a household: the field it repeats, and what it is called
    "name": ("name", "氏名"),
    "relation": ("", "本人・家族の別"),
    "number": ("insured_number", "被保険者番号"),
    "birth": ("birth_date", "生年月日"),
    "qualified": ("qualified_on", "資格取得年月日"),
    "copay": ("copay", "一部負担金の割合"),
}
FIELD_JA |= {
    f"family_{number}_{name}": f"{number}人目の{words}"
    for number in range(1, HOUSEHOLD_MOST + 1)
    for name, (_, words) in FAMILY.items()
}


@dataclass(frozen=True, slots=True)
class PageFields:
    """``texts``: one text column per field; ``flags``: one bool array per condition; people order."""

    texts: pd.DataFrame
    flags: dict[str, np.ndarray]

    def take(self, rows: np.ndarray) -> PageFields:
        """The fields of some people, in the order of ``rows``."""
        texts = self.texts.take(rows).reset_index(drop=True)
        return PageFields(texts, {name: flag[rows] for name, flag in self.flags.items()})


def page_fields(people: pd.DataFrame, decided: pd.DataFrame, order: Order) -> PageFields:
    """Fields and flags of all people; rows that are not printed carry texts nobody reads."""
    asked = people["limit_shown"].to_numpy()
    limit_on = asked & people["category"].isin(_LIMITS).to_numpy()
    # 長期入院該当年月日 exists for 区分Ⅱ only (the reduced meal charge from the 91st day).
    long_on = (
        limit_on & (people["category"] == "区分Ⅱ").to_numpy() & people["long_stay_on"].notna().to_numpy()
    )
    ill = (people["disease"] != "").to_numpy()
    card = order.card
    disease_on = ill if card.disease_shown == "always" else ill & asked
    mask = card.optional_mask
    texts = {
        "to_name": _honoured(decided["to_name"]),
        "to_postcode": _where(
            "〒" + decided["to_postcode"].str.slice(0, 3) + "-" + decided["to_postcode"].str.slice(3),
            filled(decided["to_postcode"]),
        ),
        "to_place": _place(
            decided["to_address"],
            decided["to_building"],
            _attention(decided["to_via"], decided["to_care_of"]),
        ),
        "name": people["name"],
        "insured_number": people["insured_number"],
        "insurer_number": people["insurer_number"],
        "birth_date": wareki_column(people["birth_date"], "padded"),
        "qualified_on": wareki_column(people["qualified_on"], "padded"),
        "effective_on": wareki_column(people["effective_on"], "padded"),
        "valid_until": wareki_column(decided["valid_until"], "padded"),
        "issued_on": pick([wareki(order.job.issued_on, "padded")], np.zeros(len(people), dtype=np.int64)),
        "copay": pick(_COPAY, people["copay"].to_numpy()),
        "copay_before": _copay_before(people, order),
        "limit": _where(people["category"], limit_on, mask),
        "limit_effective_on": _where(wareki_column(people["limit_effective_on"], "padded"), limit_on, mask),
        "long_stay_on": _where(wareki_column(people["long_stay_on"], "padded"), long_on, mask),
        "disease": _where(people["disease"].str.replace(";", "・", regex=False), disease_on, mask),
        "disease_effective_on": _where(
            wareki_column(people["disease_effective_on"], "padded"), disease_on, mask
        ),
        "sex": _where(map_distinct(people["sex"], _SEX_JA.__getitem__), np.full(len(people), card.show_sex)),
        "card_address": _where(
            _place(people["address"], people["building"]), np.full(len(people), card.show_address)
        ),
    }
    flags = {
        "no_forward": decided["no_forward"].to_numpy(dtype=bool),
        "limit_shown": limit_on,
        "long_stay": long_on,
        "disease": disease_on,
    }
    return PageFields(pd.DataFrame(texts, copy=False), flags)


def _honoured(names: pd.Series) -> pd.Series:
    """Name with 様 exactly once: the 2025 accident printed it twice."""
    return names.where(names.str.endswith(HONORIFIC), names + "　" + HONORIFIC)


def _place(*lines: pd.Series) -> pd.Series:
    """Address, building and 様方 below each other, empty ones left out."""
    text = lines[0]
    for line in lines[1:]:
        text = text + ("\n" + line).where(line != "", "")
    return text


def _attention(via: pd.Series, care_of: pd.Series) -> pd.Series:
    """Line above the name: facility or guardian, then 「A様方」.

    A bare 方 after one character is left alone: 緒方 and 土方 are family names.
    """
    stem = care_of.str.replace(f"^(.*){HONORIFIC}方?$|^(..+)方$", r"\1\2", regex=True)
    house = (stem + f"{HONORIFIC}方").where(care_of != "", "")
    blank = pd.Series("　", index=via.index, dtype="str").where((via != "") & (house != ""), "")
    return via + blank + house


def _copay_before(people: pd.DataFrame, order: Order) -> pd.Series:
    """The ratio until the new one takes effect, in brackets with its last day.

    Only for who may use the document on arrival (早期使用可) and whose ratio changes after the posting date.
    """
    old = people["previous_copay"].to_numpy()
    effective = people["effective_on"].to_numpy()
    early = people["usable_early"].to_numpy() | order.card.early_use
    changes = early & (old > 0) & (old != people["copay"].to_numpy()) & (effective > day64(order.job.mail_on))
    last_day = wareki_column(effective - np.timedelta64(1, "D"))
    return _where("（" + last_day + "までは" + pick(_COPAY, old) + "）", changes)


def _where(texts: pd.Series, on: np.ndarray, otherwise: str = "") -> pd.Series:
    return texts.where(pd.Series(on, index=texts.index), otherwise)


def bound_fields(layout: Layout) -> list[FieldItem]:
    """All field items of a layout, front then back; unknown names stop the job."""
    items = [item for side in layout.sides() for item in side.field]
    for item in items:
        if item.bind not in FIELD_JA:
            raise JobError(
                f"様式が知らない項目「{item.bind}」を使っています。",
                remedy="次のいずれかにしてください: " + "、".join(FIELD_JA),
                file=f"{layout.name}.toml",
            )
    return items


def check_fit(
    fields: PageFields, documents: Sequence[str], layouts: Mapping[str, Layout], styles: Mapping[str, Style]
) -> list[Finding]:
    """Findings for people whose text does not fit a field of their document's layout."""
    kinds = np.asarray(documents)
    findings = []
    for document, layout in layouts.items():
        rows = np.flatnonzero(kinds == document)
        for item in bound_fields(layout):
            if item.pitch:  # numbers in cells: as many cells as the contract's digits
                continue
            codes, distinct = pd.factorize(fields.texts[item.bind].take(rows))
            bad = overflowing(distinct.tolist(), item, styles[item.font])
            if len(bad):
                hit = rows[np.isin(codes, bad)]
                label = FIELD_JA[item.bind]
                findings.append(Finding("DOES_NOT_FIT", hit, label, [label] * len(hit), "hold"))
    return findings


def printed_texts(fields: PageFields, layouts: Mapping[str, Layout]) -> dict[str, list[str]]:
    """Per font all distinct texts that its fields show: the population one subset must cover."""
    wanted: dict[str, set[str]] = {}
    for layout in layouts.values():
        for item in bound_fields(layout):
            wanted.setdefault(item.font, set()).add(item.bind)
    return {
        font: [text for bind in sorted(binds) for text in pd.unique(fields.texts[bind]).tolist()]
        for font, binds in wanted.items()
    }
