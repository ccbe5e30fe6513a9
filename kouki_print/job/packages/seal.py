"""Encryption: AES-256 zip by password, or the programs age and gpg with the receiver's public key.

In each of them lies one inner archive under a neutral name, so that no file name can be read from outside.
"""

from __future__ import annotations

import errno
import re
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO, Literal, cast

import pyzipper

from kouki_print.base.errors import JobError, OutputDiffers

Method = Literal["zip", "age", "gpg"]
METHOD_JA: dict[Method, str] = {
    "zip": "AES-256 の ZIP（パスワード）",
    "age": "age（公開鍵）",
    "gpg": "OpenPGP（公開鍵）",
}
SUFFIX: dict[Method, str] = {"zip": ".zip", "age": ".zip.age", "gpg": ".zip.gpg"}
KEY_SUFFIX: dict[Method, str] = {"age": ".pub", "gpg": ".asc"}
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz"  # nothing that looks like another
_LENGTH = 24  # 139 bits: zip derives its key in 1,000 rounds only, the password itself must be long
_PAYLOAD = "payload.zip"
_BLOCK = 1 << 20
_NO_PLACE = (errno.EINVAL, errno.ENOENT)  # a place that is not in the file, a file that is not in it


def damaged(package: str) -> OutputDiffers:
    """What is said of a package that is not what was sent."""
    return OutputDiffers(
        "パッケージが壊れているか、書き換えられています。",
        remedy="使わずに、送り主からもう一度受け取ってください。",
        file=package,
    )


@contextmanager
def reading(package: str) -> Iterator[None]:
    """Whatever a broken archive does to who reads it, it is said to be damaged."""
    try:
        yield
    except JobError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno not in _NO_PLACE:
            raise  # the disk's fault
        raise damaged(package) from error


def new_password() -> str:
    """A password that nobody has chosen."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))


@contextmanager
def sealing(
    path: Path, method: Method, *, password: str = "", key: Path | None = None
) -> Iterator[IO[bytes]]:
    """Where the inner archive is written to, to lie encrypted in ``path``."""
    if method != "zip":
        assert key is not None
        # A home of its own for gpg: the operator's key ring is neither read nor written.
        with TemporaryDirectory() as home, _program(_encrypt_words(method, path, key, home)) as stream:
            yield stream
        return
    with pyzipper.AESZipFile(path, "w", pyzipper.ZIP_STORED, encryption=pyzipper.WZ_AES) as outer:
        outer.setpassword(password.encode())
        entry = pyzipper.zipfile_aes.AESZipInfo(_PAYLOAD, (1980, 1, 1, 0, 0, 0))
        with outer.open(entry, "w", force_zip64=True) as stream:
            yield stream


def _encrypt_words(method: Method, path: Path, key: Path, home: str) -> list[str]:
    if method == "age":
        return [program_of("age"), "--encrypt", "--recipients-file", str(key), "--output", str(path)]
    return [
        program_of("gpg"), "--homedir", home, "--batch", "--no-tty", "--quiet", "--compress-algo", "none",
        "--recipient-file", str(key), "--output", str(path), "--encrypt",
    ]  # fmt: skip


def program_of(method: Method) -> str:
    """Path of the program; JobError when this computer does not have it."""
    found = shutil.which(method)
    if found is None:
        raise JobError(
            f"プログラム {method} がこのパソコンにありません。",
            remedy=f"{method} を入れるか、--method zip（AES-256 の ZIP）を使ってください。",
        )
    return found


@contextmanager
def _program(words: list[str]) -> Iterator[IO[bytes]]:
    """The standard input of a program; JobError with its last words when it fails."""
    with TemporaryFile() as told:
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=told)
        stream = cast(IO[bytes], process.stdin)
        try:
            yield stream
            stream.close()
            failed = process.wait() != 0
        except BrokenPipeError:  # it has ended before all was written
            failed = True
        finally:
            process.kill()
            with suppress(OSError):
                stream.close()
            process.wait()
        if failed:
            told.seek(0)
            said = told.read(2000).decode("utf-8", "replace").strip().rpartition("\n")[2]
            raise JobError(
                f"{Path(words[0]).stem} で暗号化できません（{said or '理由は示されていません'}）。",
                remedy="受け取る側の公開鍵のファイルが正しいことを確かめてください。",
            )


def method_of(package: Path) -> Method:
    """How a package is encrypted, by its first bytes."""
    with package.open("rb") as handle:
        start = handle.read(32)
    if start.startswith(b"PK\x03\x04"):
        return "zip"
    if re.match(rb"age-encryption\.org/|-----BEGIN AGE", start):
        return "age"
    if re.match(rb"[\x84-\x87\xc1]|-----BEGIN PGP", start):  # a session key for a public key
        return "gpg"
    if package.suffix.lower() in SUFFIX.values() or package.suffix.lower() in (".age", ".gpg"):
        raise damaged(package.name)
    raise no_package(package)


def no_package(path: Path) -> JobError:
    """What is said of a folder, or of another file."""
    return JobError(
        "パッケージではありません。",
        remedy="パッケージ（.zip・.age・.gpg）を指定してください。",
        file=str(path),
    )


def unseal(package: Path, inner: IO[bytes], *, password: str = "", key: Path | None = None) -> None:
    """Write the inner archive of a package, decrypted and, as a whole, known to be what was encrypted."""
    method = method_of(package)
    if method == "zip":
        _unseal_zip(package, inner, password)
        return
    words = [program_of(method), "--decrypt"]
    words += ["--identity", str(key)] if method == "age" and key is not None else []
    words += ["--quiet"] if method == "gpg" else []  # it asks for its own key's password by itself
    words += ["--", str(package)]
    most = package.stat().st_size  # sealed without pressing: what comes out is never longer
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            source = cast(IO[bytes], process.stdout)
            while block := source.read(_BLOCK):
                most -= len(block)
                if most < 0:
                    raise damaged(package.name)
                inner.write(block)
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise JobError(
            f"{method} で開けません。あなたの鍵のためのパッケージではないか、壊れています。",
            remedy="受け取ったファイルと、秘密鍵（age は --key FILE）を確かめてください。",
            file=package.name,
        )


def _unseal_zip(package: Path, inner: IO[bytes], password: str) -> None:
    with reading(package.name), pyzipper.AESZipFile(package) as outer:
        (entry,) = outer.infolist()
        known = (entry.filename, entry.wz_aes_strength, entry.compress_type) == (
            _PAYLOAD,
            3,
            pyzipper.ZIP_STORED,
        )
        if not known or entry.file_size > package.stat().st_size:
            raise damaged(package.name)
        outer.setpassword(password.encode())
        with _entry(outer, entry) as source:
            shutil.copyfileobj(source, inner, _BLOCK)


def _entry(outer: pyzipper.AESZipFile, entry: pyzipper.ZipInfo) -> IO[bytes]:
    try:
        return cast(IO[bytes], outer.open(entry))
    except RuntimeError as error:  # the two bytes that tell most wrong passwords
        raise JobError(
            "パスワードが違います。",
            remedy="大文字と小文字の違いも確かめて、もう一度入力してください。"
            "それでも開かなければ、ほかの受け取る側のためのパッケージかもしれません。送り主に確かめてください。",
        ) from error
