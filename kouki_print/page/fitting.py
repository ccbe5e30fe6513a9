"""Which people's texts do not stand in their fields as they are: condensed, broken, made smaller, or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kouki_print.base.problems import Finding
from kouki_print.page.conditions import holds
from kouki_print.page.fields import FIELD_JA, PageFields, bound_fields
from kouki_print.page.fit import Fitted, overflow, treated
from kouki_print.page.fonts import Style
from kouki_print.page.items import FieldItem
from kouki_print.page.layout import Layout


@dataclass(frozen=True, slots=True)
class Fitting:
    """What the fields do to texts.  ``lines`` has one row per person and field that is not as it was written:
    ``person`` (position), ``field``, ``scale`` (per cent), ``lines``, ``broken`` (more lines than were written),
    ``size`` (points) and ``smaller``; ``findings`` are of those whom no field can hold."""

    findings: list[Finding]
    lines: pd.DataFrame


def check_fit(
    fields: PageFields,
    rows_of: Mapping[str, np.ndarray],
    layouts: Mapping[str, Layout],
    styles: Mapping[str, Style],
) -> Fitting:
    """Fit of everybody's texts; ``rows_of`` are the people (rising) who get each document."""
    findings, parts = [], [_lines(np.zeros(0, dtype=np.int64), "", [], [], 0)]
    for document, layout in layouts.items():
        rows = rows_of[document]
        for item in bound_fields(layout):
            if item.pitch:  # numbers in cells: as many cells as the contract's digits
                continue
            shown = rows[holds(item.when, fields.texts, fields.flags)[rows]] if item.when else rows
            codes, distinct = pd.factorize(fields.texts[item.bind].take(shown))
            texts = distinct.tolist()
            found = treated(texts, item, styles[item.font])
            if not found:
                continue
            lacking = {at: _lacking(texts[at], item, styles[item.font]) for at in found if found[at] is None}
            if lacking:
                hit = np.isin(codes, list(lacking))
                values = [lacking[code] for code in codes[hit].tolist()]
                findings.append(Finding("DOES_NOT_FIT", shown[hit], FIELD_JA[item.bind], values, "hold"))
            fits = {at: fitted for at, fitted in found.items() if fitted is not None}
            place = np.full(len(texts), -1, dtype=np.int64)
            place[list(fits)] = np.arange(len(fits))
            hit = place[codes] >= 0
            written = [texts[at].count("\n") + 1 for at in fits]
            lines = _lines(place[codes[hit]], FIELD_JA[item.bind], list(fits.values()), written, item.size)
            parts.append(lines.assign(person=shown[hit]))
    return Fitting(findings, pd.concat(parts, ignore_index=True))


def _lacking(text: str, item: FieldItem, style: Style) -> str:
    return f"あと {overflow(text, item, style):.1f} mm "


def _lines(
    codes: np.ndarray, field: str, fitted: Sequence[Fitted], written: Sequence[int], usual: float
) -> pd.DataFrame:
    """Rows of :attr:`Fitting.lines` for the people whose text is the ``codes``-th of ``fitted``."""
    count = np.array([len(each.lines) for each in fitted], dtype=np.int64)
    size = np.array([each.size for each in fitted], dtype=np.float64)
    scale = np.array([min(scale for _, scale in each.lines) for each in fitted], dtype=np.int64)
    broken = count > np.array(written, dtype=np.int64)
    columns = {"scale": scale, "lines": count, "broken": broken, "size": size, "smaller": size < usual}
    return pd.DataFrame(
        {"person": codes, "field": field} | {name: values[codes] for name, values in columns.items()}
    )
