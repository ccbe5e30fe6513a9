"""The shipped presets (年度の規則) for people: what there is, and how two of them differ, in words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.columns import BY_KEY, header_of
from kouki_print.order.load import preset_names
from kouki_print.order.models import DOCUMENT_JA, SERVICE_JA

_SOURCE = "根拠: "
_ENVELOPE_JA = {
    "name": "名称",
    "width_mm": "幅mm",
    "height_mm": "高さmm",
    "thickness_mm": "厚さmm",
    "grams": "重さg",
}


@dataclass(frozen=True, slots=True)
class PresetFile:
    """One preset: its name, the title and source from its first comment lines, and its plain values."""

    name: str
    title: str
    source: str
    values: Mapping[str, Any]


def read_preset(name: str) -> PresetFile:
    """A shipped preset; JobError lists the known ones."""
    if name not in preset_names():
        raise JobError(
            f"年度の規則「{name}」はありません。",
            remedy=f"次のいずれかを指定してください: {'、'.join(preset_names())}",
        )
    text = (data_dir() / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    comments = [line.lstrip("# ").rstrip() for line in text.splitlines() if line.startswith("#")]
    source = next((line.removeprefix(_SOURCE) for line in comments if line.startswith(_SOURCE)), "")
    return PresetFile(name, comments[0] if comments else name, source, tomllib.loads(text))


def list_presets() -> list[PresetFile]:
    """All shipped presets by name."""
    return [read_preset(name) for name in preset_names()]


def condition_words(when: Mapping[str, Any]) -> str:
    """Conditions of a rule in words: 「切替日の年齢 >=85」."""
    words = []
    for key, value in when.items():
        name = "切替日の年齢" if key == "age" else header_of(key) if key in BY_KEY else key
        if isinstance(value, bool):
            words.append(f"{name}が{'1' if value else '1でない'}")
        elif isinstance(value, list):
            words.append(f"{name}が{'・'.join(map(str, value))}のいずれか")
        else:
            words.append(f"{name} {value}")
    return "、かつ ".join(words) or "条件なし（残りの全員）"


def diff_presets(first: str, second: str) -> list[str]:
    """What changes from ``first`` to ``second``, line by line; empty when nothing does."""
    old, new = read_preset(first), read_preset(second)
    return [
        *_rules(old, new),
        *_by_code("封入物", "enclosure", old, new, _enclosure_words),
        *_by_code("組", "set", old, new, _set_words),
        *_table("封筒", "envelope", old, new, _ENVELOPE_JA, {}),
        *_table("郵送", "mail", old, new, DOCUMENT_JA, SERVICE_JA),
        *_table("対象外", "excluded", old, new, {key: column.header for key, column in BY_KEY.items()}, {}),
    ]


def _rule_words(rule: Mapping[str, Any]) -> str:
    return f"{condition_words(rule.get('when', {}))} → {DOCUMENT_JA[rule['document']]}"


def _rules(old: PresetFile, new: PresetFile) -> Iterator[str]:
    before = {rule["reason"]: rule for rule in old.values["rule"]}
    after = {rule["reason"]: rule for rule in new.values["rule"]}
    for reason, rule in before.items():
        if reason not in after:
            yield f"規則 {reason}: {new.name} にはない（{old.name}: {_rule_words(rule)}）"
    for reason, rule in after.items():
        if reason not in before:
            yield f"規則 {reason}: {new.name} で加わる（{_rule_words(rule)}）"
        elif _rule_words(before[reason]) != _rule_words(rule):
            yield f"規則 {reason}: 「{_rule_words(before[reason])}」から「{_rule_words(rule)}」に変わる"
    common = [reason for reason in before if reason in after]
    if common != [reason for reason in after if reason in before]:
        yield f"規則の順番が変わる: {'、'.join(before)} から {'、'.join(after)}"


def _enclosure_words(entry: Mapping[str, Any]) -> str:
    return f"{entry['name']}（{entry['grams']}g）"


def _set_words(entry: Mapping[str, Any]) -> str:
    return f"{DOCUMENT_JA[entry['document']]}: {'・'.join(entry['items'])}"


def _by_code(label: str, key: str, old: PresetFile, new: PresetFile, words: Any) -> Iterator[str]:
    before = {entry["code"]: words(entry) for entry in old.values.get(key, [])}
    after = {entry["code"]: words(entry) for entry in new.values.get(key, [])}
    for code in dict.fromkeys([*before, *after]):
        if code not in after:
            yield f"{label} {code}: なくなる（{before[code]}）"
        elif code not in before:
            yield f"{label} {code}: 加わる（{after[code]}）"
        elif before[code] != after[code]:
            yield f"{label} {code}: 「{before[code]}」から「{after[code]}」に変わる"


def _table(
    label: str,
    key: str,
    old: PresetFile,
    new: PresetFile,
    names: Mapping[str, str],
    values: Mapping[str, str],
) -> Iterator[str]:
    before, after = old.values.get(key, {}), new.values.get(key, {})
    for entry in dict.fromkeys([*before, *after]):
        first, second = (str(side.get(entry, "なし")) for side in (before, after))
        if first != second:
            yield f"{label} {names.get(entry, entry)}: {values.get(first, first)} から {values.get(second, second)}"
