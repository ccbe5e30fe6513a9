"""PDFs of somebody else, for tests: one picture told in many ways, and pages that say their number."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from reportlab.pdfgen.canvas import Canvas

from kouki_print.pdf.profile import synthetic_profile

MM = 72 / 25.4
WIDTH, HEIGHT = 595.2756, 841.8898  # A4
PICTURE = (
    b"0 0 0 1 k 60 300 40 150 re f 100 420 60 30 re f /CS0 cs 1 0 0 0 scn 300 600 120 60 re f "
    b"q 90 0 0 90 60 650 cm /Im0 Do Q BT /F0 60 Tf 200 300 Td (Rg 1 0 R) Tj ET\n"
)


def resources(pdf: pikepdf.Pdf) -> pikepdf.Object:
    """What the picture uses: a font, an image and a colour space with an ICC profile."""
    profile = pdf.make_stream(synthetic_profile(), N=4)
    space = Array([Name.ICCBased, profile])
    image = pdf.make_stream(bytes([0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 90]))
    image.stream_dict.update(
        {
            "/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 2, "/Height": 2,
            "/BitsPerComponent": 8, "/ColorSpace": space,
        }
    )  # fmt: skip
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    return Dictionary(
        Font=Dictionary(F0=font), XObject=Dictionary(Im0=image), ColorSpace=Dictionary(CS0=space)
    )


def page(pdf: pikepdf.Pdf, content: bytes = PICTURE, **entries: object) -> pikepdf.Object:
    """A page with the picture; ``entries`` replace its own, None takes one away."""
    own: dict[str, object] = {
        "Type": Name.Page,
        "MediaBox": Array([0, 0, WIDTH, HEIGHT]),
        "Contents": pdf.make_stream(content),
        "Resources": resources(pdf),
        **entries,
    }
    return pdf.make_indirect(
        Dictionary({f"/{key}": value for key, value in own.items() if value is not None})
    )


def tree(pdf: pikepdf.Pdf, kids: Sequence[pikepdf.Object], **entries: object) -> pikepdf.Object:
    """A node of the page tree; ``/Count`` is nobody's promise."""
    node = pdf.make_indirect(Dictionary(Type=Name.Pages, Kids=Array(kids), Count=len(kids), **entries))
    for kid in kids:
        kid.Parent = node
    return node


def save(path: Path, build: Callable[[pikepdf.Pdf], pikepdf.Object], **options: Any) -> Path:
    """Write a file whose page tree ``build`` makes: as it is, or with ``options`` as qpdf would mend and store it."""
    with pikepdf.new() as pdf:
        pdf.Root.Pages = build(pdf)
        if options:
            pdf.save(path, compress_streams=False, static_id=True, **options)
        else:
            path.write_bytes(_as_it_is(pdf))
    return path


def _as_it_is(pdf: pikepdf.Pdf) -> bytes:
    out, offsets = b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n", []
    for number, value in enumerate(pdf.objects, 1):
        offsets.append(len(out))
        if isinstance(value, pikepdf.Stream):
            data = value.read_raw_bytes()
            value.stream_dict.Length = len(data)
            body = value.stream_dict.unparse(resolved=True) + b"stream\n" + data + b"\nendstream"
        else:
            body = (
                pikepdf.Array([value]).unparse()[1:-1]
                if isinstance(value, int)
                else value.unparse(resolved=True)
            )
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size, root = len(offsets) + 1, pdf.Root.objgen[0]
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size, table, size, root, len(out),
    )  # fmt: skip


def numbered(path: Path, count: int, size: tuple[float, float] = (210, 297)) -> Path:
    """Pages that have their number in the middle; ``size`` in mm."""
    width, height = size[0] * MM, size[1] * MM
    canvas = Canvas(str(path), pagesize=(width, height), invariant=1, pageCompression=1)
    for number in range(1, count + 1):
        canvas.setFont("Helvetica", 70)
        canvas.drawCentredString(width / 2, height / 2, f"{number}")
        canvas.showPage()
    canvas.save()
    return path


def hexed(data: bytes) -> bytes:
    """Data behind two filters, the second with parameters (a PNG predictor with rows of 8 bytes)."""
    rows = [data[start : start + 8].ljust(8) for start in range(0, len(data), 8)]
    return zlib.compress(b"".join(b"\0" + row for row in rows)).hex().encode() + b">"


def picture(path: Path, index: int = 0, per_mm: int = 2) -> np.ndarray:
    """A page as pixels (rows, columns), grey."""
    with pypdfium2.PdfDocument(path) as pdf:
        return np.asarray(
            pdf[index].render(scale=per_mm * 25.4 / 72, grayscale=True).to_pil(), dtype=np.int16
        )


def words(path: Path, index: int) -> list[tuple[str, float, float]]:
    """Numbers in large type on a page, with the middle of each in mm from the top left."""
    found = []
    with pypdfium2.PdfDocument(path) as pdf:
        text = pdf[index].get_textpage()
        height = pdf[index].get_height()
        for at in range(text.count_rects()):
            left, bottom, right, top = text.get_rect(at)
            if min(right - left, top - bottom) > 12:
                said = text.get_text_bounded(left, bottom, right, top).strip()
                found.append((said, (left + right) / 2 / MM, (height - (top + bottom) / 2) / MM))
    return found
