"""The envelope's window (窓): what of the folded sheet it shows, however the sheet slides in the envelope.

The panel ``address`` of the sheet lies behind the window and slides in the envelope's inner size.  A fold is
never quite where it should be: that takes from what is always seen, and adds to what is ever seen.
"""

from __future__ import annotations

from itertools import product

from kouki_print.order.enclosures import Envelope
from kouki_print.page.extents import Rect
from kouki_print.page.items import Panel
from kouki_print.page.layout import Layout

ADDRESS = "address"


def panel_of(layout: Layout) -> Panel | None:
    """The panel that lies behind the window."""
    return next((panel for panel in layout.panel if panel.name == ADDRESS), None)


def outer_size(envelope: Envelope) -> tuple[float, float]:
    """Width and height of the address side in mm; it lies as the inner size says."""
    short, long = sorted((float(envelope.width_mm), float(envelope.height_mm)))
    return (long, short) if envelope.inner_width_mm >= envelope.inner_height_mm else (short, long)


def play(envelope: Envelope, panel: Panel) -> tuple[float, float]:
    """How far the panel slides across and down in mm; negative when it does not go in."""
    return float(envelope.inner_width_mm) - panel.width, float(envelope.inner_height_mm) - panel.height


def window_positions(envelope: Envelope, panel: Panel) -> list[Rect]:
    """The window on the sheet, with the panel in each corner of the envelope."""
    width, height = outer_size(envelope)
    window = envelope.window
    left = panel.x + float(window.x) - (width - float(envelope.inner_width_mm)) / 2
    top = panel.y + float(window.y) - (height - float(envelope.inner_height_mm)) / 2
    across, down = play(envelope, panel)
    return [
        Rect(x, y, x + float(window.width), y + float(window.height))
        for x, y in product((left, left - across), (top, top - down))
    ]


def visible_always(envelope: Envelope, panel: Panel) -> Rect:
    """What of the panel is seen at every position, whichever way the fold is off."""
    lefts, tops, rights, bottoms = zip(_edges(panel), *window_positions(envelope, panel), strict=True)
    return Rect(max(lefts), max(tops), min(rights), min(bottoms)).smaller(float(envelope.fold_tolerance_mm))


def visible_ever(envelope: Envelope, panel: Panel) -> Rect:
    """What of the panel is seen at some position."""
    lefts, tops, rights, bottoms = zip(*window_positions(envelope, panel), strict=True)
    seen = Rect(min(lefts), min(tops), max(rights), max(bottoms)).smaller(-float(envelope.fold_tolerance_mm))
    edges = _edges(panel)
    return Rect(
        max(seen.left, edges.left),
        max(seen.top, edges.top),
        min(seen.right, edges.right),
        min(seen.bottom, edges.bottom),
    )


def _edges(panel: Panel) -> Rect:
    return Rect(panel.x, panel.y, panel.x + panel.width, panel.y + panel.height)
