"""The posting papers of one unit and of the whole job (内訳票・差出し一覧), for a run as for the command."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kouki_print.base.files import write_bytes
from kouki_print.handover.posting_lists import (
    write_areas,
    write_bands,
    write_breakdown,
    write_posting_book,
    write_posting_list,
    write_used,
    write_voids,
)
from kouki_print.handover.posting_papers import PostingHead, breakdown_paper, void_paper
from kouki_print.handover.workbook import Heading
from kouki_print.job.prepare import Prepared
from kouki_print.job.units.task import UnitTask, UnitTools
from kouki_print.order.groups import insurer_contact
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.post.posting import Posting, postings_of
from kouki_print.post.registered import load_numbers, registered_counts
from kouki_print.post.used_numbers import load_used

FOLDER = "posting"  # in a unit's own folder
BREAKDOWN, VOID_LIST, BOOK, LIST = "breakdown", "void_list", "posting.xlsx", "posting.csv"


def write_unit_posting(tools: UnitTools, task: UnitTask) -> None:
    """The papers of a unit that mails something."""
    order, unit = tools.loaded.order, task.unit
    for posting in postings_of(order, {unit.code: unit.contact.name}, task.pieces).values():
        write_papers(task.own / FOLDER, order, posting, task.sender)


def write_papers(folder: Path, order: Order, posting: Posting, sender: Contact) -> None:
    """内訳票 with the sums for 料金後納 of a unit that mails; the list of what was taken out, where anything was."""
    day = order.job.mail_on
    by = insurer_contact(order.insurer) if order.posting.sender == "insurer" else sender
    head = PostingHead(order.job.title, order.insurer.name, day, by, order.posting.customer)
    if posting.mails:
        write_breakdown(folder / f"{BREAKDOWN}.csv", posting, day)
        write_bytes(folder / f"{BREAKDOWN}.pdf", breakdown_paper(head, posting))
    if posting.voids or posting.unmailed:
        write_voids(folder / f"{VOID_LIST}.csv", [posting])
        write_bytes(folder / f"{VOID_LIST}.pdf", void_paper(head, posting))


def write_union_lists(union: Path, order: Order, unit_ja: str, postings: Sequence[Posting]) -> None:
    """What the union has of all units: posting.csv, posting.xlsx, areas.csv, and the voids if there are any."""
    day = order.job.mail_on
    heading = Heading(order.job.title, order.insurer.name, order.job.data_on, unit_ja)
    write_posting_list(union / LIST, postings, day)
    write_posting_book(union / BOOK, heading, postings, day)
    write_areas(union / "areas.csv", postings)
    if any(each.voids or each.unmailed for each in postings):
        write_voids(union / f"{VOID_LIST}.csv", postings)


def write_posting_union(union: Path, job_dir: Path, prepared: Prepared) -> None:
    """A run's lists of all units, and which registered numbers it has used."""
    loaded, plan = prepared.loaded, prepared.plan
    order, names = loaded.order, {code: unit.contact.name for code, unit in loaded.units.items()}
    postings = list(postings_of(order, names, plan).values())
    write_union_lists(union, order, loaded.unit_ja, postings)
    bands = load_numbers(job_dir / order.input.numbers, loaded.units)
    if bands.of:
        earlier = load_used(job_dir / order.input.used_numbers) if order.input.used_numbers else []
        needed = registered_counts(plan["unit_code"], plan["mail_service"])
        write_bands(union / "registered_numbers.csv", bands, postings, needed)
        write_used(union / "used_numbers.csv", earlier, postings, order.job.mail_on)
