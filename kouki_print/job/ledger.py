"""The ledger (台帳): one SQLite file with every record, every piece and what happened to it.

Held by the union only: it carries the printed texts so that finished files can be compared with
the data at any later time.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from kouki_print.base.errors import JobError, OutputDiffers
from kouki_print.base.texts import arrow_of
from kouki_print.page.fields import PageFields

LEDGER = "job.sqlite"
SCHEMA_VERSION = 6
_BLOCK = 10_000  # rows turned into Python values at a time
_SCHEMA = """
CREATE TABLE job (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE unit (
  code TEXT PRIMARY KEY, name TEXT NOT NULL, sealed INTEGER NOT NULL, mailed INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE record (
  row INTEGER PRIMARY KEY, unit_code TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL,
  carrier_row INTEGER REFERENCES record(row)
);
CREATE TABLE lot (
  id INTEGER PRIMARY KEY, unit_code TEXT NOT NULL, number INTEGER NOT NULL,
  first_sequence INTEGER NOT NULL, last_sequence INTEGER NOT NULL,
  print_pdf TEXT NOT NULL, print_sha256 TEXT NOT NULL, imposed_pdf TEXT NOT NULL, imposed_sha256 TEXT NOT NULL,
  sheets INTEGER NOT NULL, press_sheets INTEGER NOT NULL, printed_texts BLOB NOT NULL, records BLOB NOT NULL
);
CREATE TABLE piece (
  piece_id TEXT PRIMARY KEY, row INTEGER NOT NULL UNIQUE REFERENCES record(row),
  lot INTEGER NOT NULL REFERENCES lot(id), unit_code TEXT NOT NULL, sequence INTEGER NOT NULL,
  document TEXT NOT NULL, set_code TEXT NOT NULL, sheets INTEGER NOT NULL, registered_number TEXT NOT NULL,
  matching_code TEXT NOT NULL, customer_barcode TEXT NOT NULL,
  mail_service TEXT NOT NULL, postage_yen INTEGER NOT NULL, weight_cg INTEGER NOT NULL,
  size_class TEXT NOT NULL, max_grams INTEGER NOT NULL, postcode TEXT NOT NULL, area TEXT NOT NULL,
  no_forward INTEGER NOT NULL, apart INTEGER NOT NULL,
  box INTEGER NOT NULL, bundle INTEGER NOT NULL, position INTEGER NOT NULL, print_page INTEGER NOT NULL,
  imposed_sheet INTEGER NOT NULL, imposed_slot INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE file (path TEXT PRIMARY KEY, sha256 TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event (
  id INTEGER PRIMARY KEY, at TEXT NOT NULL, piece_id TEXT, kind TEXT NOT NULL, source TEXT NOT NULL
);
"""
PIECE_COLUMNS = (
    "piece_id", "row", "lot", "unit_code", "sequence", "document", "set_code", "sheets", "registered_number",
    "matching_code", "customer_barcode", "mail_service", "postage_yen", "weight_cg", "size_class", "max_grams",
    "postcode", "area", "no_forward", "apart", "box", "bundle", "position", "print_page",
    "imposed_sheet", "imposed_slot",
)  # fmt: skip


@contextmanager
def create(path: Path) -> Iterator[sqlite3.Connection]:
    """A new ledger, written in one transaction: complete or absent."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # The file is renamed into place only when the whole job is done, so durability can wait.
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        for statement in _SCHEMA.split(";"):
            if statement.strip():
                connection.execute(statement)
        yield connection
        connection.execute("COMMIT")


@contextmanager
def open_ledger(out: Path) -> Iterator[sqlite3.Connection]:
    """The ledger of a finished job, for reading."""
    path = out / LEDGER
    if not path.is_file():
        raise JobError(
            "台帳 job.sqlite がありません。",
            remedy="kouki-print run で作った出力フォルダーを指定してください。",
            file=str(out),
        )
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            ((schema,),) = connection.execute("SELECT value FROM job WHERE key = 'schema'").fetchall()
            if schema != str(SCHEMA_VERSION):
                raise JobError(
                    f"別の版の kouki-print で作った出力です（台帳の版 {schema}、この版は {SCHEMA_VERSION}）。",
                    remedy="作ったときの版で開くか、run をもう一度実行してください。",
                    file=LEDGER,
                )
            yield connection
    except sqlite3.DatabaseError as error:
        raise OutputDiffers(
            "台帳を読めません。壊れているか、別のファイルです。",
            remedy="控えから戻すか、run をもう一度実行してください。",
            file=LEDGER,
        ) from error


def put_job(connection: sqlite3.Connection, values: Mapping[str, str]) -> None:
    """Facts about the whole job as key and text."""
    connection.executemany(
        "INSERT INTO job VALUES (?, ?)", sorted({"schema": str(SCHEMA_VERSION), **values}.items())
    )


def put_rows(connection: sqlite3.Connection, table: str, columns: Sequence[Any]) -> None:
    """Insert a table given as columns of equal length (lists, arrays or pandas columns of text and int)."""
    holes = ", ".join("?" * len(columns))
    for start in range(0, len(columns[0]), _BLOCK):
        block = [_plain(column[start : start + _BLOCK]) for column in columns]
        connection.executemany(f"INSERT INTO {table} VALUES ({holes})", zip(*block, strict=True))


def _plain(column: Any) -> list[Any]:
    return column if isinstance(column, list) else column.tolist()


def put_event(
    connection: sqlite3.Connection, at: str, kind: str, source: str, piece_id: str | None = None
) -> None:
    """Append one event (never changed afterwards)."""
    connection.execute(
        "INSERT INTO event (at, piece_id, kind, source) VALUES (?, ?, ?, ?)", (at, piece_id, kind, source)
    )


def add_events(out: Path, at: str, kind: str, sources: Sequence[str]) -> None:
    """Append events to the ledger of a finished job, all of them or none."""
    try:
        address = f"{(out / LEDGER).resolve().as_uri()}?mode=rw"
        with closing(sqlite3.connect(address, uri=True)) as connection, connection:
            for source in sources:
                put_event(connection, at, kind, source)
    except sqlite3.Error as error:
        raise JobError(
            "台帳に書き込めません。",
            remedy="ほかのプログラムが開いていないこと、書き込む権限と空き容量があることを確かめてください。",
            file=LEDGER,
        ) from error


def pack_texts(fields: PageFields) -> bytes:
    """The printed texts and flags of a lot as one compressed Arrow table."""
    columns = {str(name): arrow_of(column) for name, column in fields.texts.items()}
    columns.update({f"flag:{name}": pa.array(flag) for name, flag in fields.flags.items()})
    table = pa.table({name: _compact(column) for name, column in columns.items()})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _compact(column: pa.Array) -> pa.Array:
    return column.dictionary_encode() if pa.types.is_large_string(column.type) else column


def unpack_texts(blob: bytes) -> PageFields:
    """Inverse of :func:`pack_texts`."""
    table = pa.ipc.open_stream(blob).read_all()
    texts: dict[str, Any] = {}
    flags: dict[str, np.ndarray] = {}
    for name in table.column_names:
        values = table[name].to_pylist()
        if name.startswith("flag:"):
            flags[name.removeprefix("flag:")] = np.array(values, dtype=bool)
        else:
            texts[name] = values
    return PageFields(pd.DataFrame(texts, dtype="str"), flags)


def status_counts(connection: sqlite3.Connection) -> dict[str, int]:
    """Records by status."""
    rows: Iterable[tuple[str, int]] = connection.execute(
        "SELECT status, COUNT(*) FROM record GROUP BY status"
    )
    return dict(rows)
