"""``presets diff`` misses nothing: whatever of an order is changed, a line names it, in words."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any

import pytest
from pydantic import BaseModel

from kouki_print.order.conditions import FLAG_KEYS, NUMBER_KEYS, WORD_KEYS, parse_condition
from kouki_print.order.differences import differences
from kouki_print.order.load import preset_names
from kouki_print.order.models import Order
from kouki_print.order.named import named_documents
from kouki_print.order.presets import diff_presets, order_of_preset
from kouki_print.order.setting_names import SETTINGS, TABLES
from kouki_print.order.wording import condition_words, setting_of, table_name, value_words

OF_THE_JOB = {"job", "insurer", "input"}
FREE_KEYS = {"excluded", "words", "mail"}  # tables whose keys are not fixed by a model
Path = tuple[str | int, ...]

FULL: dict[str, Any] = {  # every setting that is empty by default stands here at least once
    "validity": {"age_limits": [70, 75], "age_end": {"70": "month_end"}, "leaves_at": 80, "max_years": 5},
    "delivery": {"per_household": ["notice"]},
    "documents": {"disease_card": {"name": "特定疾病療養受療証", "layout": "art/disease.toml"}},
    "rule": [
        {"reason": "OLD", "document": "certificate", "when": {"age": ">=85"}, "set": "A", "sentence": "85歳以上"},
        {"reason": "FLAG", "document": "certificate", "when": {"linked": False}, "sentence": "登録なし"},
        {"reason": "REST", "document": "notice", "sentence": "ほかの人"},
    ],
    "exclude": [
        {"reason": "NONE", "when": {"event": ["新規", "変更"]}, "sentence": "異動なし"},
        {"reason": "TWO", "when": {"category": "区分Ⅱ"}, "sentence": "区分"},
    ],
    "excluded": {"welfare": "生活保護", "short_term": "短期証"},
    "enclosure": [
        {"code": "1", "name": "書類", "grams": 5, "paper": {"ream_kg": 70, "ream": "菊判", "size": "A4"}},
        {"code": "2", "name": "冊子", "grams": 6, "paper": {"gsm": 70, "size": [200, 300]}, "owner": "連合",
         "measured": {"n": 50, "min": 4, "max": 8}},
        {"code": "3", "name": "受療証", "grams": 3, "personal": True, "document": "disease_card"},
    ],
    "set": [
        {"code": "A", "document": "certificate", "items": ["1"]},
        {"code": "B", "document": "notice", "items": ["1", "2"]},
    ],
    "envelope": {"name": "長形3号", "width_mm": 120, "height_mm": 235, "thickness_mm": 5, "grams": 5,
                 "gsm": 80},
    "mail_of": [{"name": "那覇市", "units": ["47201"], "document": "notice", "service": "ordinary"}],
    "discount": [
        {"name": "単割", "service": "simple_registered", "yen": 10, "documents": ["notice"],
         "units": ["47201"], "source": "那覇中央郵便局"},
        {"name": "率の割引", "service": "ordinary", "percent": 3, "source": "那覇中央郵便局"},
    ],
    "fonts": {"fallback": [{"file": "art/ipamjm.ttf", "sha256": "0" * 64, "name": "IPAmj明朝"}],
              "gaiji": {"file": "art/own.tte", "sha256": "0" * 64, "name": "外字"}},
    "printing": {"lot_mb": 40, "machine": "omr_edge", "xjdf_schema": "art/xjdf.xsd",
                 "colour": {"spot": "DIC 123", "cmyk": [0, 35, 10, 0]}},
    "asset": {"seal": {"file": "art/seal.png", "sha256": "0" * 64, "last_sha256": "1" * 64}},
    "marks": {"office": "那覇中央郵便局", "offices": {"47207": "八重山郵便局"},
              "without_local_special": ["47381"]},
    "words": {"system": "国民健康保険"},
    "blank_stock": {"documents": ["certificate"]},
    "handover": {
        "files_on": "2026-06-22", "delivery_on": "2026-07-06", "delivery_days": {"47381": "2026-07-03"},
        "work_order": ["47381", "47201"], "pull_until": "2026-07-10", "erase_on": "2026-10-31",
    },
    "deliver_to": [{"unit": "47201", "name": "第二庁舎", "postcode": "9000002", "address": "曙1-1-1"}],
}  # fmt: skip
BASE = order_of_preset(FULL)


@cache
def choices() -> tuple[str, ...]:
    """All words among which some setting chooses."""
    found = re.findall(r"'enum': \[([^]]*)\]", str(Order.model_json_schema()))
    words = [word for each in found for word in re.findall(r"'([^']*)'", each)]
    return tuple(dict.fromkeys([*words, *BASE.documents]))


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every setting of a dumped order that holds a plain value, or an empty list or table."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not items or not value:
        yield path, value
    for key, each in items:
        if path or key not in OF_THE_JOB:
            yield from leaves(each, (*path, key))


def others(value: Any) -> Iterator[Any]:
    """Values that might stand in place of this one; the models say which of them may."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, str):
        yield from ("9Z", "X", "f" * 64, ">=84", "再交付", "区分Ⅰ", "9010101", *choices())
    elif isinstance(value, list | tuple):
        yield from ([1], [1, 2], value[::-1], *([word] for word in choices()))
    elif isinstance(value, dict):
        yield from ({"1": "1"}, {"linked": True})
    elif isinstance(value, dt.date):
        yield value + dt.timedelta(days=1)
    elif value is not None:
        yield from (value + 1, value - 1)


def replaced(value: Any, path: Path, new: Any) -> Any:
    """The same values with one of them exchanged."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = replaced(value[path[0]], path[1:], new)
    return copy


def changed(path: Path, value: Any) -> Iterator[Order]:
    """The full order with other values that the models allow at one place."""
    for new in others(value):
        try:
            order = Order.model_validate(replaced(BASE.model_dump(), path, new))
            for entry in (*order.rule, *order.exclude):
                for key, given in entry.when.items():
                    parse_condition(key, given)
        except ValueError:
            continue
        known = all(document in order.documents for document, _ in named_documents(order))
        if order != BASE and known:
            yield order


def told(old: Order, new: Order) -> list[str]:
    return list(differences(old, new, "新"))


PLACES = [(path, value) for path, value in leaves(BASE.model_dump()) if value is not None]


@pytest.mark.parametrize(("path", "value"), PLACES, ids=[".".join(map(str, path)) for path, _ in PLACES])
def test_whatever_is_changed_is_told_by_name(path: Path, value: Any) -> None:
    table, keys = str(path[0]), [key for key in path[1:] if isinstance(key, str)]
    orders = list(islice(changed(path, value), 12))
    assert orders, "no other value was found for this place"
    lines = [told(BASE, order) for order in orders]
    for each in lines:
        assert any(line.startswith(table_name(table)) for line in each)
        named = keys[0] in ("code", "reason") or (
            (table, keys[0]) in (("discount", "name"), ("mail_of", "name"), ("deliver_to", "unit"))
        )
        key = keys[1] if table == "documents" else keys[0]
        assert named or any(setting_of(table, key, BASE.document_names).name in line for line in each)
    assert len({*map(tuple, lines)}) == len(orders), "two values are told in the same words"
    if value in choices() and keys[-1] not in ("layout", "set"):  # names of files, codes
        assert not re.search("[a-z]{3}", "".join(line for each in lines for line in each)), (
            "a value has no words"
        )


def entries_of(order: Order) -> Iterator[tuple[str, list[BaseModel]]]:
    """The tables of the order whose keys a model fixes; inner tables by their own key."""
    for table, value in order:
        if table not in OF_THE_JOB | FREE_KEYS:
            inside = list(value.values()) if isinstance(value, dict) else [value]
            entries = value if isinstance(value, list) else inside
            yield table, entries
            values = [(key, each) for entry in entries for key, each in entry]
            parts = [
                (key, part) for key, each in values for part in (each if isinstance(each, list) else [each])
            ]
            inner = [(key, part) for key, part in parts if isinstance(part, BaseModel)]
            for name in dict.fromkeys(key for key, _ in inner):
                yield name, [each for key, each in inner if key == name]


def test_every_setting_has_a_place_and_a_name() -> None:
    """A new setting is compared from the start; here it asks for a Japanese name, and a value in FULL."""
    known = set()
    for table, entries in entries_of(BASE):
        for key in type(entries[0]).model_fields:
            assert any(getattr(entry, key) is not None for entry in entries), f"FULL has no {table}.{key}"
            known.add(f"{table}.{key}")
    assert known == {name for name in SETTINGS if name.partition(".")[0] not in FREE_KEYS}
    assert set(TABLES) == set(Order.model_fields) - OF_THE_JOB


def test_a_setting_without_a_name_goes_by_its_key() -> None:
    assert table_name("brand_new") == "[brand_new]" and setting_of("brand_new", "key").name == "key"
    values = (True, 3, Decimal("1.50"), dt.date(2026, 8, 1), 1.5, None, ["a", "b"], {"a": 1}, "ことば")
    words = ["する", "3", "1.50", "2026-08-01", "1.5", "なし", "a・b", "a: 1", "「ことば」"]
    assert [value_words("brand_new", "key", value) for value in values] == words


def with_entries(table: str, *entries: dict[str, Any]) -> Order:
    return order_of_preset({**FULL, table: list(entries)})


@pytest.mark.parametrize("table", ["rule", "exclude", "set"])
def test_the_order_of_entries_is_told(table: str) -> None:
    """Of rules, exclusions and sets the first one counts."""
    entries = FULL[table]
    turned = told(BASE, with_entries(table, *reversed(entries)))
    assert len(turned) == 1 and turned[0].startswith(f"{TABLES[table]}の順番: ")
    first, last = (
        told(with_entries(table, *entries[1:]), with_entries(table, *order))
        for order in (entries, [*entries[1:], entries[0]])
    )
    assert len(first) == len(last) == 1 and "最初に加わる" in first[0] and "の次に加わる" in last[0]


def test_what_is_added_to_a_table_is_told() -> None:
    more = {
        "excluded": {"pickup": "窓口"},
        "words": {"notice": "お知らせ"},
        "validity": {"age_end": {"75": "birthday"}},
    }
    new = order_of_preset({**FULL, **{table: {**FULL[table], **values} for table, values in more.items()}})
    assert told(BASE, new)[-1] == "様式の言葉 お知らせの呼び名: 既定の言葉 → 「お知らせ」"
    assert told(new, BASE)[0] == "対象外 窓口交付: 「窓口」 → なし"
    assert "年齢に達するときの最後の日: 70歳: 誕生日の前日の月の末日 → 75歳: 誕生日" in "".join(
        told(BASE, new)
    )


def test_a_reason_may_stand_twice() -> None:
    twice = [*FULL["rule"], {**FULL["rule"][0], "when": {"age": ">=95"}}]
    lines = told(BASE, with_entries("rule", *twice))
    assert lines == [
        "規則 OLD（2番目）: 新 では REST の次に加わる"
        "（書類 資格確認書／条件 切替日の年齢が95歳以上／組 A／理由の文 「85歳以上」）"
    ]


def test_what_is_written_in_another_way_is_no_difference() -> None:
    rules = [
        {**rule, "when": {"age": " >= 85 "}} if rule["reason"] == "OLD" else rule for rule in FULL["rule"]
    ]
    assert told(BASE, order_of_preset({**FULL, "rule": rules, "boxes": {"max_pieces": 300}})) == []


def test_conditions_are_sentences() -> None:
    assert condition_words({"used_12m": ">=6", "used_3m": "<1", "linked": True}) == (
        "利用回数１年が6以上、かつ 利用回数３月が1より小さい、かつ マイナ保険証登録が1"
    )
    assert condition_words({"event": ["new", "再交付", ""], "sex": "2"}) == (
        "異動区分が新規・再交付・空欄のいずれか、かつ 性別が女"
    )
    assert condition_words({"document_given": "1", "age": "!=75"}) == (
        "交付書類区分が資格確認書、かつ 切替日の年齢が75歳でない"
    )
    assert condition_words({}) == "なし（残りの全員）"


@pytest.mark.parametrize("key", sorted(FLAG_KEYS | NUMBER_KEYS | WORD_KEYS))
def test_every_column_that_rules_may_look_at_has_a_sentence(key: str) -> None:
    values = (
        [True, False] if key in FLAG_KEYS else [f"{sign}1" for sign in (">=", "<=", "<", ">", "==", "!=")]
    )
    words = [condition_words({key: value}) for value in (values if key not in WORD_KEYS else [""])]
    assert len(set(words)) == len(words) and not any(re.search("[a-z]", each) for each in words)


@pytest.mark.parametrize("first", preset_names())
def test_shipped_presets_differ_in_settings_that_have_names(first: str) -> None:
    for second in preset_names():
        for line in diff_presets(first, second):
            assert not re.search("[a-z]", line.partition(": ")[0]), line
