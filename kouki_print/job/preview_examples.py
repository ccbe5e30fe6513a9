"""People for a preview without a job: long, short and usual values of every field, all made up.

The long ones are as long as real ones get; who needs longer gives a job.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import Decimal

from kouki_print.base.dates import wareki
from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.load import order_of, preset_names
from kouki_print.order.models import HOUSEHOLD_MOST, Order
from kouki_print.order.units import Contact
from kouki_print.page.fields import FAMILY, FIELD_JA, HONORIFIC, LINES_MOST

_FOREIGN = "アレクサンドリナ・マリア・フェルナンデス・ロドリゲス・デ・オリベイラ・サントス"
_LONG_PLACE = (
    "沖縄県島尻郡久米島町字兼城一丁目二十五番地の百三十二\n"
    "特別養護老人ホームくめじまみどりの丘ケアセンター南棟二〇五号室"
)
_JOB = {
    "switch_on": dt.date(2026, 8, 1),
    "expires_on": dt.date(2027, 7, 31),
    "issued_on": dt.date(2026, 8, 1),
    "data_on": dt.date(2026, 6, 20),
    "mail_on": dt.date(2026, 7, 13),
}


_INSURER = {
    "name": "見本県後期高齢者医療広域連合",
    "number": "39472139",
    "postcode": "9000000",
    "address": "見本市みどり町一丁目1番1号",
    "section": "資格課",
    "phone": "098-000-0000",
    "url": "https://www.example.jp/",
}

_MATTER = {  # of envelopes, labels and letters: alike for everybody
    "service": "簡易書留",
    "label_space": "引受番号ラベルをはる場所",
    "contents": "大切なお知らせ 在中",
    "postage_paid": "料金後納郵便",
    "post_office": "見本中央郵便局",
    "local_special": "郵便区内特別",
    "unit_name": "島尻郡久米島町",
    "box_number": "12",
    "box_sequence": "000001 〜 000250",
    "box_count": "250通",
    "box_weight": "中身の重さ 約4.6 kg",
    "box_attention": "担当者が開けてください",
    "box_sealing": "未封緘",
    "box_sets": "A（資格確認書） 200通\nB（資格情報のお知らせ） 50通",
    "box_no_forward": "250通",
    "box_bundles": "5束",
    "bundle_number": "1 / 5",
    "bundle_sequence": "0000001 〜 0000050",
    "bundle_count": "50通",
    "bundle_area": "901-12",
    "pallet_number": "1 / 2",
    "pallet_boxes": "箱 1 〜 24（24箱 6,000通）\n予備の箱 1（1箱）",
    "supplies": "□ 資格確認書（ブランク）　10枚\n□ 封筒　10枚",
    "place": "〒900-0000　見本市みどり町一丁目1番1号\n国民健康保険課　電話 098-000-0000",
    "delivery_day": wareki(_JOB["mail_on"]),
    "piece_id": "MIHON-00000-000001",
    "letter_date": wareki(_JOB["issued_on"]),
    "applies_from": f"{wareki(_JOB['switch_on'])}から",
    "return_document": "資格確認書",
    "printed_on": wareki(_JOB["issued_on"], "padded"),
    "list_title": "一覧の題",
    "list_page": "12 / 123",
    "list_range": "アカミネ　ウシ 〜 イケダ　ハナコ",
    "page_total": "15通　6,900円",
    "list_total": "1,840通　846,400円",
    "mailed_on": wareki(_JOB["mail_on"]),
    "approval": "見本郵便局承認",
    "sender_place": "〒900-0000　見本市みどり町一丁目1番1号",
    "sender_name": "見本市　国民健康保険課　電話 098-000-0000",
}
_LINE = {  # of every line of a list
    "no": "180",
    "registered": "246-80-13579-3",
    "recipient": f"見本　花子　{HONORIFIC}",
    "place": "12－300",
    "weight": "47.3",
    "fee": "460",
    "indemnity": "50,000",
    "note": "転送不要",
    "piece": "0000123",
    "kana": "ミホン　ハナコ",
    "name": "見本　花子",
    "insured": "4567",
    "document": "資格情報のお知らせ",
}
_MATTER |= {f"line_{n}_{name}": text for n in range(1, LINES_MOST + 1) for name, text in _LINE.items()}


def _texts(born: dt.date, own: Mapping[str, str]) -> dict[str, str]:
    """All fields: usual dates and numbers, the others as given, the family like the person, the rest empty."""
    texts = dict.fromkeys(FIELD_JA, "") | {
        "birth_date": wareki(born, "padded"),
        "qualified_on": wareki(born.replace(born.year + 75), "padded"),
        "effective_on": wareki(_JOB["switch_on"], "padded"),
        "valid_until": wareki(_JOB["expires_on"], "padded"),
        "issued_on": wareki(_JOB["issued_on"], "padded"),
        "insured_number": "01234567",
        "piece_number": "0000123",
        "insurer_number": "39472139",
        **_MATTER,
        **own,
    }
    for number in range(1, HOUSEHOLD_MOST + 1):
        for name, (field, _) in FAMILY.items():
            texts[f"family_{number}_{name}"] = texts[field] if field else "本人" if number == 1 else "家族"
    return texts


LONGEST = _texts(
    dt.date(1935, 12, 31),
    {
        "to_name": f"{_FOREIGN}　{HONORIFIC}",
        "to_postcode": "〒901-3192",
        "to_place": f"{_LONG_PLACE}\n比嘉　盛太郎{HONORIFIC}方",
        "name": _FOREIGN,
        "copay": "３割",
        "copay_before": "（令和8年12月31日までは２割）",
        "limit": "現役Ⅱ",
        "limit_effective_on": "令和8年12月31日",
        "long_stay_on": "令和8年12月31日",
        "disease_effective_on": "令和8年12月31日",
        "disease": "A・B・C",
        "disease_name": "血漿分画製剤を投与している先天性血液凝固第Ⅷ因子障害又は先天性血液凝固第Ⅸ因子障害",
        "disease_name_effective_on": "令和8年12月31日",
        "category": "区分Ⅱ",
        "category_effective_on": "令和8年12月31日",
        "category_long_stay_on": "令和8年12月31日",
        "new_copay": "３割",
        "old_class": "現役Ⅱ",
        "new_class": "区分Ⅱ",
        "sex": "女",
        "card_address": _LONG_PLACE,
    },
)
SHORTEST = _texts(
    dt.date(1940, 1, 1),
    {
        "to_name": f"東　一　{HONORIFIC}",
        "to_postcode": "〒900-0021",
        "to_place": "那覇市泉崎１－１",
        "name": "東　一",
        "copay": "１割",
        "category": "区分Ⅰ",
        "category_effective_on": "令和8年 8月 1日",
        "disease_name": "人工腎臓を実施している慢性腎不全",
        "disease_name_effective_on": "令和8年 8月 1日",
        "new_copay": "１割",
        "old_class": "区分Ⅰ",
        "new_class": "区分Ⅱ",
    },
)
USUAL = _texts(
    dt.date(1941, 7, 5),
    {
        "to_name": f"見本　花子　{HONORIFIC}",
        "to_postcode": "〒904-2215",
        "to_place": "うるま市みどり町六丁目１番１号\nメゾン・ド・ラ・メール２０５号",
        "name": "見本　花子",
        "copay": "２割",
        "limit": "区分Ⅱ",
        "limit_effective_on": "令和8年 8月 1日",
        "category": "区分Ⅱ",
        "category_effective_on": "令和8年 8月 1日",
        "disease_name": "人工腎臓を実施している慢性腎不全",
        "disease_name_effective_on": "令和8年 8月 1日",
        "new_copay": "２割",
        "old_class": "区分Ⅰ",
        "new_class": "区分Ⅱ",
        "sex": "女",
        "card_address": "うるま市みどり町六丁目１番１号\nメゾン・ド・ラ・メール２０５号",
    },
)


_CLASSES = {  # a 限度証 is for two classes, which no other card of its kind shows
    "limit_card": {
        "区分Ⅱ": "現役Ⅱ",
        "区分Ⅰ": "現役Ⅰ",
    }
}


def examples_of(texts: Mapping[str, str], layout: str) -> dict[str, str]:
    """The example texts as they may stand on a layout of this name."""
    return dict(texts) | {"category": _CLASSES.get(layout, {}).get(texts["category"], texts["category"])}


def preset_of(layout: str) -> str:
    """The newest shipped preset that prints a layout of this name; for others that of the coming year."""
    for name in sorted(preset_names(), key=lambda name: (name[:1] == "r", name), reverse=True):
        order = example_order(name)
        documents = {document for entry in order.sets_in_use() for document in order.sheets_of(entry.code)}
        if layout in {order.documents[document].layout for document in documents}:
            return name
    return "r08"


def example_order(preset: str) -> Order:
    """An order of a shipped preset that needs no files; JobError for a name that is none."""
    if preset not in preset_names():
        raise JobError(
            f"年度の規則「{preset}」がありません。",
            remedy=f"--preset を次のいずれかにしてください: {'、'.join(preset_names())}",
        )
    values = tomllib.loads(
        (data_dir() / "presets" / f"{preset}.toml").read_text(encoding="utf-8"), parse_float=Decimal
    )
    job = {"id": "MIHON", "title": "様式の見本", "preset": preset, **_JOB}
    return order_of({"job": job, "insurer": _INSURER, "input": {"export": ["export.csv"]}}, values)


def _contact(name: str, address: str, section: str) -> Contact:
    return Contact(
        no=1, jis_code="00000", code6="000000", name=name, kana="", insurer_number="39472139",
        postcode="9000000", address=address, section=section, phone="098-000-0000",
    )  # fmt: skip


LONG_CONTACT = _contact(
    "島尻郡久米島町", "島尻郡久米島町字比嘉2870番地 本庁舎2階5番窓口", "福祉課 後期高齢者医療保険係"
)
SHORT_CONTACT = _contact("津市", "津市丸之内1-1", "保険課")
USUAL_CONTACT = _contact("見本市", "見本市みどり町一丁目1番1号", "国民健康保険課")
