"""Discounts (割引) that the operator entered: where their conditions hold and what they would save.

They stand beside the budget and never change its lines.  A condition that cannot be counted does not hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from kouki_print.handover.budget_parts import DiscountLine
from kouki_print.handover.tables import FOR_EXCEL, write_for_people
from kouki_print.order.models import SERVICE_JA, Discount, Order
from kouki_print.post.areas import OUTSIDE, Areas, area_counts, fits_local
from kouki_print.post.tariff import NOT_MAILED

BARCODE_MOST_MM = Decimal(6)  # a thicker piece gets no barcode discount
LOCAL_LEAST = 100  # 郵便区内特別: pieces in one district
# Other discounts whose condition is known: service, equal pieces at once, name.
_KNOWN = (
    ("ordinary", 1000, "バーコード付郵便物"),
    ("registered", 300, "書留の単割"),
    ("specified_record", 300, "特定記録の単割"),
)


def discount_lines(
    order: Order,
    priced: pd.DataFrame,
    units: Iterable[str],
    plan: pd.DataFrame | None = None,
    areas: Areas | None = None,
) -> tuple[DiscountLine, ...]:
    """Each discount for each unit that has such pieces, or that it names: does it apply, and its yen.

    ``priced`` has unit_code, document, mail_service, unit_yen, pieces.  A plan (unit_code, postcode,
    document, mail_service, postage_yen, customer_barcode) with ``areas`` takes its place: only then are
    districts and barcodes known.
    """
    counted = _by_area(plan, areas) if plan is not None and areas is not None else None
    rows = priced if counted is None else counted
    lines = []
    for discount in order.discount:
        mine = rows[rows["mail_service"] == discount.service]
        if discount.documents:
            mine = mine[mine["document"].isin(discount.documents)]
        of_unit = dict(iter(mine.groupby("unit_code", sort=False)))
        for code in units:
            if code in (discount.units or of_unit):
                lines.append(_line(order, discount, code, of_unit.get(code, mine.iloc[:0])))
    return tuple(lines)


def _by_area(plan: pd.DataFrame, areas: Areas) -> pd.DataFrame:
    by = ["unit_code", "document", "mail_service", "unit_yen", "coded"]
    pieces = plan.rename(columns={"postage_yen": "unit_yen"}).assign(coded=plan["customer_barcode"] != "")
    return area_counts(pieces, areas, by)


def _line(order: Order, discount: Discount, code: str, rows: pd.DataFrame) -> DiscountLine:
    """The discount for one unit; without the conditions' pieces it saves nothing and says why."""
    if discount.barcode and "coded" in rows:
        rows = rows[rows["coded"]]
    reason = _obstacle(order, discount, rows)
    note = "条件に合う"
    if not reason and discount.min_per_area:
        total = rows.groupby("area", sort=False)["pieces"].transform("sum")
        meets = (total >= discount.min_per_area) & (rows["area"] != OUTSIDE)
        short = int(rows["pieces"][~meets].sum())
        note += f"（ほかの郵便区などの{short:,}通を除く）" if short else ""
        rows = rows[meets]
    yen = sum(
        discount.off(int(each)) * int(count)
        for each, count in zip(rows["unit_yen"], rows["pieces"], strict=True)
    )
    pieces = int(rows["pieces"].sum())
    return DiscountLine(
        discount.name,
        code,
        pieces,
        0 if reason else yen,
        condition_words(discount, order),
        not reason,
        reason or note,
    )


def _obstacle(order: Order, discount: Discount, rows: pd.DataFrame) -> str:
    """Why the discount does not apply to these pieces of a unit; empty when it does."""
    pieces = int(rows["pieces"].sum())
    if not pieces:
        return "対象の郵便物がない"
    if discount.barcode and not order.printing.customer_barcode:
        return "カスタマバーコードを印字しない注文のため"
    if discount.barcode and order.envelope.thickness_mm > BARCODE_MOST_MM:
        return f"厚さ{order.envelope.thickness_mm:f}mmが{BARCODE_MOST_MM}mmを超えるため"
    if discount.barcode and "coded" not in rows:
        return "カスタマバーコードの付く通数が分からない（見込みのため）"
    if pieces < discount.min_pieces:
        return f"{pieces:,}通で、{discount.min_pieces:,}通に満たない"
    cheapest = int(rows["unit_yen"].min())
    if discount.off(cheapest) > cheapest:
        return f"割引が1通の料金（{cheapest:,}円）より大きい。額を確かめる"
    return _area_obstacle(order, discount, rows) if discount.min_per_area else ""


def _area_obstacle(order: Order, discount: Discount, rows: pd.DataFrame) -> str:
    if order.delivery.unit == "group":
        return "団体ごとの注文では郵便区ごとの通数を数えない"
    if "area" not in rows:
        return "郵便区ごとの通数が分からない（見込みのため）"
    inside = rows[rows["area"] != OUTSIDE].groupby("area", sort=False)["pieces"].sum()
    if inside.empty:
        return "郵便区の中に届く郵便物がない"
    if inside.max() < discount.min_per_area:
        return f"どの郵便区も{discount.min_per_area:,}通に満たない（最も多い{inside.idxmax()}が{inside.max():,}通）"
    return ""


def condition_words(discount: Discount, order: Order) -> str:
    """The discount and its conditions in words."""
    off = f"{discount.percent:f}%" if discount.percent is not None else f"{discount.yen:,}円"
    words = [f"{SERVICE_JA[discount.service]}1通につき{off}"]
    if discount.documents:
        words.append("・".join(order.document_ja(each) for each in discount.documents))
    if discount.min_pieces > 1:
        words.append(f"差出し1回{discount.min_pieces:,}通以上")
    if discount.min_per_area:
        words.append(f"郵便区ごとに{discount.min_per_area:,}通以上")
    if discount.barcode:
        words.append("カスタマバーコード付き")
    return "、".join(words) + f"（{discount.source}に確認）"


def eligibility(plan: pd.DataFrame, areas: Areas, names: Mapping[str, str], order: Order) -> list[str]:
    """Which units would meet the published conditions of discounts, as sentences; none is in the budget.

    ``plan`` has unit_code, postcode, set_code, mail_service, size_class, weight_cg, customer_barcode;
    ``names`` are the units' by code.
    """
    mailed = plan[plan["mail_service"] != NOT_MAILED]
    found = list(_known(mailed, names, order))
    if order.delivery.unit == "municipality":
        found += _local(mailed, areas, names)
    if found:
        found.append(
            "割引の額と簡易書留との併用は確認できていないため、予算には入れていません。郵便局に確かめたものを "
            f"job.toml の [[discount]] に書くと、予算と別に示します。郵便区は未確認の表（{areas.name}）によります。"
        )
    return found


def _known(mailed: pd.DataFrame, names: Mapping[str, str], order: Order) -> Iterator[str]:
    for service, least, discount in _KNOWN:
        mine = mailed[mailed["mail_service"] == service]
        if service == "ordinary":
            if order.envelope.thickness_mm > BARCODE_MOST_MM:
                continue
            mine = mine[(mine["size_class"] == "standard") & (mine["customer_barcode"] != "")]
        counts = mine.groupby(["unit_code", "set_code", "weight_cg"], sort=False).size()
        most = counts.groupby("unit_code").max()
        meets = [name for code, name in names.items() if most.get(code, 0) >= least]
        if meets:
            yield f"{discount}の条件（同じもの{least:,}通以上）に合う: {'、'.join(meets)}"


def _local(mailed: pd.DataFrame, areas: Areas, names: Mapping[str, str]) -> Iterator[str]:
    """郵便区内特別, unit by unit: the districts that reach the number, and those that do not."""
    counts = area_counts(mailed[fits_local(mailed)], areas)
    counts = counts[counts["area"] != OUTSIDE]
    of_unit = dict(iter(counts.groupby("unit_code", sort=False)))
    for code, name in names.items():
        if code not in of_unit:
            continue
        mine = of_unit[code].sort_values(["area", "mail_service"])
        told = [
            f"{row.area}の{SERVICE_JA[row.mail_service]}{row.pieces:,}通"
            for row in mine.itertuples(index=False)
        ]
        enough = mine["pieces"].to_numpy() >= LOCAL_LEAST
        meets = "、".join(text for text, right in zip(told, enough, strict=True) if right)
        short = "、".join(text for text, right in zip(told, enough, strict=True) if not right)
        yield f"{name}の郵便区内特別（{LOCAL_LEAST}通以上）: " + "。".join(
            part for part in (meets and f"合う {meets}", short and f"【注意】足りない {short}") if part
        )


def write_hints(path: Path, hints: Iterable[str], encoding: str = FOR_EXCEL) -> None:
    """discount_hints.csv: which published discounts could apply (参考); nothing without any."""
    found = list(hints)
    if found:
        numbers = [str(at) for at in range(1, len(found) + 1)]
        columns = {"番号": numbers, "割引の条件（参考。予算には含めない）": found}
        write_for_people(path, columns, encoding)
