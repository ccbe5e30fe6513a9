"""What an imposition is going to do (面付けの予定), in words: the table of slots, the sums, and what is left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import numpy as np

from kouki_print.job.impose import Planned
from kouki_print.pdf.foreign import readable

_ENDS = 5  # sheets that are listed at the beginning and at the end of a long job
_SIDES = "表裏"


def plan_lines(planned: Planned) -> Iterator[str]:
    """The table, one line per side of a sheet: which page lies in which slot."""
    press, finished, sheets = planned.imposition, planned.finished, len(planned.table)
    yield f"面付け　{press.title}　{press.width:g}×{press.height:g}mm　{press.up}面（横{press.columns}×縦{press.rows}）"
    yield f"元の PDF　{readable(planned.foreign.path.name)}　仕上がり {finished.width:g}×{finished.height:g}mm"
    width = max(6, len(str(planned.chosen[-1])) + 2)
    sheet_width = max(8, 2 * len(f"{sheets:,}") + 3)
    names = "".join(_padded(f"面{slot}", width) for slot in range(1, press.up + 1))
    yield _padded("用紙", sheet_width) + _padded("", 4) + names
    for sheet, sides in enumerate(planned.table.tolist()):
        if sheets > 2 * _ENDS and sheet == _ENDS:
            yield _padded(f"（中略 {sheets - 2 * _ENDS:,}枚）", sheet_width)
        if _ENDS <= sheet < sheets - _ENDS:
            continue
        for side in range(press.sides):
            head = f"{sheet + 1:,}/{sheets:,}" if side == 0 else ""
            slots = "".join(
                _padded(str(planned.chosen[page - 1]) if page else "白", width) for page in sides[side]
            )
            yield _padded(head, sheet_width) + _padded(_SIDES[side], 4) + slots
    if press.sides == 2:
        yield "裏の行は、表の同じ面の真裏に来るページです。"
    yield sums(planned)


def sums(planned: Planned) -> str:
    """Pages, sheets and blanks in one line."""
    printed = planned.table[:, : planned.imposition.sides]
    blanks = int(np.count_nonzero(printed == 0))
    return f"ページ {len(planned.chosen):,}　用紙 {len(planned.table):,}枚　白いページ {blanks:,}"


def notes(planned: Planned) -> Iterator[str]:
    """What the imposed file does not have, or does not say, of its source."""
    foreign, statement = planned.foreign, planned.foreign.statement
    if foreign.annotated:
        yield f"注釈や入力欄のあるページが{foreign.annotated:,}あります。注釈と入力欄は、面付けした PDF に入りません。"
    if foreign.cut:
        yield (
            f"仕上がり（TrimBox）が用紙（MediaBox）の外に出ているページが{foreign.cut:,}あります。"
            "MediaBox の内側だけを仕上がりとしました。"
        )
    if "sheet_line" in planned.imposition.marks:
        yield (
            f"用紙情報に、元のファイルの名前「{planned.name}」が入ります。"
            "人の名前などがあれば、ファイルの名前を変えて、もう一度面付けしてください。"
        )
    if not planned.finished.bleed:
        yield "仕上がり（TrimBox）の外に塗り足しがありません。断裁のずれで、端に白い線が出ることがあります。"
    if statement.stated and not statement.standard:
        yield (
            f"元の PDF は {statement.stated} と名乗っていますが、面付けした PDF は名乗りません"
            "（印刷前検査に合格しない、出力インテントが CMYK の印刷用でない、日付がない、トラッピング済みのどれかです。"
            "kouki-print preflight で確かめられます）。"
        )
    elif not statement.stated:
        yield "元の PDF は印刷の規格（PDF/X-4 など）を名乗っていないので、面付けした PDF も名乗りません。"


def _padded(text: str, width: int) -> str:
    used = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
    return " " * (width - used) + text
