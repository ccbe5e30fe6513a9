"""Imposing any PDF (持ち込みPDFの面付け): its pages, once each, on the press sheets of a layout."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kouki_print.base.errors import JobError
from kouki_print.base.files import sha256_of
from kouki_print.job.forms import load_styles
from kouki_print.job.kit import embedded
from kouki_print.job.watch import Watcher
from kouki_print.page.items import MM, Sheet
from kouki_print.page.operators import Canvas
from kouki_print.page.type.fonts import Style, clusters, distinct_clusters
from kouki_print.pdf.copying import Copier
from kouki_print.pdf.document import Shared, write_resources
from kouki_print.pdf.foreign import Foreign, read_foreign, readable, unfit, write_forms
from kouki_print.pdf.pressed import SheetSide, finish_sheets, version_for
from kouki_print.pdf.writer import PdfFile, WrittenFile, stream
from kouki_print.sheet.grid import Imposition, placement
from kouki_print.sheet.imposition import load_imposition
from kouki_print.sheet.labels import LINE_WIDTH, labels_of_side, line_contents, line_ends
from kouki_print.sheet.marks import Marks, marks_of
from kouki_print.sheet.simulator import stop_unless_proven
from kouki_print.verify.preflight.check import preflight
from kouki_print.verify.preflight.items import Standard

_TOLERANCE = 0.5  # mm that the pages of a file may differ
_SMALLER = "--pages で分けて面付けしてください。"
_LONGEST_NAME = 40
_BLACK = b"/GS0 gs 0 0 0 1 k\n"
_RANGE = re.compile(r"(\d+)?(-)?(\d+)?")


@dataclass(frozen=True, slots=True)
class Planned:
    """What is to be imposed: a source, its chosen pages (from 1), their size, and who lies where.

    ``table`` counts the chosen pages from 1.
    """

    foreign: Foreign
    chosen: range
    finished: Sheet
    imposition: Imposition
    table: np.ndarray

    @property
    def name(self) -> str:
        """The source's name without its ending, as the sheet line and the title say it."""
        return readable(self.foreign.path.stem)


def plan_sheets(source: Path, layout: str, pages: str = "") -> Planned:
    """Read a source and lay out its pages.  JobError when they do not go onto the layout's sheet."""
    foreign = read_foreign(source)
    chosen = _chosen(pages, len(foreign.views))
    finished = _common_size(foreign, chosen)
    imposition = load_imposition(layout, finished)
    standard = foreign.statement.standard
    # What a source says of itself is said on only where our own checker agrees.
    if standard and preflight(source, standard=Standard(standard), house=False, contents=chosen).mistakes:
        foreign = replace(foreign, statement=replace(foreign.statement, standard=None))
    return Planned(foreign, chosen, finished, imposition, imposition.table(len(chosen)))


def prove(planned: Planned) -> None:
    """Fold, cut and stack the planned sheets on paper; JobError when they do not read in order."""
    stop_unless_proven(planned.imposition, planned.finished, [len(planned.chosen)])


def _chosen(pages: str, count: int) -> range:
    """Page numbers from words like 1-20, 5 or 21-; all of them when there are none."""
    found = _RANGE.fullmatch(pages.strip())
    if found is None or (found[2] and not (found[1] or found[3])):
        raise JobError("--pages が読めません。", remedy="--pages 1-20 のように書いてください。")
    first = int(found[1] or 1)
    last = int(found[3] or count) if found[2] or not found[1] else first
    if not 1 <= first <= last <= count:
        raise JobError(
            f"--pages {pages.strip()} のページがありません（この PDF は{count:,}ページです）。",
            remedy=f"1 から {count} の間で、小さい順に書いてください。",
        )
    return range(first, last + 1)


def _common_size(foreign: Foreign, chosen: range) -> Sheet:
    """The finished size of the chosen pages, which they must all have."""
    views = foreign.views[chosen.start - 1 : chosen.stop - 1]
    first = views[0]
    wrong = {
        view
        for view in set(views)
        if max(abs(view.width - first.width), abs(view.height - first.height)) > _TOLERANCE * MM
    }
    if wrong:
        at, view = next((number, view) for number, view in zip(chosen, views, strict=True) if view in wrong)
        raise JobError(
            f"{at:,}ページ目の仕上がり寸法（{_mm(view.width, view.height)}）が、"
            f"{chosen.start:,}ページ目（{_mm(first.width, first.height)}）と違います。",
            remedy="同じ大きさのページだけを --pages で選び、大きさごとに面付けしてください。",
            file=readable(foreign.path.name),
        )
    bleed = max(view.bleed for view in set(views))
    return Sheet(
        width=round(first.width / MM, 2), height=round(first.height / MM, 2), bleed=round(bleed / MM, 2)
    )


def _mm(width: float, height: float) -> str:
    return f"{round(width / MM, 1):g}×{round(height / MM, 1):g}mm"


def write_imposed(planned: Planned, out: Path, watcher: Watcher) -> WrittenFile:
    """Write the press sheets to ``out``, whole or not at all."""
    if out.exists() and out.samefile(planned.foreign.path):
        raise unfit(out, "--out が元の PDF と同じです", "--out に別の名前を書いてください。")
    mask = os.umask(0o077)  # printed texts may be personal data: nobody but the owner reads them
    try:
        with PdfFile(out, version_for(planned.foreign.statement), smaller=_SMALLER) as file:
            return _write(planned, file, watcher)
    except OSError as error:
        raise JobError(
            f"出力先に書き込めません（{error.strerror or type(error).__name__}）。",
            remedy="フォルダーの権限と空き容量を確かめるか、別の出力先を指定してください。",
            file=readable(str(out)),
        ) from error
    finally:
        os.umask(mask)


def _write(planned: Planned, file: PdfFile, watcher: Watcher) -> WrittenFile:
    press, foreign = planned.imposition, planned.foreign
    found = [marks_of(press, planned.finished, side) for side in range(press.sides)]
    ends = line_ends(press, len(planned.table))
    style = load_styles()["gothic"]
    head = "".join(each if style.can_draw(each) else "〓" for each in clusters(planned.name[:_LONGEST_NAME]))
    style = _for(style, [head, *ends, *(label.text for each in found for label in each.letters), "表裏"])
    resources = write_resources(file, Shared(embedded({"gothic": style}), {}, {}), {}).number
    canvas = Canvas(press.height, {"gothic": style})
    heads = [
        _form(
            file,
            each.operators() + _BLACK + labels_of_side(canvas, each.letters, each.line, side),
            (0, 0, press.width, press.height),
            resources,
        )
        for side, each in enumerate(found)
    ]
    lines = [0] * len(ends)
    if any(each.line for each in found):
        box = (0, -2, LINE_WIDTH, 6)
        lines = [_form(file, _BLACK + each, box, resources) for each in line_contents(canvas, head, ends)]
    copier = Copier(file)
    forms = []
    watcher.begin("ページ", len(planned.chosen))
    for form in write_forms(foreign, planned.chosen, copier):
        forms.append(form)
        watcher.step(1)
    watcher.end()
    first, last = planned.chosen[0], planned.chosen[-1]
    key = f"{sha256_of(foreign.path)}/{press.name}/{first}-{last}" if foreign.statement.standard else ""
    return finish_sheets(
        file,
        _sides(planned, found, forms, heads, lines),
        press.sides * len(planned.table),
        size=(press.width * MM, press.height * MM),
        source=foreign.path,
        statement=foreign.statement,
        copier=copier,
        info=(f"{planned.name} imposed", key),
    )


def _sides(
    planned: Planned, found: Sequence[Marks], forms: Sequence[int], heads: Sequence[int], lines: Sequence[int]
) -> Iterator[SheetSide]:
    """Marks, sheet line and pages of one side after the other."""
    press, finished = planned.imposition, planned.finished
    places = [
        [placement(place, press.height, finished, clip=True) for place in press.places(side, finished)]
        for side in range(press.sides)
    ]
    starts = []
    for each in found:
        matrix = each.line.after_side(press.height) if each.line else b""
        starts.append(b"/M Do\n" + (b"q %s cm /L Do Q\n" % matrix if matrix else b""))
    for line, sheet in zip(lines, planned.table.tolist(), strict=True):
        for side in range(press.sides):
            parts, named = [starts[side]], {"M": heads[side]}
            if found[side].line:
                named["L"] = line
            for slot, page in enumerate(sheet[side]):
                if page:
                    parts.append(b"q %s/P%d Do Q\n" % (places[side][slot], slot))
                    named[f"P{slot}"] = forms[page - 1]
            yield SheetSide(b"".join(parts), named)


def _for(style: Style, texts: Sequence[str]) -> Style:
    """The style with what these texts ask for."""
    asked = Style(style.key, style.faces)
    for cluster in sorted(distinct_clusters(texts)):
        asked.resolve(cluster)
    return asked.settled()


def _form(file: PdfFile, content: bytes, box: tuple[float, float, float, float], resources: int) -> int:
    """Append something of our own as a form; its box is in mm."""
    corners = b" ".join(b"%.2f" % (value * MM) for value in box)
    head = b"/Type/XObject/Subtype/Form/BBox[%s]/Resources %d 0 R" % (corners, resources)
    return file.append(stream(content, head))
