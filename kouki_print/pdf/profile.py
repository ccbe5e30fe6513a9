"""A synthetic CMYK output profile for tests and demonstrations, made from nothing but arithmetic.

It is a valid ICC v2.4 ``prtr`` profile (CMYK → Lab) that says in its name that it is not for
production.  Real jobs name the printer's profile by path and SHA-256.
"""

from __future__ import annotations

import struct
from itertools import product

NAME = "KOUKI TEST CMYK - NOT FOR PRODUCTION"


def synthetic_profile() -> bytes:
    """Bytes of the test profile (about 6 KB), always the same."""
    tags: dict[bytes, bytes] = {
        b"desc": _description(NAME),
        b"cprt": b"text\0\0\0\0" + b"No copyright, use freely\0",
        b"wtpt": b"XYZ \0\0\0\0" + struct.pack(">3i", 63190, 65536, 54061),
        b"A2B0": _lut(4, 3, 2, _cmyk_to_lab),
        b"B2A0": _lut(3, 4, 5, _lab_to_cmyk),
        b"gamt": _lut(3, 1, 2, lambda _point: (0,)),
    }
    shared = {b"A2B1": b"A2B0", b"A2B2": b"A2B0", b"B2A1": b"B2A0", b"B2A2": b"B2A0"}
    names = sorted([*tags, *shared])
    offset = 128 + 4 + 12 * len(names)
    placed: dict[bytes, tuple[int, int]] = {}
    body = b""
    for name, data in tags.items():
        placed[name] = (offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    table = struct.pack(">I", len(names))
    for name in names:
        table += name + struct.pack(">2I", *placed[shared.get(name, name)])
    size = 128 + len(table) + len(body)
    header = struct.pack(
        ">I4sI4s4s4s6H4s4sI4s4sQI3i4s44x",
        size, b"\0\0\0\0", 0x02400000, b"prtr", b"CMYK", b"Lab ", 2026, 1, 1, 0, 0, 0,
        b"acsp", b"\0\0\0\0", 0, b"\0\0\0\0", b"\0\0\0\0", 0, 0, 63190, 65536, 54061, b"\0\0\0\0",
    )  # fmt: skip
    return header + table + body


def _description(text: str) -> bytes:
    ascii_part = text.encode("ascii") + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(ascii_part)) + ascii_part + b"\0" * (4 + 4 + 2 + 1 + 67)


def _lut(inputs: int, outputs: int, grid: int, colour: object) -> bytes:
    """An ``mft1`` table with identity curves; ``colour`` maps a grid point (0..1) to 8-bit values."""
    identity = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    ramp = bytes(range(256))
    points = product([step / (grid - 1) for step in range(grid)], repeat=inputs)
    values = bytes(channel for point in points for channel in colour(point))  # type: ignore[operator]
    return (
        b"mft1\0\0\0\0" + struct.pack(">4B", inputs, outputs, grid, 0) + identity
        + ramp * inputs + values + ramp * outputs
    )  # fmt: skip


def _cmyk_to_lab(point: tuple[float, ...]) -> tuple[int, ...]:
    """The sixteen solid colours; black ink hides all others."""
    cyan, magenta, yellow, black = point
    light = 100.0 * (1 - black) * (1 - 0.40 * cyan) * (1 - 0.50 * magenta) * (1 - 0.08 * yellow)
    a = (1 - black) * (-37 * cyan + 74 * magenta - 5 * yellow)
    b = (1 - black) * (-50 * cyan - 3 * magenta + 93 * yellow)
    return tuple(max(0, min(255, round(value))) for value in (light * 2.55, a + 128, b + 128))


def _lab_to_cmyk(point: tuple[float, ...]) -> tuple[int, ...]:
    """Neutral only: everything becomes black of the same lightness."""
    return (0, 0, 0, round(255 * (1 - point[0])))
