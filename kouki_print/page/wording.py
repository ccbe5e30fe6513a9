"""Checks that the words of every municipality fit their places, before a page is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kouki_print.base.errors import JobError
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.art import code_art
from kouki_print.page.extents import Rect, edges, extent
from kouki_print.page.fields import FIELD_JA
from kouki_print.page.items import ALIGNED, MM, Side, Text
from kouki_print.page.layout import Layout
from kouki_print.page.operators import Canvas, condensed
from kouki_print.page.type.fonts import Style, clusters
from kouki_print.page.words import renderer

_CLEAR = 3.0  # mm between any text and the trim
_EPSILON = 0.05  # mm that nobody sees


def check_words(
    order: Order, contacts: Iterable[Contact], layouts: Mapping[str, Layout], styles: Mapping[str, Style]
) -> None:
    """JobError naming municipality and layout when a static text is too long or cannot be drawn."""
    seen: set[tuple[int, str]] = set()  # most words are the same for all municipalities
    for contact in contacts:
        render = renderer(order, contact)
        for layout in layouts.values():
            canvas = Canvas(layout.sheet.height, dict(styles))
            for side in layout.sides():
                for item in side.text:
                    content = render(item)
                    if (id(item), content) not in seen:
                        seen.add((id(item), content))
                        for what, remedy in _faults(item, content, layout, side, canvas):
                            raise JobError(contact.name + what, remedy=remedy, file=f"{layout.name}.toml")
                for code in side.code:
                    code_art(canvas, code, render)


def _faults(
    item: Text, content: str, layout: Layout, side: Side, canvas: Canvas
) -> Iterator[tuple[str, str]]:
    """What is wrong with a text, and what to do about it."""
    style = canvas.styles[item.font]
    missing = [cluster for cluster in clusters(content) if cluster != "\n" and not style.can_draw(cluster)]
    if missing:
        yield (
            f"の文面「{content}」に、書体にない文字「{missing[0]}」があります。",
            "連絡先・アンケート・文面の文字を、印刷できる文字に直してください。",
        )
        return
    name = content if len(content) <= 20 or not (item.width or item.vertical) else f"{content[:20]}…"
    if item.height and (more := canvas.depth(item, content) - item.height) > 0:
        yield (
            f"の文面「{name}」が様式の枠より{more:.1f}mm長くなります。",
            "文面を短くするか、様式の height を広げてください。",
        )
    rect = _covered(item, content, canvas)
    room = Rect(0, 0, layout.sheet.width, layout.sheet.height).smaller(_CLEAR)
    left, top, right, bottom = rect.sides_beyond(room)
    if not condensed(item, content, style) or (not item.width and max(left, right) > _EPSILON):
        yield (
            f"の文面「{content}」が様式の幅に入りません。",
            "課名や住所（連絡先・アンケート）、名称（job.toml）を短くするか、様式の幅を広げてください。",
        )
    if (over := max(top, bottom)) > _EPSILON:
        where = "上" if top > bottom else "下"
        yield (
            f"の文面「{name}」が用紙の{where}の端から{_CLEAR:g}mmの所より{over:.1f}mm出ます。",
            "文面を短くするか、様式の位置（y）を直してください。",
        )
    if item.width and not item.one_line:
        yield from (
            (f"の文面「{name}」{what}", remedy) for what, remedy in _in_the_way(item, rect, layout, side)
        )


def _covered(item: Text, content: str, canvas: Canvas) -> Rect:
    """What a static text covers on the sheet, in mm."""
    style, em = canvas.styles[item.font], item.size / MM
    bottom = item.y + canvas.depth(item, content)
    if item.vertical:
        return Rect(item.x, item.y, item.x + em, bottom)
    scale = (condensed(item, content, style) or item.min_condense) / 100
    lines = canvas.lines(item, content, style)
    width = max((indent / MM + style.width(line) * em * scale / 1000 for indent, line in lines), default=0)
    left = item.x + ALIGNED[item.align] * (item.width - width)
    return Rect(left, item.y, left + width, bottom)


def _in_the_way(item: Text, rect: Rect, layout: Layout, side: Side) -> Iterator[tuple[str, str]]:
    """Fields and perforations into which a paragraph runs with its real words."""
    for field in side.field:
        over = rect.overlap(extent(field))
        if over > _EPSILON and (not item.when or item.when == field.when):
            yield (
                f"が項目「{FIELD_JA[field.bind]}」の枠に{over:.1f}mmかかります。",
                "文面を短くするか、様式の位置を直してください。",
            )
    for perforation in layout.perforation:
        for edge in edges(perforation, layout.sheet.width, back=side is layout.back):
            if rect.overlap(edge) > _EPSILON:
                yield ("がミシン目にかかります。", "文面を短くするか、様式の位置を直してください。")
