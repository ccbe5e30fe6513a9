"""The order as typed, frozen values: everything that a person decided before the run.

Lengths are mm, weights in files are grams with at most two decimals and integer hundredths
(``*_cg``) inside, money is integer yen, dates are dates.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

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


class Frozen(BaseModel):
    """Typed values that nobody changes and in which an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Job(Frozen):
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


class Insurer(Frozen):
    """[insurer]: who issues the documents."""

    name: Annotated[str, Field(min_length=1)]


class Input(Frozen):
    """[input]: files of the job folder, relative to it; ``last`` is last year's job folder, if given."""

    export: Annotated[list[str], Field(min_length=1)]
    layout: str = "standard"
    municipalities: str = "municipalities.csv"
    survey: str = "survey.csv"
    numbers: str = "numbers.csv"
    control: str = "control.csv"
    last: str = ""


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
    """

    residence: bool = True
    disability: bool = True
    age_limits: list[Annotated[int, Field(ge=1, le=120)]] = []
    age_end: dict[str, AgeEnd] = {}

    def end_of(self, age: int) -> AgeEnd:
        """On which day a document ends at an age limit."""
        return self.age_end.get(str(age), "day_before")


class Card(Frozen):
    """[card]: what the papers leave open about the face of the document.

    ``optional_mask`` stands where an item on request (限度区分・長期入院・特定疾病) is not printed.
    ``disease_shown``: 特定疾病区分 only for who asked for the optional items (限度区分併記), or always.
    ``early_use``: everybody may use the new document on arrival, as if 早期使用可 were set for all.
    """

    show_sex: bool = False
    show_address: bool = False
    optional_mask: Annotated[str, Field(max_length=8)] = ""
    disease_shown: Literal["with_limit", "always"] = "with_limit"
    early_use: bool = False


class Rule(Frozen):
    """[[rule]]: first match wins.  ``when`` maps people columns to a condition; all must hold.

    A condition is a boolean (flag set or not), a text of an operator and an integer (``">=85"``), or for
    a column of words one of them (``"区分Ⅱ"``) or a list of them (any of).  ``age`` is the age on switch_on
    by birthday.  ``set`` is the enclosure set; without it the first one of the document.
    """

    reason: Annotated[str, Field(pattern=r"^[A-Z0-9]+$")]
    document: Document
    when: dict[str, bool | str | list[str]] = {}
    set: str = ""
    sentence: str


class Exclusion(Frozen):
    """[[exclude]]: people who get nothing this time, by the same conditions as rules, and why."""

    reason: Annotated[str, Field(pattern=r"^[A-Z0-9]+$")]
    when: Annotated[dict[str, bool | str | list[str]], Field(min_length=1)]
    sentence: str


PAPER_MM: dict[str, tuple[Decimal, Decimal]] = {
    name: (Decimal(width), Decimal(height))
    for name, width, height in (
        ("A3", 297, 420), ("A4", 210, 297), ("A5", 148, 210), ("A6", 105, 148), ("B4", 257, 364),
        ("B5", 182, 257), ("B6", 128, 182),
    )
}  # fmt: skip
REAM_SHEETS = 1000  # 連量 is the weight of a thousand sheets
REAM_MM = {  # 原紙寸法
    "四六判": (Decimal(788), Decimal(1091)),
    "菊判": (Decimal(636), Decimal(939)),
    "A判": (Decimal(625), Decimal(880)),
    "B判": (Decimal(765), Decimal(1085)),
}


class Paper(Frozen):
    """paper of an [[enclosure]]: weight of the paper (米坪 ``gsm`` or 連量 ``ream_kg``), size, leaves.

    ``size`` is the open sheet, a name (``A4``) or ``[width, height]`` in mm; a folded or stapled item has
    as many ``leaves`` of it.  ``ream_kg`` counts a thousand sheets of the ``ream`` format.
    """

    gsm: Annotated[Decimal, Field(gt=0, le=1000)] | None = None
    ream_kg: Annotated[Decimal, Field(gt=0, le=1000)] | None = None
    ream: Literal["四六判", "菊判", "A判", "B判"] = "四六判"
    size: Literal["A3", "A4", "A5", "A6", "B4", "B5", "B6"] | tuple[Decimal, Decimal]
    leaves: Annotated[Decimal, Field(gt=0, le=1000)] = Decimal(1)

    @model_validator(mode="after")
    def _one_weight(self) -> Paper:
        if (self.gsm is None) == (self.ream_kg is None):
            raise ValueError("gsm（g/m²）か ream_kg（連量kg）のどちらか一つを書いてください")
        if not isinstance(self.size, str) and min(self.size) <= 0:
            raise ValueError("size の寸法は0より大きいmmにしてください")
        return self

    @property
    def grams_per_m2(self) -> Decimal:
        """米坪 in g/m²; from 連量 by the area of a thousand sheets of its format."""
        if self.gsm is not None:
            return self.gsm
        width, height = REAM_MM[self.ream]
        return Decimal(self.ream_kg or 0) * 1000 * 1_000_000 / (width * height * REAM_SHEETS)

    @property
    def weight_cg(self) -> int:
        """Weight of the item as computed from its paper, hundredths of a gram, half up."""
        width, height = PAPER_MM[self.size] if isinstance(self.size, str) else self.size
        grams = self.grams_per_m2 * width * height / 1_000_000 * self.leaves
        return int((grams * 100).quantize(Decimal(1), ROUND_HALF_UP))


class Enclosure(Frozen):
    """[[enclosure]]: one item that goes into envelopes (封入物).

    ``grams`` is the measured weight and the one that postage goes by; the weight computed from ``paper``
    stands beside it.  ``tolerance_percent`` of the computed one is how far they may be apart.
    ``owner``: whose stock it is (在庫の持ち主).
    """

    code: Annotated[str, Field(pattern=r"^[0-9A-Z]{1,4}$")]
    name: str
    grams: Grams
    paper: Paper | None = None
    tolerance_percent: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(10)
    owner: str = ""
    personal: bool = False

    @property
    def weight_cg(self) -> int:
        """Measured weight in hundredths of a gram."""
        return centigrams(self.grams)

    @property
    def computed_cg(self) -> int | None:
        """Weight computed from the paper in hundredths of a gram; None without ``paper``."""
        return None if self.paper is None else self.paper.weight_cg

    @property
    def off_tolerance(self) -> bool:
        """Whether measured and computed weight are further apart than the tolerance."""
        computed = self.computed_cg
        if computed is None:
            return False
        return abs(self.weight_cg - computed) * 100 > computed * self.tolerance_percent


class EnclosureSet(Frozen):
    """[[set]]: which enclosures a document travels with (組)."""

    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,2}$")]
    document: Document
    items: Annotated[list[str], Field(min_length=1)]


class Envelope(Frozen):
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


class Mail(Frozen):
    """[mail]: service per document (郵便種別) for municipalities that mail."""

    certificate: Service = "simple_registered"
    notice: Service = "simple_registered"
    insurance_card: Service = "simple_registered"


class Boxes(Frozen):
    """[boxes]: what one box carries at most."""

    max_pieces: Annotated[int, Field(ge=1)] = 300
    max_grams: Annotated[int, Field(ge=1)] = 15000


class Printing(Frozen):
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


class Order(Frozen):
    """The whole order: preset overridden by job.toml."""

    job: Job
    insurer: Insurer
    input: Input
    checks: Checks = Checks()
    validity: Validity = Validity()
    card: Card = Card()
    rule: Annotated[list[Rule], Field(min_length=1)]
    exclude: list[Exclusion] = []
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

    def set_of_rule(self, rule: Rule) -> EnclosureSet:
        """The enclosure set that a rule chooses: its own, else the first one of its document."""
        if rule.set:
            return next(entry for entry in self.set if entry.code == rule.set)
        return self.set_for(rule.document)

    def weight_notes(self) -> list[str]:
        """A sentence for each enclosure whose measured weight is unlike what its paper weighs."""
        return [
            f"封入物{entry.code}「{entry.name}」の重さ {entry.grams}g は、用紙からの計算値"
            f" {Decimal(entry.computed_cg or 0) / 100:.2f}g と{entry.tolerance_percent}%より大きく違います。"
            "実測し直すか、job.toml の [[enclosure]] の grams か paper を直してください。"
            for entry in self.enclosure
            if entry.off_tolerance
        ]

    def enclosure_of(self, code: str) -> Enclosure:
        """The enclosure with this code."""
        return next(entry for entry in self.enclosure if entry.code == code)

    def age_limit_rules(self) -> list[Rule]:
        """Rules that look at the age, for the list of boundary births."""
        return [rule for rule in self.rule if "age" in rule.when]
