"""Finished jobs that the tests of the whole line look into, each made once per session.

A plugin of the test files that name it; they import it as well, hence PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from small_job import person, write_job

from kouki_print.cli import main
from kouki_print.sample import write_sample

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "samples" / "okinawa-r08"
STATUSES = ("printed", "held", "excluded", "unissued")
PARTS = {"union", "finance", "vendor", "municipalities", "job.sqlite"}


@dataclass(frozen=True, slots=True)
class Finished:
    """A job folder, what ``run`` made of it and what it said."""

    job: Path
    out: Path
    console: str

    def register(self) -> list[dict[str, str]]:
        """Lines of register.csv."""
        return table(self.out / "union" / "register.csv")

    def held(self) -> list[dict[str, str]]:
        """Lines of held.csv."""
        return table(self.out / "union" / "held.csv")

    def problems(self) -> list[dict[str, str]]:
        """Lines of problems.csv."""
        return table(self.out / "union" / "problems.csv")

    def protected(self) -> list[dict[str, str]]:
        """Lines of protected.csv."""
        return table(self.out / "union" / "protected.csv")

    def towns(self) -> list[Path]:
        """Vendor folders by code."""
        return sorted(path for path in (self.out / "vendor").iterdir() if path.is_dir())

    def manifest(self, code: str) -> dict[str, Any]:
        """Manifest of a municipality."""
        return json.loads((self.out / "vendor" / code / "manifest.json").read_text(encoding="utf-8"))

    def manifests(self) -> list[dict[str, Any]]:
        """All manifests by code."""
        return [self.manifest(folder.name) for folder in self.towns()]

    def pieces(self, code: str) -> list[dict[str, str]]:
        """Lines of a municipality's pieces.csv."""
        return table(self.out / "vendor" / code / "pieces.csv")

    def all_pieces(self) -> list[dict[str, str]]:
        """Lines of all pieces.csv."""
        return [piece for folder in self.towns() for piece in self.pieces(folder.name)]

    def budget(self) -> list[dict[str, str]]:
        """Lines of budget.csv."""
        return table(self.out / "finance" / "budget.csv")

    def people(self) -> list[dict[str, str]]:
        """Lines of the export under its headers."""
        return table(self.job / "export.csv")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query to the ledger."""
        with closing(sqlite3.connect(self.out / "job.sqlite")) as connection:
            return connection.execute(query).fetchall()


def table(path: Path) -> list[dict[str, str]]:
    """Lines of a CSV by header: UTF-8, with a BOM where people open it in Excel."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def cli(*words: object) -> Result:
    """Call the program in this process."""
    return CliRunner().invoke(main, [str(word) for word in words])


def program(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the program as people do, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "kouki_print", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def finished(job: Path, out: Path, *words: str) -> Finished:
    """Run a job to its end."""
    result = cli("run", job, "--out", out, "--workers", "1", *words)
    assert result.exit_code == 0, result.output
    return Finished(job, out, result.output)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder with its bytes."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def said(result: Result, secrets: Sequence[str] = ()) -> str:
    """The one message of a job that is refused: on stderr, with a remedy, no traceback, nobody's data."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.count("エラー: ") == 1 and result.stderr.startswith("エラー: ")
    assert result.stderr.count("\n対処: ") == 1
    assert "Traceback" not in result.stderr
    assert isinstance(result.exception, SystemExit)
    for secret in secrets:
        assert secret not in result.stderr
    return result.stderr


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The shipped sample, run once.  Read-only."""
    return finished(SAMPLE, tmp_path_factory.mktemp("shipped") / "out")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """A job of 40 people, run once.  Read-only; see ``spoiled``."""
    folder = tmp_path_factory.mktemp("small")
    write_sample(folder / "job", preset="r08", count=40, seed=4, encoding="utf-8")
    return finished(folder / "job", folder / "out")


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Three people of one municipality, one of them held, run once.  Read-only."""
    folder = tmp_path_factory.mktemp("tiny")
    write_job(folder / "job", [person(1), person(2, name="見本　太郎", linked="0"), person(3, name="")])
    return finished(folder / "job", folder / "out")


@pytest.fixture
def spoiled(tiny: Finished, tmp_path: Path) -> Finished:
    """A copy of ``tiny`` for a test to spoil."""
    shutil.copytree(tiny.out, tmp_path / "out")
    return Finished(tiny.job, tmp_path / "out", tiny.console)
