"""The sign-off: with ``require_signoff`` nothing is printed but exactly what was approved."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from line_fixtures import cli, said
from small_job import JOB, person, write_job

from kouki_print.job.proof.signoff import digests, signoff_text
from kouki_print.order.load import load_order

WANTED = JOB.replace("[insurer]", "require_signoff = true\n[insurer]")


def signed(text: str, by: str = "沖縄　花子", on: str = '"2026-07-01"') -> str:
    return text.replace('approved_by = ""', f'approved_by = "{by}"').replace(
        'approved_on = ""', f"approved_on = {on}"
    )


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A job with words of its own, approved through the proof.  Read-only."""
    folder = write_job(tmp_path_factory.mktemp("signoff") / "job", [person(1), person(2, linked="0")], WANTED)
    (folder / "templates").mkdir()
    (folder / "templates" / "notice_letter.txt").write_text("お知らせします。", encoding="utf-8")
    out = folder.parent / "proof"
    assert cli("proof", folder, "--out", out).exit_code == 0
    text = (out / "signoff.toml").read_text(encoding="utf-8")
    (folder / "signoff.toml").write_text(signed(text), encoding="utf-8")
    return folder


@pytest.fixture
def job(approved: Path, tmp_path: Path) -> Path:
    """A copy for a test to change."""
    return shutil.copytree(approved, tmp_path / "job")


def refused(job: Path) -> str:
    """The message of a run that is refused; it leaves nothing."""
    out = job.parent / "out"
    message = said(cli("run", job, "--out", out, "--workers", "1"))
    assert not out.exists()
    return message


@pytest.mark.parametrize(
    "on",
    [
        '"2026-07-01"',
        "2026-07-01",
        "2026-07-01T09:30:00",
        '" 2026-07-01 "',
        '"令和8年7月1日"',
        '"令和８年７月１日"',
        '"R8.7.1"',
        '"2026-06-20"',
        '"2027-07-13"',
    ],
)
def test_what_was_approved_is_printed(job: Path, on: str) -> None:
    path = job / "signoff.toml"
    path.write_text(path.read_text(encoding="utf-8").replace('"2026-07-01"', on, 1), encoding="utf-8-sig")
    result = cli("run", job, "--out", job.parent / "out", "--workers", "1")
    assert result.exit_code == 0, result.output


def test_without_a_sign_off_nothing_is_printed(job: Path) -> None:
    (job / "signoff.toml").unlink()
    message = refused(job)
    assert "require_signoff" in message and "kouki-print proof" in message


@pytest.mark.parametrize(
    ("by", "on", "words"),
    [
        ("", '"2026-07-01"', "approved_by"),
        ("　", '"2026-07-01"', "approved_by"),
        ("沖縄", '""', "approved_on"),
        ("沖縄", '"令和8年7月"', "approved_on"),
        ("沖縄", "20260701.5", "approved_on"),
        ("沖縄", '"2026-13-45"', "approved_on"),
        ("沖縄", '"2026-02-29"', "approved_on"),
        ("沖縄", '"令和8年6月31日"', "approved_on"),
        ("沖縄", '"2026-06-19"', "2026-06-20 から 2027-07-13 まで"),
        ("沖縄", "2026-06-19", "2026-06-20 から 2027-07-13 まで"),
        ("沖縄", '"2027-07-14"', "2026-06-20 から 2027-07-13 まで"),
        ("沖縄", '"令和82年7月1日"', "2026-06-20 から 2027-07-13 まで"),
        ("沖縄", '"2126-07-01"', "2026-06-20 から 2027-07-13 まで"),
    ],
)
def test_a_sign_off_needs_a_name_and_a_day(job: Path, by: str, on: str, words: str) -> None:
    text = signoff_text("OKR08", digests(load_order(job), job))
    (job / "signoff.toml").write_text(signed(text, by, on), encoding="utf-8")
    assert words in refused(job)


def edited(job: Path, old: str, new: str) -> None:
    """Change the sign-off as somebody with an editor does."""
    path = job / "signoff.toml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('approved_by = "沖縄　花子"', "approved_by = 沖縄　花子", 4),
        ('approved_on = "2026-07-01"', 'approved_on = "2026-07-01', 5),
        ('approved_on = "2026-07-01"', "approved_on = 2026-13-45", 5),
        ('job = "OKR08"', 'job = "OKR08"\njob = "OKR08"', 4),
    ],
)
def test_a_mistake_of_writing_is_told_with_its_line(job: Path, old: str, new: str, line: int) -> None:
    edited(job, old, new)
    assert f"signoff.toml {line}行目" in refused(job)


def test_another_encoding_is_told_with_its_line(job: Path) -> None:
    path = job / "signoff.toml"
    path.write_bytes(path.read_text(encoding="utf-8").replace("花子", "#").encode("cp932"))
    assert "signoff.toml 1行目" in refused(job) and "UTF-8" in refused(job)


@pytest.mark.parametrize("line", ['job = "XX"', ""])
def test_the_approval_of_another_job_is_none(job: Path, line: str) -> None:
    edited(job, 'job = "OKR08"', line)
    message = refused(job)
    assert "OKR08" in message and ("XX" in message) == bool(line)


def test_a_sign_off_without_digests_approves_nothing(job: Path) -> None:
    (job / "signoff.toml").write_text(
        'job = "OKR08"\napproved_by = "沖縄"\napproved_on = 2026-07-01\n', encoding="utf-8"
    )
    assert "[digests]" in refused(job)


@pytest.mark.parametrize("change", ["a line is gone", "a value is another"])
def test_digests_changed_by_hand_are_told_as_that(job: Path, change: str) -> None:
    """A line that somebody deleted is no file that came after the approval."""
    found = digests(load_order(job), job)
    line = f'"export.csv" = "{found["export.csv"]}"\n'
    edited(job, line, "" if change == "a line is gone" else line.replace(found["export.csv"], "0" * 64))
    message = refused(job)
    assert "[digests]" in message and "手で" in message and "export.csv" not in message


@pytest.mark.parametrize(
    ("file", "named"),
    [
        ("job.toml", "job.toml（中身が違う）"),
        ("export.csv", "export.csv（中身が違う）"),
        ("municipalities.csv", "municipalities.csv（中身が違う）"),
        ("survey.csv", "survey.csv（中身が違う）"),
        ("templates/notice_letter.txt", "様式 notice（中身が違う）"),
        ("control.csv", "control.csv（承認のときは無かったもの）"),
    ],
)
def test_what_changed_after_the_approval_is_named(job: Path, file: str, named: str) -> None:
    with (job / file).open("ab") as handle:
        handle.write(b"\n")
    message = refused(job)
    assert named in message and "kouki-print proof" in message
    if file == "export.csv":
        assert message.count("違う") == 1


def test_what_is_gone_is_named(job: Path) -> None:
    (job / "templates" / "notice_letter.txt").unlink()
    message = refused(job)
    assert "templates/notice_letter.txt（今は無いもの）" in message and "様式 notice（中身が違う）" in message


def test_another_version_of_the_program_needs_a_new_approval(
    job: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kouki_print.__version__", "99.0")
    assert "kouki_print（版が違う）" in refused(job)


def test_layouts_of_the_job_and_their_parts_count(tmp_path: Path) -> None:
    folder = write_job(tmp_path, [person(1)], JOB)
    before = digests(load_order(folder), folder)
    assert before == digests(load_order(folder), folder)
    assert {"job.toml", "export.csv", "規則 r08.toml", "様式 notice", "文面 notice_letter", "料金表"} <= set(
        before
    )
    assert {
        "フォント BIZUDMincho-Regular.ttf",
        "面付け a3_2up",
        "kouki_print",
        "移行データのレイアウト",
    } <= set(before)
    (folder / "templates").mkdir()
    (folder / "templates" / "notice_letter.txt").write_text("別の文面", encoding="utf-8")
    after = digests(load_order(folder), folder)
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == {
        "templates/notice_letter.txt",
        "様式 notice",
        "文面 notice_letter",
    }


COLOUR = """[printing]
colour = { spot = "DIC 123", cmyk = [0, 62.5, 30, 0] }
"""
SEAL = f"""[asset.seal]
file = "seal.png"
sha256 = "{hashlib.sha256(b"seal").hexdigest().upper()}"
[asset.logo]
file = "seal.png"
sha256 = "{hashlib.sha256(b"seal").hexdigest()}"
"""


def test_seal_and_colour_of_the_year_are_part_of_what_is_approved(tmp_path: Path) -> None:
    """A page without seal or colour looks finished: who signs reads that they are not there."""
    folder = write_job(tmp_path, [person(1)], JOB)
    found = digests(load_order(folder), folder)
    assert (found["公印の印影"], found["年度の色"]) == ("なし（枠だけを印刷）", "なし（すべて墨）")
    (folder / "seal.png").write_bytes(b"seal")
    (folder / "job.toml").write_text(JOB + COLOUR + SEAL, encoding="utf-8")
    found = digests(load_order(folder), folder)
    short = hashlib.sha256(b"seal").hexdigest()[:8]
    assert found["公印の印影"] == f"あり（seal.png、{short}）"
    assert found["画像 logo"] == "使わない（様式に場所がない）"
    assert found["年度の色"] == "DIC 123（画面では C0 M62.5 Y30 K0）"
    (folder / "job.toml").write_text(JOB + COLOUR.replace("DIC 123", ""), encoding="utf-8")
    assert digests(load_order(folder), folder)["年度の色"] == "C0 M62.5 Y30 K0"


def test_the_seal_stands_on_the_sheet_to_sign_and_in_the_file(approved: Path) -> None:
    with pdfium.PdfDocument(approved.parent / "proof" / "signoff.pdf") as document:
        sheet = "".join(page.get_textpage().get_text_range() for page in document)
    text = (approved.parent / "proof" / "signoff.toml").read_text(encoding="utf-8")
    assert "公印の印影" in sheet and "年度の色" in sheet
    assert '"公印の印影" = "なし' in text and '"年度の色" = "なし' in text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('approved_by = ""', 'approved_by = "沖縄"'),
        ('approved_on = ""', "approved_on = 2026-07-01"),
        ('approved_by = ""', "approved_by = 沖縄"),
    ],
)
def test_a_proof_never_takes_an_approval_away(approved: Path, tmp_path: Path, old: str, new: str) -> None:
    """Also half signed, and with a mistake in it: somebody wrote there."""
    out = shutil.copytree(approved.parent / "proof", tmp_path / "proof")
    edited(out, old, new)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    message = said(cli("proof", approved, "--out", out))
    assert "signoff.toml" in message and "承認" in message and "別の出力先" in message
    assert before == {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_a_proof_that_nobody_signed_is_made_again(approved: Path, tmp_path: Path) -> None:
    out = shutil.copytree(approved.parent / "proof", tmp_path / "proof")
    assert cli("proof", approved, "--out", out).exit_code == 0
