"""Making (作成): lots and units handed to the workers, and what they bring back."""

from __future__ import annotations

import pickle
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from kouki_print.base.errors import JobError
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.manifest import ManifestFile
from kouki_print.job.inserter.marks import lot_marks
from kouki_print.job.kit import PrintKit
from kouki_print.job.lot_files import LotTask
from kouki_print.job.lot_sheets import lot_sheets
from kouki_print.job.prepare import Prepared
from kouki_print.job.units.task import UnitTools, unit_tasks
from kouki_print.job.units.write import save_tools, write_unit
from kouki_print.job.watch import Stages
from kouki_print.job.work import LotResult, make_and_check, start_worker, stay_warm


@contextmanager
def worker_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Worker processes that import what they need while the main process reads the export."""
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=start_worker)
    try:
        with _deaf_to_interrupts():
            for _ in range(workers):
                pool.submit(stay_warm)
        yield pool
    except BrokenProcessPool as error:
        raise JobError(
            "印刷ファイルを作る作業が途中で止まりました（メモリー不足など）。",
            remedy="ほかのプログラムを閉じるか、--workers 1 を付けて、もう一度実行してください。",
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes started meanwhile ignore Ctrl+C from their first moment, also while they still import.

    They inherit the blocked signal; for this process it only waits.  Windows can ignore it at most.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may change what a signal does
        return
    if hasattr(signal, "pthread_sigmask"):
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def make_all(
    prepared: Prepared,
    kit: PrintKit,
    tools: UnitTools,
    consignments: Mapping[str, Consignment],
    building: Path,
    pool: ProcessPoolExecutor | None,
    workers: int,
    stages: Stages,
) -> tuple[list[LotResult], dict[str, Sequence[ManifestFile]]]:
    """All lots, in order, and what each unit's vendor folder holds beside them, whoever made them.

    At most two waiting tasks per worker are held in memory.
    """
    matter: dict[str, Sequence[ManifestFile]] = {}
    results: list[LotResult] = []
    if pool is None:
        for task, fresh in _with_fresh(lot_tasks(prepared, building)):
            results.append(make_and_check(kit, task, first=not results, fresh=fresh))
            stages.watcher.step(len(task.documents))
        for unit in unit_tasks(prepared, consignments, building):
            matter[unit.unit.code] = write_unit(tools, unit)
        return results, matter
    kit_file, tools_file = building / ".kit", building / ".tools"
    kit_file.write_bytes(pickle.dumps(kit))
    save_tools(tools_file, tools)
    waiting: set[Future[Any]] = set()

    def hand_in(*work: Any, **more: Any) -> Future[Any]:
        while len(waiting) >= 2 * workers:
            done, left = wait(waiting, return_when=FIRST_COMPLETED)
            _collect(done)
            waiting.intersection_update(left)
        waiting.add(future := pool.submit(*work, **more))
        return future

    def _collect(done: Iterable[Future[Any]]) -> None:
        for future in done:
            if isinstance(made := future.result(), LotResult):
                results.append(made)
                stages.watcher.step(made.files.lot.stop - made.files.lot.start)

    for number, (task, fresh) in enumerate(_with_fresh(lot_tasks(prepared, building))):
        hand_in(make_and_check, kit_file, task, first=not number, fresh=fresh)
    made = {
        unit.unit.code: hand_in(write_unit, tools_file, unit)
        for unit in unit_tasks(prepared, consignments, building)
    }
    _collect(wait(waiting).done)
    kit_file.unlink()
    tools_file.unlink()
    matter.update({code: future.result() for code, future in made.items()})
    return sorted(results, key=lambda result: result.files.lot.start), matter


def _with_fresh(tasks: Iterable[LotTask]) -> Iterator[tuple[LotTask, frozenset[str]]]:
    """Each lot with the documents that no lot before it has."""
    seen: frozenset[str] = frozenset()
    for task in tasks:
        fresh = frozenset(task.documents) - seen
        yield task, fresh
        seen |= fresh


def lot_tasks(prepared: Prepared, building: Path) -> Iterator[LotTask]:
    """What each lot needs, one after the other, so that few are in memory at a time."""
    for lot in prepared.lots:
        rows = prepared.plan.iloc[lot.start : lot.stop]
        counts = rows["sheets"].to_numpy()
        sheets = lot_sheets(prepared.loaded.order, rows["piece_id"], rows["set_code"], counts)
        if len(sheets.piece) > len(rows):
            rows = rows.take(sheets.piece)
        yield LotTask(
            lot=lot,
            contact=prepared.loaded.sender(lot.unit_code),
            folder=vendor_folder(building, lot.unit_code),
            fields=prepared.fields.take(rows["person"].to_numpy()),
            documents=sheets.documents,
            matching_codes=sheets.matching_codes,
            piece_ids=sheets.piece_ids,
            codewords=tuple(rows["customer_barcode"]),
            registered=tuple(rows["registered_number"]),
            marked=lot_marks(prepared, lot),
        )


def vendor_folder(root: Path, unit_code: str) -> Path:
    """Folder of one unit's vendor files."""
    return root / "vendor" / unit_code
