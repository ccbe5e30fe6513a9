"""What each kind of piece weighs from least to most, and how near it is to the next step of the tariff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.handover.budget_parts import KindLine, WeightLine
from kouki_print.handover.budget_words import cheaper, crossing, grams, left_share
from kouki_print.order.enclosures import ENVELOPE
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA, Order
from kouki_print.order.units import Unit
from kouki_print.post.kinds import Kind, kind_of, price_at
from kouki_print.post.tariff import NOT_MAILED, TariffTable

NEAR_CG, NEAR_PERCENT = 300, 6  # a margin below either is worth a warning
_STANDARD_CG, _STANDARD_UM = 5_000, 10_000
_FEW_UNITS = 3  # so many are named, more are counted
_SERVICES, _CLASSES = tuple(SERVICE_JA), tuple(SIZE_CLASS_JA)


def weight_lines(order: Order) -> tuple[WeightLine, ...]:
    """Measured beside computed weight of every enclosure in the order's sequence, then of the envelope."""
    lines = [
        WeightLine(
            item.code,
            item.name,
            item.weight_cg,
            *item.spread_cg,
            samples=item.measured.n if item.measured else 0,
            computed_cg=item.computed_cg,
            off=item.off_tolerance,
            owner=item.owner,
        )
        for item in order.enclosure
    ]
    cover = order.envelope
    envelope = WeightLine(
        ENVELOPE,
        cover.name,
        cover.weight_cg,
        *cover.spread_cg,
        samples=0,
        computed_cg=cover.computed_cg,
        off=cover.off_tolerance,
        owner="",
    )
    return (*lines, envelope)


def kind_lines(
    order: Order, units: Mapping[str, Unit], demand: pd.DataFrame, table: TariffTable
) -> tuple[KindLine, ...]:
    """One line per distinct kind of mailed piece: equal kinds of all units together, with their pieces.

    ``demand`` has the columns unit_code, document, set_code, pickup (bool), pieces.  What is not mailed has
    no step and no line.  JobError as :func:`kind_of`.
    """
    pieces: dict[KindLine, dict[str, int]] = {}
    columns = (demand[name].tolist() for name in ("unit_code", "document", "set_code", "pickup", "pieces"))
    for code, document, set_code, pickup, count in zip(*columns, strict=True):
        kind = kind_of(order, units.get(code), code, document, set_code, pickup, table)
        if count and kind.service != NOT_MAILED:
            mine = pieces.setdefault(_line(order, units[code], document, set_code, kind, table), {})
            mine[code] = mine.get(code, 0) + count
    place = {code: at for at, code in enumerate(units)}
    lines = [
        replace(line, pieces=sum(counts.values()), units=tuple(sorted(counts, key=place.__getitem__)))
        for line, counts in pieces.items()
    ]
    documents = list(order.documents)
    return tuple(sorted(lines, key=lambda line: (documents.index(line.document), *_rank(line))))


def _rank(line: KindLine) -> tuple[int | str, ...]:
    """The order of the kinds of one document."""
    return (
        line.set_code,
        _SERVICES.index(line.mail_service),
        _CLASSES.index(line.size_class),
        line.weight_cg,
        line.items,
        *line.lighter,
    )


def _line(order: Order, unit: Unit, document: str, set_code: str, kind: Kind, table: TariffTable) -> KindLine:
    """The line of a kind, without its pieces and units."""

    def fits(weight_cg: int) -> bool:
        yen = _yen(order, table, kind, weight_cg)
        return yen is not None and yen <= kind.yen

    crosses = not fits(kind.high_cg)
    parts = _spare_parts(order, unit, kind)
    lighter = [code for code, _, high in parts if crosses and fits(kind.high_cg - high)]
    below = {
        code: yen
        for code, nominal, _ in parts
        if (yen := _yen(order, table, kind, kind.weight_cg - nominal)) is not None and yen < kind.yen
    }
    cheapest = min(below.values(), default=0)
    return KindLine(
        document,
        order.document_ja(document),
        set_code,
        kind.items,
        kind.service,
        kind.size_class,
        kind.weight_cg,
        kind.low_cg,
        kind.high_cg,
        kind.thickness_um,
        kind.max_grams,
        unit_yen=kind.yen,
        next_yen=_yen(order, table, kind, kind.max_grams * 100 + 1),
        pieces=0,
        units=(),
        crosses=crosses,
        lighter=tuple(lighter),
        cheaper=tuple(code for code, yen in below.items() if yen == cheapest),
        cheaper_yen=cheapest,
    )


def _yen(order: Order, table: TariffTable, kind: Kind, weight_cg: int) -> int | None:
    """Price of the kind if it weighed so much; None where no class or row takes it."""
    try:
        return price_at(order, table, kind.service, weight_cg, kind.thickness_um)[1].yen
    except JobError:
        return None


def _spare_parts(order: Order, unit: Unit, kind: Kind) -> list[tuple[str, int, int]]:
    """Code, nominal and heaviest weight of what might be left out: all but what is printed for the person."""
    inside = set(kind.items.split(";"))
    return [
        *(
            (item.code, item.weight_cg, item.spread_cg[1])
            for item in order.enclosure
            if item.code in inside and not item.personal
        ),
        *((extra.code, extra.weight_cg, extra.weight_cg) for extra in unit.extras),
    ]


def weight_warnings(
    kinds: Iterable[KindLine], names: Mapping[str, str], towns: Mapping[str, str] | None = None
) -> list[str]:
    """Sentences about kinds whose heaviest pieces pass a step, or whose margin is small, or that are thick.

    ``names`` are those of the enclosures by code, ``towns`` those of the units; without a name the code
    stands in its place.
    """
    found = []
    for kind in kinds:
        said = _thick(kind) + _margin(kind) + _crossing(kind, names) + _cheaper(kind, names)
        if said:
            found.append(f"{_who(kind, towns or {})}: {said}")
    return found


def _who(kind: KindLine, towns: Mapping[str, str]) -> str:
    few = len(kind.units) <= _FEW_UNITS
    where = "・".join(towns.get(code, code) for code in kind.units) if few else f"{len(kind.units)}か所"
    service = f"{SERVICE_JA[kind.mail_service]}・{SIZE_CLASS_JA[kind.size_class]}"
    return f"{kind.name}（組{kind.set_code}・{service}、{where}の{kind.pieces:,}通）"


def _thick(kind: KindLine) -> str:
    """A light piece that is no 定形 by its thickness."""
    if kind.thickness_um <= _STANDARD_UM or kind.weight_cg > _STANDARD_CG:
        return ""
    return f"厚さ{kind.thickness_um / 1000:.2f}mm は10mmを超えるので定形になりません。"


def _margin(kind: KindLine) -> str:
    left, weight = kind.left_cg, kind.weight_cg
    if not kind.crosses and left >= NEAR_CG and left * 100 >= weight * NEAR_PERCENT:
        return ""
    share = left_share(left, weight)
    said = f"標準の重さ{grams(weight)}は{kind.max_grams:,}gまで残り{grams(left)}（{share}）です。"
    return said if kind.crosses else said + _price_of(kind)


def _crossing(kind: KindLine, names: Mapping[str, str]) -> str:
    return crossing(kind, names) + _price_of(kind) if kind.crosses else ""


def _cheaper(kind: KindLine, names: Mapping[str, str]) -> str:
    saved = (kind.unit_yen - kind.cheaper_yen) * kind.pieces
    return f"{cheaper(kind, names)}全部で{saved:,}円減ります。" if kind.cheaper else ""


def _price_of(kind: KindLine) -> str:
    if kind.extra_yen is None:
        return "超えると郵便で出せません。"
    return f"全部が超えると{kind.extra_yen:,}円増えます。"
