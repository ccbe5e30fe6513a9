"""The year's budget at full size: 165,000 certificates by 簡易書留, to the yen."""

from __future__ import annotations

import csv
import time
from pathlib import Path

import numpy as np
import pytest
from line_fixtures import cli, table
from small_job import JOB, survey_text, write_job

from kouki_print.base.resources import data_dir

PEOPLE = 165_000
R07 = (
    JOB.replace("令和8年度", "令和7年度")
    .replace('preset = "r08"', 'preset = "r07"')
    .replace("2026-08-01", "2025-08-01")
    .replace("2027-07-31", "2026-07-31")
    .replace("2026-06-20", "2025-06-20")
    .replace("2026-07-13", "2025-07-14")
)
HEAD = (
    "基準日,被保険者番号,保険者番号,市町村コード,氏名,性別,生年月日,郵便番号,住所,"
    "資格取得年月日,発効期日,負担割合,負担区分\n"
)


def insured_numbers(count: int) -> list[str]:
    """Eight digits with the M10W21 check digit: weights 2 and 1 from the right, digits of products summed."""
    digits = (np.arange(1, count + 1)[:, None] // 10 ** np.arange(6, -1, -1)) % 10
    products = digits * np.array([2, 1, 2, 1, 2, 1, 2])
    check = -(products // 10 + products % 10).sum(axis=1) % 10
    return np.char.add(np.char.zfill(np.arange(1, count + 1).astype(str), 7), check.astype(str)).tolist()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """165,000 people without a fault, spread over all 41 municipalities."""
    target = write_job(tmp_path_factory.mktemp("full") / "job", job=R07)
    with (data_dir() / "municipalities.csv").open(encoding="utf-8", newline="") as handle:
        towns = [
            f"{town['insurer_number']},{town['code6']},見本　花子,2,19400401,{town['postcode']},{town['name']}1-1"
            for town in csv.DictReader(handle)
        ]
    rest = ",20150401,20250801,1,一般Ⅰ\n"
    lines = [
        f"20250620,{number},{towns[at % len(towns)]}{rest}"
        for at, number in enumerate(insured_numbers(PEOPLE))
    ]
    (target / "export.csv").write_text(HEAD + "".join(lines), encoding="utf-8")
    return target


def extra_sheet(folder: Path) -> None:
    """A municipality's own sheet of 4.12 g in every envelope."""
    codes = [town["jis_code"] for town in table(folder / "municipalities.csv")]
    more = {"追加封入物": "健康診査のご案内", "追加重量g": "4.12"}
    (folder / "survey.csv").write_text(survey_text(dict.fromkeys(codes, more)), encoding="utf-8")


@pytest.mark.parametrize(
    ("prepare", "grams", "unit", "total"),
    [(None, 50, 460, 75_900_000), (extra_sheet, 100, 530, 87_450_000)],
    ids=["46.00 g", "50.12 g"],
)
def test_the_budget_of_the_year(
    folder: Path, tmp_path: Path, prepare: object, grams: int, unit: int, total: int
) -> None:
    if callable(prepare):
        prepare(folder)
    started = time.perf_counter()
    result = cli("budget", folder, "--out", tmp_path / "out")
    seconds = time.perf_counter() - started
    assert result.exit_code == 0, result.output
    assert f"通数 165,000　郵送料 {total:,}円" in result.output
    lines = table(tmp_path / "out" / "finance" / "budget.csv")
    assert sum(int(line["total_yen"]) for line in lines) == total == PEOPLE * unit
    assert sum(int(line["pieces"]) for line in lines) == PEOPLE
    assert {
        (line["unit_yen"], line["document"], line["set_code"], line["mail_service"]) for line in lines
    } == {(str(unit), "certificate", "A", "simple_registered")}
    assert {line["max_grams"] for line in lines} == {str(grams)} and len(lines) == 41
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"finance"}
    assert seconds < 15
