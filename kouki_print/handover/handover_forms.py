"""引渡書, 受領書 and データ消去証明書 of one package: filled in as far as the job knows, the rest by hand.

Nothing personal is on them: names of offices and companies, counts, dates and the package's digest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, Spacer, Table, TableStyle

from kouki_print.base.dates import wareki
from kouki_print.handover.report_pdf import (
    BIG,
    INK,
    REGULAR,
    SHADE,
    WIDTH,
    Frames,
    cell,
    drawable,
    register_fonts,
    report,
)

_OPEN_DAY = "令和　　　年　　　月　　　日"
_WAYS = "□ 手渡し　　□ 書留など追跡できる便　　□ 専用回線・受渡しサイト\n□ その他（　　　　　　　　　　　　　　　　）"
_ERASED = (
    "□ 上書きによる消去（ソフト名　　　　　　　　　　　　　　）",
    "□ 暗号化した媒体の鍵の消去",
    "□ 媒体の破壊・裁断・溶解（　　　　　　　　　　　　　　　）",
    "□ その他（　　　　　　　　　　　　　　　　　　　　　　　）",
)
_WHERE = (
    "□ 受け取ったパッケージと、開いたファイル",
    "□ 印刷機・面付け機・封入機などに入れたデータと、その一時ファイル",
    "□ 控え（バックアップ）と、メール・受渡しサイトに残ったもの",
    "□ 試し刷り・刷り損じ・余った用紙（裁断または溶解）",
)
_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=12, leading=19, textColor=INK, wordWrap="CJK")


@dataclass(frozen=True, slots=True)
class HandoverFacts:
    """What the forms say of a package.  Files, pieces and boxes are None where they are not to be told."""

    job: str
    insurer: str
    contact: str
    receiver: str
    content: str
    package: str
    method: str
    sha256: str
    bytes: int
    files: int | None
    pieces: int | None
    boxes: int | None
    files_on: dt.date | None
    erase_on: dt.date | None


def handover_forms(facts: HandoverFacts) -> bytes:
    """The three forms as PDF bytes, a page each."""
    register_fonts()
    story = [*_handed_over(facts), PageBreak(), *_received(facts), PageBreak(), *_erased(facts)]
    frames = Frames("電子データの引渡し", facts.package, facts.job, facts.insurer)
    return report(frames, story)


def _handed_over(facts: HandoverFacts) -> list[Flowable]:
    return [
        *_head("引渡書", facts, f"{facts.receiver}　御中"),
        _text("次の電子データを引き渡します。この紙は、受け取る方の控えです。"),
        Spacer(1, 2 * mm),
        _ruled([*_package(facts), ("引渡日", _day(facts.files_on)), ("引渡しの方法", _WAYS)]),
        Spacer(1, 4 * mm),
        _text("開いて、中身がそろっていることを確かめる命令:"),
        _text(f"kouki-print handover check {facts.package} --to フォルダー"),
        _text(
            "パスワードは、このデータとは別の方法（電話など）でお知らせします。"
            if "パスワード" in facts.method
            else ""
        ),
        Spacer(1, 4 * mm),
        _signed([("引き渡した者", facts.insurer), ("運んだ者", ""), ("受け取った者", facts.receiver)]),
    ]


def _received(facts: HandoverFacts) -> list[Flowable]:
    return [
        *_head("受領書", facts, f"{facts.insurer}　御中"),
        _text("次の電子データを受け取りました。記入と押印をして、引き渡した者に返してください。"),
        Spacer(1, 2 * mm),
        _ruled(
            [
                *_package(facts),
                ("受領日", _OPEN_DAY),
                ("確かめたこと", "□ SHA-256 が一致した\n□ 開いて、中身がそろっていた（handover check）"),
                ("気づいたこと", "\n\n\n"),
            ]
        ),
        Spacer(1, 5 * mm),
        _signed([("受け取った者", facts.receiver)]),
    ]


def _erased(facts: HandoverFacts) -> list[Flowable]:
    due = f"{wareki(facts.erase_on)}まで" if facts.erase_on else f"{_OPEN_DAY}まで"
    return [
        *_head("データ消去証明書", facts, f"{facts.insurer}　御中"),
        _text("次の電子データと、そこから作ったものを、復元できない方法ですべて消去しました。"),
        Spacer(1, 2 * mm),
        _ruled(
            [
                *_package(facts),
                ("消去の期限", due),
                ("消去したもの", "\n".join(_WHERE)),
                ("消去の方法", "\n".join(_ERASED)),
                ("消去した日", _OPEN_DAY),
            ]
        ),
        Spacer(1, 5 * mm),
        _signed([("責任者", facts.receiver), ("作業した者", "")]),
    ]


def _head(title: str, facts: HandoverFacts, to: str) -> list[Flowable]:
    contact = f"問合せ先: {facts.contact}" if facts.contact else ""
    return [
        Paragraph(title, BIG),
        Spacer(1, 2 * mm),
        _text(to),
        _text(contact),
        Spacer(1, 1 * mm),
    ]


def _package(facts: HandoverFacts) -> list[tuple[str, str]]:
    """What it is about: the same lines on all three."""
    numbers = (("ファイル", facts.files), ("通数", facts.pieces), ("箱", facts.boxes))
    counts = [f"{name} {number:,}" for name, number in numbers if number is not None]
    groups = [facts.sha256[at : at + 4] for at in range(0, 64, 4)]
    digest = "\n".join(" ".join(groups[at : at + 8]) for at in (0, 8))
    return [
        ("業務", facts.job),
        ("内容", facts.content),
        ("パッケージ", f"{facts.package}　（{facts.bytes:,} バイト）"),
        ("暗号化", facts.method),
        *([("件数", "　　".join(counts))] if counts else []),
        ("SHA-256", f"{' '.join(groups[:4])}　（はじめの16字）\n全体:\n{digest}"),
    ]


def _day(day: dt.date | None) -> str:
    return wareki(day) if day else _OPEN_DAY


def _text(text: str) -> Paragraph:
    return Paragraph(escape(drawable(_kept(text))), _TEXT)


def _kept(text: str) -> str:
    """Room to write in stays as wide as it is: a paragraph would close up its full-width blanks."""
    return text.replace("　", "\u00a0\u00a0")


def _ruled(rows: Sequence[tuple[str, str]]) -> Table:
    """Lines of a name and what is said or filled in."""
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.6, INK),
            ("BACKGROUND", (0, 0), (0, -1), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    cells = [[cell(name, 11), cell(_kept(text), 11)] for name, text in rows]
    return Table(cells, colWidths=[30 * mm, WIDTH - 30 * mm], style=style)


def _signed(parties: Sequence[tuple[str, str]]) -> Table:
    """A line per person: office filled in as far as it is known, name, day and seal by hand."""
    rows = [[cell(text, 9) for text in ("", "団体・会社・所属", "氏名", "年月日", "印")]]
    rows += [[cell(part, 11), cell(office, 10), "", "", ""] for part, office in parties]
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.6, INK),
            ("BACKGROUND", (0, 0), (-1, 0), SHADE),
            ("BACKGROUND", (0, 1), (0, -1), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ]
    )
    widths = [share * (WIDTH / 178) for share in (28, 56, 46, 28, 20)]
    return Table(rows, colWidths=widths, rowHeights=[7 * mm] + [19 * mm] * len(parties), style=style)
