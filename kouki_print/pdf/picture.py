"""Pictures (印影などの画像): a black and white image becomes a stencil mask, by path and digest.

A stencil (ISO 32000-1, 8.9.6.2) takes the colour that is set where it is drawn: no grey, no RGB, sharp
at any plate.  What is coloured, or too coarse for its box, is refused with a sentence.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, UnidentifiedImageError

from kouki_print.base.errors import JobError
from kouki_print.base.pinned import pinned_bytes
from kouki_print.pdf.writer import PdfFile, deflate

LEAST_DPI = 300
_GREY = 12  # how far the channels of a pixel may be apart before it counts as coloured
_MOST_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class Picture:
    """A stencil: pixels across and down, and its packed rows (a 0 bit paints)."""

    width: int
    height: int
    packed: bytes

    def write(self, file: PdfFile) -> int:
        """Append the image and return its number."""
        return file.append(
            b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ImageMask true/BitsPerComponent 1"
            b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream"
            % (self.width, self.height, len(self.packed), self.packed)
        )


def load_picture(path: Path, *, sha256: str, last_sha256: str = "") -> Picture:
    """An image as a stencil.  JobError when it is not the approved one (``sha256``) or not black and white."""
    data = pinned_bytes(
        path, sha256, what="画像（印影など）", setting="job.toml の [asset]", last_sha256=last_sha256
    )
    try:
        image = Image.open(io.BytesIO(data))
        if image.width * image.height > _MOST_PIXELS:
            raise _unfit("大きすぎます", path)
        image.load()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        raise _unfit("画像として読めません", path) from None
    grey = _grey(image, path)
    bits = grey.point(lambda value: 255 if value >= 128 else 0).convert("1")
    if not ImageChops.invert(bits.convert("L")).getbbox():
        raise _unfit("何も描かれていません", path)
    return Picture(bits.width, bits.height, deflate(bits.tobytes()))


def check_resolution(picture: Picture, name: str, width_mm: float, height_mm: float, where: str) -> None:
    """JobError when a picture is too coarse for its box, or would be stretched by more than 2 %."""
    across, down = picture.width / (width_mm / 25.4), picture.height / (height_mm / 25.4)
    if min(across, down) < LEAST_DPI:
        raise JobError(
            f"画像「{name}」が粗すぎます（{min(across, down):.0f} dpi。{LEAST_DPI} dpi 以上が要ります）。",
            remedy="解像度の高い画像に替えるか、様式の枠を小さくしてください。",
            file=where,
        )
    if abs(across / down - 1) > 0.02:
        raise JobError(
            f"画像「{name}」と様式の枠の縦横の比が違います。",
            remedy="様式の [[front.image]] の width と height を画像の比に合わせてください。",
            file=where,
        )


def _grey(image: Image.Image, path: Path) -> Image.Image:
    """The image in grey on white; a coloured one is refused, for it would lose its colour."""
    flat = Image.new("RGBA", image.size, "white")
    flat.alpha_composite(image.convert("RGBA"))
    red, green, blue = flat.convert("RGB").split()
    for one, other in ((red, green), (green, blue)):
        if ImageChops.difference(one, other).point(lambda value: value > _GREY).getbbox():
            raise _unfit("色が付いています", path)
    return flat.convert("L")


def _unfit(what: str, path: Path) -> JobError:
    return JobError(
        f"画像（印影など）は使えません: {what}。",
        remedy="白黒（2値またはグレー）のPNG画像にしてください。色は様式の colour で付けます。",
        file=path.name,
    )
