"""What must never be printed: 様 twice, a neighbour's data, a page whose back or second sheet is another's."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import product
from pathlib import Path

import pikepdf
import pypdfium2 as pdfium
import pytest
from line_fixtures import Finished, cli
from made_lot import Made, make_from
from small_job import person, write_job

from kouki_print.job.prepare import prepare
from kouki_print.job.watch import Silent, Stages
from kouki_print.sample import write_sample
from kouki_print.verify.readback import PrintedSheet
from kouki_print.verify.view import printed

pytest_plugins = ("line_fixtures",)

# --- 様 ---

ENDINGS = [
    "",
    "様",
    "　様",
    "様　",
    "様様",
    "　様 様",
    "樣",
    "さま",
    "サマ",
    "　殿",
    "様方",
    "様　方",
    "さま方",
    "方",
    "様宅",
]
FAMILY = ["比嘉", "緒方", "土方", "鵜殿", "スミス・アン"]


def honoured_lines(folder: Path, people: list[dict[str, str]]) -> list[tuple[str, str]]:
    """Name line and last line above it (facility and 様方) of everybody who is printed."""
    prepared = prepare(write_job(folder, people), Stages(Silent()))
    rows = prepared.plan["person"].sort_values().to_numpy()
    texts = prepared.fields.texts.iloc[rows]
    return [
        (name, place.split("\n")[-1]) for name, place in zip(texts["to_name"], texts["to_place"], strict=True)
    ]


def test_the_house_of_another_has_one_honorific(tmp_path: Path) -> None:
    """However 様方 is written in the data, the page says 「A様方」 and nothing more."""
    houses = list(product(FAMILY, ENDINGS))
    people = [person(at, care_of=family + end) for at, (family, end) in enumerate(houses, start=1)]
    lines = honoured_lines(tmp_path, people)
    assert len(lines) == len(houses)
    for (family, end), (name, line) in zip(houses, lines, strict=True):
        assert line == f"{family}様方", (family, end)
        assert name == "見本　花子　様"


def test_addressees_have_one_honorific(tmp_path: Path) -> None:
    """The insured's own name with 様 once; a facility or guardian above it with none of ours."""
    given = [f"成年後見人　比嘉　守{end}" for end in ENDINGS[:6]] + [
        "みどりの丘　御中",
        "見本　花子様",
        "見本花子",
    ]
    people = [
        person(
            at, mail_kind="全て", mail_postcode="904-2215", mail_address="うるま市みどり町２", mail_name=name
        )
        for at, name in enumerate(given, start=1)
    ]
    lines = honoured_lines(tmp_path, people)
    assert len(lines) == len(given)
    for name, line in lines:
        assert name == "見本　花子　様"
        assert "様" not in line


@pytest.mark.parametrize("name", ["見本　花子様", "見本　花子　様", "見本　花子樣", "見本　花子様\U000e0100"])
def test_a_name_with_an_honorific_is_not_printed(tmp_path: Path, name: str) -> None:
    """It would stand on the certificate, and twice on the envelope."""
    assert honoured_lines(tmp_path, [person(1), person(2, name=name)]) == [
        ("見本　花子　様", "うるま市みどり町一丁目1番1号")
    ]


# --- a neighbour's data ---


def random_job(folder: Path, preset: str, seed: int) -> Made:
    """Lots of random people; under r05 many pieces have two sheets."""
    write_sample(folder / "job", preset=preset, count=300, seed=seed, encoding="utf-8")
    return make_from(folder / "job", folder / "out")


@pytest.fixture(scope="module")
def twofold(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """A job with pieces of one and of two sheets."""
    return random_job(tmp_path_factory.mktemp("twofold"), "r05", 3)


def pages_of(made: Made, lot: int) -> Iterator[tuple[Path, int, list[PrintedSheet]]]:
    """Every page of both files of a lot with the sheets that belong on it."""
    press: defaultdict[int, list[PrintedSheet]] = defaultdict(list)
    for sheet in made.pieces(lot):
        for side in (0, 1):
            yield made.single(lot), sheet.print_page - 1 + side, [sheet]
            press[2 * (sheet.imposed_sheet - 1) + side].append(sheet)
    yield from ((made.imposed(lot), page, sheets) for page, sheets in press.items())


def check_for_strangers(made: Made) -> int:
    """No page, front or back, 1-up or imposed, holds number, name or code of anybody else; pages seen."""
    people = made.prepared.people
    numbers = set(people["insured_number"]) - {""}
    names = {"".join(printed(name)) for name in people["name"]} - {""}
    names = {name for name in names if len(name) > 2}
    codes = {code for task in made.tasks for code in task.matching_codes}
    seen = 0
    for lot, task in enumerate(made.tasks):
        own = task.fields.texts
        files = {path: pdfium.PdfDocument(path) for path in (made.single(lot), made.imposed(lot))}
        for path, page, sheets in pages_of(made, lot):
            text = "".join(printed(files[path][page].get_textpage().get_text_range()))
            mine = {own["insured_number"].iloc[sheet.at] for sheet in sheets}
            named = {"".join(printed(own["name"].iloc[sheet.at])) for sheet in sheets}
            found = {number for number in numbers if number in text}
            assert found == mine if page % 2 == 0 else found <= mine
            assert {name for name in names if name in text} <= {
                part for part in names if any(part in name for name in named)
            }
            assert {code for code in codes if code in text} == {sheet.matching_code for sheet in sheets}
            seen += 1
        for document in files.values():
            document.close()
    return seen


def test_no_page_of_two_sheet_pieces_holds_a_stranger(twofold: Made) -> None:
    assert set(twofold.prepared.plan["sheets"]) == {1, 2}
    sheets = sum(len(task.documents) for task in twofold.tasks)
    assert check_for_strangers(twofold) >= 3 * sheets


def test_no_page_of_random_people_holds_a_stranger(tmp_path: Path) -> None:
    assert check_for_strangers(random_job(tmp_path, "r08", 11)) > 700


# --- pages that were swapped after all ---


def swapped(source: Path, folder: Path, pairs: list[tuple[int, int]]) -> Path:
    """A copy of a file in which the contents of some pages (from 0) are exchanged."""
    path = folder / source.name
    with pikepdf.open(source) as pdf:
        for one, other in pairs:
            first, second = pdf.pages[one].obj, pdf.pages[other].obj
            first.Contents, second.Contents = second.Contents, first.Contents
        pdf.save(path)
    return path


Choose = Callable[[PrintedSheet], bool]
KINDS: dict[str, tuple[Choose, int]] = {
    "fronts": (lambda sheet: True, 0),
    "backs": (lambda sheet: True, 1),
    "second sheets": (lambda sheet: sheet.document != "insurance_card", 0),
    "backs of second sheets": (lambda sheet: sheet.document != "insurance_card", 1),
}


@pytest.mark.parametrize("kind", KINDS)
def test_swapped_pages_are_found(twofold: Made, tmp_path: Path, kind: str) -> None:
    """Two pages of the same document but of other pieces: both are named, with the piece they belong to."""
    wanted, side = KINDS[kind]
    sheets = [sheet for sheet in twofold.pieces() if wanted(sheet)]
    one, other = random.Random(kind).sample(
        [sheet for sheet in sheets if sheet.document == sheets[0].document], 2
    )
    pages = [one.print_page - 1 + side, other.print_page - 1 + side]
    found = twofold.differences(single=swapped(twofold.single(), tmp_path, [(pages[0], pages[1])]))
    assert {(each.page - 1, each.piece_id) for each in found} == set(
        zip(pages, (one.piece_id, other.piece_id), strict=True)
    )


def test_the_sheets_of_one_piece_exchanged(twofold: Made, tmp_path: Path) -> None:
    """The right person's pages in the wrong order are wrong too."""
    second = next(sheet for sheet in twofold.pieces() if sheet.document != "insurance_card")
    page = second.print_page - 1
    found = twofold.differences(
        single=swapped(twofold.single(), tmp_path, [(page - 2, page), (page - 1, page + 1)])
    )
    assert {each.page - 1 for each in found} == {page - 2, page - 1, page, page + 1}
    assert {each.piece_id for each in found} == {second.piece_id}


@pytest.mark.parametrize("side", [0, 1])
def test_swapped_sides_of_press_sheets_are_found(twofold: Made, tmp_path: Path, side: int) -> None:
    """The printed back of another press sheet: every piece on both is named."""
    found = twofold.differences(imposed=swapped(twofold.imposed(), tmp_path, [(side, 2 + side)]))
    assert {each.page - 1 for each in found} == {side, 2 + side}
    assert {each.piece_id for each in found} == {
        sheet.piece_id for sheet in twofold.pieces() if sheet.imposed_sheet in (1, 2)
    }


def accept(out: Path, path: Path) -> None:
    """Make ledger and manifest agree with a changed print file, so that only its pages can tell."""
    new = hashlib.sha256(path.read_bytes()).hexdigest()
    manifest = path.parents[1] / "manifest.json"
    with closing(sqlite3.connect(out / "job.sqlite")) as connection, connection:
        (old,) = connection.execute("SELECT print_sha256 FROM lot").fetchone()
        connection.execute("UPDATE lot SET print_sha256 = ?", (new,))
        manifest.write_text(manifest.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        digest = hashlib.sha256(manifest.read_bytes()).hexdigest()
        name = manifest.relative_to(out).as_posix()
        connection.execute("UPDATE file SET sha256 = ? WHERE path = ?", (digest, name))


@pytest.mark.parametrize(("side", "pages"), [(0, (1, 3)), (1, (2, 4))])
def test_verify_names_swapped_pages(
    spoiled: Finished, tmp_path: Path, side: int, pages: tuple[int, int]
) -> None:
    """Two people, one lot: fronts or backs exchanged, all digests put right."""
    (path,) = spoiled.out.glob("vendor/*/print/*.pdf")
    folder = tmp_path / "swapped"
    folder.mkdir()
    path.write_bytes(swapped(path, folder, [(side, 2 + side)]).read_bytes())
    accept(spoiled.out, path)
    result = cli("verify", spoiled.out)
    assert result.exit_code == 3
    ids = [piece["piece_id"] for piece in spoiled.all_pieces()]
    for page, piece in zip(pages, ids, strict=True):
        assert f"{path.name} {page}ページ（{piece}）: 照合コードが違います" in result.stderr
    others = {1, 2, 3, 4} - set(pages)
    assert not any(f"{path.name} {page}ページ" in result.stderr for page in others)
