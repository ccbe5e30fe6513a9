"""The command ``handover check``: a package is opened where it arrived and compared with what was sent."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from kouki_print.base.errors import JobError, OutputDiffers
from kouki_print.base.files import sha256_of, write_text
from kouki_print.job.packages.contents import CONTENTS, Contents, File, is_manifest, safe_path
from kouki_print.job.packages.folder import fresh_folder
from kouki_print.job.packages.seal import damaged, method_of, no_package, reading, unseal

_LONGEST_CONTENTS = 64 << 20
_MOST_TIMES = 200  # what an honest package grows by at most when it is opened
_BLOCK = 1 << 20
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Opened:
    """What agreed: the files of the package and, where it has the vendor's lists, their pieces."""

    contents: Contents
    files: int
    pieces: int | None


def check_package(
    package: Path, to: Path, *, password: str = "", key: Path | None = None, sha256: str = ""
) -> Opened:
    """Open a package into the new folder ``to``, which stays only when everything in it agrees."""
    _there(package)
    if sha256:
        _check_outside(package, "".join(sha256.split()).lower())
    # On the disk of the result, but not in its folder: no file of the package can meet it.
    with fresh_folder(to) as building, TemporaryFile(dir=building.parent) as inner:
        unseal(package, inner, password=password, key=key)
        with reading(package.name):
            with zipfile.ZipFile(inner) as archive:
                contents = _contents(archive, package, building)
                entries = _entries(archive, contents, package)
                for file in contents.files:
                    _extract(archive, entries[file.path], file, building)
            pieces = _counted(building, contents)
        write_text(building / CONTENTS, contents.model_dump_json(indent=1) + "\n")
    return Opened(contents, len(contents.files), pieces)


def needs_password(package: Path) -> bool:
    """Whether a package opens with a password (not with a key)."""
    _there(package)
    return method_of(package) == "zip"


def password_in(file: Path, package: Path) -> str:
    """The password that a file holds: its only line, or in the sender's own table that of this package."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise JobError(
            "パスワードのファイルを読めません。",
            remedy="ファイルの名前と場所を確かめてください。",
            file=str(file),
        ) from error
    if not text.strip():
        raise JobError(
            "パスワードのファイルが空です。",
            remedy="パスワードだけを1行に書いたファイルを指定してください。",
            file=str(file),
        )
    if not text.startswith("receiver,password\n"):
        return text.strip()
    # Of M-47201 and M-47201-2 the longer one; a browser may have put "(1)" after it.
    found = [
        (len(number), word)
        for number, _, word in (line.partition(",") for line in text.splitlines())
        if word and re.search(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])", package.name)
    ]
    if not found:
        raise JobError(
            f"「{package.name}」のパスワードがありません。",
            remedy="パッケージの名前（例 OKR08-V-01.zip）が変わっていれば元に戻すか、正しいパスワードのファイルを"
            "指定してください。",
            file=str(file),
        )
    return max(found)[1].strip()


def _there(package: Path) -> None:
    if package.is_dir():
        raise no_package(package)
    if not package.is_file():
        raise JobError(
            "パッケージのファイルがありません。",
            remedy="ファイルの名前と場所を確かめてください。",
            file=str(package),
        )


def _check_outside(package: Path, digest: str) -> None:
    """The package is the one of the paper: all 64 digits, or the first 16 that people read aloud."""
    if not re.fullmatch("[0-9a-f]{16}(?:[0-9a-f]{48})?", digest):
        raise JobError(
            "SHA-256 は16字か64字です。", remedy="引渡書のとおりに入力してください（0-9 と a-f）。"
        )
    if not sha256_of(package).startswith(digest):
        raise OutputDiffers(
            "受け取ったファイルの SHA-256 が、引渡書のものと違います。",
            remedy="開かずに、引渡書の値とファイルを確かめ、送り主に知らせてください。",
            file=package.name,
        )


def _contents(archive: zipfile.ZipFile, package: Path, folder: Path) -> Contents:
    """What the package says that it holds, when it can be true."""
    entry = archive.getinfo(CONTENTS)
    if entry.file_size > _LONGEST_CONTENTS:
        raise damaged(package.name)
    contents = Contents.model_validate_json(archive.read(entry))
    total = sum(file.bytes for file in contents.files)
    if total > _MOST_TIMES * package.stat().st_size:
        raise damaged(package.name)
    if total > shutil.disk_usage(folder).free:
        raise JobError(
            f"空き容量が足りません（開くと {total / 1e6:,.0f} MB）。", remedy="別の場所を指定してください。"
        )
    return contents


def _entries(archive: zipfile.ZipFile, contents: Contents, package: Path) -> dict[str, zipfile.ZipInfo]:
    """The entries by path: exactly the files that the package says it holds, each once, none a link."""
    entries = {entry.filename: entry for entry in archive.infolist()}
    sizes = {file.path: file.bytes for file in contents.files}
    twice = len(entries) != len(archive.infolist())
    entries.pop(CONTENTS)
    missing, more = len(sizes.keys() - entries.keys()), len(entries.keys() - sizes.keys())
    if missing or more or twice:
        raise OutputDiffers(
            f"中身が一覧と違います（足りないファイル {missing:,}、余分なファイル {more:,}）。",
            remedy="使わずに、送り主からもう一度受け取ってください。",
            file=package.name,
        )
    for path, entry in entries.items():
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.file_size != sizes[path]:
            raise damaged(package.name)
    return entries


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, file: File, folder: Path) -> None:
    """Write one file; never more bytes than the package says it has."""
    target = folder / file.path
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with archive.open(entry) as source, target.open("xb") as handle:
        while block := source.read(_BLOCK):
            digest.update(block)
            handle.write(block)
    if digest.hexdigest() != file.sha256:
        raise OutputDiffers(
            "内容の SHA-256 が、一覧のものと違います。",
            remedy="使わずに、送り主からもう一度受け取ってください。",
            file=file.path,
        )


def _counted(folder: Path, contents: Contents) -> int | None:
    """Pieces of the vendor's lists; OutputDiffers where manifest, list and package do not say the same."""
    manifests = [file.path for file in contents.files if is_manifest(file.path)]
    if not manifests:
        if not contents.receiver.startswith("M-"):  # a unit alone works with no manifest
            raise OutputDiffers(
                "印刷会社のパッケージに manifest.json がありません。",
                remedy="使わずに、送り主に知らせてください。",
            )
        return None
    found: list[str] = []
    total = 0
    for path in manifests:
        unit = path.removesuffix("manifest.json")
        manifest = json.loads((folder / path).read_text(encoding="utf-8"))
        found += _unlisted(unit, manifest, contents)
        pieces = sum(manifest["sets"].values())
        with (folder / f"{unit}pieces.csv").open("rb") as handle:
            lines = sum(1 for _ in handle) - 1
        if lines != pieces:
            found.append(f"{unit}pieces.csv: {lines:,}行（manifest.json では {pieces:,}通）")
        total += lines
    if total != contents.pieces:
        found.append(f"通数の合計 {total:,}（送り主の記録では {contents.pieces or 0:,}）")
    if found:
        raise OutputDiffers(
            "件数が一致しません。\n" + "\n".join(f"・{each}" for each in found[:_SHOWN]),
            remedy="使わずに、送り主に知らせてください。",
        )
    return total


def _unlisted(unit: str, manifest: dict[str, Any], contents: Contents) -> Iterator[str]:
    """Files of a manifest that are not in the package, or are other ones."""
    digests = {file.path: file.sha256 for file in contents.files}
    for each in manifest["files"]:
        path = safe_path(f"{unit}{each['path']}")
        if digests.get(path) != each["sha256"]:
            yield f"{path}: manifest.json のファイルと違います"
