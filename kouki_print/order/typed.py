"""What all values of the order have in common: frozen, no unknown keys, weights in hundredths of a gram."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def _two_decimals(value: Decimal) -> Decimal:
    if value < 0 or value != value.quantize(Decimal("0.01")):
        raise ValueError("0以上、小数点以下2桁までの数にしてください")
    return value


Grams = Annotated[Decimal, AfterValidator(_two_decimals)]


def centigrams(grams: Decimal) -> int:
    """Grams as integer hundredths; the model has refused a third decimal already."""
    return int(grams * 100)


class Frozen(BaseModel):
    """Typed values that nobody changes and in which an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
