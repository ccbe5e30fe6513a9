"""All codes at the smallest allowed sizes, as a camera over the sheets sees them: 30 of 30 are read.

Drawn by the engine, rendered at 600 dpi, then printed and seen badly: ink spreads, the picture is blurred,
turned by up to 3°, taken with 300 or 200 pixels per inch, and noisy.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp
from machine_kit import profile
from PIL import Image, ImageFilter
from small_job import JOB, write_job

from kouki_print.job.matter import Section, no_fields, write_matter
from kouki_print.order.load import load_order
from kouki_print.order.machines import Machine
from kouki_print.page.compose import Coded
from kouki_print.page.extents import Rect, white
from kouki_print.page.items import MM, Code, CustomerBarcode, Qr, RegisteredCode, Sheet, Side
from kouki_print.page.layout import Layout
from kouki_print.page.omr import operators, reading_place
from kouki_print.page.type.fonts import Style
from kouki_print.post.barcode import encode, read_bars

TRIALS = 30
DPI = 600
SPREAD = 0.05  # mm by which a bar or a module gets wider
BLUR = (0.03, 0.06)  # mm, standard deviation
TURN = 3.0  # degrees
NOISE = 12  # grey values, standard deviation
PAPER, INK = 235, 40
SEEN = (300, 200)  # dpi of the camera

URLS = [f"https://www.example.jp/{'shikaku/' * n}{n}" for n in range(1, 7)]
NUMBERS = [f"{20_000_000_000 + 987_654_321 * n:011d}" for n in range(TRIALS)]
CODES = [
    f"OKR08-47{n:03d}-{n * 54321 % 10**7:07d}-11-{'A' if n % 2 else 'CR'}-{n % 10}" for n in range(TRIALS)
]
WORDS = encode(
    [f"9{n * 32452843 % 10**6:06d}" for n in range(TRIALS)],
    [f"{n}-{n * 7 % 100}-{n * 13}" for n in range(TRIALS)],
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory, styles: dict[str, Style]) -> dict[str, list[Image.Image]]:
    """Clean pictures of each code by name, ``TRIALS`` of each."""
    folder = tmp_path_factory.mktemp("codes")
    pictures: dict[str, list[Image.Image]] = {}
    matching = Qr(x=10, y=10, module=0.5)
    barcode = CustomerBarcode(x=50, y=10, points=8)
    thick, thin = (RegisteredCode(x=50, y=30, height=5, narrow=0.25, ratio=ratio) for ratio in (3, 2.5))
    fixed = [Code(x=10 + 25 * n, y=50, module=0.4, text=url) for n, url in enumerate(URLS)]
    numbered = [Side(qr=matching, barcode=barcode, registered=code, code=fixed) for code in (thick, thin)]
    layouts = [Layout(title="コード", sheet=Sheet(width=170, height=80), front=front) for front in numbered]
    for kind in ("qr", "datamatrix"):
        job = write_job(folder / kind, job=f'{JOB}[printing]\nmatching_code = "{kind}"\n')
        loaded = load_order(job)
        sections = [
            Section(layout, loaded.sender("47201"), no_fields(TRIALS), Coded(WORDS, NUMBERS), CODES)
            for layout in layouts
        ]
        path = folder / f"{kind}.pdf"
        write_matter(path, loaded.order, job, styles, sections, kind, margin=0)
        with pdfium.PdfDocument(path) as document:
            pages = list(document)
            pictures[kind] = [picture(page, white(matching)) for page in pages[:TRIALS]]
            pictures["barcode"] = [picture(page, white(barcode)) for page in pages[:TRIALS]]
            pictures["NW-7, ratio 3"] = [picture(page, white(thick)) for page in pages[:TRIALS]]
            pictures["NW-7, ratio 2.5"] = [picture(page, white(thin)) for page in pages[TRIALS:]]
            places = [white(fixed[n % len(fixed)]) for n in range(TRIALS)]
            pictures["fixed"] = [picture(page, at) for page, at in zip(pages, places, strict=False)]
    return pictures


def picture(page: pdfium.PdfPage, place: Rect) -> Image.Image:
    """A place of a page as it should be printed."""
    width, height = page.get_size()
    crop = (place.left * MM, height - place.bottom * MM, width - place.right * MM, place.top * MM)
    return page.render(scale=DPI / 72, crop=crop, grayscale=True).to_pil().convert("L")


def seen(clean: Image.Image, draw: np.random.Generator, dpi: int) -> np.ndarray:
    """What a camera sees of it: grey values."""
    step = SPREAD / 2 / 25.4 * DPI  # of a pixel at each edge: part of the way to one pixel more
    spread = Image.blend(clean, clean.filter(ImageFilter.MinFilter(3)), step)
    turned = spread.rotate(draw.uniform(-TURN, TURN), Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    blurred = turned.filter(ImageFilter.GaussianBlur(draw.uniform(*BLUR) / 25.4 * DPI))
    left, top = draw.uniform(0, DPI / dpi, 2)  # the grid of the camera lies anywhere
    size = tuple(int((each - DPI / dpi) * dpi / DPI) for each in blurred.size)
    box = (left, top, left + size[0] * DPI / dpi, top + size[1] * DPI / dpi)
    pixels = np.asarray(blurred.resize(size, Image.Resampling.BOX, box=box), dtype=np.float64)
    noisy = INK + pixels / 255 * (PAPER - INK) + draw.normal(0, NOISE, pixels.shape)
    return noisy.clip(0, 255).astype(np.uint8)


def by_stranger(pixels: np.ndarray) -> list[str]:
    """Codes that the decoder finds, with a threshold for each part of the picture or, failing that, one for all.

    In a noisy picture the first loses the border of a Data Matrix now and then, however large its modules are.
    """
    ways = (zxingcpp.Binarizer.LocalAverage, zxingcpp.Binarizer.GlobalHistogram)
    found = (zxingcpp.read_barcodes(pixels, binarizer=way) for way in ways)
    return next(([entry.text for entry in entries] for entries in found if entries), [])


def four_state(pixels: np.ndarray) -> list[str]:
    """Code words of a customer barcode in a picture that is turned, blurred and noisy."""
    ink = pixels < (PAPER + INK) / 2
    dark = np.asarray(Image.fromarray(np.uint8(ink) * 255).rotate(_angle(ink), expand=True)) > 0
    profile = dark.sum(axis=1)
    track = np.flatnonzero(profile > 0.8 * profile.max())  # the rows in which all bars have ink
    edges = np.diff((dark[track].mean(axis=0) > 0.5).astype(np.int8), prepend=0, append=0)
    bars = (np.flatnonzero(edges == 1) + np.flatnonzero(edges == -1)) // 2
    unit = (bars[-1] - bars[0]) / (2 * len(bars) - 2)
    shown = []
    for centre in (track.mean() - 2 * unit, track.mean() + 2 * unit):  # of the upper and of the lower third
        band = dark[round(centre - unit / 2) : round(centre + unit / 2) + 1, bars]
        shown.append((band.mean(axis=0) > 0.5).tolist())
    states = {(True, True): "F", (True, False): "A", (False, True): "D", (False, False): "T"}
    try:
        return [read_bars("".join(states[pair] for pair in zip(*shown, strict=True)))]
    except ValueError:
        return []


def _angle(ink: np.ndarray) -> float:
    """By how many degrees the picture must be turned so that its rows differ the most."""
    rows, columns = np.nonzero(ink)

    def contrast(angle: float) -> float:
        level = rows - columns * np.tan(np.radians(angle))
        return float((np.bincount((level - level.min()).astype(np.int64)) ** 2).sum())

    return float(max(np.arange(-TURN - 0.5, TURN + 0.5, 0.1), key=contrast))


WANTED: dict[str, tuple[list[str], Callable[[np.ndarray], list[str]]]] = {
    "qr": (CODES, by_stranger),
    "datamatrix": (CODES, by_stranger),
    "fixed": ([URLS[n % len(URLS)] for n in range(TRIALS)], by_stranger),
    "NW-7, ratio 3": ([f"A{number}A" for number in NUMBERS], by_stranger),
    "NW-7, ratio 2.5": ([f"A{number}A" for number in NUMBERS], by_stranger),
    "barcode": (WORDS, four_state),
}


@pytest.mark.parametrize("dpi", SEEN)
@pytest.mark.parametrize("name", WANTED)
def test_all_are_read(drawn: dict[str, list[Image.Image]], name: str, dpi: int) -> None:
    wanted, read = WANTED[name]
    draw = np.random.default_rng(dpi)
    failed = [
        number
        for number, (clean, text) in enumerate(zip(drawn[name], wanted, strict=True))
        if read(seen(clean, draw, dpi)) != [text]
    ]
    assert failed == []


def bars_for(pitch: float) -> Machine:
    """A machine with the thinnest and shortest bars that a profile may have."""
    ends = ("benchmark", *["match"] * 15, "safety")
    slots = [
        {"position": at + 1, "function": function, "bit": at - 1 if function == "match" else 0}
        for at, function in enumerate(ends)
    ]
    machine = profile(first=20, pitch=pitch, width=0.3, slot=slots)
    return machine.model_copy(update={"length": machine.least_length})


def by_sensor(pixels: np.ndarray, machine: Machine, dpi: int) -> str:
    """States that a sensor finds that runs down the middle of the marks; all places count from the first bar."""
    middle = pixels.shape[1] // 2
    track = pixels[:, middle - 1 : middle + 2].mean(axis=1) < (PAPER + INK) / 2
    dark = np.flatnonzero(track)
    mm = 25.4 / dpi
    first = dark[0] + machine.width / 2 / mm
    places = [first + (slot.position - 1) * machine.pitch / mm for slot in machine.slot]
    near = machine.width / mm
    return "".join("01"[bool(track[round(at - near / 2) : round(at + near / 2) + 1].any())] for at in places)


@pytest.mark.parametrize("dpi", SEEN)
@pytest.mark.parametrize("pitch", [0.8, 4.233])
def test_bars_for_an_inserter_are_read(
    tmp_path: Path, styles: dict[str, Style], pitch: float, dpi: int
) -> None:
    machine, sheet = bars_for(pitch), Sheet(width=60, height=110)
    draw = np.random.default_rng(dpi)
    states = draw.integers(0, 2, (TRIALS, len(machine.slot))).astype(bool)
    states[:, [0, -1]] = True
    drawn = operators(machine, sheet, states)
    loaded = load_order(write_job(tmp_path))
    section = Section(
        Layout(title="棒", sheet=sheet, front=Side()), loaded.sender("47201"), no_fields(TRIALS),
        overlay=lambda _canvas, _side, record: drawn[record],
    )  # fmt: skip
    write_matter(tmp_path / "bars.pdf", loaded.order, tmp_path, styles, [section], "棒", margin=0)
    with pdfium.PdfDocument(tmp_path / "bars.pdf") as document:
        clean = [picture(page, reading_place(machine, sheet)) for page in document]
    wanted = ["".join("01"[state] for state in row) for row in states.tolist()]
    found = [by_sensor(seen(each, draw, dpi), machine, dpi) for each in clean]
    assert [at for at, pair in enumerate(zip(wanted, found, strict=True)) if pair[0] != pair[1]] == []
