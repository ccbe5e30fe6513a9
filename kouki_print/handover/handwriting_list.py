"""handwriting.pdf and handwriting.csv: whose envelope has a blank to write on (手書き一覧, 外字), and where it is.

Below them the people who are held because of such characters.  Nobody under protection (支援措置) is in it.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Spacer

from kouki_print.base.files import write_bytes
from kouki_print.base.texts import map_distinct
from kouki_print.handover.piece_index import position_words
from kouki_print.handover.report_pdf import (
    HEADING,
    Frames,
    cell,
    drawable,
    register_fonts,
    report,
    ruled_table,
    standing_out,
)
from kouki_print.handover.tables import FOR_EXCEL, neutralised, write_for_people
from kouki_print.order.models import Order

PDF, CSV = "handwriting.pdf", "handwriting.csv"
_PLACE = ("box", "bundle", "position")
_CONTROLS = {"\t": "タブ", "\n": "改行", "\r": "改行"}
_CODE = re.compile("U\\+([0-9A-F]{4,6})")
_LOOK_UP = (
    "位置は、{position}です。文字の形は、この一覧では出せません（〓で示します）。氏名と文字コードをもとに、"
    "元の台帳で確かめてください。U+3013（〓）とU+25CF（●）は、移行データにその形で入っていたものです。"
    "分からないときは、{asked}へお尋ねください。"
)


def write_handwriting(
    folder: Path,
    frames: Frames,
    unit: str,
    order: Order,
    pieces: pd.DataFrame,
    characters: pd.DataFrame,
    sealed: bool,
    contact: str,
    encoding: str = FOR_EXCEL,
) -> None:
    """Write both files; none where nobody has such characters.

    ``characters``: a line for each column of a person, ``sequence`` 0 where nothing is printed; ``sealed``: the
    envelopes come closed; ``contact``: where the insurer is asked.
    """
    if not len(characters):
        return
    lines = characters.merge(pieces[["sequence", *_PLACE]], on="sequence", how="left")
    lines["held"] = lines["sequence"] == 0
    lines = lines.sort_values(["held", "sequence", "insured_number", "column"]).reset_index(drop=True)
    lines[list(_PLACE)] = lines[list(_PLACE)].fillna(0).astype("int64")
    for name in ("name", "text"):
        lines[name] = map_distinct(lines[name], _without_controls)
    lines["characters"] = map_distinct(lines["characters"], codes_in_words)
    _write_csv(folder / CSV, lines, encoding)
    asked = f"{frames.insurer}（{contact}）" if contact else frames.insurer
    note = _LOOK_UP.format(position=position_words(order), asked=asked)
    story = [*_story(lines, sealed, frames.insurer), Spacer(1, 3 * mm), cell(note, 9)]
    write_bytes(folder / PDF, report(frames, [cell(unit, 15), *story]))


def codes_in_words(codes: str) -> str:
    """Codes with a word for those that have no form."""
    return _CODE.sub(_in_words, codes)


def _in_words(code: re.Match[str]) -> str:
    char = chr(int(code[1], 16))
    if unicodedata.category(char) not in ("Cc", "Cf"):
        return code[0]
    return f"{_CONTROLS.get(char, '制御文字')} {code[0]}"


def _without_controls(text: str) -> str:
    """The text as the paper can show it, on one line."""
    return drawable("".join("〓" if unicodedata.category(char) == "Cc" else char for char in text))


def _write_csv(path: Path, lines: pd.DataFrame, encoding: str) -> None:
    numbers = {"箱": "box", "束": "bundle", "位置": "position", "通し番号": "sequence"}
    texts = {
        "被保険者番号": "insured_number", "氏名カナ": "kana", "氏名": "name", "項目": "column",
        "データの内容": "text", "文字コード": "characters",
    }  # fmt: skip
    columns: dict[str, Any] = {"区分": ["保留" if held else "手書き" for held in lines["held"]]}
    columns |= {head: [str(n) if n else "" for n in lines[name]] for head, name in numbers.items()}
    columns |= {head: neutralised(lines[name]) for head, name in texts.items()}
    write_for_people(path, columns, encoding)


def _story(lines: pd.DataFrame, sealed: bool, insurer: str) -> list[Any]:
    register_fonts()
    printed, held = lines[~lines["held"]], lines[lines["held"]]
    story: list[Any] = []
    if len(printed):
        pieces = printed["sequence"].nunique()
        story += [
            Paragraph(f"空欄に手で書き入れる封筒　{pieces:,}通", HEADING),
            cell(
                "印刷できない文字のところを、1文字分ずつ空けて印刷しています。お渡しの前に書き入れ、「済」に印を付けてください。"
                + (
                    "封筒は封をしてお届けしています。中の書類に書き入れるときは開封し、封をし直してください。"
                    if sealed
                    else ""
                ),
                10,
            ),
            Spacer(1, 3 * mm),
            _printed_table(printed),
        ]
    if len(held):
        people = held["insured_number"].nunique()
        story += [
            Paragraph(f"印刷していない人（保留）　{people:,}人", HEADING),
            cell(
                f"文字のために保留しています。箱には入っていません。文字を直すか外字を登録し、{insurer}へ知らせてください。",
                10,
            ),
            Spacer(1, 3 * mm),
            _held_table(held),
        ]
    return story


def _printed_table(lines: pd.DataFrame) -> Any:
    heads = ["箱", "束", "位置", "通し番号", "氏名", "空いている\n項目", "データの内容", "文字コード", "済"]
    rows = [
        [
            str(line.box),
            str(line.bundle or ""),
            str(line.position),
            f"{line.sequence:07d}",
            *_person(line, 9.5),
            "□",
        ]
        for line in lines.itertuples(index=False)
    ]
    table = ruled_table([heads, *rows], [11, 8, 12, 18, 37, 22, 40, 22, 8], texts=9, total=False)
    return standing_out(table, (0, 1, 2, 8))


def _held_table(lines: pd.DataFrame) -> Any:
    heads = ["被保険者番号", "氏名", "項目", "データの内容", "文字コード"]
    rows = [[line.insured_number, *_person(line, 10)] for line in lines.itertuples(index=False)]
    return ruled_table([heads, *rows], [25, 44, 26, 45, 38], texts=5, total=False)


def _person(line: Any, size: float) -> list[Any]:
    """Whose the characters are, and where they stand in the export."""
    return [
        cell(f"{line.name}\n{line.kana}", size),
        *(cell(text, size) for text in (line.column, line.text, line.characters)),
    ]
