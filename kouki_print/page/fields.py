"""Page fields (印字項目): what is printed of a person, as text columns that layouts bind by name.

Everything here is already as the reader sees it: era dates, full-width ratio, 〒 and hyphen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from kouki_print.base.dates import Padding, day64, wareki_column
from kouki_print.base.honorifics import carries_honorific, honorific_mask, plain_names, without_honorific
from kouki_print.base.problems import ProblemKind
from kouki_print.base.texts import filled, map_distinct, pick
from kouki_print.order.models import HOUSEHOLD_MOST, Order
from kouki_print.page.items import FieldItem
from kouki_print.page.layout import Layout

HONORIFIC = "様"
_COPAY = ("", "１割", "２割", "３割")
_SEX_JA = {"male": "男", "female": "女", "": ""}
_LIMITS = frozenset({"現役Ⅱ", "現役Ⅰ", "区分Ⅱ", "区分Ⅰ"})
_PADDING: dict[str, Padding] = {"blank": "padded", "blank_year": "padded_year", "none": "plain"}
_DISEASES = {
    "A": "人工腎臓を実施している慢性腎不全",
    "B": "血漿分画製剤を投与している先天性血液凝固第Ⅷ因子障害又は先天性血液凝固第Ⅸ因子障害",
    "C": "抗ウイルス剤を投与している後天性免疫不全症候群",
}

PROBLEMS = {
    "DOES_NOT_FIT": ProblemKind(
        "hold",
        "様式の枠に{value}入りません（長体・改行・小さい文字でも不足）。",
        "送付先や方書を短い表記に直すか、様式の枠を広げてください。",
    ),
    "OUT_OF_WINDOW": ProblemKind(
        "hold",
        "用紙が封筒の中で動くと、宛名が窓から{value}はみ出します。",
        "送付先を短い表記に直すか、job.toml の [envelope] の内寸と窓、様式の宛名の位置を確かめてください。",
    ),
}
FIELD_JA = {
    "to_name": "宛名",
    "to_postcode": "郵便番号",
    "to_place": "住所・方書・様方",
    "piece_number": "通し番号",
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
    "printed_on": "発行年月日",
    "category": "適用区分",
    "category_effective_on": "適用区分の発効期日",
    "category_long_stay_on": "適用区分の長期入院該当年月日",
    "disease_name": "認定疾病名",
    "disease_name_effective_on": "認定疾病の発効期日",
    "sex": "性別",
    "card_address": "券面の住所",
}
FLAG_JA = {
    "no_forward": "転送不要",
    "limit_shown": "限度区分を載せる",
    "long_stay": "長期入院該当",
    "disease": "特定疾病",
    "usable_early": "届いてすぐ使える",
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
NUMBERS = frozenset(  # digits only, of one width: what may stand in cells one pitch apart
    ["insured_number", "insurer_number", "piece_number"]
    + [f"family_{number}_number" for number in range(1, HOUSEHOLD_MOST + 1)]
)
MATTER_JA = {  # of what is printed beside the documents: envelopes, labels and letters
    "service": "郵便種別",
    "label_space": "引受番号ラベルの場所",
    "contents": "封筒の中身",
    "postage_paid": "料金後納郵便",
    "post_office": "料金後納の差出郵便局",
    "local_special": "郵便区内特別",
    "unit_name": "市町村・団体の名",
    "box_number": "箱の番号",
    "box_sequence": "箱の通し番号",
    "box_count": "箱の通数",
    "box_weight": "箱の重さ",
    "box_attention": "箱を開ける人",
    "box_sealing": "封緘",
    "box_sets": "箱の組",
    "box_no_forward": "箱の転送不要の通数",
    "box_bundles": "箱の束の数",
    "bundle_number": "束の番号",
    "bundle_sequence": "束の通し番号",
    "bundle_count": "束の通数",
    "bundle_area": "束の郵便区",
    "pallet_number": "パレットの番号",
    "pallet_boxes": "パレットの箱",
    "supplies": "予備の中身",
    "place": "納入先",
    "delivery_day": "納入日",
    "piece_id": "個体番号",
    "letter_date": "通知の日",
    "applies_from": "新しい値の適用日",
    "return_document": "返していただく書類",
    "new_copay": "新しい一部負担金の割合",
    "old_class": "変更前の区分",
    "new_class": "変更後の区分",
    "list_title": "一覧の題",
    "list_page": "一覧のページ",
    "list_range": "ページのはじめと終わりの人",
    "page_total": "ページの計",
    "list_total": "一覧の合計",
    "mailed_on": "差出日",
    "approval": "差出票の承認の言葉",
    "sender_place": "差出人の住所",
    "sender_name": "差出人",
}
LINES_MOST = 25
LINE = {  # of each line of a list (差出票・窓口交付簿): what it is called
    "no": "連番",
    "registered": "引受番号",
    "recipient": "受取人",
    "place": "箱－位置",
    "weight": "重量",
    "fee": "料金",
    "indemnity": "要償額",
    "note": "摘要",
    "piece": "通し番号",
    "kana": "氏名カナ",
    "name": "氏名",
    "insured": "被保険者番号の下4桁",
    "document": "書類",
}
MATTER_JA |= {
    f"line_{number}_{name}": f"{number}行目の{words}"
    for number in range(1, LINES_MOST + 1)
    for name, words in LINE.items()
}
FIELD_JA |= MATTER_JA


@dataclass(frozen=True, slots=True)
class PageFields:
    """``texts``: one text column per field; ``flags``: one bool array per condition; people order."""

    texts: pd.DataFrame
    flags: dict[str, np.ndarray]

    def take(self, rows: np.ndarray) -> PageFields:
        """The fields of some people, in the order of ``rows``."""
        texts = self.texts.take(rows).reset_index(drop=True)
        return PageFields(texts, {name: flag[rows] for name, flag in self.flags.items()})

    def numbered(self, rows: np.ndarray, numbers: pd.Series) -> PageFields:
        """The fields with the number of each piece (通し番号) at the person it is printed for."""
        column = np.full(len(self.texts), "", dtype=object)
        column[rows] = numbers
        texts = self.texts.assign(piece_number=pd.Series(column, index=self.texts.index, dtype="str"))
        return PageFields(texts, self.flags)


def page_fields(people: pd.DataFrame, decided: pd.DataFrame, order: Order) -> PageFields:
    """Fields and flags of all people; rows that are not printed carry texts nobody reads."""
    dates = _dates(order)
    asked = people["limit_shown"].to_numpy()
    limit_on = asked & people["category"].isin(_LIMITS).to_numpy()
    long_on = limit_on & _long_stay(people)
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
        "piece_number": pd.Series("", index=people.index, dtype="str"),  # known with the plan
        "name": people["name"],
        "insured_number": people["insured_number"],
        "insurer_number": people["insurer_number"],
        "birth_date": dates(people["birth_date"]),
        "qualified_on": dates(people["qualified_on"]),
        "effective_on": dates(people["effective_on"]),
        "valid_until": dates(decided["valid_until"]),
        "issued_on": dates(np.full(len(people), day64(order.job.issued_on))),
        "copay": pick(_COPAY, people["copay"].to_numpy()),
        "copay_before": _copay_before(people, order),
        "limit": _where(people["category"], limit_on, mask),
        "limit_effective_on": _where(dates(people["limit_effective_on"]), limit_on, mask),
        "long_stay_on": _where(dates(people["long_stay_on"]), long_on, mask),
        "disease": _where(people["disease"].str.replace(";", "・", regex=False), disease_on, mask),
        "disease_effective_on": _where(dates(people["disease_effective_on"]), disease_on, mask),
        "sex": _where(map_distinct(people["sex"], _SEX_JA.__getitem__), np.full(len(people), card.show_sex)),
        "card_address": _where(
            _place(people["address"], people["building"]), np.full(len(people), card.show_address)
        ),
        **_of_further_cards(people, order),
    }
    flags = {
        "no_forward": decided["no_forward"].to_numpy(dtype=bool),
        "limit_shown": limit_on,
        "long_stay": long_on,
        "disease": disease_on,
        "usable_early": _early(people, order),
    }
    return PageFields(pd.DataFrame(texts, copy=False), flags)


def _of_further_cards(people: pd.DataFrame, order: Order) -> dict[str, pd.Series]:
    """Fields of 減額証, 限度証 and 受療証: they are on these whatever was asked for on the certificate."""
    dates = _dates(order)
    since = people["limit_effective_on"]
    return {
        "printed_on": dates(np.full(len(people), day64(order.job.printed_on or order.job.issued_on))),
        "category": _where(people["category"], people["category"].isin(_LIMITS).to_numpy()),
        "category_effective_on": dates(since.where(since.notna(), people["effective_on"])),
        "category_long_stay_on": _where(dates(people["long_stay_on"]), _long_stay(people)),
        "disease_name": map_distinct(people["disease"], _disease_names),
        "disease_name_effective_on": dates(people["disease_effective_on"]),
    }


def _disease_names(codes: str) -> str:
    return "\n".join(_DISEASES[code] for code in codes.split(";") if code)


def _long_stay(people: pd.DataFrame) -> np.ndarray:
    """長期入院該当年月日 exists for 区分Ⅱ only (the reduced meal charge from the 91st day)."""
    result: np.ndarray = ((people["category"] == "区分Ⅱ") & people["long_stay_on"].notna()).to_numpy()
    return result


def _dates(order: Order) -> Callable[[object], pd.Series]:
    """Column of era dates as the order wants them written."""
    return partial(wareki_column, padding=_PADDING[order.date.padding], gannen=order.date.gannen)


def _honoured(names: pd.Series) -> pd.Series:
    """Name with 様 exactly once: the 2025 accident printed it twice."""
    plain = plain_names(names)
    return plain.where(honorific_mask(plain), plain + "　" + HONORIFIC)


def _place(*lines: pd.Series) -> pd.Series:
    """Address, building and 様方 below each other, empty ones left out."""
    text = lines[0]
    for line in lines[1:]:
        text = text + ("\n" + line).where(line != "", "")
    return text


def _attention(via: pd.Series, care_of: pd.Series) -> pd.Series:
    """Line above the name: facility or guardian, then 「A様方」."""
    house = map_distinct(care_of, _house_of)
    blank = pd.Series("　", index=via.index, dtype="str").where((via != "") & (house != ""), "")
    return via + blank + house


def _early(people: pd.DataFrame, order: Order) -> np.ndarray:
    """Who may use the document on arrival (早期使用可)."""
    result: np.ndarray = people["usable_early"].to_numpy() | order.card.early_use
    return result


def _house_of(care_of: str) -> str:
    """「A様方」 however the data call the house: A様方, A様　方, A様宅, A様様, A　殿, A方; empty when nobody is named.

    A bare 方 after one character is left alone: 緒方 and 土方 are family names.  A house with 様 inside its
    name is told already and stands as it is.
    """
    house = _unhonoured(care_of)
    while house.endswith(("方", "宅")) and (name := _unhonoured(house[:-1].rstrip())) != house[:-1].rstrip():
        house = name
    if house == care_of:
        house = re.sub("^(..+)方$", r"\1", house)
    return f"{house}{HONORIFIC}方" if house and not carries_honorific(house) else house


def _unhonoured(house: str) -> str:
    return without_honorific(re.sub("(?:さま|サマ)$", HONORIFIC, house))


def _copay_before(people: pd.DataFrame, order: Order) -> pd.Series:
    """The ratio until the new one takes effect, in brackets with its last day.

    Only for who may use the document on arrival (早期使用可) and whose ratio changes after the posting date.
    """
    old = people["previous_copay"].to_numpy()
    effective = people["effective_on"].to_numpy()
    changes = (
        _early(people, order)
        & (old > 0)
        & (old != people["copay"].to_numpy())
        & (effective > day64(order.job.mail_on))
    )
    last_day = wareki_column(effective - np.timedelta64(1, "D"), gannen=order.date.gannen)
    return _where("（" + last_day + "までは" + pick(_COPAY, old) + "）", changes)


def _where(texts: pd.Series, on: np.ndarray, otherwise: str = "") -> pd.Series:
    return texts.where(pd.Series(on, index=texts.index), otherwise)


def bound_fields(layout: Layout) -> list[FieldItem]:
    """All field items of a layout, front then back; their names are known to the loader."""
    return [item for side in layout.sides() for item in side.field]


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
