"""Pricing a demand (通数の見積り): what the pieces of each kind weigh and cost, without a plan."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from kouki_print.order.models import Order
from kouki_print.order.units import Unit
from kouki_print.post.kinds import kind_of
from kouki_print.post.tariff import TariffTable

_COLUMNS = (
    "municipality_code", "document", "set_code", "mail_service", "size_class", "weight_cg", "unit_yen", "pieces",
    "max_grams", "total_yen",
)  # fmt: skip


def price_demand(
    order: Order, units: Mapping[str, Unit], demand: pd.DataFrame, table: TariffTable
) -> pd.DataFrame:
    """One row per unit and kind of piece with weight (hundredths of a gram), step, price and yen.

    JobError for a unit that is not in the table, or a piece that no class or tariff row takes.
    """
    rows = []
    for line in demand.itertuples():
        kind = kind_of(
            order,
            units.get(line.unit_code),
            line.unit_code,
            line.document,
            line.set_code,
            bool(line.pickup),
            table,
        )
        rows.append(
            (
                line.unit_code, line.document, line.set_code, kind.service, kind.size_class, kind.weight_cg, kind.yen,
                int(line.pieces), kind.max_grams, kind.yen * int(line.pieces),
            )
        )  # fmt: skip
    return pd.DataFrame(rows, columns=list(_COLUMNS))
