"""What the vendor gets for the whole job: quantities, lots, deliveries and pallets add up to the plan."""

from __future__ import annotations

import datetime as dt
import io
import re
import time
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import openpyxl
import pypdfium2 as pdfium
import pytest
from line_fixtures import table
from made_lot import Made, make
from openpyxl.worksheet.worksheet import Worksheet
from small_job import person, write_job

from kouki_print.base.files import sha256_of
from kouki_print.handover.budget_parts import StockLine
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.quantities import Quantity, UnitLot, Volumes, open_points, pallets_of
from kouki_print.handover.stock import write_stock_csv
from kouki_print.handover.vendor_book import vendor_book
from kouki_print.handover.volumes_notice import volumes_notice
from kouki_print.job.budgeting import budget_of
from kouki_print.job.kit import PrintKit, build_kit
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.ticket.facts import job_facts
from kouki_print.job.ticket.write import lot_facts
from kouki_print.job.units.consignments import consignments_of
from kouki_print.job.vendor_lists import volumes_of, write_vendor_lists
from kouki_print.job.watch import Silent, Stages
from kouki_print.sample import write_sample

FILES = {
    "quantities.csv", "lots.csv", "deliveries.csv", "pallets.csv", "vendor_book.xlsx", "volumes_notice.pdf",
}  # fmt: skip
SHEETS = ["作業順と納入", "組別数量", "封入物数量", "ロット", "箱・パレット", "確認事項"]
HANDOVER = """
[boxes]
max_pieces = 10
pallet_boxes = 2
[handover]
vendor = "=見本印刷株式会社"
vendor_contact = "営業部"
files_on = 2026-06-22
delivery_on = 2026-07-06
delivery_days = { 47201 = 2026-07-03 }
pull_until = 2026-07-01
contact = "事業課 098-000-0000"
erase_on = 2026-09-30
[[deliver_to]]
unit = "47213"
name = "=1+1"
postcode = "9042200"
address = "@うるま市みどり町1-1-1"
note = "-9時から11時まで"
"""


@dataclass(frozen=True, slots=True)
class Planned:
    """A job as planned, before anything is printed."""

    prepared: Prepared
    kit: PrintKit
    consignments: Mapping[str, Consignment]
    stock: tuple[StockLine, ...]
    volumes: Volumes


def planned(job: Path, prepared: Prepared, kit: PrintKit) -> Planned:
    consignments = consignments_of(prepared.loaded, prepared.plan)
    stock = budget_of(job, prepared).stock
    volumes = volumes_of(prepared, kit, job_facts(prepared, kit), consignments, stock)
    return Planned(prepared, kit, consignments, stock, volumes)


def from_folder(job: Path) -> Planned:
    prepared = prepare(job, Stages(Silent()))
    kit = build_kit(prepared.loaded, job, prepared.layouts, prepared.styles, prepared.fields)
    return planned(job, prepared, kit)


@pytest.fixture(scope="module", params=["r08", "r05", "kenpo"])
def sample(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Planned:
    """Samples by municipality, with other sets, and by employer."""
    job = tmp_path_factory.mktemp(request.param) / "job"
    write_sample(job, preset=request.param, count=150, seed=2, encoding="utf-8")
    return from_folder(job)


@dataclass(frozen=True, slots=True)
class Listed:
    """Two printed lots with dates, a place of delivery and texts that look like formulas, and their lists."""

    folder: Path
    made: Made
    planned: Planned


def write(folder: Path, made: Made, plan: Planned) -> None:
    volumes = plan.volumes
    write_vendor_lists(
        folder, plan.prepared, plan.kit, volumes.job, plan.consignments, plan.stock, made.files
    )


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Listed:
    folder = tmp_path_factory.mktemp("listed")
    made = make(folder, HANDOVER)
    plan = planned(folder / "job", made.prepared, made.kit)
    write(folder / "lists", made, plan)
    return Listed(folder / "lists", made, plan)


# --- quantities ---


def test_pieces_of_each_set_are_those_of_the_plan(sample: Planned) -> None:
    wanted = Counter(zip(sample.prepared.plan["unit_code"], sample.prepared.plan["set_code"], strict=True))
    for code in sample.consignments:
        wanted.update({("", each.code): each.needed for each in sample.volumes.of(code, "set")})
    found = {(each.unit_code, each.code): each for each in sample.volumes.quantities if each.kind == "set"}
    assert {key: each.needed for key, each in found.items()} == wanted
    assert all(each.spare == 0 and each.name for each in found.values())
    assert sum(each.needed for each in sample.volumes.of("", "set")) == len(sample.prepared.plan)


def test_what_goes_into_the_envelopes_is_counted_from_the_pieces(sample: Planned) -> None:
    plan = sample.prepared.plan
    wanted: Counter[tuple[str, str]] = Counter(plan["unit_code"].map(lambda code: (code, "ENV")))
    for code, items in zip(plan["unit_code"], plan["items"], strict=True):
        wanted.update((code, item) for item in items.split(";"))
    found = {
        (each.unit_code, each.code): each.needed
        for each in sample.volumes.quantities
        if each.unit_code and each.kind in ("enclosure", "envelope") and each.needed
    }
    assert found == wanted


def test_totals_are_the_sums_of_the_units(sample: Planned) -> None:
    sums: dict[tuple[str, str, str], list[int]] = {}
    for each in sample.volumes.quantities:
        if each.unit_code:
            mine = sums.setdefault((each.kind, each.code, each.name), [0, 0, 0])
            for at, value in enumerate((each.needed, each.spare, each.total)):
                mine[at] += value
    totals = [each for each in sample.volumes.quantities if not each.unit_code]
    assert {
        (each.kind, each.code, each.name): [each.needed, each.spare, each.total] for each in totals
    } == sums


def test_the_blank_stock_comes_out_of_the_spare(sample: Planned) -> None:
    blanks = 0
    percent = sample.prepared.loaded.order.ordering.spare_percent
    for code, unit in sample.consignments.items():
        lines = sample.volumes.of(code, "enclosure", "envelope")
        spare = {each.code: each.spare - ceil(each.needed * percent / 100) for each in lines}
        handed: Counter[str] = Counter()
        for supply in unit.supplies:
            handed[supply.code] += supply.quantity
        assert {item: count for item, count in spare.items() if count} == handed, "beside what may be spoilt"
        own = {extra.code for extra in sample.prepared.loaded.units[code].extras}
        assert own <= set(handed) or not handed["ENV"], "a replacement has them too"
        blanks += sum(supply.quantity for supply in unit.supplies if supply.blank)
    assert blanks == sum(each.needed for each in sample.volumes.of("", "blank"))
    assert bool(blanks) == bool(sample.prepared.loaded.order.blank_stock.documents)


def test_the_order_of_stock_has_the_same_numbers(listed: Listed) -> None:
    """finance/enclosures.csv and quantities.csv come from one count."""
    names = {code: unit.contact.name for code, unit in listed.made.prepared.loaded.units.items()}
    write_stock_csv(listed.folder / "enclosures.csv", listed.planned.stock, names)
    ordered = {
        (line["市町村コード"], line["品目コード"], line["品目"], line["必要数"], line["予備"])
        for line in table(listed.folder / "enclosures.csv")
    }
    (listed.folder / "enclosures.csv").unlink()
    told = {
        (line["unit_code"], line["code"], line["name"], line["needed"], line["spare"])
        for line in table(listed.folder / "quantities.csv")
        if line["kind"] in ("enclosure", "envelope", "label")
    }
    assert told == ordered and told
    for line in table(listed.folder / "quantities.csv"):
        assert int(line["total"]) == int(line["needed"]) + int(line["spare"])


# --- lots, deliveries, pallets ---


def test_lots_are_the_files_on_disk(listed: Listed) -> None:
    lines = table(listed.folder / "lots.csv")
    assert [line["unit_code"] for line in lines] == ["47201", "47213"]  # by delivery day
    folders = {task.lot.unit_code: task.folder for task in listed.made.tasks}
    for line in lines:
        for kind in ("print", "imposed"):
            assert line[f"{kind}_sha256"] == sha256_of(folders[line["unit_code"]] / line[f"{kind}_pdf"])
        assert int(line["last_sequence"]) - int(line["first_sequence"]) + 1 == int(line["pieces"])
        assert -(-int(line["sheets"]) // 2) == int(line["press_sheets"])
    assert sum(int(line["pieces"]) for line in lines) == len(listed.made.prepared.plan) == 27
    assert sum(int(line["press_sheets"]) for line in lines) == listed.planned.volumes.press_sheets


def test_deliveries_stand_in_the_order_of_work(listed: Listed) -> None:
    first, second = table(listed.folder / "deliveries.csv")
    assert (first["turn"], first["unit_code"], first["delivery_on"]) == ("1", "47201", "2026-07-03")
    assert (second["turn"], second["unit_code"], second["delivery_on"]) == ("2", "47213", "2026-07-06")
    assert (first["no_forward_asked"], first["no_forward_pieces"]) == ("0", "0")
    assert (second["no_forward_asked"], second["no_forward_pieces"]) == ("1", "22")  # one person said no
    assert (first["sealed"], first["mailed"], first["postcode"]) == ("1", "1", "9008585")
    assert (second["postcode"], second["section"]) == ("9042200", "")


def test_pallets_hold_every_box_once(sample: Planned) -> None:
    for most in (1, 2, 3, 24):
        for unit in sample.consignments.values():
            boxes = tuple(replace(box, pallet=(box.number - 1) // most + 1) for box in unit.boxes)
            given = replace(unit, boxes=boxes, supply_boxes=4, pallet_boxes=most)
            pallets = list(pallets_of(given))
            assert [each.number for each in pallets] == list(range(1, given.pallets + 1))
            held = [
                (each.last_box - each.first_box + 1 if each.first_box else 0) + each.supply_boxes
                for each in pallets
            ]
            assert held == [most] * (len(held) - 1) + [held[-1]] and 0 < held[-1] <= most
            assert sum(each.supply_boxes for each in pallets) == 4
            assert sum(each.pieces for each in pallets) == unit.pieces
            assert sum(each.weight_cg for each in pallets) == unit.weight_cg


def test_pallets_are_listed_with_their_boxes(listed: Listed) -> None:
    lines = [line for line in table(listed.folder / "pallets.csv") if line["unit_code"] == "47213"]
    cells = [(each["pallet"], each["first_box"], each["last_box"], each["supply_boxes"]) for each in lines]
    assert cells == [("1", "1", "2", "0"), ("2", "3", "4", "0"), ("3", "", "", "1")]
    weight = sum(int(each["weight_g"].replace(".", "")) for each in lines)
    assert weight == listed.planned.consignments["47213"].weight_cg


def test_words_that_look_like_formulas_are_only_words(listed: Listed) -> None:
    (line,) = [line for line in table(listed.folder / "deliveries.csv") if line["unit_code"] == "47213"]
    assert (line["place"], line["address"], line["note"]) == (
        "'=1+1",
        "'@うるま市みどり町1-1-1",
        "'-9時から11時まで",
    )
    book = openpyxl.load_workbook(listed.folder / "vendor_book.xlsx")
    formulas = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    assert formulas and all(re.fullmatch(r"=SUM\([A-Z]+\d+:[A-Z]+\d+\)", value) for value in formulas)
    places = [row[4].value for row in book[SHEETS[0]].iter_rows() if str(row[4].value).startswith("=1+1")]
    assert places == ["=1+1\n〒904-2200 @うるま市みどり町1-1-1\n-9時から11時まで"]


# --- the workbook and the notice ---


def live_sums(book: Path) -> int:
    """Work every sum out again and compare it with the value that is cached; gives how many there are."""
    live, cached = (openpyxl.load_workbook(book, data_only=told) for told in (False, True))
    count = 0
    for sheet in live:
        shown = cached[sheet.title]
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    ends = re.findall(r"[A-Z]+\d+", cell.value)  # none: =0, a list without lines
                    inside = (
                        [each.value for line in shown[ends[0] : ends[1]] for each in line] if ends else []
                    )
                    total = sum(each for each in inside if isinstance(each, int | float))
                    assert shown[cell.coordinate].value == pytest.approx(total), cell.coordinate
                    count += 1
    return count


def last_line(sheet: Worksheet, word: str) -> list[object]:
    (line,) = [row for row in sheet.iter_rows(values_only=True) if row[0] == word]
    return [value for value in line[1:] if isinstance(value, int | float)]


def test_sums_in_the_book_are_live_and_right(sample: Planned, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(vendor_book(sample.volumes, []))
    assert live_sums(tmp_path / "book.xlsx") > len(sample.consignments)
    book = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)
    assert book.sheetnames == SHEETS
    pieces, boxes = sample.volumes.pieces, [len(each.boxes) for each in sample.consignments.values()]
    assert last_line(book[SHEETS[0]], "合計")[:2] == [pieces, sum(boxes)]
    assert last_line(book[SHEETS[1]], "合計")[-1] == pieces
    weights = sum(each.weight_cg for each in sample.consignments.values())
    assert last_line(book[SHEETS[4]], "合計")[:2] == [pieces, pytest.approx(weights / 100_000)]
    for sheet in book:
        assert sheet.page_setup.paperSize == 9
        if sheet.title != SHEETS[2]:
            assert sheet.sheet_properties.pageSetUpPr.fitToPage
    items = book[SHEETS[2]]  # so many columns that they go on below each other, in type that can be read
    assert items.page_setup.scale == 76 and items.print_title_cols == "$A:$C"
    common = [each for each in sample.volumes.of("", "enclosure", "envelope", "label") if not each.extra]
    assert len(items.col_breaks.brk) == (2 * len(common) + len(sample.volumes.of("", "blank")) - 1) // 6


def test_enclosures_of_the_book_with_and_without_spare(sample: Planned, tmp_path: Path) -> None:
    (tmp_path / "book.xlsx").write_bytes(vendor_book(sample.volumes, []))
    sheet = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)[SHEETS[2]]
    common = [each for each in sample.volumes.of("", "enclosure", "envelope") if not each.extra]
    blanks = [each.needed for each in sample.volumes.of("", "blank")]
    both = [count for each in common for count in (each.needed, each.spare)]
    assert last_line(sheet, "合計") == [*both, *blanks]
    assert last_line(sheet, "予備を含む合計") == [each.total for each in common]
    own = [each for each in sample.volumes.quantities if each.extra and each.unit_code]
    below = [row for row in sheet.iter_rows(values_only=True) if str(row[3]).startswith("X")]
    assert [row[3:5] for row in below] == [(each.code, each.name) for each in own]
    assert bool(own) == (sample.volumes.unit == "市町村")


def test_codes_keep_their_zeros(listed: Listed) -> None:
    volumes = listed.planned.volumes
    units = tuple(replace(each, code=f"00{each.turn}") for each in volumes.consignments)
    lots = [UnitLot(units[0], lot_facts(listed.made.files[1]))]
    book = openpyxl.load_workbook(io.BytesIO(vendor_book(replace(volumes, consignments=units), lots)))
    for title in SHEETS[:5]:
        assert "001" in [row[1].value for row in book[title].iter_rows()], title


def notice_text(volumes: Volumes) -> tuple[str, int]:
    data, pages = volumes_notice(volumes)
    with pdfium.PdfDocument(data) as document:
        assert len(document) == pages
        text = "".join(page.get_textpage().get_text_range() for page in document)
    return re.sub(r"\s", "", text), pages


def test_the_notice_tells_all_numbers_before_anything_is_printed(sample: Planned) -> None:
    volumes = sample.volumes
    text, pages = notice_text(volumes)
    assert pages <= 2
    assert f"{volumes.pieces:,}通（{volumes.unit}{len(sample.consignments)}か所" in text
    assert f"{volumes.press_sheets:,}枚" in text and "データの引渡し未定" in text
    for each in volumes.of("", "set", "enclosure", "envelope", "blank"):
        assert re.sub(r"\s", "", each.name) in text and f"{each.total:,}" in text
    for name, count in volumes.services:
        assert f"{name}{count:,}通" in text
    sheets = sample.prepared.plan["sheets"].sum()
    assert sum(each.sheets for each in volumes.documents) == sheets
    assert sum(count for _, count in volumes.services) == volumes.pieces


def test_the_notice_names_days_and_addressee(listed: Listed) -> None:
    text, _ = notice_text(listed.planned.volumes)
    assert "=見本印刷株式会社御中営業部" in text and "事業課098-000-0000" in text
    assert "データの引渡し令和8年6月22日" in text
    assert "納入令和8年7月3日1か所、令和8年7月6日1か所" in text


def test_the_notice_names_the_units_of_own_enclosures_and_what_is_mailed(listed: Listed) -> None:
    volumes = listed.planned.volumes
    first, second = volumes.consignments
    own = [
        Quantity(code, "enclosure", "X1", "健診の案内", 5, extra=True)
        for code in (first.code, second.code, "")
    ]
    units = (replace(first, mailed=False), second)
    text, _ = notice_text(replace(volumes, consignments=units, quantities=(*volumes.quantities, *own)))
    assert f"健診の案内（{first.name}・{second.name}）" in text
    assert "封緘済みなし―令和" in text and "封緘済みする22令和" in text


def test_open_points_are_what_nobody_has_settled(listed: Listed, sample: Planned) -> None:
    settings = {setting for setting, _ in open_points(sample.volumes)}
    assert {f"[handover] {name}" for name in ("vendor", "files_on", "delivery_on", "erase_on")} <= settings
    assert sample.volumes.job.questions[0] in open_points(sample.volumes)
    volumes = listed.planned.volumes
    assert open_points(volumes) == list(volumes.job.questions)
    one = (replace(volumes.consignments[0], day=None), *volumes.consignments[1:])
    assert ("[handover] delivery_on", "納入日（那覇市）が決まっていません") in open_points(
        replace(volumes, consignments=one)
    )
    settled = replace(volumes, job=replace(volumes.job, questions=()))
    assert "まだ決まっていないこと" not in notice_text(settled)[0]
    assert vendor_book(settled, [])


# --- all of them ---


def test_the_same_plan_gives_the_same_bytes(listed: Listed, tmp_path: Path) -> None:
    write(tmp_path, listed.made, listed.planned)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (listed.folder / name).read_bytes(), name


def test_nobody_is_named(listed: Listed) -> None:
    people = listed.made.prepared.people
    secrets = {*people["name"], *people["insured_number"], *people["address"]}
    for name in sorted(FILES):
        path = listed.folder / name
        text = path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                text = "".join(book.read(part).decode("utf-8") for part in book.namelist())
        elif path.suffix == ".pdf":
            text = notice_text(listed.planned.volumes)[0]
        assert not [secret for secret in secrets if secret in text], name


def test_a_job_without_pieces_has_empty_lists(tmp_path: Path) -> None:
    plan = from_folder(write_job(tmp_path / "job", [person(1, name="")]))
    volumes = plan.volumes
    write_vendor_lists(tmp_path, plan.prepared, plan.kit, volumes.job, plan.consignments, plan.stock, [])
    for name in FILES:
        if name.endswith(".csv"):
            assert table(tmp_path / name) == [], name
    live_sums(tmp_path / "vendor_book.xlsx")


def test_a_whole_prefecture_is_listed_at_once(listed: Listed) -> None:
    """41 units with 15 boxes each."""
    volumes = listed.planned.volumes
    unit = volumes.consignments[1]
    boxes = tuple(replace(unit.boxes[0], number=at, pallet=-(-at // 2)) for at in range(1, 16))
    units = tuple(replace(unit, boxes=boxes, turn=turn, day=dt.date(2026, 7, 6)) for turn in range(1, 42))
    begin = time.process_time()
    whole = replace(volumes, consignments=units)
    vendor_book(whole, [UnitLot(each, lot_facts(listed.made.files[0])) for each in units])
    assert volumes_notice(whole)[1] == 2
    assert time.process_time() - begin < 1.5
