"""The list of people without a document (未発行者一覧): counts per municipality and reason, and who they are.

Each person counts once, under the first of the reasons in the order 1, 2, 2b, 3 … 7.  All municipalities are
listed in table order, those without anybody too.  For the union and, cut by municipality, for the offices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from xlsxwriter.worksheet import Worksheet

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.base.texts import distinct
from kouki_print.handover.tables import FOR_EXCEL, neutralised, write_for_people
from kouki_print.handover.unissued_reasons import REMEDY_JA, UNISSUED_JA
from kouki_print.handover.workbook import (
    Heading,
    Styles,
    column_sum,
    head,
    new_book,
    page,
    row_sum,
    styles_of,
    texts,
    title,
    total_head,
)

UNKNOWN_TOWN = "（市町村不明）"
_NAME = "未発行者一覧"
_SHEET_COUNTS, _SHEET_PEOPLE = "市町村別", "対象者"
_PEOPLE_HEAD = (
    "通し行",
    "ファイル",
    "行",
    "市町村\nコード",
    "市町村名",
    "被保険者番号",
    "理由",
    "理由の内容",
    "ほかの理由",
    "対処",
)
_PEOPLE_WIDTHS = (9, 16, 9, 10, 14, 14, 7, 40, 10, 52)


@dataclass(frozen=True, slots=True)
class UnissuedCounts:
    """People per municipality (rows) and reason (columns).

    ``codes`` and ``names`` of the rows in table order; a last row with an empty code holds people of
    unknown municipalities, when there are any.  ``counts`` int64, one column per key of ``reasons``.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    reasons: Mapping[str, str]
    counts: np.ndarray

    @property
    def total(self) -> int:
        """Everybody."""
        return int(self.counts.sum())


def count_unissued(
    units: pd.Series,
    decided: pd.DataFrame,
    names: Mapping[str, str],
    reasons: Mapping[str, str] = UNISSUED_JA,
) -> UnissuedCounts:
    """Counts of the people with status ``unissued``.

    ``units`` is the municipality (or delivery unit) code of each person, ``names`` the known ones in table
    order, ``reasons`` the year's reasons in their order of priority (code → words).
    """
    where = np.flatnonzero((decided["status"] == "unissued").to_numpy())
    rows = _places(units.iloc[where], list(names))
    columns = _places(decided["unissued_reason"].iloc[where], list(reasons))
    every = {**reasons, **({"他": "一覧にない理由"} if (columns == len(reasons)).any() else {})}
    known = len(names) + int((rows == len(names)).any())
    counts = np.zeros((known, len(every)), dtype=np.int64)
    np.add.at(counts, (rows, columns), 1)
    extra = known - len(names)
    return UnissuedCounts(
        codes=(*names, *[""] * extra),
        names=(*names.values(), *[UNKNOWN_TOWN] * extra),
        reasons=every,
        counts=counts,
    )


def _places(values: pd.Series, known: Sequence[str]) -> np.ndarray:
    """Place of each text among the known ones (int64); the number of known ones for any other."""
    seen, at = distinct(values)
    place = {text: number for number, text in enumerate(known)}
    return np.array([place.get(text, len(known)) for text in seen], dtype=np.int64)[at]


def unissued_people(
    people: pd.DataFrame,
    decided: pd.DataFrame,
    units: pd.Series,
    names: Mapping[str, str],
    files: Sequence[str],
    reasons: Mapping[str, str] = UNISSUED_JA,
    remedies: Mapping[str, str] = REMEDY_JA,
) -> tuple[pd.DataFrame, int]:
    """One line per person in the order of municipality, reason and row, and how many are left out.

    Protected people (支援措置) stand in no general list: they are counted, not listed.
    """
    unissued = (decided["status"] == "unissued").to_numpy()
    shown = np.flatnonzero(unissued & ~people["protected"].to_numpy())
    unit, first = units.iloc[shown], decided["unissued_reason"].iloc[shown]
    order = np.lexsort(
        (people["row"].to_numpy()[shown], _places(first, list(reasons)), _places(unit, list(names)))
    )
    shown = shown[order]
    code, first = units.iloc[shown].tolist(), decided["unissued_reason"].iloc[shown].tolist()
    every = people["unissued_reasons"].iloc[shown].tolist()
    lines = {
        "row": people["row"].to_numpy()[shown],
        "file": [files[source] for source in people["source"].to_numpy()[shown].tolist()],
        "line": people["line"].to_numpy()[shown],
        "code": code,
        "name": [names.get(each, UNKNOWN_TOWN) for each in code],
        "insured_number": people["insured_number"].iloc[shown].tolist(),
        "reason": first,
        "words": [reasons.get(each, f"理由番号{each}") for each in first],
        "others": [
            "、".join(part for part in text.split(";") if part != one)
            for text, one in zip(every, first, strict=True)
        ],
        "remedy": [remedies.get(each, "原因を確かめる。") for each in first],
    }
    return pd.DataFrame(lines), int(unissued.sum()) - len(shown)


def write_unissued_summary(
    path: Path, counted: UnissuedCounts, unit: str = "市町村", encoding: str = FOR_EXCEL
) -> None:
    """unissued_summary.csv: the counts as a list for Excel, with a last line 合計."""
    sums = counted.counts.sum(axis=0)
    columns: dict[str, Any] = {
        "番号": [*map(str, range(1, len(counted.codes) + 1)), ""],
        f"{unit}コード": neutralised([*counted.codes, ""]),
        f"{unit}名": neutralised([*counted.names, "合計"]),
        "合計": np.append(counted.counts.sum(axis=1), counted.total),
    }
    for at, code in enumerate(counted.reasons):
        columns[f"理由{code}"] = np.append(counted.counts[:, at], sums[at])
    write_for_people(path, columns, encoding)


def write_unissued_xlsx(
    path: Path, counted: UnissuedCounts, lines: pd.DataFrame, left_out: int, heading: Heading
) -> None:
    """unissued.xlsx (sheets 市町村別 and 対象者); the same tables give the same bytes."""
    book, buffer = new_book(heading, _NAME)
    styles = styles_of(book, heading)
    counts, people = (book.add_worksheet(name) for name in (_SHEET_COUNTS, _SHEET_PEOPLE))
    _write_counts(counts, counted, heading, styles)
    note = f"{len(lines):,}人。氏名は載せていません。連合の中だけで使ってください。"
    if left_out:
        note += (
            f"　支援措置の{left_out:,}人は、件数には入れ、この一覧には載せていません（union/protected.csv）。"
        )
    _write_people(people, lines, note, heading, styles)
    book.close()
    write_bytes(path, buffer.getvalue())


def _write_counts(sheet: Worksheet, counted: UnissuedCounts, heading: Heading, styles: Styles) -> None:
    sheet.set_default_row(17)
    note = f"{heading.insurer}　基準日 {wareki(heading.data_on)}　一人を、最初に当たる理由の欄に一度だけ数えています。"
    row = title(sheet, f"{heading.job} {_NAME}", [note], styles)
    names = [f"{code}\n{words}" for code, words in counted.reasons.items()]
    head(sheet, row, ("No.", "市町村\nコード", "市町村名", "計", *names), styles, height=132)
    first = row + 1
    last_column = 3 + len(counted.reasons)
    for at, (code, name) in enumerate(zip(counted.codes, counted.names, strict=True)):
        row = first + at
        sheet.write_number(row, 0, at + 1, styles.number)
        texts(sheet, row, (code, name), styles.text, 1)
        figures = counted.counts[at].tolist()
        row_sum(sheet, row, 3, 4, last_column, sum(figures), styles.number)
        for offset, figure in enumerate(figures):
            sheet.write_number(row, 4 + offset, figure, styles.number)
    row = first + len(counted.codes)
    total_head(sheet, row, 3, styles)
    sums = [counted.total, *counted.counts.sum(axis=0).tolist()]
    for column, figure in enumerate(sums, start=3):
        column_sum(sheet, row, column, first, figure, styles.total_number)
    sheet.freeze_panes(first, 3)
    sheet.repeat_rows(first - 1)
    page(sheet, (6, 9, 14, 9, *[11] * len(counted.reasons)), row, heading.footer(_NAME), portrait=True)


def _write_people(sheet: Worksheet, lines: pd.DataFrame, note: str, heading: Heading, styles: Styles) -> None:
    row = title(sheet, "対象者", [note], styles)
    head(sheet, row, _PEOPLE_HEAD, styles)
    first = row + 1
    for offset, line in enumerate(lines.itertuples(index=False)):
        row = first + offset
        sheet.set_row(row, 30)
        sheet.write_number(row, 0, line.row, styles.number)
        sheet.write_string(row, 1, line.file, styles.text)
        sheet.write_number(row, 2, line.line, styles.number)
        texts(sheet, row, (line.code, line.name, line.insured_number, line.reason), styles.text, 3)
        texts(sheet, row, (line.words, line.others, line.remedy), styles.wrapped, 7)
    last = first + max(len(lines), 1) - 1
    sheet.autofilter(first - 1, 0, last, len(_PEOPLE_HEAD) - 1)
    sheet.freeze_panes(first, 0)
    sheet.repeat_rows(first - 1)
    page(sheet, _PEOPLE_WIDTHS, last, heading.footer(_NAME))
