"""The posting papers once more (差出しの書類の作り直し): from the ledger, without the pieces taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kouki_print.job.forms import load_styles
from kouki_print.job.posting.printed import Printed, read_printed
from kouki_print.job.posting.voids import read_voids
from kouki_print.job.posting.write import BREAKDOWN, FOLDER, LIST, write_papers, write_union_lists
from kouki_print.job.readings import cells, reading, same
from kouki_print.job.staging import staging
from kouki_print.job.units.slips import SLIPS, write_slips
from kouki_print.job.watch import Stages, Watcher
from kouki_print.order.models import Order
from kouki_print.order.units import Contact, Unit
from kouki_print.page.type.fonts import Style
from kouki_print.post.posting import Posting, postings_of
from kouki_print.post.registered import NUMBERED_SERVICES


@dataclass(frozen=True, slots=True)
class Posted:
    """What the papers say: printed pieces in the mail, those taken out, the rest and its postage."""

    printed: int
    taken: int
    posted: int
    total_yen: int
    own_fonts: bool


def post_again(out: Path, to: Path, watcher: Watcher, void: Path | None = None) -> Posted:
    """Write the papers of a finished job into the folder ``to``, without the pieces of the list ``void``.

    OutputDiffers (exit 3) when the papers do not count to the printed pieces without those taken out.
    """
    stages = Stages(watcher)
    with staging(to, ("municipalities", "union")) as building:
        with stages.stage("台帳の読込み"):
            printed = read_printed(out)
            voids = read_voids(void, printed) if void is not None else {}
        order, mailed = printed.order, printed.mailed
        postings = postings_of(order, printed.names, mailed, voids)
        posted = mailed[~mailed["piece_id"].isin(list(voids)).to_numpy()]
        with stages.stage("差出しの書類の作成", len(postings)):
            unit_ja = "団体" if order.delivery.unit == "group" else "市町村"
            write_union_lists(building / "union", order, unit_ja, list(postings.values()))
            styles, of_unit = load_styles(), dict(iter(posted.groupby("unit_code", sort=False)))
            for code, posting in postings.items():
                folder = building / "municipalities" / code
                write_papers(folder / FOLDER, order, posting, printed.senders[code])
                _write_slips(folder, printed, posting, of_unit.get(code, posted.iloc[:0]), styles)
                watcher.step(1)
        with stages.stage("件数の突合"):
            _check(building, postings, mailed, voids)
    return Posted(
        len(mailed),
        len(voids),
        sum(each.pieces for each in postings.values()),
        sum(each.total_yen for each in postings.values()),
        bool(order.fonts.fallback or order.fonts.gaiji),
    )


def _write_slips(
    folder: Path, printed: Printed, posting: Posting, pieces: pd.DataFrame, styles: Mapping[str, Style]
) -> None:
    """The unit's slips, and those of protected people in a file of their own."""
    order, sender = _without_job_files(printed.order), printed.senders[posting.code]
    numbered = pieces[pieces["mail_service"].isin(NUMBERED_SERVICES)]
    apart = numbered["apart"].to_numpy(dtype=bool)
    unit = _unit(posting, sender)
    office = order.marks.office_of(posting.code)
    for name, rows in ((FOLDER, numbered[~apart]), ("sealed", numbered[apart])):
        if len(rows):
            write_slips(
                folder / name / SLIPS, order, unit, sender, office, styles, Path(), printed.slip, rows
            )


def _unit(posting: Posting, sender: Contact) -> Unit:
    contact = sender.model_copy(update={"jis_code": posting.code, "name": posting.name})
    return Unit(contact=contact, sealed=True, mailed=True, handover_way="", no_forward=False)


def _without_job_files(order: Order) -> Order:
    """The order for papers that need nothing of the job's folder, which is not at hand."""
    printing = order.printing.model_copy(update={"output_profile": "", "output_profile_sha256": ""})
    return order.model_copy(update={"printing": printing})


def _check(
    building: Path, postings: Mapping[str, Posting], mailed: pd.DataFrame, voids: Iterable[str]
) -> None:
    """The files as written count to what was printed without what was taken out."""
    out = mailed["piece_id"].isin(list(voids)).to_numpy()
    wanted = (int((~out).sum()), int(mailed["postage_yen"].sum()) - int(mailed["postage_yen"][out].sum()))
    names = [f"municipalities/{code}/{FOLDER}/{BREAKDOWN}.csv" for code in postings]
    for files in ([f"union/{LIST}"], names):
        found = [0, 0]
        for name in files:
            with reading(building, name):
                lines = cells(building, name, "pieces", "total_yen")
                found = [sum(int(line[at]) for line in lines) + found[at] for at in (0, 1)]
        shown = files[0] if len(files) == 1 else f"municipalities/*/{FOLDER}/{BREAKDOWN}.csv"
        same(shown, "差し出す通数", found[0], wanted[0])
        same(shown, "料金", found[1], wanted[1])
