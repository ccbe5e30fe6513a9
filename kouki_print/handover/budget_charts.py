"""Charts of the budget (reportlab): yen per unit, weight against the steps, scenarios.

Labels stay in the box that the chart leaves for them; an axis has one unit from end to end.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import cycle

from reportlab.graphics import renderPDF
from reportlab.graphics.shapes import Drawing, Line, Rect, String
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable

from kouki_print.handover.budget import Budget
from kouki_print.handover.budget_parts import KindLine
from kouki_print.handover.budget_words import grams, kind_name
from kouki_print.handover.report_pdf import BOLD, INK, LINE, REGULAR, SHADE, drawable, fitted
from kouki_print.order.models import SERVICE_JA

# Dark, middle, light: still told apart on a grey printer.  Few jobs have more than three documents.
SERIES = tuple(HexColor(each) for each in (0x1F3A5F, 0xE0A030, 0x8FB8A0, 0x8A5A78, 0xD5D9DE))
_OVER = HexColor(0xB3261E)
_MOST_UNITS = 60  # that a page has room for
_MOST_KINDS = 24
_SIZE = 6.5
_FOOT, _RIGHT = 16.0, 14.0  # points below and right of the bars


@dataclass(frozen=True, slots=True)
class Axis:
    """Value axis: a round start, end and step."""

    start: int
    end: int
    step: int

    def ticks(self) -> range:
        """Values that get a line and a label."""
        return range(self.start, self.end + 1, self.step)


def _round_step(wanted: float, steps: int, least: int) -> int:
    """The smallest 1, 2 or 5 times a power of ten of which ``steps`` reach ``wanted``."""
    return next(
        factor * 10**power
        for power in range(14)
        for factor in (1, 2, 5)
        if factor * 10**power >= least and factor * 10**power * steps >= wanted
    )


def yen_axis(largest_yen: int) -> Axis:
    """From 0 to beyond the largest, with room for the figure behind its bar."""
    wanted = largest_yen * 1.18
    step = _round_step(wanted, 6, least=100)
    return Axis(0, max(-int(-wanted // step), 1) * step, step)


def yen_text(axis: Axis, yen: int) -> str:
    """A label of the axis: 万円 only where every label is whole in it."""
    if yen and axis.step >= 10_000:
        return f"{yen // 10_000:,}万円"
    return f"{yen:,}円"


def weight_axis(kinds: Sequence[KindLine]) -> Axis:
    """Hundredths of a gram around the kinds and the limits of their steps."""
    low = min(min(kind.low_cg, kind.weight_cg) for kind in kinds)
    high = max(max(kind.high_cg, kind.max_grams * 100) for kind in kinds)
    margin = max((high - low) // 10, 100)
    low, high = max(low - margin, 0), high + margin
    step = _round_step(high - low, 8, least=100)
    return Axis(low // step * step, -(-high // step) * step, step)


class Chart(Flowable):  # type: ignore[misc]
    """Rows of labelled bars over one axis, in whatever height the page has left.

    ``least`` is the height below which it asks for a new page.
    """

    lowest, tallest = 7.0, 16.0  # points per row
    head = 20.0  # points above the bars
    left_out = 0  # rows that there was no room for

    def __init__(self, labels: Sequence[str], axis: Axis) -> None:
        super().__init__()
        self.labels = [drawable(label) for label in labels]
        self.axis = axis
        self.least = max(len(labels), 3) * self.lowest + self.head + _FOOT

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Fill the rest of the page; ask for a new one when that is too little."""
        best = max(len(self.labels), 3) * self.tallest + self.head + _FOOT
        self.width, self.height = width, min(max(height, self.least), best)
        widest = max((pdfmetrics.stringWidth(each, REGULAR, _SIZE) for each in self.labels), default=0)
        self.left = min(max(widest, 30), width * 0.3) + 6
        return self.width, self.height

    def draw(self) -> None:
        """Draw at the size that ``wrap`` settled."""
        drawing = Drawing(self.width, self.height)
        for tick in self.axis.ticks():
            x = self.x(tick)
            drawing.add(Line(x, _FOOT, x, self.height - self.head, strokeColor=SHADE, strokeWidth=0.6))
            drawing.add(_text(x, _FOOT - 9, self.tick_text(tick), anchor="middle"))
        drawing.add(
            Line(self.left, _FOOT, self.left, self.height - self.head, strokeColor=LINE, strokeWidth=0.6)
        )
        pitch = (self.height - self.head - _FOOT) / max(len(self.labels), 1)
        for at, label in enumerate(self.labels):
            middle = self.height - self.head - (at + 0.5) * pitch
            words, size = fitted(label, self.left - 6, _SIZE)
            drawing.add(_text(self.left - 4, middle - 2, words, size=size, anchor="end"))
            for shape in self.row(at, middle, min(pitch * 0.7, 12.0)):
                drawing.add(shape)
        for shape in self.legend():
            drawing.add(shape)
        renderPDF.draw(drawing, self.canv, 0, 0)

    def x(self, value: float) -> float:
        """Where a value of the axis lies."""
        span = self.axis.end - self.axis.start
        return self.left + (value - self.axis.start) / span * (self.width - self.left - _RIGHT)

    def tick_text(self, value: int) -> str:
        """Label of a value of the axis."""
        return yen_text(self.axis, value)

    def row(self, at: int, middle: float, thick: float) -> Iterable[Line | Rect | String]:
        """Shapes of one row; ``middle`` its height, ``thick`` that of a bar."""
        raise NotImplementedError

    def legend(self) -> Iterable[Line | Rect | String]:
        """Shapes above the rows."""
        return ()


class UnitChart(Chart):
    """Yen per unit as bars, documents stacked; of more units than a page has room for, the dearest."""

    def __init__(self, budget: Budget) -> None:
        table = budget.by_town()
        dearest = table["total_yen"].sort_values(ascending=False, kind="stable").index[:_MOST_UNITS]
        table = table.loc[sorted(dearest)]
        documents = budget.documents()
        self.names = [budget.document_names[document] for document in documents]
        self.left_out = len(budget.towns) - len(table)
        self.parts = [table[f"{document}_total_yen"].tolist() for document in documents]
        self.totals = table["total_yen"].tolist()
        super().__init__(table["name"].tolist(), yen_axis(max(self.totals, default=0)))

    def row(self, at: int, middle: float, thick: float) -> Iterable[Rect | String]:
        """The documents of a unit, one behind the other, and their sum."""
        done = 0
        for color, part in zip(cycle(SERIES), self.parts, strict=False):
            yield _bar(self.x(done), self.x(done + part[at]), middle, thick, color)
            done += part[at]
        yield _text(self.x(done) + 3, middle - 2, f"{self.totals[at]:,}円", size=6)

    def legend(self) -> Iterable[Rect | String]:
        """Colour and name of each document."""
        x, room = self.left, min((self.width - self.left) / max(len(self.names), 1), 110)
        for color, name in zip(cycle(SERIES), self.names, strict=False):
            yield Rect(x, self.height - 12, 8, 8, fillColor=color, strokeColor=None)
            words, size = fitted(drawable(name), room - 16, 8)
            yield _text(x + 12, self.height - 11, words, size=size)
            x += room


class StepChart(Chart):
    """Weight of each kind from least to most, its nominal weight, and the limits of the steps."""

    lowest, tallest = 13.0, 20.0

    def __init__(self, kinds: Sequence[KindLine]) -> None:
        closest = sorted(range(len(kinds)), key=lambda at: kinds[at].max_grams * 100 - kinds[at].high_cg)
        self.kinds = [kinds[at] for at in sorted(closest[:_MOST_KINDS])]
        self.left_out = len(kinds) - len(self.kinds)
        self.limits = sorted({kind.max_grams for kind in self.kinds})
        labels = [f"{kind_name(kind)} {SERVICE_JA[kind.mail_service]}（{kind.items}）" for kind in self.kinds]
        super().__init__(labels, weight_axis(self.kinds))

    def tick_text(self, value: int) -> str:
        """Grams."""
        return f"{value // 100:,}g"

    def row(self, at: int, middle: float, thick: float) -> Iterable[Line | Rect | String]:
        """Bar from least to most, nominal mark, limit of the kind's step, and the figures."""
        kind = self.kinds[at]
        low, high = self.x(min(kind.low_cg, kind.weight_cg)), self.x(max(kind.high_cg, kind.weight_cg))
        yield _bar(low, max(high, low + 1), middle, thick * 0.8, _OVER if kind.crosses else SERIES[2])
        mark = self.x(kind.weight_cg)
        yield Line(mark, middle - thick / 2, mark, middle + thick / 2, strokeColor=SERIES[0], strokeWidth=1.6)
        limit = self.x(kind.max_grams * 100)
        yield Line(limit, middle - thick, limit, middle + thick, strokeColor=_OVER, strokeWidth=1.2)
        words = f"{grams(kind.weight_cg)}　残り{grams(kind.left_cg)}"
        wide = pdfmetrics.stringWidth(words, REGULAR, 6)
        x = max(high, mark) + 4
        if x < limit + 4 and x + wide > limit - 2:  # never across the limit
            x = limit + 4
        yield _text(x if x + wide <= self.width else low - 4 - wide, middle - 2, words, size=6)

    def legend(self) -> Iterable[Line | String]:
        """The limit of each step at the head of its line."""
        for limit in self.limits:
            x = self.x(limit * 100)
            line = Line(x, _FOOT, x, self.height - self.head, strokeColor=_OVER, strokeWidth=0.5)
            line.strokeDashArray = [3, 2]
            yield line
            yield _text(
                x,
                self.height - self.head + 3,
                f"{limit:,}gまで",
                size=7,
                font=BOLD,
                anchor="middle",
                color=_OVER,
            )


class ScenarioChart(Chart):
    """The budget and its variations as bars, each with its difference."""

    lowest, tallest, head = 15.0, 22.0, 4.0

    def __init__(self, rows: Sequence[tuple[str, int, int]]) -> None:
        self.rows = rows  # name, yen, difference
        super().__init__([name for name, _, _ in rows], yen_axis(max(yen for _, yen, _ in rows)))
        # Figures with a difference are longer than those of the units.
        self.axis = yen_axis(int(max(yen for _, yen, _ in rows) * 1.3))

    def row(self, at: int, middle: float, thick: float) -> Iterable[Rect | String]:
        """One bar, yen and difference behind it."""
        _, yen, difference = self.rows[at]
        yield _bar(self.x(0), self.x(yen), middle, thick, SERIES[2] if at else SERIES[0])
        words = f"{yen:,}円" + (f"（{difference:+,}円）" if difference else "")
        yield _text(self.x(yen) + 3, middle - 2, words, size=6.5)


def _bar(left: float, right: float, middle: float, thick: float, color: Color) -> Rect:
    return Rect(left, middle - thick / 2, right - left, thick, fillColor=color, strokeColor=None)


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: float = _SIZE,
    font: str = REGULAR,
    anchor: str = "start",
    color: Color = INK,
) -> String:
    return String(x, y, words, fontName=font, fontSize=size, textAnchor=anchor, fillColor=color)
