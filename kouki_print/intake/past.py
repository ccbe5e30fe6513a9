"""Reads chosen columns of an export without judging them: for comparing with an earlier job.

Nothing is decided by it, so no cell is a problem here; a file that cannot be read stops it as always.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of
from kouki_print.intake.layouts import load_layout
from kouki_print.intake.read import read_raw
from kouki_print.order.columns import BY_KEY
from kouki_print.order.models import Order

_BLANKS = " \u3000"


def read_columns(order: Order, job_dir: Path, keys: Sequence[str]) -> dict[str, pa.LargeStringArray]:
    """Trimmed texts of the columns by key, all files of the job below each other; absent ones are empty.

    JobError when a file cannot be read, or lacks a required column among ``keys``.
    """
    layout = load_layout(order.input.layout, job_dir)
    parts: dict[str, list[pa.LargeStringArray]] = {key: [] for key in keys}
    for name in order.input.export:
        table = read_raw(job_dir / name, name, layout).table
        for key in keys:
            column = BY_KEY[key]
            header = column.header
            if header in table.column_names:
                parts[key].append(arrow_of(pc.utf8_trim(arrow_of(table.column(header)), _BLANKS)))
            elif column.required:
                raise JobError(
                    "必須の列がありません",
                    remedy="1行目の見出しを確かめてください。",
                    file=name,
                    row=1,
                    column=column.header,
                )
            else:
                parts[key].append(pa.array([""], pa.large_string()).take(pa.array([0] * table.num_rows)))
    return {key: arrow_of(pa.chunked_array(each, pa.large_string())) for key, each in parts.items()}
