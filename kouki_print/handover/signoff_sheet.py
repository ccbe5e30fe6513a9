"""signoff.pdf: the sheet on which the union approves the proof (校正承認書), with what exactly it approves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Paragraph, Table, TableStyle

from kouki_print.handover.report_pdf import (
    BOLD,
    HEADING,
    INK,
    LINE,
    NOTE,
    REGULAR,
    SHADE,
    WIDTH,
    Frames,
    cell,
    register_fonts,
    report,
    ruled_table,
)

_CHECKS = (
    "書類・理由・組ごとの件数が、想定と合っている",
    "市町村（団体）の名称・課名・住所・電話が、すべて正しい",
    "氏名・住所・番号・日付・負担割合が、正しい場所に読める大きさで載っている",
    "長い氏名・住所、長体・折返し・小さい文字、別フォントの文字が読める",
    "表と裏の内容・向き、文面、マークが正しい",
    "宛名が窓に収まり、宛名以外の個人の情報が窓から見えない",
)
_LOUD = ParagraphStyle("loud", fontName=BOLD, fontSize=11, leading=15, textColor=INK, wordWrap="CJK")
_RED = '<font color="#B3261E">%s</font>'


@dataclass(frozen=True, slots=True)
class Approval:
    """What is approved: facts of the job, people by status, by document and reason, and the digests by name.

    ``looks`` (公印の印影, 年度の色) are each to be ticked: what is missing there nobody sees on a finished page.
    """

    facts: Sequence[tuple[str, str]]
    looks: Sequence[tuple[str, str]]
    statuses: Sequence[tuple[str, int]]
    reasons: Sequence[tuple[str, str, str, int]]
    digests: Sequence[tuple[str, str]]


def signoff_sheet(frames: Frames, approval: Approval) -> bytes:
    """The sheet as PDF bytes."""
    register_fonts()
    counts = "　".join(f"{name} {count:,}" for name, count in approval.statuses)
    reasons = [
        [cell(document), cell(reason), cell(sentence), f"{count:,}"]
        for document, reason, sentence, count in approval.reasons
    ]
    looks = [
        f"{escape(name)}: {_RED % escape(text) if text.startswith('なし') else escape(text)} ―― このとおりでよい"
        for name, text in approval.looks
    ]
    total = ["計", "", "", f"{sum(count for *_, count in approval.reasons):,}"]
    digests = [[cell(name, 7), cell(value, 6.5)] for name, value in approval.digests]
    story: list[Flowable] = [
        _plain([[cell(name), cell(text)] for name, text in [*approval.facts, ("件数", counts)]], (36, 142)),
        Paragraph("書類と理由ごとの人数", HEADING),
        ruled_table(
            [["書類", "理由", "説明", "人数"], *reasons, total], (44, 24, 88, 22), texts=3, total=True, size=8
        ),
        KeepTogether(
            [
                Paragraph("確かめたこと", HEADING),
                _plain([[cell("□"), Paragraph(text, _LOUD)] for text in looks], (8, 170)),
                _plain([[cell("□"), cell(text)] for text in _CHECKS], (8, 170)),
                Paragraph("承認", HEADING),
                Paragraph("上の内容と校正紙を確かめ、このとおり印刷することを承認します。", NOTE),
                _stamps(),
            ]
        ),
        CondPageBreak(60 * mm),
        Paragraph("承認の対象（SHA-256）", HEADING),
        Paragraph("一つでも変わったときは、校正と承認をやり直します。", NOTE),
        ruled_table([["名前", "SHA-256（版）"], *digests], (62, 116), texts=2, total=False, size=8, pad=1.2),
    ]
    return report(frames, story)


def _plain(rows: Sequence[Sequence[Flowable]], widths: Sequence[float]) -> Table:
    scale = WIDTH / sum(widths)
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.4, LINE),
            ("BACKGROUND", (0, 0), (0, -1), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    return Table(rows, colWidths=[width * scale for width in widths], style=style)


def _stamps() -> Table:
    """Places for who approves and who made it: office, name, day and seal."""
    rows = [
        ["", "所属", "氏名", "日付", "印"],
        ["発注者（承認）", "", "", "", ""],
        ["受託者（作成）", "", "", "", ""],
    ]
    style = TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), REGULAR, 8.5),
            ("TEXTCOLOR", (0, 0), (-1, -1), INK),
            ("GRID", (0, 0), (-1, -1), 0.6, LINE),
            ("BACKGROUND", (0, 0), (-1, 0), SHADE),
            ("BACKGROUND", (0, 1), (0, -1), SHADE),
            ("ALIGN", (0, 0), (-1, 0), "CENTER"),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
    )
    shares = (30, 50, 46, 30, 22)
    scale = WIDTH / sum(shares)
    return Table(
        rows,
        colWidths=[share * scale for share in shares],
        rowHeights=[7 * mm, 16 * mm, 16 * mm],
        style=style,
    )
