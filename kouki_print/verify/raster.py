"""Pictures of finished pages, for people to look at."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2 as pdfium


def write_pngs(pdf: Path, targets: Sequence[Path], dpi: int) -> None:
    """Write one PNG for each page of a PDF, in order; there are as many targets as pages."""
    with pdfium.PdfDocument(pdf) as document:
        for page, target in zip(document, targets, strict=True):
            page.render(scale=dpi / 72).to_pil().save(target)


def cut_outs(
    pdf: Path, places: Sequence[tuple[int, tuple[float, float, float, float]]], dpi: int
) -> Iterator[bytes]:
    """JPEG of a part of a page for each place: page (from 0), and left, bottom, right, top in points."""
    with pdfium.PdfDocument(pdf) as document:
        for number, (left, bottom, right, top) in places:
            page = document[number]
            width, height = page.get_size()
            crop = (left, bottom, width - right, height - top)
            buffer = io.BytesIO()
            page.render(scale=dpi / 72, crop=crop).to_pil().save(buffer, "JPEG", quality=90)
            yield buffer.getvalue()
