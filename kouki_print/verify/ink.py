"""Ink of the embedded fonts (埋込み書体の字形): every character of a file really prints something.

A page may carry the right text and still show nothing (the 2024 accident of a missing digit).  So each
glyph is drawn once with the very font that the finished file carries, and must leave ink on the paper.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from kouki_print.page.type.faces import BLANKS
from kouki_print.verify.readback import Difference

_CELL = 24  # points, and pixels, of the square in which a glyph is drawn
_ACROSS = _DOWN = 32
_PAPER = 240  # grey values below this are ink, be it a hairline
_PAIR = re.compile(rb"<([0-9A-F]{4})><([0-9A-F]+)>\n")  # a line of ToUnicode as our files have it


def ink_differences(path: Path, name: str) -> list[Difference]:
    """:func:`blank_characters` of a file as differences under ``name``."""
    return [Difference(name, 0, "-", what) for what in blank_characters(path)]


def blank_characters(path: Path) -> list[str]:
    """One Japanese sentence for each character that a finished file's fonts would not draw."""
    with path.open("rb") as file:
        return [
            f"書体「{name}」の文字 {_codes(text)} は字形が空で、印刷しても何も出ません"
            for name, font in _fonts(PdfReader(file))
            for text in _without_ink(font)
        ]


def _fonts(reader: PdfReader) -> Iterator[tuple[str, Any]]:
    """PostScript name and dictionary of each font; the pages of our files share one set."""
    resources: Any = reader.pages[0]["/Resources"]
    for font in resources["/Font"].values():
        yield str(font["/BaseFont"]).partition("+")[2], font.get_object()


def _without_ink(font: Any) -> list[str]:
    """Texts of the glyphs that should be seen and are not."""
    texts = {
        int(gid, 16): bytes.fromhex(text.decode("ascii")).decode("utf-16-be")
        for gid, text in _PAIR.findall(font["/ToUnicode"].get_data().partition(b"endcodespacerange")[2])
    }
    seen = {gid: text for gid, text in texts.items() if text not in BLANKS}
    return [
        text for (_, text), inked in zip(seen.items(), _inked(font, list(seen)), strict=True) if not inked
    ]


def _inked(font: Any, glyphs: list[int]) -> list[bool]:
    """Whether each glyph leaves ink, by rendering sheets of them."""
    found: list[bool] = []
    per_sheet = _ACROSS * _DOWN
    for start in range(0, len(glyphs), per_sheet):
        some = glyphs[start : start + per_sheet]
        with pdfium.PdfDocument(_sheet(font, some)) as document:
            pixels = document[0].render(grayscale=True).to_numpy().reshape(_DOWN, _CELL, _ACROSS, _CELL)
        inked = (pixels < _PAPER).any(axis=(1, 3))
        found.extend(inked.ravel()[: len(some)].tolist())
    return found


def _sheet(font: Any, glyphs: list[int]) -> bytes:
    """A page, held in memory, with one glyph in each cell, row by row from the top."""
    writer = PdfWriter()
    page = writer.add_blank_page(_ACROSS * _CELL, _DOWN * _CELL)
    page[NameObject("/Resources")] = DictionaryObject(
        {NameObject("/Font"): DictionaryObject({NameObject("/F"): font.clone(writer)})}
    )
    shown = []
    for at, gid in enumerate(glyphs):
        row, column = divmod(at, _ACROSS)
        x, y = column * _CELL + 4, (_DOWN - 1 - row) * _CELL + 6
        shown.append(b"1 0 0 1 %d %d Tm <%04X> Tj\n" % (x, y, gid))
    content = StreamObject()
    content.set_data(b"BT /F 16 Tf\n%sET" % b"".join(shown))
    page[NameObject("/Contents")] = writer._add_object(content)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _codes(text: str) -> str:
    return " ".join(f"U+{ord(character):04X}" for character in text)
