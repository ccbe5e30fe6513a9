"""What a worker does with one lot: make it, read it back, pack its texts for the ledger."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kouki_print.base.files import sha256_of
from kouki_print.job.inserter.marks import machine_differences, with_marks
from kouki_print.job.kit import PrintKit
from kouki_print.job.ledger import pack_texts
from kouki_print.job.lot import make_lot
from kouki_print.job.lot_files import MEDIA_MARGIN, LotFiles, LotTask
from kouki_print.job.lot_sheets import printed_sheets
from kouki_print.job.preflighting import LotPreflight
from kouki_print.plan.marking import Marked
from kouki_print.verify.ink import ink_differences
from kouki_print.verify.readback import Difference, Reader


@dataclass(frozen=True, slots=True)
class LotResult:
    """A finished lot: its files, what the read-back found, the printed texts, packed, and the inserter's marks."""

    files: LotFiles
    differences: list[Difference]
    printed_texts: bytes
    marked: Marked | None = None


def start_worker() -> None:
    """Initialise a worker process: the imports of this module are the costly part.

    Ctrl+C reaches the whole process group; the main process alone decides what becomes of the job.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.umask(0o077)  # print files are personal data: nobody but the owner reads them


def stay_warm() -> None:
    """A task that makes the pool start a process before there is work for it."""


@lru_cache(maxsize=1)
def _kit_from(path: Path) -> PrintKit:
    kit = pickle.loads(path.read_bytes())  # written by this very job into its own staging folder
    if not isinstance(kit, PrintKit):
        raise TypeError("not a print kit")
    return kit


def make_and_check(
    kit: PrintKit | Path, task: LotTask, *, first: bool = False, fresh: Collection[str] = ()
) -> LotResult:
    """Make one lot and read its first and last sheet back; ``kit`` may be the file it was saved to.

    ``first``: the job's first lot, in which what all lots share is proven: that each character of the fonts
    leaves ink, and that no code stands where none should be.  ``fresh`` are the documents that no lot before
    has: the files keep the print standard, which a sheet of each of them is looked into for.
    """
    if isinstance(kit, Path):
        kit = _kit_from(kit)
    files = make_lot(kit, task)
    found = check_files(kit, task, files, (0, len(task.documents) - 1), closely=int(first))
    printed, imposed = task.folder / task.lot.print_path, task.folder / task.lot.imposed_path
    if first:
        found += ink_differences(printed, task.lot.print_path)
    if fresh:
        sheets = printed_sheets(task, task.registered, task.codewords, kit.imposition)
        one_of_each = [*{sheet.document: sheet for sheet in sheets if sheet.document in fresh}.values()]
        standard = LotPreflight(kit.order, kit.layouts, kit.imposition)
        found += standard.check(printed, imposed, one_of_each, task.fields)
    return LotResult(files, found, pack_texts(task.fields), task.marked)


def check_files(
    kit: PrintKit, task: LotTask, files: LotFiles, chosen: Sequence[int], *, closely: int = 0
) -> list[Difference]:
    """Digests on disk, page counts, and text and codes of the chosen sheets in both files of a lot."""
    differences = [
        Difference(path, 0, "-", "書き込んだ内容とディスク上の内容が違います")
        for path, written in ((task.lot.print_path, files.printed), (task.lot.imposed_path, files.imposed))
        if sha256_of(task.folder / path) != written.sha256
    ]
    if differences:
        return differences
    sheets = printed_sheets(task, task.registered, task.codewords, kit.imposition)
    if task.marked is not None:
        sheets = with_marks(sheets, task.marked)
        differences += machine_differences(sheets, task.marked, task.lot.print_path)
    machine = task.marked.machine if task.marked else None
    reader = Reader(kit.order, kit.layouts, kit.imposition, MEDIA_MARGIN, kit.artwork_texts, machine)
    return differences + reader.check(
        task.contact,
        task.fields,
        [sheets[at] for at in sorted(set(chosen))],
        print_pdf=task.folder / task.lot.print_path,
        print_pages=2 * len(task.documents),
        imposed_pdf=task.folder / task.lot.imposed_path,
        imposed_pages=2 * files.press_sheets,
        closely=closely,
    )
