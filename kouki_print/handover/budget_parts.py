"""What a budget shows beside its lines: weights, steps, discounts, orders of stock, scenarios, assumptions.

Weights are hundredths of a gram (``*_cg``), money is integer yen, thickness is micrometres (``*_um``).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeightLine:
    """One enclosure or the envelope (封入物・封筒の重さ): measured beside computed.

    ``cg`` is what postage goes by.  ``low_cg`` and ``high_cg`` are the measured spread, or the tolerance
    where nothing was weighed more than once; ``samples`` how many were weighed (0: not told).
    ``computed_cg`` is None for what has no formula (plastic, booklet).  ``off`` when measured and computed
    are further apart than the tolerance.
    """

    code: str
    name: str
    cg: int
    low_cg: int
    high_cg: int
    samples: int
    computed_cg: int | None
    off: bool
    owner: str


@dataclass(frozen=True, slots=True)
class KindLine:
    """One kind of piece (組と送り方の組合せ): contents, weight from least to most, class, step, margin.

    ``name`` is what the document is called.

    ``units`` are the codes of the units that have this kind; ``thickness_um`` 0 when unknown.
    ``left_cg`` is what the nominal weight may still gain; ``crosses`` when the heaviest is in a dearer
    step than the nominal; ``lighter`` are the enclosures of which any single one, left out, would bring
    the heaviest back.  ``cheaper`` are those of which any single one, left out, makes the nominal piece
    cost ``cheaper_yen`` only.  ``next_yen`` is the unit price beyond the step, None where nothing heavier is taken.
    """

    document: str
    name: str
    set_code: str
    items: str
    mail_service: str
    size_class: str
    weight_cg: int
    low_cg: int
    high_cg: int
    thickness_um: int
    max_grams: int
    unit_yen: int
    next_yen: int | None
    pieces: int
    units: tuple[str, ...]
    crosses: bool
    lighter: tuple[str, ...]
    cheaper: tuple[str, ...] = ()
    cheaper_yen: int = 0

    @property
    def left_cg(self) -> int:
        """Grams left to the next step, for the nominal weight."""
        return self.max_grams * 100 - self.weight_cg

    @property
    def extra_yen(self) -> int | None:
        """What it costs when all pieces of the kind pass the step."""
        return None if self.next_yen is None else (self.next_yen - self.unit_yen) * self.pieces


@dataclass(frozen=True, slots=True)
class DiscountLine:
    """A discount that the operator entered (割引): shown apart, never inside the lines."""

    name: str
    unit_code: str
    pieces: int
    yen: int
    condition: str
    applies: bool
    reason: str


@dataclass(frozen=True, slots=True)
class StockLine:
    """How many of one item to order for a unit (発注数): needed, with spare, in whole packs."""

    unit_code: str
    code: str
    name: str
    needed: int
    spare: int
    pack: int
    ordered: int


@dataclass(frozen=True, slots=True)
class ScenarioLine:
    """One named variation beside the base: pieces by document, yen, difference in all and per person."""

    name: str
    note: str
    pieces: dict[str, int]
    total_yen: int
    difference_yen: int
    per_person_yen_100: int  # hundredths of a yen per insured person


@dataclass(frozen=True, slots=True)
class Assumption:
    """What the budget takes for granted (前提): its value and where it comes from."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class CompareLine:
    """A unit's forecast against what was made of it; the three parts add up to the difference in yen."""

    unit_code: str
    name: str
    forecast_pieces: int
    actual_pieces: int
    forecast_yen: int
    actual_yen: int
    by_count_yen: int
    by_weight_yen: int
    by_service_yen: int
