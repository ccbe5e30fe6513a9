"""Copying from another PDF into ours: a page becomes a Form XObject, each object it uses is copied once.

Objects are taken as text of which only the references change, streams with their own bytes and filters:
nothing is interpreted, and nothing held but a table of numbers.
"""

from __future__ import annotations

import re
from collections import deque

import pikepdf

from kouki_print.base.pdf_text import REFERENCE, Ref, references
from kouki_print.pdf.writer import PdfFile, deflate

_FILTERS = ("/Filter", "/DecodeParms")
# How a form and an image are painted: all else in them is of the program that made them, and never prints.
_PAINTED = {
    "/Form": frozenset(
        {"/Type", "/Subtype", "/FormType", "/BBox", "/Matrix", "/Resources", "/Group", "/OC", "/OPI", *_FILTERS}
    ),
    "/Image": frozenset(
        {
            "/Type", "/Subtype", "/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Intent", "/ImageMask",
            "/Mask", "/Decode", "/Interpolate", "/Alternates", "/SMask", "/SMaskInData", "/Matte", "/OC", "/OPI",
            *_FILTERS,
        }
    ),
}  # fmt: skip
# The same of other streams (fonts, profiles, patterns).  Other dictionaries are left as they are: in a map
# of resources any key may be the name of one.
_PRIVATE = frozenset(
    {"/Length", "/Metadata", "/PieceInfo", "/LastModified", "/AF", "/StructParent", "/StructParents"}
)
# What belongs to the whole source, and a way back to its pages that would bring all of it along.
_WHOLE = ("/Catalog", "/Pages", "/Page", "/Metadata", "/Filespec", "/EmbeddedFile", "/StructElem")
_NOTHING = b"null"


class Copier:
    """Copies from one source into one file; the source may be closed and opened anew between two calls.

    Objects are written in the order they are met, so numbers are known before their turn comes.  What has no
    resources of its own uses the page's (ISO 32000-1, 7.8.3: old programs), so all that leads to such an
    object is copied once for each set of resources that a page lends it.
    """

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        self._numbers: dict[tuple[Ref, int], int] = {}
        self._waiting: deque[tuple[Ref, int]] = deque()
        self._next = 0
        self._inherited: dict[Ref, bytes] = {}
        self._lenders: dict[bytes, int] = {}
        self._self_contained: set[Ref] = set()

    def form(self, source: pikepdf.Pdf, page: pikepdf.Object, head: bytes, heir_of: Ref | None = None) -> int:
        """Append a page as a form and return its number.

        ``head`` has the entries for its box and the like; ``heir_of`` is the node that has its resources.
        """
        owner = source.get_object(heir_of) if heir_of else page
        used = _entry(owner, "/Resources") if "/Resources" in owner else b"<<>>"
        lender = self._lenders.setdefault(used, len(self._lenders) + 1) if self._lends(source, used) else 0
        if heir_of and used.startswith(b"<<"):
            used = self._shared(source, heir_of, used, lender)
        filters, data = _content(page)
        self._begin()
        resources = used if heir_of in self._inherited else self._renumbered(source, used, lender)
        group = page.get("/Group")
        if isinstance(group, pikepdf.Dictionary):
            # A page's group is isolated without saying so (ISO 32000-1, 11.4.7).
            group = pikepdf.Dictionary({**group, "/I": True})
            head += b"/Group" + self._renumbered(source, _text(group))
        text = b"<</Type/XObject/Subtype/Form%s/Resources %s%s/Length %d>>" % (
            head, resources, self._renumbered(source, filters), len(data),
        )  # fmt: skip
        return self._append(source, text + _stream(data), resources)

    def value(self, source: pikepdf.Pdf, owner: pikepdf.Object, key: str) -> bytes:
        """Copy an entry of a dictionary, and return a reference to the copy; empty when there is none."""
        if key not in owner:
            return b""
        self._begin()
        return b"%d 0 R" % self._append(source, self._renumbered(source, _entry(owner, key, resolved=True)))

    def _shared(self, source: pikepdf.Pdf, node: Ref, resources: bytes, lender: int) -> bytes:
        """A reference to the resources that stand in a node of the page tree."""
        if node not in self._inherited:
            self._inherited[node] = own = b"%d 0 R" % self._file.next_number
            self._begin()
            self._append(source, self._renumbered(source, resources, lender), own)
        return self._inherited[node]

    def _lends(self, source: pikepdf.Pdf, text: bytes) -> bool:
        """Whether this leads to anything without resources of its own."""
        seen: set[Ref] = set()
        waiting = references(text)
        while waiting:
            key = waiting.pop()
            if key not in seen and key not in self._self_contained:
                seen.add(key)
                value = source.get_object(key)
                if _is_bare(value):
                    return True
                waiting += references(_kept(value))
        self._self_contained |= seen
        return False

    def _begin(self) -> None:
        self._next = self._file.next_number + 1  # the object in hand itself comes first

    def _append(self, source: pikepdf.Pdf, body: bytes, resources: bytes = b"") -> int:
        """Append an object, then all that it refers to and all that these refer to."""
        number = self._file.append(body)
        while self._waiting:
            key, lender = self._waiting.popleft()
            self._file.append(self._copy(source, source.get_object(key), lender, resources))
        return number

    def _number(self, source: pikepdf.Pdf, key: Ref, lender: int) -> int:
        if lender and not self._lends(source, b"%d %d R" % key):
            lender = 0
        number = self._numbers.get((key, lender))
        if number is None:
            number = self._numbers[key, lender] = self._next
            self._next += 1
            self._waiting.append((key, lender))
        return number

    def _renumbered(self, source: pikepdf.Pdf, text: bytes, lender: int = 0) -> bytes:
        def replaced(found: re.Match[bytes]) -> bytes:
            if not found[1]:
                return found[0]
            return b"%d 0 R" % self._number(source, (int(found[1]), int(found[2])), lender)

        return REFERENCE.sub(replaced, text)

    def _copy(self, source: pikepdf.Pdf, value: object, lender: int, resources: bytes) -> bytes:
        text = self._renumbered(source, _kept(value), lender)
        if lender and _is_bare(value):
            text = text.removesuffix(b">>") + b"/Resources %s>>" % resources
        if isinstance(value, pikepdf.Stream) and text != _NOTHING:
            data = _raw(value)
            text = text.removesuffix(b">>") + b"/Length %d>>" % len(data) + _stream(data)
        return text


def _kept(value: object) -> bytes:
    """What is copied of an object: its dictionary, or another value."""
    if not isinstance(value, pikepdf.Stream | pikepdf.Dictionary):
        return _text(value)
    if value.get("/Type") in _WHOLE:
        return _NOTHING
    if isinstance(value, pikepdf.Dictionary):
        return _text(value)
    entries = value.stream_dict
    painted = _PAINTED.get(str(entries.get("/Subtype")))
    for key in entries.keys() & _PRIVATE if painted is None else entries.keys() - painted:
        del entries[key]
    return _text(entries)


def _is_bare(value: object) -> bool:
    """Whether names in this are looked up in the resources of the page."""
    if not isinstance(value, pikepdf.Stream | pikepdf.Dictionary) or "/Resources" in value:
        return False
    if isinstance(value, pikepdf.Stream):
        return value.get("/Subtype") == "/Form" or value.get("/PatternType") == 1
    return value.get("/Subtype") == "/Type3"


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
