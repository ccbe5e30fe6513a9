"""Invented values (架空の値): what a proof prints in place of a person's own, as long and of the same kind.

A kanji stands for a kanji, a digit for a digit, so lines break and condense as the person's own do; blanks,
signs, words that end parts of an address and characters of further fonts stay, because the case shows them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, product, repeat

import numpy as np
import pandas as pd

from kouki_print.base.checkdigits import m10w21
from kouki_print.job.prepare import Prepared
from kouki_print.page.family import NO_MORE
from kouki_print.page.fields import HONORIFIC, PageFields
from kouki_print.page.type.fonts import Style, clusters

_KINDS = tuple(
    (re.compile(f"[{own}]"), others)
    for own, others in (
        ("\u4e00-\u9fff\u3400-\u4dbf\U00020000-\U0003ffff\uf900-\ufaff", "見本例示架空仮想試作"),
        ("ぁ-ん", "あいうえおかきくけこ"),
        ("ァ-ヺ", "アイウエオカキクケコ"),
        ("ｦ-ﾝ", "ｱｲｳｴｵｶｷｸｹｺ"),
        ("0-9", "1234567891"),
        ("０-９", "１２３４５６７８９１"),
        ("A-Z", "ABCDEFGHIJ"),
        ("a-z", "abcdefghij"),
        ("Ａ-Ｚ", "ＡＢＣＤＥＦＧＨＩＪ"),
        ("ａ-ｚ", "ａｂｃｄｅｆｇｈｉｊ"),
    )
)
_TRIES = 10  # values to begin with, as many as every kind has
_SMALL = frozenset(
    "ぁぃぅぇぉっゃゅょァィゥェォッャュョ"
)  # they do not begin a line: kept, so that breaks stay
_OF_ADDRESSES = frozenset("丁目番地号")
_PLACES = frozenset({"to_place", "card_address"})
# What these say is not the person's alone: it is what the case shows, or the same for everybody.
_KEPT = frozenset(
    {
        "insurer_number",
        "issued_on",
        "printed_on",
        "copay",
        "limit",
        "category",
        "disease",
        "disease_name",
        "sex",
    }
)
_KEPT_OF_FAMILY = ("_relation", "_copay")
_DATE = re.compile(r"(.{2})( ?[0-9元]+)年( ?[0-9]+)月( ?[0-9]+)日")
_POSTCODE = re.compile(r"〒[0-9]{3}-[0-9]{2}([0-9]{2})")
_FIRST_NUMBER = 9_990_000


def invented(prepared: Prepared, fields: PageFields, rows: Sequence[int]) -> PageFields:
    """The fields with the values of some rows invented; none of them is a value of anybody of the job."""
    if not rows:
        return fields
    inventor = _Inventor(prepared, fields)
    texts = fields.texts.copy()
    for number, row in enumerate(rows):
        for bind, text in inventor.values(
            number, {str(bind): str(texts[bind].iat[row]) for bind in texts}
        ).items():
            texts.loc[row, bind] = text
    return PageFields(texts, fields.flags)


class _Inventor:
    """What is real in a job, and values that are not."""

    def __init__(self, prepared: Prepared, fields: PageFields) -> None:
        self.style: Style = prepared.styles["mincho"]
        self.further = self.style.from_further_faces()
        self.numbers = set(prepared.people["insured_number"].tolist())
        self.names = {"".join(name.split()) for name in prepared.people["name"].tolist()}
        self.real = {bind: set(prepared.fields.texts[bind].tolist()) for bind in _PLACES & set(fields.texts)}
        until = prepared.decided["valid_until"].dt.normalize()
        common = until == np.datetime64(prepared.loaded.order.job.expires_on.isoformat())
        switch = prepared.people["effective_on"] == np.datetime64(
            prepared.loaded.order.job.switch_on.isoformat()
        )
        self.common = {  # dates that the job itself says
            *prepared.fields.texts["valid_until"][common.to_numpy()].head(1),
            *prepared.fields.texts["effective_on"][switch.to_numpy()].head(1),
        }

    def values(self, number: int, own: dict[str, str]) -> dict[str, str]:
        """Values in place of one person's, the first ones that are nobody's."""
        values: dict[str, str] = {}
        for rare, start in product((True, False), range(_TRIES)):
            values = {bind: self._value(bind, text, number, start, rare) for bind, text in own.items()}
            if self._is_free(values):
                break
        return values

    def _is_free(self, values: dict[str, str]) -> bool:
        names = [text for bind, text in values.items() if _names(bind) and text not in ("", NO_MORE)]
        return not any(
            "".join(name.removesuffix(HONORIFIC).split()) in self.names for name in names
        ) and not any(values[bind] in real for bind, real in self.real.items() if values[bind])

    def _value(self, bind: str, text: str, number: int, start: int, rare: bool) -> str:
        if text in ("", NO_MORE) or bind in _KEPT or bind.endswith(_KEPT_OF_FAMILY):
            return text
        if bind.endswith("_number"):
            member = int(bind.split("_")[1]) if bind.startswith("family_") else 0
            return self._number(number * 10 + member)
        if _DATE.search(text):
            return _DATE.sub(self._date, text)
        if found := _POSTCODE.fullmatch(text):
            return "〒999-0000" if found[1] == "00" else "〒999-1234"  # 00: no customer barcode
        place = iter(range(start, start + len(text)))
        lines = text.split("\n")
        return "\n".join(
            "".join(self._character(each, place.__next__, kept, rare) for each in clusters(line))
            for kept, line in zip(_kept_in(bind), lines, strict=False)
        )

    def _character(self, cluster: str, place: Callable[[], int], kept: frozenset[str], rare: bool) -> str:
        special = len(cluster) > 1 or cluster in self.further
        if cluster in kept or cluster in _SMALL or cluster == HONORIFIC or (rare and special):
            return cluster
        for kind, others in _KINDS:
            if kind.match(cluster):
                return others[place() % len(others)]
        return cluster

    def _number(self, count: int) -> str:
        """An insured number with a right check digit that nobody has."""
        body = _FIRST_NUMBER + count
        while (number := f"{body:07d}" + m10w21(f"{body:07d}")) in self.numbers:
            body -= 1
        return number

    def _date(self, found: re.Match[str]) -> str:
        """Another day with as many digits."""
        if found[0] in self.common:
            return found[0]
        parts = []
        for place, new in ((2, ("5", "12")), (3, ("3", "11")), (4, ("4", "25"))):
            blank, digits = found[place][: -len(found[place].strip())], found[place].strip()
            parts.append(blank + new[len(digits) > 1])
        return f"{found[1]}{parts[0]}年{parts[1]}月{parts[2]}日"


def _kept_in(bind: str) -> Iterator[frozenset[str]]:
    """What stays of each line: in an address the words that end its parts; below it may stand a person's name."""
    return chain([_OF_ADDRESSES if bind in _PLACES else frozenset()], repeat(frozenset()))


def _names(bind: str) -> bool:
    return bind in ("name", "to_name") or bind.endswith("_name")


def address_lines(place: pd.Series, buildings: np.ndarray) -> tuple[list[str], list[str]]:
    """Address and building of the first lines of ``to_place`` (``buildings``: whose second line is one)."""
    lines = [text.split("\n") for text in place.tolist()]
    return (
        [each[0] for each in lines],
        [
            each[1] if has and len(each) > 1 else ""
            for each, has in zip(lines, buildings.tolist(), strict=True)
        ],
    )
