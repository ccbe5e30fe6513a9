"""Checks of a layout that its types cannot express: names, words and distances, each with its remedy.

They look at the items one by one, so that one broken item does not hide what is wrong with the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import SandboxedEnvironment
from pydantic import BaseModel, ValidationError

from kouki_print.order.models import Job
from kouki_print.order.names import nearest
from kouki_print.order.units import Contact
from kouki_print.page.conditions import subject
from kouki_print.page.extents import Placed, Rect, edges, extent, quiet, white
from kouki_print.page.fields import FIELD_JA, FLAG_JA, NUMBERS
from kouki_print.page.items import (
    Box,
    Code,
    CustomerBarcode,
    FieldItem,
    Image,
    Line,
    Perforation,
    Qr,
    RegisteredCode,
    Repeat,
    Sheet,
    Text,
)
from kouki_print.page.layouts.faults import Fault, place_of
from kouki_print.page.layouts.repeats import copies
from kouki_print.page.layouts.toml_lines import Path

CLEAR = 3.0  # mm between what is personal, or read by a machine, and the trim
PERFORATION_CLEAR = 1.0  # mm between matter and a perforation
_LISTS: dict[str, type[BaseModel]] = {
    "text": Text, "line": Line, "box": Box, "image": Image, "code": Code, "field": FieldItem,
}  # fmt: skip
_SINGLES: dict[str, type[BaseModel]] = {"qr": Qr, "barcode": CustomerBarcode, "registered": RegisteredCode}
_CODES = (Qr, Code, CustomerBarcode, RegisteredCode)
_FREE = (Line, Box)  # may reach into the bleed and cross a perforation
NAMED = {  # names that words may use, and what they have; [words] of a preset is free
    "job": (*Job.model_fields, "switch_on_ja", "expires_on_ja", "issued_on_ja", "last_day_ja"),
    "insurer": ("name", "url"),
    "municipality": tuple(Contact.model_fields),
    "words": (),
}
_JINJA = SandboxedEnvironment()
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True)
class Located:
    """An item with its place in the file and its side (0 front, 1 back); copies of a repeat share a place."""

    path: Path
    side: int
    item: Placed

    @property
    def label(self) -> str:
        """Where it stands and what it is, for a message."""
        item = self.item
        name = getattr(item, "bind", "") or getattr(item, "text", "") or getattr(item, "words", "")
        name = name.splitlines()[0] if name else ""
        shown = name if len(name) <= 20 else f"{name[:20]}…"
        return place_of(self.path) + (f"「{shown}」" if name else " ")


def located(values: Mapping[str, Any]) -> Iterator[Located]:
    """All items that can be read, repeats written out."""
    for number, name in enumerate(("front", "back")):
        side = values.get(name)
        if not isinstance(side, dict):
            continue
        for kind, model in _LISTS.items():
            for position, item in readable(model, side.get(kind)):
                yield Located((name, kind, position), number, item)
        for kind, model in _SINGLES.items():
            for _, item in readable(model, [side[kind]] if kind in side else []):
                yield Located((name, kind), number, item)
        for position, repeat in readable(Repeat, side.get("repeat")):
            for kind, inner, item in copies(repeat):
                yield Located((name, "repeat", position, kind, inner), number, item)


def readable(model: type[BaseModel], entries: object) -> Iterator[tuple[int, Any]]:
    """Position and value of the entries that are right by their types."""
    for position, entry in enumerate(entries if isinstance(entries, list) else []):
        try:
            yield position, model.model_validate(entry)
        except ValidationError:
            continue  # told by its type


def layout_faults(values: Mapping[str, Any], known_words: Sequence[str]) -> Iterator[Fault]:
    """Everything wrong with the items; ``known_words`` are the names of the files of words."""
    items = list(located(values))
    perforations = [item for _, item in readable(Perforation, values.get("perforation"))]
    sheet = next((item for _, item in readable(Sheet, [values.get("sheet")])), None)
    told: set[tuple[Path, str]] = set()
    for each in items:
        found = [*_name_faults(each), *_word_faults(each, known_words)]
        if sheet is not None:
            found += [*_sheet_faults(each, sheet), *_perforation_faults(each, sheet, perforations)]
        found += _code_faults(each, items)
        for kind, fault in found:
            if (each.path, kind) not in told:  # once for all copies of a repeat
                told.add((each.path, kind))
                yield fault


def _name_faults(each: Located) -> Iterator[tuple[str, Fault]]:
    item = each.item
    if isinstance(item, FieldItem) and item.bind not in FIELD_JA:
        by_name = {words: name for name, words in FIELD_JA.items()}
        what = f"{place_of(each.path)} の bind「{item.bind}」は知らない印字項目です。"
        if item.bind in by_name:
            remedy = f"「{by_name[item.bind]}」と書いてください。"
        else:
            remedy = nearest(item.bind, FIELD_JA) + "。説明書の「印字項目の一覧」を確かめてください。"
        yield "bind", Fault((*each.path, "bind"), what, remedy)
    if isinstance(item, FieldItem) and item.pitch and item.bind in FIELD_JA:
        yield from _pitch_faults(each.path, item)
    condition = subject(getattr(item, "when", ""))
    if condition and condition not in FIELD_JA and condition not in FLAG_JA:
        what = f"{each.label}の when「{condition}」は知らない条件です。"
        remedy = (
            nearest(condition, FLAG_JA, also=FIELD_JA)
            + "。印字項目の名前（空でないとき）と、前に付ける not も使えます。"
        )
        yield "when", Fault((*each.path, "when"), what, remedy)


def _pitch_faults(path: Path, item: FieldItem) -> Iterator[tuple[str, Fault]]:
    place = (*path, "pitch")
    if item.bind not in NUMBERS:
        what = f"{place_of(path)} の項目「{item.bind}」は数字だけではないので、ますに分けられません。"
        remedy = f"pitch を消してください。使えるのは {'、'.join(sorted(NUMBERS))} です。"
        yield "pitch", Fault(place, what, remedy)
    elif item.pitch > item.width:
        what = f"{place_of(path)} のます（pitch {item.pitch:g} mm）が欄の幅 {item.width:g} mm より広いです。"
        yield "pitch", Fault(place, what, "pitch か width を、ますが欄に並ぶように直してください。")


def _word_faults(each: Located, known: Sequence[str]) -> Iterator[tuple[str, Fault]]:
    item = each.item
    if not isinstance(item, Text | Code):
        return
    words = getattr(item, "words", "")
    if isinstance(item, Text) and bool(item.text) == bool(words):
        what = f"{place_of(each.path)} には text か words のどちらか一つが要ります。"
        yield "text", Fault(each.path, what, "文字そのものは text に、文面の名前は words に書いてください。")
        return
    if words and words not in known:
        what = f"{place_of(each.path)} の文面「{words}」がありません。"
        own = "。ジョブの文面は、ジョブの templates/ に置き、試し刷りでは --job を付けてください。"
        yield "words", Fault((*each.path, "words"), what, nearest(words, known) + own)
        return
    if "{" not in item.text:
        return
    try:
        tree = _JINJA.parse(item.text)
    except TemplateSyntaxError:
        what = f"{each.label}の {{{{ }}}} の書き方が正しくありません。"
        remedy = "{{ insurer.name }} のように、二重のかっこを対にして書いてください。"
        yield "text", Fault((*each.path, "text"), what, remedy)
        return
    for name in _unknown_names(tree):
        what = f"{each.label}の {{{{ }}}} にある「{name}」は知らない名前です。"
        stem = name.partition(".")[0]
        names = [f"{stem}.{part}" for part in NAMED[stem]] if stem in NAMED else NAMED
        yield "text", Fault((*each.path, "text"), what, nearest(name, names))


def _unknown_names(tree: nodes.Template) -> Iterator[str]:
    yield from sorted(find_undeclared_variables(tree) - set(NAMED))
    for node in tree.find_all(nodes.Getattr):
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if NAMED.get(name) and node.attr not in NAMED[name]:
            yield f"{name}.{node.attr}"


def _sheet_faults(each: Located, sheet: Sheet) -> Iterator[tuple[str, Fault]]:
    rect = extent(each.item)
    trim = Rect(0, 0, sheet.width, sheet.height)
    size = f"用紙（{sheet.width:g}×{sheet.height:g} mm）"
    personal = isinstance(each.item, (FieldItem, *_CODES))
    room, name = (
        (trim.smaller(-sheet.bleed), f"{size}と塗り足し") if isinstance(each.item, _FREE) else (trim, size)
    )
    out, near = rect.beyond(room), rect.beyond(trim.smaller(CLEAR))
    if out > _EPSILON:
        what = f"{each.label}が{name}の外に {out:.1f} mm 出ています。"
        yield "sheet", Fault(each.path, what, "位置（x, y）か大きさを、用紙に入るように直してください。")
    elif personal and near > _EPSILON:
        what = f"{each.label}から用紙の端まで {CLEAR - near:.1f} mm しかありません。"
        remedy = f"用紙の端から {CLEAR:g} mm 以上離してください。断裁のずれで欠けることがあります。"
        yield "sheet", Fault(each.path, what, remedy)


def _code_faults(each: Located, items: Sequence[Located]) -> Iterator[tuple[str, Fault]]:
    """A code that no reader can read, because something stands in the white around it."""
    if not isinstance(each.item, Text | FieldItem | Image):
        return
    rect = extent(each.item)
    for other in items:
        if other.side != each.side or not isinstance(other.item, _CODES):
            continue
        if rect.overlap(white(other.item)) > _EPSILON:
            what = f"{each.label}が{other.label.strip()} のコードか、そのまわりの余白にかかっています。"
            remedy = f"コードから {quiet(other.item):.1f} mm 以上離してください。読み取れなくなります。"
            yield "code", Fault(each.path, what, remedy)
            return


def _perforation_faults(
    each: Located, sheet: Sheet, perforations: Sequence[Perforation]
) -> Iterator[tuple[str, Fault]]:
    if isinstance(each.item, _FREE):
        return
    rect = extent(each.item)
    for item in perforations:
        gap = min(rect.gap(edge) for edge in edges(item, sheet.width, back=bool(each.side)))
        if gap < PERFORATION_CLEAR - _EPSILON:
            state = f"から {gap:.1f} mm しかありません" if gap else "にかかっています"
            what = f"{each.label}がミシン目{state}。"
            remedy = (
                f"ミシン目から {PERFORATION_CLEAR:g} mm 以上離してください。切り離すと欠けることがあります。"
            )
            yield "perforation", Fault(each.path, what, remedy)
            return
