"""What pydantic found wrong with the order, said in Japanese with the key and the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from kouki_print.base.errors import JobError
from kouki_print.order.names import fields_at, meant, nearest

DIGEST = (  # how a clerk gets one
    "SHA-256 は半角の数字と英字 a〜f の64文字です。Windows では PowerShell で Get-FileHash ファイル名、"
    "そのほかでは sha256sum ファイル名 で調べられます"
)
_SHOWN = 5
_UNION = ("bool", "str", "list[str]", "[key]")  # members of a union and the like, which are no keys

_KINDS: dict[str, str] = {
    "missing": "必要な項目がありません",
    "extra_forbidden": "知らない項目です（書き間違いではありませんか）",
    "string_type": '文字列を " " で囲んで書いてください',
    "string_too_short": "空にできません",
    "string_too_long": "長すぎます",
    "too_short": "一つ以上書いてください",
    "list_type": "[ ] で囲んだ並びにしてください",
    "dict_type": "表（[名前]）にしてください",
    "model_type": "表（[名前]）にしてください",
    "bool_type": "true か false にしてください",
    "bool_parsing": "true か false にしてください",
    "int_type": "整数にしてください",
    "int_parsing": "整数にしてください",
    "int_from_float": "整数にしてください",
    "decimal_type": "数にしてください",
    "decimal_parsing": "数にしてください",
    "finite_number": "有限の数にしてください",
    "date_type": "日付を 2026-08-01 の形で書いてください",
    "date_parsing": "日付を 2026-08-01 の形で書いてください",
    "date_from_datetime_parsing": "日付を 2026-08-01 の形で書いてください",
    "date_from_datetime_inexact": "時刻のない日付を 2026-08-01 の形で書いてください",
}

_PATTERNS: dict[tuple[str, ...], str] = {
    ("job", "id"): "半角の英大文字と数字で2〜8文字にしてください",
    ("rule", "reason"): "半角の英大文字と数字にしてください",
    ("enclosure", "code"): "半角の数字と英大文字で1〜4文字にしてください",
    ("exclude", "reason"): "半角の英大文字と数字にしてください",
    ("set", "code"): "半角の英大文字と数字で1〜2文字にしてください",
    (
        "printing",
        "colour",
        "spot",
    ): '特色の名は "DIC 123" のように、半角の英数字で始まる英数字・空白・_・- で、40文字までです',
}


def _choices(value: object, expected: str) -> str:
    listed = expected.replace("'", '"').replace(" or ", "、").replace(", ", "、")
    return meant(str(value), listed.replace('"', "").split("、")) + f"次のどれかにしてください: {listed}"


def key_text(location: tuple[int | str, ...]) -> str:
    """Key as the user finds it in the file: ``[job] switch_on``, ``[[enclosure]] 3番目 grams``."""
    if not location:
        return ""
    head, rest = str(location[0]), list(location[1:])
    if rest and isinstance(rest[0], int):
        head = f"[[{head}]] {rest.pop(0) + 1}番目"  # type: ignore[operator]
    elif rest:
        head = f"[{head}]"
    return " ".join([head, *(f"{part + 1}番目" if isinstance(part, int) else part for part in rest)])


def _sentence(error: Mapping[str, Any], model: type[BaseModel] | None) -> str:
    kind, context = str(error["type"]), error.get("ctx", {})
    location = tuple(part for part in error["loc"] if not isinstance(part, int))
    if kind == "string_pattern_mismatch":
        digest = str(location[-1]).endswith("sha256")
        return DIGEST if digest else _PATTERNS.get(location, "使えない文字があります")
    if kind == "literal_error":
        return _choices(error["input"], str(context.get("expected", "")))
    if kind == "extra_forbidden" and model is not None and (known := fields_at(model, error["loc"][:-1])):
        return f"知らない項目です。{nearest(str(error['loc'][-1]), known)}"
    if kind == "value_error":
        return str(context["error"])
    if kind in ("greater_than_equal", "less_than_equal"):
        bound = context.get("ge", context.get("le"))
        return f"{bound}{'以上' if 'ge' in context else '以下'}にしてください"
    return _KINDS.get(kind, "値が正しくありません")


def order_faults(
    problem: ValidationError, model: type[BaseModel] | None = None
) -> tuple[tuple[int | str, ...], str]:
    """Where the first fault of the order is, and all of them as one sentence: each key and what is wrong.

    ``model``: what the values were checked as, for the keys that there are.
    """
    lines: dict[str, None] = {}
    places: list[tuple[int | str, ...]] = []
    absent: list[tuple[int | str, ...]] = []  # a wrong key often is the missing one: its line comes first
    for error in problem.errors(include_url=False):
        location = tuple(part for part in error["loc"] if part not in _UNION)
        place = key_text(location)
        lines.setdefault(f"{place}: {_sentence(error, model)}" if place else _sentence(error, model))
        if error["type"] == "missing":
            absent.append(location)
        else:
            places.append(location)
    shown = list(lines)[:_SHOWN]
    more = f"（ほか{len(lines) - _SHOWN}件）" if len(lines) > _SHOWN else ""
    return (places or absent)[0], "注文の内容に誤りがあります。" + "／".join(shown) + more


def order_error(problem: ValidationError, file: str) -> JobError:
    """All faults as one error naming the file, each key and what is wrong with it."""
    _, what = order_faults(problem)
    return JobError(what, remedy=f"{file} のこの項目を直して、もう一度実行してください。", file=file)
