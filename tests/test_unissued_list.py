"""未発行者一覧: the table of R4 comes out again, row for row, and the workbook calculates by itself."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from line_fixtures import cli
from small_job import decided, person, take_in, write_job

from kouki_print.base.resources import data_dir
from kouki_print.handover.unissued_list import (
    UNKNOWN_TOWN,
    count_unissued,
    unissued_people,
    write_unissued_summary,
    write_unissued_xlsx,
)
from kouki_print.handover.unissued_reasons import REMEDY_JA, UNISSUED_JA
from kouki_print.handover.workbook import Heading
from kouki_print.order.columns import UNISSUED_REASONS
from kouki_print.select.decide import decide

R4 = Path(__file__).parent / "data" / "unissued_r4.csv"
LATER = {"1": "7;1", "2": "2;5", "2b": "2b", "3": "3;4;7", "5": "6;5", "6": "6", "7": "7"}


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def r4_people() -> list[dict[str, str]]:
    """Everybody of the table of R4, many with further reasons behind the one that counts, and three more."""
    towns = {row["name"]: row for row in rows_of(data_dir() / "municipalities.csv")}
    people = []
    for row in rows_of(R4):
        town = towns[row["name"]]
        own = {"municipality_code": town["code6"], "insurer_number": town["insurer_number"]}
        for reason in UNISSUED_REASONS:
            for at in range(int(row[f"reason_{reason}"])):
                given = LATER[reason] if at % 2 else reason
                people.append(person(len(people) + 1, **own, unissued_reasons=given))
    printed = [person(len(people) + at, unissued_reasons="") for at in (1, 2)]
    welfare = person(len(people) + 3, welfare="1", unissued_reasons="3")  # excluded goes before unissued
    return [*people, *printed, welfare]


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``check`` leaves for the people of R4."""
    folder = tmp_path_factory.mktemp("r4")
    people = r4_people()
    order = np.random.default_rng(1).permutation(len(people))
    people[0]["protected"] = people[300]["protected"] = "1"  # counted, and in no list
    write_job(folder / "job", [people[at] for at in order])
    result = cli("check", folder / "job", "--out", folder / "out")
    assert result.exit_code == 0, result.output
    return folder / "out" / "union"


def test_the_summary_is_the_table_of_r4(union: Path) -> None:
    wanted = rows_of(R4)
    found = rows_of(union / "unissued_summary.csv")
    assert [row["市町村名"] for row in found] == [*(row["name"] for row in wanted), "合計"]
    for mine, theirs in zip(found[:-1], wanted, strict=True):
        assert int(mine["合計"]) == int(theirs["total"])
        assert [mine[f"理由{code}"] for code in UNISSUED_REASONS] == [
            theirs[f"reason_{code}"] for code in UNISSUED_REASONS
        ]
    last = found[-1]
    assert [int(last[f"理由{code}"]) for code in UNISSUED_REASONS] == [289, 37, 1, 1233, 0, 543, 8, 58]
    assert int(last["合計"]) == 2169
    assert (union / "unissued_summary.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_workbook_has_live_sums_with_cached_values(union: Path) -> None:
    cached = openpyxl.load_workbook(union / "unissued.xlsx", data_only=True)["市町村別"]
    live = openpyxl.load_workbook(union / "unissued.xlsx")["市町村別"]
    assert [cell.value for cell in cached[4]][:4] == ["No.", "市町村\nコード", "市町村名", "計"]
    assert [str(cell.value).split("\n")[0] for cell in cached[4]][4:] == list(UNISSUED_REASONS)
    wanted = rows_of(R4)
    assert len(wanted) == 41
    for row, town in enumerate(wanted, start=5):
        assert cached.cell(row, 3).value == town["name"]
        assert cached.cell(row, 4).value == int(town["total"])
        assert live.cell(row, 4).value == f"=SUM(E{row}:L{row})"
        assert [cached.cell(row, column).value for column in range(5, 13)] == [
            int(town[f"reason_{code}"]) for code in UNISSUED_REASONS
        ]
    assert live["D46"].value == "=SUM(D5:D45)" and live["L46"].value == "=SUM(L5:L45)"
    assert [cell.value for cell in cached[46]][3:] == [2169, 289, 37, 1, 1233, 0, 543, 8, 58]


def test_people_are_listed_once_with_reason_and_remedy_and_without_name(union: Path) -> None:
    sheet = openpyxl.load_workbook(union / "unissued.xlsx")["対象者"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5)]
    assert len(lines) == 2167
    assert len({line[5] for line in lines}) == 2167
    assert {row["insured_number"] for row in rows_of(union / "unissued.csv")} == {line[5] for line in lines}
    sealed = rows_of(union / "protected.csv")
    assert [row["status"] for row in sealed] == ["unissued"] * 2
    assert not {row["insured_number"] for row in sealed} & {line[5] for line in lines}
    assert {line[9] for line in lines} <= set(REMEDY_JA.values())
    for line in lines:
        assert line[7] == UNISSUED_JA[line[6]]
        assert line[8] == "" or line[6] not in line[8].split("、")
    assert "見本" not in str(lines) and "みどり町" not in str(lines)
    assert lines[0][4] == "那覇市" and lines[0][6] == "1"


def test_every_reason_has_words_and_a_remedy() -> None:
    assert tuple(UNISSUED_JA) == UNISSUED_REASONS == tuple(REMEDY_JA)


def test_unknown_municipalities_and_protected_people(tmp_path: Path) -> None:
    people = [
        person(1, unissued_reasons="5"),
        person(2, unissued_reasons="5", municipality_code="13101"),
        person(3, unissued_reasons="1", protected="1"),
    ]
    intake, order = take_in(tmp_path, people)
    table = decide(intake.people, intake.findings, order).decided
    names = {code: town.contact.name for code, town in order.units.items()}
    units = intake.people["municipality_code"]
    counted = count_unissued(units, table, names)
    assert (len(counted.codes), counted.names[-1], counted.total) == (42, UNKNOWN_TOWN, 3)
    assert counted.counts[-1].tolist() == [0, 0, 0, 0, 0, 1, 0, 0]
    lines, left_out = unissued_people(intake.people, table, units, names, ["export.csv"])
    assert (lines["row"].tolist(), left_out) == ([1, 2], 1)
    assert lines["name"].tolist() == ["うるま市", UNKNOWN_TOWN]


def test_nobody_unissued_gives_zero_rows_and_the_same_bytes(tmp_path: Path) -> None:
    table = decided(tmp_path / "job", [person(1)]).decided
    names = {"47213": "うるま市", "47201": "=那覇市"}
    counted = count_unissued(pd.Series(["47213"], dtype="str"), table, names)
    assert counted.counts.tolist() == [[0] * 8, [0] * 8]
    intake, order = take_in(tmp_path / "again", [person(1)])
    job = order.order.job
    heading = Heading(job.title, order.order.insurer.name, job.data_on)
    lines, left_out = unissued_people(
        intake.people, table, intake.people["municipality_code"], names, ["export.csv"]
    )
    for name in ("a.xlsx", "b.xlsx"):
        write_unissued_xlsx(tmp_path / name, counted, lines, left_out, heading)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    write_unissued_summary(tmp_path / "s.csv", counted)
    assert "'=那覇市" in (tmp_path / "s.csv").read_text(encoding="utf-8-sig")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["市町村別"]
    assert sheet["C6"].value == "=那覇市" and sheet["C6"].data_type == "s"
