"""Ten thousand people: every printed field of every page is exactly the data, and every character has ink.

Half of the people carry variants (IVS): each pair that the shipped fonts have is printed at least once.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from made_lot import Made, make_from

from kouki_print.job.lot_files import MEDIA_MARGIN
from kouki_print.page.extents import Rect, extent
from kouki_print.page.items import FieldItem
from kouki_print.page.type.fonts import Style, clusters
from kouki_print.sample import write_sample
from kouki_print.verify.ink import blank_characters
from kouki_print.verify.readback import PrintedSheet
from kouki_print.verify.view import View, printed

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ten_thousand")]  # one worker makes the lots
COUNT = 10_700  # some of them are held, excluded or not issued
EVERY = 3  # one press sheet in three is read: its streams are those of the 1-up pages


@dataclass(frozen=True, slots=True)
class Job:
    """The finished lots and the names as they stand in the export, by insured number."""

    made: Made
    names: dict[str, str]


def with_variants(path: Path, styles: dict[str, Style]) -> dict[str, str]:
    """Give every second person of an export a name that begins with two variants; returns all names."""
    pairs = [
        chr(base) + chr(selector)
        for base, selector in sorted(styles["mincho"].faces[0].variants)
        if all(style.can_draw(chr(base) + chr(selector)) for style in styles.values())
    ]
    assert len(pairs) > 10_000
    header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    name, number = header.index("氏名"), header.index("被保険者番号")
    for at, row in enumerate(rows):
        if at % 2 and row[name]:
            row[name] = pairs[(at - 1) % len(pairs)] + pairs[at % len(pairs)] + row[name]
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([header, *rows])
    path.write_bytes(out.getvalue().encode())
    return {row[number]: row[name] for row in rows}


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory, styles: dict[str, Style]) -> Job:
    """All lots of the people, 1-up and imposed."""
    folder = tmp_path_factory.mktemp("many")
    write_sample(folder / "job", preset="r08", count=COUNT, seed=5, encoding="utf-8")
    names = with_variants(folder / "job" / "export.csv", styles)
    return Job(make_from(folder / "job", folder / "out"), names)


Corner = tuple[float, float]


def fronts(made: Made, lot: int) -> Iterator[tuple[Path, int, list[tuple[PrintedSheet, Corner]]]]:
    """Front pages of a lot in both files, each with the sheets on it and where they lie."""
    press: defaultdict[int, list[tuple[PrintedSheet, Corner]]] = defaultdict(list)
    for piece in made.pieces(lot):
        yield made.single(lot), piece.print_page - 1, [(piece, (MEDIA_MARGIN, MEDIA_MARGIN))]
        finished = made.kit.layouts[piece.document].sheet
        place = made.kit.imposition.places(0, finished)[piece.imposed_slot - 1]
        press[2 * (piece.imposed_sheet - 1)].append((piece, (place.x, place.y)))
    for page, sheets in press.items():
        if page // 2 % EVERY == lot % EVERY:
            yield made.imposed(lot), page, sheets


def test_every_field_of_every_page_is_the_data(job: Job) -> None:
    """Read by the field's own place on the page: nothing else stands in it, nothing is missing or moved."""
    made = job.made
    places: dict[str, list[tuple[FieldItem, Rect]]] = {
        name: [(item, extent(item)) for item in layout.front.field if not item.when]
        for name, layout in made.kit.layouts.items()
    }
    people = fields = 0
    for lot, task in enumerate(made.tasks):
        texts = {str(bind): column.tolist() for bind, column in task.fields.texts.items()}
        with pdfium.PdfDocument(made.single(lot)) as single, pdfium.PdfDocument(made.imposed(lot)) as imposed:
            for path, number, sheets in fronts(made, lot):
                page = (single if path == made.single(lot) else imposed)[number]
                for piece, corner in sheets:
                    view = View(page, corner, (210, 297), alone=False)
                    people += path == made.single(lot)
                    for item, place in places[piece.document]:
                        expected = printed(texts[item.bind][piece.at])
                        found = view.text(place)
                        assert found == expected, (path.name, number + 1, item.bind, found, expected)
                        fields += 1
                page.close()
    assert people > 10_000
    assert fields > 200_000


def test_names_on_the_pages_are_those_of_the_export(job: Job) -> None:
    """The data themselves are not changed on the way either: not one selector is lost."""
    variants = set()
    for task in job.made.tasks:
        texts = task.fields.texts
        for number, name in zip(texts["insured_number"], texts["name"], strict=True):
            assert printed(name) == printed(job.names[number])
            variants.update(cluster for cluster in clusters(name) if len(cluster) == 2)
    assert len(variants) > 9_000


def test_every_character_has_ink_in_the_embedded_fonts(job: Job) -> None:
    """All files of the job carry the same font programs, and each glyph of them leaves pixels."""
    paths = job.made.all_files()
    programs = set()
    for path in paths:
        with pikepdf.open(path) as pdf:
            fonts = pdf.pages[0].Resources.Font
            programs.add(
                tuple(
                    (name, font.DescendantFonts[0].FontDescriptor.FontFile2.read_raw_bytes())
                    for name, font in sorted(fonts.items())
                )
            )
    assert len(paths) > 80 and len(programs) == 1
    assert blank_characters(paths[0]) == []
