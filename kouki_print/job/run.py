"""The main job: one command from the export to finished, verified folders."""

from __future__ import annotations

import pickle
import platform
import signal
import threading
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa

import kouki_print
from kouki_print.base.errors import JobError, OutputDiffers
from kouki_print.handover.budget import Budget
from kouki_print.handover.manifest import ManifestFile, manifest, write_manifest
from kouki_print.handover.tables import write_pieces, write_register
from kouki_print.job.balance import check_balance
from kouki_print.job.budgeting import budget_of, write_finance
from kouki_print.job.bundles import write_bundles
from kouki_print.job.inserter.marks import lot_marks
from kouki_print.job.kit import PrintKit, build_kit
from kouki_print.job.lot_files import LotFiles, LotTask
from kouki_print.job.lot_sheets import lot_sheets
from kouki_print.job.prepare import Prepared, prepare, status_counts
from kouki_print.job.proof.signoff import stop_without_signoff
from kouki_print.job.recording import write_ledger
from kouki_print.job.report import write_lists
from kouki_print.job.review import Review, review_of
from kouki_print.job.staging import staging
from kouki_print.job.ticket.write import Tickets, load_tickets, write_tickets
from kouki_print.job.vendor_matter import VendorForms, load_vendor_forms, write_vendor_matter
from kouki_print.job.watch import Silent, Stages, Watcher
from kouki_print.job.work import LotResult, make_and_check, start_worker, stay_warm
from kouki_print.plan.pieces import Lot


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run made: counts by status, pieces and yen by document, and where time went.

    ``unknown_unit`` counts records that are in no unit's folder; ``unit_ja`` is what the units are.
    """

    counts: dict[str, int]
    unknown_unit: int
    unit_ja: str
    budget: Budget
    pieces: int
    lots: int
    bytes: int
    notes: list[str]
    problems: dict[str, int]
    seconds: dict[str, float]


def run(
    job_dir: Path,
    out: Path,
    *,
    workers: int = 1,
    now: str,
    watcher: Watcher | None = None,
    last: Path | None = None,
) -> RunResult:
    """Run the whole line.  ``now`` is the time stamp for the ledger's events (the only use of a clock).

    ``last``: last year's job folder to compare with, before the one that job.toml may name.
    """
    stages = Stages(watcher or Silent())
    stop_without_signoff(job_dir)
    with ExitStack() as stack:
        building = stack.enter_context(staging(out))
        # The workers end before the staging folder is cleared: none may write into it afterwards.
        pool = stack.enter_context(_pool(workers)) if workers > 1 else None
        prepared = prepare(job_dir, stages)
        with stages.stage("件数表・前年との比較"):
            review = review_of(job_dir, prepared, last)
        with stages.stage("書体と様式の組込み"):
            forms = load_vendor_forms(prepared.loaded, job_dir, prepared.styles)
            kit = build_kit(prepared.loaded, job_dir, prepared.layouts, prepared.styles, prepared.fields)
            tickets = load_tickets(job_dir, prepared, kit)
        pa.default_memory_pool().release_unused()  # what reading and deciding needed on the way
        with stages.stage("印刷ファイルの作成と読返し", len(prepared.plan)):
            matter: dict[str, list[ManifestFile]] = {}
            results = _make_lots(
                prepared,
                kit,
                building,
                pool,
                workers,
                stages,
                meanwhile=lambda: matter.update(_write_matter(building, prepared, forms)),
            )
        if pool is not None:
            pool.shutdown()  # its memory is free before the lists are written
        _stop_on_differences(results)
        files = [result.files for result in results]
        with stages.stage("台帳・一覧・予算の作成"):
            budget = budget_of(job_dir, prepared)
            _write_union(building, prepared, review, budget)
            write_finance(building, budget)
            _write_vendor(building, prepared, kit, tickets, matter, files)
            write_bundles(building, prepared)
            write_ledger(building, prepared, kit, results, now)
        with stages.stage("件数の突合"):
            balance = check_balance(building, len(prepared.people), prepared.loaded.units)
    return RunResult(
        counts=balance.counts,
        unknown_unit=balance.unknown_unit,
        unit_ja=prepared.loaded.unit_ja,
        budget=budget,
        pieces=len(prepared.plan),
        lots=len(prepared.lots),
        bytes=sum(entry.printed.bytes + entry.imposed.bytes for entry in files),
        notes=[*prepared.intake.notes, *review.notes()],
        problems=problem_counts(prepared),
        seconds=stages.seconds,
    )


def problem_counts(prepared: Prepared) -> dict[str, int]:
    """People per problem code."""
    counter: Counter[str] = Counter()
    for finding in prepared.findings:
        counter[finding.code] += len(finding.rows)
    return dict(sorted(counter.items()))


@contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor]:
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


def _make_lots(
    prepared: Prepared,
    kit: PrintKit,
    building: Path,
    pool: ProcessPoolExecutor | None,
    workers: int,
    stages: Stages,
    *,
    meanwhile: Callable[[], None],
) -> list[LotResult]:
    """All lots, in order, whoever made them; at most two waiting tasks per worker are held in memory.

    ``meanwhile`` is done while the workers finish the last of them.
    """
    results: list[LotResult] = []
    if pool is None:
        for task, fresh in _with_fresh(lot_tasks(prepared, building)):
            results.append(make_and_check(kit, task, first=not results, fresh=fresh))
            stages.watcher.step(len(task.documents))
        meanwhile()
        return results
    kit_file = building / ".kit"
    kit_file.write_bytes(pickle.dumps(kit))
    waiting: set[Future[LotResult]] = set()
    for number, (task, fresh) in enumerate(_with_fresh(lot_tasks(prepared, building))):
        if len(waiting) >= 2 * workers:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            results.extend(_collected(done, stages))
        waiting.add(pool.submit(make_and_check, kit_file, task, first=not number, fresh=fresh))
    meanwhile()
    done, _ = wait(waiting)
    results.extend(_collected(done, stages))
    kit_file.unlink()
    return sorted(results, key=lambda result: result.files.lot.start)


def _with_fresh(tasks: Iterable[LotTask]) -> Iterator[tuple[LotTask, frozenset[str]]]:
    """Each lot with the documents that no lot before it has."""
    seen: frozenset[str] = frozenset()
    for task in tasks:
        fresh = frozenset(task.documents) - seen
        yield task, fresh
        seen |= fresh


def _collected(done: set[Future[LotResult]], stages: Stages) -> list[LotResult]:
    results = [future.result() for future in done]
    for result in results:
        stages.watcher.step(result.files.lot.stop - result.files.lot.start)
    return results


def _stop_on_differences(results: Sequence[LotResult]) -> None:
    found = [difference for result in results for difference in result.differences]
    if found:
        shown = "\n".join(f"・{difference.sentence()}" for difference in found[:10])
        raise OutputDiffers(
            f"作成した印刷ファイルが記録と一致しません（{len(found)}件）。\n{shown}",
            remedy="出力は残していません。様式とフォントを確かめ、直らないときは開発元に知らせてください。",
        )


def _write_union(building: Path, prepared: Prepared, review: Review, budget: Budget) -> None:
    union = building / "union"
    write_register(union / "register.csv", prepared.people, prepared.decided, prepared.plan)
    write_lists(union, prepared, review, budget)


def _write_matter(building: Path, prepared: Prepared, forms: VendorForms) -> dict[str, list[ManifestFile]]:
    """Envelope and labels of each unit with pieces."""
    made = {}
    for code, rows in prepared.plan.groupby("unit_code", sort=False):
        unit = prepared.loaded.units[code]
        folder = vendor_folder(building, code)
        folder.mkdir(parents=True, exist_ok=True)
        made[code] = write_vendor_matter(folder, forms, prepared.loaded, prepared.styles, unit, rows)
    return made


def _write_vendor(
    building: Path,
    prepared: Prepared,
    kit: PrintKit,
    tickets: Tickets,
    matter: Mapping[str, list[ManifestFile]],
    files: Sequence[LotFiles],
) -> None:
    statuses = status_counts(prepared.decided)
    inputs = [*prepared.loaded.inputs, *prepared.intake.inputs]
    versions = _versions(prepared, kit)
    groups = dict(iter(prepared.plan.groupby("unit_code", sort=False)))
    for code, municipality in prepared.loaded.units.items():
        folder = vendor_folder(building, code)
        folder.mkdir(parents=True, exist_ok=True)
        rows = groups.get(code, prepared.plan.iloc[:0])
        write_pieces(folder / "pieces.csv", rows)
        own = [made for made in files if made.lot.unit_code == code]
        listed = [entry for made in own for entry in _manifest_files(made)] + matter.get(code, [])
        if own:
            listed += write_tickets(folder, tickets, municipality, rows, own)
        content = manifest(
            prepared.loaded.order, municipality, statuses.get(code, {}), rows, listed, inputs, versions
        )
        write_manifest(folder / "manifest.json", content)


def _manifest_files(made: LotFiles) -> list[ManifestFile]:
    lot: Lot = made.lot
    pages = 2 * lot.sheets
    return [
        ManifestFile(
            lot.print_path, made.printed.sha256, made.printed.bytes, pages, lot.first, lot.last, "print"
        ),
        ManifestFile(
            lot.imposed_path,
            made.imposed.sha256,
            made.imposed.bytes,
            2 * made.press_sheets,
            lot.first,
            lot.last,
            "imposed",
        ),
    ]


def _versions(prepared: Prepared, kit: PrintKit) -> dict[str, str]:
    """What the bytes depend on beside the inputs: program, compressor, subsetter, fonts, rules, tariff."""
    return {
        "kouki_print": kouki_print.__version__,
        "python": ".".join(platform.python_version_tuple()[:2]),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        "uharfbuzz": version("uharfbuzz"),
        "qrcode": version("qrcode"),
        "preset_sha256": prepared.loaded.preset.sha256,
        "tariff_sha256": prepared.tariff.sha256,
        **{f"font_{font.name}": font.digest for font in kit.shared.fonts},
    }
