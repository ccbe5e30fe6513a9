"""Date styles of an export layout: each read strictly, so that one style is never taken for another."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from kouki_print.base.dates import ERAS, parse_date

_PATTERNS = {
    "iso": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "compact": re.compile(r"[0-9]{8}"),
    "slash": re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}"),
    "wareki7": re.compile(r"[1-5][0-9]{6}"),
}
STYLES = (*_PATTERNS, "wareki")
_LETTERS = dict(zip("MTSHR", ERAS, strict=True))
_ERA_DATE = re.compile(
    f"({'|'.join(era.name for era in ERAS)}|[{''.join(era.name[0] for era in ERAS)}MTSHR]) ?"
    "(元|[0-9]{1,2}) ?[年./-] ?([0-9]{1,2}) ?[月./-] ?([0-9]{1,2})日?"
)
_DIRECTIVE = re.compile(r"%(.?)")
_ADJACENT = re.compile(r"%[Ymd]%[Ymd]")


def style_fault(style: str) -> str:
    """What is wrong with a style, or ``""``: its name, or a pattern of %Y, %m and %d, each once."""
    if style in STYLES:
        return ""
    found = sorted(_DIRECTIVE.findall(style.replace("%%", "")))
    if found == ["Y", "d", "m"]:
        return ""
    return "知らない書式です" if "%" not in style else "%Y %m %d を一度ずつ使ってください"


def _era_date(text: str) -> dt.date | None:
    """令和8年8月1日, R8.8.1, 昭16/07/05 and the like; the day must lie within its era."""
    found = _ERA_DATE.fullmatch(text)
    if not found:
        return None
    era = _LETTERS.get(found[1]) or next(each for each in ERAS if each.name.startswith(found[1]))
    year = 1 if found[2] == "元" else int(found[2])
    return parse_date(f"{era.digit}{year:02d}{int(found[3]):02d}{int(found[4]):02d}")


def _by_pattern(style: str, text: str) -> dt.date | None:
    try:
        date = dt.datetime.strptime(text, style).date()
    except ValueError:
        return None
    if _ADJACENT.search(style) and date.strftime(style) != text:
        return None  # 2026811 could be two days
    return parse_date(date.isoformat())


def reader(style: str) -> Callable[[str], dt.date | None]:
    """Function that reads one cell in a style; None for anything else."""
    if style == "wareki":
        return _era_date
    pattern = _PATTERNS.get(style)
    if pattern is not None:
        return lambda text: parse_date(text) if pattern.fullmatch(text) else None
    return lambda text: _by_pattern(style, text)
