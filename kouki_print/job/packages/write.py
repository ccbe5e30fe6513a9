"""The command ``handover``: a finished job becomes one encrypted package per receiver, with its papers."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pydantic import ValidationError

from kouki_print.base.errors import JobError, OutputDiffers
from kouki_print.base.files import csv_text, sha256_of, write_bytes, write_csv
from kouki_print.handover.handover_forms import HandoverFacts, handover_forms
from kouki_print.job.balance import check_balance
from kouki_print.job.ledger import add_events, open_ledger
from kouki_print.job.packages.contents import CONTENTS, Contents, File
from kouki_print.job.packages.folder import check_outside, fresh_folder, secret_file
from kouki_print.job.packages.receivers import (
    NOTHING,
    NOTHING_TEXT,
    Receiver,
    checked_digests,
    manifests_of,
    receivers_of,
)
from kouki_print.job.packages.seal import (
    KEY_SUFFIX,
    METHOD_JA,
    SUFFIX,
    Method,
    new_password,
    program_of,
    sealing,
)
from kouki_print.job.watch import Stages, Watcher
from kouki_print.order.models import Order
from kouki_print.order.units import Contact

PACKAGES = "packages.csv"
EVENT = "handed_over"
_AT_ONCE = 2  # the vendor's large package and the small ones; encrypting leaves Python to other threads
# Pressed once more, print files would be a third smaller and take three times as long.
_PRESSED = (".pdf", ".xlsx")
_EVEN = 256 << 10  # a discreet package is as long as the longest of them, in such steps
_OF_A_FILE = ("kind", "pages", "first_sequence", "last_sequence")


@dataclass(frozen=True, slots=True)
class Locks:
    """How packages are locked.

    zip: each with a password of its own, which go to the file ``passwords``.  age and gpg: with the public key
    of each receiver in the folder ``keys``.
    """

    method: Method = "zip"
    passwords: Path | None = None
    keys: Path | None = None


@dataclass(frozen=True, slots=True)
class Package:
    """A package as it lies in the folder."""

    receiver: Receiver
    name: str
    sha256: str
    bytes: int


def hand_over(out: Path, to: Path, locks: Locks, *, now: str, watcher: Watcher) -> list[Package]:
    """Write the packages, their list and their papers into the new folder ``to``, and tell the ledger.

    OutputDiffers (exit 3), and nothing is written, unless the job balances and is as the run has left it.
    """
    _check_locks(locks)
    check_outside(to, out, "パッケージ")
    stages = Stages(watcher)
    with stages.stage("出力の確認"), open_ledger(out) as connection:
        facts = dict(connection.execute("SELECT key, value FROM job"))
        order = Order.model_validate_json(facts["order"])
        contacts = {code: Contact(**values) for code, values in json.loads(facts["contacts"]).items()}
        digests = checked_digests(out, connection)
        check_balance(out, int(facts["records"]), contacts)
        receivers = receivers_of(connection, order, digests)
    keys = _keys_of(locks, receivers)
    passwords = {receiver.number: new_password() for receiver in receivers}
    with ExitStack() as stack:
        if locks.passwords is not None:
            table = csv_text({"receiver": list(passwords), "password": list(passwords.values())})
            stack.enter_context(secret_file(locks.passwords, table, away_from=(to, out)))
        building = stack.enter_context(fresh_folder(to))
        lengths = {each.number: len(_inner(out, order, each)) for each in receivers if each.discreet}
        even = -(-max(lengths.values(), default=0) // _EVEN) * _EVEN
        with stages.stage("パッケージの作成", len(receivers)), ThreadPoolExecutor(_AT_ONCE) as pool:

            def pack(receiver: Receiver) -> Package:
                number = receiver.number
                path = building / f"{order.job.id}-{number}{SUFFIX[locks.method]}"
                with sealing(path, locks.method, password=passwords[number], key=keys.get(number)) as stream:
                    if receiver.discreet:
                        stream.write(_inner(out, order, receiver, even - lengths[number]))
                    else:
                        _write_inner(stream, out, order, receiver)
                return Package(receiver, path.name, sha256_of(path), path.stat().st_size)

            made = []
            for package in pool.map(pack, receivers):
                made.append(package)
                watcher.step(1)
        with stages.stage("書類の作成"):
            for package in made:
                forms = _forms(order, locks.method, package)
                write_bytes(building / f"{order.job.id}-{package.receiver.number}.pdf", forms)
        _write_list(building / PACKAGES, locks.method, made)
    _tell_ledger(out, now, made)
    return made


def _tell_ledger(out: Path, now: str, made: Sequence[Package]) -> None:
    """The event of each package, once all of them lie in their place."""
    try:
        add_events(out, now, EVENT, [package.name for package in made])
    except JobError as error:
        raise JobError(
            "パッケージは作りましたが、台帳に「引渡しパッケージ作成」を記録できませんでした。",
            remedy="パッケージとパスワードは使えます。渡した記録を手で残してください。作り直すなら、先にこのパッケージとパスワードを消し、"
            + error.remedy,
            file=error.file,
        ) from error


def _check_locks(locks: Locks) -> None:
    if locks.method == "zip":
        if locks.passwords is None:
            raise JobError(
                "パスワードを書くファイルが決まっていません。",
                remedy="--passwords FILE を付けてください（受け取る側ごとに自動で作り、FILE に書きます）。",
            )
        return
    program_of(locks.method)
    if locks.keys is None or locks.passwords is not None:
        raise JobError(
            f"{locks.method} では、パスワードではなく受け取る側の公開鍵を使います。",
            remedy="--keys DIR に、公開鍵のフォルダーを指定してください。",
        )


def _keys_of(locks: Locks, receivers: Sequence[Receiver]) -> dict[str, Path]:
    """The public key of each receiver; the sealed list's is the unit's own unless it has one for itself."""
    if locks.keys is None:
        return {}
    found, missing = {}, []
    for receiver in receivers:
        unit = "-".join(receiver.number.split("-")[:2])
        names = [f"{number}{KEY_SUFFIX[locks.method]}" for number in (receiver.number, unit)]
        paths = [path for path in (locks.keys / name for name in names) if path.is_file()]
        if paths:
            found[receiver.number] = paths[0]
        else:
            missing.append(names[1])
    if missing:
        raise JobError(
            f"公開鍵のファイルがありません（{'、'.join(dict.fromkeys(missing[:5]))} など{len(missing)}件）。",
            remedy="受け取る側から公開鍵をもらい、この名前で置いてください。",
            file=str(locks.keys),
        )
    return found


def _inner(out: Path, order: Order, receiver: Receiver, longer: int = 0) -> bytes:
    stream = io.BytesIO()
    _write_inner(stream, out, order, receiver, longer)
    return stream.getvalue()


def _write_inner(stream: IO[bytes], out: Path, order: Order, receiver: Receiver, longer: int = 0) -> None:
    """The inner archive: what is in it, then every file, of which the bytes are looked at once more.

    Blanks after the first, which mean nothing there, make it ``longer``.
    """
    contents = _contents(out, order, receiver)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as inner:
        text = contents.model_dump_json(indent=1) + "\n" + " " * longer
        inner.writestr(_entry(CONTENTS), text, zipfile.ZIP_STORED)
        for file in contents.files:
            data = NOTHING_TEXT if file.path == NOTHING else (out / receiver.folder / file.path).read_bytes()
            if hashlib.sha256(data).hexdigest() != file.sha256:
                raise OutputDiffers(
                    "読んでいる間に内容が変わりました。",
                    remedy="ほかのプログラムを閉じて、もう一度実行してください。",
                    file=f"{receiver.folder}/{file.path}",
                )
            inner.writestr(_entry(file.path), data, compresslevel=int(not file.path.endswith(_PRESSED)))


def _entry(path: str) -> zipfile.ZipInfo:
    """An entry that is the same on every computer and day."""
    entry = zipfile.ZipInfo(path)
    entry.create_system, entry.external_attr = 3, 0o100600 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _contents(out: Path, order: Order, receiver: Receiver) -> Contents:
    manifests = manifests_of(out, receiver)
    told: dict[str, Mapping[str, Any]] = {}
    versions: dict[str, str] = {}
    for path, manifest in manifests.items():
        folder = path.removesuffix("manifest.json")
        told.update({f"{folder}{each['path']}": each for each in manifest["files"]})
        versions |= manifest["versions"]
    profile = order.printing.output_profile_sha256
    if versions and profile:
        versions["output_profile_sha256"] = profile
    try:
        return Contents(
            job=order.job.id,
            title=order.job.title,
            insurer=order.insurer.name,
            receiver=receiver.number,
            name=receiver.name,
            content=receiver.content,
            pieces=receiver.pieces,
            boxes=receiver.boxes,
            versions=versions,
            files=[
                File(
                    path=path,
                    sha256=digest,
                    bytes=_size(out / receiver.folder / path),
                    **{key: told[path][key] for key in _OF_A_FILE if path in told},
                )
                for path, digest in sorted(receiver.files.items())
            ],
        )
    except ValidationError as error:
        raise JobError(
            "業務名、連合や受け取る側の名前、ファイル名のどれかに、パッケージに書けない文字（制御文字など）があります。",
            remedy="order.toml と団体の表の名前を打ち直し、run からやり直してください。",
            file=receiver.number,
        ) from error


def _size(path: Path) -> int:
    return len(NOTHING_TEXT) if path.name == NOTHING else path.stat().st_size


def _forms(order: Order, method: Method, package: Package) -> bytes:
    receiver, dates = package.receiver, order.handover
    return handover_forms(
        HandoverFacts(
            job=f"{order.job.title}（{order.job.id}）",
            insurer=order.insurer.name,
            contact=dates.contact,
            receiver=receiver.name,
            content=receiver.content,
            package=package.name,
            method=METHOD_JA[method],
            sha256=package.sha256,
            bytes=package.bytes,
            files=receiver.told_files,
            pieces=receiver.pieces,
            boxes=receiver.boxes,
            files_on=dates.files_on,
            erase_on=dates.erase_on,
        )
    )


def _write_list(path: Path, method: Method, made: Sequence[Package]) -> None:
    write_csv(
        path,
        {
            "package": [each.name for each in made],
            "receiver": [each.receiver.number for each in made],
            "sha256": [each.sha256 for each in made],
            "bytes": [each.bytes for each in made],
            "files": ["" if each.receiver.discreet else len(each.receiver.files) for each in made],
            "pieces": ["" if each.receiver.pieces is None else each.receiver.pieces for each in made],
            "method": [method] * len(made),
        },
    )
