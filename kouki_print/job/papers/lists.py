"""The lists of a whole job for vendor, union and finance: they tell what the units' papers tell."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from kouki_print.job.papers.counts import MailKey, UnitCounts
from kouki_print.job.papers.units import differs
from kouki_print.job.readings import cells, reading, same

Quantities = dict[str, Counter[str]]


def check_lists(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """OutputDiffers (exit 3) names the first list that does not count to what the ledger has."""
    _check_deliveries(out, units)
    _check_quantities(out, units)
    _check_lots(out, units)
    _check_posting_list(out, units)
    _check_budget(out, units)


def _check_deliveries(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """Every unit with its pieces and boxes, once."""
    name = "vendor/deliveries.csv"
    lines = cells(out, name, "unit_code", "pieces", "boxes", "no_forward_pieces")
    with reading(out, name):
        found = sorted((code, int(pieces), int(boxes), int(kept)) for code, pieces, boxes, kept in lines)
    same(name, "通数", sum(line[1] for line in found), sum(len(unit.pieces) for unit in units.values()))
    if found != sorted(
        (code, len(unit.pieces), len(unit.boxes), sum(piece.no_forward for piece in unit.pieces))
        for code, unit in units.items()
    ):
        raise differs(name, "通数か箱数が台帳と違う渡し先があります")


def _check_quantities(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """Pieces by set as in the ledger, enclosures as in the manifests and for finance; totals are sums."""
    name = "vendor/quantities.csv"
    found: dict[str, Quantities] = {"set": {}, "enclosure": {}}
    with reading(out, name):
        for code, kind, item, *numbers in cells(
            out, name, "unit_code", "kind", "code", "needed", "spare", "total"
        ):
            needed, spare, total = map(int, numbers)
            if needed + spare != total and kind != "blank":
                raise differs(name, "必要数と予備の和が計と違う行があります")
            if kind in found:
                found[kind].setdefault(code, Counter())[item] += needed
    _same_by_unit(name, found["set"], {code: unit.sets for code, unit in units.items()}, "組ごとの通数")
    inside: Quantities = {}
    for code in units:
        own = f"vendor/{code}/manifest.json"
        with reading(out, own) as path:
            entries = json.loads(path.read_text(encoding="utf-8"))["enclosures"]
            inside[code] = Counter({entry["code"]: entry["quantity"] for entry in entries})
    totals = found["enclosure"].pop("", Counter())
    if sum(totals.values()) != sum(sum(each.values()) for each in inside.values()):
        raise differs(name, "封入物の数の合計が各明細の和と違います")
    if {code: +each for code, each in found["enclosure"].items()} != inside:
        raise differs(name, "封入物の数が、渡し先の明細（manifest.json）と違います")


def _same_by_unit(name: str, found: Quantities, wanted: Quantities, what: str) -> None:
    total = sum(wanted.values(), Counter[str]())
    if found.pop("", total) != total or found != wanted:
        raise differs(name, f"{what}が台帳と違います")


def _check_lots(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """Lots follow each other from the first to the last piece of each unit, with all sheets."""
    name = "vendor/lots.csv"
    sheets: Counter[str] = Counter()
    last: dict[str, int] = {}
    with reading(out, name):
        for code, *numbers in cells(
            out, name, "unit_code", "first_sequence", "last_sequence", "pieces", "sheets"
        ):
            first, end, pieces, count = map(int, numbers)
            if first != last.get(code, 0) + 1 or end - first + 1 != pieces:
                raise differs(name, "ロットの通し番号か通数が続いていません")
            last[code] = end
            sheets[code] += count
    if last != {code: len(unit.pieces) for code, unit in units.items()}:
        raise differs(name, "ロットの通数の合計が台帳と違います")
    if sheets != Counter({code: unit.sheets for code, unit in units.items()}):
        raise differs(name, "ロットの枚数の合計が台帳と違います")


def _check_posting_list(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """The union's posting list has the mail of every unit by service, to the yen."""
    name = "union/posting.csv"
    found: dict[tuple[str, str], tuple[int, int]] = {}
    with reading(out, name):
        for code, service, pieces, yen in cells(
            out, name, "municipality_code", "mail_service", "pieces", "total_yen"
        ):
            _add(found, (code, service), int(pieces), int(yen))
    wanted: dict[tuple[str, str], tuple[int, int]] = {}
    for code, unit in units.items():
        for (service, _, _), (count, sum_) in unit.mail.items():
            _add(wanted, (code, service), count, sum_)
    same(name, "通数", sum(each[0] for each in found.values()), sum(each[0] for each in wanted.values()))
    same(name, "郵送料", sum(each[1] for each in found.values()), sum(each[1] for each in wanted.values()))
    if found != wanted:
        raise differs(name, "通数か郵送料が台帳と違う市町村・団体があります")


def _add(sums: dict[tuple[str, str], tuple[int, int]], key: tuple[str, str], pieces: int, yen: int) -> None:
    before = sums.get(key, (0, 0))
    sums[key] = (before[0] + pieces, before[1] + yen)


def _check_budget(out: Path, units: Mapping[str, UnitCounts]) -> None:
    """Every line of the budget: whose it is, what it is for, pieces, and pieces × yen."""
    name = "finance/budget.csv"
    found: dict[tuple[str, MailKey], tuple[int, int]] = {}
    with reading(out, name):
        for code, document, set_code, service, size, *numbers in cells(
            out, name, "municipality_code", "document", "set_code", "mail_service", "size_class", "max_grams",
            "pieces", "unit_yen", "total_yen",
        ):  # fmt: skip
            step, pieces, unit_yen, yen = map(int, numbers)
            if pieces * unit_yen != yen:
                raise differs(name, "通数×単価が金額と違う行があります")
            found[code, (document, set_code, service, size, step)] = (pieces, yen)
    wanted = {(code, key): sums for code, unit in units.items() for key, sums in unit.sums.items()}
    if found != wanted:
        raise differs(name, "市町村・書類・組・種別ごとの通数か金額が台帳と違います")
