"""Posting (差出し): what of each unit goes into the mail: by class, step and price, by number, by 郵便区.

Counted in columns, from the plan as from the ledger, so that all papers for the post office tell alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA, Order
from kouki_print.post.areas import OUTSIDE, counts_by_area, fits_local
from kouki_print.post.registered import NumberRun, number_runs
from kouki_print.post.tariff import NOT_MAILED

NO_OFFICE = "（差出局未定）"
POSTING_COLUMNS = (
    "piece_id", "unit_code", "sequence", "mail_service", "size_class", "max_grams", "postage_yen", "weight_cg",
    "registered_number", "area",
)  # fmt: skip
FEW, ELSEWHERE, HEAVY = "few", "outside", "heavy"  # why the mark 郵便区内特別 is wrong on pieces
_NAMED = 8  # units that a note names
_LINE = ("mail_service", "size_class", "max_grams", "postage_yen")
_RANKS = {"mail_service": tuple(SERVICE_JA), "size_class": tuple(SIZE_CLASS_JA)}


@dataclass(frozen=True, slots=True)
class PostingLine:
    """Equal pieces (内訳の行): service, class, the letter's step in grams, price of one."""

    service: str
    size_class: str
    max_grams: int
    unit_yen: int
    pieces: int

    @property
    def total_yen(self) -> int:
        """Yen of all."""
        return self.unit_yen * self.pieces


@dataclass(frozen=True, slots=True)
class AreaLine:
    """Pieces of a unit for one 郵便区; ``marked`` with 郵便区内特別, and why that is wrong (empty: it is not)."""

    area: str
    service: str
    pieces: int
    marked: bool
    reason: str

    @property
    def wrong(self) -> bool:
        """Whether the mark stands on pieces on which it must not."""
        return self.marked and self.reason != ""


@dataclass(frozen=True, slots=True)
class Void:
    """A piece that was printed and is not posted (抜取り)."""

    piece_id: str
    sequence: int
    service: str
    registered_number: str
    yen: int
    reason: str


@dataclass(frozen=True, slots=True)
class Posting:
    """What one unit posts.  ``spans`` are the first and last number of each service, ``runs`` all numbers.

    ``office`` is empty where none is set.  ``unmailed`` were taken out, but would not have been posted anyway.
    """

    code: str
    name: str
    office: str
    lines: tuple[PostingLine, ...]
    spans: Mapping[str, tuple[str, str]]
    runs: tuple[NumberRun, ...]
    areas: tuple[AreaLine, ...]
    voids: tuple[Void, ...]
    unmailed: tuple[Void, ...] = ()

    @property
    def office_ja(self) -> str:
        """The accepting office for lists."""
        return self.office or NO_OFFICE

    @property
    def mails(self) -> bool:
        """Whether anything of the unit was printed to be posted."""
        return bool(self.lines or self.voids)

    @property
    def pieces(self) -> int:
        """Pieces that are posted."""
        return sum(line.pieces for line in self.lines)

    @property
    def total_yen(self) -> int:
        """Their postage."""
        return sum(line.total_yen for line in self.lines)

    @property
    def by_service(self) -> dict[str, tuple[int, int]]:
        """Pieces and yen by mail service."""
        found: dict[str, tuple[int, int]] = {}
        for line in self.lines:
            pieces, yen = found.get(line.service, (0, 0))
            found[line.service] = (pieces + line.pieces, yen + line.total_yen)
        return found


def postings_of(
    order: Order, names: Mapping[str, str], printed: pd.DataFrame, voids: Mapping[str, str] | None = None
) -> dict[str, Posting]:
    """The posting of each of the units ``names`` that has pieces in the mail or taken out, in that order.

    ``printed`` has POSTING_COLUMNS; ``voids`` are pieces taken out, by piece id, with their reasons.
    """
    mail = (printed["mail_service"] != NOT_MAILED).to_numpy()
    out = printed["piece_id"].isin(list(voids or ())).to_numpy()
    mailed, posted = printed[mail], printed[mail & ~out]
    lines, areas = _lines(posted), area_lines(order, posted)
    spans, taken = _spans(posted), _voids(printed[mail & out], voids or {})
    unmailed = _voids(printed[~mail & out], voids or {})
    runs = number_runs(mailed["unit_code"], mailed["mail_service"], mailed["registered_number"], out[mail])
    there = {*mailed["unit_code"].unique(), *unmailed}
    return {
        code: Posting(
            code,
            name,
            order.marks.office_of(code),
            tuple(lines.get(code, ())),
            spans.get(code, {}),
            tuple(runs.get(code, ())),
            tuple(areas.get(code, ())),
            tuple(taken.get(code, ())),
            tuple(unmailed.get(code, ())),
        )
        for code, name in names.items()
        if code in there
    }


def _lines(posted: pd.DataFrame) -> dict[str, list[PostingLine]]:
    counts = posted.groupby(["unit_code", *_LINE], sort=False).size().rename("pieces").reset_index()
    for column, known in _RANKS.items():
        counts[f"{column}_rank"] = counts[column].map({name: at for at, name in enumerate(known)})
    counts = counts.sort_values(
        ["unit_code", "mail_service_rank", "size_class_rank", "max_grams", "postage_yen"]
    )
    found: dict[str, list[PostingLine]] = {}
    for code, service, size, *numbers in counts[["unit_code", *_LINE, "pieces"]].itertuples(index=False):
        found.setdefault(code, []).append(PostingLine(service, size, *map(int, numbers)))
    return found


def area_lines(order: Order, posted: pd.DataFrame) -> dict[str, list[AreaLine]]:
    """Posted pieces of each unit by 郵便区 and service, and where the mark 郵便区内特別 would be wrong.

    Nothing in a job by employer, whose pieces are posted by nobody in one district.
    """
    if order.delivery.unit == "group":
        return {}
    by = ["unit_code", "mail_service", "fits"]
    counts = counts_by_area(posted.assign(fits=fits_local(posted)), by)
    found: dict[str, list[AreaLine]] = {}
    for row in counts.sort_values(["unit_code", "area", "mail_service", "fits"]).itertuples(index=False):
        marked = order.marks.is_local_special(row.unit_code)
        reason = _fault(row.area, bool(row.fits), int(row.pieces), order.posting.least_per_area)
        line = AreaLine(row.area, row.mail_service, int(row.pieces), marked, reason)
        found.setdefault(row.unit_code, []).append(line)
    return found


def _fault(area: str, fits: bool, pieces: int, least: int) -> str:
    if not least:
        return ""
    if area == OUTSIDE:
        return ELSEWHERE
    if not fits:
        return HEAVY
    return FEW if pieces < least else ""


def mark_notes(order: Order, names: Mapping[str, str], plan: pd.DataFrame) -> list[str]:
    """A note about envelopes on which the mark 郵便区内特別 would be wrong, where there are any."""
    lines = area_lines(order, plan[(plan["mail_service"] != NOT_MAILED).to_numpy()])
    counts = {code: sum(line.pieces for line in lines.get(code, ()) if line.wrong) for code in names}
    wrong = [f"{names[code]} {count:,}通" for code, count in counts.items() if count]
    if not wrong:
        return []
    more = [f"ほか{len(wrong) - _NAMED:,}件"] if len(wrong) > _NAMED else []
    return [
        f"封筒の表示「郵便区内特別」が、条件（郵便区ごとに{order.posting.least_per_area:,}通以上など）に合わない"
        f"郵便物があります: {'、'.join([*wrong[:_NAMED], *more])}。"
        "郵便局に確かめ、外す市町村を [marks] without_local_special に書いてください"
        "（郵便区ごとの通数は run の union/areas.csv）。"
    ]


def _spans(posted: pd.DataFrame) -> dict[str, dict[str, tuple[str, str]]]:
    """First and last number by unit and service; 11 digits each, so that they sort as texts."""
    numbered = posted[(posted["registered_number"] != "").to_numpy()]
    ends = numbered.groupby(["unit_code", "mail_service"], sort=False)["registered_number"].agg(
        ["min", "max"]
    )
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for (code, service), first, last in ends.itertuples():
        found.setdefault(code, {})[service] = (first, last)
    return found


def _voids(taken: pd.DataFrame, reasons: Mapping[str, str]) -> dict[str, list[Void]]:
    names = ["unit_code", "piece_id", "sequence", "mail_service", "registered_number", "postage_yen"]
    found: dict[str, list[Void]] = {}
    order = np.argsort(taken["sequence"].to_numpy(), kind="stable")
    for code, piece, sequence, service, number, yen in taken[names].iloc[order].itertuples(index=False):
        void = Void(piece, int(sequence), service, number, int(yen), reasons[piece])
        found.setdefault(code, []).append(void)
    return found
