"""Blank documents (ブランク証): a document as it is printed, without anything of a person, for a unit to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.job.forms import load_form
from kouki_print.job.matter import Overlay, Section, write_matter
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import Order
from kouki_print.order.units import Unit
from kouki_print.page.conditions import subject
from kouki_print.page.fields import PageFields
from kouki_print.page.folding import folded
from kouki_print.page.items import Side, Text
from kouki_print.page.layout import Layout
from kouki_print.page.operators import Canvas
from kouki_print.page.type.fonts import Style
from kouki_print.pdf.writer import WrittenFile

_SLUG = 5.5  # mm below the trim: clear of the bleed
_SIDES_JA = ("表", "裏")
_OF_A_PERSON = {"qr": None, "barcode": None, "registered": None}


def blank_name(document: str) -> str:
    """The name of a blank document's file and form."""
    return f"blank_{document}"


def blank_layouts(order: Order, job_dir: Path) -> dict[str, Layout]:
    """The layout of each blank document by the name of its file; made once for all units."""
    return {
        blank_name(document): blank_layout(order, load_form(order.documents[document].layout, order, job_dir))
        for document in order.blank_stock.documents
    }


def blank_layout(order: Order, layout: Layout) -> Layout:
    """The layout without codes, with the insurer's number as its only field.

    Labels and lines for what the order prints on every document stay: they are filled in by hand.
    """
    card = order.card
    shown = {"sex": card.show_sex, "card_address": card.show_address, "usable_early": card.early_use}
    fields = [item for side in layout.sides() for item in side.field]
    conditions = {each for side in layout.sides() for each in side.conditions()}
    conditions |= {item.when for item in fields if item.when}
    names = sorted({"insurer_number", *(item.bind for item in fields), *map(subject, conditions)})
    nothing = pd.DataFrame({name: [""] for name in names}, dtype="str")
    flags = {name: np.array([on]) for name, on in shown.items()}
    plain = folded(layout, PageFields(nothing.assign(insurer_number=["-"]), flags))
    front, back = (_uncoded(side) for side in plain.sides())
    return plain.model_copy(update={"front": front, "back": back})


def _uncoded(side: Side) -> Side:
    return side.model_copy(update=_OF_A_PERSON)


def write_blank(
    path: Path,
    loaded: LoadedOrder,
    job_dir: Path,
    styles: Mapping[str, Style],
    layout: Layout,
    unit: Unit,
    words: str,
) -> WrittenFile:
    """Front and back of one blank document of a unit; ``words`` for the printer stand beside the trim."""
    order, contact = loaded.order, loaded.sender(unit.code)
    slug = f"{order.job.id} {unit.code} {unit.contact.name}　{words}　"
    section = Section(
        layout,
        contact,
        PageFields(pd.DataFrame({"insurer_number": [contact.insurer_number]}, dtype="str"), {}),
        overlay=_slug(layout, slug),
        overlay_texts={"gothic": [slug, *_SIDES_JA]},
    )
    return write_matter(path, order, job_dir, styles, [section], f"{path.stem} {unit.code}")


def _slug(layout: Layout, words: str) -> Overlay:
    """What the printer needs to know, outside the trim of either side."""
    place = Text(x=8, y=layout.sheet.height + _SLUG, size=8)

    def draw(canvas: Canvas, side: int, record: int) -> bytes:
        return canvas.text(place, words + _SIDES_JA[side])

    return draw
