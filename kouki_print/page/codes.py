"""Codes drawn in columns: all QR matching codes of a lot in one matrix product, bars from tables.

For a fixed version, level, mask, mode and payload length the module matrix is an affine function
over GF(2) of the payload bits (ISO/IEC 18004: Reed-Solomon, placement and masking are linear or
constant).  The `qrcode` library is the oracle: it is called once per bit, never per person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import qrcode
from qrcode.util import MODE_ALPHA_NUM, QRData

from kouki_print.post.barcode import bars_column

ALPHANUMERIC = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
VERSION = 2
SIZE = 17 + 4 * VERSION
_MASK = 3  # one fixed mask for every code: readers need no particular one
_BLOCK = 4096
_RUN_BYTES = 14  # of the longest operator, "10 10 10 1 re", and the end of its line


def reference_matrix(payload: str) -> np.ndarray:
    """One code by the library: uint8 matrix, 1 = dark."""
    code = qrcode.QRCode(
        version=VERSION, error_correction=qrcode.constants.ERROR_CORRECT_M, mask_pattern=_MASK, border=0
    )
    code.add_data(QRData(payload, mode=MODE_ALPHA_NUM), optimize=0)
    code.make(fit=False)
    return np.array(code.modules, dtype=np.uint8)


@lru_cache(maxsize=256)
def free_matrix(text: str) -> np.ndarray:
    """A QR code of any text in the smallest version that holds it (level M): uint8 matrix, 1 = dark.

    Kept, for the same few stand on all pages of a job; nobody may change what it gives.
    """
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    matrix = np.array(code.modules, dtype=np.uint8)
    matrix.flags.writeable = False
    return matrix


def matrix_path(matrix: np.ndarray) -> bytes:
    """Path of the dark runs of one code in module units, origin at the bottom left; to be filled once."""
    out = []
    for row, modules in enumerate(matrix):
        edges = np.diff(np.pad(modules.astype(np.int8), 1))
        for start, stop in zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1), strict=True):
            out.append(f"{start} {len(matrix) - 1 - row} {stop - start} 1 re\n")
    return "".join(out).encode("ascii")


def payload_bits(payloads: Sequence[str]) -> np.ndarray:
    """Alphanumeric-mode data bits of payloads of one length: uint8 (n, bits)."""
    length = len(payloads[0])
    table = np.full(128, 255, dtype=np.uint8)
    table[[ord(character) for character in ALPHANUMERIC]] = np.arange(45)
    raw = np.frombuffer("".join(payloads).encode("ascii"), dtype=np.uint8)
    values = table[raw].reshape(len(payloads), length).astype(np.uint16)
    if values.max(initial=0) > 44:
        raise ValueError("payload has a character outside the QR alphanumeric set")
    pairs = values[:, 0 : length // 2 * 2 : 2] * 45 + values[:, 1::2][:, : length // 2]
    bits = ((pairs[:, :, None] >> np.arange(10, -1, -1)) & 1).reshape(len(payloads), -1)
    if length % 2:
        last = (values[:, -1][:, None] >> np.arange(5, -1, -1)) & 1
        bits = np.concatenate([bits, last], axis=1)
    return bits.astype(np.uint8)


@lru_cache(maxsize=8)
def _affine_map(length: int) -> tuple[np.ndarray, np.ndarray]:
    """(base matrix of the all-zero payload, difference per payload bit), both flattened."""
    base = reference_matrix("0" * length).ravel()
    differences = []
    for position in range(length // 2):
        for shift in range(10, -1, -1):
            high, low = divmod(1 << shift, 45)
            text = "0" * (2 * position) + ALPHANUMERIC[high] + ALPHANUMERIC[low]
            differences.append(reference_matrix(text.ljust(length, "0")).ravel() ^ base)
    if length % 2:
        for shift in range(5, -1, -1):
            text = "0" * (length - 1) + ALPHANUMERIC[1 << shift]
            differences.append(reference_matrix(text).ravel() ^ base)
    return base, np.array(differences, dtype=np.float32)


def matrices(payloads: Sequence[str]) -> np.ndarray:
    """Module matrices of payloads (set codes have one or two letters): uint8 (n, 25, 25)."""
    lengths = np.fromiter(map(len, payloads), dtype=np.int64, count=len(payloads))
    if (lengths == lengths[0]).all():
        return _matrices_of_one_length(payloads)
    out = np.empty((len(payloads), SIZE, SIZE), dtype=np.uint8)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        out[rows] = _matrices_of_one_length([payloads[row] for row in rows.tolist()])
    return out


def _matrices_of_one_length(payloads: Sequence[str]) -> np.ndarray:
    base, differences = _affine_map(len(payloads[0]))
    bits = payload_bits(payloads).astype(np.float32)
    flips = (bits @ differences).astype(np.int32) & 1  # exact: sums stay far below 2**24
    return (flips.astype(np.uint8) ^ base).reshape(len(payloads), SIZE, SIZE)


@lru_cache(maxsize=4)
def _run_table(size: int) -> np.ndarray:
    """Operators of every possible run, padded to one width: index (row, start, length)."""
    table = np.zeros((size, size, size + 1), dtype=f"S{_RUN_BYTES}")
    for row in range(size):
        for start in range(size):
            for length in range(1, size - start + 1):
                text = f"{start} {size - 1 - row} {length} 1 re"
                table[row, start, length] = (text.ljust(_RUN_BYTES - 1) + "\n").encode("ascii")
    return table


def qr_paths(payloads: Sequence[str]) -> list[bytes]:
    """Path of dark runs of each code in module units, origin at the bottom left; to be filled once."""
    return symbol_paths(payloads, matrices)


def symbol_paths(texts: Sequence[str], draw: Callable[[Sequence[str]], np.ndarray]) -> list[bytes]:
    """Paths of square symbols of one size; ``draw`` makes the matrices (n, size, size) of a block of texts."""
    out: list[bytes] = []
    for start in range(0, len(texts), _BLOCK):
        out.extend(_block_paths(draw(texts[start : start + _BLOCK])))
    return out


def _block_paths(symbols: np.ndarray) -> list[bytes]:
    count, size, _ = symbols.shape
    padded = np.zeros((count, size, size + 2), dtype=np.int8)
    padded[:, :, 1:-1] = symbols
    edges = np.diff(padded, axis=2).ravel()
    begin = np.flatnonzero(edges == 1)
    length = np.flatnonzero(edges == -1) - begin
    piece, rest = np.divmod(begin, size * (size + 1))
    row, column = np.divmod(rest, size + 1)
    operators = _run_table(size)[row, column, length].tobytes()
    ends = (np.cumsum(np.bincount(piece, minlength=count)) * _RUN_BYTES).tolist()
    return [operators[first:last] for first, last in zip([0, *ends], ends, strict=False)]


# Customer barcode bars in units of 1/6 of a long bar: (from, height), for F, A, D and T.
_BAR = {"F": (0, 6), "A": (2, 4), "D": (0, 4), "T": (2, 2)}
BAR_COUNT = 67
_BAR_BYTES = 13


@lru_cache(maxsize=1)
def _bar_table() -> np.ndarray:
    """Operator of every bar number in every state, padded to one width: index (bar, ASCII of the state)."""
    table = np.zeros((BAR_COUNT, 128), dtype=f"S{_BAR_BYTES}")
    for bar in range(BAR_COUNT):
        for state, (bottom, height) in _BAR.items():
            text = f"{2 * bar} {bottom} 1 {height} re"
            table[bar, ord(state)] = (text.ljust(_BAR_BYTES - 1) + "\n").encode("ascii")
    return table


def barcode_paths(codewords: Sequence[str]) -> list[bytes]:
    """Path of each customer barcode in units (bar 1 wide, pitch 2), origin at the bottom left; empty when none."""
    drawn = [states for states in bars_column(codewords) if states]
    states = np.frombuffer("".join(drawn).encode("ascii"), dtype=np.uint8).reshape(len(drawn), BAR_COUNT)
    paths = _bar_table()[np.arange(BAR_COUNT), states].tobytes()
    width = BAR_COUNT * _BAR_BYTES
    ready = iter(paths[start : start + width] for start in range(0, len(paths), width))
    return [next(ready) if words else b"" for words in codewords]
