"""Press sheets from the pages of another PDF: one content stream and its own list of forms per side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from kouki_print.pdf.copying import Copier
from kouki_print.pdf.document import KIDS, write_nodes
from kouki_print.pdf.foreign import opened
from kouki_print.pdf.metadata import PRODUCER, DocumentInfo, write_info, write_xmp
from kouki_print.pdf.statement import Statement
from kouki_print.pdf.writer import PdfFile, Standard, WrittenFile, numbers, stream, text_string


@dataclass(frozen=True, slots=True)
class SheetSide:
    """One side of a press sheet: operators, and the form behind each name they use."""

    content: bytes
    forms: Mapping[str, int]


def version_for(statement: Statement) -> Standard:
    """The standard whose PDF version holds what the source holds, whether it may be named or not."""
    return statement.standard or ("x1a" if statement.old else "x4")


def finish_sheets(
    file: PdfFile,
    sides: Iterable[SheetSide],
    count: int,
    *,
    size: tuple[float, float],
    source: Path,
    statement: Statement,
    copier: Copier,
    info: tuple[str, str],
) -> WrittenFile:
    """Write ``count`` sides of ``size`` points, and what the source says of itself, and close the file.

    Output intents and layers are the source's.  ``info`` is the title of the file and what its identifiers are
    made from.
    """
    box = numbers((0, 0, *size))
    first = file.next_number + 1
    first_node = first - 1 + 2 * count
    for index, side in enumerate(sides):
        content = file.append(stream(side.content))
        forms = b"".join(b"/%s %d 0 R" % (name.encode("ascii"), form) for name, form in side.forms.items())
        file.append(
            b"<</Type/Page/Parent %d 0 R/Contents %d 0 R/Resources<</XObject<<%s>>>>/TrimBox[%s]/BleedBox[%s]>>"
            % (first_node + index // KIDS, content, forms, box, box)
        )
    root = write_nodes(file, range(first, first_node, 2), b"/MediaBox[%s]" % box)
    entries = b"/Type/Catalog/Pages %d 0 R" % root
    with opened(source) as original:
        for key in ("/OutputIntents", "/OCProperties"):
            if copy := copier.value(original, original.Root, key):
                entries += b"%s %s" % (key.encode("ascii"), copy)
    title, key = info
    if statement.standard and statement.date:
        document = DocumentInfo(title, key, statement.date, variable=False)
        entries += b"/Metadata %d 0 R" % write_xmp(file, document)
        number = write_info(file, document)
    else:
        trapped = b"/Trapped/True" if statement.trapped else b""
        number = file.append(
            b"<</Title%s/Producer%s%s>>" % (text_string(title), text_string(PRODUCER), trapped)
        )
    return file.close(catalog=file.append(b"<<%s>>" % entries), info=number)
