"""What the ledger has of each unit, as the papers must tell it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from kouki_print.post.tariff import NOT_MAILED


class Piece(NamedTuple):
    """A piece as the ledger has it."""

    sequence: int
    document: str
    set_code: str
    sheets: int
    mail_service: str
    size_class: str
    max_grams: int
    postage_yen: int
    weight_cg: int
    registered_number: str
    matching_code: str
    no_forward: int
    apart: int
    box: int
    bundle: int
    position: int


@dataclass(frozen=True, slots=True)
class Range:
    """A box or a bundle: first and last sequence number, pieces, hundredths of a gram."""

    first: int
    last: int
    pieces: int
    weight_cg: int


MailKey = tuple[str, str, str, str, int]  # document, set, service, size class, step in grams


@dataclass(slots=True)
class UnitCounts:
    """One unit by the ledger; ``sums`` are pieces and yen by document, set, service, class and step."""

    pieces: list[Piece] = field(default_factory=list)
    boxes: dict[int, Range] = field(default_factory=dict)
    bundles: dict[tuple[int, int], Range] = field(default_factory=dict)
    sums: dict[MailKey, tuple[int, int]] = field(default_factory=dict)

    @property
    def sets(self) -> Counter[str]:
        """Pieces by set."""
        return _summed(self.sums, 1)

    @property
    def documents(self) -> Counter[str]:
        """Pieces by document."""
        return _summed(self.sums, 0)

    @property
    def sheets(self) -> int:
        """Personal sheets of all pieces."""
        return sum(map(itemgetter(Piece._fields.index("sheets")), self.pieces))

    @property
    def mail(self) -> dict[tuple[str, str, int], tuple[int, int]]:
        """Pieces and yen by service, class and step of what is mailed."""
        found: dict[tuple[str, str, int], tuple[int, int]] = {}
        for (_, _, *key, step), (pieces, yen) in self.sums.items():
            if key[0] != NOT_MAILED:
                before = found.get((key[0], key[1], step), (0, 0))
                found[key[0], key[1], step] = (before[0] + pieces, before[1] + yen)
        return found

    @property
    def mailed(self) -> tuple[int, int]:
        """Pieces that are mailed, and their yen."""
        return sum(each[0] for each in self.mail.values()), sum(each[1] for each in self.mail.values())


def _summed(sums: dict[MailKey, tuple[int, int]], at: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for key, (pieces, _) in sums.items():
        found[str(key[at])] += pieces
    return found


def unit_counts(connection: sqlite3.Connection) -> dict[str, UnitCounts]:
    """Every unit with pieces, in the order of the ledger's units."""
    units: dict[str, UnitCounts] = {}
    columns = ", ".join(Piece._fields)
    for code, *values in connection.execute(
        f"SELECT unit_code, {columns} FROM piece ORDER BY unit_code, sequence"
    ):
        units.setdefault(code, UnitCounts()).pieces.append(Piece(*values))
    ranges = "MIN(sequence), MAX(sequence), COUNT(*), SUM(weight_cg) FROM piece GROUP BY unit_code, box"
    for code, box, *values in connection.execute(f"SELECT unit_code, box, {ranges}"):
        units[code].boxes[box] = Range(*values)
    for code, box, bundle, *values in connection.execute(f"SELECT unit_code, box, bundle, {ranges}, bundle"):
        if bundle:
            units[code].bundles[box, bundle] = Range(*values)
    for code, *key, pieces, yen in connection.execute(
        "SELECT unit_code, document, set_code, mail_service, size_class, max_grams, COUNT(*), SUM(postage_yen)"
        " FROM piece GROUP BY unit_code, document, set_code, mail_service, size_class, max_grams"
    ):
        units[code].sums[_key(key)] = (pieces, yen)
    return units


def _key(values: list[Any]) -> MailKey:
    document, set_code, service, size, step = values
    return document, set_code, service, size, step
