"""Composing (組版): a layout with its fonts becomes static art and, per piece, one stream of text.

A document's layout is turned once into byte templates; per lot each field is fitted once for
each *distinct* value and the pieces are put together from those bytes.  Static first, variable
after, never interleaved; the matching code is one stream that front and back share.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.page.codes import SIZE, barcode_paths, qr_paths
from kouki_print.page.fit import fit_all
from kouki_print.page.fonts import Style
from kouki_print.page.layout import MM, CustomerBarcode, FieldItem, Layout, Qr, Side, Text
from kouki_print.page.operators import Canvas, number

Render = Callable[[Text], str]
_BARCODE_UNIT = 0.06  # mm per point of size (postal manual: a/10 × 0.6 mm)


class _Unknown(Exception):
    """A character outside the fast table: it needs another face or has a selector."""


class _HexTable(dict[int, str]):
    def __missing__(self, code: int) -> str:
        raise _Unknown


@dataclass(frozen=True, slots=True)
class ComposedSide:
    """One side ready for the PDF room.

    ``static`` and ``local`` are the art of the whole job and of one municipality; ``qr_origin``
    is where the matching code's stream is placed (points from the bottom left of the sheet);
    ``variable`` holds one stream per piece, or None when the side has no personal text.
    """

    qr_origin: tuple[bytes, bytes]
    variable: list[bytes] | None


class Composer:
    """One layout prepared for composing (one document kind)."""

    def __init__(self, layout: Layout, styles: Mapping[str, Style]) -> None:
        self.layout = layout
        self.canvas = Canvas(layout.sheet.height, dict(styles))
        self._tables: dict[str, _HexTable] = {}
        self._heads: dict[tuple[str, float], bytes] = {}
        self._cells: dict[tuple[FieldItem, int], bytes] = {}
        front, back = layout.front.qr, layout.back.qr
        if (front.module, front.text_size, front.text_align) != (
            back.module,
            back.text_size,
            back.text_align,
        ):
            raise JobError(
                "表と裏の照合コードの大きさが違います。",
                remedy="様式の [front.qr] と [back.qr] の module・text_size・text_align を同じにしてください。",
                file=f"{layout.name}.toml",
            )

    def art(self, side: Side, render: Render, *, local: bool, artwork: str = "") -> bytes:
        """Static art of a side: of the whole job, or (``local``) the texts that name the municipality.

        ``artwork`` names the resource of the designer's page that lies below everything.
        """
        out = [b"q 0 0 0 1 k 0 0 0 1 K /GS0 gs\n"]
        if artwork:
            out.append(b"q /%s Do Q\n" % artwork.encode("ascii"))
        if not local:
            tinted_first = sorted(side.box, key=lambda item: item.tint == 0)  # a tint never eats into a frame
            out.extend(self.canvas.box(item) for item in tinted_first if not item.when)
            out.extend(self.canvas.line(item) for item in side.line if not item.when)
        out.extend(
            self.canvas.text(item, render(item))
            for item in side.text
            if not item.when and is_local(item) == local
        )
        out.append(b"Q\n")
        return b"".join(out)

    def qr_origin(self, side: Side) -> tuple[bytes, bytes]:
        """Bottom left of the matching code in points."""
        return self.canvas.x(side.qr.x), self.canvas.y(side.qr.y + side.qr.module * SIZE)

    def code_streams(self, matching_codes: Sequence[str]) -> list[bytes]:
        """Streams of the matching codes: symbol and text below it, origin at the symbol's bottom left."""
        item: Qr = self.layout.front.qr
        first = {len(code): code for code in reversed(matching_codes)}  # codes of one length are equally wide
        texts = {length: self._code_text(item, code) for length, code in first.items()}
        head = b"q %s 0 0 %s 0 0 cm\n" % ((f"{item.module * MM:.4f}".encode("ascii"),) * 2)
        table = self._table("gothic")
        return [
            b"%s%s%s%s>Tj ET\n" % (head, path, texts[len(code)], code.translate(table).encode("ascii"))
            for path, code in zip(qr_paths(matching_codes), matching_codes, strict=True)
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
        codewords: Sequence[str],
        render: Render,
    ) -> list[bytes] | None:
        """One stream per piece with all that is personal on this side, or None when nothing is."""
        count = len(codewords)
        columns: list[list[bytes]] = [self._field(item, fields, flags) for item in side.field]
        if columns:
            columns = [[b"BT\n"] * count, *columns, [b"ET\n"] * count]
        for flag in sorted(_conditions(side)):
            art = self._conditional_art(side, flag, render)
            columns.append([art if on else b"" for on in flags[flag].tolist()])
        if side.barcode is not None:
            columns.append(self._barcodes(side.barcode, codewords))
        if not columns:
            return None
        return list(map(b"".join, zip(*columns, strict=True)))

    def _field(
        self, item: FieldItem, fields: Mapping[str, pd.Series], flags: Mapping[str, np.ndarray]
    ) -> list[bytes]:
        codes, texts = pd.factorize(fields[item.bind])
        drawn = np.empty(len(texts) + 1, dtype=object)
        drawn[:-1] = self._draw_all(item, texts.tolist())
        drawn[-1] = b""
        if item.when:
            codes = np.where(flags[item.when], codes, -1)
        result: list[bytes] = drawn[codes].tolist()
        return result

    def _draw_all(self, item: FieldItem, texts: list[str]) -> list[bytes]:
        """Operators of each distinct text of a field."""
        style = self.canvas.styles[item.font]
        if item.pitch:
            return [self._spaced(item, text, style) for text in texts]
        places: dict[tuple[int, float], bytes] = {}
        out = []
        for text, fitted in zip(texts, fit_all(texts, item, style), strict=True):
            if fitted is None:  # the line holds such people before this; a page is never drawn wrong
                raise JobError(
                    "枠に入らない文字列が組版に渡りました。",
                    remedy="開発元に知らせてください。",
                    column=item.bind,
                )
            parts = []
            for index, (line, scale) in enumerate(fitted.lines if text else ()):
                if item.align == "left":
                    place = places.get((index, fitted.size)) or places.setdefault(
                        (index, fitted.size), self._place(item, item.x * MM, index, fitted.size)
                    )
                else:
                    place = self._aligned(item, line, scale, index, fitted.size)
                show = self._show(line, item.font, fitted.size)
                parts.append(place + show if scale == 100 else b"%d Tz %s%s100 Tz\n" % (scale, place, show))
            out.append(b"".join(parts))
        return out

    def _place(self, item: FieldItem, x: float, line: int, size: float) -> bytes:
        """Text matrix of a line of a field that begins ``x`` points from the left."""
        leading = item.leading if item.leading and size == item.size else size / MM * 1.1
        return b"1 0 0 1 %s %s Tm " % (number(x), self.canvas.baseline(item.y + line * leading, size))

    def _aligned(self, item: FieldItem, line: str, scale: int, index: int, size: float) -> bytes:
        """Place of a centred or right-aligned line."""
        free = item.width * MM - self.canvas.styles[item.font].width(line) * size * scale / 100_000
        return self._place(item, item.x * MM + (free if item.align == "right" else free / 2), index, size)

    def _show(self, text: str, font: str, size: float) -> bytes:
        style = self.canvas.styles[font]
        try:
            body = text.translate(self._table(font)).encode("ascii")
        except _Unknown:
            return self.canvas.show(text, style, size)
        head = self._heads.get((font, size))
        if head is None:
            head = self._heads[font, size] = b"/%s0 %s Tf <" % (style.key.encode("ascii"), number(size))
        return b"%s%s>Tj\n" % (head, body)

    def _spaced(self, item: FieldItem, text: str, style: Style) -> bytes:
        """Characters one ``pitch`` apart, in the middle of their cells (numbers in boxes).

        All characters have the width of a digit, so one character spacing (Tc) places them.
        """
        if not text:
            return b""
        advance = style.width(text[0])
        head = self._cells.get((item, advance))
        if head is None:
            spacing = item.pitch * MM - advance * item.size / 1000
            place = (number(item.x * MM + spacing / 2), self.canvas.baseline(item.y, item.size))
            head = self._cells[item, advance] = b"%s Tc 1 0 0 1 %s %s Tm " % (number(spacing), *place)
        return b"%s%s0 Tc\n" % (head, self._show(text, item.font, item.size))

    def _barcodes(self, item: CustomerBarcode, codewords: Sequence[str]) -> list[bytes]:
        unit = item.points * _BARCODE_UNIT
        head = b"q %s 0 0 %s %s %s cm\n" % (
            *((f"{unit * MM:.4f}".encode("ascii"),) * 2),
            self.canvas.x(item.x),
            self.canvas.y(item.y + 6 * unit),
        )
        return [b"%s%sf Q\n" % (head, path) if path else b"" for path in barcode_paths(codewords)]

    def _conditional_art(self, side: Side, flag: str, render: Render) -> bytes:
        out = [self.canvas.box(item) for item in side.box if item.when == flag]
        out += [self.canvas.line(item) for item in side.line if item.when == flag]
        out += [self.canvas.text(item, render(item)) for item in side.text if item.when == flag]
        return b"".join(out)

    def _table(self, font: str) -> _HexTable:
        table = self._tables.get(font)
        style = self.canvas.styles[font]
        if table is None:
            table = self._tables[font] = _HexTable()
            for cluster, gid in style.used()[0].items():
                if len(cluster) == 1:
                    table[ord(cluster)] = f"{gid:04X}"
        return table


def is_local(item: Text) -> bool:
    """Whether a static text names the municipality and is therefore drawn once per lot."""
    return "municipality" in item.text or item.words.startswith("municipality")


def _conditions(side: Side) -> set[str]:
    return {item.when for items in (side.text, side.line, side.box) for item in items if item.when}
