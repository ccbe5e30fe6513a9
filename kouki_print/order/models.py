"""The order as typed, frozen values: everything that a person decided before the run.

Lengths are mm, weights in files are grams with at most two decimals and integer hundredths
(``*_cg``) inside, money is integer yen, dates are dates.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

DOCUMENTS = ("certificate", "notice", "insurance_card")
Document = Literal["certificate", "notice", "insurance_card"]
Service = Literal["simple_registered", "registered", "specified_record", "ordinary"]

DOCUMENT_JA = {"certificate": "資格確認書", "notice": "資格情報のお知らせ", "insurance_card": "被保険者証"}
SERVICE_JA = {
    "simple_registered": "簡易書留",
    "registered": "書留",
    "specified_record": "特定記録",
    "ordinary": "普通",
    "none": "郵送なし",
}
SIZE_CLASS_JA = {
    "standard": "定形",
    "nonstandard_regular": "定形外規格内",
    "nonstandard_large": "定形外規格外",
}


def _two_decimals(value: Decimal) -> Decimal:
    if value < 0 or value != value.quantize(Decimal("0.01")):
        raise ValueError("0以上、小数点以下2桁までの数にしてください")
    return value


Grams = Annotated[Decimal, AfterValidator(_two_decimals)]


def centigrams(grams: Decimal) -> int:
    """Grams as integer hundredths; the model has refused a third decimal already."""
    return int(grams * 100)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Job(_Frozen):
    """[job]: which switchover this is, and its dates."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,8}$")]
    title: Annotated[str, Field(min_length=1)]
    preset: str
    switch_on: dt.date
    expires_on: dt.date
    issued_on: dt.date
    data_on: dt.date
    mail_on: dt.date
    document_from: Literal["rules", "export"] = "rules"
    survey_default: bool = False


class Insurer(_Frozen):
    """[insurer]: who issues the documents."""

    name: Annotated[str, Field(min_length=1)]


class Input(_Frozen):
    """[input]: files of the job folder, relative to it."""

    export: Annotated[list[str], Field(min_length=1)]
    layout: str = "standard"
    municipalities: str = "municipalities.csv"
    survey: str = "survey.csv"
    numbers: str = "numbers.csv"


class Checks(_Frozen):
    """[checks]: what the papers leave open, with the careful choice as default."""

    insured_number_check: Literal["warn", "error", "off"] = "warn"
    insurer_number_mismatch: Literal["warn", "hold"] = "warn"
    protected_without_instruction: Literal["hold", "print"] = "hold"
    kind_order: list[Literal["資格", "全て"]] = ["資格", "全て"]


class Rule(_Frozen):
    """[[rule]]: first match wins.  ``when`` maps people columns to a condition; all must hold.

    A condition is a boolean (flag set or not) or a text of an operator and an integer
    (``">=85"``).  ``age`` is the age on switch_on by birthday.
    """

    reason: Annotated[str, Field(pattern=r"^[A-Z0-9]+$")]
    document: Document
    when: dict[str, bool | str] = {}
    sentence: str


class Enclosure(_Frozen):
    """[[enclosure]]: one item that goes into envelopes (封入物)."""

    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,4}$")]
    name: str
    grams: Grams
    personal: bool = False

    @property
    def weight_cg(self) -> int:
        """Nominal weight in hundredths of a gram."""
        return centigrams(self.grams)


class EnclosureSet(_Frozen):
    """[[set]]: which enclosures a document travels with (組)."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,2}$")]
    document: Document
    items: Annotated[list[str], Field(min_length=1)]


class Envelope(_Frozen):
    """[envelope]: the filled envelope's outer size and the window (portrait, mm from the top left)."""

    name: str
    width_mm: Decimal
    height_mm: Decimal
    thickness_mm: Decimal
    grams: Grams

    @property
    def weight_cg(self) -> int:
        """Weight of the empty envelope in hundredths of a gram."""
        return centigrams(self.grams)


class Mail(_Frozen):
    """[mail]: service per document (郵便種別) for municipalities that mail."""

    certificate: Service = "simple_registered"
    notice: Service = "simple_registered"
    insurance_card: Service = "simple_registered"


class Boxes(_Frozen):
    """[boxes]: what one box carries at most."""

    max_pieces: Annotated[int, Field(ge=1)] = 300
    max_grams: Annotated[int, Field(ge=1)] = 15000


class Printing(_Frozen):
    """[printing]: layouts, lots and the output intent of the print files."""

    certificate_layout: str = "certificate_mount"
    notice_layout: str = "notice"
    insurance_card_layout: str = "certificate_mount"
    imposition: str = "a3_2up"
    lot_sheets: Annotated[int, Field(ge=1, le=20000)] = 5000
    customer_barcode: bool = True
    output_condition: str = "KOUKI TEST"
    output_profile: str = ""
    output_profile_sha256: str = ""


class Order(_Frozen):
    """The whole order: preset overridden by job.toml."""

    job: Job
    insurer: Insurer
    input: Input
    checks: Checks = Checks()
    rule: Annotated[list[Rule], Field(min_length=1)]
    excluded: dict[str, str] = {"welfare": "生活保護"}
    enclosure: Annotated[list[Enclosure], Field(min_length=1)]
    set: Annotated[list[EnclosureSet], Field(min_length=1)]
    envelope: Envelope
    mail: Mail = Mail()
    boxes: Boxes = Boxes()
    printing: Printing = Printing()
    words: dict[str, str] = {}

    def set_for(self, document: str) -> EnclosureSet:
        """The enclosure set of a document (the first one that names it)."""
        return next(entry for entry in self.set if entry.document == document)

    def enclosure_of(self, code: str) -> Enclosure:
        """The enclosure with this code."""
        return next(entry for entry in self.enclosure if entry.code == code)

    def age_limit_rules(self) -> list[Rule]:
        """Rules that look at the age, for the list of boundary births."""
        return [rule for rule in self.rule if "age" in rule.when]


class Contact(_Frozen):
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


class Extra(_Frozen):
    """A municipality's own enclosure: code X1, X2 …, name and weight in hundredths of a gram."""

    code: str
    name: str
    weight_cg: int


class Municipality(_Frozen):
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
