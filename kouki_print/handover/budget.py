"""The postage budget (郵送料予算): what the plan costs per municipality, document and step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from kouki_print.base.errors import JobError, OutputDiffers
from kouki_print.base.files import write_csv
from kouki_print.base.texts import arrow_of, distinct, series_of
from kouki_print.handover.budget_parts import (
    Assumption,
    CompareLine,
    DiscountLine,
    KindLine,
    ScenarioLine,
    StockLine,
    WeightLine,
)
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import SERVICE_JA, SIZE_CLASS_JA
from kouki_print.post.tariff import TariffTable

_HEADER = (
    "municipality_code,name,document,set_code,mail_service,size_class,max_grams,pieces,unit_yen,total_yen"
)
FROM_EXPORT, FROM_FORECAST = "移行データ", "見込み"
BUDGET_COLUMNS = tuple(_HEADER.split(","))
SUMMARY_KEYS = ("document", "set_code", "mail_service", "size_class", "max_grams", "unit_yen")
_ORDERS = {"mail_service": tuple(SERVICE_JA), "size_class": tuple(SIZE_CLASS_JA)}


@dataclass(frozen=True, slots=True)
class Budget:
    """Everything that the three budget files show.

    ``document_names`` are those of the order by key, in their usual order.

    ``lines`` as budget.csv; ``towns`` (code, name) of all units in the table's order, also those without
    a piece; ``unit`` what they are (市町村 or 団体); ``created`` is the data date, so that the files' bytes
    depend on nothing else.
    """

    title: str
    insurer: str
    unit: str
    posting_date: dt.date
    created: dt.date
    tariffs: tuple[tuple[str, str], ...]  # every table used: name, SHA-256
    towns: tuple[tuple[str, str], ...]
    document_names: Mapping[str, str]
    lines: pd.DataFrame
    basis: str = FROM_EXPORT
    people: int = 0
    weights: tuple[WeightLine, ...] = ()
    kinds: tuple[KindLine, ...] = ()
    discounts: tuple[DiscountLine, ...] = ()
    stock: tuple[StockLine, ...] = ()
    scenarios: tuple[ScenarioLine, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    warnings: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()  # which known discounts could apply; none is in the budget
    compared: tuple[CompareLine, ...] = ()

    @property
    def pieces(self) -> int:
        return int(self.lines["pieces"].sum())

    @property
    def total_yen(self) -> int:
        return int(self.lines["total_yen"].sum())

    def documents(self) -> list[str]:
        """Documents that occur, in the usual order."""
        present = set(self.lines["document"])
        return [document for document in self.document_names if document in present]

    def summary(self) -> pd.DataFrame:
        """Totals over all municipalities: the summary keys, pieces and total_yen."""
        grouped = self.lines.groupby(list(SUMMARY_KEYS), sort=False, as_index=False)[
            ["pieces", "total_yen"]
        ].sum()
        return _sorted(grouped, SUMMARY_KEYS, self.document_names)

    def by_town(self) -> pd.DataFrame:
        """One row per municipality: code, name, pieces and yen per document, pieces, total_yen."""
        table = pd.DataFrame(self.towns, columns=["municipality_code", "name"])
        for document in self.documents():
            for value in ("pieces", "total_yen"):
                mine = (
                    self.lines[self.lines["document"] == document].groupby("municipality_code")[value].sum()
                )
                table[f"{document}_{value}"] = table["municipality_code"].map(mine).fillna(0).astype(np.int64)
        for value in ("pieces", "total_yen"):
            table[value] = sum(table[f"{document}_{value}"] for document in self.documents())
        return table


def _sorted(table: pd.DataFrame, keys: Sequence[str], documents: Iterable[str]) -> pd.DataFrame:
    """Rows by the keys in turn; documents, services and classes in their usual order, not by spelling."""
    ranks = pd.DataFrame({key: table[key] for key in keys})
    for key, names in {"document": documents, **_ORDERS}.items():
        ranks[key] = ranks[key].map({name: at for at, name in enumerate(names)})
    return table.take(ranks.sort_values(list(keys), kind="stable").index.to_numpy()).reset_index(drop=True)


def municipality_codes(plan: pd.DataFrame) -> pd.Series:
    """Unit of each piece: its own column, or part of the piece_id ``<JOB>-<jis_code>-<seq 7>``."""
    if "unit_code" in plan:
        return plan["unit_code"]
    return series_of(pc.utf8_slice_codeunits(arrow_of(plan["piece_id"]), -13, -8))


def _groups(plan: pd.DataFrame) -> pd.DataFrame:
    """Equal pieces counted: one row per municipality, document, set, service, class, weight and price."""
    columns = {"municipality_code": municipality_codes(plan)}
    columns |= {name: plan[name] for name in ("document", "set_code", "mail_service", "size_class")}
    columns |= {name: plan[name].astype("int64") for name in ("weight_cg", "postage_yen")}
    keys = np.zeros(len(plan), dtype=np.int64)
    levels: list[np.ndarray] = []
    for column in columns.values():
        at, values = _levels(column)
        keys = keys * max(len(values), 1) + at
        levels.append(values)
    kinds, counts = np.unique(keys, return_counts=True)
    places = np.unravel_index(kinds, [max(len(values), 1) for values in levels])
    table = {name: values[place] for name, values, place in zip(columns, levels, places, strict=True)}
    groups = pd.DataFrame(table).rename(columns={"postage_yen": "unit_yen"})
    groups["pieces"] = counts
    return groups


def _levels(column: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """Position of each cell among the distinct values, and those values."""
    if column.dtype.kind == "i":
        values, at = np.unique(column.to_numpy(), return_inverse=True)
        return at, values
    texts, at = distinct(column)
    return at, np.array(texts, dtype=object)


def _with_steps(plan: pd.DataFrame, table: TariffTable) -> pd.DataFrame:
    """Groups with the tariff step used; OutputDiffers when a piece's postage is not the table's price."""
    groups = _groups(plan)
    yen, steps = table.prices(
        groups["mail_service"].tolist(), groups["size_class"].tolist(), groups["weight_cg"].to_numpy()
    )
    if not np.array_equal(yen, groups["unit_yen"].to_numpy()):
        raise OutputDiffers(
            "郵送料が料金表と一致しない通があります",
            remedy="差出日と料金表を確かめて、もう一度実行してください。",
        )
    groups["max_grams"] = steps
    groups["total_yen"] = groups["unit_yen"] * groups["pieces"]
    return groups


def _lines(groups: pd.DataFrame, names: dict[str, str], documents: Iterable[str]) -> pd.DataFrame:
    """Lines of budget.csv, in the order of the municipality table, then document, set, service.

    ``max_grams`` is the tariff step used (0 where nothing is mailed: 0 yen).  The pieces and yen of all
    lines are those of the plan.
    """
    keys = ["municipality_code", *SUMMARY_KEYS]
    lines = groups.groupby(keys, sort=False, as_index=False)[["pieces", "total_yen"]].sum()
    lines["name"] = lines["municipality_code"].map(names)
    lines["place"] = lines["municipality_code"].map({code: at for at, code in enumerate(names)})
    if lines["name"].isna().any():
        raise JobError(
            "市町村の一覧にない市町村の通があります",
            remedy="municipalities.csv にその市町村を追加してください。",
        )
    return _sorted(lines, ("place", *SUMMARY_KEYS), documents)[list(BUDGET_COLUMNS)]


def make_budget(loaded: LoadedOrder, plan: pd.DataFrame, table: TariffTable) -> Budget:
    """The budget of a plan, priced by the tariff of the posting date (差出日)."""
    return budget_of_groups(loaded, _with_steps(plan, table), table)


def budget_of_groups(loaded: LoadedOrder, groups: pd.DataFrame, table: TariffTable) -> Budget:
    """The budget of priced groups: one row per unit and kind of piece, with weight, step, price and yen."""
    order = loaded.order
    names = {code: town.contact.name for code, town in loaded.units.items()}
    return Budget(
        title=order.job.title,
        insurer=order.insurer.name,
        unit=loaded.unit_ja,
        posting_date=table.on,
        created=order.job.data_on,
        tariffs=table.tables,
        towns=tuple(names.items()),
        document_names=order.document_names,
        lines=_lines(groups, names, order.documents),
    )


def write_budget_csv(path: Path, lines: pd.DataFrame) -> None:
    """budget.csv, the machine table of the budget."""
    write_csv(path, {name: lines[name].tolist() for name in BUDGET_COLUMNS})
