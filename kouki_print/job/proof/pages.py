"""The pages of a proof (校正紙): the chosen people's real sheets, with 見本 across and the cases in the margin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.texts import filled
from kouki_print.job.forms import fresh_styles
from kouki_print.job.inserter.marks import piece_marks
from kouki_print.job.lot_sheets import lot_sheets
from kouki_print.job.matter import Section, write_matter
from kouki_print.job.prepare import Prepared
from kouki_print.job.proof.cases import Example
from kouki_print.job.proof.values import address_lines, invented
from kouki_print.order.units import Contact
from kouki_print.page.compose import Coded
from kouki_print.page.fields import PageFields
from kouki_print.page.items import MM, Box, Side, Text
from kouki_print.page.omr import operators
from kouki_print.page.operators import Canvas, number
from kouki_print.plan.marking import Marked
from kouki_print.plan.pieces import piece_ids
from kouki_print.post.barcode import customer_barcodes

MARGIN = 20.0  # mm around the trim: room for the cases
SPECIMEN = "見本"
MADE_UP = "個人の値は架空のものです"
SIDES_JA = ("表", "裏")
_SPARE_SEQUENCE = 9_900_000  # far from those of real pieces
_SPARE_SERIAL = 9_900_000_000
_HEAD, _SMALL, _LEADING = 9.0, 7.0, 3.2
_MOST_LINES = 4
_GREY = b"0 0 0 .35 K"


@dataclass(frozen=True, slots=True)
class Sample:
    """All that is printed for one example; ``sheets`` are document and matching code of each of its sheets.

    ``marked`` are the marks for the inserter, if there is one.
    """

    number: int
    of: int
    example: Example
    contact: Contact
    fields: PageFields
    codes: Coded
    sheets: tuple[tuple[str, str], ...]
    made_up: bool
    marked: Marked | None

    @property
    def title(self) -> str:
        """例 3/12 and whose counter is on the page."""
        return f"例 {self.number}/{self.of}　{self.contact.name}"


@dataclass(frozen=True, slots=True)
class ProofPage:
    """One page of the proof: a side (0 front, 1 back) of a sheet (from 1) of an example."""

    sample: Sample
    sheet: int
    side: int
    name: str


def samples(prepared: Prepared, examples: Sequence[Example], *, dummy: bool) -> list[Sample]:
    """What to print for each example; values are invented with ``dummy``, and always of people under protection."""
    order = prepared.loaded.order
    plan = prepared.plan.iloc[[example.place for example in examples]].reset_index(drop=True)
    made_up = np.array([dummy or example.sealed for example in examples], dtype=bool)
    fields = prepared.fields.take(plan["person"].to_numpy())
    fields = invented(prepared, fields, np.flatnonzero(made_up).tolist())
    units = [_unit(prepared, *pair) for pair in zip(examples, plan["unit_code"], strict=True)]
    spare = piece_ids(order.job.id, pd.Series(units, dtype="str"), _SPARE_SEQUENCE + np.arange(len(plan)))
    ids = plan["piece_id"].where(~pd.Series(made_up), spare)
    sheets = lot_sheets(order, ids, plan["set_code"], plan["sheets"].to_numpy())
    named = [*zip(sheets.documents, sheets.matching_codes, strict=True)]
    codewords, registered = _codes(prepared, plan, fields, made_up)
    return [
        Sample(
            row + 1,
            len(examples),
            example,
            prepared.loaded.sender(units[row]),
            fields.take(np.array([row])),
            Coded([codewords[row]], [registered[row]]),
            tuple(named[at] for at in np.flatnonzero(sheets.piece == row).tolist()),
            bool(made_up[row]),
            piece_marks(prepared, example.place),
        )
        for row, example in enumerate(examples)
    ]


def _unit(prepared: Prepared, example: Example, code: str) -> str:
    """Whose counter is shown; that of somebody under protection only where it is the case itself."""
    units = prepared.loaded.units
    told = not example.sealed or any(case.endswith(f" {units[code].contact.name}") for case in example.cases)
    return code if told else next(iter(units))


def _codes(
    prepared: Prepared, plan: pd.DataFrame, fields: PageFields, made_up: np.ndarray
) -> tuple[list[str], list[str]]:
    """Customer barcodes and registered numbers; of invented values those that belong to them."""
    decided = prepared.decided.take(plan["person"].to_numpy())
    addresses, buildings = address_lines(fields.texts["to_place"], filled(decided["to_building"]))
    postcodes = fields.texts["to_postcode"].str.replace("[^0-9]", "", regex=True).tolist()
    codewords, _ = customer_barcodes(postcodes, addresses, buildings)
    barcodes, registered = plan["customer_barcode"].tolist(), plan["registered_number"].tolist()
    for row in np.flatnonzero(made_up).tolist():
        serial = _SPARE_SERIAL + row
        barcodes[row] = barcodes[row] and codewords[row]
        registered[row] = registered[row] and f"{serial * 10 + serial % 7}"
    return barcodes, registered


def write_pages(
    path: Path, prepared: Prepared, chosen: Sequence[Sample], job_dir: Path, *, specimen: bool
) -> list[ProofPage]:
    """Write proof.pdf, front and back of every sheet; returns what each page is."""
    order = prepared.loaded.order
    sections, pages = [], []
    for sample in chosen:
        for sheet, (document, code) in enumerate(sample.sheets, start=1):
            layout = prepared.layouts[document]
            name = order.document_ja(document) + (
                f"　用紙{sheet}/{len(sample.sheets)}" if len(sample.sheets) > 1 else ""
            )
            heads = {side: f"{sample.title}　{name}　{SIDES_JA[side]}" for side in (0, 1)}
            pages += [
                ProofPage(sample, sheet, side, f"{name}　{SIDES_JA[side]}")
                for side in (0, 1)
                if side == 0 or layout.back != Side()
            ]
            margin = _margin_lines(sample, layout.sheet.width)
            marks = b""
            if sample.marked is not None:
                (marks,) = operators(sample.marked.machine, layout.sheet, sample.marked.states[[sheet - 1]])
            sections.append(
                Section(
                    layout=layout,
                    contact=sample.contact,
                    fields=sample.fields,
                    codes=sample.codes,
                    matching_codes=[code],
                    overlay=partial(_overlay, layout.sheet.width, heads, margin, specimen, marks),
                    overlay_texts={"gothic": margin, "bold": [SPECIMEN, *heads.values()]},
                )
            )
    write_matter(path, order, job_dir, fresh_styles(prepared.styles), sections, "校正", MARGIN)
    return pages


def _margin_lines(sample: Sample, width: float) -> list[str]:
    """The cases below the head, in as many lines as the margin holds."""
    room = int(width / (_SMALL / MM))
    words = [f"（{MADE_UP}）"] * sample.made_up + list(sample.example.cases)
    lines = [words[0]]
    for at, case in enumerate(words[1:], start=1):
        if len(lines[-1]) + len(case) + 3 <= room:
            lines[-1] += f" / {case}"
        elif len(lines) < _MOST_LINES - 1:
            lines.append(case)
        else:
            return [*lines, f"ほか{len(words) - at}種（proof.html にあります）"]
    return lines


def _overlay(
    width: float,
    heads: Mapping[int, str],
    lines: Sequence[str],
    specimen: bool,
    marks: bytes,
    canvas: Canvas,
    side: int,
    record: int,
) -> bytes:
    """The sheet's edge, what the page is and which cases it shows, marks for the inserter, and 見本 across.

    The edge is a solid line: dashes are perforations.
    """
    out = [canvas.box(Box(x=0, y=0, width=width, height=canvas.height, weight=0.1))]
    top = -4.5 - _LEADING * (len(lines) + 1)
    out.append(canvas.text(Text(x=0, y=top, size=_HEAD, font="bold", text=heads[side]), heads[side]))
    for place, line in enumerate(lines, start=1):
        item = Text(x=0, y=top + 0.8 + _LEADING * place, size=_SMALL, text=line)
        out.append(canvas.text(item, line))
    if side == 0:
        out.append(marks)
    if specimen:
        out.append(_across(canvas, width))
    return b"".join(out)


def _across(canvas: Canvas, width: float) -> bytes:
    """見本 from the lower left to the upper right, in a grey outline that hides nothing."""
    size = 0.45 * min(width, canvas.height) * MM
    style = canvas.styles["bold"]
    turn = 0.5**0.5
    half, rise = style.width(SPECIMEN) * size / 2000, 0.38 * size
    x = width * MM / 2 - turn * (half - rise)
    y = canvas.height * MM / 2 - turn * (half + rise)
    matrix = b" ".join(number(value) for value in (turn, turn, -turn, turn, x, y))
    return b"q %s 1 w [] 0 d BT 1 Tr %s Tm %sET Q\n" % (_GREY, matrix, canvas.show(SPECIMEN, style, size))
