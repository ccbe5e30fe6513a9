"""Each unit's consignment, from the plan: boxes, bundles, pallets, supplies, place and day."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from kouki_print.handover.consignment import Box, Bundle, Consignment, Place
from kouki_print.handover.supplies import boxes_for, supplies_of
from kouki_print.order.groups import insurer_contact
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import Order
from kouki_print.order.units import Unit


def consignments_of(loaded: LoadedOrder, plan: pd.DataFrame) -> dict[str, Consignment]:
    """What each unit with pieces gets, in the vendor's order of work."""
    boxes = _boxes(loaded.order, plan)
    turns = _turns(loaded, list(boxes))
    return {
        code: consignment_of(loaded.order, loaded.units[code], turn, boxes[code])
        for turn, code in enumerate(turns, start=1)
    }


def _turns(loaded: LoadedOrder, codes: list[str]) -> list[str]:
    """Codes in the order of work: as the order names them, then by delivery day, then as in the table."""
    settings = loaded.order.handover
    first = {code: place for place, code in enumerate(settings.work_order)}
    table = {code: place for place, code in enumerate(loaded.units)}
    return sorted(
        codes,
        key=lambda code: (first.get(code, len(first)), settings.day_of(code) or dt.date.max, table[code]),
    )


def consignment_of(order: Order, unit: Unit, turn: int, boxes: tuple[Box, ...]) -> Consignment:
    """What a unit with these boxes gets as the vendor's ``turn``-th."""
    sets: dict[str, int] = {}
    for box in boxes:
        for code, count in box.sets:
            sets[code] = sets.get(code, 0) + count
    supplies = supplies_of(order, unit, sets)
    return Consignment(
        code=unit.code,
        name=unit.contact.name,
        place=_place(order, unit),
        day=order.handover.day_of(unit.code),
        turn=turn,
        sealed=unit.sealed,
        mailed=unit.mailed,
        handover_way=unit.handover_way,
        no_forward=unit.no_forward,
        boxes=boxes,
        supplies=supplies,
        supply_boxes=boxes_for(order, supplies),
        pallet_boxes=order.boxes.pallet_boxes,
    )


def _place(order: Order, unit: Unit) -> Place:
    other = next((entry for entry in order.deliver_to if entry.unit == unit.code), None)
    if other is not None:
        return Place(other.name, other.postcode, other.address, "", other.phone, other.note)
    by_post = order.delivery.unit == "group" and unit.mailed  # the insurer posts what goes to the person
    contact = insurer_contact(order.insurer) if by_post else unit.contact
    return Place(contact.name, contact.postcode, contact.address, contact.section, contact.phone)


def _boxes(order: Order, plan: pd.DataFrame) -> dict[str, tuple[Box, ...]]:
    """The boxes of each unit, counted in columns."""
    keys = ["unit_code", "box"]
    grouped = plan.groupby(keys, sort=False)
    table = grouped.agg(
        first=("sequence", "min"),
        last=("sequence", "max"),
        pieces=("sequence", "size"),
        weight_cg=("weight_cg", "sum"),
        thickness_um=("thickness_um", "sum"),
        service=("mail_service", "first"),
        services=("mail_service", "nunique"),
        no_forward=("no_forward", "sum"),
        attention=("apart", "any"),
    )
    sets: dict[tuple[str, int], list[tuple[str, int]]] = {}
    for (code, box, name), count in plan.groupby([*keys, "set_code"], sort=True).size().items():
        sets.setdefault((code, box), []).append((str(name), int(count)))
    bundles = _bundles(order, plan)
    found: dict[str, list[Box]] = {}
    for row in table.itertuples():
        key = code, number = row.Index
        made = Box(
            number=int(number),
            first=int(row.first),
            last=int(row.last),
            pieces=int(row.pieces),
            weight_cg=int(row.weight_cg),
            thickness_um=int(row.thickness_um),
            service=row.service if row.services == 1 else "mixed",
            sets=tuple(sets[key]),
            no_forward=int(row.no_forward),
            pallet=(int(number) - 1) // order.boxes.pallet_boxes + 1,
            bundles=tuple(bundles.get(key, ())),
            attention=bool(row.attention),
        )
        found.setdefault(code, []).append(made)
    return {code: tuple(boxes) for code, boxes in found.items()}


def _bundles(order: Order, plan: pd.DataFrame) -> dict[tuple[str, int], list[Bundle]]:
    if order.boxes.bundle == "none":
        return {}
    by_area = order.boxes.bundle == "area"
    table = plan.groupby(["unit_code", "box", "bundle"], sort=False).agg(
        first=("sequence", "min"),
        last=("sequence", "max"),
        pieces=("sequence", "size"),
        area=("area", "first"),
    )
    found: dict[tuple[str, int], list[Bundle]] = {}
    for row in table.itertuples():
        code, box, number = row.Index
        area = str(row.area) if by_area else ""
        made = Bundle(int(number), int(row.first), int(row.last), int(row.pieces), area)
        found.setdefault((code, box), []).append(made)
    return found
