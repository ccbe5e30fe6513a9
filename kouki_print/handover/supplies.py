"""Blank stock (ブランク証) of a unit, and the enclosures that go with it: how many of what."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING

from kouki_print.handover.consignment import Supply
from kouki_print.order.enclosures import ENVELOPE
from kouki_print.order.models import Order
from kouki_print.order.units import Unit


def supplies_of(order: Order, unit: Unit, pieces: Mapping[str, int]) -> tuple[Supply, ...]:
    """What a unit with so many ``pieces`` of each set gets: blanks, enclosures, its own ones, envelopes."""
    kinds = {item.code: (item.name, item.weight_cg) for item in order.enclosure}
    kinds |= {extra.code: (extra.name, extra.weight_cg) for extra in unit.extras}
    kinds[ENVELOPE] = f"封筒 {order.envelope.name}", order.envelope.weight_cg
    blanks: list[Supply] = []
    more: dict[str, int] = {}
    for document in dict.fromkeys(order.blank_stock.documents):
        count = blanks_of(order, document, pieces)
        if not count:
            continue
        code, others = _sheet_of(order, unit, document)
        name = f"{order.document_ja(document)}（ブランク）"
        blanks.append(Supply(code, name, count, blank=True, weight_cg=kinds[code][1]))
        if order.blank_stock.enclosures:
            for item in others:
                more[item] = more.get(item, 0) + count
    rest = (
        Supply(code, name, more[code], weight_cg=weight)
        for code, (name, weight) in kinds.items()
        if code in more
    )
    return (*blanks, *rest)


def _sheet_of(order: Order, unit: Unit, document: str) -> tuple[str, tuple[str, ...]]:
    """Code of the item that is this document, and what goes with it: nothing with a further sheet (減額証)."""
    own = next((entry for entry in order.set if entry.document == document), None)
    if own is None:
        return next(item.code for item in order.enclosure if item.document == document), ()
    others = (item for item in own.items[1:] if not order.enclosure_of(item).personal)
    return own.items[0], (*others, *(extra.code for extra in unit.extras), ENVELOPE)


def blanks_of(order: Order, document: str, pieces: Mapping[str, int]) -> int:
    """Blank documents of a unit: the order's part of its pieces with this document, but not too few."""
    own = sum(pieces.get(entry.code, 0) for entry in order.set if document in order.sheets_of(entry.code))
    if not own:
        return 0
    part = (own * order.blank_stock.percent / 100).to_integral_value(ROUND_CEILING)
    return max(int(part), order.blank_stock.least)


def boxes_for(order: Order, supplies: tuple[Supply, ...]) -> int:
    """Boxes that the supplies fill, by the weight and the number of what one box carries."""
    weight = sum(each.weight_cg * each.quantity for each in supplies)
    most = max((each.quantity for each in supplies), default=0)
    limits = order.boxes
    return max(-(-weight // (limits.max_grams * 100)), -(-most // limits.max_pieces))
