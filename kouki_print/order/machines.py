"""Inserters (封入機) as data: where a machine looks on a sheet, and what each of its marks means.

A profile is a file of ``layouts/machines/`` or of the job.  Lengths are mm.  Nothing in it is proven until the
vendor has fed a proof sheet: ``proven`` says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kouki_print.base.errors import JobError
from kouki_print.order.models import Order
from kouki_print.order.typed import Frozen
from kouki_print.order.units import Unit

Function = Literal[
    "benchmark", "safety", "retiming", "begin", "end", "parity", "sequence", "match", "sheet", "sheets", "feed",
    "divert", "stop",
]  # fmt: skip
Condition = Literal["protected", "pickup", "thick"]
Length = Annotated[float, Field(gt=0)]
FUNCTION_JA: Mapping[str, str] = {
    "benchmark": "基準", "safety": "終端", "retiming": "歩調", "begin": "組の始め", "end": "組の終わり",
    "parity": "パリティ", "sequence": "通し番号", "match": "照合", "sheet": "何枚目", "sheets": "全何枚",
    "feed": "封入", "divert": "振分け", "stop": "停止",
}  # fmt: skip
ALWAYS = ("benchmark", "safety", "retiming")  # printed on every sheet
NUMBERS = ("sequence", "match", "sheet", "sheets")  # written in binary, one slot per bit
_CONDITIONAL = ("divert", "stop")
SKEW = 3.0  # degrees by which a sheet may lie askew in the machine
MOST_SLOTS = 38  # characters of the code in which a machine of kind ``code`` reads them


class Slot(Frozen):
    """One place of a mark, counted from 1, and its function; ``inverted``: printed when it does not hold.

    ``bit`` counts from 0, the lowest; ``feed`` is the number of the feeder; ``when`` says for which pieces
    divert and stop hold (any of them).
    """

    position: Annotated[int, Field(ge=1, le=99)]
    function: Function
    inverted: bool = False
    bit: Annotated[int, Field(ge=0, le=15)] = 0
    feed: Annotated[int, Field(ge=1, le=32)] | None = None
    when: list[Condition] = []

    @model_validator(mode="after")
    def _whole(self) -> Slot:
        place = f"position {self.position} の{self.function}"
        if (self.function == "feed") != (self.feed is not None):
            raise ValueError(f"{place}: feed（供給機の番号）は function が feed のときだけ、必ず書きます")
        if (self.function in _CONDITIONAL) != bool(self.when):
            raise ValueError(f"{place}: when は function が divert か stop のときだけ、必ず書きます")
        if self.bit and self.function not in NUMBERS:
            raise ValueError(f"{place}: bit は {'・'.join(NUMBERS)} だけに書きます")
        if self.inverted and self.function in ALWAYS:
            raise ValueError(f"{place}: いつも印字する印は inverted にできません")
        return self


class Machine(Frozen):
    """A machine's profile.

    Kind ``marks``: bars ``length`` × ``width`` whose near end lies ``track`` from the ``edge``, the middle of
    position 1 ``first`` from the top, the others ``pitch`` apart ``down`` or ``up`` the sheet; nothing else
    within ``clear`` of them.  Kind ``code``: the same states as a text of 0 and 1 in a QR code with its top
    left corner at ``track`` and ``first``.  ``sheet_order``: which sheet of a piece the machine takes first;
    with ``address_last`` it takes the pile from its end.  ``sequence_counts``: pieces of the unit, or sheets
    of the lot.  ``feeds``: enclosure code of each feeder; what is in ``by_hand`` no feeder has.
    """

    title: Annotated[str, Field(min_length=1)]
    name: str = ""
    proven: bool = False
    kind: Literal["marks", "code"] = "marks"
    edge: Literal["left", "right"] = "left"
    track: Annotated[float, Field(ge=3)]
    first: Length
    counts: Literal["down", "up"] = "down"
    pitch: Length = 4.233
    length: Length = 9
    width: Annotated[float, Field(ge=0.3)] = 0.5
    clear: Annotated[float, Field(ge=0)] = 2
    module: Annotated[float, Field(ge=0.5)] = 0.508
    sheet_order: Literal["address_first", "address_last"] = "address_first"
    sequence_counts: Literal["pieces", "sheets"] = "pieces"
    parity: Literal["even", "odd"] = "even"
    thick_mm: Annotated[float, Field(gt=0)] | None = None
    feeds: dict[str, str] = {}
    by_hand: list[str] = []
    slot: Annotated[list[Slot], Field(min_length=1, max_length=MOST_SLOTS)]

    @property
    def least_length(self) -> float:
        """How long bars must be (mm) to lie under the sensor, all of them, when the sheet lies askew."""
        span = (self.slot[-1].position - self.slot[0].position) * self.pitch
        return 1 + span * math.tan(math.radians(SKEW))

    def bits(self, function: str) -> list[int]:
        """Columns of the slots of a function, the lowest bit first."""
        found = [(slot.bit, at) for at, slot in enumerate(self.slot) if slot.function == function]
        return [at for _, at in sorted(found)]

    def feeds_of(self, items: str) -> frozenset[int]:
        """Feeders that a piece with these enclosures (codes joined by ``;``) takes from."""
        codes = items.split(";")
        return frozenset(int(number) for number, code in self.feeds.items() if code in codes)

    def unproven(self) -> str:
        """What a run tells of a profile that no proof sheet has proven."""
        return (
            f"封入機の設定「{self.title}」（{self.name}）は未確認です。試験用紙（kouki-print machine deck）を"
            "封入会社の機械に通し、止まるべき所で止まることを確かめてから、proven = true にしてください。"
        )


def check_feeds(machine: Machine, order: Order, units: Mapping[str, Unit]) -> None:
    """JobError for an enclosure of the job that is neither in a feeder nor inserted by hand.

    The sheets that are printed here are fed by themselves, and are none of the feeders'.
    """
    having = {*machine.feeds.values(), *machine.by_hand}
    for entry in order.sets_in_use():
        for code in entry.items[1:]:
            enclosure = order.enclosure_of(code)
            if code not in having and not enclosure.document:
                _stop(machine, f"組{entry.code}の封入物{code}「{enclosure.name}」", code)
        if (first := order.enclosure_of(entry.items[0])).code not in having and not first.personal:
            _stop(machine, f"組{entry.code}の封入物{first.code}「{first.name}」", first.code)
    for unit in units.values():
        for extra in unit.extras:
            if extra.code not in having:
                what = f"{unit.contact.name}の追加封入物{extra.code}「{extra.name}」"
                _stop(machine, what, extra.code)


def _stop(machine: Machine, what: str, code: str) -> None:
    raise JobError(
        f"{what}が、封入機の設定「{machine.title}」のどの供給機にもありません。",
        remedy=f'[feeds] に供給機の番号と "{code}" を書くか、手で入れるなら by_hand に "{code}" を書いてください。',
        file=f"{machine.name}.toml",
    )
