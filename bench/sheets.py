"""`make bench`, second table: press sheets, foreign PDFs, the checker and the codes.

Ratios of one run: what the imposed file of a lot costs against its 1-up file (CPU seconds and bytes),
pages per second and peak memory of ``impose`` and ``preflight`` for a short and a four times longer PDF of
somebody else, and the seconds for all matching codes of a job.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from kouki_print.job import lot
from kouki_print.job.kit import build_kit
from kouki_print.job.prepare import prepare
from kouki_print.job.run import lot_tasks
from kouki_print.job.watch import Silent, Stages
from kouki_print.page.codes import qr_paths
from kouki_print.page.datamatrix import paths, size_for
from kouki_print.sample import write_sample

ROOT = Path("bench-out")
PEOPLE = 26_000  # Naha then has a full lot of 5,000 sheets
FOREIGN = (10_000, 40_000)
CODES = 165_000


def main() -> None:
    """Run the bench, or one measured command (``--child``)."""
    if sys.argv[1:2] == ["--child"]:
        _child(sys.argv[2:])
        return
    shutil.rmtree(ROOT, ignore_errors=True)
    print("\n| figure | value |\n|---|--:|")
    count, seconds, size = _imposed_against_single()
    print(f"| imposed ÷ 1-up, a lot of {count:,} sheets: CPU time | {seconds:.2f} |")
    print(f"| imposed ÷ 1-up, a lot of {count:,} sheets: bytes | {size:.2f} |")
    for pages in FOREIGN:
        _foreign(ROOT / f"{pages}.pdf", pages)
        out = str(ROOT / f"{pages}-imposed.pdf")
        for name, command in {
            "impose": ["impose", str(ROOT / f"{pages}.pdf"), "--layout", "a3_2up", "--out", out],
            "preflight": ["preflight", str(ROOT / f"{pages}.pdf")],
        }.items():
            wall, peak = _measured(command)
            print(
                f"| `{name}`, foreign PDF of {pages:,} pages | {pages / wall:,.0f} pages/s, {peak:,.0f} MB |"
            )
    for name, seconds in _codes().items():
        print(f"| {CODES:,} {name}, one core | {seconds:.1f} s |")
    shutil.rmtree(ROOT, ignore_errors=True)


def _imposed_against_single() -> tuple[int, float, float]:
    """Sheets of the largest lot, and time and bytes of its imposed file in parts of its 1-up file's.

    Both files share composing and fonts: each is charged with the whole of that, and with its own closing.
    """
    write_sample(ROOT / "job", preset="r08", count=PEOPLE, seed=1)
    prepared = prepare(ROOT / "job", Stages(Silent()))
    kit = build_kit(prepared.loaded, ROOT / "job", prepared.layouts, prepared.styles, prepared.fields)
    task = max(lot_tasks(prepared, ROOT / "lots"), key=lambda each: len(each.documents))
    best: list[tuple[float, float]] = []
    for _ in range(3):
        spent: dict[str, float] = {}
        with _clocked(lot, "finish_single", spent), _clocked(lot, "finish_imposed", spent):
            start = time.process_time()
            files = lot.make_lot(kit, task)
            both = time.process_time() - start
        best.append((both - spent["finish_imposed"], both - spent["finish_single"]))
    single, imposed = min(best)
    return len(task.documents), imposed / single, files.imposed.bytes / files.printed.bytes


@contextmanager
def _clocked(module: Any, name: str, spent: dict[str, float]) -> Iterator[None]:
    """Take the CPU time of a function of a module meanwhile."""
    inner: Callable[..., Any] = getattr(module, name)

    def timed(*args: Any) -> Any:
        start = time.process_time()
        try:
            return inner(*args)
        finally:
            spent[name] = time.process_time() - start

    setattr(module, name, timed)
    try:
        yield
    finally:
        setattr(module, name, inner)


def _foreign(path: Path, pages: int) -> None:
    """A PDF of somebody else: text in two shared fonts, and a line."""
    canvas = Canvas(str(path), pagesize=A4, invariant=1)
    for number in range(1, pages + 1):
        canvas.setFont("Helvetica", 24)
        canvas.drawString(72, 760, f"Page {number} of {pages}")
        canvas.setFont("Times-Roman", 10)
        for line in range(30):
            canvas.drawString(72, 700 - 14 * line, f"{line + 1} The quick brown fox jumps over {number}")
        canvas.line(72, 740, 520, 740)
        canvas.showPage()
    canvas.save()


def _measured(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory (MB) of a command of the product in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", *command], check=True, capture_output=True, text=True
    )
    wall, peak = done.stdout.splitlines()[-1].split()
    return float(wall), float(peak)


def _child(command: list[str]) -> None:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "kouki_print", *command], check=False, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    print(wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000)


def _codes() -> dict[str, float]:
    codes = [f"OKR08-47201-{number:07d}-11-A-K" for number in range(1, CODES + 1)]
    found = {}
    for name, draw in {
        "QR codes": qr_paths,
        "data matrix codes": lambda texts: paths(texts, size_for(texts)),
    }.items():
        start = time.process_time()
        draw(codes)
        found[name] = time.process_time() - start
    return found


if __name__ == "__main__":
    main()
