"""CONTENTS.json: what a package holds, written inside it and compared where it is opened."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from kouki_print.order.typed import Frozen

CONTENTS = "CONTENTS.json"
_LONGEST = 255  # bytes of a path: no part of it is then too long for any system
_PLAIN = re.compile(r'[^\\:*?"<>|]*[^\\:*?"<>|. ]')  # a part of a path that every system can write
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE)


def _shown(text: str) -> str:
    """A text that does nothing to a screen but stand there: no control, format or line character."""
    kinds = {unicodedata.category(character) for character in text}
    if kinds & {"Zl", "Zp"} or any(kind.startswith("C") for kind in kinds):
        raise ValueError("not to be shown")
    return text


def safe_path(path: str) -> str:
    """A path that leads nowhere but into the folder it is written into, on every system."""
    parts = _shown(path).split("/")
    if len(path.encode()) > _LONGEST or _folded(parts[0]) == _folded(CONTENTS):
        raise ValueError("too long or taken")
    if not all(_PLAIN.fullmatch(part) and not _DEVICE.fullmatch(part) for part in parts):
        raise ValueError("not a name everywhere")
    return path


def _folded(path: str) -> str:
    """What two names have in common that are one file on some system."""
    return unicodedata.normalize("NFC", path).casefold()


def is_manifest(path: str) -> bool:
    """Whether a file of the vendor's package is the manifest of a unit."""
    unit, _, name = path.partition("/")
    return bool(unit) and name == "manifest.json"


Text = Annotated[str, AfterValidator(_shown)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class File(Frozen):
    """One file: ``kind``, pages and sequences as the unit's manifest tells them (kind ``file``: it does not)."""

    path: Annotated[str, AfterValidator(safe_path)]
    sha256: Digest
    bytes: Annotated[int, Field(ge=0)]
    kind: Text = "file"
    pages: int | None = None
    first_sequence: int | None = None
    last_sequence: int | None = None


class Contents(Frozen):
    """All of a package.  ``versions`` are the program's, the fonts' and the tariff's, from the manifests."""

    schema_version: int = 1
    job: Text
    title: Text
    insurer: Text
    receiver: Text
    name: Text
    content: Text
    pieces: int | None
    boxes: int | None
    versions: dict[Text, Text]
    files: list[File]

    @model_validator(mode="after")
    def _each_has_its_place(self) -> Self:
        """No file lies where another one does, or below it."""
        paths = {_folded(file.path) for file in self.files}
        folders = {path[:at] for path in paths for at, character in enumerate(path) if character == "/"}
        if len(paths) != len(self.files) or paths & folders:
            raise ValueError("one place for two files")
        return self
