"""`make bench`: the whole line at full size, as one table.

Generates 165,000 synthetic people (seed 1, preset r08), runs the line in a fresh process, and prints
seconds and people/s per stage, peak memory of all processes, bytes, the ratio to the floor (deflating
the same streams, writing and hashing the same bytes), the composing rate of one core, the cost per
person against a tenth of the people, and what an officer waits for: who gets what, and ``explain``.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import zlib
from pathlib import Path

from kouki_print.intake.characters import check_characters
from kouki_print.intake.load import read_export
from kouki_print.job.forms import load_styles
from kouki_print.job.kit import build_kit
from kouki_print.job.lot import make_lot
from kouki_print.job.making import lot_tasks
from kouki_print.job.prepare import prepare
from kouki_print.job.run import run
from kouki_print.job.watch import Silent, Stages
from kouki_print.order.load import load_order
from kouki_print.pdf.writer import deflate
from kouki_print.sample import write_sample
from kouki_print.select.decide import decide

PEOPLE = 165_000
ROOT = Path("bench-out")
_STREAM = re.compile(rb"<</Length (\d+)/Filter/FlateDecode>>stream\n")


def main() -> None:
    """Run the bench, or one timed part of it (``--child``: the line; ``--decide``: up to who gets what)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--child", nargs=2, metavar=("JOB", "OUT"))
    parser.add_argument("--decide", metavar="JOB")
    options = parser.parse_args()
    if options.decide:
        print(_decide(Path(options.decide)))
    elif options.child:
        _child(Path(options.child[0]), Path(options.child[1]), options.workers)
    else:
        _bench(options.people, options.workers)


def _child(job: Path, out: Path, workers: int) -> None:
    result = run(job, out, workers=workers, now="2026-01-01T00:00:00Z")
    json.dump({"seconds": result.seconds, "pieces": result.pieces, "counts": result.counts}, sys.stdout)


def _decide(job: Path) -> float:
    """Seconds of intake, checks and select alone, in this process."""
    loaded, styles = load_order(job), load_styles()
    settings = loaded.order

    def can_draw(cluster: str) -> bool:
        return all(style.can_draw(cluster) for style in styles.values())

    start = time.perf_counter()
    intake = read_export(loaded, job)
    lost = check_characters(intake.people, can_draw, settings.job.mail_on, settings.checks.kind_order)
    decide(intake.people, [*intake.findings, *lost], loaded)
    return time.perf_counter() - start


def _bench(people: int, workers: int) -> None:
    shutil.rmtree(ROOT, ignore_errors=True)
    start = time.perf_counter()
    write_sample(ROOT / "full", preset="r08", count=people, seed=1)
    sample_seconds = time.perf_counter() - start
    write_sample(ROOT / "tenth", preset="r08", count=people // 10, seed=1)
    small = min((_timed(ROOT / "tenth", workers) for _ in range(2)), key=lambda one: one["wall"])
    full = _timed(ROOT / "full", workers)
    decided = min(
        float(subprocess.check_output([sys.executable, __file__, "--decide", str(ROOT / "full")]))
        for _ in range(3)
    )
    explained = min(_explained(ROOT / "full") for _ in range(3))
    lines = [("`sample` (not part of the line)", sample_seconds)]
    lines += [(name, seconds) for name, seconds in full["seconds"].items() if seconds >= 0.01]
    print(f"\n| stage ({people:,} people, {workers} workers) | seconds | people/s |\n|---|--:|--:|")
    for name, seconds in lines:
        print(f"| {name} | {seconds:.2f} | {people / seconds:,.0f} |")
    start_up = full["wall"] - sum(full["seconds"].values())
    print(f"| start-up, clean-up | {start_up:.2f} | |")
    print(f"| **whole line, cold start** | **{full['wall']:.2f}** | **{people / full['wall']:,.0f}** |\n")
    size, floor, parts = _floor(ROOT / "full-out")
    rate, composed = _one_core(ROOT / "full")
    per_person = full["wall"] / people / (small["wall"] / (people // 10))
    print("| figure | value |\n|---|--:|")
    print(f"| intake + checks + select, cold, best of 3 | {decided:.2f} s |")
    print(f"| `explain` of one person, cold, best of 3 | {explained:.2f} s |")
    print(f"| `budget` with scenarios, XLSX and PDF, cold | {_budgeted(ROOT / 'full'):.2f} s |")
    print(f"| peak memory of all processes (PSS) | {full['peak']:,.0f} MB |")
    print(f"| bytes written | {size / 1e6:,.0f} MB |")
    shares = f"deflate {parts[0]:.1f} s + write {parts[1]:.1f} s + hash {parts[2]:.1f} s"
    print(f"| floor on one core: {shares} | {floor:.1f} s |")
    print(f"| whole line ÷ floor | {full['wall'] / floor:.2f} |")
    print(
        f"| composing and writing 1-up and imposed, one core ({composed:,} people) | {rate:,.0f} people/s |"
    )
    print(f"| cost per person, {people:,} ÷ {people // 10:,} people | {per_person:.2f} |")
    shutil.rmtree(ROOT, ignore_errors=True)


def _explained(job: Path) -> float:
    """Seconds of ``kouki-print explain`` for somebody in the middle of the export."""
    with (job / "export.csv").open(encoding="cp932", newline="") as handle:
        numbers = [row["被保険者番号"] for row in csv.DictReader(handle)]
    command = [
        sys.executable,
        "-m",
        "kouki_print",
        "explain",
        str(job),
        "--insured",
        numbers[len(numbers) // 2],
    ]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _budgeted(job: Path) -> float:
    """Seconds of ``kouki-print budget`` from the export."""
    command = [sys.executable, "-m", "kouki_print", "budget", str(job), "--out", str(ROOT / "budget-out")]
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def _timed(job: Path, workers: int) -> dict:
    """One cold run in its own process, with the peak of the memory of its whole process tree."""
    out = job.with_name(f"{job.name}-out")
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, __file__, "--workers", str(workers), "--child", str(job), str(out)]
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    peak = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, peak), daemon=True)
    watcher.start()
    output, _ = process.communicate()
    wall = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"run failed with exit status {process.returncode}")
    return {"wall": wall, "peak": peak[0], **json.loads(output)}


def _watch(process: subprocess.Popen, peak: list[float]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(_pss(pid) for pid in _tree(process.pid)))
        time.sleep(0.1)


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(member for child in children for member in _tree(int(child)))]


def _pss(pid: int) -> float:
    """Proportional memory in MB: pages that processes share count once."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1000 if found else 0.0


def _floor(out: Path) -> tuple[int, float, tuple[float, float, float]]:
    """Bytes of all outputs, and the seconds that any program needs for them on one core.

    Deflating counts the streams of the 1-up files only: the imposed files hold the same ones.
    """
    deflating = writing = hashing = 0.0
    size = 0
    target = out.with_name("floor")
    for path in sorted(entry for entry in out.rglob("*") if entry.is_file()):
        data = path.read_bytes()
        size += len(data)
        if path.parent.name == "print":
            raw = [
                zlib.decompress(data[found.end() : found.end() + int(found[1])])
                for found in _STREAM.finditer(data)
            ]
            start = time.perf_counter()
            for content in raw:
                deflate(content)
            deflating += time.perf_counter() - start
        start = time.perf_counter()
        with target.open("wb") as handle:
            handle.write(data)
        writing += time.perf_counter() - start
        start = time.perf_counter()
        hashlib.sha256(data).digest()
        hashing += time.perf_counter() - start
    return size, deflating + writing + hashing, (deflating, writing, hashing)


def _one_core(job: Path) -> tuple[float, int]:
    """People per second of composing and writing both files, in this process, over the first lots."""
    prepared = prepare(job, Stages(Silent()))
    kit = build_kit(prepared.loaded, job, prepared.layouts, prepared.styles, prepared.fields)
    done = 0
    spent = 0.0
    for task in lot_tasks(prepared, ROOT / "one-core"):
        start = time.perf_counter()
        make_lot(kit, task)
        spent += time.perf_counter() - start
        done += len(task.documents)
        if done >= 30_000:
            break
    return done / spent, done


if __name__ == "__main__":
    main()
