"""What the order says about drawing beyond layouts: images, the colour of the year, marks of the envelope."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from kouki_print.order.typed import Frozen

_TAKEN = frozenset({"All", "None", "Cyan", "Magenta", "Yellow", "Black", "Perforation", "Cutting"})  # plates
Percent = Annotated[float, Field(ge=0, le=100)]


class Asset(Frozen):
    """[asset.<name>]: an image of the job folder (公印の印影など), pinned by its digest.

    ``last_sha256`` is the digest of last year's image: with it the message can say that the old one came.
    """

    file: Annotated[str, Field(min_length=1)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]
    last_sha256: Annotated[str, Field(pattern=r"^([0-9a-fA-F]{64})?$")] = ""


class YearColour(Frozen):
    """[printing] colour: the colour of the year (年度の色): process colours in per cent, and a spot's name.

    With ``spot`` (特色名, ``DIC 123``) frames and tints lie on a plate of their own, and ``cmyk`` is how a
    screen shows it; without it they are printed in process colours.
    """

    spot: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 _-]{0,39}$|^$")] = ""
    cmyk: tuple[Percent, Percent, Percent, Percent]

    @model_validator(mode="after")
    def _seen(self) -> YearColour:
        if not any(self.cmyk):
            raise ValueError("cmyk がすべて 0 です。何も見えないので、どれかを 0 より大きくしてください")
        if self.spot in _TAKEN:
            raise ValueError(f"spot の名前 {self.spot} はほかの版の名前です。別の名前にしてください")
        return self


class Marks(Frozen):
    """[marks]: what is printed on the envelope (封筒の表示).

    ``layout``: its front and back; empty when somebody else draws the envelope.  ``office`` stands in the
    mark 料金後納郵便, ``offices`` are those of single units; without one the sender on the back tells it.
    ``local_special``: the words 郵便区内特別, but for the units ``without_local_special``.  ``no_forward``: the
    words 転送不要 on the envelope too, for units that asked for it.
    """

    layout: str = "envelope_naga3"
    office: str = ""
    offices: dict[str, str] = {}
    local_special: bool = True
    without_local_special: list[str] = []
    no_forward: bool = False

    def office_of(self, unit: str) -> str:
        """The post office in the mark of a unit's envelopes."""
        return self.offices.get(unit, self.office)

    def is_local_special(self, unit: str) -> bool:
        """Whether a unit's envelopes carry 郵便区内特別."""
        return self.local_special and unit not in self.without_local_special
