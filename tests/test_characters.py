"""Characters that cannot be printed: found before printing, listed per municipality, held or left to a pen."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from employer_job import employee, employer_job
from hypothesis import given
from hypothesis import strategies as st
from small_job import JOB, person, take_in, write_job

from kouki_print.handover.character_list import COLUMNS, write_characters
from kouki_print.intake.characters import check_characters, check_legible, is_legible
from kouki_print.intake.handwriting import EM, HAND_CODES, left_blank, rows_by_hand, softened
from kouki_print.job.forms import load_styles
from kouki_print.job.prepare import prepare
from kouki_print.job.proving import verify
from kouki_print.job.run import run
from kouki_print.job.watch import Silent, Stages
from kouki_print.order.groups import DIRECT_JA
from kouki_print.page.items import FieldItem
from kouki_print.page.type.fit import fit

HAND = JOB + '[checks]\nundrawable = "hand"\n'
NOW = "2026-01-01T00:00:00Z"
PEOPLE = [
    person(1),
    person(2, name="見●　花子"),
    person(3, address="うるま市\ue000町〓丁目"),
    person(4, name="見本　花\U0002f800子"),  # a compatibility form that no shipped font has
    person(5, name="葛\U000e0105　花子"),
    person(6, name="見●　花\u0378子", municipality_code="47201", insurer_number="39472014"),
    person(7, name="見●　一\t郎"),
    person(8, name="=見●", protected="1", pickup="1"),
]


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


@pytest.mark.parametrize("cluster", ["●", "〓", "\ufffd", "\u0378", "\uffff", "\t", "\u3099"])
def test_no_font_is_asked_for_these(cluster: str) -> None:
    assert not is_legible(cluster)


@pytest.mark.parametrize("cluster", ["見", "葛\U000e0100", "𠮷", "\u3000", "ｶ", "①", "\ue000", "\U000f0000"])
def test_a_font_decides_about_these(cluster: str) -> None:
    assert is_legible(cluster)


def test_the_list_before_print(tmp_path: Path) -> None:
    nothing_due = person(9, name="見●　次郎", welfare="1")
    prepared = prepare(write_job(tmp_path, [*PEOPLE, nothing_due]), Stages(Silent()))
    files = [each.name for each in prepared.intake.inputs]
    path = tmp_path / "characters.csv"
    tables = prepared.decided, prepared.plan
    write_characters(path, prepared.people, prepared.findings, prepared.loaded.units, files, *tables)
    lines = rows_of(path)
    assert tuple(lines[0]) == COLUMNS
    assert [line["row"] for line in lines] == ["6", "2", "3", "4", "5", "7"]  # by municipality, then row
    first = lines[0]
    assert (first["municipality_code"], first["municipality"]) == ("47201", "那覇市")
    assert first["characters"] == "U+25CF、U+0378" and first["text"] == "見●　花\u0378子"
    assert (first["file"], first["line"], first["column"]) == ("export.csv", "7", "氏名")
    assert lines[2]["characters"] == "U+3013、U+E000" or lines[2]["characters"] == "U+E000、U+3013"
    assert lines[4]["characters"] == "U+845B U+E0105"
    assert {line["action"] for line in lines} == {"保留"}
    assert {line["piece_id"] for line in lines} == {""}
    assert lines[5]["characters"] == "U+25CF、U+0009（5文字目）"
    held = prepared.decided["status"].tolist()
    assert held == ["printed", *["held"] * 7, "excluded"]


def test_an_empty_list_has_its_header(tmp_path: Path) -> None:
    intake, order = take_in(tmp_path, [person(1)])
    decided = pd.DataFrame({"carrier": [0], "unit_code": ["47213"], "status": ["printed"]})
    tables = decided, pd.DataFrame({"person": [0], "piece_id": ["x"]})
    write_characters(tmp_path / "x.csv", intake.people, [], order.units, ["export.csv"], *tables)
    assert (tmp_path / "x.csv").read_text(encoding="utf-8-sig") == ",".join(COLUMNS) + "\n"


def test_in_a_job_by_employer_the_list_names_the_employer(tmp_path: Path) -> None:
    people = [employee(1, "H1", name="見●　花子"), employee(2, "H2", name="見●　太郎", voluntary="1")]
    prepared = prepare(employer_job(tmp_path, people), Stages(Silent()))
    tables = prepared.decided, prepared.plan
    write_characters(
        tmp_path / "x.csv", prepared.people, prepared.findings, prepared.loaded.units, ["export.csv"], *tables
    )
    assert [(line["municipality_code"], line["municipality"]) for line in rows_of(tmp_path / "x.csv")] == [
        ("DIRECT", DIRECT_JA),
        ("E1", "株式会社守礼建設"),
    ]


def test_by_hand_prints_a_blank_that_reads_back(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", PEOPLE, HAND)
    prepared = prepare(job, Stages(Silent()))
    assert prepared.decided["status"].tolist() == [*["printed"] * 6, "held", "printed"]
    texts = prepared.fields.texts
    assert texts["name"].tolist()[1:6] == [
        f"見{EM}　花子",
        "見本　花子",
        f"見本　花{EM}子",
        f"{EM}　花子",
        f"見{EM}　花{EM}子",
    ]
    assert texts["to_name"].iloc[1] == f"見{EM}　花子　様"
    assert texts["to_place"].iloc[2].startswith(f"うるま市{EM}町{EM}丁目")
    assert prepared.people["name"].iloc[1] == "見●　花子"  # the record stays as it came
    assert set(prepared.decided["problems"].iloc[1:6]) <= {
        "CHAR_GAIJI", "CHAR_GAIJI;CHAR_PRIVATE", "CHAR_NO_GLYPH", "CHAR_NO_VARIANT", "CHAR_GAIJI;CHAR_UNASSIGNED"
    }  # fmt: skip
    out = tmp_path / "out"
    result = run(job, out, now=NOW)
    assert result.counts["printed"] == 7
    assert verify(out, full=True, watcher=Silent()).pieces == 7
    lines = rows_of(out / "union" / "characters.csv")
    assert {line["row"]: line["action"] for line in lines} == {
        **dict.fromkeys("23456", "手書き"), "7": "保留"
    }  # fmt: skip
    register = {line["row"]: line["piece_id"] for line in rows_of(out / "union" / "register.csv")}
    assert {line["row"]: line["piece_id"] for line in lines} == {row: register[row] for row in "234567"}
    assert register["2"].startswith("OKR08-47213-") and register["7"] == ""


def test_without_such_people_both_policies_print_the_same(tmp_path: Path) -> None:
    found = [
        prepare(write_job(tmp_path / str(at), [person(1), person(2)], job), Stages(Silent())).fields.texts
        for at, job in enumerate((JOB, HAND))
    ]
    assert found[0].equals(found[1])


@given(st.lists(st.text("見本花子●〓\ue000\U000e0100\n　", max_size=8), min_size=1, max_size=4))
def test_blanks_take_the_place_and_nothing_else_changes(names: list[str]) -> None:
    texts = pd.DataFrame({"name": pd.Series(names, dtype="str"), "copay": pd.Series(names, dtype="str")})
    found = left_blank(texts, range(len(names)), ["name"], lambda cluster: cluster[0] != "\ue000")
    assert found["copay"].tolist() == names and texts["name"].tolist() == names
    for before, after in zip(names, found["name"].tolist(), strict=True):
        assert not set(after) & set("●〓\ue000")
        assert [char for char in after if char not in f"　{EM}"] == [
            char for at, char in enumerate(before) if char not in "●〓\ue000　" and not _hangs(before, at)
        ]


def _hangs(text: str, at: int) -> bool:
    """Whether a selector belongs to a character that became a blank."""
    return text[at] == "\U000e0100" and at > 0 and text[at - 1] in "●〓\ue000"


@pytest.mark.parametrize("font", ["mincho", "gothic", "bold"])
def test_a_blank_for_the_pen_is_one_em_and_outlives_a_line_break(font: str) -> None:
    style = load_styles()[font]
    assert style.width(EM) == style.width("見") == 1000
    item = FieldItem(bind="to_place", font=font, x=0, y=0, width=18, size=10, lines=2, min_condense=100)
    for text in (f"見本見{EM}見本花", f"見本{EM}見本花", f"見本花{EM}{EM}見本花", f"見本 {EM}見本花"):
        fitted = fit(text, item, style)
        assert fitted is not None and len(fitted.lines) == 2
        printed = "".join(line for line, _ in fitted.lines)
        assert printed.count(EM) == text.count(EM)
        assert not fitted.lines[1][0].startswith(EM[1:] + "見")  # nor is it cut in two


def test_a_control_character_is_told_with_its_place(tmp_path: Path) -> None:
    people = [person(1, name="　見	本"), person(2, building="​一号		室"), person(3, kana="	")]
    intake, _ = take_in(tmp_path, people)
    told = {(each.column, row): value for each in intake.findings if each.code == "CHAR_CONTROL"
            for row, value in zip(each.rows.tolist(), each.values or (), strict=True)}  # fmt: skip
    assert told == {
        ("氏名", 0): "U+0009（2文字目）、U+0085（4文字目）",
        ("方書", 1): "U+200B（1文字目）、U+0009（4文字目）、U+0009（5文字目）",
    }


@pytest.mark.parametrize(("shown", "told"), [(False, []), (True, ["住所"])])
def test_a_document_with_the_address_needs_its_characters(
    tmp_path: Path, shown: bool, told: list[str]
) -> None:
    delivered = person(1, address="うるま市\ue000町", mail_kind="全て", mail_address="那覇市泉崎1-1-1")
    intake, order = take_in(tmp_path, [delivered])
    found = check_legible(intake.people, order.order.job.mail_on, home=np.array([shown]))
    assert [each.column for each in found] == told
    undrawn = check_characters(intake.people, lambda cluster: cluster != "町", home=np.array([shown]))
    assert [each.column for each in undrawn] == told


def test_only_what_a_pen_can_mend_is_softened(tmp_path: Path) -> None:
    intake, _ = take_in(tmp_path, PEOPLE)
    findings = [*intake.findings, *check_characters(intake.people, lambda cluster: cluster != "見")]
    assert all((each.severity == "warn") == (each.code in HAND_CODES) for each in softened(findings))
    assert rows_by_hand(findings).tolist() == []  # nothing is softened unless the order says so
