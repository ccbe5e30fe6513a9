"""Names that nobody knows: which one was probably meant, and which ones there are."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel

_LISTED, _NEAREST = 20, 3  # as many names a reader takes in; of more the nearest are told


def meant(name: str, known: Iterable[str]) -> str:
    """A sentence about the name that was probably meant, empty when none is like it."""
    close = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"「{close[0]}」の書き間違いではありませんか。" if close else ""


def nearest(name: str, known: Iterable[str], also: Iterable[str] = ()) -> str:
    """The remedy for a name that nobody knows: the one that was probably meant (perhaps one of ``also``), and
    all there are, or where they are many the nearest."""
    names = list(known)
    told = meant(name, [*names, *also])
    if len(names) <= _LISTED:
        return f"{told}使えるのは次のとおりです: {'、'.join(names)}"
    near = difflib.get_close_matches(name, names, n=_NEAREST, cutoff=0) or names[:_NEAREST]
    return f"{told}近い名前: {'、'.join(near)}（全部で{len(names)}件）"


def fields_at(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """Names of the keys that a table may have; none when it is no table of the model's."""
    models = [model]
    for part in path:
        if isinstance(part, str):  # a position, or a key of a table of tables, leads to the same model
            fields = [each.model_fields[part] for each in models if part in each.model_fields]
            models = [found for each in fields for found in _models(each.annotation)] if fields else models
    return [name for each in models for name in each.model_fields]


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Models within ``list[…]``, ``dict[…]``, ``… | None`` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models(each)
