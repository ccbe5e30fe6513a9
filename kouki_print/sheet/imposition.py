"""Impositions (面付け) as files: layouts/imposition/*.toml, of the job or of the product, read and checked."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.order.toml_files import named_toml, read_toml
from kouki_print.page.items import Fold, Perforation
from kouki_print.page.items import Sheet as Finished
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.faults import Fault, fault_error, type_faults
from kouki_print.page.layouts.toml_lines import lines_of
from kouki_print.sheet.grid import BOOKLETS, STACKED, Imposition
from kouki_print.sheet.marks import in_common, unplaced
from kouki_print.sheet.waste import around

_SLACK = 1e-6  # mm
_NAMES = {"sheet_line": "用紙情報", "colour_bar": "カラーバー"}
_LESS = (
    "仕上がりの大きさに合う別の面付けを選ぶか、面付けファイルの用紙を大きくするか、面数を減らしてください。"
)
# Keys that only some schemes go by; an order for anything else is a mistake.
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "stack_depth": STACKED,
    "binding": BOOKLETS,
    "signature": ("perfect",),
}


def load_for_lots(name: str, layouts: Collection[Layout], job_dir: Path | None = None) -> Imposition:
    """The imposition of a job's personal lots of these layouts: one that prints every sheet exactly once."""
    found, place = _read(name, job_dir)
    if not found.for_lots:
        raise JobError(
            f"面付け「{name}」は個人ごとの書類には使えません"
            "（片面、冊子、同じものの多面付けでは、1人1枚の両面になりません）。",
            remedy="[printing] の imposition を cut_and_stack などの面付けにしてください。",
            file="job.toml",
        )
    _stop(_room_faults(found, next(iter(layouts)).sheet, *in_common(layouts)), *place)
    return found


def load_imposition(
    name: str,
    finished: Finished,
    job_dir: Path | None = None,
    folds: Sequence[Fold] = (),
    perforations: Sequence[Perforation] = (),
) -> Imposition:
    """An imposition by name (the job's own ``layouts/imposition/`` before the product's) or by path.

    JobError with every mistake, and when grid and marks do not fit the press sheet; ``folds`` and
    ``perforations`` are those that get marks.
    """
    found, place = _read(name, job_dir)
    _stop(_room_faults(found, finished, folds, perforations), *place)
    return found


def _read(name: str, job_dir: Path | None) -> tuple[Imposition, tuple[Path, str]]:
    """What a file says, if it makes sense whatever is printed; and the file with its text, to tell a line of it."""
    path = named_toml("imposition", name, job_dir, what="面付け")
    values, text = read_toml(path)
    values["name"] = path.stem
    _stop(type_faults(Imposition, values), path, text)
    found = Imposition.model_validate(values)
    _stop(_scheme_faults(found), path, text)
    return found, (path, text)


def _stop(faults: Iterable[Fault], path: Path, text: str) -> None:
    """JobError with all faults, when there are any."""
    if told := [*faults]:
        places = {place: (path.name, row) for place, row in lines_of(text).items()}
        raise fault_error(told, places, path.name, "面付けファイル")


def _scheme_faults(given: Imposition) -> Iterator[Fault]:
    """What a scheme cannot do, each with the key to correct."""
    scheme, turned = given.scheme, "半裁打ち返し（work_and_turn・work_and_tumble）"
    if scheme == "one_up" and given.up > 1:
        yield Fault(
            ("columns",), "1面付け（one_up）の面が2つ以上あります。", "columns と rows を1にしてください。"
        )
    if scheme == "lanes" and given.rows > 1:
        yield Fault(
            ("rows",), "ロール（lanes）の列は横に並べます。", "rows を1にし、columns を列の数にしてください。"
        )
    for key, schemes in _ONLY_FOR.items():
        if key in given.model_fields_set and scheme not in schemes:
            what = f"{key} は {scheme} では使いません。"
            yield Fault((key,), what, f"この行を消すか、scheme を {'・'.join(schemes)} にしてください。")
    for key in ("turn", "head"):
        if key in given.model_fields_set and given.sides == 1:
            yield Fault((key,), f"{key} は片面では使いません。", "この行を消すか、sides を2にしてください。")
    if scheme in ("work_and_turn", "work_and_tumble") and given.sides == 1:
        yield Fault(("sides",), f"{turned}は両面です。", "sides を2にしてください。")
    if scheme == "work_and_turn" and (given.columns % 2 or given.turn != "turn"):
        yield Fault(
            ("columns",),
            "work_and_turn は左右の半分どうしを表裏にします。",
            'columns を偶数、turn を "turn" にしてください。',
        )
    if scheme == "work_and_tumble" and (given.rows % 2 or given.turn != "tumble"):
        yield Fault(
            ("rows",),
            "work_and_tumble は上下の半分どうしを表裏にします。",
            'rows を偶数、turn を "tumble" にしてください。',
        )
    if scheme in BOOKLETS:
        yield from _booklet_faults(given)
    if len(given.rotation) not in (1, given.up):
        yield Fault(
            ("rotation",),
            f"rotation の数（{len(given.rotation)}）が面の数（{given.up}）と合いません。",
            "1つ（全部の面）か、面の数だけ書いてください。",
        )
    elif len({each % 180 for each in given.rotation}) > 1:
        yield Fault(
            ("rotation",), "縦の面と横の面は混ぜられません。", "0・180 だけか、90・270 だけにしてください。"
        )


def _booklet_faults(given: Imposition) -> Iterator[Fault]:
    if given.columns != 2:
        yield Fault(("columns",), "冊子は折りの左右に1ページずつです。", "columns を2にしてください。")
    if given.scheme == "saddle" and given.gutter.x:
        yield Fault(("gutter",), "中綴じは折りのところに間を空けません。", "gutter の x を0にしてください。")
    if given.sides == 1 or given.head == "toe" or set(given.rotation) != {0}:
        yield Fault(
            ("scheme",),
            "冊子は両面で、どのページも上が上です。",
            'sides = 2、head = "head"、rotation = 0 にしてください。',
        )


def _room_faults(
    given: Imposition, finished: Finished, folds: Sequence[Fold], perforations: Sequence[Perforation]
) -> Iterator[Fault]:
    """Slots off the paper or in the gripper, and marks that have no place."""
    paper, page = (f"{each.width:g}×{each.height:g}mm" for each in (given, finished))
    size = f"「{given.title}」の用紙 {paper} に仕上がり{page}"
    for side in (0, 1):
        spaces = around(given, finished, side)
        if min(spaces.values()) < -_SLACK:
            yield Fault(("width",), f"{size}が入りません。", _LESS)
            return
        if spaces[given.gripper.edge] < given.gripper.mm - _SLACK:
            what = f"{size}を置くと、{'表裏'[side]}の面がくわえ{given.gripper.mm:g}mmに掛かります。"
            yield Fault(("gripper",), what, "margin で面を動かすか、用紙を大きくしてください。")
            return
    for mark in dict.fromkeys(unplaced(given, finished, folds, perforations)):
        if mark == "crop":
            yield Fault(("width",), f"{size}とトンボが入りません。", _LESS)
        else:
            what = f"{_NAMES[mark]}（{mark}）を印刷する余白がありません。"
            yield Fault(("marks",), what, f"marks から {mark} を外すか、余白を広げてください。")
