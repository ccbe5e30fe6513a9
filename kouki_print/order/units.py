"""Delivery units (受渡単位): the municipalities, or in a job by group the employers, as this order treats them.

A municipality has the contact of its counter and its answers to the questionnaire; an employer stands in groups.csv.
"""

from __future__ import annotations

from kouki_print.order.typed import Frozen


class Contact(Frozen):
    """One line of the contact table: a municipality's counter (窓口), or an employer's office.

    ``jis_code`` of an employer is its 団体コード.
    """

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
    """One unit as this order treats it: contact (after the questionnaire) and answers.

    What is not ``mailed`` goes to the unit as a whole.
    """

    contact: Contact
    sealed: bool
    mailed: bool
    handover_way: str
    no_forward: bool
    extras: tuple[Extra, ...] = ()
    answered: bool = True

    @property
    def code(self) -> str:
        """5-digit JIS code, or 団体コード (1 to 8 of A-Z 0-9)."""
        return self.contact.jis_code
