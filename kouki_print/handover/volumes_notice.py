"""volumes_notice.pdf (数量の事前通知): what is coming, so that the vendor can prepare before it has the files.

Counts only; nothing personal is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Spacer, Table, TableStyle

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_bytes
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.quantities import Kind, Quantity, Volumes, day_ja, named, open_points
from kouki_print.handover.report_pdf import (
    BIG,
    HEADING,
    INK,
    LINE,
    NOTE,
    REGULAR,
    SHADE,
    WIDTH,
    Frames,
    cell,
    counted,
    drawable,
    fitted,
    register_fonts,
    ruled_table,
)

_TEXT = ParagraphStyle(  # a full stop hangs over the end of the line
    "text", fontName=REGULAR, fontSize=9, leading=13.5, textColor=INK, wordWrap="CJK", rightIndent=9
)
_SMALL = 8.0
_NAME_MM = 34  # of a unit's name in its table
_ROOM = 90 * mm  # below which the table of the units begins a page
_KINDS_JA: Mapping[Kind, str] = {
    "set": "組",
    "enclosure": "封入物",
    "envelope": "封筒",
    "label": "ラベル",
    "blank": "ブランク証",
}


def volumes_notice(volumes: Volumes) -> tuple[bytes, int]:
    """The notice as PDF bytes, and how many pages it has."""
    register_fonts()
    job, told = volumes.job, volumes.handover
    frames = Frames(
        title="数量の事前通知",
        right=f"差出日 {wareki(job.mail_on)}",
        small=f"{job.title}　注文番号 {job.job_id}　データ基準日 {wareki(job.data_on)}",
        insurer=job.insurer,
    )
    sender = f"{job.insurer}　{told.contact}".strip()
    story: list[Flowable] = [
        Paragraph(f"{escape(drawable(told.vendor or '印刷・封入会社'))}　御中", BIG),
        Paragraph(escape(drawable(f"{told.vendor_contact}　" if told.vendor_contact else "")), _TEXT),
        Paragraph(escape(drawable(sender)), _TEXT),
        Spacer(0, 4),
        Paragraph(
            "印刷・封入・発送の数量を、データをお渡しする前にお知らせします。移行データから数えた数で、"
            "個人の情報は含みません。データをお渡しするときに数が変わったときは、改めてお知らせします。",
            _TEXT,
        ),
        Spacer(0, 6),
        _facts(volumes),
        Paragraph("組と封入物", HEADING),
        _items(volumes),
        Paragraph(
            "予備には、ブランク証（個人の印字のない書類）に使う用紙・封入物・封筒を含みます。印刷用紙の枚数に予備は含みません。",
            NOTE,
        ),
        *_points(open_points(volumes)),
        CondPageBreak(_ROOM),
        Paragraph(f"{volumes.unit}別の数量（作業の順）", HEADING),
        _units(volumes),
    ]
    return counted(frames, story)


def write_volumes_notice(path: Path, volumes: Volumes) -> None:
    """Write volumes_notice.pdf, whole or not at all."""
    write_bytes(path, volumes_notice(volumes)[0])


def _facts(volumes: Volumes) -> Table:
    """Dates and sums in words."""
    job, told, units = volumes.job, volumes.handover, volumes.consignments
    boxes, supply = sum(len(each.boxes) for each in units), sum(each.supply_boxes for each in units)
    pallets = sum(each.pallets for each in units)
    services = "、".join(f"{name} {count:,}通" for name, count in volumes.services)
    sheets = "、".join(f"{each.name} {each.sheets:,}枚" for each in volumes.documents)
    unit = "回（ロール送り）" if job.press.roll else "枚"
    rows = [
        ("データの引渡し", wareki(told.files_on) if told.files_on else "未定"),
        ("納入", _days(volumes)),
        ("差出日", wareki(job.mail_on)),
        ("通数", f"{volumes.pieces:,}通（{volumes.unit} {len(units):,}か所、ロット {volumes.lots:,}）"),
        ("書類の枚数", sheets),
        ("印刷用紙", f"{volumes.press_sheets:,}{unit}　{job.press.title}"),
        ("封筒（郵便種別）", services),
        ("箱・パレット", f"{boxes:,}箱、ほかに予備（ブランク証など）{supply:,}箱　パレット {pallets:,}台"),
    ]
    style = TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), REGULAR, 9),
            ("GRID", (0, 0), (-1, -1), 0.4, LINE),
            ("BACKGROUND", (0, 0), (0, -1), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ]
    )
    cells = [[cell(name, 9), cell(words, 9)] for name, words in rows]
    return Table(cells, colWidths=[WIDTH * 0.18, WIDTH * 0.82], style=style)


def _days(volumes: Volumes) -> str:
    """The days of delivery, each with its number of units."""
    days: dict[str, int] = {}
    for each in sorted(volumes.consignments, key=lambda each: (each.day is None, each.day or 0)):
        days[day_ja(each)] = days.get(day_ja(each), 0) + 1
    return "、".join(f"{day} {count:,}か所" for day, count in days.items())


def _items(volumes: Volumes) -> Table:
    """Sets, enclosures, envelopes, labels and blanks in all."""
    rows: list[Sequence[Any]] = [["", "記号", "名称", "必要数", "予備", "計"]]
    for kind, word in _KINDS_JA.items():
        for at, each in enumerate(volumes.of("", kind)):
            name = cell(each.name + _owners(volumes, each), _SMALL)
            rows.append([word if not at else "", each.code, name, *_counts(each)])
    return ruled_table(rows, (20, 14, 84, 20, 20, 20), texts=3, total=False, size=_SMALL, pad=1)


def _owners(volumes: Volumes, item: Quantity) -> str:
    """The units whose own an enclosure is."""
    if not item.extra:
        return ""
    have = {
        each.unit_code
        for each in volumes.quantities
        if each.extra and (each.code, each.name) == (item.code, item.name)
    }
    return f"（{named([each.name for each in volumes.consignments if each.code in have])}）"


def _counts(each: Quantity) -> tuple[str, str, str]:
    spare = f"{each.spare:,}" if each.kind not in ("set", "blank") else "―"
    return f"{each.needed:,}", spare, f"{each.total:,}"


def _points(points: Sequence[tuple[str, str]]) -> list[Flowable]:
    """What is still to be settled."""
    if not points:
        return []
    rows = [
        ["", "まだ決まっていないこと"],
        *([cell("□", _SMALL), cell(question, _SMALL)] for _, question in points),
    ]
    table = ruled_table(rows, (6, 172), texts=2, total=False, size=_SMALL, pad=0.8)
    return [Paragraph("ご確認・ご回答をお願いすること", HEADING), table]


def _marked(unit: Consignment) -> str:
    """Pieces that are marked 転送不要."""
    count = sum(box.no_forward for box in unit.boxes)
    return f"{count:,}" if count else "―"


def _units(volumes: Volumes) -> Table:
    """A line for each unit, in the order of work, with pieces by set."""
    sets = [each.code for each in volumes.of("", "set")]
    widths = (7, 14, _NAME_MM, *[14] * len(sets), 15, 11, 10, 16, 11, 14, 27)
    rows: list[Sequence[Any]] = [
        [
            "順",
            "コード",
            f"{volumes.unit}名",
            *(f"組{code}" for code in sets),
            "通数",
            "箱",
            cell("予備\nの箱", 8, head=True),
            "封緘",
            "郵送",
            cell("転送\n不要", 8, head=True),
            "納入日",
        ]
    ]
    for each in volumes.consignments:
        own = each.sets
        pieces = [f"{own[code]:,}" if code in own else "―" for code in sets]
        name = drawable(each.name)
        shown, size = fitted(name, WIDTH * _NAME_MM / sum(widths) - 9, 8.5)
        size = size if shown == name else 7  # over two lines
        rows.append(
            [
                str(each.turn),
                each.code,
                cell(name, size),
                *pieces,
                f"{each.pieces:,}",
                f"{len(each.boxes):,}",
                f"{each.supply_boxes:,}",
                each.sealing_ja,
                "する" if each.mailed else "なし",
                _marked(each),
                day_ja(each),
            ]
        )
    sums = [sum(each.sets.get(code, 0) for each in volumes.consignments) for code in sets]
    sums += [volumes.pieces, sum(len(each.boxes) for each in volumes.consignments)]
    sums += [sum(each.supply_boxes for each in volumes.consignments)]
    marked = sum(box.no_forward for each in volumes.consignments for box in each.boxes)
    rows.append(["", "", "合計", *(f"{value:,}" for value in sums), "", "", f"{marked:,}", ""])
    return ruled_table(rows, widths, texts=3, total=True, size=8.5, pad=1.2)
