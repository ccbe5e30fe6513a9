"""PDF content operators as bytes: the short list of what a page may contain (ISO 32000-1, 8 and 9).

Coordinates arrive in mm from the top left of the finished sheet and leave in points from its
bottom left.  Text, codes and marks are black only (``k``) and lie on one plate; frames and tints may
have the colour of the year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from kouki_print.base.errors import JobError
from kouki_print.page.ink import Ink
from kouki_print.page.items import MM, Box, Colour, Image, Line, Text
from kouki_print.page.type.breaks import NOT_AT_START
from kouki_print.page.type.fonts import Style, clusters

ASCENT = 0.88  # top of the em box above the baseline, in em (all shipped fonts)


def number(value: float) -> bytes:
    """A PDF number with at most two decimals (0.01 pt = 3.5 µm), no exponent, no ``-0``."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode("ascii")


@dataclass(frozen=True, slots=True)
class Canvas:
    """The sheet's height in mm, the styles of type and the inks, for turning layout items into operators."""

    height: float
    styles: dict[str, Style]
    ink: Ink = field(default_factory=Ink)

    def x(self, mm: float) -> bytes:
        """Horizontal position in points."""
        return number(mm * MM)

    def y(self, mm: float) -> bytes:
        """Vertical position in points, counted from the bottom."""
        return number((self.height - mm) * MM)

    def show(self, text: str, style: Style, size: float, *, vertical: bool = False) -> bytes:
        """Show a text at the current place, changing the font where the chain does."""
        resolve = style.resolve_vertical if vertical else style.resolve
        out: list[bytes] = []
        font = b""
        run: list[bytes] = []
        for cluster in clusters(text):
            index, gid = resolve(cluster)
            if not gid:
                raise JobError(
                    f"書体にない文字 U+{ord(cluster[0]):04X} を印字しようとしました。",
                    remedy="文面・様式・宛名の文字を見直すか、その字を持つフォントを追加してください。",
                )
            wanted = b"/%s%d %s Tf " % (style.key.encode("ascii"), index, number(size))
            if wanted != font:
                if run:
                    out.append(b"<%s>Tj " % b"".join(run))
                    run = []
                out.append(wanted)
                font = wanted
            run.append(b"%04X" % gid)
        out.append(b"<%s>Tj\n" % b"".join(run))
        return b"".join(out)

    def baseline(self, y: float, size: float) -> bytes:
        """Position of the baseline of text whose em box starts at ``y`` mm."""
        return number((self.height - y) * MM - ASCENT * size)

    def text(self, item: Text, content: str) -> bytes:
        """Static text inside its own BT…ET: one line, a wrapped paragraph or a vertical column."""
        style = self.styles[item.font]
        scale = condensed(item, content, style)
        leading = self.leading(item)
        out = [b"BT\n" if scale == 100 else b"BT %d Tz\n" % scale]
        for index, (indent, line) in enumerate(self.lines(item, content, style)):
            if not line:
                continue
            shift = indent
            if item.align != "left" and not item.vertical:
                free = item.width * MM - style.width(line) * item.size * scale / 100_000
                shift = free if item.align == "right" else free / 2
            out.append(
                b"1 0 0 1 %s %s Tm %s"
                % (
                    number(item.x * MM + shift),
                    self.baseline(item.y + index * leading, item.size),
                    self.show(line, style, item.size, vertical=item.vertical),
                )
            )
        out.append(b"ET\n" if scale == 100 else b"100 Tz ET\n")
        return b"".join(out)

    @staticmethod
    def leading(item: Text) -> float:
        """Distance of the lines of a static text in mm."""
        return item.leading or item.size / MM * (1.0 if item.vertical else 1.5)

    def depth(self, item: Text, content: str) -> float:
        """How far down a static text reaches from its ``y``, in mm."""
        lines = len(self.lines(item, content, self.styles[item.font]))
        return (lines - 1) * self.leading(item) + item.size / MM if lines else 0.0

    def lines(self, item: Text, content: str, style: Style) -> list[tuple[float, str]]:
        """Lines of a static text, each with its indent in points; numbered paragraphs hang."""
        if item.vertical:
            column = clusters("".join(content.splitlines()))  # each in the middle of an em
            return [((1000 - style.width(cluster)) / 2 * item.size / 1000, cluster) for cluster in column]
        if not item.width or item.one_line:
            return [(0.0, line) for line in content.splitlines()]
        out: list[tuple[float, str]] = []
        for paragraph in content.splitlines():
            mark = _HANGING.match(paragraph)
            indent = style.width(mark.group()) * item.size / 1000 if mark else 0.0
            out.extend(
                (indent if position else 0.0, line)
                for position, line in enumerate(wrap(paragraph, style, item.size, item.width, indent / MM))
            )
        return out

    def line(self, item: Line) -> bytes:
        """A stroked line."""
        drawn = b"%s%s %s m %s %s l S\n" % (
            _pen(item.weight, item.dash),
            self.x(item.x1),
            self.y(item.y1),
            self.x(item.x2),
            self.y(item.y2),
        )
        return self._coloured(item.colour, drawn)

    def box(self, item: Box) -> bytes:
        """A rectangle: filled with a tint of black, stroked, or both (fill first)."""
        corner = b"%s %s %s %s re" % (
            self.x(item.x),
            self.y(item.y + item.height),
            number(item.width * MM),
            number(item.height * MM),
        )
        out = b""
        if item.tint:
            out += b"%s%s f %s\n" % (self.ink.fill(item.colour, item.tint), corner, self.ink.fill("black"))
        if item.weight:
            out += self._coloured(item.colour, b"%s%s S\n" % (_pen(item.weight, item.dash), corner))
        return out

    def _coloured(self, colour: Colour, strokes: bytes) -> bytes:
        """Strokes in a colour, black again behind them."""
        if colour == "black":
            return strokes
        return b"%s%s%s\n" % (self.ink.stroke(colour), strokes, self.ink.stroke("black"))

    def image(self, item: Image, resource: str) -> bytes:
        """A stencil image in its box, in the item's colour; without ``resource`` the frame that keeps its place."""
        if resource:
            return b"q %s%s 0 0 %s %s %s cm /%s Do Q\n" % (
                self.ink.fill(item.colour),
                number(item.width * MM),
                number(item.height * MM),
                self.x(item.x),
                self.y(item.y + item.height),
                resource.encode("ascii"),
            )
        frame = Box(x=item.x, y=item.y, width=item.width, height=item.height, weight=0.15)
        size = 9.0
        word = Text(
            x=item.x,
            y=item.y + (item.height - size / MM) / 2,
            size=size,
            width=item.width,
            align="center",
            text=item.missing,
        )
        return self.box(frame) + (self.text(word, item.missing) if item.missing else b"")


def condensed(item: Text, content: str, style: Style) -> int:
    """Horizontal scale in per cent that brings a one-line text into its width; 0 when its floor forbids it."""
    if not item.one_line:
        return 100
    natural = max((style.width(line) for line in content.splitlines()), default=0) * item.size / 1000
    limit = item.width * MM
    scale = 100 if natural <= limit else int(100 * limit / natural)
    return scale if scale >= item.min_condense else 0


def _pen(weight: float, dash: tuple[float, float] | None) -> bytes:
    pattern = b"[%s %s]" % (number(dash[0] * MM), number(dash[1] * MM)) if dash else b"[]"
    return b"%s w %s 0 d " % (number(weight * MM), pattern)


_NOT_AT_END = frozenset("（「『【〔")
_HANGING = re.compile("・|[０-９]+[　．]")  # bullets and numbers stand out of their paragraph


def wrap(line: str, style: Style, size: float, width: float, indent: float = 0.0) -> list[str]:
    """Break a line of Japanese text to ``width`` mm, keeping the basic line-start rules (JIS X 4051).

    Lines after the first are ``indent`` mm shorter.
    """
    limit = width * MM * 1000 / size
    out: list[str] = []
    current: list[str] = []
    used = 0
    for cluster in clusters(line):
        advance = style.width(cluster)
        if used + advance > limit and current:
            carried: list[str] = []
            if len(current) > 1 and (cluster in NOT_AT_START or current[-1] in _NOT_AT_END):
                carried = [current.pop()]
            out.append("".join(current))
            current = carried
            used = sum(style.width(part) for part in current)
            limit = (width - indent) * MM * 1000 / size
        current.append(cluster)
        used += advance
    out.append("".join(current))
    return out
