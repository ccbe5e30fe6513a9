"""Whether a change letter would tell the truth: the year of its tables, and the person as the export has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.job.letter_list import Change
from kouki_print.job.prepare import Prepared
from kouki_print.order.models import Order
from kouki_print.page.layout import Layout

NOTICE = "notice"  # the document that nobody has to give back
SHIPPED_TABLES = "令和5年8月"
_DATED = (  # words with amounts or limits of income: true of their year only
    "letter_table_condition",
    "letter_table_outpatient",
    "letter_table_total",
    "letter_table_meal",
    "letter_notes_ratio",
    "letter_notes_limits",
)
_CARD = {"reduction": ("reduction_card", "減額証"), "limit": ("limit_card", "限度証")}


def check_tables(order: Order, layout: Layout) -> None:
    """The amounts on the back are those of a day that somebody has confirmed."""
    told = order.words.get("letter_tables")
    if not told:
        raise JobError(
            "通知文の裏の表（負担割合・限度額・食事代）が、いつのものか決まっていません。",
            remedy="表の文面（letter_table_* と letter_notes_*）を確かめ、job.toml の [words] に"
            ' letter_tables = "令和8年8月" のように書いてください。',
            file="job.toml",
        )
    if told == SHIPPED_TABLES:
        return
    shipped = [item.words for side in layout.sides() for item in side.text if item.words and not item.text]
    if missing := [name for name in _DATED if name in shipped]:
        raise JobError(
            f"通知文の裏の表を「{told}現在」としていますが、付属の文面は{SHIPPED_TABLES}の額のものです。",
            remedy=f"ジョブの templates/ に、{told}の額にした文面を置いてください"
            f"（額が変わらないものは、付属の文面をそのまま写します）: {'、'.join(f'{name}.txt' for name in missing)}",
            file="job.toml",
        )


def unlike_the_data(prepared: Prepared, kind: str, changes: Mapping[int, Change]) -> dict[int, str]:
    """People for whom the list says something else than the export, which is that of before the change."""
    document = pd.Series(prepared.plan["document"].to_numpy(), index=prepared.plan["person"].to_numpy())
    told = {}
    for at, change in changes.items():
        person = prepared.people.iloc[at]
        if why := "　".join(_differences(kind, change, person, str(document.get(at, "")))):
            told[at] = f"{why}対処: 一覧と移行データのどちらが正しいか確かめてください。"
    return told


def _differences(kind: str, change: Change, person: pd.Series, document: str) -> Iterator[str]:
    if kind not in _CARD:
        if int(change.copay) == person["copay"]:
            yield "移行データの負担割合が、一覧の新負担割合と同じです（変わっていません）。"
        return
    if person["category"] != change.old:
        yield f"移行データの負担区分（{person['category'] or '空欄'}）が、一覧の旧区分と違います。"
    flag, card = _CARD[kind]
    if not (person[flag] or (person["limit_shown"] and document != NOTICE)):
        yield f"移行データでは、{card}も、限度区分を載せた証も持っていません。"
