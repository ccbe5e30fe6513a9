"""One sheet on a page (1面の1枚): its text, pixels and codes by place, as a stranger to our writer sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import zxingcpp

from kouki_print.page.extents import Rect
from kouki_print.page.items import MM
from kouki_print.page.type.fonts import clusters

_BLANKS = frozenset(" \u3000\u00a0\r\n\t\x00\ufeff\ufffe")
CODE_DPI = 300
INK_DPI = 96
_DARK = 160  # grey values below this are ink at INK_DPI, where thin strokes blur
_LEAST, _MOST = (
    0.012,
    0.75,
)  # share of a character's square that is ink: a thin 一, a text that is painted over

QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
DATAMATRIX = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.DataMatrix])
MATCHING = {"qr": QR, "datamatrix": DATAMATRIX}  # by the order's setting
ANY = zxingcpp.BarcodeFormats(
    [zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.Codabar]
)
NW7 = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Codabar])


def printed(text: str) -> list[str]:
    """Clusters of a text as a page must give them back: exactly those asked for, blanks left out."""
    return [cluster for cluster in clusters(text) if cluster not in _BLANKS]


@dataclass(slots=True)
class View:
    """A finished sheet of ``size`` mm that lies at ``corner`` (mm) of a pdfium page, turned clockwise by ``rotation``.

    ``alone``: nothing else is on the page, so that all of it counts as the sheet's.
    """

    page: Any
    corner: tuple[float, float]
    size: tuple[float, float]
    alone: bool
    rotation: int = 0
    _text: Any = None
    _ink: np.ndarray | None = None

    def text(self, place: Rect | None = None) -> list[str]:
        """Characters in a place, or of the whole sheet, in order."""
        if self._text is None:
            self._text = self.page.get_textpage()
        if place is None and self.alone:
            return printed(self._text.get_text_range())
        left, top, right, bottom = self._lying(place or Rect(0.0, 0.0, *self.size))
        height = self.page.get_height()
        return printed(
            self._text.get_text_bounded(
                left=left * MM,
                right=right * MM,
                top=height - top * MM,
                bottom=height - bottom * MM,
            )
        )

    def _lying(self, place: Rect) -> Rect:
        """A place of the sheet as it lies on the page, in mm."""
        x, y = self.corner
        width, height = self.size
        left, top, right, bottom = {
            0: place,
            90: (height - place.bottom, place.left, height - place.top, place.right),
            180: (width - place.right, height - place.bottom, width - place.left, height - place.top),
            270: (place.top, width - place.right, place.bottom, width - place.left),
        }[self.rotation]
        return Rect(x + left, y + top, x + right, y + bottom)

    def pixels(self, place: Rect, dpi: int = CODE_DPI) -> np.ndarray:
        """Grey values of a place: uint8 (rows, columns)."""
        width, height = self.page.get_size()
        left, top, right, bottom = self._lying(place)
        crop = (left * MM, height - bottom * MM, width - right * MM, top * MM)
        bitmap = self.page.render(scale=dpi / 72, crop=crop, grayscale=True).to_numpy()
        grey = bitmap[:, :, 0] if bitmap.ndim == 3 else bitmap
        return np.ascontiguousarray(np.rot90(grey, self.rotation // 90))

    def codes(self, place: Rect | None, formats: Any) -> list[str]:
        """Texts of the codes in a place, or on the whole sheet, sorted."""
        area = place or Rect(0.0, 0.0, *self.size)
        return sorted(entry.text for entry in zxingcpp.read_barcodes(self.pixels(area), formats=formats))

    def is_visible(self, place: Rect, characters: int, points: float) -> bool:
        """Whether so many characters of this size can be seen in a place: neither nothing nor a black bar."""
        if self._ink is None:
            self._ink = self.pixels(Rect(0.0, 0.0, *self.size), INK_DPI) < _DARK
        left, top, right, bottom = (round(each / 25.4 * INK_DPI) for each in place)
        part = self._ink[top:bottom, left:right]
        square = (points / 72 * INK_DPI) ** 2
        return bool(part.sum() >= _LEAST * characters * square and part.mean() <= _MOST)

    def close(self) -> None:
        """Free what pdfium holds of the page."""
        if self._text is not None:
            self._text.close()
        self.page.close()
