"""Layouts (様式): geometry of a sheet in mm from its top left corner, read from layouts/*.toml.

Text stands by the top left corner of its em box.  Static text may use Jinja over ``job``,
``insurer`` and, once per municipality, ``municipality``; personal text comes only through fields.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir

FontName = Literal["mincho", "gothic", "bold"]
Align = Literal["left", "center", "right"]
MM = 72 / 25.4


class _Item(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Item):
    """Static text: a line; with ``width`` a paragraph that wraps; with ``min_condense`` one line that is
    condensed (長体) into ``width`` down to this per cent."""

    x: float
    y: float
    size: Annotated[float, Field(gt=0)]
    font: FontName = "gothic"
    align: Align = "left"
    text: str = ""
    words: str = ""
    width: float = 0
    leading: float = 0
    min_condense: Annotated[int, Field(ge=50, le=100)] = 100
    vertical: bool = False
    when: str = ""

    @property
    def one_line(self) -> bool:
        """Whether the text is a single line that must fit its width."""
        return bool(self.width) and self.min_condense < 100


class Line(_Item):
    """A straight line; ``dash`` in mm (on, off) for perforations."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float = 0.2
    dash: tuple[float, float] | None = None
    when: str = ""


class Box(_Item):
    """A rectangle, stroked with ``weight`` mm and/or filled with ``tint`` per cent of black."""

    x: float
    y: float
    width: float
    height: float
    weight: float = 0.2
    tint: Annotated[float, Field(ge=0, le=100)] = 0
    dash: tuple[float, float] | None = None
    when: str = ""


class FieldItem(_Item):
    """Personal text (項目): ``bind`` names a column of the page fields; it never leaves ``width``.

    Fit: natural width; else condensed (長体), else broken while ``lines`` (``leading`` mm apart) are
    free, else condensed down to ``min_condense`` per cent; else the same in ``small_lines`` lines of
    ``small_size`` (when given); else the person is held.
    """

    bind: str
    x: float
    y: float
    width: Annotated[float, Field(gt=0)]
    size: Annotated[float, Field(gt=0)]
    font: FontName = "mincho"
    align: Align = "left"
    min_condense: Annotated[int, Field(ge=50, le=100)] = 80
    lines: Annotated[int, Field(ge=1, le=6)] = 1
    leading: float = 0
    small_size: Annotated[float, Field(ge=0)] = 0
    small_lines: Annotated[int, Field(ge=1, le=6)] = 2
    pitch: float = 0
    when: str = ""


class Qr(_Item):
    """Place of the matching code: top left of the symbol, module in mm, text below it."""

    x: float
    y: float
    module: Annotated[float, Field(ge=0.5)] = 0.508
    text_size: float = 7
    text_align: Literal["left", "right"] = "right"


class CustomerBarcode(_Item):
    """Place of the customer barcode: top left of the bars; ``points`` 8 to 11.5."""

    x: float
    y: float
    points: Annotated[float, Field(ge=8, le=11.5)] = 8


class ArtworkFile(_Item):
    """A designer's PDF page as background (入稿デザイン): path in the job folder, page from 1, digest."""

    file: str
    page: Annotated[int, Field(ge=1)] = 1
    sha256: Annotated[str, Field(pattern=r"^[0-9a-fA-F]{64}$")]


class Side(_Item):
    """One side of the sheet."""

    artwork: ArtworkFile | None = None

    text: list[Text] = []
    line: list[Line] = []
    box: list[Box] = []
    field: list[FieldItem] = []
    qr: Qr
    barcode: CustomerBarcode | None = None


class Sheet(_Item):
    """Finished size and bleed in mm."""

    width: Annotated[float, Field(gt=0)]
    height: Annotated[float, Field(gt=0)]
    bleed: float = 3


class Window(_Item):
    """The envelope's window and how far the folded sheet can slide in it (mm)."""

    width: float
    height: float
    slack_x: float
    slack_y: float
    block: tuple[float, float, float, float]


class Layout(_Item):
    """A whole layout: sheet, window, front and back."""

    name: str = ""
    title: str
    include: list[str] = []
    sheet: Sheet
    window: Window | None = None
    front: Side
    back: Side

    def sides(self) -> tuple[Side, Side]:
        """Front and back, in this order."""
        return self.front, self.back


def load_layout(name: str) -> Layout:
    """Read ``layouts/<name>.toml``; every mistake becomes one Japanese sentence with its place."""
    known = sorted(entry.stem for entry in layout_dir().glob("*.toml"))
    if name not in known:
        raise JobError(
            f"様式「{name}」がありません",
            remedy=f"[printing] の様式の名前を次のいずれかにしてください: {'、'.join(known)}",
            file="job.toml",
        )
    return parse_layout(layout_dir() / f"{name}.toml")


def parse_layout(path: Path) -> Layout:
    """Read a layout file; what ``include`` names is taken from ``parts/`` and drawn first."""
    raw = _read(path, "様式")
    merged: dict[str, Any] = {}
    for part in raw.get("include", []):
        _merge(merged, _read(layout_dir() / "parts" / f"{part}.toml", "様式の部品"))
    _merge(merged, raw)
    try:
        return Layout.model_validate({**merged, "name": path.stem})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise JobError(
            f"様式の項目「{place}」が正しくありません（{first['msg']}）。",
            remedy="項目名と値を直してください。",
            file=path.name,
        ) from error


def _read(path: Path, kind: str) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        known = "、".join(sorted(entry.stem for entry in path.parent.glob("*.toml")))
        raise JobError(
            f"{kind}「{path.stem}」がありません。",
            remedy=f"次のいずれかを指定してください: {known}",
            file=path.name,
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise JobError(
            f"{kind}ファイルの書き方が正しくありません（{error}）。",
            remedy="示された行を直してください。",
            file=path.name,
        ) from error


def _merge(target: dict[str, Any], source: dict[str, Any]) -> None:
    """Tables merge, lists are joined, anything else of ``source`` wins."""
    for key, value in source.items():
        if isinstance(value, dict) and isinstance(target.get(key), dict):
            _merge(target[key], value)
        elif isinstance(value, list) and isinstance(target.get(key), list) and key != "block":
            target[key] = [*target[key], *value]
        else:
            target[key] = value
