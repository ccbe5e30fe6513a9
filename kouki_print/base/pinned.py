"""Pinned files (承認済みファイル): what an order names by path and digest, and no other file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kouki_print.base.errors import JobError


def pinned_bytes(
    path: Path, sha256: str | None, *, what: str, setting: str, file: str = "", last_sha256: str = ""
) -> bytes:
    """Content of a file whose SHA-256 the order gives (None: any file).

    ``what`` and ``setting`` name it and where it is ordered, in Japanese.  JobError when it cannot be read,
    is another file, or is last year's (``last_sha256``).
    """
    name = file or path.name
    try:
        data = path.read_bytes()
    except OSError:
        raise JobError(
            f"{what}を読めません。", remedy=f"{setting} のファイルの場所と名前を確かめてください。", file=name
        ) from None
    digest = hashlib.sha256(data).hexdigest()
    if last_sha256 and digest == last_sha256.lower():
        raise JobError(
            f"{what}が、昨年の画像です。",
            remedy=f"承認した今年のファイルに替えて、{setting} の sha256 を直してください。"
            "昨年と同じものを使うときは last_sha256 を消してください。",
            file=name,
        )
    if sha256 is not None and digest != sha256.lower():
        raise JobError(
            f"{what}のSHA-256が注文と違います（このファイルは {digest}）。",
            remedy=f"承認したファイルに替えるか、承認し直して {setting} の sha256 を直してください。",
            file=name,
        )
    return data
