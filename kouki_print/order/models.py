"""The order as typed, frozen values: everything that a person decided before the run.

Lengths are mm, weights in files are grams with at most two decimals and integer hundredths
(``*_cg``) inside, money is integer yen, dates are dates.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from kouki_print.order.assets import Asset, Marks
from kouki_print.order.card import Card, Date
from kouki_print.order.documents import Documents
from kouki_print.order.enclosures import Enclosure, EnclosureSet, Envelope
from kouki_print.order.fonts import Fonts
from kouki_print.order.printing import Printing
from kouki_print.order.shipment import BlankStock, Boxes, DeliverTo, Handover, Posting
from kouki_print.order.typed import Frozen

Service = Literal["simple_registered", "registered", "specified_record", "ordinary"]

SERVICE_JA = {
    "simple_registered": "簡易書留",
    "registered": "書留",
    "specified_record": "特定記録",
    "ordinary": "普通",
    "none": "郵送なし",
}
HOUSEHOLD_MOST = 6  # people on one page for a household
SIZE_CLASS_JA = {
    "standard": "定形",
    "nonstandard_regular": "定形外規格内",
    "nonstandard_large": "定形外規格外",
}


class Job(Frozen):
    """[job]: which switchover this is, and its dates.

    ``issued_on`` is the day on which documents are handed over (交付年月日), ``printed_on`` the one on which
    they are printed (発行年月日), where it is another.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,8}$")]
    title: Annotated[str, Field(min_length=1)]
    preset: str
    switch_on: dt.date
    expires_on: dt.date
    issued_on: dt.date
    data_on: dt.date
    mail_on: dt.date
    printed_on: dt.date | None = None
    document_from: Literal["rules", "export"] = "rules"
    survey_default: bool = False
    require_signoff: bool = False


class Insurer(Frozen):
    """[insurer]: who issues the documents.

    The contact stands on the pages of a job by employer; in others that of each municipality does.
    ``url``: page for the public, as a QR code on the backs; nothing is drawn without it.
    """

    name: Annotated[str, Field(min_length=1)]
    number: str = ""
    postcode: str = ""
    address: str = ""
    section: str = ""
    phone: str = ""
    url: Annotated[str, Field(pattern=r"^(https?://[!-~]{3,100})?$")] = ""


class Input(Frozen):
    """[input]: files of the job folder, relative to it; ``last`` is last year's job folder, if given."""

    export: Annotated[list[str], Field(min_length=1)]
    layout: str = "standard"
    municipalities: str = "municipalities.csv"
    survey: str = "survey.csv"
    groups: str = "groups.csv"
    numbers: str = "numbers.csv"
    control: str = "control.csv"
    tariff: str = ""
    areas: str = ""
    used_numbers: str = ""
    last: str = ""
    forecast: str = "forecast.toml"
    scenarios: str = "scenarios.toml"


class Checks(Frozen):
    """[checks]: what the papers leave open, with the careful choice as default."""

    insured_number_check: Literal["warn", "error", "off"] = "warn"
    insurer_number_mismatch: Literal["warn", "hold"] = "warn"
    protected_without_instruction: Literal["hold", "print"] = "hold"
    kind_order: list[Literal["資格", "全て"]] = ["資格", "全て"]
    undrawable: Literal["hold", "hand"] = "hold"  # hand: printed with a blank, written by hand (手書き)
    youngest: Annotated[int, Field(ge=0, le=150)] = 65
    oldest: Annotated[int, Field(ge=0, le=150)] = 115


AgeEnd = Literal["day_before", "birthday", "month_end"]


class Validity(Frozen):
    """[validity]: what may end a document before the job's expiry (有効期限を短くするもの).

    ``age_limits`` are ages at which the entitlement changes; ``age_end`` says for each of them (key as
    text) on which day the document ends: ``day_before`` the birthday (default: at 75 one leaves the city's
    insurance on the birthday), on the ``birthday``, or ``month_end``, the last day of the month in which
    the age is completed by law, that is on the day before the birthday (高齢受給者 from the next first).
    ``leaves_at``: at this age one leaves the insurance; who has reached it by the switch gets nothing.
    ``max_years``: the order's own expiry lies at most so many years after the switch.
    """

    residence: bool = True
    disability: bool = True
    age_limits: list[Annotated[int, Field(ge=1, le=120)]] = []
    age_end: dict[str, AgeEnd] = {}
    leaves_at: Annotated[int, Field(ge=1, le=120)] | None = None
    max_years: Annotated[int, Field(ge=1, le=10)] | None = None

    def end_of(self, age: int) -> AgeEnd:
        """On which day a document ends at an age limit."""
        return self.age_end.get(str(age), "day_before")


class Delivery(Frozen):
    """[delivery]: to whom the finished pieces go, and who shares one.

    ``unit``: pieces are ordered, boxed and handed over by municipality, or by ``group`` (団体: employer).
    ``per_household``: documents of which a household gets one piece with all its people.
    ``addressee``: the person, or in the city's insurance the householder (世帯主).
    """

    unit: Literal["municipality", "group"] = "municipality"
    per_household: list[str] = []
    addressee: Literal["person", "householder"] = "person"


class Rule(Frozen):
    """[[rule]]: first match wins.  ``when`` maps people columns to a condition; all must hold.

    A condition is a boolean (flag set or not), a text of an operator and an integer (``">=85"``), or for
    a column of words one of them (``"区分Ⅱ"``) or a list of them (any of).  ``age`` is the age on switch_on
    by birthday.  ``set`` is the enclosure set; without it the first one of the document.
    """

    reason: Annotated[str, Field(pattern=r"^[A-Z0-9]+$")]
    document: str
    when: dict[str, bool | str | list[str]] = {}
    set: str = ""
    sentence: str


class Exclusion(Frozen):
    """[[exclude]]: people who get nothing this time, by the same conditions as rules, and why."""

    reason: Annotated[str, Field(pattern=r"^[A-Z0-9]+$")]
    when: Annotated[dict[str, bool | str | list[str]], Field(min_length=1)]
    sentence: str


class MailOf(Frozen):
    """[[mail_of]]: another service for a document in some units (市町村ごとの郵便種別)."""

    name: Annotated[str, Field(min_length=1)]
    units: Annotated[list[str], Field(min_length=1)]
    document: str
    service: Service


class Discount(Frozen):
    """[[discount]]: a discount (割引) that the operator has confirmed; it never changes the budget's lines.

    ``yen`` off each piece, or ``percent`` of its whole price (in whole yen, rounded down).  ``min_pieces``
    of a unit in one posting; ``min_per_area`` of a unit in one 郵便区, where only areas with so many count.
    ``barcode``: it asks for the customer barcode.  ``source``: who confirmed it, and when.
    """

    name: Annotated[str, Field(min_length=1)]
    service: Service
    yen: Annotated[int, Field(ge=1)] | None = None
    percent: Annotated[Decimal, Field(gt=0, le=100)] | None = None
    min_pieces: Annotated[int, Field(ge=1)] = 1
    min_per_area: Annotated[int, Field(ge=0)] = 0
    documents: list[str] = []
    units: list[str] = []
    barcode: bool = False
    source: Annotated[str, Field(min_length=1)]

    def off(self, unit_yen: int) -> int:
        """Yen that it takes off a piece of this price."""
        return int(Decimal(unit_yen) * self.percent // 100) if self.percent is not None else self.yen or 0


class Ordering(Frozen):
    """[ordering]: how many enclosures and envelopes to order (発注).

    ``spare_percent`` on top of what is needed; ``envelope_pack`` envelopes of a pack; ``label``: also the
    number labels (引受番号ラベル) of registered and recorded pieces.
    """

    spare_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(3)
    envelope_pack: Annotated[int, Field(ge=1)] = 1
    label: bool = False


class Order(Frozen):
    """The whole order: preset overridden by job.toml."""

    job: Job
    insurer: Insurer
    input: Input
    checks: Checks = Checks()
    validity: Validity = Validity()
    delivery: Delivery = Delivery()
    card: Card = Card()
    date: Date = Date()
    documents: Annotated[Documents, Field(validate_default=True)] = {}
    rule: Annotated[list[Rule], Field(min_length=1)]
    exclude: list[Exclusion] = []
    excluded: dict[str, str] = {"welfare": "生活保護"}
    enclosure: Annotated[list[Enclosure], Field(min_length=1)]
    set: Annotated[list[EnclosureSet], Field(min_length=1)]
    envelope: Envelope
    mail: Annotated[dict[str, Service], Field(validate_default=True)] = {}
    mail_of: list[MailOf] = []
    discount: list[Discount] = []
    boxes: Boxes = Boxes()
    ordering: Ordering = Ordering()
    blank_stock: BlankStock = BlankStock()
    posting: Posting = Posting()
    handover: Handover = Handover()
    deliver_to: list[DeliverTo] = []
    printing: Printing = Printing()
    asset: dict[str, Asset] = {}
    marks: Marks = Marks()
    fonts: Fonts = Fonts()
    words: dict[str, str] = {}

    @field_validator("mail")
    @classmethod
    def _mail_of_every_document(cls, value: dict[str, Service], info: ValidationInfo) -> dict[str, Service]:
        """[mail]: service per document (郵便種別) for municipalities that mail; 簡易書留 where nothing is written."""
        usual: dict[str, Service] = dict.fromkeys(info.data.get("documents", ()), "simple_registered")
        return usual | value

    def document_ja(self, document: str) -> str:
        """What a document is called."""
        return self.documents[document].name

    @property
    def document_names(self) -> dict[str, str]:
        """What the documents are called, by key in their usual order."""
        return {key: document.name for key, document in self.documents.items()}

    def sheets_of(self, set_code: str) -> tuple[str, ...]:
        """Documents printed for one piece: that of the set, then those of its items in their order."""
        chosen = next(entry for entry in self.set if entry.code == set_code)
        further = (self.enclosure_of(code).document for code in chosen.items)
        return (chosen.document, *(document for document in further if document))

    def sets_in_use(self) -> list[EnclosureSet]:
        """Sets that somebody can get: by a rule, or by what the export asks for."""
        used = [self.set_of_rule(rule) for rule in self.rule]
        if self.job.document_from == "export":
            used += [self.set_for(key) for key in dict.fromkeys(entry.document for entry in self.set)]
        return used

    def set_for(self, document: str) -> EnclosureSet:
        """The enclosure set of a document (the first one that names it)."""
        return next(entry for entry in self.set if entry.document == document)

    def set_of_rule(self, rule: Rule) -> EnclosureSet:
        """The enclosure set that a rule chooses: its own, else the first one of its document."""
        if rule.set:
            return next(entry for entry in self.set if entry.code == rule.set)
        return self.set_for(rule.document)

    def weight_notes(self) -> list[str]:
        """A sentence for each enclosure, and the envelope, whose measured weight is unlike what its paper weighs."""
        named: list[tuple[str, str, str, Enclosure | Envelope]] = [
            (f"封入物{entry.code}", "[[enclosure]]", "paper", entry) for entry in self.enclosure
        ]
        return [
            f"{what}「{entry.name}」の重さ {entry.grams}g は、用紙からの計算値"
            f" {Decimal(entry.computed_cg or 0) / 100:.2f}g と{entry.tolerance_percent}%より大きく違います。"
            f"実測し直すか、job.toml の {table} の grams か {paper} を直してください。"
            for what, table, paper, entry in (*named, ("封筒", "[envelope]", "gsm・k", self.envelope))
            if entry.off_tolerance
        ]

    def enclosure_of(self, code: str) -> Enclosure:
        """The enclosure with this code."""
        return next(entry for entry in self.enclosure if entry.code == code)

    def age_limit_rules(self) -> list[Rule]:
        """Rules that look at the age, for the list of boundary births."""
        return [rule for rule in self.rule if "age" in rule.when]
