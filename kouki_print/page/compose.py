"""Composing (組版): a layout with its fonts becomes static art and, per piece, one stream of text.

A document's layout is turned once into byte templates; per lot each field is fitted once for
each *distinct* value and the pieces are put together from those bytes.  Static first, variable
after, never interleaved; the matching code is one stream that front and back share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.page import codabar, datamatrix
from kouki_print.page.art import Render, conditional_art, static_art
from kouki_print.page.codes import SIZE, barcode_paths, qr_paths
from kouki_print.page.conditions import holds
from kouki_print.page.extents import BAR_UNIT
from kouki_print.page.ink import Ink
from kouki_print.page.items import MM, CustomerBarcode, FieldItem, Qr, RegisteredCode, Side
from kouki_print.page.layout import Layout
from kouki_print.page.operators import Canvas, number
from kouki_print.page.type.fit import fit_all, line_width
from kouki_print.page.type.fonts import Style
from kouki_print.post.registered import shown

_UNKNOWN = "?"  # a character outside the fast table: it needs another face or has a selector


class _HexTable(dict[int, str]):
    def __missing__(self, code: int) -> str:
        return _UNKNOWN


@dataclass(frozen=True, slots=True)
class Look:
    """What the order says about drawing: inks, resources of its images, perforations, NW-7 letters.

    ``datamatrix`` is the side in modules of the symbols that stand in the place of the QR codes (0: QR codes).
    """

    ink: Ink = field(default_factory=Ink)
    assets: Mapping[str, str] = field(default_factory=dict)
    dieline: str = "printed_dashes"
    registered: tuple[str, str] = ("A", "A")
    datamatrix: int = 0


@dataclass(frozen=True, slots=True)
class Coded:
    """Codes of the pieces, one text each (empty: none): customer barcode and registered number."""

    codewords: Sequence[str]
    registered: Sequence[str]


class Composer:
    """One layout prepared for composing (one document kind)."""

    def __init__(self, layout: Layout, styles: Mapping[str, Style], look: Look) -> None:
        self.layout = layout
        self.look = look
        self.canvas = Canvas(layout.sheet.height, dict(styles), look.ink)
        self._tables: dict[str, _HexTable] = {}
        self._heads: dict[tuple[str, float], bytes] = {}
        shapes = {(qr.module, qr.text_size, qr.text_align) for side in layout.sides() if (qr := side.qr)}
        if len(shapes) > 1:
            raise JobError(
                "表と裏の照合コードの大きさが違います。",
                remedy="様式の [front.qr] と [back.qr] の module・text_size・text_align を同じにしてください。",
                file=f"{layout.name}.toml",
            )

    def art(self, side: Side, render: Render, *, local: bool, artwork: str = "") -> bytes:
        """Static art of a side: of the whole job, or (``local``) the texts that name the municipality.

        ``artwork`` names the resource of the designer's page that lies below everything.
        """
        return static_art(
            self.canvas,
            self.layout,
            side,
            render,
            local=local,
            artwork=artwork,
            assets=self.look.assets,
            dieline=self.look.dieline,
        )

    def qr_origin(self, side: Side) -> tuple[bytes, bytes]:
        """Bottom left of the matching code's place in points."""
        qr = _matching_code(side)
        return self.canvas.x(qr.x), self.canvas.y(qr.y + qr.module * SIZE)

    def code_streams(self, matching_codes: Sequence[str]) -> list[bytes]:
        """Streams of the matching codes, origin at the bottom left of their place: symbol and text below it.

        A Data Matrix is smaller than the QR code: it stands at the top left of the place.
        """
        item = _matching_code(self.layout.front)
        first = {len(code): code for code in reversed(matching_codes)}  # codes of one length are equally wide
        texts = {length: self._code_text(item, code) for length, code in first.items()}
        unit, side = item.module * MM, self.look.datamatrix
        paths = datamatrix.paths(matching_codes, side) if side else qr_paths(matching_codes)
        scale, rise = f"{unit:.4f}".encode("ascii"), number((SIZE - side) * unit) if side else b"0"
        head = b"q %s 0 0 %s 0 %s cm\n" % (scale, scale, rise)
        shown = "\n".join(matching_codes).translate(self._table("gothic")).encode("ascii").split(b"\n")
        return [
            b"%s%s%s%s>Tj ET\n" % (head, path, texts[len(code)], body)
            for path, code, body in zip(paths, matching_codes, shown, strict=True)
        ]

    def _code_text(self, item: Qr, code: str) -> bytes:
        """Operators that end the symbol and begin the text below it."""
        style = self.canvas.styles["gothic"]
        shift = 0.0
        if item.text_align == "right":
            shift = item.module * SIZE * MM - style.width(code) * item.text_size / 1000
        return b"f Q BT /%s0 %s Tf 1 0 0 1 %s %s Tm <" % (
            style.key.encode("ascii"),
            number(item.text_size),
            number(shift),
            number(-0.5 * MM * 4 - item.text_size * 0.5),
        )

    def variable(
        self,
        side: Side,
        fields: Mapping[str, pd.Series],
        flags: Mapping[str, np.ndarray],
        codes: Coded,
        render: Render,
    ) -> list[bytes] | None:
        """One stream per piece with all that is personal on this side, or None when nothing is."""
        count = len(codes.codewords)
        columns: list[list[bytes]] = [self._field(item, fields, flags) for item in side.field]
        if columns:
            columns = [[b"BT\n"] * count, *columns, [b"ET\n"] * count]
        for condition in sorted(side.conditions()):
            art = conditional_art(self.canvas, side, condition, render, self.look.assets)
            columns.append([art if on else b"" for on in holds(condition, fields, flags).tolist()])
        if side.barcode is not None:
            columns.append(self._barcodes(side.barcode, codes.codewords))
        if side.registered is not None:
            columns.append(self._registered(side.registered, codes.registered))
        if not columns:
            return None
        return list(map(b"".join, zip(*columns, strict=True)))

    def _field(
        self, item: FieldItem, fields: Mapping[str, pd.Series], flags: Mapping[str, np.ndarray]
    ) -> list[bytes]:
        shown = fields[item.bind]
        if item.when:  # what is not shown need not fit either
            shown = shown.where(holds(item.when, fields, flags))
        codes, texts = pd.factorize(shown)
        drawn = np.empty(len(texts) + 1, dtype=object)
        drawn[:-1] = self._draw_all(item, texts.tolist())
        drawn[-1] = b""
        result: list[bytes] = drawn[codes].tolist()
        return result

    def _draw_all(self, item: FieldItem, texts: list[str]) -> list[bytes]:
        """Operators of each distinct text of a field."""
        style = self.canvas.styles[item.font]
        if item.pitch:
            return self._spaced(item, texts, style)
        places: dict[tuple[int, int, float], bytes] = {}
        fits = [fitted for fitted in fit_all(texts, item, style) if fitted is not None]
        if len(fits) < len(texts):  # the line holds such people before this; a page is never drawn wrong
            raise JobError(
                "枠に入らない文字列が組版に渡りました。",
                remedy="開発元に知らせてください。",
                column=item.bind,
            )
        written = [(line, fitted.size) for fitted in fits for line, _ in fitted.lines]
        shows = iter(self._shows(written, item.font))
        out = []
        plain = item.align == "left" and not item.tracking
        alone = self._place(item, item.x * MM, 1, 0, item.size)
        for text, fitted in zip(texts, fits, strict=True):
            if plain and text and fitted.lines == ((text, 100),) and fitted.size == item.size:
                out.append(alone + next(shows))  # nearly all: one line as it is
                continue
            parts = []
            for index, (line, scale) in enumerate(fitted.lines):
                show = next(shows)
                if not text:
                    continue
                spot = len(fitted.lines), index, fitted.size
                if item.align == "left":
                    place = places.get(spot) or places.setdefault(spot, self._place(item, item.x * MM, *spot))
                else:
                    place = self._aligned(item, line, scale, *spot)
                parts.append(place + show if scale == 100 else b"%d Tz %s%s100 Tz\n" % (scale, place, show))
            drawn = b"".join(parts)
            out.append(b"%s Tc %s0 Tc\n" % (number(item.tracking * MM), drawn) if item.tracking else drawn)
        return out

    def _place(self, item: FieldItem, x: float, lines: int, line: int, size: float) -> bytes:
        """Text matrix of one of the lines of a field that begins ``x`` points from the left."""
        top = item.top_of(lines, size) + line * item.leading_at(size)
        return b"1 0 0 1 %s %s Tm " % (number(x), self.canvas.baseline(top, size))

    def _aligned(self, item: FieldItem, line: str, scale: int, lines: int, index: int, size: float) -> bytes:
        """Place of a centred or right-aligned line."""
        wide = line_width(line, item, self.canvas.styles[item.font], size)
        free = item.width * MM - wide * size * scale / 100_000
        x = item.x * MM + (free if item.align == "right" else free / 2)
        return self._place(item, x, lines, index, size)

    def _shows(self, written: Sequence[tuple[str, float]], font: str) -> list[bytes]:
        """Operators that show each text in its size; all glyph numbers in one translation."""
        style = self.canvas.styles[font]
        joined = "\n".join([text for text, _ in written]).translate(self._table(font))
        out = []
        for body, (text, size) in zip(joined.encode("ascii").split(b"\n"), written, strict=False):
            if b"?" in body:
                out.append(self.canvas.show(text, style, size))
                continue
            head = self._heads.get((font, size))
            if head is None:
                head = self._heads[font, size] = b"/%s0 %s Tf <" % (style.key.encode("ascii"), number(size))
            out.append(b"%s%s>Tj\n" % (head, body))
        return out

    def _spaced(self, item: FieldItem, texts: Sequence[str], style: Style) -> list[bytes]:
        """Characters one ``pitch`` apart, in the middle of their cells (numbers in boxes).

        All characters have the width of a digit, so one character spacing (Tc) places them.
        """
        advance = style.width(next((text[0] for text in texts if text), "0"))
        spacing = item.pitch * MM - advance * item.size / 1000
        place = (number(item.x * MM + spacing / 2), self.canvas.baseline(item.y, item.size))
        head = b"%s Tc 1 0 0 1 %s %s Tm " % (number(spacing), *place)
        shows = self._shows([(text, item.size) for text in texts], item.font)
        return [
            b"%s%s0 Tc\n" % (head, show) if text else b"" for text, show in zip(texts, shows, strict=True)
        ]

    def _barcodes(self, item: CustomerBarcode, codewords: Sequence[str]) -> list[bytes]:
        unit = item.points * BAR_UNIT
        head = b"q %s 0 0 %s %s %s cm\n" % (
            *((f"{unit * MM:.4f}".encode("ascii"),) * 2),
            self.canvas.x(item.x),
            self.canvas.y(item.y + 6 * unit),
        )
        return [b"%s%sf Q\n" % (head, path) if path else b"" for path in barcode_paths(codewords)]

    def _registered(self, item: RegisteredCode, numbers: Sequence[str]) -> list[bytes]:
        """NW-7 bars and, in the middle below them, the number."""
        start, stop = self.look.registered
        unit = item.narrow
        drawn = codabar.paths(numbers, ratio=item.ratio, height=item.height / unit, start=start, stop=stop)
        head = b"q %s 0 0 %s %s %s cm\n" % (
            *((f"{unit * MM:.4f}".encode("ascii"),) * 2),
            self.canvas.x(item.x),
            self.canvas.y(item.y + item.height),
        )
        # All digits are equally wide, so every number stands at the same place.
        wide = self.canvas.styles["gothic"].width(shown("0" * codabar.DIGITS)) * item.text_size / 1000
        left = item.x * MM + (codabar.length(item.ratio, start, stop) * unit * MM - wide) / 2
        top = self.canvas.baseline(item.y + item.height + 0.5, item.text_size)
        label = b"f Q\nBT 1 0 0 1 %s %s Tm " % (number(left), top)
        shows = self._shows([(shown(text), item.text_size) for text in numbers], "gothic")
        return [
            b"%s%s%s%sET\n" % (head, path, label, show) if path else b""
            for path, show in zip(drawn, shows, strict=True)
        ]

    def _table(self, font: str) -> _HexTable:
        table = self._tables.get(font)
        style = self.canvas.styles[font]
        if table is None:
            table = self._tables[font] = _HexTable({10: "\n"})
            for cluster, gid in style.used()[0].items():
                if len(cluster) == 1:
                    table[ord(cluster)] = f"{gid:04X}"
        return table


def _matching_code(side: Side) -> Qr:
    """The place of the matching code; sheets without one are never asked."""
    if side.qr is None:
        raise ValueError("this side has no matching code")
    return side.qr
