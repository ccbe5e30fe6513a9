"""ticket.xjdf: one unit's job ticket for the vendor's machines, of ``templates/xjdf.xml.j2``.

CIP4's schema may not be passed on: it is used where the job folder has it, and nothing is read from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree

from kouki_print.base.errors import JobError
from kouki_print.base.resources import template_dir
from kouki_print.handover.work_facts import Box, DocumentFacts, Item, JobFacts, UnitFacts

TICKET = "ticket.xjdf"
_POINTS = 72 / 25.4
_INCLUDING = [f"{{http://www.w3.org/2001/XMLSchema}}{tag}" for tag in ("include", "import", "redefine")]
_SETTING = "job.toml の [printing] xjdf_schema"
_MOST_ERRORS = 5


def ticket(job: JobFacts, unit: UnitFacts) -> bytes:
    """The ticket of a unit as XML."""
    text = _template().render(
        job=job,
        unit=unit,
        types=process_types(unit),
        colorants=["Black", *map(_token, job.plates)],
        code_format=f"{job.job_id}-{unit.code}-[0-9]{{7}}-[0-9]{{2}}-[0-9A-Z]{{1,2}}-[0-9A-Z]",
        enclosures=_enclosures(unit),
    )
    return f"{text}\n".encode()


def process_types(unit: UnitFacts) -> list[str]:
    """The steps of the work, in their order."""
    documents = unit.documents
    steps = {
        "Perforating": any(each.perforations for each in documents),
        "Folding": any(each.folds_x or each.folds_y for each in documents),
    }
    every = "Imposition Interpreting Rendering DigitalPrinting Cutting Perforating Folding Inserting"
    return [step for step in every.split() if steps.get(step, True)]


def _enclosures(unit: UnitFacts) -> list[tuple[Item, int]]:
    """What is put to the personal sheets, with how many of each, in order of first mention."""
    count: dict[Item, int] = {}
    for entry in unit.sets:
        for item in entry.items:
            if not item.printed:
                count[item] = count.get(item, 0) + entry.pieces
    return list(count.items())


@cache
def _template() -> Any:
    environment = Environment(
        loader=FileSystemLoader(template_dir()),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=_writable,
    )
    environment.filters |= {
        "points": lambda size: " ".join(_number(each) for each in size),
        "rectangle": _rectangle,
        "lines": _lines,
        "folds": _folds,
        "token": _token,
        "run": lambda path: Path(path).stem,
        "counterclockwise": lambda rotation: -rotation % 360,
    }
    return environment.get_template("xjdf.xml.j2")


def _writable(value: Any) -> Any:
    """Text without the characters that XML has no way to write."""
    if type(value) is not str:
        return value
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", value)


def _token(name: str) -> str:
    """A separation's name as XML takes it in a list of names."""
    return re.sub(r"[^0-9A-Za-z_.-]", "_", name)


def _number(mm: float) -> str:
    return f"{mm * _POINTS:.3f}".rstrip("0").rstrip(".")


def _rectangle(box: Box, size: Sequence[float]) -> str:
    """Left, bottom, right and top in points from the bottom left of a sheet of this size."""
    low = size[1] - box.y - box.height
    return " ".join(_number(each) for each in (box.x, low, box.x + box.width, low + box.height))


def _lines(boxes: Sequence[Box], size: Sequence[float]) -> Iterator[tuple[str, str]]:
    """Start and way of each line of perforations, which are lines or rectangles."""
    for x, y, width, height in boxes:
        bottom = size[1] - y - height
        if width:
            yield from (
                (f"{_number(x)} {_number(at)}", f"{_number(width)} 0") for at in _ends(bottom, height)
            )
        if height:
            yield from (
                (f"{_number(at)} {_number(bottom)}", f"0 {_number(height)}") for at in _ends(x, width)
            )


def _ends(start: float, length: float) -> Sequence[float]:
    return (start, start + length) if length else (start,)


def _folds(document: DocumentFacts, size: Sequence[float]) -> Iterator[tuple[str, str]]:
    """Folds away from the front, the one farthest from the address first.

    Each is measured from the edge that the sheet has then.
    """
    edge = size[1]
    for y in sorted(document.folds_y, reverse=True):
        yield "Front", _number(edge - y)
        edge = y
    edge = 0.0
    for x in sorted(document.folds_x):
        yield "Left", _number(x - edge)
        edge = x


@dataclass(frozen=True, slots=True)
class TicketSchema:
    """A schema of the job folder, ready to use; ``name`` as the order writes it."""

    name: str
    schema: Any

    def check(self, data: bytes, place: str) -> None:
        """JobError that names place, lines and elements where a ticket is not what the schema says."""
        document = etree.fromstring(data, _parser())
        if self.schema.validate(document):
            return
        errors = list(self.schema.error_log)
        told = "\n".join(f"・{error.line}行目 {_plain(error.message)}" for error in errors[:_MOST_ERRORS])
        raise JobError(
            f"XJDFのジョブチケットがスキーマ {self.name} に合いません（{len(errors)}件）。\n{told}",
            remedy="スキーマがXJDF 2.x のものかを印刷会社に確かめてください。"
            f"ジョブチケットを機械に読ませないときは {_SETTING} を消してください。",
            file=place,
        )


def load_schema(job_dir: Path, name: str) -> TicketSchema:
    """Compile a schema of the job folder; JobError when it is not there, not a schema, or asks for the network."""
    path = job_dir / name
    _stop_on_foreign_parts(path, job_dir.resolve(), name)
    try:
        return TicketSchema(name, etree.XMLSchema(_read(path, name)))
    except etree.XMLSchemaParseError as error:
        first = error.error_log[0] if len(error.error_log) else None
        where = f"{first.line}行目 {_plain(first.message)}" if first else _plain(str(error))
        raise JobError(
            f"XJDFのスキーマを使えません（{where}）。",
            remedy=f"CIP4から受け取ったスキーマ（XSD 1.0）を {_SETTING} に指定してください。",
            file=name,
        ) from None


def _stop_on_foreign_parts(path: Path, folder: Path, name: str) -> None:
    """All that the schema includes must lie in the job folder."""
    found, waiting = set(), [path]
    while waiting:
        current = waiting.pop()
        if current in found:
            continue
        found.add(current)
        for element in _read(current, name).getroot().iter(*_INCLUDING):
            place = element.get("schemaLocation", "")
            target = (current.parent / place).resolve()
            if ":" in place or not target.is_relative_to(folder):
                raise JobError(
                    f"XJDFのスキーマが、注文フォルダーの外のファイル（{place}）を読もうとしています。",
                    remedy="そのファイルを注文フォルダーに置き、schemaLocation を相対パスに直してください。"
                    "ネットワークからは読みません。",
                    file=name,
                    row=element.sourceline,
                )
            if place:
                waiting.append(target)


def _read(path: Path, name: str) -> Any:
    try:
        return etree.parse(str(path), _parser())
    except OSError:
        raise JobError(
            "XJDFのスキーマを読めません。",
            remedy=f"{_SETTING} のファイルの場所と名前を確かめてください。",
            file=name,
        ) from None
    except etree.XMLSyntaxError as error:
        raise JobError(
            f"XJDFのスキーマがXMLとして読めません（{error.lineno}行目）。",
            remedy="CIP4から受け取ったファイルをそのまま置いてください。",
            file=name,
        ) from None


def _parser() -> Any:
    return etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)


def _plain(message: str) -> str:
    """libxml2's sentence without the long name of XJDF's namespace."""
    return re.sub(r"\{[^}]*\}", "", message).strip()
