"""PDF content operators as bytes: the short list of what a page may contain (ISO 32000-1, 8 and 9).

Coordinates arrive in mm from the top left of the finished sheet and leave in points from its
bottom left.  Colour is black only (``k``), so that text, codes and marks lie on one plate.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from kouki_print.base.errors import JobError
from kouki_print.page.fit import NOT_AT_START
from kouki_print.page.fonts import Style, clusters
from kouki_print.page.layout import MM, Box, Line, Text

ASCENT = 0.88  # top of the em box above the baseline, in em (all shipped fonts)


def number(value: float) -> bytes:
    """A PDF number with at most two decimals (0.01 pt = 3.5 µm), no exponent, no ``-0``."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return b"0" if text in ("-0", "") else text.encode("ascii")


@dataclass(frozen=True, slots=True)
class Canvas:
    """The sheet's height in mm and the styles of type, for turning layout items into operators."""

    height: float
    styles: dict[str, Style]

    def x(self, mm: float) -> bytes:
        """Horizontal position in points."""
        return number(mm * MM)

    def y(self, mm: float) -> bytes:
        """Vertical position in points, counted from the bottom."""
        return number((self.height - mm) * MM)

    def show(self, text: str, style: Style, size: float, previous: bytes = b"") -> bytes:
        """Show a text at the current place, changing the font where the chain does."""
        out: list[bytes] = []
        font = previous
        run: list[bytes] = []
        for cluster in clusters(text):
            index, gid = style.resolve(cluster)
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
        leading = item.leading or item.size / MM * (1.0 if item.vertical else 1.5)
        out = [b"BT\n" if scale == 100 else b"BT %d Tz\n" % scale]
        for index, (indent, line) in enumerate(self._lines(item, content, style)):
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
                    self.show(line, style, item.size),
                )
            )
        out.append(b"ET\n" if scale == 100 else b"100 Tz ET\n")
        return b"".join(out)

    def _lines(self, item: Text, content: str, style: Style) -> list[tuple[float, str]]:
        """Lines of a static text, each with its indent in points; numbered paragraphs hang."""
        if item.vertical:
            return [(0.0, cluster) for cluster in clusters(content)]
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
        return b"%s%s %s m %s %s l S\n" % (
            _pen(item.weight, item.dash),
            self.x(item.x1),
            self.y(item.y1),
            self.x(item.x2),
            self.y(item.y2),
        )

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
            out += b"0 0 0 %s k %s f 0 0 0 1 k\n" % (number(item.tint / 100), corner)
        if item.weight:
            out += b"%s%s S\n" % (_pen(item.weight, item.dash), corner)
        return out


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
            if cluster in NOT_AT_START or current[-1] in _NOT_AT_END:
                carried = [current.pop()]
            out.append("".join(current))
            current = carried
            used = sum(style.width(part) for part in current)
            limit = (width - indent) * MM * 1000 / size
        current.append(cluster)
        used += advance
    out.append("".join(current))
    return out
