"""What is copied or read back from a page is exactly what was to be printed, character by character."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from font_kit import FURTHER_VARIANT, OWN, YOSHI, own_font, small_font
from made_lot import DEFAULT_VARIANT, VARIANT

from kouki_print.job.kit import embedded
from kouki_print.page.items import Text
from kouki_print.page.operators import Canvas
from kouki_print.page.type.faces import FontFace, load_face
from kouki_print.page.type.fonts import Style, clusters
from kouki_print.pdf.fontset import write_fonts
from kouki_print.pdf.writer import PdfFile, WrittenFile, stream

NAMES = [
    f"{VARIANT}城　{VARIANT[0]}子",
    f"{DEFAULT_VARIANT}　{DEFAULT_VARIANT[0]}太郎",  # one glyph for both
    f"{YOSHI}田　{FURTHER_VARIANT}",
    "一\uff0d二\u2212三",  # full-width hyphen and minus sign: one glyph in many fonts
    f"外字{OWN}様",
]


@pytest.fixture
def style(tmp_path: Path, styles: dict[str, Style]) -> Style:
    """The shipped 明朝, a further font whose two dashes share a glyph, and the union's own."""
    further = load_face(
        small_font(
            tmp_path / "further.ttf", YOSHI + "\u2212", pairs=[FURTHER_VARIANT], same={"\uff0d": "\u2212"}
        )
    )
    own = load_face(own_font(tmp_path / "own.tte"), private=True)
    shipped = styles["mincho"].faces[0]
    return Style("M", (_without(shipped, "\uff0d\u2212"), further, own))


def _without(face: FontFace, characters: str) -> FontFace:
    left = {code: gid for code, gid in face.cmap.items() if chr(code) not in characters}
    return replace(face, cmap=left)


def write_page(path: Path, style: Style, texts: Sequence[str], *, vertical: bool = False) -> WrittenFile:
    """A page with the texts below each other, or as columns of vertical text."""
    settled = style.settled()
    canvas = Canvas(200, {"gothic": settled.slim()})
    items = [
        Text(x=20.0 + 15 * place * vertical, y=20.0 + 15 * place * (not vertical), size=20, vertical=vertical)
        for place, _ in enumerate(texts)
    ]
    with PdfFile(path) as file:
        fonts = write_fonts(file, embedded({"mincho": settled}))
        content = file.append(stream(b"".join(map(canvas.text, items, texts))))
        page = file.next_number
        file.append(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 600 567]/Resources<</Font<<%s>>>>/Contents %d 0 R>>"
            % (page + 1, fonts, content)
        )
        file.append(b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % page)
        catalog = file.append(b"<</Type/Catalog/Pages %d 0 R>>" % (page + 1))
        return file.close(catalog=catalog, info=file.append(b"<<>>"))


def asked(style: Style, texts: Sequence[str], *, vertical: bool = False) -> Style:
    for text in texts:
        for cluster in clusters(text):
            (style.resolve_vertical if vertical else style.resolve)(cluster)
    return style


def read(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as document:
        return str(document[0].get_textpage().get_text_range()).split()


def test_every_name_is_read_back_as_it_was_written(tmp_path: Path, style: Style) -> None:
    write_page(tmp_path / "page.pdf", asked(style, NAMES), NAMES)
    assert read(tmp_path / "page.pdf") == "\n".join(NAMES).split()


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_another_reader_says_the_same(tmp_path: Path, style: Style) -> None:
    write_page(tmp_path / "page.pdf", asked(style, NAMES), NAMES)
    told = subprocess.run(
        ["pdftotext", "-raw", tmp_path / "page.pdf", "-"], capture_output=True, check=True, text=True
    )
    assert told.stdout.split() == "\n".join(NAMES).split()


def test_vertical_text_is_read_back_by_its_horizontal_characters(tmp_path: Path, style: Style) -> None:
    text = "（転送不要）「あっ」、ー。"
    write_page(tmp_path / "page.pdf", asked(style, [text], vertical=True), [text], vertical=True)
    assert "".join(read(tmp_path / "page.pdf")) == text


def test_the_order_of_asking_does_not_change_a_byte(tmp_path: Path, style: Style) -> None:
    digests = set()
    for number, order in enumerate(permutations(NAMES[:4])):
        fresh = asked(Style("M", style.faces), order)
        digests.add(write_page(tmp_path / f"{number}.pdf", fresh, NAMES[:4]).sha256)
    assert len(digests) == 1


def test_layers_are_fonts_with_names_of_their_own(style: Style) -> None:
    """Three texts of one glyph: three subsets with the same outlines, and three names."""
    face = style.faces[1]
    three = replace(face, cmap={**face.cmap, 0x2014: face.glyph("\u2212")})
    fonts = embedded({"mincho": asked(Style("M", (three,)), ["\u2014\u2212\uff0d"]).settled()})
    assert [font.resource for font in fonts] == ["M0", "M1", "M2"]
    assert len({font.glyphs for font in fonts}) == 1 and len({font.name for font in fonts}) == 3
