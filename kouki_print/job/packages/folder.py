"""A new folder that is there when all of it is, and a new file of secrets that goes when the work fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from kouki_print.base.errors import JobError
from kouki_print.job.staging import reason_of


def check_outside(to: Path, out: Path, what: str) -> None:
    """JobError when the place of ``what`` lies inside a job's output, which must stay as the run left it."""
    if to.resolve().is_relative_to(out.resolve()):
        raise JobError(
            f"{what}を出力フォルダーの中に置くことはできません。",
            remedy="--to に、出力の外のフォルダーを指定してください。",
            file=str(to),
        )


@contextmanager
def fresh_folder(path: Path) -> Iterator[Path]:
    """A folder beside ``path`` that becomes it in the end, or is removed.  ``path`` must not exist yet.

    Its name is nobody else's: two runs at once do not meet before the one that is later finds ``path`` taken.
    """
    _free(path)
    parent = path.absolute().parent
    mask = os.umask(0o077)  # what lies in it is for one receiver's eyes
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=parent, prefix=".handover-", ignore_cleanup_errors=True) as building:
            yield Path(building)
            _free(path)
            Path(building).rename(path)
    except OSError as error:
        raise JobError(
            f"フォルダーに書き込めません（{reason_of(error)}）。",
            remedy="権限と空き容量を確かめるか、別の場所を指定してください。",
            file=str(path),
        ) from error
    finally:
        os.umask(mask)


def _free(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise JobError(
            "同じ名前のフォルダーかファイルがもうあります。",
            remedy="新しい名前を指定してください。",
            file=str(path),
        )


@contextmanager
def secret_file(path: Path, text: str, *, away_from: tuple[Path, ...]) -> Iterator[None]:
    """Write a file that only its owner can read, for the work inside; it goes when that fails.

    JobError when it exists or would lie in one of the folders ``away_from``.
    """
    place = path.resolve()
    if any(place.is_relative_to(folder.resolve()) for folder in away_from):
        raise JobError(
            "パスワードのファイルを、パッケージや出力と同じフォルダーに置くことはできません。",
            remedy="別の場所（できれば別の媒体）を指定してください。",
            file=str(path),
        )
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise JobError(
            "パスワードのファイルがもうあります。上書きはしません。",
            remedy="新しい名前を指定してください。",
            file=str(path),
        ) from error
    except OSError as error:
        raise JobError(
            f"パスワードのファイルを作れません（{reason_of(error)}）。",
            remedy="フォルダーがあることと権限を確かめてください。",
            file=str(path),
        ) from error
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        yield
    except BaseException:
        path.unlink(missing_ok=True)
        raise
