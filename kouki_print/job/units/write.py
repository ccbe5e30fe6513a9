"""A worker's part for one unit: everything that its folders hold beside the print files."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from kouki_print.handover.manifest import ManifestFile
from kouki_print.job.forms import load_styles
from kouki_print.job.posting.write import write_unit_posting
from kouki_print.job.units.delivery import write_delivery
from kouki_print.job.units.handing_out import write_counter_lists, write_posting_slips
from kouki_print.job.units.letter import write_letter
from kouki_print.job.units.name_lists import write_name_lists
from kouki_print.job.units.task import UnitTask, UnitTools
from kouki_print.job.units.vendor import write_vendor_matter


def save_tools(path: Path, tools: UnitTools) -> None:
    """Lay down what the workers load once each; fonts come from their files again."""
    path.write_bytes(pickle.dumps((tools.loaded, tools.job_dir, tools.forms, tools.csv_encoding)))


@lru_cache(maxsize=1)
def _tools_from(path: Path) -> UnitTools:
    data = path.read_bytes()  # written by this very job into its staging folder
    loaded, job_dir, forms, encoding = pickle.loads(data)
    return UnitTools(loaded, job_dir, forms, load_styles(loaded.order.fonts, job_dir), encoding)


def write_unit(tools: UnitTools | Path, task: UnitTask) -> Sequence[ManifestFile]:
    """Write both folders of a unit; gives what its manifest lists of the vendor's.  ``tools`` may be a file."""
    if isinstance(tools, Path):
        tools = _tools_from(tools)
    task.vendor.mkdir(parents=True, exist_ok=True)
    task.own.mkdir(parents=True, exist_ok=True)
    made = [*write_vendor_matter(tools, task), *write_delivery(tools, task)]
    write_posting_slips(tools, task)
    write_unit_posting(tools, task)
    write_counter_lists(tools, task)
    write_name_lists(tools, task)
    write_letter(tools, task)  # the last of the unit's own folder: it tells what lies there
    return made
