"""Lots on other press sheets than the usual one: every page is found, read and right wherever it lies."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from made_lot import Made, operations, page_content
from small_job import JOB, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.job.kit import press_marks
from kouki_print.job.lot import make_lot
from kouki_print.job.lot_files import MEDIA_MARGIN
from kouki_print.job.lot_sheets import printed_sheets
from kouki_print.job.prepare import prepare
from kouki_print.job.watch import Silent, Stages
from kouki_print.sheet.grid import Imposition
from kouki_print.sheet.imposition import load_for_lots
from kouki_print.verify.readback import Reader

WIDE: dict[str, Any] = {"title": "試験", "width": 483, "height": 329, "columns": 2}
TALL: dict[str, Any] = {"title": "試験", "width": 329, "height": 483, "rows": 2, "rotation": [90, 270]}


def imposed(made: Made, folder: Path, press: Imposition) -> tuple[list[str], Path]:
    """The smaller lot on another press sheet: what its read-back finds, and the file."""
    marks = press_marks(press, made.kit.layouts, made.kit.look)
    kit = dataclasses.replace(made.kit, imposition=press, marks=marks)
    task = dataclasses.replace(made.tasks[1], folder=folder)
    files = make_lot(kit, task)
    reader = Reader(kit.order, kit.layouts, press, MEDIA_MARGIN)
    path = folder / task.lot.imposed_path
    found = reader.check(
        task.contact,
        task.fields,
        printed_sheets(task, task.registered, task.codewords, press),
        print_pdf=folder / task.lot.print_path,
        print_pages=2 * len(task.documents),
        imposed_pdf=path,
        imposed_pages=2 * files.press_sheets,
        closely=1,
    )
    return [each.sentence() for each in found], path


@pytest.mark.parametrize(
    "press",
    [
        Imposition(**WIDE, turn="tumble"),
        Imposition(**WIDE, scheme="work_and_turn"),
        Imposition(**WIDE, scheme="lanes", descending=True, head="toe", rotation=[180, 0]),
        Imposition(**TALL),
        Imposition(**TALL, scheme="work_and_tumble", turn="tumble", margin={"left": 13, "top": 20}),
    ],
    ids=["tumble", "half turned", "rewound, head to toe", "lying", "half tumbled, lying, off the middle"],
)
def test_every_page_is_read_where_it_lies(made: Made, tmp_path: Path, press: Imposition) -> None:
    found, _ = imposed(made, tmp_path, press)
    assert found == []


@pytest.mark.parametrize("name", ["a4_1up", "a3_2up_work_and_turn", "a2_4up", "roll_2lane"])
def test_shipped_impositions_print_lots(made: Made, tmp_path: Path, name: str) -> None:
    found, path = imposed(made, tmp_path, load_for_lots(name, made.kit.layouts.values()))
    assert found == []
    with pikepdf.open(path) as pdf:
        text = b"".join(page_content(page) for page in pdf.pages)
        assert text.count(b" re W n") == 2 * len(made.tasks[1].documents)
        assert all(operations(page_content(page)) for page in pdf.pages)


def test_a_page_on_the_wrong_side_is_found(made: Made, tmp_path: Path) -> None:
    """Half turned, but read as if it were not: the read-back looks at other places."""
    turned = Imposition(**WIDE, scheme="work_and_turn")
    _, path = imposed(made, tmp_path, turned)
    task, kit = made.tasks[1], made.kit
    plain = Imposition(**WIDE)
    reader = Reader(kit.order, kit.layouts, plain, MEDIA_MARGIN)
    found = reader.check(
        task.contact,
        task.fields,
        printed_sheets(task, task.registered, task.codewords, plain),
        print_pdf=tmp_path / task.lot.print_path,
        print_pages=2 * len(task.documents),
        imposed_pdf=path,
        imposed_pages=4,
    )
    assert {each.piece_id for each in found} == set(task.piece_ids[2:])  # those of the turned slot


def own_imposition(folder: Path, text: str) -> Path:
    """A job with an imposition of its own."""
    job = write_job(folder / "job", [person(1)], JOB + '\n[printing]\nimposition = "mine"\n')
    path = job / "layouts" / "imposition" / "mine.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return job


MINE = 'title = "試験"\nscheme = "{}"\nwidth = 483\nheight = 329\ncolumns = 2\n'


def test_a_job_has_its_own_imposition(tmp_path: Path) -> None:
    job = own_imposition(tmp_path, MINE.format("in_order"))
    assert len(prepare(job, Stages(Silent())).lots) == 1


@pytest.mark.parametrize("scheme", ["step_and_repeat", "saddle"])
def test_lots_are_not_printed_as_copies_or_booklets(tmp_path: Path, scheme: str) -> None:
    gutter = "gutter = 0\n" if scheme == "saddle" else ""
    with pytest.raises(JobError) as caught:
        prepare(own_imposition(tmp_path, MINE.format(scheme) + gutter), Stages(Silent()))
    assert "面付け「mine」は個人ごとの書類には使えません" in caught.value.message()
