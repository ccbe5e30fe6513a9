"""Reading back: a good lot gives no difference, and each planted error one on its exact page."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from made_lot import DEFAULT_VARIANT, VARIANT, Made, operations

from kouki_print.job.work import check_files, make_and_check
from kouki_print.page.fields import PageFields
from kouki_print.page.type.fonts import Style
from kouki_print.verify.readback import Difference

CODE, TEXT = 1, 3  # places of the matching code's and the person's stream in the contents of a page


def mutant(source: Path, folder: Path, change: Callable[[pikepdf.Pdf], None]) -> Path:
    """A copy of a print file with a planted error."""
    path = folder / source.name
    with pikepdf.open(source) as pdf:
        change(pdf)
        pdf.save(path)
    return path


def places(found: list[Difference]) -> set[tuple[str, int]]:
    """What differs and on which page; the words up to the first bracket."""
    return {(difference.what.split("（")[0], difference.page) for difference in found}


def pages_of(found: list[Difference]) -> list[int]:
    return sorted({difference.page for difference in found})


def pieces_of(found: list[Difference]) -> set[str]:
    return {difference.piece_id for difference in found}


def two_alike(made: Made, document: str = "certificate") -> tuple[int, int]:
    """Positions of two pieces of one document that are not neighbours in the file."""
    same = [at for at, kind in enumerate(made.tasks[0].documents) if kind == document]
    return same[1], same[4]


def test_a_good_lot_has_no_difference(made: Made) -> None:
    assert made.differences() == []


def test_the_smaller_lot_as_well(made: Made) -> None:
    task, files = made.tasks[1], made.files[1]
    assert check_files(made.kit, task, files, range(len(task.documents))) == []


def test_a_lot_is_read_when_it_is_made(made: Made, tmp_path: Path) -> None:
    task = dataclasses.replace(made.tasks[1], folder=tmp_path)
    assert make_and_check(made.kit, task).differences == []


def test_swapped_pages(made: Made, tmp_path: Path) -> None:
    one, other = two_alike(made)

    def change(pdf: pikepdf.Pdf) -> None:
        first, second = pdf.pages[2 * one].obj, pdf.pages[2 * other].obj
        first.Contents, second.Contents = second.Contents, first.Contents

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert pages_of(found) == [2 * one + 1, 2 * other + 1]
    assert pieces_of(found) == {made.tasks[0].piece_ids[at] for at in (one, other)}
    assert {what for what, page in places(found) if page == 2 * one + 1} >= {
        "照合コードが違います",
        "項目「insured_number」の文字が記録と一致しません",
        "記録にない文字があるか、あるべき文字がありません",
    }


def test_a_person_with_the_code_of_another(made: Made, tmp_path: Path) -> None:
    one, other = two_alike(made, "notice")

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[2 * one].obj.Contents[CODE] = pdf.pages[2 * other].obj.Contents[CODE]

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert places(found) >= {
        ("照合コードが違います", 2 * one + 1),
        ("項目「照合コード」の文字が記録と一致しません", 2 * one + 1),
    }
    assert pages_of(found) == [2 * one + 1]
    (code,) = [each for each in found if each.what.startswith("照合コード")]
    assert made.tasks[0].matching_codes[other] in code.what


def test_only_the_symbol_is_that_of_another(made: Made, tmp_path: Path) -> None:
    """The text below the symbol is right, the symbol is not."""
    one, other = two_alike(made)

    def change(pdf: pikepdf.Pdf) -> None:
        mine, his = (pdf.pages[2 * at].obj.Contents[CODE].read_bytes() for at in (one, other))
        pdf.pages[2 * one].obj.Contents[CODE] = pdf.make_stream(
            his.split(b"f Q")[0] + b"f Q" + mine.split(b"f Q")[1]
        )

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert places(found) == {("照合コードが違います", 2 * one + 1)}


def test_a_back_with_the_code_of_another_piece(made: Made, tmp_path: Path) -> None:
    one, other = two_alike(made)

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[2 * one + 1].obj.Contents[CODE] = pdf.pages[2 * other + 1].obj.Contents[CODE]

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert pages_of(found) == [2 * one + 2]
    assert ("照合コードが違います", 2 * one + 2) in places(found)


def test_no_code_at_all(made: Made, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[4].obj.Contents[CODE] = pdf.make_stream(b"q Q BT ET")

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert ("照合コードが違います", 5) in places(found)
    assert any("なし" in each.what for each in found)


def test_the_name_of_a_neighbour_on_the_page(made: Made, tmp_path: Path) -> None:
    """All of one's own is there and right, and something of another person as well."""
    one, other = two_alike(made)

    def change(pdf: pikepdf.Pdf) -> None:
        stolen = pdf.pages[2 * other].obj.Contents[TEXT].read_bytes()
        lines = [line for line in stolen.split(b"\n") if b"/M0 22 Tf" in line]
        assert lines, "the name on the certificate"
        own = pdf.pages[2 * one].obj.Contents[TEXT].read_bytes()
        pdf.pages[2 * one].obj.Contents[TEXT] = pdf.make_stream(
            own + b"BT 1 0 0 1 60 60 Tm " + lines[0].split(b"Tm ", 1)[1] + b"\nET\n"
        )

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert places(found) == {("記録にない文字があるか、あるべき文字がありません", 2 * one + 1)}


def test_one_digit_other_than_in_the_record(made: Made) -> None:
    """The files are as they were made; the record says another number."""
    task = made.tasks[0]
    at = two_alike(made)[0]
    texts = task.fields.texts.copy()
    number = texts["insured_number"].iloc[at]
    texts.loc[at, "insured_number"] = number[:3] + str((int(number[3]) + 1) % 10) + number[4:]
    found = made.differences(fields=PageFields(texts, task.fields.flags))
    piece = made.pieces()[at]
    assert {(each.file, each.page) for each in found} == {
        (made.single().name, piece.print_page),
        (made.imposed().name, piece.imposed_sheet * 2 - 1),
    }
    assert ("項目「insured_number」の文字が記録と一致しません", piece.print_page) in places(found)
    assert pieces_of(found) == {piece.piece_id}


@pytest.mark.parametrize("flag", [True, False])
def test_the_forwarding_mark_must_be_as_recorded(made: Made, flag: bool) -> None:
    task = made.tasks[0]
    at = next(at for at, on in enumerate(task.fields.flags["no_forward"]) if on != flag)
    flags = {**task.fields.flags, "no_forward": task.fields.flags["no_forward"].copy()}
    flags["no_forward"][at] = flag
    found = made.differences(fields=PageFields(task.fields.texts, flags))
    assert pieces_of(found) == {task.piece_ids[at]}
    assert 2 * at + 1 in pages_of(found)


def test_a_variant_replaced_by_its_base_glyph(made: Made, tmp_path: Path, styles: dict[str, Style]) -> None:
    """Text in glyph space: 葛 with its selector is not 葛."""
    task = made.tasks[0]
    at = next(at for at, name in enumerate(task.fields.texts["name"]) if VARIANT in name)
    mincho = styles["mincho"]
    wrong, right = (b"%04X" % mincho.resolve(cluster)[1] for cluster in (VARIANT[0], VARIANT))

    def change(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[2 * at].obj.Contents
        own = contents[TEXT].read_bytes()
        assert right in own
        contents[TEXT] = pdf.make_stream(own.replace(right, wrong))

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert pages_of(found) == [2 * at + 1]
    assert ("項目「name」の文字が記録と一致しません", 2 * at + 1) in places(found)


def test_variants_are_read_as_they_were_written(made: Made) -> None:
    names = made.tasks[0].fields.texts["name"]
    chosen = [at for at, name in enumerate(names) if VARIANT in name or DEFAULT_VARIANT in name]
    assert len(chosen) >= 2
    assert made.differences(chosen=chosen) == []
    with pdfium.PdfDocument(made.single()) as document:
        at = next(at for at in chosen if VARIANT in names[at])
        assert VARIANT in document[2 * at].get_textpage().get_text_range()


def test_a_character_dropped(made: Made, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[0].obj.Contents
        own = contents[TEXT].read_bytes()
        name = next(
            operands[0]
            for operands, operator in operations(own)
            if operator == b"Tj" and len(operands[0]) > 18
        )
        contents[TEXT] = pdf.make_stream(own.replace(name, name[:-5] + b">"))

    assert pages_of(made.differences(single=mutant(made.single(), tmp_path, change))) == [1]


def test_static_words_of_another_document(made: Made, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        kinds = made.tasks[0].documents
        at = kinds.index("notice")
        pdf.pages[2 * at].obj.Contents[0] = pdf.pages[2 * kinds.index("certificate")].obj.Contents[0]

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert pages_of(found) == [2 * made.tasks[0].documents.index("notice") + 1]


@pytest.mark.parametrize("extra", [-1, 1])
def test_a_page_missing_or_doubled(made: Made, tmp_path: Path, extra: int) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        if extra < 0:
            del pdf.pages[4]
        else:
            pdf.pages.insert(5, pdf.pages[4])

    (found,) = made.differences(single=mutant(made.single(), tmp_path, change))
    pages = 2 * len(made.tasks[0].documents)
    assert found.sentence().startswith(made.single().name)
    assert f"{pages}ページのはずが{pages + extra}ページ" in found.what


def test_a_page_in_the_place_of_the_next(made: Made, tmp_path: Path) -> None:
    """One missing and one doubled: the count is right, the page is not."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages.insert(3, pdf.pages[2])
        del pdf.pages[4]

    found = made.differences(single=mutant(made.single(), tmp_path, change))
    assert 4 in pages_of(found)
    assert pieces_of(found) >= {made.tasks[0].piece_ids[1]}


def test_swapped_slots_of_an_imposed_sheet(made: Made, tmp_path: Path) -> None:
    """The codes of left and right exchanged on the front of the first press sheet."""

    def change(pdf: pikepdf.Pdf) -> None:
        contents = pdf.pages[0].obj.Contents
        streams = [
            at
            for at, each in enumerate(contents)
            if b"1 re" in each.read_bytes() and b"Tj ET" in each.read_bytes()
        ]
        assert len(streams) == 2
        first, second = streams
        contents[first], contents[second] = contents[second], contents[first]

    found = made.differences(imposed=mutant(made.imposed(), tmp_path, change))
    assert {(each.file, each.page) for each in found} == {(made.imposed().name, 1)}
    assert pieces_of(found) == {each.piece_id for each in made.pieces() if each.imposed_sheet == 1}


def test_swapped_press_sheets(made: Made, tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        first, second = pdf.pages[2].obj, pdf.pages[4].obj
        first.Contents, second.Contents = second.Contents, first.Contents

    found = made.differences(imposed=mutant(made.imposed(), tmp_path, change))
    assert pages_of(found) == [3, 5]


@pytest.mark.parametrize("which", ["single", "imposed"])
def test_one_byte_changed(made: Made, tmp_path: Path, which: str) -> None:
    """The digest on disk is compared before anything is read."""
    task = dataclasses.replace(made.tasks[0], folder=tmp_path)
    for name in (task.lot.print_path, task.lot.imposed_path):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_bytes((made.tasks[0].folder / name).read_bytes())
    assert check_files(made.kit, task, made.files[0], (0,)) == []
    name = task.lot.print_path if which == "single" else task.lot.imposed_path
    data = bytearray((tmp_path / name).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / name).write_bytes(data)
    (found,) = check_files(made.kit, task, made.files[0], (0,))
    assert (found.file, found.what) == (name, "書き込んだ内容とディスク上の内容が違います")


def test_differences_name_no_person(made: Made, tmp_path: Path) -> None:
    one, other = two_alike(made)

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[2 * one].obj.Contents[TEXT] = pdf.pages[2 * other].obj.Contents[TEXT]

    sentences = "".join(
        each.sentence() for each in made.differences(single=mutant(made.single(), tmp_path, change))
    )
    assert sentences
    texts = made.tasks[0].fields.texts
    for column in ("name", "insured_number", "birth_date"):
        assert not any(text in sentences for text in texts[column])
