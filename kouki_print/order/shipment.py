"""What the order says about boxes, hand-over and posting (箱・受渡・差出し)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from kouki_print.order.typed import Frozen


class Boxes(Frozen):
    """[boxes]: what one box carries at most, and what never lies in one box.

    Envelopes stand in ``rows`` rows of ``row_mm`` mm each (0: only pieces and grams count): the usable length,
    without the room that divider cards and fingers need.  ``separate``:
    pieces that differ in it are sequenced apart and never share a box.  A ``bundle`` (束) has a divider card
    in front of it: up to ``bundle_pieces`` pieces, or the neighbours of one 郵便区.
    """

    max_pieces: Annotated[int, Field(ge=1)] = 300
    max_grams: Annotated[int, Field(ge=1)] = 15000
    rows: Annotated[int, Field(ge=1, le=20)] = 3
    row_mm: Annotated[int, Field(ge=0, le=2000)] = 470
    separate: list[Literal["mail_service", "set", "no_forward"]] = ["mail_service", "no_forward"]
    bundle: Literal["count", "area", "none"] = "count"
    bundle_pieces: Annotated[int, Field(ge=1)] = 50
    pallet_boxes: Annotated[int, Field(ge=1)] = 24


class BlankStock(Frozen):
    """[blank_stock]: blank documents (ブランク証) that each unit gets for what it must write or issue itself.

    ``percent`` of the unit's pieces with one of the ``documents``, at ``least`` so many.  ``enclosures``: each
    with all that goes with it, envelope included.
    """

    documents: list[str] = []
    percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(1)
    least: Annotated[int, Field(ge=0)] = 10
    enclosures: bool = True


class Posting(Frozen):
    """[posting]: the papers for the post office (差出し).

    ``slip`` is the layout of 差出票 and 受領証; its lines name the recipient by ``name`` or by the piece's
    ``number``.  ``sender`` at its foot: the unit's counter or the insurer.  ``approval`` and ``customer`` are
    the office's notes for slips of one's own and for 料金後納; ``indemnity`` is the amount of 要償額 on each line.
    ``least_per_area``: so many pieces of a 郵便区 the mark 郵便区内特別 asks for (0: not looked at).
    """

    slip: str = "posting_slip"
    recipient: Literal["name", "number"] = "name"
    sender: Literal["unit", "insurer"] = "unit"
    approval: str = ""
    customer: str = ""
    indemnity: str = ""
    least_per_area: Annotated[int, Field(ge=0)] = 100


class Handover(Frozen):
    """[handover]: who gets what when.  Dates that nobody has set are left open on the papers.

    ``vendor`` and ``vendor_contact`` are the printing company; ``files_on`` the day on which it gets the
    files.  Boxes come on ``delivery_on``, or on the day of their own in ``delivery_days``; the vendor works
    in the sequence ``work_order``, then by delivery day.  ``pull_until``: last day for pulling pieces.
    ``contact`` of the union for questions.  ``erase_on``: by when the vendor erases the data.
    """

    vendor: str = ""
    vendor_contact: str = ""
    files_on: dt.date | None = None
    delivery_on: dt.date | None = None
    delivery_days: dict[str, dt.date] = {}
    work_order: list[str] = []
    pull_until: dt.date | None = None
    contact: str = ""
    erase_on: dt.date | None = None

    def day_of(self, unit: str) -> dt.date | None:
        """The day on which a unit gets its boxes."""
        return self.delivery_days.get(unit, self.delivery_on)


class DeliverTo(Frozen):
    """[[deliver_to]]: another place than its counter to which a unit's boxes go (納入先)."""

    unit: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    postcode: Annotated[str, Field(pattern=r"^[0-9]{7}$")]
    address: Annotated[str, Field(min_length=1)]
    phone: str = ""
    note: str = ""
