"""Checks of an export layout that its types cannot express: places, doubles, overlaps, date styles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kouki_print.base.errors import JobError
from kouki_print.intake.datestyles import STYLES, style_fault
from kouki_print.intake.forbidden import is_forbidden_name
from kouki_print.order.columns import EXPORT_COLUMNS

if TYPE_CHECKING:  # the model's module calls these checks
    from kouki_print.intake.layouts import ColumnSpec, LayoutFile

_BY_HEADER = {column.header: column for column in EXPORT_COLUMNS}
_ONLY_FIXED = ("unit", "record_length", "line_end")
_ONLY_CSV = ("delimiter", "quote")
_SIGN = re.compile(r"[\t\x21-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e]")
_PLACES = ("header", "number", "start", "length")


def check_layout(spec: LayoutFile, file: str) -> None:
    """JobError for the first fault of the layout, naming its column."""
    for what, remedy in _faults(spec):
        raise JobError(f"レイアウトに誤りがあります。{what}", remedy=remedy, file=file)


def _faults(spec: LayoutFile) -> Iterator[tuple[str, str]]:
    yield from _form_faults(spec)
    seen: set[str] = set()
    for number, column in enumerate(spec.column, start=1):
        place = f"[[column]] {number}番目（{column.name}）: "
        for what, remedy in _column_faults(spec, column):
            yield place + what, remedy
        if column.name in seen:
            yield place + "同じ列が二度あります", "一度だけ書いてください。"
        seen.add(column.name)
    if spec.form == "fixed" or not spec.header:
        missing = [each.header for each in EXPORT_COLUMNS if each.required and each.header not in seen]
        if missing:
            yield (
                f"必須の列がありません: {'、'.join(missing)}",
                "この列の [[column]] を加えてください。移行データにない列は constant で値を決められます。",
            )
    if spec.form == "fixed":
        yield from _overlaps(spec)


def _form_faults(spec: LayoutFile) -> Iterator[tuple[str, str]]:
    wrong = _ONLY_CSV if spec.form == "fixed" else _ONLY_FIXED
    for key in wrong:
        if key in spec.model_fields_set:
            other = "csv" if spec.form == "fixed" else "fixed"
            yield f'{key} は form = "{other}" のときだけ使えます', "この項目を消すか、form を直してください。"
    if not _SIGN.fullmatch(spec.delimiter) or spec.delimiter == spec.quote:
        yield "delimiter は半角の記号かタブ1文字です", '例 delimiter = "," または "\\t"'
    if spec.quote and not _SIGN.fullmatch(spec.quote):
        yield "quote は半角の記号1文字か、空です", '例 quote = \'"\'、使わないなら quote = ""'
    if not spec.line_end and (spec.skip_top or spec.skip_bottom) and spec.record_length is None:
        yield "改行のない固定長で行を飛ばすには record_length が要ります", "1件の長さを書いてください。"


def _column_faults(spec: LayoutFile, column: ColumnSpec) -> Iterator[tuple[str, str]]:
    known = _BY_HEADER.get(column.name)
    if known is None:
        yield "知らない列です", f"name は次のどれかにしてください: {'、'.join(_BY_HEADER)}"
        return
    if is_forbidden_name(column.header):
        yield "個人番号の列は使えません", "この列を消してください。"
    if column.constant is not None:
        if column.model_fields_set - {"name", "constant"}:
            yield "constant はほかの項目と一緒に使えません", "name と constant だけにしてください。"
        return
    if column.date and known.kind != "date":
        yield "date は日付の列だけに使えます", "date を消してください。"
    fault = style_fault(column.date) if column.date else ""
    if fault:
        yield f"date「{column.date}」: {fault}", f"次のどれかか、%Y %m %d を含む書式です: {'、'.join(STYLES)}"
    yield from _place_faults(spec, column)


def _place_faults(spec: LayoutFile, column: ColumnSpec) -> Iterator[tuple[str, str]]:
    if spec.form == "fixed":
        wanted, words = {"start", "length"}, "start と length"
    elif spec.header:
        wanted, words = set(), "header"
    else:
        wanted, words = {"number"}, "number"
    given = {key for key in _PLACES if key in column.model_fields_set}
    if spec.form == "csv" and spec.header:
        given -= {"header"}
    if given != wanted:
        yield f"列の場所は {words} で書きます", "場所の書き方を form と header に合わせてください。"
    elif spec.form == "fixed" and spec.unit == "bytes" and spec.encoding.startswith("utf-16"):
        assert column.start is not None and column.length is not None
        if column.start % 2 == 0 or column.length % 2:
            yield "UTF-16 の1文字は2バイトです", "start は奇数、length は偶数にしてください。"


def _overlaps(spec: LayoutFile) -> Iterator[tuple[str, str]]:
    end, last = 0, ""
    places = sorted(
        (each.start, each.length, each.name)
        for each in spec.column
        if each.start is not None and each.length is not None
    )
    for start, length, name in places:
        if start <= end:
            yield (
                f"「{last}」と「{name}」の場所が重なっています（{start}〜{end}）",
                "start と length を直してください。",
            )
        if start + length - 1 > end:
            end, last = start + length - 1, name
    if spec.record_length is not None and end > spec.record_length:
        yield (
            f"「{last}」が1件の長さ {spec.record_length} をはみ出しています（{end}まで）",
            "record_length か列の場所を直してください。",
        )
