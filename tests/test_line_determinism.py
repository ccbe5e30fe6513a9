"""The same job gives the same bytes, whoever works on it, under any seed, language and time zone."""

from __future__ import annotations

from pathlib import Path

from line_fixtures import PARTS, program, tree
from small_job import JOB, export_text, person, write_job

from kouki_print.job.run import run
from kouki_print.sample import write_sample


def test_two_runs_give_identical_bytes(tmp_path: Path) -> None:
    write_sample(tmp_path / "job", preset="r08", count=120, seed=7)
    one = program(
        "run", tmp_path / "job", "--out", tmp_path / "one", "--workers", 1,
        PYTHONHASHSEED="0", LANG="C.UTF-8", LC_ALL="C.UTF-8", TZ="UTC",
    )  # fmt: skip
    two = program(
        "run", tmp_path / "job", "--out", tmp_path / "two", "--workers", 2,
        PYTHONHASHSEED="12345", LANG="ja_JP.UTF-8", LC_ALL="ja_JP.UTF-8", TZ="Pacific/Kiritimati",
    )  # fmt: skip
    assert (one.returncode, two.returncode) == (0, 0), one.stderr + two.stderr
    assert one.stderr == two.stderr == ""
    assert one.stdout.replace(str(tmp_path / "one"), "OUT") == two.stdout.replace(
        str(tmp_path / "two"), "OUT"
    )
    first, second = tree(tmp_path / "one"), tree(tmp_path / "two")
    assert {name.split("/")[0] for name in first} == PARTS and first.keys() == second.keys()
    kinds = {".pdf", ".xjdf", ".csv", ".json", ".xlsx", ".html", ".sqlite"}
    assert {Path(name).suffix for name in first} == kinds
    for name in first:
        if name != "job.sqlite":  # carries the time of the run
            assert first[name] == second[name], name


PEOPLE = [
    person(1),
    person(2, name="見本　太郎", linked="0"),
    person(3, name=""),
    person(4, birth_date="19500401"),
]


def test_the_ledger_differs_in_the_time_of_its_events_only(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", PEOPLE)
    for name in ("one", "two"):
        run(job, tmp_path / name, now="2026-07-01T00:00:00Z")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_the_order_of_columns_and_the_encoding_do_not_matter(tmp_path: Path) -> None:
    """The same people as UTF-8 and as CP932 with turned columns: same pieces, same pages."""
    one = write_job(tmp_path / "one", PEOPLE)
    two = write_job(tmp_path / "two", PEOPLE, job=JOB.replace("standard-utf8", "standard"))
    lines = export_text(PEOPLE).splitlines()
    turned = "".join(",".join(reversed(line.split(","))) + "\n" for line in lines)
    (two / "export.csv").write_bytes(turned.encode("cp932"))
    for job in (one, two):
        run(job, tmp_path / f"{job.name}-out", now="2026-07-01T00:00:00Z")
    first, second = (
        {
            name: data
            for name, data in tree(tmp_path / out).items()
            if name.endswith((".pdf", "pieces.csv", "register.csv"))
        }
        for out in ("one-out", "two-out")
    )
    assert first == second and any(
        name.endswith("print/OKR08-47213-L01-0000001-0000003.pdf") for name in first
    )
