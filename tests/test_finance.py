"""The budget command end to end: from the export, from a forecast, with scenarios, against an earlier one."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pypdfium2 as pdfium
import pytest
from line_fixtures import SAMPLE, Finished, cli, said, table, tree

pytest_plugins = ("line_fixtures",)
pytestmark = pytest.mark.xdist_group("shipped")  # one worker runs the sample once
FILES = {"budget.csv", "budget.xlsx", "budget.pdf", "enclosures.csv"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The sample's budget: from its forecast, and from its export against that forecast.  Read-only."""
    folder = tmp_path_factory.mktemp("finance")
    outs = {name: folder / name for name in ("forecast", "actual")}
    for name, words in (("forecast", ["--forecast"]), ("actual", ["--compare", str(outs["forecast"])])):
        result = cli("budget", SAMPLE, "--out", outs[name], *words)
        assert result.exit_code == 0, result.output
    return outs


def total(out: Path) -> int:
    return sum(int(line["total_yen"]) for line in table(out / "finance" / "budget.csv"))


def pdf_text(path: Path) -> str:
    with pdfium.PdfDocument(path) as pdf:
        return "\n".join(page.get_textpage().get_text_range() for page in pdf)


def test_without_an_export_the_forecast_is_taken(made: dict[str, Path], tmp_path: Path) -> None:
    job = Path(shutil.copytree(SAMPLE, tmp_path / "job"))
    (job / "export.csv").unlink()
    result = cli("budget", job, "--out", tmp_path / "out")
    assert result.exit_code == 0 and result.output.startswith("見込みによる予算")
    assert tree(tmp_path / "out") == tree(made["forecast"])
    (job / "forecast.toml").unlink()
    message = said(cli("budget", job, "--out", tmp_path / "none"))
    assert "移行データも見込み（forecast.toml）もありません" in message and not (tmp_path / "none").exists()


@pytest.mark.parametrize("name", ["forecast", "actual"])
def test_the_sums_agree_in_every_file(made: dict[str, Path], name: str, tmp_path: Path) -> None:
    """budget.csv = recalculated workbook = text of the PDF."""
    finance = made[name] / "finance"
    assert {path.name for path in finance.iterdir()} >= FILES
    yen = total(made[name])
    assert f"{yen:,}円" in pdf_text(finance / "budget.pdf")
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice is not there to recalculate")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML"]
    words = [*command, "--outdir", str(tmp_path), str(finance / "budget.xlsx")]
    subprocess.run(words, check=True, capture_output=True, timeout=120)
    book = openpyxl.load_workbook(tmp_path / "budget.xlsx", data_only=True)
    cells = [cell for row in book["市町村別"].iter_rows(values_only=True) for cell in row]
    assert yen in cells


def test_the_budget_of_a_run_is_that_of_the_budget_command(shipped: Finished, made: dict[str, Path]) -> None:
    """register = pieces = manifests = budget, by run and by budget alike."""
    assert table(shipped.out / "finance" / "budget.csv") == table(made["actual"] / "finance" / "budget.csv")
    assert total(made["actual"]) == sum(entry["postage"]["total_yen"] for entry in shipped.manifests())
    assert total(made["actual"]) == sum(int(line["postage_yen"] or 0) for line in shipped.register())


def test_enclosures_to_order_cover_the_pieces(made: dict[str, Path], shipped: Finished) -> None:
    with (made["actual"] / "finance" / "enclosures.csv").open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.DictReader(handle))
    needed = {(line["市町村コード"], line["品目コード"]): int(line["必要数"]) for line in lines}
    for manifest in shipped.manifests():
        code = manifest["municipality"]["jis_code"]
        for entry in manifest["enclosures"]:
            assert needed[code, entry["code"]] == entry["quantity"]
    assert all(int(line["発注数"]) >= int(line["必要数"]) + int(line["予備"]) for line in lines)


def test_scenarios_stand_side_by_side(tmp_path: Path) -> None:
    """Differences to the order, and of the interim rule to two sets, as the console says them."""
    result = cli("budget", SAMPLE, "--out", tmp_path / "out")
    assert result.exit_code == 0
    told = dict(line[3:].split(": ") for line in result.output.splitlines() if line.startswith("試算 "))
    every, two, extra = (
        int(told[name].split("円")[0].replace(",", ""))
        for name in ("全員に資格確認書", "二つの組", "暫定措置による増額")
    )
    assert every == extra and f"（{every - two:+,}円）" in told["暫定措置による増額"]
    text = pdf_text(tmp_path / "out" / "finance" / "budget.pdf")
    assert "暫定措置による増額" in text and f"{two:,}" in text


BAD = [
    ('handed_over = ["47999"]', "47999"),
    ('preset = "r99"', "試算「試し」: [job] preset「r99」"),
    ("order = { job = 3 }", "job は"),
    ('order = { mail = { notice = "pigeon" } }', "notice"),
    ("mail_on = 2015-01-01", "差出日が基準日より前"),
]


@pytest.mark.parametrize(("line", "told"), BAD)
def test_a_bad_scenario_stops_before_anything_is_written(tmp_path: Path, line: str, told: str) -> None:
    job = Path(shutil.copytree(SAMPLE, tmp_path / "job"))
    (job / "scenarios.toml").write_text(f'[[scenario]]\nname = "試し"\n{line}\n', encoding="utf-8")
    message = said(cli("budget", job, "--forecast", "--out", tmp_path / "out"))
    assert (
        message.startswith("エラー: scenarios.toml: ") and told in message and not (tmp_path / "out").exists()
    )


def test_a_comparison_needs_an_earlier_budget(tmp_path: Path) -> None:
    message = said(cli("budget", SAMPLE, "--out", tmp_path / "out", "--compare", tmp_path / "nothing"))
    assert "budget.csv がありません" in message and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "text",
    [
        "municipality_code,document,mail_service,pieces,total_yen\n",
        "municipality_code,document,mail_service,pieces,total_yen\n47201,certificate\n",
        "municipality_code,document,mail_service,pieces,total_yen\n47201,foo,none,1,0\n",
        "municipality_code,document,mail_service,pieces,total_yen\n47201,notice,none,-1,0\n",
        f"municipality_code,document,mail_service,pieces,total_yen\n47201,notice,none,{'9' * 30},0\n",
    ],
)
def test_a_broken_earlier_budget_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "budget.csv").write_text(text, encoding="utf-8")
    message = said(
        cli("budget", SAMPLE, "--forecast", "--out", tmp_path / "out", "--compare", tmp_path / "budget.csv")
    )
    assert "比較する予算を読めません" in message
