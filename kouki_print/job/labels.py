"""Labels (ラベル): one for each box of a unit, and one with its number for each registered piece."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from kouki_print.base.errors import JobError
from kouki_print.base.texts import map_distinct
from kouki_print.job.matter import Section, write_matter
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import SERVICE_JA
from kouki_print.order.units import Unit
from kouki_print.page.compose import Coded
from kouki_print.page.fields import PageFields, bound_fields
from kouki_print.page.fit import fit
from kouki_print.page.fonts import Style, clusters
from kouki_print.page.layout import Layout
from kouki_print.pdf.writer import WrittenFile
from kouki_print.plan.pieces import SEQUENCE_DIGITS

BOX_LABELS, NUMBER_LABELS = "box_labels.pdf", "number_labels.pdf"
BOX_LAYOUT, NUMBER_LAYOUT = "box_label", "number_label"


def check_unit_names(units: Iterable[Unit], layout: Layout, styles: Mapping[str, Style]) -> None:
    """JobError for a unit whose name cannot stand on the label of a box."""
    items = [item for item in bound_fields(layout) if item.bind == "unit_name"]
    for unit in units:
        name = unit.contact.name
        for item in items:
            style = styles[item.font]
            if not all(map(style.can_draw, clusters(name))) or fit(name, item, style) is None:
                raise JobError(
                    f"「{name}」が箱ラベルに入らないか、印刷できない文字があります。",
                    remedy="市町村名・団体名を、短く、印刷できる文字に直してください。",
                    file=f"{layout.name}.toml",
                )


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
    texts, codes = box_texts(loaded.order.job.id, unit, plan)
    section = Section(layout, unit.contact, PageFields(texts, {}), matching_codes=codes)
    return write_matter(path, loaded.order, job_dir, styles, [section], f"{path.stem} {unit.code}", margin=0)


def box_texts(job_id: str, unit: Unit, plan: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
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
            "　".join(f"{code} {pieces:,}通" for code, pieces in sets[box].items()) for box in count.index
        ],
    }
    codes = [f"{job_id}-{unit.code}-{box:03d}" for box in count.index]
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
        }
    )
    coded = Coded([""] * len(numbered), numbered["registered_number"].tolist())
    section = Section(layout, unit.contact, PageFields(texts, {}), coded)
    return write_matter(path, loaded.order, job_dir, styles, [section], f"{path.stem} {unit.code}", margin=0)
