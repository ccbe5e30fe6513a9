"""The order's settings in words that officers read: what each is called, and how its values are said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from kouki_print.order.columns import BY_KEY, header_of
from kouki_print.order.conditions import ANY_OF, Condition, parse_condition
from kouki_print.order.documents import BUILT_IN
from kouki_print.order.models import SERVICE_JA

NOTHING = "なし"
NO_NAMES: Mapping[str, str] = {}
_WARN_OR_HOLD = {"warn": "印刷して一覧に載せる", "error": "保留", "hold": "保留", "off": "調べない"}


@dataclass(frozen=True, slots=True)
class Setting:
    """What a setting is called, the unit of its number, and words for values that are not plain text.

    ``documents``: the values are keys of the order's documents.
    """

    name: str
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    documents: bool = False


TABLES: dict[str, str] = {
    "rule": "規則",
    "exclude": "対象外の条件",
    "excluded": "対象外",
    "validity": "有効期限",
    "delivery": "受渡",
    "card": "証の面",
    "date": "日付の書き方",
    "documents": "書類",
    "checks": "検査",
    "words": "様式の言葉",
    "enclosure": "封入物",
    "set": "組",
    "envelope": "封筒",
    "mail": "郵送",
    "discount": "割引",
    "mail_of": "市町村ごとの郵送",
    "boxes": "箱",
    "ordering": "発注",
    "marks": "封筒の表示",
    "printing": "印刷",
    "asset": "画像",
    "fonts": "書体",
}
SETTINGS: dict[str, Setting] = {
    "rule.reason": Setting("理由"),
    "rule.document": Setting("書類", documents=True),
    "rule.when": Setting("条件"),
    "rule.set": Setting("組", values={"": "書類の最初の組"}),
    "rule.sentence": Setting("理由の文"),
    "exclude.reason": Setting("理由"),
    "exclude.when": Setting("条件"),
    "exclude.sentence": Setting("理由の文"),
    "validity.residence": Setting("在留期間満了日で短く"),
    "validity.disability": Setting("障害認定期限で短く"),
    "validity.age_limits": Setting("短くする年齢", "歳"),
    "validity.age_end": Setting(
        "年齢に達するときの最後の日",
        "歳",
        values={"day_before": "誕生日の前日", "birthday": "誕生日", "month_end": "誕生日の前日の月の末日"},
    ),
    "validity.leaves_at": Setting("資格のなくなる年齢", "歳"),
    "validity.max_years": Setting("切替日からの上限", "年"),
    "delivery.unit": Setting("受渡単位", values={"municipality": "市町村", "group": "団体（事業所）"}),
    "delivery.per_household": Setting("世帯に1通の書類", documents=True),
    "delivery.addressee": Setting("宛名", values={"person": "本人", "householder": "世帯主"}),
    "card.show_sex": Setting("性別の印字"),
    "card.show_address": Setting("住所の印字"),
    "card.optional_mask": Setting("印字しない任意項目に置く記号"),
    "card.disease_shown": Setting(
        "特定疾病区分の印字", values={"with_limit": "限度区分併記の人だけ", "always": "該当する人すべて"}
    ),
    "card.early_use": Setting("全員を早期使用可に"),
    "date.padding": Setting(
        "1桁の月日", values={"blank": "前を1字空ける", "blank_year": "年も前を1字空ける", "none": "空けない"}
    ),
    "date.gannen": Setting("1年を元年と書く"),
    "documents.name": Setting("名前"),
    "documents.layout": Setting("様式"),
    "checks.insured_number_check": Setting("被保険者番号の検査数字の違い", values=_WARN_OR_HOLD),
    "checks.insurer_number_mismatch": Setting("市町村と違う保険者番号", values=_WARN_OR_HOLD),
    "checks.protected_without_instruction": Setting(
        "渡し方の指示がない支援措置の人", values={"hold": "保留", "print": "印刷"}
    ),
    "checks.kind_order": Setting("使う送付先区分"),
    "checks.undrawable": Setting("印刷できない文字", values={"hold": "保留", "hand": "空けて印刷し手書き"}),
    "checks.youngest": Setting("年齢の下限", "歳"),
    "checks.oldest": Setting("年齢の上限", "歳"),
    "words.system": Setting("制度の名"),
    "words.certificate": Setting("資格確認書の呼び名"),
    "words.certificate_title": Setting("資格確認書の表題"),
    "words.previous_document": Setting("これまで使っていたもの"),
    "words.certificate_letter": Setting("資格確認書の案内文のファイル"),
    "words.certificate_guide": Setting("資格確認書の説明のファイル"),
    "words.certificate_cautions": Setting("資格確認書の注意事項のファイル"),
    "words.certificate_back": Setting("資格確認書の裏面のファイル"),
    "words.letter_reduction_document": Setting("減額証の通知文の書類の名"),
    "words.letter_limit_document": Setting("限度証の通知文の書類の名"),
    "words.letter_tables": Setting("通知文の裏の表の年月"),
    "words.letter_seal": Setting("通知文の差出人の下の言葉"),
    "words.envelope_contents": Setting("封筒の中身の名"),
    "words.organ_donor": Setting("臓器提供の欄のファイル"),
    "words.notice": Setting("お知らせの呼び名"),
    "words.notice_title": Setting("お知らせの表題"),
    "words.notice_letter": Setting("お知らせの案内文のファイル"),
    "words.notice_guide": Setting("お知らせの説明のファイル"),
    "words.notice_back": Setting("お知らせの裏面のファイル"),
    "enclosure.code": Setting("番号"),
    "enclosure.name": Setting("名称"),
    "enclosure.grams": Setting("重さ", "g"),
    "enclosure.measured": Setting("実測の幅"),
    "enclosure.paper": Setting("用紙"),
    "enclosure.tolerance_percent": Setting("重さの許容差", "%"),
    "enclosure.thickness_mm": Setting("1部の厚さ", "mm"),
    "enclosure.folds": Setting("折りの回数", "回"),
    "enclosure.pack": Setting("入数", "部"),
    "enclosure.owner": Setting("在庫の持ち主"),
    "enclosure.personal": Setting("個人ごとの印字"),
    "enclosure.document": Setting("同封する書類", documents=True),
    "measured.n": Setting("量った数", "部"),
    "measured.min": Setting("最小", "g"),
    "measured.max": Setting("最大", "g"),
    "paper.gsm": Setting("米坪", "g/m²"),
    "paper.ream_kg": Setting("連量", "kg"),
    "paper.ream": Setting("連量の寸法"),
    "paper.size": Setting("展開寸法", "mm"),
    "paper.leaves": Setting("枚数", "枚"),
    "set.code": Setting("記号"),
    "set.document": Setting("書類", documents=True),
    "set.items": Setting("封入物"),
    "envelope.name": Setting("名称"),
    "envelope.width_mm": Setting("幅", "mm"),
    "envelope.height_mm": Setting("高さ", "mm"),
    "envelope.thickness_mm": Setting("厚さ", "mm"),
    "envelope.inner_width_mm": Setting("内寸の幅", "mm"),
    "envelope.inner_height_mm": Setting("内寸の高さ", "mm"),
    "envelope.fold_tolerance_mm": Setting("折りのずれ", "mm"),
    "envelope.window": Setting("窓"),
    "window.x": Setting("左の端から", "mm"),
    "window.y": Setting("上の端から", "mm"),
    "window.width": Setting("幅", "mm"),
    "window.height": Setting("高さ", "mm"),
    "envelope.grams": Setting("重さ", "g"),
    "envelope.gsm": Setting("米坪", "g/m²"),
    "envelope.k": Setting("計算の係数"),
    "envelope.film_grams": Setting("窓のフィルムの重さ", "g"),
    "envelope.seal_grams": Setting("のりと封の重さ", "g"),
    "envelope.ink_grams": Setting("インキの重さ", "g"),
    "envelope.tolerance_percent": Setting("重さの許容差", "%"),
    "mail_of.name": Setting("名前"),
    "mail_of.units": Setting("市町村・団体"),
    "mail_of.document": Setting("書類", documents=True),
    "mail_of.service": Setting("郵便種別", values=SERVICE_JA),
    "discount.name": Setting("名前"),
    "discount.service": Setting("郵便種別", values=SERVICE_JA),
    "discount.yen": Setting("1通の割引", "円"),
    "discount.percent": Setting("割引の率", "%"),
    "discount.min_pieces": Setting("差出し1回の通数の下限", "通"),
    "discount.min_per_area": Setting("郵便区ごとの通数の下限", "通"),
    "discount.documents": Setting("書類", documents=True),
    "discount.units": Setting("市町村・団体"),
    "discount.barcode": Setting("カスタマバーコードが条件"),
    "discount.source": Setting("確認した相手"),
    "boxes.max_pieces": Setting("1箱の上限", "通"),
    "boxes.max_grams": Setting("1箱の重さの上限", "g"),
    "marks.layout": Setting("様式"),
    "marks.office": Setting("料金後納の差出郵便局"),
    "marks.offices": Setting("市町村ごとの差出郵便局"),
    "marks.local_special": Setting("郵便区内特別の表示"),
    "marks.without_local_special": Setting("郵便区内特別を表示しない市町村"),
    "marks.no_forward": Setting("封筒にも転送不要を表示"),
    "ordering.spare_percent": Setting("予備", "%"),
    "ordering.envelope_pack": Setting("封筒の入数", "枚"),
    "ordering.label": Setting("引受番号ラベルの発注"),
    "fonts.fallback": Setting("次に使うフォント"),
    "fonts.gaiji": Setting("外字フォント"),
    **{
        f"{table}.{key}": Setting(name)
        for table in ("fallback", "gaiji")
        for key, name in (("file", "ファイル"), ("sha256", "SHA-256"), ("name", "呼び名"))
    },
    "printing.standard": Setting(
        "印刷ファイルの規格", values={"x4": "PDF/X-4 + PDF/VT-1", "x1a": "PDF/X-1a:2003"}
    ),
    "printing.imposition": Setting("面付け"),
    "printing.lot_sheets": Setting("1ロットの枚数", "枚"),
    "printing.lot_mb": Setting("1ファイルの大きさの上限", "MB"),
    "printing.matching_code": Setting(
        "照合コードの種類", values={"qr": "QRコード", "datamatrix": "データマトリックス"}
    ),
    "printing.machine": Setting("封入機"),
    "printing.xjdf_schema": Setting("XJDFのスキーマ"),
    "printing.customer_barcode": Setting("カスタマバーコードの印字"),
    "printing.output_condition": Setting("出力条件の名"),
    "printing.output_profile": Setting("出力プロファイル"),
    "printing.output_profile_sha256": Setting("出力プロファイルのSHA-256"),
    "printing.colour": Setting("年度の色"),
    "colour.spot": Setting("特色の名"),
    "colour.cmyk": Setting("CMYK", "%"),
    "printing.dieline": Setting(
        "ミシン目",
        values={
            "printed_dashes": "破線で印刷",
            "separation": "特色の版",
            "separation+ocg": "特色の版とレイヤー",
            "none": "印刷しない",
        },
    ),
    "printing.registered_start": Setting("引受番号バーコードのスタート文字"),
    "printing.registered_stop": Setting("引受番号バーコードのストップ文字"),
    "asset.file": Setting("ファイル"),
    "asset.sha256": Setting("SHA-256"),
    "asset.last_sha256": Setting("昨年のSHA-256"),
}


def table_name(table: str) -> str:
    """What a table of the order is called; one that nobody has named yet as it stands in the file."""
    return TABLES.get(table, f"[{table}]")


def setting_of(table: str, key: str, documents: Mapping[str, str] = NO_NAMES) -> Setting:
    """What is known of a setting; one that nobody has named yet goes by its key.

    ``documents`` are the names of the order's documents by key.
    """
    if table == "excluded" and key in BY_KEY:
        return Setting(header_of(key))
    if table == "mail":
        return Setting(documents.get(key, key), values=SERVICE_JA)
    return SETTINGS.get(f"{table}.{key}", Setting(key))


def value_words(table: str, key: str, value: Any, documents: Mapping[str, str] = NO_NAMES) -> str:
    """A value of a setting in words; text other than codes and file names stands in 「」."""
    if key == "when":
        return condition_words(value)
    setting = setting_of(table, key, documents)
    if isinstance(value, bool):
        return "する" if value else "しない"
    if isinstance(value, int | Decimal):
        return f"{value:f}{setting.unit}" if isinstance(value, Decimal) else f"{value}{setting.unit}"
    if isinstance(value, BaseModel):
        return setting_words(key, value, documents, joint="、")
    if isinstance(value, Mapping):
        return (
            "、".join(
                f"{each}{setting.unit}: {value_words(table, key, value[each], documents)}" for each in value
            )
            or NOTHING
        )
    if isinstance(value, list | tuple):
        joint = "×" if isinstance(value, tuple) else "・"  # a tuple is a size
        return joint.join(value_words(table, key, each, documents) for each in value) or NOTHING
    text = "" if value is None else str(value)
    values = documents if setting.documents else setting.values
    if text in values:
        return values[text]
    return NOTHING if not text else text if text.isascii() else f"「{text}」"


def setting_words(
    table: str, settings: BaseModel, documents: Mapping[str, str], *, without: str = "", joint: str = "／"
) -> str:
    """Settings that are not the usual ones, joined; the condition always, which matters when there is none."""
    return joint.join(
        f"{setting_of(table, key).name} {value_words(table, key, value, documents)}"
        for key, value in settings
        if key != without and (key == "when" or value != type(settings).model_fields[key].default)
    )


def condition_words(when: Mapping[str, Any]) -> str:
    """Conditions of a rule as a sentence: 「切替日の年齢が85以上」."""
    told = [_one_condition(parse_condition(key, value)) for key, value in when.items()]
    return "、かつ ".join(told) or "なし（残りの全員）"


_COMPARED = {
    ">=": "{}以上",
    "<=": "{}以下",
    ">": "{}より大きい",
    "<": "{}より小さい",
    "==": "{}",
    "!=": "{}でない",
}


def _one_condition(condition: Condition) -> str:
    if condition.key == "age":
        return "切替日の年齢が" + _COMPARED[condition.sign].format(f"{condition.number}歳")
    column = BY_KEY[condition.key]
    if condition.sign == ANY_OF:
        shown = {word: header for header, word in column.words.items()}
        shown |= {key: document.name for key, document in BUILT_IN.items()}  # 交付書類区分
        words = [shown[word] if word else "空欄" for word in condition.words]
        return f"{column.header}が{'・'.join(words)}" + ("のいずれか" if len(words) > 1 else "")
    if column.kind == "flag":
        return f"{column.header}が{'1' if condition.number else '1でない'}"
    return f"{column.header}が{_COMPARED[condition.sign].format(condition.number)}"
