"""The words and weights of the samples, read from ``data/sample``; see the README there for sources."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kouki_print.base.resources import data_dir
from kouki_print.order.columns import EXPORT_COLUMNS, OPTIONAL_KEYS
from kouki_print.sample.draw import Ints, Mask, Texts


def folder() -> Path:
    """Folder of the sample tables."""
    return data_dir() / "sample"


def texts(values: list[str]) -> Texts:
    """List of strings as a column."""
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV table by column: texts, or integers on request."""

    columns: dict[str, list[str]]

    def texts(self, name: str) -> Texts:
        """One column as strings."""
        return texts(self.columns[name])

    def ints(self, name: str) -> Ints:
        """One column as integers."""
        return np.array([int(cell) for cell in self.columns[name]], dtype=np.int64)

    def where(self, name: str, value: str) -> Mask:
        """Rows whose cell is ``value``."""
        return np.array([cell == value for cell in self.columns[name]], dtype=bool)


def read_table(path: Path) -> Table:
    """CSV file (UTF-8, header line) by column."""
    with path.open(encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    return Table({name: [row[at] for row in rows] for at, name in enumerate(header)})


@functools.cache
def table(name: str) -> Table:
    """A table of the sample folder by its name without ending."""
    return read_table(folder() / f"{name}.csv")


@functools.cache
def contacts() -> Table:
    """The 41 municipalities (contact table), in order of their code."""
    return read_table(data_dir() / "municipalities.csv")


@functools.cache
def shares() -> dict[str, dict[str, Any]]:
    """Proportions by topic."""
    return tomllib.loads((folder() / "shares.toml").read_text(encoding="utf-8"))


@functools.cache
def places(kind: str) -> Texts:
    """Made-up names of one kind of place."""
    every = table("places")
    return every.texts("text")[every.where("kind", kind)]


@dataclass(frozen=True, slots=True)
class SampleOrder:
    """Dates and words of a preset's sample, and whether it is a year of the 被保険者証.

    ``city``: people of the city's insurance (国民健康保険), up to 74.  ``employees``: people of an
    insurance by employer (健保), of the same ages.  ``columns``: optional columns of the
    export that this sample carries.
    """

    preset: str
    id: str
    title: str
    switch_on: dt.date
    expires_on: dt.date
    issued_on: dt.date
    data_on: dt.date
    mail_on: dt.date
    legacy: bool = False
    short_term: float = 0.0
    reduction_card: float = 0.0
    limit_card: float = 0.0
    city: bool = False
    employees: bool = False
    columns: tuple[str, ...] = ()
    insurer: str = "沖縄県後期高齢者医療広域連合"


@functools.cache
def sample_orders() -> dict[str, SampleOrder]:
    """Sample orders by preset."""
    entries = tomllib.loads((folder() / "orders.toml").read_text(encoding="utf-8"))
    return {
        preset: SampleOrder(preset, **{**entry, "columns": tuple(entry.get("columns", ()))})
        for preset, entry in entries.items()
    }


def export_keys(order: SampleOrder) -> list[str]:
    """Keys of the export's columns in a sample: optional ones only where the order names them."""
    return [
        column.key
        for column in EXPORT_COLUMNS
        if column.key not in OPTIONAL_KEYS or column.key in order.columns
    ]
