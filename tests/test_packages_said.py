"""What handover and its check say when they are given the wrong thing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from line_fixtures import Finished, cli, said

pytest_plugins = ("line_fixtures",)


@pytest.fixture(scope="module")
def packed(tiny: Finished, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packages in ``to`` and their passwords in ``pw.csv``.  Read-only."""
    folder = tmp_path_factory.mktemp("said")
    assert cli("handover", tiny.out, "--to", folder / "to", "--passwords", folder / "pw.csv").exit_code == 0
    return folder


@pytest.mark.parametrize("place", ["memo.txt", "P/slips.pdf", "union/mine.xlsx", "finance/x/y.csv"])
def test_a_file_that_nobody_knows_is_told_wherever_it_lies(
    tiny: Finished, tmp_path: Path, place: str
) -> None:
    out = tmp_path / "out"
    shutil.copytree(tiny.out, out)
    (out / place).parent.mkdir(parents=True, exist_ok=True)
    (out / place).write_text("見本")
    result = cli("handover", out, "--to", tmp_path / "to", "--passwords", tmp_path / "pw.csv")
    assert result.exit_code == 3 and f"・{place}: 台帳にないファイルです" in result.stderr
    assert os.listdir(tmp_path) == ["out"]


def check(package: Path, to: Path, passwords: Path) -> str:
    """The one message of a check that ends with exit 1."""
    message = said(cli("handover", "check", package, "--to", to, "--password-file", passwords))
    assert not to.exists()
    return message


@pytest.mark.parametrize("name", ["", "OKR08-V-01.pdf", "packages.csv"])
def test_what_is_no_package_is_said_to_be_none(packed: Path, tmp_path: Path, name: str) -> None:
    message = check(packed / "to" / name, tmp_path / "in", packed / "pw.csv")
    assert "パッケージ（.zip・.age・.gpg）を指定してください" in message


def test_a_renamed_package_is_named(packed: Path, tmp_path: Path) -> None:
    package = tmp_path / "vendor.zip"
    shutil.copyfile(packed / "to" / "OKR08-V-01.zip", package)
    message = check(package, tmp_path / "in", packed / "pw.csv")
    assert "「vendor.zip」のパスワードがありません" in message and "名前" in message and "変わって" in message


def test_a_password_file_that_is_empty(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("\n")
    assert "パスワードのファイルが空です" in check(
        packed / "to/OKR08-V-01.zip", tmp_path / "in", tmp_path / "pw"
    )


def test_a_wrong_password_may_be_another_receivers(packed: Path, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("wrong-password-of-another\n")
    message = check(packed / "to/OKR08-V-01.zip", tmp_path / "in", tmp_path / "pw")
    assert "パスワードが違います" in message and "ほかの受け取る側" in message
