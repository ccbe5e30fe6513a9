"""What labels and divider cards say (ラベル・仕切りカードの文字): page fields from the plain facts of a consignment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kouki_print.base.dates import wareki
from kouki_print.handover.consignment import ATTENTION_JA, Box, Consignment, Supply
from kouki_print.order.models import Order
from kouki_print.plan.pieces import SEQUENCE_DIGITS

Texts = dict[str, list[str]]  # one text per label, by page field
_SUPPLY_LINES, _SET_LINES = 8, 4


def box_texts(order: Order, given: Consignment) -> Texts:
    """Of each box of pieces."""
    boxes = given.boxes
    return _head(order, given, [box.pallet for box in boxes]) | {
        "box_number": [box_number(given, box) for box in boxes],
        "box_sequence": [span(box.first, box.last) for box in boxes],
        "box_count": [f"{box.pieces:,}通" for box in boxes],
        "box_weight": [f"中身の重さ 約{_weight(box.weight_cg // 100)}" for box in boxes],
        "box_attention": [ATTENTION_JA if box.attention else "" for box in boxes],
        "box_sealing": [given.sealing_ja] * len(boxes),
        "box_sets": [_sets(order, dict(box.sets)) for box in boxes],
        "service": [given.service_ja(box.service) for box in boxes],
        "box_no_forward": [f"{box.no_forward:,}通" if box.no_forward else "なし" for box in boxes],
        "box_bundles": [f"{len(box.bundles)}束" if box.bundles else "なし" for box in boxes],
    }


def supply_texts(order: Order, given: Consignment) -> Texts:
    """Of each box of supplies (予備): they stand behind the boxes of pieces."""
    count = given.supply_boxes
    places = range(len(given.boxes), len(given.boxes) + count)
    return _head(order, given, [place // given.pallet_boxes + 1 for place in places]) | {
        "box_number": [f"{number} / {count}" for number in range(1, count + 1)],
        "box_weight": [f"中身は {count}箱の合計です" if count > 1 else ""] * count,
        "supplies": [_supplies(given.supplies)] * count,
    }


def pallet_texts(order: Order, given: Consignment) -> Texts:
    """Of each pallet."""
    pallets = range(1, given.pallets + 1)
    return _head(order, given, pallets) | {"pallet_boxes": [_on_pallet(given, each) for each in pallets]}


def bundle_texts(given: Consignment) -> Texts:
    """Of the divider card in front of each bundle."""
    rows = [(box, bundle) for box in given.boxes for bundle in box.bundles]
    return {
        "unit_name": [given.name] * len(rows),
        "box_number": [box_number(given, box) for box, _ in rows],
        "bundle_number": [f"{bundle.number} / {len(box.bundles)}" for box, bundle in rows],
        "bundle_sequence": [span(bundle.first, bundle.last) for _, bundle in rows],
        "bundle_count": [f"{bundle.pieces:,}通" for _, bundle in rows],
        "bundle_area": [bundle.area for _, bundle in rows],
    }


def box_number(given: Consignment, box: Box) -> str:
    """Which of a unit's boxes it is."""
    return f"{box.number} / {len(given.boxes)}"


def span(first: int, last: int) -> str:
    """Sequence numbers from the first to the last, as they stand in the window."""
    return " 〜 ".join(f"{number:0{SEQUENCE_DIGITS}d}" for number in dict.fromkeys((first, last)))


def _head(order: Order, given: Consignment, pallets: Sequence[int]) -> Texts:
    """Who gets it, where and when; the day is written by hand where it is not set."""
    day = wareki(given.day, gannen=order.date.gannen) if given.day else "　　年　　月　　日"
    return {
        "unit_name": [given.name] * len(pallets),
        "place": [_place(given)] * len(pallets),
        "delivery_day": [day] * len(pallets),
        "pallet_number": [f"{pallet} / {given.pallets}" for pallet in pallets],
    }


def _place(given: Consignment) -> str:
    """Where it goes and whom to call, in up to three lines."""
    place = given.place
    code = f"〒{place.postcode[:3]}-{place.postcode[3:]}" if place.postcode else ""
    name = place.name if place.name != given.name else ""
    phone = f"電話 {place.phone}" if place.phone else ""
    lines = (code, place.address), (name, place.section, phone), (place.note,)
    return "\n".join("　".join(filter(None, line)) for line in lines if any(line))


def _sets(order: Order, counts: Mapping[str, int]) -> str:
    """Each set with the documents in it and how many pieces."""
    named = {code: map(order.document_ja, order.sheets_of(code)) for code in counts}
    return _in_lines(
        [f"{code}（{'・'.join(named[code])}） {count:,}通" for code, count in counts.items()], _SET_LINES
    )


def _supplies(supplies: Sequence[Supply]) -> str:
    """What comes beside the pieces, to tick off."""
    return _in_lines([f"□ {each.name}　{each.quantity:,}枚" for each in supplies], _SUPPLY_LINES)


def _in_lines(told: Sequence[str], most: int) -> str:
    """A line each; several in a line where there are too many."""
    per_line = -(-len(told) // most)
    return "\n".join("　".join(told[at : at + per_line]) for at in range(0, len(told), per_line or 1))


def _on_pallet(given: Consignment, pallet: int) -> str:
    """Boxes of pieces and of supplies on a pallet."""
    boxes = [box for box in given.boxes if box.pallet == pallet]
    first = (pallet - 1) * given.pallet_boxes - len(given.boxes)
    supplies = range(max(first, 0), max(min(first + given.pallet_boxes, given.supply_boxes), 0))
    lines = []
    if boxes:
        pieces = sum(box.pieces for box in boxes)
        lines.append(f"箱 {_from_to(boxes[0].number, boxes[-1].number)}（{len(boxes)}箱 {pieces:,}通）")
    if supplies:
        lines.append(f"予備の箱 {_from_to(supplies[0] + 1, supplies[-1] + 1)}（{len(supplies)}箱）")
    return "\n".join(lines)


def _from_to(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} 〜 {last}"


def _weight(grams: int) -> str:
    return f"{grams / 1000:.1f} kg" if grams >= 1000 else f"{grams} g"
