"""What pieces are handed out with: posting slips (差出票) at the office, the counter list (窓口交付簿) at the unit.

Those of protected people are files of their own.
"""

from __future__ import annotations

from kouki_print.job.units.counter import COUNTER_LAYOUT, COUNTER_LIST, write_counter_list
from kouki_print.job.units.slips import SEALED_FOLDER as SEALED
from kouki_print.job.units.slips import SLIP_LAYOUT, write_unit_slips
from kouki_print.job.units.task import UnitTask, UnitTools
from kouki_print.post.tariff import NOT_MAILED


def write_posting_slips(tools: UnitTools, task: UnitTask) -> None:
    """The unit's slips of what takes a number; no file where nothing does."""
    drawn = (tools.styles, tools.job_dir, tools.forms[SLIP_LAYOUT])
    people = (task.open_pieces, task.sealed_pieces)
    write_unit_slips(task.own, tools.loaded.order, task.unit, task.sender, *drawn, *people)


def write_counter_lists(tools: UnitTools, task: UnitTask) -> None:
    """The unit's counter list; no file where everything is posted, or an employer has its cover list."""
    if tools.loaded.by_group and not task.unit.mailed:
        return
    drawn = (tools.styles, tools.job_dir, tools.forms[COUNTER_LAYOUT])
    for folder, title, pieces in (
        (task.own, "窓口交付簿", task.open_pieces),
        (task.own / SEALED, "窓口交付簿（封かん・取扱注意）", task.sealed_pieces),
    ):
        waiting = pieces[pieces["mail_service"] == NOT_MAILED]
        if len(waiting):
            path = folder / COUNTER_LIST
            write_counter_list(path, tools.loaded.order, task.unit, *drawn, title, waiting)
