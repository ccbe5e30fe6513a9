"""Marks for an inserter as bars or a code: drawn once per pattern, and measured again from pixels."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pikepdf
import pypdfium2 as pdfium
import pytest
from machine_kit import machines, profile

from kouki_print.order.machines import Machine
from kouki_print.page.items import MM, Sheet
from kouki_print.page.omr import mark_rects, operators, reading_place
from kouki_print.verify.bars import Unreadable
from kouki_print.verify.omr import read_marks
from kouki_print.verify.view import View

A4 = Sheet(width=210, height=297)
MACHINES = machines() | {"thin": profile(width=0.3, pitch=0.8, slot=machines()["omr_edge"].slot, feeds={
    str(number): f"X{number}" for number in range(1, 9)}, thick_mm=5)}  # fmt: skip


def page_of(content: bytes) -> Any:
    """A page of one sheet, 13 mm of white around it."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(236 * MM, 323 * MM))
    moved = b"1 0 0 1 %.4f %.4f cm 0 0 0 1 k\n" % (13 * MM, 13 * MM) + content
    page.Contents = pdf.make_stream(moved)
    out = io.BytesIO()
    pdf.save(out)
    return pdfium.PdfDocument(out.getvalue())[0]


def read(machine: Machine, content: bytes) -> str:
    """What is read of a sheet with this content."""
    return read_marks(View(page_of(content), (13, 13), (210, 297), alone=True), machine, A4)


def some_states(machine: Machine, count: int) -> np.ndarray:
    """Any states, the first place filled."""
    states = np.random.default_rng(6).random((count, len(machine.slot))) < 0.5
    states[:, 0] = True
    return states


@pytest.mark.parametrize("name", MACHINES)
def test_what_is_drawn_is_read(name: str) -> None:
    machine = MACHINES[name]
    states = some_states(machine, 12)
    states[0] = True
    for content, state in zip(operators(machine, A4, states), states.astype(int).tolist(), strict=True):
        assert read(machine, content) == "".join(map(str, state))


def test_each_pattern_is_drawn_once() -> None:
    machine = MACHINES["omr_edge"]
    states = some_states(machine, 3)[np.arange(5000) % 3]
    drawn = operators(machine, A4, states)
    assert len({id(each) for each in drawn}) == 3 and drawn[0] is drawn[3]
    assert drawn[1].count(b" re\n") == states[1].sum() and drawn[1].endswith(b"f\n")


def box(left: float, top: float, width: float, height: float) -> bytes:
    """A black box on the sheet, mm from its top left."""
    return b"%.3f %.3f %.3f %.3f re f\n" % (left * MM, (297 - top - height) * MM, width * MM, height * MM)


@pytest.mark.parametrize("name", ["omr_edge", "right_up"])
def test_anything_else_in_the_reading_place_is_found(name: str) -> None:
    machine = MACHINES[name]
    states = some_states(machine, 1)
    states[0, 2] = False
    (right,) = operators(machine, A4, states)
    rects, place = mark_rects(machine, A4), reading_place(machine, A4)
    first, gap = rects[0], rects[2]
    wide, high = gap.right - gap.left, gap.bottom - gap.top
    wrong = {
        "hair beside a mark": right + box(first.right + 1, first.top, 0.2, 0.5),
        "line before the first": right + box(first.left, place.top + 0.5, 3, 0.3),
        "line across all": right + box((place.left + place.right) / 2, place.top, 0.2, place.bottom - place.top),
        "half a mark": right + box(gap.left, gap.top, wide / 2, high),
        "fat mark": right + box(gap.left, gap.top - 0.4, wide, high + 0.8),
        "mark between two places": right + box(gap.left, gap.top + machine.pitch / 2, wide, high),
        "all moved by half a millimetre": b"1 0 0 1 0 1.5 cm\n" + right,
        "grey": b"0 0 0 0.4 k\n" + right,
        "hole": right + b"0 0 0 0 k\n" + box(first.left + 2, first.top, 1, machine.width),
    }  # fmt: skip
    for what, content in wrong.items():
        with pytest.raises(Unreadable):
            pytest.fail(f"{what}: {read(machine, content)}")


def test_no_marks_and_no_code() -> None:
    assert read(MACHINES["omr_edge"], b"") == "0" * 17
    with pytest.raises(Unreadable, match="0個"):
        read(MACHINES["code_edge"], b"")
