"""The inserter (封入機) of a job: its profile, which has room on every sheet and a place for every enclosure."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kouki_print.order.load import LoadedOrder
from kouki_print.order.machines import Machine, check_feeds
from kouki_print.order.models import Order
from kouki_print.order.units import Unit
from kouki_print.page.layout import Layout
from kouki_print.page.machines import load_machine
from kouki_print.page.omr import check_room
from kouki_print.post.weights import contents_of


def machine_of(loaded: LoadedOrder, job_dir: Path, layouts: Mapping[str, Layout]) -> Machine | None:
    """The job's machine; None without one, JobError when it does not suit the layouts or the enclosures."""
    if not loaded.order.printing.machine:
        return None
    machine = load_machine(loaded.order.printing.machine, job_dir)
    check_room(machine, layouts, loaded.order.envelope)
    check_feeds(machine, loaded.order, loaded.units)
    return machine


def feeds_by_set(machine: Machine, order: Order, unit: Unit) -> dict[str, frozenset[int]]:
    """Feeders of each set of a unit, its own extras included."""
    codes = dict.fromkeys(entry.code for entry in order.sets_in_use())
    return {code: machine.feeds_of(contents_of(order, unit, code).items) for code in codes}
