"""Samples: same bytes every time, columns as agreed, right numbers, believable people."""

from __future__ import annotations

import csv
import datetime as dt
import os
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from stdnum import luhn

from kouki_print.base.checkdigits import code6
from kouki_print.base.errors import JobError
from kouki_print.intake.load import read_export
from kouki_print.job.prepare import prepare
from kouki_print.job.watch import Silent, Stages
from kouki_print.order.columns import OPTIONAL_KEYS, header_of
from kouki_print.order.load import load_order
from kouki_print.order.models import Input, Insurer, Job
from kouki_print.sample import known_presets, write_sample, write_shipped_sample
from kouki_print.sample.cover import build_cover
from kouki_print.sample.defects import DEFECTS, how_many
from kouki_print.sample.draw import Draw
from kouki_print.sample.export import Export, build_export, legacy_columns
from kouki_print.sample.people import build_crowd
from kouki_print.sample.vocabulary import contacts, export_keys, places, sample_orders, table
from kouki_print.select.decide import decide

ROOT = Path(__file__).resolve().parent.parent
FILES = (
    "export.csv", "job.toml", "municipalities.csv", "survey.csv", "forecast.toml", "counts.csv", "population.csv",
    "scenarios.toml",
)  # fmt: skip
R08 = sample_orders()["r08"]


def rows_of(path: Path, encoding: str = "utf-8") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle))


def share(column: np.ndarray, *values: str) -> float:
    return float(np.isin(column, values).mean())


@pytest.fixture(scope="module")
def clean() -> Export:
    return build_export(R08, 33_000, 5, "utf-8", defects=False)


@pytest.fixture(scope="module")
def spoiled() -> Export:
    return build_export(R08, 1650, 1, "utf-8", defects=True)


def test_a_folder_is_complete_and_follows_the_contract(tmp_path: Path) -> None:
    write_sample(tmp_path, preset="r07", count=400, seed=3)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    job = tomllib.loads((tmp_path / "job.toml").read_text(encoding="utf-8"))
    assert Job.model_validate(job["job"]).mail_on == dt.date(2025, 7, 14)
    assert Input.model_validate(job["input"]).layout == "standard"
    assert Insurer.model_validate(job["insurer"]).name == "沖縄県後期高齢者医療広域連合"
    export = rows_of(tmp_path / "export.csv", "cp932")
    assert list(export[0]) == [header_of(key) for key in export_keys(R08)] and len(export) == 400
    assert {row["基準日"] for row in export} == {"20250621"}
    assert list(rows_of(tmp_path / "municipalities.csv")[0]) == list(contacts().columns)
    survey = rows_of(tmp_path / "survey.csv")
    assert [row["市町村コード"] for row in survey] == contacts().columns["jis_code"]


def test_no_cell_needs_a_quote_and_every_line_has_all_columns(tmp_path: Path) -> None:
    write_sample(tmp_path, preset="r08", count=1650, seed=11, encoding="utf-8")
    lines = (tmp_path / "export.csv").read_text(encoding="utf-8").split("\n")
    assert lines.pop() == "" and len(lines) == 1651
    assert {line.count(",") for line in lines} == {len(export_keys(R08)) - 1}
    assert not any('"' in line for line in lines)


def test_bytes_depend_on_the_arguments_only(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from kouki_print.sample import write_sample;"
        "write_sample(Path(sys.argv[1]), preset='r08', count=700, seed=9, registered_numbers=True)"
    )
    for hashseed in ("0", "1"):
        environment = {**os.environ, "PYTHONHASHSEED": hashseed}
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / hashseed)], check=True, env=environment, cwd=ROOT
        )
    for name in (*FILES, "numbers.csv"):
        assert (tmp_path / "0" / name).read_bytes() == (tmp_path / "1" / name).read_bytes()
    write_sample(tmp_path / "other", preset="r08", count=700, seed=10)
    assert (tmp_path / "other" / "export.csv").read_bytes() != (tmp_path / "0" / "export.csv").read_bytes()


def test_shipped_sample_is_what_the_program_writes(tmp_path: Path) -> None:
    write_shipped_sample(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (ROOT / "samples" / "okinawa-r08" / name).read_bytes(), name


def test_numbers_carry_right_check_digits(clean: Export) -> None:
    numbers = clean.columns["insured_number"]
    assert all(len(number) == 8 and luhn.is_valid(number) for number in numbers)
    assert len(set(numbers)) == len(numbers)
    assert any(number.startswith("0") for number in numbers)
    insurers = dict(zip(clean.columns["municipality_code"], clean.columns["insurer_number"], strict=True))
    expected = dict(zip(contacts().columns["code6"], contacts().columns["insurer_number"], strict=True))
    assert insurers == expected and all(luhn.is_valid(number) for number in insurers.values())
    assert all(code6(code[:5]) == code for code in insurers)
    assert {len(number) for number in clean.columns["household_number"]} == {10}


@pytest.mark.parametrize("count", [1, 5, 41, 300, 1650])
def test_any_size_works_and_nobody_is_left_out(count: int) -> None:
    columns = build_export(R08, count, 2, "cp932", defects=True).columns
    assert {len(column) for column in columns.values()} == {count}
    if count >= 41:
        assert len(set(columns["municipality_code"]) - {code6("47999")}) == 41


def test_cp932_holds_every_cell() -> None:
    columns = build_export(R08, 33_000, 4, "cp932", defects=True).columns
    for key, column in columns.items():
        "\n".join(column).encode("cp932"), key


def test_utf8_brings_variants_and_rare_characters(clean: Export) -> None:
    names = "".join(clean.columns["name"])
    assert any("\U000e0100" <= mark <= "\U000e01ef" for mark in names)
    assert any(ord(mark) > 0xFFFF and not 0xE0100 <= ord(mark) <= 0xE01EF for mark in names)
    assert "髙" in names and "𠮷" not in names


def test_people_are_believable(clean: Export) -> None:
    columns = clean.columns
    assert share(columns["copay"], "1") == pytest.approx(0.74, abs=0.02)
    assert share(columns["copay"], "2") == pytest.approx(0.18, abs=0.02)
    assert share(columns["linked"], "1") == pytest.approx(0.68, abs=0.03)
    assert 0.25 < share(columns["document_given"], "2") < 0.30
    assert share(columns["sex"], "2") == pytest.approx(0.6, abs=0.02)
    assert share(columns["mail_kind"], "") == pytest.approx(0.96, abs=0.005)
    assert set(columns["mail_kind"]) == {
        "",
        "全て",
        "資格",
        "賦課",
        "収納",
        "給付",
        "減額査定",
        "医療費",
        "後発",
    }
    births = Counter(columns["birth_date"])
    assert births["19410801"] >= 3 and births["19410802"] >= 3
    old = float((columns["birth_date"].astype(str) <= "19410801").mean())
    assert old == pytest.approx(0.33, abs=0.015)
    assert (columns["birth_date"].astype(str) <= "19260801").sum() > 100
    young = (columns["birth_date"].astype(str) > "19510620").mean()
    assert young == pytest.approx(0.015, abs=0.004)
    homes = Counter(columns["household_number"])
    assert set(homes.values()) == {1, 2}
    assert max(len(text) for text in columns["building"]) >= 40
    surnames = Counter(name.split("　")[0] for name in columns["name"])
    assert [name for name, _ in surnames.most_common(3)] == ["比嘉", "金城", "大城"]


def test_categories_agree_with_the_ratio(clean: Export) -> None:
    pairs = set(zip(clean.columns["category"], clean.columns["copay"], strict=True))
    assert pairs == {
        *(("現役" + step, "3") for step in "ⅠⅡⅢ"),
        ("一般Ⅱ", "2"),
        ("一般Ⅰ", "1"),
        ("区分Ⅱ", "1"),
        ("区分Ⅰ", "1"),
    }
    shown = clean.columns["limit_shown"] == "1"
    assert set(clean.columns["category"][shown]) == {"現役Ⅱ", "現役Ⅰ", "区分Ⅱ", "区分Ⅰ"}
    stays = clean.columns["long_stay_on"] != ""
    assert stays.any() and set(clean.columns["category"][stays]) == {"区分Ⅱ"}


def test_dates_exist_and_stand_in_order(clean: Export) -> None:
    columns = clean.columns
    for key in ("birth_date", "qualified_on", "effective_on", "mail_until", "expires_on", "long_stay_on"):
        for text in set(columns[key]) - {""}:
            dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    assert (columns["birth_date"].astype(str) < columns["qualified_on"].astype(str)).all()
    assert set(columns["qualified_on"]) >= {"20080401"} and max(columns["qualified_on"]) <= "20260620"
    shorter = set(columns["expires_on"]) - {""}
    assert shorter and all("20260801" < text < "20270731" for text in shorter)


def test_postcodes_belong_to_the_municipality_and_town(clean: Export) -> None:
    towns, weights = table("towns").columns, table("municipality_weights").columns
    heads = dict(zip(weights["jis_code"], weights["head"], strict=True))
    known = set(zip(towns["jis_code"], towns["postcode"], strict=True))
    names: dict[str, set[str]] = {}
    for code, postcode, town in zip(towns["jis_code"], towns["postcode"], towns["town"], strict=True):
        names.setdefault(code + postcode, set()).add(town)
    cells = zip(*(clean.columns[key] for key in ("municipality_code", "postcode", "address")), strict=True)
    for code, postcode, address in cells:
        jis, digits = code[:5], postcode.replace("-", "")
        assert (jis, digits) in known
        rest = address.removeprefix("沖縄県").removeprefix(heads[jis]).removeprefix("字")
        assert any(rest.startswith(town) for town in names[jis + digits])


def test_unissued_people_are_as_many_as_in_r4() -> None:
    columns = build_export(R08, 165_000, 1, "cp932", defects=False).columns
    given = Counter(
        (code[:5], reasons.split(";")[0])
        for code, reasons in zip(columns["municipality_code"], columns["unissued_reasons"], strict=True)
        if reasons
    )
    figures = table("unissued").columns
    expected = {
        (code, reason): int(figures[reason][at])
        for at, code in enumerate(figures["jis_code"])
        for reason in figures
        if reason != "jis_code" and figures[reason][at] != "0"
    }
    assert given == expected and sum(expected.values()) == 2169


def test_half_of_the_protected_people_have_an_instruction() -> None:
    columns = build_export(R08, 165_000, 6, "cp932", defects=False).columns
    rows = np.flatnonzero(columns["protected"] == "1")
    instructed = [
        columns["pickup"][row] == "1" or columns["mail_kind"][row] in ("全て", "資格") for row in rows
    ]
    assert 40 < len(rows) < 130 and 0.3 < sum(instructed) / len(rows) < 0.65


@pytest.mark.parametrize(("count", "seed"), [(300, 1), (300, 2), (301, 3), (1650, 1), (5000, 4)])
@pytest.mark.parametrize("preset", ["r07", "r08"])
def test_protected_people_are_printed_and_held(preset: str, count: int, seed: int, tmp_path: Path) -> None:
    write_sample(tmp_path, preset=preset, count=count, seed=seed)
    order = load_order(tmp_path)
    intake = read_export(order, tmp_path)
    people, table = intake.people, decide(intake.people, intake.findings, order).decided
    protected = people["protected"].to_numpy()
    printed = protected & (table["status"] == "printed").to_numpy()
    assert printed.sum() >= 2 and set(table["reason"][printed]) <= {"PROTECTED"}
    assert people["pickup"][printed].any() and (table["delivery_rule"][printed] != "registered").any()
    held = protected & table["problems"].str.contains("PROTECTED_NO_INSTRUCTION").to_numpy()
    assert held.any() and set(table["status"][held]) == {"held"}


@pytest.mark.parametrize("name", ["export.csv", "job.toml", "notes.txt", "sub"])
def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path, name: str) -> None:
    """A real job folder has the same names: only what carries the sample's own mark is replaced."""
    if name == "sub":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).write_text("実物", encoding="utf-8")
    with pytest.raises(JobError, match="空のフォルダー") as caught:
        write_sample(tmp_path, preset="r08", count=10, seed=1)
    assert caught.value.exit_status == 1 and [path.name for path in tmp_path.iterdir()] == [name]
    if name != "sub":
        assert (tmp_path / name).read_text(encoding="utf-8") == "実物"


def test_a_sample_may_be_written_again_but_nothing_beside_it_is_touched(tmp_path: Path) -> None:
    write_sample(tmp_path, preset="r08", count=10, seed=1)
    write_sample(tmp_path, preset="r07", count=12, seed=2)
    assert (
        (tmp_path / "job.toml")
        .read_text(encoding="utf-8")
        .startswith("# 見本ジョブ（架空の人だけ）: kouki-print sample で作成\n")
    )
    before = (tmp_path / "export.csv").read_bytes()
    (tmp_path / "art").mkdir()
    with pytest.raises(JobError, match="art"):
        write_sample(tmp_path, preset="r08", count=10, seed=1)
    (tmp_path / "art").rmdir()
    for text in ("", "# 令和8年度\n[job]\n"):
        (tmp_path / "job.toml").write_text(text, encoding="utf-8")
        with pytest.raises(JobError, match="空のフォルダー"):
            write_sample(tmp_path, preset="r08", count=10, seed=1)
    assert (tmp_path / "export.csv").read_bytes() == before


NEW_DEFECTS = {
    "effective_after_switch": ("AFTER_SWITCH", "held"),
    "qualified_after_effective": ("DATE_ORDER", "held"),
    "limit_after_expiry": ("AFTER_EXPIRY", "held"),
    "expiry_later": ("EXPIRY_LATER", "printed"),
    "age_unlikely": ("AGE_UNLIKELY", "printed"),
    "name_decomposed": ("CHAR_COMBINING", "held"),
    "protected_without_instruction": ("PROTECTED_NO_INSTRUCTION", "held"),
}


def test_defects_of_dates_and_marks_are_found_as_such(spoiled: Export) -> None:
    folder = ROOT / "samples" / "okinawa-r08"
    order = load_order(folder)
    intake = read_export(order, folder)
    table = decide(intake.people, intake.findings, order).decided
    for name, (code, status) in NEW_DEFECTS.items():
        (row,) = spoiled.defects[name]
        assert code in table["problems"][row].split(";"), name
        assert table["status"][row] == status, name


OF_THE_UNION = {name: kind for name, kind in DEFECTS.items() if not kind.by_group}


def test_defects_of_jobs_by_employer(tmp_path: Path) -> None:
    """An unknown employer where there are employers; an unknown municipality only where there are none."""
    bad = build_export(sample_orders()["kenpo"], 1650, 1, "utf-8", defects=True)
    (row,) = bad.defects["group_unknown"]
    assert bad.columns["group_code"][row] not in bad.groups["団体コード"]
    assert "municipality_unknown" not in bad.defects
    assert set(bad.columns["group_code"]) - {"", "J99999"} <= set(bad.groups["団体コード"])
    assert len(set(bad.groups["団体名"])) == len(bad.groups["団体コード"]) == 41


@pytest.mark.parametrize("name", sorted(OF_THE_UNION))
def test_each_kind_of_defect_is_there(spoiled: Export, name: str) -> None:
    rows, key = spoiled.defects[name], DEFECTS[name].key
    assert len(rows) == (2 if name == "number_twice" else 1)
    cell = spoiled.columns[key][rows[0]]
    right = {
        "number_check_digit": lambda: len(cell) == 8 and not luhn.is_valid(cell),
        "number_short": lambda: len(cell) == 7,
        "number_twice": lambda: (spoiled.columns[key] == cell).sum() == 2,
        "insurer_check_digit": lambda: not luhn.is_valid(cell),
        "insurer_of_another": lambda: luhn.is_valid(cell),
        "name_bullet": lambda: cell.endswith("●"),
        "name_private_use": lambda: "\ue000" in cell,
        "name_without_glyph": lambda: "𠮷" in cell,
        "birth_impossible": lambda: cell.endswith("0231"),
        "building_too_long": lambda: len(cell) > 200,
        "copay_against_category": lambda: (
            spoiled.columns["category"][rows[0]].startswith("現役") != (cell == "3")
        ),
    }
    assert right.get(name, lambda: True)()


def test_defects_touch_only_their_own_cell() -> None:
    good = build_export(R08, 1650, 1, "utf-8", defects=False).columns
    bad = build_export(R08, 1650, 1, "utf-8", defects=True)
    for key, column in bad.columns.items():
        expected = {
            int(row) for name, rows in bad.defects.items() if DEFECTS[name].key == key for row in rows
        }
        assert set(np.flatnonzero(column != good[key]).tolist()) <= expected
    rows = np.concatenate(list(bad.defects.values()))
    assert len(set(rows.tolist())) == len(rows) == len(OF_THE_UNION) + 1


def test_defects_grow_slowly() -> None:
    assert [how_many(count) for count in (299, 300, 1650, 16_500, 165_000, 900_000)] == [0, 1, 1, 10, 20, 20]


def test_survey_is_varied() -> None:
    survey = table("survey").columns
    assert survey["郵送"].count("しない") == 2 and all(
        bool(way) == (mail == "しない") for way, mail in zip(survey["受渡方法"], survey["郵送"], strict=True)
    )
    assert 0.5 < survey["転送不要"].count("希望する") / 41 < 0.7
    assert survey["問合せ先変更"].count("有り") == 3
    assert sorted(filter(None, survey["追加重量g"])) == ["1.20", "4.12"]


def test_registered_numbers_suffice(tmp_path: Path) -> None:
    write_sample(tmp_path, preset="r08", count=2000, seed=1, registered_numbers=True)
    ranges = rows_of(tmp_path / "numbers.csv")
    people = Counter(row["市町村コード"][:5] for row in rows_of(tmp_path / "export.csv", "cp932"))
    last = 0
    size: Counter[str] = Counter()
    for row in ranges:
        first, end = int(row["開始番号"][:10]), int(row["終了番号"][:10])
        assert row["開始番号"] == f"{first:010d}{first % 7}" and row["終了番号"] == f"{end:010d}{end % 7}"
        assert last < first <= end and first // 100_000 == end // 100_000
        last = end
        size[row["市町村コード"]] += end - first + 1
    assert all(size[code] >= people[code] for code in contacts().columns["jis_code"])
    with pytest.raises(JobError, match=r"numbers\.csv"):
        write_sample(tmp_path, preset="r08", count=10, seed=1)


def test_registered_numbers_of_a_job_by_employer_are_of_those_who_post(tmp_path: Path) -> None:
    write_sample(tmp_path, preset="kenpo", count=2000, seed=4, registered_numbers=True)
    ways = {row["団体コード"]: row["受渡方法"] for row in rows_of(tmp_path / "groups.csv")}
    ranges = rows_of(tmp_path / "numbers.csv")
    posting = {code for code, way in ways.items() if way == "直接"}
    assert {row["市町村コード"] for row in ranges} == {*posting, "DIRECT"} and posting
    out = prepare(tmp_path, Stages(Silent())).plan
    numbered = out["mail_service"] == "simple_registered"
    assert numbered.any() and (out["registered_number"][numbered] != "").all()


def test_unknown_arguments_are_refused_in_japanese(tmp_path: Path) -> None:
    assert {"r07-budget", "r07"} <= set(known_presets())
    with pytest.raises(JobError, match="r99"):
        write_sample(tmp_path / "a", preset="r99", count=10, seed=1)
    with pytest.raises(JobError, match="人数"):
        write_sample(tmp_path / "a", preset="r08", count=0, seed=1)
    with pytest.raises(JobError, match="文字コード"):
        write_sample(tmp_path / "a", preset="r08", count=10, seed=1, encoding="utf-16")  # type: ignore[arg-type]
    assert not (tmp_path / "a").exists()


def test_the_words_are_enough_and_hold_no_separator() -> None:
    surnames, given = table("surnames"), table("given_names")
    assert len(surnames.columns["name"]) >= 250
    assert min(given.columns["sex"].count(sex) for sex in "12") >= 150
    words = [*surnames.columns["name"], *given.columns["name"], *table("towns").columns["town"]]
    words += [text for kind in set(table("places").columns["kind"]) for text in places(kind)]
    assert not [word for word in words if set(word) & set(',"\n\r ')]
    assert len(set(table("towns").columns["jis_code"])) == 41


def test_years_of_the_insurance_card_have_its_companions_and_others_do_not(clean: Export) -> None:
    draw, order = Draw(1), sample_orders()["r05"]
    cover = build_cover(draw, build_crowd(draw, 5000, order.switch_on, order.data_on, "cp932"), order)
    columns = legacy_columns(draw, cover, order)
    assert set(cover.category[columns["reduction_card"] == "1"]) == {"区分Ⅱ", "区分Ⅰ"}
    assert set(cover.category[columns["limit_card"] == "1"]) == {"現役Ⅱ", "現役Ⅰ"}
    assert 0 < share(columns["short_term"], "1") < 0.01
    assert {cell for key in columns for cell in clean.columns[key]} == {""}


def test_the_citys_people_are_younger_and_have_its_numbers_and_ratios() -> None:
    order = sample_orders()["kokuho"]
    columns = build_export(order, 8000, 2, "utf-8", defects=False).columns
    births = columns["birth_date"].astype(str)
    assert min(births) > "19510801" and max(births) <= "20260620"
    assert share(columns["copay"], "3") > 0.5 and set(columns["copay"]) == {"2", "3"}
    assert set(columns["category"]) == {""} and set(columns["limit_shown"]) == {"0"}
    assert all(number.startswith("0047") and luhn.is_valid(number) for number in columns["insurer_number"])
    assert (births <= columns["qualified_on"].astype(str)).all()
    near = [("19560802" <= birth <= "19570802") for birth in births]
    assert np.mean(near) > 0.01  # 70 within the year
    assert 0.01 < np.mean(columns["residence_until"] != "") < 0.03
    early = columns["usable_early"] == "1"
    assert early.any() and (columns["copay"][early] != columns["previous_copay"][early]).all()


def test_optional_columns_are_there_only_where_a_preset_needs_them() -> None:
    events = build_export(sample_orders()["r06-interim"], 8000, 2, "utf-8", defects=False).columns["event"]
    assert set(events) == {"", "新規", "変更", "再交付"} and 0.88 < share(events, "") < 0.92
    for preset, order in sample_orders().items():
        assert set(export_keys(order)) & OPTIONAL_KEYS == set(order.columns), preset
    cards = build_export(sample_orders()["r05"], 8000, 2, "utf-8", defects=False).columns
    assert set(cards["limit_shown"]) == {"0"} and set(cards["disease"]) == {""}
    assert 0.2 < share(cards["reduction_card"], "1") < 0.4 and (cards["disability_until"] != "").any()
