"""Imposition (面付け): the press sheet's geometry from layouts/imposition/*.toml, and its marks."""

from __future__ import annotations

import tomllib
from itertools import pairwise
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir
from kouki_print.page.items import MM
from kouki_print.page.items import Sheet as Finished
from kouki_print.page.operators import number
from kouki_print.plan.imposing import back_column

_GAP = 3.0  # marks start this far outside the trim: the bleed
_LENGTH = 9.0


class Imposition(BaseModel):
    """Press sheet in mm: a grid of finished sheets, ``gutter`` between them, centred on the sheet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    title: str
    width: Annotated[float, Field(gt=0)]
    height: Annotated[float, Field(gt=0)]
    columns: Annotated[int, Field(ge=1)]
    rows: Annotated[int, Field(ge=1)]
    gutter: Annotated[float, Field(ge=0)] = 6
    stack_depth: Annotated[int, Field(ge=0)] = 0

    @property
    def up(self) -> int:
        """Finished sheets on one press sheet (面数)."""
        return self.columns * self.rows

    def corner(self, slot: int, finished: Finished) -> tuple[float, float]:
        """Top left of the trim of a slot (row-major from 0) on the front, mm from the top left."""
        row, column = divmod(slot, self.columns)
        used_x = self.columns * finished.width + (self.columns - 1) * self.gutter
        used_y = self.rows * finished.height + (self.rows - 1) * self.gutter
        return (
            (self.width - used_x) / 2 + column * (finished.width + self.gutter),
            (self.height - used_y) / 2 + row * (finished.height + self.gutter),
        )

    def back_corner(self, slot: int, finished: Finished) -> tuple[float, float]:
        """Where the back of a slot lies: the grid mirrored about the sheet's vertical axis."""
        return self.corner(back_column(slot, self.columns), finished)


def load_imposition(name: str, finished: Finished) -> Imposition:
    """Read ``layouts/imposition/<name>.toml`` and make sure that grid and marks fit the press sheet."""
    path = layout_dir() / "imposition" / f"{name}.toml"
    try:
        result = Imposition.model_validate({**tomllib.loads(path.read_text(encoding="utf-8")), "name": name})
    except FileNotFoundError as error:
        known = "、".join(sorted(entry.stem for entry in path.parent.glob("*.toml")))
        raise JobError(
            f"面付け「{name}」がありません。",
            remedy=f"次のいずれかを指定してください: {known}",
            file="job.toml",
        ) from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise JobError(
            "面付けファイルの内容が正しくありません。", remedy="項目名と値を直してください。", file=path.name
        ) from error
    left, top = result.corner(0, finished)
    if min(left, top) < _GAP + _LENGTH:
        raise JobError(
            f"{result.title}に仕上がり{finished.width:g}×{finished.height:g}mmとトンボが入りません。",
            remedy="用紙を大きくするか、面数を減らしてください。",
            file=path.name,
        )
    return result


def placement(x: float, y: float, sheet_height: float, finished: Finished, *, clip: bool) -> bytes:
    """Operators that move the origin to the bottom left of a trim at (x, y) mm and clip to its bleed."""
    out = b"1 0 0 1 %s %s cm\n" % (
        number(x * MM),
        number((sheet_height - y - finished.height) * MM),
    )
    if clip:
        bleed = finished.bleed
        out += b"%s %s %s %s re W n\n" % (
            number(-bleed * MM),
            number(-bleed * MM),
            number((finished.width + 2 * bleed) * MM),
            number((finished.height + 2 * bleed) * MM),
        )
    return out


def marks(imposition: Imposition, finished: Finished) -> bytes:
    """Japanese double crop marks (トンボ) and centre marks around the grid, on all plates.

    Inner arms show the finished size, outer arms the bleed (3 mm).  Cuts between slots get
    short marks at the sheet's edges.
    """
    left, top = imposition.corner(0, finished)
    right, bottom = imposition.width - left, imposition.height - top
    lines: list[tuple[float, float, float, float]] = []
    for x, toward_x in ((left, -1), (right, 1)):
        for y, toward_y in ((top, -1), (bottom, 1)):
            b, far = _GAP, _GAP + _LENGTH
            points = [((far, 0), (b, 0), (b, far)), ((0, far), (0, b), (far, b))]
            for hook in points:
                for (u1, v1), (u2, v2) in pairwise(hook):
                    lines.append((x + toward_x * u1, y + toward_y * v1, x + toward_x * u2, y + toward_y * v2))
    middle_x, middle_y = imposition.width / 2, imposition.height / 2
    for y, toward in ((top, -1), (bottom, 1)):
        near = y + toward * _GAP
        for column in range(1, imposition.columns):
            cut = left + column * (finished.width + imposition.gutter)
            for x in (cut - imposition.gutter, cut):
                lines.append((x, near, x, near + toward * _LENGTH))
        lines.append((middle_x - 4, near + toward * 6, middle_x + 4, near + toward * 6))
        lines.append((middle_x, near, middle_x, near + toward * _LENGTH))
    for x, toward in ((left, -1), (right, 1)):
        near = x + toward * _GAP
        lines.append((near, middle_y, near + toward * _LENGTH, middle_y))
        lines.append((near + toward * 6, middle_y - 4, near + toward * 6, middle_y + 4))
    out = [b"q /CSAll CS 1 SCN %s w [] 0 d\n" % number(0.1 * MM)]
    for x1, y1, x2, y2 in lines:
        ends = (number(x1 * MM), number((imposition.height - y1) * MM))
        out.append(b"%s %s m %s %s l\n" % (*ends, number(x2 * MM), number((imposition.height - y2) * MM)))
    out.append(b"S Q\n")
    return b"".join(out)
