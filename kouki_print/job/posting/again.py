"""The posting papers once more (差出しの書類の作り直し): from the ledger, without the pieces taken out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kouki_print.job.forms import load_styles
from kouki_print.job.packages.folder import check_outside, fresh_folder
from kouki_print.job.posting.printed import Printed, read_printed
from kouki_print.job.posting.voids import read_voids
from kouki_print.job.posting.write import BREAKDOWN, FOLDER, LIST, write_papers, write_union_lists
from kouki_print.job.readings import cells, reading, same
from kouki_print.job.units.slips import write_unit_slips
from kouki_print.job.watch import Stages, Watcher
from kouki_print.order.models import Order
from kouki_print.order.units import Contact, Unit
from kouki_print.page.type.fonts import Style
from kouki_print.post.posting import Posting, postings_of


@dataclass(frozen=True, slots=True)
class Posted:
    """What the papers say: printed pieces in the mail, those taken out, the rest and its postage.

    ``unmailed`` were taken out too, but were not for the mail.
    """

    printed: int
    taken: int
    unmailed: int
    posted: int
    total_yen: int
    own_fonts: bool


def post_again(out: Path, to: Path, watcher: Watcher, void: Path | None = None) -> Posted:
    """Write the papers of a finished job into the new folder ``to``, without the pieces of the list ``void``.

    OutputDiffers (exit 3) when the papers do not count to the printed pieces without those taken out.
    """
    stages = Stages(watcher)
    check_outside(to, out, "差出しの書類")
    with fresh_folder(to) as building:
        with stages.stage("台帳の読込み"):
            printed = read_printed(out)
            voids = read_voids(void, printed) if void is not None else {}
        order, mailed = printed.order, printed.mailed
        postings = postings_of(order, printed.names, printed.pieces, voids)
        posted = mailed[~mailed["piece_id"].isin(list(voids)).to_numpy()]
        with stages.stage("差出しの書類の作成", len(postings)):
            unit_ja = "団体" if order.delivery.unit == "group" else "市町村"
            write_union_lists(building / "union", order, unit_ja, list(postings.values()))
            styles, of_unit = load_styles(), dict(iter(posted.groupby("unit_code", sort=False)))
            for code, posting in postings.items():
                folder = building / "municipalities" / code
                write_papers(folder / FOLDER, order, posting, printed.senders[code])
                _write_slips(folder, printed, code, of_unit.get(code, posted.iloc[:0]), styles)
                watcher.step(1)
        with stages.stage("件数の突合"):
            _check(building, postings, mailed, voids)
    taken = len(mailed) - len(posted)
    return Posted(
        len(mailed),
        taken,
        len(voids) - taken,
        sum(each.pieces for each in postings.values()),
        sum(each.total_yen for each in postings.values()),
        bool(order.fonts.fallback or order.fonts.gaiji),
    )


def _write_slips(
    own: Path, printed: Printed, code: str, pieces: pd.DataFrame, styles: Mapping[str, Style]
) -> None:
    order, sender = _without_job_files(printed.order), printed.senders[code]
    apart = pieces["apart"].to_numpy(dtype=bool)
    drawn = (styles, Path(), printed.slip, pieces[~apart], pieces[apart])
    write_unit_slips(own, order, _unit(code, printed.names[code], sender), sender, *drawn)


def _unit(code: str, name: str, sender: Contact) -> Unit:
    contact = sender.model_copy(update={"jis_code": code, "name": name})
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
    names = [
        f"municipalities/{code}/{FOLDER}/{BREAKDOWN}.csv" for code, each in postings.items() if each.mails
    ]
    for files in ([f"union/{LIST}"], names):
        found = [0, 0]
        for name in files:
            with reading(building, name):
                lines = cells(building, name, "pieces", "total_yen")
                found = [sum(int(line[at]) for line in lines) + found[at] for at in (0, 1)]
        shown = files[0] if len(files) == 1 else f"municipalities/*/{FOLDER}/{BREAKDOWN}.csv"
        same(shown, "差し出す通数", found[0], wanted[0])
        same(shown, "料金", found[1], wanted[1])
