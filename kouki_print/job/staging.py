"""The output folder: built beside its final place and swapped in when whole, so that nothing half-written stays."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.job.ledger import LEDGER

_PARTS = ("union", "finance", "vendor", "municipalities", LEDGER)
BUILDING = ".building"
_REASONS = {
    errno.ENOSPC: "空き容量がありません",
    errno.EDQUOT: "空き容量がありません",
    errno.EACCES: "書き込む権限がないか、ほかのプログラムが開いています",
    errno.EPERM: "書き込む権限がありません",
    errno.EROFS: "読み取り専用です",
    errno.ENOTDIR: "途中にフォルダーではないものがあります",
    errno.ENAMETOOLONG: "名前が長すぎます",
}


@contextmanager
def staging(out: Path, parts: Sequence[str] = _PARTS) -> Iterator[Path]:
    """A fresh folder inside ``out``; on success its ``parts`` replace the earlier ones, else it is removed.

    A job that makes only some of the parts never touches a finished result, which is one whole.
    """
    created = not out.exists()
    _check(out, parts)
    if LEDGER not in parts and (out / LEDGER).exists():
        raise JobError(
            "出力先に run で作った結果があります。一部だけを書き換えることはできません。",
            remedy="別の出力先を指定してください。",
            file=str(out),
        )
    building = out / BUILDING
    mask = os.umask(0o077)  # printed texts are personal data: nobody but the owner reads them
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
        out.chmod(0o700)
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
    except OSError as error:
        os.umask(mask)
        raise JobError(
            f"出力先に書き込めません（{reason_of(error)}）。",
            remedy="フォルダーの権限と空き容量を確かめるか、別の出力先を指定してください。",
            file=str(out),
        ) from error
    try:
        yield building
        _swap(out, building, parts)
    except OSError as error:
        raise JobError(
            f"出力の途中で読み書きができなくなりました（{reason_of(error)}）。",
            remedy="空き容量と権限を確かめて、もう一度実行してください。",
            file=str(out),
        ) from error
    finally:
        os.umask(mask)
        shutil.rmtree(building, ignore_errors=True)
        if created and out.is_dir() and not any(out.iterdir()):
            out.rmdir()


def reason_of(error: OSError) -> str:
    """Why a file or folder cannot be written, in Japanese."""
    return _REASONS.get(error.errno or 0, error.strerror or type(error).__name__)


def _check(out: Path, parts: Sequence[str]) -> None:
    if out.exists() and not out.is_dir():
        raise JobError(
            "出力先がフォルダーではありません。", remedy="別の出力先を指定してください。", file=str(out)
        )
    if out.is_dir():
        foreign = sorted(
            entry.name for entry in out.iterdir() if entry.name not in {*_PARTS, *parts, BUILDING}
        )
        if foreign:
            raise JobError(
                f"出力先に別のファイルがあります（{foreign[0]} など{len(foreign)}件）。",
                remedy="空のフォルダーか、前回の出力フォルダーを指定してください。",
                file=str(out),
            )


def _swap(out: Path, building: Path, parts: Sequence[str]) -> None:
    """Move the new parts in and the old ones out; whatever goes wrong in between is taken back."""
    old = building / ".old"
    old.mkdir()
    moves = [(out / name, old / name) for name in parts if (out / name).exists()]
    moves += [(building / name, out / name) for name in parts if (building / name).exists()]
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            done.append((source, target))
            os.replace(source, target)
    except BaseException:
        for source, target in reversed(done):
            if not source.exists():
                os.replace(target, source)
        raise
