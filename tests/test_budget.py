"""The budget: known totals, order of lines, and the same bytes every time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from post_builders import MAIL_ON, extra, loaded_order, people_and_decisions, plan_of

from kouki_print.base.errors import OutputDiffers
from kouki_print.handover.budget import (
    BUDGET_COLUMNS,
    Budget,
    make_budget,
    write_budget_csv,
)
from kouki_print.handover.budget_pdf import budget_document, write_budget_pdf
from kouki_print.handover.budget_xlsx import budget_workbook, write_budget_xlsx
from kouki_print.handover.kind_lines import kind_lines
from kouki_print.order.load import LoadedOrder
from kouki_print.post.tariff import load_tariff

TABLE = load_tariff().table_on(MAIL_ON)


def budget_of(loaded: LoadedOrder, count: int, notice_every: int = 0, pickup_every: int = 0) -> Budget:
    people, decided = people_and_decisions(count, list(loaded.units), notice_every, pickup_every)
    return make_budget(loaded, plan_of(people, decided, loaded), TABLE)


def mixed_budget() -> Budget:
    loaded = loaded_order(towns={"47205": {"mailed": False}, "47207": {"extras": (extra("4.37"),)}})
    return budget_of(loaded, 4_100, notice_every=3, pickup_every=40)


def with_weight(grams: str) -> LoadedOrder:
    """The r07 order (certificates only) with the 証カバー made heavier until set A has this weight."""
    cover = f"{float(grams) - 46 + 3.90:.2f}"
    return loaded_order("r07", enclosure=[{"code": "8", "grams": cover}])


@pytest.mark.parametrize(
    ("grams", "unit", "total", "step"),
    [("46.00", 460, 75_900_000, 50), ("50.00", 460, 75_900_000, 50), ("50.01", 530, 87_450_000, 100)],
)
def test_an_all_certificate_job_of_165000(grams: str, unit: int, total: int, step: int) -> None:
    budget = budget_of(with_weight(grams), 165_000)
    assert (budget.pieces, budget.total_yen) == (165_000, total)
    assert set(budget.lines["unit_yen"]) == {unit}
    assert set(budget.lines["max_grams"]) == {step}
    assert len(budget.lines) == 41


@pytest.mark.parametrize(
    ("grams", "count", "left", "extra"), [("46.00", 165_000, 400, 11_550_000), ("50.00", 100, 0, 7_000)]
)
def test_passing_the_step_costs_what_the_margin_says(grams: str, count: int, left: int, extra: int) -> None:
    loaded = with_weight(grams)
    row = {
        "unit_code": ["47201"],
        "document": "certificate",
        "set_code": "A",
        "pickup": False,
        "pieces": count,
    }
    (line,) = kind_lines(loaded.order, loaded.units, pd.DataFrame(row), TABLE)
    assert (line.left_cg, line.unit_yen, line.next_yen, line.extra_yen) == (left, 460, 530, extra)


def test_lines_follow_the_municipality_table_then_document() -> None:
    budget = mixed_budget()
    lines = budget.lines
    assert list(lines.columns) == list(BUDGET_COLUMNS)
    assert list(dict.fromkeys(lines["municipality_code"])) == [code for code, _ in budget.towns]
    naha = lines[lines["municipality_code"] == "47201"]
    assert naha["document"].tolist() == ["certificate", "certificate", "notice", "notice"]
    assert naha["mail_service"].tolist() == ["simple_registered", "none"] * 2
    none = lines[lines["mail_service"] == "none"]
    assert none["total_yen"].sum() == none["unit_yen"].sum() == none["max_grams"].sum() == 0
    assert none["pieces"].sum() > 0
    assert (lines["pieces"] * lines["unit_yen"] == lines["total_yen"]).all()
    assert lines["pieces"].sum() == 4_100
    ishigaki = lines[(lines["municipality_code"] == "47207") & (lines["mail_service"] != "none")]
    assert ishigaki["size_class"].tolist() == ["nonstandard_regular", "standard"]
    assert ishigaki["unit_yen"].tolist() == [530, 460]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 300), st.integers(0, 5), st.integers(0, 7))
def test_nothing_is_lost_between_plan_and_every_sum(count: int, notice_every: int, pickup_every: int) -> None:
    loaded = loaded_order(towns={"47208": {"mailed": False}})
    people, decided = people_and_decisions(count, list(loaded.units), notice_every, pickup_every)
    plan = plan_of(people, decided, loaded)
    budget = make_budget(loaded, plan, TABLE)
    for table in (budget.lines, budget.summary(), budget.by_town()):
        assert table["pieces"].sum() == count
        assert table["total_yen"].sum() == plan["postage_yen"].sum()
    assert len(budget.by_town()) == 41


def test_order_of_the_plan_does_not_matter() -> None:
    loaded = loaded_order()
    people, decided = people_and_decisions(500, list(loaded.units), 3, 20)
    plan = plan_of(people, decided, loaded)
    shuffled = plan.sample(frac=1, random_state=1)
    first, second = (make_budget(loaded, each, TABLE).lines for each in (plan, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_postage_that_is_not_the_tariffs_stops() -> None:
    loaded = loaded_order()
    people, decided = people_and_decisions(50, list(loaded.units))
    plan = plan_of(people, decided, loaded)
    plan.loc[7, "postage_yen"] = 450
    with pytest.raises(OutputDiffers, match="料金表と一致しない"):
        make_budget(loaded, plan, TABLE)


def test_csv_has_the_header_and_one_line_per_group(tmp_path: Path) -> None:
    budget = mixed_budget()
    path = tmp_path / "budget.csv"
    write_budget_csv(path, budget.lines)
    text = path.read_bytes().decode("utf-8").split("\n")
    assert text[0] == ",".join(BUDGET_COLUMNS)
    assert text[1] == "47201,那覇市,certificate,A,simple_registered,standard,50,64,460,29440"
    assert len(text) == len(budget.lines) + 2


def test_workbook_holds_live_sums_with_the_right_values(tmp_path: Path) -> None:
    budget = mixed_budget()
    path = tmp_path / "budget.xlsx"
    write_budget_xlsx(path, budget)
    values = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path)
    for name, column in (("表紙", 3), ("市町村別", 5), ("区分別", 9), ("内訳", 12)):
        row = next(cell.row for cell in values[name]["A"] if cell.value == "合計")
        assert values[name].cell(row, column).value == budget.total_yen
        assert str(formulas[name].cell(row, column).value).startswith("=SUM(")
    shown = [cell.value for cells in values["表紙"].iter_rows() for cell in cells]
    assert any(budget.tariffs[0][1] in str(text) for text in shown)
    assert any("令和8年7月13日" in str(text) for text in shown)
    for sheet in formulas:
        for cells in sheet.iter_rows():
            for cell in cells:
                if str(cell.value).startswith("="):
                    assert values[sheet.title][cell.coordinate].value is not None


def test_pdf_names_everything_a_meeting_asks_for(tmp_path: Path) -> None:
    budget = mixed_budget()
    path = tmp_path / "budget.pdf"
    write_budget_pdf(path, budget)
    reader = pypdf.PdfReader(path)
    texts = [page.extract_text() for page in reader.pages]
    for text in texts:
        assert budget.tariffs[0][1] in text
        assert "令和8年7月13日" in text
    assert f"{budget.total_yen:,}円" in texts[0]
    summary = texts[: len(texts) - len(budget.towns)]
    assert len(summary) == 2  # then a page for each of the units
    assert all(name in summary[0] and name in summary[1] for _, name in budget.towns)


def test_reports_of_an_empty_plan_can_be_written() -> None:
    budget = budget_of(loaded_order(), 0)
    assert (budget.pieces, budget.total_yen) == (0, 0)
    assert budget_document(budget).startswith(b"%PDF")
    assert zipfile.ZipFile(io.BytesIO(budget_workbook(budget))).testzip() is None


SCRIPT = """
import hashlib, sys
from test_budget import *
budget = mixed_budget()
for data in (budget_workbook(budget), budget_document(budget), budget_document(budget)):
    sys.stdout.write(hashlib.sha256(data).hexdigest() + " ")
"""


def test_same_bytes_whatever_the_hash_seed() -> None:
    here = Path(__file__).parent
    seen = set()
    for seed in ("0", "77"):
        path = os.pathsep.join([str(here), str(here.parent)])
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, check=True
        )
        seen.add(done.stdout)
    assert len(seen) == 1
    workbook, first, second = next(iter(seen)).split()
    assert first == second != workbook
