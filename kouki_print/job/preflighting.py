"""Preflight (印刷前検査): of any files by themselves, and of a lot's files with what the job knows of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kouki_print.base.errors import JobError
from kouki_print.base.files import write_text
from kouki_print.job.looks import dies_of, spots_of
from kouki_print.job.watch import Watcher
from kouki_print.order.models import Order
from kouki_print.page.fields import PageFields
from kouki_print.page.items import MM
from kouki_print.page.layout import Layout
from kouki_print.pdf.profile import synthetic_profile
from kouki_print.sheet.grid import Imposition
from kouki_print.verify.preflight.check import Checked, Known, preflight
from kouki_print.verify.preflight.items import ITEMS, Finding, Standard, remedy_of
from kouki_print.verify.preflight.report import as_values, report_lines, unread_lines, unread_values
from kouki_print.verify.readback import Difference, PrintedSheet

_OF_ARTWORK = range(24, 40)  # boxes, fonts, colours: what a page brings along; the rest is the file's own


@dataclass(slots=True)
class Report:
    """What is told of files, for people and for JSON; ``mistakes``, ``unread``: files that have some, or are no PDF."""

    lines: list[str] = field(default_factory=list)
    values: list[dict[str, Any]] = field(default_factory=list)
    mistakes: int = 0
    unread: int = 0


def preflight_files(
    files: Sequence[Path],
    watcher: Watcher,
    *,
    standard: str | None = None,
    house: bool | None = None,
    table: Path | None = None,
) -> Report:
    """The report of these files, of a folder all PDFs in it; ``table``: where it is written as JSON."""
    report = Report()
    chosen = list(dict.fromkeys(each for path in files for each in files_in(path)))
    watcher.begin("印刷前検査", len(chosen))
    for path in chosen:
        try:
            checked = _preflight(path, Standard(standard) if standard else None, house)
        except JobError as why:
            report.unread += 1
            report.lines += unread_lines(path, why)
            report.values.append(unread_values(path, why))
        else:
            report.mistakes += bool(checked.mistakes)
            report.lines += report_lines(checked)
            report.values.append(as_values(checked))
        watcher.step(1)
    watcher.end()
    if table is not None:
        write_text(table, json.dumps({"files": report.values}, ensure_ascii=False, indent=1) + "\n")
    return report


def files_in(path: Path) -> list[Path]:
    """The PDFs of a folder; a file, and a folder without any, by itself.

    Of a finished job those that its manifests give a press: its lists are for people and keep no standard.
    """
    if not path.is_dir():
        return [path]
    found = {each for each in path.rglob("*") if each.suffix.lower() == ".pdf" and each.is_file()}
    listed = {each for manifest in path.rglob("manifest.json") for each in _for_a_press(manifest)}
    return sorted(listed or found) or [path]


def _for_a_press(manifest: Path) -> Iterator[Path]:
    try:
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
        yield from (manifest.parent / entry["path"] for entry in files if entry["kind"] != "list")
    except (OSError, ValueError, KeyError, TypeError):
        return  # not one of ours


def _preflight(path: Path, standard: Standard | None, house: bool | None) -> Checked:
    if path.is_dir():
        raise JobError(
            "このフォルダーの中にPDFがありません。", remedy="PDFのあるフォルダーを指定してください。"
        )
    if not path.is_file():
        raise JobError("ファイルがありません。", remedy="PDFのファイルの場所を確かめてください。")
    try:
        return preflight(path, standard=standard, house=house)
    except OSError:
        raise JobError("ファイルを読めません。", remedy="読む権限があるかを確かめてください。") from None


def check_artwork(path: Path, page: int) -> None:
    """JobError when a page (from 1) of a designer's PDF is not fit for our files, whatever their standard.

    PDF/X-1a is asked for: what it forbids (RGB in any shape, transparency, layers) is in none of our files.
    """
    checked = preflight(path, standard=Standard.x1a, house=False, contents={page})
    found = [each for each in checked.mistakes if each.item in _OF_ARTWORK and each.page in (0, page)]
    if found:
        told = "\n".join(f"・{ITEMS[each.item].name}: {each.what}" for each in found[:5])
        raise JobError(
            f"デザインのPDF（{page}ページ）は印刷の規格に合わないので使えません。\n{told}",
            remedy=f"{remedy_of(found[0])}全部の結果は kouki-print preflight --standard x1a {path.name} で見られます。",
            file=path.name,
        )


@dataclass(slots=True)
class LotPreflight:
    """Checks the files of a job's lots; inks of one name must be the same ink in all of them."""

    order: Order
    layouts: Mapping[str, Layout]
    imposition: Imposition
    _inks: dict[str, str] = field(default_factory=dict)

    def check(
        self, printed: Path, imposed: Path, chosen: Sequence[PrintedSheet], fields: PageFields
    ) -> list[Difference]:
        """What is wrong with the two files of a lot: every page's dictionary, the content of the chosen sheets."""
        finished = next(iter(self.layouts.values())).sheet
        press = self.imposition
        x4 = self.order.printing.standard == "x4"
        single, sheets = (Standard.vt, Standard.x4) if x4 else (Standard.x1a, Standard.x1a)
        people = frozenset(fields.texts["name"].tolist()) - {""}
        pages = {each.print_page for each in chosen}, {2 * each.imposed_sheet - 1 for each in chosen}
        found: list[Difference] = []
        for path, standard, width, height, fronts in (
            (printed, single, finished.width, finished.height, pages[0]),
            (imposed, sheets, press.width, press.height, pages[1]),
        ):
            known = self._known((width * MM, height * MM), people)
            contents = fronts | {front + 1 for front in fronts}
            checked = preflight(path, standard=standard, house=True, known=known, contents=contents)
            found += _differences(path.name, (*checked.mistakes, *self._other_inks(checked)))
        return found

    def _known(self, size: tuple[float, float], people: Collection[str]) -> Known:
        printing = self.order.printing
        return Known(
            size=size,
            profile_sha256=printing.output_profile_sha256 or hashlib.sha256(synthetic_profile()).hexdigest(),
            condition=printing.output_condition,
            date=self.order.job.data_on,
            people=people,
            spots=[spot.name for spot in spots_of(self.order, dies_of(self.layouts.values()))],
        )

    def _other_inks(self, checked: Checked) -> Iterator[Finding]:
        """Item 33 over the files of the job."""
        for name, digest in checked.separations.items():
            if self._inks.setdefault(name, digest) != digest:
                yield Finding(33, 0, name, "同じ名前の特色の定義が、ほかのファイルと違います")


def _differences(file: str, findings: Sequence[Finding]) -> Iterator[Difference]:
    for each in findings:
        where = f"（{each.object}）" if each.object else ""
        what = f"印刷前検査 {each.item}「{ITEMS[each.item].name}」: {each.what}{where}"
        yield Difference(file, each.page, "-", what)
