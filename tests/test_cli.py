"""Bad inputs at the command line: exit 1, one Japanese message that says where and what to do, nothing left."""

# ruff: noqa: E501 (one line per bad input reads as a table)

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from line_fixtures import Finished, cli, program, said, tree
from small_job import DEFECTS, JOB, export_text, number, person, survey_text, with_defect, write_job

pytest_plugins = ("line_fixtures",)

SECRETS = (
    "見本　花子",
    "花子",
    "みどり町",
    "3160705",
    "19410705",
    number(1),
    "123456789018",
    "123456868201",
)
CP932 = JOB.replace('"standard-utf8"', '"standard"')


def put(folder: Path, name: str, data: bytes | str) -> Path:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    return folder


def utf8_as_cp932(folder: Path) -> Path:
    return put(write_job(folder, job=CP932), "export.csv", export_text([person()]))


def settings(text: str) -> Callable[[Path], Path]:
    return lambda folder: write_job(folder, job=f"{JOB}{text}\n")


def wrong_profile(folder: Path) -> Path:
    job = f'{JOB}[printing]\noutput_profile = "press.icc"\noutput_profile_sha256 = "{"0" * 64}"\n'
    return put(write_job(folder, job=job), "press.icc", bytes(200))


def rgb_profile(folder: Path) -> Path:
    import hashlib

    data = bytes(12) + b"prtrRGB " + bytes(200)
    digest = hashlib.sha256(data).hexdigest()
    job = f'{JOB}[printing]\noutput_profile = "press.icc"\noutput_profile_sha256 = "{digest}"\n'
    return put(write_job(folder, job=job), "press.icc", data)


def without(name: str) -> Callable[[Path], Path]:
    def build(folder: Path) -> Path:
        (write_job(folder) / name).unlink()
        return folder

    return build


def survey(**answers: str) -> Callable[[Path], Path]:
    return lambda folder: put(write_job(folder), "survey.csv", survey_text({"47213": answers}))


def defect(name: str, target: str = "export.csv") -> Callable[[Path], Path]:
    return lambda folder: with_defect(folder, name, target)


def numbers(line: str, people: int = 1) -> Callable[[Path], Path]:
    return lambda folder: put(
        write_job(folder, [person(at) for at in range(1, people + 1)]),
        "numbers.csv",
        f"市町村コード,開始番号,終了番号\n{line}\n",
    )


def lines_of(row: int, bad: bytes) -> Callable[[Path], Path]:
    """An export in which one row is replaced by these bytes."""

    def build(folder: Path) -> Path:
        write_job(folder, [person(at) for at in range(1, 6)])
        lines = (folder / "export.csv").read_bytes().split(b"\r\n")
        lines[row - 1] = bad
        return put(folder, "export.csv", b"\r\n".join(lines))

    return build


# name, how to spoil a right folder, beginning of the message (place), words in it, words of the remedy
BAD: list[tuple[str, Callable[[Path], Path], str, str, str]] = [
    ("cp932 as utf-8", defect("wrong_encoding_cp932.csv"), "export.csv 1行目 「基準日」列", "UTF-8として読めない", 'layout を "standard"'),
    ("utf-8 as cp932", utf8_as_cp932, "export.csv 1行目 「保険者番号」列", "CP932", 'layout を "standard-utf8"'),
    ("one broken cell", defect("wrong_encoding_one_cell.csv"), "export.csv 4行目 「氏名」列", "バイト目", "この行の文字"),
    ("utf-16", defect("utf16.csv"), "export.csv 1行目", "UTF-16", "UTF-8で出力し直して"),
    ("missing column", defect("missing_name_column.csv"), "export.csv 1行目 「氏名」列", "必須の列がありません", "見出し"),
    ("double column", defect("double_header.csv"), "export.csv 1行目 「利用回数１年」列", "同じ見出し", "消して"),
    ("another data date", defect("other_data_date.csv"), "export.csv 4行目 「基準日」列", "2025-06-20", "data_on"),
    ("individual number by name", defect("individual_number_by_name.csv"), "export.csv 1行目 「個人番号（下4桁）」列", "個人番号の列", "除いて"),
    ("individual number by content", defect("individual_number_by_content.csv"), "export.csv 2行目 「管理コード」列", "12桁", "除いて"),
    ("truncated", defect("truncated_last_line.csv"), "export.csv 6行目", "途中で切れて", "最後まで出力し直して"),
    ("truncated row", defect("truncated_after_cell.csv"), "export.csv 6行目", "列の数", "途中で切れていれば"),
    ("blank row", defect("blank_row.csv"), "export.csv 4行目", "空の行", "確かめて"),
    ("open quote", defect("open_quote.csv"), "export.csv 5行目", "引用符", "引用符を確かめ"),
    ("nul byte", defect("nul_byte.csv"), "export.csv 3行目", "NUL", "最後まで出力し直して"),
    ("row of another length", lines_of(3, b"a,b"), "export.csv 3行目", "この行2", "カンマ"),
    ("empty export", defect("empty.csv"), "export.csv", "空です", "出力し直して"),
    ("header only", defect("header_only.csv"), "export.csv 2行目", "データの行がありません", "出力し直して"),
    ("no export", without("export.csv"), "export.csv", "ファイルがないか", "[input] export"),
    ("no order", without("job.toml"), "job.toml", "ファイルがありません", "フォルダーを確かめて"),
    ("no survey", without("survey.csv"), "survey.csv", "ファイルがありません", "置いて"),
    ("no contacts", without("municipalities.csv"), "municipalities.csv", "ファイルがありません", "置いて"),
    ("unknown preset", defect("job_unknown_preset.toml", "job.toml"), "job.toml", "「r09」は知らない名前", "r08"),
    ("syntax of the order", defect("job_broken.toml", "job.toml"), "job.toml 3行目", "読めません", "引用符"),
    ("unknown key", defect("job_unknown_key.toml", "job.toml"), "job.toml 9行目", "[job] mailed_on: 知らない項目", "直して"),
    ("path outside", defect("job_path_escape.toml", "job.toml"), "job.toml", "フォルダーの外", "フォルダーに置き"),
    ("date of the law", defect("job_early_certificate.toml", "job.toml"), "job.toml 7行目", "令和6年12月2日", "直して"),
    ("input layout", lambda folder: write_job(folder, job=JOB.replace("standard-utf8", "mine")), "job.toml", "[input] layout「mine」", "standard-utf8"),
    ("print layout", settings('[documents]\ncertificate = { layout = "mine" }'), "job.toml", "様式「mine」がありません", "certificate_mount"),
    ("print layout of the job", settings('[documents]\nnotice = { layout = "art/mine.toml" }'), "job.toml", "様式「art/mine.toml」がジョブのフォルダーにありません", "[documents]"),
    ("print layout outside", settings('[documents]\nnotice = { layout = "../mine.toml" }'), "job.toml", "フォルダーの外", "フォルダーに置き"),
    ("imposition", settings('[printing]\nimposition = "mine"'), "job.toml", "面付け「mine」がありません", "a3_2up"),
    ("misspelt document", settings('[documents]\nnotise = { layout = "notice" }'), "job.toml 15行目", "「notise」は「notice」の書き間違いではありませんか", "直して"),
    ("colour of nothing", settings('[printing]\ncolour = { cmyk = [0, 0, 0, 0] }'), "job.toml 16行目", "cmyk がすべて 0", "直して"),
    ("spot in Japanese", settings('[printing]\ncolour = { spot = "特色１", cmyk = [0, 0, 0, 9] }'), "job.toml 16行目", "40文字まで", "直して"),
    ("digest of an image", settings('[asset.seal]\nfile = "seal.png"\nsha256 = "12ab"'), "job.toml 17行目", "Get-FileHash", "直して"),
    ("lots of nothing", settings("[printing]\nlot_sheets = 0"), "job.toml 16行目", "[printing] lot_sheets: 1以上", "直して"),
    ("lots as text", settings('[printing]\nlot_sheets = "many"'), "job.toml 16行目", "[printing] lot_sheets: 整数", "直して"),
    ("profile digest", wrong_profile, "press.icc", "SHA-256が注文と違います", "output_profile_sha256"),
    ("profile of a screen", rgb_profile, "press.icc", "CMYK印刷用ではありません", "印刷会社"),
    ("profile absent", settings('[printing]\noutput_profile = "no.icc"'), "no.icc", "読めません", "output_profile・output_profile_sha256 のファイルの場所"),
    ("profile outside", settings('[printing]\noutput_profile = "../no.icc"'), "job.toml", "[printing] output_profile「../no.icc」", "フォルダーに置き"),
    ("unanswered", defect("survey_unanswered.csv", "survey.csv"), "survey.csv 「市町村コード」列", "渡名喜村", "survey_default"),
    ("answer unknown", survey(封緘="はい"), "survey.csv 10行目 「封緘」列", "「はい」は使えない", "「する」か「しない」"),
    ("extra weight", survey(追加封入物="案内", 追加重量g="四グラム"), "survey.csv 10行目 「追加重量g」列", "重さとして読めません", "グラム"),
    ("extra too heavy", survey(追加封入物="本", 追加重量g="9999.00"), "うるま市の組A", "限度を超えています", "追加封入物"),
    ("look-alike", defect("survey_look_alike.csv", "survey.csv"), "survey.csv 32行目 「市町村名」列", "栗国村", "似た漢字"),
    ("contact", defect("contacts_short_postcode.csv", "municipalities.csv"), "municipalities.csv 10行目 「postcode」列", "7桁", "半角7桁"),
    ("registered number", numbers("47213,39960000012,39960000022"), "numbers.csv 2行目 「開始番号」列", "検査数字", "引受郵便局"),
    ("registered numbers used up", numbers("472131,39960000010,39960000021", people=3), "numbers.csv", "足りません: うるま市 47213（必要3件、残り2件、不足1件）", "追加の番号"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("build", "where", "what", "remedy"), [case[1:] for case in BAD], ids=[case[0] for case in BAD]
)
def test_a_bad_job_is_refused_with_one_message(
    tmp_path: Path, build: Callable[[Path], Path], where: str, what: str, remedy: str
) -> None:
    folder = build(tmp_path / "job")
    before = tree(folder)
    message = said(cli("run", folder, "--out", tmp_path / "out", "--workers", 1), SECRETS)
    first, second = message.rstrip("\n").split("\n")
    assert first.startswith(f"エラー: {where}: ") and what in first, message
    assert second.startswith("対処: ") and remedy in second, message
    assert not (tmp_path / "out").exists()
    assert tree(folder) == before


@pytest.mark.parametrize("command", ["check", "budget"])
@pytest.mark.parametrize(
    "name", ["cp932 as utf-8", "individual number by content", "unanswered", "unknown preset"]
)
def test_check_and_budget_refuse_the_same(tmp_path: Path, command: str, name: str) -> None:
    build, where = next(case[1:3] for case in BAD if case[0] == name)
    message = said(cli(command, build(tmp_path / "job"), "--out", tmp_path / "out"), SECRETS)
    assert message.startswith(f"エラー: {where}: ")
    assert not (tmp_path / "out").exists()


def test_every_defect_file_stops_the_job(tmp_path: Path) -> None:
    targets = {"job": "job.toml", "survey": "survey.csv", "contacts": "municipalities.csv"}
    for path in sorted(path for path in DEFECTS.iterdir() if path.is_file()):
        target = targets.get(path.name.split("_")[0], "export.csv")
        folder = with_defect(tmp_path / path.stem, path.name, target)
        message = said(cli("budget", folder, "--out", tmp_path / "out"), SECRETS)
        assert message.startswith(f"エラー: {target}"), path.name
        assert not (tmp_path / "out").exists()


def test_a_job_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for name in ("nothing", "file"):
        message = said(cli("run", tmp_path / name, "--out", tmp_path / "out", "--workers", 1))
        assert str(tmp_path / name) in message and "フォルダーがありません" in message
    (write_job(tmp_path / "odd") / "job.toml").unlink()
    (tmp_path / "odd" / "job.toml").mkdir()
    assert "エラー: job.toml: ファイルを読めません" in said(
        cli("run", tmp_path / "odd", "--out", tmp_path / "out", "--workers", 1)
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["run", "check", "budget"])
def test_an_output_folder_with_other_things_in_it_is_left_alone(tmp_path: Path, command: str) -> None:
    job = write_job(tmp_path / "job")
    (tmp_path / "out").mkdir()
    put(tmp_path / "out", "家計簿.xlsx", b"mine")
    message = said(cli(command, job, "--out", tmp_path / "out"))
    assert "家計簿.xlsx など1件" in message and str(tmp_path / "out") in message
    assert tree(tmp_path / "out") == {"家計簿.xlsx": b"mine"}
    before = tree(job)
    said(cli(command, job, "--out", job))
    assert tree(job) == before


def test_an_output_folder_that_is_a_file(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job")
    put(tmp_path, "out", b"mine")
    assert "フォルダーではありません" in said(cli("run", job, "--out", tmp_path / "out", "--workers", 1))
    assert "途中にフォルダーではないもの" in said(
        cli("run", job, "--out", tmp_path / "out" / "below", "--workers", 1)
    )
    assert (tmp_path / "out").read_bytes() == b"mine"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_may_not_be_written(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job")
    (tmp_path / "closed").mkdir(mode=0o500)
    for out in (tmp_path / "closed", tmp_path / "closed" / "out"):
        assert "書き込む権限" in said(cli("run", job, "--out", out, "--workers", 1))


def test_a_refused_job_leaves_the_earlier_result(spoiled: Finished, tmp_path: Path) -> None:
    before = tree(spoiled.out)
    said(cli("run", with_defect(tmp_path / "job", "truncated_last_line.csv"), "--out", spoiled.out))
    assert tree(spoiled.out) == before


@pytest.mark.parametrize("command", ["check", "budget"])
def test_check_and_budget_never_touch_a_finished_result(spoiled: Finished, command: str) -> None:
    before = tree(spoiled.out)
    message = said(cli(command, spoiled.job, "--out", spoiled.out))
    assert "run で作った結果があります" in message and "別の出力先" in message
    assert tree(spoiled.out) == before


# The run's report has a budget block; scenarios are tried by the budget command only.
MORE = {"union/check.html", "finance/budget.pdf", "finance/budget.xlsx"}


def test_check_and_budget_leave_only_their_own_files(small: Finished, tmp_path: Path) -> None:
    checked = cli("check", small.job, "--out", tmp_path / "check")
    assert checked.exit_code == 0 and "件数突合: 移行データ 40 ＝" in checked.output
    names = ["check.html", "check.xlsx", "held.csv", "unissued.csv", "problems.csv"]
    names += ["unissued.xlsx", "unissued_summary.csv", "protected.csv", "characters.csv", "fitted_fields.csv"]
    assert set(tree(tmp_path / "check")) == {f"union/{name}" for name in names}
    priced = cli("budget", small.job, "--out", tmp_path / "budget")
    assert priced.exit_code == 0
    finance = {f"budget.{kind}" for kind in ("csv", "pdf", "xlsx")} | {"enclosures.csv", "discount_hints.csv"}
    assert set(tree(tmp_path / "budget")) == {f"finance/{name}" for name in finance}
    whole = tree(small.out)
    for part in ("check", "budget"):  # and these are the files that the run makes
        for name, data in tree(tmp_path / part).items():
            if name not in MORE:
                assert whole[name] == data, name
    assert cli("budget", small.job, "--out", tmp_path / "check").exit_code == 0
    assert {path.name for path in (tmp_path / "check").iterdir()} == {"union", "finance"}


def test_a_second_run_replaces_the_first(spoiled: Finished, tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", [person(at) for at in range(1, 6)])
    result = cli("run", job, "--out", spoiled.out, "--workers", 1)
    assert result.exit_code == 0 and "移行データ 5 ＝" in result.output
    assert len(spoiled.register()) == 5
    assert cli("verify", spoiled.out).exit_code == 0


@pytest.mark.parametrize("command", ["verify", "status"])
def test_a_folder_that_is_no_output(tmp_path: Path, command: str) -> None:
    for out in (tmp_path, tmp_path / "nothing"):
        message = said(cli(command, out))
        assert str(out) in message and "job.sqlite" in message and "kouki-print run" in message


def test_status_tells_where_the_job_stands(small: Finished) -> None:
    result = cli("status", small.out)
    assert result.exit_code == 0
    assert "（OKR08）" in result.output and "件数突合: 移行データ 40 ＝" in result.output
    yen = sum(int(line["total_yen"]) for line in small.budget())
    assert f"郵送料 {yen:,}円" in result.output and "印刷ファイル作成" in result.output


def test_strict_makes_any_held_person_a_failure(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", [person(1), person(2, name="")])
    result = cli("run", job, "--out", tmp_path / "out", "--workers", 1, "--strict")
    assert result.exit_code == 1 and "1件" in result.stderr
    assert cli("run", job, "--out", tmp_path / "out", "--workers", 1).exit_code == 0
    right = write_job(tmp_path / "right", [person(1)])
    assert cli("run", right, "--out", tmp_path / "right-out", "--workers", 1, "--strict").exit_code == 0


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["print"],
        ["run"],
        ["run", "JOB"],
        ["run", "JOB", "--out"],
        ["run", "JOB", "--out", "OUT", "--workers", "0"],
        ["run", "JOB", "--out", "OUT", "--workers", "two"],
        ["run", "JOB", "--out", "OUT", "--fast"],
        ["run", "JOB", "EXTRA", "--out", "OUT"],
        ["check", "--out", "OUT"],
        ["budget", "JOB"],
        ["verify"],
        ["status"],
        ["sample", "DIR", "--preset", "r08"],
        ["sample", "DIR", "--preset", "r08", "--count", "0"],
        ["sample", "DIR", "--preset", "r08", "--count", "5", "--encoding", "ebcdic"],
    ],
    ids=" ".join,
)
def test_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    monkeypatch.chdir(tmp_path)
    result = cli(*words)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output and not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["", "sample", "check", "run", "budget", "verify", "status"])
def test_help_is_in_japanese(command: str) -> None:
    for flag in ("-h", "--help"):
        result = cli(*([command] if command else []), flag)
        assert result.exit_code == 0
        assert sum(0x3040 <= ord(char) <= 0x9FFF for char in result.output) > 20


def test_sample_then_run_as_people_call_it(tmp_path: Path) -> None:
    """Through the real program, in another language and place: what it says is what README says."""
    made = program("sample", tmp_path / "job", "--preset", "r08", "--count", 5, LANG="C", LC_ALL="C")
    assert made.returncode == 0, made.stderr
    assert f"次は: kouki-print run {tmp_path / 'job'} --out OUT" in made.stdout
    refused = program("run", tmp_path / "nothing", "--out", tmp_path / "out", "--workers", 2)
    assert refused.returncode == 1 and refused.stdout == ""
    assert refused.stderr.startswith("エラー: ") and refused.stderr.count("\n") == 2
    done = program("run", tmp_path / "job", "--out", tmp_path / "out", "--workers", 2)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    assert cli("verify", tmp_path / "out").exit_code == 0
