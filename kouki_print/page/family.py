"""Fields of a page for a whole household (世帯でまとめた書類): one row per person, the member first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.texts import arrow_of, map_distinct, series_of
from kouki_print.order.models import HOUSEHOLD_MOST
from kouki_print.page.fields import FAMILY, PageFields

_RELATION_JA = {"member": "本人", "dependant": "家族", "": ""}


def with_family(fields: PageFields, relation: pd.Series, carrier: np.ndarray) -> PageFields:
    """The fields and, on the row of who carries a piece, ``family_<k>_<item>`` of its k-th person.

    ``carrier`` is the position of who carries each person's piece, -1 for who is not printed.
    """
    carried = np.flatnonzero(carrier >= 0)
    dependant = (relation.iloc[carried] != "member").to_numpy()
    carried = carried[np.lexsort((carried, dependant, carried != carrier[carried], carrier[carried]))]
    lead = carrier[carried]
    rank = np.arange(len(carried)) - np.searchsorted(lead, lead)
    sources = {name: arrow_of(fields.texts[field]) for name, (field, _) in FAMILY.items() if field}
    sources["relation"] = arrow_of(map_distinct(relation, _RELATION_JA.__getitem__))
    texts = fields.texts.copy(deep=False)
    for number in range(HOUSEHOLD_MOST):
        here = rank == number
        source = np.full(len(carrier), -1, dtype=np.int64)
        source[lead[here]] = carried[here]
        take = pa.array(source, mask=source < 0)
        for name in FAMILY:
            texts[f"family_{number + 1}_{name}"] = series_of(pc.fill_null(sources[name].take(take), ""))
    return PageFields(texts, fields.flags)
