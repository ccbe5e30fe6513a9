"""boxes.csv and bundles.csv of a unit, for machines: what lies in each box, and behind each divider card."""

from __future__ import annotations

from pathlib import Path

from kouki_print.base.files import write_bytes
from kouki_print.handover.consignment import Box, Consignment
from kouki_print.handover.tables import csv_bytes, grams

BOXES_FILE, BUNDLES_FILE = "boxes.csv", "bundles.csv"


def box_code(job: str, unit: str, box: int) -> str:
    """The code of a box of pieces, as its label shows it: ``<JOB>-<unit>-<box>``."""
    return f"{job}-{unit}-{box:03d}"


def supply_code(job: str, unit: str, box: int) -> str:
    """The code of a box of supplies (予備)."""
    return f"{job}-{unit}-S{box:02d}"


def write_boxes(path: Path, job: str, given: Consignment) -> None:
    """One line per box of pieces; ``sets`` counts them by set (``A=120;B=30``)."""
    boxes = given.boxes
    columns = {
        "box": [str(box.number) for box in boxes],
        "first_sequence": [str(box.first) for box in boxes],
        "last_sequence": [str(box.last) for box in boxes],
        "pieces": [str(box.pieces) for box in boxes],
        "weight_g": grams([box.weight_cg for box in boxes]),
        "thickness_mm": [_mm(box) for box in boxes],
        "mail_service": [box.service for box in boxes],
        "sets": [";".join(f"{code}={count}" for code, count in box.sets) for box in boxes],
        "no_forward": [str(box.no_forward) for box in boxes],
        "bundles": [str(len(box.bundles)) for box in boxes],
        "pallet": [str(box.pallet) for box in boxes],
        "code": [box_code(job, given.code, box.number) for box in boxes],
    }
    write_bytes(path, csv_bytes(columns))


def write_bundles(path: Path, given: Consignment) -> None:
    """One line per bundle, none where the order asks for none; ``area`` is its 郵便区 where bundles go by it."""
    rows = [(box.number, bundle) for box in given.boxes for bundle in box.bundles]
    columns = {
        "box": [str(box) for box, _ in rows],
        "bundle": [str(bundle.number) for _, bundle in rows],
        "first_sequence": [str(bundle.first) for _, bundle in rows],
        "last_sequence": [str(bundle.last) for _, bundle in rows],
        "pieces": [str(bundle.pieces) for _, bundle in rows],
        "area": [bundle.area for _, bundle in rows],
    }
    write_bytes(path, csv_bytes(columns))


def _mm(box: Box) -> str:
    """Micrometres as millimetres, exactly."""
    return f"{box.thickness_um // 1000}.{box.thickness_um % 1000:03d}"
