"""A PDF file written front to back in one pass: header, objects in number order, xref, trailer.

Objects get the next number when they are appended, so a forward reference is arithmetic on
``next_number``.  Nothing is held but the offsets and about one MiB of bytes (ISO 32000-1, 7.5).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np

from kouki_print.base.errors import JobError

COMPRESSION_LEVEL = 4  # measured: 60 % of the time of level 6 for 8 % more bytes
Standard = Literal["x4", "x1a"]
_VERSION: dict[Standard, bytes] = {"x4": b"1.6", "x1a": b"1.4"}  # ISO 15930-7, 6.2; ISO 15930-4, 6.2
_FLUSH_AT = 1 << 20
_MAX_BYTES = 2_000_000_000  # practical limit of front ends, far below the 10-digit offset
_SMALLER = "job.toml の [printing] lot_sheets を小さくしてください。"


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """What was written: size in bytes and SHA-256 in hex."""

    bytes: int
    sha256: str


def deflate(data: bytes) -> bytes:
    """Flate-compressed bytes; one level for the whole project, so that bytes are repeatable."""
    return zlib.compress(data, COMPRESSION_LEVEL)


def stream(data: bytes, entries: bytes = b"", *, compress: bool = True) -> bytes:
    """Body of a stream object; ``entries`` are further dictionary entries, already serialised."""
    if compress:
        data = deflate(data)
        entries += b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def text_string(text: str) -> bytes:
    """A text string object: ASCII as a literal, everything else as UTF-16BE (7.9.2.2)."""
    if text.isascii():
        escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        return b"(" + escaped.encode("ascii") + b")"
    return b"<" + (b"\xfe\xff" + text.encode("utf-16-be")).hex().encode("ascii").upper() + b">"


def numbers(values: Iterable[float]) -> bytes:
    """Numbers without an exponent or ``-0``; 0.0001 points are more than any press can show."""
    texts = (f"{value:.4f}".rstrip("0").rstrip(".") for value in values)
    return " ".join("0" if text == "-0" else text for text in texts).encode("ascii")


class PdfFile:
    """An open PDF file.  Use as a context manager; on an exception the unfinished file is removed.

    ``standard`` says what it may hold; ``most_bytes`` is what it may grow to (0: what front ends take), and
    ``smaller`` what to do when it outgrows that.
    """

    def __init__(
        self, path: Path, standard: Standard = "x4", most_bytes: int = 0, smaller: str = _SMALLER
    ) -> None:
        self.path = path
        self.standard = standard
        self._most_bytes, self._smaller = most_bytes or _MAX_BYTES, smaller
        self._temporary = path.with_name(f".{path.name}.part")
        self._temporary.parent.mkdir(parents=True, exist_ok=True)
        self._handle: BinaryIO = self._temporary.open("wb")
        self._hash = hashlib.sha256()
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._written = 0
        self._offsets: list[int] = []
        # Four bytes above 127 mark the file as binary (7.5.2).
        self._put(b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % _VERSION[standard])

    def __enter__(self) -> PdfFile:
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if not self._handle.closed:
            self._handle.close()
            self._temporary.unlink(missing_ok=True)

    @property
    def next_number(self) -> int:
        """Number that the next appended object will get."""
        return len(self._offsets) + 1

    @property
    def position(self) -> int:
        """Bytes so far, which is the offset of the next object."""
        return self._written + self._pending_bytes

    def append(self, body: bytes) -> int:
        """Append one object and return its number."""
        number = self.next_number
        self._offsets.append(self.position)
        self._put(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        return number

    def append_all(self, bodies: Sequence[bytes]) -> int:
        """Append objects with consecutive numbers and return the first of them."""
        first = self.next_number
        self.append_serialised(
            [b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(bodies, first)]
        )
        return first

    def append_serialised(self, objects: Sequence[bytes]) -> None:
        """Append whole objects (``n 0 obj … endobj``) that already carry the next numbers."""
        self._offsets.extend(accumulate(map(len, objects), initial=self.position))
        self._offsets.pop()  # the end of the last is the start of nothing yet
        self._put(b"".join(objects))

    def fork(self, path: Path) -> PdfFile:
        """A second file that begins with all bytes written so far: same objects, same numbers."""
        self._flush()
        self._handle.flush()
        twin = object.__new__(PdfFile)
        twin.path = path
        twin.standard, twin._most_bytes, twin._smaller = self.standard, self._most_bytes, self._smaller
        twin._temporary = path.with_name(f".{path.name}.part")
        twin._temporary.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._temporary, twin._temporary)
        twin._handle = twin._temporary.open("ab")
        twin._hash = self._hash.copy()
        twin._pending, twin._pending_bytes = [], 0
        twin._written = self._written
        twin._offsets = list(self._offsets)
        return twin

    def close(self, *, catalog: int, info: int) -> WrittenFile:
        """Write xref and trailer, give the file its final name and return size and digest.

        ``/ID`` is taken from the digest of all bytes before the trailer, hence from the content.
        """
        start = self.position
        table = np.char.mod("%010d 00000 n \n", np.array(self._offsets, dtype=np.int64))
        size = len(self._offsets) + 1
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        self._put("".join(table.tolist()).encode("ascii"))
        self._flush()
        identity = self._hash.copy().hexdigest()[:32].upper().encode("ascii")
        self._put(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%s><%s>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (size, catalog, info, identity, identity, start)
        )
        self._flush()
        self._handle.close()
        os.replace(self._temporary, self.path)
        return WrittenFile(self._written, self._hash.hexdigest())

    def _put(self, data: bytes) -> None:
        self._pending.append(data)
        self._pending_bytes += len(data)
        if self._pending_bytes >= _FLUSH_AT:
            self._flush()

    def _flush(self) -> None:
        if self.position > self._most_bytes:
            raise JobError(
                f"印刷ファイルが{self._most_bytes / 1e6:,.0f}MBを超えます。",
                remedy=self._smaller,
                file=self.path.name,
            )
        block = b"".join(self._pending)
        self._hash.update(block)
        self._handle.write(block)
        self._written += len(block)
        self._pending.clear()
        self._pending_bytes = 0
