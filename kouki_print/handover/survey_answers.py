"""Reads filled questionnaires: forms (XLSX) and lists (CSV) become answers with the place of every cell.

Files come from outside: whatever is wrong with one is told with file and cell, and never stops the others.
Only what is sure is tidied: blanks around a text, full-width digits, and hyphens of postcodes and numbers.
"""

from __future__ import annotations

import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

import openpyxl

from kouki_print.base.checkdigits import code6, is_digits
from kouki_print.base.errors import JobError
from kouki_print.handover.survey_form import (
    ANSWER_CELLS,
    CODE_CELL,
    CURRENT_CELLS,
    EXTRA_CELLS,
    FORM_KIND,
    LABELS,
    MARKS,
    NAME_CELL,
    SHEET,
    VERSION,
    survey_form,
)
from kouki_print.order.models import Order
from kouki_print.order.tables import SURVEY_HEADERS, read_lines
from kouki_print.order.units import Contact

UNREADABLE, CONTRADICTORY, UNANSWERED, CHANGED_SINCE, NOTE = (
    "読めない",
    "矛盾",
    "未回答",
    "昨年から変更",
    "お知らせ",
)
BLOCKING = (UNREADABLE, CONTRADICTORY)
_MOST_BYTES, _MOST_UNPACKED = 5_000_000, 30_000_000
_OTHER_SHEETS = (".xls", ".xlsm", ".xlsb", ".ods")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx under a password
_BLANKS = " \u3000\t\r\n"
_LINE_ENDS = re.compile(r"[\r\n\t\v\f]+")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_HYPHENS = re.compile(r"[‐‑‒–—―−ーｰ－]")
_PLAIN = ("郵便番号", "電話番号")
_RESEND = "配付した様式に記入し直したものを送ってもらってください。"


@dataclass(frozen=True, slots=True)
class SurveyProblem:
    """One thing to say about a municipality's answer: what, in which file and cell, and what to do."""

    kind: str
    code: str
    name: str
    file: str
    place: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Extra:
    """One own enclosure as it was written: name and weight, and where each stands."""

    name: str
    weight: str
    name_place: str
    weight_place: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What one municipality answered, as written; ``cells`` and ``places`` by column of survey.csv.

    ``shown`` is the contact that the form showed as registered (empty for a list).
    """

    file: str
    contact: Contact
    cells: Mapping[str, str]
    places: Mapping[str, str]
    extras: tuple[Extra, ...]
    shown: Mapping[str, str]

    def problem(self, kind: str, column: str, what: str, remedy: str, place: str = "") -> SurveyProblem:
        """A problem at the cell of a column, or at another place."""
        where = place or self.places.get(column, "")
        return SurveyProblem(kind, self.contact.jis_code, self.contact.name, self.file, where, what, remedy)


class Unreadable(JobError):
    """A file or cell that cannot be read, and where.  Told as a problem, never leaves this module."""

    def __init__(self, what: str, remedy: str = _RESEND, place: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.place = place

    def problem(self, file: str, code: str, name: str) -> SurveyProblem:
        """The same as a value."""
        return SurveyProblem(UNREADABLE, code, name, file, self.place, self.what, self.remedy)


def read_folder(
    paths: Sequence[Path], order: Order, contacts: Mapping[str, Contact]
) -> tuple[list[Answer], list[SurveyProblem]]:
    """Answers of all files in the order of their names, and what could not be read."""
    answers: list[Answer] = []
    problems: list[SurveyProblem] = []
    known = _written_cells(order, next(iter(contacts.values())))
    for path in paths:
        suffix = path.suffix.lower()
        try:
            if suffix == ".csv":
                found, told = _read_list(path, contacts)
            elif suffix == ".xlsx":
                found, told = _read_form(path, order, contacts, known)
            elif suffix in _OTHER_SHEETS:
                raise Unreadable(
                    "この種類のファイルは読めません", "Excel で「.xlsx」として保存し直してください。"
                )
            else:
                what = "アンケートの回答（.xlsx か .csv）ではないので読みませんでした"
                remedy = "回答なら、配付した様式に記入してください。"
                found, told = [], [SurveyProblem(NOTE, "", "", path.name, "", what, remedy)]
        except Unreadable as error:
            code = path.name[:5] if path.name[:5] in contacts else ""  # as forms are named
            found, told = [], [error.problem(path.name, code, contacts[code].name if code else "")]
        answers += found
        problems += told
    return answers, problems


def _written_cells(order: Order, contact: Contact) -> frozenset[str]:
    """Cells in which a form may hold something: what is printed on it, answers, and last year's."""
    book = openpyxl.load_workbook(io.BytesIO(survey_form(order.job, order.insurer.name, contact)))
    written = {cell.coordinate for row in book[SHEET].iter_rows() for cell in row if cell.value is not None}
    hints = {f"E{row}" for row in range(9, 1 + int(EXTRA_CELLS[-1][0][1:]))}
    extras = {cell for pair in EXTRA_CELLS for cell in pair}
    return frozenset(written | hints | extras | set(ANSWER_CELLS.values()))


def _book(path: Path) -> Any:
    """The workbook, after a look at its size and kind; Unreadable for anything that is none."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise Unreadable("ファイルが大きすぎます（5MBまで）")
        data = path.read_bytes()
    except OSError:
        raise Unreadable("ファイルを読めません", "読み取りの権限を確かめてください。") from None
    if data.startswith(_OLD_OFFICE):
        raise Unreadable(
            "パスワードがかかっているか、古い形式のファイルです",
            "パスワードを外し、「.xlsx」で保存し直してください。",
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST_UNPACKED:
                raise Unreadable("ファイルの中身が大きすぎます")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # features of Excel that the reader leaves out
            return openpyxl.load_workbook(io.BytesIO(data), keep_links=False)
    except Unreadable:
        raise
    except Exception:  # a broken file from outside breaks the reader in any way it likes
        raise Unreadable("Excel のファイルとして読めません（壊れています）") from None


def _read_form(
    path: Path, order: Order, contacts: Mapping[str, Contact], known: frozenset[str]
) -> tuple[list[Answer], list[SurveyProblem]]:
    """The answer of one form, or its cells that cannot be read; Unreadable when it is no form or was altered."""
    book = _book(path)
    if MARKS not in book.sheetnames or SHEET not in book.sheetnames:
        raise Unreadable("配付した様式ではありません（シートがないか、名前が変わっています）")
    kind, version, job_id, code = (str(book[MARKS][f"A{row}"].value or "") for row in range(1, 5))
    if (kind, version) != (FORM_KIND, VERSION):
        raise Unreadable("配付した様式ではありません（版が違います）")
    if job_id != order.job.id:
        raise Unreadable(
            f"別のジョブ（{job_id}）の様式です", f"{order.job.id} の様式に記入し直してもらってください。"
        )
    sheet = book[SHEET]
    if code not in contacts:
        raise Unreadable(
            f"連絡先一覧にない市町村コードです（{code}）",
            "連絡先一覧を確かめてください。",
            f"セル{CODE_CELL}",
        )
    contact = contacts[code]
    _check_unaltered(sheet, contact, known)
    problems: list[SurveyProblem] = []

    def read(cell: str, column: str) -> str:
        try:
            return _cell(sheet, cell, column)
        except Unreadable as error:
            problems.append(error.problem(path.name, code, contact.name))
            return ""

    answer = Answer(
        file=path.name,
        contact=contact,
        cells={column: read(cell, column) for column, cell in ANSWER_CELLS.items()},
        places={column: f"セル{cell}" for column, cell in ANSWER_CELLS.items()},
        extras=tuple(
            extra
            for name, weight in EXTRA_CELLS
            if (
                extra := Extra(
                    read(name, "追加封入物"), read(weight, "追加重量g"), f"セル{name}", f"セル{weight}"
                )
            )
            and (extra.name or extra.weight)
        ),
        shown={column: read(cell, column) for column, cell in CURRENT_CELLS.items()},
    )
    return ([] if problems else [answer]), problems


def _check_unaltered(sheet: Any, contact: Contact, known: frozenset[str]) -> None:
    for cell, words in LABELS.items():
        if str(sheet[cell].value or "") != words:
            raise Unreadable("様式が変えられています（見出しの位置か文字が違います）", place=f"セル{cell}")
    if (str(sheet[CODE_CELL].value), sheet[NAME_CELL].value) != (contact.jis_code, contact.name):
        raise Unreadable(
            f"市町村の欄が様式と違います（{contact.jis_code} {contact.name}の様式です）",
            "別の市町村の様式に記入していないか確かめてください。",
            f"セル{CODE_CELL}",
        )
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value not in (None, "") and cell.coordinate not in known:
                raise Unreadable(
                    "様式の欄の外に書込みがあります",
                    "内容を市町村に確かめ、欄の外の書込みを消してください。",
                    f"セル{cell.coordinate}",
                )


def _cell(sheet: Any, where: str, column: str) -> str:
    """Text of one answer cell; Unreadable for formulas, errors, dates and such."""
    cell = sheet[where]
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in ("f", "e"):
        raise Unreadable("数式が入っています", "数式ではなく、値を入力してください。", f"セル{where}")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable("日付など、文字でも数でもない値です", "文字で入力し直してください。", f"セル{where}")
    if isinstance(value, float):
        value = format(Decimal(repr(value)).normalize(), "f")
    return _tidied(str(value), column, f"セル{where}")


def _tidied(text: str, column: str, place: str) -> str:
    plain = _LINE_ENDS.sub(" ", text.strip(_BLANKS))
    if _CONTROLS.search(plain):
        raise Unreadable("使えない文字（制御文字）があります", "文字を入力し直してください。", place)
    if column in (*_PLAIN, "追加重量g"):
        plain = unicodedata.normalize("NFKC", _HYPHENS.sub("-", plain)).strip()
    if column == "郵便番号":
        plain = plain.removeprefix("〒").strip().replace("-", "", 1)
    if column == "追加重量g":
        plain = plain.removesuffix("g").strip()
    return plain


def _read_list(path: Path, contacts: Mapping[str, Contact]) -> tuple[list[Answer], list[SurveyProblem]]:
    """Answers of a CSV with the columns of survey.csv, a line each."""
    answers: list[Answer] = []
    problems: list[SurveyProblem] = []
    try:
        for row, cells in _lines(path):
            try:
                answers.append(_listed(path.name, row, cells, contacts))
            except Unreadable as error:
                code = cells["市町村コード"][:5]
                known = code in contacts
                problems.append(
                    error.problem(path.name, code if known else "", contacts[code].name if known else "")
                )
    except JobError as error:
        place = JobError("", remedy="", row=error.row, column=error.column).where()
        problems.append(SurveyProblem(UNREADABLE, "", "", path.name, place, error.what, error.remedy))
    return answers, problems


def _lines(path: Path) -> Iterator[tuple[int, Mapping[str, str]]]:
    for line in read_lines(path, SURVEY_HEADERS):
        yield line.row, line.cells


def _listed(file: str, row: int, cells: Mapping[str, str], contacts: Mapping[str, Contact]) -> Answer:
    def place(column: str) -> str:
        return f"{row:,}行目「{column}」列"

    code = cells["市町村コード"]
    if is_digits(code, 6) and code6(code[:5]) == code:
        code = code[:5]
    if code not in contacts:
        raise Unreadable(
            "連絡先一覧にない市町村コードです", "市町村コードを直してください。", place("市町村コード")
        )
    if cells["市町村名"] != contacts[code].name:
        raise Unreadable(
            f"市町村名が連絡先一覧と違います（一覧では {contacts[code].name}）",
            "似た漢字の取り違えや行のずれがないか確かめてください。",
            place("市町村名"),
        )
    kept = {column: _tidied(cells[column], column, place(column)) for column in ANSWER_CELLS}
    names, weights = (
        [_tidied(part, column, place(column)) for part in cells[column].split(";") if part.strip(_BLANKS)]
        for column in ("追加封入物", "追加重量g")
    )
    return Answer(
        file=file,
        contact=contacts[code],
        cells=kept,
        places={column: place(column) for column in ANSWER_CELLS},
        extras=tuple(
            Extra(name, weight, place("追加封入物"), place("追加重量g"))
            for name, weight in zip_longest(names, weights, fillvalue="")
        ),
        shown={},
    )
