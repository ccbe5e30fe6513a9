"""The switch of the print standard: the same pages as PDF/X-4 and as PDF/X-1a:2003; dies on their own plates."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from made_lot import Made, make
from PIL import Image
from small_job import JOB, write_job

from kouki_print.base.errors import JobError
from kouki_print.job.kit import output_intent
from kouki_print.job.lot import make_lot
from kouki_print.order.load import load_order
from kouki_print.order.printing import Printing
from kouki_print.pdf.document import Shared
from kouki_print.pdf.profile import synthetic_profile

LAYERED = '[printing]\ndieline = "separation+ocg"\n'
needs_ghostscript = pytest.mark.skipif(shutil.which("gs") is None, reason="Ghostscript is not installed")


@pytest.fixture(scope="module")
def layered(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return make(tmp_path_factory.mktemp("layered"), LAYERED)


def streams(pdf: pikepdf.Pdf) -> list[bytes]:
    """Content of every page."""
    return [b"\n".join(each.read_bytes() for each in page.Contents) for page in pdf.pages]


def test_both_standards_have_the_same_pages(made: Made, made_x1a: Made) -> None:
    for one, other in zip(made.all_files(), made_x1a.all_files(), strict=True):
        with pikepdf.open(one) as x4, pikepdf.open(other) as x1a:
            assert streams(x4) == streams(x1a)
            assert [page.TrimBox for page in x4.pages] == [page.TrimBox for page in x1a.pages]


def test_x1a_says_what_it_is_and_knows_nothing_newer(made_x1a: Made) -> None:
    for path in made_x1a.all_files():
        data = path.read_bytes()
        assert data.startswith(b"%PDF-1.4\n")
        for newer in (b"DPart", b"GTS_Scope", b"GTS_Encapsulated", b"OCProperties", b"pdfvtid", b"PDF/X-4"):
            assert newer not in data, newer
        with pikepdf.open(path) as pdf:
            assert str(pdf.docinfo["/GTS_PDFXVersion"]) == "PDF/X-1a:2003"
            assert "/GTS_PDFXConformance" not in pdf.docinfo
            (intent,) = pdf.Root.OutputIntents
            assert intent.DestOutputProfile.read_bytes()[8] == 2  # ICC version


def test_x4_does_not_speak_of_x1a(made: Made) -> None:
    assert all(b"/GTS_PDFXVersion(" not in path.read_bytes() for path in made.all_files())


def test_x1a_takes_no_layers(tmp_path: Path) -> None:
    job = write_job(tmp_path, job=JOB + LAYERED + 'standard = "x1a"\n')
    with pytest.raises(JobError, match="レイヤーを入れられません") as caught:
        load_order(job)
    assert caught.value.file == "job.toml"


def test_x1a_takes_no_profile_of_a_later_version(tmp_path: Path) -> None:
    profile = bytearray(synthetic_profile())
    profile[8] = 4
    (tmp_path / "press.icc").write_bytes(profile)
    job = write_job(tmp_path, job=JOB + '[printing]\nstandard = "x1a"\noutput_profile = "press.icc"\n')
    order = load_order(job).order
    pinned = order.printing.model_copy(update={"output_profile_sha256": _sha256(bytes(profile))})
    with pytest.raises(JobError, match="第4版"):
        output_intent(order.model_copy(update={"printing": pinned}), job)
    newer = pinned.model_copy(update={"standard": "x4"})
    assert output_intent(order.model_copy(update={"printing": newer}), job).profile == bytes(profile)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_layer_is_a_processing_step_that_is_on(layered: Made) -> None:
    """ISO 19593-1: who finishes reads the step; who looks at the file sees the line (ISO 32000-1, 8.11.4)."""
    for path in layered.all_files():
        with pikepdf.open(path) as pdf:
            properties = pdf.Root.OCProperties
            (group,) = properties.OCGs
            assert str(group.Name) == "ミシン目"
            assert group.GTS_Metadata.GTS_ProcStepsGroup == "/Structural"
            assert group.GTS_Metadata.GTS_ProcStepsType == "/Perforating"
            assert properties.D.BaseState == "/ON" and list(properties.D.Order) == [group]
            assert str(properties.D.Name) and "/AS" not in properties.D
            art = pdf.pages[0].Resources.XObject["/S0f"]
            assert art.Resources.Properties["/OCPerforation"].objgen == group.objgen
            content = art.read_bytes()
            assert content.count(b"/OC /OCPerforation BDC\n") == content.count(b"EMC\n") == 1


def plates(path: Path, folder: Path) -> dict[str, np.ndarray]:
    """Ink of the first page by plate, as Ghostscript separates it: 0 = none, 255 = full."""
    command = [
        "gs",
        "-q",
        "-dBATCH",
        "-dNOPAUSE",
        "-dSAFER",
        "-sDEVICE=tiffsep",
        "-r100",
        "-dLastPage=1",
        "-o",
    ]
    subprocess.run([*command, str(folder / "p%d.tif"), str(path)], check=True, capture_output=True)
    found = {}
    for tif in folder.glob("p*(*).tif"):
        with Image.open(tif) as image:
            found[tif.stem.partition("(")[2].rstrip(")")] = 255 - np.array(image.convert("L"))
    return found


@needs_ghostscript
@pytest.mark.parametrize("kind", ["single", "imposed"])
def test_each_ink_is_on_its_own_plate(made_x1a: Made, tmp_path: Path, kind: str) -> None:
    """Text is black alone, the die lines are on the plate of perforations alone, frames on the spot's."""
    found = plates(getattr(made_x1a, kind)(), tmp_path)
    assert set(found) == {"Cyan", "Magenta", "Yellow", "Black", "DIC 123", "Perforation"}
    marks = np.minimum.reduce(list(found.values())) > 0  # what is on all plates: the registration marks
    assert marks.any() == (kind == "imposed")
    for name, ink in found.items():
        assert ink[~marks].any() == (name not in ("Cyan", "Magenta", "Yellow")), name


@needs_ghostscript
def test_printed_dashes_are_black(made: Made, tmp_path: Path) -> None:
    assert set(plates(made.single(), tmp_path)) == {"Cyan", "Magenta", "Yellow", "Black"}


def test_lots_keep_to_the_megabytes() -> None:
    """Fonts and art weigh up to 4 MB and a sheet 2.5 KB: fewer sheets where they might not fit."""
    assert Printing().most_sheets == 5000
    assert Printing(lot_mb=40).most_sheets == 5000
    assert Printing(lot_mb=8).most_sheets == 1600
    with pytest.raises(ValueError, match="8 以上"):
        Printing(lot_mb=7)


def test_artwork_that_leaves_no_room_is_told_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shared, "bytes", 6_000_000)
    with pytest.raises(JobError, match="1ファイル 8MB に1,600枚は入りません") as caught:
        make(tmp_path, "[printing]\nlot_mb = 8\n")
    assert "lot_sheets を 800 以下" in caught.value.remedy and not list(tmp_path.rglob("*.pdf"))


def test_files_weigh_less_than_was_reckoned(made: Made, made_x1a: Made) -> None:
    for each in (made, made_x1a):
        for task, files in zip(each.tasks, each.files, strict=True):
            assert files.printed.bytes < 4_000_000 + 2_500 * len(task.documents)


def test_a_file_that_grows_too_large_stops_the_job(made: Made, tmp_path: Path) -> None:
    printing = made.kit.order.printing.model_copy(update={"lot_mb": 0.1})
    kit = replace(made.kit, order=made.kit.order.model_copy(update={"printing": printing}))
    with pytest.raises(JobError, match="MBを超えます") as caught:
        make_lot(kit, replace(made.tasks[0], folder=tmp_path))
    assert "lot_sheets" in caught.value.remedy
    assert not list(tmp_path.rglob("*.p*"))
