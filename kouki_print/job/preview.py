"""Preview of a layout file (様式の試し刷り): its page with guides, for the longest and shortest texts and a person.

Whoever changes a layout looks at this before a job is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.job.forms import load_styles, with_own_words
from kouki_print.job.matter import Section, is_blank, write_matter
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.preview_examples import (
    LONG_CONTACT,
    LONGEST,
    SHORT_CONTACT,
    SHORTEST,
    USUAL,
    USUAL_CONTACT,
    example_order,
    examples_of,
    preset_of,
)
from kouki_print.job.staging import staging
from kouki_print.job.watch import Stages, Watcher
from kouki_print.order.load import TEMPLATES, load_settings
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.art import Render
from kouki_print.page.compose import Coded
from kouki_print.page.conditions import NOT, holds, subject
from kouki_print.page.fields import FIELD_JA, FLAG_JA, MATTER_JA, PageFields, bound_fields
from kouki_print.page.guides import FONT, MARGIN, Mark, field_list, guides, operators, words_of
from kouki_print.page.items import Side, Text
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.completeness import ADDRESSED, missing
from kouki_print.page.layouts.file import parse_layout
from kouki_print.page.operators import Canvas
from kouki_print.page.type.fit import fit, overflow
from kouki_print.page.type.fonts import Style
from kouki_print.page.window import panel_of
from kouki_print.page.wording import check_words
from kouki_print.page.words import known_words, renderer
from kouki_print.post.barcode import customer_barcodes
from kouki_print.verify.raster import write_pngs

_DPI = 150
_SIDES = (("front", "表"), ("back", "裏"))
_VERSIONS = ("longest", "longest_not", "shortest", "person")
_FILES = (
    "preview.pdf",
    *(f"{version}_{side}.png" for version in _VERSIONS for side, _ in _SIDES),
    "fields.png",
)


@dataclass(frozen=True, slots=True)
class Version:
    """One way to fill the page: file name, title, sender, and the one record."""

    name: str
    title: str
    contact: Contact
    fields: PageFields


@dataclass(frozen=True, slots=True)
class Preview:
    """The files that were written, and a line for each text that its field cannot hold."""

    files: tuple[Path, ...]
    misfits: tuple[str, ...]


def preview(
    file: Path, out: Path, watcher: Watcher, *, job: Path | None, insured: str, preset: str
) -> Preview:
    """Write ``preview.pdf`` and a PNG of each of its pages; JobError names every mistake of the layout."""
    order = load_settings(job)[0] if job else example_order(preset or preset_of(file.stem))
    home = job or _job_around(file)
    layout = parse_layout(file, home, known_words(order))
    if home:
        layout = with_own_words(layout, order, home)
    versions = _of_the_job(prepare(job, Stages(watcher)), insured) if job else _examples(insured, layout.name)
    versions[1:1] = _with_nots(layout, versions[0])
    styles = load_styles(order.fonts, home or Path())
    check_words(order, [version.contact for version in versions], {file.stem: layout}, styles)
    sections, misfits = [], []
    for version in versions:
        lacking = _lacking(layout, version.fields, styles)
        sections.append(_section(layout, order, version, lacking))
        misfits += [
            f"{version.title}: {FIELD_JA[layout.sides()[side].field[at].bind]}は枠に{words}"
            for (side, at), words in lacking.items()
        ]
    sections.append(_list(layout, versions[-1].contact))
    names = [
        f"{version.name}_{name}.png"
        for version, section in zip(versions, sections, strict=False)
        for (name, _), side in zip(_SIDES, section.layout.sides(), strict=True)
        if name == "front" or not is_blank(side)
    ]
    names = ["preview.pdf", *names, "fields.png"]
    with staging(out, _FILES) as building:
        pdf, *pngs = (building / name for name in names)
        write_matter(pdf, order, home or Path(), styles, sections, f"{file.stem} preview", MARGIN)
        write_pngs(pdf, pngs, _DPI)
    return Preview(
        tuple(out / name for name in names), (*_lacking_as_document(layout, order, file), *misfits)
    )


def _job_around(file: Path) -> Path | None:
    """The job folder that a layout seems to lie in: it has words of its own (文面)."""
    around = file.resolve().parent.parent
    return around if (around / TEMPLATES).is_dir() else None


def _lacking_as_document(layout: Layout, order: Order, file: Path) -> list[str]:
    """What a layout still lacks to be printed as a document; envelopes, labels and letters are none."""
    if {item.bind for item in bound_fields(layout)} & MATTER_JA.keys():
        return []
    keys = (key for key, each in order.documents.items() if Path(each.layout).stem == file.stem)
    first = any(item.bind in ADDRESSED for item in layout.front.field) or panel_of(layout) is not None
    return [
        f"書類の様式としては、{each}がまだありません。"
        for each in missing(layout, next(keys, ""), first=first)
    ]


def _examples(insured: str, layout: str) -> list[Version]:
    if insured:
        raise JobError(
            "ジョブがないので、この番号の人を選べません。",
            remedy="--job にジョブのフォルダーを指定するか、--insured を外してください。",
        )
    return [
        Version("longest", "いちばん長い文字", LONG_CONTACT, _record(examples_of(LONGEST, layout), True)),
        Version("shortest", "いちばん短い文字", SHORT_CONTACT, _record(examples_of(SHORTEST, layout), False)),
        Version("person", "見本の人", USUAL_CONTACT, _record(examples_of(USUAL, layout), False)),
    ]


def _with_nots(layout: Layout, longest: Version) -> list[Version]:
    """The longest texts once more without what a field asks not to be there (``when = "not …"``)."""
    absent = {subject(item.when) for item in bound_fields(layout) if item.when.startswith(NOT)}
    if not absent:
        return []
    fields = longest.fields
    texts = fields.texts.assign(**dict.fromkeys(absent & set(fields.texts), ""))
    flags = {name: np.zeros(1, dtype=bool) if name in absent else flag for name, flag in fields.flags.items()}
    title = f"{longest.title}（not の条件）"
    return [Version("longest_not", title, longest.contact, PageFields(texts, flags))]


def _record(texts: Mapping[str, str], flags: bool) -> PageFields:
    return PageFields(
        pd.DataFrame({name: [text] for name, text in texts.items()}),
        {name: np.array([flags]) for name in FLAG_JA},
    )


def _of_the_job(prepared: Prepared, insured: str) -> list[Version]:
    """The longest and the shortest text of each field among those who are printed, and one of these people."""
    printed = np.flatnonzero((prepared.decided["status"] == "printed").to_numpy())
    chosen = printed
    if insured:
        chosen = printed[(prepared.people["insured_number"].iloc[printed] == insured).to_numpy()]
    if not len(chosen):
        raise JobError(
            "印刷する人の中に、この番号の人がいません。" if insured else "印刷する人がいません。",
            remedy="番号を確かめてください。保留や対象外の人は kouki-print explain で調べられます。",
        )
    person = int(chosen[0])
    fields = prepared.fields.take(printed)
    contacts = [prepared.loaded.sender(code) for code in prepared.loaded.units]
    own = prepared.loaded.sender(str(prepared.decided["unit_code"].iat[person]))
    ends = {str(name): _ends(fields.texts[name]) for name in fields.texts}
    long = _record(LONGEST | {name: longest for name, (_, longest) in ends.items()}, True)
    short = _record(SHORTEST | {name: shortest for name, (shortest, _) in ends.items()}, False)
    one = prepared.fields.take(np.array([person]))
    return [
        Version("longest", "いちばん長い文字", max(contacts, key=_contact_length), long),
        Version("shortest", "いちばん短い文字", min(contacts, key=_contact_length), short),
        Version("person", "選んだ人", own, _with_examples(one)),
    ]


def _with_examples(fields: PageFields) -> PageFields:
    """The person's fields, and examples of those that only envelopes, labels and letters have."""
    texts = {name: text for name, text in USUAL.items() if name not in fields.texts}
    return PageFields(fields.texts.assign(**texts), fields.flags)


def _ends(texts: pd.Series) -> tuple[str, str]:
    """The shortest text that is not empty, and the longest; the same for the same people in any order."""
    found = sorted((len(text), text) for text in texts.unique().tolist() if text) or [(0, "")]
    return found[0][1], found[-1][1]


def _contact_length(contact: Contact) -> tuple[int, str]:
    return len(contact.name + contact.section + contact.address), contact.jis_code


def _lacking(layout: Layout, fields: PageFields, styles: Mapping[str, Style]) -> dict[tuple[int, int], str]:
    """Of each field (side, position) that cannot hold its text, what it lacks."""
    out = {}
    for number, side in enumerate(layout.sides()):
        for position, item in enumerate(side.field):
            text = fields.texts[item.bind].iat[0]
            shown = not item.when or bool(holds(item.when, fields.texts, fields.flags)[0])
            if shown and text and not item.pitch and fit(text, item, styles[item.font]) is None:
                lack = overflow(text, item, styles[item.font])
                out[number, position] = f"入りません（あと {lack:.1f} mm）"
    return out


def _section(
    layout: Layout, order: Order, version: Version, lacking: Mapping[tuple[int, int], str]
) -> Section:
    """The record on the layout without the fields that cannot hold it, under the guides."""
    marks: list[list[Mark]] = []
    render = renderer(order, version.contact)
    shown = layout.model_copy(
        update={
            name: _with_codes(side, render)
            for name, side in zip(("front", "back"), layout.sides(), strict=True)
        }
    )
    for number, (_, words) in enumerate(_SIDES):
        title = f"様式 {layout.name}　{layout.title}　―　{version.title}（{words}）"
        mine = {at: lack for (side, at), lack in lacking.items() if side == number}
        marks.append(guides(shown, number, title, order.envelope, mine))

    def overlay(canvas: Canvas, side: int, record: int) -> bytes:
        return operators(marks[side], canvas)

    front, back = (_without(side, number, lacking) for number, side in enumerate(layout.sides()))
    texts = {str(name): str(column.iat[0]) for name, column in version.fields.texts.items()}
    address, _, building = texts["to_place"].partition("\n")
    barcode, _ = customer_barcodes([texts["to_postcode"].strip("〒").replace("-", "")], [address], [building])
    return Section(
        layout.model_copy(update={"front": front, "back": back}),
        version.contact,
        version.fields,
        codes=Coded(barcode, ["12345678903"]),
        matching_codes=("MIHON-00000-000001-0",) if layout.front.qr else (),
        overlay=overlay,
        overlay_texts={FONT: [words for each in marks for words in words_of(each)]},
    )


def _with_codes(side: Side, render: Render) -> Side:
    """The side with the texts of its codes filled in: they make the size of the codes."""
    codes = [
        code.model_copy(update={"text": render(Text(x=code.x, y=code.y, size=9, text=code.text))})
        for code in side.code
    ]
    return side.model_copy(update={"code": [code for code in codes if code.text]})


def _list(layout: Layout, contact: Contact) -> Section:
    """The fields in words on a blank sheet."""
    marks = field_list(layout)
    return Section(
        Layout(name=layout.name, title=layout.title, sheet=layout.sheet, front=Side()),
        contact,
        overlay=lambda canvas, side, record: operators(marks, canvas),
        overlay_texts={FONT: words_of(marks)},
    )


def _without(side: Side, number: int, lacking: Mapping[tuple[int, int], str]) -> Side:
    kept = [item for at, item in enumerate(side.field) if (number, at) not in lacking]
    return side.model_copy(update={"field": kept})
