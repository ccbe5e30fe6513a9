"""The vendor's lists of the whole job (印刷・封入会社へ渡す一覧): counted here, written beside the units' folders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from kouki_print.base.files import write_csv
from kouki_print.handover.budget_parts import StockLine
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.quantities import (
    DocumentCount,
    UnitLot,
    Volumes,
    pallets_of,
    quantities_of,
)
from kouki_print.handover.tables import neutralised
from kouki_print.handover.vendor_book import write_vendor_book
from kouki_print.handover.volumes_notice import write_volumes_notice
from kouki_print.handover.work_facts import JobFacts
from kouki_print.job.kit import PrintKit
from kouki_print.job.lot_files import LotFiles
from kouki_print.job.prepare import Prepared
from kouki_print.job.ticket.write import lot_facts
from kouki_print.order.models import SERVICE_JA, Order

VENDOR_LISTS = (
    "quantities.csv",
    "lots.csv",
    "deliveries.csv",
    "pallets.csv",
    "vendor_book.xlsx",
    "volumes_notice.pdf",
)


def write_vendor_lists(
    folder: Path,
    prepared: Prepared,
    kit: PrintKit,
    job: JobFacts,
    consignments: Mapping[str, Consignment],
    stock: Sequence[StockLine],
    files: Sequence[LotFiles],
) -> None:
    """Everything of the vendor's folder that is not of one unit; ``stock`` is that of the budget."""
    volumes = volumes_of(prepared, kit, job, consignments, stock)
    lots = [UnitLot(consignments[made.lot.unit_code], lot_facts(made)) for made in files]
    lots.sort(key=lambda each: (each.unit.turn, each.lot.number))
    _write_quantities(folder / "quantities.csv", volumes)
    _write_lots(folder / "lots.csv", lots)
    _write_deliveries(folder / "deliveries.csv", volumes)
    _write_pallets(folder / "pallets.csv", volumes)
    write_vendor_book(folder / "vendor_book.xlsx", volumes, lots)
    write_volumes_notice(folder / "volumes_notice.pdf", volumes)


def volumes_of(
    prepared: Prepared,
    kit: PrintKit,
    job: JobFacts,
    consignments: Mapping[str, Consignment],
    stock: Sequence[StockLine],
) -> Volumes:
    """The job in numbers, from the plan: nothing needs to be printed yet."""
    order, plan = prepared.loaded.order, prepared.plan
    services = plan["mail_service"].value_counts()
    return Volumes(
        job=job,
        handover=order.handover,
        unit=prepared.loaded.unit_ja,
        consignments=tuple(consignments.values()),
        quantities=quantities_of(order, consignments.values(), stock),
        documents=_documents(order, plan["set_code"]),
        services=tuple(
            (name, int(services[key])) for key, name in SERVICE_JA.items() if key in services.index
        ),
        lots=len(prepared.lots),
        press_sheets=sum(len(kit.imposition.table(2 * lot.sheets)) for lot in prepared.lots),
    )


def _documents(order: Order, set_codes: pd.Series) -> tuple[DocumentCount, ...]:
    """Finished sheets of each document, in the order's order."""
    sheets = dict.fromkeys(order.documents, 0)
    for code, pieces in set_codes.value_counts().items():
        for document in order.sheets_of(str(code)):
            sheets[document] += int(pieces)
    return tuple(DocumentCount(order.document_ja(key), count) for key, count in sheets.items() if count)


def _write(path: Path, heads: str, rows: Sequence[Sequence[str | int]], words: str = "") -> None:
    """A table for machines; ``words`` names the columns that people have filled in."""
    names = heads.split(",")
    cells: Sequence[Sequence[str | int]] = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    columns = dict(zip(names, cells, strict=True))
    columns |= {name: neutralised(columns[name]).to_pylist() for name in words.split(",") if name}
    write_csv(path, columns)


def _write_quantities(path: Path, volumes: Volumes) -> None:
    rows = [
        (each.unit_code, each.kind, each.code, each.name, each.needed, each.spare, each.total)
        for each in volumes.quantities
    ]
    _write(path, "unit_code,kind,code,name,needed,spare,total", rows, "name")


def _write_lots(path: Path, lots: Sequence[UnitLot]) -> None:
    """Files are named as in pieces.csv, from the unit's folder."""
    rows = [
        (
            unit.code,
            lot.number,
            lot.first,
            lot.last,
            lot.pieces,
            lot.sheets,
            lot.press_sheets,
            lot.single.path,
            lot.single.sha256,
            lot.imposed.path,
            lot.imposed.sha256,
        )
        for unit, lot in lots
    ]
    heads = "unit_code,lot,first_sequence,last_sequence,pieces,sheets,press_sheets"
    _write(path, heads + ",print_pdf,print_sha256,imposed_pdf,imposed_sha256", rows)


def _write_deliveries(path: Path, volumes: Volumes) -> None:
    rows = [
        (
            each.turn,
            each.code,
            each.name,
            each.day.isoformat() if each.day else "",
            each.place.name,
            each.place.postcode,
            each.place.address,
            each.place.section,
            each.place.phone,
            each.place.note,
            each.pieces,
            len(each.boxes),
            each.supply_boxes,
            each.pallets,
            int(each.sealed),
            int(each.mailed),
            each.handover_way,
            int(each.no_forward),
            sum(box.no_forward for box in each.boxes),
        )
        for each in volumes.consignments
    ]
    heads = (
        "turn,unit_code,name,delivery_on,place,postcode,address,section,phone,note,pieces,boxes,supply_boxes,"
        "pallets,sealed,mailed,handover_way,no_forward_asked,no_forward_pieces"
    )
    _write(path, heads, rows, "name,place,address,section,phone,note,handover_way")


def _write_pallets(path: Path, volumes: Volumes) -> None:
    """A pallet with boxes of supplies only has no first and last box."""
    rows = [
        (
            unit.code,
            each.number,
            each.first_box or "",
            each.last_box or "",
            each.supply_boxes,
            each.pieces,
            f"{each.weight_cg // 100}.{each.weight_cg % 100:02d}",
        )
        for unit in volumes.consignments
        for each in pallets_of(unit)
    ]
    _write(path, "unit_code,pallet,first_box,last_box,supply_boxes,pieces,weight_g", rows)
