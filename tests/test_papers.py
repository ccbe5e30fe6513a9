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
from kouki_print.job.papers.counts import unit_counts

pytest_plugins = ("line_fixtures",)
TOWNS = ["47205", "47213"]
TOWN, OWN = "vendor/47213", "municipalities/47213"
MORE = "[boxes]\nmax_pieces = 3\nbundle_pieces = 2\n"


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two municipalities: boxes of three, some to be collected at the counter, one each under protection."""
    folder = tmp_path_factory.mktemp("papers")
    people = [person(count) for count in range(1, 8)]
    people += [person(8, pickup="1"), person(9, protected="1", pickup="1")]
    people += [person(count, municipality_code="47205") for count in range(10, 15)]
    people += [person(15, municipality_code="47205", protected="1", pickup="1")]
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


def twice(name: str, line: int) -> Callable[[Path], None]:
    """One line two times."""

    def change(out: Path) -> None:
        lines = (out / name).read_bytes().splitlines(keepends=True)
        (out / name).write_bytes(b"".join([*lines[: line + 1], *lines[line:]]))

    return change


def only_heads(name: str) -> Callable[[Path], None]:
    def change(out: Path) -> None:
        (out / name).write_bytes((out / name).read_bytes().splitlines(keepends=True)[0])

    return change


def manifest(keys: str) -> Callable[[Path], None]:
    """One more of what a manifest counts."""

    def change(out: Path) -> None:
        path = out / TOWN / "manifest.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        *way, last = keys.split(".")
        inside = content
        for key in way:
            inside = inside[int(key) if key.isdigit() else key]
        inside[last] += 1
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    return change


def of_another(name: str) -> Callable[[Path], None]:
    """The same file of another municipality in its place."""
    return lambda out: [(out / name).write_bytes((out / name.replace("47213", "47205")).read_bytes())].clear()


# Every column that must tell what the ledger has: another value in it is found.
TOLD = {
    f"{TOWN}/pieces.csv": "sequence,document,set_code,sheets,mail_service,size_class,postage_yen,matching_code,no_forward,box,position",
    f"{TOWN}/boxes.csv": "box,first_sequence,last_sequence,pieces,weight_g",
    f"{TOWN}/bundles.csv": "box,bundle,first_sequence,last_sequence,pieces",
    f"{TOWN}/delivery_note.csv": "code,quantity",
    f"{OWN}/delivery_note.csv": "code,quantity",
    f"{OWN}/posting/breakdown.csv": "mail_service,size_class,max_grams,unit_yen,pieces,total_yen",
    f"{OWN}/index.csv": "組,通し番号,箱,束,位置",
    f"{OWN}/index_by_sequence.csv": "組,通し番号,箱,束,位置",
    f"{OWN}/sealed/protected.csv": "通し番号",
    "vendor/deliveries.csv": "unit_code,pieces,boxes,no_forward_pieces",
    "vendor/quantities.csv": "unit_code,code,needed,spare,total",
    "vendor/lots.csv": "unit_code,first_sequence,last_sequence,pieces,sheets",
    "union/posting.csv": "municipality_code,mail_service,pieces,total_yen",
    "finance/budget.csv": "municipality_code,document,set_code,mail_service,size_class,max_grams,pieces,unit_yen,total_yen",
}
COUNTED = (
    "counts.printed", "counts.sheets", "counts.boxes", "postage.pieces", "postage.total_yen", "delivery.boxes",
    "delivery.supply_boxes", "delivery.no_forward_pieces", "sets.A", "documents.certificate", "enclosures.0.quantity",
)  # fmt: skip
PAPERS = (
    f"{TOWN}/delivery_note.pdf", f"{OWN}/delivery_note.pdf", f"{TOWN}/box_labels.pdf",
    f"{OWN}/posting/posting_slips.pdf", f"{OWN}/posting/breakdown.pdf",
)  # fmt: skip
CHANGES: list[tuple[str, Callable[[Path], None], str]] = [
    *((f"{column} in {name}", cell(name, 1, column, "77"), name) for name, columns in TOLD.items() for column in columns.split(",")),
    *((f"a line less in {name}", without(name, 1), name) for name in TOLD),
    *((f"a line twice in {name}", twice(name, 1), name) for name in TOLD),
    *((f"no {name}", gone(name), name) for name in (*TOLD, *PAPERS)),
    *((f"{key} in the manifest", manifest(key), "") for key in COUNTED),
    *((f"another unit's {name}", of_another(name), name) for name in (*TOLD, *PAPERS) if "47213" in name),
    ("all bundles gone", only_heads(f"{TOWN}/bundles.csv"), "bundles.csv"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "file"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_whatever_no_longer_adds_up_is_found(
    spoiled: Finished, change: Callable[[Path], None], file: str
) -> None:
    change(spoiled.out)
    with pytest.raises(OutputDiffers) as caught:
        check_balance(spoiled.out, 15, TOWNS)
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
        units = unit_counts(connection)
    unit = units["47213"]
    assert len(unit.pieces) == 9 and sum(piece.apart for piece in unit.pieces) == 1
    assert [box.pieces for box in unit.boxes.values()] == [3, 3, 1, 1, 1], "by counter, and people apart"
    assert unit.mailed[0] == 7 and unit.sets == {"A": 9} and unit.sheets == 9
