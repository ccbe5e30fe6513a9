"""Papers for the post office (差出しの書類): 内訳票, the sums for 料金後納, and the list of missing numbers (欠番一覧).

No form of the post office's own: what is settled there (承認番号, 割引) is filled in or asked for on the paper.
"""

from __future__ import annotations

import datetime as dt
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
    drawable,
    register_fonts,
    report,
    ruled_table,
)
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA
from kouki_print.order.units import Contact
from kouki_print.post.areas import LOCAL_MOST_CG
from kouki_print.post.posting import ELSEWHERE, FEW, HEAVY, AreaLine, Posting
from kouki_print.post.registered import number_of, shown

_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=15, textColor=INK, wordWrap="CJK")
_NOTE = ParagraphStyle("small", parent=_TEXT, fontSize=9, leading=13, spaceBefore=3)
_MOST_RUNS, _MOST_AREAS = 10, 12  # more lines would not leave the paper two pages
_FOUND_BY = (
    "料金は、差出日の料金表によります。割引は入れていません。重さが異なる郵便物は、区分ごとに束ねてください。"
)
_OWN_FORM = "この紙は郵便局の様式ではありません。郵便局の差出票があるときは、この数字を書き写してください。"
OUTSIDE_JA = "（区外）"
FAULT_JA = {
    FEW: "通数が足りない",
    ELSEWHERE: "郵便区の外に届く",
    HEAVY: f"大きさか{LOCAL_MOST_CG // 100}gを超える",
}


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
    """breakdown.pdf: 内訳票 on the first page; the sums for 料金後納 and the pieces by 郵便区 on the second."""
    register_fonts()
    story = [
        *_facts(head, posting),
        Paragraph(f"差し出す通数 {posting.pieces:,}通　　料金 {posting.total_yen:,}円", BIG),
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
        *_areas(posting),
    ]
    return report(head.frames("差出しの内訳票", posting), story)


def void_paper(head: PostingHead, posting: Posting) -> bytes:
    """void_list.pdf: the pieces taken out, with the numbers that are missing."""
    register_fonts()
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
    story = [
        *_facts(head, posting),
        Paragraph(f"抜き取った郵便物 {len(posting.voids):,}通", BIG),
        *_taken_out(posting),
        Paragraph("この番号の郵便物は差し出しません。ほかの郵便物に付け替えもしません。", _TEXT),
        Spacer(1, 2 * mm),
        ruled_table(rows, (9, 36, 20, 42, 22, 49), texts=6, total=False),
        Spacer(1, 4 * mm),
        KeepTogether([_stamps("引受郵便局（確認）")]),
    ]
    return report(head.frames("欠番一覧（抜き取った郵便物）", posting), story)


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
    paid = f"料金後納　{head.customer or '（承認番号など: ＿＿＿＿＿＿＿＿＿＿＿＿）'}"
    rows = [
        [cell("引受郵便局", 10), cell(posting.office, 13)],
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
    rows: list[list[Any]] = [["最初の番号", "最後の番号", "差し出す通数", "欠番"]]
    rows += [
        [shown(number_of(run.first)), shown(number_of(run.last)), f"{run.pieces:,}", f"{run.missing:,}"]
        for run in posting.runs[:_MOST_RUNS]
    ]
    return [
        Paragraph("引受番号", HEADING),
        ruled_table(rows, (55, 55, 36, 32), texts=2, total=False, size=11),
        *_more(len(posting.runs) - _MOST_RUNS, "番号の範囲"),
    ]


def _areas(posting: Posting) -> list[Any]:
    """The pieces by 郵便区, for envelopes that carry 郵便区内特別; those where the mark is wrong come first."""
    marked = sorted((line for line in posting.areas if line.marked), key=lambda line: not line.wrong)
    if not marked:
        return []
    rows = [["郵便区", "郵便種別", "通数", "「郵便区内特別」の表示"]]
    rows += [_area_row(line) for line in marked[:_MOST_AREAS]]
    return [
        Paragraph("郵便区ごとの通数（封筒に「郵便区内特別」の表示）", HEADING),
        ruled_table(rows, (44, 34, 26, 74), texts=2, total=False, size=10),
        *_more(len(marked) - _MOST_AREAS, "郵便区"),
        Paragraph(
            "郵便区は確認されていない表によります。表示できるかどうかは郵便局に確かめてください。", _NOTE
        ),
    ]


def _area_row(line: AreaLine) -> list[Any]:
    word = f"【要確認】{FAULT_JA[line.reason]}" if line.reason else "条件の通数に足りている"
    return [drawable(line.area) or OUTSIDE_JA, SERVICE_JA[line.service], f"{line.pieces:,}", cell(word, 10)]


def _more(count: int, what: str) -> list[Any]:
    return (
        [Paragraph(f"ほか {what} {count:,}件（連合の posting.xlsx にあります）", _NOTE)] if count > 0 else []
    )


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
