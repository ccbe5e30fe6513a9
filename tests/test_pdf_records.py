"""Records of the 1-up file, what all files of a job share, and where the imposed file puts the pieces."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from made_lot import Made, forms, make_from, operations, page_content

MM = 72 / 25.4


def leaves(pdf: pikepdf.Pdf) -> list[Any]:
    return [leaf for inner in pdf.Root.DPartRoot.DPartRootNode.DParts[0][0].DParts for leaf in inner]


def test_record_tree(single: pikepdf.Pdf, made: Made) -> None:
    root = single.Root.DPartRoot
    assert root.Type == "/DPartRoot"
    assert root.is_indirect and root.DPartRootNode.is_indirect
    assert [str(name) for name in root.NodeNameList] == ["/Job", "/Lot", "/Record"]
    assert int(root.RecordLevel) == 2
    job = root.DPartRootNode
    lot = job.DParts[0][0]
    assert (job.Parent.objgen, lot.Parent.objgen) == (root.objgen, job.objgen)
    assert int(lot.DPM.Lot.Number) == made.tasks[0].lot.number
    for leaf in leaves(single):
        assert leaf.Type == "/DPart"
        assert leaf.Parent.objgen == lot.objgen
        assert "/DParts" not in leaf


def test_records_cover_all_pages_once_and_pages_know_theirs(single: pikepdf.Pdf, made: Made) -> None:
    pages = [page.obj for page in single.pages]
    found = leaves(single)
    assert 2 * len(found) == len(pages)
    for index, leaf in enumerate(found):
        front, back = pages[2 * index], pages[2 * index + 1]
        assert (leaf.Start.objgen, leaf.End.objgen) == (front.objgen, back.objgen)
        assert front.DPart.objgen == back.DPart.objgen == leaf.objgen
        assert int(leaf.DPM.Rec.Seq) == made.tasks[0].lot.first + index
        assert str(leaf.DPM.Rec.Key) == made.tasks[0].piece_ids[index]


def test_records_hold_nothing_personal(single: pikepdf.Pdf) -> None:
    def walk(value: Any) -> Iterator[Any]:
        if isinstance(value, pikepdf.Dictionary):
            for key, entry in value.items():
                assert re.fullmatch(r"/[A-Za-z]+", key)
                yield from walk(entry)
        else:
            yield value

    for leaf in leaves(single):
        assert set(leaf.DPM.keys()) == {"/Rec"} and set(leaf.DPM.Rec.keys()) == {"/Seq", "/Key"}
        for value in walk(leaf.DPM):
            assert not isinstance(value, (pikepdf.Name, pikepdf.Stream, pikepdf.Array))
            assert re.fullmatch(r"\d+|OKR08-\d{5}-\d{7}", str(value))


def test_the_imposed_file_has_no_records(imposed: pikepdf.Pdf) -> None:
    assert "/DPartRoot" not in imposed.Root
    assert all("/DPart" not in page.obj for page in imposed.pages)


# Several lots, several runs


def digests(path: Path, kind: str) -> dict[str, str]:
    """SHA-256 of the raw bytes of shared objects by resource name."""
    with pikepdf.open(path, inherit_page_attributes=False) as pdf:
        resources = pdf.Root.Pages.Resources
        if kind == "font":
            parts = {
                name: font.DescendantFonts[0].FontDescriptor.FontFile2
                for name, font in resources.Font.items()
            }
            names = {name: str(font.BaseFont) for name, font in resources.Font.items()}
        else:
            parts = dict(resources.XObject.items())
            names = dict.fromkeys(parts, "")
        return {
            name: names[name] + hashlib.sha256(part.read_raw_bytes()).hexdigest()
            for name, part in parts.items()
        }


def font_objects(path: Path) -> list[bytes]:
    """The bytes of all font objects as they stand in the file."""
    with pikepdf.open(path, inherit_page_attributes=False) as pdf:
        last = max(font.objgen[0] for font in pdf.Root.Pages.Resources.Font.values())
    return path.read_bytes().split(b"\nendobj\n", last)[:last]


def test_fonts_are_the_same_in_every_file(made: Made) -> None:
    first, *others = [font_objects(path) for path in made.all_files()]
    assert len(first) == 15
    assert all(other == first for other in others)
    assert len({tuple(digests(path, "font").items()) for path in made.all_files()}) == 1


def test_static_art_is_the_same_in_every_file(made: Made) -> None:
    first, *others = [digests(path, "form") for path in made.all_files()]
    static = {name for name in first if not name.startswith("/L")}
    assert static == {"/S0f", "/S0b", "/S1f", "/S1b", "/Mf", "/Mb"}
    for other in others:
        assert {name: other[name] for name in static} == {name: first[name] for name in static}
    assert (
        digests(made.single(0), "form")["/L0f"] != digests(made.single(1), "form")["/L0f"]
    )  # another counter


def test_the_two_files_of_a_lot_begin_alike(made: Made) -> None:
    """Fonts, static art and every piece's streams are the same bytes; only pages differ."""
    single, imposed = made.single().read_bytes(), made.imposed().read_bytes()
    shared = next(at for at, (one, other) in enumerate(zip(single, imposed, strict=False)) if one != other)
    assert shared > 0.7 * len(single)


def test_same_job_same_bytes(made: Made, tmp_path: Path) -> None:
    again = make_from(made.folder.parent / "job", tmp_path)
    for path, other in zip(made.all_files(), again.all_files(), strict=True):
        assert path.name == other.name
        assert path.read_bytes() == other.read_bytes()
    assert again.files == made.files


# The imposed sheet


def test_each_slot_is_moved_and_clipped_to_its_bleed(imposed: pikepdf.Pdf, made: Made) -> None:
    sheet = next(iter(made.kit.layouts.values())).sheet
    press = made.kit.imposition
    clip = [-3 * MM, -3 * MM, (sheet.width + 6) * MM, (sheet.height + 6) * MM]
    for index, page in enumerate(imposed.pages):
        used = operations(page_content(page))
        clips = [at for at, (_, operator) in enumerate(used) if operator == b"W"]
        places = press.places(index % 2, sheet)
        full = press.up if index < len(imposed.pages) - 2 else 1  # 23 pieces: the last slot is blank
        assert len(clips) == full
        for slot, at in enumerate(clips):
            assert [float(value) for value in used[at - 1][0]] == pytest.approx(clip, abs=0.01)
            x, y = places[slot].x, places[slot].y
            place = [1, 0, 0, 1, x * MM, (press.height - y - sheet.height) * MM]
            assert [float(value) for value in used[at - 2][0]] == pytest.approx(place, abs=0.01)


def test_marks_lie_outside_the_bleed(imposed: pikepdf.Pdf, made: Made) -> None:
    sheet = next(iter(made.kit.layouts.values())).sheet
    press = made.kit.imposition
    cells = []
    for place in press.places(0, sheet):
        x, y = place.x, place.y
        cells.append(
            (x * MM, (press.height - y - sheet.height) * MM, (x + sheet.width) * MM, (press.height - y) * MM)
        )
    ends = [
        tuple(map(float, at))
        for at, operator in operations(forms(imposed)["/Mf"].read_bytes())
        if operator in (b"m", b"l")
    ]
    assert len(ends) >= 40
    for x, y in ends:
        assert 0 <= x <= press.width * MM and 0 <= y <= press.height * MM
        for left, bottom, right, top in cells:
            assert not (
                left - 3 * MM + 0.01 < x < right + 3 * MM - 0.01
                and bottom - 3 * MM + 0.01 < y < top + 3 * MM - 0.01
            )
