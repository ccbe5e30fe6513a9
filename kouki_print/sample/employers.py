"""The health insurance of employees (健保): employers, whose members people are, and who left (任意継続)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kouki_print.base.checkdigits import m10w21
from kouki_print.sample.cells import flags
from kouki_print.sample.draw import Draw, Ints, Texts
from kouki_print.sample.homes import street_addresses
from kouki_print.sample.people import Crowd, regions
from kouki_print.sample.vocabulary import shares, table, texts

_BODY = "0647001"  # 法別番号06, 都道府県47
INSURER_NUMBER = _BODY + m10w21(_BODY)
_PEOPLE_OF = 40  # of an employer on average
_WORKING = 16


@dataclass(frozen=True, slots=True)
class Employment:
    """Columns of the export by key, and groups.csv by header."""

    columns: dict[str, Texts]
    groups: dict[str, list[str]]


def _words(part: str) -> Texts:
    every = table("employers")
    return every.texts("text")[every.where("part", part)]


def _names(draw: Draw, n: int) -> list[str]:
    """``n`` different names of firms."""
    forms, heads, tails = _words("form"), _words("head"), _words("tail")
    count = len(heads) * len(tails)
    form = forms[draw.pick("employer form", n, [12, 5, 2, 1, 1])]
    pairs = draw.order("employer name", count)[np.arange(n) % count]
    branch = np.arange(n) // count
    return [
        f"{kind}{heads[pair // len(tails)]}{tails[pair % len(tails)]}"
        + (f"　第{times + 1}事業所" if times else "")
        for kind, pair, times in zip(form, pairs.tolist(), branch.tolist(), strict=True)
    ]


def _groups(draw: Draw, n: int) -> dict[str, list[str]]:
    where = draw.below("employer town", n, len(regions()))
    postcode, address, _ = street_addresses(draw, "employer", where)
    number = 1000 + draw.below("employer phone", n, 9000)
    way = np.where(draw.happens("employer direct", n, 0.05), "直接", "一括")
    way[0] = "一括"
    return {
        "団体コード": [f"J{at:05d}" for at in range(1, n + 1)],
        "団体名": _names(draw, n),
        "郵便番号": postcode.tolist(),
        "住所": address.tolist(),
        "担当": ["総務課"] * n,
        "電話": [f"098-000-{digits}" for digits in number.tolist()],
        "受渡方法": way.tolist(),
    }


def _sizes(n: int) -> list[int]:
    """Few employers are large: the k-th has a weight of 1/k."""
    return [1 + 1000 // (at + 1) for at in range(n)]


def build_employment(draw: Draw, crowd: Crowd) -> Employment:
    """Give each household an employer, the first of it being the member; some left and go on on their own."""
    n = max(3, len(crowd) // _PEOPLE_OF)
    groups = _groups(draw, n)
    homes = int(crowd.household[-1]) + 1
    employer: Ints = draw.pick("employer", homes, _sizes(n))[crowd.household]
    left = draw.happens("voluntary", homes, shares()["employment"]["voluntary"])[crowd.household]
    kept = draw.happens("voluntary with code", homes, 0.5)[crowd.household]
    none = left & ~kept
    first = np.r_[True, crowd.household[1:] != crowd.household[:-1]] & (crowd.age >= _WORKING)
    columns = {
        "insurer_number": texts([INSURER_NUMBER] * len(crowd)),
        "group_code": np.where(none, "", texts(groups["団体コード"])[employer]).astype(object),
        "group_name": np.where(none, "", texts(groups["団体名"])[employer]).astype(object),
        "voluntary": flags(left),
        "relation": texts(["家族", "本人"])[first.astype(np.int64)],
    }
    return Employment(columns, groups)
