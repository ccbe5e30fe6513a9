"""Matching codes and customer barcodes: the batch equals the library, and strangers can read them."""

from __future__ import annotations

import re

import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from kouki_print.page import codes, datamatrix
from kouki_print.page.codes import ALPHANUMERIC, barcode_paths, matrices, payload_bits, qr_paths
from kouki_print.pdf.writer import PdfFile, stream
from kouki_print.post.barcode import bars, customer_barcodes, read_bars

CODE = "OKR08-47201-0000123-11-A-Y"
BARS = re.compile(rb"(\d+) (\d) 1 (\d) re")


def random_payloads(length: int, count: int, seed: int = 5) -> list[str]:
    draw = np.random.default_rng(seed + length)
    return ["".join(draw.choice(list(ALPHANUMERIC), length)) for _ in range(count)]


def independent_path(matrix: np.ndarray) -> set[tuple[int, int]]:
    """Dark modules as (x, y) from the bottom left, one by one."""
    size = len(matrix)
    return {(x, size - 1 - row) for row in range(size) for x in range(size) if matrix[row, x]}


def filled(path: bytes) -> list[tuple[int, int]]:
    """Unit squares that a path of rectangles fills, with repetitions."""
    cells = []
    for line in path.decode().split("\n"):
        if line.strip():
            x, y, width, height, operator = line.split()
            assert (height, operator) == ("1", "re")
            cells.extend((int(x) + step, int(y)) for step in range(int(width)))
    return cells


@pytest.mark.parametrize("length", [1, 2, 17, 25, 26, 27, 37, 38])
def test_batch_equals_the_library(length: int) -> None:
    payloads = random_payloads(length, 12)
    for payload, matrix in zip(payloads, matrices(payloads), strict=True):
        assert np.array_equal(matrix, codes.reference_matrix(payload)), payload


@given(st.text(ALPHANUMERIC, min_size=26, max_size=26))
@settings(max_examples=40, deadline=None)
def test_batch_equals_the_library_for_any_payload(payload: str) -> None:
    assert np.array_equal(matrices([payload])[0], codes.reference_matrix(payload))


@given(st.integers(1, 38), st.data())
@settings(max_examples=20, deadline=None)
def test_the_map_is_affine(length: int, data: st.DataObject) -> None:
    """M(a) ^ M(b) ^ M(c) = M(a ^ b ^ c) in the payload bits: what the batch rests on."""
    three = [data.draw(st.text("0123456789", min_size=length, max_size=length)) for _ in range(3)]
    bits = np.bitwise_xor.reduce(payload_bits(three), axis=0)
    base, differences = codes._affine_map(length)
    flipped = (bits.astype(np.int64) @ differences.astype(np.int64)) & 1
    drawn = [codes.reference_matrix(payload).ravel() for payload in three]
    assert np.array_equal(np.bitwise_xor.reduce(drawn), base ^ flipped)


def test_payload_bits_are_eleven_for_a_pair_and_six_for_the_last() -> None:
    assert payload_bits(["A0Z"]).tolist() == [[int(bit) for bit in f"{10 * 45:011b}{35:06b}"]]


@pytest.mark.parametrize("bad", ["okr08", "OKR08#1", "OKR08\n1"])
def test_other_characters_are_refused(bad: str) -> None:
    with pytest.raises(ValueError):
        qr_paths([bad])


def test_a_path_fills_each_dark_module_once() -> None:
    long = "Q+VLS-4R3XCLBS$+6Q-V08L3F."  # one run of it has three numbers of two digits
    payloads = [long, *random_payloads(26, 9)]
    for draw, every in (
        (qr_paths(payloads), matrices(payloads)),
        (datamatrix.paths(payloads, 24), datamatrix.matrices(payloads, 24)),
    ):
        for path, matrix in zip(draw, every, strict=True):
            cells = filled(path)
            assert len(cells) == len(set(cells))
            assert set(cells) == independent_path(matrix)


def test_blocks_do_not_change_the_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    payloads = random_payloads(26, 11)
    whole = qr_paths(payloads)
    monkeypatch.setattr(codes, "_BLOCK", 4)
    assert qr_paths(payloads) == whole


def test_drawn_codes_are_read_by_a_stranger(tmp_path) -> None:
    payloads = [CODE, *random_payloads(26, 5), *[f"A1-47{n:03d}-{n:07d}-11-B-Z" for n in range(5)]]
    paths = [path for payload in payloads for path in qr_paths([payload])]
    with PdfFile(tmp_path / "codes.pdf") as file:
        first = file.next_number
        unit = 0.508 * 72 / 25.4
        for path in paths:
            file.append(stream(b"q %.4f 0 0 %.4f 20 20 cm\n%sf Q\n" % (unit, unit, path)))
        tree = file.next_number + len(paths)
        for index in range(len(paths)):
            file.append(
                b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 80 80]/Contents %d 0 R/Resources<<>>>>"
                % (tree, first + index)
            )
        kids = b" ".join(b"%d 0 R" % number for number in range(first + len(paths), tree))
        file.append(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(paths), kids))
        catalog = file.append(b"<</Type/Catalog/Pages %d 0 R>>" % tree)
        file.close(catalog=catalog, info=file.append(b"<<>>"))
    with pdfium.PdfDocument(tmp_path / "codes.pdf") as document:
        for dpi in (200, 300, 600):
            for page, payload in zip(document, payloads, strict=True):
                pixels = page.render(scale=dpi / 72, grayscale=True).to_numpy()
                found = zxingcpp.read_barcodes(np.ascontiguousarray(pixels.reshape(pixels.shape[:2])))
                assert [entry.text for entry in found] == [payload]
                assert found[0].ec_level == "M"


def codewords() -> list[str]:
    postcodes = ["9042215", "9000021", "2630023", "1000013", ""]
    addresses = [
        "うるま市みどり町一丁目1番1号",
        "那覇市泉崎1-2-3",
        "稲毛区緑町3丁目30-8　郵便ビル403号",
        "霞が関1A-2B",
        "",
    ]
    return customer_barcodes(postcodes, addresses, [""] * 5)[0]


def test_barcode_paths_draw_the_bars() -> None:
    """Bars in units of 1/6 of a long bar: F 0-6, A 2-6, D 0-4, T 2-4; bar 1 wide, pitch 2."""
    shape = {"F": (0, 6), "A": (2, 4), "D": (0, 4), "T": (2, 2)}
    lines = codewords()
    assert lines[-1] == ""
    paths = barcode_paths(lines)
    for line, path in zip(lines, paths, strict=True):
        expected = [(2 * at, *shape[state]) for at, state in enumerate(bars(line))] if line else []
        assert [tuple(map(int, match)) for match in BARS.findall(path)] == expected
        assert not BARS.sub(b"", path).strip()


def test_drawn_bars_are_read_back() -> None:
    states = {(0, 6): "F", (2, 4): "A", (0, 4): "D", (2, 2): "T"}
    for line, path in zip(codewords(), barcode_paths(codewords()), strict=True):
        if line:
            found = "".join(states[int(y), int(height)] for _, y, height in BARS.findall(path))
            assert read_bars(found) == line


def test_no_barcodes_at_all() -> None:
    assert barcode_paths([]) == []
    assert barcode_paths(["", ""]) == [b"", b""]
