"""The ledger: every record, every piece, the printed texts, and what it refuses."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from line_fixtures import Finished, cli

from kouki_print.base.errors import JobError, OutputDiffers
from kouki_print.job import ledger
from kouki_print.page.fields import PageFields

pytest_plugins = ("line_fixtures",)
pytestmark = pytest.mark.xdist_group("shipped")


def test_every_record_and_piece_is_in_it(shipped: Finished) -> None:
    register = shipped.register()
    assert shipped.ask("SELECT row, unit_code, status, reason FROM record ORDER BY row") == [
        (int(line["row"]), line["municipality_code"], line["status"], line["reason"]) for line in register
    ]
    printed = sorted((line["piece_id"], int(line["row"])) for line in register if line["status"] == "printed")
    assert shipped.ask("SELECT piece_id, row FROM piece ORDER BY piece_id") == printed
    assert shipped.ask("PRAGMA foreign_key_check") == shipped.ask("SELECT 1 WHERE 0")
    assert shipped.ask("PRAGMA integrity_check") == [("ok",)]


def test_pieces_are_those_of_the_vendor_tables(shipped: Finished) -> None:
    names = (
        "piece_id", "sequence", "document", "set_code", "matching_code", "customer_barcode", "mail_service",
        "postage_yen", "box", "position", "print_page", "imposed_sheet", "imposed_slot",
    )  # fmt: skip
    rows = shipped.ask(f"SELECT {', '.join(names)} FROM piece ORDER BY unit_code, sequence")
    assert [tuple(map(str, row)) for row in rows] == [
        tuple(piece[name] for name in names) for piece in shipped.all_pieces()
    ]


def test_lots_are_the_files_of_the_manifests(shipped: Finished) -> None:
    lots = shipped.ask(
        "SELECT unit_code, first_sequence, last_sequence, print_pdf, print_sha256, imposed_pdf,"
        " imposed_sha256 FROM lot ORDER BY unit_code, number"
    )
    listed = {
        (manifest["municipality"]["jis_code"], entry["path"]): entry["sha256"]
        for manifest in shipped.manifests()
        for entry in manifest["files"]
        if entry["path"].startswith(("print/", "imposed/"))
    }
    assert len(listed) == 2 * len(lots)
    for code, _, _, single, single_digest, imposed, imposed_digest in lots:
        assert listed[code, single] == single_digest and listed[code, imposed] == imposed_digest


def test_printed_texts_are_kept_for_a_later_comparison(shipped: Finished) -> None:
    people = shipped.people()
    for lot, blob in shipped.ask("SELECT id, printed_texts FROM lot ORDER BY id LIMIT 5"):
        texts = ledger.unpack_texts(blob).texts
        rows = [row for (row,) in shipped.ask(f"SELECT row FROM piece WHERE lot = {lot} ORDER BY sequence")]
        assert texts["insured_number"].tolist() == [people[row - 1]["被保険者番号"] for row in rows]
        assert texts["name"].tolist() == [people[row - 1]["氏名"] for row in rows]


def test_facts_and_the_first_event(shipped: Finished) -> None:
    facts = dict(shipped.ask("SELECT key, value FROM job"))
    assert facts["records"] == "1650" and json.loads(facts["order"])["job"]["id"] == "OKR08"
    assert len(json.loads(facts["contacts"])) == 41
    ((at, piece, kind, source),) = shipped.ask("SELECT at, piece_id, kind, source FROM event")
    assert (piece, kind, source) == (None, "printed", "run") and at.endswith("Z") and len(at) == 20


def test_only_the_union_may_read_it(shipped: Finished) -> None:
    if os.name == "posix":
        assert shipped.out.stat().st_mode & 0o077 == 0


def test_texts_come_back_as_they_went_in() -> None:
    texts = pd.DataFrame(
        {"name": ["辻\U000e0101　花", "", "𠮷田"], "place": ["甲\n乙", "甲\n乙", ""]}, dtype="str"
    )
    fields = PageFields(texts, {"no_forward": np.array([True, False, True])})
    again = ledger.unpack_texts(ledger.pack_texts(fields))
    pd.testing.assert_frame_equal(again.texts, texts)
    assert again.flags["no_forward"].tolist() == [True, False, True]


def test_equal_texts_pack_to_equal_bytes() -> None:
    fields = PageFields(
        pd.DataFrame({"name": ["一", "二"] * 500}, dtype="str"), {"a": np.zeros(1000, dtype=bool)}
    )
    assert ledger.pack_texts(fields) == ledger.pack_texts(fields)


def test_rows_go_in_blocks_of_any_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_BLOCK", 7)
    for count in (0, 1, 7, 20):
        path = tmp_path / f"{count}.sqlite"
        with ledger.create(path) as connection:
            columns = [np.arange(1, count + 1), ["47201"] * count, pd.Series(["held"] * count, dtype="str")]
            ledger.put_rows(connection, "record", [*columns, [""] * count, [None] * count])
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT row FROM record ORDER BY row").fetchall() == [
                (row,) for row in range(1, count + 1)
            ]
            assert ledger.status_counts(connection) == ({"held": count} if count else {})


def test_a_folder_without_a_ledger_and_a_file_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="がありません"), ledger.open_ledger(tmp_path):
        pass
    (tmp_path / "job.sqlite").write_bytes(b"not a database" * 100)
    with (
        pytest.raises(OutputDiffers, match="台帳を読めません"),
        ledger.open_ledger(tmp_path) as opened,
    ):
        opened.execute("SELECT * FROM job")


def test_reading_never_writes(shipped: Finished) -> None:
    with (
        pytest.raises(OutputDiffers),
        ledger.open_ledger(shipped.out) as opened,
    ):
        opened.execute("DELETE FROM piece")
    assert shipped.ask("SELECT COUNT(*) FROM piece") == [(len(shipped.all_pieces()),)]


def test_a_ledger_of_another_version_is_told(spoiled: Finished) -> None:
    with closing(sqlite3.connect(spoiled.out / "job.sqlite")) as connection:
        connection.execute("UPDATE job SET value = '1' WHERE key = 'schema'")
        connection.commit()
    for command in ("status", "verify"):
        result = cli(command, spoiled.out)
        assert result.exit_code == 1
        assert "別の版の kouki-print で作った出力です（台帳の版 1" in result.stderr
