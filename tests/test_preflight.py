"""Preflight of the file, its identification, intent, pages and records: every change is told by its item."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import broken_pdf as broken
import pikepdf
import pytest
from broken_pdf import (
    edited,
    info,
    intent,
    layers,
    of_leaf,
    page,
    profile,
    record_root,
    rewritten,
    scope,
    swapped,
    told,
    xmp,
)
from made_lot import Made
from pikepdf import Array, Name, String

from kouki_print.base.errors import JobError
from kouki_print.verify.preflight.check import Checked, Known, preflight
from kouki_print.verify.preflight.identification import pdf_date, xmp_date
from kouki_print.verify.preflight.items import ITEMS, Standard

RAW: list[tuple[str, int, Callable[[bytes], bytes]]] = [
    ("header", 1, swapped(b"%PDF-1.6", b"%PDF-1.7")),
    ("no id", 3, swapped(b"/ID[", b"/XX[")),
    ("second revision", 5, broken.second_revision),
    ("cut off", 5, lambda data: data[: len(data) - 400]),
    ("cut in half", 5, lambda data: data[: len(data) // 2]),
    ("deflated XMP", 11, broken.packed_xmp),
]  # fmt: skip
OBJECTS: list[tuple[str, int, broken.Change]] = [
    ("catalog version", 1, lambda pdf: pdf.Root.__setattr__("Version", Name("/1.7"))),
    ("stream elsewhere", 6, broken.outside_stream),
    ("attachment", 6, broken.attachment),
    ("form of another file", 6, broken.foreign_form),
    ("no title", 7, info("/Title", None)),
    ("blank title", 7, info("/Title", String("  "))),
    ("broken date", 8, info("/ModDate", String("D:20261399"))),
    ("other day than the job", 8, info("/CreationDate", String("D:20260621000000Z"))),
    ("trapped unknown", 9, info("/Trapped", Name("/Unknown"))),
    ("trapped a text", 9, info("/Trapped", String("False"))),
    ("X-1a key in X-4", 10, info("/GTS_PDFXVersion", String("PDF/X-1a:2003"))),
    ("no XMP", 11, broken.no_xmp),
    ("broken XMP", 11, xmp("</rdf:RDF>", "")),
    ("XMP with a bomb", 11, xmp("<x:xmpmeta ", "<!DOCTYPE x [<!ENTITY a 'b'>]><x:xmpmeta ")),
    ("X-3", 12, xmp("PDF/X-4", "PDF/X-3")),
    ("other title", 13, xmp("x-default\">", "x-default\">X")),
    ("other date", 14, xmp("<xmp:CreateDate>2026", "<xmp:CreateDate>2025")),
    ("no metadata date", 14, xmp("<xmp:MetadataDate>.*?</xmp:MetadataDate>", "")),
    ("no document id", 15, xmp("<xmpMM:DocumentID>.*?</xmpMM:DocumentID>", "")),
    ("other trapped", 16, xmp("<pdf:Trapped>False", "<pdf:Trapped>True")),
    ("no VT version", 17, xmp("<pdfvtid:GTS_PDFVTVersion>.*?</pdfvtid:GTS_PDFVTVersion>", "")),
    ("VT-3", 17, xmp("PDF/VT-1", "PDF/VT-3")),
    ("no VT date", 18, xmp("<pdfvtid:GTS_PDFVTModDate>.*?</pdfvtid:GTS_PDFVTModDate>", "")),
    ("other VT date", 18, xmp("ModDate>2026", "ModDate>2025")),
    ("no intent", 19, broken.no_intent),
    ("two intents", 19, broken.two_intents),
    ("no condition", 20, intent("/OutputConditionIdentifier", String(""))),
    ("registered without registry", 20, intent("/OutputConditionIdentifier", String("JC200103"))),
    ("no profile", 21, intent("/DestOutputProfile", None)),
    ("channels", 21, broken.channels),
    ("another profile", 21, profile(5000, b"\x07")),
    ("monitor profile", 22, profile(12, b"mntr")),
    ("RGB profile", 22, profile(16, b"RGB ")),
    ("ICC 5", 22, profile(8, b"\x05")),
    ("no ICC", 22, profile(36, b"xxxx")),
    ("no trim", 23, page(3, TrimBox=None)),
    ("trim and art", 23, page(3, ArtBox=Array([40, 40, 60, 60]))),
    ("trim of words", 23, page(3, TrimBox=Array([Name.a, Name.b, Name.c, Name.d]))),
    ("trim outside bleed", 24, page(3, BleedBox=Array([40, 40, 60, 60]))),
    ("crop", 24, page(3, CropBox=Array([0, 0, 600, 800]))),
    ("no bleed", 24, page(3, BleedBox=None)),
    ("another size", 25, page(3, TrimBox=Array([40, 40, 400, 400]))),
    ("turned", 25, page(3, Rotate=90)),
    ("unit", 25, page(3, UserUnit=2)),
    ("annotation", 26, broken.annotation),
    ("form field", 26, broken.entry_field),
    ("link", 27, broken.link),
    ("script on opening", 27, broken.script_on_opening),
    ("action of a page", 27, broken.action_of_a_page),
    ("layer off", 39, layers(OFF=True)),
    ("layers without name", 39, layers(Name=None)),
    ("layers by themselves", 39, layers(AS=Array())),
    ("layer not listed", 39, layers(Order=Array())),
    ("no record tree", 40, broken.no_record_tree),
    ("record level", 40, record_root("/RecordLevel", -1)),
    ("record level of words", 40, record_root("/RecordLevel", Name("/Record"))),
    ("too many levels", 40, record_root("/NodeNameList", Array([Name.Job, Name.Lot, Name.Record, Name.More]))),
    ("no XML name", 40, record_root("/NodeNameList", Array([Name.Job, Name.Lot, Name("/1")]))),
    ("another's parent", 41, of_leaf(1, "/Parent", lambda pdf: pdf.Root)),
    ("flat records", 41, broken.flat_records),
    ("branch and leaf", 41, of_leaf(1, "/DParts", Array([Array()]))),
    ("record twice", 41, broken.record_twice),
    ("gap", 42, broken.gap),
    ("overlap", 42, of_leaf(1, "/Start", lambda pdf: pdf.pages[0].obj)),
    ("order", 42, broken.swapped_records),
    ("end before start", 42, of_leaf(2, "/End", lambda pdf: pdf.pages[0].obj)),
    ("page without record", 43, page(3, DPart=None)),
    ("neighbour's record", 43, broken.neighbours_record),
    ("no dictionary", 44, of_leaf(2, "/DPM", String("x"))),
    ("name as value", 44, told(Seq=Name("/One"))),
    ("a name", 44, told(Key=String("見本　花子"))),
    ("more than numbers", 44, told(Town=String("47213"))),
    ("no scope", 45, scope(Name("/Page"))),
    ("stream without env", 45, scope(Name("/Stream"))),
    ("part of the house", 45, scope(Name("/Record"))),
    ("encapsulated word", 45, scope(Name("/File"), GTS_Encapsulated=Name("/true"))),
]  # fmt: skip


def items(checked: Checked) -> set[int]:
    return {each.item for each in checked.mistakes}


X1A: list[tuple[str, int, broken.Change]] = [
    ("another version", 10, info("/GTS_PDFXVersion", String("PDF/X-3:2003"))),
    ("no version", 10, info("/GTS_PDFXVersion", None)),
    ("key of 2001", 10, info("/GTS_PDFXConformance", String("PDF/X-1a:2001"))),
    ("no description", 20, intent("/Info", None)),
    ("ICC 4", 22, profile(8, b"\x04")),
    ("GRAY profile", 22, profile(16, b"GRAY")),
    ("a layer", 39, layers()),
]  # fmt: skip


@pytest.fixture(scope="module")
def good(made: Made) -> Path:
    """Eight pages of four people."""
    return made.single(1)


def known(made: Made) -> Known:
    sheet = next(iter(made.kit.layouts.values())).sheet
    names = set(made.tasks[1].fields.texts["name"]) | {"見本　花子"}
    digest = hashlib.sha256(made.kit.intent.profile).hexdigest()
    size = (sheet.width * 72 / 25.4, sheet.height * 72 / 25.4)
    return Known(size, digest, made.kit.intent.condition, made.kit.order.job.data_on, names)


def test_good_files_are_green(made: Made, good: Path, tmp_path: Path) -> None:
    for path in made.all_files():
        checked = preflight(path)
        assert checked.findings == () and checked.house and checked.stated, path.name
        assert checked.standard is (Standard.vt if path.parent.name == "print" else Standard.x4)
    again = edited(good, tmp_path / "again.pdf", lambda pdf: None)
    assert preflight(again, known=known(made)).findings == ()


@pytest.mark.parametrize(("item", "change"), [row[1:] for row in RAW], ids=[row[0] for row in RAW])
def test_broken_bytes(made: Made, good: Path, tmp_path: Path, item: int, change: Any) -> None:
    checked = preflight(rewritten(good, tmp_path / "broken.pdf", change), known=known(made), house=True)
    assert item in items(checked)


@pytest.mark.parametrize(("item", "change"), [row[1:] for row in OBJECTS], ids=[row[0] for row in OBJECTS])
def test_broken_objects(made: Made, good: Path, tmp_path: Path, item: int, change: broken.Change) -> None:
    checked = preflight(edited(good, tmp_path / "broken.pdf", change), known=known(made))
    assert item in items(checked)


@pytest.mark.parametrize(("item", "change"), [row[1:] for row in X1A], ids=[row[0] for row in X1A])
def test_broken_x1a(made_x1a: Made, tmp_path: Path, item: int, change: broken.Change) -> None:
    path = edited(made_x1a.single(1), tmp_path / "broken.pdf", change, force_version="1.4")
    assert item in items(preflight(path, standard=Standard.x1a))


def test_x1a_files_are_green_and_know_no_compressed_structure(made_x1a: Made, tmp_path: Path) -> None:
    for path in made_x1a.all_files():
        checked = preflight(path)
        assert (checked.standard, checked.stated, checked.findings) == (Standard.x1a, True, ())
    packed = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
    path = edited(made_x1a.single(1), tmp_path / "packed.pdf", lambda pdf: None, **packed)
    assert {1, 4} <= items(preflight(path))


def test_x4_may_have_compressed_structure(good: Path, tmp_path: Path) -> None:
    packed = {"object_stream_mode": pikepdf.ObjectStreamMode.generate}
    assert items(preflight(edited(good, tmp_path / "packed.pdf", lambda pdf: None, **packed))) == set()


@pytest.mark.parametrize(("user", "pages"), [("", 8), ("secret", 0)])
def test_an_encrypted_file_is_a_finding(good: Path, tmp_path: Path, user: str, pages: int) -> None:
    lock = pikepdf.Encryption(owner="owner", user=user)
    checked = preflight(edited(good, tmp_path / "locked.pdf", lambda pdf: None, encryption=lock))
    assert 2 in items(checked) and checked.pages == pages


def test_a_short_id_is_a_finding(good: Path, tmp_path: Path) -> None:
    def shorter(data: bytes) -> bytes:
        start = data.rindex(b"/ID[<") + 5
        return data[:start] + b"00>" + b" " * 30 + data[start + 33 :]

    assert 3 in items(preflight(rewritten(good, tmp_path / "short.pdf", shorter)))


def test_no_pdf_is_a_sentence(tmp_path: Path) -> None:
    for data in (b"", b"GIF89a", b"\0" * 5000):
        path = tmp_path / "no.pdf"
        path.write_bytes(data)
        with pytest.raises(JobError, match="PDFではありません"):
            preflight(path)


@pytest.mark.parametrize("seed", range(25))
def test_no_damage_ends_in_a_traceback(good: Path, tmp_path: Path, seed: int) -> None:
    """Bytes of the objects at random places are others; what comes out is findings."""
    rng = random.Random(seed)

    def spoilt(data: bytes) -> bytes:
        text = bytearray(data)
        for _ in range(12):
            at = rng.randrange(len(data) * 9 // 10, len(data))
            text[at] = rng.choice(b"0 /<>[]()xR")
        return bytes(text)

    assert preflight(rewritten(good, tmp_path / "spoilt.pdf", spoilt)).findings


def test_findings_name_page_and_object(good: Path, tmp_path: Path) -> None:
    path = edited(good, tmp_path / "broken.pdf", broken.annotation)
    with pikepdf.open(path) as pdf:
        number = pdf.pages[2].obj.Annots[0].objgen[0]
    inside = [each for each in preflight(path).mistakes if each.object == f"{number} 0 R"]
    assert [(each.item, each.page) for each in inside] == [(26, 3)]


def test_house_rules_are_notices_in_a_file_that_is_not_ours(good: Path, tmp_path: Path) -> None:
    def foreign(pdf: pikepdf.Pdf) -> None:
        pdf.trailer.Info.Producer = String("Another")
        page(3, CropBox=Array([0, 0, 600, 800]))(pdf)

    path = edited(good, tmp_path / "foreign.pdf", foreign)
    checked = preflight(path)
    assert [each.item for each in checked.findings] == [24] and checked.mistakes == ()
    assert items(preflight(path, house=True)) == {24}


def test_a_page_tree_that_bites_its_tail_comes_to_an_end(good: Path, tmp_path: Path) -> None:
    with pikepdf.open(good) as pdf:
        first, top = pdf.pages[0].obj.objgen[0], pdf.Root.Pages.objgen[0]
    change = swapped(b"/Kids[%d 0 R " % first, b"/Kids[%d 0 R " % top)
    checked = preflight(rewritten(good, tmp_path / "loop.pdf", change))
    assert 23 in items(checked) and checked.pages == 7


def test_reopening_the_file_changes_nothing(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kouki_print.verify.preflight.source._MOST", 7)
    checked = preflight(good)
    assert (checked.pages, checked.findings) == (8, ())


def test_the_table_has_a_name_and_a_remedy_for_all_45() -> None:
    assert sorted(ITEMS) == list(range(1, 46))
    assert all(item.name and item.remedy.endswith("。") for item in ITEMS.values())


def test_dates_are_compared_as_instants() -> None:
    japan = pdf_date(String("D:20260620090000+09'00'"))
    assert japan == xmp_date("2026-06-20T00:00:00Z") == pdf_date(String("D:20260620000000Z"))
    assert pdf_date(String("D:2026")) is not None
    assert pdf_date(String("2026-06-20")) is None and xmp_date("2026") is None
