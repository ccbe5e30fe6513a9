"""cover_list.pdf: the cover list (送付内訳書) that travels with an employer's bundle (団体あての一括送付).

Names whom each piece is for, because the employer hands them out; nothing else of a person is on it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Paragraph, Spacer

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
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
from kouki_print.order.models import Order
from kouki_print.order.units import Contact

_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=15.5, textColor=INK)
_CELL = ParagraphStyle("cell", parent=_TEXT, fontSize=9, leading=11.5)
_STRONG = ParagraphStyle("strong", parent=_TEXT, fontName=BOLD, fontSize=13, leading=19)


@dataclass(frozen=True, slots=True)
class BundlePiece:
    """One piece of a bundle: where it lies, what it is, whose it is (the member first), and via whom."""

    sequence: int
    box: int
    position: int
    document: str
    names: tuple[str, ...]
    via: str


def bundle_pieces(
    plan: pd.DataFrame, people: pd.DataFrame, decided: pd.DataFrame
) -> dict[str, list[BundlePiece]]:
    """The pieces of each unit's bundle in sequence; ``plan`` holds pieces of bundles only."""
    carried: dict[int, list[str]] = {}
    carrier = decided["carrier"].to_numpy()
    riders = np.flatnonzero((carrier != np.arange(len(people))) & np.isin(carrier, plan["person"].to_numpy()))
    for lead, name in zip(carrier[riders].tolist(), people["name"].iloc[riders].tolist(), strict=True):
        carried.setdefault(lead, []).append(name)
    pieces: dict[str, list[BundlePiece]] = {}
    for row in plan.itertuples():
        names = (people["name"].iat[row.person], *carried.get(row.person, ()))
        made = BundlePiece(
            row.sequence, row.box, row.position, row.document, names, decided["to_via"].iat[row.person]
        )
        pieces.setdefault(row.unit_code, []).append(made)
    return pieces


def cover_list(order: Order, employer: Contact, sender: Contact, pieces: list[BundlePiece]) -> bytes:
    """The list as PDF bytes: to whom, from whom, how many, and a line for each piece to tick off."""
    register_fonts()
    frames = Frames(
        title="送付内訳書",
        right=f"発送日 {wareki(order.job.mail_on)}",
        small=f"{order.job.title}　団体コード {employer.code6}",
        insurer=order.insurer.name,
    )
    return report(frames, _story(order, employer, sender, pieces))


def _story(order: Order, employer: Contact, sender: Contact, pieces: list[BundlePiece]) -> list[Any]:
    counts = Counter(piece.document for piece in pieces)
    people = sum(len(piece.names) for piece in pieces)
    boxes = max(piece.box for piece in pieces)
    summary = [["書類", "通数"]]
    summary += [[order.document_ja(key), f"{count:,}"] for key, count in sorted(counts.items())]
    summary.append(["合計", f"{len(pieces):,}"])
    rows: list[list[Any]] = [["番号", "箱－位置", "書類", "お渡しする方", "人数", "確認"]]
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
        ruled_table(rows, [14, 18, 40, 82, 12, 12], texts=4, total=False, pad=1.8),
        Paragraph(
            "届いた通数をこの表と照合し、封を開けずにご本人へお渡しください。不足・余り・退職などでお渡しできない通は、"
            "上の連絡先へお知らせのうえご返送ください。氏名の＊は異体字（この表では代表の字形）、〓はこの表にない文字です。",
            NOTE,
        ),
    ]


def _row(piece: BundlePiece, document: str) -> list[Any]:
    names = "、".join(name.replace("\u3000", " ") for name in piece.names)
    shown = drawable(f"{piece.via}　{names}" if piece.via else names)
    return [
        f"{piece.sequence:,}",
        f"{piece.box}－{piece.position}",
        Paragraph(escape(document), _CELL),
        Paragraph(escape(shown), _CELL),
        str(len(piece.names)),
        "□",
    ]


def write_cover_list(
    path: Path, order: Order, employer: Contact, sender: Contact, pieces: list[BundlePiece]
) -> None:
    """Write cover_list.pdf, whole or not at all."""
    write_bytes(path, cover_list(order, employer, sender, pieces))
