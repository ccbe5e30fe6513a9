"""What labels and divider cards have no room for, or no letters, is told before the first page is printed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from small_job import JOB, write_job

from kouki_print.base.errors import JobError
from kouki_print.job.forms import load_form
from kouki_print.job.units.label_checks import LABEL_LAYOUTS, check_labels
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.page.type.fonts import Style

PLACE = """\
[blank_stock]
documents = ["certificate"]
[[deliver_to]]
unit = "47213"
name = "健康福祉センターうるみん"
postcode = "9040012"
address = "うるま市安慶名一丁目8番1号"
phone = "098-000-0001"
"""
Change = Callable[[LoadedOrder], LoadedOrder]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> LoadedOrder:
    return load_order(write_job(tmp_path_factory.mktemp("order"), job=JOB + PLACE))


def check(given: LoadedOrder, folder: Path, styles: dict[str, Style]) -> None:
    layouts = {name: load_form(name, given.order, folder) for name in LABEL_LAYOUTS}
    check_labels(given, folder, layouts, styles)


def unit_of(**update: object) -> Change:
    def change(loaded: LoadedOrder) -> LoadedOrder:
        other = loaded.units["47213"].model_copy(update=update)
        return replace(loaded, units={**loaded.units, "47213": other})

    return change


def contact(**update: str) -> Change:
    """Another contact, and its boxes go there."""

    def change(loaded: LoadedOrder) -> LoadedOrder:
        other = loaded.units["47213"].contact.model_copy(update=update)
        counter = loaded.order.model_copy(update={"deliver_to": []})
        return replace(unit_of(contact=other)(loaded), order=counter)

    return change


def place(**update: str) -> Change:
    def change(loaded: LoadedOrder) -> LoadedOrder:
        entry = loaded.order.deliver_to[0].model_copy(update=update)
        return replace(loaded, order=loaded.order.model_copy(update={"deliver_to": [entry]}))

    return change


def enclosure(name: str) -> Change:
    def change(loaded: LoadedOrder) -> LoadedOrder:
        all_of_them = [each.model_copy(update={"name": name}) for each in loaded.order.enclosure]
        return replace(loaded, order=loaded.order.model_copy(update={"enclosure": all_of_them}))

    return change


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (contact(name="社会福祉法人沖縄県南部みどりの丘福祉会特別養護老人ホームひまわり苑"), ""),
        (contact(name="社会福祉法人" * 20), "箱ラベル"),
        (contact(section="福祉部 後期高齢者医療保険課 資格賦課係（本庁のみ）"), ""),
        (contact(section="後期高齢者医療保険課" * 20), "箱ラベル"),
        (unit_of(mailed=False, handover_way="区長を通じて本人へ手渡し"), ""),
        (place(note="裏の搬入口から2階の会議室へ運び、机の上に箱の番号の順に並べてください"), ""),
        (place(name="健康福祉センター" * 20), "箱ラベル"),
        (place(note="\ue000搬入口"), "箱ラベル"),
        (enclosure("制度のお知らせ（目の不自由な人のための大きな文字と点字の版、音声コード付）"), ""),
        (enclosure("制度のお知らせ" * 20), "予備の箱ラベル"),
    ],
)
def test_what_has_no_room_is_told_before_the_first_page(
    loaded: LoadedOrder, styles: dict[str, Style], tmp_path: Path, change: Change, named: str
) -> None:
    given = change(loaded)
    if not named:
        check(given, tmp_path, styles)
        return
    with pytest.raises(JobError, match=r"入らない|入りません") as told:
        check(given, tmp_path, styles)
    assert named in str(told.value)


@pytest.mark.parametrize(
    ("name", "fits"), [("うるま（与那城・勝連）", True), ("うるま市の東の半島" * 6, False)]
)
def test_the_name_of_a_district_must_fit_the_card(
    loaded: LoadedOrder, styles: dict[str, Style], tmp_path: Path, name: str, fits: bool
) -> None:
    order = loaded.order
    changes = {
        "boxes": order.boxes.model_copy(update={"bundle": "area"}),
        "input": order.input.model_copy(update={"areas": "areas.csv"}),
    }
    given = replace(loaded, order=order.model_copy(update=changes))
    rows = f"municipality_code,name,prefixes\n47213,{name},904\n"
    (tmp_path / "areas.csv").write_text(rows, encoding="utf-8")
    if fits:
        check(given, tmp_path, styles)
        return
    with pytest.raises(JobError, match="仕切りカード"):
        check(given, tmp_path, styles)


@pytest.mark.parametrize("preset", ["r05", "r06-interim", "r07", "r07-budget", "r08", "kokuho"])
def test_the_sets_of_every_preset_stand_on_the_label(
    tmp_path: Path, styles: dict[str, Style], preset: str
) -> None:
    check(load_order(write_job(tmp_path, job=JOB.replace('"r08"', f'"{preset}"'))), tmp_path, styles)
