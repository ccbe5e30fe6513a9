"""guide.pdf of the test deck: one page that says, sheet by sheet, what the inserter (封入機) must do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph

from kouki_print.handover.report_pdf import (
    BIG,
    HEADING,
    NOTE,
    Frames,
    cell,
    register_fonts,
    report,
    ruled_table,
)

_USUAL = 28  # marks that stand in a line of their column in the usual size; of more each is smaller
_STEP = ParagraphStyle("step", parent=NOTE, fontSize=9, leading=13)


@dataclass(frozen=True, slots=True)
class DeckLine:
    """A sheet in the order of feeding: page of deck.pdf, matching code, marks, what it shows, what must happen."""

    page: int
    code: str
    marks: str
    what: str
    does: str
    loud: bool


def guide(frames: Frames, feeders: Sequence[str], order: str, lines: Sequence[DeckLine]) -> bytes:
    """The page as PDF bytes; ``feeders`` say what is in each, ``order`` how the pile is laid in."""
    register_fonts()
    stops = sum(line.loud for line in lines)
    steps = (
        f"1. deck.pdf を本番と同じ用紙・同じ拡大率（100%）・両面で刷り、順番を変えずに重ねます。{order}",
        f"2. 供給機に次のものを入れます。{'、'.join(feeders) or '（供給機の指定なし）'}。",
        "3. 印と照合コードの検査をすべて入れて、1枚ずつ流します。試験用紙の番号は本番の一覧（pieces.csv）にないので、"
        "一覧にあるかどうかの照合だけは切っておきます。",
        "4. 「止まる」の用紙で機械が止まったら、その用紙と、その前に終わっていない組を抜き、続きから始めます。",
        "5. 表のとおりに動いたら右の欄に印を付け、封入機の設定のファイルを proven = true にします。"
        "一つでも違えば、本番の用紙を流さずに設定を直します。",
    )
    longest = max(len(line.marks) for line in lines)
    table = [
        ["送り順", "ページ", "照合コード", "印（1 = あり）", "この用紙", "機械の動き", "結果"],
        *(
            [
                str(number),
                str(line.page),
                cell(line.code, 7),
                cell(line.marks or "（なし）", 7 if longest <= _USUAL else 5),
                cell(line.what, 8),
                cell(f"■{line.does}" if line.loud else line.does, 8.5),
                "□",
            ]
            for number, line in enumerate(lines, start=1)
        ),
    ]
    story: list[Flowable] = [
        Paragraph(f"全{len(lines)}枚のうち、{stops}枚で止まります", BIG),
        *(Paragraph(escape(step), _STEP) for step in steps),
        Paragraph("用紙ごとの動き", HEADING),
        ruled_table(table, (10, 11, 44, 38, 44, 24, 9), texts=7, total=False, size=8, pad=3),
        Paragraph(
            "用紙の人はすべて作り物です。照合コードは本番のジョブにない番号で、記録が混ざることはありません。"
            "試験の後は、用紙を本番の用紙に混ぜずに捨ててください。",
            NOTE,
        ),
    ]
    return report(frames, story)
