"""Packages that somebody made who knows the password, or that came damaged: nothing of them gets anywhere."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kouki_print.base.errors import JobError, OutputDiffers
from kouki_print.cli import main
from kouki_print.job.packages.check import password_in
from kouki_print.job.packages.contents import CONTENTS, Contents, File
from kouki_print.job.packages.seal import reading, sealing

PASSWORD = "correct-horse-battery"
NO_NUMBERS = {"pieces": None, "boxes": None, "versions": {}}
ABOUT = {
    "job": "J",
    "title": "t",
    "insurer": "i",
    "receiver": "M-1",
    "name": "n",
    "content": "c",
    **NO_NUMBERS,
}


def evil(
    path: Path, entries: list[tuple[zipfile.ZipInfo | str, bytes]], files: list[File], **about: object
) -> Path:
    """A package that somebody made who knows the password."""
    contents = Contents.model_construct(**{**ABOUT, **about}, schema_version=1, files=files)
    with sealing(path, "zip", password=PASSWORD) as stream, zipfile.ZipFile(stream, "w") as inner:
        inner.writestr(CONTENTS, contents.model_dump_json())
        for entry, data in entries:
            inner.writestr(entry, data)
    return path


def file(path: str, data: bytes, **changes: object) -> File:
    values = {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), **changes}
    return File.model_construct(**values)


def opened(package: Path, to: Path) -> Result:
    words = ["handover", "check", str(package), "--to", str(to)]
    return CliRunner().invoke(main, words, input=f"{PASSWORD}\n")


def a_link(path: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(path)
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


EVIL: dict[str, tuple[list[tuple[zipfile.ZipInfo | str, bytes]], list[File]]] = {
    **{
        f"path {path!r}": ([(path, b"x")], [file(path, b"x")])
        for path in ("../x", "/etc/x", "a/../../x", "a\\..\\x", "C:/x", "a//x", "..", CONTENTS)
    },
    **{
        f"name {path[:20]!r}": ([(path, b"x")], [file(path, b"x")])
        for path in (
            *("nul", "CON.txt", "a/Aux", "com1.a.b", "LPT\u00b9", "nul .txt", "x.", "x ", "a./x", "a /x"),
            *("contents.JSON", "contents.json/x", "x" * 300, "外" * 86, "a/" * 130 + "x"),
            *(
                "a\x1b[2Jb",
                "x\n一致しました: ファイル 9",
                "a\u202eb",
                "a\x7f",
                "a\u200b",
                "a\u2028b",
                "\ue000",
            ),
        )
    },
    **{
        f"places {paths}": ([(path, b"x") for path in paths], [file(path, b"x") for path in paths])
        for paths in (("a", "a/b"), ("A/b", "a"), ("x.csv", "X.CSV"), ("が", "か\u3099"))
    },
    "link": ([(a_link("x"), b"/etc/passwd")], [file("x", b"/etc/passwd")]),
    "more": ([("x", b"x"), ("y", b"y")], [file("x", b"x")]),
    "fewer": ([("x", b"x")], [file("x", b"x"), file("y", b"y")]),
    "twice": ([("x", b"x"), ("x", b"x")], [file("x", b"x")]),
    "a folder": ([("x/", b"")], [file("x/", b"")]),
    "other bytes": ([("x", b"x")], [file("x", b"y")]),
    "other size": ([("x", b"xx")], [file("x", b"xx", bytes=1)]),
    "bomb": ([("x", b"x")], [file("x", b"x", bytes=10**12)]),
    "no digest": ([("x", b"x")], [file("x", b"x", sha256="")]),
}


HOSTILE = set("\x1b\u202e\x7f\u200b\u2028\ue000")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", EVIL)
def test_a_package_never_writes_elsewhere_nor_more_than_it_says(tmp_path: Path, name: str) -> None:
    package = evil(tmp_path / "package.zip", *EVIL[name])
    result = opened(package, tmp_path / "deep" / "in")
    assert result.exit_code == 3, result.output
    assert "対処: " in result.stderr and not set(result.output) & HOSTILE
    assert sorted(os.listdir(tmp_path)) == ["deep", "package.zip"] and not os.listdir(tmp_path / "deep")


def test_an_honest_package_of_the_same_kind_opens(tmp_path: Path) -> None:
    paths = ["a/x.csv", ".payload", "一覧　１.pdf", "console.txt", "a/contents.json"]
    package = evil(
        tmp_path / "package.zip", [(path, b"x") for path in paths], [file(path, b"x") for path in paths]
    )
    assert opened(package, tmp_path / "in").exit_code == 0
    assert {(tmp_path / "in" / path).read_bytes() for path in paths} == {b"x"}


def test_a_zip_that_is_not_locked_is_no_package(tmp_path: Path) -> None:
    package = tmp_path / "package.zip"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("payload.zip", b"x")
    assert opened(package, tmp_path / "in").exit_code == 3


FORGED = "t\x1b[2J\n一致しました: ファイル 99"


@pytest.mark.parametrize(
    "about",
    [
        *({name: FORGED} for name in ("job", "title", "insurer", "receiver", "name", "content")),
        {"title": "t\u202e"},
        {"versions": {FORGED: "1"}},
        {"versions": {"a": FORGED}},
    ],
)
def test_no_text_of_a_package_does_anything_to_the_screen(tmp_path: Path, about: dict[str, object]) -> None:
    package = evil(tmp_path / "package.zip", [("x", b"x")], [file("x", b"x")], **about)
    result = opened(package, tmp_path / "in")
    assert result.exit_code == 3 and "壊れている" in result.stderr, result.output
    assert "99" not in result.output and not set(result.output) & HOSTILE


def vendors(path: Path, listed: str, pieces: int = 1) -> Path:
    """A vendor's package of one unit whose manifest lists a file ``listed``."""
    manifest = {"sets": {"0": 1}, "files": [{"path": listed, "sha256": hashlib.sha256(b"x").hexdigest()}]}
    parts = {"1/x": b"x", "1/pieces.csv": b"head\nline\n", "1/manifest.json": json.dumps(manifest).encode()}
    files = [file(name, data) for name, data in parts.items()]
    return evil(path, list(parts.items()), files, receiver="V-01", pieces=pieces)


def test_nor_does_a_manifest(tmp_path: Path) -> None:
    assert opened(vendors(tmp_path / "honest.zip", "x"), tmp_path / "in").exit_code == 0
    for listed in (FORGED, "a\u202e", "../x"):
        result = opened(vendors(tmp_path / "package.zip", listed), tmp_path / "no")
        assert result.exit_code == 3 and "壊れている" in result.stderr, result.output
        assert not set(result.output) & HOSTILE


@pytest.mark.parametrize(
    "about", [{"receiver": "V-01"}, {"receiver": "V-01", "pieces": 0}, {"receiver": "X"}]
)
def test_a_vendor_without_any_manifest_has_got_too_little(tmp_path: Path, about: dict[str, object]) -> None:
    package = evil(tmp_path / "package.zip", [("x", b"x")], [file("x", b"x")], **{"pieces": 2, **about})
    result = opened(package, tmp_path / "in")
    assert result.exit_code == 3 and "manifest.json がありません" in result.stderr, result.output
    assert not (tmp_path / "in").exists()


ENDLESS = """#!{python}
import pathlib, sys
words = sys.argv[1:]
target = open(words[words.index("--output") + 1], "wb") if "--output" in words else sys.stdout.buffer
for _ in range(64):
    target.write(bytes(1 << 20))
pathlib.Path({done!r}).touch()
"""


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
@pytest.mark.parametrize("method", ["age", "gpg"])
def test_a_program_is_stopped_when_more_comes_out_than_went_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    programs, done = tmp_path / "bin", tmp_path / "done"
    programs.mkdir()
    (programs / method).write_text(ENDLESS.format(python=sys.executable, done=str(done)))
    (programs / method).chmod(0o700)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    package = tmp_path / "package"
    package.write_bytes({"age": b"age-encryption.org/v1\n", "gpg": b"\x84"}[method] + bytes(1000))
    result = opened(package, tmp_path / "in")
    assert result.exit_code == 3 and "壊れている" in result.stderr, result.output
    assert not done.exists() and sorted(os.listdir(tmp_path)) == ["bin", "package"]


def test_the_password_of_a_package_is_found_by_its_number(tmp_path: Path) -> None:
    words = tmp_path / "pw.csv"
    words.write_text("receiver,password\nV-01,v\nM-4721,short\nM-47213,m\n\nno comma\nM-47213-2,sealed\n")
    for name, word in (
        ("OKR08-V-01.zip", "v"),
        ("OKR08-V-01 (1).zip", "v"),
        ("OKR08-V-01 - コピー.zip.age", "v"),
        ("OKR08-M-47213(2).zip", "m"),
        ("OKR08-M-47213-2 (1).zip", "sealed"),
    ):
        assert password_in(words, Path(name)) == word
    with pytest.raises(JobError, match="パスワードがありません"):
        password_in(words, Path("OKR08-M-472130.zip"))


def test_whatever_reading_ends_in_is_said_in_one_sentence() -> None:
    for fault in (ValueError, AssertionError, RecursionError, UnicodeError):
        with pytest.raises(OutputDiffers, match="壊れている"), reading("package"):
            raise fault
    with pytest.raises(OSError), reading("package"):
        raise OSError(errno.ENOSPC, "disk full")
    with pytest.raises(JobError, match="other"), reading("package"):
        raise JobError("other", remedy="")
