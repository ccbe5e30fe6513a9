"""Guides (案内線) over a page of a preview: rulers, panels, cuts, folds, fields with their names, codes, window.

They are drawn in the margin and on top of the page, in colours that no print file has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kouki_print.order.enclosures import Envelope
from kouki_print.page.extents import Rect, edges, extent, white
from kouki_print.page.fields import FIELD_JA
from kouki_print.page.items import MM, Code, CustomerBarcode, FieldItem, Qr, RegisteredCode, Side
from kouki_print.page.layout import Layout
from kouki_print.page.operators import Canvas, number
from kouki_print.page.window import panel_of, visible_always, visible_ever

MARGIN = 16.0  # mm around the trim, for rulers, title and legend
FONT = "gothic"
_INKS = {  # cyan, magenta, yellow, black of what is shown
    "field": (1.0, 0.45, 0.0, 0.0),
    "code": (0.0, 0.6, 1.0, 0.0),
    "panel": (0.75, 0.0, 1.0, 0.15),
    "cut": (0.0, 1.0, 0.1, 0.0),
    "fold": (0.65, 0.8, 0.0, 0.0),
    "window": (0.9, 0.0, 0.35, 0.1),
    "fault": (0.0, 1.0, 1.0, 0.0),
    "ruler": (0.0, 0.0, 0.0, 0.6),
}
_LEGEND = (
    ("field", "印字項目の枠（bind・文字の大きさ）"),
    ("code", "コードと、そのまわりの余白"),
    ("panel", "面"),
    ("cut", "ミシン目"),
    ("fold", "折り"),
    ("window", "窓からいつも見える範囲（破線は、見えることがある範囲）"),
    ("fault", "入らない文字"),
)
_HEADINGS = ("面", "印字項目", "bind", "x", "y", "幅", "高さ", "pt", "下限", "長体", "行", "条件")
_COLUMNS = (6, 12, 66, 105, 115, 125, 135, 145, 153, 161, 170, 176)  # mm on a sheet 210 mm wide
_UNITS = (
    "位置と大きさは mm。pt は文字の大きさ、下限は小さくしてよいところまで、長体は狭くしてよいところまで。"
)
_LABEL, _SMALL = 5.0, 5.5  # points
_NARROWEST = 45  # per cent: a label says more than its box is wide


@dataclass(frozen=True, slots=True)
class Outline:
    """A rectangle, or with no width or height a line, in a colour of the guides."""

    rect: Rect
    ink: str
    weight: float = 0.15
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A line of words from ``x``, or with ``right`` up to it; ``y`` is the top of its em box."""

    x: float
    y: float
    words: str
    ink: str
    size: float = _LABEL
    right: bool = False
    room: float = 0


Mark = Outline | Label


def guides(
    layout: Layout, index: int, title: str, envelope: Envelope, misfits: Mapping[int, str]
) -> list[Mark]:
    """All guides of one side (0 front, 1 back); ``misfits`` says of fields, by position, what they lack."""
    side = layout.sides()[index]
    marks = [*_rulers(layout), *_frame(layout, index, title)]
    if index == 0:
        marks += _window(layout, envelope)
    for position, item in enumerate(side.field):
        marks += _field(item, misfits.get(position, ""))
    marks += _codes(side)
    return marks


def field_list(layout: Layout) -> list[Mark]:
    """A page that tells of every field what it is called, where it stands and how it fits."""
    rows: list[tuple[str, ...]] = [_HEADINGS]
    for side, name in zip(layout.sides(), "表裏", strict=True):
        for item in side.field:
            floor = f"{item.min_size:g}" if item.min_size else "―"
            place = (f"{each:.1f}" for each in (item.x, item.y, item.width, item.depth))
            fit = (f"{item.size:g}", floor, f"{item.min_condense}%", str(item.lines))
            rows.append((name, FIELD_JA[item.bind], item.bind, *place, *fit, item.when))
    scale = layout.sheet.width / 210
    step = min(5 * scale, (layout.sheet.height - 15) / len(rows))
    marks: list[Mark] = [
        Label(0, -13.5, f"様式 {layout.name}　{layout.title}　―　印字項目の一覧", "ruler", 9)
    ]
    marks.append(Label(6 * scale, 3, _UNITS, "ruler", 7 * scale))
    for count, row in enumerate(rows):
        y = 10 + count * step
        for x, words in zip(_COLUMNS, row, strict=True):
            marks.append(Label(x * scale, y, words, "field" if count else "ruler", 8 * scale))
        under = y + step * 0.8
        marks.append(Outline(Rect(5 * scale, under, layout.sheet.width - 5 * scale, under), "ruler", 0.05))
    return marks


def words_of(marks: list[Mark]) -> list[str]:
    """All that the guides write, for the fonts."""
    return [mark.words for mark in marks if isinstance(mark, Label)]


def operators(marks: list[Mark], canvas: Canvas) -> bytes:
    """The guides as PDF operators in the colours of process inks."""
    drawn = (_outline(mark, canvas) if isinstance(mark, Outline) else _label(mark, canvas) for mark in marks)
    return b"q\n" + b"".join(drawn) + b"Q\n"


def _rulers(layout: Layout) -> Iterator[Mark]:
    """Millimetres along the upper and the left edge, outside the bleed."""
    edge = -layout.sheet.bleed - 1
    for across, length in ((True, layout.sheet.width), (False, layout.sheet.height)):
        for mm in range(int(length) + 1):
            tick = 2.6 if mm % 10 == 0 else 1.8 if mm % 5 == 0 else 1.0
            rect = Rect(mm, edge - tick, mm, edge) if across else Rect(edge - tick, mm, edge, mm)
            yield Outline(rect, "ruler", 0.08)
            if mm % 10 == 0:
                x, y = (mm + 0.4, edge - 4.2) if across else (edge - 3.0, mm - 1.0)
                yield Label(x, y, str(mm), "ruler", _SMALL, right=not across)


def _frame(layout: Layout, index: int, title: str) -> Iterator[Mark]:
    """Title and legend in the margin, trim and bleed, panels, cuts and folds."""
    sheet = layout.sheet
    trim = Rect(0, 0, sheet.width, sheet.height)
    yield Label(0, -13.5, title, "ruler", 9)
    yield Label(
        0, sheet.height + 12.3, "目盛りは mm。細い線は、仕上がりの端とその外の塗り足し。", "ruler", _SMALL
    )
    x, y = 0.0, sheet.height + sheet.bleed + 2
    for ink, words in _LEGEND:
        wide = len(words) * _SMALL / MM + 8
        if x + wide > sheet.width:
            x, y = 0.0, y + 3
        yield Outline(Rect(x, y + 1, x + 5, y + 1), ink, 0.7)
        yield Label(x + 6, y, words, ink, _SMALL)
        x += wide + 2
    yield Outline(trim, "ruler", 0.08)
    yield Outline(trim.smaller(-sheet.bleed), "ruler", 0.08, (2, 1))
    for panel in layout.panel:
        left = sheet.width - panel.x - panel.width if index else panel.x
        rect = Rect(left, panel.y, left + panel.width, panel.y + panel.height)
        yield Outline(rect.smaller(0.6), "panel", 0.3)
        yield Label(rect.right - 2, rect.top + 1.2, f"面 {panel.name}", "panel", _SMALL, right=True)
    for cut in layout.perforation:
        for rect in edges(cut, sheet.width, back=bool(index)):
            yield Outline(rect, "cut", 0.35, (1.5, 1))
    for fold in layout.fold:
        if fold.y is not None:
            rect = Rect(-sheet.bleed, fold.y, sheet.width + sheet.bleed, fold.y)
        else:
            x = sheet.width - (fold.x or 0) if index else fold.x or 0
            rect = Rect(x, -sheet.bleed, x, sheet.height + sheet.bleed)
        yield Outline(rect, "fold", 0.25, (4, 1.5))
        yield Label(rect.right + 0.5, rect.bottom - 1, "折り", "fold", _SMALL)


def _window(layout: Layout, envelope: Envelope) -> Iterator[Mark]:
    panel = panel_of(layout)
    if panel is None:
        return
    always, ever = visible_always(envelope, panel), visible_ever(envelope, panel)
    yield Outline(always, "window", 0.5)
    yield Label(always.right - 0.5, always.bottom - 2.2, "窓からいつも見える", "window", _SMALL, right=True)
    yield Outline(ever, "window", 0.3, (1.5, 1))
    yield Label(ever.right - 0.5, ever.bottom - 2.2, "窓から見えることがある", "window", _SMALL, right=True)


def _field(item: FieldItem, misfit: str) -> Iterator[Mark]:
    rect = extent(item)
    yield Outline(rect, "field", 0.12)
    words = f"{item.bind} {item.size:g}pt" + (f" when {item.when}" if item.when else "")
    yield Label(rect.right, rect.top - 2.3, words, "field", right=True, room=max(item.width, 10))
    if misfit:
        yield Outline(rect, "fault", 0.4)
        yield Label(rect.left + 0.5, rect.top + 0.3, misfit, "fault", 7, room=item.width)


def _codes(side: Side) -> Iterator[Mark]:
    named: dict[str, Sequence[Qr | CustomerBarcode | RegisteredCode | Code | None]] = {
        "照合コード qr": [side.qr],
        "カスタマバーコード barcode": [side.barcode],
        "引受番号 registered": [side.registered],
        "案内のQRコード code": side.code,
    }
    for words, items in named.items():
        for item in items:
            if item is None:
                continue
            room = white(item)
            yield Outline(room, "code", 0.2, (0.8, 0.6))
            top = room.top - 2 if item is side.qr else room.bottom + 0.2  # below it stands its number
            yield Label(room.right, top, words, "code", right=True)
    for image in side.image:
        rect = extent(image)
        yield Outline(rect, "code", 0.2)
        yield Label(rect.left, rect.bottom + 0.2, f"画像 {image.asset}", "code")


def _colour(ink: str, operator: bytes) -> bytes:
    return b"%s %s " % (b" ".join(number(value) for value in _INKS[ink]), operator)


def _outline(mark: Outline, canvas: Canvas) -> bytes:
    dash = b" ".join(number(mm * MM) for mm in mark.dash or ())
    head = b"%s%s w [%s] 0 d " % (_colour(mark.ink, b"K"), number(mark.weight * MM), dash)
    left, top, right, bottom = mark.rect
    if left == right or top == bottom:
        ends = canvas.x(left), canvas.y(top), canvas.x(right), canvas.y(bottom)
        return head + b"%s %s m %s %s l S\n" % ends
    size = number((right - left) * MM), number((bottom - top) * MM)
    return head + b"%s %s %s %s re S\n" % (canvas.x(left), canvas.y(bottom), *size)


def _label(mark: Label, canvas: Canvas) -> bytes:
    style = canvas.styles[FONT]
    wide = style.width(mark.words) * mark.size / 1000 / MM
    scale = min(100, int(100 * mark.room / wide)) if mark.room else 100
    scale = max(scale, _NARROWEST)
    x = mark.x - wide * scale / 100 if mark.right else mark.x
    place = canvas.x(x), canvas.baseline(mark.y, mark.size)
    show = canvas.show(mark.words, style, mark.size)
    return b"%sBT %d Tz 1 0 0 1 %s %s Tm %s100 Tz ET\n" % (_colour(mark.ink, b"k"), scale, *place, show)
