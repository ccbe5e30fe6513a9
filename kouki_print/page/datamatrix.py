"""Data Matrix (ISO/IEC 16022, ECC 200) in columns: the matching code of vendors that do not take a QR code.

Square symbols of one region, from 10 × 10 to 26 × 26 modules, texts in ASCII encodation: a pair of digits is
one codeword.  Codewords, Reed-Solomon and placement are each one step over all symbols.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache, partial

import numpy as np

from kouki_print.page.codes import symbol_paths

# Side of the symbol: codewords of data and of Reed-Solomon.
_CAPACITY = {
    10: (3, 5), 12: (5, 7), 14: (8, 10), 16: (12, 12), 18: (18, 14), 20: (22, 18), 22: (30, 20), 24: (36, 24),
    26: (44, 28),
}  # fmt: skip
_PAD = 129
_FIELD = 0x12D  # x^8 + x^5 + x^3 + x^2 + 1
_LIGHT, _DARK = -2, -1  # modules that bear no bit

# Places of the eight bits of a codeword, from the first: (row, column) from the lowest right one, or, where it
# is cut by a corner, from the corners of the symbol.
_SHAPE = ((-2, -2), (-2, -1), (-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0))
_CORNER_A = ((-1, 0), (-1, 1), (-1, 2), (0, -2), (0, -1), (1, -1), (2, -1), (3, -1))
_CORNER_B = ((-3, 0), (-2, 0), (-1, 0), (0, -4), (0, -3), (0, -2), (0, -1), (1, -1))
_CORNER_D = ((-1, 0), (-1, -1), (0, -3), (0, -2), (0, -1), (1, -3), (1, -2), (1, -1))


def size_for(texts: Iterable[str]) -> int:
    """Side in modules of the smallest symbol that holds each of the texts; ValueError when none does."""
    need = int(_ascii(list(texts))[1].max())
    for side, (data, _) in _CAPACITY.items():
        if need <= data:
            return side
    raise ValueError(f"no Data Matrix of one region holds {need} codewords")


def paths(texts: Sequence[str], side: int) -> list[bytes]:
    """Path of dark runs of each symbol in module units, origin at the bottom left; to be filled once."""
    return symbol_paths(texts, partial(matrices, side=side))


def matrices(texts: Sequence[str], side: int) -> np.ndarray:
    """Symbols of the texts in one size, which must hold them all: uint8 (n, side, side), 1 = dark."""
    data = codewords(texts, _CAPACITY[side][0])
    bits = np.unpackbits(np.concatenate([data, _check_words(data, _CAPACITY[side][1])], axis=1), axis=1)
    bits = np.concatenate([bits, np.zeros_like(bits[:, :1]), np.ones_like(bits[:, :1])], axis=1)
    out = np.zeros((len(texts), side, side), dtype=np.uint8)
    out[:, :, 0] = out[:, -1, :] = 1  # solid at the left and below, broken above and at the right
    out[:, 0, ::2] = out[:, 1::2, -1] = 1
    out[:, 1:-1, 1:-1] = bits[:, _placement(side - 2)]
    return out


def codewords(texts: Sequence[str], capacity: int) -> np.ndarray:
    """Data codewords of each text, padded: uint8 (n, capacity)."""
    words, used = _ascii(texts)
    if used.max() > capacity:
        raise ValueError(f"{used.max()} codewords do not go into {capacity}")
    place = np.arange(1, capacity + 1)
    pads = _PAD + 149 * place % 253 + 1  # scrambled, for many equal pads would make a pattern
    pads = np.where(pads > 254, pads - 254, pads).astype(np.uint8)
    out = np.where(place == used[:, None] + 1, np.uint8(_PAD), pads)
    words = words[:, :capacity]
    own = out[:, : words.shape[1]]
    np.copyto(own, words, where=place[: words.shape[1]] <= used[:, None])
    return out


def _ascii(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Codewords of each text in ASCII encodation, and how many there are."""
    raw = np.array([text.encode("ascii") for text in texts])
    letters = raw.view(np.uint8).reshape(len(texts), raw.itemsize)
    digit = (letters >= 48) & (letters <= 57)
    words = np.zeros((len(texts), raw.itemsize), dtype=np.uint8)
    used = np.zeros(len(texts), dtype=np.int64)
    free = np.ones(len(texts), dtype=bool)  # not yet taken as the second of a pair
    for column in range(raw.itemsize):
        mine = letters[:, column]
        if column + 1 < raw.itemsize:
            pair = free & digit[:, column] & digit[:, column + 1]
            double = 130 + (mine - 48) * 10 + (letters[:, min(column + 1, raw.itemsize - 1)] - 48)
        else:
            pair, double = np.zeros_like(free), mine
        rows = np.flatnonzero(free & (mine > 0))
        words[rows, used[rows]] = np.where(pair, double, mine + 1)[rows]
        used[rows] += 1
        free = ~pair
    return words, used


@lru_cache(maxsize=1)
def _logarithms() -> tuple[np.ndarray, np.ndarray]:
    """Powers of 2 in the field of 256, twice over, and their exponents."""
    powers = np.zeros(510, dtype=np.uint8)
    exponents = np.zeros(256, dtype=np.int64)
    value = 1
    for exponent in range(255):
        powers[exponent] = powers[exponent + 255] = value
        exponents[value] = exponent
        value = value << 1 ^ (_FIELD if value & 128 else 0)
    return powers, exponents


@lru_cache(maxsize=9)
def _multiples(count: int) -> np.ndarray:
    """The generator polynomial of so many check words, without its first 1, times each value: (256, count)."""
    powers, exponents = _logarithms()

    def times(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        product = powers[exponents[one] + exponents[other]]
        return np.where((one == 0) | (other == 0), 0, product).astype(np.uint8)

    polynomial = np.array([1], dtype=np.uint8)
    for root in range(1, count + 1):
        polynomial = np.append(polynomial, 0) ^ np.append(0, times(polynomial, powers[root]))
    return times(np.arange(256, dtype=np.uint8)[:, None], polynomial[None, 1:])


def _check_words(data: np.ndarray, count: int) -> np.ndarray:
    """Reed-Solomon words of all symbols: what is left when the data are divided by the generator."""
    multiples = _multiples(count)
    rest = np.zeros((len(data), count + 1), dtype=np.uint8)
    for column in data.T:
        factor = rest[:, 0] ^ column
        rest[:, :-1] = rest[:, 1:]
        rest[:, :-1] ^= multiples[factor]
    return rest[:, :-1]


@lru_cache(maxsize=9)
def _placement(side: int) -> np.ndarray:
    """Which bit (8 × codeword + bit) each module within the borders bears: int64 (side, side)."""
    modules = np.full((side, side), _LIGHT, dtype=np.int64)
    placed = 0

    def place(shape: Iterable[tuple[int, int]]) -> None:
        nonlocal placed
        for row, column in shape:
            modules[row, column] = placed
            placed += 1

    def wrapped(row: int, column: int) -> tuple[int, int]:
        shift = 4 - (side + 4) % 8
        if row < 0:
            row, column = row + side, column + shift
        return (row + shift, column + side) if column < 0 else (row, column)

    def sweep(row: int, column: int, step: int) -> tuple[int, int]:
        """Codewords along a diagonal, upwards (2) or downwards (-2), as long as it is within the symbol."""
        while True:
            if 0 <= row < side and 0 <= column < side and modules[row, column] == _LIGHT:
                place(wrapped(row + down, column + across) for down, across in _SHAPE)
            row, column = row - step, column + step
            if not (row >= 0 and column < side if step > 0 else row < side and column >= 0):
                return row, column

    row, column = 4, 0
    while row < side or column < side:
        if (row, column) == (side, 0):
            place(_CORNER_A)
        elif (row, column) == (side - 2, 0):
            place(_CORNER_B)
        elif (row, column) == (side + 4, 2) and side % 8 == 0:
            place(_CORNER_D)
        row, column = sweep(row, column, 2)
        row, column = sweep(row + 1, column + 3, -2)
        row, column = row + 3, column + 1
    if modules[-1, -1] == _LIGHT:  # four modules that no codeword reaches
        modules[-1, -1] = modules[-2, -2] = _DARK
    return modules
