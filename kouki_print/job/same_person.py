"""Whether a number is still the same person's: birth date, sex and name against last year's export.

Columns that were sorted apart from each other, or rows that slipped, put one person's name or address
beside another's number.  One export alone cannot show it; the people who are in both years do.
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of
from kouki_print.intake.load import Intake
from kouki_print.order.columns import header_of

PERSON = ("birth_date", "sex", "name")
_FEWEST = 10  # people: in a small job a share says little
_OTHERS_PERCENT = 1  # of the people of both years; births and names are hardly ever corrected
_MOVED_PERCENT = 20  # far more than move in a year


def changed_persons(people: pd.DataFrame, last: pd.DataFrame, at: np.ndarray) -> np.ndarray:
    """For each person a bit per column of PERSON that says somebody else (int64, 0 = the same or new).

    ``at`` is the position in ``last`` or -1.  Empty cells, dates that nobody can read and numbers that are
    there twice (held anyway) say nothing.  A name is another's when not one character is the same:
    writings and family names change.
    """
    twice, before = (table["insured_number"].duplicated(keep=False).to_numpy() for table in (people, last))
    rows = np.flatnonzero((at >= 0) & ~twice)
    rows = rows[~before[at[rows]]]
    masks = np.zeros(len(at), dtype=np.int64)
    now, was = people["birth_date"].to_numpy()[rows], last["birth_date"].to_numpy()[at[rows]]
    masks[rows] |= (now != was) & ~np.isnat(now) & ~np.isnat(was)
    for number, (key, another) in enumerate((("sex", str.__ne__), ("name", _another_name)), start=1):
        mine = arrow_of(people[key]).take(pa.array(rows))
        theirs = arrow_of(last[key]).take(pa.array(at[rows]))
        differs = np.flatnonzero(pc.not_equal(mine, theirs).to_numpy(zero_copy_only=False))
        pairs = zip(mine.take(differs).to_pylist(), theirs.take(differs).to_pylist(), strict=True)
        others = [bool(one and other) and another(one, other) for one, other in pairs]
        masks[rows[differs[np.array(others, dtype=bool)]]] |= 1 << number
    return masks


def _another_name(one: str, other: str) -> bool:
    plain, others = (unicodedata.normalize("NFKC", name).replace(" ", "") for name in (one, other))
    return set(plain).isdisjoint(others)


def refuse_others(intake: Intake, masks: np.ndarray, at: np.ndarray) -> None:
    """JobError when so many numbers are somebody else's that columns or rows must have slipped."""
    both = int((at >= 0).sum())
    for number, key in enumerate(PERSON):
        rows = np.flatnonzero(masks >> number & 1)
        if len(rows) >= _FEWEST and len(rows) * 100 >= both * _OTHERS_PERCENT:
            first = intake.people.iloc[rows[0]]
            raise JobError(
                f"被保険者番号が同じ人の{header_of(key)}が、前年とまったく違います（{both:,}人のうち{len(rows):,}人）。"
                "列だけの並べ替えや行のずれで、番号が別の人のものになっているおそれがあります",
                remedy="移行データと前年のジョブの指定を確かめ、移行データを出力し直してください。"
                "どちらも正しいときだけ、前年の指定（--last、[input] last）を外してください。",
                file=intake.inputs[int(first["source"])].name,
                row=int(first["line"]),
                column=header_of(key),
            )


def address_doubts(people: pd.DataFrame, last: pd.DataFrame, at: np.ndarray) -> tuple[str, ...]:
    """A sentence when more addresses differ than people move.

    No reason to stop: a new system writes all addresses anew.
    """
    rows = np.flatnonzero(at >= 0)
    mine, theirs = (
        pc.replace_substring(pc.utf8_normalize(arrow_of(texts).take(pa.array(chosen)), "NFKC"), " ", "")
        for texts, chosen in ((people["address"], rows), (last["address"], at[rows]))
    )
    moved = pc.sum(pc.not_equal(mine, theirs)).as_py() or 0
    if moved < _FEWEST or moved * 100 < len(rows) * _MOVED_PERCENT:
        return ()
    return (
        f"住所が前年と違う人が{moved:,}人います（{len(rows):,}人のうち{moved * 100 // len(rows)}%）。"
        "住所の列だけが並べ替えられていないか、移行データの元と照らして確かめてください。",
    )
