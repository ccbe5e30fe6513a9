"""What a sample file looks like (書式の推定): encoding by strict trial, separators, lines before and after.

Nothing here decides how a job is read; a person checks the proposal and keeps it as a layout.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass

from kouki_print.base.errors import JobError
from kouki_print.intake.decoding import AGAIN, BOMS
from kouki_print.intake.layouts import ENCODING_JA
from kouki_print.intake.synonyms import standard_of

_TRIALS = ("utf-8", "cp932", "shift_jis_2004")
_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 2000  # records looked at
_MOST = 0.9  # of the lines must agree
_EDGE = 20  # lines at either end that may be no records


@dataclass(frozen=True, slots=True)
class Sniffed:
    """One sample: ``records`` hold cells (CSV) or a single line each (fixed width, by bytes if ``unit`` says)."""

    encoding: str
    text: str
    delimiter: str  # "" for fixed width
    quote: str
    header: list[str]
    records: list[list[str]]
    skip_top: int
    skip_bottom: int
    unit: str
    record_length: int


def encoding_of(data: bytes, name: str) -> str:
    """Encoding by byte order mark, by the place of zero bytes, else the first that reads everything."""
    for encoding, mark in BOMS.items():
        if data.startswith(mark):
            return encoding
    head = data[: 1 << 16]
    if head.count(0) * 8 > len(head):
        return "utf-16le" if head[1::2].count(0) > head[::2].count(0) else "utf-16be"
    furthest, tried = -1, ""
    for encoding in _TRIALS:
        try:
            data.decode(encoding)
            return encoding
        except UnicodeDecodeError as problem:
            if problem.start > furthest:
                furthest, tried = problem.start, encoding
    raise JobError(
        "文字コードが分かりません。"
        f"最も近い{ENCODING_JA[tried]}でも先頭から{furthest + 1:,}バイト目が読めません",
        remedy="この行の文字を直すか、UTF-8 か CP932 で出力し直してください。",
        file=name,
        row=data.count(b"\n", 0, furthest) + 1,
    )


def _cells(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return [[cell.strip(" \u3000") for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
    except csv.Error:
        return []


def _records_of(rows: list[list[str]], size: int) -> tuple[int, int]:
    """First and last row (exclusive) of those with ``size`` cells, odd ones at the edges left out."""
    first, last = 0, len(rows)
    while first < min(_EDGE, last) and len(rows[first]) != size:
        first += 1
    while last > max(first, len(rows) - _EDGE) and len(rows[last - 1]) != size:
        last -= 1
    return first, last


def _as_csv(encoding: str, text: str, lines: list[str], quote: str) -> Sniffed | None:
    looked = lines if len(lines) <= _SAMPLE else lines[:_SAMPLE]
    best: tuple[int, str, list[list[str]]] = (1, "", [])
    for delimiter in _DELIMITERS:
        rows = _cells(looked, delimiter)
        if not rows:
            continue
        size, count = Counter(len(row) for row in rows).most_common(1)[0]
        if size > best[0] and count >= _MOST * (len(rows) - min(4, len(rows) // 2)):
            best = (size, delimiter, rows)
    size, delimiter, rows = best
    if not delimiter:
        return None
    first, last = _records_of(rows, size)
    tail = len(rows) - last
    if len(lines) > _SAMPLE:
        ends = _cells(lines[-_EDGE:], delimiter)
        tail = len(ends) - _records_of(ends, size)[1]
    top = rows[first]
    known = sum(bool(standard_of(cell)) for cell in top)
    headed = known >= 2 or (known == 1 and not any(character.isdigit() for cell in top for character in cell))
    records = [row for row in rows[first + headed : last] if len(row) == size]
    return Sniffed(encoding, text, delimiter, quote, top if headed else [], records, first, tail, "", 0)


def _as_fixed(encoding: str, text: str, lines: list[str], name: str) -> Sniffed:
    looked = lines[:_SAMPLE]
    units = ("bytes", "characters")
    for unit in reversed(units) if encoding.startswith("utf-16") else units:
        sizes = [len(line.encode(encoding)) if unit == "bytes" else len(line) for line in looked]
        length, count = Counter(sizes).most_common(1)[0]
        if count >= _MOST * (len(looked) - min(4, len(looked) // 2)) and (len(lines) > 1 or length):
            rows = [[line] if size == length else [] for line, size in zip(looked, sizes, strict=True)]
            first, last = _records_of(rows, 1)
            tail = len(rows) - last if len(lines) <= _SAMPLE else 0
            return Sniffed(
                encoding,
                text,
                "",
                "",
                [],
                [row for row in rows[first:last] if row],
                first,
                tail,
                unit,
                length,
            )
    raise JobError(
        "区切り文字でも固定長でも読めません（行の長さがそろっていません）",
        remedy=f"移行データの仕様書でレイアウトを確かめてください。途中で切れていれば、{AGAIN}",
        file=name,
    )


def sniff(data: bytes, name: str) -> Sniffed:
    """What the sample looks like; JobError when nothing fits."""
    body = data[:-1] if data[-1:] == b"\x1a" else data
    encoding = encoding_of(body, name)
    text = body.decode(encoding).removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if not any(lines):
        raise JobError("ファイルが空です", remedy=AGAIN, file=name)
    quote = '"' if '"' in text else ""
    return _as_csv(encoding, text, lines, quote) or _as_fixed(encoding, text, lines, name)
