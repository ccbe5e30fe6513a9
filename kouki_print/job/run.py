"""The main job: one command from the export to finished, verified folders."""

from __future__ import annotations

import platform
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

import kouki_print
from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.budget import Budget
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.manifest import ManifestFile, manifest, write_manifest
from kouki_print.handover.tables import FOR_EXCEL, write_pieces, write_register
from kouki_print.job.balance import check_balance
from kouki_print.job.budgeting import budget_of, write_finance
from kouki_print.job.cover_lists import write_cover_lists
from kouki_print.job.kit import PrintKit, build_kit
from kouki_print.job.lot_files import LotFiles
from kouki_print.job.making import make_all, vendor_folder, worker_pool
from kouki_print.job.posting.write import write_posting_union
from kouki_print.job.prepare import Prepared, prepare, status_counts
from kouki_print.job.proof.signoff import stop_without_signoff
from kouki_print.job.recording import write_ledger
from kouki_print.job.report import write_lists
from kouki_print.job.review import Review, review_of
from kouki_print.job.staging import staging
from kouki_print.job.ticket.write import Tickets, load_tickets, write_tickets
from kouki_print.job.units.consignments import consignments_of
from kouki_print.job.units.forms import load_unit_forms
from kouki_print.job.units.slips import SLIP_LAYOUT
from kouki_print.job.units.task import UnitTools
from kouki_print.job.vendor_lists import write_vendor_lists
from kouki_print.job.watch import Silent, Stages, Watcher
from kouki_print.job.work import LotResult
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
    csv_encoding: str = FOR_EXCEL,
) -> RunResult:
    """Run the whole line.  ``now`` is the time stamp for the ledger's events (the only use of a clock).

    ``last``: last year's job folder to compare with, before the one that job.toml may name.
    ``csv_encoding``: of the lists that people open in Excel.
    """
    stages = Stages(watcher or Silent())
    stop_without_signoff(job_dir)
    with ExitStack() as stack:
        building = stack.enter_context(staging(out))
        # The workers end before the staging folder is cleared: none may write into it afterwards.
        pool = stack.enter_context(worker_pool(workers)) if workers > 1 else None
        prepared = prepare(job_dir, stages)
        with stages.stage("件数表・前年との比較"):
            review = review_of(job_dir, prepared, last)
        with stages.stage("書体と様式の組込み"):
            forms = load_unit_forms(prepared.loaded, job_dir, prepared.styles)
            kit = build_kit(prepared.loaded, job_dir, prepared.layouts, prepared.styles, prepared.fields)
            tickets = load_tickets(job_dir, prepared, kit)
        pa.default_memory_pool().release_unused()  # what reading and deciding needed on the way
        with stages.stage("印刷ファイルの作成と読返し", len(prepared.plan)):
            consignments = consignments_of(prepared.loaded, prepared.plan)
            tools = UnitTools(prepared.loaded, job_dir, forms, prepared.styles, csv_encoding)
            results, matter = make_all(prepared, kit, tools, consignments, building, pool, workers, stages)
        if pool is not None:
            pool.shutdown()  # its memory is free before the lists are written
        _stop_on_differences(results)
        files = [result.files for result in results]
        with stages.stage("台帳・一覧・予算の作成"):
            budget = budget_of(job_dir, prepared)
            _write_union(building, prepared, review, budget, csv_encoding)
            write_posting_union(building / "union", job_dir, prepared)
            write_finance(building, budget, csv_encoding)
            _write_vendor(building, prepared, kit, tickets, consignments, matter, files)
            write_vendor_lists(
                building / "vendor", prepared, kit, tickets.job, consignments, budget.stock, files
            )
            write_cover_lists(building, prepared)
            write_ledger(building, prepared, kit, forms[SLIP_LAYOUT], results, now)
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


def _stop_on_differences(results: Sequence[LotResult]) -> None:
    found = [difference for result in results for difference in result.differences]
    if found:
        shown = "\n".join(f"・{difference.sentence()}" for difference in found[:10])
        raise OutputDiffers(
            f"作成した印刷ファイルが記録と一致しません（{len(found)}件）。\n{shown}",
            remedy="出力は残していません。様式とフォントを確かめ、直らないときは開発元に知らせてください。",
        )


def _write_union(
    building: Path, prepared: Prepared, review: Review, budget: Budget, csv_encoding: str
) -> None:
    union = building / "union"
    write_register(union / "register.csv", prepared.people, prepared.decided, prepared.plan)
    write_lists(union, prepared, review, budget, csv_encoding)


def _write_vendor(
    building: Path,
    prepared: Prepared,
    kit: PrintKit,
    tickets: Tickets,
    consignments: Mapping[str, Consignment],
    matter: Mapping[str, Sequence[ManifestFile]],
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
        listed = [*(entry for made in own for entry in _manifest_files(made)), *matter.get(code, ())]
        if own:
            listed += write_tickets(folder, tickets, consignments, municipality, rows, own, listed)
        content = manifest(
            prepared.loaded.order,
            municipality,
            statuses.get(code, {}),
            rows,
            listed,
            inputs,
            versions,
            consignments.get(code),
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
