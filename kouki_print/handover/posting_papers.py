"""Papers for the post office (差出しの書類): 内訳票, the sums for 料金後納, and the list of missing numbers (欠番一覧).

No form of the post office's own: what is settled there (承認番号, 割引) is filled in or asked for on the paper.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import KeepTogether, PageBreak, Paragraph, Spacer, Table, TableStyle

from kouki_print.base.dates import wareki
from kouki_print.handover.report_pdf import (
    BIG,
    HEADING,
    INK,
    LINE,
    REGULAR,
    SHADE,
    WIDTH,
    Frames,
    cell,
    register_fonts,
    report,
    ruled_table,
)
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA
from kouki_print.order.units import Contact
from kouki_print.post.posting import Posting, Void
from kouki_print.post.registered import number_of, shown

_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=15, textColor=INK, wordWrap="CJK")
_NOTE = ParagraphStyle("small", parent=_TEXT, fontSize=9, leading=13, spaceBefore=3)
_FOUND_BY = (
    "料金は、差出日の料金表によります。割引は入れていません。重さが異なる郵便物は、区分ごとに束ねてください。"
)
_OWN_FORM = "この紙は郵便局の様式ではありません。郵便局の差出票があるときは、この数字を書き写してください。"
_TO_WRITE = "＿＿＿＿＿＿＿＿＿＿＿＿"  # by hand, where the order says nothing
_TOTALS = re.compile("差し出す通数([0-9,]+)通料金([0-9,]+)円")


@dataclass(frozen=True, slots=True)
class PostingHead:
    """What stands on all papers of a unit: job, day, sender, and who pays (料金後納)."""

    job: str
    insurer: str
    posted_on: dt.date
    sender: Contact
    customer: str

    def frames(self, title: str, posting: Posting) -> Frames:
        """The page's frame."""
        day = f"差出日 {wareki(self.posted_on)}"
        return Frames(title, day, f"{self.job}　{posting.name}（{posting.code}）", self.insurer)


def breakdown_paper(head: PostingHead, posting: Posting) -> bytes:
    """breakdown.pdf: 内訳票, then the sums for 料金後納 on a page of their own."""
    register_fonts()
    story = [
        *_facts(head, posting),
        Paragraph(_totals(posting), BIG),
        *_taken_out(posting),
        Paragraph("内訳", HEADING),
        _breakdown(posting),
        *_numbers(posting),
        Spacer(1, 3 * mm),
        KeepTogether(
            [_stamps("引受郵便局（引受日付印）"), Paragraph(_FOUND_BY, _NOTE), Paragraph(_OWN_FORM, _NOTE)]
        ),
        PageBreak(),
        *_statement(head, posting),
    ]
    return report(head.frames("差出しの内訳票", posting), story)


def _totals(posting: Posting) -> str:
    """What is posted in all, in the one wording of both pages."""
    return f"差し出す通数 {posting.pieces:,}通　　料金 {posting.total_yen:,}円"


def read_breakdown_totals(text: str) -> tuple[int, int]:
    """Pieces and yen from the text of all pages of breakdown.pdf.

    ValueError when they are not told twice, or its two papers tell other numbers.
    """
    told = _TOTALS.findall(re.sub(r"\s", "", text))
    if len(told) != 2 or told[0] != told[1]:
        raise ValueError("totals")
    pieces, yen = (int(number.replace(",", "")) for number in told[0])
    return pieces, yen


def void_paper(head: PostingHead, posting: Posting) -> bytes:
    """void_list.pdf: the pieces taken out with the missing numbers; those not for the mail on a page apart."""
    register_fonts()
    story = _missing(head, posting) if posting.voids else []
    if posting.unmailed:
        story += [PageBreak()] if story else []
        story += _unmailed(posting.unmailed)
    return report(head.frames("欠番一覧（抜き取った郵便物）", posting), story)


def _missing(head: PostingHead, posting: Posting) -> list[Any]:
    """What the post office is told."""
    rows: list[list[Any]] = [["", "引受番号（欠番）", "通し番号", "証票の番号", "郵便種別", "理由"]]
    rows += [
        [
            str(at),
            shown(void.registered_number) or "―",
            f"{void.sequence:07d}",
            cell(void.piece_id, 9),
            SERVICE_JA[void.service],
            cell(void.reason, 9),
        ]
        for at, void in enumerate(posting.voids, start=1)
    ]
    return [
        *_facts(head, posting),
        Paragraph(f"抜き取った郵便物 {len(posting.voids):,}通", BIG),
        *_taken_out(posting),
        Paragraph("この番号の郵便物は差し出しません。ほかの郵便物に付け替えもしません。", _TEXT),
        Spacer(1, 2 * mm),
        ruled_table(rows, (9, 36, 20, 42, 22, 49), texts=6, total=False),
        Spacer(1, 4 * mm),
        KeepTogether([_stamps("引受郵便局（確認）")]),
    ]


def _unmailed(voids: Sequence[Void]) -> list[Any]:
    """What only the unit needs to know."""
    rows: list[list[Any]] = [["", "通し番号", "証票の番号", "理由"]]
    rows += [
        [str(at), f"{void.sequence:07d}", cell(void.piece_id, 9), cell(void.reason, 9)]
        for at, void in enumerate(voids, start=1)
    ]
    return [
        Paragraph(f"郵送しない郵便物の抜取り {len(voids):,}通（市町村用）", BIG),
        Paragraph("窓口交付などの郵便物です。引受番号はなく、差し出す通数と料金は変わりません。", _TEXT),
        Spacer(1, 2 * mm),
        ruled_table(rows, (9, 30, 60, 79), texts=4, total=False),
    ]


def _facts(head: PostingHead, posting: Posting) -> list[Any]:
    """Office, day, sender and payer."""
    sender = head.sender
    address = (
        f"〒{sender.postcode[:3]}-{sender.postcode[3:]} {sender.address}"
        if sender.postcode
        else sender.address
    )
    section = "　".join(part for part in (sender.section, sender.phone and f"電話 {sender.phone}") if part)
    lines = [line for line in (sender.name, address, section) if line]
    paid = f"料金後納　{head.customer or f'（承認番号など: {_TO_WRITE}）'}"
    rows = [
        [cell("引受郵便局", 10), cell(posting.office or _TO_WRITE, 13)],
        [cell("差出日", 10), cell(wareki(head.posted_on), 13)],
        [cell("差出人", 10), cell("\n".join(lines), 10)],
        [cell("料金の支払い", 10), cell(paid, 10)],
    ]
    return [_plain(rows, (30, 148)), Spacer(1, 3 * mm)]


def _taken_out(posting: Posting) -> list[Any]:
    """How the printed pieces became the posted ones, where some were taken out."""
    taken = len(posting.voids)
    if not taken:
        return []
    words = (
        f"印刷した {posting.pieces + taken:,}通 − 抜き取った {taken:,}通（欠番一覧のとおり）"
        f"＝ 差し出す {posting.pieces:,}通"
    )
    return [Paragraph(words, _TEXT)]


def _breakdown(posting: Posting) -> Table:
    rows: list[list[Any]] = [["郵便種別", "区分", "重さ", "1通の料金（円）", "通数", "料金の計（円）"]]
    rows += [
        [
            SERVICE_JA[line.service],
            SIZE_CLASS_JA[line.size_class],
            f"{line.max_grams:,}gまで",
            f"{line.unit_yen:,}",
            f"{line.pieces:,}",
            f"{line.total_yen:,}",
        ]
        for line in posting.lines
    ]
    rows.append(["計", "", "", "", f"{posting.pieces:,}", f"{posting.total_yen:,}"])
    return ruled_table(rows, (28, 34, 26, 30, 26, 34), texts=3, total=True, size=11, pad=3)


def _numbers(posting: Posting) -> list[Any]:
    if not posting.runs:
        return []
    rows: list[list[Any]] = [["郵便種別", "最初の番号", "最後の番号", "差し出す通数", "欠番"]]
    rows += [
        [
            SERVICE_JA[run.service],
            *(shown(number_of(end)) for end in (run.first, run.last)),
            f"{run.pieces:,}",
            f"{run.missing:,}",
        ]
        for run in posting.runs
    ]
    return [
        Paragraph("引受番号", HEADING),
        ruled_table(rows, (28, 46, 46, 34, 24), texts=3, total=False, size=11),
    ]


def _statement(head: PostingHead, posting: Posting) -> list[Any]:
    """The second page: what is to be paid, service by service."""
    rows: list[list[Any]] = [["郵便種別", "通数", "料金（円）"]]
    rows += [
        [SERVICE_JA[service], f"{pieces:,}", f"{yen:,}"]
        for service, (pieces, yen) in posting.by_service.items()
    ]
    rows.append(["計", f"{posting.pieces:,}", f"{posting.total_yen:,}"])
    return [
        Paragraph("料金後納郵便　差出しの集計", BIG),
        Spacer(1, 2 * mm),
        *_facts(head, posting),
        Paragraph(_totals(posting), BIG),
        Spacer(1, 2 * mm),
        ruled_table(rows, (70, 50, 58), texts=1, total=True, size=12, pad=4),
        Spacer(1, 3 * mm),
        _stamps("引受郵便局（受付印）"),
        Paragraph("内訳は「差出しの内訳票」のとおりです。" + _OWN_FORM, _NOTE),
    ]


def _stamps(office: str) -> Table:
    """Places to sign: who posts, who has counted, the office's stamp."""
    rows = [
        [
            cell("差出し担当（所属・氏名・印）", 8.5),
            cell("通数を数えた人（氏名・印）", 8.5),
            cell(escape(office), 8.5),
        ],
        ["", "", ""],
    ]
    return Table(
        rows,
        colWidths=[WIDTH / 3] * 3,
        rowHeights=[7 * mm, 24 * mm],
        style=TableStyle([("GRID", (0, 0), (-1, -1), 0.6, INK), ("BACKGROUND", (0, 0), (-1, 0), SHADE)]),
    )


def _plain(rows: Sequence[Sequence[Any]], widths: Sequence[float]) -> Table:
    scale = WIDTH / sum(widths)
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, LINE),
            ("BACKGROUND", (0, 0), (0, -1), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ]
    )
    return Table(rows, colWidths=[width * scale for width in widths], style=style)
