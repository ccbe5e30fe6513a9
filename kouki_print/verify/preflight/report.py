"""What preflight found, as a Japanese text for people and as plain values for machines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

from kouki_print.base.errors import JobError
from kouki_print.verify.preflight.check import MORE, Checked
from kouki_print.verify.preflight.items import ITEMS, STANDARD_NAMES, Finding, remedy_of

Key = TypeVar("Key", bound=Hashable)

_OBJECTS = 3  # named in a line; the rest is counted


def report_lines(checked: Checked) -> Iterator[str]:
    """The report of one file."""
    mistakes = checked.mistakes
    notices = [each for each in checked.findings if not checked.is_mistake(each)]
    verdict = f"不合格（誤り {_count(mistakes)}）" if mistakes else "合格"
    if notices:
        verdict += f"　注意 {_count(notices)}"
    yield f"■ {shown(checked.path)}　{checked.pages:,}ページ　{verdict}"
    yield f"　{basis(checked)}"
    for heading, chosen in (("誤り", mistakes), ("注意", notices)):
        for number, findings in _by_item(chosen):
            yield f"　[{heading}] {number} {ITEMS[number].name}"
            for remedy, same in _grouped(findings, remedy_of):
                yield from (f"　　・{line}" for line in _lines(same))
                yield f"　　対処: {remedy}"


def unread_lines(path: Path, why: JobError) -> Iterator[str]:
    """The report of a file that could not be checked at all."""
    yield f"■ {shown(path)}　確かめられません"
    yield f"　{why.what}"
    yield f"　対処: {why.remedy}"


def basis(checked: Checked) -> str:
    """What the file was checked as, and why."""
    name = STANDARD_NAMES[checked.standard]
    if not checked.stated:
        return f"このファイルは印刷規格を名乗っていません。{name} として確かめました。"
    rules = "・自社の決まり" if checked.house else ""
    return f"{name}{rules} として確かめました。"


def as_values(checked: Checked) -> dict[str, Any]:
    """The report of one file for JSON."""
    return {
        "file": shown(checked.path),
        "standard": checked.standard.value,
        "stated": checked.stated,
        "house": checked.house,
        "pages": checked.pages,
        "passed": not checked.mistakes,
        "findings": [
            {
                "item": number,
                "name": ITEMS[number].name,
                "severity": "error" if mistake else "notice",
                "pages": sorted({each.page for each in same if each.page}),
                "objects": _objects(same),
                "what": what,
                "remedy": remedy_of(same[0]),
            }
            for number, findings in _by_item(checked.findings)
            for (what, mistake), same in _alike(checked, findings)
        ],
    }


def unread_values(path: Path, why: JobError) -> dict[str, Any]:
    """The report of a file that could not be checked, for JSON."""
    return {"file": shown(path), "passed": False, "unread": why.what, "remedy": why.remedy}


def shown(path: Path) -> str:
    """A path as it was given, also where its bytes are no characters."""
    return str(path).encode("utf-8", "replace").decode("utf-8")


def page_ranges(pages: Iterable[int]) -> str:
    """Page numbers as people write them: 1-3、7."""
    shown = []
    for _, run in groupby(enumerate(sorted(set(pages))), key=lambda pair: pair[1] - pair[0]):
        numbers = [page for _, page in run]
        shown.append(f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}")
    return "、".join(shown)


def _count(findings: Sequence[Finding]) -> str:
    items = len({each.item for each in findings})
    places = sum(each.what != MORE for each in findings)
    return f"{items}項目・{places:,}か所{'以上' if places < len(findings) else ''}"


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    for what, same in _grouped(findings, lambda each: each.what):
        pages = page_ranges(each.page for each in same if each.page)
        objects = _objects(same)
        more = f" ほか{len(objects) - _OBJECTS:,}個" if len(objects) > _OBJECTS else ""
        where = "、".join(objects[:_OBJECTS]) + more
        page = f"{pages}ページ: " if pages else ""
        yield f"{page}{what}" + (f"（{where}）" if where else "")


def _by_item(findings: Iterable[Finding]) -> list[tuple[int, list[Finding]]]:
    return sorted(_grouped(findings, lambda each: each.item))


def _alike(checked: Checked, findings: Iterable[Finding]) -> list[tuple[tuple[str, bool], list[Finding]]]:
    return _grouped(findings, lambda each: (each.what, checked.is_mistake(each)))


def _grouped(findings: Iterable[Finding], key: Callable[[Finding], Key]) -> list[tuple[Key, list[Finding]]]:
    """Findings of one key together, in the order in which the keys first came."""
    groups: dict[Key, list[Finding]] = {}
    for each in findings:
        groups.setdefault(key(each), []).append(each)
    return list(groups.items())


def _objects(findings: Iterable[Finding]) -> list[str]:
    return list(dict.fromkeys(each.object for each in findings if each.object))
