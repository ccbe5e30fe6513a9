"""budget.xlsx: live sums that LibreOffice works out alike, every sheet in its place, names of any length."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from post_builders import MAIL_ON, extra, loaded_order, people_and_decisions, plan_of

from kouki_print.handover.budget import Budget, make_budget
from kouki_print.handover.budget_parts import (
    Assumption,
    CompareLine,
    DiscountLine,
    KindLine,
    ScenarioLine,
    StockLine,
    WeightLine,
)
from kouki_print.handover.budget_xlsx import write_budget_xlsx
from kouki_print.post.tariff import load_tariff

ALWAYS = ["表紙", "市町村別", "区分別", "内訳"]
EVERY = ["表紙", "市町村別", "区分別", "重量", "試算", "前提", "発注", "割引", "比較", "内訳"]
LONG = "株式会社おきなわ南の島リゾートホールディングス健康保険担当"


@cache
def bare_budget() -> Budget:
    """Certificates and notices of all municipalities, one of which hands over itself."""
    loaded = loaded_order(towns={"47205": {"mailed": False}, "47207": {"extras": (extra("4.37"),)}})
    people, decided = people_and_decisions(4_100, list(loaded.units), 3, 40)
    return make_budget(loaded, plan_of(people, decided, loaded), load_tariff().table_on(MAIL_ON))


def kind(weight: int, high: int, **changes: object) -> KindLine:
    line = KindLine(
        document="certificate",
        name="資格確認書",
        set_code="A",
        items="1;2;8",
        mail_service="simple_registered",
        size_class="standard",
        weight_cg=weight,
        low_cg=weight - 60,
        high_cg=high,
        thickness_um=3_400,
        max_grams=50,
        unit_yen=460,
        next_yen=530,
        pieces=2_600,
        units=tuple(code for code, _ in bare_budget().towns),
        crosses=False,
        lighter=(),
    )
    return replace(line, **changes)


def stock(towns: tuple[tuple[str, str], ...]) -> tuple[StockLine, ...]:
    """Two items for every unit, then the totals."""
    lines = []
    for at, (code, _) in enumerate(towns):
        for item, name, pack in (("1", "資格確認書の台紙", 500), ("X1", "市からのお知らせ", 1)):
            needed, spare = 100 + at, 3
            lines.append(
                StockLine(code, item, name, needed, spare, pack, -(-(needed + spare) // pack) * pack)
            )
    for item, pack in (("1", 500), ("X1", 1)):
        mine = [line for line in lines if line.code == item]
        needed, spare = sum(line.needed for line in mine), sum(line.spare for line in mine)
        ordered = -(-(needed + spare) // pack) * pack
        lines.append(StockLine("", item, mine[0].name, needed, spare, pack, ordered))
    return tuple(lines)


@cache
def full_budget() -> Budget:
    """The same budget with everything that may stand beside its lines."""
    budget = bare_budget()
    total = budget.total_yen
    pieces = {"certificate": 2_733, "notice": 1_367}
    weights = (
        WeightLine("1", "資格確認書の台紙", 1_520, 1_490, 1_560, 20, 1_501, False, "連合"),
        WeightLine("2", "制度のしおり（A4三つ折り・両面刷り）", 412, 370, 450, 0, 501, True, "連合"),
        WeightLine("8", "証カバー", 390, 380, 400, 5, None, False, "市町村"),
    )
    kinds = (
        kind(4_600, 4_690),
        kind(4_960, 5_040, crosses=True, lighter=("2", "8"), units=("47207", "47201", "47213"), pieces=67),
        kind(5_037, 5_100, size_class="nonstandard_regular", max_grams=100, unit_yen=530, next_yen=None),
        kind(3_000, 3_100, mail_service="none", max_grams=0, unit_yen=0, next_yen=None, thickness_um=0),
    )
    scenarios = (
        ScenarioLine("基本（この注文）", "", pieces, total, 0, 0),
        ScenarioLine("全員に資格確認書", "", {"certificate": 4_100}, total + 52_000, 52_000, 1_268),
        ScenarioLine(
            "お知らせは普通郵便", "簡易書留をやめた場合", pieces, total - 478_450, -478_450, -11_670
        ),
        ScenarioLine("暫定運用", "全員に資格確認書との差。", pieces, total + 50_000, -2_000, -49),
    )
    compared = tuple(
        CompareLine(code, name, 100, 102 - at % 5, 46_000, 46_920 - at, 920, -at, 0)
        for at, (code, name) in enumerate(budget.towns)
    )
    return replace(
        budget,
        people=4_100,
        tariffs=(*budget.tariffs, ("tariff_naha.csv", "b" * 64)),
        weights=weights,
        kinds=kinds,
        discounts=(
            DiscountLine("特約割引", "47201", 1_200, 12_000, "簡易書留1通につき10円", True, "条件に合う"),
            DiscountLine("特約割引", "47207", 60, 0, "簡易書留1通につき10円", False, "100通に満たない"),
        ),
        stock=stock(budget.towns),
        scenarios=scenarios,
        assumptions=(
            Assumption("対象者", "4,100人", "移行データ（基準日 令和8年6月20日）"),
            Assumption("前年からの伸び率", "1.2%", "令和7年度 被保険者数調べ（広域連合 事業課）の月別推移"),
        ),
        warnings=(
            "資格確認書（組A・簡易書留・定形、3か所の67通）: " + "最も重い組合せは50gを超えます。" * 3,
        ),
        compared=compared,
    )


def employers_budget() -> Budget:
    """The same pieces by employer: long names, and codes that are equal as numbers."""
    budget = full_budget()
    codes = {code: ("0" * (at % 2) + str(at // 2 + 1)) for at, (code, _) in enumerate(budget.towns)}
    names = {code: f"{LONG}{at + 1}" for at, code in enumerate(codes)}
    lines = budget.lines.assign(
        name=budget.lines["municipality_code"].map(names),
        municipality_code=budget.lines["municipality_code"].map(codes),
    )
    towns = tuple((codes[code], name) for code, name in names.items())
    kinds = tuple(replace(each, units=tuple(codes[code] for code in each.units)) for each in budget.kinds)
    return replace(
        budget, unit="団体", towns=towns, lines=lines, kinds=kinds, stock=stock(towns), compared=()
    )


def written(tmp_path: Path, budget: Budget) -> Path:
    path = tmp_path / "budget.xlsx"
    write_budget_xlsx(path, budget)
    return path


def row_of(sheet: Worksheet, word: str, column: int = 1) -> int:
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, column).value == word)


def totals_of(book: Workbook, unit: str = "市町村") -> dict[str, tuple[object, object]]:
    """Pieces and yen of every sheet that states the total."""
    places = {"表紙": (2, 3), f"{unit}別": (4, 5), "区分別": (7, 9), "内訳": (10, 12)}
    found = {}
    for name, columns in places.items():
        row = next(cell.row for cell in book[name]["A"] if str(cell.value).startswith("合計"))
        pieces, yen = (book[name].cell(row, column).value for column in columns)
        found[name] = pieces, yen
    return found


def recalculated(folder: Path, *paths: Path) -> list[Workbook]:
    """The workbooks as LibreOffice works them out; files saved without cached values have to be."""
    made = folder / "calculated"
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
    command += ["--convert-to", "xlsx", "--outdir", str(made), *map(str, paths)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return [openpyxl.load_workbook(made / path.name, data_only=True) for path in paths]


def test_every_sheet_states_the_same_total(tmp_path: Path) -> None:
    budget = full_budget()
    values = openpyxl.load_workbook(written(tmp_path, budget), data_only=True)
    assert set(totals_of(values).values()) == {(budget.pieces, budget.total_yen)}
    by_town = [row[4].value for row in values["市町村別"].iter_rows(min_row=5, max_row=45)]
    assert by_town == budget.by_town()["total_yen"].tolist()


def test_sheets_without_content_are_left_out(tmp_path: Path) -> None:
    for budget, names in ((bare_budget(), ALWAYS), (full_budget(), EVERY)):
        book = openpyxl.load_workbook(written(tmp_path, budget))
        assert book.sheetnames == names
        for sheet in book:
            assert sheet.print_area
            assert sheet.page_setup.paperSize == 9
            assert sheet.title == "表紙" or sheet.freeze_panes


def test_cover_says_what_the_figures_rest_on(tmp_path: Path) -> None:
    budget = full_budget()
    values = openpyxl.load_workbook(written(tmp_path, budget), data_only=True)
    shown = "\n".join(str(cell.value) for cells in values["表紙"].iter_rows() for cell in cells)
    said = [budget.insurer, "移行データ", "令和8年7月13日", "4,100人", budget.warnings[0], "合計（割引前）"]
    said += [part for table in budget.tariffs for part in table]
    assert [words for words in said if words not in shown] == []


def test_discounts_stand_apart_from_the_total(tmp_path: Path) -> None:
    values = openpyxl.load_workbook(written(tmp_path, full_budget()), data_only=True)
    sheet = values["表紙"]
    assert sheet.cell(row_of(sheet, "割引（別掲）"), 3).value == 12_000
    assert totals_of(values)["表紙"][1] == full_budget().total_yen


def test_a_kind_that_may_pass_its_step_names_what_would_help(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path, full_budget()), data_only=True)["重量"]
    last = [str(row[13].value) for row in sheet.iter_rows() if "上の段階" in str(row[13].value)]
    (words,) = last
    assert "制度のしおり（A4三つ折り・両面刷り）、証カバー" in words
    row = next(row for row in sheet.iter_rows() if "石垣市" in str(row[0].value))
    assert [row[at].value for at in (7, 8, 12)] == [pytest.approx(0.4), pytest.approx(0.008), 67 * 70]


def test_employers_long_names_fit_and_heads_say_so(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, employers_budget()))
    assert "団体別" in book.sheetnames
    for name, column, letter in (("団体別", 3, "C"), ("内訳", 4, "D"), ("発注", 2, "B")):
        sheet = book[name]
        texts = [str(sheet.cell(row, column).value) for row in range(1, sheet.max_row + 1)]
        assert "団体名" in texts
        assert not any("市町村" in text for text in texts)
        assert sheet.column_dimensions[letter].width > 2 * len(LONG)


def differing(one: Workbook, other: Workbook) -> list[str]:
    """Cells that two workbooks show differently."""
    return [
        f"{sheet.title} {cell.coordinate}: {cell.value} {other[sheet.title][cell.coordinate].value}"
        for sheet in one
        for cells in sheet.iter_rows()
        for cell in cells
        if not alike(cell.value or 0, other[sheet.title][cell.coordinate].value or 0)
    ]


def alike(one: object, other: object) -> bool:
    if isinstance(one, int | float) and isinstance(other, int | float):
        return abs(one - other) < 1e-6
    return one == other or (not one and not other)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_works_out_the_same_and_follows_a_change(tmp_path: Path) -> None:
    budget = employers_budget()
    budget = replace(budget, compared=full_budget().compared)
    path = written(tmp_path, budget)
    cached = openpyxl.load_workbook(path, data_only=True)
    same, changed = (tmp_path / name for name in ("same.xlsx", "changed.xlsx"))
    book = openpyxl.load_workbook(path)
    book.save(same)
    lines = book["内訳"]
    lines["J2"] = lines["J2"].value + 7
    lines["K3"] = 999
    book.save(changed)
    first, second = recalculated(tmp_path, same, changed)

    assert differing(cached, first) == []
    old = budget.lines["unit_yen"].tolist()
    more = 7 * old[0] + (999 - old[1]) * int(budget.lines["pieces"][1])
    assert set(totals_of(second, "団体").values()) == {(budget.pieces + 7, budget.total_yen + more)}
