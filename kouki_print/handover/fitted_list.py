"""fitted_fields.csv (union only): whose texts are condensed (長体), broken into lines or made smaller.

For a look at the narrowest before printing; most texts stand as they are and are not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.texts import pick
from kouki_print.handover.tables import FOR_EXCEL, distinct_rank, neutralised, write_for_people

FITTED_HEADERS = {
    "unit_code": "市町村コード",
    "unit": "市町村",
    "row": "行",
    "file": "ファイル",
    "line": "ファイルの行",
    "piece_id": "個体番号",
    "document": "書類",
    "field": "項目",
    "scale": "長体（%）",
    "lines": "行数",
    "size": "文字の大きさ（pt）",
    "usual": "元の大きさ（pt）",
}


@dataclass(frozen=True, slots=True)
class FieldSummary:
    """How many people have a field in another way than it was written, and its narrowest type in per cent."""

    field: str
    people: int
    condensed: int
    broken: int
    smaller: int
    narrowest: int


def listed(fitted: pd.DataFrame, plan: pd.DataFrame, apart: np.ndarray) -> pd.DataFrame:
    """The lines of who has a piece, without people under protection; ``piece`` is the position in ``plan``."""
    place = np.full(len(apart), -1, dtype=np.int64)
    place[plan["person"].to_numpy()] = np.arange(len(plan))
    person = fitted["person"].to_numpy()
    kept = (place[person] >= 0) & ~apart[person]
    return fitted[kept].assign(piece=place[person[kept]])


def summary(lines: pd.DataFrame) -> list[FieldSummary]:
    """One line per field, in the order in which the fields are checked."""
    return [
        FieldSummary(
            field=str(name),
            people=part["person"].nunique(),
            condensed=int((part["scale"] < 100).sum()),
            broken=int(part["broken"].sum()),
            smaller=int(part["smaller"].sum()),
            narrowest=int(part["scale"].min()),
        )
        for name, part in lines.groupby("field", sort=False)
    ]


def write_fitted(
    path: Path,
    lines: pd.DataFrame,
    people: pd.DataFrame,
    plan: pd.DataFrame,
    names: Mapping[str, str],
    files: list[str],
    unit_ja: str,
    documents: Mapping[str, str],
    encoding: str = FOR_EXCEL,
) -> None:
    """The list by unit, then row; ``names`` are those of the units, ``documents`` those of the documents, ``files``
    what ``people["source"]`` points into."""
    rows = people["row"].to_numpy()[lines["person"].to_numpy()]
    order = np.lexsort((rows, distinct_rank(plan["unit_code"].take(lines["piece"]))))
    lines = lines.iloc[order]
    person, piece = lines["person"].to_numpy(), lines["piece"].to_numpy()
    codes = plan["unit_code"].take(piece)
    columns = {
        "unit_code": neutralised(codes),
        "unit": neutralised(codes.map(names)),
        "row": rows[order],
        "file": neutralised(pick(files, people["source"].to_numpy(dtype=np.int64)[person])),
        "line": people["line"].to_numpy()[person],
        "piece_id": plan["piece_id"].take(piece),
        "document": neutralised(lines["document"].map(documents)),
        "field": lines["field"] + lines["where"].where(lines["where"] == "", "（" + lines["where"] + "）"),
        "scale": lines["scale"].to_numpy(),
        "lines": lines["lines"].to_numpy(),
        "size": [f"{size:g}" for size in lines["size"].tolist()],
        "usual": [f"{size:g}" for size in lines["usual"].tolist()],
    }
    headers = FITTED_HEADERS | {"unit_code": f"{unit_ja}コード", "unit": unit_ja}
    write_for_people(path, {header: columns[name] for name, header in headers.items()}, encoding)
