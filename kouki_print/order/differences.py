"""How two orders differ, table by table and setting by setting, in words.

It goes through the models themselves, so that a new setting is compared from its first day on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from kouki_print.order.conditions import parse_condition
from kouki_print.order.documents import BUILT_IN
from kouki_print.order.models import Order
from kouki_print.order.setting_names import TABLES
from kouki_print.order.wording import NOTHING, setting_of, setting_words, table_name, value_words

_ABSENT = {"words": "既定の言葉"}  # where nothing is written, the pages have words of their own


def differences(old: Order, new: Order, name: str) -> Iterator[str]:
    """What changes from ``old`` to ``new``, line by line; ``name`` is what the new one is called."""
    names = old.document_names | new.document_names
    for table in dict.fromkeys([*TABLES, *Order.model_fields]):
        before, after = getattr(old, table), getattr(new, table)
        if table == "documents":
            labels = {key: text if key in BUILT_IN else f"{text}（{key}）" for key, text in names.items()}
            before, after = ({labels[key]: side[key] for key in side} for side in (before, after))
        if isinstance(before, dict) and any(
            isinstance(each, BaseModel) for each in (before | after).values()
        ):
            yield from _entries(table, before, after, name, names)
        elif isinstance(before, list):
            yield from _entries(table, _by_key(before), _by_key(after), name, names)
        else:
            yield from _settings(table, table_name(table), dict(before), dict(after), names)


def _settings(
    table: str, label: str, before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[str, str]
) -> Iterator[str]:
    absent = _ABSENT.get(table, NOTHING)
    for key in dict.fromkeys([*before, *after]):
        if not _same(key, before.get(key), after.get(key)):
            first, second = (
                value_words(table, key, side[key], names) if key in side else absent
                for side in (before, after)
            )
            yield f"{label} {setting_of(table, key, names).name}: {first} → {second}"


def _same(key: str, before: Any, after: Any) -> bool:
    """Whether two values mean the same; of conditions also when they are written in another way."""
    if key == "when":
        before, after = (
            {each: parse_condition(each, side[each]) for each in side} for side in (before, after)
        )
    return bool(before == after)


def _by_key(entries: Sequence[BaseModel]) -> dict[str, BaseModel]:
    """Entries by the first of their settings (code or reason); one that is used again gets its number."""
    found: dict[str, BaseModel] = {}
    used: Counter[str] = Counter()
    for entry in entries:
        key = str(getattr(entry, _key_of(entry)))
        used[key] += 1
        found[key if used[key] == 1 else f"{key}（{used[key]}番目）"] = entry
    return found


def _key_of(entry: BaseModel) -> str:
    return next(iter(type(entry).model_fields))


def _entries(
    table: str,
    before: Mapping[str, BaseModel],
    after: Mapping[str, BaseModel],
    name: str,
    names: Mapping[str, str],
) -> Iterator[str]:
    """Entries that are gone, added or changed, and their order: of rules and sets the first one counts."""
    label = table_name(table)
    for key, entry in before.items():
        if key not in after:
            yield f"{label} {key}: {name} にはない（{_summary(table, entry, names)}）"
    previous = ""
    for key, entry in after.items():
        if key in before:
            yield from _settings(table, f"{label} {key}", dict(before[key]), dict(entry), names)
        else:
            place = f" {previous} の次" if previous else "最初"
            yield f"{label} {key}: {name} では{place}に加わる（{_summary(table, entry, names)}）"
        previous = key
    first, second = [key for key in before if key in after], [key for key in after if key in before]
    if first != second:
        yield f"{label}の順番: {'、'.join(first)} → {'、'.join(second)}"


def _summary(table: str, entry: BaseModel, names: Mapping[str, str]) -> str:
    without = "" if table in ("documents", "asset") else _key_of(entry)  # their keys stand before them
    return setting_words(table, entry, names, without=without)
