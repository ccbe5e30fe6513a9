"""Every page belongs to the record that the register names: a slip in between stops the job."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from line_fixtures import cli, finished
from made_lot import Made
from small_job import person, write_job

from kouki_print.job import making
from kouki_print.job.binding import pack_records, record_table, unbound
from kouki_print.job.ledger import pack_texts
from kouki_print.job.lot_files import LotTask


@pytest.fixture
def neighbours(tmp_path: Path) -> Path:
    people = [
        person(at, name=f"見本　{'一二三四'[at - 1]}郎", address=f"うるま市みどり町{at}丁目1番1号")
        for at in range(1, 5)
    ]
    return write_job(tmp_path / "job", people)


def slipping(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two sheets of each lot get each other's texts, as an index that slips would do."""
    make_tasks = making.lot_tasks

    def slipped(*args: Any) -> Iterator[LotTask]:
        for task in make_tasks(*args):
            rows = np.arange(len(task.documents))
            rows[:2] = [1, 0]
            yield replace(task, fields=task.fields.take(rows))

    monkeypatch.setattr(making, "lot_tasks", slipped)


def test_a_neighbours_data_on_a_page_stops_the_run(
    neighbours: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The 2025 accident of another household's person: page and ledger agree, and both are wrong."""
    slipping(monkeypatch)
    result = cli("run", neighbours, "--out", tmp_path / "out", "--workers", "1")
    assert result.exit_code == 3
    assert "印刷した内容と、その人の記録が違います" in result.stderr
    assert "OKR08-47213-0000001: 被保険者番号" in result.stderr
    assert "OKR08-47213-0000002: 氏名" in result.stderr
    assert "一郎" not in result.stderr and not (tmp_path / "out").exists()


def test_verify_compares_pages_with_records(neighbours: Path, tmp_path: Path) -> None:
    out = finished(neighbours, tmp_path / "out").out
    assert cli("verify", out).exit_code == 0
    with closing(sqlite3.connect(out / "job.sqlite")) as connection:
        ((records,),) = connection.execute("SELECT records FROM lot").fetchall()
        changed = records_with(records, "name", 2)
        connection.execute("UPDATE lot SET records = ?", (changed,))
        connection.commit()
    result = cli("verify", out)
    assert result.exit_code == 3
    assert "（OKR08-47213-0000003）: 印刷した氏名が、その人の記録と違います" in result.stderr


def records_with(records: bytes, key: str, at: int) -> bytes:
    """The packed records with another text in one place."""
    import pyarrow as pa

    table = pa.ipc.open_stream(records).read_all()
    cells = table[key].to_pylist()
    cells[at] = "別の人"
    table = table.set_column(table.column_names.index(key), key, pa.array(cells, type=pa.large_string()))
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


@pytest.mark.parametrize(
    ("bind", "words"),
    [("insured_number", "被保険者番号"), ("name", "氏名"), ("to_postcode", "郵便番号"), ("to_place", "住所")],
)
def test_each_part_of_the_address_and_person_counts(made: Made, bind: str, words: str) -> None:
    """The accident of columns sorted apart: one column shifted against the others."""
    prepared, task = made.prepared, made.tasks[0]
    rows = prepared.plan.iloc[task.lot.start : task.lot.stop]
    records = pack_records(record_table(prepared.people, prepared.decided, rows["row"].to_numpy()))
    sheets = rows["sheets"].to_numpy()
    assert list(unbound(records, pack_texts(task.fields), sheets)) == []
    shifted = task.fields.texts.assign(**{bind: np.roll(task.fields.texts[bind].to_numpy(dtype=object), 1)})
    found = list(unbound(records, pack_texts(replace(task.fields, texts=shifted.astype("str"))), sheets))
    assert {what for _, what in found} == {words}


def test_what_is_written_by_hand_is_not_compared(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", [person(1, name="見本　●子"), person(2)])
    text = (job / "job.toml").read_text(encoding="utf-8")
    (job / "job.toml").write_text(f'{text}[checks]\nundrawable = "hand"\n', encoding="utf-8")
    assert cli("run", job, "--out", tmp_path / "out").exit_code == 0
    assert cli("verify", tmp_path / "out", "--full").exit_code == 0
