"""Who and what a print file is: Info, XMP and the output intent (ISO 15930-4 and -7, ISO 16612-2).

Dates come from the job and are written in UTC with ``Z``; identifiers are uuid5 of the file's
name within the job, so the same job gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass
from xml.sax.saxutils import escape

from kouki_print.pdf.writer import PdfFile, Standard, stream, text_string

_NAMESPACE = uuid.UUID("6f0b7e0c-5c1e-5d0f-9a55-3c1d8a1f7d02")
PRODUCER = "kouki_print"


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """Title and dates of one file; ``variable`` says whether a PDF/X-4 file is PDF/VT-1 as well."""

    title: str
    key: str
    date: dt.date
    variable: bool


@dataclass(frozen=True, slots=True)
class OutputIntent:
    """Printing condition (出力インテント): identifier, description, registry and CMYK profile bytes."""

    condition: str
    info: str
    registry: str
    profile: bytes


def write_info(file: PdfFile, info: DocumentInfo) -> int:
    """Append the Info dictionary and return its number."""
    date = info.date.strftime("D:%Y%m%d000000Z").encode("ascii")
    # ISO 15930-4 (X-1a:2003) is named here; X-4 in XMP alone.
    named = b"/GTS_PDFXVersion(PDF/X-1a:2003)" if file.standard == "x1a" else b""
    return file.append(
        b"<</Title%s/Creator(%s)/Producer(%s)/CreationDate(%s)/ModDate(%s)/Trapped/False%s>>"
        % (text_string(info.title), PRODUCER.encode(), PRODUCER.encode(), date, date, named)
    )


def write_xmp(file: PdfFile, info: DocumentInfo) -> int:
    """Append the XMP packet, unfiltered as PDF/X-4 asks, and return its number."""
    packet = _xmp(info, file.standard).encode("utf-8")
    return file.append(stream(packet, b"/Type/Metadata/Subtype/XML", compress=False))


def write_intent(file: PdfFile, intent: OutputIntent) -> int:
    """Append profile and output intent and return the intent's number."""
    profile = file.append(stream(intent.profile, b"/N 4"))
    registry = b"/RegistryName" + text_string(intent.registry) if intent.registry else b""
    return file.append(
        b"<</Type/OutputIntent/S/GTS_PDFX/OutputConditionIdentifier%s/OutputCondition%s/Info%s%s"
        b"/DestOutputProfile %d 0 R>>"
        % (
            text_string(intent.condition),
            text_string(intent.info),
            text_string(intent.info),
            registry,
            profile,
        )
    )


def _xmp(info: DocumentInfo, standard: Standard) -> str:
    date = info.date.strftime("%Y-%m-%dT00:00:00Z")
    document = uuid.uuid5(_NAMESPACE, info.key)
    instance = uuid.uuid5(_NAMESPACE, info.key + "#instance")
    identification = ""
    if standard == "x4":
        identification += (
            '<rdf:Description rdf:about="" xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/">'
            "<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion></rdf:Description>\n"
        )
    if standard == "x4" and info.variable:
        identification += (
            '<rdf:Description rdf:about="" xmlns:pdfvtid="http://www.npes.org/pdfvt/ns/id/">'
            "<pdfvtid:GTS_PDFVTVersion>PDF/VT-1</pdfvtid:GTS_PDFVTVersion>"
            f"<pdfvtid:GTS_PDFVTModDate>{date}</pdfvtid:GTS_PDFVTModDate></rdf:Description>\n"
        )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:format>application/pdf</dc:format><dc:title><rdf:Alt>"
        f'<rdf:li xml:lang="x-default">{escape(info.title)}</rdf:li></rdf:Alt></dc:title></rdf:Description>\n'
        '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>"
        f"<xmp:MetadataDate>{date}</xmp:MetadataDate><xmp:CreatorTool>{PRODUCER}</xmp:CreatorTool></rdf:Description>\n"
        '<rdf:Description rdf:about="" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">'
        f"<xmpMM:DocumentID>uuid:{document}</xmpMM:DocumentID><xmpMM:InstanceID>uuid:{instance}</xmpMM:InstanceID>"
        "<xmpMM:VersionID>1</xmpMM:VersionID><xmpMM:RenditionClass>default</xmpMM:RenditionClass></rdf:Description>\n"
        '<rdf:Description rdf:about="" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">'
        f"<pdf:Producer>{PRODUCER}</pdf:Producer><pdf:Trapped>False</pdf:Trapped></rdf:Description>\n"
        f"{identification}</rdf:RDF></x:xmpmeta>\n" + '<?xpacket end="r"?>'
    )
