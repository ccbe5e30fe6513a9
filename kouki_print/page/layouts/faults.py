"""Mistakes in a layout file, in Japanese: what is wrong, in which file and line, and what to write instead."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from kouki_print.base.errors import JobError
from kouki_print.order.messages import DIGEST
from kouki_print.order.names import fields_at, meant, nearest
from kouki_print.page.items import SMALLEST
from kouki_print.page.layouts.toml_lines import Path

MOST = 20  # told at once; who has more repeats one of them
_SIZES = ("size", "min_size", "text_size")
_MEANT = {  # Japanese for a value that has an English name
    "明朝": "mincho", "ゴシック": "gothic", "太字": "bold", "太ゴシック": "bold", "太いゴシック": "bold",
    "左": "left", "中央": "center", "centre": "center", "右": "right", "上": "top", "下": "bottom",
    "黒": "black", "年度": "year", "年度の色": "year",
}  # fmt: skip

_KINDS: dict[str, tuple[str, str]] = {  # pydantic's kind: what the value has to be, what to do
    "float_type": ("数で書きます", "mm やポイントの数だけを、引用符なしで書いてください。"),
    "finite_number": ("数で書きます", "mm やポイントの数だけを、引用符なしで書いてください。"),
    "int_type": ("整数で書きます", "小数点のない数を、引用符なしで書いてください。"),
    "int_from_float": ("整数で書きます", "小数点のない数を、引用符なしで書いてください。"),
    "bool_type": (" true か false で書きます", "引用符なしで true か false と書いてください。"),
    "string_type": ("文字で書きます", '" " で囲んで書いてください。'),
    "list_type": ("並びで書きます", "[ ] で囲んで書いてください。"),
    "tuple_type": ("数の並びで書きます", "[1, 0.8] のように [ ] で囲んで書いてください。"),
    "too_long": ("数が多すぎます", "[1, 0.8] のように決まった数だけ書いてください。"),
    "model_type": ("表で書きます", "[名前] の表か、{ } で囲んだ並びにしてください。"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake: where in the merged values, what is wrong, what to do; ``other`` is what it has to do with."""

    path: Path
    what: str
    remedy: str
    other: Path = ()


def place_of(path: Path) -> str:
    """What holds the value, as the file writes it: ``[[front.text]]``, ``[sheet]``; empty for the file itself."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return ""
    return f"[[{'.'.join(names)}]]" if isinstance(path[-1], int) else f"[{'.'.join(names)}]"


def type_faults(model: type[BaseModel], values: Mapping[str, Any]) -> Iterator[Fault]:
    """What the model does not accept of the values, taken as strictly as the JSON Schema takes them."""
    try:
        model.model_validate_json(json.dumps(values, default=_plain), strict=True)
    except ValidationError as problem:
        for error in problem.errors(include_url=False):
            yield _fault(model, error)


def fault_error(
    faults: Iterable[Fault], places: Mapping[Path, tuple[str, int]], file: str, kind: str = "様式"
) -> JobError:
    """All mistakes as one error, in the order of files and lines; ``kind``: what such a file is called."""
    told = sorted({_told(fault, places, file) for fault in faults})
    errors = [
        JobError(what.replace("様式", kind), remedy=remedy, file=name, row=row)
        for (name, row), what, remedy in told
    ]
    if len(errors) == 1:
        return errors[0]
    more = f"\n（ほか{len(errors) - MOST}件）" if len(errors) > MOST else ""
    return JobError(
        f"{kind}に誤りが{len(errors)}件あります。\n"
        + "\n".join(each.message() for each in errors[:MOST])
        + more,
        remedy="それぞれの行を直して、もう一度実行してください。",
        file=file,
    )


def _told(
    fault: Fault, places: Mapping[Path, tuple[str, int]], file: str
) -> tuple[tuple[str, int], str, str]:
    what = fault.what
    if fault.other:
        beside, row = _place(fault.other, places, file)
        what = f"{what.removesuffix('。')}（相手は {beside} {row:,}行目）。"
    return _place(fault.path, places, file), what, fault.remedy


def _place(path: Path, places: Mapping[Path, tuple[str, int]], file: str) -> tuple[str, int]:
    """File and line of a value, or of what it stands in."""
    while path and path not in places:
        path = path[:-1]
    return places.get(path, (file, 1))


def _plain(value: object) -> object:
    """Numbers as JSON has them; what is no number there (nan, a date) as words, which no number field takes."""
    return float(value) if isinstance(value, Decimal) and value.is_finite() else str(value)


def _fault(model: type[BaseModel], error: Any) -> Fault:
    path: Path = tuple(error["loc"])
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    names = [at for at, part in enumerate(path) if isinstance(part, str)]
    last = names[-1] if names and not (names[-1] < len(path) - 1 and kind == "model_type") else len(path)
    holder, key = path[:last], str(path[last]) if last < len(path) else ""
    place = place_of(holder)
    at = f"{place} の「{key}」" if place and key else place or f"「{key}」"
    if kind == "extra_forbidden":
        known = [name for name in fields_at(model, holder) if name != "name" or holder]
        return Fault(
            path,
            f"{place + ' ' if place else '様式'}に知らない項目「{key}」があります。",
            nearest(key, known),
        )
    if kind == "missing" and isinstance(path[-1], int):
        return Fault(path, f"{at}は数が足りません。", "[1, 0.8] のように決まった数だけ書いてください。")
    if kind == "missing":
        return Fault(
            holder,
            f"{place + ' ' if place else '様式'}に「{key}」がありません。",
            f"「{key}」を書き足してください。",
        )
    if kind == "literal_error":
        choices = str(context["expected"]).replace("'", '"').replace(" or ", "、").replace(", ", "、")
        told = f'"{_MEANT[value]}" と書いてください。' if str(value) in _MEANT else ""
        told = told or meant(str(value), choices.replace('"', "").split("、"))
        return Fault(path, f"{at}の値「{value}」は使えません。", f"{told}次のどれかにしてください: {choices}")
    if kind == "string_pattern_mismatch":
        return Fault(
            path,
            f"{at}が SHA-256 の形ではありません。",
            f"今は{len(str(value))}文字です。{DIGEST}。",
        )
    if kind == "list_type" and isinstance(value, dict):
        name = ".".join([*(part for part in holder if isinstance(part, str)), key])
        what = f"[{name}] は二重のかっこで書きます。"
        return Fault(path, what, f"[[{name}]] と書いてください。一つだけのときも二重です。")
    if kind == "value_error":
        return Fault(path, f"{place_of(path)}: {context['error']}。", "この項目を直してください。")
    bounds = [name for name in ("ge", "gt", "le", "lt") if name in context]
    if bounds:
        return _range_fault(path, at, key, value, bounds[0], context[bounds[0]])
    must, remedy = _KINDS.get(kind, ("書き方が違います", "説明書の「項目」の表を確かめてください。"))
    return Fault(path, f"{at}は{must}（今は {_shown(value)}）。", remedy)


def _range_fault(path: Path, at: str, key: str, value: object, bound: str, limit: float) -> Fault:
    if key in _SIZES and bound == "ge":
        return Fault(
            path,
            f"{at}が小さすぎます（{value:g} ポイント）。",
            f"{SMALLEST:g} ポイント以上にしてください。これより小さい文字は高齢の方に読めません。",
        )
    words = {"ge": "以上", "gt": "より大きい数", "le": "以下", "lt": "より小さい数"}[bound]
    return Fault(path, f"{at}の値 {_shown(value)} は使えません。", f"{limit:g} {words}にしてください。")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 40 else f"{text[:40]}…"
