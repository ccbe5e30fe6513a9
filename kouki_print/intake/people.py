"""Columns of text to the people table: each kind of cell read once per distinct text, bad cells listed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.checkdigits import code6, is_digits
from kouki_print.base.dates import parse_dates
from kouki_print.base.problems import Finding
from kouki_print.base.texts import arrow_of, distinct, filled, map_distinct, pick, series_of
from kouki_print.order.columns import EXPORT_COLUMNS, ExportColumn, header_of

_BLANKS = " \u3000"
_BAD_CODES = {"date": "DATE_BAD", "unissued_reasons": "UNISSUED_CODE"}  # by kind or key
_SHOWN_CHARS = 20  # of a bad value in a list, so that a shifted row does not spill over

Typed = tuple[pd.Series | np.ndarray, np.ndarray | None]


def finding_with_values(
    code: str, bad: np.ndarray, texts: pd.Series | pa.Array, column: str = ""
) -> Finding | None:
    """Finding for the rows of a mask with the cell's own text as value; None when there is none."""
    rows = np.flatnonzero(bad)
    if not len(rows):
        return None
    values = arrow_of(texts).take(pa.array(rows)).to_pylist()
    return Finding(code, rows, column, [value[:_SHOWN_CHARS] for value in values])


def _numbers(texts: pa.Array, read: Callable[[str], int | None], empty: int) -> Typed:
    """int64 column by ``read`` (None = bad, kept as empty) of each distinct text."""
    values, codes = distinct(texts)
    numbers = [empty if value == "" else read(value) for value in values]
    bad = np.array([number is None for number in numbers], dtype=bool)
    known = np.array([empty if number is None else number for number in numbers], dtype=np.int64)
    return known[codes], bad[codes]


def _flag(text: str) -> int | None:
    return {"1": 1, "0": 0}.get(text)


def _ratio(text: str) -> int | None:
    return int(text) if text in ("1", "2", "3") else None


def _count(text: str) -> int | None:
    return int(text) if len(text) <= 5 and text.isascii() and text.isdigit() else None


def _words(texts: pa.Array, column: ExportColumn) -> Typed:
    values, codes = distinct(texts)
    bad = np.array([value != "" and value not in column.words for value in values], dtype=bool)
    kept = {value: value for value in values} if column.key == "mail_kind" else {}  # unknown is not "none"
    return pick([column.words.get(value, kept.get(value, "")) for value in values], codes), bad[codes]


def _codes(texts: pa.Array, column: ExportColumn) -> Typed:
    """Codes joined by ``;``, put in the order of the contract, doubles and blanks dropped."""
    values, codes = distinct(texts)
    parts = [[part.strip(_BLANKS) for part in value.split(";") if part.strip(_BLANKS)] for value in values]
    bad = np.array([any(part not in column.codes for part in each) for each in parts], dtype=bool)
    return pick([";".join(code for code in column.codes if code in each) for each in parts], codes), bad[
        codes
    ]


def plain_postcode(text: str) -> str:
    """Postcode without its hyphen, or ``""`` when it is not seven digits."""
    digits = text[:3] + text[4:] if len(text) == 8 and text[3] == "-" else text
    return digits if is_digits(digits, 7) else ""


def _typed(texts: pa.Array, column: ExportColumn) -> Typed:
    match column.kind:
        case "date":
            return parse_dates(texts)
        case "flag":
            numbers, bad = _numbers(texts, _flag, 0)
            return numbers.astype(bool), bad
        case "override":
            return _numbers(texts, _flag, -1)
        case "count":
            return _numbers(texts, _count, -1)
        case "ratio":
            return _numbers(texts, _ratio, 0)
        case "word":
            return _words(texts, column)
        case "codes":
            return _codes(texts, column)
        case "postcode":
            return map_distinct(texts, plain_postcode), None  # judged in checks: only where mail goes there
        case _:
            return series_of(texts), None


def jis_code(text: str) -> str:
    """5-digit JIS code of a 5-digit code, or of a 6-digit one whose check digit is right; else the text."""
    if is_digits(text, 6) and code6(text[:5]) == text:
        return text[:5]
    return text


def build_people(columns: dict[str, pa.Array], rows: int) -> tuple[pd.DataFrame, list[Finding]]:
    """The people table from trimmed text columns by key (absent ones are empty), and the bad cells.

    Columns are taken out of ``columns`` as they are read, to keep one copy in memory.
    """
    table: dict[str, pd.Series | np.ndarray] = {}
    findings: list[Finding] = []
    blank = pa.repeat(pa.scalar("", pa.large_string()), rows)
    for column in EXPORT_COLUMNS:
        texts = columns.pop(column.key, None)
        texts = blank if texts is None else arrow_of(pc.utf8_trim(arrow_of(texts), _BLANKS))
        values, bad = _typed(texts, column)
        if column.key == "municipality_code":
            values = map_distinct(texts, jis_code)
        table[column.key] = values
        if column.required or column.printed:
            empty = ~filled(texts)
            if empty.any():
                code = "REQUIRED_EMPTY" if column.required else "PRINTED_EMPTY"
                findings.append(Finding(code, np.flatnonzero(empty), column.header))
        if bad is not None and bad.any():
            code = _BAD_CODES.get(column.key) or _BAD_CODES.get(column.kind, "CODE_BAD")
            found = finding_with_values(code, bad, texts, column.header)
            findings.extend([found] if found else [])
    return pd.DataFrame(table, copy=False), findings


def under_protection(people: pd.DataFrame, findings: Sequence[Finding]) -> np.ndarray:
    """Mask of 支援措置: all rows of a number of which one says so, and cells that nobody could read.

    Who has moved may stand in two municipalities, with the flag in one; a doubt must not disclose anybody.
    """
    protected = people["protected"].to_numpy().copy()
    for finding in findings:
        if finding.column == header_of("protected"):
            protected[finding.rows] = True
    if protected.any():
        numbers = people["insured_number"]
        known = numbers[protected & filled(numbers)].unique()
        protected |= numbers.isin(known).to_numpy()
    return protected
