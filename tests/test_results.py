"""What the console tells of a run: rows that differ in what they show, people and pieces apart."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from kouki_print.handover.budget import BUDGET_COLUMNS, Budget
from kouki_print.job.run import RunResult
from kouki_print.results import show_result

DAY = dt.date(2026, 7, 13)
LINES = pd.DataFrame(
    [
        ("E1", "甲社", "certificate", "A", "simple_registered", "standard", 50, 7, 460, 3220),
        ("E1", "甲社", "certificate", "A", "none", "standard", 0, 10, 0, 0),
        ("E2", "乙社", "certificate", "A", "none", "nonstandard_regular", 0, 136, 0, 0),
    ],
    columns=BUDGET_COLUMNS,
)


def shown(printed: int, capsys: pytest.CaptureFixture[str]) -> str:
    """The console of a run of 153 pieces for so many people."""
    budget = Budget("題", "保険者", "団体", DAY, DAY, (), (), {"certificate": "資格確認書"}, LINES)
    counts = {"printed": printed, "held": 1, "excluded": 0, "unissued": 0}
    show_result(RunResult(counts, 0, "団体", budget, 153, 1, 10**6, [], {}, {}), Path("out"))
    return capsys.readouterr().out


def test_pieces_without_postage_are_one_row(capsys: pytest.CaptureFixture[str]) -> None:
    """Their size and weight cost nothing: two rows would look the same."""
    rows = [line.split("│") for line in shown(153, capsys).splitlines() if "資格確認書" in line]
    assert [row[3:6:2] for row in [[cell.strip() for cell in row] for row in rows]] == [
        ["簡易書留", "7"],
        ["郵送なし", "146"],
    ]


def test_people_and_pieces_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    told = shown(160, capsys)
    assert "移行データ 161 ＝ 印刷 160 ＋ 保留 1 ＋ 対象外 0 ＋ 未発行 0（人）" in told
    assert "印刷 160人分は 153通です" in told
    assert "人分は" not in shown(153, capsys)
