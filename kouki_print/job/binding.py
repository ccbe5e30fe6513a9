"""Binding (人と紙面の照合): what a lot's pages say of a person against the person's own record.

Pages are composed from fields that are taken by a piece's position, and read back against those very
fields.  Here number, name and delivery address come a second way, from the record that the register
names by its row: a slip between the two, which no reading of pages could see, is found.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.texts import arrow_of
from kouki_print.intake.handwriting import EM

_WORDS = {
    "insured_number": "被保険者番号",
    "name": "氏名",
    "to_postcode": "郵便番号",
    "to_address": "住所",
}


def record_table(people: pd.DataFrame, decided: pd.DataFrame, rows: np.ndarray) -> pa.Table:
    """Number, name and delivery address of the records with these row numbers, in their order."""
    own = people["row"].to_numpy()
    order = np.argsort(own, kind="stable")
    take = pa.array(order[np.searchsorted(own, rows, sorter=order)])
    sources = {"insured_number": people, "name": people, "to_postcode": decided, "to_address": decided}
    return pa.table({key: arrow_of(source[key]).take(take) for key, source in sources.items()})


def pack_records(table: pa.Table) -> bytes:
    """Records of a lot, compressed."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unbound(records: bytes, printed_texts: bytes, sheets: np.ndarray) -> Iterator[tuple[int, str]]:
    """Pieces (position in the lot) whose printed texts are not those of their record, and what differs.

    ``sheets`` counts those of each piece; ``printed_texts`` has one row for each of them.  What is left
    blank for handwriting is not compared.
    """
    record = pa.ipc.open_stream(records).read_all()
    texts = pa.ipc.open_stream(printed_texts).read_all()
    piece = np.repeat(np.arange(len(sheets)), sheets)
    if len(record) != len(sheets) or len(texts) != len(piece):
        yield 0, "件数"
        return
    for key, words in _WORDS.items():
        printed = _printed(texts, key)
        wanted = record[key].combine_chunks().take(pa.array(piece))
        differs = pc.and_(pc.not_equal(printed, wanted), pc.invert(pc.match_substring(printed, EM)))
        for at in np.unique(piece[differs.to_numpy(zero_copy_only=False)])[:5].tolist():
            yield at, words


def _printed(texts: pa.Table, key: str) -> pa.Array:
    """A printed text as the record has it: the postcode's digits, the address without building and 様方."""
    column = texts["to_place" if key == "to_address" else key].combine_chunks()
    column = column.cast(pa.large_string())
    if key == "to_postcode":
        halves = (pc.utf8_slice_codeunits(column, start, stop) for start, stop in ((1, 4), (5, 9)))
        return pc.binary_join_element_wise(*halves, pa.scalar("", pa.large_string()))
    return pc.list_element(pc.split_pattern(column, "\n", max_splits=1), 0) if key == "to_address" else column
