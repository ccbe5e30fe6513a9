"""Delivery note and receipt: what they say comes is what the consignment holds, box by box and in all."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from line_fixtures import Finished, finished, table
from small_job import JOB, person, write_job

from kouki_print.handover.consignment import Box, Consignment, Place, Supply
from kouki_print.handover.delivery_note import (
    delivery_note,
    delivery_table,
    piece_lines,
    read_totals,
    totals_line,
)
from kouki_print.order.load import load_order
from kouki_print.order.models import Order

pytest_plugins = ("line_fixtures",)
PLACE = Place("うるま市", "9042215", "うるま市みどり町一丁目1番1号", "保険年金課", "098-974-3111")
SUPPLIES = (
    Supply("1", "資格確認書（ブランク）", 35, blank=True, weight_cg=1000),
    Supply("5", "マイナ利用チラシ", 35, weight_cg=400),
    Supply("ENV", "封筒 長形3号", 35, weight_cg=600),
)
UNIT = Consignment(
    code="47213",
    name="うるま市",
    place=PLACE,
    day=None,
    turn=1,
    sealed=True,
    mailed=True,
    handover_way="",
    no_forward=False,
    boxes=(),
    supplies=SUPPLIES,
    supply_boxes=1,
    pallet_boxes=24,
)


@pytest.fixture(scope="module")
def order(tmp_path_factory: pytest.TempPathFactory) -> Order:
    return load_order(write_job(tmp_path_factory.mktemp("order"))).order


def filled(*contents: tuple[str, dict[str, int]], unit: Consignment = UNIT) -> Consignment:
    """The unit with boxes of these services and pieces by set, in sequence."""
    boxes: list[Box] = []
    for number, (service, sets) in enumerate(contents, start=1):
        first = boxes[-1].last + 1 if boxes else 1
        pieces = sum(sets.values())
        boxes.append(
            Box(
                number=number,
                first=first,
                last=first + pieces - 1,
                pieces=pieces,
                weight_cg=4600 * pieces,
                thickness_um=2000 * pieces,
                service=service,
                sets=tuple(sorted(sets.items())),
                no_forward=0,
                pallet=(number - 1) // unit.pallet_boxes + 1,
                bundles=(),
            )
        )
    return replace(unit, boxes=tuple(boxes))


def pages(data: bytes) -> list[str]:
    with pdfium.PdfDocument(data) as document:
        return [page.get_textpage().get_text_range() for page in document]


def lines(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"))))


def total(found: list[dict[str, str]], column: str, *kinds: str) -> int:
    return sum(int(line[column]) for line in found if line["kind"] in kinds)


@pytest.mark.parametrize(("count", "most"), [(1, 3), (30, 4), (300, 13)])
def test_note_and_receipt_tell_the_same_totals(order: Order, count: int, most: int) -> None:
    unit = filled(*[("simple_registered", {"A": 200, "B": 100})] * count)
    data, number = delivery_note(order, unit)
    texts = pages(data)
    assert len(texts) == number <= most
    assert read_totals("\n".join(texts)) == (count, 300 * count, 1)
    assert "納品書" in texts[0] and "受領書" in texts[-1]
    assert "OKR08-47213" in texts[0] and "OKR08-47213" in texts[-1]
    spaceless = totals_line(unit).replace("　", "").replace(" ", "")
    assert all(spaceless in "".join(texts[at].split()) for at in (0, -1))
    assert delivery_note(order, unit)[0] == data


def test_every_box_has_its_line_in_the_list(order: Order) -> None:
    unit = filled(*[("simple_registered", {"A": 300})] * 40, ("none", {"A": 7, "B": 1}))
    unit = replace(unit, supply_boxes=9)
    shown = [line for text in pages(delivery_note(order, unit)[0])[1:-1] for line in text.splitlines()]
    for box in unit.boxes:
        what = "8通 368 g 窓口交付" if box.service == "none" else "300通 13.8 kg 簡易書留"
        assert f"{box.number} / 41 {box.first:07d} 〜 {box.last:07d} {what} {box.pallet}" in shown
    supplies = [line for line in shown if line.startswith("予備の箱 ")]
    assert supplies == [
        f"予備の箱 {number} / 9 ブランク証・封入物・封筒 約77 g {2 if number < 8 else 3}"
        for number in range(1, 10)
    ], "on top"


def test_totals_that_differ_are_not_read() -> None:
    line = totals_line(filled(("ordinary", {"B": 1234})))
    assert read_totals(f"納品書\r\n{line}\r\n受領書\r\n{line}") == (1, 1234, 1)
    for text in ("", line, f"{line} {line.replace('1,234', '1,233')}", line * 3):
        with pytest.raises(ValueError, match="totals"):
            read_totals(text)


KINDS = st.tuples(
    st.sampled_from(["simple_registered", "ordinary", "none", "mixed"]),
    st.dictionaries(st.sampled_from(["A", "B", "CR"]), st.integers(1, 300), min_size=1),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(KINDS, min_size=1, max_size=40))
def test_pieces_add_up(contents: list[tuple[str, dict[str, int]]]) -> None:
    unit = filled(*contents)
    found = piece_lines(unit)
    for at, counted in ((0, unit.services), (1, unit.sets)):
        assert {key: sum(line[2] for line in found if line[at] == key) for key in counted} == counted


def test_the_table_tells_what_the_paper_tells(order: Order) -> None:
    unit = filled(
        ("simple_registered", {"A": 200, "B": 3}), ("simple_registered", {"B": 50}), ("none", {"A": 2})
    )
    found = lines(delivery_table(order, unit))
    assert [tuple(line[name] for name in ("kind", "code", "service", "quantity")) for line in found] == [
        ("pieces", "A", "simple_registered", "200"),
        ("pieces", "B", "simple_registered", "53"),
        ("pieces", "A", "none", "2"),
        ("box", "", "", "3"),
        ("blank", "1", "", "35"),
        ("enclosure", "5", "", "35"),
        ("envelope", "ENV", "", "35"),
        ("supply_box", "", "", "1"),
    ]
    first = pages(delivery_note(order, unit)[0])[0]
    for words in ("資格確認書", "資格情報のお知らせ", "窓口交付", "ブランク証", "予備の封筒", "封緘済み"):
        assert words in first
    unsafe = replace(unit, supplies=(Supply("5", "=1+1", 3),))
    assert lines(delivery_table(order, unsafe))[-2]["name"] == "'=1+1"


def test_what_nobody_has_set_is_open_on_the_paper(order: Order) -> None:
    bare = filled(
        ("simple_registered", {"A": 1}), unit=replace(UNIT, supplies=(), supply_boxes=0, sealed=False)
    )
    text = "".join("".join(pages(delivery_note(order, bare)[0])).split())
    assert "納入日＿＿＿＿年＿＿月＿＿日" in text and "納入者＿＿＿＿" in text
    assert "封筒は未封緘です" in text
    known = {"vendor": "○○印刷株式会社", "contact": "管理課 098-000-1111"}
    told = order.model_copy(update={"handover": order.handover.model_copy(update=known)})
    text = "".join("".join(pages(delivery_note(told, replace(bare, day=dt.date(2026, 7, 6)))[0])).split())
    assert "納入日令和8年7月6日" in text and text.count("納入者○○印刷株式会社") == 2
    assert "連絡先管理課098-000-1111" in text


def test_long_names_and_another_place_stand_on_the_paper(order: Order) -> None:
    name = "社会福祉法人沖縄県南部みどりの丘福祉会特別養護老人ホームひまわり苑"
    place = Place(
        f"{name} 第二倉庫（地下）", "9010401", "島尻郡八重瀬町字東風平" * 4, "", "", "10時から15時まで"
    )
    unit = filled(("none", {"A": 1}), unit=replace(UNIT, name=name, place=place, mailed=False))
    texts = pages(delivery_note(order, unit)[0])
    first = "".join(texts[0].split())
    assert len(texts) == 3
    for words in (f"{name}第二倉庫（地下）", f"（{name}の分）", "〒901-0401", "10時から15時まで", "郵送なし"):
        assert words in first
    assert read_totals("\n".join(texts)) == (1, 1, 1)


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two municipalities, boxes of three; one of 41 is enough to have no pieces and no folder."""
    folder = tmp_path_factory.mktemp("delivered")
    people = [person(count, linked="0") for count in range(1, 8)]
    elsewhere = {"municipality_code": "47201", "insurer_number": "39472014", "postcode": "900-0021"}
    people += [person(count, birth_date="3200101", name="那覇　一郎", **elsewhere) for count in (8, 9)]
    write_job(folder / "job", people, JOB + "[boxes]\nmax_pieces = 3\n")
    return finished(folder / "job", folder / "out")


def test_both_folders_have_the_note_and_it_counts_what_is_there(delivered: Finished) -> None:
    own = delivered.out / "municipalities"
    assert sorted(path.parent.name for path in own.glob("*/delivery_note.pdf")) == ["47201", "47213"]
    for code in ("47201", "47213"):
        for name in ("delivery_note.pdf", "delivery_note.csv"):
            data = (own / code / name).read_bytes()
            assert data == (delivered.out / "vendor" / code / name).read_bytes()
            (listed,) = (each for each in delivered.manifest(code)["files"] if each["path"] == name)
            assert listed["kind"] == "list" and listed["bytes"] == len(data)
        found = table(own / code / "delivery_note.csv")
        pieces = delivered.pieces(code)
        totals = read_totals("\n".join(pages((own / code / "delivery_note.pdf").read_bytes())))
        boxes = max(int(piece["box"]) for piece in pieces)
        assert totals[:2] == (boxes, len(pieces))
        told = tuple(total(found, "quantity", kind) for kind in ("box", "pieces", "supply_box"))
        assert told == totals
        assert [line["kind"] for line in found if "box" in line["kind"]] == ["box", "supply_box"], "once each"


def test_boxes_for_the_clerk_in_charge_are_told_without_a_reason(order: Order) -> None:
    unit = filled(("ordinary", {"A": 3}), ("ordinary", {"A": 2}))
    unit = replace(unit, boxes=(unit.boxes[0], replace(unit.boxes[1], attention=True)))
    text = "\n".join(pages(delivery_note(order, unit)[0]))
    (line,) = (line for line in text.splitlines() if "担当者が開けてください" in line)
    assert line.startswith("2 / 2")
    assert "支援" not in text and "保護" not in text


def test_without_supplies_nothing_is_said_of_them(order: Order) -> None:
    bare = filled(("ordinary", {"A": 3}), unit=replace(UNIT, supplies=(), supply_boxes=0))
    text = "\n".join(pages(delivery_note(order, bare)[0]))
    assert "予備" not in text
    assert read_totals(text) == (1, 3, 0)
    assert [
        line["quantity"] for line in lines(delivery_table(order, bare)) if line["kind"] == "supply_box"
    ] == ["0"]


def test_the_addressee_stands_on_one_line(order: Order) -> None:
    place = replace(PLACE, section="")
    unit = filled(("ordinary", {"A": 3}), unit=replace(UNIT, place=place))
    told = order.model_copy(
        update={"handover": order.handover.model_copy(update={"vendor_contact": "営業部 山田 098-0"})}
    )
    first = pages(delivery_note(told, unit)[0])[0].splitlines()
    assert "うるま市 御中" in first and "御中" not in first
    assert any("担当 営業部" in line for line in first)


def test_nobody_is_named_on_the_note(delivered: Finished) -> None:
    for path in Path(delivered.out / "vendor").glob("*/delivery_note.*"):
        said = (
            "".join(pages(path.read_bytes())) if path.suffix == ".pdf" else path.read_text(encoding="utf-8")
        )
        for each in delivered.people():
            for secret in (each["被保険者番号"], each["氏名"], each["住所"], each["氏名"].replace("　", "")):
                assert secret not in said
