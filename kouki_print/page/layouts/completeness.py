"""Whether a layout makes a complete piece (書類としてそろっているか), and whether its items leave each other room.

What a document must show stands in a small table.  A document that lacks it would be printed, folded and posted
before anybody saw it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from kouki_print.base.errors import JobError
from kouki_print.order.models import Order
from kouki_print.page.conditions import NOT
from kouki_print.page.extents import Rect, edges, extent
from kouki_print.page.fields import FAMILY, FIELD_JA, bound_fields
from kouki_print.page.items import ALIGNED, MM, FieldItem, Panel, Perforation, Sheet, Text
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.checks import Located, readable
from kouki_print.page.layouts.faults import Fault
from kouki_print.page.window import ADDRESS, panel_of

ADDRESSED = ("to_name", "to_postcode", "to_place")  # of the sheet that faces the window
_LEAST = ("name", "insured_number")
REQUIRED: Mapping[str, tuple[str, ...]] = {  # by document; any other shows whose it is
    "certificate": ("name", "birth_date", "insured_number", "insurer_number", "valid_until", "copay"),
    "notice": ("name", "insured_number", "copay"),
}
TOUCHING = 0.3  # mm that two boxes of type may share: there is white in them
CUTS_APART = 1.0  # mm between two perforations
_HONORIFICS = frozenset({"様", "樣", "さま", "殿", "御中"})
_FIRST = {field: f"family_1_{name}" for name, (field, _) in FAMILY.items() if field}
_REMEDY = "様式に、それぞれを条件（when）なしで一つ置いてください。製品の様式の include も見本になります。"


def check_complete(layouts: Mapping[str, Layout], order: Order) -> None:
    """JobError for a document of the order whose layout lacks what it must show."""
    firsts = {order.sheets_of(entry.code)[0] for entry in order.sets_in_use()}
    for document, layout in layouts.items():
        lacking = list(missing(layout, document, first=document in firsts))
        if lacking:
            raise JobError(
                f"{order.document_ja(document)}の様式に、{'、'.join(lacking)}がありません。",
                remedy=_REMEDY,
                file=f"{layout.name}.toml",
            )


def missing(layout: Layout, document: str = "", *, first: bool) -> Iterator[str]:
    """What a layout lacks as a document, in words; ``first``: it is the sheet that lies behind the window."""
    panel = panel_of(layout)
    facing = {item.bind for item in layout.front.field if panel and not item.when and _begins_in(item, panel)}
    unseen = [f"{FIELD_JA[bind]}（{bind}）" for bind in ADDRESSED if bind not in facing]
    if first and unseen:
        yield f'窓に向く面（[[panel]] name = "{ADDRESS}"）の{"・".join(unseen)}'
    for name, side in zip(("front", "back"), layout.sides(), strict=True):
        if side.qr is None:
            yield f"{'表' if name == 'front' else '裏'}の照合コード（[{name}.qr]）"
    shown = {item.bind for item in bound_fields(layout) if not item.when}
    for bind in REQUIRED.get(document, _LEAST):
        if not shown & {bind, _FIRST.get(bind, bind)}:
            yield f"{FIELD_JA[bind]}（{bind}）"


def room_faults(values: Mapping[str, Any], items: Sequence[Located]) -> Iterator[Fault]:
    """Items on each other, an address told twice, and cuts beside the sheet or beside each other."""
    told: set[object] = set()
    for fault in (*_addresses(values, items), *_collisions(items)):
        if (key := (fault.path, fault.other)) not in told:  # once for all copies of a repeat
            told.add(key)
            yield fault
    yield from _cuts(values)


def _addresses(values: Mapping[str, Any], items: Iterable[Located]) -> Iterator[Fault]:
    seen: dict[str, Located] = {}
    panels = [each for _, each in readable(Panel, values.get("panel")) if each.name == ADDRESS]
    for each in items:
        item = each.item
        if isinstance(item, FieldItem) and item.bind in ADDRESSED:
            if item.bind in seen:
                what = f"{each.label}が二つあります。宛名の項目は一つだけです。"
                yield Fault(each.path, what, "どちらかを消してください。", seen[item.bind].path)
            seen.setdefault(item.bind, each)
        if (
            isinstance(item, Text)
            and each.side == 0
            and item.text.strip() in _HONORIFICS
            and any(_begins_in(item, panel) for panel in panels)
        ):
            what = f"{each.label}は敬称です。宛名（to_name）には、はじめから「様」が付いています。"
            yield Fault(each.path, what, "この文字を消してください。")


def _collisions(items: Iterable[Located]) -> Iterator[Fault]:
    """Type that would be printed over other type."""
    typed = [
        (each, _covered(each.item))
        for each in items
        if isinstance(each.item, FieldItem)
        or (
            isinstance(each.item, Text) and "{%" not in each.item.text
        )  # a condition of the job: its writer's own
    ]
    for (one, rect), (other, place) in combinations(typed, 2):
        deep = rect.overlap(place) if one.side == other.side else 0
        if not deep > TOUCHING or never_together(one.item, other.item):
            continue
        what = f"{other.label.strip()}が、{one.label.strip()}に {deep:.1f} mm 重なっています。"
        remedy = "位置（x, y）か幅（width）、行数を直して離してください。文字が重なって読めなくなります。"
        yield Fault(other.path, what, remedy, one.path)


def _covered(item: FieldItem | Text) -> Rect:
    """The box of a field; of a static text what is surely printed, be it little where a job fills it in."""
    if isinstance(item, FieldItem) or item.vertical:
        return extent(item)
    if item.words or "{{" in item.text:
        natural = Rect(0, 0, item.size / MM if item.width else 0, item.size / MM)
    else:
        natural = extent(item.model_copy(update={"width": 0, "align": "left"}))
        if not item.width or natural.right - natural.left > item.width:
            return extent(item)
    free = item.width - (natural.right - natural.left)
    left = item.x + ALIGNED[item.align] * free
    return Rect(left, item.y, left + item.width - free, item.y + natural.bottom - natural.top)


def never_together(one: Any, other: Any) -> bool:
    """Whether no page carries both: one asks for what the other asks not to be there."""
    pairs = (one, other), (other, one)
    return any(NOT + name in _asked(second) for first, second in pairs for name in _asked(first))


def _asked(item: FieldItem | Text) -> set[str]:
    """What must be there for an item to be printed: its condition, and of a field its text."""
    own = {item.bind} if isinstance(item, FieldItem) else set()
    return own | ({item.when} if item.when else set())


def _cuts(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Perforations that leave the sheet, or run along another one."""
    sheet = next((each for _, each in readable(Sheet, [values.get("sheet")])), None)
    if sheet is None:
        return
    trim = Rect(0, 0, sheet.width, sheet.height)
    found = list(readable(Perforation, values.get("perforation")))
    for position, item in found:
        rect = Rect(item.x, item.y, item.x + item.width, item.y + item.height)
        if out := rect.beyond(trim):
            what = f"[[perforation]] が用紙（{sheet.width:g}×{sheet.height:g} mm）の外に {out:.1f} mm 出ています。"
            yield Fault(("perforation", position), what, "ミシン目は用紙の中に置いてください。")
    for (first, one), (second, other) in combinations(found, 2):
        pairs = ((a, b) for a in edges(one, 0, back=False) for b in edges(other, 0, back=False))
        if any(_side_by_side(a, b) for a, b in pairs):
            what = f"[[perforation]] が、ほかのミシン目から {CUTS_APART:g} mm 以内に並んでいます。"
            remedy = f"一つにまとめるか、{CUTS_APART:g} mm より離してください。紙がそこで破れます。"
            yield Fault(("perforation", second), what, remedy, ("perforation", first))


def _side_by_side(one: Rect, other: Rect) -> bool:
    """Whether two cuts run along each other too near; cuts that cross or meet at an end do not."""
    across = min(one.right, other.right) - max(one.left, other.left)
    down = min(one.bottom, other.bottom) - max(one.top, other.top)
    if one.top == one.bottom and other.top == other.bottom:
        return across > CUTS_APART and -down <= CUTS_APART
    upright = one.left == one.right and other.left == other.right
    return upright and down > CUTS_APART and -across <= CUTS_APART


def _begins_in(item: FieldItem | Text, panel: Panel) -> bool:
    return panel.x <= item.x < panel.x + panel.width and panel.y <= item.y < panel.y + panel.height
