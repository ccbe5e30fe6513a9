"""work_order.pdf (作業指示書): what a person at the press, the cutter and the inserter must know of one unit."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.colors import HexColor
from reportlab.platypus import Flowable, KeepTogether, Paragraph, Spacer, Table, TableStyle

from kouki_print.handover.report_pdf import (
    HEADING,
    LINE,
    NOTE,
    REGULAR,
    SHADE,
    WIDTH,
    Frames,
    cell,
    counted,
    register_fonts,
    ruled_table,
)
from kouki_print.handover.work_delivery import delivery, delivery_day, handing_over, mail, small_line
from kouki_print.handover.work_facts import (
    Box,
    DeliveredFile,
    DocumentFacts,
    Item,
    JobFacts,
    LotFacts,
    Press,
    UnitFacts,
    by_mm,
    mm,
)
from kouki_print.handover.work_order_drawings import FoldDrawing, PressDrawing

WORK_ORDER = "work_order.pdf"
_ALERT, _ALERT_LINE = HexColor(0xFBE9E7), HexColor(0xB3261E)
_SHORT = 12  # characters of a digest that a person compares
_IN_A_ROW = 3  # drawings of sheets beside each other
_SMALL = 7.2
_FONT = ("FONT", (0, 0), (-1, -1), REGULAR, _SMALL)  # else a table names a Helvetica that is not embedded
_LONGEST = 24  # characters of the names above a drawing


def work_order(job: JobFacts, unit: UnitFacts, ticket_sha256: str) -> tuple[bytes, int]:
    """The work order of a unit: PDF bytes, and how many pages it has."""
    register_fonts()
    frames = Frames(
        title=f"作業指示書　{unit.name}",
        right=delivery_day(unit.given.day),
        small=small_line(job, unit.given),
        insurer=job.insurer,
    )
    story: list[Flowable] = [
        *_alerts([*job.warnings, *unit.warnings]),
        Paragraph("数量・封入", HEADING),
        _plain(_quantities(job, unit)),
        Spacer(0, 5),
        _sets(unit),
        Paragraph("箱詰め・納入", HEADING),
        _plain(delivery(job, unit)),
        Paragraph("印刷ファイル（ロットごと）", HEADING),
        _lots(job.press, unit.lots),
        Paragraph(
            f"SHA-256 は先頭{_SHORT}文字。全部の文字は manifest.json にあります。"
            f"機械用のジョブチケット ticket.xjdf の SHA-256 は {ticket_sha256[:_SHORT]}。",
            NOTE,
        ),
        Paragraph("用紙・色・規格", HEADING),
        _plain(_printing(job, unit)),
        Paragraph("加工・照合・封入", HEADING),
        _plain(_finishing(job, unit)),
        *_press(job),
        *_folds(job, unit),
        *_questions(job.questions),
    ]
    return counted(frames, story)


def _alerts(warnings: Sequence[str]) -> list[Flowable]:
    """What must be read before anything else, in red."""
    if not warnings:
        return []
    style = TableStyle(
        [
            _FONT,
            ("BOX", (0, 0), (-1, -1), 1.2, _ALERT_LINE),
            ("BACKGROUND", (0, 0), (-1, -1), _ALERT),
            ("TOPPADDING", (0, 0), (-1, -1), 2.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
        ]
    )
    return [Table([[cell(f"【注意】{each}", 8.5)] for each in warnings], colWidths=[WIDTH], style=style)]


def _plain(rows: Sequence[tuple[str, str]]) -> Table:
    """Words with their names, ruled; a line of their own for each line of text."""
    style = TableStyle(
        [
            _FONT,
            ("GRID", (0, 0), (-1, -1), 0.4, LINE),
            ("BACKGROUND", (0, 0), (0, -1), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ]
    )
    cells = [[_lines(name), _lines(words)] for name, words in rows]
    return Table(cells, colWidths=[WIDTH * 0.15, WIDTH * 0.85], style=style)


def _lines(text: str, size: float = _SMALL) -> list[Paragraph]:
    """A paragraph for each line: much quicker than line breaks in one."""
    return [cell(line, size) for line in text.split("\n")]


def _quantities(job: JobFacts, unit: UnitFacts) -> list[tuple[str, str]]:
    press_sheets = sum(lot.press_sheets for lot in unit.lots)
    paper = f"印刷用紙 {press_sheets:,}枚"
    if job.press.roll:
        length = f"{press_sheets * job.press.size[1] / 1000:,.1f}"
        paper = f"ロール 送り {press_sheets:,}回・{length}m"
    return [
        (
            "数量",
            f"{unit.pieces:,}通、書類 {unit.sheets:,}枚、{paper}（予備を含まない）、ロット {len(unit.lots)}",
        ),
        ("郵便種別", mail(unit)),
        ("封緘・受渡し", handing_over(job, unit.given)),
    ]


def _sets(unit: UnitFacts) -> Table:
    """Pieces by contents, with what goes in, in this order."""
    rows = [
        [
            cell(entry.code, _SMALL),
            cell(entry.document_name, _SMALL),
            f"{entry.pieces:,}",
            f"{entry.sheets:,}",
            cell(" → ".join(map(_item, entry.items)), _SMALL),
        ]
        for entry in unit.sets
    ]
    rows.append(["計", "", f"{unit.pieces:,}", f"{unit.sheets:,}", ""])
    return ruled_table(
        [["組", "書類", "通", "書類の枚数", "封入物（番号と名前、封筒に入れる順）"], *rows],
        (9, 32, 14, 18, 105),
        texts=2,
        total=True,
        size=_SMALL,
        pad=1.5,
    )


def _item(item: Item) -> str:
    feed = f"［供給機{item.feed}］" if item.feed else ""
    return f"{item.code} {item.name}{feed}" + ("［個人ごと。別に印刷］" if item.personal else "")


def _lots(press: Press, lots: Sequence[LotFacts]) -> Table:
    """The two files of each lot."""
    paper = "送り（回）" if press.roll else "印刷用紙"
    head = ["ロット", "通し番号", "通", "書類", paper, "ファイル名（print/ と imposed/ に同じ名前）"]
    rows = [
        [
            f"{lot.number}",
            cell(f"{lot.first:07d} 〜 {lot.last:07d}", _SMALL),
            f"{lot.pieces:,}",
            f"{lot.sheets:,}",
            f"{lot.press_sheets:,}",
            _lines(
                f"{lot.single.path.rpartition('/')[2]}\n"
                f"1面 print/: {_file(lot.single)}\n面付け imposed/: {_file(lot.imposed)}",
                6.8,
            ),
        ]
        for lot in lots
    ]
    sums = [sum(getattr(lot, name) for lot in lots) for name in ("pieces", "sheets", "press_sheets")]
    total = ["計", "", *(f"{each:,}" for each in sums), ""]
    return ruled_table(
        [head, *rows, total], (11, 30, 13, 13, 15, 96), texts=2, total=True, size=_SMALL, pad=1.2
    )


def _file(file: DeliveredFile) -> str:
    return f"{file.pages:,}ページ　SHA-256 {file.sha256[:_SHORT]}"


def _printing(job: JobFacts, unit: UnitFacts) -> list[tuple[str, str]]:
    press = job.press
    papers = list(dict.fromkeys(f"{each.name}: {each.paper}" for each in unit.documents))
    paper = f"印刷用紙 {by_mm(press.size)}"
    if press.roll:
        paper = f"印刷用紙 ロール　幅 {mm(press.size[0])}mm　送り {mm(press.size[1])}mm（1回に{len(press.front)}枚）"
    return [
        ("用紙", "\n".join([*papers, f"{paper}　仕上がり {by_mm(press.finished)}"])),
        ("色・版", "\n".join(f"{name}: {words}" for name, words in job.colours)),
        ("規格", f"{job.standard}\n出力条件: {job.intent}"),
        ("面付け", "\n".join([f"{press.title}（{press.name}）", *press.notes])),
        ("トンボなど", "、".join(press.marks) or "なし"),
    ]


def _finishing(job: JobFacts, unit: UnitFacts) -> list[tuple[str, str]]:
    rows = []
    for document in unit.documents:
        folds = [f"上から {mm(y)}mm" for y in document.folds_y] + [
            f"左から {mm(x)}mm" for x in document.folds_x
        ]
        words = [
            "ミシン目: " + ("、".join(map(_perforation, document.perforations)) or "なし"),
            "折り: " + (f"{'、'.join(folds)}（宛名の面を外にする）" if folds else "なし"),
        ]
        rows.append((f"加工\n{document.name}", "\n".join(words)))
    rows.append(("照合コード", _codes(job, unit.documents)))
    rows.append(("封入機", "\n".join(job.machine.words)))
    return rows


def _perforation(box: Box) -> str:
    if box.width and box.height:
        return f"左から{mm(box.x)}・上から{mm(box.y)}に {by_mm((box.width, box.height))} の四角"
    way = f"横 {mm(box.width)}mm" if box.width else f"縦 {mm(box.height)}mm"
    return f"左から{mm(box.x)}・上から{mm(box.y)}に{way}の線"


def _codes(job: JobFacts, documents: Sequence[DocumentFacts]) -> str:
    """Kind and place of the matching codes; documents with the same places are told together."""
    places: dict[str, list[str]] = {}
    for document in documents:
        sides = (("表", document.code_front), ("裏", document.code_back))
        told = "、".join(
            f"{side} 左から{mm(box.x)}・上から{mm(box.y)}（{by_mm((box.width, box.height))}）"
            for side, box in sides
            if box is not None
        )
        places.setdefault(told or "なし", []).append(document.name)
    lines = [f"{'・'.join(names)}: {told}" for told, names in places.items()]
    return "\n".join([f"{job.code_kind}。表と裏の番号が同じで、通し番号が続くことを確かめる。", *lines])


def _press(job: JobFacts) -> list[Flowable]:
    """The drawing of the press sheet, and what its colours mean."""
    press = job.press
    told = [
        "赤い枠は仕上がり（断裁）",
        *(["薄い赤の帯はくわえ"] if press.gripper_mm else []),
        *(["青い帯は用紙情報"] if any(press.sheet_lines) else []),
    ]
    title = "図1　ロールの送り1回分と面の位置（mm）" if press.roll else "図1　印刷用紙と面の位置（mm）"
    note = Paragraph("、".join(told) + "。", NOTE)
    return [KeepTogether([Paragraph(title, HEADING), PressDrawing(press), note])]


def _folds(job: JobFacts, unit: UnitFacts) -> list[Flowable]:
    """The drawings of the folded sheets; documents that are finished alike share one."""
    alike: dict[tuple[object, ...], DocumentFacts] = {}
    names: dict[tuple[object, ...], list[str]] = {}
    for each in unit.documents:
        key = (each.perforations, each.folds_x, each.folds_y, each.seen, each.code_front)
        alike.setdefault(key, each)
        names.setdefault(key, []).append(each.name)
    shown = [(document, _all_names(names[key])) for key, document in alike.items()]
    rows = [shown[at : at + _IN_A_ROW] for at in range(0, len(shown), _IN_A_ROW)]
    if len(rows[-1]) == _IN_A_ROW:
        rows.append([])  # the envelope stands alone below
    drawings = [
        FoldDrawing(row, job.press.finished, job.machine, job.envelope if row is rows[-1] else None)
        for row in rows
    ]
    note = (
        "青の破線は折り、赤の点線はミシン目、灰色は照合コード。"
        + (
            "黄色は封入機が読むところで、中の黒は印（棒は用紙ごとにないものがある）。"
            if job.machine.strip
            else ""
        )
        + "緑は、用紙が封筒の中で動いても窓からいつも見えるところ、緑の破線は見えることのあるところ。"
        "折りの順と向きは、宛名の面が外（窓の側）になるように決めてください。"
    )
    head = Paragraph("図2　折りと窓（表から見たところ、mm）", HEADING)
    return [KeepTogether([head, drawings[0]]), *drawings[1:], Paragraph(note, NOTE)]


def _all_names(names: Sequence[str]) -> str:
    """The names above one drawing, as far as they have room there."""
    told = "・".join(names)
    return told if len(told) <= _LONGEST else f"{names[0]} ほか{len(names) - 1}"


def _questions(questions: Sequence[tuple[str, str]]) -> list[Flowable]:
    """What nobody has asked the vendor yet."""
    if not questions:
        return []
    told = [[cell("□", _SMALL), cell(text, _SMALL), ""] for _, text in questions]
    table = ruled_table(
        [["", "印刷会社・封入会社に確かめること（まだ答えのないもの）", "答え"], *told],
        (6, 118, 54),
        texts=3,
        total=False,
        size=_SMALL,
        pad=1.0,
    )
    return [Paragraph("未回答の確認事項", HEADING), table]
