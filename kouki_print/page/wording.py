"""Checks that the words of every municipality fit their places, before a page is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kouki_print.base.errors import JobError
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.art import code_art
from kouki_print.page.fonts import Style, clusters
from kouki_print.page.items import MM, Text
from kouki_print.page.layout import Layout
from kouki_print.page.operators import Canvas, condensed
from kouki_print.page.words import renderer

_CLEAR = 3.0  # mm between any text and the trim


def check_words(
    order: Order, contacts: Iterable[Contact], layouts: Mapping[str, Layout], styles: Mapping[str, Style]
) -> None:
    """JobError naming municipality and layout when a static text is too long or cannot be drawn."""
    for contact in contacts:
        render = renderer(order, contact)
        for layout in layouts.values():
            canvas = Canvas(layout.sheet.height, dict(styles))
            for side in layout.sides():
                for item in side.text:
                    _check(item, render(item), contact, layout, canvas)
                for code in side.code:
                    code_art(canvas, code, render)


def _check(item: Text, content: str, contact: Contact, layout: Layout, canvas: Canvas) -> None:
    style = canvas.styles[item.font]
    missing = [cluster for cluster in clusters(content) if cluster != "\n" and not style.can_draw(cluster)]
    if missing:
        raise JobError(
            f"{contact.name}の文面「{content}」に、書体にない文字「{missing[0]}」があります。",
            remedy="連絡先・アンケート・文面の文字を、印刷できる文字に直してください。",
            file=f"{layout.name}.toml",
        )
    if item.height and canvas.depth(item, content) > item.height:
        raise JobError(
            f"{contact.name}の文面「{content[:20]}…」が様式の枠より"
            f"{canvas.depth(item, content) - item.height:.1f}mm長くなります。",
            remedy="文面を短くするか、様式の height を広げてください。",
            file=f"{layout.name}.toml",
        )
    fits = condensed(item, content, style) > 0
    if not item.width and not item.vertical:
        longest = max((style.width(line) for line in content.splitlines()), default=0) * item.size / 1000 / MM
        fits = item.x + longest <= layout.sheet.width - _CLEAR
    if not fits:
        raise JobError(
            f"{contact.name}の文面「{content}」が様式の幅に入りません。",
            remedy="課名や住所（連絡先・アンケート）、名称（job.toml）を短くするか、様式の幅を広げてください。",
            file=f"{layout.name}.toml",
        )
