"""What one unit gets (納品): its boxes, bundles and pallets, what comes with them, where and when.

Plain facts that labels, delivery notes, lists and letters all tell alike.  Nothing personal is in them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from kouki_print.order.models import SERVICE_JA

ATTENTION_JA = "担当者が開けてください"  # why is nobody's business on the way


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle (束) of a box: neighbours behind one divider; ``area`` is their 郵便区 when bundles go by it."""

    number: int
    first: int
    last: int
    pieces: int
    area: str


@dataclass(frozen=True, slots=True)
class Box:
    """A box (箱) of pieces: sequence numbers, hundredths of a gram, micrometres, pieces by set.

    ``service`` is the mail service of all its pieces, ``mixed`` where the order does not keep them apart.
    ``attention``: only the clerk in charge opens it.
    """

    number: int
    first: int
    last: int
    pieces: int
    weight_cg: int
    thickness_um: int
    service: str
    sets: tuple[tuple[str, int], ...]
    no_forward: int
    pallet: int
    bundles: tuple[Bundle, ...]
    attention: bool = False


@dataclass(frozen=True, slots=True)
class Supply:
    """What comes beside the pieces: a blank document (ブランク証), an enclosure or an envelope; weight of one."""

    code: str
    name: str
    quantity: int
    blank: bool = False
    weight_cg: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where the boxes go (納入先)."""

    name: str
    postcode: str
    address: str
    section: str
    phone: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Consignment:
    """All that one unit gets; ``turn`` is its place in the vendor's order of work, ``day`` None when not set.

    ``supply_boxes`` hold the supplies; they are counted apart from the ``boxes`` of pieces and stand behind
    them on the pallets.  ``no_forward`` is what the unit asked for (転送不要).
    """

    code: str
    name: str
    place: Place
    day: dt.date | None
    turn: int
    sealed: bool
    mailed: bool
    handover_way: str
    no_forward: bool
    boxes: tuple[Box, ...]
    supplies: tuple[Supply, ...]
    supply_boxes: int
    pallet_boxes: int

    @property
    def pieces(self) -> int:
        """Pieces in all boxes."""
        return sum(box.pieces for box in self.boxes)

    @property
    def sets(self) -> dict[str, int]:
        """Pieces by set."""
        return _summed(each for box in self.boxes for each in box.sets)

    @property
    def services(self) -> dict[str, int]:
        """Pieces by mail service."""
        return _summed((box.service, box.pieces) for box in self.boxes)

    @property
    def weight_cg(self) -> int:
        """Weight of all pieces in hundredths of a gram."""
        return sum(box.weight_cg for box in self.boxes)

    @property
    def supply_weight_cg(self) -> int:
        """Weight of all supplies in hundredths of a gram."""
        return sum(each.weight_cg * each.quantity for each in self.supplies)

    @property
    def sealing_ja(self) -> str:
        """Whether the envelopes are closed, in a word."""
        return "封緘済み" if self.sealed else "未封緘"

    def service_ja(self, service: str) -> str:
        """What a mail service is called; what a unit that mails does not mail it hands out at its counter."""
        return "窓口交付" if service == "none" and self.mailed else SERVICE_JA.get(service, "混在")

    @property
    def pallets(self) -> int:
        """Pallets of all boxes."""
        return -(-(len(self.boxes) + self.supply_boxes) // self.pallet_boxes)


def _summed(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, count in pairs:
        found[key] = found.get(key, 0) + count
    return dict(sorted(found.items()))
