"""cover_list.pdf: the cover list (送付内訳書) of the pieces that an employer gets for its people (団体あての一括送付).

Names whom each piece is for, because the employer hands them out; nothing else of a person is on it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Spacer

from kouki_print.handover.report_pdf import (
    BIG,
    BOLD,
    HEADING,
    INK,
    NOTE,
    REGULAR,
    Frames,
    drawable,
    register_fonts,
    report,
    ruled_table,
)
from kouki_print.handover.work_delivery import delivery_day
from kouki_print.order.models import Order
from kouki_print.order.units import Contact

_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=15.5, textColor=INK)
_CELL = ParagraphStyle("cell", parent=_TEXT, fontSize=9, leading=11.5)
_STRONG = ParagraphStyle("strong", parent=_TEXT, fontName=BOLD, fontSize=13, leading=19)


@dataclass(frozen=True, slots=True)
class ListedPiece:
    """One piece of the list: where it lies, what it is, whose it is (the member first), and via whom."""

    sequence: int
    box: int
    position: int
    document: str
    names: tuple[str, ...]
    via: str


def listed_pieces(
    plan: pd.DataFrame, people: pd.DataFrame, decided: pd.DataFrame
) -> dict[str, list[ListedPiece]]:
    """The pieces of each unit in sequence; ``plan`` holds those of units with a list only."""
    carried: dict[int, list[str]] = {}
    carrier = decided["carrier"].to_numpy()
    riders = np.flatnonzero((carrier != np.arange(len(people))) & np.isin(carrier, plan["person"].to_numpy()))
    for lead, name in zip(carrier[riders].tolist(), people["name"].iloc[riders].tolist(), strict=True):
        carried.setdefault(lead, []).append(name)
    pieces: dict[str, list[ListedPiece]] = {}
    for row in plan.itertuples():
        names = (people["name"].iat[row.person], *carried.get(row.person, ()))
        made = ListedPiece(
            row.sequence, row.box, row.position, row.document, names, decided["to_via"].iat[row.person]
        )
        pieces.setdefault(row.unit_code, []).append(made)
    return pieces


def cover_list(order: Order, employer: Contact, sender: Contact, pieces: list[ListedPiece]) -> bytes:
    """The list as PDF bytes: to whom, from whom, how many, and a line for each piece to tick off."""
    register_fonts()
    frames = Frames(
        title="送付内訳書",
        right=delivery_day(order.handover.day_of(employer.jis_code)),
        small=f"{order.job.title}　団体コード {employer.code6}",
        insurer=order.insurer.name,
    )
    return report(frames, _story(order, employer, sender, pieces))


def _story(order: Order, employer: Contact, sender: Contact, pieces: list[ListedPiece]) -> list[Any]:
    counts = Counter(piece.document for piece in pieces)
    people = sum(len(piece.names) for piece in pieces)
    boxes = max(piece.box for piece in pieces)
    summary = [["書類", "通数"]]
    summary += [[order.document_ja(key), f"{count:,}"] for key, count in sorted(counts.items())]
    summary.append(["合計", f"{len(pieces):,}"])
    rows: list[list[Any]] = [["通し番号", "箱－位置", "書類", "お渡しする方", "人数", "確認"]]
    rows += [_row(piece, order.document_ja(piece.document)) for piece in pieces]
    attention = f"{employer.section}　御中" if employer.section else "御中"
    return [
        Paragraph(f"〒{employer.postcode[:3]}-{employer.postcode[3:]}　{escape(employer.address)}", _TEXT),
        Paragraph(f"{escape(employer.name)}　{escape(attention)}", BIG),
        Spacer(1, 2 * mm),
        Paragraph(
            f"{escape(order.insurer.name)} {escape(sender.section)}　"
            f"〒{sender.postcode[:3]}-{sender.postcode[3:]} {escape(sender.address)}　電話 {sender.phone}",
            _TEXT,
        ),
        Paragraph(f"合計 {len(pieces):,}通（{people:,}人分、{boxes:,}箱）", _STRONG),
        ruled_table(summary, [60, 20], texts=1, total=True),
        Paragraph("通ごとの内訳", HEADING),
        ruled_table(rows, [18, 18, 39, 79, 12, 12], texts=4, total=False, pad=1.8),
        Paragraph(
            "届いた通数をこの表と照合し、封を開けずにご本人へお渡しください。不足・余り・退職などでお渡しできない通は、"
            "上の連絡先へお知らせのうえご返送ください。氏名の＊は異体字（この表では代表の字形）、〓はこの表にない文字です。",
            NOTE,
        ),
    ]


def _row(piece: ListedPiece, document: str) -> list[Any]:
    names = "、".join(name.replace("\u3000", " ") for name in piece.names)
    shown = drawable(f"{piece.via}　{names}" if piece.via else names)
    return [
        f"{piece.sequence:07d}",
        f"{piece.box}－{piece.position}",
        Paragraph(escape(document), _CELL),
        Paragraph(escape(shown), _CELL),
        str(len(piece.names)),
        "□",
    ]
