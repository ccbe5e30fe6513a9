"""Which people's texts do not stand in their fields as they are: condensed, broken, made smaller, or not at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from kouki_print.base.problems import Finding
from kouki_print.page.conditions import holds
from kouki_print.page.fields import FIELD_JA, PageFields, bound_fields
from kouki_print.page.layout import Layout
from kouki_print.page.type.fit import Fitted, overflow, treated
from kouki_print.page.type.fonts import Style


@dataclass(frozen=True, slots=True)
class Fitting:
    """What the fields do to texts.  ``lines`` has one row per person and field that is not as it was written:
    ``person`` (position), ``document``, ``field``, ``where`` (which one, of a field that stands on the sheet more
    than once), ``usual`` (points as the layout has it), ``scale`` (per cent), ``lines``, ``broken`` (more lines
    than were written), ``size`` (points) and ``smaller``; ``findings`` are of those whom no field can hold."""

    findings: list[Finding]
    lines: pd.DataFrame


def check_fit(
    fields: PageFields,
    rows_of: Mapping[str, np.ndarray],
    layouts: Mapping[str, Layout],
    styles: Mapping[str, Style],
) -> Fitting:
    """Fit of everybody's texts; ``rows_of`` are the people (rising) who get each document.

    A field that stands on several sheets of a piece is told once, with the most that is missing.
    """
    missing: dict[str, dict[int, float]] = {}
    nothing = _Place("", "", "", 0)
    parts = [_lines(np.zeros(0, dtype=np.int64), nothing, [], [])]
    for document, layout in layouts.items():
        rows = rows_of[document]
        for item, where in zip(bound_fields(layout), _wheres(layout), strict=True):
            shown = rows[holds(item.when, fields.texts, fields.flags)[rows]] if item.when else rows
            if item.pitch:  # a number in cells: only who has more digits than there are cells
                shown = shown[fields.texts[item.bind].take(shown).str.len().to_numpy() > item.cells]
            codes, distinct = pd.factorize(fields.texts[item.bind].take(shown))
            texts = distinct.tolist()
            found = treated(texts, item, styles[item.font])
            if not found:
                continue
            lacking = {at: overflow(texts[at], item, styles[item.font]) for at in found if found[at] is None}
            hit = np.isin(codes, list(lacking))
            told = missing.setdefault(FIELD_JA[item.bind], {})
            for row, code in zip(shown[hit].tolist(), codes[hit].tolist(), strict=True):
                told[row] = max(told.get(row, 0.0), lacking[code])
            fits = {at: fitted for at, fitted in found.items() if fitted is not None}
            place = np.full(len(texts), -1, dtype=np.int64)
            place[list(fits)] = np.arange(len(fits))
            hit = place[codes] >= 0
            written = [texts[at].count("\n") + 1 for at in fits]
            own = _Place(document, FIELD_JA[item.bind], where, item.size)
            lines = _lines(place[codes[hit]], own, list(fits.values()), written)
            parts.append(lines.assign(person=shown[hit]))
    findings = [_does_not_fit(field, told) for field, told in missing.items() if told]
    return Fitting(findings, pd.concat(parts, ignore_index=True))


def _does_not_fit(field: str, missing: Mapping[int, float]) -> Finding:
    rows = sorted(missing)
    values = [f"あと {missing[row]:.1f} mm " for row in rows]
    return Finding("DOES_NOT_FIT", np.array(rows, dtype=np.int64), field, values, "hold")


class _Place(NamedTuple):
    """What :attr:`Fitting.lines` says of a field itself."""

    document: str
    field: str
    where: str
    usual: float


def _wheres(layout: Layout) -> list[str]:
    """Of each field of a layout which one it is, empty where its name says so."""
    names = [
        (item.bind, side, item.y)
        for side, items in zip("表裏", layout.sides(), strict=True)
        for item in items.field
    ]
    once = Counter(bind for bind, _, _ in names)
    here = Counter((bind, side) for bind, side, _ in names)
    ranks = {name: sum(each[:2] == name[:2] and each[2] <= name[2] for each in names) for name in names}
    return [
        ""
        if once[name[0]] == 1
        else name[1]
        if here[name[:2]] == 1
        else f"{name[1]}の上から{ranks[name]}つ目"
        for name in names
    ]


def _lines(codes: np.ndarray, own: _Place, fitted: Sequence[Fitted], written: Sequence[int]) -> pd.DataFrame:
    """Rows of :attr:`Fitting.lines` for the people whose text is the ``codes``-th of ``fitted``."""
    count = np.array([len(each.lines) for each in fitted], dtype=np.int64)
    size = np.array([each.size for each in fitted], dtype=np.float64)
    scale = np.array([min(scale for _, scale in each.lines) for each in fitted], dtype=np.int64)
    broken = count > np.array(written, dtype=np.int64)
    columns = {"scale": scale, "lines": count, "broken": broken, "size": size, "smaller": size < own.usual}
    return pd.DataFrame(
        {"person": codes} | own._asdict() | {name: values[codes] for name, values in columns.items()}
    )
