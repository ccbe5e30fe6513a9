"""Where each value of a TOML text stands: its line, by the path of keys and positions to it.

``[[front.text]]`` entries, dotted keys, inline tables and lists of several lines all count alike, so that a
message about ``("front", "text", 2, "size")`` can name the line to correct.  The text has been read as TOML
before; nothing is checked here.
"""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:\\.|.)*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|\n|[\[\]{}=,.]|[^\s\[\]{}=,.#"\']+',
    re.DOTALL,
)
_BLANK = "\n#"


def lines_of(text: str) -> dict[Path, int]:
    """Line (from 1) of every table, entry, key and list element of a valid TOML text."""
    return _Scan(text).lines


class _Scan:
    """One pass over the tokens of a text."""

    def __init__(self, text: str) -> None:
        self.tokens: list[tuple[str, int]] = []
        self.lines: dict[Path, int] = {}
        self._lasts: dict[Path, int] = {}  # position of the last [[entry]] of each list of tables
        row, end = 1, 0
        for found in _TOKEN.finditer(text):
            row += text.count("\n", end, found.start())
            end = found.start()
            self.tokens.append((found.group(), row))
        self.at = 0
        base: Path = ()
        while self.at < len(self.tokens):
            token, row = self.tokens[self.at]
            if token[0] in _BLANK:
                self.at += 1
            elif token == "[":
                base = self._header(row)
            else:
                self._pair(base)

    def _header(self, row: int) -> Path:
        several = self.tokens[self.at + 1][0] == "["
        self.at += 2 if several else 1
        names = self._key("]")
        self.at += 1 if several else 0
        path: Path = ()
        for name in names[:-1]:
            path = (*path, name)
            self.lines.setdefault(path, row)
            path = (*path, self._lasts[path]) if path in self._lasts else path
        path = (*path, names[-1])
        if several:
            self._lasts[path] = self._lasts.get(path, -1) + 1
            self.lines.setdefault(path, row)
            path = (*path, self._lasts[path])
        self.lines.setdefault(path, row)
        return path

    def _key(self, end: str) -> list[str]:
        """Names of a dotted key up to the sign that ends it."""
        names = []
        while (token := self.tokens[self.at][0]) != end:
            if token != ".":
                names.append(token.strip("\"'"))
            self.at += 1
        self.at += 1
        return names

    def _pair(self, base: Path) -> None:
        row = self.tokens[self.at][1]
        path = base
        for name in self._key("="):
            path = (*path, name)
            self.lines.setdefault(path, row)
        self._value(path)

    def _value(self, path: Path) -> None:
        token = self.tokens[self.at][0]
        if token == "[":
            self._members(path, "]")
        elif token == "{":
            self._members(path, "}")
        else:
            while self.at < len(self.tokens) and self.tokens[self.at][0][0] not in ",]}\n#":
                self.at += 1

    def _members(self, path: Path, end: str) -> None:
        """Elements of a list, or pairs of an inline table, up to the closing bracket."""
        self.at += 1
        count = 0
        while (found := self.tokens[self.at])[0] != end:
            if found[0][0] in _BLANK or found[0] == ",":
                self.at += 1
            elif end == "}":
                self._pair(path)
            else:
                self.lines[*path, count] = found[1]
                self._value((*path, count))
                count += 1
        self.at += 1
