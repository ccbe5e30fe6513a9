"""The covering letter (送付案内) of a unit: its facts, and the file.  Counts are all that it can say of people."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.handover.piece_index import position_words
from kouki_print.job.cover_lists import COVER_LIST
from kouki_print.job.units.letter_words import PAPERS, LetterFacts, letter
from kouki_print.job.units.task import UnitTask, UnitTools
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import SERVICE_JA, Order
from kouki_print.page.words import known_words

COVERING_LETTER = "covering_letter.pdf"


def letter_facts(loaded: LoadedOrder, task: UnitTask) -> LetterFacts:
    """The facts of a unit's letter; ``papers`` are the files that lie in its folder by then."""
    order, comes, pieces = loaded.order, task.consignment, task.pieces
    opened = task.open_pieces  # a list of the others alone must not be told of
    contact, handover = task.unit.contact, order.handover
    statuses = task.unprinted["status"].value_counts()
    services = {SERVICE_JA[name]: count for name, count in comes.services.items() if name != "none"}

    def day(date: dt.date | None) -> str:
        return wareki(date, gannen=order.date.gannen) if date else ""

    return LetterFacts(
        unit_name=contact.name,
        unit_section=contact.section,
        by_group=loaded.by_group,
        insurer=order.insurer.name,
        insurer_section=order.insurer.section,
        contact=contact_of(order),
        system=known_words(order)["system"],
        job_title=order.job.title,
        date=day(comes.day) or "令和　　年　　月　　日",
        delivery_day=day(comes.day),
        vendor=handover.vendor or "印刷会社",
        place=f"{comes.place.name}　{comes.place.section}".strip("　"),
        place_address=f"〒{comes.place.postcode[:3]}-{comes.place.postcode[3:]}　{comes.place.address}",
        place_note=comes.place.note,
        pieces=comes.pieces,
        people=int(pieces["people"].sum()),
        boxes=len(comes.boxes),
        supply_boxes=comes.supply_boxes,
        pallets=comes.pallets,
        bundled=order.boxes.bundle != "none",
        position=position_words(order),
        sets=[
            (code, "・".join(map(order.document_ja, order.sheets_of(code))), count)
            for code, count in comes.sets.items()
        ],
        services=list(services.items()),
        blanks=[(supply.name, supply.quantity) for supply in comes.supplies if supply.blank],
        supplies=[(supply.name, supply.quantity) for supply in comes.supplies],
        sealed=comes.sealed,
        mailed=comes.mailed,
        handover_way=comes.handover_way,
        no_forward=sum(box.no_forward for box in comes.boxes),
        pickup=int((opened["mail_service"] == "none").sum()) if comes.mailed else 0,
        by_hand=int(opened["by_hand"].sum()),
        numbered=int((pieces["registered_number"] != "").sum()),
        held=int(statuses.get("held", 0)),
        unissued=int(statuses.get("unissued", 0)),
        excluded=int(statuses.get("excluded", 0)),
        mail_on=day(order.job.mail_on),
        switch_on=day(order.job.switch_on),
        issued_on=day(order.job.issued_on),
        pull_until=day(handover.pull_until),
        papers=_papers(task.own) | {"cover_list": COVER_LIST if loaded.by_group else ""},
    )


def contact_of(order: Order) -> str:
    """Where the insurer is asked; may be empty."""
    return order.handover.contact or "　".join(filter(None, (order.insurer.section, order.insurer.phone)))


def _papers(folder: Path) -> dict[str, str]:
    """Where each paper lies in a unit's folder, without tables that are there as a workbook or PDF too."""
    found = {name: sorted(folder.glob(pattern)) for name, pattern in PAPERS.items()}
    return {
        name: "・".join(
            path.relative_to(folder).as_posix()
            for path in paths
            if path.suffix != ".csv" or all(other.suffix == ".csv" for other in paths)
        )
        for name, paths in found.items()
    }


def write_letter(tools: UnitTools, task: UnitTask) -> None:
    """Write covering_letter.pdf of a unit that gets boxes; after all other papers of its folder."""
    if tools.loaded.by_group and task.unit.mailed:
        return  # each piece goes to a person's home, the employer gets nothing
    data = letter(tools.job_dir, letter_facts(tools.loaded, task))
    if data:
        write_bytes(task.own / COVERING_LETTER, data)
