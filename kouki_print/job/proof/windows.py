"""The window over the address blocks of a proof (窓の重ね図): every example at all positions of the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kouki_print.handover.proof_sheets import WindowView
from kouki_print.job.prepare import Prepared
from kouki_print.job.proof.pages import MARGIN, ProofPage, Sample
from kouki_print.order.enclosures import Envelope
from kouki_print.page.extents import Rect
from kouki_print.page.items import MM, Panel
from kouki_print.page.layout import Layout
from kouki_print.page.window import panel_of, visible_always, window_positions
from kouki_print.page.window_checks import block_of
from kouki_print.verify.raster import cut_outs

_AROUND = 5.0  # mm of the sheet shown around what can ever be seen
_DPI = 200
_SIDES_JA = ("左", "上", "右", "下")


@dataclass(frozen=True, slots=True)
class _Behind:
    """A page of the proof that lies behind the window, and the part of the sheet that is shown."""

    page: int
    sample: Sample
    layout: Layout
    panel: Panel
    frame: Rect

    def points(self) -> tuple[float, float, float, float]:
        """Left, bottom, right and top of the frame on the page."""
        height = self.layout.sheet.height + MARGIN
        left, top, right, bottom = self.frame
        return (left + MARGIN) * MM, (height - bottom) * MM, (right + MARGIN) * MM, (height - top) * MM

    def shifted(self, rect: Rect) -> Rect:
        """A place on the sheet as a place in the frame."""
        x, y = self.frame.left, self.frame.top
        return Rect(rect.left - x, rect.top - y, rect.right - x, rect.bottom - y)


def window_views(pdf: Path, prepared: Prepared, pages: Sequence[ProofPage]) -> list[WindowView]:
    """A view for each example whose first sheet lies behind the window."""
    envelope = prepared.loaded.order.envelope
    shown = []
    for number, page in enumerate(pages):
        if (page.sheet, page.side) == (1, 0):
            layout = prepared.layouts[page.sample.sheets[0][0]]
            panel = panel_of(layout)
            if panel is not None:
                shown.append(_Behind(number, page.sample, layout, panel, _frame(envelope, panel)))
    pictures = cut_outs(pdf, [(each.page, each.points()) for each in shown], _DPI)
    return [_view(prepared, each, picture) for each, picture in zip(shown, pictures, strict=True)]


def _frame(envelope: Envelope, panel: Panel) -> Rect:
    lefts, tops, rights, bottoms = zip(*window_positions(envelope, panel), strict=True)
    return Rect(min(lefts), min(tops), max(rights), max(bottoms)).smaller(-_AROUND)


def _view(prepared: Prepared, behind: _Behind, picture: bytes) -> WindowView:
    envelope = prepared.loaded.order.envelope
    fields = behind.sample.fields
    texts = {str(name): str(column.iloc[0]) for name, column in fields.texts.items()}
    flags = {name for name, flag in fields.flags.items() if flag[0]}
    barcode = bool(behind.sample.codes.codewords[0])
    block = block_of(behind.layout, texts, flags, prepared.styles, barcode=barcode)
    always = visible_always(envelope, behind.panel)
    spare = (
        block.left - always.left,
        block.top - always.top,
        always.right - block.right,
        always.bottom - block.bottom,
    )
    least = min(spare)
    return WindowView(
        title=behind.sample.title,
        picture=picture,
        size=(behind.frame.right - behind.frame.left, behind.frame.bottom - behind.frame.top),
        windows=[behind.shifted(each) for each in window_positions(envelope, behind.panel)],
        always=behind.shifted(always),
        block=behind.shifted(block),
        note=f"最も小さい余白: {_SIDES_JA[spare.index(least)]} {max(least, 0):.1f}mm",
    )
