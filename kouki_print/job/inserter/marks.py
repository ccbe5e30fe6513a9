"""The marks for the inserter (封入機の印) of a lot's sheets, a run of them on paper, and how the ledger keeps them."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from kouki_print.job.inserter.machine import feeds_by_set
from kouki_print.job.prepare import Prepared
from kouki_print.order.machines import Machine
from kouki_print.plan.inserter import Fed, Stop, stops
from kouki_print.plan.marking import Marked, SheetFacts, marked
from kouki_print.plan.pieces import Lot
from kouki_print.plan.sheets import sheet_rows
from kouki_print.post.weights import contents_of
from kouki_print.verify.readback import Difference, PrintedSheet


def lot_marks(prepared: Prepared, lot: Lot) -> Marked | None:
    """The marks of a lot's sheets; None without a machine."""
    machine, order = prepared.machine, prepared.loaded.order
    if machine is None:
        return None
    unit, rows = prepared.loaded.units[lot.unit_code], prepared.plan.iloc[lot.start : lot.stop]
    sheets, person = sheet_rows(rows["sheets"].to_numpy()), rows["person"].to_numpy()
    limit_um = (machine.thick_mm or 0.0) * 1000
    thick = {
        code: contents_of(order, unit, code).thickness_um > limit_um for code in rows["set_code"].unique()
    }
    flags = {
        "protected": prepared.people["protected"].to_numpy()[person],
        "pickup": prepared.decided["pickup"].to_numpy(dtype=bool)[person],
        "thick": rows["set_code"].map(thick).to_numpy(dtype=bool),
    }
    facts = SheetFacts(
        piece=rows["sequence"].to_numpy()[sheets.piece],
        sheet=np.arange(1, len(sheets.piece) + 1),
        nth=sheets.nth,
        of=sheets.of,
        items=rows["items"].take(sheets.piece),
        flags={name: flag[sheets.piece] for name, flag in flags.items()},
    )
    return marked(machine, facts, feeds_by_set(machine, order, unit))


def piece_marks(prepared: Prepared, place: int) -> Marked | None:
    """The marks of the sheets of one piece, the ``place``-th of the plan (from 0)."""
    lot = next(each for each in prepared.lots if each.start <= place < each.stop)
    marks = lot_marks(prepared, lot)
    if marks is None:
        return None
    counts = prepared.plan["sheets"].to_numpy()[lot.start : lot.stop]
    return replace(marks, states=marks.states[sheet_rows(counts).piece == place - lot.start])


def simulated(marks: Marked, matching_codes: Sequence[str]) -> Iterator[tuple[int, Stop]]:
    """Where the machine stops in a lot (never, when all is right): position of the sheet as printed, and the stop."""
    fed = [Fed(text, code) for text, code in zip(marks.texts(), matching_codes, strict=True)]
    from_end = marks.machine.sheet_order == "address_last"
    for stop in stops(marks.machine, marks.feeds, fed[::-1] if from_end else fed):
        yield len(fed) - stop.at if from_end else stop.at - 1, stop


def with_marks(sheets: Sequence[PrintedSheet], marks: Marked) -> list[PrintedSheet]:
    """The sheets of a lot with what their marks should say."""
    return [replace(sheet, marks=text) for sheet, text in zip(sheets, marks.texts(), strict=True)]


def machine_differences(sheets: Sequence[PrintedSheet], marks: Marked, file: str) -> list[Difference]:
    """A difference for each sheet at which the machine would stop (the first five)."""
    found = islice(simulated(marks, [sheet.matching_code for sheet in sheets]), 5)
    return [
        Difference(
            file, sheets[at].print_page, sheets[at].piece_id, f"封入機がここで止まります（{stop.why}）"
        )
        for at, stop in found
    ]


def packed(machine: Machine | None, lots: Sequence[Marked]) -> dict[str, str]:
    """Machine and marks of all lots as facts of the ledger; none without a machine."""
    if machine is None:
        return {}
    entries = []
    for marks in lots:
        bits = zlib.compress(np.packbits(marks.states, axis=1).tobytes(), 6)
        feeds = {code: sorted(numbers) for code, numbers in marks.feeds.items()}
        entries.append(
            {"sheets": len(marks.states), "marks": base64.b64encode(bits).decode("ascii"), "feeds": feeds}
        )
    return {"machine": machine.model_dump_json(), "machine_marks": json.dumps(entries)}


def unpacked(facts: Mapping[str, str]) -> list[Marked]:
    """Inverse of :func:`packed`: the marks of each lot; empty without a machine."""
    if "machine" not in facts:
        return []
    profile = Machine.model_validate_json(facts["machine"])
    found = []
    for entry in json.loads(facts["machine_marks"]):
        data = np.frombuffer(zlib.decompress(base64.b64decode(entry["marks"])), dtype=np.uint8)
        bits = np.unpackbits(data.reshape(entry["sheets"], -1), axis=1, count=len(profile.slot))
        feeds = {code: frozenset(numbers) for code, numbers in entry["feeds"].items()}
        found.append(Marked(profile, bits.astype(bool), feeds))
    return found
