"""fallback_glyphs.csv and .html (union only): characters drawn by another font than the shipped one.

Their design differs from the rest of the name, so somebody looks at each of them before printing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kouki_print.base.files import write_text
from kouki_print.base.resources import template_dir
from kouki_print.handover.tables import FOR_EXCEL, neutralised, write_for_people

FALLBACK_HEADERS = {
    "unit_code": "市町村コード",
    "unit": "市町村",
    "row": "行",
    "file": "ファイル",
    "line": "ファイルの行",
    "piece_id": "個体番号",
    "item": "項目",
    "character": "文字",
    "code": "コード",
    "font": "フォント",
}
MOST_PIECES = 5  # told with the picture


@dataclass(frozen=True, slots=True)
class FallbackGlyph:
    """One character of a further font: its picture (SVG path in an em of 1000), and by ``pieces`` who has it where.

    ``in_words``: the words of the pages have it too.
    """

    code: str
    font: str
    path: str
    people: int
    pieces: tuple[str, ...]
    in_words: bool


def write_fallback_csv(path: Path, lines: pd.DataFrame, unit_ja: str, encoding: str = FOR_EXCEL) -> None:
    """One line per person, item and character; without any, the header alone."""
    headers = FALLBACK_HEADERS | {"unit_code": f"{unit_ja}コード", "unit": unit_ja}
    numbers = ("row", "line")
    columns = {
        header: lines[name].to_numpy(dtype="int64") if name in numbers else neutralised(lines[name].tolist())
        for name, header in headers.items()
    }
    write_for_people(path, columns, encoding)


def write_fallback_page(
    path: Path, glyphs: Sequence[FallbackGlyph], title: str, fonts: Sequence[str]
) -> None:
    """The same by character, each with a large picture; ``fonts`` are the further fonts in their order."""
    environment = Environment(
        loader=FileSystemLoader(template_dir()), undefined=StrictUndefined, autoescape=True
    )
    page = environment.get_template("fallback_glyphs.html")
    write_text(path, page.render(glyphs=glyphs, title=title, fonts=fonts, most=MOST_PIECES))
