"""Artwork (入稿デザイン): a designer's PDF page becomes a Form XObject of our files, by path and digest.

pypdf reads it once; what is not fit for print (RGB, transparency, fonts that are not embedded,
another size) is refused with a sentence.  Nothing edits it afterwards: it is the same object in
every file of the job.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    ContentStream,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from kouki_print.base.errors import JobError
from kouki_print.base.pinned import pinned_bytes
from kouki_print.pdf.writer import PdfFile, deflate

_TOLERANCE = 1.5  # points (0.5 mm)
_RGB = (b"rg", b"RG")
_SKIPPED = frozenset(
    {"/Parent", "/StructParent", "/StructParents", "/Metadata", "/PieceInfo", "/LastModified"}
)
_REMEDY = "デザイン会社に、CMYK・フォント埋込み・透明なしのPDFで書き出し直してもらってください。"

Part = bytes | int  # bytes as they are, or a reference to one of the artwork's own objects (from 0)


@dataclass(frozen=True, slots=True)
class Artwork:
    """Objects of one page, the last one being the Form XObject; numbers are filled in when written."""

    bodies: tuple[tuple[Part, ...], ...]

    def write(self, file: PdfFile) -> int:
        """Append all objects and return the number of the form."""
        base = file.next_number
        for parts in self.bodies:
            file.append(
                b"".join(b"%d 0 R" % (base + part) if isinstance(part, int) else part for part in parts)
            )
        return base + len(self.bodies) - 1


def load_artwork(path: Path, *, page: int, sha256: str, width: float, height: float) -> Artwork:
    """Page ``page`` (from 1) of a PDF as artwork of a sheet of ``width`` × ``height`` points.

    JobError when the file is not the approved one (``sha256``) or not fit for print.
    """
    data = pinned_bytes(path, sha256, what="デザインのPDF", setting="様式の artwork")
    try:
        reader = PdfReader(io.BytesIO(data), strict=True)
        if reader.is_encrypted:
            raise _unfit("暗号化されています", path)
        if not 1 <= page <= len(reader.pages):
            raise _unfit(f"{page}ページ目がありません", path)
        return _artwork(reader.pages[page - 1], path, width, height)
    except (PyPdfError, ValueError, KeyError, RecursionError):
        raise _unfit("PDFとして読めません", path) from None


def _unfit(what: str, path: Path) -> JobError:
    return JobError(f"デザインのPDFは使えません: {what}。", remedy=_REMEDY, file=path.name)


def _artwork(page: Any, path: Path, width: float, height: float) -> Artwork:
    trim = page.trimbox
    if abs(float(trim.width) - width) > _TOLERANCE or abs(float(trim.height) - height) > _TOLERANCE:
        raise _unfit("仕上がり寸法（TrimBox）が様式と違います", path)
    if page.rotation:
        raise _unfit("ページが回転しています", path)
    resources = page.get("/Resources", DictionaryObject()).get_object()
    for problem in _problems(resources, page.get_contents(), page.pdf):
        raise _unfit(problem, path)
    if "/Group" in page and page["/Group"].get_object().get("/S") == "/Transparency":
        raise _unfit("透明効果があります", path)
    content = page.get_contents()
    copier = _Copier()
    entries = copier.value(resources)
    box = b" ".join(b"%.3f" % float(value) for value in page.bleedbox)
    packed = deflate(content.get_data() if content is not None else b"")
    head = (
        b"<</Type/XObject/Subtype/Form/BBox[%s]/Matrix[1 0 0 1 %.3f %.3f]/GTS_Scope/File/GTS_Encapsulated false"
        b"/Resources " % (box, -float(trim.left), -float(trim.bottom))
    )
    tail = b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    return Artwork((*copier.bodies, (head, *entries, tail)))


def _problems(resources: Any, content: Any, reader: Any) -> Iterator[str]:
    """What makes a page or form unfit for print, in words."""
    if content is not None:
        operations = ContentStream(content, reader).operations
        if any(operator in _RGB for _, operator in operations):
            yield "RGBの色があります"
    for state in _entries(resources, "/ExtGState"):
        opaque = all(float(state.get(key, 1)) == 1 for key in ("/ca", "/CA"))
        if not opaque or state.get("/SMask", "/None") != "/None":
            yield "透明効果があります"
    for space in _entries(resources, "/ColorSpace"):
        if "RGB" in str(space):
            yield "RGBの色があります"
    for font in _entries(resources, "/Font"):
        if not _embedded(font):
            yield "埋め込まれていないフォントがあります"
    for form in _entries(resources, "/XObject"):
        if (
            "/SMask" in form
            or form.get("/Group", DictionaryObject()).get_object().get("/S") == "/Transparency"
        ):
            yield "透明効果があります"
        if "RGB" in str(form.get("/ColorSpace", "")):
            yield "RGBの画像があります"
        if form.get("/Subtype") == "/Form":
            yield from _problems(form.get("/Resources", DictionaryObject()).get_object(), form, reader)


def _entries(resources: Mapping[str, Any], kind: str) -> Iterator[Any]:
    for entry in resources.get(kind, DictionaryObject()).get_object().values():
        yield entry.get_object()


def _embedded(font: Any) -> bool:
    if font.get("/Subtype") == "/Type3":
        return True
    if font.get("/Subtype") == "/Type0":
        font = font["/DescendantFonts"][0].get_object()
    descriptor = font.get("/FontDescriptor", DictionaryObject()).get_object()
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))


class _Copier:
    """Turns pypdf objects into parts of bytes; each indirect object once."""

    def __init__(self) -> None:
        self.bodies: list[tuple[Part, ...]] = []
        self._numbers: dict[tuple[int, int], int] = {}

    def value(self, value: Any) -> tuple[Part, ...]:
        """A direct value, with references to copied objects."""
        if isinstance(value, IndirectObject):
            return (self._object(value),)
        if isinstance(value, StreamObject):
            raise ValueError("a stream must be indirect")
        if isinstance(value, DictionaryObject):
            parts: list[Part] = [b"<<"]
            for key in sorted(value):
                if key not in _SKIPPED:
                    parts += [
                        _bytes(NameObject(key).write_to_stream),
                        b" ",
                        *self.value(value.raw_get(key)),
                        b" ",
                    ]
            return (*parts, b">>")
        if isinstance(value, ArrayObject):
            parts = [b"["]
            for entry in value:
                parts += [*self.value(entry), b" "]
            return (*parts, b"]")
        return (_bytes(value.write_to_stream),)

    def _object(self, reference: IndirectObject) -> int:
        key = (reference.idnum, reference.generation)
        if key in self._numbers:
            return self._numbers[key]
        number = self._numbers[key] = len(self.bodies)
        self.bodies.append(())  # the place is taken before the content, which may refer back to it
        target: PdfObject | None = reference.get_object()
        if isinstance(target, StreamObject):
            data = target._data
            dictionary = DictionaryObject(target)
            dictionary[NameObject("/Length")] = NumberObject(len(data))
            self.bodies[number] = (*self.value(dictionary), b"stream\n", data, b"\nendstream")
        else:
            self.bodies[number] = self.value(target)
        return number


def _bytes(write: Callable[[Any], None]) -> bytes:
    stream = io.BytesIO()
    write(stream)
    return stream.getvalue()
