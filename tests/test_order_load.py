"""The order: preset under job.toml, side tables, and every refusal with file, place and remedy."""

from __future__ import annotations

import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from small_job import JOB, survey_text, with_defect, write_job

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.load import load_order, merge, preset_names
from kouki_print.order.tables import CONTACT_HEADERS, read_municipalities
from kouki_print.sample import write_sample


def test_a_right_folder_loads(tmp_path: Path) -> None:
    loaded = load_order(write_job(tmp_path))
    assert loaded.order.job.switch_on == dt.date(2026, 8, 1)
    assert len(loaded.units) == 41
    assert list(loaded.units)[:2] == ["47201", "47205"]
    assert loaded.units["47213"].no_forward and loaded.units["47213"].answered
    assert [file.name for file in loaded.inputs] == ["job.toml", "municipalities.csv", "survey.csv"]
    assert loaded.preset.name == "r08.toml" and len(loaded.preset.sha256) == 64


@pytest.mark.parametrize("name", preset_names())
def test_every_shipped_preset_loads(tmp_path: Path, name: str) -> None:
    write_sample(tmp_path / "job", preset=name, count=10, seed=1)
    order = load_order(tmp_path / "job").order
    assert order.rule and order.set_for(order.rule[0].document).items


def test_job_overrides_by_code_and_deeply(tmp_path: Path) -> None:
    job = JOB + (
        '[mail]\nnotice = "ordinary"\n[[enclosure]]\ncode = "5"\ngrams = 4.50\n'
        '[[enclosure]]\ncode = "9"\nname = "返信用封筒"\ngrams = 2\n'
        '[[set]]\ncode = "B"\nitems = ["2", "5", "9"]\n'
    )
    order = load_order(write_job(tmp_path, job=job)).order
    assert order.mail["notice"] == "ordinary" and order.mail["certificate"] == "simple_registered"
    assert order.enclosure_of("5").weight_cg == 450
    assert order.enclosure_of("5").name == "マイナ利用チラシ（A4両面）"
    assert order.enclosure_of("9").grams == Decimal(2)
    assert order.set_for("notice").items == ["2", "5", "9"] and order.set_for("certificate").code == "A"
    of_r05 = JOB.replace('"r08"', '"r05"') + '[words]\nsection = "担当課"\n'
    words = load_order(write_job(tmp_path / "r05", job=of_r05)).order.words
    assert words["section"] == "担当課" and words["certificate"] == "被保険者証"  # of the preset


def test_rules_of_the_job_replace_those_of_the_preset() -> None:
    preset = tomllib.loads((data_dir() / "presets/r08.toml").read_text(encoding="utf-8"))
    rule = {"reason": "ALL", "document": "certificate", "sentence": "全員"}
    assert merge(preset, {"rule": [rule]})["rule"] == [rule]


JOB_DEFECTS = [
    ("job_broken.toml", "TOML", 3),
    ("job_unknown_preset.toml", "r06-interim、r07、r07-budget、r08", None),
    ("job_unknown_key.toml", "[job] mailed_on: 知らない項目です", 9),
    ("job_unknown_key.toml", "[job] mail_on: 必要な項目がありません", 9),
    ("job_path_escape.toml", "フォルダーの外", None),
    ("job_early_certificate.toml", "令和6年12月2日", 7),
    ("job_unknown_rule_column.toml", "when ages: 条件に使えない列", 18),
    ("job_bad_operator.toml", "when age: この列の条件は比較の記号", 18),
    ("job_unknown_enclosure.toml", "[[set]] A の封入物「99」", 17),
    ("job_document_without_set.toml", "被保険者証を入れる組", 17),
]


@pytest.mark.parametrize(("name", "words", "row"), JOB_DEFECTS)
def test_job_defects(tmp_path: Path, name: str, words: str, row: int | None) -> None:
    with pytest.raises(JobError) as caught:
        load_order(with_defect(tmp_path, name, "job.toml"))
    assert words in str(caught.value) and "対処: " in str(caught.value)
    assert caught.value.file == "job.toml" and caught.value.row == row


@pytest.mark.parametrize(
    ("lines", "words", "row"),
    [
        ("lot_sheets = 9\nlot_mb = 3\n", "[printing] lot_mb: 0（上限なし）か 8 以上", 3),
        ('standard = "x1a"\nlot_mb = 9\ndieline = "separation+ocg"\n', "[printing] dieline: PDF/X-1a にはレイヤー", 4),
        ('matching_code = "datamatrx"\n', "「datamatrix」の書き間違いではありませんか。次のどれか", 2),
        ('imposision = "a3_2up"\n', "「imposition」の書き間違いではありませんか。使えるのは次のとおり", 2),
        ("colour = { cmyk = [0, 0, 0, 0] }\n", "[printing] colour: cmyk がすべて 0", 2),
    ],
)  # fmt: skip
def test_a_fault_of_printing_points_at_its_key(tmp_path: Path, lines: str, words: str, row: int) -> None:
    with pytest.raises(JobError) as caught:
        load_order(write_job(tmp_path, job=JOB + "[printing]\n" + lines))
    assert words in caught.value.what
    assert caught.value.row == JOB.count("\n") + row and ": : " not in caught.value.what


@pytest.mark.parametrize("name", ["/etc/passwd", "a/../../b.csv", "C:\\x.csv", "..\\x.csv", "~/x.csv", ""])
def test_no_input_lies_outside_the_folder(tmp_path: Path, name: str) -> None:
    job = JOB + f"municipalities = {name!r}\n"
    with pytest.raises(JobError, match="フォルダーの外"):
        load_order(write_job(tmp_path, job=job))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("id = \"OKR08\"", "id = \"okr08\""), "半角の英大文字と数字で2〜8文字"),
        (("2026-08-01\nexpires", "\"来月\"\nexpires"), "[job] switch_on: 日付を"),
        (("expires_on = 2027-07-31", "expires_on = 2026-07-31"), "有効期限が切替日より前"),
        (("mail_on = 2026-07-13", "mail_on = 2026-06-01"), "差出日が基準日より前"),
        (("[\"export.csv\"]", "[]"), "一つ以上"),
        (("[\"export.csv\"]", "[\"export.csv\", \"EXPORT.csv\"]"), "二度あります"),
        (("layout =", "laout ="), "[input] laout: 知らない項目"),
        (("[insurer]", "[checks]\ninsured_number_check = \"maybe\"\n[insurer]"), "次のどれか"),
        (("[insurer]", "[boxes]\nmax_pieces = 0\n[insurer]"), "1以上"),
        (("[insurer]", "[excluded]\ndead = \"死亡\"\n[insurer]"), "対象外に使えない列"),
    ],
)  # fmt: skip
def test_settings_are_refused_in_japanese(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    with pytest.raises(JobError) as caught:
        load_order(write_job(tmp_path, job=JOB.replace(*change)))
    assert words in str(caught.value) and caught.value.file == "job.toml"


@pytest.mark.parametrize(
    ("tail", "words"),
    [
        ('[[enclosure]]\nname = "x"\ngrams = 1\n', "1番目に code がありません"),
        ('[[enclosure]]\ncode = "5"\ngrams = 4.505\n', "小数点以下2桁"),
        ('[[enclosure]]\ncode = "5"\ngrams = 1\n[[enclosure]]\ncode = "5"\ngrams = 2\n', "二度あります"),
        ('[[enclosure]]\ncode = "X1"\nname = "x"\ngrams = 1\n', "追加封入物のため"),
        ('[enclosure]\ncode = "5"\n', "二重のかっこ"),
        (
            '[[rule]]\nreason = "A"\ndocument = "letter"\nsentence = "x"\n',
            "書類「letter」は [documents] にありません",
        ),
        (
            '[[rule]]\nreason = "A"\ndocument = "notice"\nsentence = "x"\nwhen = {linked = "1"}\n',
            "true か false",
        ),
    ],
)
def test_tables_are_refused_in_japanese(tmp_path: Path, tail: str, words: str) -> None:
    with pytest.raises(JobError) as caught:
        load_order(write_job(tmp_path, job=JOB + tail))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [
        ("contacts_look_alike.csv", 32, "name"),
        ("contacts_wrong_code6.csv", 10, "code6"),
        ("contacts_wrong_insurer.csv", 10, "insurer_number"),
        ("contacts_short_postcode.csv", 10, "postcode"),
        ("contacts_double.csv", 43, "jis_code"),
    ],
)
def test_contact_defects(tmp_path: Path, name: str, row: int, column: str) -> None:
    with pytest.raises(JobError) as caught:
        load_order(with_defect(tmp_path, name, "municipalities.csv"))
    assert (caught.value.file, caught.value.row, caught.value.column) == ("municipalities.csv", row, column)


@pytest.mark.parametrize(
    ("name", "row", "column", "words"),
    [
        ("survey_unanswered.csv", None, "市町村コード", "渡名喜村"),
        ("survey_blank_answer.csv", None, "市町村コード", "渡名喜村"),
        ("survey_look_alike.csv", 32, "市町村名", "栗国村 / 一覧では 粟国村"),
        ("survey_bad_word.csv", 10, "封緘", "「する」か「しない」"),
        ("survey_extra_without_weight.csv", 10, "追加重量g", "数が合いません"),
        ("survey_extra_bad_weight.csv", 10, "追加重量g", "小数点以下2桁"),
        ("survey_contact_incomplete.csv", 10, "課名", "空欄"),
        ("survey_double.csv", 43, "市町村コード", "那覇市の回答が二つ"),
        ("survey_unknown_code.csv", 42, "市町村コード", "47383"),
    ],
)
def test_survey_defects(tmp_path: Path, name: str, row: int | None, column: str, words: str) -> None:
    with pytest.raises(JobError) as caught:
        load_order(with_defect(tmp_path, name, "survey.csv"))
    assert (caught.value.file, caught.value.row, caught.value.column) == ("survey.csv", row, column)
    assert words in str(caught.value)


def test_the_default_answers_stand_in_for_the_silent(tmp_path: Path) -> None:
    job = JOB.replace("[insurer]", "survey_default = true\n[insurer]")
    silent = load_order(with_defect(tmp_path, "survey_unanswered.csv", "survey.csv", job)).units["47356"]
    assert (silent.sealed, silent.mailed, silent.no_forward, silent.answered) == (True, True, False, False)
    (tmp_path / "survey.csv").unlink()
    assert not any(each.answered for each in load_order(tmp_path).units.values())


def test_answers_change_contact_and_extras(tmp_path: Path) -> None:
    answer = {
        "封緘": "しない",
        "郵送": "しない",
        "受渡方法": "窓口で手渡し",
        "転送不要": "",
        "問合せ先変更": "有り",
        "郵便番号": "904-2292",
        "住所": "うるま市みどり町1-1-2",
        "課名": "保険課",
        "電話番号": "098-973-0000",
        "追加封入物": "お知らせ; 返信用封筒",
        "追加重量g": "2.5;3",
    }
    town = load_order(write_job(tmp_path, changes={"47213": answer})).units["47213"]
    assert (town.sealed, town.mailed, town.handover_way, town.no_forward) == (
        False,
        False,
        "窓口で手渡し",
        False,
    )
    assert (town.contact.postcode, town.contact.section, town.contact.phone) == (
        "9042292",
        "保険課",
        "098-973-0000",
    )
    assert [(extra.code, extra.name, extra.weight_cg) for extra in town.extras] == [
        ("X1", "お知らせ", 250),
        ("X2", "返信用封筒", 300),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_side_tables_in_either_encoding(tmp_path: Path, encoding: str) -> None:
    write_job(tmp_path)
    (tmp_path / "survey.csv").write_bytes(survey_text().replace("\n", "\r\n").encode(encoding))
    assert len(load_order(tmp_path).units) == 41


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write_job(tmp_path)
    for name in ("survey.csv", "municipalities.csv", "job.toml"):
        (tmp_path / name).unlink()
        with pytest.raises(JobError) as caught:
            load_order(tmp_path)
        assert caught.value.file == name


def test_the_shipped_contact_table_is_right() -> None:
    path = data_dir() / "municipalities.csv"
    assert path.read_text(encoding="utf-8").splitlines()[0].split(",") == list(CONTACT_HEADERS)
    assert list(read_municipalities(path)) == sorted(read_municipalities(path))
