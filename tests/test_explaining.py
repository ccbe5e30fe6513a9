"""``explain`` and ``presets``: the reasons in words that an officer can read aloud."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from employer_job import employee, employer_job
from layout_kit import MINE, columns_of, fixed_bytes, fixed_layout, read_as, width_of
from line_fixtures import cli
from small_job import JOB, export_text, number, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.cli import main
from kouki_print.handover.tables import BY_EXPORT_JA
from kouki_print.job.explaining import explain
from kouki_print.order.presets import diff_presets, list_presets

PEOPLE = [
    person(1, birth_date="19410801"),
    person(2, birth_date="19410802"),
    person(3, birth_date="19450101", used_12m="", used_3m=""),
    person(4, linked="0"),
    person(5, welfare="1"),
    person(6, unissued_reasons="5"),
    person(7, name="比嘉●子"),
    person(8, birth_date="19450101", pickup="1", no_forward="0"),
    person(9, expires_on="20270115"),
    person(9, name="別人　花子"),
]


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_job(tmp_path_factory.mktemp("explain"), PEOPLE)


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, ["AGE85: 切替日の年齢が85歳以上 → 85歳 ○", "結果: 資格確認書（理由 AGE85）"]),
        (2, ["切替日の年齢が85歳以上 → 84歳 ×", "→ 12 ○", "結果: 資格情報のお知らせ（理由 USED）", "組B"]),
        (3, ["利用回数１年が6以上 → 0 ×", "結果: 資格確認書（理由 UNUSED）"]),
        (4, ["NOLINK: マイナ保険証登録が1でない → 0 ○", "46.00g", "460円"]),
        (5, ["1. 対象外か: 生活保護 ○", "結果: 対象外"]),
        (6, ["2. 未発行か: ○ 理由5", "結果: 未発行"]),
        (7, ["3. 保留か: ○", "外字の代わりの記号", "結果: 保留"]),
        (8, ["転送: 転送可（本人の設定）", "窓口交付のため郵送なし"]),
    ],
)
def test_each_step_is_told(job: Path, count: int, words: list[str]) -> None:
    text = "\n".join(explain(job, number(count)))
    assert all(word in text for word in words), text
    assert f"export.csv {count + 1:,}行目" in text


def test_a_number_that_stands_twice_is_told_twice_and_held(job: Path) -> None:
    text = "\n".join(explain(job, number(9)))
    assert text.count("■") == 2 and text.count("結果: 保留") == 2


def test_it_agrees_with_the_run_for_everybody(shipped_register: list[dict[str, str]]) -> None:
    sample = Path(__file__).resolve().parent.parent / "samples" / "okinawa-r08"
    for line in [entry for entry in shipped_register if entry["status"] == "printed"][::200]:
        text = "\n".join(explain(sample, line["insured_number"]))
        assert f"（理由 {line['reason']}）" in text
        assert f"{line['weight_g']}g" in text and f"{int(line['postage_yen']):,}円" in text


@pytest.fixture(scope="module")
def shipped_register(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    import csv

    from kouki_print.handover.tables import write_register
    from kouki_print.job.prepare import prepare
    from kouki_print.job.watch import Silent, Stages

    sample = Path(__file__).resolve().parent.parent / "samples" / "okinawa-r08"
    prepared = prepare(sample, Stages(Silent()))
    path = tmp_path_factory.mktemp("register") / "register.csv"
    write_register(path, prepared.people, prepared.decided, prepared.plan)
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_nothing_stays_in_the_job_folder(job: Path) -> None:
    before = sorted(entry.name for entry in job.iterdir())
    explain(job, number(1))
    with pytest.raises(JobError):
        explain(job, "99999999")
    assert sorted(entry.name for entry in job.iterdir()) == before


@pytest.mark.parametrize("bad", ["1234", "abcdefgh", "１２３４５６７８"])
def test_a_bad_number_is_refused(job: Path, bad: str) -> None:
    with pytest.raises(JobError, match="8桁"):
        explain(job, bad)


def test_commands(job: Path) -> None:
    told = CliRunner().invoke(main, ["explain", str(job), "--insured", number(1)])
    assert told.exit_code == 0 and "AGE85" in told.output
    listed = CliRunner().invoke(main, ["presets"])
    assert all(preset.name in listed.output and preset.title in listed.output for preset in list_presets())
    differences = CliRunner().invoke(main, ["presets", "diff", "r07", "r08"])
    assert "規則 AGE85: r08 では NOLINK の次に加わる（書類 資格確認書／条件 " in differences.output
    assert "オプション" in CliRunner().invoke(main, ["presets", "--help"]).output


def test_a_preset_does_not_differ_from_itself() -> None:
    for preset in list_presets():
        assert diff_presets(preset.name, preset.name) == []
        assert preset.source


def test_differences_name_both_sides() -> None:
    forth, back = diff_presets("r07", "r07-budget"), diff_presets("r07-budget", "r07")
    assert any(line.startswith("規則 ALL") for line in forth) and len(forth) == len(back)


# --- whatever the export is written in --------------------------------------------------------------

THREE = [person(count, name=f"見本　花子{count}", building="") for count in (1, 2, 3)]


def told(folder: Path, count: int) -> str:
    return "\n".join(explain(folder, number(count)))


@pytest.mark.parametrize(
    ("encoding", "unit", "end"),
    [
        ("cp932", "bytes", "\r\n"),
        ("cp932", "bytes", ""),
        ("utf-16le", "bytes", "\n"),
        ("utf-8", "characters", "\n"),
    ],
)
def test_a_fixed_width_export(tmp_path: Path, encoding: str, unit: str, end: str) -> None:
    widths = {key: width_of([each[key] for each in THREE], encoding, unit) for key in columns_of(THREE)}
    more = "" if end else "line_end = false\n"
    layout = fixed_layout(widths, encoding, unit, more)
    read_as(tmp_path, fixed_bytes(THREE, widths, encoding, unit, end), layout)
    for count in (1, 3):
        assert f"export.csv {count}行目" in told(tmp_path, count)


def test_lines_around_the_records_own_characters_and_several_files(tmp_path: Path) -> None:
    people = [person(1), person(2, name="見本\ue000子"), person(3)]
    text = "一覧\r\n" + export_text(people) + "件数,3\r\n"
    layout = 'title = "見本"\nencoding = "cp932"\nskip_top = 1\nskip_bottom = 1\ngaiji = "gaiji.csv"\n'
    job = MINE.replace('["export.csv"]', '["export.csv", "more.csv"]')
    write_job(tmp_path, job=job)
    more = "一覧\r\n" + export_text([person(4)]) + "件数,1\r\n"
    (tmp_path / "more.csv").write_bytes(more.encode("cp932"))
    read_as(tmp_path, text.encode("cp932"), layout, "code,unicode,glyph,note\nF040,U+845B,,\n", job=job)
    assert "export.csv 4行目" in told(tmp_path, 2) and "結果: 保留" not in told(tmp_path, 2)
    assert "export.csv 3行目" in told(tmp_path, 1)
    assert "more.csv 3行目" in told(tmp_path, 4)


def test_a_line_end_in_a_quoted_cell_is_no_row(tmp_path: Path) -> None:
    write_job(tmp_path, [person(1, building="みどり荘\n1号"), person(2, building="あおば荘\n2号"), person(3)])
    assert "export.csv 3行目" in told(tmp_path, 2)
    assert "export.csv 4行目" in told(tmp_path, 3)


def test_a_household_is_read_together(tmp_path: Path) -> None:
    job = (
        JOB
        + '[delivery]\nper_household = ["notice"]\n[documents]\nnotice = { layout = "notice_household" }\n'
    )
    people = [person(count, household_number="7", birth_date="19500505") for count in (1, 2)]
    write_job(tmp_path, people, job)
    assert "export.csv 3行目" in told(tmp_path, 2) and "この1通に2人" in told(tmp_path, 2)


def test_a_number_nobody_has_is_said_so(job: Path) -> None:
    with pytest.raises(JobError, match=r"移行データにいません"):
        explain(job, number(99))


def test_an_exclusion_says_its_condition_and_sentence(tmp_path: Path) -> None:
    """Whoever is left out by [[exclude]] is told why, and that the rules below are not used."""
    job = JOB + '[[exclude]]\nreason = "OLD"\nwhen = { age = ">=85" }\nsentence = "85歳以上は別便"\n'
    lines = explain(write_job(tmp_path, [person(1)], job), person(1)["insured_number"])
    (line,) = [line for line in lines if line.startswith("   OLD: ")]
    assert "切替日の年齢が85歳以上 ○ 85歳以上は別便" in line
    assert any("参考: この人には使われない" in line for line in lines) and lines[-1] == "結果: 対象外"
    other = person(2, birth_date="19500505")
    lines = explain(write_job(tmp_path / "two", [person(1), other], job), other["insured_number"])
    assert any(line.startswith("   OLD: ") and line.endswith("×") for line in lines)
    assert not any("参考" in line for line in lines)


def test_an_employee_is_told_the_employer_and_the_household(tmp_path: Path) -> None:
    people = [employee(1, "H1"), employee(2, "H1", "家族"), employee(3, "H3", voluntary="1")]
    folder = employer_job(tmp_path, people)
    for at in (0, 1):
        words = "\n".join(explain(folder, people[at]["insured_number"]))
        assert "受渡単位: E1 株式会社守礼建設" in words and "この1通に2人" in words
        assert (
            "届け先: 団体へ一括" in words
            and "団体へ一括して渡すため郵送なし" in words
            and "転送" not in words
        )
    words = "\n".join(explain(folder, people[2]["insured_number"]))
    assert "受渡単位: DIRECT" in words and "ほかに同じ通に載る人はいません" in words and "普通" in words


# --- what the answer says is what check says of the whole job ---------------------------------------

DUPLICATE = "同じ被保険者番号がほかにもあります（通し行 {}）"


def test_a_number_like_an_individual_number_does_not_stop_it(tmp_path: Path) -> None:
    """One cell proves nothing about a column: 123456789018 passes the check digit of 個人番号 by chance."""
    others = [person(count, household_number=f"999{count:09d}") for count in range(2, 8)]
    job = write_job(tmp_path, [person(1, household_number="123456789018"), *others])
    assert cli("check", job, "--out", tmp_path / "out").exit_code == 0
    assert "結果: 資格確認書" in told(job, 1)


def test_a_column_of_individual_numbers_stops_it_too(tmp_path: Path) -> None:
    job = write_job(tmp_path, [person(count, household_number="123456789018") for count in (1, 2, 3)])
    with pytest.raises(JobError, match="個人番号と思われる"):
        explain(job, number(1))


def test_rows_are_those_of_the_whole_job(tmp_path: Path) -> None:
    """Twins in a small file, and in files of more records than the answer reads."""
    small = [person(1), person(2), person(3), person(2), person(4)]
    assert DUPLICATE.format("2、4") in told(write_job(tmp_path / "small", small), 2)
    job = JOB.replace('["export.csv"]', '["export.csv", "more.csv"]')
    first, second = ([person(1 + at + count) for count in range(1000)] for at in (0, 1000))
    first[731] = second[387] = person(9_000)
    large = write_job(tmp_path / "large", first, job)
    (large / "more.csv").write_bytes(export_text(second).encode())
    text = told(large, 9_000)
    assert text.count(DUPLICATE.format("732、1,388")) == 2
    assert "（export.csv 733行目）" in text and "（more.csv 389行目）" in text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("2", ["5. 移行データの交付書類区分: 資格情報のお知らせ ○", BY_EXPORT_JA, "（理由 EXPORT）"]),
        ("1", ["5. 移行データの交付書類区分: 資格確認書 ×", "（理由 AGE85）"]),
        ("", ["5. 移行データの交付書類区分: 空欄 ×", "（理由 AGE85）"]),
    ],
)
def test_it_says_whether_the_export_decided(tmp_path: Path, given: str, words: list[str]) -> None:
    job = JOB.replace("[insurer]", 'document_from = "export"\n[insurer]')
    text = told(write_job(tmp_path, [person(1, document_given=given)], job), 1)
    assert all(word in text for word in words), text
    assert (BY_EXPORT_JA in text) == (given == "2")


def test_where_the_rules_decide_the_export_is_no_step(job: Path) -> None:
    assert "5. " not in told(job, 1)
