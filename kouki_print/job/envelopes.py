"""Envelopes (封筒の版下): front and back of a unit's envelope, one pair of pages for each mail service it uses.

Nothing personal is on them: what is the person's own is seen through the window.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.job.forms import load_form
from kouki_print.job.matter import Overlay, Section, write_matter
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import SERVICE_JA, Order
from kouki_print.order.units import Unit
from kouki_print.page.fields import PageFields
from kouki_print.page.ink import WINDOW
from kouki_print.page.items import Box, Line, Sheet, Text
from kouki_print.page.layout import Layout
from kouki_print.page.operators import Canvas
from kouki_print.page.type.fit import fit
from kouki_print.page.type.fonts import Style
from kouki_print.page.window import outer_size
from kouki_print.page.wording import check_words
from kouki_print.page.words import WORDS
from kouki_print.pdf.writer import WrittenFile
from kouki_print.post.kinds import service_of
from kouki_print.post.registered import NUMBERED_SERVICES

ENVELOPE_FILE = "envelope.pdf"
_SLUG = 8.5  # mm below the trim
_MARK = (4.0, 10.0)  # mm from the trim: where a corner mark begins and ends
_SIDES_JA = ("表", "裏")
_SAID_OUTSIDE = frozenset({"certificate", "notice", "insurance_card"})  # they tell nothing of who gets them


@dataclass(frozen=True, slots=True)
class EnvelopeKind:
    """Envelopes of one service: which documents go into them, and how many."""

    service: str
    documents: tuple[str, ...]
    pieces: int


def envelope_kinds(loaded: LoadedOrder, unit: Unit, plan: pd.DataFrame) -> list[EnvelopeKind]:
    """The envelopes that the pieces of a unit need, in the order of their documents.

    Also who does not mail, or hands over at the counter, gets envelopes with the marks; only what an
    employer hands out (``none``) is no mail.
    """
    bundle = loaded.by_group and not unit.mailed
    asked = unit if bundle else unit.model_copy(update={"mailed": True})
    counts = plan["document"].value_counts()
    found: dict[str, list[str]] = {}
    for document in loaded.order.documents:
        if document in counts.index:
            found.setdefault(service_of(loaded.order, asked, document, pickup=False), []).append(document)
    return [
        EnvelopeKind(service, tuple(documents), int(counts[documents].sum()))
        for service, documents in found.items()
    ]


def load_envelope(loaded: LoadedOrder, job_dir: Path, styles: Mapping[str, Style]) -> Layout | None:
    """The envelope's layout, on which every unit's contact fits; None where the order wants none.

    JobError before anything is printed when it is not as large as the envelope, or something does not fit.
    """
    order = loaded.order
    if not order.marks.layout:
        return None
    layout = load_form(order.marks.layout, order, job_dir)
    sheet, (width, height) = layout.sheet, outer_size(order.envelope)
    if (sheet.width, sheet.height) != (width, height):
        raise JobError(
            f"封筒の様式（{sheet.width:g}×{sheet.height:g}mm）が、封筒の寸法（{width:g}×{height:g}mm）と違います。",
            remedy="[envelope] の寸法に合う様式を [marks] の layout に書いてください。"
            '版下が要らなければ layout = "" にしてください。',
            file=f"{layout.name}.toml",
        )
    check_words(order, [loaded.sender(code) for code in loaded.units], {"envelope": layout}, styles)
    offices = {order.marks.office, *order.marks.offices.values()} - {""}
    places = [item for side in layout.sides() for item in side.field if item.bind == "post_office"]
    for item in places:
        style = styles[item.font]
        for office in sorted(offices):
            if not all(map(style.can_draw, office)) or fit(office, item, style) is None:
                raise JobError(
                    f"差出郵便局の名「{office}」が料金後納郵便の表示に入らないか、印刷できない文字があります。",
                    remedy="[marks] の office・offices を短くしてください。空でもかまいません。",
                    file="job.toml",
                )
    return layout


def write_envelopes(
    path: Path,
    loaded: LoadedOrder,
    job_dir: Path,
    styles: Mapping[str, Style],
    layout: Layout,
    unit: Unit,
    kinds: Sequence[EnvelopeKind],
) -> WrittenFile:
    """One file of a unit: front and back for each kind of envelope, what it is for beside the trim."""
    order = loaded.order
    return write_matter(
        path,
        order,
        job_dir,
        styles,
        [envelope_section(order, layout, loaded, unit, kinds)],
        f"{path.stem} {unit.code}",
    )


def envelope_section(
    order: Order, layout: Layout, loaded: LoadedOrder, unit: Unit, kinds: Sequence[EnvelopeKind]
) -> Section:
    """A unit's envelopes, front and back for each kind."""
    slugs = [_slug(order, unit, kind) for kind in kinds]
    return Section(
        layout,
        loaded.sender(unit.code),
        _fields(order, unit, kinds),
        overlay=_overlay(order, layout, slugs),
        overlay_texts={"gothic": [*slugs, *_SIDES_JA, _WINDOW, _die_words(order)]},
        dies=() if order.printing.dieline == "none" else (WINDOW,),
    )


def _fields(order: Order, unit: Unit, kinds: Sequence[EnvelopeKind]) -> PageFields:
    marks = order.marks
    special = "郵便区内特別" if marks.is_local_special(unit.code) else ""
    mail = [kind.service != "none" for kind in kinds]
    office = marks.office_of(unit.code)
    paid = "料金後納郵便" if office else "料金後納\n郵便"  # alone in its mark it is large
    texts = {
        "contents": [_contents(order, kind) for kind in kinds],
        "service": [SERVICE_JA[kind.service] if kind.service in NUMBERED_SERVICES else "" for kind in kinds],
        "label_space": [
            "引受番号ラベルをはる場所" if kind.service in NUMBERED_SERVICES else "" for kind in kinds
        ],
        "postage_paid": [paid if posted else "" for posted in mail],
        "post_office": [office if posted else "" for posted in mail],
        "local_special": [special if posted else "" for posted in mail],
    }
    forward = np.array(mail, dtype=bool) & (marks.no_forward and unit.no_forward)
    return PageFields(pd.DataFrame(texts, dtype="str"), {"no_forward": forward})


def _contents(order: Order, kind: EnvelopeKind) -> str:
    """What stands outside of what is inside: a health or tax status never does."""
    word = order.words.get("envelope_contents", "")
    if not word and len(kind.documents) == 1 and kind.documents[0] in _SAID_OUTSIDE:
        word = order.document_ja(kind.documents[0])
    return f"{word or WORDS['envelope_contents']} 在中"


def _slug(order: Order, unit: Unit, kind: EnvelopeKind) -> str:
    """What the envelope printer needs to know, outside the trim."""
    documents = "・".join(order.document_ja(document) for document in kind.documents)
    envelope = order.envelope
    return (
        f"{order.job.id} {unit.code} {unit.contact.name}　{SERVICE_JA[kind.service]}（{documents}）{kind.pieces:,}通　"
        f"{envelope.name} {envelope.width_mm:f}×{envelope.height_mm:f}mm　"
    )


_WINDOW = "窓（抜き）"
_DASHES = "　破線は窓の抜き位置（印刷しない）"
_PLATE = f"　版「{WINDOW.name}」は窓の抜き位置（印刷しない）"


def _die_words(order: Order) -> str:
    """What the slug says of the window's die line."""
    return {"none": "", "printed_dashes": _DASHES}.get(order.printing.dieline, _PLATE)


def _overlay(order: Order, layout: Layout, slugs: Sequence[str]) -> Overlay:
    """The window's die line on the front, where it is wanted; on either side corner marks and the slug."""
    window, printing = order.envelope.window, order.printing
    x, y, width, height = (float(each) for each in (window.x, window.y, window.width, window.height))
    dashes = printing.dieline == "printed_dashes"
    die = Box(x=x, y=y, width=width, height=height, weight=0.15, dash=(1.0, 0.8) if dashes else None)
    word = Text(x=x + 2, y=y + 2, size=8, text=_WINDOW)

    def draw(canvas: Canvas, side: int, record: int) -> bytes:
        slug = Text(x=8, y=layout.sheet.height + _SLUG, size=8)
        out = [canvas.line(mark) for mark in _corners(layout.sheet)]
        words = _die_words(order) if side == 0 else ""
        out.append(canvas.text(slug, f"{slugs[record]}{_SIDES_JA[side]}{words}"))
        if words and dashes:
            out += [canvas.box(die), canvas.text(word, _WINDOW)]
        elif words:
            out.append(WINDOW.on_plate(canvas.box(die), layered=printing.dieline == "separation+ocg"))
        return b"".join(out)

    return draw


def _corners(sheet: Sheet) -> Iterator[Line]:
    """Marks that show the trim, two at each corner."""
    near, far = _MARK
    for x, outward in ((0.0, -1), (sheet.width, 1)):
        for y, below in ((0.0, -1), (sheet.height, 1)):
            yield Line(x1=x + outward * near, y1=y, x2=x + outward * far, y2=y, weight=0.1)
            yield Line(x1=x, y1=y + below * near, x2=x, y2=y + below * far, weight=0.1)
