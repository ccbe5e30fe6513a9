"""Conditions of the year's rules: which column, compared how, with which number, flag or words."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from kouki_print.base.texts import matches
from kouki_print.order.columns import BY_KEY, EXPORT_COLUMNS

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
ANY_OF = "in"
FLAG_KEYS = frozenset(column.key for column in EXPORT_COLUMNS if column.kind == "flag")
NUMBER_KEYS = frozenset(
    {"age"} | {column.key for column in EXPORT_COLUMNS if column.kind in ("count", "ratio")}
)
WORD_KEYS = frozenset(column.key for column in EXPORT_COLUMNS if column.kind == "word")
_COMPARISON = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]{1,5})\s*")

Given = bool | str | Sequence[str]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule: ``key`` ``sign`` ``number``; a flag is compared with 1 or 0.

    For a column of words ``sign`` is ANY_OF and ``words`` are the values of the people table, ``""`` an
    empty cell.
    """

    key: str
    sign: str
    number: int = 0
    words: tuple[str, ...] = ()

    def holds(self, values: Any) -> Any:
        """Whether the values (a column, or one number) fulfil the condition."""
        if self.sign == ANY_OF:
            return matches(values, self.words.__contains__)
        return OPERATORS[self.sign](values, self.number)

    def turning_points(self) -> tuple[int, ...]:
        """The numbers at which the condition turns, from below: ``>=85`` turns at 85, ``>84`` too."""
        if self.sign in (">=", "<"):
            return (self.number,)
        if self.sign in (">", "<="):
            return (self.number + 1,)
        return (self.number, self.number + 1)


def _words(key: str, value: Given) -> Condition:
    """Condition of a column of words; both the words of the export and those of the table are known."""
    known = BY_KEY[key].words
    wanted = [value] if isinstance(value, str) else [] if isinstance(value, bool) else list(value)
    shown = "、".join(f"「{word}」" for word in dict.fromkeys([*known, *known.values()]))
    if not wanted:
        raise ValueError(f"この列の条件は言葉か、言葉の並びにしてください。使える言葉: {shown}")
    unknown = [word for word in wanted if word and word not in known and word not in known.values()]
    if unknown:
        raise ValueError(f'「{unknown[0]}」はこの列にない言葉です。使える言葉: {shown}（空欄は ""）')
    return Condition(key, ANY_OF, words=tuple(dict.fromkeys(known.get(word, word) for word in wanted)))


def parse_condition(key: str, value: Given) -> Condition:
    """Condition of a ``when`` entry; ValueError with a Japanese sentence when it makes no sense."""
    if key in FLAG_KEYS:
        if not isinstance(value, bool):
            raise ValueError("この列の条件は true か false にしてください")
        return Condition(key, "==", int(value))
    if key in WORD_KEYS:
        return _words(key, value)
    if key not in NUMBER_KEYS:
        known = "、".join(sorted(FLAG_KEYS | NUMBER_KEYS | WORD_KEYS))
        raise ValueError(f"条件に使えない列です。使える列: {known}")
    found = _COMPARISON.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('この列の条件は比較の記号と整数にしてください（例 ">=85"。記号は >= > <= < == !=）')
    return Condition(key, found[1], int(found[2]))
