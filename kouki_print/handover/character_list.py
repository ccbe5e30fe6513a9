"""characters.csv (union only): who has characters that cannot be printed, and what is to be done.

For the municipality to register its 外字, or for the union to write by hand, before anything is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.problems import Finding
from kouki_print.base.texts import pick
from kouki_print.handover.tables import FOR_EXCEL, distinct_rank, neutralised, write_for_people
from kouki_print.order.columns import EXPORT_COLUMNS
from kouki_print.order.units import Unit

CHARACTER_CODES = (
    "CHAR_GAIJI",
    "CHAR_PRIVATE",
    "CHAR_UNASSIGNED",
    "CHAR_CONTROL",
    "CHAR_COMBINING",
    "CHAR_NO_GLYPH",
    "CHAR_NO_VARIANT",
)
COLUMNS = (
    "municipality_code",
    "municipality",
    "row",
    "file",
    "line",
    "insured_number",
    "column",
    "characters",
    "text",
    "action",
    "piece_id",
)
HELD, BY_HAND = "保留", "手書き"
_KEYS = {column.header: column.key for column in EXPORT_COLUMNS}


def character_lines(people: pd.DataFrame, findings: Iterable[Finding]) -> pd.DataFrame:
    """Columns position, column, characters, text, action: one line per person and column.

    Several problems of one cell are joined; a cell is written by hand only when all of them allow it.
    """
    parts = []
    for finding in findings:
        if finding.code in CHARACTER_CODES and len(finding.rows):
            count = len(finding.rows)
            parts.append(
                pd.DataFrame(
                    {
                        "position": finding.rows,
                        "column": finding.column,
                        "characters": [""] * count if finding.values is None else list(finding.values),
                        "action": BY_HAND if finding.severity == "warn" else HELD,
                        "text": people[_KEYS[finding.column]].take(finding.rows).tolist(),
                    }
                )
            )
    if not parts:
        return pd.DataFrame({name: [] for name in ("position", "column", "characters", "text", "action")})
    lines = pd.concat(parts, ignore_index=True)
    merged = lines.groupby(["position", "column"], sort=True, as_index=False).agg(
        {"characters": "、".join, "text": "first", "action": _strictest}
    )
    return merged


def _strictest(actions: pd.Series) -> str:
    return HELD if (actions == HELD).any() else BY_HAND


def write_characters(
    path: Path,
    people: pd.DataFrame,
    findings: Iterable[Finding],
    units: Mapping[str, Unit],
    files: list[str],
    decided: pd.DataFrame,
    plan: pd.DataFrame,
    encoding: str = FOR_EXCEL,
) -> None:
    """The list by municipality (by group: employer), then row; ``files`` are the names that
    ``people["source"]`` points into.

    ``piece_id`` finds the piece to write on (empty when nothing is printed).  Who gets nothing this time (対象外,
    未発行) is not in it, whatever the characters.  Nobody under protection
    (支援措置) is in it: they are in the sealed list alone.  Cells that a spreadsheet would take for a
    formula begin with an apostrophe.
    """
    lines = character_lines(people, findings)
    apart = people["protected"].to_numpy()[lines["position"].to_numpy(dtype=np.int64)]
    meant = decided["status"].isin(("printed", "held")).to_numpy()[lines["position"].to_numpy(dtype=np.int64)]
    lines = lines.loc[~apart.astype(bool) & meant]
    at = lines["position"].to_numpy(dtype=np.int64)
    person = people.take(at).reset_index(drop=True)
    pieces = plan.set_index("person")["piece_id"].reindex(decided["carrier"].to_numpy()[at])
    codes = decided["unit_code"].take(at).reset_index(drop=True)
    order = np.lexsort((person["row"].to_numpy(), distinct_rank(codes)))
    person, lines, pieces, codes = (each.take(order) for each in (person, lines, pieces, codes))
    names = [units[code].contact.name if code in units else "" for code in codes]
    columns = {
        "municipality_code": neutralised(codes),
        "municipality": neutralised(names),
        "row": person["row"].to_numpy(),
        "file": neutralised(pick(files, person["source"].to_numpy(dtype=np.int64))),
        "line": person["line"].to_numpy(),
        "insured_number": neutralised(person["insured_number"]),
        "column": lines["column"].tolist(),
        "characters": lines["characters"].tolist(),
        "text": neutralised(lines["text"].tolist()),
        "action": lines["action"].tolist(),
        "piece_id": pieces.fillna("").tolist(),
    }
    write_for_people(path, {name: columns[name] for name in COLUMNS}, encoding)
