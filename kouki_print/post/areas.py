"""郵便区, the districts that some discounts count by: which one a postcode lies in, seen from a unit.

The shipped table is made from the old postcode groups and is unconfirmed; an order may bring its own.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.checkdigits import is_digits
from kouki_print.base.resources import data_dir
from kouki_print.base.texts import distinct, pick
from kouki_print.order.tables import read_lines

COLUMNS = _UNIT, _NAME, _PREFIXES = ("municipality_code", "name", "prefixes")
WHOLE = "全域"  # of a unit that the table does not name
OUTSIDE = ""  # delivered in none of the unit's districts
_MOST_DIGITS = 7
LOCAL_CLASSES = ("standard", "nonstandard_regular")  # of 郵便区内特別
LOCAL_MOST_CG = 25_000


@dataclass(frozen=True, slots=True)
class Areas:
    """Per postcode prefix the units that have it and what they call the district."""

    by_prefix: Mapping[str, Mapping[str, str]]
    units: frozenset[str]
    name: str

    def area_of(self, unit: str, postcode: str) -> str:
        """District of a piece of the unit; OUTSIDE when it goes elsewhere or has no right postcode.

        The longest prefix decides, also when it is another unit's (904-22 is not in 904).
        """
        if not is_digits(postcode, _MOST_DIGITS):
            return OUTSIDE
        if unit not in self.units:
            return WHOLE
        for length in range(_MOST_DIGITS, 0, -1):
            found = self.by_prefix.get(postcode[:length])
            if found:
                return found.get(unit, OUTSIDE)
        return OUTSIDE


def load_areas(path: Path | None = None, units: Container[str] | None = None) -> Areas:
    """The shipped table, or the operator's in its place; JobError names the row that is wrong.

    Columns municipality_code,name,prefixes (first digits of postcodes, separated by blanks).  ``units``:
    the codes that a row may name.
    """
    source = path or data_dir() / "postal_areas.csv"
    by_prefix: dict[str, dict[str, str]] = {}
    for line in read_lines(source, COLUMNS):
        unit, prefixes = line[_UNIT], line[_PREFIXES].replace("-", "").split()
        if units is not None and unit not in units:
            raise line.error(
                _UNIT, f"「{unit}」は連絡先一覧にない市町村コードです", "コードを直してください。"
            )
        if not line[_NAME]:
            raise line.error(_NAME, "郵便区の名がありません", "見分けられる名を書いてください。")
        if not prefixes or not all(
            each.isascii() and each.isdigit() and len(each) <= _MOST_DIGITS for each in prefixes
        ):
            raise line.error(
                _PREFIXES,
                "郵便番号の初めの数字ではありません",
                "例 900 90101 のように、半角の数字を空白で区切って書いてください。",
            )
        for prefix in prefixes:
            if unit in by_prefix.setdefault(prefix, {}):
                raise line.error(
                    _PREFIXES, f"「{prefix}」が同じ市町村に二度あります", "どちらか一方を消してください。"
                )
            by_prefix[prefix][unit] = line[_NAME]
    named = frozenset(unit for found in by_prefix.values() for unit in found)
    return Areas(by_prefix, named, source.name)


def areas_of(plan: pd.DataFrame, areas: Areas) -> pd.Series:
    """District of each piece of the plan (``unit_code``, ``postcode``); each pair is looked up once."""
    units, unit_at = distinct(plan["unit_code"])
    codes, code_at = distinct(plan["postcode"])
    width = max(len(codes), 1)
    pairs, back = np.unique(unit_at.astype(np.int64) * width + code_at, return_inverse=True)
    return pick([areas.area_of(units[pair // width], codes[pair % width]) for pair in pairs], back)


def area_counts(
    plan: pd.DataFrame, areas: Areas, by: Sequence[str] = ("unit_code", "mail_service")
) -> pd.DataFrame:
    """``pieces`` of a plan per district (``area``) and the columns ``by``, in the plan's order."""
    table = plan[list(by)].reset_index(drop=True)
    return counts_by_area(table.assign(area=areas_of(plan, areas)), by)


def counts_by_area(pieces: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """``pieces`` per district, which stands in the column ``area`` already, and the columns ``by``."""
    return pieces.groupby([*by, "area"], sort=False).size().rename("pieces").reset_index()


def fits_local(pieces: pd.DataFrame) -> np.ndarray:
    """Which pieces (``size_class``, ``weight_cg``) are small and light enough for 郵便区内特別."""
    small = pieces["size_class"].isin(LOCAL_CLASSES).to_numpy()
    return np.asarray(small & (pieces["weight_cg"].to_numpy() <= LOCAL_MOST_CG))
