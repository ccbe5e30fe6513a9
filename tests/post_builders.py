"""Builders of orders and plan-level tables for the tests of weights, postage, budget and registers."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from kouki_print.base.resources import data_dir
from kouki_print.order.load import InputFile, LoadedOrder, order_of
from kouki_print.order.tables import read_municipalities
from kouki_print.order.units import Extra, Unit
from kouki_print.post.assess import assess
from kouki_print.post.tariff import load_tariff

MAIL_ON = dt.date(2026, 7, 13)


def loaded_order(
    preset: str = "r08", towns: Mapping[str, Mapping[str, Any]] | None = None, **changes: Any
) -> LoadedOrder:
    """An order over a shipped preset; ``towns`` changes the answers of single municipalities."""
    job = {
        "id": "OKR08",
        "title": "令和8年度 年次切替",
        "preset": preset,
        "switch_on": dt.date(2026, 8, 1),
        "expires_on": dt.date(2027, 7, 31),
        "issued_on": dt.date(2026, 8, 1),
        "data_on": dt.date(2026, 6, 20),
        "mail_on": MAIL_ON,
    }
    rules = tomllib.loads((data_dir() / "presets" / f"{preset}.toml").read_text("utf-8"), parse_float=Decimal)
    table = {
        "job": job,
        "insurer": {"name": "沖縄県後期高齢者医療広域連合"},
        "input": {"export": ["export.csv"]},
        **changes,
    }
    answers = {"sealed": True, "mailed": True, "handover_way": "", "no_forward": False}
    municipalities = {
        code: Unit(contact=contact, **{**answers, **(towns or {}).get(code, {})})
        for code, contact in read_municipalities(data_dir() / "municipalities.csv").items()
    }
    return LoadedOrder(order_of(table, rules), municipalities, (), InputFile(f"{preset}.toml", "", 0))


def extra(grams: str) -> Extra:
    """A municipality's own enclosure of this weight."""
    return Extra(code="X1", name="市からのお知らせ", weight_cg=int(Decimal(grams) * 100))


def people_and_decisions(
    count: int, codes: list[str], notice_every: int = 0, pickup_every: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``count`` printed people spread over the municipalities; every n-th a notice or a pickup."""
    at = np.arange(count)
    notice = (at % notice_every == 0) if notice_every else np.zeros(count, dtype=bool)
    people = pd.DataFrame(
        {
            "row": at + 1,
            "source": 0,
            "line": at + 2,
            "municipality_code": pd.Series(np.array(codes)[at % len(codes)], dtype="str"),
            "insured_number": pd.Series(at + 10_000_000).astype("str"),
            "name": pd.Series(["沖縄 太郎"] * count, dtype="str"),
        }
    )
    decided = pd.DataFrame(
        {
            "unit_code": people["municipality_code"],
            "carrier": at,
            "delivery_rule": pd.Series(["registered"] * count, dtype="str"),
            "status": pd.Series(["printed"] * count, dtype="str"),
            "reason": pd.Series(["ALL"] * count, dtype="str"),
            "document": pd.Series(np.where(notice, "notice", "certificate"), dtype="str"),
            "set_code": pd.Series(np.where(notice, "B", "A"), dtype="str"),
            "problems": pd.Series([""] * count, dtype="str"),
            "unissued_reason": pd.Series([""] * count, dtype="str"),
            "to_postcode": pd.Series(["9000021"] * count, dtype="str"),
            "to_address": pd.Series(
                "那覇市泉崎1丁目" + pd.Series(at % 999).astype("str") + "-3", dtype="str"
            ),
            "to_building": pd.Series([""] * count, dtype="str"),
            "pickup": (at % pickup_every == 0) if pickup_every else np.zeros(count, dtype=bool),
            "no_forward": at % 3 == 0,
        }
    )
    return people, decided


def plan_of(people: pd.DataFrame, decided: pd.DataFrame, loaded: LoadedOrder) -> pd.DataFrame:
    """A plan table with the columns that registers and budgets read, in the order of the export."""
    assessed = assess(people, decided, loaded, load_tariff())
    where = assessed.index.to_numpy()
    person = people.take(where).reset_index(drop=True)
    chosen = decided.take(where).reset_index(drop=True)
    sequence = person.groupby("municipality_code", sort=False).cumcount() + 1
    number = sequence.astype("str").str.zfill(7)
    piece_id = loaded.order.job.id + "-" + person["municipality_code"] + "-" + number
    plan = assessed.drop(columns=["max_grams", "barcode_reason"]).reset_index(drop=True)
    return plan.assign(
        row=person["row"],
        piece_id=piece_id.astype("str"),
        sequence=sequence,
        document=chosen["document"],
        set_code=chosen["set_code"],
        no_forward=chosen["no_forward"],
        postcode=chosen["to_postcode"],
        sheets=1,
        matching_code=(piece_id + "-11-" + chosen["set_code"] + "-Y").astype("str"),
        registered_number="",
        box=1,
        position=sequence,
        print_pdf="print/lot-001.pdf",
        print_page=sequence * 2 - 1,
        imposed_pdf="imposed/lot-001.pdf",
        imposed_sheet=sequence,
        imposed_slot=1,
    )
