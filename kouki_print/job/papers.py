"""Papers (渡すもの): what vendor, units and post office get counts to what the ledger has, file by file.

Boxes = pieces = delivery note = posting papers = lists with names; each file is read back.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.delivery_note import read_totals
from kouki_print.job.readings import AGAIN, cells, reading, same
from kouki_print.verify.papers import paper_text

_NOT_MAILED = "none"


@dataclass(frozen=True, slots=True)
class BoxCount:
    """What a box holds by the ledger: sequence numbers, pieces, hundredths of a gram."""

    first: int
    last: int
    pieces: int
    weight_cg: int


@dataclass(slots=True)
class UnitCounts:
    """One unit by the ledger: its boxes, pieces by set, mail (pieces and yen by service, class and step)."""

    boxes: dict[int, BoxCount] = field(default_factory=dict)
    sets: Counter[str] = field(default_factory=Counter)
    mail: dict[tuple[str, str, int], tuple[int, int]] = field(default_factory=dict)
    protected: int = 0

    @property
    def pieces(self) -> int:
        """All pieces."""
        return sum(self.sets.values())


def unit_counts(connection: sqlite3.Connection) -> dict[str, UnitCounts]:
    """Every unit with pieces."""
    units: dict[str, UnitCounts] = {}
    for code, box, *values in connection.execute(
        "SELECT unit_code, box, MIN(sequence), MAX(sequence), COUNT(*), SUM(weight_cg) FROM piece"
        " GROUP BY unit_code, box ORDER BY unit_code, box"
    ):
        units.setdefault(code, UnitCounts()).boxes[box] = BoxCount(*values)
    for code, set_code, pieces, apart in connection.execute(
        "SELECT unit_code, set_code, COUNT(*), SUM(apart) FROM piece GROUP BY unit_code, set_code"
    ):
        units[code].sets[set_code] = pieces
        units[code].protected += apart
    for code, service, size, step, pieces, yen in connection.execute(
        "SELECT unit_code, mail_service, size_class, max_grams, COUNT(*), SUM(postage_yen) FROM piece"
        " WHERE mail_service <> ? GROUP BY unit_code, mail_service, size_class, max_grams",
        (_NOT_MAILED,),
    ):
        units[code].mail[service, size, step] = (pieces, yen)
    return units


def check_papers(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """OutputDiffers (exit 3) names the first file that does not count to what the ledger has."""
    for code, unit in units.items():
        _check_boxes(out, f"vendor/{code}", unit)
        for folder in ("vendor", "municipalities"):
            _check_note(out, f"{folder}/{code}/delivery_note", unit)
        _check_posting(out, f"municipalities/{code}/posting/breakdown.csv", unit)
        _check_names(out, f"municipalities/{code}", unit)
    _check_deliveries(out, units)
    _check_quantities(out, units)
    _check_lots(out, units)
    _check_posting_list(out, units)


def _differs(file: str, what: str) -> OutputDiffers:
    return OutputDiffers(f"件数突合が一致しません: {what}。", remedy=AGAIN, file=file)


def _check_boxes(out: Path, folder: str, unit: UnitCounts) -> None:
    """Boxes, bundles and the pieces' own places are those of the ledger."""
    name = f"{folder}/boxes.csv"
    lines = cells(out, name, "box", "first_sequence", "last_sequence", "pieces", "weight_g")
    with reading(out, name):
        found = {int(box): (*map(int, rest), _centigrams(grams)) for box, *rest, grams in lines}
    wanted = {box: (each.first, each.last, each.pieces, each.weight_cg) for box, each in unit.boxes.items()}
    same(name, "箱数", len(lines), len(unit.boxes))
    same(name, "通数", sum(line[2] for line in found.values()), unit.pieces)
    if found != wanted:
        raise _differs(name, "箱の通し番号・通数・重さが台帳と違います")
    name = f"{folder}/pieces.csv"
    with reading(out, name):
        placed = Counter(int(box) for (box,) in cells(out, name, "box"))
    if placed != Counter({box: each.pieces for box, each in unit.boxes.items()}):
        raise _differs(name, "箱ごとの通数が台帳と違います")
    name = f"{folder}/bundles.csv"
    with reading(out, name):
        bundled: Counter[int] = Counter()
        for box, pieces in cells(out, name, "box", "pieces"):
            bundled[int(box)] += int(pieces)
    if bundled and bundled != placed:
        raise _differs(name, "束の通数の合計が箱の通数と違います")


def _centigrams(grams: str) -> int:
    whole, _, part = grams.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _check_note(out: Path, stem: str, unit: UnitCounts) -> None:
    """The delivery note, table and paper, tells all pieces and boxes."""
    name = f"{stem}.csv"
    lines = cells(out, name, "kind", "code", "quantity")
    with reading(out, name):
        sets: Counter[str] = Counter()
        for kind, code, quantity in lines:
            if kind == "pieces":
                sets[code] += int(quantity)
    if sets != unit.sets:
        raise _differs(name, "組ごとの通数が台帳と違います")
    name = f"{stem}.pdf"
    with reading(out, name) as path:
        boxes, pieces, _ = read_totals(paper_text(path))
    same(name, "箱数", boxes, len(unit.boxes))
    same(name, "通数", pieces, unit.pieces)


def _check_posting(out: Path, name: str, unit: UnitCounts) -> None:
    """The breakdown for the post office has all that is mailed, by service, class and step, to the yen."""
    if not unit.mail:
        return
    lines = cells(out, name, "mail_service", "size_class", "max_grams", "pieces", "total_yen")
    with reading(out, name):
        found = {
            (service, size, int(step)): (int(pieces), int(yen)) for service, size, step, pieces, yen in lines
        }
    same(
        name, "通数", sum(pieces for pieces, _ in found.values()), sum(each[0] for each in unit.mail.values())
    )
    same(name, "郵送料", sum(yen for _, yen in found.values()), sum(each[1] for each in unit.mail.values()))
    if found != unit.mail:
        raise _differs(name, "種別・重さの段階ごとの通数か金額が台帳と違います")


def _check_names(out: Path, folder: str, unit: UnitCounts) -> None:
    """Every piece is on a list with names once: the index, or the sealed list (支援措置)."""
    for name in (f"{folder}/index.csv", f"{folder}/index_by_sequence.csv"):
        same(
            name,
            "通数",
            len({number for (number,) in cells(out, name, "通し番号")}),
            unit.pieces - unit.protected,
        )
    if unit.protected:
        name = f"{folder}/sealed/protected.csv"
        listed = {number for (number,) in cells(out, name, "通し番号") if number}
        same(name, "通数", len(listed), unit.protected)


def _check_deliveries(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """The vendor's list of deliveries has every unit with its pieces and boxes."""
    name = "vendor/deliveries.csv"
    lines = cells(out, name, "unit_code", "pieces", "boxes")
    with reading(out, name):
        found = {code: (int(pieces), int(boxes)) for code, pieces, boxes in lines if int(pieces)}
    same(name, "通数", sum(each[0] for each in found.values()), sum(unit.pieces for unit in units.values()))
    if found != {code: (unit.pieces, len(unit.boxes)) for code, unit in units.items()}:
        raise _differs(name, "通数か箱数が台帳と違う渡し先があります")


def _check_quantities(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """The vendor's quantities have every unit's pieces by set, and the same in all (``unit_code`` empty)."""
    name = "vendor/quantities.csv"
    found: dict[str, Counter[str]] = {}
    with reading(out, name):
        for code, kind, item, needed in cells(out, name, "unit_code", "kind", "code", "needed"):
            if kind == "set":
                found.setdefault(code, Counter())[item] += int(needed)
    wanted = {code: unit.sets for code, unit in units.items()}
    total = sum(wanted.values(), Counter())
    if found.pop("", total) != total or found != wanted:
        raise _differs(name, "組ごとの通数が台帳と違います")


def _check_lots(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """The vendor's lots hold every unit's pieces."""
    name = "vendor/lots.csv"
    with reading(out, name):
        found: Counter[str] = Counter()
        for code, pieces in cells(out, name, "unit_code", "pieces"):
            found[code] += int(pieces)
    if found != Counter({code: unit.pieces for code, unit in units.items()}):
        raise _differs(name, "ロットの通数の合計が台帳と違います")


def _check_posting_list(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """The union's posting list has the mail of every unit, to the yen."""
    name = "union/posting.csv"
    pieces, yen = Counter[str](), Counter[str]()
    with reading(out, name):
        for code, count, amount in cells(out, name, "municipality_code", "pieces", "total_yen"):
            pieces[code] += int(count)
            yen[code] += int(amount)
    for found, what, at in ((pieces, "通数", 0), (yen, "郵送料", 1)):
        wanted = Counter({code: sum(each[at] for each in unit.mail.values()) for code, unit in units.items()})
        same(name, what, sum(found.values()), sum(wanted.values()))
        if +found != +wanted:
            raise _differs(name, f"{what}が台帳と違う市町村・団体があります")
