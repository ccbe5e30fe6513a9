"""The README's own command lines work as they stand, one after the other, on the shipped sample."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from line_fixtures import ROOT, SAMPLE, cli

READMES = sorted(path.name for path in ROOT.glob("README*.md"))
BLOCK = re.compile(r"^```(?:sh|bash|console|powershell)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def command_lines(name: str) -> list[list[str]]:
    """Words of every ``kouki-print …`` line in the code blocks of a README, comments left out."""
    text = (ROOT / name).read_text(encoding="utf-8")
    lines = [line.strip().removeprefix("$ ") for block in BLOCK.findall(text) for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("kouki-print ")]


@pytest.mark.parametrize("name", READMES)
def test_the_commands_of_the_readme_work(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "layouts", tmp_path / "layouts")
    shutil.copytree(SAMPLE, tmp_path / "samples" / "okinawa-r08")
    monkeypatch.chdir(tmp_path)
    for words in command_lines(name):
        result = cli(*words)
        assert result.exit_code == 0, (words, result.output)


def test_the_english_readme_shows_the_main_commands() -> None:
    shown = {words[0] for words in command_lines("README.md")}
    assert {"sample", "check", "run", "budget", "verify"} <= shown


@pytest.mark.parametrize("name", READMES)
def test_files_that_a_readme_points_at_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target
