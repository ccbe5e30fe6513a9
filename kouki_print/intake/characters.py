"""Characters that cannot be printed: stand-ins for 外字, private use, control, marks, and what a font lacks.

Only texts that will stand on the page are looked at: with a 送付先 in force the registered address is
not printed, unless the document itself shows it.  Combining marks (結合文字, a name in decomposed form)
are held and never composed here: which character was meant is for the union to say.
A control character inside a cell (TAB, a line end, any other C0 or C1, an invisible mark) holds the
person and is told with its code and place, counted in the cell without the blanks around it.  NUL and
the shifts of host codes (ESC, SO, SI, SUB) mean that the file is not what its layout says: they stop
the job with row and byte before any cell is read (``intake/decoding``).
Texts are looked at as code points of whole columns; a font is asked once per distinct cluster
(a base character with its variation selector, 異体字セレクタ).
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from kouki_print.base.problems import Finding
from kouki_print.base.texts import arrow_of, filled, utf8_bytes
from kouki_print.intake.gaiji import code_points
from kouki_print.intake.instructions import KINDS, instruction_in_force
from kouki_print.order.columns import header_of

HOME_KEYS = ("address", "building")
MAIL_KEYS = ("mail_address", "mail_building", "mail_name")
_STAND_INS = "●〓\ufffd"
_TOP = 0x110000
_FINE, _GAIJI, _PRIVATE, _CONTROL, _COMBINING, _UNASSIGNED = range(6)
_CODES = {
    _GAIJI: "CHAR_GAIJI",
    _PRIVATE: "CHAR_PRIVATE",
    _CONTROL: "CHAR_CONTROL",
    _COMBINING: "CHAR_COMBINING",
    _UNASSIGNED: "CHAR_UNASSIGNED",
}


@dataclass(frozen=True, slots=True)
class Points:
    """A text column as code points (uint32), with the n+1 offsets of the cells in it."""

    points: np.ndarray
    offsets: np.ndarray

    def rows_of(self, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Row and code point of each marked place."""
        places = np.flatnonzero(mask)
        return np.searchsorted(self.offsets, places, side="right") - 1, self.points[places]


def points_of(texts: pd.Series) -> Points:
    """Code points of all cells of a column."""
    array = arrow_of(texts)
    offsets = np.concatenate([[0], np.cumsum(pc.utf8_length(array).to_numpy(zero_copy_only=False))])
    utf32 = utf8_bytes(array)[0].tobytes().decode().encode("utf-32-le")
    return Points(np.frombuffer(utf32, dtype="<u4"), offsets.astype(np.int64))


def _is_selector(points: np.ndarray) -> np.ndarray:
    return ((points >= 0xFE00) & (points <= 0xFE0F)) | ((points >= 0xE0100) & (points <= 0xE01EF))


@cache
def _classes() -> np.ndarray:
    table = np.zeros(_TOP, dtype=np.uint8)
    table[[ord(char) for char in _STAND_INS]] = _GAIJI
    for first, last in ((0xE000, 0xF8FF), (0xF0000, 0xFFFFD), (0x100000, 0x10FFFD)):
        table[first : last + 1] = _PRIVATE
    for first, last in ((0, 0x1F), (0x7F, 0x9F), (0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F)):
        table[first : last + 1] = _CONTROL
    table[0xFEFF] = _CONTROL
    return table


def _distinct_points(points: np.ndarray) -> np.ndarray:
    seen = np.zeros(_TOP, dtype=bool)
    seen[points] = True
    return np.flatnonzero(seen)


def _classes_of(points: np.ndarray) -> np.ndarray:
    """Class of each code point; Unicode's own categories are looked up for the distinct ones only."""
    table = _classes()
    fine = _distinct_points(points)
    fine = fine[(table[fine] == _FINE) & ~_is_selector(fine)]
    categories = [unicodedata.category(chr(point)) for point in fine.tolist()]
    unlike = [
        point for point, kind in zip(fine.tolist(), categories, strict=True) if kind == "Cn" or kind[0] == "M"
    ]
    if unlike:
        table = table.copy()
        table[unlike] = [
            _UNASSIGNED if unicodedata.category(chr(point)) == "Cn" else _COMBINING for point in unlike
        ]
    return table[points]


def is_legible(cluster: str) -> bool:
    """Whether a character is one that a font may be asked for: no stand-in, control character or the like.

    Private use is for the fonts to say: only the union's own one (外字フォント) draws it.
    """
    classes = _classes_of(np.array([ord(char) for char in cluster]))
    return bool(np.isin(classes, (_FINE, _PRIVATE)).all())


def _looked_at(
    people: pd.DataFrame, mail_on: dt.date | None, kinds: Sequence[str], home: np.ndarray | None
) -> Iterator[tuple[str, Points, np.ndarray]]:
    """Each printed column with its code points and the mask of rows in which it is printed."""
    instructed = instruction_in_force(people, mail_on, kinds)
    printed = {"name": np.ones(len(people), dtype=bool)}
    printed |= dict.fromkeys(HOME_KEYS, ~instructed if home is None else home) | dict.fromkeys(
        MAIL_KEYS, instructed
    )
    printed["care_of"] = instructed | ~filled(people["mail_kind"])  # belongs to the 送付先 if there is one
    printed["householder"] = ~instructed
    for key, rows in printed.items():
        points = points_of(people[key])
        if len(points.points):
            yield key, points, rows


def _finding(code: str, key: str, rows: np.ndarray, shown: list[str]) -> Finding:
    """One finding per code and column; a row that has several bad characters names them all."""
    texts: dict[int, dict[str, None]] = {}
    for row, text in zip(rows.tolist(), shown, strict=True):
        texts.setdefault(row, {}).setdefault(text)
    ordered = sorted(texts)
    return Finding(
        code, np.array(ordered, dtype=np.int64), header_of(key), ["、".join(texts[row]) for row in ordered]
    )


def check_legible(
    people: pd.DataFrame,
    mail_on: dt.date | None = None,
    kinds: Sequence[str] = KINDS,
    shown: Callable[[str], str] = code_points,
    *,
    home: np.ndarray | None = None,
    own: Collection[int] = (),
) -> list[Finding]:
    """Characters in printed texts that no font can be asked for, one finding per code and column.

    Stand-ins for 外字 (●, 〓, U+FFFD), private use, unassigned, control and combining characters.
    ``kinds`` are the kinds of 送付先 in use (``checks.kind_order``); ``shown`` writes a character for
    the message (an own character with the code it had in the export); ``home`` is the mask of the rows
    whose registered address is on a page, by default those without a 送付先 in force; ``own`` are the code
    points of private use that the union's own font has.
    """
    findings = []
    drawn = np.array(sorted(own), dtype=np.uint32)
    for key, points, printed in _looked_at(people, mail_on, kinds, home):
        classes = _classes_of(points.points)
        if len(drawn):
            classes[np.isin(points.points, drawn)] = _FINE
        for number, code in _CODES.items():
            rows, chars = points.rows_of(classes == number)
            kept = printed[rows]
            if kept.any():
                told = [shown(chr(char)) for char in chars[kept].tolist()]
                if number == _CONTROL:  # not to be seen, so its place is told too
                    places = (np.flatnonzero(classes == number) - points.offsets[rows])[kept].tolist()
                    told = [f"{text}（{at + 1}文字目）" for text, at in zip(told, places, strict=True)]
                findings.append(_finding(code, key, rows[kept], told))
    return findings


def check_characters(
    people: pd.DataFrame,
    can_draw: Callable[[str], bool],
    mail_on: dt.date | None = None,
    kinds: Sequence[str] = KINDS,
    *,
    home: np.ndarray | None = None,
) -> list[Finding]:
    """Printed texts a font cannot draw: ``can_draw`` is asked once per distinct cluster.

    A cluster is one character, or a character with its variation selector.  What
    :func:`check_legible` reports already is not reported again.  Rows are held; a variant is never
    replaced by its base character.
    """
    asked: dict[str, bool] = {}

    def missing(cluster: str) -> bool:
        if cluster not in asked:
            asked[cluster] = not can_draw(cluster)
        return asked[cluster]

    findings = []
    for key, points, printed in _looked_at(people, mail_on, kinds, home):
        selector = _is_selector(points.points)
        selector[points.offsets[:-1][np.diff(points.offsets) > 0]] = False  # a cell may not begin with one
        followed = np.append(selector[1:], False)
        alone = points.points[~(selector | followed)]
        for code, lost in (
            ("CHAR_NO_GLYPH", _lost_singles(points, alone, selector | followed, missing)),
            ("CHAR_NO_VARIANT", _lost_pairs(points, followed, missing)),
        ):
            rows, shown = lost
            kept = printed[rows]
            if kept.any():
                findings.append(
                    _finding(
                        code, key, rows[kept], [text for text, keep in zip(shown, kept, strict=True) if keep]
                    )
                )
    return findings


def _lost_singles(
    points: Points, alone: np.ndarray, in_pair: np.ndarray, missing: Callable[[str], bool]
) -> tuple[np.ndarray, list[str]]:
    chars = _distinct_points(alone)
    asked = zip(chars.tolist(), _classes_of(chars).tolist(), strict=True)
    # Private use is asked too, so that the fonts know of it; what they lack is told by check_legible.
    lost = [
        char for char, kind in asked if kind in (_FINE, _PRIVATE) and missing(chr(char)) and kind == _FINE
    ]
    if not lost:
        return np.zeros(0, dtype=np.int64), []
    table = np.zeros(_TOP, dtype=bool)
    table[lost] = True
    rows, found = points.rows_of(table[points.points] & ~in_pair)
    return rows, [code_points(chr(char)) for char in found.tolist()]


def _lost_pairs(
    points: Points, followed: np.ndarray, missing: Callable[[str], bool]
) -> tuple[np.ndarray, list[str]]:
    rows, bases = points.rows_of(followed)
    selectors = points.points[np.flatnonzero(followed) + 1]
    clusters = [chr(base) + chr(mark) for base, mark in zip(bases.tolist(), selectors.tolist(), strict=True)]
    lost = [place for place, cluster in enumerate(clusters) if missing(cluster)]
    return rows[lost].astype(np.int64), [code_points(clusters[place]) for place in lost]


def where_printed(
    people: pd.DataFrame,
    cluster: str,
    mail_on: dt.date | None = None,
    kinds: Sequence[str] = KINDS,
    *,
    home: np.ndarray | None = None,
) -> tuple[np.ndarray, str]:
    """Rows (rising) of the people on whose page a cluster stands, and the column of the first of them."""
    columns = []
    for key, points, printed in _looked_at(people, mail_on, kinds, home):
        followed = np.append(_is_selector(points.points[1:]), False)
        found = (points.points == ord(cluster[0])) & (followed == (len(cluster) == 2))
        if len(cluster) == 2:
            found &= np.append(points.points[1:], 0) == ord(cluster[1])
        rows = points.rows_of(found)[0]
        if printed[rows].any():
            columns.append((int(rows[printed[rows]][0]), header_of(key), rows[printed[rows]]))
    if not columns:
        return np.zeros(0, dtype=np.int64), ""
    return np.unique(np.concatenate([rows for *_, rows in columns])), min(columns, key=lambda each: each[0])[
        1
    ]
