"""index.csv, index_by_sequence.csv and index.xlsx: in which box the envelope of a person is (封筒の索引).

The only lists of a unit with the names of all its pieces: by kana (五十音順) and by sequence.  Nobody under
protection (支援措置) is in them: the pieces that come in are those of all others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.dates import wareki_column
from kouki_print.base.files import write_bytes
from kouki_print.base.texts import arrow_of, filled, map_distinct
from kouki_print.handover.kana_order import kana_order
from kouki_print.handover.long_sheet import Column, LongSheet, long_book
from kouki_print.handover.tables import FOR_EXCEL, neutralised, write_for_people
from kouki_print.handover.workbook import Heading
from kouki_print.order.models import SERVICE_JA, Order
from kouki_print.post.registered import shown

BY_KANA, BY_SEQUENCE, BOOK = "index.csv", "index_by_sequence.csv", "index.xlsx"
_NAME = "封筒の索引"
_PRIVATE = (
    "個人情報：　担当者以外は見ないでください。支援措置の方は、この表に載せません。"
    "カナがない方は、カナ順の最後にあります。"
)
# What stands in the workbook: width and look; in the order of the sheet カナ順.
_PERSON = {
    "氏名カナ": (22, "wrap"),
    "氏名": (17, "wrap"),
    "被保険者番号": (12, "text"),
    "生年月日": (18, "text"),
}
_PLACE = {"箱": (7, "big"), "束": (6, "big"), "位置": (7, "big"), "通し番号": (12, "sequence")}
_PAPER = {"郵便番号": (10, "text"), "送付先": (36, "wrap"), "備考": (22, "wrap")}
_SCREEN = {
    "書類": (25, "wrap"), "組": (6, "text"), "引受番号": (15, "text"), "郵便種別": (11, "text"),
    "転送不要": (10, "text"), "窓口交付": (10, "text"), "手書き": (9, "text"), "生年月日（西暦）": (14, "text"),
}  # fmt: skip
_CSV = (
    "氏名カナ", "氏名", "被保険者番号", "生年月日", "生年月日（西暦）", "郵便番号", "送付先", "書類", "組",
    "通し番号", "箱", "束", "位置", "引受番号", "郵便種別", "転送不要", "窓口交付", "手書き", "備考",
)  # fmt: skip
_NUMBERS = {"通し番号": "sequence", "箱": "box", "束": "bundle", "位置": "position"}
_FLAGS = {"転送不要": "no_forward", "窓口交付": "pickup", "手書き": "by_hand"}
_REGISTERED, _EMPLOYER = "registered", "employer"  # rules of delivery that are no 送付先


def position_words(order: Order) -> str:
    """What 位置 is, in the same words wherever it is told."""
    more = "（2列目からは、前の列の続き）" if order.boxes.rows > 1 else ""
    return f"箱の1列目の手前から数えて何通目か{more}"


def write_index(
    folder: Path, order: Order, heading: Heading, unit: str, pieces: pd.DataFrame, encoding: str = FOR_EXCEL
) -> None:
    """Write the three files for the pieces of a unit, which come in sequence.

    ``encoding``: that of the CSV files; what a code page lacks becomes 〓.
    """
    columns = _columns(order, pieces)
    by_kana = kana_order(pieces)
    safe = {
        name: columns[name] if isinstance(columns[name], np.ndarray) else neutralised(columns[name])
        for name in _CSV
    }
    write_for_people(folder / BY_SEQUENCE, safe, encoding)
    write_for_people(
        folder / BY_KANA, {name: _taken(cells, by_kana) for name, cells in safe.items()}, encoding
    )
    bundled = bool(columns["束"].any())
    place = {name: look for name, look in _PLACE.items() if name != "束" or bundled}
    looks = {"カナ順": {**_PERSON, **place, **_PAPER}, "通し番号順": {**place, **_PERSON, **_PAPER}}
    orders = {"カナ順": by_kana, "通し番号順": np.arange(len(pieces))}
    bundles = "仕切りカードの番号（通し番号の範囲）で束を選んで、" if bundled else ""
    search = (
        f"探し方：　氏名カナで行を見つけ、ラベルの番号で箱を選び、{bundles}封筒の窓の右上にある通し番号で取り出します。"
        f"位置は、{position_words(order)}です。"
    )
    notes = (f"{unit}　{len(pieces):,}通", search, _PRIVATE)
    sheets = [
        LongSheet(name, notes, _laid_out({**shown, **_SCREEN}, columns, orders[name]), len(shown))
        for name, shown in looks.items()
    ]
    write_bytes(folder / BOOK, long_book(heading, _NAME, sheets))


def _laid_out(
    looks: dict[str, tuple[int, str]], columns: dict[str, Any], rows: np.ndarray
) -> tuple[Column, ...]:
    return tuple(
        Column(name, width, look, _taken(columns[name], rows)) for name, (width, look) in looks.items()
    )


def _taken(cells: Any, rows: np.ndarray) -> Any:
    return cells[rows] if isinstance(cells, np.ndarray) else cells.take(pa.array(rows))


def _columns(order: Order, pieces: pd.DataFrame) -> dict[str, Any]:
    """All columns by their heads: Arrow texts, numpy numbers."""
    days = pieces["birth_date"].to_numpy().astype("datetime64[D]")
    return {
        "氏名カナ": arrow_of(pieces["kana"]),
        "氏名": arrow_of(pieces["name"]),
        "被保険者番号": arrow_of(pieces["insured_number"]),
        "生年月日": arrow_of(wareki_column(days)),
        "生年月日（西暦）": pc.fill_null(pc.cast(pa.array(days), pa.large_string()), ""),
        "郵便番号": arrow_of(map_distinct(pieces["postcode"], _dashed)),
        "送付先": _joined(
            pieces["to_address"], _where(filled(pieces["to_building"]), "　", pieces["to_building"])
        ),
        "書類": arrow_of(map_distinct(pieces["document"], order.document_ja)),
        "組": arrow_of(pieces["set_code"]),
        **{head: pieces[name].to_numpy() for head, name in _NUMBERS.items()},
        "引受番号": arrow_of(map_distinct(pieces["registered_number"], shown)),
        "郵便種別": arrow_of(map_distinct(pieces["mail_service"], SERVICE_JA.__getitem__)),
        **{head: _where(pieces[name].to_numpy(dtype=bool), "○") for head, name in _FLAGS.items()},
        "備考": _remarks(pieces),
    }


def _dashed(postcode: str) -> str:
    return f"{postcode[:3]}-{postcode[3:]}" if postcode else ""


def _remarks(pieces: pd.DataFrame) -> pa.LargeStringArray:
    """What is to be known of a piece before it is given away: 窓口交付, 手書き, who else is named on it."""
    rule, via = pieces["delivery_rule"], filled(pieces["to_via"])
    at_work = (rule == _EMPLOYER).to_numpy()
    elsewhere = ~at_work & (rule != _REGISTERED).to_numpy()
    people = pieces["people"].to_numpy()
    parts: list[tuple[Any, ...]] = [
        (pieces["pickup"].to_numpy(dtype=bool), "窓口交付"),
        (pieces["by_hand"].to_numpy(dtype=bool), "手書きあり"),
        (elsewhere & ~via, "送付先の指定あり"),
        (elsewhere & via, "送付先は ", pieces["to_via"]),
        (at_work & via, pieces["to_via"]),
        (filled(pieces["to_care_of"]), "様方は ", pieces["to_care_of"]),
        ((pieces["to_name"] != pieces["name"]).to_numpy(), "宛名は ", pieces["to_name"]),
        (people > 1, pc.cast(pa.array(people), pa.large_string()), "人分（ほか ", pieces["others"], "）"),
        (~filled(pieces["kana"]), "カナなし"),
    ]
    return pc.utf8_ltrim(_joined(*(_where(mask, "、", *words) for mask, *words in parts)), "、")


def _where(mask: np.ndarray, *parts: Any) -> pa.LargeStringArray:
    """The parts as one text where the mask is set, else nothing."""
    return pc.if_else(pa.array(mask), _joined(*parts), "")


def _joined(*parts: Any) -> Any:
    """Texts side by side."""
    ready = [
        part
        if isinstance(part, pa.Array)
        else pa.scalar(part, pa.large_string())
        if isinstance(part, str)
        else arrow_of(part)
        for part in (*parts, "")
    ]
    return pc.binary_join_element_wise(*ready)
