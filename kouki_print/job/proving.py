"""Proving (検証): compares a finished output folder with its ledger, and tells where the job stands."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kouki_print.base.errors import OutputDiffers
from kouki_print.base.files import sha256_of
from kouki_print.handover.manifest import STATUSES
from kouki_print.job.balance import check_balance
from kouki_print.job.binding import unbound
from kouki_print.job.inserter.marks import machine_differences, unpacked, with_marks
from kouki_print.job.ledger import LEDGER, open_ledger, status_counts, unpack_texts
from kouki_print.job.lot_files import MEDIA_MARGIN
from kouki_print.job.lot_sheets import lot_sheets, printed_sheets
from kouki_print.job.preflighting import LotPreflight
from kouki_print.job.watch import Stages, Watcher
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.layout import Layout
from kouki_print.sheet.grid import Imposition
from kouki_print.verify.ink import ink_differences
from kouki_print.verify.readback import Difference, PrintedSheet, Reader

_PRINT_FOLDERS = ("print", "imposed")
_EVENT_JA = {"printed": "印刷ファイル作成", "handed_over": "引渡しパッケージ作成"}


@dataclass(frozen=True, slots=True)
class Proof:
    """What was read back: lots and pieces, all without a difference."""

    lots: int
    pieces: int


@dataclass(frozen=True, slots=True)
class JobStatus:
    """Where a job stands, from its ledger."""

    job_id: str
    title: str
    counts: dict[str, int]
    pieces: int
    lots: int
    total_yen: int
    events: list[tuple[str, str, int]]


def verify(out: Path, *, full: bool, watcher: Watcher) -> Proof:
    """Balance, digests, and text and codes of each lot's first and last piece (``full``: of every piece).

    OutputDiffers (exit 3) names the exact file, page and piece of every difference.
    """
    stages = Stages(watcher)
    with open_ledger(out) as connection:
        facts = dict(connection.execute("SELECT key, value FROM job"))
        order = Order.model_validate_json(facts["order"])
        contacts = {code: Contact(**values) for code, values in json.loads(facts["contacts"]).items()}
        check_balance(out, int(facts["records"]), contacts)
        lots = connection.execute("SELECT * FROM lot ORDER BY id").fetchall()
        found = [
            *_check_lots(connection),
            *_check_listed(out, contacts, lots),
            *_check_lists(out, connection),
        ]
        with stages.stage("印刷ファイルの読返し", len(lots)):
            reader = _reader(order, connection)
            marks = unpacked(facts)
            reader.machine = marks[0].machine if marks else None
            standard = LotPreflight(reader.order, reader.layouts, reader.imposition)
            pieces = 0
            for lot in lots:
                sheets = _sheets(connection, reader, lot[0])
                if marks:
                    sheets = with_marks(sheets, marks[lot[0]])
                    found.extend(machine_differences(sheets, marks[lot[0]], lot[5]))
                found.extend(_check_places(connection, lot, sheets))
                found.extend(_check_binding(lot, sheets))
                chosen = sheets if full else [sheets[0], *sheets[1:][-1:]]
                pieces += len({sheet.piece_id for sheet in chosen})
                closely = int(full or lot is lots[0])
                found.extend(_check_lot(out, reader, standard, contacts[lot[1]], lot, chosen, closely))
                watcher.step(1)
            if full and not found:
                found.extend(_check_ink(out, connection))
    if found:
        shown = "\n".join(f"・{difference.sentence()}" for difference in found[:50])
        raise OutputDiffers(
            f"出力が記録と一致しません（{len(found)}件）。\n{shown}",
            remedy="このファイルは使わず、run をもう一度実行してください。",
        )
    return Proof(len(lots), pieces)


def _reader(order: Order, connection: sqlite3.Connection) -> Reader:
    facts = dict(connection.execute("SELECT key, value FROM job"))
    # Those of the run: the job's own layouts, impositions and words are not here any more.
    layouts = {key: Layout.model_validate(each) for key, each in json.loads(facts["layouts"]).items()}
    artwork_texts: dict[str, str] = json.loads(facts["artwork_texts"])
    imposition = Imposition.model_validate_json(facts["imposition"])
    return Reader(order, layouts, imposition, MEDIA_MARGIN, artwork_texts)


def _sheets(connection: sqlite3.Connection, reader: Reader, lot: int) -> list[PrintedSheet]:
    """The sheets of a lot's pieces, with the codes and places that follow from the order of the pieces."""
    rows = connection.execute(
        "SELECT piece_id, set_code, sheets, registered_number, customer_barcode FROM piece"
        " WHERE lot = ? ORDER BY sequence",
        (lot,),
    ).fetchall()
    ids, sets, counts, registered, codewords = (list(column) for column in zip(*rows, strict=True))
    sheets = lot_sheets(
        reader.order, pd.Series(ids, dtype="str"), pd.Series(sets, dtype="str"), np.array(counts)
    )
    own = sheets.piece.tolist()
    numbers, words = ([column[piece] for piece in own] for column in (registered, codewords))
    return printed_sheets(sheets, numbers, words, reader.imposition)


def _check_binding(lot: tuple[Any, ...], sheets: list[PrintedSheet]) -> Iterator[Difference]:
    """What was printed of each person is what the person's own record says."""
    *_, printed_texts, records = lot
    ids = [sheet.piece_id for sheet in sheets]
    pieces = list(dict.fromkeys(ids))
    counts = Counter(ids)
    wrong = unbound(records, printed_texts, np.array([counts[piece] for piece in pieces]))
    for at, words in wrong:
        yield Difference(lot[5], 0, pieces[at], f"印刷した{words}が、その人の記録と違います")


def _check_places(
    connection: sqlite3.Connection, lot: tuple[Any, ...], sheets: list[PrintedSheet]
) -> Iterator[Difference]:
    """The ledger's own codes and places of each piece's first sheet (the first five that are wrong)."""
    first: dict[str, PrintedSheet] = {}
    for sheet in sheets:
        first.setdefault(sheet.piece_id, sheet)
    query = "SELECT piece_id, matching_code, print_page, imposed_sheet, imposed_slot FROM piece WHERE lot = ?"
    wrong = []
    for piece, code, *place in connection.execute(f"{query} ORDER BY sequence", (lot[0],)):
        own = first[piece]
        if code != own.matching_code:
            wrong.append(Difference(lot[5], own.print_page, piece, "台帳の照合コードが違います"))
        if place != [own.print_page, own.imposed_sheet, own.imposed_slot]:
            wrong.append(Difference(lot[5], own.print_page, piece, "台帳の印刷ページ・面の位置が違います"))
    yield from wrong[:5]


def _check_lots(connection: sqlite3.Connection) -> Iterator[Difference]:
    """Every piece of the ledger belongs to a lot of the ledger."""
    query = "SELECT piece_id FROM piece WHERE lot NOT IN (SELECT id FROM lot) ORDER BY piece_id LIMIT 5"
    for (piece_id,) in connection.execute(query):
        yield Difference(LEDGER, 0, piece_id, "この通のロットが台帳にありません")


def _check_lists(out: Path, connection: sqlite3.Connection) -> Iterator[Difference]:
    """Every list, manifest, report and budget file is the one that the run wrote."""
    for name, digest in connection.execute("SELECT path, sha256 FROM file ORDER BY path"):
        if not (out / name).is_file():
            yield Difference(name, 0, "-", "ファイルがありません")
        elif sha256_of(out / name) != digest:
            yield Difference(name, 0, "-", "内容が台帳のSHA-256と違います")


def _check_listed(out: Path, codes: Iterable[str], lots: Iterable[tuple[Any, ...]]) -> Iterator[Difference]:
    """Each manifest lists the ledger's print files with their digests, and no other PDF lies beside them."""
    expected: dict[str, dict[str, str]] = {code: {} for code in codes}
    for _, code, _, _, _, print_pdf, print_digest, imposed_pdf, imposed_digest, *_ in lots:
        expected.setdefault(code, {}).update({print_pdf: print_digest, imposed_pdf: imposed_digest})
    for code, digests in expected.items():
        folder = out / "vendor" / code
        files = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
        listed = {
            entry["path"]: entry["sha256"]
            for entry in files
            if entry["path"].partition("/")[0] in _PRINT_FOLDERS
        }
        if listed != digests:
            yield Difference(f"{code}/manifest.json", 0, "-", "印刷ファイルの一覧が台帳と違います")
        for kind in _PRINT_FOLDERS:
            for path in sorted((folder / kind).glob("*.pdf")):
                if f"{kind}/{path.name}" not in digests:
                    yield Difference(f"{code}/{kind}/{path.name}", 0, "-", "台帳にない印刷ファイルです")


def _check_lot(
    out: Path,
    reader: Reader,
    standard: LotPreflight,
    contact: Contact,
    lot: tuple[Any, ...],
    chosen: list[PrintedSheet],
    closely: int,
) -> list[Difference]:
    _, code, *_, print_pdf, print_digest, imposed_pdf, imposed_digest, sheets, press_sheets, texts, _ = lot
    folder = out / "vendor" / code
    found = []
    for name, digest in ((print_pdf, print_digest), (imposed_pdf, imposed_digest)):
        if not (folder / name).is_file():
            found.append(Difference(f"{code}/{name}", 0, "-", "ファイルがありません"))
        elif sha256_of(folder / name) != digest:
            found.append(Difference(f"{code}/{name}", 0, "-", "内容が台帳のSHA-256と違います"))
    if found:
        return found
    fields = unpack_texts(texts)
    found = reader.check(
        contact,
        fields,
        chosen,
        print_pdf=folder / print_pdf,
        print_pages=2 * sheets,
        imposed_pdf=folder / imposed_pdf,
        imposed_pages=2 * press_sheets,
        closely=closely,
    )
    return found + standard.check(folder / print_pdf, folder / imposed_pdf, chosen, fields)


def _check_ink(out: Path, connection: sqlite3.Connection) -> Iterator[Difference]:
    """Every character of the job prints something; all lots carry the same fonts, so one file tells."""
    for code, print_pdf in connection.execute("SELECT unit_code, print_pdf FROM lot ORDER BY id LIMIT 1"):
        yield from ink_differences(out / "vendor" / code / print_pdf, f"{code}/{print_pdf}")


def status(out: Path) -> JobStatus:
    """Counts, postage and events of a job."""
    with open_ledger(out) as connection:
        facts = dict(connection.execute("SELECT key, value FROM job"))
        order = Order.model_validate_json(facts["order"])
        counts = status_counts(connection)
        pieces, yen = connection.execute("SELECT COUNT(*), TOTAL(postage_yen) FROM piece").fetchone()
        (lots,) = connection.execute("SELECT COUNT(*) FROM lot").fetchone()
        events = connection.execute(
            "SELECT at, kind, COUNT(*) FROM event GROUP BY at, kind ORDER BY at"
        ).fetchall()
    return JobStatus(
        job_id=order.job.id,
        title=order.job.title,
        counts={key: counts.get(key, 0) for key in STATUSES},
        pieces=pieces,
        lots=lots,
        total_yen=int(yen),
        events=[(at, _EVENT_JA.get(kind, kind), count) for at, kind, count in events],
    )
