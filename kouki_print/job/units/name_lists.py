"""A unit's own lists with names: the index of its pieces, 手書き一覧, and the sealed list of 支援措置."""

from __future__ import annotations

from typing import Any

from kouki_print.base.dates import wareki
from kouki_print.handover.handwriting_list import write_handwriting
from kouki_print.handover.piece_index import write_index
from kouki_print.handover.report_pdf import Frames
from kouki_print.handover.sealed_list import write_sealed
from kouki_print.handover.tables import cause_of
from kouki_print.handover.unissued_reasons import UNISSUED_JA
from kouki_print.handover.workbook import Heading
from kouki_print.job.prepare import PROBLEMS
from kouki_print.job.units.letter import contact_of
from kouki_print.job.units.slips import SEALED_FOLDER as SEALED
from kouki_print.job.units.task import UnitTask, UnitTools


def write_name_lists(tools: UnitTools, task: UnitTask) -> None:
    """Write all three; the last two only where there is somebody to name.

    An employer that hands out has its cover list: no index, no insured numbers, and nobody without a piece.
    """
    loaded, unit = tools.loaded, task.consignment
    order = loaded.order
    heading = Heading(order.job.title, order.insurer.name, order.job.data_on, loaded.unit_ja)
    apart = task.characters["protected"].to_numpy(dtype=bool)
    characters = task.characters[~apart]
    if loaded.by_group and not task.unit.mailed:
        characters = characters[(characters["sequence"] > 0).to_numpy()].assign(insured_number="")
    else:
        write_index(task.own, order, heading, unit.name, task.open_pieces, tools.csv_encoding)
    frames = _frames(tools, task, "手書き一覧（外字）")
    contact = contact_of(order)
    write_handwriting(
        task.own, frames, unit.name, order, task.pieces, characters, unit.sealed, contact, tools.csv_encoding
    )
    hidden = task.unprinted[task.unprinted["protected"].to_numpy(dtype=bool)]
    frames = _frames(tools, task, "封かん名簿（支援措置）")
    write_sealed(
        task.own / SEALED,
        frames,
        unit.name,
        order,
        task.sealed_pieces,
        hidden,
        task.characters[apart],
        _why,
        tools.csv_encoding,
    )


def _frames(tools: UnitTools, task: UnitTask, title: str) -> Frames:
    order = tools.loaded.order
    small = f"{order.job.title}　基準日 {wareki(order.job.data_on)}"
    right = f"{tools.loaded.unit_ja}コード {task.unit.code}"
    return Frames(title=title, right=right, small=small, insurer=order.insurer.name)


def _why(row: Any) -> str:
    """Why nothing is printed for somebody, in words."""
    if row.status != "held":
        return str(row.excluded_reason) or UNISSUED_JA.get(
            row.unissued_reason, f"理由番号{row.unissued_reason}"
        )
    kinds = [PROBLEMS[code] for code in row.problems.split(";") if code in PROBLEMS]
    return "。".join(cause_of(kind) for kind in kinds if kind.severity == "hold")
