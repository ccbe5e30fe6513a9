"""What is in an envelope and what it weighs: envelope + items of the set + the municipality's own extras."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kouki_print.base.errors import JobError
from kouki_print.order.models import Order
from kouki_print.order.units import Unit


@dataclass(frozen=True, slots=True)
class Contents:
    """One kind of piece: enclosure codes joined by ``;`` and the weight in hundredths of a gram."""

    items: str
    weight_cg: int


def contents_of(order: Order, municipality: Unit, set_code: str) -> Contents:
    """Contents of a municipality's piece with this set; JobError when the order lacks set or item."""
    entry = next((one for one in order.set if one.code == set_code), None)
    if entry is None:
        raise JobError(
            f"封入物の組「{set_code}」が設定にありません",
            remedy="プリセットまたは job.toml の [[set]] に追加してください。",
        )
    weights: Mapping[str, int] = {item.code: item.weight_cg for item in order.enclosure}
    unknown = [code for code in entry.items if code not in weights]
    if unknown:
        raise JobError(
            f"組「{set_code}」の封入物「{'・'.join(unknown)}」の重さが設定にありません",
            remedy="プリセットまたは job.toml の [[enclosure]] に、測った重さを追加してください。",
        )
    total = order.envelope.weight_cg + sum(weights[code] for code in entry.items)
    total += sum(extra.weight_cg for extra in municipality.extras)
    codes = [*entry.items, *(extra.code for extra in municipality.extras)]
    return Contents(";".join(codes), total)
