"""Sums agree everywhere: boxes = pieces = manifest = delivery note = posting papers = budget; each change is exit 3."""

# ruff: noqa: E501 (one line per change reads as a table)

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from line_fixtures import Finished, cli, finished
from small_job import JOB, person, write_job

from kouki_print.base.errors import OutputDiffers
from kouki_print.job.balance import check_balance
from kouki_print.job.ledger import open_ledger
from kouki_print.job.papers import check_papers, unit_counts

pytest_plugins = ("line_fixtures",)
TOWN, OWN = "vendor/47213", "municipalities/47213"
MORE = "[boxes]\nmax_pieces = 3\nbundle_pieces = 2\n"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Nine people: boxes of three, one to be collected at the counter, one under protection."""
    folder = tmp_path_factory.mktemp("papers")
    people = [person(count) for count in range(1, 8)]
    people += [person(8, pickup="1"), person(9, protected="1", pickup="1")]
    return finished(write_job(folder / "job", people, JOB + MORE), folder / "out")


@pytest.fixture
def spoiled(papers: Finished, tmp_path: Path) -> Finished:
    shutil.copytree(papers.out, tmp_path / "out")
    return Finished(papers.job, tmp_path / "out", papers.console)


def cell(name: str, line: int, column: str, value: str) -> Callable[[Path], None]:
    """Another value in one cell of a table; lines count from 1 below the heads."""

    def change(out: Path) -> None:
        path = out / name
        raw = path.read_bytes()
        rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
        at = rows[0].index(column)
        assert rows[line][at] != value, "the change would change nothing"
        rows[line][at] = value
        text = "\n".join(",".join(row) for row in rows) + "\n"
        path.write_bytes((b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b"") + text.encode())

    return change


def without(name: str, line: int) -> Callable[[Path], None]:
    """One line less."""

    def change(out: Path) -> None:
        lines = (out / name).read_bytes().splitlines(keepends=True)
        del lines[line]
        (out / name).write_bytes(b"".join(lines))

    return change


def gone(name: str) -> Callable[[Path], None]:
    return lambda out: (out / name).unlink()


def manifest(key: str, value: int) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        path = out / TOWN / "manifest.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        assert content["counts"][key] != value
        content["counts"][key] = value
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    return change


def other_note(out: Path) -> None:
    """A paper that is whole, but not this one."""
    (out / TOWN / "delivery_note.pdf").write_bytes((out / TOWN / "work_order.pdf").read_bytes())


CHANGES: list[tuple[str, Callable[[Path], None], str]] = [
    ("pieces of a box", cell(f"{TOWN}/boxes.csv", 1, "pieces", "2"), "boxes.csv"),
    ("sequence of a box", cell(f"{TOWN}/boxes.csv", 2, "first_sequence", "5"), "boxes.csv"),
    ("weight of a box", cell(f"{TOWN}/boxes.csv", 1, "weight_g", "1.00"), "boxes.csv"),
    ("a box less", without(f"{TOWN}/boxes.csv", 1), "boxes.csv"),
    ("no boxes", gone(f"{TOWN}/boxes.csv"), "boxes.csv"),
    ("pieces of a bundle", cell(f"{TOWN}/bundles.csv", 1, "pieces", "3"), "bundles.csv"),
    ("a bundle less", without(f"{TOWN}/bundles.csv", 2), "bundles.csv"),
    ("box of a piece", cell(f"{TOWN}/pieces.csv", 1, "box", "2"), "pieces.csv"),
    ("boxes in the manifest", manifest("boxes", 1), "manifest.json"),
    ("pieces on the vendor's note", cell(f"{TOWN}/delivery_note.csv", 1, "quantity", "1"), "vendor/47213/delivery_note.csv"),
    ("pieces on the unit's note", cell(f"{OWN}/delivery_note.csv", 1, "quantity", "1"), "municipalities/47213/delivery_note.csv"),
    ("another paper as the note", other_note, "vendor/47213/delivery_note.pdf"),
    ("no note", gone(f"{OWN}/delivery_note.pdf"), "municipalities/47213/delivery_note.pdf"),
    ("pieces posted", cell(f"{OWN}/posting/breakdown.csv", 1, "pieces", "6"), "breakdown.csv"),
    ("yen posted", cell(f"{OWN}/posting/breakdown.csv", 1, "total_yen", "1"), "breakdown.csv"),
    ("service posted", cell(f"{OWN}/posting/breakdown.csv", 1, "mail_service", "ordinary"), "breakdown.csv"),
    ("nothing posted", gone(f"{OWN}/posting/breakdown.csv"), "breakdown.csv"),
    ("somebody less in the index", without(f"{OWN}/index.csv", 1), "index.csv"),
    ("somebody less by sequence", without(f"{OWN}/index_by_sequence.csv", 1), "index_by_sequence.csv"),
    ("somebody twice in the index", cell(f"{OWN}/index.csv", 1, "通し番号", "2"), "index.csv"),
    ("nobody on the sealed list", without(f"{OWN}/sealed/protected.csv", 1), "protected.csv"),
    ("pieces delivered", cell("vendor/deliveries.csv", 1, "pieces", "8"), "deliveries.csv"),
    ("boxes delivered", cell("vendor/deliveries.csv", 1, "boxes", "1"), "deliveries.csv"),
    ("quantity of a set", cell("vendor/quantities.csv", 1, "needed", "1"), "quantities.csv"),
    ("pieces of a lot", cell("vendor/lots.csv", 1, "pieces", "1"), "lots.csv"),
    ("pieces on the posting list", cell("union/posting.csv", 1, "pieces", "1"), "posting.csv"),
    ("yen on the posting list", cell("union/posting.csv", 1, "total_yen", "1"), "posting.csv"),
    ("pieces in the budget", cell("finance/budget.csv", 1, "pieces", "1"), "budget.csv"),
    ("yen in the budget", cell("finance/budget.csv", 1, "total_yen", "1"), "budget.csv"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "file"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_whatever_no_longer_adds_up_is_found(
    spoiled: Finished, change: Callable[[Path], None], file: str
) -> None:
    change(spoiled.out)
    with pytest.raises(OutputDiffers) as caught:
        check_balance(spoiled.out, 9, ["47213"])
    assert caught.value.exit_status == 3 and file in str(caught.value.file)
    assert any(
        words in caught.value.what for words in ("件数突合が一致しません", "ファイルがありません", "壊れて")
    )


def test_the_command_says_so_too(spoiled: Finished) -> None:
    cell(f"{TOWN}/boxes.csv", 1, "pieces", "2")(spoiled.out)
    result = cli("verify", spoiled.out)
    assert (
        result.exit_code == 3 and "boxes.csv" in result.stderr and "通数が8です（正しくは9）" in result.stderr
    )


def test_what_was_made_adds_up(papers: Finished) -> None:
    assert cli("verify", papers.out).exit_code == 0
    with open_ledger(papers.out) as connection:
        (unit,) = unit_counts(connection).values()
        check_papers(papers.out, {"47213": unit})
    assert unit.pieces == 9 and unit.protected == 1
    assert [box.pieces for box in unit.boxes.values()] == [3, 3, 1, 1, 1], "by counter, and people apart"
    assert sum(pieces for pieces, _ in unit.mail.values()) == 7
