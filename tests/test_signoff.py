"""The sign-off: with ``require_signoff`` nothing is printed but exactly what was approved."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from line_fixtures import cli, said
from small_job import JOB, person, write_job

from kouki_print.job.signoff import digests, signoff_text
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


@pytest.mark.parametrize("on", ['"2026-07-01"', "2026-07-01", '" 2026-07-01 "'])
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
    ],
)
def test_a_sign_off_needs_a_name_and_a_day(job: Path, by: str, on: str, words: str) -> None:
    text = signoff_text("OKR08", digests(load_order(job), job))
    (job / "signoff.toml").write_text(signed(text, by, on), encoding="utf-8")
    assert words in refused(job)


@pytest.mark.parametrize("data", [b"approved_by = ", b"\x83\x7f\x00"])
def test_a_file_that_nobody_can_read_is_no_sign_off(job: Path, data: bytes) -> None:
    (job / "signoff.toml").write_bytes(data)
    assert "TOML として読めません" in refused(job)


def test_a_sign_off_without_digests_approves_nothing(job: Path) -> None:
    (job / "signoff.toml").write_text('approved_by = "沖縄"\napproved_on = 2026-07-01\n', encoding="utf-8")
    assert "export.csv（承認のときは無かったもの）" in refused(job)


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
