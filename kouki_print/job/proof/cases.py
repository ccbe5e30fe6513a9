"""The cases of a job (校正の例): everything that a page can show differently, and who shows it, in columns."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from kouki_print.base.dates import day64
from kouki_print.base.texts import filled
from kouki_print.intake.gaiji import code_points
from kouki_print.intake.handwriting import rows_by_hand
from kouki_print.intake.units import EMPLOYER
from kouki_print.job.prepare import Prepared
from kouki_print.job.proof.cover import cover
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA
from kouki_print.page.conditions import holds
from kouki_print.page.fields import FIELD_JA, FLAG_JA, bound_fields
from kouki_print.page.items import FieldItem
from kouki_print.page.type.fit import widths
from kouki_print.page.type.fonts import HAS_SELECTOR, clusters
from kouki_print.select.validity import reason_words

_ANY_SELECTOR = HAS_SELECTOR.pattern
_DELIVERY_JA = {
    "registered": "登録住所あて",
    "資格": "送付先あて（資格）",
    "全て": "送付先あて（全て）",
    EMPLOYER: "団体へ一括",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One case in words, and the places in the plan (rising) that show it."""

    words: str
    places: np.ndarray


@dataclass(frozen=True, slots=True)
class Example:
    """A piece of the proof: its place in the plan, and the cases it stands for.

    ``sealed``: a person under protection (支援措置), needed because nobody else shows these cases; what the
    proof prints of such a person is invented in any case.
    """

    place: int
    cases: tuple[str, ...]
    sealed: bool


def choose(prepared: Prepared, cases: Sequence[Case]) -> list[Example]:
    """The fewest pieces that show every case, in delivery order; people under protection only as a last resort."""
    count = len(prepared.plan)
    apart = prepared.people["protected"].to_numpy()[prepared.plan["person"].to_numpy()]
    free = [Case(case.words, case.places[~apart[case.places]]) for case in cases]
    rest = [case for case, open_ in zip(cases, free, strict=True) if not len(open_.places)]
    open_examples = _examples([case for case in free if len(case.places)], count, sealed=False)
    return sorted(
        [*open_examples, *_examples(rest, count, sealed=True)], key=lambda each: (each.sealed, each.place)
    )


def _examples(cases: list[Case], count: int, *, sealed: bool) -> list[Example]:
    chosen = cover([case.places for case in cases], count)
    told: dict[int, list[str]] = {place: [] for place in chosen}
    showing = [[place for place in chosen if _is_among(place, case.places)] for case in cases]
    for case, places in sorted(zip(cases, showing, strict=True), key=lambda each: len(each[1]) > 1):
        fewest = min(places, key=lambda place: (len(told[place]), place))
        told[fewest].append(case.words)
    order = {case.words: number for number, case in enumerate(cases)}
    return [
        Example(place, tuple(sorted(words, key=order.__getitem__)), sealed) for place, words in told.items()
    ]


def _is_among(place: int, places: np.ndarray) -> bool:
    at = int(np.searchsorted(places, place))
    return at < len(places) and places[at] == place


def all_cases(prepared: Prepared) -> list[Case]:
    """Every case that somebody shows; the words of each are there once."""
    found: dict[str, np.ndarray] = {}
    for case in (
        *_decisions(prepared),
        *_flags(prepared),
        *_delivery(prepared),
        *_fitted(prepared),
        *_printed_fields(prepared),
        *_characters(prepared),
    ):
        if len(case.places):
            known = found.get(case.words)
            found[case.words] = case.places if known is None else np.union1d(known, case.places)
    return [Case(words, places) for words, places in found.items()]


def _each(values: Any, words: Callable[[Any], str]) -> Iterator[Case]:
    """One case for each distinct value; a value without words is none."""
    codes, distinct = pd.factorize(np.asarray(values), sort=True)
    for code, value in enumerate(distinct.tolist()):
        if words(value):
            yield Case(words(value), np.flatnonzero(codes == code))


def _where(words: str, mask: np.ndarray) -> Case:
    return Case(words, np.flatnonzero(mask))


def _decisions(prepared: Prepared) -> Iterator[Case]:
    """Rule branches, units, numbers of sheets, and why a document ends early."""
    loaded, plan = prepared.loaded, prepared.plan
    order = loaded.order
    decided = prepared.decided.take(plan["person"].to_numpy())
    keys = [decided["reason"].tolist(), plan["document"].tolist(), plan["set_code"].tolist()]
    names = {code: unit.contact.name for code, unit in loaded.units.items()}
    branches = np.array(["\t".join(each) for each in zip(*keys, strict=True)], dtype=object)

    def branch(key: str) -> str:
        reason, document, set_code = key.split("\t")
        return f"理由{reason}・{order.document_ja(document)}・組{set_code}"

    yield from _each(branches, branch)
    yield from _each(plan["unit_code"], lambda code: f"{loaded.unit_ja} {names[code]}")
    yield from _each(plan["sheets"], lambda count: f"用紙{count}枚")
    short = (decided["valid_until"] < day64(order.job.expires_on)).to_numpy()
    yield _where("有効期限が短い", short)
    why = decided["valid_reason"].where(pd.Series(short, index=decided.index), "")
    yield from _each(why, lambda reason: f"有効期限: {words}" if (words := reason_words(reason)) else "")


def _flags(prepared: Prepared) -> Iterator[Case]:
    """Each flag of the pages, set and not, and what is used from the day it arrives."""
    person = prepared.plan["person"].to_numpy()
    for name, flag in prepared.fields.flags.items():
        words = FLAG_JA.get(name, name)
        yield _where(words, flag[person])
        yield _where(f"「{words}」でない", ~flag[person])
    yield _where("早期使用可", prepared.people["usable_early"].to_numpy()[person])
    by_hand = np.isin(person, rows_by_hand(prepared.findings))
    yield _where("手書きの空白", by_hand)


def _delivery(prepared: Prepared) -> Iterator[Case]:
    """How the piece reaches the person: address, service, counter, seal, codes."""
    plan = prepared.plan
    person = plan["person"].to_numpy()
    decided = prepared.decided.take(person)
    yield from _each(decided["delivery_rule"], lambda rule: _DELIVERY_JA.get(rule, rule))
    yield _where("送付先氏名（施設・後見人など）", filled(decided["to_via"]))
    yield _where("様方", filled(decided["to_care_of"]))
    yield _where("方書あり", filled(decided["to_building"]))
    yield _where("窓口交付", decided["pickup"].to_numpy(dtype=bool))
    yield from _each(plan["mail_service"], lambda service: f"郵便: {SERVICE_JA[service]}")
    yield from _each(plan["size_class"], lambda size: SIZE_CLASS_JA.get(size, ""))
    yield from _each(plan["sealed"], lambda sealed: "封緘する" if sealed else "封緘しない")
    mailed = {code: unit.mailed for code, unit in prepared.loaded.units.items()}
    yield from _each(
        plan["unit_code"].map(mailed), lambda on: f"郵送{'する' if on else 'しない'}{prepared.loaded.unit_ja}"
    )
    barcode = filled(plan["customer_barcode"])
    yield _where("カスタマバーコードあり", barcode)
    yield _where("カスタマバーコードなし", ~barcode)
    yield _where("引受番号あり", filled(plan["registered_number"]))


def _fitted(prepared: Prepared) -> Iterator[Case]:
    """What the fields do to texts: condensed, broken, smaller; the narrowest and the smallest of each."""
    place_of = np.full(len(prepared.people), -1, dtype=np.int64)
    place_of[prepared.plan["person"].to_numpy()] = np.arange(len(prepared.plan))
    lines = prepared.fitted.assign(place=place_of[prepared.fitted["person"].to_numpy(dtype=np.int64)])
    lines = lines[lines["place"] >= 0]
    for field, each in lines.groupby("field", sort=True):
        narrow, broken, small = (each["scale"] < 100).to_numpy(), each["broken"], each["smaller"]
        least, smallest = each["scale"].min(), each["size"].min()
        for words, mask in (
            (f"{field}が長体", narrow),
            (f"{field}の最も細い長体（{least}%）", narrow & (each["scale"] == least)),
            (f"{field}が小さい文字", small),
            (f"{field}の最も小さい文字（{smallest:g}pt）", small & (each["size"] == smallest)),
            *((f"{field}が{count}行に折返し", broken & (each["lines"] == count)) for count in range(2, 9)),
        ):
            yield Case(words, np.unique(each["place"].to_numpy()[np.asarray(mask, dtype=bool)]))


def _items(prepared: Prepared) -> Iterator[tuple[str, FieldItem, np.ndarray]]:
    """(document, field, places of the plan that show it), each field of a document once."""
    order, plan = prepared.loaded.order, prepared.plan
    person = plan["person"].to_numpy()
    sheets = {entry.code: order.sheets_of(entry.code) for entry in order.set}
    for document, layout in prepared.layouts.items():
        codes = [code for code, documents in sheets.items() if document in documents]
        mine = plan["set_code"].isin(codes).to_numpy()
        for item in {item.bind: item for item in reversed(bound_fields(layout))}.values():
            shown = mine
            if item.when:
                shown = mine & holds(item.when, prepared.fields.texts, prepared.fields.flags)[person]
            yield document, item, np.flatnonzero(shown)


def _printed_fields(prepared: Prepared) -> Iterator[Case]:
    """The longest, the shortest and the empty value of every field of every document."""
    order = prepared.loaded.order
    person = prepared.plan["person"].to_numpy()
    for document, item, places in _items(prepared):
        codes, texts = pd.factorize(prepared.fields.texts[item.bind].take(person[places]))
        if not len(texts):
            continue
        flat = [text.replace("\n", "") for text in texts.tolist()]
        wide = widths(flat, prepared.styles[item.font])
        name = f"{FIELD_JA[item.bind]}（{order.document_ja(document)}）"
        some = wide > 0
        if some.any() and not some.all():
            yield Case(f"空欄の{name}", places[(wide == 0)[codes]])
        if some.any() and wide[some].min() < wide.max():
            yield Case(f"最長の{name}", places[(wide == wide.max())[codes]])
            yield Case(f"最短の{name}", places[(wide == wide[some].min())[codes]])
        elif some.any():
            yield Case(name, places[some[codes]])


def _characters(prepared: Prepared) -> Iterator[Case]:
    """Each character of a further font, and characters with a variation selector (異体字)."""
    person = prepared.plan["person"].to_numpy()
    for _, item, places in _items(prepared):
        glyphs = prepared.styles[item.font].from_further_faces()
        texts = prepared.fields.texts[item.bind].take(person[places])
        rare = texts.str.contains("|".join([_ANY_SELECTOR, *map(re.escape, glyphs)])).to_numpy(dtype=bool)
        found: dict[str, list[int]] = {}
        for place, text in zip(places[rare].tolist(), texts[rare].tolist(), strict=True):
            for cluster in dict.fromkeys(clusters(text)):
                if cluster in glyphs:
                    label = glyphs[cluster][0].label
                    found.setdefault(f"文字 {code_points(cluster)}（{label}）", []).append(place)
                elif len(cluster) > 1:
                    found.setdefault("異体字（異体字セレクタ付き）", []).append(place)
        for words, here in found.items():
            yield Case(words, np.unique(np.array(here, dtype=np.int64)))
