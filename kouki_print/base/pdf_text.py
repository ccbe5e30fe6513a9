"""References in the text of a PDF object (ISO 32000-1, 7.3.10), for the rooms that write and that read PDFs."""

from __future__ import annotations

import re

Ref = tuple[int, int]  # object and generation number

# A string is passed over as a whole: what looks like a reference in it is text.
REFERENCE = re.compile(rb"\((?:[^\\()]|\\.)*\)|(\d+) (\d+) R\b", re.DOTALL)


def references(text: bytes) -> list[Ref]:
    """All references in an object's text, in their order."""
    return [(int(found[1]), int(found[2])) for found in REFERENCE.finditer(text) if found[1]]
