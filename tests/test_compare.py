"""Against last year: counts, 送付先 and contacts that changed, by rows and without anybody's data."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from employer_job import JOB_BY_GROUP, employee, employer_job
from line_fixtures import cli
from small_job import JOB, number, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.base.files import sha256_of
from kouki_print.handover.comparison import CHANGED, ENDED, NEW, TownChange, YearComparison
from kouki_print.intake.past import read_columns
from kouki_print.job.compare import compare
from kouki_print.job.prepare import prepare
from kouki_print.job.review import Review
from kouki_print.job.watch import Silent, Stages
from kouki_print.order.load import load_settings
from kouki_print.sample import write_sample

LAST_JOB = (
    JOB.replace("2026-", "2025-")
    .replace("2027-", "2026-")
    .replace("令和8", "令和7")
    .replace('"r08"', '"r07"')
)
LAST_BY_GROUP = JOB_BY_GROUP.replace("2026-", "2025-").replace("2031-", "2030-")
AT = {"mail_postcode": "9008585", "mail_address": "那覇市泉崎1-1-1"}
FULL = {"mail_kind": "全て", **AT}
NAHA = {"municipality_code": "47201", "insurer_number": "39472014"}


def last_year(people: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    return [{**each, "data_on": "20250620", "effective_on": "20250801"} for each in people]


def compared(
    folder: Path, last: Sequence[dict[str, str]], this: Sequence[dict[str, str]], **surveys: object
) -> YearComparison:
    """This year's people against last year's, both as job folders."""
    write_job(folder / "last", last_year(last), LAST_JOB)
    write_job(folder / "this", this, **surveys)
    prepared = prepare(folder / "this", Stages(Silent()))
    return compare(prepared, folder / "this", folder / "last")


def listed(found: YearComparison) -> list[tuple[str, int, str]]:
    table = found.deliveries
    return list(zip(table["kind"], table["row"].tolist(), table["items"], strict=True))


def test_deliveries_that_are_new_changed_or_ended(tmp_path: Path) -> None:
    last = [
        person(1),
        person(2, **FULL),
        person(3, **FULL),
        person(4, **FULL, care_of="山田"),
        person(5, **FULL),
        person(6, **{**FULL, "mail_kind": "給付"}),
        person(7, **FULL, mail_until="20250701"),
    ]
    this = [
        person(1, **FULL),
        person(2),
        person(3, **FULL),
        person(4, **{**FULL, "mail_address": "那覇市泉崎1-1-2", "mail_kind": "資格"}, care_of="川田"),
        person(5, **FULL, mail_until="20260701"),
        person(6, **{**FULL, "mail_kind": "給付"}),
        person(7, **FULL),
        person(8, **FULL),
    ]
    found = compared(tmp_path, last, this)
    assert listed(found) == [
        (NEW, 1, ""),
        (NEW, 7, ""),
        (NEW, 8, ""),
        (CHANGED, 4, "送付先区分、送付先住所、様方"),
        (ENDED, 2, ""),
        (ENDED, 5, ""),
    ]
    assert found.deliveries["line"].tolist() == [2, 8, 9, 5, 3, 6]
    assert set(found.deliveries["name"]) == {"うるま市"} and set(found.deliveries["file"]) == {"export.csv"}
    assert [found.delivery_count(kind) for kind in (NEW, CHANGED, ENDED)] == [3, 1, 2]


def test_writing_that_means_the_same_is_no_change(tmp_path: Path) -> None:
    last = [person(1, **{**FULL, "mail_postcode": "900-8585", "mail_address": " 那覇市泉崎1-1-1　"})]
    assert listed(compared(tmp_path, last, [person(1, **FULL)])) == []


def test_rows_may_stand_in_any_order_and_numbers_twice(tmp_path: Path) -> None:
    people = [person(at, **(FULL if at % 2 else {})) for at in range(1, 9)]
    found = compared(tmp_path, [*reversed(people), person(3, **FULL)], [*people, person(3, **FULL)])
    assert listed(found) == []
    assert sum(town.this for town in found.towns) == sum(town.last for town in found.towns) == 9


def test_protected_people_are_counted_and_not_listed(tmp_path: Path) -> None:
    found = compared(tmp_path, [person(1)], [person(1, **FULL, protected="1")])
    assert listed(found) == []
    assert found.sealed == {NEW: 1, CHANGED: 0, ENDED: 0}


def test_counts_per_municipality(tmp_path: Path) -> None:
    last = [*(person(at) for at in range(1, 9)), person(9, **NAHA), person(20, municipality_code="13101")]
    this = [person(1), person(2), person(9), person(3, **NAHA), person(10, **NAHA), person(11, **NAHA)]
    towns = {town.name: town for town in compared(tmp_path, last, this).towns}
    assert towns["うるま市"] == TownChange("47213", "うるま市", 8, 3, 0, 5, 1, 1)
    assert towns["那覇市"] == TownChange("47201", "那覇市", 1, 3, 2, 0, 1, 1)
    assert towns["（市町村不明）"] == TownChange("", "（市町村不明）", 1, 0, 0, 1, 0, 0)
    assert len(towns) == 42
    for town in towns.values():
        assert town.this == town.last + town.new - town.gone + town.moved_in - town.moved_out


@pytest.mark.parametrize(
    ("last", "this", "big"), [(100, 110, False), (100, 111, True), (3, 8, False), (3, 9, True), (0, 6, True)]
)
def test_a_big_change_is_marked(last: int, this: int, big: bool) -> None:
    assert TownChange("1", "x", last, this, 0, 0, 0, 0).big is big


def test_contacts_and_answers_that_changed(tmp_path: Path) -> None:
    changed = {
        "封緘": "しない",
        "問合せ先変更": "有り",
        "郵便番号": "9042222",
        "住所": "うるま市みどり町2",
        "課名": "国民健康保険課",
        "電話番号": "098-000-0000",
        "追加封入物": "案内",
        "追加重量g": "4.1",
    }
    write_job(tmp_path / "last", last_year([person(1)]), LAST_JOB)
    write_job(tmp_path / "this", [person(1)], changes={"47213": changed, "47201": {"転送不要": "希望しない"}})
    table = tmp_path / "last" / "municipalities.csv"
    text = table.read_text(encoding="utf-8").replace("098-893-4411", "098-893-0000")
    table.write_text("\n".join(line for line in text.split("\n") if "与那国町" not in line), encoding="utf-8")
    survey = tmp_path / "last" / "survey.csv"
    lines = survey.read_text(encoding="utf-8-sig").split("\n")
    survey.write_text("\n".join(line for line in lines if "与那国町" not in line), encoding="utf-8")
    prepared = prepare(tmp_path / "this", Stages(Silent()))
    found = compare(prepared, tmp_path / "this", tmp_path / "last")
    told = [(change.name, change.source, change.item, change.this) for change in found.contacts]
    assert told[0] == ("那覇市", "アンケート", "転送不要", "希望しない")
    assert told[1] == ("宜野湾市", "連絡先一覧", "電話番号", "098-893-4411")
    assert ("うるま市", "アンケート", "封緘", "しない") in told
    assert ("うるま市", "アンケート", "追加封入物", "案内 4.10g") in told
    assert ("うるま市", "アンケート", "電話番号", "098-000-0000") in told
    assert told[-1] == ("与那国町", "連絡先一覧", "市町村", "加わった")


def test_a_job_that_is_not_earlier_is_refused(tmp_path: Path) -> None:
    job = write_job(tmp_path / "this")
    with pytest.raises(JobError, match=r"前年のジョブ .*より前ではありません"):
        compare(prepare(job, Stages(Silent())), job, job)


def test_a_broken_earlier_job_is_named(tmp_path: Path) -> None:
    write_job(tmp_path / "last", last_year([person(1)]), LAST_JOB)
    (tmp_path / "last" / "export.csv").write_bytes(b"")
    job = write_job(tmp_path / "this")
    result = cli("check", job, "--out", tmp_path / "out", "--last", tmp_path / "last")
    assert result.exit_code == 1
    assert "前年のジョブ" in result.stderr and "空です" in result.stderr
    assert not (tmp_path / "out").exists()
    result = cli("check", job, "--out", tmp_path / "out", "--last", tmp_path / "nothing")
    assert result.exit_code == 1 and "ジョブのフォルダーがありません" in result.stderr


def test_columns_are_read_without_judging(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", [person(1, mail_until="何か"), person(1)])
    order, _, _ = load_settings(job)
    columns = read_columns(order, job, ("insured_number", "mail_until", "care_of"))
    assert columns["insured_number"].to_pylist() == [number(1)] * 2
    assert columns["mail_until"].to_pylist() == ["何か", ""]
    assert columns["care_of"].to_pylist() == ["", ""]
    (job / "export.csv").write_bytes("氏名,性別\r\nx,1\r\n".encode())
    with pytest.raises(JobError, match="必須の列がありません"):
        read_columns(order, job, ("insured_number",))


def test_the_order_may_name_last_year_and_run_tells_it(tmp_path: Path) -> None:
    write_job(tmp_path / "last", last_year([person(1), person(2, **FULL)]), LAST_JOB)
    people = [person(1, **FULL), person(2)]
    job = write_job(tmp_path / "this", people, f'{JOB}last = "../last"\n')
    (job / "control.csv").write_text("市町村コード,件数\n472131,3\n", encoding="utf-8")
    result = cli("run", job, "--out", tmp_path / "out", "--workers", "1")
    assert result.exit_code == 0, result.output
    assert "件数表（control.csv）と件数の違う市町村が41件" in result.output
    union = tmp_path / "out" / "union"
    page = (union / "check.html").read_text(encoding="utf-8")
    assert "前年との比較" in page and "令和7年度" in page and "件数表との照合" in page
    for secret in ("見本　花子", "泉崎1-1-1", number(1)):
        assert secret not in page
    assert {path.name for path in union.glob("*.xlsx")} == {"check.xlsx", "unissued.xlsx", "posting.xlsx"}
    manifest = json.loads((tmp_path / "out" / "vendor" / "47213" / "manifest.json").read_text("utf-8"))
    digest = sha256_of(job / "control.csv")
    assert {entry["name"]: entry["sha256"] for entry in manifest["inputs"]}["control.csv"] == digest
    assert digest in page
    assert cli("verify", tmp_path / "out", "--full").exit_code == 0


def test_many_people_are_compared_quickly(tmp_path: Path) -> None:
    """165,000 people in well under a second; here a fifth of them, with room for a busy machine."""
    write_sample(tmp_path / "this", preset="r08", count=33_000, seed=1)
    shutil.copytree(tmp_path / "this", tmp_path / "last")
    order, export = tmp_path / "last" / "job.toml", tmp_path / "last" / "export.csv"
    earlier = order.read_text(encoding="utf-8").replace("2026-", "2025-").replace("2027-", "2026-")
    order.write_text(earlier, encoding="utf-8")
    export.write_bytes(export.read_bytes().replace(b"\n20260620,", b"\n20250620,"))
    prepared = prepare(tmp_path / "this", Stages(Silent()))
    begun = time.perf_counter()
    found = compare(prepared, tmp_path / "this", tmp_path / "last")
    assert time.perf_counter() - begun < 1.0
    assert sum(town.this for town in found.towns) == 33_000
    assert (len(found.persons), found.sealed_persons, found.doubts) == (0, 0, ())


def others(found: YearComparison) -> list[tuple[int, str]]:
    return list(zip(found.persons["row"].tolist(), found.persons["items"], strict=True))


def test_a_number_that_became_somebody_else_is_listed(tmp_path: Path) -> None:
    last = [
        person(1),
        person(2),
        person(3, sex=""),
        person(4),
        person(5, name="見本　花子"),
        person(6, name="ﾏｲｸ　ｽﾐｽ"),
        person(7, name="宮城　一郎"),
        person(8, birth_date="19410231"),
    ]
    this = [
        person(1, birth_date="19410705"),  # the same day
        person(2, birth_date="3160706"),
        person(3, sex="1"),
        person(4, sex="男"),
        person(5, name="比嘉　花子"),  # a family name may change
        person(6, name="マイク　スミス"),
        person(7, name="見本　二子", sex="1", birth_date="3160706"),
        person(8),
        person(9, sex="1"),
        *(person(10, sex=sex) for sex in "12"),  # held for its number
    ]
    found = compared(tmp_path, [*last, person(10)], this)
    assert others(found) == [(2, "生年月日"), (4, "性別"), (7, "生年月日、性別、氏名")]
    assert found.persons["line"].tolist() == [3, 5, 8]
    assert (found.sealed_persons, found.sealed_people) == (0, {})


@pytest.mark.parametrize(
    ("count", "changed", "stops"), [(20, 9, False), (20, 10, True), (1001, 10, False), (1000, 10, True)]
)
def test_too_many_of_them_stop_the_job(tmp_path: Path, count: int, changed: int, stops: bool) -> None:
    people = [person(at) for at in range(1, count + 1)]
    this = [*people[: count - changed], *({**each, "birth_date": "3160706"} for each in people[-changed:])]
    if not stops:
        assert len(compared(tmp_path, people, this).persons) == changed
        return
    with pytest.raises(JobError, match=f"{count:,}人のうち{changed}人") as caught:
        compared(tmp_path, people, this)
    error = caught.value
    assert (error.file, error.row, error.column) == ("export.csv", count - changed + 2, "生年月日")


@pytest.mark.parametrize(("moved", "told"), [(9, False), (10, True)])
def test_many_new_addresses_are_told(tmp_path: Path, moved: int, told: bool) -> None:
    people = [person(at) for at in range(1, 51)]
    this = [{**each, "address": "うるま市みどり町1－1－1"} for each in people[:moved]]
    this += [{**each, "address": " うるま市みどり町一丁目１番１号"} for each in people[moved:]]  # not another
    found = compared(tmp_path, people, this)
    assert bool(found.doubts) == told
    if told:
        assert "住所が前年と違う人が10人います（50人のうち20%）" in found.doubts[0]
        assert Review((), found).notes() == list(found.doubts)


def test_jobs_of_other_units_are_not_compared(tmp_path: Path) -> None:
    """Municipalities against employers: nothing would be in both years."""
    this = {
        "group": employer_job(tmp_path / "group", [employee(1, "H1")]),
        "town": write_job(tmp_path / "town"),
    }
    write_job(tmp_path / "last-town", last_year([person(1)]), LAST_JOB)
    employer_job(tmp_path / "last-group", last_year([employee(1, "H1")]), LAST_BY_GROUP)
    for now, before, words in (
        ("group", "last-town", "前年のジョブは市町村ごと、今年のジョブは団体ごとです"),
        ("town", "last-group", "前年のジョブは団体ごと、今年のジョブは市町村ごとです"),
    ):
        with pytest.raises(JobError, match=words) as caught:
            compare(prepare(this[now], Stages(Silent())), this[now], tmp_path / before)
        assert "unit" in caught.value.remedy and before in caught.value.file
    found = compare(prepare(this["group"], Stages(Silent())), this["group"], tmp_path / "last-group")
    assert [(town.code, town.last, town.this) for town in found.towns if town.last] == [("E1", 1, 1)]


def test_employers_nobody_knows_are_called_so(tmp_path: Path) -> None:
    last = employer_job(tmp_path / "last", last_year([employee(1, "H1", group_code="E9")]), LAST_BY_GROUP)
    job = employer_job(
        tmp_path / "job", [employee(1, "H1", mail_kind="全て", **AT), employee(2, "H2", group_code="E9")]
    )
    found = compare(prepare(job, Stages(Silent())), job, last)
    assert found.towns[-1].name == "（団体不明）"
