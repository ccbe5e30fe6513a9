"""Imposing any PDF (持ち込みPDFの面付け): its pages, once each, on the press sheets of a layout."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from kouki_print.base.errors import JobError
from kouki_print.base.files import sha256_of
from kouki_print.job.forms import load_styles
from kouki_print.job.kit import embedded
from kouki_print.job.watch import Watcher
from kouki_print.page.items import MM, Sheet
from kouki_print.page.operators import Canvas
from kouki_print.page.type.fonts import Style, distinct_clusters
from kouki_print.pdf.copying import Copier
from kouki_print.pdf.document import Shared, write_resources
from kouki_print.pdf.foreign import Foreign, read_foreign, unfit, write_forms
from kouki_print.pdf.pressed import SheetSide, finish_sheets, version_for
from kouki_print.pdf.writer import PdfFile, WrittenFile, stream
from kouki_print.sheet.imposition import Imposition, load_imposition, placement
from kouki_print.sheet.labels import LABEL_SIZE, LINE_WIDTH
from kouki_print.sheet.marks import Marks, marks_of
from kouki_print.sheet.simulator import proven

_TOLERANCE = 0.5  # mm that the pages of a file may differ
_MOST_BYTES = 1_900_000_000
_SIDE_WIDTH = 6.0  # mm of the sheet line for the name of the side
_LONGEST_NAME = 40
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


def plan_sheets(source: Path, layout: str, pages: str = "") -> Planned:
    """Read a source and lay out its pages.  JobError when they do not go onto the layout's sheet."""
    foreign = read_foreign(source)
    chosen = _chosen(pages, len(foreign.views))
    finished = _common_size(foreign, chosen)
    try:
        imposition = load_imposition(layout, finished)
    except JobError as error:
        if error.file != "job.toml":
            raise
        raise JobError(error.what, remedy=error.remedy, file="--layout") from None
    return Planned(foreign, chosen, finished, imposition, imposition.table(len(chosen)))


def prove(planned: Planned) -> None:
    """Fold, cut and stack the planned sheets on paper; JobError when they do not read in order."""
    faults = proven(planned.imposition, planned.finished, len(planned.chosen))
    if faults:
        raise JobError(
            f"この面付けでは、仕上げても元の順番になりません: {'。'.join(faults)}。",
            remedy="面付けファイルの scheme・turn・head・margin を見直してください。",
            file=planned.imposition.name,
        )


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
            file=foreign.path.name,
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
        with PdfFile(out, version_for(planned.foreign.statement)) as file:
            return _write(planned, file, watcher)
    except OSError as error:
        raise JobError(
            f"出力先に書き込めません（{error.strerror or type(error).__name__}）。",
            remedy="フォルダーの権限と空き容量を確かめるか、別の出力先を指定してください。",
            file=str(out),
        ) from error
    finally:
        os.umask(mask)


def _write(planned: Planned, file: PdfFile, watcher: Watcher) -> WrittenFile:
    press, foreign = planned.imposition, planned.foreign
    texts = _line_texts(planned)
    found = [marks_of(press, planned.finished, side) for side in range(press.sides)]
    style = _style(texts, found)
    resources = write_resources(file, Shared(embedded({"gothic": style}), {}, {}), {}).number
    canvas = Canvas(press.height, {"gothic": style})
    heads = [
        _form(file, _marks(canvas, each, side), (0, 0, press.width, press.height), resources)
        for side, each in enumerate(found)
    ]
    lines = [0] * len(texts)
    if any(each.line for each in found):
        box = (0, -2, LINE_WIDTH, 6)
        lines = [_form(file, content, box, resources) for content in _line_contents(canvas, texts)]
    copier = Copier(file)
    forms = []
    watcher.begin("ページ", len(planned.chosen))
    for form in write_forms(foreign, planned.chosen, copier):
        forms.append(form)
        watcher.step(1)
        if file.position > _MOST_BYTES:
            raise unfit(foreign.path, "面付けすると2GBを超えます", "--pages で分けて面付けしてください。")
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
        info=(f"{foreign.path.stem} imposed", key),
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
        matrix = each.line.along(_SIDE_WIDTH).matrix(press.height) if each.line else b""
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


def _line_texts(planned: Planned) -> list[str]:
    """What the sheet line of each press sheet says: the source's name, the stack, sheet of sheets."""
    name = unicodedata.normalize("NFC", planned.foreign.path.stem)[:_LONGEST_NAME]
    stacks = planned.imposition.stacks(len(planned.table))
    several = stacks[-1] != stacks[0]
    return [
        f"{name}  " + (f"山{stack}  " if several else "") + f"{sheet}/{len(stacks)}枚目"
        for sheet, stack in enumerate(stacks, 1)
    ]


def _style(texts: list[str], found: Sequence[Marks]) -> Style:
    """The face that the sheet lines are set in, with all that they say; what it lacks becomes a 〓."""
    style = load_styles()["gothic"]
    for cluster in sorted(distinct_clusters(texts)):
        if not style.can_draw(cluster):
            texts[:] = [text.replace(cluster, "〓") for text in texts]
    written = [*texts, *(label.text for each in found for label in each.letters), "表裏"]
    asked = Style(style.key, style.faces)
    for cluster in sorted(distinct_clusters(written)):
        asked.resolve(cluster)
    return asked.settled()


def _marks(canvas: Canvas, found: Marks, side: int) -> bytes:
    """What is the same on this side of every sheet."""
    out = [found.operators(), b"/GS0 gs 0 0 0 1 k\n"]
    labels = [(each, each.text) for each in found.letters]
    for label, text in [*labels, *([(found.line, "表裏"[side])] if found.line else [])]:
        shown = canvas.show(text, canvas.styles["gothic"], LABEL_SIZE)
        out.append(b"BT %s Tm %sET\n" % (label.matrix(canvas.height), shown))
    return b"".join(out)


def _line_contents(canvas: Canvas, texts: Sequence[str]) -> Iterator[bytes]:
    """The sheet lines, all condensed alike so that the longest fits."""
    style = canvas.styles["gothic"]
    widest = max(style.width(text) for text in texts) * LABEL_SIZE / 1000
    scale = min(100, int(100 * (LINE_WIDTH - _SIDE_WIDTH) * MM / widest))
    for text in texts:
        yield b"/GS0 gs 0 0 0 1 k BT %d Tz %sET\n" % (scale, canvas.show(text, style, LABEL_SIZE))


def _form(file: PdfFile, content: bytes, box: tuple[float, float, float, float], resources: int) -> int:
    """Append something of our own as a form; its box is in mm."""
    corners = b" ".join(b"%.2f" % (value * MM) for value in box)
    head = b"/Type/XObject/Subtype/Form/BBox[%s]/Resources %d 0 R" % (corners, resources)
    return file.append(stream(content, head))
