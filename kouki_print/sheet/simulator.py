"""The bindery on paper (仕上げの模擬): turns, cuts, stacks, folds and gathers printed sheets, and reads them.

It knows what lies where on both sides and how the paper is handled, not how the order was made: what a person
holds in the end must be the pages in order, each front with its own back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kouki_print.base.errors import JobError
from kouki_print.page.items import Sheet as Finished
from kouki_print.sheet.grid import BOOKLETS, Imposition, Place
from kouki_print.sheet.waste import Area, area_of, through

_SAME = 0.05  # mm: less than a press can hold
_UP = {
    0: (0, -1),
    90: (1, 0),
    180: (0, 1),
    270: (-1, 0),
}  # where the head of a page points (x to the right, y down)


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed job before it is finished: pages (sheets, 2, slots), and where they lie on each side as seen."""

    table: np.ndarray
    fronts: Sequence[Place]
    backs: Sequence[Place]


def printed(imposition: Imposition, finished: Finished, pages: int) -> Printed:
    """What the press makes of so many pages."""
    fronts, backs = (imposition.places(side, finished) for side in (0, 1))
    return Printed(imposition.table(pages), fronts, backs)


def proven(imposition: Imposition, finished: Finished, pages: int) -> list[str]:
    """What is wrong with an imposition of so many pages, in Japanese; empty when paper proves it right."""
    return faults(printed(imposition, finished, pages), imposition, finished, pages)


def stop_unless_proven(imposition: Imposition, finished: Finished, counts: Iterable[int]) -> None:
    """Stop the job when one of these numbers of pages does not come out right."""
    for pages in sorted(set(counts)):
        for fault in proven(imposition, finished, pages)[:1]:
            raise JobError(
                f"面付け「{imposition.name}」を紙の上で断裁して並べると、正しくなりません"
                f"（{pages:,}ページ）: {fault}。",
                remedy="面付けのファイルの rotation・margin・gripper・scheme を見直してください。",
                file=f"{imposition.name}.toml",
            )


def faults(job: Printed, press: Imposition, finished: Finished, pages: int) -> list[str]:
    """What is wrong with printed sheets that are finished as the press sheet says."""
    found = [
        *_misplaced(job.fronts, press, finished, "表"),
        *_misplaced(job.backs, press, finished, "裏"),
    ]
    if press.scheme in BOOKLETS and any(place.rotation for place in job.fronts):
        found.append("冊子のページの天地が、折りの向きと合いません")
    behind, misfits = _behind(job, press, finished)
    found += misfits
    if found:
        return found
    copies = leaves(job.table, job.fronts, behind, press, finished)
    for copy in copies:
        found += [each for each in _misread(copy, press, pages) if each not in found]
    return found


def leaves(
    table: np.ndarray, fronts: Sequence[Place], behind: Sequence[int], press: Imposition, finished: Finished
) -> list[np.ndarray]:
    """What a person holds: each copy of the whole as (leaves, 2) pages, front and back, in order.

    ``behind`` is the slot of the back that lies behind each front.
    """
    pile = table[::-1] if press.descending else table  # as it lies in the tray, the first sheet on top
    paper = np.stack([pile[:, 0], pile[:, 1][:, list(behind)]], axis=2)  # (sheets, slots, 2)
    if press.scheme in BOOKLETS:
        return [_bound(paper[:, row], press) for row in _rows(fronts)]
    if press.scheme == "in_order":  # piles are collated: one leaf of each in turn
        return [paper.reshape(-1, 2)]
    if press.scheme == "step_and_repeat":
        return [paper[:, slot] for slot in range(press.up)]
    depth = press.depth or max(len(pile), 1)
    stacks = [paper[first : first + depth] for first in range(0, len(pile), depth)]
    turned = press.turned  # what the operator is told to turn over, all leaves of a pile at once
    piles = [
        stack[::-1, slot, ::-1] if turned[slot] else stack[:, slot]
        for stack in stacks
        for slot in range(press.up)
    ]
    return [np.concatenate([*piles, np.zeros((0, 2), dtype=np.int64)])]


def _misplaced(places: Sequence[Place], press: Imposition, finished: Finished, side: str) -> Iterator[str]:
    """Slots off the sheet, in the gripper, or two over one place."""
    grip, edge = press.gripper.mm, press.gripper.edge
    areas = [area_of(place, finished) for place in places]
    free = (
        grip if edge == "left" else 0.0,
        grip if edge == "top" else 0.0,
        press.width - (grip if edge == "right" else 0.0),
        press.height - (grip if edge == "bottom" else 0.0),
    )
    for slot, (left, top, right, bottom) in enumerate(areas, 1):
        if min(left, top, press.width - right, press.height - bottom) < -_SAME:
            yield f"{side}の面{slot}が用紙からはみ出しています"
        elif min(left - free[0], top - free[1], free[2] - right, free[3] - bottom) < -_SAME:
            yield f"{side}の面{slot}がくわえ{grip:g}mmに掛かっています"
        for other, area in enumerate(areas[: slot - 1], 1):
            if _overlap(area, (left, top, right, bottom)):
                yield f"{side}の面{other}と面{slot}が重なっています"


def _overlap(one: Area, other: Area) -> bool:
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across > _SAME and down > _SAME


def _behind(job: Printed, press: Imposition, finished: Finished) -> tuple[list[int], list[str]]:
    """The slot of the back behind each front once the sheet is turned, and what does not fit."""
    found: list[int] = []
    wrong: list[str] = []
    for slot, front in enumerate(job.fronts):
        area, up = area_of(front, finished), _UP[front.rotation]
        match = [
            at
            for at, back in enumerate(job.backs)
            if max(abs(a - b) for a, b in zip(area, through(area_of(back, finished), press), strict=True))
            < _SAME
        ]
        found.append(match[0] if match else slot)
        if not match:
            if press.sides == 2:
                wrong.append(f"面{slot + 1}の裏に何もありません（表裏の位置が合いません）")
            continue
        x, y = _UP[job.backs[match[0]].rotation]
        seen = (-x, y) if press.turn == "turn" else (x, -y)
        wanted = up if press.head == "head" else (-up[0], -up[1])
        if seen != wanted and press.sides == 2:
            wrong.append(f"面{slot + 1}の表と裏の天地が指定（{press.head}）と違います")
    return found, wrong


def _rows(fronts: Sequence[Place]) -> list[list[int]]:
    """Slots of each strip that is folded by itself, from left to right."""
    tops = sorted({round(place.y, 2) for place in fronts})
    return [
        sorted(
            (slot for slot, place in enumerate(fronts) if round(place.y, 2) == top),
            key=lambda slot: fronts[slot].x,
        )
        for top in tops
    ]


def _bound(paper: np.ndarray, press: Imposition) -> np.ndarray:
    """Leaves of a booklet of (sheets, left and right half, 2 sides) pages, as they are turned.

    Each sheet is folded with its front outside.  Bound on the left, a booklet shows its right half first: its
    leaves pass from the outermost sheet to the innermost, then back over the other halves, whose inside comes up
    first.
    """
    size = press.signature if press.scheme == "perfect" else max(len(paper), 1)
    first, last = (0, 1) if press.binding == "right" else (1, 0)
    read = [np.zeros((0, 2), dtype=np.int64)]
    for start in range(0, len(paper), size):
        nested = paper[start : start + size]
        read += [nested[:, first], nested[::-1, last, ::-1]]
    return np.concatenate(read)


def _misread(copy: np.ndarray, press: Imposition, pages: int) -> Iterator[str]:
    """What a reader of one copy finds wrong."""
    step = press.sides
    front, back = copy[:, 0], copy[:, 1]
    records = -(-pages // step)
    blank = (front == 0) & (back == 0)
    used = int(np.count_nonzero(~blank))
    if blank[:used].any():
        at = int(np.flatnonzero(blank)[0]) + 1
        yield f"白い紙が終わりではなく{at:,}枚目にあります"
    held, behind = front[~blank], back[~blank]
    own = np.where(held + 1 <= pages, held + 1, 0) if step == 2 else np.zeros_like(held)
    strangers = np.flatnonzero(((held - 1) % step != 0) | (behind != own))
    if len(strangers):
        at = int(strangers[0])
        yield f"表と裏が組になっていません（{at + 1:,}枚目の表が{held[at]:,}ページ、裏が{behind[at]:,}ページ）"
    wanted = np.arange(records, dtype=np.int64) * step + 1
    if len(held) != records:
        yield f"枚数が違います（{records:,}枚のはずが{len(held):,}枚）"
    both = min(len(held), records)
    wrong = np.flatnonzero(held[:both] != wanted[:both])
    if len(wrong):
        at = int(wrong[0])
        yield f"順番が違います（{at + 1:,}枚目は{wanted[at]:,}ページのはずが{held[at]:,}ページ）"
    leaf = 2 if press.scheme in BOOKLETS else press.up
    if len(copy) - used >= max(leaf, 1) and press.scheme != "step_and_repeat":
        yield f"白い紙が多すぎます（{len(copy) - used:,}枚）"
