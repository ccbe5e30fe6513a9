"""A whole job with an inserter: marks on every front, read back, right for pieces of one and two sheets; the deck."""

from __future__ import annotations

import csv
import dataclasses
import io
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from line_fixtures import cli, table
from made_lot import make_from
from small_job import JOB, person, write_job
from test_machine_profile import changed
from test_two_sheets import ORDER

from kouki_print.base.errors import OutputDiffers
from kouki_print.job.inserter.marks import lot_marks, machine_differences, packed, unpacked, with_marks
from kouki_print.job.lot_files import MEDIA_MARGIN
from kouki_print.job.lot_sheets import printed_sheets
from kouki_print.job.prepare import prepare
from kouki_print.job.proving import verify
from kouki_print.job.run import run
from kouki_print.job.watch import Silent, Stages
from kouki_print.job.work import check_files
from kouki_print.page.items import Sheet
from kouki_print.page.machines import load_machine
from kouki_print.plan.marking import Marked
from kouki_print.verify.omr import read_marks
from kouki_print.verify.readback import Reader
from kouki_print.verify.view import QR, View

A4 = Sheet(width=210, height=297)
FEEDS = {"1": "5", "2": "6", "3": "7", "4": "X1", "5": "X2", "6": "X3", "7": "X4", "8": "X5"}
PROFILE = changed(*((f'{old} = "{was}"', f'{old} = "{FEEDS[old]}"') for old, was in zip(
    FEEDS, ("3", "4", "5", "6", "7", "8", "X1", "X2"), strict=True)))  # fmt: skip


def job_in(folder: Path, *, machine: bool = True) -> Path:
    """Nine people, the third, sixth and ninth with a 減額証 too, the fourth at the counter; an extra of the town."""
    people = [
        person(
            count,
            data_on="20230620",
            name=f"見本　{'一二三四五六七八九'[count - 1]}郎",
            address=f"うるま市みどり町{count}丁目1番1号",
            effective_on="20230801",
            category="区分Ⅱ" if count % 3 == 0 else "一般Ⅰ",
            reduction_card="1" if count % 3 == 0 else "0",
            pickup="1" if count == 4 else "0",
        )
        for count in range(1, 10)
    ]
    order = ORDER + ('[printing]\nmachine = "machines/own.toml"\n' if machine else "")
    job = write_job(folder, people, order, changes={"47213": {"追加封入物": "市のしおり", "追加重量g": "3"}})
    (job / "machines").mkdir()
    (job / "machines" / "own.toml").write_text(PROFILE, encoding="utf-8")
    return job


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The job, run."""
    folder = tmp_path_factory.mktemp("machine")
    result = run(job_in(folder / "job"), folder / "out", now="2023-07-01T00:00:00Z")
    assert any("未確認" in note and "own" in note for note in result.notes)
    return folder


def marks_of(pdf: Path, step: int = 2) -> list[str]:
    """What a machine reads of the fronts of a 1-up file."""
    machine = load_machine("omr_edge", Path())
    with pdfium.PdfDocument(pdf) as document:
        return [
            read_marks(View(document[at], (MEDIA_MARGIN,) * 2, (210, 297), alone=True), machine, A4)
            for at in range(0, len(document), step)
        ]


def test_the_marks_of_the_finished_file_follow_pieces_csv(finished: Path) -> None:
    town = finished / "out" / "vendor" / "47213"
    (printed,) = (town / "print").glob("*.pdf")
    read = iter(marks_of(printed))
    for piece in table(town / "pieces.csv"):
        sheets = int(piece["sheets"])
        for nth in range(1, sheets + 1):
            marks = next(read)
            assert marks[0] == marks[16] == "1" and sum(map(int, marks[1:16])) % 2 == 0
            assert (marks[1] == "1") == (nth == 1) and (marks[2] == "0") == (nth == sheets)
            assert int(marks[5:2:-1], 2) == int(piece["sequence"]) % 8
            assert [mark == "1" for mark in marks[6:14]] == [
                code in piece["items"].split(";") for code in FEEDS.values()
            ]
            assert (marks[14] == "1") == (piece["mail_service"] == "none")
    assert not list(read)


def test_every_page_is_read_back(finished: Path) -> None:
    assert verify(finished / "out", full=True, watcher=Silent()).pieces == 9


def test_a_ledger_with_other_marks_is_found(finished: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished / "out", out)
    with closing(sqlite3.connect(out / "job.sqlite")) as ledger, ledger:
        facts = dict(ledger.execute("SELECT key, value FROM job"))
        (marks,) = unpacked(facts)
        states = marks.states.copy()
        states[1] = states[0]
        wrong = packed(marks.machine, [Marked(marks.machine, states, marks.feeds)])["machine_marks"]
        ledger.execute("UPDATE job SET value = ? WHERE key = 'machine_marks'", (wrong,))
    with pytest.raises(OutputDiffers) as caught:
        verify(out, full=True, watcher=Silent())
    assert (
        "封入機がここで止まります" in caught.value.what and "封入機の印が記録と違います" in caught.value.what
    )


def test_only_the_fronts_own_streams_have_marks(tmp_path: Path) -> None:
    """Backs and static art are the same bytes as without a machine."""
    with_machine, without = (
        make_from(job_in(tmp_path / name, machine=machine), tmp_path / f"out-{name}")
        for name, machine in (("with", True), ("without", False))
    )
    with pikepdf.open(with_machine.single()) as ours, pikepdf.open(without.single()) as plain:
        drawn, wanted = (
            {name: form.read_bytes() for name, form in pdf.pages[0].obj.Resources.XObject.items()}
            for pdf in (ours, plain)
        )
        assert drawn == wanted
        for at, (page, other) in enumerate(zip(ours.pages, plain.pages, strict=True)):
            own, bare = ([each.read_bytes() for each in pdf.obj.Contents] for pdf in (page, other))
            differing = [
                number for number, pair in enumerate(zip(own, bare, strict=True)) if pair[0] != pair[1]
            ]
            assert differing == ([] if at % 2 else [3])


@pytest.mark.parametrize(("limit", "diverted"), [(4.0, True), (6.0, False)])
def test_thick_pieces_are_diverted(finished: Path, limit: float, diverted: bool) -> None:
    """The filled envelope is 5 mm thick; the fourth piece is diverted anyhow."""
    prepared = prepare(finished / "job", Stages(Silent()), words=False)
    assert prepared.machine is not None
    machine = prepared.machine.model_copy(update={"thick_mm": limit})
    marks = lot_marks(dataclasses.replace(prepared, machine=machine), prepared.lots[0])
    assert marks is not None
    assert [text[14] == "1" for text in marks.texts()].count(True) == (12 if diverted else 1)


def test_a_wrong_mark_on_a_sheet_is_found(tmp_path: Path) -> None:
    made = make_from(job_in(tmp_path / "job"), tmp_path / "out")
    (task,), kit = made.tasks, made.kit
    marks = lot_marks(made.prepared, task.lot)
    assert marks is not None and task.marked is not None
    sheets = with_marks(printed_sheets(task, task.registered, task.codewords, kit.imposition), marks)
    assert machine_differences(sheets, marks, task.lot.print_path) == []
    reader = Reader(kit.order, kit.layouts, kit.imposition, MEDIA_MARGIN, machine=marks.machine)

    def found(pdf: Path) -> list[str]:
        differences = reader.check(
            task.contact, task.fields, sheets[:2],
            print_pdf=pdf, print_pages=2 * len(sheets),
            imposed_pdf=made.imposed(), imposed_pages=2 * made.files[0].press_sheets,
        )  # fmt: skip
        return [f"{each.page} {each.what}" for each in differences]

    assert found(made.single()) == []
    wrong = tmp_path / "wrong.pdf"
    with pikepdf.open(made.single()) as pdf:
        stream = pdf.pages[2].obj.Contents[3]
        bars = stream.read_bytes().splitlines(keepends=True)
        stream.write(b"".join([*bars[:-2], bars[-1]]))  # the last bar is gone
        pdf.save(wrong)
    assert [each[:15] for each in found(wrong)] == ["3 封入機の印が記録と違います"]
    with pikepdf.open(made.single()) as pdf:
        stream = pdf.pages[0].obj.Contents[3]
        stream.write(stream.read_bytes() + b"30 30 2 200 re f\n")
        pdf.save(wrong)
    assert "1 封入機の印が読めません" in found(wrong)[0]


def test_a_code_at_the_edge_is_the_only_other_code(tmp_path: Path) -> None:
    """The second example: a pile fed from its end, marks in a QR code; the search for strays knows it."""
    job = write_job(
        tmp_path / "job", [person(count) for count in (1, 2, 3)], JOB + '[printing]\nmachine = "code_edge"\n'
    )
    made = make_from(job, tmp_path / "out")
    for task, files in zip(made.tasks, made.files, strict=True):
        assert check_files(made.kit, task, files, range(3), closely=3) == []


def test_the_deck_is_made_by_one_command(finished: Path, tmp_path: Path) -> None:
    result = cli("machine", "deck", str(finished / "job"), "--out", str(tmp_path / "deck"))
    assert result.exit_code == 0, result.output
    folder = tmp_path / "deck" / "machine_deck"
    assert sorted(path.name for path in folder.iterdir()) == ["deck.csv", "deck.pdf", "guide.pdf"]
    text = (folder / "deck.csv").read_text(encoding="utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert f"{len(lines)}枚。うち{sum(line['機械の動き'] == '止まる' for line in lines)}枚" in result.output
    assert {line["照合コード"].split("-")[4] for line in lines} == {"C", "CR"}
    assert marks_of(folder / "deck.pdf") == [line["印"] for line in lines]
    with (
        pdfium.PdfDocument(folder / "deck.pdf") as document,
        pdfium.PdfDocument(folder / "guide.pdf") as guide,
    ):
        assert len(guide) == 1 and len(document) == 2 * len(lines)
        for line in lines:
            page = document[int(line["ページ"]) - 1]
            view = View(page, (MEDIA_MARGIN,) * 2, (210, 297), alone=True)
            assert line["照合コード"] in view.codes(None, QR) and "試験" in "".join(view.text())
        said = "".join(guide[0].get_textpage().get_text_range().split())
        assert all(line["照合コード"] in said for line in lines) and "市のしおり" in said


def test_a_job_without_a_machine_has_no_deck(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job")
    result = cli("machine", "deck", str(job), "--out", str(tmp_path / "deck"))
    assert result.exit_code == 1 and 'machine = "omr_edge"' in result.output
    assert not (tmp_path / "deck").exists()
