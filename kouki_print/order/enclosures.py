"""What goes into an envelope (封入物), in which sets, and the envelope itself.

Lengths are mm, weights in files are grams with at most two decimals and integer hundredths (``*_cg``) inside.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kouki_print.order.typed import Frozen, Grams, centigrams

PAPER_MM: dict[str, tuple[Decimal, Decimal]] = {
    name: (Decimal(width), Decimal(height))
    for name, width, height in (
        ("A3", 297, 420), ("A4", 210, 297), ("A5", 148, 210), ("A6", 105, 148), ("B4", 257, 364),
        ("B5", 182, 257), ("B6", 128, 182),
    )
}  # fmt: skip
REAM_SHEETS = 1000  # 連量 is the weight of a thousand sheets
REAM_MM = {  # 原紙寸法
    "四六判": (Decimal(788), Decimal(1091)),
    "菊判": (Decimal(636), Decimal(939)),
    "A判": (Decimal(625), Decimal(880)),
    "B判": (Decimal(765), Decimal(1085)),
}


class Paper(Frozen):
    """paper of an [[enclosure]]: weight of the paper (米坪 ``gsm`` or 連量 ``ream_kg``), size, leaves.

    ``size`` is the open sheet, a name (``A4``) or ``[width, height]`` in mm; a folded or stapled item has
    as many ``leaves`` of it.  ``ream_kg`` counts a thousand sheets of the ``ream`` format.
    """

    gsm: Annotated[Decimal, Field(gt=0, le=1000)] | None = None
    ream_kg: Annotated[Decimal, Field(gt=0, le=1000)] | None = None
    ream: Literal["四六判", "菊判", "A判", "B判"] = "四六判"
    size: Literal["A3", "A4", "A5", "A6", "B4", "B5", "B6"] | tuple[Decimal, Decimal]
    leaves: Annotated[Decimal, Field(gt=0, le=1000)] = Decimal(1)

    @model_validator(mode="after")
    def _one_weight(self) -> Paper:
        if (self.gsm is None) == (self.ream_kg is None):
            raise ValueError("gsm（g/m²）か ream_kg（連量kg）のどちらか一つを書いてください")
        if not isinstance(self.size, str) and min(self.size) <= 0:
            raise ValueError("size の寸法は0より大きいmmにしてください")
        return self

    @property
    def grams_per_m2(self) -> Decimal:
        """米坪 in g/m²; from 連量 by the area of a thousand sheets of its format."""
        if self.gsm is not None:
            return self.gsm
        width, height = REAM_MM[self.ream]
        return Decimal(self.ream_kg or 0) * 1000 * 1_000_000 / (width * height * REAM_SHEETS)

    @property
    def weight_cg(self) -> int:
        """Weight of the item as computed from its paper, hundredths of a gram, half up."""
        width, height = PAPER_MM[self.size] if isinstance(self.size, str) else self.size
        grams = self.grams_per_m2 * width * height / 1_000_000 * self.leaves
        return int((grams * 100).quantize(Decimal(1), ROUND_HALF_UP))


ENVELOPE = "ENV"  # what the envelope is called among the codes of the enclosures


def spread(weight_cg: int, percent: Decimal) -> tuple[int, int]:
    """Least and most of a weight of which only the tolerance is known; both rounded to the careful side."""
    part = weight_cg * percent / 100
    low, high = (weight_cg - part).to_integral_value(ROUND_FLOOR), weight_cg + part
    return max(int(low), 0), int(high.to_integral_value(ROUND_CEILING))


def _apart(weight_cg: int, computed_cg: int | None, percent: Decimal) -> bool:
    """Whether measured and computed weight are further apart than per cent of the computed one."""
    return computed_cg is not None and abs(weight_cg - computed_cg) * 100 > computed_cg * percent


class Measured(Frozen):
    """measured of an [[enclosure]]: how many were weighed one by one, the lightest and the heaviest."""

    n: Annotated[int, Field(ge=1)]
    min: Grams
    max: Grams


class Enclosure(Frozen):
    """[[enclosure]]: one item that goes into envelopes (封入物).

    ``grams`` is the measured weight (the mean of what was weighed) and the one that postage goes by;
    ``measured`` is its spread, and the weight computed from ``paper`` stands beside it.
    ``tolerance_percent`` of the computed one is how far they may be apart, and the spread of what was not
    weighed one by one.  ``thickness_mm`` is that of one unfolded copy (0: not known), which each of the
    ``folds`` doubles.  ``pack``: pieces of a pack, in which it is ordered.
    ``owner``: whose stock it is (在庫の持ち主).  ``document``: the item is a further personal sheet, this
    document printed for the same person (減額証 beside the 被保険者証).
    """

    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,4}$")]
    name: str
    grams: Grams
    measured: Measured | None = None
    paper: Paper | None = None
    tolerance_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(10)
    thickness_mm: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(0)
    folds: Annotated[int, Field(ge=0, le=6)] = 0
    pack: Annotated[int, Field(ge=1)] = 1
    owner: str = ""
    personal: bool = False
    document: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Enclosure:
        if self.code == ENVELOPE:
            raise ValueError(f"code の「{ENVELOPE}」は封筒のためのものです。ほかの番号にしてください")
        seen = self.measured
        if seen is not None and not seen.min <= self.grams <= seen.max:
            raise ValueError(
                f"grams {self.grams}g が実測の最小 {seen.min}g〜最大 {seen.max}g にありません。"
                "grams には実測の平均を書いてください"
            )
        return self

    @property
    def weight_cg(self) -> int:
        """Measured weight in hundredths of a gram."""
        return centigrams(self.grams)

    @property
    def computed_cg(self) -> int | None:
        """Weight computed from the paper in hundredths of a gram; None without ``paper``."""
        return None if self.paper is None else self.paper.weight_cg

    @property
    def spread_cg(self) -> tuple[int, int]:
        """Lightest and heaviest in hundredths of a gram: as measured, else by the tolerance."""
        if self.measured is not None:
            return centigrams(self.measured.min), centigrams(self.measured.max)
        return spread(self.weight_cg, self.tolerance_percent)

    @property
    def off_tolerance(self) -> bool:
        """Whether measured and computed weight are further apart than the tolerance."""
        return _apart(self.weight_cg, self.computed_cg, self.tolerance_percent)

    @property
    def folded_mm(self) -> Decimal:
        """Thickness of one folded copy; 0 when not known."""
        return self.thickness_mm * 2**self.folds


class EnclosureSet(Frozen):
    """[[set]]: which enclosures a document travels with (組)."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,2}$")]
    document: str
    items: Annotated[list[str], Field(min_length=1)]


class EnvelopeWindow(Frozen):
    """window of [envelope]: its place on the address side, mm from the top left corner of the envelope.

    The usual 45 × 90 mm and their place are no norm: to be set from the vendor's drawing.
    """

    x: Annotated[Decimal, Field(ge=0)] = Decimal(23)
    y: Annotated[Decimal, Field(ge=0)] = Decimal(23)
    width: Annotated[Decimal, Field(gt=0)] = Decimal(90)
    height: Annotated[Decimal, Field(gt=0)] = Decimal(45)


class Envelope(Frozen):
    """[envelope]: the filled envelope's outer size, its room and window, and the weight of the empty one.

    The address side lies as its inner size says: wider than high when ``inner_width_mm`` is the longer one.
    The folded sheet slides in the inner size, which is in the middle of the outer one; its folds are off by
    up to ``fold_tolerance_mm``.
    ``grams`` is the measured weight and the one that postage goes by.  Beside it stands the computed one,
    where ``gsm`` of the paper is given: both sides, times ``k`` for flap and seams, and the grams of
    window film, seal and ink.
    """

    name: str
    width_mm: Decimal
    height_mm: Decimal
    thickness_mm: Decimal
    inner_width_mm: Annotated[Decimal, Field(gt=0)] = Decimal(229)
    inner_height_mm: Annotated[Decimal, Field(gt=0)] = Decimal(114)
    fold_tolerance_mm: Annotated[Decimal, Field(ge=0, le=5)] = Decimal(1)
    window: EnvelopeWindow = EnvelopeWindow()
    grams: Grams
    gsm: Annotated[Decimal, Field(gt=0, le=1000)] | None = None
    k: Annotated[Decimal, Field(gt=0, le=5)] = Decimal("1.19")
    film_grams: Grams = Decimal(0)
    seal_grams: Grams = Decimal(0)
    ink_grams: Grams = Decimal(0)
    tolerance_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(5)

    @property
    def weight_cg(self) -> int:
        """Measured weight of the empty envelope in hundredths of a gram."""
        return centigrams(self.grams)

    @property
    def computed_cg(self) -> int | None:
        """Weight computed from the paper in hundredths of a gram, half up; None without ``gsm``."""
        if self.gsm is None:
            return None
        grams = 2 * self.width_mm * self.height_mm / 1_000_000 * self.gsm * self.k
        grams += self.film_grams + self.seal_grams + self.ink_grams
        return int((grams * 100).quantize(Decimal(1), ROUND_HALF_UP))

    @property
    def spread_cg(self) -> tuple[int, int]:
        """Lightest and heaviest empty envelope in hundredths of a gram, by the tolerance."""
        return spread(self.weight_cg, self.tolerance_percent)

    @property
    def off_tolerance(self) -> bool:
        """Whether measured and computed weight are further apart than the tolerance."""
        return _apart(self.weight_cg, self.computed_cg, self.tolerance_percent)
