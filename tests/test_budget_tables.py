"""Tables of the run: nobody lost, right cells, safe cells, fixed bytes, a BOM for Excel only."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from post_builders import loaded_order, people_and_decisions, plan_of

from kouki_print.base.errors import OutputDiffers
from kouki_print.base.files import csv_text
from kouki_print.base.problems import Finding, ProblemKind
from kouki_print.handover.tables import (
    PIECES_COLUMNS,
    PROBLEMS_COLUMNS,
    REGISTER_COLUMNS,
    csv_bytes,
    grams,
    neutralised,
    write_held,
    write_pieces,
    write_problems,
    write_register,
    write_unissued,
)

TOWNS = ["47207", "47201"]
KINDS = {
    "BIRTH": ProblemKind("hold", "日付として読めません（{value}）", "実在する日付に直してください。"),
    "EMPTY": ProblemKind("hold", "必須の欄が空です", "入力してください。"),
    "LOOK": ProblemKind("warn", "確認が必要です", "確かめてください。"),
}


def small() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Eight people: rows 1, 2, 5, 7, 8 printed, 3 and 6 held, 4 unissued."""
    people, decided = people_and_decisions(8, TOWNS)
    decided["status"] = pd.Series(
        ["printed", "printed", "held", "unissued", "printed", "held", "printed", "printed"], dtype="str"
    )
    gone = (decided["status"] != "printed").to_numpy()
    decided.loc[gone, "carrier"] = -1
    for name in ("document", "set_code", "reason"):
        decided.loc[gone, name] = ""
    decided.loc[3, "unissued_reason"] = "2b"
    decided.loc[2, "problems"] = "BIRTH;LOOK"
    decided.loc[5, "problems"] = "EMPTY"
    return people, decided, plan_of(people, decided, loaded_order())


def read(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as handle:
        return list(csv.DictReader(handle))


def test_register_has_one_line_per_record(tmp_path: Path) -> None:
    people, decided, plan = small()
    plan = plan.sample(
        frac=1, random_state=3
    )  # the plan is in delivery order, the register in that of the export
    path = tmp_path / "register.csv"
    write_register(path, people, decided, plan)
    assert path.read_bytes().split(b"\n")[0].decode() == ",".join(REGISTER_COLUMNS)
    rows = read(path)
    assert [row["row"] for row in rows] == [str(at) for at in range(1, 9)]
    assert rows[0] == {
        "row": "1",
        "insured_number": "10000000",
        "municipality_code": "47207",
        "status": "printed",
        "document": "certificate",
        "reason": "ALL",
        "set_code": "A",
        "piece_id": "OKR08-47207-0000001",
        "sequence": "1",
        "weight_g": "46.00",
        "size_class": "standard",
        "mail_service": "simple_registered",
        "postage_yen": "460",
        "no_forward": "1",
        "problems": "",
    }
    held = rows[2]
    assert (held["status"], held["problems"]) == ("held", "BIRTH;LOOK")
    for name in (
        "piece_id",
        "sequence",
        "weight_g",
        "size_class",
        "mail_service",
        "postage_yen",
        "no_forward",
    ):
        assert held[name] == ""


def test_register_refuses_a_plan_that_is_not_the_decision(tmp_path: Path) -> None:
    people, decided, plan = small()
    doubled = pd.concat([plan, plan.head(1)], ignore_index=True)
    stranger = plan.assign(row=plan["row"].where(plan.index != 0, 99))
    held = plan.assign(row=plan["row"].where(plan.index != 0, 3))
    for wrong in (plan.iloc[1:], doubled, stranger, held):
        with pytest.raises(OutputDiffers):
            write_register(tmp_path / "register.csv", people, decided, wrong)
    assert list(tmp_path.iterdir()) == []


def test_pieces_csv_is_the_plan_without_people(tmp_path: Path) -> None:
    _, _, plan = small()
    path = tmp_path / "pieces.csv"
    write_pieces(path, plan)
    rows = read(path)
    assert list(rows[0]) == list(PIECES_COLUMNS)
    assert [row["weight_g"] for row in rows] == ["46.00"] * 5
    assert rows[0]["items"] == "1;3;5;6;7;8"
    assert rows[0]["sealed"] == "1"
    assert rows[0]["customer_barcode"].startswith("9 0 0 0 0 2 1 1 - 0 - 3 CC4")
    assert "沖縄" not in path.read_text("utf-8")
    assert "10000000" not in path.read_text("utf-8")


def test_held_lists_each_reason_of_each_person(tmp_path: Path) -> None:
    people, decided, _ = small()
    people["name"] = pd.Series(["=1+1"] * 8, dtype="str")
    findings = [
        Finding("EMPTY", np.array([2, 5]), "氏名"),
        Finding("BIRTH", np.array([0, 2]), "生年月日", values=["x", "19300231"]),
        Finding("LOOK", np.array([2, 5]), "住所"),
    ]
    path = tmp_path / "held.csv"
    write_held(path, people, decided, findings, KINDS, ["export.csv"])
    rows = read(path)
    assert [(row["municipality_code"], row["row"], row["codes"]) for row in rows] == [
        ("47201", "6", "EMPTY"),
        ("47207", "3", "BIRTH"),
        ("47207", "3", "EMPTY"),
    ]
    birth = rows[1]
    assert birth["messages"] == "日付として読めません（19300231）。対処: 実在する日付に直してください。"
    assert (birth["file"], birth["line"], birth["column"]) == ("export.csv", "4", "生年月日")
    assert birth["name"] == "'=1+1"


def test_a_warning_that_a_setting_raises_to_hold_is_listed(tmp_path: Path) -> None:
    people, decided, _ = small()
    path = tmp_path / "held.csv"
    write_held(path, people, decided, [Finding("LOOK", np.array([2]), severity="hold")], KINDS, ["e.csv"])
    assert [row["codes"] for row in read(path)] == ["EMPTY", "LOOK"]


def test_nobody_held_drops_out_of_the_list(tmp_path: Path) -> None:
    people, decided, _ = small()
    path = tmp_path / "held.csv"
    write_held(path, people, decided, [], KINDS, ["export.csv"])
    assert {row["row"] for row in read(path)} == {"3", "6"}
    decided["status"] = pd.Series(["printed"] * 8, dtype="str")
    write_held(path, people, decided, [], KINDS, ["export.csv"])
    assert read(path) == []


def test_unissued_names_the_reason(tmp_path: Path) -> None:
    people, decided, _ = small()
    decided.loc[0, ["status", "unissued_reason"]] = ["unissued", "9"]
    path = tmp_path / "unissued.csv"
    write_unissued(path, people, decided)
    assert [tuple(row.values()) for row in read(path)] == [
        ("4", "47201", "10000003", "2b", "直近の証が資格証明書"),
        ("1", "47207", "10000000", "9", "理由番号9"),
    ]


def test_lists_in_the_code_page_of_old_spreadsheets(tmp_path: Path) -> None:
    people, decided, _ = small()
    people["name"] = pd.Series(["髙良\U00020bb7一"] * 8, dtype="str")
    path = tmp_path / "held.csv"
    write_held(path, people, decided, [], KINDS, ["export.csv"], encoding="cp932")
    assert read(path, "cp932")[0]["name"] == "髙良〓一"


def test_lists_for_excel_begin_with_a_bom_and_machine_tables_do_not(tmp_path: Path) -> None:
    people, decided, plan = small()
    write_held(tmp_path / "held", people, decided, [], KINDS, ["export.csv"])
    write_unissued(tmp_path / "unissued", people, decided)
    write_problems(tmp_path / "problems", people, [], KINDS, ["export.csv"])
    write_register(tmp_path / "register", people, decided, plan)
    write_pieces(tmp_path / "pieces", plan)
    marked = {path.name: path.read_bytes().startswith(b"\xef\xbb\xbf") for path in tmp_path.iterdir()}
    assert marked == {"held": True, "unissued": True, "problems": True, "register": False, "pieces": False}


def test_problems_are_listed_in_full(tmp_path: Path) -> None:
    people, _, _ = small()
    people["line"] += 10
    findings = [
        Finding("NOTE", np.array([1]), "郵便番号"),
        Finding("LOOK", np.array([0, 7]), "住所"),
        Finding("EMPTY", np.array([5]), "氏名"),
        Finding("BIRTH", np.array([0, 2, 3]), "生年月日", values=["=1+1", "19300231", ""]),
        Finding("EMPTY", np.array([2, 5]), "住所"),
        Finding("LOOK", np.array([3]), "住所", severity="hold"),
    ]
    kinds = {**KINDS, "NOTE": ProblemKind("note", "「{value}」があります", "=見るだけです。")}
    path = tmp_path / "problems.csv"
    write_problems(path, people, findings, kinds, ["=export.csv"])
    assert path.read_bytes().split(b"\n")[0].decode("utf-8-sig") == ",".join(PROBLEMS_COLUMNS)
    rows = read(path)
    assert [(row["severity"], row["code"], row["row"], row["column"]) for row in rows] == [
        ("hold", "BIRTH", "1", "生年月日"),
        ("hold", "BIRTH", "3", "生年月日"),
        ("hold", "BIRTH", "4", "生年月日"),
        ("hold", "EMPTY", "3", "住所"),
        ("hold", "EMPTY", "6", "住所"),
        ("hold", "EMPTY", "6", "氏名"),
        ("hold", "LOOK", "4", "住所"),
        ("warn", "LOOK", "1", "住所"),
        ("warn", "LOOK", "8", "住所"),
        ("note", "NOTE", "2", "郵便番号"),
    ]
    assert [row["message"] for row in rows[:3]] == [
        "日付として読めません（=1+1）",
        "日付として読めません（19300231）",
        "日付として読めません",
    ]
    assert rows[0]["remedy"] == "実在する日付に直してください。" and rows[-1]["remedy"] == "'=見るだけです。"
    assert {row["file"] for row in rows} == {"'=export.csv"}
    assert all(int(row["line"]) == people["line"][int(row["row"]) - 1] for row in rows)


@given(st.text(max_size=12))
def test_cells_never_begin_as_a_formula(text: str) -> None:
    (cell,) = neutralised([text]).to_pylist()
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert cell.removeprefix("'") == text or cell == text


@given(st.lists(st.tuples(st.text(max_size=6), st.integers(-5, 10**9), st.booleans()), max_size=5))
def test_csv_bytes_are_those_of_the_plain_writer(rows: list[tuple[str, int, bool]]) -> None:
    texts, numbers, flags = ([row[at] for row in rows] for at in range(3))
    data = csv_bytes(
        {"a": texts, "b": np.array(numbers, dtype=np.int64), "c": np.array(flags, dtype=bool), "d": texts}
    )
    plain = csv_text({"a": texts, "b": numbers, "c": [int(flag) for flag in flags], "d": texts})
    assert data == plain.encode("utf-8")
    assert len(list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))) == len(rows) + 1


@given(st.integers(0, 10**7))
def test_grams_have_two_decimals(weight: int) -> None:
    assert grams(np.array([weight])).to_pylist() == [f"{weight // 100}.{weight % 100:02d}"]


def test_full_size_register_is_written_in_columns(tmp_path: Path) -> None:
    people, decided = people_and_decisions(165_000, TOWNS, 3)
    plan = plan_of(people, decided, loaded_order())
    first, second = tmp_path / "register.csv", tmp_path / "again.csv"
    write_register(first, people, decided, plan)
    write_register(second, people, decided, plan)
    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes().count(b"\n") == 165_001
