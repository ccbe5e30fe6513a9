"""What an order says about drawing: the pinned seal, the colour of the year, fixed codes, folds and perforations."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp
from PIL import Image
from small_job import JOB, write_job

from kouki_print.base.errors import JobError
from kouki_print.base.pinned import pinned_bytes
from kouki_print.job.forms import load_styles
from kouki_print.job.matter import Section, write_matter
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.page.fields import PageFields
from kouki_print.page.items import MM, Box, Code, FieldItem, Fold, Perforation, Sheet, Side, Text
from kouki_print.page.items import Image as Place
from kouki_print.page.layout import Layout
from kouki_print.pdf.picture import check_resolution, load_picture

DPI = 300


def seal(path: Path, *, pixels: int = 240, ink: object = 0) -> str:
    """A ring as a union's seal would be scanned; returns the digest of the file."""
    y, x = np.mgrid[:pixels, :pixels] - pixels / 2
    ring = np.abs(np.hypot(x, y) - pixels * 0.4) < pixels * 0.05
    picture = np.full((pixels, pixels, 3), 255, dtype=np.uint8)
    picture[ring] = ink  # type: ignore[call-overload]
    Image.fromarray(picture).save(path)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def drawn(job: Path, layout: Layout) -> Path:
    """The layout as a file, without people."""
    loaded: LoadedOrder = load_order(job)
    contact = loaded.sender("47201")
    path = job / "out.pdf"
    write_matter(path, loaded.order, job, load_styles(), [Section(layout, contact)], "試験")
    return path


def ink_at(path: Path, x: float, y: float, width: float, height: float) -> np.ndarray:
    """Dark pixels of a rectangle of the first page (mm from the trim's top left, 13 mm margin)."""
    with pdfium.PdfDocument(path) as document:
        image = document[0].render(scale=DPI / 72, grayscale=True).to_numpy()
    pixels = image[:, :, 0] if image.ndim == 3 else image
    left, top = ((each + 13) / 25.4 * DPI for each in (x, y))
    right, bottom = left + width / 25.4 * DPI, top + height / 25.4 * DPI
    part: np.ndarray = pixels[round(top) : round(bottom), round(left) : round(right)] < 128
    return part


def page(**side: object) -> Layout:
    """A sheet with a front only."""
    sheet = Sheet(width=100, height=80)
    return Layout(name="試験", title="試験", sheet=sheet, front=Side.model_validate(side))


def with_seal(tmp_path: Path, digest: str, extra: str = "") -> Path:
    return write_job(
        tmp_path / "job",
        job=JOB + f'[asset.seal]\nfile = "seal.png"\nsha256 = "{digest}"\n{extra}',
    )


def test_the_pinned_seal_is_printed_in_its_box(tmp_path: Path) -> None:
    digest = seal(tmp_path / "seal.png")
    job = with_seal(tmp_path, digest)
    (tmp_path / "seal.png").rename(job / "seal.png")
    place = Place(asset="seal", x=20, y=30, width=15, height=15, missing="印")
    path = drawn(job, page(image=[place]))
    inside = ink_at(path, 20, 30, 15, 15)
    assert 0.15 < inside.mean() < 0.4  # the ring, and neither a black nor an empty box
    assert not inside[len(inside) // 2, len(inside) // 2]
    assert ink_at(path, 0, 0, 100, 80).sum() == inside.sum()
    assert "印" not in pdfium.PdfDocument(path)[0].get_textpage().get_text_range()


def test_without_a_seal_its_place_is_framed(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job")
    path = drawn(job, page(image=[Place(asset="seal", x=20, y=30, width=15, height=15, missing="印")]))
    assert pdfium.PdfDocument(path)[0].get_textpage().get_text_range().strip() == "印"
    assert ink_at(path, 19, 29, 17, 2).any()


@pytest.mark.parametrize("renewed", [True, False])
def test_seal_of_last_year_stops_the_job(tmp_path: Path, renewed: bool) -> None:
    """The 2020 accident: 39,527 letters with last year's seal, be it that nobody renewed the digest either."""
    last = seal(tmp_path / "seal.png")
    with pytest.raises(JobError, match="昨年の画像です"):
        load_picture(tmp_path / "seal.png", sha256="0" * 64 if renewed else last, last_sha256=last)


def test_any_other_seal_stops_the_job(tmp_path: Path) -> None:
    digest = seal(tmp_path / "seal.png")
    with pytest.raises(
        JobError, match=f"画像（印影など）のSHA-256が注文と違います（このファイルは {digest}）"
    ):
        load_picture(tmp_path / "seal.png", sha256="0" * 64)


@pytest.mark.parametrize(("ink", "words"), [((200, 0, 0), "色が付いています"), (255, "何も描かれていません")])
def test_a_seal_that_is_no_stencil_is_refused(tmp_path: Path, ink: object, words: str) -> None:
    digest = seal(tmp_path / "seal.png", ink=ink)
    with pytest.raises(JobError, match=words):
        load_picture(tmp_path / "seal.png", sha256=digest)


def test_a_coarse_or_stretched_seal_is_refused(tmp_path: Path) -> None:
    picture = load_picture(tmp_path / "seal.png", sha256=seal(tmp_path / "seal.png"))
    check_resolution(picture, "seal", 20, 20, "a.toml")
    with pytest.raises(JobError, match="粗すぎます"):
        check_resolution(picture, "seal", 21, 21, "a.toml")
    with pytest.raises(JobError, match="縦横の比"):
        check_resolution(picture, "seal", 18, 20, "a.toml")


BAR = Box(x=10, y=10, width=80, height=8, weight=0, tint=40, colour="year")


def test_the_spot_of_the_year_lies_on_a_plate_of_its_own(tmp_path: Path) -> None:
    job = write_job(
        tmp_path / "job",
        job=JOB + '[printing]\ncolour = { spot = "DIC 123", cmyk = [0, 35, 10, 0] }\n',
    )
    path = drawn(job, page(box=[BAR], text=[Text(x=12, y=11, size=12, text="資格確認書")]))
    with pikepdf.open(path) as pdf:
        space = pdf.pages[0].Resources.ColorSpace["/CSYear"]
        assert [str(space[0]), str(space[1]), str(space[2])] == ["/Separation", "/DIC 123", "/DeviceCMYK"]
        assert [float(each) for each in space[3].C1] == pytest.approx([0, 0.35, 0.1, 0], abs=1e-6)
    plates = tmp_path / "plate.tif"
    command = ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=tiffsep", "-r72"]
    try:
        subprocess.run([*command, "-o", str(plates), str(path)], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("Ghostscript is not installed")
    amounts = {
        each.name: 255 - int(np.asarray(Image.open(each).convert("L")).min())
        for each in tmp_path.glob("plate*.tif")
        if "(" in each.name
    }
    assert amounts.pop("plate(DIC 123).tif", 0) == pytest.approx(0.4 * 255, abs=4)
    assert amounts.pop("plate(Black).tif") > 200
    assert not any(amounts.values())  # cyan, magenta and yellow stay empty


def test_the_colour_of_the_year_in_process_inks(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", job=JOB + "[printing]\ncolour = { cmyk = [0, 50, 20, 0] }\n")
    path = drawn(job, page(box=[BAR]))
    with pikepdf.open(path) as pdf:
        art = pdf.pages[0].Resources.XObject["/S0f"].read_bytes()
    assert b"0 0.2 0.08 0 k" in art
    assert art.index(b"0 0.2 0.08 0 k") < art.rindex(b"0 0 0 1 k")  # black again behind it


def test_a_fixed_code_leads_to_its_page(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job")
    path = drawn(job, page(code=[Code(x=30, y=20, text="https://www.example.jp/{{ municipality.name }}")]))
    with pdfium.PdfDocument(path) as document:
        image = document[0].render(scale=DPI / 72, grayscale=True).to_pil()
    assert zxingcpp.read_barcode(image).text == "https://www.example.jp/那覇市"


def test_an_empty_code_is_not_drawn(tmp_path: Path) -> None:
    path = drawn(write_job(tmp_path / "job"), page(code=[Code(x=30, y=20, text="{{ '' }}")]))
    assert not ink_at(path, 0, 0, 100, 80).any()


@pytest.mark.parametrize(
    ("dieline", "printed"),
    [("printed_dashes", True), ("separation", True), ("separation+ocg", True), ("none", False)],
)
def test_perforations_are_printed_as_the_order_says(tmp_path: Path, dieline: str, printed: bool) -> None:
    job = write_job(tmp_path / "job", job=JOB + f'[printing]\ndieline = "{dieline}"\n')
    layout = page().model_copy(
        update={"perforation": [Perforation(x=10, y=10, width=50, height=30)], "fold": [Fold(y=60)]}
    )
    path = drawn(job, layout)
    for x, y, width, height in ((9.5, 9.5, 51, 1), (9.5, 39.5, 51, 1), (9.5, 9.5, 1, 31), (59.5, 9.5, 1, 31)):
        assert ink_at(path, x, y, width, height).any() == printed
    for x in (2.5, 92.5):  # folds are ticks at both edges whatever the die lines are
        assert ink_at(path, x, 59, 5, 2).any()
    assert not ink_at(path, 20, 59, 60, 2).any()


def test_tracking_spreads_the_characters_and_the_fit_counts_it(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job")
    loaded = load_order(job)
    items = {
        "to_name": FieldItem(bind="to_name", x=10, y=10, width=80, size=10, tracking=4),
        "name": FieldItem(bind="name", x=10, y=30, width=20, size=10, tracking=4, min_condense=50),
    }
    fields = PageFields(pd.DataFrame({"to_name": ["東西南北"], "name": ["東西南北"]}, dtype="str"), {})
    section = Section(page(field=list(items.values())), loaded.sender("47201"), fields)
    write_matter(job / "out.pdf", loaded.order, job, load_styles(), [section], "試験")
    columns = ink_at(job / "out.pdf", 0, 8, 100, 10).any(axis=0).nonzero()[0] / DPI * 25.4
    assert columns.max() - 10 == pytest.approx(4 * 10 / MM + 3 * 4, abs=0.5)
    squeezed = ink_at(job / "out.pdf", 0, 28, 100, 10).any(axis=0).nonzero()[0] / DPI * 25.4
    assert squeezed.max() <= 30.1


def test_an_empty_digest_accepts_no_file(tmp_path: Path) -> None:
    """Only where no digest is asked for (None) is any file right; a forgotten one is not."""
    (tmp_path / "a.icc").write_bytes(b"profile")
    with pytest.raises(JobError, match="SHA-256が注文と違います"):
        pinned_bytes(tmp_path / "a.icc", "", what="出力プロファイル", setting="[printing]")
    assert pinned_bytes(tmp_path / "a.icc", None, what="フォント", setting="[fonts]") == b"profile"
