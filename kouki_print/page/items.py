"""Items of a layout (様式の部品): what can stand on one side of a sheet, in mm from its top left corner.

Text stands by the top left corner of its em box.  ``when`` is a condition: a flag of the person (``no_forward``),
the name of a field (it is not empty), or either with ``not`` before it.
"""

from __future__ import annotations

from math import ceil
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

FontName = Literal["mincho", "gothic", "bold"]
Align = Literal["left", "center", "right"]
Colour = Literal["black", "year"]
ALIGNED = {"left": 0.0, "center": 0.5, "right": 1.0}  # which part of the free width is left of a line
MM = 72 / 25.4
SMALLEST = 6.5  # points: less than this nobody of 85 reads, whatever the layout says
NARROWEST = 4.5  # points of width that are left of a full-width character, condensed and small

Size = Annotated[float, Field(ge=SMALLEST, le=200)]
Length = Annotated[float, Field(gt=0)]


class Item(BaseModel):
    """What all parts of a layout have in common: frozen, and no key that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Item):
    """Static text: a line; with ``width`` a paragraph that wraps, at most ``height`` mm deep if that is given;
    with ``min_condense`` one line that is condensed (長体) into ``width`` down to this per cent."""

    x: float
    y: float
    size: Size
    font: FontName = "gothic"
    align: Align = "left"
    text: str = ""
    words: str = ""
    width: Annotated[float, Field(ge=0)] = 0
    height: Annotated[float, Field(ge=0)] = 0
    leading: Annotated[float, Field(ge=0)] = 0
    min_condense: Annotated[int, Field(ge=50, le=100)] = 100
    vertical: bool = False
    colour: Colour = "black"
    when: str = ""

    @property
    def one_line(self) -> bool:
        """Whether the text is a single line that must fit its width."""
        return bool(self.width) and self.min_condense < 100


class Line(Item):
    """A straight line; ``dash`` in mm (on, off)."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: Annotated[float, Field(gt=0)] = 0.2
    dash: tuple[float, float] | None = None
    colour: Colour = "black"
    when: str = ""


class Box(Item):
    """A rectangle, stroked with ``weight`` mm and/or filled with ``tint`` per cent of its colour."""

    x: float
    y: float
    width: Length
    height: Length
    weight: Annotated[float, Field(ge=0)] = 0.2
    tint: Annotated[float, Field(ge=0, le=100)] = 0
    dash: tuple[float, float] | None = None
    colour: Colour = "black"
    when: str = ""


class Image(Item):
    """An image of the job (公印の印影など): ``asset`` names an entry of [asset], drawn into the box.

    Where the job has no such asset the box is framed and ``missing`` stands in it.
    """

    asset: str
    x: float
    y: float
    width: Length
    height: Length
    missing: str = ""
    colour: Colour = "black"
    when: str = ""


class Code(Item):
    """A QR code that is the same on all pages (案内ページへの QR): Jinja text; nothing when it is empty."""

    x: float
    y: float
    module: Annotated[float, Field(ge=0.4)] = 0.5
    text: str


class FieldItem(Item):
    """Personal text (項目): ``bind`` names a column of the page fields; it never leaves ``width``.

    Fit ``condense``: natural width; else condensed (長体) down to ``min_condense`` per cent; else broken while
    ``lines`` (``leading`` mm apart) are free; else smaller in steps of half a point down to ``min_size`` (when
    given), in ``small_lines`` lines where they have room; else the person is held.  Fit ``legible`` uses free
    lines before type gets narrower than what still reads well.  ``anchor`` says where in the field's height
    a text with fewer or smaller lines stands.
    """

    bind: str
    x: float
    y: float
    width: Length
    size: Size
    font: FontName = "mincho"
    align: Align = "left"
    tracking: Annotated[float, Field(ge=0, le=5)] = 0
    fit: Literal["condense", "legible"] = "condense"
    min_condense: Annotated[int, Field(ge=50, le=100)] = 80
    lines: Annotated[int, Field(ge=1, le=8)] = 1
    leading: Annotated[float, Field(ge=0)] = 0
    anchor: Literal["top", "middle", "bottom"] = "top"
    min_size: Size | None = None
    small_lines: Annotated[int, Field(ge=1, le=8)] = 2
    pitch: Annotated[float, Field(ge=0)] = 0
    when: str = ""

    @model_validator(mode="after")
    def _smaller(self) -> FieldItem:
        if self.min_size is not None and self.min_size > self.size:
            raise ValueError(f"min_size {self.min_size:g} は size {self.size:g} より小さくしてください")
        return self

    @model_validator(mode="after")
    def _readable(self) -> FieldItem:
        if (self.min_size or self.size) * self.min_condense / 100 < NARROWEST:
            raise ValueError(
                f"いちばん小さい文字の幅が {NARROWEST:g} pt より狭くなります。"
                "min_size か min_condense を大きくしてください"
            )
        return self

    def sizes(self) -> list[float]:
        """Sizes that are tried, in points: the field's own first."""
        steps = range(ceil((self.size - self.smallest) * 2))
        return [*(self.size - step / 2 for step in steps), self.smallest]

    @property
    def smallest(self) -> float:
        """The last size that is tried."""
        return self.size if self.min_size is None else self.min_size

    def leading_at(self, size: float) -> float:
        """Distance of lines of this size in mm: smaller ones stand no further apart than 1.1 em."""
        if self.leading and size == self.size:
            return self.leading
        own = self.leading * MM / self.size if self.leading else 1.1
        return size / MM * min(own, 1.1)

    def top_of(self, lines: int, size: float) -> float:
        """Where in the sheet a text of so many lines begins, in mm."""
        free = self.depth - (lines - 1) * self.leading_at(size) - size / MM
        return self.y + {"top": 0.0, "middle": 0.5, "bottom": 1.0}[self.anchor] * free

    @property
    def cells(self) -> int:
        """How many characters one ``pitch`` apart stand in the field."""
        return int(self.width / self.pitch + 1e-6)

    @property
    def depth(self) -> float:
        """Height in mm of all that the field may cover."""
        if self.pitch:
            return self.size / MM
        smallest = self.smallest
        usual, small = (
            (lines - 1) * self.leading_at(size) + size / MM
            for lines, size in ((self.lines, self.size), (self._most(smallest), smallest))
        )
        return max(usual, small)

    def lines_at(self, size: float) -> int:
        """How many lines of this size may stand in the field."""
        fitting = int((self.depth - size / MM) / self.leading_at(size) + 1 + 1e-6)
        return min(self._most(size), fitting)

    def _most(self, size: float) -> int:
        return self.lines if size == self.size else max(self.lines, self.small_lines)


class Qr(Item):
    """Place of the matching code: top left of the symbol, module in mm, text below it."""

    x: float
    y: float
    module: Annotated[float, Field(ge=0.5)] = 0.508
    text_size: Size = 7
    text_align: Literal["left", "right"] = "right"


class CustomerBarcode(Item):
    """Place of the customer barcode: top left of the bars; ``points`` 8 to 11.5."""

    x: float
    y: float
    points: Annotated[float, Field(ge=8, le=11.5)] = 8


class RegisteredCode(Item):
    """Place of the registered number (引受番号): NW-7 bars with the number below, nothing without a number.

    ``narrow`` mm is the narrow bar, ``ratio`` what a wide one has of it, ``height`` that of the bars.
    """

    x: float
    y: float
    height: Annotated[float, Field(ge=5)] = 10
    narrow: Annotated[float, Field(ge=0.25)] = 0.254
    ratio: Annotated[float, Field(ge=2.5, le=3)] = 2.5  # with less, a camera of 200 dpi misses some
    text_size: Size = 9


class ArtworkFile(Item):
    """A designer's PDF page as background (入稿デザイン): path in the job folder, page from 1, digest."""

    file: str
    page: Annotated[int, Field(ge=1)] = 1
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]


class Repeat(Item):
    """The same items ``count`` times, each ``dx``/``dy`` mm further; ``{n}`` in a text or bind is the number from 1."""

    count: Annotated[int, Field(ge=1, le=200)]
    columns: Annotated[int, Field(ge=1)] = 1
    dx: float = 0
    dy: float = 0
    text: list[Text] = []
    line: list[Line] = []
    box: list[Box] = []
    field: list[FieldItem] = []


class Panel(Item):
    """A panel (面) of the sheet, for guides and checks: what lies between folds and perforations."""

    name: str
    x: float
    y: float
    width: Length
    height: Length


class Perforation(Item):
    """A perforation (ミシン目): a line, or with ``width`` and ``height`` a rectangle; on both sides of the sheet."""

    x: float
    y: float
    width: Annotated[float, Field(ge=0)] = 0
    height: Annotated[float, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _has_length(self) -> Perforation:
        if not (self.width or self.height):
            raise ValueError("ミシン目には width か height が要ります")
        return self


class Fold(Item):
    """A fold (折り) across the sheet: at ``y`` mm from the top or ``x`` mm from the left."""

    x: Annotated[float, Field(gt=0)] | None = None
    y: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Fold:
        if (self.x is None) == (self.y is None):
            raise ValueError("折りには x か y のどちらか一つを書きます")
        return self


class Side(Item):
    """One side of the sheet."""

    artwork: ArtworkFile | None = None
    text: list[Text] = []
    line: list[Line] = []
    box: list[Box] = []
    image: list[Image] = []
    code: list[Code] = []
    field: list[FieldItem] = []
    repeat: list[Repeat] = []
    qr: Qr | None = None
    barcode: CustomerBarcode | None = None
    registered: RegisteredCode | None = None

    def conditions(self) -> set[str]:
        """Conditions of its static items."""
        return {
            item.when for items in (self.text, self.line, self.box, self.image) for item in items if item.when
        }


class Sheet(Item):
    """Finished size and bleed in mm."""

    width: Length
    height: Length
    bleed: Annotated[float, Field(ge=0)] = 3
