"""Copying from another PDF into ours: a page becomes a Form XObject, each object it uses is copied once.

Objects are taken as text of which only the references change, streams with their own bytes and filters:
nothing is interpreted, and nothing held but a table of numbers.
"""

from __future__ import annotations

import re
from collections import deque

import pikepdf

from kouki_print.pdf.writer import PdfFile, deflate

Key = tuple[int, int]  # object and generation number in the source

_REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*\)|(\d+) (\d+) R\b", re.DOTALL)  # strings are passed over
# What belongs to the whole source or to the program that made it, and never prints.
_SKIPPED = frozenset(
    {"/Parent", "/StructParent", "/StructParents", "/Metadata", "/PieceInfo", "/LastModified", "/AF"}
)
_FILTERS = ("/Filter", "/DecodeParms")
_WHOLE = ("/Catalog", "/Pages", "/Page")


class Copier:
    """Copies from one source into one file; the source may be closed and opened anew between two calls.

    Objects are written in the order they are met, so numbers are known before their turn comes.
    """

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._numbers: dict[Key, int] = {}
        self._waiting: deque[Key] = deque()
        self._next = 0
        self._inherited: dict[Key, bytes] = {}

    def form(self, source: pikepdf.Pdf, page: pikepdf.Object, head: bytes, heir_of: Key | None = None) -> int:
        """Append a page as a form and return its number.

        ``head`` has the entries for its box and the like; ``heir_of`` is the node that has its resources.
        """
        inherited = self._resources_of(source, heir_of) if heir_of else b"<<>>"
        filters, data = _content(page)
        self._begin()
        resources = self._renumbered(_entry(page, "/Resources")) if "/Resources" in page else inherited
        group = page.get("/Group")
        if isinstance(group, pikepdf.Dictionary):
            # A page's group is isolated without saying so (ISO 32000-1, 11.4.7).
            group = pikepdf.Dictionary({**group, "/I": True})
            head += b"/Group" + self._renumbered(_text(group))
        text = b"<</Type/XObject/Subtype/Form%s/Resources %s%s/Length %d>>" % (
            head, resources, self._renumbered(filters), len(data),
        )  # fmt: skip
        return self._append(source, text + _stream(data), resources)

    def value(self, source: pikepdf.Pdf, owner: pikepdf.Object, key: str) -> bytes:
        """Copy an entry of a dictionary, and return a reference to the copy; empty when there is none."""
        if key not in owner:
            return b""
        self._begin()
        return b"%d 0 R" % self._append(source, self._renumbered(_entry(owner, key, resolved=True)), b"<<>>")

    def _resources_of(self, source: pikepdf.Pdf, node: Key) -> bytes:
        if node not in self._inherited:
            self._inherited[node] = self.value(source, source.get_object(node), "/Resources")
        return self._inherited[node]

    def _begin(self) -> None:
        self._next = self._file.next_number + 1  # the object in hand itself comes first

    def _append(self, source: pikepdf.Pdf, body: bytes, resources: bytes) -> int:
        """Append an object, then all that it refers to and all that these refer to."""
        number = self._file.append(body)
        while self._waiting:
            self._file.append(self._copy(source.get_object(self._waiting.popleft()), resources))
        return number

    def _number(self, key: Key) -> int:
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = self._next
            self._next += 1
            self._waiting.append(key)
        return number

    def _renumbered(self, text: bytes) -> bytes:
        def replaced(found: re.Match[bytes]) -> bytes:
            return b"%d 0 R" % self._number((int(found[1]), int(found[2]))) if found[1] else found[0]

        return _REFERENCE.sub(replaced, text)

    def _copy(self, value: object, resources: bytes) -> bytes:
        if isinstance(value, pikepdf.Stream):
            entries, data = value.stream_dict, _raw(value)
            more = b"/Length %d" % len(data)
            if entries.get("/Subtype") == "/Form" and "/Resources" not in entries:
                more += b"/Resources " + resources  # old programs leave it to the page (ISO 32000-1, 7.8.3)
            text = self._renumbered(_text(_without(entries, _SKIPPED | {"/Length"})))
            return text.removesuffix(b">>") + more + b">>" + _stream(data)
        if isinstance(value, pikepdf.Dictionary):
            if value.get("/Type") in _WHOLE:
                return b"null"  # a way back to the pages would bring the whole source along
            _without(value, _SKIPPED)
        return self._renumbered(_text(value))


def _content(page: pikepdf.Object) -> tuple[bytes, bytes]:
    """A page's content as one stream: its filters and its bytes.

    A single stream keeps both; several are joined as they are read and packed anew.
    """
    contents = page.get("/Contents")
    parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
    streams = [_stream_of(part) for part in parts if part is not None]
    if len(streams) != 1:
        return b"/Filter/FlateDecode", deflate(b"\n".join(each.read_bytes() for each in streams))
    entries = streams[0].stream_dict
    filters = (key.encode("ascii") + b" " + _entry(entries, key) for key in _FILTERS if key in entries)
    return b"".join(filters), _raw(streams[0])


def _stream_of(value: object) -> pikepdf.Stream:
    if isinstance(value, pikepdf.Stream):
        return value
    raise ValueError("content that is no stream")


def _raw(stream: pikepdf.Stream) -> bytes:
    if "/F" in stream.stream_dict:
        raise ValueError("a stream that lies in another file")
    return stream.read_raw_bytes()


def _stream(data: bytes) -> bytes:
    return b"stream\n%s\nendstream" % data


def _without(entries: pikepdf.Object, keys: frozenset[str]) -> pikepdf.Object:
    for key in keys & entries.keys():
        del entries[key]
    return entries


def _text(value: object) -> bytes:
    """A value as it stands in a PDF; an indirect one as itself, not as its reference."""
    if isinstance(value, pikepdf.Object):
        return value.unparse(resolved=True)
    return pikepdf.Array([value]).unparse()[1:-1]  # numbers and truth values come as Python's


def _entry(owner: pikepdf.Object, key: str, *, resolved: bool = False) -> bytes:
    """The value of an entry; an indirect one as its reference, unless it is ``resolved``."""
    value = owner[key]
    if isinstance(value, pikepdf.Object) and not resolved:
        return value.unparse()
    return _text(value)
