"""The list of people for change letters (変更の一覧): read row by row, every wrong row told at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kouki_print.base.dates import parse_date
from kouki_print.base.errors import JobError
from kouki_print.order.columns import COPAY_OF_CATEGORY
from kouki_print.order.models import Job
from kouki_print.order.tables import Line, read_lines

_NUMBER, _OLD, _NEW, _COPAY, _SINCE = "被保険者番号", "旧区分", "新区分", "新負担割合", "適用年月日"
_COPAYS = ("1", "2", "3")
_COPAYS_OF = {  # no other pair exists
    "現役": ("3",),
    "一般": ("1", "2"),
    **{name: (str(copay),) for name, copay in COPAY_OF_CATEGORY.items()},
}
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
        return (_NUMBER, _OLD, _NEW, _SINCE) if self.old else (_NUMBER, _COPAY, _SINCE)


KINDS: Mapping[str, LetterKind] = {
    "copay": LetterKind("letter_copay"),
    "reduction": LetterKind("letter_reduction", ("区分Ⅰ", "区分Ⅱ"), ("区分Ⅰ", "区分Ⅱ", "一般", "現役")),
    "limit": LetterKind(
        "letter_limit", ("現役Ⅰ", "現役Ⅱ"), ("現役Ⅰ", "現役Ⅱ", "現役Ⅲ", "一般", "区分Ⅰ", "区分Ⅱ")
    ),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What a person's letter tells: old and new class, new ratio (each may be empty), and since when.

    ``line`` is that of the list.
    """

    line: int
    old: str
    new: str
    copay: str
    since: dt.date


def read_changes(path: Path, kind: str, numbers: pd.Series, job: Job) -> dict[int, Change]:
    """Changes by position in ``numbers`` (被保険者番号 of the export), in the order of the list.

    JobError that names every wrong row; the numbers themselves are not repeated.
    """
    wanted = KINDS[kind]
    known = pd.Series(range(len(numbers)), index=numbers.to_numpy(dtype=object))
    known = known[~known.index.duplicated()]
    changes: dict[int, Change] = {}
    faults: list[str] = []
    for line in read_lines(path, wanted.headers):
        since = parse_date(line[_SINCE])
        wrong = list(_faults(line, wanted, since, job))
        at = int(known.get(line[_NUMBER], -1))
        if at < 0:
            wrong.append(line.error(_NUMBER, "この番号の人は移行データにいません", "番号を確かめる"))
        elif at in changes:
            what = f"{changes[at].line:,}行目と同じ人です"
            wrong.append(line.error(_NUMBER, what, "一人を1行にする"))
        faults += [f"・{error.where().removeprefix(line.file).strip()}: {error.what}" for error in wrong]
        if not wrong and since:
            old, new, copay = (_cell(line, column) for column in (_OLD, _NEW, _COPAY))
            changes[at] = Change(line.row, old, new, copay, since)
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


def _faults(line: Line, kind: LetterKind, since: dt.date | None, job: Job) -> Iterator[JobError]:
    """What is wrong with the values of a row."""
    copay, new = _cell(line, _COPAY), _cell(line, _NEW)
    if copay not in (*_COPAYS, *([""] if kind.old else [])):
        yield line.error(_COPAY, "負担割合は 1・2・3 のどれかです", "直す")
    elif kind.old and copay and copay not in _COPAYS_OF.get(new, _COPAYS):
        yield line.error(
            _COPAY, f"{new}の負担割合は{'か'.join(f'{each}割' for each in _COPAYS_OF[new])}だけです", "直す"
        )
    if since is None:
        yield line.error(_SINCE, "日付ではありません（例 2026-09-01）", "直す")
    elif not job.switch_on <= since <= job.expires_on:
        yield line.error(_SINCE, f"このジョブの期間（{job.switch_on}〜{job.expires_on}）の外です", "直す")
    for column, known in ((_OLD, kind.old), (_NEW, kind.new)):
        if known and line[column] not in known:
            yield line.error(column, f"区分は {'・'.join(known)} のどれかです", "直す")
    if kind.old and line[_OLD] == line[_NEW]:
        yield line.error(_NEW, "旧区分と同じです", "直す")
