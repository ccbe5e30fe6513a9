"""Who gets a package, and with which files: only those that the run has written, unchanged and all of them."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kouki_print.base.errors import OutputDiffers
from kouki_print.base.files import sha256_of
from kouki_print.job.ledger import LEDGER
from kouki_print.job.packages.contents import is_manifest
from kouki_print.order.models import Order

_SEALED = "sealed/"
# What a package without files holds instead: that there is nothing is only seen by who opens it.
NOTHING = "該当なし.txt"
NOTHING_TEXT = "該当する書類はありません。\r\n".encode("utf-8-sig")
_SHOWN = 20  # differences in one message


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets one package.

    ``number`` stands in the package's neutral name; ``folder`` is what it gets, relative to the job's, and
    ``files`` the digests by path in it.  Pieces and boxes are those it works with, None where that is not told.
    """

    number: str
    name: str
    content: str
    folder: str
    files: Mapping[str, str]
    pieces: int | None
    boxes: int | None

    @property
    def discreet(self) -> bool:
        """Whether nobody may see from outside what is in it, nor how much."""
        return self.pieces is None

    @property
    def told_files(self) -> int | None:
        """How many files it gets, where that is told."""
        return None if self.discreet else len(self.files)


def receivers_of(connection: sqlite3.Connection, order: Order, digests: Mapping[str, str]) -> list[Receiver]:
    """The vendor, then each unit, and again each unit for its sealed folder.

    Who has people under 支援措置 cannot be seen: those who have none get a sealed package too.
    """
    counts = {
        code: (pieces, boxes)
        for code, pieces, boxes in connection.execute(
            "SELECT unit_code, COUNT(*), MAX(box) FROM piece GROUP BY unit_code"
        )
    }
    pieces, boxes = (sum(count[at] for count in counts.values()) for at in (0, 1))
    vendor = order.handover.vendor or "印刷会社"
    found = [Receiver("V-01", vendor, "印刷データ一式", "vendor", _below("vendor", digests), pieces, boxes)]
    for code, name in connection.execute("SELECT code, name FROM unit ORDER BY code"):
        folder = f"municipalities/{code}"
        own = _below(folder, digests)
        if not own:
            continue
        general = {path: digest for path, digest in own.items() if not path.startswith(_SEALED)}
        nothing = {NOTHING: hashlib.sha256(NOTHING_TEXT).hexdigest()}
        sealed = _below(f"{folder}/{_SEALED[:-1]}", digests) or nothing
        found += [
            Receiver(f"M-{code}", name, "一覧・受渡しの書類", folder, general, *counts.get(code, (0, 0))),
            Receiver(f"M-{code}-2", name, "担当者あて書類", f"{folder}/{_SEALED[:-1]}", sealed, None, None),
        ]
    return found


def _below(folder: str, digests: Mapping[str, str]) -> dict[str, str]:
    start = f"{folder}/"
    return {path.removeprefix(start): digest for path, digest in digests.items() if path.startswith(start)}


def checked_digests(out: Path, connection: sqlite3.Connection) -> dict[str, str]:
    """SHA-256 of every file of the job by path; OutputDiffers names what is changed, missing or more."""
    digests: dict[str, str] = dict(connection.execute("SELECT path, sha256 FROM file"))
    for code, *files in connection.execute(
        "SELECT unit_code, print_pdf, print_sha256, imposed_pdf, imposed_sha256 FROM lot"
    ):
        digests.update(
            {f"vendor/{code}/{path}": digest for path, digest in zip(*[iter(files)] * 2, strict=True)}
        )
    wrong = list(_differences(out, dict(sorted(digests.items()))))
    if wrong:
        more = f"\n・ほか{len(wrong) - _SHOWN:,}件" if len(wrong) > _SHOWN else ""
        raise OutputDiffers(
            f"出力が台帳と一致しません（{len(wrong):,}件）。パッケージは作っていません。\n"
            + "\n".join(f"・{each}" for each in wrong[:_SHOWN])
            + more,
            remedy="余分なファイルは別の場所へ移し、変わったファイルがあれば run をもう一度実行してください。",
        )
    return digests


def _differences(out: Path, digests: Mapping[str, str]) -> Iterator[str]:
    with ThreadPoolExecutor(4) as pool:  # hashing leaves Python to the other threads
        for path, found in zip(digests, pool.map(lambda path: _digest(out / path), digests), strict=True):
            if found != digests[path]:
                yield f"{path}: {'内容が変わっています' if found else 'ファイルがありません'}"
    for each in sorted(out.rglob("*")):
        name = each.relative_to(out).as_posix()
        known = name in digests or name == LEDGER
        if each.is_symlink() or (not each.is_dir() and not known):
            yield f"{name}: 台帳にないファイルです"


def _digest(path: Path) -> str:
    """Digest of a file of its own (no link to another place), empty when there is none."""
    return sha256_of(path) if path.is_file() and not path.is_symlink() else ""


def manifests_of(out: Path, receiver: Receiver) -> dict[str, Any]:
    """The manifests of the units among a receiver's files, by path."""
    return {
        path: json.loads((out / receiver.folder / path).read_text(encoding="utf-8"))
        for path in receiver.files
        if is_manifest(path)
    }
