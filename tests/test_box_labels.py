"""Labels and divider cards: each says what it is for, and what a machine must read can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pypdfium2 as pdfium
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from line_fixtures import Finished, cli, finished, table
from made_lot import Made
from small_job import JOB, person, write_job

from kouki_print.job.units.consignments import consignments_of
from kouki_print.job.units.forms import load_unit_forms
from kouki_print.job.units.label_texts import box_texts, bundle_texts, pallet_texts, supply_texts
from kouki_print.job.units.labels import NUMBER_SHEET, label_places
from kouki_print.job.units.task import UnitTools, unit_tasks
from kouki_print.job.units.vendor import write_vendor_matter
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.order.shipment import Boxes
from kouki_print.plan.boxing import boxes, bundles

pytest_plugins = ("line_fixtures",)
NUMBERS = "市町村コード,開始番号,終了番号\n47213,24680135793,24680136003\n"  # 24680-13579 to 24680-13600
SETTINGS = """\
[boxes]
max_pieces = 3
bundle_pieces = 2
pallet_boxes = 2
[blank_stock]
documents = ["certificate"]
[handover]
delivery_on = 2026-07-03
[printing]
registered_start = "A"
registered_stop = "B"
[mail]
notice = "ordinary"
[[deliver_to]]
unit = "47213"
name = "健康福祉センターうるみん"
postcode = "9040012"
address = "うるま市安慶名一丁目8番1号"
phone = "098-000-0001"
note = "裏の搬入口へ"
"""


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Seven people in boxes of three and bundles of two; two by ordinary mail, the others have numbers."""
    folder = tmp_path_factory.mktemp("labelled")
    people = [person(count, birth_date="3160705", linked="0") for count in range(1, 6)]
    people += [person(count, birth_date="3200705") for count in (6, 7)]
    write_job(folder / "job", people, JOB + SETTINGS, changes={"47213": {"封緘": "しない"}})
    (folder / "job" / "numbers.csv").write_text(NUMBERS, encoding="utf-8")
    return finished(folder / "job", folder / "out")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedOrder:
    return load_order(write_job(tmp_path_factory.mktemp("order"), job=JOB + SETTINGS))


def pages(path: Path) -> list[str]:
    with pdfium.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


def codes(path: Path, page: int, dpi: int = 300) -> list[str]:
    """What a reader finds on a page, row by row and from left to right."""
    with pdfium.PdfDocument(path) as document:
        image = document[page].render(scale=dpi / 72, grayscale=True).to_numpy()
    found = zxingcpp.read_barcodes(image)
    places = [(round(each.position.top_left.y / 50), each.position.top_left.x, each.text) for each in found]
    return [text for _, _, text in sorted(places)]


def folder_of(made: Finished) -> Path:
    return made.out / "vendor" / "47213"


def test_every_box_says_what_is_in_it(labelled: Finished) -> None:
    pieces = pd.DataFrame(labelled.pieces("47213"))
    labels = pages(folder_of(labelled) / "box_labels.pdf")
    supplies = 4
    assert len(labels) == labelled.manifest("47213")["counts"]["boxes"] + supplies == 3 + supplies
    for number, (label, (_, mine)) in enumerate(zip(labels, pieces.groupby("box"), strict=False), start=1):
        first, last = (int(mine["sequence"].iloc[at]) for at in (0, -1))
        bundle_count = -(-len(mine) // 2)
        for words in (
            "うるま市", f"{number} / 3", f"{first:07d} 〜 {last:07d}", f"{len(mine)}通", "未封緘", f"{bundle_count}束",
            "令和8年7月3日", "令和8年度 年次切替", f"{1 + (number - 1) // 2} / 4",
            "〒904-0012", "健康福祉センターうるみん", "098-000-0001", "裏の搬入口へ",
            {"simple_registered": "簡易書留", "ordinary": "普通"}[mine["mail_service"].iloc[0]],
        ):  # fmt: skip
            assert words in label, words
        names = {"A": "資格確認書", "B": "資格情報のお知らせ"}
        for code, count in mine["set_code"].value_counts().items():
            assert f"{code}（{names[code]}） {count}通" in label.splitlines()
        assert codes(folder_of(labelled) / "box_labels.pdf", number - 1) == [f"OKR08-47213-{number:03d}"]
    assert len(pieces["box"].unique()) == 3


def test_boxes_of_supplies_stand_behind_the_boxes_of_pieces(labelled: Finished) -> None:
    """Ten blank documents and what goes with them, in boxes of three: four boxes, and no piece in them."""
    labels = pages(folder_of(labelled) / "box_labels.pdf")[3:]
    for number, label in enumerate(labels, start=1):
        for words in (
            "予備の箱",
            "印字した封筒は入っていません",
            f"{number} / 4",
            "□ 資格確認書（ブランク）　10枚",
            "封筒 長形3号 窓付　10枚",
            "4箱の合計",
        ):
            assert words in label, words
        assert "通し番号" not in label
        assert codes(folder_of(labelled) / "box_labels.pdf", 2 + number) == [f"OKR08-47213-S{number:02d}"]


def test_every_pallet_says_which_boxes_are_on_it(labelled: Finished) -> None:
    first, second, third, fourth = pages(folder_of(labelled) / "pallet_labels.pdf")
    assert "箱 1 〜 2（2箱 5通）" in first and "1 / 4" in first and "予備" not in first
    assert "箱 3（1箱 2通）" in second and "予備の箱 1（1箱）" in second
    assert "予備の箱 2 〜 3（2箱）" in third and "予備の箱 4（1箱）" in fourth
    for label in (first, second, third, fourth):
        assert "うるま市" in label and "健康福祉センターうるみん" in label and "令和8年7月3日" in label


def test_divider_cards_are_in_sequence_once_cut(labelled: Finished) -> None:
    """The right pile goes below the left one; the text of the left card comes first on a page."""
    sheets = pages(folder_of(labelled) / "dividers.pdf")
    left, right = zip(*(sheet.split("うるま市", 1) for sheet in sheets), strict=True)
    cards = [*left, *right]
    shown = [("1 / 3", "1 / 2", "0000001 〜 0000002"), ("1 / 3", "2 / 2", "0000003")]
    shown += [("2 / 3", "1 / 1", "0000004 〜 0000005"), ("3 / 3", "1 / 1", "0000006 〜 0000007")]
    for card, words in zip(cards, shown, strict=True):
        assert all(each in card.splitlines() for each in words)


def test_number_labels_lie_row_by_row_behind_the_heading_of_their_box(labelled: Finished) -> None:
    """Codabar with the start and stop letters of the order; two boxes share a sheet that would be mostly empty."""
    path = folder_of(labelled) / "number_labels.pdf"
    numbered = [piece for piece in labelled.pieces("47213") if piece["registered_number"]]
    (sheet,) = pages(path)
    lines = sheet.splitlines()
    read = [each.strip("ABCD") for each in codes(path, 0)]
    assert read == [piece["registered_number"] for piece in numbered] and len(read) == 5
    heads = [lines.index("箱 1 / 3"), lines.index("箱 2 / 3")]
    assert (
        lines[heads[0] + 1] == "0000001 〜 0000003（3枚）"
        and lines[heads[1] + 1] == "0000004 〜 0000005（2枚）"
    )
    for piece in numbered:
        number = piece["registered_number"]
        at = lines.index(piece["piece_id"])
        assert lines[at - 1] == f"簡易書留 {int(piece['sequence']):07d}", "as in the envelope's window"
        assert lines[at + 1] == f"{number[:3]}-{number[3:5]}-{number[5:10]}-{number[10]}"
        assert heads[0] < at and (at > heads[1]) == (piece["box"] == "2")
    with pdfium.PdfDocument(path) as document:
        assert [round(side * 25.4 / 72) for side in document[0].get_size()] == [210, 297]


@given(st.lists(st.integers(1, 400), min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_each_box_begins_a_sheet_of_labels_unless_too_many_stay_empty(sizes: list[int]) -> None:
    ends = np.cumsum(sizes).tolist()
    at, heads, count = label_places(list(zip([0, *ends], ends, strict=False)))
    groups = np.split(at, ends[:-1])
    taken = sorted([*heads, *at.tolist()])
    assert len(set(taken)) == len(taken) == sum(sizes) + len(sizes) and taken[-1] < count
    for head, group, size in zip(heads, groups, sizes, strict=True):
        assert group.tolist() == list(range(head + 1, head + 1 + size)), "its labels, behind its heading"
    apart = -(-(np.array(sizes) + 1) // NUMBER_SHEET.up) * NUMBER_SHEET.up
    if len(taken) >= 0.7 * apart.sum():
        assert count == apart.sum() and not any(head % NUMBER_SHEET.up for head in heads)
    else:
        assert count == len(taken)


def test_the_lists_of_boxes_and_bundles_add_up(labelled: Finished) -> None:
    folder, pieces = folder_of(labelled), labelled.pieces("47213")
    boxes_csv, bundles_csv = table(folder / "boxes.csv"), table(folder / "bundles.csv")
    for line in boxes_csv:
        mine = [piece for piece in pieces if piece["box"] == line["box"]]
        inside = [each for each in bundles_csv if each["box"] == line["box"]]
        assert int(line["pieces"]) == len(mine) == sum(int(each["pieces"]) for each in inside)
        assert float(line["weight_g"]) == pytest.approx(sum(float(piece["weight_g"]) for piece in mine))
        assert line["first_sequence"] == mine[0]["sequence"] and line["last_sequence"] == mine[-1]["sequence"]
        assert {piece["mail_service"] for piece in mine} == {line["mail_service"]}
        assert int(line["no_forward"]) == sum(piece["no_forward"] == "1" for piece in mine)
        counted = dict(each.split("=") for each in line["sets"].split(";"))
        assert {code: int(count) for code, count in counted.items()} == dict(
            pd.Series([piece["set_code"] for piece in mine]).value_counts()
        )
        assert int(line["bundles"]) == len(inside)
        assert (
            line["code"] == f"OKR08-47213-{int(line['box']):03d}"
            and line["thickness_mm"] == f"{5 * len(mine)}.000"
        )
    assert sum(int(line["pieces"]) for line in boxes_csv) == len(pieces)
    listed = {entry["path"]: entry for entry in labelled.manifest("47213")["files"]}
    assert {listed[name]["kind"] for name in ("boxes.csv", "bundles.csv")} == {"list"}


def plan_of(rows: Sequence[tuple[str, str]], limits: Boxes) -> pd.DataFrame:
    """A plan of one unit with these (mail service, 郵便区), boxed and bundled."""
    services, names = ([row[at] for row in rows] for at in (0, 1))
    frame = pd.DataFrame({"mail_service": services, "area": names}).sort_values(
        ["mail_service", "area"], ignore_index=True
    )
    frame = frame.assign(
        unit_code="47213", weight_cg=4600, thickness_um=5000, no_forward=False, set_code="A", apart=False
    )
    frame["sequence"] = np.arange(1, len(frame) + 1)
    unit, kind = frame["unit_code"].to_numpy(), pd.factorize(frame["mail_service"])[0]
    frame["box"], position = boxes(
        unit, frame["weight_cg"].to_numpy(), frame["thickness_um"].to_numpy(), limits, kind
    )
    areas = pd.factorize(frame["area"])[0]
    return frame.assign(bundle=bundles(unit, frame["box"].to_numpy(), position, limits, areas))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["simple_registered", "ordinary"]), st.sampled_from(["うるま西", "具志川"])
        ),
        min_size=1,
        max_size=40,
    ),
    st.sampled_from(["count", "area"]),
    st.integers(1, 9),
    st.integers(1, 4),
)
@settings(max_examples=60, deadline=None)
def test_the_cards_cover_every_piece_once(
    loaded: LoadedOrder, rows: list[tuple[str, str]], how: str, most: int, each: int
) -> None:
    limits = Boxes.model_validate(
        {"max_pieces": most, "bundle": how, "bundle_pieces": each, "pallet_boxes": 3}
    )
    changed = replace(loaded, order=loaded.order.model_copy(update={"boxes": limits}))
    plan = plan_of(rows, limits)
    given = consignments_of(changed, plan)["47213"]
    cards = bundle_texts(given)
    covered: list[int] = []
    for shown, count, area in zip(
        *(cards[f"bundle_{name}"] for name in ("sequence", "count", "area")), strict=True
    ):
        ends = [int(number) for number in shown.split(" 〜 ")]
        mine = range(ends[0], ends[-1] + 1)
        covered += mine
        assert count == f"{len(mine)}通"
        own = plan["area"].iloc[ends[0] - 1 : ends[-1]]
        assert set(own) == {area} if how == "area" else len(mine) <= each and not area
    assert covered == list(range(1, len(rows) + 1))
    assert len(pallet_texts(changed.order, given)["pallet_boxes"]) == given.pallets


def test_without_bundles_there_are_no_cards(made: Made, tmp_path: Path) -> None:
    prepared = made.prepared
    given = consignments_of(prepared.loaded, prepared.plan)
    forms = load_unit_forms(prepared.loaded, tmp_path, prepared.styles)
    task = next(unit_tasks(prepared, given, tmp_path))
    bare = tuple(replace(box, bundles=()) for box in task.consignment.boxes)
    task = replace(task, consignment=replace(task.consignment, boxes=bare))
    task.vendor.mkdir(parents=True)
    listed = write_vendor_matter(UnitTools(prepared.loaded, tmp_path, forms, prepared.styles), task)
    assert {path.name for path in task.vendor.iterdir()} == {file.path for file in listed}
    assert not (task.vendor / "dividers.pdf").exists()
    assert table(task.vendor / "bundles.csv") == []
    assert {line["bundles"] for line in table(task.vendor / "boxes.csv")} == {"0"}
    assert "なし" in pages(task.vendor / "box_labels.pdf")[0]


def test_many_supplies_share_eight_lines(loaded: LoadedOrder) -> None:
    given = consignments_of(loaded, plan_of([("ordinary", "")], Boxes()))["47213"]
    supplies = tuple(replace(given.supplies[0], name=f"品{number}") for number in range(1, 12))
    (told, *_) = supply_texts(loaded.order, replace(given, supplies=supplies))["supplies"]
    assert told.splitlines()[0] == "□ 品1　10枚　□ 品2　10枚" and len(told.splitlines()) == 6
    assert told.count("枚") == 11


def test_boxes_of_people_apart_say_who_opens_them_and_not_why(loaded: LoadedOrder) -> None:
    plan = plan_of([("ordinary", "")] * 4, Boxes(max_pieces=2)).assign(apart=[False, False, True, True])
    given = consignments_of(loaded, plan)["47213"]
    assert [box.attention for box in given.boxes] == [False, True]
    assert box_texts(loaded.order, given)["box_attention"] == ["", "担当者が開けてください"]


def test_a_label_has_a_line_for_each_set_and_room_for_the_day(loaded: LoadedOrder) -> None:
    plan = plan_of([("none", "")] * 3, Boxes()).assign(set_code=["A", "A", "B"])
    given = replace(consignments_of(loaded, plan)["47213"], day=None)
    texts = box_texts(loaded.order, given)
    assert texts["box_sets"] == ["A（資格確認書） 2通\nB（資格情報のお知らせ） 1通"]
    assert texts["delivery_day"][0].split() == ["年", "月", "日"]
    assert (texts["service"], texts["box_sealing"]) == (["窓口交付"], ["封緘済み"])
    unmailed = replace(given, mailed=False, sealed=False, handover_way="区長が配る")
    texts = box_texts(loaded.order, unmailed)
    assert (texts["service"], texts["box_sealing"]) == (["郵送なし"], ["未封緘"])


def test_the_sheet_of_dividers_says_how_to_cut_it(labelled: Finished) -> None:
    for sheet in pages(folder_of(labelled) / "dividers.pdf"):
        assert sheet.count("線で切って使います") == 1 and "右の山を左の山の下に" in sheet


def test_without_numbers_there_are_no_number_labels(tiny: Finished) -> None:
    assert not list(tiny.out.rglob("number_labels.pdf"))


def test_nothing_personal_is_on_labels_or_envelopes(labelled: Finished) -> None:
    folder = folder_of(labelled)
    names = ("box_labels", "pallet_labels", "dividers", "number_labels", "envelope")
    told = [text for name in names for text in pages(folder / f"{name}.pdf")]
    told += [(folder / f"{name}.csv").read_text(encoding="utf-8") for name in ("boxes", "bundles")]
    for text in told:
        for line in labelled.people():
            assert line["氏名"] not in text and line["被保険者番号"] not in text


def test_verify_finds_a_label_that_was_changed(labelled: Finished, tmp_path: Path) -> None:
    path = folder_of(labelled) / "box_labels.pdf"
    assert cli("verify", labelled.out).exit_code == 0
    before = path.read_bytes()
    path.write_bytes(before + b"\n")
    result = cli("verify", labelled.out)
    path.write_bytes(before)
    assert result.exit_code == 3 and "box_labels.pdf" in result.output
