"""Discounts that the operator entered, and the districts (郵便区) that they count by."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from post_builders import loaded_order
from small_job import JOB, write_job

from kouki_print.base.errors import JobError
from kouki_print.handover.budget_parts import DiscountLine
from kouki_print.handover.discounts import discount_lines, eligibility
from kouki_print.order.load import load_order
from kouki_print.order.models import Discount
from kouki_print.post.areas import OUTSIDE, WHOLE, area_counts, load_areas

AREAS = load_areas()
NAHA, GINOWAN, OKINAWA, URUMA = "47201", "47205", "47211", "47213"
LOCAL = {
    "name": "区内",
    "service": "simple_registered",
    "yen": 5,
    "min_per_area": 100,
    "source": "那覇中央局",
}
CODE = {"name": "バーコード", "service": "ordinary", "percent": 3, "barcode": True, "source": "那覇中央局"}


def pieces(*kinds: tuple[str, str, int], **same: Any) -> pd.DataFrame:
    """A plan: (unit, postcode, how many) of otherwise equal pieces."""
    columns = {
        "document": "certificate",
        "set_code": "A",
        "mail_service": "simple_registered",
        "postage_yen": 460,
        "size_class": "standard",
        "weight_cg": 4700,
        "customer_barcode": "STC",
        **same,
    }
    units = [unit for unit, _, count in kinds for _ in range(count)]
    codes = [code for _, code, count in kinds for _ in range(count)]
    return pd.DataFrame({"unit_code": units, "postcode": codes}).assign(**columns)


def priced(*rows: tuple[str, str, str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["unit_code", "document", "mail_service", "unit_yen", "pieces"])


def lines(
    discount: Mapping[str, Any], table: pd.DataFrame, plan: pd.DataFrame | None = None, **changes: Any
) -> tuple[DiscountLine, ...]:
    loaded = loaded_order(discount=[discount], **changes)
    return discount_lines(loaded.order, table, loaded.units, plan, AREAS)


def test_a_discount_counts_pieces_of_its_service_and_documents() -> None:
    table = priced(
        (URUMA, "certificate", "simple_registered", 460, 700),
        (URUMA, "notice", "simple_registered", 530, 400),
        (URUMA, "notice", "ordinary", 110, 50),
        (NAHA, "certificate", "simple_registered", 460, 999),
        (GINOWAN, "certificate", "none", 0, 5000),
    )
    single = {"name": "単割", "service": "simple_registered", "yen": 10, "source": "局", "min_pieces": 1000}
    naha, uruma = lines(single, table)
    assert uruma == DiscountLine(
        "単割",
        URUMA,
        1100,
        11_000,
        "簡易書留1通につき10円、差出し1回1,000通以上（局に確認）",
        True,
        "条件に合う",
    )
    assert (naha.pieces, naha.yen, naha.applies, naha.reason) == (999, 0, False, "999通で、1,000通に満たない")
    only = lines({**single, "documents": ["notice"], "units": [URUMA, GINOWAN]}, table)
    assert [(each.unit_code, each.pieces, each.reason) for each in only] == [
        (GINOWAN, 0, "対象の郵便物がない"),
        (URUMA, 400, "400通で、1,000通に満たない"),
    ]


def test_a_percentage_is_of_the_whole_price_and_rounded_down() -> None:
    discount = Discount(name="率", service="ordinary", percent=Decimal("2.5"), source="局")
    assert [discount.off(yen) for yen in (110, 180, 460, 39)] == [2, 4, 11, 0]
    (line,) = lines(
        {**discount.model_dump(exclude_none=True)}, priced((NAHA, "notice", "ordinary", 110, 1000))
    )
    assert (line.yen, line.applies) == (2000, True) and line.condition.startswith("普通1通につき2.5%")


def test_more_off_than_the_price_does_not_apply() -> None:
    (line,) = lines(
        {"name": "誤り", "service": "ordinary", "yen": 111, "source": "局"},
        priced((NAHA, "notice", "ordinary", 110, 9)),
    )
    assert (line.yen, line.applies) == (0, False) and "料金（110円）より大きい" in line.reason


def test_districts_are_counted_from_the_plan_only() -> None:
    table = priced((NAHA, "certificate", "simple_registered", 460, 250))
    (unknown,) = lines(LOCAL, table)
    assert (unknown.applies, unknown.yen) == (False, 0)
    assert unknown.reason == "郵便区ごとの通数が分からない（見込みのため）"
    plan = pieces((NAHA, "9000021", 100), (NAHA, "9020061", 99), (NAHA, "1000001", 51))
    (part,) = lines(LOCAL, table, plan)
    assert (part.applies, part.pieces, part.yen) == (True, 100, 500)
    assert part.reason == "条件に合う（ほかの郵便区などの150通を除く）"
    (none,) = lines(LOCAL, table, plan.iloc[1:])
    assert (none.applies, none.pieces, none.yen) == (False, 249, 0)
    assert none.reason == "どの郵便区も100通に満たない（最も多い那覇 900が99通）"
    (away,) = lines(LOCAL, table, pieces((NAHA, "1000001", 500)))
    assert (away.applies, away.reason) == (False, "郵便区の中に届く郵便物がない")


def test_the_barcode_discount_counts_pieces_with_a_barcode() -> None:
    table = priced((NAHA, "notice", "ordinary", 110, 3))
    plan = pieces((NAHA, "9000021", 3), mail_service="ordinary", postage_yen=110)
    plan["customer_barcode"] = ["STC", "", "STC"]
    (line,) = lines(CODE, table, plan)
    assert (line.applies, line.pieces, line.yen) == (True, 2, 6)
    assert "見込み" in lines(CODE, table)[0].reason
    assert "印字しない" in lines(CODE, table, plan, printing={"customer_barcode": False})[0].reason
    thick = loaded_order().order.envelope.model_copy(update={"thickness_mm": Decimal("6.1")})
    assert "6.1mmが6mmを超える" in lines(CODE, table, plan, envelope=thick.model_dump())[0].reason


@given(
    st.lists(
        st.tuples(st.sampled_from(["9000021", "9020061", "9030801", ""]), st.integers(1, 130)), max_size=6
    )
)
def test_nothing_is_saved_where_nothing_applies(kinds: list[tuple[str, int]]) -> None:
    plan = pieces(*((NAHA, code, count) for code, count in kinds))
    counts = plan[plan["postcode"] != ""].groupby("postcode").size()
    before = plan.copy()
    found = lines(LOCAL, priced(), plan)
    assert sum(line.yen for line in found) == 5 * int(counts[counts >= 100].sum())
    assert all(line.yen >= 0 and line.applies == (line.yen > 0) for line in found)
    pd.testing.assert_frame_equal(plan, before)


BAD = [
    ('service = "simple_registered"\npercent = 3\nbarcode = true\n', "barcode", "簡易書留では受けられません"),
    (
        'service = "ordinary"\npercent = 3\nbarcode = true\nmin_per_area = 100\n',
        "min_per_area",
        "郵便区内特別",
    ),
    ('service = "ordinary"\n', "[[discount]]", "どちらか一つ"),
    ('service = "ordinary"\nyen = 3\npercent = 3\n', "percent", "どちらか一つ"),
    ('service = "ordinary"\nyen = 3\nunits = ["47999"]\n', "units", "「47999」がありません"),
    ('service = "none"\nyen = 3\n', "service", "ordinary"),
    ('service = "ordinary"\nyen = 0\n', "yen", "1以上"),
]


@pytest.mark.parametrize(("text", "at", "words"), BAD, ids=[words for _, _, words in BAD])
def test_bad_discounts_are_refused_with_their_line(tmp_path: Path, text: str, at: str, words: str) -> None:
    job = f'{JOB}[[discount]]\nname = "割引"\nsource = "局"\n{text}'
    with pytest.raises(JobError, match=words) as caught:
        load_order(write_job(tmp_path, job=job))
    row = max(row for row, line in enumerate(job.splitlines(), start=1) if line.startswith(at))
    assert (caught.value.file, caught.value.row) == ("job.toml", row) and caught.value.remedy


def test_a_discount_without_a_source_or_with_a_used_name_is_refused(tmp_path: Path) -> None:
    entry = '[[discount]]\nname = "割引"\nservice = "ordinary"\nyen = 3\n'
    with pytest.raises(JobError, match="source: 必要な項目がありません"):
        load_order(write_job(tmp_path, job=JOB + entry))
    with pytest.raises(JobError, match="「割引」が二度あります"):
        load_order(write_job(tmp_path, job=JOB + (entry + 'source = "局"\n') * 2))


def test_own_tables_are_inputs_of_the_job(tmp_path: Path) -> None:
    folder = write_job(tmp_path, job=JOB + 'tariff = "own.csv"\nareas = "areas.csv"\n')
    (folder / "own.csv").write_text("x", encoding="utf-8")
    (folder / "areas.csv").write_text("y", encoding="utf-8")
    assert [file.name for file in load_order(folder).inputs][-2:] == ["own.csv", "areas.csv"]
    with pytest.raises(JobError, match=r"\[input\] tariff.*フォルダーの外"):
        load_order(write_job(tmp_path, job=JOB + 'tariff = "../own.csv"\n'))


@pytest.mark.parametrize(
    ("unit", "postcode", "area"),
    [
        (NAHA, "9000021", "那覇 900"),
        (NAHA, "9010155", "那覇 901-01"),
        (NAHA, "9010601", OUTSIDE),
        (OKINAWA, "9042155", "沖縄 904-21"),
        (OKINAWA, "9040004", "沖縄 904"),
        (OKINAWA, "9042215", OUTSIDE),
        (URUMA, "9042215", "うるま 904-22"),
        (URUMA, "9040004", OUTSIDE),
        (GINOWAN, "9012211", "宜野湾市"),
        (GINOWAN, "1000001", OUTSIDE),
        (GINOWAN, "901221", OUTSIDE),
        ("99999", "9012211", WHOLE),
    ],
)
def test_the_longest_prefix_decides(unit: str, postcode: str, area: str) -> None:
    assert AREAS.area_of(unit, postcode) == area


def test_the_shipped_districts_name_every_municipality() -> None:
    assert AREAS.units == frozenset(loaded_order().units)
    assert AREAS.name == "postal_areas.csv"


def test_districts_of_a_plan_are_counted() -> None:
    plan = pieces((NAHA, "9000021", 3), (NAHA, "9000006", 2), (URUMA, "9042215", 4), (NAHA, "", 1))
    assert area_counts(plan, AREAS).to_dict("split")["data"] == [
        [NAHA, "simple_registered", "那覇 900", 5],
        [URUMA, "simple_registered", "うるま 904-22", 4],
        [NAHA, "simple_registered", OUTSIDE, 1],
    ]
    assert area_counts(plan.iloc[:0], AREAS).empty


@pytest.mark.parametrize(
    ("row", "column"),
    [("47999,東,901", "municipality_code"), ("47201,,901", "name"), ("47201,東,90a", "prefixes"),
     ("47201,東,", "prefixes"), ("47201,東,901 901", "prefixes"), ("47201,東,90100000", "prefixes")],
)  # fmt: skip
def test_a_wrong_row_of_districts_is_named(tmp_path: Path, row: str, column: str) -> None:
    path = tmp_path / "areas.csv"
    path.write_text(f"municipality_code,name,prefixes\n47201,西,902 903\n{row}\n", encoding="utf-8")
    with pytest.raises(JobError) as caught:
        load_areas(path, loaded_order().units)
    assert (caught.value.file, caught.value.row, caught.value.column) == ("areas.csv", 3, column)


def test_an_own_table_of_districts_replaces_the_shipped_one(tmp_path: Path) -> None:
    path = tmp_path / "areas.csv"
    path.write_text("municipality_code,name,prefixes\n47201,西,902 903-08\n", encoding="utf-8")
    own = load_areas(path, loaded_order().units)
    assert [own.area_of(NAHA, code) for code in ("9020061", "9030801", "9000021")] == ["西", "西", OUTSIDE]
    assert own.area_of(URUMA, "9042215") == WHOLE


def test_who_would_meet_the_published_conditions_is_told() -> None:
    order = loaded_order().order
    names = {NAHA: "那覇市", GINOWAN: "宜野湾市"}
    plan = pd.concat(
        [
            pieces((NAHA, "9000021", 100), (NAHA, "9020061", 99)),
            pieces((NAHA, "9000021", 300), weight_cg=25_001, size_class="nonstandard_regular"),
            pieces((GINOWAN, "9012211", 1000), mail_service="ordinary"),
            pieces((GINOWAN, "9012211", 50), mail_service="none"),
        ]
    )
    told = eligibility(plan, AREAS, names, order)
    assert told[0] == "バーコード付郵便物の条件（同じもの1,000通以上）に合う: 宜野湾市"
    assert told[1] == (
        "那覇市の郵便区内特別（100通以上）: 合う 那覇 900の簡易書留100通。【注意】足りない 那覇 902の簡易書留99通"
    )
    assert told[2] == "宜野湾市の郵便区内特別（100通以上）: 合う 宜野湾市の普通1,000通"
    assert "予算には入れていません" in told[3] and len(told) == 4
    assert eligibility(plan.iloc[:0], AREAS, names, order) == []
