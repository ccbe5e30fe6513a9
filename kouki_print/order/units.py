"""The municipalities (市町村) as this order treats them: contact of the counter, and its answers."""

from __future__ import annotations

from kouki_print.order.models import Frozen


class Contact(Frozen):
    """One line of the contact table: a municipality's counter (窓口)."""

    no: int
    jis_code: str
    code6: str
    name: str
    kana: str
    insurer_number: str
    postcode: str
    address: str
    section: str
    phone: str


class Extra(Frozen):
    """A municipality's own enclosure: code X1, X2 …, name and weight in hundredths of a gram."""

    code: str
    name: str
    weight_cg: int


class Unit(Frozen):
    """One municipality as this order treats it: contact (after the questionnaire) and answers."""

    contact: Contact
    sealed: bool
    mailed: bool
    handover_way: str
    no_forward: bool
    extras: tuple[Extra, ...] = ()
    answered: bool = True

    @property
    def code(self) -> str:
        """5-digit JIS code."""
        return self.contact.jis_code
