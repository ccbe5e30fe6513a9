"""The output folder: built beside its final place and swapped in when whole, so that nothing half-written stays."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.job.ledger import LEDGER

_PARTS = ("union", "finance", "vendor", "municipalities", LEDGER)
BUILDING = ".building"


@contextmanager
def staging(out: Path) -> Iterator[Path]:
    """A fresh folder inside ``out``; on success its content replaces the earlier result, else it is removed."""
    created = not out.exists()
    _check(out)
    building = out / BUILDING
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir(mode=0o700)
    except OSError as error:
        raise JobError(
            f"出力先に書き込めません（{error.strerror}）。",
            remedy="フォルダーの権限と空き容量を確かめるか、別の出力先を指定してください。",
            file=str(out),
        ) from error
    try:
        yield building
        _swap(out, building)
    except OSError as error:
        raise JobError(
            f"出力中に書き込めなくなりました（{error.strerror}）。",
            remedy="空き容量と権限を確かめて、もう一度実行してください。",
            file=str(out),
        ) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
        if created and out.is_dir() and not any(out.iterdir()):
            out.rmdir()


def _check(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise JobError(
            "出力先がフォルダーではありません。", remedy="別の出力先を指定してください。", file=str(out)
        )
    if out.is_dir():
        foreign = sorted(entry.name for entry in out.iterdir() if entry.name not in (*_PARTS, BUILDING))
        if foreign:
            raise JobError(
                f"出力先に別のファイルがあります（{foreign[0]} など{len(foreign)}件）。",
                remedy="空のフォルダーか、前回の出力フォルダーを指定してください。",
                file=str(out),
            )


def _swap(out: Path, building: Path) -> None:
    """Move the new parts in; the old ones go last, so that an interruption leaves one whole set or the other."""
    old = building / ".old"
    old.mkdir()
    for name in _PARTS:
        if (out / name).exists():
            os.replace(out / name, old / name)
    for name in _PARTS:
        if (building / name).exists():
            os.replace(building / name, out / name)
