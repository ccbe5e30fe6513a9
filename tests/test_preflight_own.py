"""All that a run gives a press passes the checker as ours, whatever the order chooses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from small_job import JOB, person, write_job

from kouki_print.job.preflighting import LotPreflight, files_in
from kouki_print.job.run import run
from kouki_print.verify.preflight.check import preflight
from kouki_print.verify.preflight.items import Standard
from kouki_print.verify.readback import PrintedSheet

MODES = {
    "x4, layers, data matrix, bars for an inserter": (
        'dieline = "separation+ocg"\nmatching_code = "datamatrix"\nmachine = "omr_edge"\n'
        'imposition = "a3_2up_work_and_turn"\ncolour = { spot = "DIC 123", cmyk = [0, 35, 10, 0] }\n'
    ),
    "x1a, plates, codes for an inserter, tumbled": (
        'standard = "x1a"\ndieline = "separation"\nmachine = "code_edge"\nimposition = "a3_2up_tumble"\n'
        "colour = { cmyk = [0, 35, 10, 0] }\n"
    ),
    "x1a, no die lines, one page on a sheet": 'standard = "x1a"\ndieline = "none"\nimposition = "a4_1up"\n',
}


@pytest.mark.parametrize("mode", MODES)
def test_every_file_for_a_press_passes(tmp_path: Path, mode: str) -> None:
    people = [person(number, birth_date="3200101" if number % 2 else "3100101") for number in range(1, 6)]
    job = write_job(tmp_path / "job", people, JOB + "[printing]\n" + MODES[mode])
    run(job, tmp_path / "out", now="2026-06-20T00:00:00Z")
    files = files_in(tmp_path / "out")  # as the command takes it: all but what people read
    lists = {
        "work_order.pdf", "budget.pdf", "delivery_note.pdf", "covering_letter.pdf", "volumes_notice.pdf",
        "posting_slips.pdf", "breakdown.pdf",
    }  # fmt: skip
    assert {path.name for path in (tmp_path / "out").rglob("*.pdf")} - {path.name for path in files} == lists
    assert {path.parent.name for path in files} >= {"print", "imposed"}
    assert {"envelope.pdf", "box_labels.pdf"} <= {path.name for path in files}
    for path in files:
        checked = preflight(path)
        assert checked.house and checked.stated and not checked.findings, (path.name, checked.findings)
        assert (checked.standard is Standard.x1a) == ("x1a" in mode)
        assert (checked.standard is Standard.vt) == (path.parent.name == "print" and "x4" in mode)


def test_a_run_looks_into_each_document_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the first lot that has it: here the notices come with the second municipality."""
    looked: list[tuple[str, list[str]]] = []

    def check(
        _: LotPreflight, printed: Path, __: Path, chosen: Sequence[PrintedSheet], ___: object
    ) -> list[None]:
        looked.append((printed.name[6:11], [sheet.document for sheet in chosen]))
        return []

    monkeypatch.setattr(LotPreflight, "check", check)
    elsewhere = {"municipality_code": "47201", "insurer_number": "39472014", "postcode": "900-0021"}
    people = [person(1, **elsewhere), *(person(count, birth_date="3200101") for count in (2, 3)), person(4)]
    run(write_job(tmp_path / "job", people), tmp_path / "out", now="2026-06-20T00:00:00Z")
    assert looked == [("47201", ["certificate"]), ("47213", ["notice"])]
