"""Artwork: a designer's page becomes one shared form; what is not fit for print is refused."""

from __future__ import annotations

import hashlib
import io
import shutil
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from pypdf import PdfReader
from reportlab.lib.colors import Color
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from small_job import JOB, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.base.resources import font_dir, layout_dir
from kouki_print.job.preflighting import check_artwork
from kouki_print.job.run import run
from kouki_print.pdf.artwork import load_artwork
from kouki_print.pdf.document import Form, Shared, write_resources
from kouki_print.pdf.writer import PdfFile
from kouki_print.verify.preflight.check import preflight

A4 = (595.276, 841.89)


def designer(
    path: Path,
    *,
    size: tuple[float, float] = A4,
    font: str = "Gothic",
    colour: str = "cmyk",
    alpha: float = 1,
    y: float = 700,
) -> str:
    """Write a page as a designer's program would and return its digest."""
    pdfmetrics.registerFont(TTFont("Gothic", str(font_dir() / "BIZUDGothic-Regular.ttf")))
    canvas = Canvas(str(path), pagesize=size, invariant=1, initialFontName=font)
    canvas.setFont(font, 24)
    if colour == "rgb":
        canvas.setFillColor(Color(1, 0, 0, alpha))
    else:
        canvas.setFillColorCMYK(0, 0, 0, 1)
        if alpha < 1:
            canvas.setFillAlpha(alpha)
    canvas.drawString(100, y, "ART" if font == "Helvetica" else "意匠")
    canvas.showPage()
    canvas.save()
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        pdf.pages[0].trimbox = pdf.pages[0].mediabox
        if font != "Helvetica":  # reportlab always names one standard font; a designer's program does not
            fonts = pdf.pages[0].Resources.Font
            for name in [key for key in fonts if "/FontDescriptor" not in fonts[key]]:
                del fonts[name]
        pdf.save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_page_becomes_a_form_that_shows_its_text(tmp_path: Path) -> None:
    digest = designer(tmp_path / "art.pdf")
    art = load_artwork(tmp_path / "art.pdf", page=1, sha256=digest, width=A4[0], height=A4[1])
    with PdfFile(tmp_path / "out.pdf") as file:
        resources = write_resources(
            file, Shared((), {"A0f": art}, {}), {"S0f": Form(b"q /A0f Do Q\n", (0, 0, *A4))}
        )
        content = file.append(b"<</Length 8>>stream\n/S0f Do\n\nendstream")
        page = file.next_number
        file.append(
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 596 842]/Resources %d 0 R/Contents %d 0 R>>"
            % (page + 1, resources.number, content)
        )
        file.append(b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % page)
        catalog = file.append(b"<</Type/Catalog/Pages %d 0 R>>" % (page + 1))
        file.close(catalog=catalog, info=file.append(b"<</Title(t)>>"))
    assert "意匠" in PdfReader(io.BytesIO((tmp_path / "out.pdf").read_bytes())).pages[0].extract_text()
    again = load_artwork(tmp_path / "art.pdf", page=1, sha256=digest, width=A4[0], height=A4[1])
    assert again == art


def test_a_page_of_another_size_is_refused(tmp_path: Path) -> None:
    digest = designer(tmp_path / "art.pdf", size=(500, 841.89))
    with pytest.raises(JobError, match="寸法"):
        load_artwork(tmp_path / "art.pdf", page=1, sha256=digest, width=A4[0], height=A4[1])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"alpha": 0.5}, "透明なし"),
        ({"font": "Helvetica"}, "フォントの埋め込み"),
        ({"colour": "rgb"}, "色空間"),
    ],
)
def test_what_breaks_the_standard_is_refused(tmp_path: Path, options: dict, words: str) -> None:
    designer(tmp_path / "art.pdf", **options)
    with pytest.raises(JobError, match=words) as caught:
        check_artwork(tmp_path / "art.pdf", 1)
    assert "preflight --standard x1a art.pdf" in caught.value.remedy


def test_only_the_page_that_is_used_must_keep_the_standard(tmp_path: Path) -> None:
    designer(tmp_path / "art.pdf")
    designer(tmp_path / "bad.pdf", alpha=0.5)
    with pikepdf.open(tmp_path / "art.pdf", allow_overwriting_input=True) as pdf:
        with pikepdf.open(tmp_path / "bad.pdf") as other:
            pdf.pages.extend(other.pages)
        pdf.save(tmp_path / "art.pdf")
    check_artwork(tmp_path / "art.pdf", 1)
    with pytest.raises(JobError, match="2ページ"):
        check_artwork(tmp_path / "art.pdf", 2)


def test_another_file_than_the_approved_one_stops_the_job(tmp_path: Path) -> None:
    designer(tmp_path / "art.pdf")
    with pytest.raises(JobError, match="承認"):
        load_artwork(tmp_path / "art.pdf", page=1, sha256="0" * 64, width=A4[0], height=A4[1])


@pytest.mark.parametrize("broken", [b"", b"%PDF-1.6\n", b"not a pdf at all"])
def test_a_broken_file_ends_in_a_sentence(tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "art.pdf").write_bytes(broken)
    digest = hashlib.sha256(broken).hexdigest()
    with pytest.raises(JobError, match="使えません"):
        load_artwork(tmp_path / "art.pdf", page=1, sha256=digest, width=A4[0], height=A4[1])


def with_photo(path: Path) -> str:
    """The page of a designer with a photograph (CMYK, JPEG) at its foot; returns the digest."""
    designer(path, y=20)
    photo = io.BytesIO()
    Image.new("CMYK", (20, 20), (0, 50, 20, 0)).save(photo, "JPEG")
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        image = pdf.make_stream(photo.getvalue(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        image.Width = image.Height = 20
        image.BitsPerComponent = 8
        image.ColorSpace, image.Filter = pikepdf.Name.DeviceCMYK, pikepdf.Name.DCTDecode
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(Im0=image)
        pdf.pages[0].contents_add(b"q 20 0 0 20 20 20 cm /Im0 Do Q")
        pdf.save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("standard", ["x4", "x1a"])
def test_a_job_with_a_designers_page_passes_as_ours(tmp_path: Path, standard: str) -> None:
    """What a designer may do (a JPEG, process colours) does not excuse our own text on the same page."""
    more = f'[printing]\nstandard = "{standard}"\n[documents.certificate]\nlayout = "layouts/mine.toml"\n'
    job = write_job(tmp_path / "job", [person(1)], JOB + more)
    own = job / "layouts"
    shutil.copytree(layout_dir() / "parts", own / "parts")
    digest = with_photo(job / "art.pdf")
    text = (layout_dir() / "certificate_mount.toml").read_text(encoding="utf-8")
    artwork = f'\n[front.artwork]\nfile = "art.pdf"\nsha256 = "{digest}"\n'
    (own / "mine.toml").write_text(text + artwork, encoding="utf-8")
    run(job, tmp_path / "out", now="2026-06-20T00:00:00Z")
    for path in (tmp_path / "out" / "vendor").glob("*/*/*.pdf"):
        checked = preflight(path)
        assert checked.house and not checked.mistakes, (path, checked.mistakes)
        with pikepdf.open(path) as pdf:
            assert "/A0f" in pdf.pages[0].Resources.XObject
