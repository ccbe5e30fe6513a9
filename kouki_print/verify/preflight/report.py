"""What preflight found, as a Japanese text for people and as plain values for machines."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

from kouki_print.verify.preflight.check import Checked
from kouki_print.verify.preflight.items import ITEMS, STANDARD_NAMES, Finding

Key = TypeVar("Key", bound=Hashable)

_OBJECTS = 3  # named in a line; the rest is counted


def report_lines(checked: Checked) -> Iterator[str]:
    """The report of one file."""
    mistakes = len(checked.mistakes)
    verdict = f"不合格（誤り {mistakes:,}件）" if mistakes else "合格"
    notices = len(checked.findings) - mistakes
    if notices:
        verdict += f"　注意 {notices:,}件"
    yield f"■ {checked.path.name}　{checked.pages:,}ページ　{verdict}"
    yield f"　{basis(checked)}"
    for heading, wanted in (("誤り", True), ("注意", False)):
        chosen = [each for each in checked.findings if checked.is_mistake(each) is wanted]
        for number, findings in _by_item(chosen):
            item = ITEMS[number]
            yield f"　[{heading}] {number} {item.name}"
            yield from (f"　　・{line}" for line in _lines(findings))
            yield f"　　対処: {item.remedy}"


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
        "file": checked.path.name,
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
                "remedy": ITEMS[number].remedy,
            }
            for number, findings in _by_item(checked.findings)
            for (what, mistake), same in _alike(checked, findings)
        ],
    }


def page_ranges(pages: Iterable[int]) -> str:
    """Page numbers as people write them: 1-3、7."""
    shown = []
    for _, run in groupby(enumerate(sorted(set(pages))), key=lambda pair: pair[1] - pair[0]):
        numbers = [page for _, page in run]
        shown.append(f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}")
    return "、".join(shown)


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
