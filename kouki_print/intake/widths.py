"""Where the columns of a fixed-width sample stand: by what the values prove, the rest by digits and blanks.

A column is named only where its values leave no doubt (dates, numbers with check digits, codes); all
others are stretches with the shape of their cells, for a person to name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from kouki_print.base.checkdigits import code6, is_digits
from kouki_print.intake.contents import EMPTY_DATES, is_number
from kouki_print.intake.datestyles import STYLES, reader
from kouki_print.intake.sniff import Sniffed

_FEWEST = 5  # filled cells; fewer prove nothing
_MOST = 0.95  # of the filled cells must agree: a sample has its mistakes
_OLDEST_BIRTHS = 1990  # half of the people are born before
_LONGEST_SHAPE = 20
_TOWN = "(0[1-9]|[1-3][0-9]|4[0-7])[1-7][0-9]{2,3}"  # prefecture, kind, number, perhaps a check digit
_INNER = re.compile(r"(?<=[^\s0-9])[ \u3000](?=[^\s0-9])")
_DATE, _DIGITS, _TEXT = "日付", "数字", "文字"
_SHAPES = ((r"[0-9０-９]", "9"), (r"[A-Za-zＡ-Ｚａ-ｚ]", "A"), ("[\uff61-\uff9f]", "ｱ"),
           ("[\u30a0-\u30ff]", "ア"), (r"[^\x00-\x7fｱア\u3000＿]", "あ"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of the record: ``start`` from 0, the standard's header if the values prove it, what it is."""

    start: int
    length: int
    name: str
    what: str
    cells: list[str]  # filled ones, without the blanks around them

    @property
    def shape(self) -> str:
        """The most frequent form of its cells, no character of which is anybody's: ``999-9999``."""
        found = Counter(map(_shape, self.cells)).most_common(1)
        return found[0][0][:_LONGEST_SHAPE] if found else ""


def _shape(cell: str) -> str:
    for pattern, sign in _SHAPES:
        cell = re.sub(pattern, sign, cell)
    return cell.replace("_", " ").replace("＿", "\u3000")


def _joined(blank: re.Match[str]) -> str:
    return "_" if blank[0] == " " else "＿"


class _Records:
    """The sample's records in the layout's unit; a blank between two words is no gap between columns."""

    def __init__(self, found: Sniffed) -> None:
        self.encoding = found.encoding if found.unit == "bytes" else "utf-32-le"
        self.size = 1 if found.unit == "bytes" else 4
        blank = " " * (len("\u3000".encode(self.encoding)) // self.size)
        rows = [_INNER.sub(_joined, record[0]).replace("\u3000", blank) for record in found.records]
        self.rows = [row.encode(self.encoding) for row in rows]
        self.length = found.record_length
        self.counts = [len(self.cells(at, 1)) for at in range(self.length)]

    def cells(self, start: int, length: int) -> list[str]:
        """The filled cells of a stretch."""
        first, last = start * self.size, (start + length) * self.size
        texts = (row[first:last].decode(self.encoding, "replace").strip() for row in self.rows)
        return [text for text in texts if text]

    def begins(self, at: int) -> bool:
        """Whether many more records are filled at a place than just before: texts begin at the left."""
        return at > 0 and self.counts[at] >= 2 * self.counts[at - 1] + _FEWEST


def spans(found: Sniffed) -> list[Span]:
    """All stretches of the record that hold something, in order; none overlaps another."""
    records = _Records(found)
    made: list[Span] = []
    for start, end, kind in _stretches(records):
        made += _numbers(records, start, end) if kind == _DIGITS else _texts(records, start, end)
    return list(_with_sex(records, _with_dates_named(made)))


def _stretches(records: _Records) -> Iterator[tuple[int, int, str]]:
    """Runs of digits (with the signs of dates and postcodes) and of text, blanks behind a text with it."""
    kinds: list[str] = []
    for at in range(records.length):
        signs = set(records.cells(at, 1))
        kind = "" if not signs else _DIGITS if signs <= set("0123456789-/") else _TEXT
        padding = (
            bool(kinds)
            and kinds[-1] == _TEXT
            and (not kind or (not records.begins(at) and records.counts[at] * 2 < len(records.rows)))
        )
        kinds.append(_TEXT if padding else kind)
    start = 0
    for at in range(1, len(kinds) + 1):
        if at == len(kinds) or kinds[at] != kinds[start]:
            if kinds[start]:
                yield start, at, kinds[start]
            start = at


def _texts(records: _Records, start: int, end: int) -> Iterator[Span]:
    """A text stretch, cut where a column begins: many more records are filled than just before."""
    cuts = [at for at in range(start + 1, end) if records.begins(at)]
    for first, last in zip([start, *cuts], [*cuts, end], strict=True):
        yield Span(first, last - first, "", _TEXT, records.cells(first, last - first))


def _numbers(records: _Records, start: int, end: int) -> Iterator[Span]:
    """A stretch of digits: what the values prove, from left to right, and what is left between."""
    at = rest = start
    while at < end:
        span = _proven(records, at, end)
        if span is None:
            at += 1
            continue
        if at > rest:
            yield from _left(records, rest, at)
        yield span
        at = rest = at + span.length
    if end > rest:
        yield from _left(records, rest, end)


def _proven(records: _Records, at: int, end: int) -> Span | None:
    """The column that begins at a place, if its values leave no doubt."""
    for width in (10, 8, 7):
        cells = records.cells(at, width) if at + width <= end else []
        whole = [cell for cell in cells if len(cell) == width]
        if len(whole) < max(_FEWEST, _MOST * len(cells)):
            continue
        if len(_days(whole)) >= max(_FEWEST, _MOST * sum(cell not in EMPTY_DATES for cell in whole)):
            return Span(at, width, "", _DATE, cells)
        right = [cell for cell in whole if is_number(cell)]
        if len(right) >= _MOST * len(cells):
            if all(cell.startswith("39") for cell in right):
                return Span(at, width, "保険者番号", _DIGITS, cells)
            if len(set(right)) >= _MOST * len(cells):
                return Span(at, width, "被保険者番号", _DIGITS, cells)
    return None


def _days(cells: list[str]) -> list[str]:
    """The days of the cells in the style that reads most of them, sorted."""
    cells = [cell for cell in cells if cell not in EMPTY_DATES]
    read = [reader(style) for style in STYLES if style != "wareki"]
    found = [[day.isoformat() for cell in cells if (day := each(cell))] for each in read]
    most: list[str] = max(found, key=len)
    return sorted(most)


def _left(records: _Records, start: int, end: int) -> Iterator[Span]:
    """Digits between two columns: a postcode or codes of municipalities if they fill the gap, else unnamed."""
    width = end - start
    cells, head = records.cells(start, width), records.cells(start, 6)
    if width in (7, 8) and len(cells) * 2 > len(records.rows) and _agree(cells, "[0-9]{3}-?[0-9]{4}"):
        yield Span(start, width, "郵便番号", _DIGITS, cells)
    elif width in (5, 6) and _agree(cells, _TOWN):
        yield Span(start, width, "市町村コード", _DIGITS, cells)
    elif width > 6 and _agree(
        [cell for cell in head if is_digits(cell, 6) and code6(cell[:5]) == cell], _TOWN, head
    ):
        yield Span(start, 6, "市町村コード", _DIGITS, head)
        yield Span(start + 6, width - 6, "", _DIGITS, records.cells(start + 6, width - 6))
    else:
        yield Span(start, width, "", _DIGITS, cells)


def _agree(cells: list[str], pattern: str, of: list[str] | None = None) -> bool:
    """Whether enough cells look like the pattern, nearly all of them (or of the cells ``of``)."""
    found = sum(bool(re.fullmatch(pattern, cell)) for cell in cells)
    return found >= max(_FEWEST, _MOST * len(cells if of is None else of))


def _with_dates_named(made: list[Span]) -> list[Span]:
    """The first day that all share is 基準日, the dates of the last century that differ are 生年月日."""
    days = {place: _days(span.cells) for place, span in enumerate(made) if span.what == _DATE}
    names = dict.fromkeys(days, "")
    shared = {place: each[0] for place, each in days.items() if each[0] == each[-1]}
    if shared:
        names[min(shared, key=shared.__getitem__)] = "基準日"
    middles = {place: each[len(each) // 2] for place, each in days.items() if place not in shared}
    born = min(middles, key=middles.__getitem__, default=-1)
    if born >= 0 and middles[born] < str(_OLDEST_BIRTHS):
        names[born] = "生年月日"
    seen: set[str] = set()
    named = []
    for place, span in enumerate(made):
        name = names.get(place, span.name)
        named.append(replace(span, name="" if name in seen else name))
        seen.add(name)
    return named


def _are_sexes(cells: list[str]) -> bool:
    return {"1", "2"} <= set(cells) and _agree(cells, "[12]")


def _with_sex(records: _Records, made: list[Span]) -> Iterator[Span]:
    """性別 is a place of 1 and 2, both of them, just before or just behind 生年月日."""
    born = next((span for span in made if span.name == "生年月日"), None)
    places = (born.start - 1, born.start + born.length) if born else ()
    sex = next((at for at in places if 0 <= at < records.length and _are_sexes(records.cells(at, 1))), -1)
    for span in made:
        if not span.start <= sex < span.start + span.length:
            yield span
            continue
        for start, end in ((span.start, sex), (sex, sex + 1), (sex + 1, span.start + span.length)):
            if end > start:
                name = "性別" if start == sex else ""
                yield Span(start, end - start, name, span.what, records.cells(start, end - start))
