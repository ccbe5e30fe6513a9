"""What each printed piece weighs, which class and service it has, what it costs, and its customer barcode."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kouki_print.base.problems import Finding
from kouki_print.base.texts import STR, distinct, filled, pick
from kouki_print.order.load import LoadedOrder
from kouki_print.post.barcode import customer_barcodes
from kouki_print.post.kinds import kind_of
from kouki_print.post.problems import NO_BARCODE_OFF, PROBLEMS
from kouki_print.post.tariff import Tariff, TariffTable


def assess(
    people: pd.DataFrame,
    decided: pd.DataFrame,
    loaded: LoadedOrder,
    tariff: Tariff,
) -> pd.DataFrame:
    """Postal side of the pieces: one row each, index = position in ``people`` of who carries it.

    Columns: weight_cg, thickness_um, max_grams (the letter's step), postage_yen (int64), size_class, mail_service
    (``none`` = the municipality does not mail, or 窓口交付: postage 0), items, customer_barcode,
    barcode_reason (text), sealed (bool).  JobError when a piece fits no class or the tariff has no row.
    """
    where = np.flatnonzero(decided["carrier"].to_numpy() == np.arange(len(decided)))
    mine = decided.take(where)
    towns = mine["unit_code"]
    columns = _by_kind(towns, mine, loaded, tariff.table_on(loaded.order.job.mail_on))
    if loaded.order.printing.customer_barcode:
        words, reasons = customer_barcodes(mine["to_postcode"], mine["to_address"], mine["to_building"])
        posted = filled(mine["to_postcode"]) | (mine["delivery_rule"] != "employer").to_numpy()
        columns["customer_barcode"] = pd.Series(words, dtype=STR)
        columns["barcode_reason"] = pd.Series(reasons, dtype=STR).where(posted, "")
    else:
        nothing = np.zeros(len(where), dtype=np.int64)
        columns["customer_barcode"] = pick([""], nothing)
        columns["barcode_reason"] = pick([NO_BARCODE_OFF], nothing)
    return pd.DataFrame(columns).set_axis(where)


def _by_kind(
    towns: pd.Series,
    mine: pd.DataFrame,
    loaded: LoadedOrder,
    table: TariffTable,
) -> dict[str, pd.Series | np.ndarray]:
    """Everything that depends only on municipality, document, set and pickup: worked out once per kind."""
    keys = np.zeros(len(mine), dtype=np.int64)
    levels: list[list[str]] = []
    for column in (towns, mine["document"], mine["set_code"]):
        values, at = distinct(column)
        keys = keys * max(len(values), 1) + at
        levels.append(values)
    keys = keys * 2 + mine["pickup"].to_numpy(dtype=bool)
    kinds, kind_at = np.unique(keys, return_inverse=True)
    shape = (*(max(len(values), 1) for values in levels), 2)
    rows = []
    for kind in kinds:
        place = np.unravel_index(kind, shape)
        code, document, set_code = (values[at] for values, at in zip(levels, place, strict=False))
        rows.append(
            kind_of(
                loaded.order,
                loaded.units.get(code),
                code,
                document,
                set_code,
                bool(place[-1]),
                table,
            )
        )
    numbers = np.array(
        [(row.weight_cg, row.thickness_um, row.max_grams, row.yen) for row in rows], dtype=np.int64
    )
    numbers = numbers.reshape(-1, 4)
    return {
        "weight_cg": numbers[kind_at, 0],
        "thickness_um": numbers[kind_at, 1],
        "max_grams": numbers[kind_at, 2],
        "postage_yen": numbers[kind_at, 3],
        "size_class": pick([row.size_class for row in rows], kind_at),
        "mail_service": pick([row.service for row in rows], kind_at),
        "items": pick([row.items for row in rows], kind_at),
        "sealed": np.array([row.sealed for row in rows], dtype=bool)[kind_at],
    }


def barcode_findings(assessed: pd.DataFrame) -> list[Finding]:
    """Notes for the log: which people's pieces carry no customer barcode, and why."""
    reasons = assessed["barcode_reason"]
    found = []
    for code in PROBLEMS:
        rows = assessed.index.to_numpy(dtype=np.int64)[(reasons == code).to_numpy()]
        if len(rows):
            found.append(Finding(code, rows, column="郵便番号"))
    return found
