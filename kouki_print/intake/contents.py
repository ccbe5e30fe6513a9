"""What a column without a name holds, by its values: told only where the values of a whole sample prove it."""

from __future__ import annotations

import re
from collections.abc import Callable

from kouki_print.base.checkdigits import m10w21
from kouki_print.intake.datestyles import STYLES, reader

EMPTY_DATES = ("0", "00000000", "0000000", "99999999", "0000-00-00", "0000/00/00", "9999999")
_KANA = re.compile(r"[\u30a0-\u30ff\uff61-\uff9f\u3000 ]+")
_NAME = re.compile(r"[^\x00-\x7f]{1,10}[\u3000 ][^\x00-\x7f]{1,10}")
_PLACE = re.compile(r".{1,8}[都道府県市区町村].+")


def style_of(cells: list[str]) -> str:
    """The one date style in which all cells read, or ``""``."""
    values = sorted(set(cells))
    return next((style for style in STYLES if values and all(map(reader(style), values))), "")


def is_number(cell: str) -> bool:
    """Whether a cell is eight digits with a right check digit."""
    return len(cell) == 8 and cell.isascii() and cell.isdigit() and m10w21(cell[:7]) == cell[7]


_CONTENT: tuple[tuple[str, Callable[[list[str]], bool]], ...] = (
    ("基準日", lambda cells: len(set(cells)) == 1 and bool(style_of(cells))),
    ("生年月日", lambda cells: bool(style_of(cells)) and len(set(cells)) * 4 > len(cells)),
    ("保険者番号", lambda cells: all(is_number(cell) and cell.startswith("39") for cell in cells)),
    ("被保険者番号", lambda cells: all(map(is_number, cells)) and len(set(cells)) == len(cells)),
    ("郵便番号", lambda cells: all(re.fullmatch("[0-9]{3}-?[0-9]{4}", cell) for cell in cells)),
    ("市町村コード", lambda cells: all(re.fullmatch("[0-4][0-9]{4,5}", cell) for cell in cells)),
    ("氏名カナ", lambda cells: all(map(_KANA.fullmatch, cells))),
    ("住所", lambda cells: all(map(_PLACE.fullmatch, cells))),
    ("氏名", lambda cells: all(map(_NAME.fullmatch, cells))),
)


def by_content(cells: list[str], seen: set[str]) -> str:
    """Standard header that the filled cells of a column look like and that is not ``seen`` yet, or ``""``."""
    if not cells:
        return ""
    return next((name for name, test in _CONTENT if name not in seen and test(cells)), "")
