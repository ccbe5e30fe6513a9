"""Artwork (入稿デザイン): a designer's PDF page becomes a Form XObject of our files, by path and digest.

It is read once; what it must be like to keep the print standard is the checker's matter.  Nothing edits it
afterwards: it is the same object in every file of the job.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import pikepdf

from kouki_print.base.errors import JobError
from kouki_print.base.pinned import pinned_bytes
from kouki_print.pdf.copying import Copier
from kouki_print.pdf.writer import PdfFile

_TOLERANCE = 1.5  # points (0.5 mm)
_KEPT = frozenset({"/Type", "/Contents", "/Resources", "/MediaBox"})
_REMEDY = "デザイン会社に、CMYK・フォント埋込み・透明なしのPDFで書き出し直してもらってください。"


@dataclass(frozen=True, slots=True)
class Artwork:
    """One page as a PDF of its own, and the entries of the form it becomes."""

    data: bytes
    head: bytes

    def write(self, file: PdfFile) -> int:
        """Append the page and all it uses, and return the number of the form."""
        # The keys of PDF/VT tell a front end what it may keep between pages (ISO 16612-2, 6.7.2).
        scope = b"/GTS_Scope/File/GTS_Encapsulated false" if file.standard == "x4" else b""
        with pikepdf.open(io.BytesIO(self.data)) as source:
            return Copier(file).form(source, source.pages[0].obj, self.head + scope)


def load_artwork(path: Path, *, page: int, sha256: str, width: float, height: float) -> Artwork:
    """Page ``page`` (from 1) of a PDF as artwork of a sheet of ``width`` × ``height`` points.

    JobError when the file is not the approved one (``sha256``) or not fit for print.
    """
    data = pinned_bytes(path, sha256, what="デザインのPDF", setting="様式の artwork")
    try:
        with pikepdf.open(io.BytesIO(data), attempt_recovery=False) as source:
            if source.is_encrypted:
                raise _unfit("暗号化されています", path)
            if not 1 <= page <= len(source.pages):
                raise _unfit(f"{page}ページ目がありません", path)
            artwork = _artwork(source.pages[page - 1], path, width, height)
            if source.get_warnings():
                raise _unfit("壊れています", path)
            return artwork
    except pikepdf.PasswordError:
        raise _unfit("暗号化されています", path) from None
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError):
        raise _unfit("PDFとして読めません", path) from None


def _unfit(what: str, path: Path) -> JobError:
    return JobError(f"デザインのPDFは使えません: {what}。", remedy=_REMEDY, file=path.name)


def _artwork(page: pikepdf.Page, path: Path, width: float, height: float) -> Artwork:
    left, bottom, right, top = (float(value) for value in page.trimbox)
    if abs(right - left - width) > _TOLERANCE or abs(top - bottom - height) > _TOLERANCE:
        raise _unfit("仕上がり寸法（TrimBox）が様式と違います", path)
    if page.obj.get("/Rotate", 0):
        raise _unfit("ページが回転しています", path)
    box = b" ".join(b"%.3f" % float(value) for value in page.bleedbox)
    head = b"/BBox[%s]/Matrix[1 0 0 1 %.3f %.3f]" % (box, -left, -bottom)
    return Artwork(_alone(page), head)


def _alone(page: pikepdf.Page) -> bytes:
    """The page and what it uses as a PDF, streams as they are."""
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.pages.append(page)
        for key in pdf.pages[0].obj.keys() - _KEPT:
            del pdf.pages[0].obj[key]
        pdf.save(out, deterministic_id=True, compress_streams=False)
    return out.getvalue()
