"""Folding: what is the same for everybody becomes static art, and every page looks as before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from made_lot import Made

from kouki_print.job.forms import load_styles
from kouki_print.job.matter import Section, write_matter
from kouki_print.page.fields import PageFields
from kouki_print.page.folding import folded
from kouki_print.page.layout import Layout


def pictures(path: Path) -> list[np.ndarray]:
    with pdfium.PdfDocument(path) as document:
        return [page.render(scale=2, grayscale=True).to_numpy().copy() for page in document]


@pytest.mark.parametrize("document", ["certificate", "notice"])
def test_pages_look_the_same_folded_or_not(made: Made, tmp_path: Path, document: str) -> None:
    prepared, task = made.prepared, made.tasks[0]
    rows = np.flatnonzero(np.array(task.documents) == document)
    fields = task.fields.take(rows)
    whole = prepared.layouts[document]
    seen = []
    for name, layout in (("whole", whole), ("folded", made.kit.layouts[document])):
        section = Section(
            layout, task.contact, fields, matching_codes=[task.matching_codes[row] for row in rows.tolist()]
        )
        path = tmp_path / f"{name}.pdf"
        write_matter(path, made.kit.order, tmp_path, load_styles(), [section], "試験")
        seen.append(pictures(path))
    assert len(seen[0]) == len(seen[1]) >= 2 * len(rows) - 1
    for before, after in zip(*seen, strict=True):
        assert np.array_equal(before, after)


def sides(layout: Layout) -> list[tuple[int, set[str]]]:
    return [(len(side.field), side.conditions()) for side in layout.sides()]


def test_only_what_differs_stays_personal(made: Made) -> None:
    layout, fields = made.prepared.layouts["certificate"], made.prepared.fields
    assert {"card_address", "not card_address"} <= sides(layout)[1][1]
    front, back = sides(folded(layout, fields))
    assert back == (0, set())  # nobody's address is shown: the line for writing it is static art
    assert "no_forward" in front[1]  # some have it, some have not
    one = PageFields(fields.texts.assign(card_address="那覇市"), fields.flags)
    assert sides(folded(layout, one))[1] == (1, set())
    some = fields.texts["card_address"].copy()
    some.iloc[0] = "那覇市"
    mixed = PageFields(fields.texts.assign(card_address=some), fields.flags)
    assert sides(folded(layout, mixed))[1] == sides(layout)[1]
