"""The papers of one unit: boxes = pieces = manifest = delivery note = posting papers = lists with names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from operator import attrgetter
from pathlib import Path
from typing import Any

from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.delivery_note import read_totals
from kouki_print.handover.posting_papers import read_breakdown_totals
from kouki_print.job.papers.counts import Piece, UnitCounts
from kouki_print.job.readings import AGAIN, cells, reading, same
from kouki_print.job.units.slips import OPEN_FOLDER, SEALED_FOLDER, SLIPS, read_slip_totals, slip_pages
from kouki_print.order.models import SERVICE_JA
from kouki_print.page.layout import Layout
from kouki_print.post.registered import NUMBERED_SERVICES, shown
from kouki_print.verify.papers import pages_text, paper_text

# Columns of pieces.csv that the ledger has too; sequences are its lines.
_PIECES = (
    "sequence", "document", "set_code", "sheets", "mail_service", "size_class", "postage_yen",
    "registered_number", "matching_code", "no_forward", "box", "position",
)  # fmt: skip
_INDEX = ("通し番号", "組", "箱", "束", "位置", "引受番号")


def check_unit(out: Path, code: str, unit: UnitCounts, slip: Layout, *, names: bool) -> None:
    """OutputDiffers (exit 3) names the first file of a unit that does not tell what the ledger has.

    ``names``: whether the unit has an index; employers who hand out their bundle have a cover list.
    ``slip``: the layout of the posting slips.
    """
    vendor, own = f"vendor/{code}", f"municipalities/{code}"
    _check_pieces(out, f"{vendor}/pieces.csv", unit)
    _check_boxes(out, f"{vendor}/boxes.csv", unit)
    _check_bundles(out, f"{vendor}/bundles.csv", unit)
    _check_labels(out, f"{vendor}/box_labels.pdf", code, unit)
    supply_boxes = _check_manifest(out, f"{vendor}/manifest.json", unit)
    for folder in (vendor, own):
        _check_note(out, f"{folder}/delivery_note", unit, supply_boxes)
    _check_posting(out, f"{own}/posting", unit)
    for apart, folder in enumerate((OPEN_FOLDER, SEALED_FOLDER)):
        _check_slips(
            out, f"{own}/{folder}/{SLIPS}", [each for each in unit.pieces if each.apart == apart], slip
        )
    if names:
        _check_names(out, own, unit)


def differs(file: str, what: str) -> OutputDiffers:
    """What is told of a file whose sums may be right, but whose lines are not."""
    return OutputDiffers(f"件数突合が一致しません: {what}。", remedy=AGAIN, file=file)


def _check_pieces(out: Path, name: str, unit: UnitCounts) -> None:
    found = cells(out, name, *_PIECES)
    same(name, "通数", len(found), len(unit.pieces))
    wanted = map(attrgetter(*_PIECES), unit.pieces)
    for line, (mine, theirs) in enumerate(zip(found, wanted, strict=True), start=2):
        if mine != tuple(map(str, theirs)):
            column = next(
                column
                for column, cell, value in zip(_PIECES, mine, theirs, strict=True)
                if cell != str(value)
            )
            raise OutputDiffers(
                "件数突合が一致しません: 台帳と違います。", remedy=AGAIN, file=name, row=line, column=column
            )


def centigrams(grams: str) -> int:
    """``46.00`` as 4600."""
    whole, _, part = grams.partition(".")
    return int(whole) * 100 + int(part.ljust(2, "0") or 0)


def _check_boxes(out: Path, name: str, unit: UnitCounts) -> None:
    lines = cells(out, name, "box", "first_sequence", "last_sequence", "pieces", "weight_g")
    with reading(out, name):
        found = [(*map(int, numbers), centigrams(grams)) for *numbers, grams in lines]
    same(name, "箱数", len(found), len(unit.boxes))
    same(name, "通数", sum(line[3] for line in found), len(unit.pieces))
    if found != [
        (box, each.first, each.last, each.pieces, each.weight_cg) for box, each in sorted(unit.boxes.items())
    ]:
        raise differs(name, "箱の通し番号・通数・重さが台帳と違います")


def _check_bundles(out: Path, name: str, unit: UnitCounts) -> None:
    lines = cells(out, name, "box", "bundle", "first_sequence", "last_sequence", "pieces")
    with reading(out, name):
        found = [tuple(map(int, line)) for line in lines]
    if found != [(*key, each.first, each.last, each.pieces) for key, each in sorted(unit.bundles.items())]:
        raise differs(name, "束の通し番号か通数が台帳と違います")


def _check_labels(out: Path, name: str, code: str, unit: UnitCounts) -> None:
    """Every box of this unit has its label, in the order of the boxes."""
    with reading(out, name) as path:
        text = paper_text(path)
    places = [text.find(f"-{code}-{box:03d}") for box in unit.boxes]
    if -1 in places or places != sorted(places):
        raise differs(name, "ラベルのない箱があるか、順が違います")


def _check_manifest(out: Path, name: str, unit: UnitCounts) -> int:
    """The manifest counts what the ledger counts; gives the supply boxes that it tells."""
    with reading(out, name) as path:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        delivery = content["delivery"]
        pieces, yen = unit.mailed
        for what, found, wanted in (
            ("箱数", content["counts"]["boxes"], len(unit.boxes)),
            ("箱数", delivery["boxes"], len(unit.boxes)),
            ("枚数", content["counts"]["sheets"], unit.sheets),
            ("郵送する通数", content["postage"]["pieces"], pieces),
            ("郵送料", content["postage"]["total_yen"], yen),
            ("転送不要の通数", delivery["no_forward_pieces"], sum(piece.no_forward for piece in unit.pieces)),
        ):
            same(name, what, found, wanted)
        supply_boxes: int = delivery["supply_boxes"]
        if Counter(content["sets"]) != unit.sets or Counter(content["documents"]) != unit.documents:
            raise differs(name, "組か書類ごとの通数が台帳と違います")
    return supply_boxes


def _check_note(out: Path, stem: str, unit: UnitCounts, supply_boxes: int) -> None:
    """The delivery note, table and paper, tells all pieces and boxes."""
    name = f"{stem}.csv"
    lines = cells(out, name, "kind", "code", "service", "quantity")
    with reading(out, name):
        sets: Counter[str] = Counter()
        boxes_told = {
            kind: [int(line[-1]) for line in lines if line[0] == kind] for kind in ("box", "supply_box")
        }
        for kind, code, _, quantity in lines:
            if kind == "pieces":
                sets[code] += int(quantity)
    if sets != unit.sets or len(lines) != len({line[:3] for line in lines}):
        raise differs(name, "組ごとの通数が台帳と違うか、同じ行が二度あります")
    same(name, "箱数", sum(boxes_told["box"]), len(unit.boxes))
    same(name, "予備の箱の数", sum(boxes_told["supply_box"]), supply_boxes)
    name = f"{stem}.pdf"
    with reading(out, name) as path:
        boxes, pieces, supplies = read_totals(paper_text(path))
    same(name, "箱数", boxes, len(unit.boxes))
    same(name, "通数", pieces, len(unit.pieces))
    same(name, "予備の箱の数", supplies, supply_boxes)


def _check_posting(out: Path, folder: str, unit: UnitCounts) -> None:
    """The breakdown for the post office has all that is mailed, by service, class and step, to the yen."""
    if not unit.mail:
        return
    name = f"{folder}/breakdown.csv"
    lines = cells(out, name, "mail_service", "size_class", "max_grams", "pieces", "unit_yen", "total_yen")
    with reading(out, name):
        found = {
            (service, size, int(step)): (int(pieces), int(yen))
            for service, size, step, pieces, _, yen in lines
        }
        right = all(int(pieces) * int(unit_yen) == int(yen) for *_, pieces, unit_yen, yen in lines)
    pieces, yen = unit.mailed
    same(name, "通数", sum(int(line[3]) for line in lines), pieces)
    same(name, "郵送料", sum(int(line[5]) for line in lines), yen)
    if found != unit.mail or not right:
        raise differs(name, "種別・重さの段階ごとの通数か金額が台帳と違います")
    name = f"{folder}/breakdown.pdf"
    with reading(out, name) as path:
        told = read_breakdown_totals(paper_text(path))
    same(name, "通数", told[0], pieces)
    same(name, "郵送料", told[1], yen)


def _check_slips(out: Path, name: str, pieces: Sequence[Piece], slip: Layout) -> None:
    """The slips have a page for each so many pieces, in both copies, and the sums of each service at their end."""
    counts, yen = Counter[str](), Counter[str]()
    for piece in pieces:
        counts[piece.mail_service] += 1
        yen[piece.mail_service] += piece.postage_yen
    services = [service for service in SERVICE_JA if service in NUMBERED_SERVICES and counts[service]]
    if not services:
        return
    lengths = [slip_pages({service: counts[service]}, slip) for service in services]
    ends = [end - 1 for end in accumulate(lengths)]
    with reading(out, name) as path:
        pages, texts = pages_text(path, ends)
        told = [read_slip_totals(text) for text in texts]
    same(name, "ページ数", pages, sum(lengths))
    for service, (count, sum_) in zip(services, told, strict=True):
        same(name, "通数", count, counts[service])
        same(name, "郵送料", sum_, yen[service])


def _check_names(out: Path, folder: str, unit: UnitCounts) -> None:
    """Every piece is on one list with names: at its place in the index, or on the sealed list (支援措置)."""
    wanted = [
        (
            str(piece.sequence),
            piece.set_code,
            str(piece.box),
            str(piece.bundle or ""),
            str(piece.position),
            shown(piece.registered_number),
        )
        for piece in unit.pieces
        if not piece.apart
    ]
    for name in (f"{folder}/index_by_sequence.csv", f"{folder}/index.csv"):
        found: Sequence[tuple[str, ...]] = cells(out, name, *_INDEX)
        same(name, "通数", len(found), len(wanted))
        if name.endswith("index.csv"):
            found = sorted(found, key=lambda line: (len(line[0]), line[0]))
        if [*found] != wanted:
            raise differs(name, "箱・束・位置・番号が台帳と違う通があります")
    apart = sorted(str(piece.sequence) for piece in unit.pieces if piece.apart)
    if apart:
        name = f"{folder}/sealed/protected.csv"
        if sorted(number for (number,) in cells(out, name, "通し番号") if number) != apart:
            raise differs(name, "載っている通が台帳と違います")
