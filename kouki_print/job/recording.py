"""What a run writes into the ledger when all files are made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.errors import OutputDiffers
from kouki_print.base.files import sha256_of
from kouki_print.handover.manifest import STATUSES
from kouki_print.job import ledger
from kouki_print.job.binding import pack_records, record_table, unbound
from kouki_print.job.inserter.marks import packed
from kouki_print.job.kit import PrintKit
from kouki_print.job.prepare import Prepared
from kouki_print.job.work import LotResult
from kouki_print.page.layout import Layout


def write_ledger(
    building: Path, prepared: Prepared, kit: PrintKit, slip: Layout, results: Sequence[LotResult], now: str
) -> None:
    """Write job.sqlite: facts, units, records, lots, pieces, digests of all lists, the first event.

    ``slip`` is the layout of 差出票, which are written again when pieces were taken out.
    """
    people, decided, plan = prepared.people, prepared.decided, prepared.plan
    with ledger.create(building / ledger.LEDGER) as connection:
        ledger.put_job(connection, {**_job_facts(prepared, kit, results), "slip": slip.model_dump_json()})
        towns = list(prepared.loaded.units.values())
        ledger.put_rows(
            connection,
            "unit",
            [
                [town.code for town in towns],
                [town.contact.name for town in towns],
                [int(town.sealed) for town in towns],
                [int(town.mailed) for town in towns],
            ],
        )
        ledger.put_rows(
            connection,
            "record",
            [
                people["row"],
                decided["unit_code"],
                decided["status"],
                decided["reason"],
                [row if row >= 0 else None for row in _carrier_rows(people, decided)],
            ],
        )
        ledger.put_rows(connection, "lot", [*_lot_columns(results), _bound_records(prepared, results)])
        ledger.put_rows(connection, "piece", [plan[name] for name in ledger.PIECE_COLUMNS])
        lists = sorted(path for path in building.rglob("*") if path.is_file() and _is_list(path))
        ledger.put_rows(
            connection,
            "file",
            [
                [path.relative_to(building).as_posix() for path in lists],
                [sha256_of(path) for path in lists],
            ],
        )
        ledger.put_event(connection, now, "printed", "run")


def _bound_records(prepared: Prepared, results: Sequence[LotResult]) -> list[bytes]:
    """The records of each lot's pieces; OutputDiffers when a page says something else of its person."""
    packed, found = [], []
    records = record_table(prepared.people, prepared.decided, prepared.plan["row"].to_numpy())
    for result in results:
        lot = result.files.lot
        rows = prepared.plan.iloc[lot.start : lot.stop]
        packed.append(pack_records(records.slice(lot.start, lot.stop - lot.start)))
        wrong = unbound(packed[-1], result.printed_texts, rows["sheets"].to_numpy())
        found += [f"{rows['piece_id'].iloc[at]}: {words}" for at, words in wrong]
    if found:
        raise OutputDiffers(
            "印刷した内容と、その人の記録が違います。\n" + "\n".join(f"・{each}" for each in found[:10]),
            remedy="出力は残していません。開発元に知らせてください。",
        )
    return packed


def _carrier_rows(people: pd.DataFrame, decided: pd.DataFrame) -> list[int]:
    """Row of the record whose piece carries each record; -1 for who is not printed."""
    carrier = decided["carrier"].to_numpy()
    return np.where(carrier >= 0, people["row"].to_numpy()[carrier], -1).tolist()


def _is_list(path: Path) -> bool:
    """All but the print files, whose digests stand with their lots, and the ledger itself."""
    return path.parent.name not in ("print", "imposed") and not path.name.startswith(ledger.LEDGER)


def _lot_columns(results: Sequence[LotResult]) -> list[list[object]]:
    made = [result.files for result in results]
    return [
        list(range(len(made))),
        [entry.lot.unit_code for entry in made],
        [entry.lot.number for entry in made],
        [entry.lot.first for entry in made],
        [entry.lot.last for entry in made],
        [entry.lot.print_path for entry in made],
        [entry.printed.sha256 for entry in made],
        [entry.lot.imposed_path for entry in made],
        [entry.imposed.sha256 for entry in made],
        [entry.lot.sheets for entry in made],
        [entry.press_sheets for entry in made],
        [result.printed_texts for result in results],
    ]


def _job_facts(prepared: Prepared, kit: PrintKit, results: Sequence[LotResult]) -> dict[str, str]:
    loaded = prepared.loaded
    towns = {code: loaded.sender(code).model_dump() for code in loaded.units}
    return {
        "order": loaded.order.model_dump_json(),
        "contacts": json.dumps(towns, ensure_ascii=False),
        "layouts": json.dumps({key: each.model_dump(mode="json") for key, each in kit.layouts.items()}),
        "imposition": kit.imposition.model_dump_json(),
        "artwork_texts": json.dumps(kit.artwork_texts, ensure_ascii=False),
        "records": str(len(prepared.people)),
        **packed(prepared.machine, [each.marked for each in results if each.marked]),
        **{f"status_{status}": str(int((prepared.decided["status"] == status).sum())) for status in STATUSES},
    }
