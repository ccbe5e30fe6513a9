"""The order of names in Japanese (五十音順), the same on every computer.

Half-width and full-width kana, hiragana and katakana count alike.  The family name (what stands before the
first blank) decides first, then the given name; each is compared kana by kana without 濁点, 半濁点 and with
small kana as big ones, a long vowel (ー) as the vowel that it lengthens.  Only names that are alike so far
are told apart by these: plain before 濁点, 半濁点, small kana, long vowel.  What is no kana (Latin letters,
digits) comes behind, by code point, and people without kana last of all.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from kouki_print.base.texts import distinct
from kouki_print.handover.tables import distinct_rank

_ROWS = "アカサタナハマヤラワ|イキシチニヒミリヰ|ウクスツヌフムユル|エケセテネヘメレヱ|オコソトノホモヨロヲ"
_VOWEL = {ord(kana): ord(row[0]) for row in _ROWS.split("|") for kana in row}
_BIG = dict(zip(map(ord, "ァィゥェォッャュョヮヵヶ"), map(ord, "アイウエオツヤユヨワカケ"), strict=True))
_TO_KATAKANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
_LONG = frozenset(map(ord, "ー-‐−―－"))  # what exports have for a long vowel
_MARKS = {0x3099: "1", 0x309A: "2"}  # 濁点, 半濁点, as NFKD sets them apart
_SPACING = {ord("゛"): "\u3099", ord("゜"): "\u309a"}  # NFKD would put a blank before them
_UNHEARD = frozenset(map(ord, "・･,.、。'"))
_PLAIN, _SMALL, _LENGTHENED = "0", "3", "4"


@lru_cache(maxsize=65_536)
def _part(text: str) -> tuple[str, str]:
    """One name as its kana and, for each, what tells it from the plain one."""
    letters: list[int] = []
    marks: list[str] = []
    for code in map(ord, unicodedata.normalize("NFKD", text).translate(_TO_KATAKANA)):
        if code in _MARKS:
            if marks:
                marks[-1] = _MARKS[code]
        elif code in _LONG and letters and letters[-1] in _VOWEL:
            letters.append(_VOWEL[letters[-1]])
            marks.append(_LENGTHENED)
        elif code not in _UNHEARD:
            letters.append(_BIG.get(code, code))
            marks.append(_SMALL if code in _BIG else _PLAIN)
    # Kana are before all else: Latin letters would otherwise come first.
    shown = "".join(chr(code) if 0x30A1 <= code <= 0x30FF else "\uffff" + chr(code) for code in letters)
    return shown, "".join(marks)


def kana_key(kana: str) -> tuple[bool, tuple[str, str], tuple[str, str]]:
    """What a name is sorted by."""
    family, _, given = " ".join(kana.translate(_SPACING).split()).partition(" ")
    return not family, _part(family), _part(given.replace(" ", ""))


def kana_rank(kana: Any) -> np.ndarray:
    """Rank (int64) of each name of a column; names that are written differently but sort alike share one."""
    values, at = distinct(kana)
    keys = list(map(kana_key, values))
    places = {key: place for place, key in enumerate(sorted(set(keys)))}
    return np.array([places[key] for key in keys], dtype=np.int64)[at]


def kana_order(pieces: pd.DataFrame) -> np.ndarray:
    """Places of the pieces by kana, then name, then date of birth, then sequence."""
    birth = pieces["birth_date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    return np.lexsort(
        (pieces["sequence"].to_numpy(), birth, distinct_rank(pieces["name"]), kana_rank(pieces["kana"]))
    )
