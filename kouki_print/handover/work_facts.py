"""What the job ticket and the work order tell of one unit (作業の内容): plain facts, and nothing personal.

Lengths are mm from the top left as one sees it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from kouki_print.handover.consignment import Consignment


class Box(NamedTuple):
    """A rectangle; a line has no width or no height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Slot:
    """A finished sheet on one side of the press sheet, as it lies there; ``rotation`` is clockwise.

    ``label`` says which slot it is, and which of its sides is seen.
    """

    box: Box
    rotation: int
    label: str


@dataclass(frozen=True, slots=True)
class Press:
    """The press sheet: ``back[k]`` is what lies behind ``front[k]``; empty when only one side is printed.

    ``work_style`` is XJDF's word for how it is turned, ``notes`` say order and turning in words.
    ``stacked``: the slots are piles of at most ``stack_depth`` sheets (0: any), to be laid on each other.
    ``sheet_lines`` are the places of the words on the waste of front and back.
    """

    name: str
    title: str
    size: tuple[float, float]
    finished: tuple[float, float]
    work_style: str
    stacked: bool
    stack_depth: int
    roll: bool
    gripper_mm: float
    gripper_edge: str
    front: tuple[Slot, ...]
    back: tuple[Slot, ...]
    sheet_lines: tuple[Box | None, ...]
    marks: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeliveredFile:
    """A print file as the manifest lists it."""

    path: str
    sha256: str
    bytes: int
    pages: int


@dataclass(frozen=True, slots=True)
class LotFacts:
    """A lot: sequence numbers, pieces, finished sheets, press sheets and its two files."""

    number: int
    first: int
    last: int
    pieces: int
    sheets: int
    press_sheets: int
    single: DeliveredFile
    imposed: DeliveredFile


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """A document: its sheets in this unit, paper (米坪 and the words for it), finishing and matching codes.

    ``panel`` lies behind the envelope's window; ``seen`` is what of it is always seen, ``seen_ever`` what may be.
    """

    key: str
    name: str
    sheets: int
    gsm: str
    paper: str
    perforations: tuple[Box, ...]
    folds_x: tuple[float, ...]
    folds_y: tuple[float, ...]
    code_front: Box | None
    code_back: Box | None
    panel: Box | None
    seen: Box | None
    seen_ever: Box | None


@dataclass(frozen=True, slots=True)
class Item:
    """An enclosure as it goes in: code, name, the inserter's feeder when one is known.

    ``printed``: it is a sheet of these files; ``personal``: one that somebody else prints for each person.
    """

    code: str
    name: str
    feed: str
    printed: bool
    personal: bool


@dataclass(frozen=True, slots=True)
class SetFacts:
    """Pieces with the same contents; ``items`` in the order of insertion, ``sheets`` the personal ones of all."""

    code: str
    document: str
    document_name: str
    pieces: int
    sheets: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class EnvelopeFacts:
    """The envelope as its address side lies."""

    name: str
    size: tuple[float, float]
    inner: tuple[float, float]
    window: Box


@dataclass(frozen=True, slots=True)
class MachineFacts:
    """The inserter in lines of words; where it looks on a sheet's front, and the marks there (neither without one)."""

    words: tuple[str, ...]
    strip: Box | None = None
    marks: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class JobFacts:
    """What is the same for all units of a job, which are employers when it goes ``by_group``.

    ``colours`` are (name, words); ``plates`` the separations beside black, of which ``dies`` are die-lines.
    ``warnings`` must be read before anything else; ``questions`` to the vendor are (setting, question), those
    that nobody has answered.  ``version`` is that of the program.
    """

    version: str
    job_id: str
    title: str
    insurer: str
    by_group: bool
    data_on: dt.date
    mail_on: dt.date
    press: Press
    documents: tuple[DocumentFacts, ...]
    envelope: EnvelopeFacts
    colours: tuple[tuple[str, str], ...]
    plates: tuple[str, ...]
    dies: tuple[str, ...]
    standard: str
    intent: str
    code_kind: str
    code_encoding: str
    machine: MachineFacts
    warnings: tuple[str, ...]
    questions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """One unit: what it gets and how, its lots, sets, pieces by mail service, and the labels to use.

    The vendor works for so many ``units``; ``labels`` are (what for, file, pages).
    """

    given: Consignment
    units: int
    lots: tuple[LotFacts, ...]
    documents: tuple[DocumentFacts, ...]
    sets: tuple[SetFacts, ...]
    mail: tuple[tuple[str, int], ...]
    labels: tuple[tuple[str, str, int], ...]

    @property
    def code(self) -> str:
        """Of the municipality or employer."""
        return self.given.code

    @property
    def name(self) -> str:
        """Of the municipality or employer."""
        return self.given.name

    @property
    def pieces(self) -> int:
        """Pieces of all sets."""
        return sum(each.pieces for each in self.sets)

    @property
    def sheets(self) -> int:
        """Personal sheets of all sets."""
        return sum(each.sheets for each in self.sets)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a lot with several documents asks of the press and the perforator."""
        differing: dict[str, set[object]] = {
            "用紙の違う書類が、一つのロットに混ざることがあります。用紙の入替えを打ち合わせてください。": {
                each.gsm for each in self.documents
            },
            "ミシン目の場所（または有無）の違う書類が、一つのロットに混ざることがあります。"
            "場所は下の「加工」の欄です。型の入替えを打ち合わせてください。": {
                frozenset(each.perforations) for each in self.documents
            },
            "折りの場所の違う書類が、一つのロットに混ざることがあります。"
            "場所は下の「加工」の欄です。折り方を打ち合わせてください。": {
                (each.folds_x, each.folds_y) for each in self.documents
            },
        }
        return tuple(words for words, kinds in differing.items() if len(kinds) > 1)


def mm(value: float) -> str:
    """A length in words: 103, 41.5."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def by_mm(size: Sequence[float]) -> str:
    """A size in words: 210×297mm."""
    return "×".join(mm(each) for each in size) + "mm"
