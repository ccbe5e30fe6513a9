"""The sheets of a lot's pieces (ロットの用紙): which document each is, and its matching code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from kouki_print.order.models import Order
from kouki_print.plan.imposing import sheets_and_slots
from kouki_print.plan.pieces import matching_codes
from kouki_print.plan.sheets import sheet_rows
from kouki_print.sheet.grid import Imposition
from kouki_print.verify.readback import PrintedSheet


@dataclass(frozen=True, slots=True)
class LotSheets:
    """One entry per sheet: position of its piece (int64), document, piece id and matching code."""

    piece: np.ndarray
    documents: tuple[str, ...]
    piece_ids: tuple[str, ...]
    matching_codes: tuple[str, ...]


def lot_sheets(order: Order, piece_ids: pd.Series, set_codes: pd.Series, counts: np.ndarray) -> LotSheets:
    """All sheets of pieces in sequence order; ``counts`` says how many each piece has."""
    rows = sheet_rows(counts)
    ids, sets = piece_ids, set_codes
    if len(rows.piece) > len(counts):
        ids, sets = (column.take(rows.piece).reset_index(drop=True) for column in (ids, sets))
    places, codes = pd.factorize(sets)
    documents = np.empty((len(codes), max(counts, default=1)), dtype=object)
    for place, code in enumerate(codes):
        kinds = order.sheets_of(code)
        documents[place, : len(kinds)] = kinds
    return LotSheets(
        piece=rows.piece,
        documents=tuple(documents[places, rows.nth - 1].tolist()),
        piece_ids=tuple(ids.tolist()),
        matching_codes=tuple(matching_codes(ids, sets, rows.nth, rows.of).tolist()),
    )


class Named(Protocol):
    """What names sheets: one document, piece id and matching code each."""

    @property
    def documents(self) -> tuple[str, ...]: ...
    @property
    def piece_ids(self) -> tuple[str, ...]: ...
    @property
    def matching_codes(self) -> tuple[str, ...]: ...


def printed_sheets(
    sheets: Named, registered: Sequence[str], codewords: Sequence[str], imposition: Imposition
) -> list[PrintedSheet]:
    """Where each sheet of a lot is to be found, and what its codes should say."""
    on_sheet, in_slot = sheets_and_slots(imposition.table(2 * len(sheets.documents)))
    columns = zip(
        sheets.piece_ids,
        sheets.documents,
        sheets.matching_codes,
        registered,
        codewords,
        on_sheet.tolist(),
        in_slot.tolist(),
        strict=True,
    )
    return [
        PrintedSheet(at, piece_id, document, code, number, words, 2 * at + 1, sheet, slot)
        for at, (piece_id, document, code, number, words, sheet, slot) in enumerate(columns)
    ]
