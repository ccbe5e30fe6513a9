"""delivery_note.pdf (納品書・箱の一覧・受領書) and delivery_note.csv: what comes to one unit, and what it signs for.

Note and receipt tell the totals in the same words, which can be read back from the text of the PDF.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.sax.saxutils import escape

from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, PageBreak, Paragraph, Spacer, Table, TableStyle

from kouki_print.base.dates import wareki
from kouki_print.handover.consignment import ATTENTION_JA, Consignment, Supply
from kouki_print.handover.pen_rows import PenRows
from kouki_print.handover.report_pdf import (
    BIG,
    BOLD,
    HEADING,
    INK,
    LINE,
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
from kouki_print.handover.tables import csv_bytes, neutralised
from kouki_print.order.enclosures import ENVELOPE
from kouki_print.order.models import SERVICE_JA, Order

DELIVERY_NOTE, DELIVERY_TABLE = "delivery_note.pdf", "delivery_note.csv"
_KINDS_JA = {"blank": "ブランク証", "enclosure": "予備の封入物", "envelope": "予備の封筒"}
_TOTALS = re.compile(r"箱([\d,]+)箱封筒([\d,]+)通(?:予備の箱([\d,]+)箱)?パレット[\d,]+台")
_PARTY = WIDTH * 0.55  # of the column with the addressee
_TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=24, leading=34, textColor=INK, alignment=1)
_TEXT = ParagraphStyle(
    "text",
    fontName=REGULAR,
    fontSize=10.5,
    leading=16,
    textColor=INK,
    wordWrap="CJK",
    spaceAfter=3,
    rightIndent=10.5,  # a full stop hangs over the end of the line
)


def totals_line(consignment: Consignment) -> str:
    """What comes in all, in the one wording of note and receipt."""
    supplies = f"予備の箱 {consignment.supply_boxes:,}箱　" if consignment.supply_boxes else ""
    return (
        f"箱 {len(consignment.boxes):,}箱　封筒 {consignment.pieces:,}通　"
        f"{supplies}パレット {consignment.pallets:,}台"
    )


def read_totals(text: str) -> tuple[int, int, int]:
    """Boxes, pieces and supply boxes from the text of all pages of a note.

    ValueError when they are not told twice, or its note and its receipt tell other numbers.
    """
    told = _TOTALS.findall(re.sub(r"\s", "", text))
    if len(told) != 2 or told[0] != told[1]:
        raise ValueError("totals")
    boxes, pieces, supply_boxes = (int(number.replace(",", "") or 0) for number in told[0])
    return boxes, pieces, supply_boxes


def piece_lines(consignment: Consignment) -> list[tuple[str, str, int]]:
    """Service, set and pieces."""
    found: Counter[tuple[str, str]] = Counter()
    for box in consignment.boxes:
        for code, count in box.sets:
            found[box.service, code] += count
    ranks = {service: rank for rank, service in enumerate(SERVICE_JA)}
    ordered = sorted(found, key=lambda key: (ranks.get(key[0], len(ranks)), key[1]))
    return [(*key, found[key]) for key in ordered]


def delivery_table(order: Order, consignment: Consignment) -> bytes:
    """delivery_note.csv: pieces by service and set and all their boxes, then the supplies and all of theirs."""
    lines = [
        *(
            ("pieces", code, _set_name(order, code), service, count)
            for service, code, count in piece_lines(consignment)
        ),
        ("box", "", "箱", "", len(consignment.boxes)),
        *((_kind(each), each.code, each.name, "", each.quantity) for each in consignment.supplies),
        ("supply_box", "", "予備の箱", "", consignment.supply_boxes),
    ]
    names = ("kind", "code", "name", "service", "quantity")
    columns = {name: [str(line[at]) for line in lines] for at, name in enumerate(names)}
    return csv_bytes({**columns, "name": neutralised(columns["name"])})


def delivery_note(order: Order, consignment: Consignment) -> tuple[bytes, int]:
    """The paper as PDF bytes, and how many pages it has: note, list of the boxes, receipt."""
    register_fonts()
    frames = Frames(
        title=drawable(f"納品書・箱の一覧・受領書　{consignment.name}"),
        right=_number(order, consignment),
        small=drawable(order.job.title),
        insurer=drawable(order.insurer.name),
    )
    parts = (_note(order, consignment), _boxes(consignment), _receipt(order, consignment))
    story = [each for part in parts for each in (*part, PageBreak())]
    return counted(frames, story[:-1])


def _number(order: Order, consignment: Consignment) -> str:
    return f"番号 {order.job.id}-{consignment.code}"


def _kind(supply: Supply) -> str:
    return "blank" if supply.blank else "envelope" if supply.code == ENVELOPE else "enclosure"


def _set_name(order: Order, code: str) -> str:
    """The documents of a set."""
    return "・".join(map(order.document_ja, order.sheets_of(code)))


def _vendor(order: Order) -> str:
    return f"納入者 {order.handover.vendor or '＿' * 14}"


def _said(text: str, style: ParagraphStyle = _TEXT) -> Paragraph:
    return Paragraph(escape(drawable(text)), style)


def _note(order: Order, consignment: Consignment) -> Iterator[Flowable]:
    """Page 1 (納品書): to whom, from whom, how much of what."""
    yield Paragraph("納品書", _TITLE)
    yield Spacer(0, 3 * mm)
    yield _parties(order, consignment)
    yield Spacer(0, 3 * mm)
    yield _said(f"{order.insurer.name}の委託により、次のとおり納めます。")
    yield _said(f"件名　{order.job.title}")
    yield _totals(consignment)
    yield Paragraph("封筒", HEADING)
    yield _pieces(order, consignment)
    if consignment.supplies:
        yield Paragraph("予備（ブランク証など、個人の印字のないもの）", HEADING)
        yield _supplies(consignment)
    yield Spacer(0, 3 * mm)
    yield _said("次の「箱の一覧」で箱を確かめ、最後の「受領書」に記入して、納めた人に渡してください。")


def _parties(order: Order, consignment: Consignment) -> Table:
    """To whom at the left; number, day and from whom at the right."""
    place, contact = consignment.place, order.handover.vendor_contact
    to = [
        _addressee(line) for line in f"{place.name}\n{place.section}　御中".replace("\n　", "　").split("\n")
    ]
    if place.name != consignment.name:
        to.append(_said(f"（{consignment.name}の分）"))
    to.append(_said(f"〒{place.postcode[:3]}-{place.postcode[3:]}　{place.address}"))
    to += [_said(text) for text in (f"電話 {place.phone}" if place.phone else "", place.note) if text]
    day = wareki(consignment.day) if consignment.day else "＿＿＿＿年＿＿月＿＿日"
    by = [_number(order, consignment), f"納入日 {day}"]
    by += [_vendor(order), *([f"担当 {contact}"] if contact else []), f"委託者 {order.insurer.name}"]
    style = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (0, 0), 0)])
    return Table([[to, [_said(text) for text in by]]], colWidths=[_PARTY, WIDTH - _PARTY], style=style)


def _addressee(text: str) -> Paragraph:
    """One line of who it is for; over two lines, and not with a last word alone, what is too long for one."""
    shown, size = fitted(drawable(text), _PARTY - 12, BIG.fontSize, BOLD)
    size = size if shown == drawable(text) else 14
    return _said(text, BIG.clone("addressee", fontSize=size, leading=1.4 * size))


def _totals(consignment: Consignment) -> Table:
    """The totals in large type, and whether the envelopes are sealed."""
    line, size = fitted(totals_line(consignment), WIDTH - 8 * mm, 19, BOLD)
    sealing = f"封筒は{consignment.sealing_ja}です"
    style = TableStyle(
        [
            ("FONT", (0, 0), (0, 0), BOLD, size),
            ("FONT", (0, 1), (0, 1), REGULAR, 11),
            ("TEXTCOLOR", (0, 0), (-1, -1), INK),
            ("ALIGN", (0, 0), (-1, -1), "CENTER"),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            ("BOX", (0, 0), (-1, -1), 1.5, INK),
        ]
    )
    return Table([[line], [sealing]], colWidths=[WIDTH], rowHeights=[14 * mm, 8 * mm], style=style)


def _pieces(order: Order, consignment: Consignment) -> Table:
    """Envelopes by service and set; the boxes of a service stand at the first of its lines."""
    boxes = Counter(box.service for box in consignment.boxes)
    rows: list[list[object]] = [["郵便種別", "組", "書類", "通数", "箱数"]]
    for service, code, pieces in piece_lines(consignment):
        shared = f"{boxes.pop(service):,}" if service in boxes else "（上と同じ箱）"
        name = cell(_set_name(order, code), 10.5)
        rows.append([consignment.service_ja(service), code, name, f"{pieces:,}", shared])
    rows.append(["合計", "", "", f"{consignment.pieces:,}", f"{len(consignment.boxes):,}"])
    return _quantities(rows, total=True)


def _supplies(consignment: Consignment) -> Table:
    """What comes beside the envelopes."""
    rows: list[list[object]] = [["区分", "番号", "品名", "数量", "箱数"]]
    for at, each in enumerate(consignment.supplies):
        shared = "（上と同じ箱）" if at else f"{consignment.supply_boxes:,}"
        rows.append([_KINDS_JA[_kind(each)], each.code, cell(each.name, 10.5), f"{each.quantity:,}", shared])
    return _quantities(rows, total=False)


def _quantities(rows: list[list[object]], *, total: bool) -> Table:
    return ruled_table(rows, (27, 13, 82, 26, 30), texts=3, total=total, size=10.5, pad=3.6)


def _boxes(consignment: Consignment) -> Iterator[Flowable]:
    """The list to tick off when the boxes come (箱の一覧): those of the envelopes, then those of the supplies."""
    count, more = len(consignment.boxes), consignment.supply_boxes
    yield _said("箱の一覧（受入確認表）", BIG)
    spoken = f"封筒の箱が{count:,}箱、予備の箱が{more:,}箱" if more else f"封筒の箱が{count:,}箱"
    yield _said(f"{spoken}あります。届いた箱の□に印を付けてください。")
    rows: list[tuple[str | None, ...]] = [
        (
            f"{box.number} / {count}",
            f"{box.first:07d} 〜 {box.last:07d}",
            f"{box.pieces:,}通",
            _weight(box.weight_cg),
            consignment.service_ja(box.service),
            str(box.pallet),
            None,
            ATTENTION_JA if box.attention else "",
        )
        for box in consignment.boxes
    ]
    inside = "・".join(
        dict.fromkeys(_KINDS_JA[_kind(each)].removeprefix("予備の") for each in consignment.supplies)
    )
    weight = ("約" if more > 1 else "") + _weight(consignment.supply_weight_cg // max(more, 1))
    for number in range(1, more + 1):
        pallet = (count + number - 1) // consignment.pallet_boxes + 1
        rows.append((f"予備の箱 {number} / {more}", inside, "", weight, "", str(pallet), None, ""))
    heads = ("箱", "通し番号", "通数", "重さ", "郵便種別", "パレット", "届いた", "備考")
    yield PenRows(heads, (27, 38, 14, 17, 18, 13, 12, 41), rows)


def _weight(weight_cg: int) -> str:
    """What the pieces of a box weigh, as its label says it."""
    grams = weight_cg // 100
    return f"{grams / 1000:.1f} kg" if grams >= 1000 else f"{grams} g"


def _receipt(order: Order, consignment: Consignment) -> Iterator[Flowable]:
    """The last page (受領書): the same totals, and where the unit writes what came and signs."""
    asked = order.handover.contact or order.handover.vendor_contact
    yield Paragraph("受領書", _TITLE)
    yield Spacer(0, 3 * mm)
    yield _said(f"{order.insurer.name}　御中", BIG)
    yield _said(f"{_vendor(order)}　　　{_number(order, consignment)}")
    yield _said(f"「{order.job.title}」の書類（{consignment.name}の分）を、次のとおり受け取りました。")
    yield _totals(consignment)
    yield Spacer(0, 5 * mm)
    yield _signing(consignment)
    yield Spacer(0, 3 * mm)
    yield _said(
        "数が違うとき、箱が開いている・ぬれている・つぶれているときは、箱の番号と様子を書いてから署名し、"
        f"すぐに連絡してください。{f'連絡先 {asked}' if asked else ''}"
    )
    yield _said("この受領書は納めた人に渡し、写しを手元に残してください。")


def _signing(consignment: Consignment) -> Table:
    """Fields for a pen: day, office, name and seal, what was counted, what is missing or damaged."""
    supplies = "　　　　予備の箱　　　　　　　　箱" if consignment.supply_boxes else ""
    rows = [
        ["受領日", "　　　　　　年　　　　　月　　　　　日", ""],
        ["課・係", "", ""],
        ["受領者の氏名", "", "印または署名"],
        ["数えた箱の数", f"封筒の箱　　　　　　　　箱{supplies}", ""],
        ["不足・破損", "□ ありません　　　　□ あります（箱の番号・様子）", ""],
    ]
    style = TableStyle(
        [
            ("FONT", (0, 0), (-1, -1), REGULAR, 11),
            ("TEXTCOLOR", (0, 0), (-1, -1), INK),
            ("GRID", (0, 0), (-1, -1), 0.6, LINE),
            ("BACKGROUND", (0, 0), (0, -1), SHADE),
            ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
            *(("SPAN", (1, row), (2, row)) for row in (0, 1, 3, 4)),
            *(("VALIGN", place, place, "TOP") for place in ((2, 2), (1, 4))),
            *(("TOPPADDING", place, place, 8) for place in ((2, 2), (1, 4))),
        ]
    )
    widths = [WIDTH * share for share in (0.2, 0.5, 0.3)]
    return Table(rows, colWidths=widths, rowHeights=[each * mm for each in (16, 20, 28, 20, 56)], style=style)
