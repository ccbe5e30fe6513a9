"""Long lists of a unit's own folder (差出票・窓口交付簿); those of protected people in files of their own."""

from __future__ import annotations

from kouki_print.job.units.counter import COUNTER_LAYOUT, COUNTER_LIST, write_counter_list
from kouki_print.job.units.slips import SLIP_LAYOUT, SLIPS, write_slips
from kouki_print.job.units.task import UnitTask, UnitTools
from kouki_print.post.registered import NUMBERED_SERVICES

SEALED = "sealed"  # in the unit's own folder


def write_posting_slips(tools: UnitTools, task: UnitTask) -> None:
    """The unit's slips of what takes a number; no file where nothing does."""
    order = tools.loaded.order
    given = (order, task.unit, task.sender, order.marks.office_of(task.unit.code))
    drawn = (tools.styles, tools.job_dir, tools.forms[SLIP_LAYOUT])
    for folder, pieces in (("posting", task.open_pieces), (SEALED, task.sealed_pieces)):
        posted = pieces[pieces["mail_service"].isin(NUMBERED_SERVICES)]
        if len(posted):
            write_slips(task.own / folder / SLIPS, *given, *drawn, posted)


def write_counter_lists(tools: UnitTools, task: UnitTask) -> None:
    """The unit's counter list; no file where everything is posted.

    An employer hands its bundle out by the cover list, without insured numbers and birth dates.
    """
    if tools.loaded.by_group:
        return
    drawn = (tools.styles, tools.job_dir, tools.forms[COUNTER_LAYOUT])
    for folder, title, pieces in (
        (task.own, "窓口交付簿", task.open_pieces),
        (task.own / SEALED, "窓口交付簿（封かん・取扱注意）", task.sealed_pieces),
    ):
        waiting = pieces[pieces["mail_service"] == "none"]
        if len(waiting):
            path = folder / COUNTER_LIST
            write_counter_list(path, tools.loaded.order, task.unit, *drawn, title, waiting)
