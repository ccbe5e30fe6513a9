"""An installed wheel finds its templates, layouts, fonts and tables, wherever it is called from."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling is not installed")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout; nothing is written into it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=Path(__file__).resolve().parent.parent, check=True, capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """The wheel's content in a folder of its own, as an installation would lay it down."""
    folder = wheel.parent / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def call(installed: Path, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "kouki_print", *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def test_the_wheel_carries_what_it_needs(wheel: Path, root: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    for folder in ("templates", "layouts", "fonts"):
        for path in (path for path in (root / folder).rglob("*") if path.is_file()):
            assert f"kouki_print/_shipped/{path.relative_to(root).as_posix()}" in names
    for path in (root / "kouki_print" / "data").rglob("*"):
        if path.is_file():
            assert path.relative_to(root).as_posix() in names
    licences = {name.rsplit("/", 1)[-1] for name in names if "/licenses/" in name}
    assert {"LICENSE", "OFL.txt"} <= licences
    assert not any(name.startswith(("tests/", "samples/", "bench/")) for name in names)


def test_a_job_runs_from_the_wheel_alone(installed: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "別の場所 だ"
    elsewhere.mkdir()
    made = call(
        installed,
        elsewhere,
        "sample",
        "job",
        "--preset",
        "r08",
        "--count",
        "40",
        "--seed",
        "3",
        "--encoding",
        "utf-8",
    )
    assert made.returncode == 0, made.stderr
    where = subprocess.run(
        [sys.executable, "-c", "import kouki_print.base.resources as r; print(r.__file__, r.layout_dir(), sep='\\n')"],
        cwd=elsewhere, env={**os.environ, "PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    assert all(str(installed) in path for path in where)
    done = call(installed, elsewhere, "run", "job", "--out", "out", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "件数突合" in done.stdout
    assert list((elsewhere / "out").rglob("print/*.pdf"))
    assert (elsewhere / "out" / "union" / "check.html").is_file()
    proved = call(installed, elsewhere, "verify", "out", "--full")
    assert proved.returncode == 0, proved.stderr + proved.stdout
