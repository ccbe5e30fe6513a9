"""Static art (固定部分): what is the same on all pages of a side, and what a condition adds to some."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from kouki_print.page.codes import free_matrix, matrix_path
from kouki_print.page.extents import Rect, edges
from kouki_print.page.ink import PERFORATION
from kouki_print.page.items import MM, Code, Line, Side, Text
from kouki_print.page.layout import Layout
from kouki_print.page.operators import Canvas

Render = Callable[[Text], str]
_FOLD = (3.0, 7.0)  # mm from the edge: where the tick of a fold begins and ends
_DASH = (1.0, 0.8)
_DIE = 0.15


def static_art(
    canvas: Canvas,
    layout: Layout,
    side: Side,
    render: Render,
    *,
    local: bool,
    artwork: str = "",
    assets: Mapping[str, str] | None = None,
    dieline: str = "printed_dashes",
) -> bytes:
    """Art of a side: of the whole job, or (``local``) the texts and codes that name the municipality.

    ``artwork`` names the resource of the designer's page that lies below everything, ``assets`` those of
    the job's images; ``dieline`` says how perforations are drawn (setting of [printing]).
    """
    out = [b"q 0 0 0 1 k 0 0 0 1 K /GS0 gs\n"]
    if artwork:
        out.append(b"q /%s Do Q\n" % artwork.encode("ascii"))
    if not local:
        tinted_first = sorted(side.box, key=lambda item: item.tint == 0)  # a tint never eats into a frame
        out.extend(canvas.box(item) for item in tinted_first if not item.when)
        out.extend(canvas.line(item) for item in side.line if not item.when)
        back = side is layout.back
        out.extend(canvas.line(item) for item in fold_ticks(layout, back=back))
        out.append(perforations(canvas, layout, dieline, back=back))
        out.extend(
            canvas.image(item, (assets or {}).get(item.asset, "")) for item in side.image if not item.when
        )
    out.extend(
        canvas.text(item, render(item)) for item in side.text if not item.when and is_local(item) == local
    )
    out.extend(code_art(canvas, item, render) for item in side.code if _code_is_local(item) == local)
    out.append(b"Q\n")
    return b"".join(out)


def conditional_art(
    canvas: Canvas, side: Side, condition: str, render: Render, assets: Mapping[str, str]
) -> bytes:
    """What stands on a page when a condition holds."""
    out = [canvas.box(item) for item in side.box if item.when == condition]
    out += [canvas.line(item) for item in side.line if item.when == condition]
    out += [canvas.image(item, assets.get(item.asset, "")) for item in side.image if item.when == condition]
    out += [canvas.text(item, render(item)) for item in side.text if item.when == condition]
    return b"".join(out)


def is_local(item: Text) -> bool:
    """Whether a static text names the municipality and is therefore drawn once per lot."""
    return "municipality" in item.text or item.words.startswith("municipality")


def _code_is_local(item: Code) -> bool:
    return "municipality" in item.text


def code_text(item: Code, render: Render) -> str:
    """What a fixed code says; empty where there is none."""
    return render(Text(x=item.x, y=item.y, size=7, text=item.text))


def code_art(canvas: Canvas, item: Code, render: Render) -> bytes:
    """A QR code of a fixed text (ISO/IEC 18004, level M), drawn as one path; nothing for an empty text."""
    text = code_text(item, render)
    if not text:
        return b""
    matrix = free_matrix(text)
    unit = f"{item.module * MM:.4f}".encode("ascii")
    place = canvas.x(item.x), canvas.y(item.y + item.module * len(matrix))
    return b"q %s 0 0 %s %s %s cm\n%sf Q\n" % (unit, unit, *place, matrix_path(matrix))


def perforations(canvas: Canvas, layout: Layout, dieline: str, *, back: bool) -> bytes:
    """Perforations (ミシン目) as printed dashes, as lines on a plate of their own, or not at all."""
    if dieline == "none":
        return b""
    dash = _DASH if dieline == "printed_dashes" else None
    strokes = b"".join(
        canvas.line(Line(x1=x1, y1=y1, x2=x2, y2=y2, weight=_DIE, dash=dash))
        for x1, y1, x2, y2 in cuts(layout, back=back)
    )
    if dash or not strokes:
        return strokes
    return PERFORATION.on_plate(strokes, layered=dieline == "separation+ocg")


def cuts(layout: Layout, *, back: bool) -> list[Rect]:
    """The lines of all perforations, as seen from one side of the sheet, each once."""
    width = layout.sheet.width
    return list(dict.fromkeys(rect for item in layout.perforation for rect in edges(item, width, back=back)))


def fold_ticks(layout: Layout, *, back: bool) -> Iterator[Line]:
    """The ticks of the folds at the edges of the sheet.

    The sheet is turned over its long side: on the back they lie the other way round.
    """
    width, height = layout.sheet.width, layout.sheet.height
    for fold in layout.fold:
        for near, far in (_FOLD, tuple(-each for each in _FOLD)):
            if fold.y is not None:
                begin, end = (near, far) if near > 0 else (width + near, width + far)
                yield Line(x1=begin, y1=fold.y, x2=end, y2=fold.y, weight=0.1)
            elif fold.x is not None:
                begin, end = (near, far) if near > 0 else (height + near, height + far)
                x = width - fold.x if back else fold.x
                yield Line(x1=x, y1=begin, x2=x, y2=end, weight=0.1)
