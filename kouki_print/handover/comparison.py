"""What a comparison with last year's job and with a control sheet found, as plain values for the reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

NEW, CHANGED, ENDED = "新規", "変更", "終了"
DELIVERY_KINDS = (NEW, CHANGED, ENDED)
PERSON_JA = "生年月日・性別・氏名"  # what tells whether a number is still the same person's
_BIG_SHARE, _BIG_COUNT = 0.10, 5  # a municipality that grows or shrinks by more is to be looked at


@dataclass(frozen=True, slots=True)
class TownChange:
    """Records of one municipality then and now.

    ``new`` and ``gone`` are people who are in one of the two exports only, ``moved_in`` and ``moved_out``
    those who were or are in another municipality.
    """

    code: str
    name: str
    last: int
    this: int
    new: int
    gone: int
    moved_in: int
    moved_out: int

    @property
    def big(self) -> bool:
        """Whether the change is so big that somebody should look at it (over 10 % and 5 people)."""
        change = abs(self.this - self.last)
        return change > _BIG_COUNT and change > _BIG_SHARE * self.last


@dataclass(frozen=True, slots=True)
class ContactChange:
    """One item of the contact table or the questionnaire that is not what it was."""

    name: str
    source: str
    item: str
    last: str
    this: str


@dataclass(frozen=True, slots=True)
class YearComparison:
    """This job against an earlier one.

    ``deliveries`` (送付先): columns kind (新規, 変更, 終了), name (municipality), file, line, row, items (the
    columns that differ); ``persons``: the same columns, people whose number was somebody of another
    birth date, sex or name; by this year's row, without anybody's data.  Protected people
    (支援措置) are in neither: ``sealed`` counts them per kind, ``sealed_persons`` the others, and
    ``sealed_people`` says by position in the people table what the sealed list tells of them.
    ``doubts`` are sentences about a whole column.
    """

    title: str
    data_on: dt.date
    towns: tuple[TownChange, ...]
    deliveries: pd.DataFrame
    sealed: Mapping[str, int]
    persons: pd.DataFrame
    sealed_persons: int
    sealed_people: Mapping[int, str]
    doubts: tuple[str, ...]
    contacts: tuple[ContactChange, ...]

    def delivery_count(self, kind: str) -> int:
        """Listed people of a kind."""
        return int((self.deliveries["kind"] == kind).sum())


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One unit on the control sheet (件数表): the records it should have and those that carry its code.

    ``expected`` is None when the sheet does not name the unit.
    """

    code: str
    name: str
    expected: int | None
    found: int

    @property
    def agrees(self) -> bool:
        """Whether both figures are the same."""
        return self.expected == self.found
