"""What a finished job printed, from its ledger: the pieces in the mail, whose they are, and what papers show."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kouki_print.base.texts import STR
from kouki_print.job.ledger import open_ledger, unpack_texts
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.layout import Layout
from kouki_print.plan.sheets import first_sheets
from kouki_print.post.posting import POSTING_COLUMNS
from kouki_print.post.tariff import NOT_MAILED

_COLUMNS = (*POSTING_COLUMNS, "set_code", "sheets", "matching_code", "no_forward", "apart", "box", "position")


@dataclass(frozen=True, slots=True)
class Printed:
    """A job by its ledger.  ``pieces`` has all pieces, in the units' order and by sequence, with ``recipient``.

    ``names`` and ``senders`` are those of the units, in their order; ``slip`` is the layout of 差出票.
    """

    order: Order
    names: Mapping[str, str]
    senders: Mapping[str, Contact]
    slip: Layout
    pieces: pd.DataFrame

    @property
    def mailed(self) -> pd.DataFrame:
        """The pieces with a mail service."""
        return self.pieces[(self.pieces["mail_service"] != NOT_MAILED).to_numpy()]


def read_printed(out: Path) -> Printed:
    """Read the ledger of a finished job."""
    with open_ledger(out) as connection:
        facts = dict(connection.execute("SELECT key, value FROM job"))
        senders = {code: Contact(**values) for code, values in json.loads(facts["contacts"]).items()}
        named = dict(connection.execute("SELECT code, name FROM unit"))
        pieces = pd.concat(_lots(connection), ignore_index=True)
    return Printed(
        Order.model_validate_json(facts["order"]),
        {code: named[code] for code in senders},
        senders,
        Layout.model_validate_json(facts["slip"]),
        pieces,
    )


def _lots(connection: sqlite3.Connection) -> list[pd.DataFrame]:
    """The pieces of each lot with the recipients as printed, which are kept sheet by sheet."""
    found = [pd.DataFrame(columns=[*_COLUMNS, "recipient"])]
    query = f"SELECT {', '.join(_COLUMNS)} FROM piece WHERE lot = ? ORDER BY sequence"
    for lot, texts in connection.execute("SELECT id, printed_texts FROM lot ORDER BY id"):
        rows = pd.DataFrame(connection.execute(query, (lot,)).fetchall(), columns=list(_COLUMNS))
        first = first_sheets(rows["sheets"].to_numpy())
        names = unpack_texts(texts).texts["to_name"].take(first).to_numpy()
        found.append(rows.assign(recipient=pd.Series(names, dtype=STR)))
    return found if len(found) == 1 else found[1:]
