"""Inks (色): black for text, codes and marks; the colour of the year for frames and tints; plates for dies."""

from __future__ import annotations

from dataclasses import dataclass

from kouki_print.page.items import Colour

SPOT = "CSYear"  # resource name of the year's separation


@dataclass(frozen=True, slots=True)
class Die:
    """What a finishing machine does along lines (型): its name on a plate of its own and as a processing step.

    ``step`` is the type of ISO 19593-1 in its group Structural; ``title`` is what a person reads of the layer.
    """

    name: str
    step: str
    title: str

    @property
    def plate(self) -> str:
        """Resource name of the separation."""
        return f"CS{self.name}"

    @property
    def layer(self) -> str:
        """Resource name of the optional content."""
        return f"OC{self.name}"

    def on_plate(self, strokes: bytes, *, layered: bool) -> bytes:
        """Strokes on the die's own plate, in its layer where the file has layers; black again behind them."""
        drawn = b"/%s CS 1 SCN\n%s0 0 0 1 K\n" % (self.plate.encode("ascii"), strokes)
        return b"/OC /%s BDC\n%sEMC\n" % (self.layer.encode("ascii"), drawn) if layered else drawn


PERFORATION = Die("Perforation", "Perforating", "ミシン目")
WINDOW = Die("Cutting", "Cutting", "抜き")


def _share(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".") or "0"


@dataclass(frozen=True, slots=True)
class Ink:
    """How the colour of the year is set: as a named spot, in process colours (per cent), or in black.

    ``spot`` is the name of the separation, empty for process colours; ``cmyk`` is None without a colour.
    """

    spot: str = ""
    cmyk: tuple[float, float, float, float] | None = None

    def fill(self, colour: Colour, tint: float = 100) -> bytes:
        """Operator that sets the colour of what is filled, ``tint`` in per cent."""
        return self._set(colour, tint, b"cs", b"scn", b"k")

    def stroke(self, colour: Colour) -> bytes:
        """Operator that sets the colour of what is stroked."""
        return self._set(colour, 100, b"CS", b"SCN", b"K")

    def _set(self, colour: Colour, tint: float, space: bytes, shade: bytes, process: bytes) -> bytes:
        if colour == "black" or self.cmyk is None:
            return b"0 0 0 %s %s " % (_share(tint / 100).encode("ascii"), process)
        if self.spot:
            return b"/%s %s %s %s " % (SPOT.encode("ascii"), space, _share(tint / 100).encode("ascii"), shade)
        parts = " ".join(_share(value / 100 * tint / 100) for value in self.cmyk)
        return b"%s %s " % (parts.encode("ascii"), process)
