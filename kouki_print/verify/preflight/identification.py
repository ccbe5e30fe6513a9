"""Items 7 to 18: who and what the file says it is, in its Info dictionary and its XMP packet."""

from __future__ import annotations

import datetime as dt
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pikepdf

from kouki_print.verify.preflight.items import Finding, Standard
from kouki_print.verify.preflight.source import Source, entry, name, text

PRODUCER = "kouki_print"
_X1A = "PDF/X-1a:2003"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DC = "{http://purl.org/dc/elements/1.1/}"
_XMP = "{http://ns.adobe.com/xap/1.0/}"
_MM = "{http://ns.adobe.com/xap/1.0/mm/}"
_PDF = "{http://ns.adobe.com/pdf/1.3/}"
_X = "{http://www.npes.org/pdfx/ns/id/}"
_VT = "{http://www.npes.org/pdfvt/ns/id/}"

_PDF_DATE = re.compile(
    r"D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:(Z)(?:00'?(?:00'?)?)?|([+-])(\d\d)'?(?:(\d\d)'?)?)?"
)
_DEFAULTS = ("", "01", "01", "00", "00", "00")


@dataclass(frozen=True, slots=True)
class Identity:
    """What the file states: Info, the XMP as a tree (None: absent or broken) and what is wrong with it."""

    info: dict[str, Any]
    xmp: ET.Element | None
    fault: str

    def stated(self, key: str) -> str:
        """A value of the XMP; empty without one."""
        return _value(self.xmp, key) if self.xmp is not None else ""

    @property
    def ours(self) -> bool:
        return text(self.info.get("/Producer")) == PRODUCER

    def standard(self, *, records: bool) -> Standard | None:
        """The standard that the file claims; None when it claims none."""
        if self.stated(f"{_VT}GTS_PDFVTVersion") or (records and self.stated(f"{_X}GTS_PDFXVersion")):
            return Standard.vt
        if self.stated(f"{_X}GTS_PDFXVersion"):
            return Standard.x4
        return Standard.x1a if "/GTS_PDFXVersion" in self.info else None


def read_identity(source: Source) -> Identity:
    """Info and XMP of an open file."""
    raw = entry(source.pdf.trailer, "/Info")
    info = {key: raw[key] for key in raw.keys()} if isinstance(raw, pikepdf.Dictionary) else {}  # noqa: SIM118
    xmp, fault = _packet(entry(source.root, "/Metadata"))
    return Identity(info, xmp, fault)


def _packet(stream: Any) -> tuple[ET.Element | None, str]:
    if not isinstance(stream, pikepdf.Stream):
        return None, "XMP（/Metadata）がありません"
    data = stream.read_bytes()
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:  # no packet has them, and they may hide a bomb
        return None, "XMPに文書型の宣言があります"
    try:
        root = ET.fromstring(data.decode("utf-8"))
    except (ET.ParseError, ValueError):
        return None, "XMPがUTF-8の正しいXMLではありません"
    if name(stream.get("/Type")) != "/Metadata" or name(stream.get("/Subtype")) != "/XML":
        return root, "XMPの種類（/Type /Metadata、/Subtype /XML）が書かれていません"
    return root, "XMPが圧縮されています" if "/Filter" in stream else ""


def _value(root: ET.Element, key: str) -> str:
    """A property of any rdf:Description, as an attribute or an element (of alternatives: x-default)."""
    for description in root.iter(f"{_RDF}Description"):
        if key in description.attrib:
            return description.attrib[key].strip()
        found = description.find(key)
        if found is not None:
            choices = list(found.iter(f"{_RDF}li"))
            if choices:
                default = [each for each in choices if each.get(_LANG) == "x-default"]
                found = (default or choices)[0]
            return (found.text or "").strip()
    return ""


def check_identity(identity: Identity, standard: Standard, date: dt.date | None) -> Iterator[Finding]:
    """Items 7 to 18."""
    info = identity.info
    if not (text(info.get("/Title")) or "").strip():
        yield Finding(7, 0, "文書情報", "題名（/Title）がないか空です")
    yield from _dates(info, date)
    if name(info.get("/Trapped")) not in ("/True", "/False"):
        yield Finding(9, 0, "文書情報", "/Trapped が /True か /False ではありません")
    yield from _x1a_keys(info, standard)
    if standard is Standard.x1a:
        return
    if identity.fault:
        yield Finding(11, 0, "XMP", identity.fault)
    if identity.xmp is not None:
        yield from _xmp(identity)
        if standard is Standard.vt:
            yield from _variable(identity)


def _dates(info: dict[str, Any], date: dt.date | None) -> Iterator[Finding]:
    for key, word in (("/CreationDate", "作成日"), ("/ModDate", "更新日")):
        value = pdf_date(info.get(key))
        if value is None:
            yield Finding(8, 0, "文書情報", f"{word}（{key}）がないか、日付として読めません")
        elif date is not None and value.date() != date:
            yield Finding(8, 0, "文書情報", f"{word}（{key}）がジョブの日付と違います")


def _x1a_keys(info: dict[str, Any], standard: Standard) -> Iterator[Finding]:
    stated = text(info.get("/GTS_PDFXVersion"))
    if standard is Standard.x1a:
        if stated != _X1A:
            yield Finding(
                10, 0, "文書情報", f"/GTS_PDFXVersion が ({_X1A}) ではありません（{stated or 'なし'}）"
            )
        if "/GTS_PDFXConformance" in info:
            yield Finding(10, 0, "文書情報", "/GTS_PDFXConformance があります（2001年版の項目です）")
    else:
        for key in ("/GTS_PDFXVersion", "/GTS_PDFXConformance"):
            if key in info:
                yield Finding(10, 0, "文書情報", f"X-4のファイルに {key} があります")


def _xmp(identity: Identity) -> Iterator[Finding]:
    info, stated = identity.info, identity.stated
    version = stated(f"{_X}GTS_PDFXVersion")
    if version != "PDF/X-4":
        yield Finding(12, 0, "XMP", f"GTS_PDFXVersion が PDF/X-4 ではありません（{version or 'なし'}）")
    if stated(f"{_DC}title") != (text(info.get("/Title")) or "").strip():
        yield Finding(13, 0, "XMP", "dc:title が文書情報の題名と違います")
    pairs = (("CreateDate", "/CreationDate"), ("ModifyDate", "/ModDate"), ("MetadataDate", ""))
    for key, other in pairs:
        value = xmp_date(stated(f"{_XMP}{key}"))
        if value is None:
            yield Finding(14, 0, "XMP", f"xmp:{key} がないか、日付として読めません")
        elif other and not _same(value, pdf_date(info.get(other))):
            yield Finding(14, 0, "XMP", f"xmp:{key} が文書情報の {other} と違います")
    for key in ("DocumentID", "VersionID", "RenditionClass"):
        if not stated(f"{_MM}{key}"):
            yield Finding(15, 0, "XMP", f"xmpMM:{key} がないか空です")
    if not stated(f"{_MM}InstanceID"):
        yield Finding(15, 0, "XMP", "xmpMM:InstanceID がないか空です", house=True)
    if f"/{stated(f'{_PDF}Trapped')}" != name(info.get("/Trapped")):
        yield Finding(16, 0, "XMP", "pdf:Trapped が文書情報の /Trapped と違います")


def _variable(identity: Identity) -> Iterator[Finding]:
    version = identity.stated(f"{_VT}GTS_PDFVTVersion")
    if version != "PDF/VT-1":
        yield Finding(17, 0, "XMP", f"GTS_PDFVTVersion が PDF/VT-1 ではありません（{version or 'なし'}）")
    date = xmp_date(identity.stated(f"{_VT}GTS_PDFVTModDate"))
    if date is None or not _same(date, xmp_date(identity.stated(f"{_XMP}ModifyDate"))):
        yield Finding(18, 0, "XMP", "GTS_PDFVTModDate がないか、xmp:ModifyDate と違います")


def pdf_date(value: Any) -> dt.datetime | None:
    """A date of an Info dictionary (7.9.4); None when it is not one."""
    match = _PDF_DATE.fullmatch(text(value) or "")
    if match is None:
        return None
    *parts, zulu, sign, hours, minutes = match.groups()
    numbers = [int(part or default) for part, default in zip(parts, _DEFAULTS, strict=True)]
    try:
        zone = dt.timezone(
            dt.timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
        )
        return dt.datetime(*numbers, tzinfo=zone if zulu or sign else None)  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def xmp_date(value: str) -> dt.datetime | None:
    """A date of the XMP (ISO 8601); None when it is not one."""
    try:
        return dt.datetime.fromisoformat(value) if len(value) >= len("2026-01-01") else None
    except ValueError:
        return None


def _same(one: dt.datetime, other: dt.datetime | None) -> bool:
    """The same instant; where one of them names no zone, the same hour on the wall."""
    if other is None:
        return False
    if one.tzinfo is None or other.tzinfo is None:
        return one.replace(tzinfo=None) == other.replace(tzinfo=None)
    return one == other
