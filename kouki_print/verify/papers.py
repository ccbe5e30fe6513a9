"""The words of a paper for people (納品書など), as a reader finds them on its pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium


def pages_text(path: Path, pages: Sequence[int]) -> tuple[int, list[str]]:
    """How many pages a paper has, and the text of those asked for (from 0); ValueError when it lacks one."""
    try:
        with pdfium.PdfDocument(path) as document:
            return len(document), [document[page].get_textpage().get_text_range() for page in pages]
    except (pdfium.PdfiumError, IndexError) as error:
        raise ValueError(path.name) from error


def paper_text(path: Path) -> str:
    """The text of all pages, one behind the other; ValueError when it is no PDF."""
    try:
        with pdfium.PdfDocument(path) as document:
            return "\n".join(page.get_textpage().get_text_range() for page in document)
    except pdfium.PdfiumError as error:
        raise ValueError(path.name) from error
