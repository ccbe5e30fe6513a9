"""Conditions of the year's rules: which column, compared how, with which number or flag."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kouki_print.order.columns import EXPORT_COLUMNS

OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}
FLAG_KEYS = frozenset(column.key for column in EXPORT_COLUMNS if column.kind == "flag")
NUMBER_KEYS = frozenset(
    {"age"} | {column.key for column in EXPORT_COLUMNS if column.kind in ("count", "ratio")}
)
_COMPARISON = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*([0-9]{1,5})\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a rule: ``key`` ``sign`` ``number``; a flag is compared with 1 or 0."""

    key: str
    sign: str
    number: int

    def holds(self, values: Any) -> Any:
        """Whether the values (a column or one number) fulfil the condition."""
        return OPERATORS[self.sign](values, self.number)

    def turning_points(self) -> tuple[int, ...]:
        """The numbers at which the condition turns, from below: ``>=85`` turns at 85, ``>84`` too."""
        if self.sign in (">=", "<"):
            return (self.number,)
        if self.sign in (">", "<="):
            return (self.number + 1,)
        return (self.number, self.number + 1)


def parse_condition(key: str, value: bool | str) -> Condition:
    """Condition of a ``when`` entry; ValueError with a Japanese sentence when it makes no sense."""
    if key in FLAG_KEYS:
        if not isinstance(value, bool):
            raise ValueError("この列の条件は true か false にしてください")
        return Condition(key, "==", int(value))
    if key not in NUMBER_KEYS:
        known = "、".join(sorted(FLAG_KEYS | NUMBER_KEYS))
        raise ValueError(f"条件に使えない列です。使える列: {known}")
    found = _COMPARISON.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('この列の条件は比較の記号と整数にしてください（例 ">=85"。記号は >= > <= < == !=）')
    return Condition(key, found[1], int(found[2]))
