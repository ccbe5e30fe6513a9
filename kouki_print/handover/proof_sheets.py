"""Sheets of a proof for people (校正の一覧・窓の重ね図): many small pictures on A4, each with its words."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, Spacer, Table, TableStyle

from kouki_print.handover.report_pdf import (
    BOLD,
    INK,
    LINE,
    NOTE,
    REGULAR,
    WIDTH,
    Frames,
    cell,
    drawable,
    fitted,
    register_fonts,
    report,
)

Box = tuple[float, ...]
_ALWAYS, _WINDOW, _BLOCK = (HexColor(value) for value in (0x1B7F3B, 0x2F6FB5, 0xB3261E))
_COLUMNS, _THUMB_HEIGHT, _ROW_HEIGHT = 3, 68 * mm, 85.8 * mm
_VIEW_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class Thumb:
    """A page of the proof: its picture, what it is and the cases it shows."""

    picture: Path
    title: str
    words: str


@dataclass(frozen=True, slots=True)
class WindowView:
    """An address block behind the window: boxes are left, top, right, bottom in mm within the picture."""

    title: str
    picture: bytes
    size: tuple[float, float]
    windows: Sequence[Box]
    always: Box
    block: Box
    note: str


class _Picture(Flowable):  # type: ignore[misc]
    """A picture as high as the row allows, in a thin frame."""

    def __init__(self, source: Path, width: float, height: float) -> None:
        super().__init__()
        self.source = str(source)
        wide, high = ImageReader(self.source).getSize()
        scale = min(width / wide, height / high)
        self.width, self.height = wide * scale, high * scale

    def draw(self) -> None:
        """Draw it."""
        self.canv.drawImage(ImageReader(self.source), 0, 0, self.width, self.height)
        self.canv.setStrokeColor(LINE)
        self.canv.setLineWidth(0.4)
        self.canv.rect(0, 0, self.width, self.height)


class _View(Flowable):  # type: ignore[misc]
    """A window view: the picture, the window at its positions, what is always seen, and the block."""

    def __init__(self, view: WindowView, width: float) -> None:
        super().__init__()
        self.view = view
        self.scale = width / view.size[0]
        self.width, self.picture_height = width, view.size[1] * self.scale
        self.height = self.picture_height + 9 * mm

    def draw(self) -> None:
        """Draw it."""
        canvas: Canvas = self.canv
        canvas.drawImage(ImageReader(io.BytesIO(self.view.picture)), 0, 0, self.width, self.picture_height)
        canvas.saveState()
        clip = canvas.beginPath()
        clip.rect(0, 0, self.width, self.picture_height)
        canvas.clipPath(clip, stroke=0, fill=0)
        canvas.setDash(3, 2)
        for window in self.view.windows:
            self._box(window, _WINDOW, 0.8)
        canvas.setDash()
        self._box(self.view.always, _ALWAYS, 1.4)
        self._box(self.view.block, _BLOCK, 0.8)
        canvas.restoreState()
        canvas.setFillColor(INK)
        title, size = fitted(drawable(self.view.title), self.width, 8.5, BOLD)
        canvas.setFont(BOLD, size)
        canvas.drawString(0, self.picture_height + 5 * mm, title)
        canvas.setFont(REGULAR, 8)
        canvas.drawString(0, self.picture_height + 1.4 * mm, self.view.note)

    def _box(self, box: Box, colour: HexColor, weight: float) -> None:
        left, top, right, bottom = (value * self.scale for value in box)
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(weight)
        self.canv.rect(left, self.picture_height - bottom, right - left, bottom - top)


def overview(frames: Frames, thumbs: Sequence[Thumb]) -> bytes:
    """The contact sheet: every page small, nine on a sheet."""
    register_fonts()
    width = WIDTH / _COLUMNS
    cells = [
        [
            _Picture(thumb.picture, width - 3 * mm, _THUMB_HEIGHT),
            Spacer(0, 1 * mm),
            cell(_cut(thumb.title, 40), 6.5),
            cell(_cut(thumb.words, 70), 5.5),
        ]
        for thumb in thumbs
    ]
    return report(frames, [_grid(cells, _COLUMNS, _ROW_HEIGHT)])


def window_sheets(frames: Frames, views: Sequence[WindowView]) -> bytes:
    """The window over every example's address block."""
    register_fonts()
    key = (
        f'<font color="#{_WINDOW.hexval()[2:]}">青の破線</font>: 用紙が封筒の中で四隅に寄ったときの窓　'
        f'<font color="#{_ALWAYS.hexval()[2:]}">緑</font>: どの位置でも見える範囲　'
        f'<font color="#{_BLOCK.hexval()[2:]}">赤</font>: 実際の宛名（バーコードの余白2mmを含む）。'
        "赤が緑の中に収まっていれば、用紙がどう動いても宛名はすべて見えます。"
    )
    width = WIDTH / _VIEW_COLUMNS
    cells = [[_View(view, width - 5 * mm)] for view in views]
    return report(frames, [Paragraph(key, NOTE), Spacer(0, 3 * mm), _grid(cells, _VIEW_COLUMNS, None)])


def _grid(cells: Sequence[Sequence[Flowable]], columns: int, height: float | None) -> Flowable:
    rows = [list(cells[at : at + columns]) for at in range(0, len(cells), columns)]
    for row in rows:
        row.extend([""] * (columns - len(row)))
    if not rows:
        return Paragraph("宛名を窓から見せる用紙はありません。", NOTE)
    style = TableStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 6),
        ]
    )
    return Table(rows, colWidths=[WIDTH / columns] * columns, rowHeights=[height] * len(rows), style=style)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"
