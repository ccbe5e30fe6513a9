"""Fields of a page for a whole household (世帯でまとめた書類): one row per person, the member first."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of, map_distinct, series_of
from kouki_print.order.models import HOUSEHOLD_MOST
from kouki_print.page.fields import FAMILY, MATTER_JA, PageFields, bound_fields
from kouki_print.page.layout import Layout

NO_MORE = "以下余白"
_RELATION_JA = {"member": "本人", "dependant": "家族", "": ""}


def check_layouts(layouts: Mapping[str, Layout], per_household: Collection[str]) -> None:
    """A document for households shows everybody on it, and only such a one has places for them; else JobError."""
    names = {f"family_{number}_name" for number in range(1, HOUSEHOLD_MOST + 1)}
    for document, layout in layouts.items():
        bound = {item.bind for item in bound_fields(layout)}
        beside = sorted(bound & MATTER_JA.keys())
        if beside:
            raise JobError(
                f"書類の様式が、封筒・ラベル・通知文だけの項目「{beside[0]}」を使っています。",
                remedy="書類の項目に替えるか、この印字項目を様式から除いてください。",
                file=f"{layout.name}.toml",
            )
        places = {bind for bind in bound if bind.startswith("family_")}
        if document in per_household and not names <= bound:
            raise JobError(
                f"世帯でまとめる書類ですが、様式に{HOUSEHOLD_MOST}人分の氏名（family_1_name など）の欄がありません。",
                remedy=f'job.toml の [delivery] per_household から "{document}" を除くか、様式を替えてください。',
                file=f"{layout.name}.toml",
            )
        if document not in per_household and places:
            raise JobError(
                "世帯でまとめる様式ですが、この書類は世帯でまとめる注文ではありません。",
                remedy=f'job.toml の [delivery] per_household に "{document}" を加えるか、様式を替えてください。',
                file=f"{layout.name}.toml",
            )


def with_family(fields: PageFields, relation: pd.Series, carrier: np.ndarray) -> PageFields:
    """The fields and, on the row of who carries a piece, ``family_<k>_<item>`` of its k-th person.

    The first row without a person says in place of the name that nobody follows.
    ``carrier`` is the position of who carries each person's piece, -1 for who is not printed.
    """
    carried = np.flatnonzero(carrier >= 0)
    dependant = (relation.iloc[carried] != "member").to_numpy()
    carried = carried[np.lexsort((carried, dependant, carried != carrier[carried], carrier[carried]))]
    lead = carrier[carried]
    rank = np.arange(len(carried)) - np.searchsorted(lead, lead)
    sources = {name: arrow_of(fields.texts[field]) for name, (field, _) in FAMILY.items() if field}
    sources["relation"] = arrow_of(map_distinct(relation, _RELATION_JA.__getitem__))
    people = np.bincount(lead, minlength=len(carrier))
    texts = fields.texts.copy(deep=False)
    for number in range(HOUSEHOLD_MOST):
        here = rank == number
        source = np.full(len(carrier), -1, dtype=np.int64)
        source[lead[here]] = carried[here]
        take = pa.array(source, mask=source < 0)
        for name in FAMILY:
            texts[f"family_{number + 1}_{name}"] = series_of(pc.fill_null(sources[name].take(take), ""))
        names = texts[f"family_{number + 1}_name"]
        texts[names.name] = names.mask((people == number) & (people > 0), NO_MORE)
    return PageFields(texts, fields.flags)
