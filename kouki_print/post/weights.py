"""What is in an envelope and what it weighs: envelope + items of the set + the municipality's own extras."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kouki_print.base.errors import JobError
from kouki_print.order.enclosures import Enclosure
from kouki_print.order.models import Order
from kouki_print.order.units import Unit
from kouki_print.post.sizeclass import micrometres


@dataclass(frozen=True, slots=True)
class Contents:
    """One kind of piece: enclosure codes joined by ``;``, weights in hundredths of a gram, thickness.

    ``weight_cg`` is the nominal weight, by which postage goes; ``low_cg`` and ``high_cg`` the lightest and
    the heaviest that its parts may make together.
    """

    items: str
    weight_cg: int
    low_cg: int
    high_cg: int
    thickness_um: int


def items_of(order: Order, set_code: str) -> list[Enclosure]:
    """Enclosures of a set in its order; JobError when the order lacks the set or an item."""
    entry = next((one for one in order.set if one.code == set_code), None)
    if entry is None:
        raise JobError(
            f"封入物の組「{set_code}」が設定にありません",
            remedy="プリセットまたは job.toml の [[set]] に追加してください。",
        )
    known = {item.code: item for item in order.enclosure}
    unknown = [code for code in entry.items if code not in known]
    if unknown:
        raise JobError(
            f"組「{set_code}」の封入物「{'・'.join(unknown)}」の重さが設定にありません",
            remedy="プリセットまたは job.toml の [[enclosure]] に、測った重さを追加してください。",
        )
    return [known[code] for code in entry.items]


def contents_of(order: Order, unit: Unit, set_code: str) -> Contents:
    """Contents of a unit's piece with this set; extras have no spread: what the unit told is all there is."""
    items = items_of(order, set_code)
    extra_cg = sum(extra.weight_cg for extra in unit.extras)
    spreads = [order.envelope.spread_cg, *(item.spread_cg for item in items)]
    return Contents(
        ";".join([*(item.code for item in items), *(extra.code for extra in unit.extras)]),
        order.envelope.weight_cg + sum(item.weight_cg for item in items) + extra_cg,
        sum(low for low, _ in spreads) + extra_cg,
        sum(high for _, high in spreads) + extra_cg,
        _thickness(order, unit, items),
    )


def _thickness(order: Order, unit: Unit, items: Sequence[Enclosure]) -> int:
    """Micrometres of the filled envelope: the sum of all that is in it, when all of it is known.

    Else as measured for the order; but never less than the sum of what is known.
    """
    known = sum(micrometres(item.folded_mm) for item in items)
    if not unit.extras and all(item.thickness_mm for item in items):
        return known
    return max(known, micrometres(order.envelope.thickness_mm))
