"""Data Matrix as matching code: the batch equals another encoder, a stranger reads it, a whole job bears it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from made_lot import Made, make_from
from pystrich.datamatrix import DataMatrixData, DataMatrixEncoder
from small_job import JOB, person, write_job
from test_codes import random_payloads

from kouki_print.job.looks import look_of
from kouki_print.job.run import run
from kouki_print.order.load import load_order
from kouki_print.page.codes import SIZE
from kouki_print.page.datamatrix import _CAPACITY, _check_words, codewords, matrices, paths, size_for
from kouki_print.page.items import MM
from kouki_print.verify.view import ANY, DATAMATRIX, View

CODE = "OKR08-47201-0000123-11-A-Y"
LETTERS = "0123456789" * 4 + "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
DATAMATRIX_JOB = JOB + '[printing]\nmatching_code = "datamatrix"\n'


def by_another(text: str) -> np.ndarray:
    """All within the borders of the smallest symbol, by a library of another family than our decoder."""
    data = DataMatrixData(text, encoding="ascii")
    return np.array(DataMatrixEncoder(data, force_byte_mode=True, symbol_shape="square").matrix)


def read(symbol: np.ndarray, formats: object = ANY) -> list[str]:
    """What a decoder sees in a matrix with two modules of white around it."""
    pixels = np.kron(255 * (1 - np.pad(symbol, 2)), np.ones((5, 5))).astype(np.uint8)
    return [entry.text for entry in zxingcpp.read_barcodes(pixels, formats=formats)]


@given(st.text(LETTERS, min_size=1, max_size=44))
@settings(max_examples=150, deadline=None)
def test_a_symbol_equals_the_library(text: str) -> None:
    symbol = matrices([text], size_for([text]))[0]
    assert np.array_equal(symbol[1:-1, 1:-1], by_another(text)), text


@pytest.mark.parametrize("side", _CAPACITY)
def test_every_size_equals_the_library_and_is_read(side: int) -> None:
    data, check = _CAPACITY[side]
    assert 8 * (data + check) in ((side - 2) ** 2, (side - 2) ** 2 - 4)
    text = "A" * data
    (symbol,) = matrices([text], side)
    assert np.array_equal(symbol[1:-1, 1:-1], by_another(text))
    assert read(symbol) == [text]
    assert read(matrices(["A7"], side)[0]) == ["A7"], "nearly all of it is padding"


def test_borders_are_solid_left_and_below_and_broken_above_and_right() -> None:
    (symbol,) = matrices([CODE], 20)
    assert symbol[:, 0].all() and symbol[-1].all()
    assert symbol[0].tolist() == [1, 0] * 10 and symbol[:, -1].tolist() == [0, 1] * 10


def test_the_example_of_the_standard() -> None:
    """ISO/IEC 16022, annex O: 123456 in 10 × 10."""
    data = codewords(["123456"], 3)
    assert data.tolist() == [[142, 164, 186]]
    assert _check_words(data, 5).tolist() == [[114, 25, 5, 88, 102]]


def test_a_pair_of_digits_is_one_codeword_and_the_rest_is_padded() -> None:
    words = codewords(["A1", "12A", "123", "1-23", ""], 4).tolist()
    assert [line[:3] for line in words] == [
        [66, 50, 129],
        [142, 66, 129],
        [142, 52, 129],
        [50, 46, 153],
        [129, 175, 70],
    ]
    assert words[3] == [50, 46, 153, 129]


def test_texts_of_all_lengths_in_one_batch() -> None:
    texts = [CODE, "A1-47201-0000001-11-CR-0", "MIHON-00000-000001-0", *random_payloads(20, 50)]
    together = matrices(texts, 22)
    assert all(
        np.array_equal(each, matrices([text], 22)[0]) for text, each in zip(texts, together, strict=True)
    )
    assert [read(each) for each in together[:3]] == [[text] for text in texts[:3]]


def test_what_is_too_long_or_has_other_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="23 codewords do not go into 22"):
        paths(["A" * 23], 20)
    with pytest.raises(ValueError, match="45 codewords"):
        size_for(["A", "A" * 45])
    with pytest.raises(ValueError):
        paths(["あ"], 20)


@pytest.mark.parametrize(("job_id", "side"), [("K1", 18), ("OKR08", 20), ("ABCDEFGH", 22)])
def test_one_size_for_the_job_by_its_longest_code(tmp_path: Path, job_id: str, side: int) -> None:
    job = DATAMATRIX_JOB.replace("OKR08", job_id)
    order = load_order(write_job(tmp_path, job=job)).order
    longest = max((each.code for each in order.set), key=len)
    assert look_of(order).datamatrix == side == size_for([f"{job_id}-47201-0000001-11-{longest}-A"])
    groups = order.model_copy(update={"delivery": order.delivery.model_copy(update={"unit": "group"})})
    assert look_of(groups).datamatrix >= size_for([f"{job_id}-ABCDEFGH-0000001-11-{longest}-A"])
    plain = order.model_copy(update={"printing": order.printing.model_copy(update={"matching_code": "qr"})})
    assert look_of(plain).datamatrix == 0


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The two small lots with a Data Matrix."""
    folder = tmp_path_factory.mktemp("datamatrix")
    job = write_job(folder / "job", [person(count) for count in range(1, 4)], DATAMATRIX_JOB)
    return make_from(job, folder / "out")


def test_a_lot_is_read_back(marked: Made) -> None:
    assert marked.kit.look.datamatrix == 20
    assert marked.differences(closely=1) == []


def test_a_lot_with_the_other_kind_of_code_is_told(marked: Made) -> None:
    """QR codes with the right texts where the order wants the other kind."""
    printing = marked.kit.order.printing.model_copy(update={"matching_code": "qr"})
    order = marked.kit.order.model_copy(update={"printing": printing})
    other = dataclasses.replace(marked, kit=dataclasses.replace(marked.kit, order=order))
    assert {each.what for each in other.differences(chosen=[0])} == {"照合コードが違います（読取り: なし）"}


def test_the_symbol_of_another_and_a_second_one(marked: Made, tmp_path: Path) -> None:
    path = tmp_path / marked.single().name
    with pikepdf.open(marked.single()) as pdf:
        streams = [page.obj.Contents for page in pdf.pages]
        mine, his = (streams[at][1].read_bytes() for at in (0, 2))
        streams[0][1] = pdf.make_stream(his.split(b"f Q")[0] + b"f Q" + mine.split(b"f Q")[1])
        again = b"q 1 0 0 1 0 -420 cm " + his + b" Q\n"
        streams[4][1] = pdf.make_stream(streams[4][1].read_bytes() + again)
        pdf.save(path)
    found = {(each.page, each.what) for each in marked.differences(single=path, chosen=[2, 0], closely=1)}
    codes = marked.tasks[0].matching_codes
    assert (1, f"照合コードが違います（読取り: {codes[1]}）") in found
    assert (5, "あるはずのないコードがあります") in found


def test_it_stands_at_the_top_left_of_the_place_and_the_text_where_it_stood(marked: Made, made: Made) -> None:
    """Nothing else on the sheet moves, and the white around it is more than before."""
    texts = []
    for lot in (marked, made):
        with pikepdf.open(lot.single()) as pdf:
            head, code = (pdf.pages[0].obj.Contents[at].read_bytes().decode() for at in (0, 1))
        scale, rise = float(code.split()[1]), float(code.split()[6])
        texts.append((head.splitlines()[-1], code.split(" Tm ")[0].split("f Q ")[1]))
        qr = lot.kit.layouts[lot.tasks[0].documents[0]].front.qr
        assert qr is not None and scale == pytest.approx(qr.module * MM, abs=1e-4)
        side = lot.kit.look.datamatrix or SIZE
        assert rise + side * scale == pytest.approx(SIZE * scale, abs=1e-2)
    assert texts[0] == texts[1]


def test_a_whole_job(tmp_path: Path) -> None:
    """Box labels bear it as well, and the line's own read-back is content."""
    job = write_job(tmp_path / "job", [person(count) for count in range(1, 4)], DATAMATRIX_JOB)
    run(job, tmp_path / "out", workers=1, now="2026-01-01T00:00:00Z")
    with pdfium.PdfDocument(tmp_path / "out" / "vendor" / "47213" / "box_labels.pdf") as pdf:
        size = tuple(each / MM for each in pdf[0].get_size())
        assert View(pdf[0], (0, 0), size, alone=True).codes(None, DATAMATRIX) == ["OKR08-47213-001"]
