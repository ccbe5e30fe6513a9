"""manifest.json: what a municipality's vendor folder holds, for the vendor's machines (contract, section 5).

Nothing personal is in it.  Keys keep the order of the contract; the schema ships as
``data/schemas/manifest.schema.json``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from kouki_print.base.files import write_text
from kouki_print.handover.consignment import Consignment
from kouki_print.order.load import InputFile
from kouki_print.order.models import Order
from kouki_print.order.units import Unit

SCHEMA_VERSION = 1
STATUSES = ("printed", "held", "excluded", "unissued")


@dataclass(frozen=True, slots=True)
class ManifestFile:
    """One delivered file: path relative to the manifest, digest, size, pages, sequences and kind."""

    path: str
    sha256: str
    bytes: int
    pages: int
    first_sequence: int
    last_sequence: int
    kind: str


def manifest(
    order: Order,
    municipality: Unit,
    statuses: Mapping[str, int],
    plan: pd.DataFrame,
    files: Sequence[ManifestFile],
    inputs: Sequence[InputFile],
    versions: Mapping[str, str],
    consignment: Consignment | None,
) -> dict[str, Any]:
    """The manifest of one municipality as plain JSON values.

    ``statuses`` counts the municipality's export records by status, ``plan`` holds its pieces, which come
    as its ``consignment`` (none without pieces).
    """
    job = order.job
    contact = municipality.contact
    mailed = plan["mail_service"] != "none"
    return {
        "schema_version": SCHEMA_VERSION,
        "job": {
            "id": job.id,
            "title": job.title,
            "preset": job.preset,
            "switch_on": job.switch_on.isoformat(),
            "expires_on": job.expires_on.isoformat(),
            "issued_on": job.issued_on.isoformat(),
            "data_on": job.data_on.isoformat(),
            "mail_on": job.mail_on.isoformat(),
            "insurer": order.insurer.name,
        },
        "municipality": {
            "jis_code": contact.jis_code,
            "code6": contact.code6,
            "name": contact.name,
            "postcode": contact.postcode,
            "address": contact.address,
            "section": contact.section,
            "phone": contact.phone,
        },
        "options": {
            "sealed": municipality.sealed,
            "mailed": municipality.mailed,
            "handover_way": municipality.handover_way,
            "no_forward": municipality.no_forward,
            "imposition": order.printing.imposition,
        },
        "counts": {
            "records": sum(statuses.values()),
            **{status: int(statuses.get(status, 0)) for status in STATUSES},
            "sheets": int(plan["sheets"].sum()),
            "boxes": int(plan["box"].max()) if len(plan) else 0,
        },
        "documents": _counts(plan["document"], list(order.documents)),
        "sets": _counts(plan["set_code"], sorted(plan["set_code"].unique())),
        "enclosures": _enclosures(order, municipality, plan),
        "postage": {"pieces": int(mailed.sum()), "total_yen": int(plan["postage_yen"].sum())},
        "delivery": consignment and _delivery(consignment),
        "supplies": _supplies(consignment),
        "files": [asdict(file) for file in files],
        "inputs": [{"name": entry.name, "sha256": entry.sha256} for entry in inputs],
        "versions": dict(versions),
    }


def _counts(column: pd.Series, keys: Sequence[str]) -> dict[str, int]:
    found = column.value_counts()
    return {key: int(found[key]) for key in keys if key in found.index}


def _supplies(consignment: Consignment | None) -> list[dict[str, Any]]:
    """What comes beside the pieces, in the order of the delivery note."""
    return [
        {"code": each.code, "name": each.name, "quantity": each.quantity, "blank": each.blank}
        for each in (consignment.supplies if consignment else ())
    ]


def _enclosures(order: Order, municipality: Unit, plan: pd.DataFrame) -> list[dict[str, Any]]:
    """How many of each enclosure the pieces take, in the order of the enclosure master."""
    quantity: dict[str, int] = {}
    for items, pieces in plan["items"].value_counts().items():
        for code in str(items).split(";"):
            quantity[code] = quantity.get(code, 0) + int(pieces)
    names = {entry.code: entry.name for entry in order.enclosure}
    names.update({extra.code: extra.name for extra in municipality.extras})
    return [
        {"code": code, "name": name, "quantity": quantity[code]}
        for code, name in names.items()
        if code in quantity
    ]


def _delivery(consignment: Consignment) -> dict[str, Any]:
    """When in the order of work, where and in how much the pieces are handed over."""
    return {
        "turn": consignment.turn,
        "day": consignment.day.isoformat() if consignment.day else None,
        "place": asdict(consignment.place),
        "boxes": len(consignment.boxes),
        "supply_boxes": consignment.supply_boxes,
        "pallets": consignment.pallets,
        "no_forward_pieces": sum(box.no_forward for box in consignment.boxes),
    }


def write_manifest(path: Path, content: Mapping[str, Any]) -> None:
    """Write a manifest as readable UTF-8 JSON."""
    write_text(path, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
