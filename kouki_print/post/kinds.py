"""One kind of piece (municipality, document, set, pickup): its weight, class, service, step and price."""

from __future__ import annotations

from dataclasses import dataclass

from kouki_print.base.errors import JobError
from kouki_print.order.models import Order
from kouki_print.order.units import Unit
from kouki_print.post.sizeclass import SizeClass, size_class
from kouki_print.post.tariff import NOT_MAILED, Price, TariffTable
from kouki_print.post.weights import contents_of


@dataclass(frozen=True, slots=True)
class Kind:
    """What is the same for all pieces of a kind; ``max_grams`` is the letter's step, 0 if not mailed.

    The price follows the nominal ``weight_cg``; ``low_cg`` and ``high_cg`` are the lightest and heaviest.
    """

    weight_cg: int
    low_cg: int
    high_cg: int
    thickness_um: int
    max_grams: int
    yen: int
    size_class: SizeClass
    service: str
    items: str
    sealed: bool


def service_of(order: Order, unit: Unit, document: str, pickup: bool) -> str:
    """Mail service of a document; ``none`` = the unit does not mail, or 窓口交付."""
    if not unit.mailed or pickup:
        return NOT_MAILED
    own = (
        entry.service for entry in order.mail_of if entry.document == document and unit.code in entry.units
    )
    return next(own, order.mail[document])


def price_at(
    order: Order, table: TariffTable, service: str, weight_cg: int, thickness_um: int
) -> tuple[SizeClass, Price]:
    """Class of the order's envelope at this weight and thickness, and its price; JobError for none."""
    size = size_class(order.envelope, weight_cg, thickness_um)
    return size, table.price(service, size, weight_cg)


def kind_of(
    order: Order,
    unit: Unit | None,
    code: str,
    document: str,
    set_code: str,
    pickup: bool,
    table: TariffTable,
) -> Kind:
    """The kind of a unit's pieces; JobError names the unit when it fits no class or has no price.

    ``code`` is what the unit is called where ``unit`` is None, as the contact table does not know it.
    """
    if unit is None:
        raise JobError(
            f"市町村コード「{code}」の連絡先がありません",
            remedy="municipalities.csv にその市町村を追加してください。",
        )
    contents = contents_of(order, unit, set_code)
    service = service_of(order, unit, document, pickup)
    try:
        size, price = price_at(order, table, service, contents.weight_cg, contents.thickness_um)
    except JobError as error:
        raise JobError(
            f"{unit.contact.name}の組{set_code}: {error.what}",
            remedy=error.remedy,
            file=error.file,
            row=error.row,
            column=error.column,
        ) from error
    return Kind(
        contents.weight_cg,
        contents.low_cg,
        contents.high_cg,
        contents.thickness_um,
        price.max_grams,
        price.yen,
        size,
        service,
        contents.items,
        unit.sealed,
    )
