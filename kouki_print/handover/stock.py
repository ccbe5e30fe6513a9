"""How many of each enclosure, envelope and label to order (発注数), per unit and in all.

What the blank stock (ブランク証) hands to a unit is taken out of the unit's spare, which has as much more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

import pandas as pd

from kouki_print.handover.budget_parts import StockLine
from kouki_print.handover.supplies import supplies_of
from kouki_print.handover.tables import FOR_EXCEL, neutralised, write_for_people
from kouki_print.order.enclosures import ENVELOPE
from kouki_print.order.models import Order
from kouki_print.order.units import Unit
from kouki_print.post.kinds import service_of
from kouki_print.post.registered import NUMBERED_SERVICES
from kouki_print.post.weights import items_of

LABEL, LABEL_JA = "LABEL", "引受番号ラベル"
TOTAL_JA = "合計"
_HEADERS = ("市町村コード", "市町村名", "品目コード", "品目", "必要数", "予備", "入数", "発注数")


def stock_lines(order: Order, units: Mapping[str, Unit], demand: pd.DataFrame) -> tuple[StockLine, ...]:
    """Lines of every unit in the table's order, then the totals (``unit_code`` empty).

    ``demand`` as of :func:`kind_lines`.  The spare is the order's part of what is needed, for what is spoilt,
    and what goes with the unit's blank documents.  Needed and spare of a total are the sums of the units'; only
    its packs are rounded for themselves, as one order in all needs fewer than many small ones.  Extras of two
    municipalities are one item in the totals when their names agree.
    """
    needed: dict[str, Counter[str]] = {}
    sets: dict[str, Counter[str]] = {}
    columns = (demand[name].tolist() for name in ("unit_code", "document", "set_code", "pickup", "pieces"))
    for code, document, set_code, pickup, pieces in zip(*columns, strict=True):
        mine = needed.setdefault(code, Counter())
        inside = [item.code for item in items_of(order, set_code)]
        inside += [extra.code for extra in units[code].extras]
        if order.ordering.label and service_of(order, units[code], document, pickup) in NUMBERED_SERVICES:
            inside.append(LABEL)
        mine.update(dict.fromkeys([*inside, ENVELOPE], pieces))
        sets.setdefault(code, Counter())[set_code] += pieces
    lines = [
        line
        for code in units
        if code in needed
        for line in _of_unit(order, units[code], needed[code], sets[code])
    ]
    return (*lines, *_totals(order, lines))


def _of_unit(order: Order, unit: Unit, needed: Counter[str], sets: Counter[str]) -> Iterator[StockLine]:
    """Lines of a unit that needs so many of each item for its pieces, by set."""
    handed: Counter[str] = Counter()
    for supply in supplies_of(order, unit, sets):
        handed[supply.code] += supply.quantity
    for item, name, pack in _kinds_of_stock(order, unit):
        if needed[item] or handed[item]:
            spare = _spare(needed[item], order.ordering.spare_percent) + handed[item]
            yield _line(unit.code, item, name, pack, needed[item], spare)


def _kinds_of_stock(order: Order, unit: Unit) -> Iterable[tuple[str, str, int]]:
    """Code, name and pack of all that a unit may need, in the order of the lists."""
    yield from ((item.code, item.name, item.pack) for item in order.enclosure)
    yield from ((extra.code, extra.name, 1) for extra in unit.extras)
    yield ENVELOPE, order.envelope.name, order.ordering.envelope_pack
    yield LABEL, LABEL_JA, 1


def _spare(needed: int, percent: Decimal) -> int:
    return int((needed * percent / 100).to_integral_value(ROUND_CEILING))


def _line(unit_code: str, code: str, name: str, pack: int, needed: int, spare: int) -> StockLine:
    return StockLine(unit_code, code, name, needed, spare, pack, -(-(needed + spare) // pack) * pack)


def _totals(order: Order, lines: Iterable[StockLine]) -> Iterable[StockLine]:
    sums: dict[tuple[str, str, int], tuple[int, int]] = {}
    for line in lines:
        key = (line.code, line.name, line.pack)
        needed, spare = sums.get(key, (0, 0))
        sums[key] = needed + line.needed, spare + line.spare
    place = {item.code: at for at, item in enumerate(order.enclosure)} | {ENVELOPE: 10_001, LABEL: 10_002}
    for key in sorted(sums, key=lambda key: (place.get(key[0], 10_000), key)):
        yield _line("", *key, *sums[key])


def write_stock_csv(
    path: Path, lines: Iterable[StockLine], names: Mapping[str, str], encoding: str = FOR_EXCEL
) -> None:
    """finance/enclosures.csv, for Excel; ``names`` are those of the units."""
    rows = [
        (
            line.unit_code,
            names[line.unit_code] if line.unit_code else TOTAL_JA,
            line.code,
            line.name,
            line.needed,
            line.spare,
            line.pack,
            line.ordered,
        )
        for line in lines
    ]
    values = zip(*rows, strict=True) if rows else ((),) * len(_HEADERS)
    columns = {
        name: neutralised(cells) if name in _HEADERS[:4] else [*map(str, cells)]
        for name, cells in zip(_HEADERS, values, strict=True)
    }
    write_for_people(path, columns, encoding)
