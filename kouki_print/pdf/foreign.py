"""A PDF of somebody else (持ち込みPDF): its pages as Form XObjects of our files, however many there are.

The page tree is walked by object numbers and the source opened anew every so many pages, for qpdf keeps
all it has read.  Nothing is parsed but what says how a page is seen: boxes, ``/Rotate`` and ``/UserUnit``.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pikepdf

from kouki_print.base.errors import JobError
from kouki_print.base.pdf_text import Ref, references
from kouki_print.pdf.copying import Copier
from kouki_print.pdf.statement import Statement, statement_of
from kouki_print.pdf.writer import numbers

Box = tuple[float, float, float, float]

_AT_ONCE = 2000  # pages until the source is opened anew
_GENERATIONS = 65536
_KIDS = re.compile(rb"\[\s*(?:\d+ \d+ R\s*)*\]")
_TURNS = {0: (1, 0, 0, 1), 90: (0, -1, 1, 0), 180: (-1, 0, 0, -1), 270: (0, 1, -1, 0)}  # clockwise
_BLEED = 3 * 72 / 25.4  # points
_LEAST = 1.0  # points: a smaller trim is a mistake
_ROUNDED = 0.01  # points that boxes may differ
_NO_TEXT = ("Cc", "Cs", "Cn", "Zl", "Zp")  # control characters, bytes that are none, and the like
_UNLOCK = "作った人に、暗号化もパスワードもない PDF をもらってください。"
_REMEDY = "PDF を作ったソフトで書き出し直してから、もう一度実行してください。"
_BROKEN = (pikepdf.PdfError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True)
class View:
    """How a page is seen: the size of its trim in points, and the entries of the form it becomes.

    The form's origin is the bottom left corner of the trim as it is seen; its box is the bleed, which reaches
    ``bleed`` points beyond the trim at most.  ``heir_of`` is the node above the page whose resources it uses.
    """

    width: float
    height: float
    bleed: float
    head: bytes
    heir_of: Ref | None


@dataclass(frozen=True, slots=True)
class Foreign:
    """A source that was walked through from end to end: one entry per page, of a few bytes each.

    ``annotated`` counts the pages with annotations, ``cut`` those whose trim reaches beyond their medium.
    """

    path: Path
    keys: Sequence[int]
    views: Sequence[View]
    annotated: int
    cut: int
    statement: Statement


@dataclass(frozen=True, slots=True)
class _Node:
    """What a node of the page tree hands down: boxes, rotation, and which node has the resources."""

    media: Box | None = None
    crop: Box | None = None
    rotate: float = 0
    heir_of: Ref | None = None

    def below(self, node: pikepdf.Object) -> _Node:
        """The same with a node's own entries."""
        return _Node(
            media=_box(node, "/MediaBox") or self.media,
            crop=_box(node, "/CropBox") or self.crop,
            rotate=_number(node, "/Rotate", self.rotate),
            heir_of=node.objgen if "/Resources" in node else self.heir_of,
        )


def read_foreign(path: Path) -> Foreign:
    """Walk through a PDF.  JobError when it cannot be read as it is, or has no pages."""
    with opened(path) as source:
        statement = statement_of(source)
        top = source.Root.get("/Pages")
        if not isinstance(top, pikepdf.Dictionary) or not top.is_indirect:
            raise unfit(path, "ページがありません")
        walk = _Walk(path, top.objgen)
    while walk.waiting:
        with opened(path) as source:
            walk.go_on(source)
    if not walk.keys:
        raise unfit(path, "ページがありません")
    return Foreign(path, walk.keys, walk.views, walk.annotated, walk.cut, statement)


def write_forms(foreign: Foreign, chosen: Sequence[int], copier: Copier) -> Iterator[int]:
    """Append these pages (from 1) and all they use as forms; the number of each form."""
    for start in range(0, len(chosen), _AT_ONCE):
        with opened(foreign.path) as source:
            for number in chosen[start : start + _AT_ONCE]:
                view = foreign.views[number - 1]
                with _telling(source, foreign.path, number):
                    page = source.get_object(divmod(foreign.keys[number - 1], _GENERATIONS))
                    form = copier.form(source, page, view.head, view.heir_of)
                yield form


@contextmanager
def opened(path: Path) -> Iterator[pikepdf.Pdf]:
    """A PDF that needs no repair and no password; nothing is read yet but its table of objects."""
    try:
        handle = path.open("rb")  # the reader takes no name that is not UTF-8
    except OSError:
        raise unfit(path, "ファイルを開けません", "場所と名前を確かめてください。") from None
    with handle:
        try:
            source = pikepdf.open(
                handle,
                attempt_recovery=False,
                inherit_page_attributes=False,
                access_mode=pikepdf.AccessMode.mmap,  # through the handle all takes twice as long
            )
        except pikepdf.PasswordError:
            raise unfit(path, "パスワードが掛かっています", _UNLOCK) from None
        except _BROKEN:
            raise unfit(path, "PDF として読めません（壊れているか、PDF ではありません）") from None
        with source, _telling(source, path):
            if source.is_encrypted:
                raise unfit(path, "暗号化されています", _UNLOCK)
            yield source


@contextmanager
def _telling(source: pikepdf.Pdf, path: Path, page: int = 0) -> Iterator[None]:
    """Names the page that cannot be read; what the reader only warns of would be missing on paper."""
    broken = False
    try:
        yield
    except _BROKEN:
        broken = True
    if broken or source.get_warnings():
        raise unfit(path, f"{page}ページ目が壊れています" if page else "壊れています")


def readable(name: str) -> str:
    """A file's name as text: what is no character becomes 〓."""
    text = unicodedata.normalize("NFC", name)
    return "".join("〓" if unicodedata.category(each) in _NO_TEXT else each for each in text)


def unfit(path: Path, what: str, remedy: str = _REMEDY) -> JobError:
    """The error of a source that cannot be used."""
    return JobError(f"この PDF は使えません: {what}。", remedy=remedy, file=readable(path.name))


class _Walk:
    """A walk through the page tree that may stop and go on with the source opened anew."""

    def __init__(self, path: Path, top: Ref) -> None:
        self.keys = array("q")
        self.views: list[View] = []
        self.annotated = self.cut = 0
        self.waiting: list[tuple[Iterator[Ref], _Node]] = [(iter([top]), _Node())]
        self._path = path
        self._nodes: set[Ref] = set()
        self._known: dict[object, View] = {}

    def go_on(self, source: pikepdf.Pdf) -> None:
        """The next nodes and pages, or what is left of them."""
        for _ in range(_AT_ONCE):
            if not self.waiting:
                return
            kids, above = self.waiting[-1]
            if key := next(kids, None):
                with _telling(source, self._path, len(self.keys) + 1):
                    self._visit(source.get_object(key), key, above)
            else:
                self.waiting.pop()

    def _visit(self, value: object, key: Ref, above: _Node) -> None:
        if not isinstance(value, pikepdf.Dictionary):
            raise ValueError("neither a node nor a page")
        node = above.below(value)
        if "/Kids" not in value:
            self._page(value, key, node, above)
            return
        kids = value.Kids.unparse(resolved=True)
        if key in self._nodes or not _KIDS.fullmatch(kids):
            raise ValueError("not a tree")
        self._nodes.add(key)
        self.waiting.append((iter(references(kids)), node))

    def _page(self, page: pikepdf.Dictionary, key: Ref, node: _Node, above: _Node) -> None:
        if node.media is None:
            raise unfit(self._path, f"{len(self.keys) + 1}ページ目に大きさ（MediaBox）がありません")
        unit = _number(page, "/UserUnit", 1)
        if unit <= 0:
            raise ValueError("no size")
        crop = _within(node.crop or node.media, node.media)
        given = _box(page, "/TrimBox") or crop
        trim = _within(given, node.media)
        self.cut += any(abs(one - other) > _ROUNDED for one, other in zip(given, trim, strict=True))
        # What lies further out than a usual bleed are the marks of somebody else.
        bleed = _within(_box(page, "/BleedBox") or _within(_grown(trim, _BLEED / unit), crop), node.media)
        heir_of = None if "/Resources" in page else above.heir_of
        seen = (trim, bleed, node.rotate, unit, heir_of)
        if seen not in self._known:
            self._known[seen] = _view(*seen)
        self.annotated += "/Annots" in page and len(page.Annots) > 0
        self.keys.append(key[0] * _GENERATIONS + key[1])
        self.views.append(self._known[seen])


def _view(trim: Box, bleed: Box, rotate: float, unit: float, heir_of: Ref | None) -> View:
    if rotate % 90 or min(trim[2] - trim[0], trim[3] - trim[1]) * unit < _LEAST:
        raise ValueError("a page that cannot be seen")
    left, bottom, right, top = trim
    box = (min(bleed[0], left), min(bleed[1], bottom), max(bleed[2], right), max(bleed[3], top))
    turn = int(rotate) % 360
    a, b, c, d = (unit * value for value in _TURNS[turn])
    x, y = right if turn in (90, 180) else left, top if turn in (180, 270) else bottom
    matrix = (a, b, c, d, -(a * x + c * y), -(b * x + d * y))
    width, height = (right - left) * unit, (top - bottom) * unit
    outside = max(left - box[0], bottom - box[1], box[2] - right, box[3] - top) * unit
    head = b"/BBox[%s]/Matrix[%s]" % (numbers(box), numbers(matrix))
    return View(*((height, width) if turn % 180 else (width, height)), outside, head, heir_of)


def _grown(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _within(box: Box, outer: Box) -> Box:
    return max(box[0], outer[0]), max(box[1], outer[1]), min(box[2], outer[2]), min(box[3], outer[3])


def _box(owner: pikepdf.Object, key: str) -> Box | None:
    if key not in owner:
        return None
    values = owner[key]
    if not isinstance(values, pikepdf.Array) or len(values) != 4:
        raise ValueError("not a box")
    x1, y1, x2, y2 = (_float(value) for value in values)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _number(owner: pikepdf.Object, key: str, default: float) -> float:
    return _float(owner[key]) if key in owner else default


def _float(value: object) -> float:
    if not isinstance(value, int | Decimal):
        raise ValueError("not a number")
    return float(value)
