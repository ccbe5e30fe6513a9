"""The print files of a lot against the print standard: PDF/X-4 for both, PDF/VT-1 for the 1-up file."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from made_lot import Made, forms, operations

from kouki_print.job.lot_files import MEDIA_MARGIN
from kouki_print.pdf.profile import synthetic_profile

MM = 72 / 25.4
DATE = dt.date(2026, 6, 20)  # the data date of the job
OPERATORS = {*b"q Q cm re f W n m l S w d k K Do gs BT ET Tf Tm Tj Tz Tc".split(), b"CS", b"SCN"}
NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
    "pdf": "http://ns.adobe.com/pdf/1.3/",
    "pdfxid": "http://www.npes.org/pdfx/ns/id/",
    "pdfvtid": "http://www.npes.org/pdfvt/ns/id/",
}


@pytest.fixture(params=["single", "imposed"])
def path(request: pytest.FixtureRequest, made: Made) -> Path:
    return made.single() if request.param == "single" else made.imposed()


@pytest.fixture
def pdf(path: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(path, attempt_recovery=False, inherit_page_attributes=False) as opened:
        yield opened


def is_single(path: Path) -> bool:
    return path.parent.name == "print"


def xmp(pdf: pikepdf.Pdf) -> ET.Element:
    return ET.fromstring(pdf.Root.Metadata.read_raw_bytes().decode("utf-8"))


def word(pdf: pikepdf.Pdf, name: str) -> str | None:
    found = xmp(pdf).find(f".//{name}", NAMESPACES)
    return None if found is None else found.text


def box(values: Any) -> tuple[float, ...]:
    return tuple(float(value) for value in values)


def bytes_of(page_object: Any) -> bytes:
    return b"\n".join(part.read_bytes() for part in page_object.Contents)


# The file


def test_header_end_and_one_revision(path: Path) -> None:
    data = path.read_bytes()
    assert data.startswith(b"%PDF-1.6\n%\xe2\xe3\xcf\xd3\n")
    assert data.endswith(b"\n%%EOF\n")
    assert data.count(b"startxref\n") == data.count(b"%%EOF") == data.count(b"\ntrailer\n") == 1
    assert b"/ObjStm" not in data and b"/XRef" not in data


def test_nothing_to_repair(pdf: pikepdf.Pdf) -> None:
    assert pdf.check_pdf_syntax() == []
    assert not pdf.get_warnings()
    assert not pdf.is_encrypted
    assert "/Version" not in pdf.Root
    assert "/Encrypt" not in pdf.trailer


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_qpdf(path: Path) -> None:
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(shutil.which("pdffonts") is None, reason="poppler is not installed")
def test_poppler_sees_embedded_subsets(path: Path) -> None:
    lines = subprocess.run(
        ["pdffonts", path], capture_output=True, text=True, check=True
    ).stdout.splitlines()[2:]
    assert len(lines) == 3
    assert all(
        re.match(r"[A-Z]{6}\+BIZUD\S+ +CID TrueType +Identity-H +yes yes yes ", line) for line in lines
    ), lines


@pytest.mark.skipif(shutil.which("gs") is None, reason="Ghostscript is not installed")
def test_ink_is_black_only(made: Made) -> None:
    """Coverage of C, M, Y, K per page: nothing but black on the pages of pieces."""
    command = [
        "gs",
        "-q",
        "-dBATCH",
        "-dNOPAUSE",
        "-dSAFER",
        "-sDEVICE=ink_cov",
        "-r36",
        "-dLastPage=4",
        "-o",
        "-",
    ]
    done = subprocess.run([*command, made.single()], capture_output=True, text=True, check=True)
    covers = [
        [float(part) for part in line.split()[:4]] for line in done.stdout.splitlines() if "CMYK OK" in line
    ]
    assert len(covers) == 4
    assert all(cover[:3] == [0, 0, 0] and cover[3] > 0 for cover in covers)


def test_id_is_two_strings_of_sixteen_bytes(pdf: pikepdf.Pdf) -> None:
    first, second = pdf.trailer.ID
    assert len(bytes(first)) == len(bytes(second)) == 16


def test_info(pdf: pikepdf.Pdf, path: Path) -> None:
    info = pdf.trailer.Info
    assert str(info.CreationDate) == str(info.ModDate) == "D:20260620000000Z"
    assert isinstance(info.Trapped, pikepdf.Name)
    assert info.Trapped == "/False"
    assert path.stem in str(info.Title)
    assert not any(key.startswith("/GTS_") for key in dict(info))


def test_xmp(pdf: pikepdf.Pdf, path: Path) -> None:
    packet = pdf.Root.Metadata
    assert (packet.Type, packet.Subtype) == ("/Metadata", "/XML")
    assert "/Filter" not in packet
    assert word(pdf, "pdfxid:GTS_PDFXVersion") == "PDF/X-4"
    assert word(pdf, "dc:title/rdf:Alt/rdf:li") == str(pdf.trailer.Info.Title)
    dates = {word(pdf, f"xmp:{name}") for name in ("CreateDate", "ModifyDate", "MetadataDate")}
    assert dates == {DATE.isoformat() + "T00:00:00Z"}
    assert word(pdf, "pdf:Trapped") == "False"
    for name in ("DocumentID", "InstanceID", "VersionID", "RenditionClass"):
        assert word(pdf, f"xmpMM:{name}")
    variable = (word(pdf, "pdfvtid:GTS_PDFVTVersion"), word(pdf, "pdfvtid:GTS_PDFVTModDate"))
    assert variable == (("PDF/VT-1", word(pdf, "xmp:ModifyDate")) if is_single(path) else (None, None))


def test_documents_have_their_own_ids(made: Made) -> None:
    found = []
    for each in made.all_files():
        with pikepdf.open(each) as opened:
            found += [word(opened, "xmpMM:DocumentID"), word(opened, "xmpMM:InstanceID")]
    assert len(set(found)) == len(found) == 8


def test_output_intent(pdf: pikepdf.Pdf) -> None:
    (intent,) = pdf.Root.OutputIntents
    assert intent.S == "/GTS_PDFX"
    assert str(intent.OutputConditionIdentifier) and str(intent.Info)
    profile = intent.DestOutputProfile.read_bytes()
    assert int(intent.DestOutputProfile.N) == 4
    assert profile == synthetic_profile()
    assert int.from_bytes(profile[:4], "big") == len(profile)
    assert profile[8] == 2
    assert (profile[12:16], profile[16:20], profile[36:40]) == (b"prtr", b"CMYK", b"acsp")


def test_no_more_than_a_print_file_needs(pdf: pikepdf.Pdf) -> None:
    """No actions, forms, layers, attachments, transparency, or filters but Flate; nothing outside the file."""
    assert not {"/AcroForm", "/OpenAction", "/AA", "/Names", "/OCProperties", "/Outlines"} & set(
        pdf.Root.keys()
    )
    for each in pdf.objects:
        if not isinstance(each, (pikepdf.Dictionary, pikepdf.Stream)):
            continue
        keys = set(each.keys())
        assert not keys & {
            "/JS",
            "/AA",
            "/EF",
            "/Ref",
            "/OPI",
            "/Alternates",
            "/SMask",
            "/Group",
            "/TR",
            "/TR2",
            "/HT",
        }
        assert each.get("/ca", 1) == each.get("/CA", 1) == 1
        assert each.get("/BM", "/Normal") == "/Normal"
        if isinstance(each, pikepdf.Stream):
            assert "/F" not in keys
            assert each.get("/Filter", "/FlateDecode") == "/FlateDecode"
            assert each.get("/Subtype") != "/PS"


# The pages


def test_boxes_of_the_single_file(single: pikepdf.Pdf, made: Made) -> None:
    sheet = next(iter(made.kit.layouts.values())).sheet
    width, height, margin = sheet.width * MM, sheet.height * MM, MEDIA_MARGIN * MM
    media = box(single.Root.Pages.MediaBox)
    assert media == pytest.approx((0, 0, width + 2 * margin, height + 2 * margin), abs=0.002)
    for page in single.pages:
        trim, bleed = box(page.obj.TrimBox), box(page.obj.BleedBox)
        assert trim == pytest.approx((margin, margin, margin + width, margin + height), abs=0.002)
        assert [outer - inner for outer, inner in zip(bleed, trim, strict=True)] == pytest.approx(
            [-3 * MM, -3 * MM, 3 * MM, 3 * MM], abs=0.002
        )


def test_boxes_of_the_imposed_file(imposed: pikepdf.Pdf, made: Made) -> None:
    press = made.kit.imposition
    whole = (0, 0, press.width * MM, press.height * MM)
    assert box(imposed.Root.Pages.MediaBox) == pytest.approx(whole, abs=0.002)
    for page in imposed.pages:
        assert box(page.obj.TrimBox) == box(page.obj.BleedBox) == pytest.approx(whole, abs=0.002)


def test_a_page_is_no_more_than_boxes_and_contents(pdf: pikepdf.Pdf, path: Path) -> None:
    wanted = {"/Type", "/Parent", "/TrimBox", "/BleedBox", "/Contents"} | (
        {"/DPart"} if is_single(path) else set()
    )
    for node in pdf.Root.Pages.Kids:
        assert len(node.Kids) == int(node.Count) <= 256
        for page in node.Kids:
            assert set(page.keys()) == wanted
            assert page.Parent.objgen == node.objgen


def test_page_counts(single: pikepdf.Pdf, imposed: pikepdf.Pdf, made: Made) -> None:
    assert len(single.pages) == 2 * len(made.tasks[0].documents)
    assert len(imposed.pages) == 2 * made.files[0].press_sheets


def all_contents(pdf: pikepdf.Pdf) -> Iterator[bytes]:
    for page in pdf.pages:
        yield bytes_of(page.obj)
    for form in forms(pdf).values():
        yield form.read_bytes()


def test_only_the_short_list_of_operators(pdf: pikepdf.Pdf) -> None:
    """Tokenised by hand: nothing unknown, no RGB, no images; q and Q in balance and shallow."""
    for content in all_contents(pdf):
        depth = deepest = 0
        for _, operator in operations(content):
            assert operator in OPERATORS
            depth += {b"q": 1, b"Q": -1}.get(operator, 0)
            deepest = max(deepest, depth)
            assert depth >= 0
        assert depth == 0 and deepest <= 4


def test_colour_is_black(pdf: pikepdf.Pdf) -> None:
    """Text and codes in 0 0 0 1 k; a tint of black only under boxes; /All for marks only."""
    for name, form in forms(pdf).items():
        used = operations(form.read_bytes())
        assert (name in ("/Mf", "/Mb")) == any(operator == b"CS" for _, operator in used)
        assert all(operands == [b"/CSAll"] for operands, operator in used if operator == b"CS")
    for content in all_contents(pdf):
        ink = [b"0", b"0", b"0", b"1"]
        for operands, operator in operations(content):
            if operator == b"k":
                ink = operands
                assert operands[:3] == [b"0"] * 3 and 0 < float(operands[3]) <= 1
            elif operator == b"K":
                assert operands == [b"0", b"0", b"0", b"1"]
            elif operator == b"Tj":
                assert ink == [b"0", b"0", b"0", b"1"]


def test_text_state_ends_with_its_text(single: pikepdf.Pdf) -> None:
    """Condensing and character spacing survive ET: each is set back before the next text."""
    for content in all_contents(single):
        scale, spacing = b"100", b"0"
        for operands, operator in operations(content):
            if operator == b"Tz":
                assert (scale == b"100") != (operands == [b"100"])
                scale = operands[0]
            elif operator == b"Tc":
                spacing = operands[0]
            elif operator == b"ET":
                assert (scale, spacing) == (b"100", b"0")


def test_every_resource_exists(pdf: pikepdf.Pdf) -> None:
    resources = pdf.Root.Pages.Resources
    places = [(bytes_of(page.obj), resources) for page in pdf.pages]
    places += [(form.read_bytes(), form.Resources) for form in forms(pdf).values()]
    kinds = {b"Tf": "/Font", b"gs": "/ExtGState", b"Do": "/XObject", b"CS": "/ColorSpace"}
    for content, own in places:
        for operands, operator in operations(content):
            if operator in kinds:
                assert operands[0].decode() in own[kinds[operator]]


def test_static_forms_say_how_long_they_live(pdf: pikepdf.Pdf) -> None:
    art = {f"/{kind}{at}{side}" for kind in "SL" for at in "01" for side in "fb"}
    assert set(forms(pdf)) == art | {"/Mf", "/Mb"}
    for form in forms(pdf).values():
        assert form.GTS_Scope == "/File"
        assert form.GTS_Encapsulated is False


def test_static_art_holds_no_person(pdf: pikepdf.Pdf, made: Made) -> None:
    """No insured number in glyphs of any style, whichever form."""
    hexed = {
        "".join(f"{style.resolve(digit)[1]:04X}" for digit in number).encode()
        for style in made.kit.styles.values()
        for number in made.prepared.people["insured_number"]
    }
    for form in forms(pdf).values():
        content = form.read_bytes()
        assert not any(number in content for number in hexed)
