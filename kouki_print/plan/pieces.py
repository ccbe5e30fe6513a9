"""From priced pieces to the plan: delivery order, sequence, matching code and lots.

All in columns.  The result has one row per piece, sorted by delivery unit (a municipality or an employer) and sequence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.checkdigits import mod37_36_column
from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of, pick, series_of
from kouki_print.plan.boxing import runs
from kouki_print.plan.imposing import sheets_and_slots
from kouki_print.plan.sheets import first_sheets

SEQUENCE_DIGITS = 7
_MOST_PIECES = 10**SEQUENCE_DIGITS - 1
_DASH = pa.scalar("-", pa.large_string())


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot (ロット): what one pair of print files holds.

    ``first`` and ``last`` are sequence numbers, ``start`` and ``stop`` positions in the plan; ``sheets``
    counts the finished sheets, of which a piece may have several.
    """

    unit_code: str
    number: int
    first: int
    last: int
    start: int
    stop: int
    sheets: int
    stem: str

    @property
    def print_path(self) -> str:
        """Path of the 1-up file relative to the unit's vendor folder."""
        return f"print/{self.stem}.pdf"

    @property
    def imposed_path(self) -> str:
        """Path of the imposed file relative to the unit's vendor folder."""
        return f"imposed/{self.stem}.pdf"


def delivery_order(
    people: pd.DataFrame, decided: pd.DataFrame, rows: np.ndarray, kinds: np.ndarray | None = None
) -> np.ndarray:
    """Positions in ``people`` of the printed rows in delivery order.

    Unit, then the people apart (支援措置) behind all others, what never shares a box (``kinds``, a rank for
    each of ``rows``), postcode, address, building, household, then the export's own order, compared by code
    point, so that no locale can change it.
    """
    table = pa.table(
        {
            "unit": arrow_of(decided["unit_code"]),
            "apart": pa.array(people["protected"].to_numpy()),
            "postcode": arrow_of(decided["to_postcode"]),
            "address": arrow_of(decided["to_address"]),
            "building": arrow_of(decided["to_building"]),
            "household": arrow_of(people["household_number"]),
            "row": pa.array(people["row"].to_numpy()),
        }
    ).take(pa.array(rows))
    if kinds is not None:
        table = table.add_column(2, "kind", pa.array(kinds))
    ranks = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in table.column_names])
    return rows[ranks.to_numpy()]


def sequences(unit_codes: np.ndarray) -> np.ndarray:
    """Sequence within the unit, from 1 without a gap, for pieces already in order (int64)."""
    count = len(unit_codes)
    if not count:
        return np.zeros(0, dtype=np.int64)
    change = np.flatnonzero(np.r_[True, unit_codes[1:] != unit_codes[:-1]])
    sizes = np.diff(np.r_[change, count])
    if sizes.max() > _MOST_PIECES:
        raise JobError("1か所（市町村・団体）の通数が7桁を超えます。", remedy="ジョブを分けてください。")
    return np.arange(count) - np.repeat(change, sizes) + 1


def piece_ids(job_id: str, unit_codes: pd.Series, sequence: np.ndarray) -> pd.Series:
    """Piece ids ``<JOB>-<jis_code>-<seq 7 digits>``."""
    digits = pc.utf8_lpad(pc.cast(pa.array(sequence), pa.large_string()), SEQUENCE_DIGITS, "0")
    return series_of(
        pc.binary_join_element_wise(pa.scalar(job_id, pa.large_string()), arrow_of(unit_codes), digits, _DASH)
    )


def matching_codes(ids: pd.Series, set_codes: pd.Series, nth: np.ndarray, of: np.ndarray) -> pd.Series:
    """Matching codes (照合コード) ``<piece id>-<n><m>-<SET>-<C>`` of sheets, each the n-th of m (contract 6)."""
    numbers = pc.cast(pa.array(10 * nth + of), pa.large_string())
    parts = pc.binary_join_element_wise(arrow_of(ids), numbers, arrow_of(set_codes), _DASH)
    bare = pc.replace_substring(parts, "-", "")
    lengths = pc.utf8_length(bare).to_numpy()
    checks = np.empty(len(lengths), dtype=object)
    for length in np.unique(lengths).tolist():
        chosen = np.flatnonzero(lengths == length)
        text = "".join(bare.take(pa.array(chosen)).to_pylist())
        matrix = np.frombuffer(text.encode("ascii"), dtype=np.uint8).reshape(len(chosen), length)
        checks[chosen] = [chr(code) for code in mod37_36_column(matrix).tolist()]
    return series_of(pc.binary_join_element_wise(parts, pa.array(checks, type=pa.large_string()), _DASH))


def lots(
    job_id: str, unit_codes: np.ndarray, sheets: np.ndarray, most: int, apart: np.ndarray | None = None
) -> list[Lot]:
    """Lots of at most ``most`` sheets: contiguous sequences, never two units or both kinds of ``apart``.

    ``sheets`` counts those of each piece; a piece is never split.
    """
    result: list[Lot] = []
    total = np.r_[0, np.cumsum(sheets)]
    number, town, first_of_town = 0, "", 0
    for start, end in runs(unit_codes, apart):
        if unit_codes[start] != town:
            number, town, first_of_town = 0, str(unit_codes[start]), start
        while start < end:
            number += 1
            full = int(np.searchsorted(total, total[start] + most, side="right")) - 1
            stop = max(start + 1, min(full, end))
            first, last = start - first_of_town + 1, stop - first_of_town
            stem = f"{job_id}-{town}-L{number:02d}-{first:07d}-{last:07d}"
            result.append(Lot(town, number, first, last, start, stop, int(total[stop] - total[start]), stem))
            start = stop
    return result


def print_places(
    plan_lots: list[Lot], sheets: np.ndarray, table: Callable[[int], np.ndarray]
) -> dict[str, pd.Series | np.ndarray]:
    """Where each piece's first sheet is printed: 1-up file and page, imposed file, press sheet and slot (from 1).

    ``table`` gives the order of imposition of so many pages.
    """
    count = len(sheets)
    file_codes = np.zeros(count, dtype=np.int32)
    page = np.zeros(count, dtype=np.int64)
    sheet = np.zeros(count, dtype=np.int64)
    slot = np.zeros(count, dtype=np.int64)
    for index, lot in enumerate(plan_lots):
        here = slice(lot.start, lot.stop)
        first = first_sheets(sheets[here])
        file_codes[here] = index
        page[here] = first * 2 + 1
        on_sheet, in_slot = sheets_and_slots(table(2 * lot.sheets))
        sheet[here], slot[here] = on_sheet[first], in_slot[first]
    return {
        "lot": file_codes.astype(np.int64),
        "print_pdf": pick([lot.print_path for lot in plan_lots], file_codes),
        "print_page": page,
        "imposed_pdf": pick([lot.imposed_path for lot in plan_lots], file_codes),
        "imposed_sheet": sheet,
        "imposed_slot": slot,
    }
