"""Assembling a print file: shared resources first, then streams, then pages, tree, records, catalog.

The 1-up and the imposed file of a lot begin with the same bytes (fonts, static art, every
piece's streams); the second is forked from the first there, so imposing costs a copy of bytes
and no page is ever parsed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from kouki_print.pdf.artwork import Artwork
from kouki_print.pdf.fontset import EmbeddedFont, write_fonts
from kouki_print.pdf.metadata import DocumentInfo, OutputIntent, write_info, write_intent, write_xmp
from kouki_print.pdf.picture import Picture
from kouki_print.pdf.writer import PdfFile, WrittenFile, deflate, numbers, stream, text_string

KIDS = 256  # old consumers stop at 8,191 array elements; small nodes also open faster
_LEAVES = 1000

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Form:
    """Static art as a Form XObject: content and bounding box in points."""

    content: bytes
    bbox: Box


@dataclass(frozen=True, slots=True)
class Spot:
    """A named ink (特色): resource and colorant name, and its process colours (0 to 1) where it is not on press."""

    resource: str
    name: str
    cmyk: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Layer:
    """Optional content that is a processing step (ISO 19593-1, group Structural): resource name, title, step."""

    resource: str
    title: str
    step: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What all pages of a file share: fonts, artwork, pictures by resource name, named inks, and layers."""

    fonts: Sequence[EmbeddedFont]
    artwork: Mapping[str, Artwork]
    pictures: Mapping[str, Picture]
    spots: Sequence[Spot] = ()
    layers: Sequence[Layer] = ()

    @property
    def bytes(self) -> int:
        """About what fonts, artwork and pictures weigh in each file."""
        fonts = sum(len(body) for font in self.fonts for body in font.bodies)
        art = sum(len(each.data) for each in self.artwork.values())
        return fonts + art + sum(len(each.packed) for each in self.pictures.values())


@dataclass(frozen=True, slots=True)
class Resources:
    """Object numbers of the page resources and of the file's layers."""

    number: int
    layers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PageBoxes:
    """MediaBox, TrimBox and BleedBox of all pages of a file, in points."""

    media: Box
    trim: Box
    bleed: Box


def write_resources(file: PdfFile, common: Shared, forms: Mapping[str, Form]) -> Resources:
    """Append fonts, graphics state, inks, layers, artwork, pictures and static art; return the page resources.

    All forms share the resources of the file's fonts and artwork, so they are self-contained and immutable.
    """
    font_entries = write_fonts(file, common.fonts)
    state = file.append(b"<</Type/ExtGState/OP true/op true/OPM 1>>")
    # /All prints on every plate; used for registration marks only (8.6.6.4).
    inks = {"CSAll": _separation(file, b"All", (1, 1, 1, 1))}
    for spot in common.spots:
        name = spot.name.replace(" ", "#20").encode("ascii")
        inks[spot.resource] = _separation(file, name, spot.cmyk)
    layers = {layer.resource: file.append(_layer(layer)) for layer in common.layers}
    shared = b"/Font<<%s>>/ExtGState<</GS0 %d 0 R>>/ColorSpace<<%s>>" % (font_entries, state, _entries(inks))
    if layers:
        shared += b"/Properties<<%s>>" % _entries(layers)
    given: dict[str, Artwork | Picture] = {**common.artwork, **common.pictures}
    objects = {key: each.write(file) for key, each in given.items()}
    inner = file.append(b"<<%s/XObject<<%s>>>>" % (shared, _entries(objects)))
    # The keys of PDF/VT tell a front end what it may keep between pages (ISO 16612-2, 6.7.2).
    scope = b"/GTS_Scope/File/GTS_Encapsulated false" if file.standard == "x4" else b""
    for key, form in forms.items():
        head = b"/Type/XObject/Subtype/Form/BBox[%s]/Resources %d 0 R%s" % (numbers(form.bbox), inner, scope)
        objects[key] = file.append(stream(form.content, head))
    number = file.append(b"<<%s/XObject<<%s>>>>" % (shared, _entries(objects)))
    return Resources(number, tuple(layers.values()))


def _entries(numbers: Mapping[str, int]) -> bytes:
    return b"".join(b"/%s %d 0 R" % (key.encode("ascii"), number) for key, number in numbers.items())


def _layer(layer: Layer) -> bytes:
    return b"<</Type/OCG/Name%s/GTS_Metadata<</GTS_ProcStepsGroup/Structural/GTS_ProcStepsType/%s>>>>" % (
        text_string(layer.title),
        layer.step.encode("ascii"),
    )


def _separation(file: PdfFile, name: bytes, cmyk: tuple[float, float, float, float]) -> int:
    """A separation with its tint function, the same in every file of the job."""
    tint = file.append(b"<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1[%s]/N 1>>" % numbers(cmyk))
    return file.append(b"[/Separation/%s/DeviceCMYK %d 0 R]" % (name, tint))


def write_piece_streams(file: PdfFile, contents: Sequence[bytes]) -> int:
    """Append the compressed content streams of the pieces and return the first number.

    This is the inner loop of the whole product: one deflate and one format per stream.
    """
    first = file.next_number
    packed = map(deflate, contents)
    file.append_serialised(
        [
            b"%d 0 obj\n<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream\nendobj\n"
            % (number, len(data), data)
            for number, data in enumerate(packed, first)
        ]
    )
    return first


def finish(
    file: PdfFile,
    *,
    resources: Resources,
    contents: Sequence[bytes],
    boxes: PageBoxes,
    records: Sequence[tuple[bytes, int]] | None,
    lot: int,
    info: DocumentInfo,
    intent: OutputIntent,
) -> WrittenFile:
    """Write pages, page tree, record tree and catalog, and close the file.

    ``contents`` holds per page the references of its content streams.  ``records`` holds per record its
    ``/DPM`` entries and its number of (consecutive) pages, or is None for a file without records; PDF/X-1a
    knows none.
    """
    if file.standard == "x1a":
        records = None
    pages = len(contents)
    first_page = file.next_number
    first_node = first_page + pages
    root_node = first_node + -(-pages // KIDS)
    first_leaf = root_node + 1
    leaves = None
    if records is not None:
        leaves = [first_leaf + at for at, (_, size) in enumerate(records) for _ in range(size)]
    _write_pages(file, contents, boxes, first_node, leaves)
    entries = b"/Resources %d 0 R/MediaBox[%s]" % (resources.number, numbers(boxes.media))
    write_nodes(file, range(first_page, first_node), entries)
    record_root = b""
    if records is not None:
        record_root = b"/DPartRoot %d 0 R" % _write_records(file, records, first_page, lot)
    intent_number = write_intent(file, intent)
    xmp = write_xmp(file, info)
    info_number = write_info(file, info)
    catalog = file.append(
        b"<</Type/Catalog/Pages %d 0 R/Metadata %d 0 R/OutputIntents[%d 0 R]%s%s>>"
        % (root_node, xmp, intent_number, record_root, _layer_list(resources.layers))
    )
    return file.close(catalog=catalog, info=info_number)


def write_nodes(file: PdfFile, pages: range, entries: bytes) -> int:
    """Append the nodes of the page tree, which all pages inherit ``entries`` from, and return its root.

    Page i of the file names as its parent the node that gets the next number + i // ``KIDS``.
    """
    first = file.next_number
    groups = [pages[start : start + KIDS] for start in range(0, len(pages), KIDS)]
    root = first + len(groups)
    for kids in groups:
        file.append(b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%s]>>" % (root, len(kids), _references(kids)))
    nodes = _references(range(first, root))
    return file.append(b"<</Type/Pages/Count %d/Kids[%s]%s>>" % (len(pages), nodes, entries))


def _layer_list(layers: Sequence[int]) -> bytes:
    """Catalog entry of the layers: all are on, all are listed, and there is one configuration only."""
    if not layers:
        return b""
    listed = _references(layers)
    return b"/OCProperties<</OCGs[%s]/D<</Name(Default)/BaseState/ON/Order[%s]>>>>" % (listed, listed)


def _write_pages(
    file: PdfFile, contents: Sequence[bytes], boxes: PageBoxes, first_node: int, leaves: Sequence[int] | None
) -> None:
    tail = b"/TrimBox[%s]/BleedBox[%s]" % (numbers(boxes.trim), numbers(boxes.bleed))
    first = file.next_number
    if leaves is None:
        pages = [
            b"%d 0 obj\n<</Type/Page/Parent %d 0 R%s/Contents[%s]>>\nendobj\n"
            % (first + index, first_node + index // KIDS, tail, content)
            for index, content in enumerate(contents)
        ]
    else:
        pages = [
            b"%d 0 obj\n<</Type/Page/Parent %d 0 R%s/Contents[%s]/DPart %d 0 R>>\nendobj\n"
            % (first + index, first_node + index // KIDS, tail, content, leaf)
            for index, (content, leaf) in enumerate(zip(contents, leaves, strict=True))
        ]
    file.append_serialised(pages)


def _write_records(file: PdfFile, records: Sequence[tuple[bytes, int]], first_page: int, lot: int) -> int:
    """DPart tree Job → Lot → Record (ISO 16612-2): leaves first, returns the number of the DPartRoot."""
    first_leaf = file.next_number
    lot_node = first_leaf + len(records)
    job_node = lot_node + 1
    root = job_node + 1
    starts = accumulate((size for _, size in records), initial=first_page)
    file.append_all(
        [
            b"<</Type/DPart/Parent %d 0 R/Start %d 0 R/End %d 0 R/DPM<<%s>>>>"
            % (lot_node, start, start + size - 1, entries)
            for (entries, size), start in zip(records, starts, strict=False)
        ]
    )
    leaves = range(first_leaf, lot_node)
    inner = b"".join(
        b"[%s]" % _references(leaves[start : start + _LEAVES]) for start in range(0, len(leaves), _LEAVES)
    )
    file.append(
        b"<</Type/DPart/Parent %d 0 R/DParts[%s]/DPM<</Lot<</Number %d>>>>>>" % (job_node, inner, lot)
    )
    file.append(b"<</Type/DPart/Parent %d 0 R/DParts[[%d 0 R]]>>" % (root, lot_node))
    return file.append(
        b"<</Type/DPartRoot/DPartRootNode %d 0 R/NodeNameList[/Job/Lot/Record]/RecordLevel 2>>" % job_node
    )


def _references(numbers: Sequence[int] | range) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)
