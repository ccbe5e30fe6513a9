"""ticket.xjdf: what a vendor's machines read of a unit, and how a schema of the job folder judges it."""

from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from line_fixtures import Finished, cli, said
from lxml import etree
from small_job import JOB, write_job
from work_kit import CERTIFICATE, NOTICE, PRESS, UNIT, job, unit

from kouki_print.base.errors import JobError
from kouki_print.handover.ticket import load_schema, process_types, ticket
from kouki_print.handover.work_facts import Box, Slot

pytest_plugins = ("line_fixtures",)
DATA = Path(__file__).parent / "data"
SCHEMA = "ticket_small.xsd"
NAMES = {"x": "http://www.CIP4.org/JDFSchema_2_0"}


def read(data: bytes) -> Any:
    """The ticket as a tree."""
    return etree.fromstring(data)


def found(data: bytes, path: str) -> list[Any]:
    """Elements or attributes by path, ``x:`` for XJDF's names."""
    return read(data).xpath(path, namespaces=NAMES)


def folder_with(path: Path, *changes: tuple[str, str]) -> Path:
    """A job folder with the small schema, changed."""
    for name in (SCHEMA, "ticket_types.xsd"):
        shutil.copyfile(DATA / name, path / name)
    text = (path / SCHEMA).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    (path / SCHEMA).write_text(text, encoding="utf-8")
    return path


def test_head_names_job_unit_date_and_steps() -> None:
    root = read(ticket(job(), unit()))
    assert (root.get("JobID"), root.get("JobPartID")) == ("OKR08", "47201")
    assert root.get("Types").split() == [
        "Imposition", "Interpreting", "Rendering", "DigitalPrinting", "Cutting", "Perforating", "Folding",
        "Inserting",
    ]  # fmt: skip
    (header,) = root.xpath("x:AuditPool/x:AuditCreated/x:Header", namespaces=NAMES)
    assert header.get("Time") == "2026-06-20T00:00:00+09:00"


def test_the_work_ends_on_the_delivery_day_if_there_is_one() -> None:
    """Not on the day on which the municipality posts."""
    assert found(ticket(job(), unit()), "//x:NodeInfo/@LastEnd") == ["2026-07-06T00:00:00+09:00"]
    assert found(ticket(job(), unit(day=None)), "//x:NodeInfo/@LastEnd") == []


def test_run_lists_hold_each_lot_with_digest_and_pages() -> None:
    data = ticket(job(), unit())
    for usage, kind in (("Input", "single"), ("Output", "imposed")):
        sets = found(data, f"x:ResourceSet[@Name='RunList'][@Usage='{usage}']")
        lists = sets[0].xpath(".//x:RunList", namespaces=NAMES)
        files = [getattr(each, kind) for each in UNIT.lots]
        assert [(each.get("NPage"), each[0].get("URL"), each[0].get("CheckSum")) for each in lists] == [
            (str(file.pages), file.path, file.sha256) for file in files
        ]


def test_layout_says_piles_in_points_from_the_bottom_left() -> None:
    data = ticket(job(), unit())
    places = found(data, "//x:Position")
    assert [each.get("StackOrd") for each in places] == ["0", "1"]
    assert {each.get("StackDepth") for each in places} == {"2500"}
    # 28.5 mm from the left; 329 - 16 - 297 = 16 mm from the bottom
    assert places[0].get("AbsoluteBox") == "80.787 45.354 676.063 887.244"
    assert [each.get("Box") for each in found(data, "//x:CutBlock")] == [
        each.get("AbsoluteBox") for each in places
    ]
    assert found(data, "//x:Layout/@Automated") == ["true"]
    assert found(data, "//x:Media/@Dimension")[0] == "1369.134 932.598"
    assert found(data, "//x:Media/@Weight") == ["81.4", "81.4"]
    assert found(data, "//x:DigitalPrintingParams/@Sides") == ["TwoSided"]


def test_without_piles_nothing_is_said_of_stacks_and_slots_turn_the_other_way() -> None:
    front = (Slot(Box(10, 10, 297, 210), 90, "表"),)
    press = replace(PRESS, stacked=False, front=front, back=(), sheet_lines=(None,), roll=True)
    data = ticket(job(press=press), unit())
    (place,) = found(data, "//x:Position")
    assert place.get("StackOrd") is None and place.get("StackDepth") is None
    assert place.get("Orientation") == "Rotate270"  # XJDF turns counterclockwise
    assert found(data, "//x:DigitalPrintingParams/@Sides") == ["OneSidedFront"]
    assert set(found(data, "//x:Media/@MediaUnit")) == {"Roll"}


def test_the_layout_says_in_words_what_has_no_place_in_it() -> None:
    """Turning, piling and falling order: read by people, as the work order has them."""
    press = replace(PRESS, notes=("両面", "最後の用紙から印刷する（降順）"))
    assert found(ticket(job(press=press), unit()), "//x:Resource[x:Layout]/x:Comment/text()") == [
        "両面。最後の用紙から印刷する（降順）"
    ]


def test_perforations_are_the_lines_of_their_document() -> None:
    data = ticket(job(), unit())
    (own,) = found(data, "//x:Resource[x:PerforatingParams]")
    assert own.xpath("x:Part/@ProductPart", namespaces=NAMES) == ["doc_certificate"]
    lines = [(each.get("StartPosition"), each.get("WorkingPath")) for each in own.iter("{*}Perforate")]
    assert lines == [
        # the rectangle: 41 mm from the left, 297 - 103 - 91 = 103 mm from the bottom, 128 × 91 mm
        ("116.22 291.969", "362.835 0"),
        ("116.22 549.921", "362.835 0"),
        ("116.22 291.969", "0 257.953"),
        ("479.055 291.969", "0 257.953"),
        ("0 280.63", "595.276 0"),  # across the sheet at 198 mm from the top
        ("297.638 0", "0 280.63"),  # down from there in the middle
    ]


def test_folds_go_away_from_the_address_each_from_the_edge_that_is_left() -> None:
    sideways = replace(CERTIFICATE, folds_y=(), folds_x=(70, 140))
    data = ticket(job(), unit(documents=(CERTIFICATE, replace(sideways, key="notice"))))
    folds = [(each.get("From"), each.get("To"), each.get("Travel")) for each in found(data, "//x:Fold")]
    assert folds == [
        ("Front", "Down", "280.63"),  # 297 - 198 = 99 mm
        ("Front", "Down", "277.795"),  # 198 - 100 = 98 mm
        ("Left", "Down", "198.425"),
        ("Left", "Down", "198.425"),
    ]


def test_what_a_job_has_not_is_no_step() -> None:
    flat = replace(NOTICE, folds_y=())
    assert process_types(unit(documents=(flat,)))[-2:] == ["Cutting", "Inserting"]
    data = ticket(job(plates=(), dies=()), unit(documents=(flat,), sets=UNIT.sets[1:]))
    assert not found(data, "//x:PerforatingParams|//x:FoldingParams|//x:Color")
    assert found(data, "x:ResourceSet[@ProcessUsage='Mother']/@CombinedProcessIndex") == ["5"]


def test_sets_and_enclosures_are_counted_in_their_order() -> None:
    data = ticket(job(), unit())
    assert found(data, "//x:Resource[x:InsertingParams]/x:GeneralID/@IDValue") == ["1;3;6", "2;6;X1"]
    child = found(data, "x:ResourceSet[@ProcessUsage='Child']/x:Resource")
    assert [(each.get("ExternalID"), each[0][0].get("Amount")) for each in child] == [
        ("3", "30"),
        ("6", "42"),
        ("X1", "12"),
    ]
    assert child[0].xpath("x:GeneralID/@IDValue", namespaces=NAMES) == ["1"]  # the feeder


def test_matching_codes_have_kind_place_and_form() -> None:
    (front, back) = found(
        ticket(job(code_encoding="DATAMATRIX"), unit(documents=(NOTICE,))), "//x:IdentificationField"
    )
    assert (front.get("Position"), back.get("Position")) == ("Front", "Back")
    assert front.get("EncodingDetails") == "DATAMATRIX"
    assert front.get("BoundingBox") == "530.079 783.213 566.079 819.213"
    assert front.get("Format").startswith("OKR08-47201-[0-9]{7}-")


def test_plates_are_named_and_die_lines_known() -> None:
    data = ticket(job(), unit())
    assert found(data, "//x:ColorantControl/@ColorantOrder") == ["Black DIC_123 Perforation"]
    colours = [(each.get("ActualColorName"), each.get("ColorType")) for each in found(data, "//x:Color")]
    assert colours == [("DIC 123", "Normal"), ("Perforation", "DieLine")]


def test_any_name_is_written_as_it_is() -> None:
    name = "甲&乙 <\"本社\"> 'x'"
    root = read(ticket(job(title="A & B"), unit(name=name + "\x0b")))
    assert root.get("DescriptiveName") == f"A & B　{name}"


def test_same_facts_same_bytes() -> None:
    assert ticket(job(), unit()) == ticket(job(), unit())


def test_the_small_schema_takes_every_shape(tmp_path: Path) -> None:
    schema = load_schema(folder_with(tmp_path), SCHEMA)
    flat = replace(NOTICE, folds_y=(), code_front=None, gsm="")
    for facts in (unit(), unit(documents=(CERTIFICATE, flat)), unit(day=None)):
        schema.check(ticket(job(), facts), "47201/ticket.xjdf")


def test_a_schema_that_asks_for_more_names_place_line_and_element(tmp_path: Path) -> None:
    more = (
        '<xs:attribute name="Weight" type="xs:float"/>',
        '<xs:attribute name="Thickness" use="required"/>',
    )
    schema = load_schema(folder_with(tmp_path, more), SCHEMA)
    with pytest.raises(JobError) as caught:
        schema.check(ticket(job(), unit()), "47201/ticket.xjdf")
    told = caught.value.message()
    line = next(
        at for at, text in enumerate(ticket(job(), unit()).decode().splitlines(), 1) if "<Media " in text
    )
    assert told.startswith("47201/ticket.xjdf: XJDFのジョブチケットがスキーマ ticket_small.xsd に合いません")
    assert f"{line}行目" in told and "Media" in told and "Thickness" in told
    assert "CIP4.org" not in told and "xjdf_schema" in caught.value.remedy


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("https://schema.cip4.org/types.xsd", "ネットワーク"),
        ("file:///etc/hostname", "ネットワーク"),
        ("../outside.xsd", "注文フォルダーの外"),
        ("absent.xsd", "読めません"),
    ],
)
def test_only_files_of_the_job_folder_are_read(tmp_path: Path, place: str, why: str) -> None:
    job_dir = tmp_path / "job"
    job_dir.mkdir()
    shutil.copyfile(DATA / "ticket_types.xsd", tmp_path / "outside.xsd")
    folder_with(job_dir, ("ticket_types.xsd", place))
    with pytest.raises(JobError) as caught:
        load_schema(job_dir, SCHEMA)
    assert why in caught.value.message() and SCHEMA in caught.value.where()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "読めません"),
        ("<xs:schema", "XMLとして読めません"),
        ("<schema/>", "使えません"),
        ('<!DOCTYPE x [<!ENTITY e SYSTEM "/etc/hostname">]><x>&e;</x>', "使えません"),
    ],
)
def test_what_is_no_schema_is_told(tmp_path: Path, content: str | None, why: str) -> None:
    if content is not None:
        (tmp_path / "own.xsd").write_text(content, encoding="utf-8")
    with pytest.raises(JobError) as caught:
        load_schema(tmp_path, "own.xsd")
    assert why in caught.value.message() and caught.value.file == "own.xsd"


def test_a_run_writes_what_its_manifest_says(tiny: Finished) -> None:
    folder = tiny.out / "vendor" / "47213"
    data = (folder / "ticket.xjdf").read_bytes()
    listed = {entry["path"]: entry for entry in tiny.manifest("47213")["files"]}
    specs = found(data, "//x:RunList")
    assert {each[0].get("URL") for each in specs} == {path for path in listed if "/" in path}
    for each in specs:
        entry = listed[each[0].get("URL")]
        assert (each[0].get("CheckSum"), each.get("NPage")) == (entry["sha256"], str(entry["pages"]))
        assert each[0].get("FileSize") == str(entry["bytes"])
    load_schema(DATA, SCHEMA).check(data, "ticket.xjdf")
    others = [path for path in (tiny.out / "vendor").iterdir() if path.name != "47213"]
    assert not any((path / "ticket.xjdf").exists() for path in others)  # nothing to print there


def test_nobody_is_in_it(tiny: Finished) -> None:
    text = (tiny.out / "vendor" / "47213" / "ticket.xjdf").read_text(encoding="utf-8")
    with (tiny.job / "export.csv").open(encoding="utf-8", newline="") as handle:
        people = list(csv.DictReader(handle))
    cells = {row[key] for row in people for key in ("被保険者番号", "氏名", "住所", "生年月日") if row[key]}
    assert len(cells) > 4 and not [cell for cell in cells if cell in text]


def test_verify_sees_a_changed_ticket(spoiled: Finished) -> None:
    path = spoiled.out / "vendor" / "47213" / "ticket.xjdf"
    path.write_bytes(path.read_bytes().replace(b'Sides="TwoSided"', b'Sides="OneSidedFront"'))
    result = cli("verify", spoiled.out)
    assert result.exit_code == 3
    assert "ticket.xjdf" in result.output


def test_a_ticket_that_the_schema_refuses_stops_the_job(tmp_path: Path) -> None:
    folder = write_job(tmp_path / "job", job=JOB + f'[printing]\nxjdf_schema = "{SCHEMA}"\n')
    folder_with(folder, ('name="JobPartID" type="xs:NMTOKEN"', 'name="JobPartID" type="xs:date"'))
    told = said(cli("run", folder, "--out", tmp_path / "out", "--workers", "1"))
    assert "47213/ticket.xjdf" in told and "JobPartID" in told
    assert not (tmp_path / "out").exists()
