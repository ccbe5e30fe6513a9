"""What a layout says about cells: renames, constants, empty marks, value maps, date styles, kana forms.

Every change is one that the layout names; texts are otherwise passed on as they are.  Each distinct
cell is looked at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of, distinct, pick
from kouki_print.intake.datestyles import reader
from kouki_print.intake.layouts import ColumnSpec, ExportLayout

BLANKS = " \u3000"
_HALFWIDTH = re.compile("[\uff61-\uff9f]+")
_MARKED_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa\u30fd][\u3099\u309a]")
_LONE_MARKS = str.maketrans({"\u3099": "\u309b", "\u309a": "\u309c"})
_OTHER_STYLE = "（書式違い）"  # makes a date of another style unreadable, and says why


def full_width_kana(text: str) -> str:
    """Half-width kana and its punctuation in full width, marks composed (ｶﾞ → ガ); nothing else changes."""
    return _HALFWIDTH.sub(lambda run: unicodedata.normalize("NFKC", run[0]).translate(_LONE_MARKS), text)


def composed_kana(text: str) -> str:
    """Kana with a combining voicing mark as one character (か＋U+3099 → が); nothing else changes."""
    return _MARKED_KANA.sub(lambda pair: unicodedata.normalize("NFC", pair[0]), text)


_RULES: dict[str, Callable[[str], str]] = {"halfwidth_kana": full_width_kana, "combining": composed_kana}


def _place(column: ColumnSpec, layout: ExportLayout) -> str:
    """Name of the column in the raw table."""
    if layout.spec.form == "fixed":
        return column.name
    return (column.header or column.name) if layout.headed else f"\0{column.number}"


def _reader_of(column: ColumnSpec) -> Callable[[str], str | None]:
    """Function from a trimmed cell to the standard's cell; None for a cell outside the value map."""
    rules = [_RULES[name] for name in column.normalise]
    date = reader(column.date) if column.date else None

    def read(text: str) -> str | None:
        for rule in rules:
            text = rule(text)
        if text in column.empty:
            return ""
        if column.values:
            return column.values.get(text, None if text else "")
        if date is None or not text:
            return text
        found = date(text)
        return found.isoformat() if found else text + _OTHER_STYLE

    return read


def _shaped_cells(cells: pa.ChunkedArray, column: ColumnSpec, name: str, layout: ExportLayout) -> pa.Array:
    values, codes = distinct(pc.utf8_trim(arrow_of(cells), BLANKS))
    read = _reader_of(column)
    words = [read(value) for value in values]
    unknown = [at for at, word in enumerate(words) if word is None]
    if unknown:
        raise JobError(
            f"レイアウトの対応表にない値があります（{len(unknown):,}種類）",
            remedy=f"{layout.file} の「{column.name}」の values に、この行の値を加えてください。",
            file=name,
            row=layout.first_line + int((codes == unknown[0]).argmax()),
            column=column.header or column.name,
        )
    return arrow_of(pick([word or "" for word in words], codes))


def shaped(table: pa.Table, name: str, layout: ExportLayout) -> pa.Table:
    """The file's columns under the standard's headers, cells as the layout says; others keep their names.

    JobError when the file lacks a column of the layout, or a cell is outside a value map.
    """
    if not layout.spec.column:
        return table
    have = set(table.column_names)
    made: dict[str, pa.Array | pa.ChunkedArray] = {}
    used: set[str] = set()
    for column in layout.spec.column:
        if column.constant is not None:
            made[column.name] = pa.repeat(pa.scalar(column.constant, pa.large_string()), table.num_rows)
            continue
        place = _place(column, layout)
        if place not in have:
            shown = f"{column.number}番目" if place.startswith("\0") else place
            raise JobError(
                f"レイアウトにある列（{column.name}）が移行データにありません",
                remedy=f"移行データの列か、{layout.file} の「{column.name}」を確かめてください。",
                file=name,
                row=1 + layout.spec.skip_top,
                column=shown,
            )
        used.add(place)
        cells = table.column(place)
        made[column.name] = _shaped_cells(cells, column, name, layout) if column.shaped else cells
    for header in table.column_names:
        if header not in used:  # one that the layout fills from elsewhere is told apart
            made[f"{header}（元の列）" if header in made else header] = table.column(header)
    return pa.table(made)
