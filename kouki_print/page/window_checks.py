"""Checks of the window: at every position of the sheet the whole address block is seen, and nothing else personal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from math import ceil

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.base.problems import Finding
from kouki_print.order.enclosures import Envelope
from kouki_print.page.conditions import holds, subject
from kouki_print.page.extents import Rect, extent, quiet, white
from kouki_print.page.fields import FIELD_JA, PageFields
from kouki_print.page.items import ALIGNED, MM, Box, FieldItem, Image, Line, Panel, Qr, Side, Text
from kouki_print.page.layout import Layout
from kouki_print.page.type.fit import Fitted, fit, fit_all, line_width
from kouki_print.page.type.fonts import Style
from kouki_print.page.window import outer_size, panel_of, play, visible_always, visible_ever

_Conditional = Text | Line | Box | Image
_BLOCK = ("to_postcode", "to_place", "to_name")  # fields of the address block
_IN_WINDOW = (*_BLOCK, "piece_number")  # what may be seen there
_MARK = "no_forward"  # matter under this condition belongs to it too
_SIDES_JA = ("左", "上", "右", "下")
_EDGE = 10.0  # mm that a glued film window keeps from the envelope's edges
_LEAST = (80.0, 45.0)  # mm, the smallest window for an address
_CODE_EMS = 15.0  # a matching code has at most 30 characters of half an em
_CODE_GAP = 2.0  # mm between its symbol and the text below
_EPSILON = 1e-6
_REMEDY = "様式の位置か、job.toml の [envelope] の内寸と窓（封筒屋の図面の値）を直してください。"


def check_windows(layouts: Mapping[str, Layout], envelope: Envelope) -> list[str]:
    """Notes on the window; JobError for a layout in which everybody's address block leaves the window, or
    something else of the person comes into it."""
    for layout in layouts.values():
        panel, front = panel_of(layout), layout.front
        if panel is None or not {item.bind for item in _fields(front, panel)}.issuperset(_BLOCK):
            if any(item.bind in _BLOCK for item in front.field):
                what = "宛名の項目（郵便番号・住所・宛名）が、窓に向く面にそろっていません。"
                remedy = '三つの項目を、[[panel]] name = "address" の面の中に置いてください。'
                raise JobError(what, remedy=remedy, file=f"{layout.name}.toml")
            if panel is not None:
                _check_bare(layout, front, panel, envelope)
            continue
        for what in _faults(front, panel, envelope):
            raise JobError(what, remedy=_REMEDY, file=f"{layout.name}.toml")
    return list(_notes(envelope))


def _check_bare(layout: Layout, front: Side, panel: Panel, envelope: Envelope) -> None:
    """JobError when a sheet without an address shows anything in the window, should it lie in front."""
    ever = visible_ever(envelope, panel)
    for name, rect in _shown(front, panel):
        if inside := rect.overlap(ever):
            raise JobError(
                f"宛名のない用紙の{name}が窓に{_tenths(inside)}入ります。",
                remedy="宛名のない用紙では、窓に向く所に何も置かないでください。書類の名前だけでも、病気や所得のことが知られます。",
                file=f"{layout.name}.toml",
            )


def window_findings(
    fields: PageFields,
    rows_of: Mapping[str, np.ndarray],
    layouts: Mapping[str, Layout],
    styles: Mapping[str, Style],
    envelope: Envelope,
) -> list[Finding]:
    """Findings for people whose own address block leaves the window; ``rows_of`` are those of each document."""
    findings = []
    for document, layout in layouts.items():
        panel = panel_of(layout)
        if panel is None:
            continue
        always = visible_always(envelope, panel)
        for item in _fields(layout.front, panel):
            if not _beyond(extent(item), always):
                continue  # nobody's text leaves its field
            rows = rows_of[document]
            rows = rows[holds(item.when, fields.texts, fields.flags)[rows]] if item.when else rows
            codes, texts = pd.factorize(fields.texts[item.bind].take(rows))
            style = styles[item.font]
            away = [
                _beyond(_rect(item, fitted, style), always) if fitted and text else ""
                for text, fitted in zip(texts, fit_all(texts.tolist(), item, style), strict=True)
            ]
            hit = np.array([bool(each) for each in away], dtype=bool)[codes]
            if hit.any():
                values = [away[code] for code in codes[hit].tolist()]
                findings.append(Finding("OUT_OF_WINDOW", rows[hit], FIELD_JA[item.bind], values, "hold"))
    return findings


def block_of(
    layout: Layout,
    texts: Mapping[str, str],
    flags: Collection[str],
    styles: Mapping[str, Style],
    *,
    barcode: bool,
) -> Rect:
    """What one person's address block covers; ``flags`` are those that are set for the person."""
    panel, front = panel_of(layout), layout.front
    if panel is None:
        raise ValueError(f"{layout.name} has no panel for the window")
    rects = [rect for when, _, rect in _marks(front, panel) if (_MARK in flags) == (when == _MARK)]
    for item in _fields(front, panel):
        fitted = fit(texts[item.bind], item, styles[item.font])
        if fitted and texts[item.bind]:
            rects.append(_rect(item, fitted, styles[item.font]))
    if barcode and front.barcode:
        rects.append(extent(front.barcode).smaller(-quiet(front.barcode)))
    lefts, tops, rights, bottoms = zip(*rects, strict=True)
    return Rect(min(lefts), min(tops), max(rights), max(bottoms))


def _faults(front: Side, panel: Panel, envelope: Envelope) -> Iterator[str]:
    """What is wrong with a front whoever the person is."""
    if min(play(envelope, panel)) < -_EPSILON:
        inner = f"{envelope.inner_width_mm:f}×{envelope.inner_height_mm:f}mm"
        yield f"宛名の面（{panel.width:g}×{panel.height:g}mm）が封筒の内寸（{inner}）に入りません。"
    always, ever = visible_always(envelope, panel), visible_ever(envelope, panel)
    for name, rect in _sure(front, panel):
        if beyond := _beyond(rect, always):
            yield f"用紙が封筒の中で動くと、{name}が窓から{beyond}はみ出します。"
    for name, rect in _others(front, panel):
        if (inside := rect.overlap(ever)) > _EPSILON:
            yield f"用紙が封筒の中で動くと、{name}が窓に{_tenths(inside)}入ります。"


def _fields(side: Side, panel: Panel) -> list[FieldItem]:
    """Fields of the address block."""
    return [item for item in side.field if item.bind in _IN_WINDOW and _begins_in(item, panel)]


def _marks(side: Side, panel: Panel) -> Iterator[tuple[str, str, Rect]]:
    """Condition, name and place of what tells in the block that the piece is not to be forwarded."""
    for item in _conditional(side):
        if subject(item.when) == _MARK and _begins_in(item, panel):
            yield item.when, _name(item), extent(item)


def _conditional(side: Side) -> Iterator[_Conditional]:
    """What stands on some people's pages only."""
    items: tuple[Sequence[_Conditional], ...] = (side.text, side.line, side.box, side.image)
    return (item for kind in items for item in kind if item.when)


def _sure(side: Side, panel: Panel) -> Iterator[tuple[str, Rect]]:
    """What of the block is in the same place whoever the person is: of a field the end where its text begins."""
    for item in _fields(side, panel):
        at = item.x + ALIGNED[item.align] * item.width
        size = item.sizes()[-1]
        top = item.top_of(1, size)
        yield _name(item), Rect(at, top, at, top + size / MM)
    yield from ((name, rect) for _, name, rect in _marks(side, panel))
    if side.barcode:
        yield "カスタマバーコード（余白2mmを含む）", extent(side.barcode).smaller(-quiet(side.barcode))


def _others(side: Side, panel: Panel) -> Iterator[tuple[str, Rect]]:
    """What else tells something of the person."""
    block = _fields(side, panel)
    for item in side.field:
        if item not in block:
            yield _name(item), extent(item)
    for each in _conditional(side):
        if subject(each.when) != _MARK:
            yield _name(each), extent(each)
    if side.qr:
        yield "照合コード", _code_rect(side.qr)
    if side.registered:
        yield "引受番号", white(side.registered)


def _shown(side: Side, panel: Panel) -> Iterator[tuple[str, Rect]]:
    """All that says something, whoever the person is; words that only a job knows reach as far as the panel."""
    for item in side.text:
        rect = extent(item)
        right = panel.x + panel.width if rect.right == rect.left else rect.right
        bottom = panel.y + panel.height if item.words else rect.bottom
        yield _name(item), rect._replace(right=right, bottom=bottom)
    for each in side.field:
        yield _name(each), extent(each)
    for image in side.image:
        yield _name(image), extent(image)
    if side.qr:
        yield "照合コード", _code_rect(side.qr)


def _code_rect(item: Qr) -> Rect:
    """The matching code with the text below it."""
    left, top, right, bottom = extent(item)
    longest = _CODE_EMS * item.text_size / MM
    left, right = (
        (min(left, right - longest), right)
        if item.text_align == "right"
        else (left, max(right, left + longest))
    )
    return Rect(left, top, right, bottom + _CODE_GAP + item.text_size / MM)


def _rect(item: FieldItem, fitted: Fitted, style: Style) -> Rect:
    """What a fitted text covers."""
    em = fitted.size / MM
    width = (
        max(line_width(line, item, style, fitted.size) * scale for line, scale in fitted.lines) * em / 100_000
    )
    left = item.x + ALIGNED[item.align] * (item.width - width)
    lines = len(fitted.lines)
    top = item.top_of(lines, fitted.size)
    return Rect(left, top, left + width, top + (lines - 1) * item.leading_at(fitted.size) + em)


def _beyond(rect: Rect, other: Rect) -> str:
    """By how much a rectangle reaches out of another, side by side; empty within it."""
    by = rect.sides_beyond(other)
    return "・".join(
        f"{side}へ{_tenths(mm)}" for side, mm in zip(_SIDES_JA, by, strict=True) if mm > _EPSILON
    )


def _tenths(mm: float) -> str:
    return f"{ceil(mm * 10 - _EPSILON) / 10:.1f}mm"


def _begins_in(item: FieldItem | _Conditional, panel: Panel) -> bool:
    x, y, *_ = extent(item)
    return panel.x <= x < panel.x + panel.width and panel.y <= y < panel.y + panel.height


def _name(item: FieldItem | _Conditional) -> str:
    """What an item is called in messages."""
    if isinstance(item, FieldItem):
        return f"「{FIELD_JA[item.bind]}」"
    if isinstance(item, Text):
        return f"文字「{item.text or item.words}」"
    if isinstance(item, Image):
        return f"画像「{item.asset}」"
    return f"条件「{item.when}」の{'線' if isinstance(item, Line) else '枠'}"


def _notes(envelope: Envelope) -> Iterator[str]:
    """What the post would not like about the window."""
    window, (width, height) = envelope.window, outer_size(envelope)
    sizes = float(window.width), float(window.height)
    right, bottom = width - float(window.x) - sizes[0], height - float(window.y) - sizes[1]
    gaps = dict(zip(_SIDES_JA, (float(window.x), float(window.y), right, bottom), strict=True))
    near = "・".join(f"{side}{gap:g}mm" for side, gap in gaps.items() if gap < _EDGE)
    if near:
        yield f"封筒の窓が封筒の端から{_EDGE:g}mm離れていません（{near}）。封筒屋の図面と郵便局に確かめてください。"
    if sizes[0] < _LEAST[0] or sizes[1] < _LEAST[1]:
        yield (
            f"封筒の窓（{sizes[0]:g}×{sizes[1]:g}mm）が、宛名の窓に要る{_LEAST[0]:g}×{_LEAST[1]:g}mmより小さいです。"
            "封筒屋の図面と郵便局に確かめてください。"
        )
