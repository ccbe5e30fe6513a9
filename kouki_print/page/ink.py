"""Inks (色): black for text, codes and marks; the colour of the year for frames and tints."""

from __future__ import annotations

from dataclasses import dataclass

from kouki_print.page.items import Colour

SPOT = "CSYear"  # resource name of the year's separation


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
