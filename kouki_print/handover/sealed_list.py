"""sealed/protected.pdf and .csv: the people under protection (支援措置) of one unit (封かん名簿).

Nothing else of the unit's own folder names them.  Their pieces lie in boxes of their own, whose numbers are
here, so that the boxes can be taken away unopened.  No address is on the list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Spacer, Table

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.handover.handwriting_list import codes_in_words
from kouki_print.handover.piece_index import position_words
from kouki_print.handover.report_pdf import (
    BIG,
    BOLD,
    HEADING,
    INK,
    WIDTH,
    Frames,
    cell,
    register_fonts,
    report,
    ruled_table,
    standing_out,
)
from kouki_print.handover.tables import FOR_EXCEL, neutralised, write_for_people
from kouki_print.order.models import SERVICE_JA, Order

PDF, CSV = "protected.pdf", "protected.csv"
COLUMNS = (
    "状態", "箱", "束", "位置", "通し番号", "氏名カナ", "氏名", "被保険者番号", "生年月日", "書類", "渡し方", "手書き",
    "理由",
)  # fmt: skip
_NOT_PRINTED = {"held": "保留", "unissued": "未発行", "excluded": "対象外"}
_ADDRESSED = {"registered": "住民票の住所あて", "employer": "団体あて"}
_RULES = (
    "・支援措置の方は、ほかの一覧（索引・窓口交付簿など）に載せていません。",
    "・この名簿は封をして保管し、支援措置の担当者だけが開いてください。写しを取らず、窓口に置かないでください。",
)
_RULES_OF_PIECES = (
    "・封筒は、ほかの方と別の箱に入っています。位置は、{position}です。",
    "・お渡しの前に、支援措置の内容と届け先を、必ずもう一度確かめてください。",
)
_COVER = ParagraphStyle("cover", fontName=BOLD, fontSize=18, leading=26, textColor=INK, alignment=1)


def write_sealed(
    folder: Path,
    frames: Frames,
    unit: str,
    order: Order,
    pieces: pd.DataFrame,
    unprinted: pd.DataFrame,
    characters: pd.DataFrame,
    why: Callable[[Any], str],
    encoding: str = FOR_EXCEL,
) -> None:
    """Write both files for these people, all of them protected; none where there is nobody.

    ``characters`` are those to write by hand, as in 手書き一覧;
    ``why`` tells of a row of ``unprinted`` why nothing is printed.
    """
    if not len(pieces) and not len(unprinted):
        return
    lines = [*_printed(order, pieces, _by_hand(characters)), *_unprinted(unprinted, why)]
    columns = {name: neutralised([line.get(name, "") for line in lines]) for name in COLUMNS}
    write_for_people(folder / CSV, columns, encoding)
    write_bytes(
        folder / PDF,
        report(frames, [cell(unit, 15), Spacer(1, 3 * mm), *_story(lines, position_words(order))]),
    )


def _printed(order: Order, pieces: pd.DataFrame, by_hand: dict[int, str]) -> Iterator[dict[str, str]]:
    for row in pieces.itertuples(index=False):
        yield {
            "状態": "印刷",
            "箱": str(row.box),
            "束": str(row.bundle or ""),
            "位置": str(row.position),
            "通し番号": str(row.sequence),
            "書類": order.document_ja(row.document),
            "渡し方": _way(row),
            "手書き": by_hand.get(row.sequence, ""),
            **_person(row),
        }


def _by_hand(characters: pd.DataFrame) -> dict[int, str]:
    """What is to be written on a piece, by its sequence."""
    found: dict[int, list[str]] = {}
    for row in characters.itertuples(index=False):
        found.setdefault(row.sequence, []).append(f"{row.column} {codes_in_words(row.characters)}")
    return {sequence: "、".join(words) for sequence, words in found.items()}


def _way(row: Any) -> str:
    if row.pickup:
        return "窓口交付"
    addressed = _ADDRESSED.get(row.delivery_rule, "送付先あて")
    return f"{addressed}（{SERVICE_JA[row.mail_service]}）"


def _unprinted(unprinted: pd.DataFrame, why: Callable[[Any], str]) -> Iterator[dict[str, str]]:
    rows = list(unprinted.itertuples(index=False))
    for status, shown in _NOT_PRINTED.items():
        for row in rows:
            if row.status == status:
                yield {"状態": shown, "理由": why(row), **_person(row)}


def _person(row: Any) -> dict[str, str]:
    born = "" if pd.isna(row.birth_date) else wareki(row.birth_date.date())
    return {"氏名カナ": row.kana, "氏名": row.name, "被保険者番号": row.insured_number, "生年月日": born}


def _story(lines: Sequence[dict[str, str]], position: str) -> list[Any]:
    register_fonts()
    cover = Table([[Paragraph("取扱注意　担当者以外の閲覧を禁ず", _COVER)]], colWidths=[WIDTH])
    cover.setStyle(
        [
            ("BOX", (0, 0), (-1, -1), 2, INK),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 11),
            ("TOPPADDING", (0, 0), (-1, -1), 7),
        ]
    )
    printed = [line for line in lines if line["状態"] == "印刷"]
    others = [line for line in lines if line["状態"] != "印刷"]
    rules = [*_RULES, *(_RULES_OF_PIECES if printed else ())]
    story = [cover, Spacer(1, 5 * mm), *[cell(text.format(position=position), 10.5) for text in rules]]
    if printed:
        boxes = "、".join(dict.fromkeys(line["箱"] for line in printed))
        story += [
            Paragraph(f"印刷した封筒　{len(printed):,}通", HEADING),
            Paragraph(f"箱 {boxes}　を、開けずに担当者へ渡してください", BIG),
            Spacer(1, 2 * mm),
            _printed_table(printed),
        ]
    if others:
        story += [Paragraph(f"印刷していない人　{len(others):,}人", HEADING), _others_table(others)]
    return story


def _printed_table(lines: Sequence[dict[str, str]]) -> Table:
    heads = ["箱", "束", "位置", "通し番号", "氏名", "被保険者番号", "生年月日", "書類・渡し方"]
    rows = [
        [
            *(line[name] for name in ("箱", "束", "位置")),
            line["通し番号"].zfill(7),
            cell(f"{line['氏名']}\n{line['氏名カナ']}", 10),
            line["被保険者番号"],
            cell(line["生年月日"], 9),
            cell(
                "\n".join(
                    filter(
                        None,
                        (line["書類"], line["渡し方"], line.get("手書き") and f"手書き {line['手書き']}"),
                    )
                ),
                9,
            ),
        ]
        for line in lines
    ]
    table = ruled_table([heads, *rows], [11, 8, 12, 18, 37, 23, 32, 43], texts=8, total=False)
    return standing_out(table, (0, 1, 2))


def _others_table(lines: Sequence[dict[str, str]]) -> Table:
    heads = ["状態", "氏名", "被保険者番号", "生年月日", "理由"]
    rows = [
        [
            line["状態"],
            cell(f"{line['氏名']}\n{line['氏名カナ']}", 10),
            line["被保険者番号"],
            cell(line["生年月日"], 9),
            cell(line["理由"], 9),
        ]
        for line in lines
    ]
    return ruled_table([heads, *rows], [14, 40, 23, 32, 75], texts=5, total=False)
