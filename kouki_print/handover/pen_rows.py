"""Long lists to tick with a pen (確認表), drawn line by line: a Table of 300 rows takes many times as long."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from kouki_print.handover.report_pdf import BOLD, INK, LINE, REGULAR, SHADE, WIDTH, fitted

_HEAD, _ROW, _TICK = 7 * mm, 8 * mm, 4.5 * mm
_SIZE = 11


class PenRows(Flowable):  # type: ignore[misc]
    """Rows of short texts as wide as the page; on further pages they go on below the same head.

    ``widths`` are shares of the width, one for each of ``head``.  A text stands on one line in the middle of its
    cell, smaller where it must be; None is a box to tick.  Every fifth line is heavier, to count by.
    """

    def __init__(
        self, head: Sequence[str], widths: Sequence[float], rows: Sequence[Sequence[str | None]]
    ) -> None:
        super().__init__()
        self.head, self.widths, self.rows = head, widths, rows

    def wrap(self, *_: float) -> tuple[float, float]:
        """Its size."""
        return WIDTH, _HEAD + _ROW * len(self.rows)

    def split(self, _: float, height: float) -> list[PenRows]:
        """What fits the page, and the rest."""
        fitting = int((height - _HEAD) / _ROW)
        parts = (self.rows[:fitting], self.rows[fitting:]) if fitting > 0 else ()
        return [PenRows(self.head, self.widths, rows) for rows in parts if rows]

    def draw(self) -> None:
        """Head, texts and lines, from the top."""
        canvas, top = self.canv, self.wrap()[1]
        scale = WIDTH / sum(self.widths)
        lefts = [0.0, *accumulate(width * scale for width in self.widths)]
        canvas.setFillColor(SHADE)
        canvas.rect(0, top - _HEAD, WIDTH, _HEAD, stroke=0, fill=1)
        canvas.setFillColor(INK)
        canvas.setStrokeColor(INK)
        canvas.setFont(BOLD, 9)
        for (left, right), name in zip(pairwise(lefts), self.head, strict=True):
            canvas.drawCentredString((left + right) / 2, top - _HEAD + 2.2 * mm, name)
        for number, row in enumerate(self.rows, start=1):
            bottom = top - _HEAD - _ROW * number
            for (left, right), text in zip(pairwise(lefts), row, strict=True):
                self._cell(left, right, bottom, text)
        canvas.setStrokeColor(LINE)
        for number in range(len(self.rows) + 1):
            y = top - _HEAD - _ROW * number
            canvas.setLineWidth(0.4 if number % 5 else 1.2)
            canvas.line(0, y, WIDTH, y)
        canvas.setLineWidth(0.4)
        for x in lefts:
            canvas.line(x, 0, x, top)

    def _cell(self, left: float, right: float, bottom: float, text: str | None) -> None:
        canvas, middle = self.canv, (left + right) / 2
        if text is None:
            canvas.rect(middle - _TICK / 2, bottom + (_ROW - _TICK) / 2, _TICK, _TICK)
        elif text:
            shown, size = fitted(text, right - left - 2 * mm, _SIZE)
            canvas.setFont(REGULAR, size)
            canvas.drawCentredString(middle, bottom + (_ROW - 0.72 * size) / 2, shown)
