"""支援措置: apart in lots, boxes and lists; only the sealed list names them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from small_job import number, person, write_job

from kouki_print.base.errors import OutputDiffers
from kouki_print.job.balance import check_balance
from kouki_print.job.run import run

PEOPLE = [
    person(1, name="見本　一郎", linked="0"),
    person(2, name="隠岐　花子", protected="1"),
    person(3, name="隠岐　次郎", protected="1", pickup="1"),
    person(4, name="見本　●郎", linked="0"),
    person(5, name="隠岐　●美", protected="1", pickup="1"),
    person(6, name="見本　六郎", linked="0", postcode="9042299"),
]
APART = (2, 3, 5)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("protected")
    run(write_job(folder / "job", PEOPLE), folder / "out", now="2026-01-01T00:00:00Z")
    return folder / "out"


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_sealed_list_has_all_of_them_and_nobody_else(out: Path) -> None:
    listed = lines(out / "union" / "protected.csv")
    assert [(line["row"], line["status"]) for line in listed] == [
        ("2", "held"),
        ("3", "printed"),
        ("5", "held"),
    ]
    assert [line["name"] for line in listed] == ["隠岐　花子", "隠岐　次郎", "隠岐　●美"]
    assert listed[1]["piece_id"] == "OKR08-47213-0000003" and listed[1]["box"] == "2"
    assert "渡し方" in listed[0]["messages"] and "外字" in listed[2]["messages"]


@pytest.mark.parametrize("name", ["held.csv", "problems.csv", "unissued.csv", "check.html"])
def test_no_general_list_shows_them(out: Path, name: str) -> None:
    text = (out / "union" / name).read_text(encoding="utf-8-sig")
    for row in APART:
        assert number(row) not in text and "隠岐" not in text
        assert f"export.csv {row + 1:,}行目" not in text
    if name.endswith(".csv"):
        assert not {line["row"] for line in lines(out / "union" / name)} & {str(row) for row in APART}


def test_their_piece_has_a_lot_and_a_box_of_its_own(out: Path) -> None:
    pieces = lines(out / "vendor" / "47213" / "pieces.csv")
    assert [(piece["sequence"], piece["box"]) for piece in pieces] == [("1", "1"), ("2", "1"), ("3", "2")]
    assert len({piece["print_pdf"] for piece in pieces}) == 2


def test_a_changed_sealed_list_is_noticed(out: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "out"
    shutil.copytree(out, copy)
    path = copy / "union" / "protected.csv"
    path.write_text(
        path.read_text(encoding="utf-8-sig").replace(",held,", ",printed,", 1), encoding="utf-8-sig"
    )
    with pytest.raises(OutputDiffers, match="状態の違う人"):
        check_balance(copy, len(PEOPLE), [folder.name for folder in (copy / "vendor").iterdir()])
