"""Which pages need a further font (追加のフォント): by person for the list, by character for the pictures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.handover.fallback_list import (
    MOST_PIECES,
    FallbackGlyph,
    write_fallback_csv,
    write_fallback_page,
)
from kouki_print.handover.tables import FOR_EXCEL
from kouki_print.intake.gaiji import code_points
from kouki_print.job.prepare import Prepared
from kouki_print.page.conditions import holds
from kouki_print.page.fields import FIELD_JA, bound_fields
from kouki_print.page.items import FieldItem
from kouki_print.page.type.faces import FontFace
from kouki_print.page.type.fonts import clusters
from kouki_print.page.type.outlines import svg_paths
from kouki_print.page.words import renderer

Glyphs = Mapping[str, tuple[FontFace, int]]


def write_fallbacks(union: Path, prepared: Prepared, encoding: str = FOR_EXCEL) -> None:
    """Both lists; nothing when the order names no further font.  Nobody under protection is in them."""
    order = prepared.loaded.order
    further = next(iter(prepared.styles.values())).faces[1:]
    if not further:
        return
    lines = fallback_lines(prepared)
    write_fallback_csv(union / "fallback_glyphs.csv", lines, prepared.loaded.unit_ja, encoding)
    write_fallback_page(
        union / "fallback_glyphs.html",
        fallback_glyphs(prepared, lines),
        order.job.title,
        [face.label for face in further],
    )


def fallback_lines(prepared: Prepared) -> pd.DataFrame:
    """One line per piece, item and character of a further font, by unit, then row."""
    plan = prepared.plan
    apart = prepared.people["protected"].to_numpy()[plan["person"].to_numpy()]
    order = prepared.loaded.order
    sheets = plan["set_code"].map({entry.code: order.sheets_of(entry.code) for entry in order.set})
    found: dict[tuple[int, str, str, str], None] = {}
    for document, layout in prepared.layouts.items():
        mine = np.array([document in each for each in sheets], dtype=bool) & ~apart
        for item in bound_fields(layout):
            glyphs = prepared.styles[item.font].from_further_faces()
            if glyphs:
                found.update(dict.fromkeys(_uses(prepared, item, glyphs, np.flatnonzero(mine))))
    return _lines(prepared, sorted(found))


def _uses(
    prepared: Prepared, item: FieldItem, glyphs: Glyphs, places: np.ndarray
) -> Iterator[tuple[int, str, str, str]]:
    """(place in the plan, item, cluster, font) of each use in a field."""
    fields, person = prepared.fields, prepared.plan["person"].to_numpy()
    if item.when:
        places = places[holds(item.when, fields.texts, fields.flags)[person[places]]]
    texts = fields.texts[item.bind].take(person[places])
    hit = texts.str.contains("|".join(map(re.escape, glyphs))).to_numpy(dtype=bool)
    for place, text in zip(places[hit].tolist(), texts[hit].tolist(), strict=True):
        for cluster in dict.fromkeys(clusters(text)):
            if cluster in glyphs:
                yield place, FIELD_JA[item.bind], cluster, glyphs[cluster][0].label


def _lines(prepared: Prepared, found: list[tuple[int, str, str, str]]) -> pd.DataFrame:
    places = np.array([place for place, *_ in found], dtype=np.int64)
    pieces = prepared.plan.take(places)
    people = prepared.people.take(pieces["person"].to_numpy())
    names = [entry.name for entry in prepared.intake.inputs]
    units = prepared.loaded.units
    return pd.DataFrame(
        {
            "unit_code": pieces["unit_code"].tolist(),
            "unit": [units[code].contact.name for code in pieces["unit_code"]],
            "row": people["row"].to_numpy(),
            "file": [names[source] for source in people["source"]],
            "line": people["line"].to_numpy(),
            "piece_id": pieces["piece_id"].tolist(),
            "item": [item for _, item, _, _ in found],
            "character": [cluster for _, _, cluster, _ in found],
            "code": [code_points(cluster) for _, _, cluster, _ in found],
            "font": [font for *_, font in found],
        }
    )


def fallback_glyphs(prepared: Prepared, lines: pd.DataFrame) -> list[FallbackGlyph]:
    """One entry per character of the list and of the pages' words, with its picture, by code."""
    drawn = {
        cluster: glyph
        for style in prepared.styles.values()
        for cluster, glyph in style.from_further_faces().items()
    }
    by_character = lines.groupby("character", sort=False)
    pieces = {str(key): each["piece_id"].unique() for key, each in by_character}
    places = {str(key): _places(each) for key, each in by_character}
    words = _in_words(prepared, drawn) if drawn else set()
    shown = sorted(cluster for cluster in drawn if cluster in pieces or cluster in words)
    return [
        FallbackGlyph(
            code=code_points(cluster),
            font=drawn[cluster][0].label,
            path=path,
            people=len(pieces.get(cluster, ())),
            pieces=tuple(places.get(cluster, ())),
            in_words=cluster in words,
        )
        for cluster, path in zip(shown, svg_paths([drawn[cluster] for cluster in shown]), strict=True)
    ]


def _places(lines: pd.DataFrame) -> list[str]:
    """Items, line of the input and piece of the first people who have a character."""
    first = lines[lines["piece_id"].isin(lines["piece_id"].unique()[:MOST_PIECES])]
    return [
        f"{'・'.join(dict.fromkeys(each['item']))} {each['file'].iat[0]} {each['line'].iat[0]:,}行目 {piece}"
        for piece, each in first.groupby("piece_id", sort=False)
    ]


def _in_words(prepared: Prepared, drawn: Glyphs) -> set[str]:
    """Characters of further fonts in the static texts of any unit."""
    found: set[str] = set()
    for code in prepared.loaded.units:
        render = renderer(prepared.loaded.order, prepared.loaded.sender(code))
        for layout in prepared.layouts.values():
            for side in layout.sides():
                for item in side.text:
                    found.update(each for each in clusters(render(item)) if each in drawn)
    return found
