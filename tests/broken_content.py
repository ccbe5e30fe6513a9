"""Mutations of fonts, graphics and content: each makes one thing wrong in a good print file of ours.

A mutation changes an open file; what it breaks is told by the table of the test that uses it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name

from kouki_print.verify.preflight.content import ContentCheck
from kouki_print.verify.preflight.items import Finding, Standard

Change = Callable[[pikepdf.Pdf], None]
BLACK = b"q /GS0 gs 0 0 0 1 k 0 0 0 1 K "


def findings(
    path: Path, change: Change, standard: Standard = Standard.vt, *, house: bool = True, **known: Any
) -> list[Finding]:
    """What the checker finds in a file after a change, which is saved and read again."""
    with pikepdf.open(path) as pdf:
        change(pdf)
        saved = io.BytesIO()
        pdf.save(saved, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    with pikepdf.open(saved, suppress_warnings=True) as pdf:
        return list(checked(pdf, standard, house=house, **known))


def checked(
    pdf: pikepdf.Pdf, standard: Standard = Standard.vt, *, house: bool = True, **known: Any
) -> Iterator[Finding]:
    """The findings of all pages of an open file."""
    check = ContentCheck(pdf, standard, house=house, **known)
    for number, page in enumerate(pdf.pages, 1):
        yield from check.page(number, page.obj)


def resources(pdf: pikepdf.Pdf) -> Any:
    """The resources, which all pages share."""
    return pdf.pages[0].obj.Resources


def add(content: bytes) -> Change:
    """``content`` behind all else on page 3."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[2].obj.Contents.append(pdf.make_stream(content))

    return change


def in_text(old: bytes, new: bytes) -> Change:
    """Replace the first ``old`` in the own text of page 3, black and overprinted as it stands."""

    def change(pdf: pikepdf.Pdf) -> None:
        stream = pdf.pages[2].obj.Contents[3]
        data = stream.read_bytes()
        assert old in data
        pdf.pages[2].obj.Contents[3] = pdf.make_stream(data.replace(old, new, 1))

    return change


def in_form(content: bytes) -> Change:
    """``content`` behind all else in the static art of the fronts."""

    def change(pdf: pikepdf.Pdf) -> None:
        form = resources(pdf).XObject["/S0f"]
        form.write(form.read_bytes() + content)

    return change


def resource(kind: str, name: str, make: Callable[[pikepdf.Pdf], Any], use: bytes = b"") -> Change:
    """One more resource for all pages, used on page 3 by ``use``."""

    def change(pdf: pikepdf.Pdf) -> None:
        entries = resources(pdf)
        if kind not in entries:
            entries[kind] = Dictionary()
        entries[kind][name] = pdf.make_indirect(make(pdf))
        if use:
            add(use)(pdf)

    return change


def state(use: bytes = b"q /New gs Q\n", **entries: Any) -> Change:
    """One more graphics state."""
    return resource(
        "/ExtGState", "/New", lambda _: Dictionary({f"/{key}": each for key, each in entries.items()}), use
    )


def image(data: bytes = b"\0\0\0\0", **entries: Any) -> Change:
    """An image of one pixel, drawn on page 3; CMYK by itself."""

    def make(pdf: pikepdf.Pdf) -> Any:
        own = {
            "Type": Name.XObject, "Subtype": Name.Image, "Width": 1, "Height": 1, "BitsPerComponent": 8,
            "ColorSpace": Name.DeviceCMYK, **{key: _made(pdf, each) for key, each in entries.items()},
        }  # fmt: skip
        return pdf.make_stream(data, Dictionary({f"/{key}": each for key, each in own.items()}))

    return resource("/XObject", "/New", make, b"q /New Do Q\n")


def form(content: bytes, **entries: Any) -> Change:
    """One more form, drawn on page 3, with the resources of the page."""

    def make(pdf: pikepdf.Pdf) -> Any:
        own = {"Type": Name.XObject, "Subtype": Name.Form, "BBox": Array([0, 0, 9, 9]), **entries}
        return pdf.make_stream(content, Dictionary({f"/{key}": each for key, each in own.items()}))

    return resource("/XObject", "/New", make, b"q /New Do Q\n")


def soft_mask() -> Callable[[pikepdf.Pdf], Any]:
    """A grey image of one pixel."""
    head = {
        "/Type": Name.XObject, "/Subtype": Name.Image, "/Width": 1, "/Height": 1, "/BitsPerComponent": 8,
        "/ColorSpace": Name.DeviceGray,
    }  # fmt: skip
    return lambda pdf: pdf.make_stream(b"\0", Dictionary(head))


def separation(
    name: str, alternate: Name = Name.DeviceCMYK, full: tuple[float, ...] = (0, 1, 0, 0)
) -> Change:
    """One more separation, with which a rectangle of page 3 is filled."""

    def make(_: pikepdf.Pdf) -> Any:
        tint = Dictionary(FunctionType=2, Domain=[0, 1], C0=[0] * len(full), C1=list(full), N=1)
        return Array([Name.Separation, Name(f"/{name}"), alternate, tint])

    return resource("/ColorSpace", "/New", make, b"q /New cs 1 scn 0 0 5 5 re f Q\n")


def font(pdf: pikepdf.Pdf, name: str = "/G0") -> Any:
    """A Type0 font of the file."""
    return resources(pdf).Font[name]


def of_font(change: Callable[[pikepdf.Pdf, Any, Any], None]) -> Change:
    """A change of one font: the file, the Type0 font and its descendant."""
    return lambda pdf: change(pdf, font(pdf), font(pdf).DescendantFonts[0])


def empty_glyph(path: Path) -> int:
    """The number of a glyph that the font has no outline for."""
    with pikepdf.open(path) as pdf:
        program = font(pdf).DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()
    lengths = np.diff(np.array(TTFont(io.BytesIO(program))["loca"].locations))
    return int(np.flatnonzero(lengths == 0)[-1])


def _made(pdf: pikepdf.Pdf, value: Any) -> Any:
    return pdf.make_indirect(value(pdf)) if callable(value) else value
