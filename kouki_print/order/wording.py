"""The order's settings in words that officers read: what each is called, and how its values are said."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from kouki_print.order.columns import BY_KEY, header_of
from kouki_print.order.conditions import ANY_OF, Condition, parse_condition
from kouki_print.order.documents import BUILT_IN
from kouki_print.order.models import SERVICE_JA
from kouki_print.order.setting_names import SETTINGS, TABLES, Setting

NOTHING = "なし"
NO_NAMES: Mapping[str, str] = {}


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
