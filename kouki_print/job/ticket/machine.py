"""What the work order tells of the inserter (封入機): where it looks on a sheet, and what each mark means.

For which pieces (when) a mark diverts or stops is not told: the vendor need not know who is protected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from kouki_print.handover.work_facts import Box, MachineFacts, by_mm, mm
from kouki_print.order.machines import FUNCTION_JA, NUMBERS, Machine, Slot
from kouki_print.page.extents import Rect
from kouki_print.page.items import Sheet
from kouki_print.page.omr import mark_rects, reading_place

_EDGES = {"left": "左", "right": "右"}
_COUNTED = {"pieces": "通を数える", "sheets": "ロットの用紙を数える"}
_EVEN = {"even": "印の数を偶数にする", "odd": "印の数を奇数にする"}


def machine_facts(machine: Machine | None, sheet: Sheet) -> MachineFacts:
    """The machine in words, with its marks as they lie on the front of a sheet."""
    if machine is None:
        return MachineFacts(("決めていない（封入機用の印はない。照合コードだけで照合する）",))
    return MachineFacts(
        tuple(_words(machine, sheet)),
        box_of(reading_place(machine, sheet)),
        tuple(map(box_of, mark_rects(machine, sheet))),
    )


def box_of(rect: Rect) -> Box:
    """A place of a layout as the work order has it."""
    return Box(rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top)


def _words(machine: Machine, sheet: Sheet) -> Iterator[str]:
    feeds = "、".join(f"{number}={code}" for number, code in machine.feeds.items())
    by_hand = f"　手で入れる封入物 {'・'.join(machine.by_hand)}" if machine.by_hand else ""
    order = "宛名の用紙が先" if machine.sheet_order == "address_first" else "宛名の用紙が後"
    yield f"{machine.title}（{machine.name}）　{order}　供給機=封入物 {feeds}{by_hand}"
    edge, first = f"表の{_EDGES[machine.edge]}の端から{mm(machine.track)}mm", mm(machine.first)
    white = box_of(reading_place(machine, sheet))
    clear = (
        f"左から{mm(white.x)}〜{mm(white.x + white.width)}mm・上から{mm(white.y)}〜{mm(white.y + white.height)}mm"
        "にはほかに何も印刷しない"
    )
    if machine.kind == "code":
        code = box_of(mark_rects(machine, sheet)[0])
        yield (
            f"読むところ: {edge}・上から{first}mmに {by_mm((code.width, code.height))} のQRコード"
            f"（0と1の文字{len(machine.slot)}けた）。{clear}"
        )
    else:
        way = "下" if machine.counts == "down" else "上"
        yield (
            f"読むところ: {edge}に、横{mm(machine.length)}×縦{mm(machine.width)}mm の棒。1番の中心が上から{first}mm、"
            f"{way}へ{machine.pitch:g}mmおき、{len(machine.slot)}か所。{clear}"
        )
    meanings = "、".join(_meanings(machine))
    yield f"{'けた' if machine.kind == 'code' else '番号'}の意味: {meanings}"


def _meanings(machine: Machine) -> Iterator[str]:
    """Neighbours with one function are told together."""
    for (function, inverted), slots in groupby(machine.slot, key=lambda slot: (slot.function, slot.inverted)):
        own = list(slots)
        details = {
            "feed": f"供給機{_listed([slot.feed or 0 for slot in own])}",
            "sequence": f"{_COUNTED[machine.sequence_counts]}、{_values(own)}",
            "parity": _EVEN[machine.parity],
            **dict.fromkeys(NUMBERS[1:], _values(own)),
        }
        said = [details.get(function, ""), "当たらないときに印" if inverted else ""]
        detail = f"（{'、'.join(filter(None, said))}）" if any(said) else ""
        yield f"{_listed([slot.position for slot in own])} {FUNCTION_JA[function]}{detail}"


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) > 2 and [*numbers] == [*range(numbers[0], numbers[-1] + 1)]:
        return f"{numbers[0]}〜{numbers[-1]}"
    return "・".join(map(str, numbers))


def _values(slots: Sequence[Slot]) -> str:
    """What each of these places of a binary number counts."""
    return f"2進の {'・'.join(str(2**slot.bit) for slot in slots)}"
