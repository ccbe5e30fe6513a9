"""Files that are complete or absent: write beside the final name, then rename; CSV with fixed bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

_MUST_QUOTE = (",", '"', "\n", "\r")


def sha256_of(path: Path) -> str:
    """SHA-256 of a file as lower-case hex, read in pieces of 1 MiB."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` so that a reader sees the whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(data)
    os.replace(temporary, path)


def write_text(path: Path, text: str, encoding: str = "utf-8") -> None:
    """Write text with ``\\n`` line ends, whole or not at all."""
    write_bytes(path, text.encode(encoding))


def _quoted(cell: str) -> str:
    if any(mark in cell for mark in _MUST_QUOTE):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def csv_text(columns: Mapping[str, Sequence[object]], *, safe: frozenset[str] = frozenset()) -> str:
    """Table as CSV text: header line, comma, ``\\n``; quotes only where a cell needs them.

    ``columns`` maps header to cells of equal length (text or integers).  ``safe`` names the
    columns known to hold no comma, quote or line end, which are not searched.
    """
    cells: list[Iterable[str]] = []
    for name, values in columns.items():
        texts = [value if isinstance(value, str) else str(value) for value in values]
        cells.append(texts if name in safe else map(_quoted, texts))
    lines = [",".join(map(_quoted, columns))]
    lines.extend(map(",".join, zip(*cells, strict=True)))
    lines.append("")
    return "\n".join(lines)


def write_csv(
    path: Path, columns: Mapping[str, Sequence[object]], *, safe: frozenset[str] = frozenset()
) -> None:
    """Machine CSV (UTF-8 without BOM) of :func:`csv_text`, whole or not at all."""
    write_text(path, csv_text(columns, safe=safe))
