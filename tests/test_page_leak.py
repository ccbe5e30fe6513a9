"""Neighbour leak: a page carries its own person's data and code, and nobody else's."""

from __future__ import annotations

from typing import Any

import pikepdf
import pypdfium2 as pdfium
from made_lot import Made, operations, page_content

from kouki_print.job.lot_files import MEDIA_MARGIN
from kouki_print.page.extents import white
from kouki_print.post.barcode import read_bars
from kouki_print.verify.view import QR, View, printed

BAR = {(b"0", b"6"): "F", (b"2", b"4"): "A", (b"0", b"4"): "D", (b"2", b"2"): "T"}


def test_every_code_is_read(made: Made) -> None:
    """Not only compared: what the decoder returns is the plan's code, for each piece and side."""
    with pdfium.PdfDocument(made.single()) as single:
        for piece in made.pieces():
            for index, side in enumerate(made.kit.layouts[piece.document].sides()):
                page: Any = single[piece.print_page - 1 + index]
                view = View(page, (MEDIA_MARGIN, MEDIA_MARGIN), (210, 297), alone=True)
                assert side.qr and view.codes(white(side.qr), QR) == [piece.matching_code]


def bars_on(content: bytes) -> str:
    """States of 67 rectangles of width 1 and pitch 2 that stand in a row, empty when there are none."""
    found = [tuple(operands) for operands, operator in operations(content) if operator == b"re"]
    states = {int(x): BAR[y, height] for x, y, width, height in found if width == b"1" and (y, height) in BAR}
    row = [states.get(2 * at, "") for at in range(67)]
    return "".join(row) if all(row) else ""


def test_every_address_has_its_own_barcode(single: pikepdf.Pdf, made: Made) -> None:
    words = made.tasks[0].codewords
    assert "" in words and len(set(words)) > 10
    for at, expected in enumerate(words):
        contents = page_content(single.pages[2 * at]).split(b"ET\n")  # the bars follow the text
        found = [read_bars(states) for states in map(bars_on, contents) if states]
        assert found == ([expected] if expected else [])


BLANKS = dict.fromkeys(map(ord, " 　\r\n\ufeff\ufffe"))


def test_no_page_holds_another_person(made: Made) -> None:
    """Neighbour leak: no insured number, and no name with birth date, of anybody else, in either file."""
    for lot, task in enumerate(made.tasks):
        texts = made.prepared.fields.texts
        keys = [
            (number, name.translate(BLANKS), birth.translate(BLANKS))
            for number, name, birth in zip(
                texts["insured_number"], texts["name"], texts["birth_date"], strict=True
            )
        ]
        own = task.fields.texts["insured_number"]
        pages: dict[tuple[str, int], set[str]] = {}
        for piece in made.pieces(lot):
            for side in (0, 1):
                pages[("single", piece.print_page - 1 + side)] = {own.iloc[piece.at]}
                pages.setdefault(("imposed", 2 * (piece.imposed_sheet - 1) + side), set()).add(
                    own.iloc[piece.at]
                )
        for kind, path in (("single", made.single(lot)), ("imposed", made.imposed(lot))):
            with pdfium.PdfDocument(path) as document:
                for index, page in enumerate(document):
                    read = page.get_textpage().get_text_range().translate(BLANKS)
                    text = "".join(printed(read))
                    expected = pages[kind, index]
                    front = index % 2 == 0
                    found = {number for number, _, _ in keys if number in text}
                    assert found == (expected if front else set())
                    for number, name, birth in keys:
                        whole = "".join(printed(name))
                        assert (whole in text and birth in text) <= (number in expected and front)
