"""Right text that nobody can read, or that stands where something else belongs: found all the same."""

from __future__ import annotations

import re
from pathlib import Path

import pikepdf
import pytest
from made_lot import Made

from kouki_print.verify.readback import Difference

CODE, TEXT = 1, 3  # places of the matching code's and the person's stream in the contents of a page
PLACE = re.compile(rb"1 0 0 1 ([\d.-]+) ([\d.-]+) Tm")
A4 = b"0 0 595 842 re f\n"


def changed(made: Made, folder: Path, change: object) -> list[Difference]:
    """The first piece's front with another text stream, in the 1-up file."""
    path = folder / "changed.pdf"
    with pikepdf.open(made.single()) as pdf:
        contents = pdf.pages[0].obj.Contents
        contents[TEXT] = pdf.make_stream(change(contents[TEXT].read_bytes()))  # type: ignore[operator]
        pdf.save(path)
    return made.differences(single=path, chosen=[0])


def exchanged(content: bytes) -> bytes:
    """The texts of two fields in each other's place."""
    places = list(PLACE.finditer(content))
    first, second = places[2], places[4]  # the name in the window and a number on the card
    return (
        content[: first.start()]
        + second.group()
        + content[first.end() : second.start()]
        + first.group()
        + content[second.end() :]
    )


CHANGES = {
    "invisible": (lambda text: b"3 Tr\n" + text + b"0 Tr\n", "が見えません"),
    "white": (lambda text: text.replace(b"BT\n", b"0 0 0 0 k BT\n", 1) + b"0 0 0 1 k\n", "が見えません"),
    "painted over in white": (lambda text: text + b"0 0 0 0 k " + A4 + b"0 0 0 1 k\n", "が見えません"),
    "painted over in black": (lambda text: text + A4, "が見えません"),
    "pressed to a tenth": (lambda text: b"10 Tz\n" + text + b"100 Tz\n", "が見えません"),
    "exchanged places": (exchanged, "の文字が記録と一致しません"),
    "moved off the page": (
        lambda text: PLACE.sub(b"1 0 0 1 -500 -500 Tm", text, count=1), "の文字が記録と一致しません",
    ),
    "moved by 12 mm": (
        lambda text: PLACE.sub(lambda found: b"1 0 0 1 %s 600 Tm" % found[1], text, count=1),
        "の文字が記録と一致しません",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_text_must_be_seen_in_its_place(made: Made, tmp_path: Path, name: str) -> None:
    change, words = CHANGES[name]
    found = changed(made, tmp_path, change)
    assert any(words in each.what and each.page == 1 for each in found), [each.what for each in found]


def test_a_stray_code_is_found(made: Made, tmp_path: Path) -> None:
    """A neighbour's symbol somewhere on the sheet: the text is right and the own code in its place."""
    path = tmp_path / "stray.pdf"
    with pikepdf.open(made.single()) as pdf:
        other = pdf.pages[6].obj.Contents[CODE].read_bytes().split(b"f Q")[0] + b"f Q\n"
        back = pdf.pages[1].obj.Contents
        back.append(pdf.make_stream(b"q 1 0 0 1 340 60 cm\n" + other + b"Q\n"))
        pdf.save(path)
    assert made.differences(single=path, chosen=[0]) == []
    found = made.differences(single=path, chosen=[0], closely=1)
    assert [(each.page, each.what) for each in found] == [(2, "あるはずのないコードがあります")]


def test_a_good_lot_has_no_stray_code(made: Made) -> None:
    assert made.differences(closely=6, chosen=range(6)) == []
