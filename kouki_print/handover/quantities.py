"""The job in numbers (数量) for the printing and inserting vendor: pieces, enclosures, lots, boxes, pallets.

Counted from the plan and the consignments alone, so that it can be told before anything is printed.
Nothing personal is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kouki_print.base.dates import wareki
from kouki_print.handover.budget_parts import StockLine
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.stock import LABEL
from kouki_print.handover.work_facts import JobFacts, LotFacts
from kouki_print.order.enclosures import ENVELOPE
from kouki_print.order.models import SERVICE_JA, Order
from kouki_print.order.shipment import Handover

Kind = Literal["set", "enclosure", "envelope", "label", "blank"]
_KINDS: Mapping[str, Kind] = {ENVELOPE: "envelope", LABEL: "label"}
_FEW = 3  # so many units are named, more are counted


@dataclass(frozen=True, slots=True)
class Quantity:
    """So many of something for a unit, or for all of them (``unit_code`` empty).

    A ``blank`` is taken out of the spare of its own paper and of the enclosures that go with it, which have
    so many more for it; an ``extra``
    is an enclosure of the unit's own.
    """

    unit_code: str
    kind: Kind
    code: str
    name: str
    needed: int
    spare: int = 0
    extra: bool = False

    @property
    def total(self) -> int:
        """With spare."""
        return self.needed + self.spare


@dataclass(frozen=True, slots=True)
class Pallet:
    """What stands on a pallet: boxes of pieces (0 and 0: none), then boxes of supplies; pieces and their weight."""

    number: int
    first_box: int
    last_box: int
    supply_boxes: int
    pieces: int
    weight_cg: int


class DocumentCount(NamedTuple):
    """A document: its name and its finished sheets."""

    name: str
    sheets: int


@dataclass(frozen=True, slots=True)
class Volumes:
    """All that the vendor must know of the job before it has the files.

    ``unit`` is what a unit is called; ``consignments`` stand in the order of work, ``quantities`` too, the
    totals last.  ``services`` are (mail service, pieces); ``pallet_boxes`` of a full pallet.
    """

    job: JobFacts
    handover: Handover
    unit: str
    consignments: tuple[Consignment, ...]
    quantities: tuple[Quantity, ...]
    documents: tuple[DocumentCount, ...]
    services: tuple[tuple[str, int], ...]
    lots: int
    press_sheets: int

    @property
    def pieces(self) -> int:
        """Pieces of all units."""
        return sum(each.pieces for each in self.consignments)

    def of(self, unit_code: str, *kinds: Kind) -> list[Quantity]:
        """A unit's quantities of these kinds; the totals of all units where the code is empty."""
        return [each for each in self.quantities if each.unit_code == unit_code and each.kind in kinds]


class UnitLot(NamedTuple):
    """A lot of a unit with its files."""

    unit: Consignment
    lot: LotFacts


def quantities_of(
    order: Order, consignments: Iterable[Consignment], stock: Iterable[StockLine]
) -> tuple[Quantity, ...]:
    """Lines of each unit, then the totals: sets, what goes into the envelopes as ``stock`` has it, blanks."""
    common = {entry.code for entry in order.enclosure}
    stocked: dict[str, list[Quantity]] = {}
    for line in stock:
        kind = _KINDS.get(line.code, "enclosure")
        extra = kind == "enclosure" and line.code not in common
        mine = Quantity(line.unit_code, kind, line.code, line.name, line.needed, line.spare, extra)
        stocked.setdefault(line.unit_code, []).append(mine)
    names = {entry.code: _set_name(order, entry.code) for entry in order.set}
    sets: list[Quantity] = []
    blanks: list[Quantity] = []
    lines: list[Quantity] = []
    for each in consignments:
        own = [Quantity(each.code, "set", code, names[code], count) for code, count in each.sets.items()]
        bare = [
            Quantity(each.code, "blank", supply.code, supply.name, supply.quantity)
            for supply in each.supplies
            if supply.blank
        ]
        lines += [*own, *stocked.get(each.code, ()), *bare]
        sets += own
        blanks += bare
    return (*lines, *_summed(sets), *stocked.get("", ()), *_summed(blanks))


def _set_name(order: Order, set_code: str) -> str:
    """The documents that a piece of the set is printed with."""
    return "・".join(order.document_ja(document) for document in order.sheets_of(set_code))


def _summed(lines: Iterable[Quantity]) -> Iterator[Quantity]:
    sums: dict[tuple[str, Kind, str], int] = {}
    for line in lines:
        key = line.code, line.kind, line.name
        sums[key] = sums.get(key, 0) + line.needed
    for (code, kind, name), needed in sorted(sums.items()):
        yield Quantity("", kind, code, name, needed)


def pallets_of(consignment: Consignment) -> Iterator[Pallet]:
    """The pallets of a unit; the boxes of supplies stand behind those of pieces."""
    most, count = consignment.pallet_boxes, len(consignment.boxes)
    for number in range(1, consignment.pallets + 1):
        here = [box for box in consignment.boxes if box.pallet == number]
        behind = min(number * most, count + consignment.supply_boxes) - max((number - 1) * most, count)
        yield Pallet(
            number,
            here[0].number if here else 0,
            here[-1].number if here else 0,
            max(behind, 0),
            sum(box.pieces for box in here),
            sum(box.weight_cg for box in here),
        )


def day_ja(consignment: Consignment) -> str:
    """The day of delivery in words."""
    return wareki(consignment.day) if consignment.day else "未定"


def forwarding_ja(consignment: Consignment) -> str:
    """What the unit asked for (転送不要), and how many of its pieces have the mark."""
    marked = sum(box.no_forward for box in consignment.boxes)
    if consignment.no_forward:
        return f"希望する\n{marked:,}通"
    return f"希望しない\n個別に{marked:,}通" if marked else "希望しない"


def mail_ja(consignment: Consignment) -> str:
    """How the pieces go on: pieces by mail service, or the way in which the unit gets them."""
    if not consignment.mailed:
        return "\n".join(filter(None, ("郵送なし", consignment.handover_way)))
    found = consignment.services
    keys = [key for key in (*SERVICE_JA, "mixed") if key in found]
    return "\n".join(f"{consignment.service_ja(key)} {found[key]:,}通" for key in keys)


def named(units: Sequence[str]) -> str:
    """A few units by name, more of them by their number."""
    return "・".join(units) if len(units) <= _FEW else f"{len(units):,}か所"


def open_points(volumes: Volumes) -> list[tuple[str, str]]:
    """What nobody has settled yet: the setting that holds the answer, and the question."""
    told = volumes.handover
    missing = [each for each in volumes.consignments if each.day is None]
    some = named([each.name for each in missing])
    unset = (
        ("vendor", not told.vendor, "印刷・封入会社の名前"),
        ("vendor_contact", not told.vendor_contact, "印刷・封入会社の担当と連絡先"),
        ("contact", not told.contact, "発注者の問合せ先"),
        ("files_on", told.files_on is None, "データを渡す日"),
        ("delivery_on", bool(missing), f"納入日（{some}）"),
        ("pull_until", told.pull_until is None, "抜取りの締切日"),
        ("erase_on", told.erase_on is None, "データを消去する期限"),
    )
    return [
        *((f"[handover] {name}", f"{what}が決まっていません") for name, is_open, what in unset if is_open),
        *volumes.job.questions,
    ]
