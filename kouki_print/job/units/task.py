"""What a worker needs for the folders of one unit, and what the main process gets back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.files import sha256_of, write_bytes
from kouki_print.handover.character_list import character_lines
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.manifest import ManifestFile
from kouki_print.handover.tables import FOR_EXCEL
from kouki_print.intake.handwriting import rows_by_hand
from kouki_print.job.prepare import Prepared
from kouki_print.job.units.forms import UnitForms
from kouki_print.order.load import LoadedOrder
from kouki_print.order.units import Contact, Unit
from kouki_print.page.type.fonts import Style
from kouki_print.pdf.writer import WrittenFile

_OF_PEOPLE = ("insured_number", "name", "kana", "birth_date", "protected")
_OF_DECISION = ("to_name", "to_address", "to_building", "to_care_of", "to_via", "delivery_rule", "pickup")
_UNPRINTED = ("status", "problems", "unissued_reason", "excluded_reason")


@dataclass(frozen=True, slots=True)
class UnitTools:
    """What the units of a job share.  ``styles`` are the fonts; ``csv_encoding`` is that of tables for Excel."""

    loaded: LoadedOrder
    job_dir: Path
    forms: UnitForms
    styles: Mapping[str, Style]
    csv_encoding: str = FOR_EXCEL


@dataclass(frozen=True, slots=True)
class UnitTask:
    """One unit with pieces: its rows of the plan, and who they are for.

    ``pieces`` has the plan's columns and, of who carries the piece, insured_number, name, kana, birth_date
    (date), protected (bool: 支援措置, the last rows), to_name, to_address, to_building, to_care_of, to_via,
    delivery_rule, pickup (bool), recipient (宛名 as printed), by_hand (bool: something is left to be written),
    people (how many are on it) and others (the names of those behind the first).  ``characters`` has who of the
    printed and held people has characters that no font draws, a row for each column of the export: sequence (of
    the piece, 0: held), insured_number, name, kana, protected, column, characters, text.

    ``unprinted`` has row, insured_number, name, kana, birth_date, protected, status, problems (codes joined by
    ``;``), unissued_reason and excluded_reason of the unit's other records.
    """

    unit: Unit
    sender: Contact
    consignment: Consignment
    pieces: pd.DataFrame
    unprinted: pd.DataFrame
    characters: pd.DataFrame
    root: Path

    @property
    def vendor(self) -> Path:
        """The unit's folder for the vendor: nothing personal in it but what must be printed."""
        return self.root / "vendor" / self.unit.code

    @property
    def own(self) -> Path:
        """The unit's own folder, with names."""
        return self.root / "municipalities" / self.unit.code

    @property
    def open_pieces(self) -> pd.DataFrame:
        """The pieces for general lists: without those of protected people, who are on a sealed list only."""
        return self.pieces[~self.pieces["protected"].to_numpy(dtype=bool)]

    @property
    def sealed_pieces(self) -> pd.DataFrame:
        """The pieces of protected people (支援措置)."""
        return self.pieces[self.pieces["protected"].to_numpy(dtype=bool)]

    def listed(self, name: str, written: WrittenFile, pages: int, kind: str) -> ManifestFile:
        """A file of the vendor's folder that the engine has written, as the manifest lists it."""
        return ManifestFile(name, written.sha256, written.bytes, pages, 1, len(self.pieces), kind)

    def put(self, name: str, data: bytes, pages: int, kind: str) -> ManifestFile:
        """Write a file into the vendor's folder, as the manifest lists it."""
        write_bytes(self.vendor / name, data)
        digest = hashlib.sha256(data).hexdigest()
        return ManifestFile(name, digest, len(data), pages, 1, len(self.pieces), kind)

    def table(self, name: str) -> ManifestFile:
        """A table that lies in the vendor's folder already, as the manifest lists it (no pages)."""
        path = self.vendor / name
        return ManifestFile(name, sha256_of(path), path.stat().st_size, 0, 1, len(self.pieces), "list")


def unit_tasks(prepared: Prepared, consignments: Mapping[str, Consignment], root: Path) -> Iterator[UnitTask]:
    """What each unit with pieces needs, one after the other, so that few are in memory at a time."""
    people, decided, plan = prepared.people, prepared.decided, prepared.plan
    carrier = decided["carrier"].to_numpy()
    on_piece = np.bincount(carrier[carrier >= 0], minlength=len(people))
    pens = carrier[rows_by_hand(prepared.findings)]
    by_hand = np.zeros(len(people), dtype=bool)
    by_hand[pens[pens >= 0]] = True
    behind = _behind_the_first(people["name"], carrier)
    characters = _characters(prepared)
    unprinted = np.flatnonzero((decided["status"] != "printed").to_numpy())
    others = dict(iter(decided["unit_code"].take(unprinted).groupby(decided["unit_code"].take(unprinted))))
    for code, rows in plan.groupby("unit_code", sort=False):
        person = rows["person"].to_numpy()
        pieces = rows.reset_index(drop=True).assign(
            **{name: people[name].take(person).to_numpy() for name in _OF_PEOPLE},
            **{name: decided[name].take(person).to_numpy() for name in _OF_DECISION},
            recipient=prepared.fields.texts["to_name"].take(person).to_numpy(),
            by_hand=by_hand[person],
            people=on_piece[person],
            others=[behind.get(at, "") for at in person.tolist()] if behind else "",
        )
        rest = others[code].index.to_numpy() if code in others else np.zeros(0, dtype=np.int64)
        left = people[["row", *_OF_PEOPLE]].take(rest).reset_index(drop=True)
        unit = prepared.loaded.units[str(code)]
        yield UnitTask(
            unit,
            prepared.loaded.sender(unit.code),
            consignments[unit.code],
            pieces,
            left.assign(**{name: decided[name].take(rest).to_numpy() for name in _UNPRINTED}),
            characters[(characters["unit_code"] == code).to_numpy()].reset_index(drop=True),
            root,
        )


def _behind_the_first(names: pd.Series, carrier: np.ndarray) -> dict[int, str]:
    """Who else is on a piece, by the position of who carries it."""
    riders = np.flatnonzero((carrier >= 0) & (carrier != np.arange(len(carrier))))
    found: dict[int, str] = {}
    for lead, name in zip(carrier[riders].tolist(), names.iloc[riders].tolist(), strict=True):
        found[lead] = f"{found[lead]}、{name}" if lead in found else name
    return found


def _characters(prepared: Prepared) -> pd.DataFrame:
    """Who has characters that no font draws: on which piece (0: held), and in which column of the export."""
    people, decided, plan = prepared.people, prepared.decided, prepared.plan
    sequence = np.zeros(len(people) + 1, dtype=np.int64)  # the last one is for who is on no piece
    sequence[plan["person"]] = plan["sequence"]
    lines = character_lines(people, prepared.findings)
    at = lines["position"].to_numpy(dtype=np.int64)
    meant = decided["status"].isin(("printed", "held")).to_numpy()[at]
    at, lines = at[meant], lines[meant].reset_index(drop=True)
    own = {name: people[name].take(at).to_numpy() for name in ("insured_number", "name", "kana", "protected")}
    return lines.drop(columns=["position", "action"]).assign(
        **own,
        unit_code=decided["unit_code"].take(at).to_numpy(),
        sequence=sequence[decided["carrier"].to_numpy()[at]],
    )
