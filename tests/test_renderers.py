"""Three renderers that share no code show the same page: pdfium, poppler and Ghostscript."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from made_lot import Made
from PIL import Image

DPI = 150
DARK, INK = 100, 225  # grey values: surely printed, and perhaps printed
SPECKS = 0.002  # part of the dark pixels that may have no neighbour in the other picture: edges of serifs


def by_pdfium(path: Path, page: int, folder: Path) -> np.ndarray:
    with pdfium.PdfDocument(path) as document:
        return np.array(document[page - 1].render(scale=DPI / 72, grayscale=True).to_pil())


def by_poppler(path: Path, page: int, folder: Path) -> np.ndarray:
    only = ["-f", str(page), "-l", str(page), "-singlefile"]
    command = ["pdftoppm", "-gray", "-r", str(DPI), *only, str(path), str(folder / "poppler")]
    subprocess.run(command, check=True, capture_output=True)
    return np.array(Image.open(folder / "poppler.pgm"))


def by_ghostscript(path: Path, page: int, folder: Path) -> np.ndarray:
    out = folder / "gs.png"
    quiet = ["gs", "-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=pnggray", "-dGraphicsAlphaBits=4"]
    smooth = ["-dTextAlphaBits=4", f"-r{DPI}", f"-dFirstPage={page}", f"-dLastPage={page}"]
    subprocess.run([*quiet, *smooth, "-o", str(out), str(path)], check=True, capture_output=True)
    return np.array(Image.open(out))


def unlike(one: np.ndarray, other: np.ndarray) -> float:
    """Part of the dark pixels of either picture that have no ink in the other within a pixel."""
    height, width = (min(sizes) for sizes in zip(one.shape, other.shape, strict=True))
    one, other = one[:height, :width], other[:height, :width]
    alone = sum(((a < DARK) & ~_grown(b < INK)).sum() for a, b in ((one, other), (other, one)))
    return float(alone / ((one < DARK).sum() + (other < DARK).sum()))


def _grown(ink: np.ndarray) -> np.ndarray:
    """Ink and all pixels next to it."""
    padded = np.pad(ink, 1)
    height, width = ink.shape
    near = [padded[y : y + height, x : x + width] for y in range(3) for x in range(3)]
    return np.logical_or.reduce(near)


RENDERERS: dict[str, tuple[str, Callable[[Path, int, Path], np.ndarray]]] = {
    "poppler": ("pdftoppm", by_poppler),
    "ghostscript": ("gs", by_ghostscript),
}


@pytest.mark.parametrize("name", RENDERERS)
@pytest.mark.parametrize(("kind", "page"), [("single", 1), ("single", 2), ("imposed", 1), ("imposed", 2)])
@pytest.mark.parametrize("standard", ["made", "made_x1a"])
def test_renderers_agree(
    request: pytest.FixtureRequest, tmp_path: Path, standard: str, kind: str, page: int, name: str
) -> None:
    program, render = RENDERERS[name]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    lot: Made = request.getfixturevalue(standard)
    path = getattr(lot, kind)()
    ours, theirs = by_pdfium(path, page, tmp_path), render(path, page, tmp_path)
    assert abs(ours.shape[0] - theirs.shape[0]) <= 1 and abs(ours.shape[1] - theirs.shape[1]) <= 1
    assert (ours < DARK).mean() > 0.005  # there is something to compare
    assert unlike(ours, theirs) <= SPECKS


def test_a_moved_line_is_seen(made: Made, tmp_path: Path) -> None:
    """The comparison is not blind: three pixels (half a millimetre) are too many, and so is one missing line."""
    page = by_pdfium(made.single(), 1, tmp_path)
    assert unlike(page, np.roll(page, 1, axis=0)) <= SPECKS
    assert unlike(page, np.roll(page, 3, axis=0)) > 10 * SPECKS
    erased = page.copy()
    row = int((page < DARK).sum(axis=1).argmax())
    erased[row - 3 : row + 4] = 255
    assert unlike(page, erased) > SPECKS


READERS = {
    "qpdf": (["--check"], "No syntax or stream encoding errors found"),
    "gs": (["-q", "-dBATCH", "-dNOPAUSE", "-dSAFER", "-sDEVICE=nullpage"], ""),
}


@pytest.mark.parametrize("standard", ["made", "made_x1a"])
@pytest.mark.parametrize("program", READERS)
def test_readers_read_every_file_without_complaint(
    request: pytest.FixtureRequest, standard: str, program: str
) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    options, content = READERS[program]
    lot: Made = request.getfixturevalue(standard)
    for path in lot.all_files():
        done = subprocess.run([program, *options, str(path)], check=True, capture_output=True, text=True)
        assert content in done.stdout and "WARNING" not in done.stdout and not done.stderr
        assert content or not done.stdout  # Ghostscript says something only when something is wrong
