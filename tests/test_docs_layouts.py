"""The manual of export layouts is true: its tables are those of the models, its examples read people."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from layout_kit import read_as
from line_fixtures import ROOT
from small_job import number
from test_docs import BLOCK, default_words, rows

from kouki_print.intake.datestyles import STYLES, reader
from kouki_print.intake.gaiji import COLUMNS
from kouki_print.intake.layouts import ENCODING_JA, ColumnSpec, LayoutFile, layout_names, parse_layout
from kouki_print.intake.load import Intake
from kouki_print.intake.problems import PROBLEMS
from kouki_print.order.columns import EXPORT_COLUMNS

PAGE = (ROOT / "docs" / "export_layouts.md").read_text(encoding="utf-8")
SOURCES = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "kouki_print" / "intake").glob("*.py"))
CSV, FIXED = re.findall(r"^```toml layout\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(GAIJI,) = (text for name, _, text in BLOCK.findall(PAGE) if name == "csv")
(TABBED,) = (text for name, _, text in BLOCK.findall(PAGE) if name == "tsv")


def chapter(heading: str) -> str:
    """The part of the page under a heading."""
    return PAGE.split(f"\n## {heading}")[1].split("\n## ")[0]


@pytest.mark.parametrize(("heading", "model"), [("ファイルの項目", LayoutFile), ("列の項目", ColumnSpec)])
def test_every_key_stands_in_its_table_with_its_default(
    heading: str, model: type[LayoutFile | ColumnSpec]
) -> None:
    told = rows(chapter(heading))
    assert list(told) == list(model.model_fields)
    elsewhere = {"header", "record_length", "quote"}  # told in words, or quoted another way
    for key, field in model.model_fields.items():
        if key not in elsewhere:
            assert told[key][3].strip("`") == default_words(field), key


def test_every_word_stands_in_its_table() -> None:
    for encoding in ENCODING_JA:
        assert f'`"{encoding}"`' in chapter("ファイルの項目")
    for style in STYLES:
        assert f'| `"{style}"` |' in chapter("日付の書式")
    for name in layout_names():
        assert f'| `"{name}"` |' in chapter("使い方")
    assert list(rows(chapter("外字の対応表"))) == list(COLUMNS)


def test_the_dates_shown_read_in_their_style() -> None:
    for style in STYLES:
        shown = re.findall("`([^`]+)`", re.findall(rf'^\| `"{style}"` \|(.*)', PAGE, re.MULTILINE)[0])
        days = {reader(style)(text) for text in shown}
        assert days <= {dt.date(2026, 8, 1), dt.date(2019, 5, 1)}, style


def test_the_columns_of_the_standard_are_all_listed() -> None:
    told = [
        line.strip("| ").split(" | ") for line in chapter("列の一覧").splitlines() if line.startswith("| ")
    ]
    listed = {cells[0]: cells[1:] for cells in told[1:]}
    assert list(listed) == [column.header for column in EXPORT_COLUMNS]
    for column in EXPORT_COLUMNS:
        need, values = listed[column.header]
        assert need.strip() == ("必須" if column.required else "印刷する" if column.printed else "")
        if column.kind not in ("text", "date", "postcode"):
            assert values == column.allowed()


def test_messages_and_reasons_are_those_of_the_program() -> None:
    messages = re.findall("「([^」]+)」", chapter("作業が止まるとき"))
    assert messages and [text for text in messages if text not in SOURCES] == []
    codes = re.findall("`([A-Z_]+)`", chapter("人が保留になるとき"))
    assert all(PROBLEMS[code].severity == "hold" for code in codes)


def test_the_csv_example_reads_its_people(tmp_path: Path) -> None:
    people = read_as(tmp_path, TABBED.encode(), CSV).people
    assert people["insured_number"].tolist() == [number(1), number(2)]
    assert people["kana"].tolist() == ["ミホン ハナコ", "ミホン タロウ"]
    assert people["sex"].tolist() == ["female", "male"]
    assert people["birth_date"].astype(str).tolist() == ["1941-07-05", "1940-12-01"]
    assert people["expires_on"].isna().tolist() == [False, True]
    assert people["linked"].tolist() == [True, False]


def _fixed(folder: Path, *names: bytes) -> Intake:
    """People of these names (CP932) in the columns of the example."""
    cells = {"基準日": b"20260620", "保険者番号": b"39472139", "市町村コード": b"472131", "性別": b"2",
             "生年月日": b"3160705", "郵便番号": b"9042215", "住所": "うるま市みどり町".encode("cp932"),
             "資格取得年月日": b"20160705", "発効期日": b"20260801", "有効期限": b"99999999",
             "負担割合": b"01"}  # fmt: skip
    data = b""
    for count, name in enumerate(names, start=1):
        record = bytearray(b" " * 200)
        for column in parse_layout(FIXED.encode(), "mine.toml").column:
            assert column.start is not None and column.length is not None
            own = {**cells, "氏名": name, "被保険者番号": number(count).encode()}[column.name]
            record[column.start - 1 : column.start - 1 + len(own)] = own
            assert len(own) <= column.length
        data += bytes(record) + b"\r\n"
    return read_as(folder, data, FIXED, GAIJI)


def test_the_fixed_width_example_reads_its_people(tmp_path: Path) -> None:
    intake = _fixed(
        tmp_path, "見本　花子".encode("cp932"), b"\xf0\x41\x81\x40\xf0\x40", b"\xf0\x42\x81\x40\x89\xd4"
    )
    people = intake.people
    assert people["name"].tolist()[:2] == ["見本　花子", "\U00020bb7　\u845b\U000e0100"]
    assert people["municipality_code"].unique().tolist() == ["47213"]
    assert people["expires_on"].isna().all() and people["copay"].tolist() == [1, 1, 1]
    held = [each for each in intake.findings if each.code == "CHAR_PRIVATE"]
    assert [each.rows.tolist() for each in held] == [[2]]
    assert held[0].values is not None and "魚へんに花" in held[0].values[0]
