"""CONTENTS.json: what a package holds, written inside it and compared where it is opened."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from kouki_print.order.typed import Frozen

CONTENTS = "CONTENTS.json"
_PLAIN = re.compile(r'[^/\\:*?"<>|\x00-\x1f]+')  # a part of a path that every system can write


def _safe(path: str) -> str:
    """A path that leads nowhere but into the folder it is written into."""
    parts = path.split("/")
    if path == CONTENTS or not all(_PLAIN.fullmatch(part) and part.strip(". ") for part in parts):
        raise ValueError(path)
    return path


def is_manifest(path: str) -> bool:
    """Whether a file of the vendor's package is the manifest of a unit."""
    unit, _, name = path.partition("/")
    return bool(unit) and name == "manifest.json"


Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class File(Frozen):
    """One file: ``kind``, pages and sequences as the unit's manifest tells them (kind ``file``: it does not)."""

    path: Annotated[str, AfterValidator(_safe)]
    sha256: Digest
    bytes: Annotated[int, Field(ge=0)]
    kind: str = "file"
    pages: int | None = None
    first_sequence: int | None = None
    last_sequence: int | None = None


class Contents(Frozen):
    """All of a package.  ``versions`` are the program's, the fonts' and the tariff's, from the manifests."""

    schema_version: int = 1
    job: str
    title: str
    insurer: str
    receiver: str
    name: str
    content: str
    pieces: int | None
    boxes: int | None
    versions: dict[str, str]
    files: list[File]
