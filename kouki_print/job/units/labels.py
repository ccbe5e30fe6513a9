"""Labels (ラベル): one for each box of a unit, and one with its number for each registered piece."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.base.texts import map_distinct
from kouki_print.job.matter import Section, write_matter
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import SERVICE_JA, Order
from kouki_print.order.units import Unit
from kouki_print.page.compose import Coded
from kouki_print.page.fields import PageFields, bound_fields
from kouki_print.page.layout import Layout
from kouki_print.page.type.fit import fit
from kouki_print.page.type.fonts import Style, clusters
from kouki_print.page.wording import check_words
from kouki_print.pdf.writer import WrittenFile
from kouki_print.plan.pieces import SEQUENCE_DIGITS

BOX_LABELS, NUMBER_LABELS = "box_labels.pdf", "number_labels.pdf"
BOX_LAYOUT, NUMBER_LAYOUT = "box_label", "number_label"


def check_box_label(loaded: LoadedOrder, layout: Layout, styles: Mapping[str, Style]) -> None:
    """JobError for a unit whose name or address, or a set whose name, cannot stand on the label of a box."""
    order, contacts = loaded.order, [unit.contact for unit in loaded.units.values()]
    check_words(order, contacts, {"box_label": layout}, styles)
    wanted = {
        "unit_name": [contact.name for contact in contacts],
        "box_sets": [_sets_text(order, {each.code: order.boxes.max_pieces for each in order.set})],
    }
    for item in bound_fields(layout):
        for text in wanted.get(item.bind, ()):
            style = styles[item.font]
            if not all(map(style.can_draw, clusters(text))) or fit(text, item, style) is None:
                raise JobError(
                    f"「{text}」が箱ラベルに入らないか、印刷できない文字があります。",
                    remedy="市町村名・団体名、書類の名前を、短く、印刷できる文字に直してください。",
                    file=f"{layout.name}.toml",
                )


def _sets_text(order: Order, counts: Mapping[str, int]) -> str:
    """Each set with the documents in it and how many pieces."""
    named = {code: map(order.document_ja, order.sheets_of(code)) for code in counts}
    return "　".join(f"{code}（{'・'.join(named[code])}） {count:,}通" for code, count in counts.items())


def write_box_labels(
    path: Path,
    loaded: LoadedOrder,
    job_dir: Path,
    styles: Mapping[str, Style],
    layout: Layout,
    unit: Unit,
    plan: pd.DataFrame,
) -> WrittenFile:
    """One page for each box of a unit's pieces, in the order of the boxes."""
    texts, codes = box_texts(loaded.order, unit, plan)
    section = Section(layout, unit.contact, PageFields(texts, {}), matching_codes=codes)
    return write_matter(path, loaded.order, job_dir, styles, [section], f"{path.stem} {unit.code}", margin=0)


def box_texts(order: Order, unit: Unit, plan: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The page fields of a unit's boxes, one row per box, and the code of each: ``<JOB>-<unit>-<box>``."""
    boxes = plan.groupby("box")
    first, last, count = boxes["sequence"].min(), boxes["sequence"].max(), boxes.size()
    grams = boxes["weight_cg"].sum() // 100
    sets = plan.groupby(["box", "set_code"]).size()
    texts = {
        "unit_name": [unit.contact.name] * len(count),
        "box_number": [f"{box} / {len(count)}" for box in count.index],
        "box_sequence": [
            f"{start:0{SEQUENCE_DIGITS}d} 〜 {end:0{SEQUENCE_DIGITS}d}"
            for start, end in zip(first, last, strict=True)
        ],
        "box_count": [f"{each:,}通" for each in count],
        "box_weight": [
            f"中身の重さ 約{f'{each / 1000:.1f} kg' if each >= 1000 else f'{each} g'}" for each in grams
        ],
        "box_sealing": ["封緘済み" if unit.sealed else "未封緘（封をしていません）"] * len(count),
        "box_sets": [
            _sets_text(order, {str(code): int(pieces) for code, pieces in sets[box].items()})
            for box in count.index
        ],
    }
    codes = [f"{order.job.id}-{unit.code}-{box:03d}" for box in count.index]
    return pd.DataFrame(texts, dtype="str"), codes


def write_number_labels(
    path: Path,
    loaded: LoadedOrder,
    job_dir: Path,
    styles: Mapping[str, Style],
    layout: Layout,
    unit: Unit,
    numbered: pd.DataFrame,
) -> WrittenFile:
    """One page for each piece with a registered number, in the order of the pieces."""
    texts = pd.DataFrame(
        {
            "service": map_distinct(numbered["mail_service"], SERVICE_JA.__getitem__),
            "piece_id": numbered["piece_id"].reset_index(drop=True),
            "piece_number": numbered["sequence"].astype("str").str.zfill(SEQUENCE_DIGITS).to_numpy(),
        }
    )
    coded = Coded([""] * len(numbered), numbered["registered_number"].tolist())
    section = Section(layout, unit.contact, PageFields(texts, {}), coded)
    return write_matter(path, loaded.order, job_dir, styles, [section], f"{path.stem} {unit.code}", margin=0)
