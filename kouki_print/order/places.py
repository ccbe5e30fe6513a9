"""Where in the order's files a setting stands: job.toml first, then the preset it is laid over.

Settings are merged before they are checked; a message must still name the file and line to correct.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from kouki_print.base.errors import JobError
from kouki_print.order.messages import order_faults

BY_CODE = ("enclosure", "set")  # entries that job.toml overrides one by one
IN_LINES = "documents"  # a table whose entries are tables of one line
_HEADER = re.compile(r"\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_\-]+|\"[^\"]*\")\s*(?:=|\.)")
_CODE = re.compile(r"\s*code\s*=\s*[\"']([^\"']*)[\"']")
_STRINGS = re.compile(r"\"[^\"]*\"|'[^']*'|#.*")


@dataclass(slots=True)
class Block:
    """One table of a TOML file: its name, the line of its header, and its lines (number, text)."""

    name: str
    row: int
    lines: list[tuple[int, str]] = field(default_factory=list)

    def row_of(self, key: str) -> int | None:
        """Line of a key; also of one within an inline table (``when = { age = … }``)."""
        for row, line in self.lines:
            found = _KEY.match(line)
            if found and found[1].strip('"') == key:
                return row
        inner = re.compile(rf"(?:^|[{{,\s])\"?{re.escape(key)}\"?\s*=")
        return next((row for row, line in self.lines if inner.search(_STRINGS.sub('""', line))), None)

    def code(self) -> str:
        """Code of an entry, empty when it has none."""
        return next((found[1] for _, line in self.lines if (found := _CODE.match(line))), "")


def blocks_of(text: str) -> list[Block]:
    """The tables of a TOML text in order; what stands before the first header has the name ``""``."""
    found = [Block("", 1)]
    for row, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.fullmatch(line)
        if header:
            found.append(Block(header[2].replace('"', ""), row))
        else:
            found[-1].lines.append((row, line))
    return found


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the order: its name, text and plain values."""

    name: str
    text: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sources:
    """The files of an order, the one that overrides first (job.toml, preset)."""

    files: Sequence[Source]
    merged: Mapping[str, Any]

    def place(self, *location: str | int) -> tuple[str, int | None]:
        """File and line of a setting, as near as it can be found; the first file when it is nowhere."""
        names = [part for part in location if isinstance(part, str)]
        if names[:1] == [IN_LINES]:  # keys of an entry stand on the line of the entry itself
            del names[2:]
        for source in self.files:
            within = self._blocks(source, location)
            for key in reversed(names[1:]):
                rows = [row for block in within if (row := block.row_of(key)) is not None]
                rows += [block.row for block in within if block.name == f"{names[0]}.{key}"]
                if rows:
                    return source.name, rows[0]
            if within and (len(names) == 1 or source is self._owner(location)):
                return source.name, within[0].row
        return self.files[0].name, None

    def _owner(self, location: Sequence[str | int]) -> Source:
        """The file whose table is in force: the overriding one where it has the table at all."""
        return next(
            (source for source in self.files if location and location[0] in source.values), self.files[0]
        )

    def _blocks(self, source: Source, location: Sequence[str | int]) -> list[Block]:
        if not location or not isinstance(location[0], str):
            return []
        table = location[0]
        blocks = blocks_of(source.text)
        if len(location) < 2 or not isinstance(location[1], int):
            return [each for each in blocks if each.name == table or each.name.startswith(table + ".")]
        if table not in BY_CODE and source is not self._owner(location):
            return []  # a list that the overriding file replaces as a whole
        starts = [at for at, each in enumerate(blocks) if each.name == table]
        if table in BY_CODE:
            code = str(self.merged[table][location[1]].get("code", ""))
            starts = [at for at in starts if blocks[at].code() == code]
        else:
            starts = starts[location[1] : location[1] + 1]
        chosen = []
        for at in starts:
            chosen.append(blocks[at])
            for each in blocks[at + 1 :]:
                if not each.name.startswith(table + "."):
                    break
                chosen.append(each)
        return chosen

    def fault(self, what: str, *location: str | int, remedy: str = "この項目を直してください。") -> JobError:
        """The error about a setting, with its file and line."""
        file, row = self.place(*location)
        return JobError(what, remedy=remedy, file=file, row=row)

    def faults(self, problem: ValidationError, model: type[BaseModel]) -> JobError:
        """All that is wrong with types and names of settings, as one error at the place of the first."""
        location, what = order_faults(problem, model)
        file, row = self.place(*location)
        return JobError(
            what, remedy=f"{file} のこの項目を直して、もう一度実行してください。", file=file, row=row
        )
