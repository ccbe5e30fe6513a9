"""The list of people for change letters (変更の一覧): read row by row, every wrong row told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.order.tables import Line, read_lines

_NUMBER, _OLD, _NEW, _COPAY = "被保険者番号", "旧区分", "新区分", "新負担割合"
_COPAYS = ("1", "2", "3")
_MOST = 20


@dataclass(frozen=True, slots=True)
class LetterKind:
    """One kind of letter: its layout, and the classes (限度区分) from and to which it tells a change."""

    layout: str
    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()

    @property
    def headers(self) -> tuple[str, ...]:
        """Columns that its list must have."""
        return (_NUMBER, _OLD, _NEW) if self.old else (_NUMBER, _COPAY)


KINDS: Mapping[str, LetterKind] = {
    "copay": LetterKind("letter_copay"),
    "reduction": LetterKind("letter_reduction", ("区分Ⅰ", "区分Ⅱ"), ("区分Ⅰ", "区分Ⅱ", "一般", "現役")),
    "limit": LetterKind(
        "letter_limit", ("現役Ⅰ", "現役Ⅱ"), ("現役Ⅰ", "現役Ⅱ", "現役Ⅲ", "一般", "区分Ⅰ", "区分Ⅱ")
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a person's letter tells: old and new class, new ratio (each may be empty); ``line`` of the list."""

    line: int
    old: str
    new: str
    copay: str


def read_changes(path: Path, kind: str, numbers: pd.Series) -> dict[int, Change]:
    """Changes by position in ``numbers`` (被保険者番号 of the export), in the order of the list.

    JobError that names every wrong row; the numbers themselves are not repeated.
    """
    wanted = KINDS[kind]
    known = pd.Series(range(len(numbers)), index=numbers.to_numpy(dtype=object))
    known = known[~known.index.duplicated()]
    changes: dict[int, Change] = {}
    faults: list[str] = []
    for line in read_lines(path, wanted.headers):
        wrong = list(_faults(line, wanted))
        at = int(known.get(line[_NUMBER], -1))
        if at < 0:
            wrong.append(line.error(_NUMBER, "この番号の人は移行データにいません", "番号を確かめる"))
        elif at in changes:
            what = f"{changes[at].line:,}行目と同じ人です"
            wrong.append(line.error(_NUMBER, what, "一人を1行にする"))
        faults += [f"・{error.where().removeprefix(line.file).strip()}: {error.what}" for error in wrong]
        if not wrong:
            changes[at] = Change(line.row, _cell(line, _OLD), _cell(line, _NEW), _cell(line, _COPAY))
    if faults or not changes:
        more = f"\n（ほか{len(faults) - _MOST:,}件）" if len(faults) > _MOST else ""
        told = "\n".join(faults[:_MOST]) + more
        raise JobError(
            f"一覧に誤りがあります（{len(faults):,}件）。\n{told}" if faults else "一覧に人がいません。",
            remedy="一覧の行を直して、もう一度実行してください。通知文は一つも作っていません。",
            file=path.name,
        )
    return changes


def _cell(line: Line, column: str) -> str:
    """A cell, empty where the list has no such column."""
    return line.cells.get(column, "")


def _faults(line: Line, kind: LetterKind) -> Iterator[JobError]:
    """What is wrong with the values of a row."""
    copay = _cell(line, _COPAY)
    if copay not in (*_COPAYS, *([""] if kind.old else [])):
        yield line.error(_COPAY, "負担割合は 1・2・3 のどれかです", "直す")
    for column, known in ((_OLD, kind.old), (_NEW, kind.new)):
        if known and line[column] not in known:
            yield line.error(column, f"区分は {'・'.join(known)} のどれかです", "直す")
    if kind.old and line[_OLD] == line[_NEW]:
        yield line.error(_NEW, "旧区分と同じです", "直す")
