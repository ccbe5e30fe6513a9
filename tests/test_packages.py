"""Packages for vendor and units: only what they may get, locked, and refused unless it is what was sent."""

from __future__ import annotations

import hashlib
import hmac
import io
import os
import shutil
import sqlite3
import stat
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdf
import pytest
import pyzipper
from click.testing import CliRunner, Result
from line_fixtures import Finished, cli, table, tree
from small_job import number

from kouki_print.base.errors import JobError
from kouki_print.cli import main
from kouki_print.job.packages import write
from kouki_print.job.packages.contents import CONTENTS
from kouki_print.job.packages.folder import fresh_folder
from kouki_print.job.packages.receivers import Receiver
from kouki_print.job.packages.seal import new_password

pytest_plugins = ("line_fixtures",)

SECRETS = ("見本", "太郎", "花子", "みどり町", "3160705", number(1), number(2))
MORE = {"note.csv": "見本　花子", "sealed/note.csv": "見本　太郎"}


def with_own_files(out: Path, target: Path) -> Path:
    """A copy of a finished job in which the unit has one more list of names, and a sealed one, as a run leaves them."""
    shutil.copytree(out, target)
    folder = target / "municipalities" / "47213"
    with closing(sqlite3.connect(target / "job.sqlite")) as ledger, ledger:
        for name, text in MORE.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
            row = (f"municipalities/47213/{name}", hashlib.sha256(text.encode()).hexdigest())
            ledger.execute("INSERT INTO file VALUES (?, ?)", row)
    return target


@dataclass(frozen=True, slots=True)
class Packed:
    """A job's packages and their passwords."""

    out: Path
    to: Path
    passwords: Path
    said: str

    def words(self) -> dict[str, str]:
        return {line["receiver"]: line["password"] for line in table(self.passwords)}

    def open(self, name: str, to: Path, *more: object) -> Result:
        package = self.to / f"OKR08-{name}.zip"
        return cli("handover", "check", package, "--to", to, "--password-file", self.passwords, *more)


@pytest.fixture(scope="module")
def packed(tiny: Finished, tmp_path_factory: pytest.TempPathFactory) -> Packed:
    folder = tmp_path_factory.mktemp("packed")
    out = with_own_files(tiny.out, folder / "out")
    result = cli("handover", out, "--to", folder / "to", "--passwords", folder / "pw.csv")
    assert result.exit_code == 0, result.output
    return Packed(out, folder / "to", folder / "pw.csv", result.output)


@pytest.fixture
def ready(packed: Packed, tmp_path: Path) -> Path:
    """A copy of the finished job for a test to spoil."""
    return Path(shutil.copytree(packed.out, tmp_path / "out"))


def opened(package: Path, to: Path, password: str) -> Result:
    return CliRunner().invoke(
        main, ["handover", "check", str(package), "--to", str(to)], input=f"{password}\n"
    )


def test_every_receiver_gets_its_own_and_nothing_else(packed: Packed, tmp_path: Path) -> None:
    own = tree(packed.out / "municipalities" / "47213")
    wanted = {
        "V-01": tree(packed.out / "vendor"),
        "M-47213": {path: data for path, data in own.items() if not path.startswith("sealed/")},
        "M-47213-2": {path[7:]: data for path, data in own.items() if path.startswith("sealed/")},
    }
    for name, files in wanted.items():
        result = packed.open(name, tmp_path / name)
        assert result.exit_code == 0, result.output
        got = tree(tmp_path / name)
        assert got.pop(CONTENTS) and got == files and len(got) == len(files)
        pieces = "、通数 2" if name == "V-01" else ""
        assert f"一致しました: ファイル {len(files)}{pieces}\n" in result.output
    assert "note.csv" in wanted["M-47213"] and wanted["M-47213-2"]["note.csv"].decode() == "見本　太郎"


def test_the_folder_shows_numbers_only(packed: Packed) -> None:
    """Names of packages are neutral, names of files are not to be seen, nothing is anybody's."""
    names = ("M-47213", "M-47213-2", "V-01")
    assert sorted(tree(packed.to)) == sorted(
        ["packages.csv", *(f"OKR08-{name}{end}" for name in names for end in (".pdf", ".zip"))]
    )
    for line in table(packed.to / "packages.csv"):
        data = (packed.to / line["package"]).read_bytes()
        assert line["sha256"] == hashlib.sha256(data).hexdigest() and int(line["bytes"]) == len(data)
        assert line["method"] == "zip" and line["pieces"] == ("" if line["receiver"].endswith("-2") else "2")
        assert (line["files"] == "") == line["receiver"].endswith("-2")
        with pyzipper.AESZipFile(io.BytesIO(data)) as package:
            assert package.namelist() == ["payload.zip"]
        assert b"manifest" not in data and b"note.csv" not in data
    papers = {path.name: path.read_bytes() for path in packed.to.iterdir() if path.suffix != ".zip"}
    texts = {
        name: "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
        for name, data in papers.items()
        if name.endswith(".pdf")
    }
    texts["packages.csv"] = papers["packages.csv"].decode()
    for text in (*texts.values(), packed.said):
        assert not [secret for secret in (*SECRETS, *packed.words().values()) if secret in text]
    if os.name == "posix":
        modes = {stat.S_IMODE(path.stat().st_mode) for path in (*packed.to.iterdir(), packed.passwords)}
        assert modes == {0o600} and stat.S_IMODE(packed.to.stat().st_mode) == 0o700


def test_nobody_sees_who_has_a_sealed_list(packed: Packed, tiny: Finished, tmp_path: Path) -> None:
    """A unit without people under protection gets the same packages: in number, size, papers and words."""
    result = cli("handover", tiny.out, "--to", tmp_path / "to", "--passwords", tmp_path / "pw")
    nobody = Packed(tiny.out, tmp_path / "to", tmp_path / "pw", result.output)
    sides: list[list[str]] = []
    for side in (packed, nobody):
        (line,) = (line for line in table(side.to / "packages.csv") if line["receiver"] == "M-47213-2")
        said = [each for each in side.said.splitlines() if "47213-2" in each]
        pages = pypdf.PdfReader(side.to / "OKR08-M-47213-2.pdf").pages
        paper = "".join("".join(page.extract_text().split()) for page in pages)
        assert "担当者あて書類" in paper and "ファイル1" not in paper and "件数" not in paper
        sides.append([*said, line["bytes"], line["files"], paper.replace(line.pop("sha256"), "")[:99]])
        with pyzipper.AESZipFile(side.to / "OKR08-M-47213-2.zip") as package:
            package.setpassword(side.words()["M-47213-2"].encode())
            assert len(package.read("payload.zip")) % (256 << 10) == 0
    assert sides[0] == sides[1]
    assert nobody.open("M-47213-2", tmp_path / "in").exit_code == 0
    assert sorted(os.listdir(tmp_path / "in")) == [CONTENTS, "該当なし.txt"]
    assert "該当する書類はありません。" in (tmp_path / "in" / "該当なし.txt").read_text("utf-8-sig")


def test_all_sealed_packages_of_a_job_have_one_size(
    tiny: Finished, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where one unit's is longer than a step."""
    of_job = write.receivers_of

    def with_a_long_one(*words: Any) -> list[Receiver]:
        vendor, unit, nothing = of_job(*words)
        return [unit, nothing, replace(vendor, number="M-99999-2", pieces=None, boxes=None)]

    monkeypatch.setattr(write, "receivers_of", with_a_long_one)
    monkeypatch.setattr(write, "_EVEN", 1024)
    result = cli("handover", tiny.out, "--to", tmp_path / "to", "--passwords", tmp_path / "pw")
    assert result.exit_code == 0, result.output
    sizes = {path.name[6:-4]: path.stat().st_size for path in (tmp_path / "to").glob("*.zip")}
    assert sizes["M-47213-2"] == sizes["M-99999-2"] > 2048


def test_the_forms_are_filled(packed: Packed) -> None:
    (line,) = (line for line in table(packed.to / "packages.csv") if line["receiver"] == "M-47213")
    pages = pypdf.PdfReader(packed.to / "OKR08-M-47213.pdf").pages
    texts = [page.extract_text() for page in pages]
    for text, title in zip(texts, ("引渡書", "受領書", "データ消去証明書"), strict=True):
        plain = "".join(text.split())
        assert title in text and "うるま市" in text and "沖縄県後期高齢者医療広域連合" in text
        assert "OKR08-M-47213.zip" in text and line["sha256"] in plain
        assert f"ファイル{line['files']}" in plain and "通数2" in plain and "箱1" in plain


def test_a_password_is_long_and_of_clear_characters(packed: Packed) -> None:
    words = packed.words()
    assert set(words) == {"V-01", "M-47213", "M-47213-2"} and len(set(words.values())) == 3
    for word in (*words.values(), new_password()):
        assert len(word) == 24 and word.isalnum() and not set(word) & set("0O1Il o")


def test_the_lock_is_the_aes_256_that_other_programs_know(packed: Packed) -> None:
    """By the published format, without the library: strength 3, salt, check bytes and authentication code."""
    data = (packed.to / "OKR08-V-01.zip").read_bytes()
    assert data[:4] == b"PK\x03\x04" and struct.unpack("<H", data[8:10]) == (99,)
    (name_length, extra_length) = struct.unpack("<HH", data[26:30])
    extra = data[30 + name_length :][:extra_length]
    version, vendor, strength, method = struct.unpack(
        "<H2sBH", extra[extra.index(b"\x01\x99\x07\x00") + 4 :][:7]
    )
    assert (version, vendor, strength, method) == (2, b"AE", 3, 0)
    with pyzipper.AESZipFile(io.BytesIO(data)) as package:
        size = package.infolist()[0].compress_size
    body = data[30 + name_length + extra_length :][:size]
    keys = hashlib.pbkdf2_hmac("sha1", packed.words()["V-01"].encode(), body[:16], 1000, 66)
    assert keys[64:] == body[16:18]
    assert hmac.digest(keys[32:64], body[18:-10], "sha1")[:10] == body[-10:]


@pytest.mark.skipif(shutil.which("7z") is None, reason="7z is not installed")
def test_seven_zip_opens_it(packed: Packed, tmp_path: Path) -> None:
    word = packed.words()["V-01"]
    words = ["7z", "x", f"-p{word}", f"-o{tmp_path}", str(packed.to / "OKR08-V-01.zip")]
    assert subprocess.run(words, capture_output=True, check=False).returncode == 0
    assert zipfile.is_zipfile(tmp_path / "payload.zip")


def test_the_same_job_has_the_same_contents(packed: Packed, ready: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    assert cli("handover", ready, "--to", again, "--passwords", tmp_path / "pw").exit_code == 0
    other = Packed(ready, again, tmp_path / "pw", "")
    for name in ("V-01", "M-47213"):
        assert packed.open(name, tmp_path / "a" / name).exit_code == 0
        assert other.open(name, tmp_path / "b" / name).exit_code == 0
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_the_ledger_tells_of_it(packed: Packed) -> None:
    status = cli("status", packed.out).output
    assert "引渡しパッケージ作成 3" in status
    assert cli("verify", packed.out).exit_code == 0


def test_the_ledger_is_told_when_the_packages_are_there(
    ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise JobError("台帳に書き込めません。", remedy="空き容量を確かめてください。", file="job.sqlite")

    before = cli("status", ready).output
    words = ("handover", ready, "--to", tmp_path / "to", "--passwords", tmp_path / "pw")
    with monkeypatch.context() as spoiled:  # somebody else takes the folder's name while the work goes on
        spoiled.setattr(write, "_write_list", lambda *_: (tmp_path / "to").mkdir())
        assert cli(*words).exit_code == 1 and not (tmp_path / "pw").exists()
    (tmp_path / "to").rmdir()
    assert cli("status", ready).output == before
    monkeypatch.setattr(write, "add_events", no_room)
    result = cli(*words)
    assert result.exit_code == 1 and "パッケージは作りましたが、台帳に" in result.stderr, result.output
    assert Packed(ready, tmp_path / "to", tmp_path / "pw", "").open("V-01", tmp_path / "in").exit_code == 0


def test_a_wrong_password_is_one_sentence(packed: Packed, tmp_path: Path) -> None:
    result = opened(packed.to / "OKR08-V-01.zip", tmp_path / "in", "not-the-password")
    assert result.exit_code == 1 and "エラー: パスワードが違います。\n対処: " in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("place", [100, 0.3, 0.7, -40])
def test_one_flipped_byte_is_seen(packed: Packed, tmp_path: Path, place: float) -> None:
    data = bytearray((packed.to / "OKR08-M-47213.zip").read_bytes())
    data[place if isinstance(place, int) else int(len(data) * place)] ^= 1
    package = tmp_path / "OKR08-M-47213.zip"
    package.write_bytes(data)
    result = cli("handover", "check", package, "--to", tmp_path / "in", "--password-file", packed.passwords)
    assert result.exit_code == 3, result.output
    assert "対処: " in result.stderr and os.listdir(tmp_path) == [package.name]


def test_the_digest_of_the_form_is_compared_first(packed: Packed, tmp_path: Path) -> None:
    digest = next(line["sha256"] for line in table(packed.to / "packages.csv") if line["receiver"] == "V-01")
    spaced = " ".join(digest[at : at + 4] for at in range(0, 16, 4))
    for right in (digest.upper(), digest[:16], spaced):
        assert packed.open("V-01", tmp_path / right[:9], "--sha256", right).exit_code == 0
    for wrong, code in (("0" * 64, 3), (digest[:10], 1)):
        assert packed.open("V-01", tmp_path / "wrong", "--sha256", wrong).exit_code == code
    assert not (tmp_path / "wrong").exists()


def link(out: Path) -> None:
    (out / "vendor" / "47213" / "pieces.csv").unlink()
    (out / "vendor" / "47213" / "pieces.csv").symlink_to(out / "union" / "register.csv")


def unbalanced(out: Path) -> None:
    with closing(sqlite3.connect(out / "job.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE record SET status = 'held' WHERE row = 1")


SPOILS: dict[str, tuple[Callable[[Path], object], str]] = {
    "changed list": (lambda out: (out / "vendor/47213/pieces.csv").write_text("x"), "内容が変わっています"),
    "changed print file": (
        lambda out: next(out.glob("vendor/47213/print/*")).write_bytes(b""),
        "内容が変わって",
    ),
    "missing": (lambda out: (out / "vendor/47213/manifest.json").unlink(), "ファイルがありません"),
    "missing at the union": (lambda out: (out / "union/held.csv").unlink(), "union/held.csv"),
    "extra for the vendor": (lambda out: (out / "vendor/names.csv").write_text("見本"), "台帳にない"),
    "extra for the unit": (lambda out: (out / "municipalities/47213/x").write_text(""), "台帳にない"),
    "extra unit": (lambda out: (out / "municipalities/x").write_text(""), "台帳にない"),
    "link": (link, "内容が変わって|ファイルがありません"),
    "unbalanced": (unbalanced, "件数突合"),
}


@pytest.mark.parametrize("spoil", SPOILS)
def test_what_is_not_as_the_run_left_it_is_not_packed(ready: Path, tmp_path: Path, spoil: str) -> None:
    change, words = SPOILS[spoil]
    change(ready)
    result = cli("handover", ready, "--to", tmp_path / "to", "--passwords", tmp_path / "pw.csv")
    assert result.exit_code == 3, result.output
    assert any(word in result.stderr for word in words.split("|")) and "対処: " in result.stderr
    assert not [secret for secret in SECRETS if secret in result.output]
    assert os.listdir(tmp_path) == ["out"]


def test_a_name_that_nobody_could_open_is_not_packed(ready: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(ready / "job.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE job SET value = replace(value, '年次', '年\u202e次') WHERE key = 'order'")
    result = cli("handover", ready, "--to", tmp_path / "to", "--passwords", tmp_path / "pw.csv")
    assert result.exit_code == 1 and "パッケージに書けない文字" in result.stderr, result.output
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize(
    "place", ["to/pw.csv", "out/pw.csv", "out/vendor/pw.csv", "there.csv", "link/pw.csv", "no/pw"]
)
def test_passwords_never_lie_beside_what_they_open(ready: Path, tmp_path: Path, place: str) -> None:
    (tmp_path / "there.csv").write_text("mine")
    (tmp_path / "link").symlink_to(ready)
    before = tree(tmp_path)
    result = cli("handover", ready, "--to", tmp_path / "to", "--passwords", tmp_path / place)
    assert result.exit_code == 1 and "パスワードのファイル" in result.stderr, result.output
    assert tree(tmp_path) == before


def test_how_to_tell_the_password_must_be_chosen(ready: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    words = ["handover", str(ready), "--to", str(tmp_path / "to")]
    for more in ([], ["--method", "gpg"]):
        result = cli(*words, *more)
        assert result.exit_code == 1 and result.stderr.count("対処: ") == 1, result.output
    assert cli(*words, "--ask").exit_code == 2  # one word for all would open everybody's package to each
    assert tree(tmp_path) == before


def test_what_lies_beside_the_new_folder_stays(ready: Path, tmp_path: Path) -> None:
    """Folders of every name may be somebody's, and the passwords may lie in one."""
    theirs = tmp_path / ".to.building"
    theirs.mkdir()
    (theirs / "mine").write_text("x")
    result = cli("handover", ready, "--to", tmp_path / "to", "--passwords", theirs / "pw.csv")
    assert result.exit_code == 0 and sorted(os.listdir(theirs)) == ["mine", "pw.csv"], result.output
    assert sorted(os.listdir(tmp_path)) == [".to.building", "out", "to"]


def test_two_runs_at_once_have_a_folder_each(tmp_path: Path) -> None:
    to = tmp_path / "to"
    with pytest.raises(JobError, match="もうあります"), fresh_folder(to) as first:
        (first / "x").write_text("1")
        with fresh_folder(to) as second:
            assert not list(second.iterdir())
            (second / "x").write_text("2")
    assert os.listdir(tmp_path) == ["to"] and (to / "x").read_text() == "2"


def test_folders_that_exist_are_left_alone(packed: Packed, tmp_path: Path) -> None:
    result = cli("handover", packed.out, "--to", packed.to, "--passwords", tmp_path / "pw.csv")
    assert result.exit_code == 1 and not (tmp_path / "pw.csv").exists()
    inside = packed.out / "vendor" / "to"
    assert cli("handover", packed.out, "--to", inside, "--passwords", tmp_path / "pw.csv").exit_code == 1
    assert not inside.exists() and not (tmp_path / "pw.csv").exists()
    (tmp_path / "in").mkdir()
    assert packed.open("V-01", tmp_path / "in").exit_code == 1
    assert not list((tmp_path / "in").iterdir())


@pytest.mark.parametrize("method", ["age", "gpg"])
def test_a_program_that_is_not_there(
    ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = cli("handover", ready, "--to", tmp_path / "to", "--method", method, "--keys", tmp_path)
    assert result.exit_code == 1 and f"プログラム {method} がこのパソコンにありません" in result.stderr


STAND_IN = """#!{python}
import sys, pathlib
words = sys.argv[1:]
key = pathlib.Path(words[words.index("--identity" if "--decrypt" in words else "--recipients-file") + 1])
if not key.read_text().startswith("right"):
    sys.exit("age: error: malformed recipient")
if "--encrypt" in words:
    target = pathlib.Path(words[words.index("--output") + 1])
    target.write_bytes(b"age-encryption.org/v1\\n" + bytes(255 - byte for byte in sys.stdin.buffer.read()))
else:
    assert words[-2] == "--"
    sys.stdout.buffer.write(bytes(255 - byte for byte in pathlib.Path(words[-1]).read_bytes()[22:]))
"""


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
def test_age_is_given_the_key_of_each_receiver(
    packed: Packed, ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a program in its place that takes the same words."""
    keys = tmp_path / "keys"
    keys.mkdir()
    (keys / "age").write_text(STAND_IN.format(python=sys.executable))
    (keys / "age").chmod(0o700)
    monkeypatch.setenv("PATH", str(keys), prepend=os.pathsep)
    words = ("handover", ready, "--to", tmp_path / "to", "--method", "age", "--keys", keys)
    (keys / "V-01.pub").write_text("right")
    result = cli(*words)
    assert result.exit_code == 1 and "M-47213.pub" in result.stderr and not (tmp_path / "to").exists()
    (keys / "M-47213.pub").write_text("wrong")
    result = cli(*words)
    assert result.exit_code == 1 and "malformed recipient" in result.stderr and not (tmp_path / "to").exists()
    (keys / "M-47213.pub").write_text("right")  # its sealed list's too
    assert cli(*words).exit_code == 0
    package = tmp_path / "to" / "OKR08-M-47213-2.zip.age"
    check = ("handover", "check", package, "--to", tmp_path / "in", "--key")
    assert cli(*check, keys / "age").exit_code == 1
    assert cli(*check, keys / "V-01.pub").exit_code == 0
    assert {CONTENTS, "note.csv"} <= set(tree(tmp_path / "in"))


@pytest.mark.skipif(shutil.which("gpg") is None, reason="gpg is not installed")
def test_gpg_packs_for_a_public_key(ready: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, keys = tmp_path / "g", tmp_path / "keys"
    home.mkdir(mode=0o700)
    keys.mkdir()
    monkeypatch.setenv("GNUPGHOME", str(home))
    gpg = ["gpg", "--batch", "--quiet", "--passphrase", ""]
    subprocess.run(
        [*gpg, "--quick-gen-key", "a@example.jp", "future-default"], check=True, capture_output=True
    )
    for name in ("V-01", "M-47213"):
        subprocess.run([*gpg, "--armor", "--output", keys / f"{name}.asc", "--export"], check=True)
    try:
        result = cli("handover", ready, "--to", tmp_path / "to", "--method", "gpg", "--keys", keys)
        assert result.exit_code == 0, result.output
        package = tmp_path / "to" / "OKR08-V-01.zip.gpg"
        assert cli("handover", "check", package, "--to", tmp_path / "in").exit_code == 0
        package.write_bytes(package.read_bytes()[:-30])
        assert cli("handover", "check", package, "--to", tmp_path / "cut").exit_code == 1
    finally:
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
    assert tree(tmp_path / "in").keys() - {CONTENTS} == tree(ready / "vendor").keys()


def test_help_and_wrong_usage() -> None:
    packing, checking = cli("handover", "--help"), cli("handover", "check", "--help")
    assert (
        packing.output.startswith("使い方: main handover [オプション] OUT")
        and "handover check" in packing.output
    )
    assert checking.output.startswith("使い方: main handover check [オプション] PACKAGE")
    for words, wanted in (
        ([], "「OUT」を指定"),
        (["OUT"], "「--to」を指定"),
        (["check"], "「PACKAGE」を指定"),
        (["check", "P"], "「--to」を指定"),
        (["OUT", "--to", "DIR", "--method", "rar"], "次のいずれか"),
    ):
        result = cli("handover", *words)
        assert result.exit_code == 2 and wanted in result.stderr, result.output
