"""The test deck (試験用紙) of a job's inserter: sheets that must make it stop, printed as the job prints.

Everybody on it is made up; its matching codes are under an id that the job does not have.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.dates import wareki
from kouki_print.base.errors import JobError
from kouki_print.base.files import write_bytes
from kouki_print.handover.deck_sheet import DeckLine, guide
from kouki_print.handover.report_pdf import Frames
from kouki_print.handover.tables import FOR_EXCEL, csv_bytes
from kouki_print.job.forms import load_layouts, load_styles
from kouki_print.job.inserter.machine import machine_of
from kouki_print.job.matter import Section, is_blank, write_matter
from kouki_print.job.preview_examples import USUAL, examples_of
from kouki_print.job.staging import staging
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.order.machines import Machine
from kouki_print.order.units import Unit
from kouki_print.page.compose import Coded
from kouki_print.page.fields import FLAG_JA, HONORIFIC, PageFields
from kouki_print.page.layout import Layout
from kouki_print.page.omr import operators
from kouki_print.page.operators import Canvas
from kouki_print.plan.deck import STOP, DeckSheet, deck
from kouki_print.post.weights import contents_of

FOLDER = "machine_deck"
_HEADERS = ("送り順", "ページ", "照合コード", "印", "この用紙", "機械の動き")


@dataclass(frozen=True, slots=True)
class Deck:
    """What was written: the folder, sheets, and how many of them stop the machine."""

    folder: Path
    sheets: int
    stops: int


def write_deck(job_dir: Path, out: Path) -> Deck:
    """Write deck.pdf, deck.csv and guide.pdf; JobError when the job has no machine."""
    loaded = load_order(job_dir)
    order = loaded.order
    layouts = load_layouts(order, job_dir)
    machine = machine_of(loaded, job_dir, layouts)
    if machine is None:
        raise JobError(
            "このジョブには封入機の設定がありません。",
            remedy='job.toml の [printing] に machine = "omr_edge" のように書いてください。',
            file="job.toml",
        )
    unit = max(loaded.units.values(), key=lambda each: len(each.extras))
    codes = list(dict.fromkeys(entry.code for entry in order.sets_in_use()))
    sheets = deck(
        machine,
        {code: contents_of(order, unit, code).items for code in codes},
        {code: len(order.sheets_of(code)) for code in codes},
        order.job.id,
        unit.code,
    )
    from_end = machine.sheet_order == "address_last"
    printed = sheets[::-1] if from_end else sheets
    own = [layouts[_document(loaded, sheet)] for sheet in printed]
    sides = [1 if is_blank(layout.back) else 2 for layout in own]
    pages = [1 + sum(sides[:at]) for at in range(len(sides))]
    lines = [
        _line(sheet, page) for sheet, page in zip(sheets, pages[::-1] if from_end else pages, strict=True)
    ]
    with staging(out, (FOLDER,)) as building:
        folder = building / FOLDER
        folder.mkdir()
        sections = [
            _section(loaded, machine, unit, layouts[key], list(run))
            for key, run in groupby(printed, key=lambda sheet: _document(loaded, sheet))
        ]
        styles = load_styles(order.fonts, job_dir)
        write_matter(folder / "deck.pdf", order, job_dir, styles, sections, f"{order.job.id} machine deck")
        write_bytes(folder / "deck.csv", _table(lines))
        write_bytes(folder / "guide.pdf", _guide(loaded, machine, unit, lines))
    return Deck(out / FOLDER, len(sheets), sum(line.loud for line in lines))


def _document(loaded: LoadedOrder, sheet: DeckSheet) -> str:
    """The document a sheet is printed as: that of its place in the piece, as far as the set has so many."""
    documents = loaded.order.sheets_of(sheet.set_code)
    return documents[min(sheet.nth, len(documents)) - 1]


def _section(
    loaded: LoadedOrder, machine: Machine, unit: Unit, layout: Layout, sheets: Sequence[DeckSheet]
) -> Section:
    """Sheets of one document, with the marks on their fronts."""
    usual = examples_of(USUAL, layout.name)
    texts = [
        usual
        | {
            "name": "試験　用紙",
            "to_name": f"試験用紙　{HONORIFIC}",
            "piece_number": sheet.code.split("-")[2],
        }
        for sheet in sheets
    ]
    marks = operators(machine, layout.sheet, np.array([sheet.states for sheet in sheets]))
    nothing = [""] * len(sheets)

    def overlay(canvas: Canvas, side: int, record: int) -> bytes:
        return marks[record] if side == 0 and sheets[record].marks else b""

    return Section(
        layout,
        loaded.sender(unit.code),
        PageFields(
            pd.DataFrame(texts, dtype="str"), {name: np.zeros(len(sheets), dtype=bool) for name in FLAG_JA}
        ),
        Coded(nothing, nothing),
        [sheet.code for sheet in sheets],
        overlay,
    )


def _line(sheet: DeckSheet, page: int) -> DeckLine:
    return DeckLine(page, sheet.code, sheet.marks, sheet.case.what, sheet.case.does, sheet.case.does == STOP)


def _table(lines: Sequence[DeckLine]) -> bytes:
    """deck.csv: the lines of the guide for a spreadsheet."""
    cells = [(at, line.page, line.code, line.marks, line.what, line.does) for at, line in enumerate(lines, 1)]
    columns = zip(*[[str(cell) for cell in row] for row in cells], strict=True)
    return csv_bytes(dict(zip(_HEADERS, columns, strict=True))).decode("utf-8").encode(FOR_EXCEL)


def _guide(loaded: LoadedOrder, machine: Machine, unit: Unit, lines: Sequence[DeckLine]) -> bytes:
    order = loaded.order
    names = {each.code: each.name for each in order.enclosure} | {
        each.code: each.name for each in unit.extras
    }
    feeders = [f"{number}: {names.get(code, '（空）')}" for number, code in machine.feeds.items()]
    last = "山の後ろ（最後のページ）から取ります。" if machine.sheet_order == "address_last" else ""
    frames = Frames(
        f"封入機の試験用紙　{machine.title}",
        wareki(order.job.data_on),
        f"{order.job.title}（{order.job.id}）　{unit.contact.name}の組　設定 {machine.name}"
        f"（{'確認済み' if machine.proven else '未確認'}）",
        order.insurer.name,
    )
    return guide(frames, feeders, last, lines)
