"""The print kit (版下一式): what all lots of a job share, made once and sent to the workers.

Layouts, fonts with one subset for the whole job, imposition, output intent.  Holds no person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.base.pinned import pinned_bytes
from kouki_print.job.looks import dies_of, layers_of, load_pictures, look_of, spots_of
from kouki_print.job.preflighting import check_artwork
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import Order
from kouki_print.order.printing import Printing
from kouki_print.order.units import Contact
from kouki_print.page.compose import Look
from kouki_print.page.fields import PageFields, printed_texts
from kouki_print.page.folding import folded
from kouki_print.page.ink import SPOT, Die
from kouki_print.page.items import MM
from kouki_print.page.layout import Layout
from kouki_print.page.type.faces import FontFace
from kouki_print.page.type.fonts import Style, distinct_clusters
from kouki_print.page.words import renderer
from kouki_print.pdf.artwork import Artwork, load_artwork
from kouki_print.pdf.document import Shared
from kouki_print.pdf.fontset import EmbeddedFont, FontSpec, embed
from kouki_print.pdf.metadata import OutputIntent
from kouki_print.pdf.profile import NAME as TEST_PROFILE
from kouki_print.pdf.profile import synthetic_profile
from kouki_print.sheet.grid import Imposition
from kouki_print.sheet.imposition import load_for_lots
from kouki_print.sheet.marks import Marks, in_common, marks_of
from kouki_print.verify.readback import page_text

# A reprint may need any of these in a code, a sheet line or a number.
_ICC_OF_X1A = 2  # PDF 1.4 knows no later version of profiles
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-表裏左右枚回目ロット山列 ./"


@dataclass(frozen=True, slots=True)
class PrintKit:
    """Everything of a lot's files that is not a person: same for all lots."""

    order: Order
    layouts: Mapping[str, Layout]
    styles: Mapping[str, Style]
    look: Look
    shared: Shared
    imposition: Imposition
    marks: tuple[Marks, Marks]
    intent: OutputIntent
    artwork_texts: Mapping[str, str]


def build_kit(
    loaded: LoadedOrder,
    job_dir: Path,
    layouts: Mapping[str, Layout],
    styles: Mapping[str, Style],
    fields: PageFields,
) -> PrintKit:
    """Collect every character of the job, subset each font once and freeze the result."""
    order = loaded.order
    contacts = [loaded.sender(code) for code in loaded.units]
    layouts = {document: folded(layout, fields) for document, layout in layouts.items()}
    # The checks asked every style for every name; the subsets hold what each of them prints.
    asked = {name: Style(style.key, style.faces) for name, style in styles.items()}
    resolve_all(order, contacts, layouts, asked, fields)
    settled = {name: style.settled() for name, style in asked.items()}
    shared = shared_of(order, job_dir, layouts, settled, dies_of(layouts.values()))
    _check_room(order.printing, shared)
    look, press = look_of(order), load_for_lots(order.printing.imposition, layouts.values(), job_dir)
    return PrintKit(
        order=order,
        layouts=dict(layouts),
        styles={name: style.slim() for name, style in settled.items()},
        look=look,
        shared=shared,
        imposition=press,
        marks=press_marks(press, layouts, look),
        intent=output_intent(order, job_dir),
        artwork_texts={
            f"{document}/{index}": page_text(job_dir / side.artwork.file, side.artwork.page)
            for document, layout in layouts.items()
            for index, side in enumerate(layout.sides())
            if side.artwork is not None
        },
    )


def shared_of(
    order: Order,
    job_dir: Path,
    layouts: Mapping[str, Layout],
    settled: Mapping[str, Style],
    dies: Sequence[Die],
) -> Shared:
    """What all pages of a file with these layouts and dies share."""
    return Shared(
        fonts=embedded(settled),
        artwork=load_all_artwork(job_dir, layouts),
        pictures=load_pictures(order, job_dir, layouts),
        spots=spots_of(order, dies),
        layers=layers_of(order, dies),
    )


def press_marks(press: Imposition, layouts: Mapping[str, Layout], look: Look) -> tuple[Marks, Marks]:
    """The marks of a press sheet's front and back, with the folds and perforations that all documents share."""
    finished, shared = next(iter(layouts.values())).sheet, in_common(layouts.values())
    spots = [SPOT] if look.ink.spot else []
    return marks_of(press, finished, 0, *shared, spots), marks_of(press, finished, 1, *shared, spots)


def _check_room(printing: Printing, shared: Shared) -> None:
    """JobError when fonts and artwork leave too little of ``lot_mb`` for the sheets of the lots."""
    if not printing.lot_mb or printing.fitting(shared.bytes) >= printing.most_sheets:
        return
    room = printing.fitting(shared.bytes)
    smaller = f"[printing] の lot_sheets を {room} 以下にするか、" if room else "[printing] の"
    raise JobError(
        f"書体とデザインだけで {shared.bytes / 1e6:.1f}MB あり、1ファイル {printing.lot_mb}MB に"
        f"{printing.most_sheets:,}枚は入りません。",
        remedy=f"{smaller} lot_mb を大きくしてください。",
        file="job.toml",
    )


def embedded(settled: Mapping[str, Style]) -> tuple[EmbeddedFont, ...]:
    """One subset of each face and layer that is used."""
    return tuple(
        embed(_spec(f"{style.key}{index}", face, texts))
        for style in settled.values()
        for index, (face, texts) in enumerate(zip(style.faces, style.shown(), strict=True))
        if texts
    )


def artwork_name(kind: int, side: int) -> str:
    """Resource name of the artwork of a document (by position) and side (0 front, 1 back)."""
    return f"A{kind}{'fb'[side]}"


def load_all_artwork(job_dir: Path, layouts: Mapping[str, Layout]) -> dict[str, Artwork]:
    """The designers' pages that the layouts name, from the job folder; each is fit for print."""
    found = {}
    for kind, layout in enumerate(layouts.values()):
        for index, side in enumerate(layout.sides()):
            if side.artwork is not None:
                path, page = job_dir / side.artwork.file, side.artwork.page
                found[artwork_name(kind, index)] = load_artwork(
                    path,
                    page=page,
                    sha256=side.artwork.sha256,
                    width=layout.sheet.width * MM,
                    height=layout.sheet.height * MM,
                )
                check_artwork(path, page)
    return found


def resolve_all(
    order: Order,
    contacts: Iterable[Contact],
    layouts: Mapping[str, Layout],
    styles: Mapping[str, Style],
    fields: PageFields,
) -> None:
    """Resolve every cluster that the job prints: personal text, words, marks and the reprint alphabet."""
    for font, texts in printed_texts(fields, layouts).items():
        _resolve(styles[font], texts)
    for contact in contacts:
        render = renderer(order, contact)
        for layout in layouts.values():
            for side in layout.sides():
                for item in side.text:
                    _resolve(styles[item.font], [render(item)], vertical=item.vertical)
                _resolve(
                    styles["gothic"], [item.missing for item in side.image]
                )  # the frame of an absent image
    for style in styles.values():
        _resolve(style, [_ALPHABET])


def _resolve(style: Style, texts: list[str], *, vertical: bool = False) -> None:
    resolve = style.resolve_vertical if vertical else style.resolve
    for cluster in distinct_clusters(texts):
        resolve(cluster)


def _spec(resource: str, face: FontFace, texts: dict[int, str]) -> FontSpec:
    return FontSpec(
        resource=resource,
        name=face.name,
        data=face.data,
        texts=texts,
        advances={gid: int(face.advances[gid]) for gid in texts},
        bbox=face.bbox,
        ascent=face.ascent,
        descent=face.descent,
        cap_height=face.cap_height,
    )


def output_intent(order: Order, job_dir: Path) -> OutputIntent:
    """The order's output intent: the printer's profile by path and digest, or the synthetic test profile."""
    printing = order.printing
    if not printing.output_profile:
        return OutputIntent(printing.output_condition, TEST_PROFILE, "", synthetic_profile())
    profile = pinned_bytes(
        job_dir / printing.output_profile,
        printing.output_profile_sha256,
        what="出力プロファイル",
        setting="job.toml の [printing] output_profile・output_profile_sha256",
        file=printing.output_profile,
    )
    if profile[12:20] != b"prtrCMYK":
        raise JobError(
            "出力プロファイルがCMYK印刷用ではありません。",
            remedy="印刷会社から受け取ったCMYKの出力プロファイルを指定してください。",
            file=printing.output_profile,
        )
    if printing.standard == "x1a" and profile[8] > _ICC_OF_X1A:
        raise JobError(
            f"出力プロファイルはICCの第{profile[8]}版で、PDF/X-1a には使えません。",
            remedy='第2版のプロファイルを印刷会社に頼むか、[printing] の standard を "x4" にしてください。',
            file=printing.output_profile,
        )
    return OutputIntent(printing.output_condition, printing.output_condition, "http://www.color.org", profile)
