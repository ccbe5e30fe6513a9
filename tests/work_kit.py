"""Facts of a job and a unit for tests of ticket and work order: two documents, two piles, two lots."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from typing import Any

from kouki_print.handover import consignment
from kouki_print.handover.consignment import Bundle, Consignment, Place, Supply
from kouki_print.handover.work_facts import (
    Box,
    DeliveredFile,
    DocumentFacts,
    EnvelopeFacts,
    Item,
    JobFacts,
    LotFacts,
    MachineFacts,
    Press,
    SetFacts,
    Slot,
    UnitFacts,
)

A4 = (210.0, 297.0)
PRESS = Press(
    name="a3_2up",
    title="A3ノビ 2面付け",
    size=(483.0, 329.0),
    finished=A4,
    work_style="WorkAndBack",
    stacked=True,
    stack_depth=2500,
    roll=False,
    gripper_mm=10,
    gripper_edge="bottom",
    front=(Slot(Box(28.5, 16, *A4), 0, "山A 表"), Slot(Box(244.5, 16, *A4), 0, "山B 表")),
    back=(Slot(Box(244.5, 16, *A4), 0, "山A 裏"), Slot(Box(28.5, 16, *A4), 0, "山B 裏")),
    sheet_lines=(Box(30, 4, 96, 3.2), Box(4, 30, 3.2, 96)),
    marks=("角トンボ", "用紙情報"),
    notes=("両面",),
)
CERTIFICATE = DocumentFacts(
    key="certificate",
    name="資格確認書",
    sheets=30,
    gsm="81.4",
    paper="81.4 g/m²　A4",
    perforations=(Box(41, 103, 128, 91), Box(0, 198, 210, 0), Box(105, 198, 0, 99)),
    folds_x=(),
    folds_y=(100, 198),
    code_front=Box(187, 8, 12.7, 12.7),
    code_back=Box(187, 8, 12.7, 12.7),
    panel=Box(0, 0, 210, 100),
    seen=Box(21, 21, 71, 29),
    seen_ever=Box(1, 6, 111, 62),
)
NOTICE = replace(CERTIFICATE, key="notice", name="資格情報のお知らせ", sheets=12, perforations=())
FLYER, LEAFLET = Item("3", "切替チラシ", "1", False, False), Item("6", "制度リーフレット", "", False, False)
EXTRA = Item("X1", "健康診査のご案内", "", False, False)


def printed(code: str, name: str) -> Item:
    """The personal sheet that these files hold."""
    return Item(code, name, "", True, False)


JOB = JobFacts(
    version="0.1.0",
    job_id="OKR08",
    title="令和8年度 年次切替",
    insurer="沖縄県後期高齢者医療広域連合",
    by_group=False,
    data_on=dt.date(2026, 6, 20),
    mail_on=dt.date(2026, 7, 13),
    press=PRESS,
    documents=(CERTIFICATE, NOTICE),
    envelope=EnvelopeFacts("封筒 長形3号", (235.0, 120.0), (229.0, 114.0), Box(23, 23, 90, 45)),
    colours=(("墨（K）", "文字とコード"),),
    plates=("DIC 123", "Perforation"),
    dies=("Perforation",),
    standard="PDF/X-4",
    intent="KOUKI TEST",
    code_kind="QRコード",
    code_encoding="QR",
    machine=MachineFacts(("決めていない",)),
    warnings=("出力インテントは試験用です。",),
    questions=(("[printing] standard", "規格は何か"),),
)


def lot(number: int, first: int, last: int) -> LotFacts:
    """A lot of pieces with one sheet each, two on a press sheet."""
    count, stem = last - first + 1, f"OKR08-47201-L{number:02d}-{first:07d}-{last:07d}"
    press = -(-count // 2)
    return LotFacts(
        number,
        first,
        last,
        count,
        count,
        press,
        DeliveredFile(f"print/{stem}.pdf", f"{number}a" * 32, 1000, 2 * count),
        DeliveredFile(f"imposed/{stem}.pdf", f"{number}b" * 32, 900, 2 * press),
    )


def box(number: int, first: int, last: int, service: str, no_forward: int) -> consignment.Box:
    """A box of pieces in two bundles."""
    bundles = (Bundle(1, first, first, 1, ""), Bundle(2, first + 1, last, last - first, ""))
    count = last - first + 1
    return consignment.Box(
        number,
        first,
        last,
        count,
        5000 * count,
        1200 * count,
        service,
        (("A", count),),
        no_forward,
        1,
        bundles,
    )


GIVEN = Consignment(
    code="47201",
    name="那覇市",
    place=Place(
        "那覇市役所", "9008585", "那覇市泉崎1丁目1番1号", "国保課", "098-867-0111", "搬入は9時から15時"
    ),
    day=dt.date(2026, 7, 6),
    turn=2,
    sealed=True,
    mailed=True,
    handover_way="",
    no_forward=True,
    boxes=(
        box(1, 1, 20, "simple_registered", 20),
        box(2, 21, 40, "simple_registered", 20),
        box(3, 41, 42, "none", 0),
    ),
    supplies=(Supply("1", "資格確認書（ブランク）", 12, blank=True), Supply("ENV", "封筒 長形3号", 12)),
    supply_boxes=1,
    pallet_boxes=24,
)
UNIT = UnitFacts(
    given=GIVEN,
    units=41,
    lots=(lot(1, 1, 25), lot(2, 26, 42)),
    documents=(CERTIFICATE, NOTICE),
    sets=(
        SetFacts("A", "certificate", "資格確認書", 30, 30, (printed("1", "資格確認書"), FLYER, LEAFLET)),
        SetFacts("B", "notice", "資格情報のお知らせ", 12, 12, (printed("2", "お知らせ"), LEAFLET, EXTRA)),
    ),
    mail=(("簡易書留", 40), ("窓口交付", 2)),
    labels=(("箱", "box_labels.pdf", 4), ("束の仕切りカード", "dividers.pdf", 3)),
)


def job(**changes: Any) -> JobFacts:
    """The job with changes."""
    return replace(JOB, **changes)


def unit(**changes: Any) -> UnitFacts:
    """The unit with changes, some of them of what it gets."""
    own = {each.name for each in fields(Consignment)} & set(changes)
    given = replace(GIVEN, **{name: changes.pop(name) for name in own})
    return replace(UNIT, given=given, **changes)
