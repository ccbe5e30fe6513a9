"""The customer barcode read back from rendered pages: bars as the manual shows them, in its dimensions."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from made_lot import Made
from small_job import write_job

from kouki_print.job.matter import Section, no_fields, write_matter
from kouki_print.order.load import load_order
from kouki_print.page.compose import Coded
from kouki_print.page.extents import extent, quiet
from kouki_print.page.items import MM, CustomerBarcode, Sheet, Side
from kouki_print.page.layout import Layout
from kouki_print.page.type.fonts import Style
from kouki_print.post.barcode import customer_barcodes, encode
from kouki_print.verify.bars import Unreadable, find_bars, read_place

SIZES = [8.0, 9.0, 10.0, 11.5]
# The table of the manual, written down once more: bar states of each code word.
WORDS = "1 2 3 4 5 6 7 8 9 0 - CC1 CC2 CC3 CC4 CC5 CC6 CC7 CC8"
STATES = "FFT FDA DFA FAD FTF DAF AFD ADF TFF FTT TFT DAT DTA ADT TDA ATD TAD TTF FFF"
MANUAL = dict(zip(WORDS.split(" "), STATES.split(" "), strict=True))
ALLOWED = {  # mm at 10 points: long bar, timing bar, pitch, bar and space
    "long": (3.40, 3.60),
    "timing": (1.05, 1.35),
    "pitch": (0.95, 1.30),
    "bar": (0.50, 0.70),
    "space": (0.45, 0.60),
}


def bars_of(words: str) -> str:
    """States of a symbol by the manual."""
    return "FD" + "".join(MANUAL[word] for word in words.split(" ")) + "DF"


def examples() -> list[str]:
    """Code words of all published examples, from their addresses."""
    out = []
    path = Path(__file__).parent / "data" / "customer_barcode_examples.csv"
    for row in csv.DictReader(path.open(encoding="utf-8")):
        postcode, address = row["postcode"], row["address"]
        offices = [postcode] if address.startswith("[大口") else []
        words = (
            encode([postcode], [address.removeprefix("[住所表示番号] ")])
            if address.startswith("[住所表示番号]")
            else customer_barcodes([postcode], [address], [""], office_codes=offices)[0]
        )
        assert f"STC {words[0]} SPC" == row["expected_codewords"]
        out.extend(words)
    return out


PARTS = [
    *("那覇市泉崎", "字登川", "三丁目", "二十一地割", "七線", "百五号", "番地の", "番", "号室", "－", "ー"),
    *("１２", "3", "480", "0", "A", "Ｂ棟", "F", "2F", "ＡＢ", "コーポ", "　", "・", "&", "Z9", "K"),
]


def random_words(count: int) -> list[str]:
    """Code words of addresses put together from parts at random."""
    draw = random.Random(9)
    codes = [f"{draw.randrange(10**5):05d}{draw.randrange(1, 100):02d}" for _ in range(count)]
    addresses = ["".join(draw.choices(PARTS, k=draw.randrange(1, 12))) for _ in range(count)]
    words, reasons = customer_barcodes(codes, addresses, [""] * count)
    assert not any(reasons)
    return words


@dataclass(frozen=True, slots=True)
class Drawn:
    """A file with one barcode on each page, drawn by the engine."""

    path: Path
    item: CustomerBarcode
    sheet: Sheet

    def places(self, dpi: float = 300) -> Iterator[np.ndarray]:
        """The place of the barcode with its quiet zone on each page."""
        place = extent(self.item).smaller(-quiet(self.item))
        width, height = self.sheet.width * MM, self.sheet.height * MM
        crop = (place.left * MM, height - place.bottom * MM, width - place.right * MM, place.top * MM)
        with pdfium.PdfDocument(self.path) as document:
            for page in document:
                yield page.render(scale=dpi / 72, crop=crop, grayscale=True).to_numpy()


def draw(folder: Path, styles: dict[str, Style], words: Sequence[str], points: float) -> Drawn:
    """Write a page for each line of code words."""
    job = write_job(folder / f"job{points:g}")
    loaded = load_order(job)
    item = CustomerBarcode(x=7.3, y=6.1, points=points)
    sheet = Sheet(width=120, height=30)
    layout = Layout(title="宛名", sheet=sheet, front=Side(barcode=item))
    section = Section(
        layout,
        loaded.sender("47201"),
        no_fields(len(words)),
        Coded(list(words), [""] * len(words)),
    )
    path = folder / f"bars{points:g}.pdf"
    write_matter(path, loaded.order, job, styles, [section], "bars", margin=0)
    return Drawn(path, item, sheet)


@pytest.mark.parametrize("points", SIZES)
def test_what_was_drawn_is_read(points: float, tmp_path: Path, styles: dict[str, Style]) -> None:
    """All published examples and 1,000 random addresses, bar by bar and as code words."""
    words = [*examples(), *random_words(1000), ""]
    assert len(set(words)) > 900 and len(MANUAL) == 19
    assert {word for line in words for word in line.split(" ")} == {*MANUAL, ""}
    places = list(draw(tmp_path, styles, words, points).places())
    assert len(places) == len(words)
    for line, place in zip(words, places, strict=True):
        assert read_place(place) == line
        bars = find_bars(place)
        assert (bars.states if bars else "") == (bars_of(line) if line else "")


@pytest.mark.parametrize("points", SIZES)
def test_dimensions_are_those_of_the_manual(points: float, tmp_path: Path, styles: dict[str, Style]) -> None:
    dpi = 2400
    (place,) = draw(tmp_path, styles, examples()[:1], points).places(dpi)
    bars = find_bars(place)
    assert bars
    height = bars.bottom - bars.top
    kinds = np.array(list(bars.states))
    measured = {
        "long": height[kinds == "F"],
        "timing": height[kinds == "T"],
        "pitch": np.diff(bars.left),
        "bar": bars.right - bars.left,
        "space": bars.left[1:] - bars.right[:-1],
    }
    pixel = 25.4 / dpi
    for name, (least, most) in ALLOWED.items():
        mm = measured[name] * pixel / points * 10
        slack = pixel / points * 10 + 1e-6  # what a pixel may hide
        assert mm.min() >= least - slack and mm.max() <= most + slack, (name, mm.min(), mm.max())
    middle = (bars.top + bars.bottom)[kinds == "T"] / 2
    assert np.abs(middle - (bars.top.min() + bars.bottom.max()) / 2).max() <= 1
    length = (bars.right[-1] - bars.left[0]) * pixel
    assert length == pytest.approx(7.98 * points, abs=0.05)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, styles: dict[str, Style]) -> np.ndarray:
    """Pixels of one right barcode at 8 points."""
    return next(draw(tmp_path_factory.mktemp("bars"), styles, examples()[:1], 8).places()).copy()


def test_upside_down_is_told(place: np.ndarray) -> None:
    with pytest.raises(Unreadable, match="上下が逆"):
        read_place(place[::-1, ::-1])


def test_a_mirror_image_is_no_code(place: np.ndarray) -> None:
    with pytest.raises(Unreadable, match="正しい符号ではありません"):
        read_place(place[:, ::-1])


def test_every_single_changed_bar_is_refused(place: np.ndarray) -> None:
    """Each bar made long, and each long bar cut to a timing bar."""
    bars = find_bars(place)
    assert bars
    top, bottom = int(bars.top.min()), int(bars.bottom.max())
    third = round((bottom - top) / 3)
    for at in range(len(bars.states)):
        changed = place.copy()
        column = slice(int(bars.left[at]), int(bars.right[at]))
        if bars.states[at] == "F":
            around = slice(column.start - 1, column.stop + 1)
            changed[: top + third, around] = 255
            changed[bottom - third :, around] = 255
        else:
            changed[top:bottom, column] = 0
        with pytest.raises(Unreadable):
            read_place(changed)


def test_damaged_bars_are_refused(place: np.ndarray) -> None:
    bars = find_bars(place)
    assert bars
    left, right = int(bars.left[10]) - 1, int(bars.right[10]) + 1
    middle = (int(bars.top[10]) + int(bars.bottom[10])) // 2
    lacking, holed, grey, moved, half = (place.copy() for _ in range(5))
    lacking[:, left:right] = 255
    holed[middle - 2 : middle + 2, left:right] = 255
    grey[:, left:right] = np.maximum(grey[:, left:right], 100)
    moved[:, left : right + 3] = np.roll(place[:, left : right + 3], 3, axis=1)
    half[: int(bars.top.min()) + 6] = 255  # the upper ends are cut off
    for spoiled, why in (
        (lacking, "67本ではなく66本"),
        (holed, "欠けている"),
        (grey, "薄くなって"),
        (moved, "間隔か太さ"),
        (half, "高さが4種類"),
    ):
        with pytest.raises(Unreadable, match=why):
            read_place(spoiled)


def test_the_quiet_zone_must_be_white(place: np.ndarray) -> None:
    """A hair above the bars and a tint behind them; without bars anything at all."""
    above, tinted, speck = place.copy(), np.minimum(place, 230), np.full_like(place, 255)
    above[3, 100:140] = 120
    speck[-2, 5] = 200
    for spoiled in (above, tinted, speck):
        with pytest.raises(Unreadable):
            read_place(spoiled)
    assert read_place(np.full_like(place, 255)) == ""


# --- on the pages of a job ---

TEXT = 3  # place of the person's stream in the contents of a page
GONE, WRONG, TOO_MANY = (
    f"カスタマバーコードが{what}" for what in ("ありません", "記録と違います", "余分にあります")
)


def parted(content: bytes) -> tuple[bytes, bytes]:
    """The text of a personal stream, and the bars that follow it."""
    text, end, bars = content.rpartition(b"ET\n")
    return text + end, bars


def planted(made: Made, folder: Path, which: str, at: int, donor: int | None) -> Path:
    """A file in which the sheet ``at`` has the bars of another one, or none."""
    source = made.single() if which == "single" else made.imposed()
    path = folder / source.name
    with pikepdf.open(made.single()) as single:
        own, his = (
            single.pages[2 * each].obj.Contents[TEXT].read_bytes()
            for each in (at, at if donor is None else donor)
        )
    bars = b"" if donor is None else parted(his)[1]
    with pikepdf.open(source) as pdf:
        for page in pdf.pages:
            for place, stream in enumerate(page.obj.Contents):
                if stream.read_bytes() == own:
                    page.obj.Contents[place] = pdf.make_stream(parted(own)[0] + bars)
        pdf.save(path)
    return path


@pytest.mark.parametrize("which", ["single", "imposed"])
@pytest.mark.parametrize("what", [GONE, WRONG, TOO_MANY])
def test_read_back_finds_the_wrong_bars(made: Made, tmp_path: Path, which: str, what: str) -> None:
    words = made.tasks[0].codewords
    none = words.index("")
    at, donor = {GONE: (3, None), WRONG: (3, 8), TOO_MANY: (none, 3)}[what]
    assert words[3] and words[3] != words[8]
    path = planted(made, tmp_path, which, at, donor)
    found = made.differences(single=path) if which == "single" else made.differences(imposed=path)
    piece = made.pieces()[at]
    page = piece.print_page if which == "single" else 2 * piece.imposed_sheet - 1
    assert [(each.page, each.piece_id, each.what) for each in found] == [(page, piece.piece_id, what)]


def test_read_back_says_why_bars_are_unreadable(made: Made, tmp_path: Path) -> None:
    """One bar taken out of a symbol in the file."""
    path = tmp_path / made.single().name
    with pikepdf.open(made.single()) as pdf:
        contents = pdf.pages[6].obj.Contents
        text, bars = parted(contents[TEXT].read_bytes())
        lines = bars.split(b"\n")
        contents[TEXT] = pdf.make_stream(text + b"\n".join([*lines[:20], *lines[21:]]))
        pdf.save(path)
    (found,) = made.differences(single=path)
    assert found.page == 7
    assert found.what == "カスタマバーコードが読めません（バーが67本ではなく66本です）"
