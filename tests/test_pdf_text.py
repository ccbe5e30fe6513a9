"""References in the text of PDF objects."""

from __future__ import annotations

import pytest

from kouki_print.base.pdf_text import references


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"[1 0 R 22 3 R]", [(1, 0), (22, 3)]),
        (b"<</A 1 0 R/B(2 0 R)/C 3 0 R>>", [(1, 0), (3, 0)]),
        (b"(a \\) 2 0 R)4 0 R", [(4, 0)]),
        (b"(two\n2 0 R lines)[]", []),
        (b"[0 0 1 0 0 RG]", []),
        (b"null", []),
    ],
)
def test_references_are_found_outside_of_strings(text: bytes, found: list[tuple[int, int]]) -> None:
    assert references(text) == found
