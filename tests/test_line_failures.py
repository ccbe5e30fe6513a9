"""A run that fails or is interrupted leaves the earlier result as it was and nothing half-written."""

from __future__ import annotations

import errno
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import pytest
from line_fixtures import ROOT, Finished, cli, tree

from kouki_print.base.errors import JobError, OutputDiffers
from kouki_print.job import making
from kouki_print.job import run as run_module
from kouki_print.job import staging as staging_module
from kouki_print.job.run import run
from kouki_print.verify.readback import Difference

pytest_plugins = ("line_fixtures",)
NOW = "2026-07-01T00:00:00Z"


def raising(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


FAILURES = [
    (JobError("だめです。", remedy="直してください。"), JobError, "だめです。"),
    (OSError(errno.ENOSPC, "No space left on device"), JobError, "空き容量がありません"),
    (PermissionError(errno.EACCES, "Permission denied"), JobError, "書き込む権限"),
    (KeyboardInterrupt(), KeyboardInterrupt, ""),
    (MemoryError(), MemoryError, ""),
]
STAGES = ("prepare", "build_kit", "make_and_check", "write_finance", "write_ledger", "check_balance")


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    return tmp_path / "fresh"


CASES = [(stage, *FAILURES[0]) for stage in STAGES] + [("write_finance", *case) for case in FAILURES[1:]]


@pytest.mark.parametrize(
    ("stage", "error", "kind", "words"), CASES, ids=[f"{case[0]} {type(case[1]).__name__}" for case in CASES]
)
def test_a_failing_stage_leaves_everything_as_it_was(
    spoiled: Finished,
    empty: Path,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    error: BaseException,
    kind: type[BaseException],
    words: str,
) -> None:
    before = tree(spoiled.out)
    monkeypatch.setattr(making if hasattr(making, stage) else run_module, stage, raising(error))
    for out in (spoiled.out, empty):
        with pytest.raises(kind) as caught:
            run(spoiled.job, out, now=NOW)
        assert words in str(caught.value)
    assert tree(spoiled.out) == before
    assert not list(spoiled.out.glob(".*")) and not empty.exists()


@pytest.mark.parametrize(
    "error", [OSError(errno.EACCES, "in use"), KeyboardInterrupt()], ids=["in use", "Ctrl+C"]
)
@pytest.mark.parametrize("move", range(8))
def test_a_swap_that_fails_half_way_is_taken_back(
    spoiled: Finished, monkeypatch: pytest.MonkeyPatch, move: int, error: BaseException
) -> None:
    """Four parts go out and four come in; a file held open by another program may stop any of the moves."""
    before = tree(spoiled.out)
    moves = []
    replace = os.replace

    def counting(source: Path, target: Path) -> None:
        if spoiled.out in Path(source).parents and Path(source).parent.name in (
            ".building",
            spoiled.out.name,
        ):
            moves.append(source)
            if len(moves) == move + 1:
                raise error
        replace(source, target)

    def no_moves(building: Path) -> None:
        for name in ("union", "finance", "vendor"):
            (building / name).mkdir()
            (building / name / "new").write_text("new")
        (building / "job.sqlite").write_text("new")

    monkeypatch.setattr(staging_module.os, "replace", counting)
    with pytest.raises((JobError, KeyboardInterrupt)), staging_module.staging(spoiled.out) as building:
        no_moves(building)
    monkeypatch.undo()
    assert len(moves) >= move + 1
    assert tree(spoiled.out) == before


def test_differences_found_on_reading_back_stop_the_run(
    spoiled: Finished, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Difference(
        "OKR08-47201-L01.pdf", 3, "OKR08-47201-0000002", "照合コードが違います（読取り: なし）"
    )
    monkeypatch.setattr("kouki_print.job.work.check_files", lambda *_, **__: [found])
    with pytest.raises(OutputDiffers) as caught:
        run(spoiled.job, empty, now=NOW)
    assert caught.value.exit_status == 3
    assert "OKR08-47201-L01.pdf 3ページ（OKR08-47201-0000002）" in str(caught.value)
    assert not empty.exists()


def test_a_failure_at_the_command_line_is_one_message(
    spoiled: Finished, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "write_finance", raising(OSError(errno.ENOSPC, "No space left")))
    result = cli("run", spoiled.job, "--out", empty, "--workers", 1)
    assert result.exit_code == 1 and not empty.exists()
    assert (
        result.stderr.startswith("エラー: ")
        and "空き容量" in result.stderr
        and "Traceback" not in result.stderr
    )


def failing_lot(*_: object, **__: object) -> None:
    """Stands in for the work on a lot, in a worker process."""
    raise JobError(
        "印刷ファイルが2GBを超えます。", remedy="lot_sheets を小さくしてください。", file="a.pdf", row=3
    )


def dying_lot(*_: object, **__: object) -> None:
    """A worker that the system kills."""
    os._exit(9)


@pytest.mark.parametrize(
    ("lot", "words"), [(failing_lot, "a.pdf 3行目: 印刷ファイルが2GB"), (dying_lot, "途中で止まりました")]
)
def test_failures_in_workers_come_back_as_messages(
    tiny: Finished, empty: Path, monkeypatch: pytest.MonkeyPatch, lot: Callable[..., None], words: str
) -> None:
    monkeypatch.setattr(making, "make_and_check", lot)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    with pytest.raises(JobError, match=words) as caught:
        run(tiny.job, empty, workers=2, now=NOW)
    assert isinstance(caught.value.__cause__, BrokenProcessPool) or lot is failing_lot
    assert not empty.exists()


def test_workers_write_nothing_after_a_failure_elsewhere(
    tiny: Finished, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lots under way when the main process fails must not bring the staging folder back."""

    def fail_after_first(*_: object) -> Iterator[None]:
        raise JobError("だめです。", remedy="直してください。")

    monkeypatch.setattr(making, "unit_tasks", fail_after_first)
    with pytest.raises(JobError, match="だめです"):
        run(tiny.job, empty, workers=2, now=NOW)
    assert not empty.exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows can only ignore the signal meanwhile")
def test_an_interrupt_while_workers_start_is_not_lost() -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
    try:
        with pytest.raises(KeyboardInterrupt), making._deaf_to_interrupts():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.01)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl+C to a console, not to a process")
def test_ctrl_c_leaves_the_earlier_result(spoiled: Finished) -> None:
    before = tree(spoiled.out)
    process = subprocess.Popen(
        [sys.executable, "-m", "kouki_print", "run", str(ROOT / "samples" / "okinawa-r08"), "--out", str(spoiled.out)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    )  # fmt: skip
    for _ in range(2400):  # a busy machine takes its time
        if list(spoiled.out.glob(".building/vendor/*/print/*.pdf")):
            break
        time.sleep(0.025)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=30)[1]
    assert process.returncode not in (0, None)
    assert "Traceback" not in said, said
    assert tree(spoiled.out) == before


def test_errors_survive_the_way_between_processes() -> None:
    for kind in (JobError, OutputDiffers):
        error = kind("文字が読めません", remedy="直してください。", file="export.csv", row=12, column="氏名")
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is kind and again.message() == error.message()
        assert (again.file, again.row, again.column) == ("export.csv", 12, "氏名")
