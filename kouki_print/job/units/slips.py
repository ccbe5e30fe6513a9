"""Posting slips (書留・特定記録郵便物等差出票) and their receipts (受領証): what goes to the office with the pieces.

Voided pieces are left out by the caller: the lines are the pieces that are really posted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.dates import wareki
from kouki_print.base.texts import map_distinct, pick
from kouki_print.job.forms import fresh_styles, load_form
from kouki_print.job.matter import Section, write_matter
from kouki_print.job.units.row_lists import (
    check_list_layout,
    lines_per_page,
    list_section,
    page_lines,
    pages_of,
)
from kouki_print.order.groups import insurer_contact
from kouki_print.order.models import SERVICE_JA, Order
from kouki_print.order.units import Contact, Unit
from kouki_print.page.layout import Layout
from kouki_print.page.type.fonts import Style
from kouki_print.pdf.writer import WrittenFile
from kouki_print.plan.pieces import SEQUENCE_DIGITS
from kouki_print.post.registered import NUMBERED_SERVICES, shown

SLIPS = "posting_slips.pdf"
SLIP_LAYOUT = "posting_slip"  # as the forms of a job call it, whatever layout [posting] names
OPEN_FOLDER, SEALED_FOLDER = "posting", "sealed"  # in the unit's own folder
COPIES = ("書留・特定記録郵便物等差出票（原符）", "書留・特定記録郵便物等受領証")
_LINES = ("no", "registered", "recipient", "place", "weight", "fee", "indemnity", "note", "piece")
_FRAME = (
    "list_title", "service", "post_office", "mailed_on", "approval", "page_total", "list_total",
    "sender_place", "sender_name",
)  # fmt: skip
_SUM = re.compile(r"(?<![0-9,])([0-9,]+)通\s+([0-9,]+)円")


def load_slip(order: Order, job_dir: Path) -> Layout:
    """The order's layout of slips; JobError for one that is none."""
    layout = load_form(order.posting.slip, order, job_dir)
    check_list_layout(layout, _LINES, _FRAME)
    return layout


def write_unit_slips(
    own: Path,
    order: Order,
    unit: Unit,
    sender: Contact,
    styles: Mapping[str, Style],
    job_dir: Path,
    layout: Layout,
    general: pd.DataFrame,
    sealed: pd.DataFrame,
) -> None:
    """The slips of what takes a number, those of protected people in a folder apart; no file where nothing does."""
    given = (order, unit, sender, order.marks.office_of(unit.code), styles, job_dir, layout)
    for folder, pieces in ((OPEN_FOLDER, general), (SEALED_FOLDER, sealed)):
        posted = pieces[pieces["mail_service"].isin(NUMBERED_SERVICES)]
        if len(posted):
            write_slips(own / folder / SLIPS, *given, posted)


def slip_pages(counts: Mapping[str, int], layout: Layout) -> int:
    """Pages that a file of slips has for so many pieces of each mail service."""
    numbered = (count for service, count in counts.items() if service in NUMBERED_SERVICES)
    return len(COPIES) * sum(pages_of(count, layout) for count in numbered)


def read_slip_totals(text: str) -> tuple[int, int]:
    """Pieces and yen of all, from the text of the last page of one service's slips.

    ValueError when it does not tell a page's sum and one of all, which is no less.
    """
    told = [tuple(int(each.replace(",", "")) for each in found) for found in _SUM.findall(text)]
    if "総計" not in text or len(told) != 2:
        raise ValueError("totals")
    pieces, yen = max(told)
    if yen != max(yen for _, yen in told):
        raise ValueError("totals")
    return pieces, yen


def write_slips(
    path: Path,
    order: Order,
    unit: Unit,
    sender: Contact,
    office: str,
    styles: Mapping[str, Style],
    job_dir: Path,
    layout: Layout,
    posted: pd.DataFrame,
) -> tuple[WrittenFile, int]:
    """For each mail service all pages of 差出票, then those of 受領証; the file and its pages.

    ``posted`` has sequence, registered_number, recipient, weight_cg, mail_service, postage_yen, no_forward, box
    and position of the pieces that are posted; lines go by number, without numbers by sequence.
    """
    if order.posting.sender == "insurer":
        sender = insurer_contact(order.insurer)
    styles = fresh_styles(styles)
    posted = posted.sort_values(["registered_number", "sequence"], kind="stable").reset_index(drop=True)
    sections = list(_sections(order, sender, office, styles, layout, posted))
    written = write_matter(path, order, job_dir, styles, sections, f"{path.stem} {unit.code}", margin=0)
    return written, sum(len(section.fields.texts) for section in sections)


def _sections(
    order: Order,
    sender: Contact,
    office: str,
    styles: Mapping[str, Style],
    layout: Layout,
    posted: pd.DataFrame,
) -> Iterator[Section]:
    """Both copies of each service's slips."""
    postcode = f"〒{sender.postcode[:3]}-{sender.postcode[3:]}　" if sender.postcode else ""
    phone = f"　電話 {sender.phone}" if sender.phone else ""
    frame = {
        "post_office": office,
        "mailed_on": wareki(order.job.mail_on),
        "approval": order.posting.approval,
        "sender_place": f"{postcode}{sender.address}",
        "sender_name": f"{sender.name}　{sender.section}{phone}",
    }
    for service, words in SERVICE_JA.items():
        mine = posted[posted["mail_service"] == service].reset_index(drop=True)
        if service not in NUMBERED_SERVICES or mine.empty:
            continue
        lines = page_lines(layout, _lines(order, mine), styles)
        totals = _totals(mine["postage_yen"].to_numpy(), lines_per_page(layout))
        for title in COPIES:
            own = {"list_title": title, "service": words, **totals}
            yield list_section(layout, sender, lines, frame | own, styles)


def _lines(order: Order, posted: pd.DataFrame) -> pd.DataFrame:
    """The texts of the lines."""
    count = len(posted)
    piece = posted["sequence"].astype("str").str.zfill(SEQUENCE_DIGITS)
    tenths = -(-posted["weight_cg"] // 10)  # never less than it weighs: a step is not to look kept
    return pd.DataFrame(
        {
            "no": np.arange(1, count + 1).astype("str"),
            "registered": map_distinct(posted["registered_number"], shown),
            "recipient": posted["recipient"] if order.posting.recipient == "name" else piece,
            "place": posted["box"].astype("str") + "－" + posted["position"].astype("str"),
            "weight": (tenths // 10).astype("str") + "." + (tenths % 10).astype("str"),
            "fee": map_distinct(posted["postage_yen"].astype("str"), lambda yen: f"{int(yen):,}"),
            "indemnity": [order.posting.indemnity] * count,
            "note": pick(["", "転送不要"], posted["no_forward"].to_numpy()),
            "piece": piece,
        },
        dtype="str",
    )


def _totals(yen: np.ndarray, height: int) -> dict[str, list[str]]:
    """Pieces and postage of each page, and on the last page of all."""
    starts = np.arange(0, len(yen), height)
    pieces = np.diff(np.append(starts, len(yen)))
    pages = [
        f"{count:,}通　{sum_:,}円" for count, sum_ in zip(pieces, np.add.reduceat(yen, starts), strict=True)
    ]
    return {"page_total": pages, "list_total": [""] * (len(pages) - 1) + [f"{len(yen):,}通　{yen.sum():,}円"]}
