"""Each unit's job ticket (ticket.xjdf) and work order (作業指示書): their facts are collected here and written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from kouki_print.base.files import write_bytes
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.manifest import ManifestFile
from kouki_print.handover.ticket import TICKET, TicketSchema, load_schema, ticket
from kouki_print.handover.work_facts import (
    DeliveredFile,
    DocumentFacts,
    Item,
    JobFacts,
    LotFacts,
    SetFacts,
    UnitFacts,
)
from kouki_print.handover.work_order import WORK_ORDER, work_order
from kouki_print.job.kit import PrintKit
from kouki_print.job.lot_files import LotFiles
from kouki_print.job.prepare import Prepared
from kouki_print.job.ticket.facts import job_facts
from kouki_print.job.units.labels import BOX_LABELS, DIVIDERS, NUMBER_LABELS, PALLET_LABELS
from kouki_print.order.models import SERVICE_JA, Order
from kouki_print.order.units import Unit

_LABELS_JA = {
    BOX_LABELS: "箱",
    PALLET_LABELS: "パレット",
    DIVIDERS: "束の仕切りカード",
    NUMBER_LABELS: "引受番号",
}


@dataclass(frozen=True, slots=True)
class Tickets:
    """What all units share: the facts of the job, names of the feeders by enclosure code, the schema if any."""

    order: Order
    job: JobFacts
    feeds: Mapping[str, str]
    schema: TicketSchema | None


def load_tickets(job_dir: Path, prepared: Prepared, kit: PrintKit) -> Tickets:
    """The facts of a job; JobError at once when its schema cannot be used."""
    order, machine = prepared.loaded.order, prepared.machine
    schema = order.printing.xjdf_schema
    return Tickets(
        order,
        job_facts(prepared, kit),
        {code: number for number, code in machine.feeds.items()} if machine else {},
        load_schema(job_dir, schema) if schema else None,
    )


def write_tickets(
    folder: Path,
    tickets: Tickets,
    consignments: Mapping[str, Consignment],
    unit: Unit,
    rows: pd.DataFrame,
    files: Sequence[LotFiles],
    listed: Sequence[ManifestFile],
) -> list[ManifestFile]:
    """Ticket and work order of a unit with pieces (``rows``), as its manifest lists them beside all ``listed``."""
    given, sets = consignments[unit.code], _sets(tickets, unit, rows)
    facts = UnitFacts(
        given=given,
        units=len(consignments),
        lots=tuple(lot_facts(made) for made in files),
        documents=_documents(tickets, sets),
        sets=sets,
        mail=_mail(given, rows),
        labels=tuple(
            (_LABELS_JA[each.path], each.path, each.pages) for each in listed if each.path in _LABELS_JA
        ),
    )
    data = ticket(tickets.job, facts)
    if tickets.schema is not None:
        tickets.schema.check(data, f"{folder.name}/{TICKET}")
    write_bytes(folder / TICKET, data)
    printed, pages = work_order(tickets.job, facts, hashlib.sha256(data).hexdigest())
    write_bytes(folder / WORK_ORDER, printed)
    digest = hashlib.sha256(printed).hexdigest()
    first, last = int(rows["sequence"].iloc[0]), int(rows["sequence"].iloc[-1])
    return [ManifestFile(WORK_ORDER, digest, len(printed), pages, first, last, "list")]


def _mail(given: Consignment, rows: pd.DataFrame) -> tuple[tuple[str, int], ...]:
    """Pieces by mail service, in the usual order."""
    counts = rows["mail_service"].value_counts()
    return tuple((given.service_ja(key), int(counts[key])) for key in SERVICE_JA if key in counts.index)


def _sets(tickets: Tickets, unit: Unit, rows: pd.DataFrame) -> tuple[SetFacts, ...]:
    """Pieces by set and contents, which hold the unit's own enclosures too."""
    order = tickets.order
    names = {entry.code: entry.name for entry in order.enclosure}
    names |= {extra.code: extra.name for extra in unit.extras}
    printed = {entry.items[0] for entry in order.set} | {
        each.code for each in order.enclosure if each.document
    }
    personal = {entry.code for entry in order.enclosure if entry.personal} - printed
    found = rows.groupby(["set_code", "document", "items"], sort=True, observed=True)["sheets"].agg(
        ["size", "sum"]
    )
    return tuple(
        SetFacts(
            code,
            document,
            order.document_ja(document),
            pieces,
            sheets,
            tuple(
                Item(item, names[item], tickets.feeds.get(item, ""), item in printed, item in personal)
                for item in items.split(";")
            ),
        )
        for (code, document, items), pieces, sheets in zip(
            found.index.tolist(), found["size"].tolist(), found["sum"].tolist(), strict=True
        )
    )


def _documents(tickets: Tickets, sets: Sequence[SetFacts]) -> tuple[DocumentFacts, ...]:
    """The documents of these pieces with their sheets, in the order's order."""
    sheets: dict[str, int] = {}
    for entry in sets:
        for document in tickets.order.sheets_of(entry.code):
            sheets[document] = sheets.get(document, 0) + entry.pieces
    return tuple(
        replace(each, sheets=sheets[each.key]) for each in tickets.job.documents if each.key in sheets
    )


def lot_facts(made: LotFiles) -> LotFacts:
    """A lot with its two files."""
    lot, press = made.lot, made.press_sheets
    return LotFacts(
        lot.number,
        lot.first,
        lot.last,
        lot.stop - lot.start,
        lot.sheets,
        press,
        DeliveredFile(lot.print_path, made.printed.sha256, made.printed.bytes, 2 * lot.sheets),
        DeliveredFile(lot.imposed_path, made.imposed.sha256, made.imposed.bytes, 2 * press),
    )
