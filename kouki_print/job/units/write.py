"""A worker's part for one unit: everything that its folders hold beside the print files."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from kouki_print.handover.manifest import ManifestFile
from kouki_print.job.forms import load_styles
from kouki_print.job.units.forms import UnitForms
from kouki_print.job.units.task import UnitTask, UnitTools
from kouki_print.job.units.vendor import write_vendor_matter
from kouki_print.order.load import LoadedOrder


def save_tools(path: Path, loaded: LoadedOrder, job_dir: Path, forms: UnitForms) -> None:
    """Lay down what the workers load once each; fonts come from their files again."""
    path.write_bytes(pickle.dumps((loaded, job_dir, forms)))


@lru_cache(maxsize=1)
def _tools_from(path: Path) -> UnitTools:
    loaded, job_dir, forms = pickle.loads(
        path.read_bytes()
    )  # written by this very job into its staging folder
    return UnitTools(loaded, job_dir, forms, load_styles(loaded.order.fonts, job_dir))


def write_unit(tools: UnitTools | Path, task: UnitTask) -> Sequence[ManifestFile]:
    """Write both folders of a unit; gives what its manifest lists of the vendor's.  ``tools`` may be a file."""
    if isinstance(tools, Path):
        tools = _tools_from(tools)
    task.vendor.mkdir(parents=True, exist_ok=True)
    task.own.mkdir(parents=True, exist_ok=True)
    return write_vendor_matter(tools, task)
