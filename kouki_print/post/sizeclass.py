"""Size class of a filled envelope (定形・定形外規格内・定形外規格外).

Integers only: micrometres and hundredths of a gram.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Literal

from kouki_print.base.errors import JobError
from kouki_print.order.enclosures import Envelope

SizeClass = Literal["standard", "nonstandard_regular", "nonstandard_large"]

_CM = 10_000  # micrometres
_SHORTEST, _NARROWEST = 14 * _CM, 9 * _CM
_STANDARD_LONG, _STANDARD_SHORT, _STANDARD_THICK, _STANDARD_CG = 235_000, 12 * _CM, 1 * _CM, 5_000
_REGULAR_LONG, _REGULAR_SHORT, _REGULAR_THICK, _REGULAR_CG = 34 * _CM, 25 * _CM, 3 * _CM, 100_000
_LARGE_LONG, _LARGE_SUM, _LARGE_CG = 60 * _CM, 90 * _CM, 400_000
_REMEDY = "job.toml の [envelope] の寸法・厚さと、封入物（追加封入物を含む）の重さを確かめてください。"


def micrometres(length_mm: Decimal) -> int:
    """Whole micrometres; what lies below one counts as one, so that a limit is never passed unseen."""
    return int((length_mm * 1000).to_integral_value(rounding=ROUND_CEILING))


def size_class(envelope: Envelope, weight_cg: int, thickness_um: int | None = None) -> SizeClass:
    """Class of an envelope of this size, filled to this weight and thickness; all limits are inclusive.

    ``weight_cg`` in hundredths of a gram; without ``thickness_um`` that of the order's envelope.
    JobError for an envelope or weight that ordinary mail does not take.  Sides are compared long side first.
    """
    long, short = sorted((micrometres(envelope.width_mm), micrometres(envelope.height_mm)), reverse=True)
    thick = micrometres(envelope.thickness_mm) if thickness_um is None else thickness_um
    if weight_cg <= 0 or thick <= 0:
        raise JobError("封筒の重さまたは厚さが0以下です", remedy=_REMEDY)
    if long < _SHORTEST or short < _NARROWEST:
        raise JobError("封筒が郵便物の最小の大きさ（14cm×9cm）より小さいです", remedy=_REMEDY)
    fits_standard = long <= _STANDARD_LONG and short <= _STANDARD_SHORT and thick <= _STANDARD_THICK
    if fits_standard and weight_cg <= _STANDARD_CG:
        return "standard"
    fits_regular = long <= _REGULAR_LONG and short <= _REGULAR_SHORT and thick <= _REGULAR_THICK
    if fits_regular and weight_cg <= _REGULAR_CG:
        return "nonstandard_regular"
    if long <= _LARGE_LONG and long + short + thick <= _LARGE_SUM and weight_cg <= _LARGE_CG:
        return "nonstandard_large"
    raise JobError(
        f"封筒が第一種郵便物の大きさ・重さの限度を超えています（{weight_cg // 100}.{weight_cg % 100:02d}g）",
        remedy=_REMEDY,
    )
