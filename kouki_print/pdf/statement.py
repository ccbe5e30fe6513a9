"""What a PDF says of itself (名乗り), as far as a file made of its pages can go on saying it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

import pikepdf

from kouki_print.pdf.writer import Standard

_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)")
_X4 = re.compile(rb"GTS_PDFXVersion(?:>|\s*=\s*[\"'])\s*PDF/X-4\s*[<\"']")
_X1 = "PDF/X-1"  # the years of X-1a begin alike
_NAMES: dict[Standard, str] = {"x4": "PDF/X-4", "x1a": "PDF/X-1a"}
_PRESS = b"prtrCMYK"  # class and space in the head of a profile


@dataclass(frozen=True, slots=True)
class Statement:
    """Date, trapping and standard of a source; ``old`` when its header promises no more than PDF 1.4.

    ``stated`` names its standard in words (empty: none), kept or not; ``standard`` is None when sheets with our
    marks in CMYK, our dates and no trapping could not keep that promise.
    """

    date: dt.date | None
    trapped: bool
    old: bool
    stated: str
    standard: Standard | None


def statement_of(source: pikepdf.Pdf) -> Statement:
    """Read the Info dictionary, the XMP packet and the output intent of a source."""
    info = source.trailer.get("/Info")
    info = info if isinstance(info, pikepdf.Dictionary) else pikepdf.Dictionary()
    made, changed, named = (
        str(value) if isinstance(value := info.get(key), pikepdf.String) else ""
        for key in ("/CreationDate", "/ModDate", "/GTS_PDFXVersion")
    )
    date = _date(changed) or _date(made)
    trapped = info.get("/Trapped") == pikepdf.Name.True_
    standard: Standard | None = None
    if named.startswith(_X1):
        standard = "x1a"
    elif _X4.search(_packet(source)):
        standard = "x4"
    # X-1a may name a registered printing condition and leave its profile out.
    pressed = _profiles(source) in (([_PRESS], [b""]) if standard == "x1a" else ([_PRESS],))
    kept = date is not None and not trapped and pressed
    version = max(source.pdf_version, str(source.Root.get("/Version", "")).lstrip("/"))
    return Statement(
        date=date,
        trapped=trapped,
        old=version <= "1.4",
        stated=_NAMES[standard] if standard else "",
        standard=standard if kept else None,
    )


def _date(text: str) -> dt.date | None:
    found = _DATE.match(text)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _packet(source: pikepdf.Pdf) -> bytes:
    packet = source.Root.get("/Metadata")
    return packet.read_bytes() if isinstance(packet, pikepdf.Stream) else b""


def _profiles(source: pikepdf.Pdf) -> list[bytes]:
    """Class and colour space of the profile of each PDF/X output intent; empty where it has none."""
    intents = source.Root.get("/OutputIntents")
    found = []
    for intent in intents if isinstance(intents, pikepdf.Array) else []:
        if isinstance(intent, pikepdf.Dictionary) and intent.get("/S") == "/GTS_PDFX":
            profile = intent.get("/DestOutputProfile")
            found.append(profile.read_bytes()[12:20] if isinstance(profile, pikepdf.Stream) else b"")
    return found
