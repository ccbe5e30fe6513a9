"""Folding (共通化): what is the same on everybody's page is decided once, not person by person.

An order that shows no address has the line for writing it by hand on every card: then the line is
static art, and the empty field is nothing.  What is drawn stays the same; pages get smaller.
"""

from __future__ import annotations

from typing import Any

from kouki_print.page.conditions import holds
from kouki_print.page.fields import PageFields
from kouki_print.page.items import Side
from kouki_print.page.layout import Layout


def folded(layout: Layout, fields: PageFields) -> Layout:
    """The layout without fields that are empty for all, and with conditions decided that all answer alike."""
    answers = {
        condition: _answer(condition, fields)
        for side in layout.sides()
        for condition in side.conditions() | {item.when for item in side.field if item.when}
    }
    empty = {
        bind
        for bind in {item.bind for side in layout.sides() for item in side.field}
        if not (fields.texts[bind] != "").any()
    }
    front, back = (_side(side, answers, empty) for side in layout.sides())
    return layout.model_copy(update={"front": front, "back": back})


def _answer(condition: str, fields: PageFields) -> bool | None:
    """What everybody answers; None when they differ."""
    on = holds(condition, fields.texts, fields.flags)
    return None if on.any() != on.all() else bool(on.any())


def _side(side: Side, answers: dict[str, bool | None], empty: set[str]) -> Side:
    def decided(items: list[Any]) -> list[Any]:
        return [
            item.model_copy(update={"when": ""}) if answers.get(item.when) else item
            for item in items
            if answers.get(item.when) is not False
        ]

    return side.model_copy(
        update={
            "text": decided(side.text),
            "line": decided(side.line),
            "box": decided(side.box),
            "image": decided(side.image),
            "field": [item for item in decided(side.field) if item.bind not in empty],
        }
    )
