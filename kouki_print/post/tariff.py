"""The dated letter tariff (郵便料金表): which step a piece falls into and what it costs on the posting date.

A table that overlaps, leaves a day or a step open, or gets cheaper with weight is refused when it
loads, so that a price is always the one row that applies, never the nearest one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.models import SIZE_CLASS_JA
from kouki_print.post.tariff_rows import ANY, TariffRow, check_rows, merge_rows, parse_rows

LETTER = "letter"
NOT_MAILED = "none"
# Total = letter + each option; ordinary mail is the letter alone.
OPTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ordinary": (),
        "simple_registered": ("simple_registered",),
        "registered": ("registered",),
        "specified_record": ("specified_record",),
    }
)
_ADD_ROW = (
    "job.toml の [input] tariff に書いた料金表に、その差出日に有効な行を、確認した料金で追加してください。"
)


@dataclass(frozen=True, slots=True)
class Price:
    """What one piece costs: yen in all, and the letter's step (up to and including ``max_grams``)."""

    yen: int
    max_grams: int


@dataclass(frozen=True, slots=True)
class TariffTable:
    """The tariff of one posting date: per (service, size class) its steps, lightest first.

    ``tables`` are the files it comes from, each with its SHA-256; ``name`` names them all.
    """

    on: dt.date
    sha256: str
    name: str
    tables: tuple[tuple[str, str], ...]
    steps: Mapping[tuple[str, str], tuple[tuple[int, int], ...]]

    def _step(self, service: str, size_class: str, weight_cg: int) -> tuple[int, int]:
        """(max_grams, yen) of the smallest step that holds the weight; the boundary gram belongs to it."""
        steps = self.steps.get((service, size_class)) or self.steps.get((service, ANY)) or ()
        for max_grams, yen in steps:
            if weight_cg <= max_grams * 100:
                return max_grams, yen
        raise JobError(
            f"差出日{self.on.isoformat()}に当てはまる料金がありません（{service}・"
            f"{SIZE_CLASS_JA.get(size_class, size_class)}・{weight_cg // 100}.{weight_cg % 100:02d}g）",
            remedy=_ADD_ROW,
            file=self.name,
        )

    def price(self, service: str, size_class: str, weight_cg: int) -> Price:
        """Price of one piece by mail service (``none`` costs nothing); JobError when no row applies."""
        if service == NOT_MAILED:
            return Price(0, 0)
        if service not in OPTIONS:
            raise JobError(
                f"郵便種別「{service}」は扱えません",
                remedy=f"{'・'.join(OPTIONS)}のいずれかを指定してください。",
            )
        max_grams, yen = self._step(LETTER, size_class, weight_cg)
        return Price(
            yen + sum(self._step(option, size_class, weight_cg)[1] for option in OPTIONS[service]), max_grams
        )

    def prices(
        self, services: Sequence[str], size_classes: Sequence[str], weights_cg: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Yen and step of each piece (two int64 arrays); each distinct combination is priced once."""
        service_at, service_of = pd.factorize(pd.Series(services))
        class_at, class_of = pd.factorize(pd.Series(size_classes))
        weight_at, weight_of = pd.factorize(np.asarray(weights_cg, dtype=np.int64))
        key = service_at.astype(np.int64) * max(len(class_of), 1) + class_at
        key = key * max(len(weight_of), 1) + weight_at
        _, first, back = np.unique(key, return_index=True, return_inverse=True)
        found = [
            self.price(service_of[service_at[at]], class_of[class_at[at]], int(weight_of[weight_at[at]]))
            for at in first
        ]
        yen = np.array([price.yen for price in found], dtype=np.int64)
        steps = np.array([price.max_grams for price in found], dtype=np.int64)
        return yen[back], steps[back]


@dataclass(frozen=True, slots=True)
class Tariff:
    """The whole table with its history; ``tables`` (file, SHA-256) are told in every report that uses it.

    ``sha256`` is that of all files together, one behind the other: the shipped file's own where there is
    no other.
    """

    rows: tuple[TariffRow, ...]
    sha256: str
    name: str
    tables: tuple[tuple[str, str], ...]

    def table_on(self, posting_date: dt.date) -> TariffTable:
        """Rows valid on the posting date (差出日); JobError when there is none."""
        valid = sorted(
            (row for row in self.rows if row.valid_on(posting_date)),
            key=lambda row: (row.service, row.size_class, row.max_grams),
        )
        if not valid:
            raise JobError(
                f"差出日{posting_date.isoformat()}に有効な料金がありません", remedy=_ADD_ROW, file=self.name
            )
        steps: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {}
        for row in valid:
            steps[row.key] = (*steps.get(row.key, ()), (row.max_grams, row.yen))
        return TariffTable(posting_date, self.sha256, self.name, self.tables, MappingProxyType(steps))


def load_tariff(path: Path | None = None, user: Path | None = None) -> Tariff:
    """Read and check a tariff table (the shipped one when no path is given) under the operator's own rows.

    UTF-8, columns service,size_class,max_grams,yen,valid_from,valid_to,name_ja; ``valid_to`` is
    inclusive, empty = open.  Rows of ``user`` add steps and periods, or take over a step from their first
    day on; all checks look at the merged table.  JobError names the file and row that is wrong.
    """
    shipped = path or data_dir() / "tariffs.csv"
    raws = {shipped.name: _bytes_of(shipped)}
    if user is not None:  # a copy of the shipped table keeps its name
        raws[user.name if user.name != shipped.name else f"ジョブの{user.name}"] = _bytes_of(user)
    parsed = [parse_rows(raw, name) for name, raw in raws.items()]
    rows = parsed[0] if user is None else merge_rows(*parsed)
    check_rows(rows)
    return Tariff(
        tuple(rows),
        hashlib.sha256(b"".join(raws.values())).hexdigest(),
        "、".join(raws),
        tuple((name, hashlib.sha256(raw).hexdigest()) for name, raw in raws.items()),
    )


def _bytes_of(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError:
        raise JobError(
            "料金表を読めません", remedy="ファイルの場所と権限を確かめてください。", file=source.name
        ) from None
