"""The questionnaire (アンケート) as a form: one workbook per municipality, answered in Excel and sent back.

Where everything stands is one table of cells, which the reader of filled forms uses too.  Only the answer
cells can be changed; last year's answers stand beside them in grey as hints and are no answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kouki_print.base.dates import wareki
from kouki_print.handover.workbook import A4, FONT, HEAD_COLOUR, Heading, new_book
from kouki_print.order.models import Job
from kouki_print.order.tables import CHANGED, WANTED, YES_NO
from kouki_print.order.units import Contact

FORM_KIND, VERSION = "kouki-print survey", "1"
SHEET, MARKS = "アンケート", "様式"  # MARKS: hidden sheet by which a form is known again
EXTRA_ROWS = 6
CONTACT_COLUMNS = {"郵便番号": "postcode", "住所": "address", "課名": "section", "電話番号": "phone"}

CODE_CELL, NAME_CELL = "C4", "D4"
# Answer cells by column of survey.csv; the extras have a row each: name and weight.
ANSWER_CELLS: Mapping[str, str] = {
    "封緘": "D10",
    "郵送": "D12",
    "受渡方法": "D14",
    "転送不要": "D16",
    "問合せ先変更": "D18",
    "郵便番号": "D21",
    "住所": "D22",
    "課名": "D23",
    "電話番号": "D24",
}
CURRENT_CELLS: Mapping[str, str] = {"郵便番号": "C21", "住所": "C22", "課名": "C23", "電話番号": "C24"}
_EXTRA_HEAD = 28
EXTRA_CELLS: tuple[tuple[str, str], ...] = tuple(
    (f"B{row}", f"D{row}") for row in range(_EXTRA_HEAD + 1, _EXTRA_HEAD + 1 + EXTRA_ROWS)
)
_CHECKS_ROW = _EXTRA_HEAD + EXTRA_ROWS + 2
# What every form says at these cells; another word there means rows were moved or words changed.
LABELS: Mapping[str, str] = {
    "B4": "市町村",
    "B9": "質問",
    "D9": "回答",
    "E9": "昨年の回答",
    "A10": "問1",
    "B10": "封緘（封をして納品）",
    "A12": "問2",
    "B12": "郵送（市町村から発送）",
    "B14": "受渡方法（郵送しないとき）",
    "A16": "問3",
    "B16": "転送不要（郵送するとき）",
    "A18": "問4",
    "B18": "問合せ先（封筒の裏に印刷）の変更",
    "B20": "項目",
    "C20": "いまの登録",
    "D20": "今年の問合せ先",
    "B21": "郵便番号",
    "B22": "住所",
    "B23": "課名",
    "B24": "電話番号",
    "A26": "問5",
    "B26": "市町村が独自に加える封入物（追加封入物）",
    "B28": "名称（1行に1つ）",
    "D28": "重さ（g、小数点以下2桁まで）",
}
_HINTS = {
    "封緘": "しない: 封をせずに納品します。市町村で差替えや追加ができます。",
    "郵送": "しない: 窓口などで交付します。郵送料は計上しません。封筒の郵便の表示は変わりません。",
    "受渡方法": "例: 窓口で本人に交付、民生委員が配付。",
    "転送不要": "希望する: 転居届が出ていても転送せず、市町村に返送されます。",
    "問合せ先変更": "有り: 下の「今年の問合せ先」を直してください。無し: 直さないでください。",
}
_EXPLANATION = (
    "黄色の欄だけに入力してください（ほかの欄は保護しています）。する・しないなどは、欄の右の▼から選びます。",
    "灰色の「昨年の回答」は参考です。同じでも、黄色の欄にもう一度入力してください。",
    "行や列を加えたり消したりせず、この Excel ファイルのまま返送してください。",
)
_SMALL_ROWS = (11, 13, 15, 17, 19, 27)
_LIVE_CHECKS = (
    (
        'OR(D10="",D12="",D18="",AND(D12<>"しない",D16=""))',
        "・問1〜問4: 選んでいない回答があります。",
    ),
    ('AND(D12="しない",D14="")', "・問2: 郵送しないときは、受渡方法を書いてください。"),
    ('AND(D12="しない",D16="希望する")', "・問3: 郵送しないときは、転送不要を希望できません。"),
    (
        'AND(D18="有り",D21=C21,D22=C22,D23=C23,D24=C24)',
        "・問4: 変更「有り」ですが、今年の問合せ先が登録と同じです。",
    ),
    (
        'AND(D18="無し",OR(D21<>C21,D22<>C22,D23<>C23,D24<>C24))',
        "・問4: 変更「無し」ですが、今年の問合せ先が登録と違います。",
    ),
    (
        f"COUNTA(B{_EXTRA_HEAD + 1}:B{_EXTRA_HEAD + EXTRA_ROWS})"
        f"<>COUNT(D{_EXTRA_HEAD + 1}:D{_EXTRA_HEAD + EXTRA_ROWS})",
        "・問5: 名称と重さの数が合いません。",
    ),
)
_EXTRA_HINT = "加えないときは空欄のままにしてください。「なし」や「-」は書かないでください。"
_CHECKS_TITLE = "入力の確認（この下の赤い字がすべて消えれば完成です）"
_BAD_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]')


@dataclass(frozen=True, slots=True)
class _Styles:
    title: Format
    note: Format
    small: Format
    question: Format
    town: Format
    head: Format
    locked: Format
    answer: Format
    choice: Format
    grams: Format
    hint: Format
    warn: Format


def form_name(contact: Contact) -> str:
    """File name of a municipality's form: 47201_那覇市_アンケート.xlsx."""
    return f"{contact.jis_code}_{_BAD_IN_NAMES.sub('_', contact.name)}_アンケート.xlsx"


def survey_form(job: Job, insurer: str, contact: Contact, last: Mapping[str, str] | None = None) -> bytes:
    """The form of one municipality; ``last`` is its line of last year's survey.csv by header.

    The same arguments give the same bytes.
    """
    book, buffer = new_book(Heading(job.title, insurer, job.data_on), f"アンケート {contact.name}")
    styles = _styles(book)
    sheet = book.add_worksheet(SHEET)
    last = last or {}
    _frame(sheet, job, insurer, contact, styles)
    _questions(sheet, last, styles)
    _contact_block(book, sheet, contact, last, styles)
    _extras(sheet, last, styles)
    _live_checks(sheet, styles)
    _page(sheet, job, insurer, contact)
    _marks(book.add_worksheet(MARKS), job, contact)
    sheet.activate()
    book.close()
    return buffer.getvalue()


def _styles(book: Workbook) -> _Styles:
    def make(**extra: Any) -> Format:
        return book.add_format(
            {"font_name": FONT, "font_size": 10.5, "valign": "vcenter", "text_wrap": True, **extra}
        )

    cell = {"border": 1, "indent": 1}
    answer = {**cell, "bg_color": "#FFF7D1", "locked": False, "num_format": "@", "border_color": "#7A6A00"}
    return _Styles(
        title=make(bold=True, font_size=17, text_wrap=False),
        note=make(text_wrap=False),
        small=make(font_size=9, font_color="#404040", text_wrap=False),
        question=make(**cell, bold=True, bg_color="#E6ECF2"),
        town=make(**cell, bold=True, font_size=14, bg_color="#F2F2F2"),
        head=make(bold=True, bg_color=HEAD_COLOUR, font_color="#FFFFFF", border=1, align="center"),
        locked=make(**cell, font_color="#595959", bg_color="#F2F2F2"),
        answer=make(**answer),
        choice=make(**{**answer, "align": "center", "indent": 0}, bold=True, font_size=12),
        grams=make(**{**answer, "num_format": "0.00", "align": "right"}),
        hint=make(**cell, font_color="#8C8C8C"),
        warn=make(font_size=9, bold=True, font_color="#B00020", text_wrap=False),
    )


def _frame(sheet: Worksheet, job: Job, insurer: str, contact: Contact, styles: _Styles) -> None:
    """Title, municipality, explanation and the head of the questions."""
    sheet.set_default_row(24)
    sheet.set_row(0, 30)
    sheet.set_row(4, 8)
    for row in _SMALL_ROWS:
        sheet.set_row(row - 1, 17)
    sheet.write_string("A1", f"{job.title}　封入・発送アンケート", styles.title)
    dates = f"切替日 {wareki(job.switch_on)}　差出日 {wareki(job.mail_on)}"
    sheet.write_string("A2", f"{insurer}　　{dates}", styles.note)
    sheet.write_string("B4", LABELS["B4"], styles.question)
    sheet.write_string(CODE_CELL, contact.jis_code, styles.locked)
    sheet.write_string(NAME_CELL, contact.name, styles.town)
    for row, text in enumerate(_EXPLANATION, start=6):
        sheet.set_row(row - 1, 16)
        sheet.write_string(f"A{row}", text, styles.small)
    sheet.write_blank("A9", None, styles.head)
    sheet.merge_range("B9:C9", LABELS["B9"], styles.head)
    for cell in ("D9", "E9"):
        sheet.write_string(cell, LABELS[cell], styles.head)


def _questions(sheet: Worksheet, last: Mapping[str, str], styles: _Styles) -> None:
    choices = {"封緘": YES_NO, "郵送": YES_NO, "転送不要": WANTED, "問合せ先変更": CHANGED}
    for column, hint in _HINTS.items():
        cell = ANSWER_CELLS[column]
        row = int(cell[1:])
        sheet.write_string(f"A{row}", LABELS.get(f"A{row}", ""), styles.question)
        sheet.merge_range(f"B{row}:C{row}", LABELS[f"B{row}"], styles.question)
        sheet.write_blank(cell, None, styles.choice if column in choices else styles.answer)
        sheet.write_string(f"E{row}", last.get(column, ""), styles.hint)
        sheet.write_string(f"B{row + 1}", hint, styles.small)
        shown: dict[str, Any] = {"validate": "any", "input_title": column, "input_message": hint}
        if column in choices:
            words = list(choices[column])
            shown |= {
                "validate": "list",
                "source": words,
                "error_title": "入力できない値です",
                "error_message": f"一覧から「{'」か「'.join(words)}」を選んでください。",
            }
        sheet.data_validation(cell, shown)


def _contact_block(
    book: Workbook, sheet: Worksheet, contact: Contact, last: Mapping[str, str], styles: _Styles
) -> None:
    """The counter's contact as registered, and beside it the cells to change, filled with the same."""
    for cell in ("B20", "C20", "D20"):
        sheet.write_string(cell, LABELS[cell], styles.head)
    sheet.write_string("E20", LABELS["E9"], styles.head)
    for column, name in CONTACT_COLUMNS.items():
        row = int(ANSWER_CELLS[column][1:])
        value = getattr(contact, name)
        sheet.set_row(row - 1, 32 if column in ("住所", "課名") else 24)
        sheet.write_string(f"B{row}", column, styles.question)
        sheet.write_string(CURRENT_CELLS[column], value, styles.locked)
        sheet.write_string(ANSWER_CELLS[column], value, styles.answer)
        sheet.write_string(f"E{row}", last.get(column, ""), styles.hint)
    changed = book.add_format({"bold": True, "font_color": "#B00020"})
    sheet.conditional_format("D21:D24", {"type": "formula", "criteria": "=$D21<>$C21", "format": changed})


def _extras(sheet: Worksheet, last: Mapping[str, str], styles: _Styles) -> None:
    """Room for the municipality's own enclosures, a row each: name and weight."""
    sheet.write_string("A26", LABELS["A26"], styles.question)
    sheet.merge_range("B26:E26", LABELS["B26"], styles.question)
    sheet.write_string("B27", _EXTRA_HINT, styles.small)
    sheet.merge_range(f"B{_EXTRA_HEAD}:C{_EXTRA_HEAD}", LABELS[f"B{_EXTRA_HEAD}"], styles.head)
    sheet.write_string(f"D{_EXTRA_HEAD}", LABELS[f"D{_EXTRA_HEAD}"], styles.head)
    sheet.write_string(f"E{_EXTRA_HEAD}", LABELS["E9"], styles.head)
    names, weights = (_parts(last.get(column, "")) for column in ("追加封入物", "追加重量g"))
    for at, (name, weight) in enumerate(EXTRA_CELLS):
        row = int(name[1:])
        sheet.set_row(row - 1, 30)
        sheet.merge_range(f"B{row}:C{row}", "", styles.answer)
        sheet.write_blank(weight, None, styles.grams)
        before = f"{names[at]}　{weights[at]}g" if at < min(len(names), len(weights)) else ""
        sheet.write_string(f"E{row}", before, styles.hint)
    sheet.data_validation(
        f"{EXTRA_CELLS[0][1]}:{EXTRA_CELLS[-1][1]}",
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": 0.01,
            "maximum": 9999.99,
            "input_title": "重さ",
            "input_message": "1枚（1部）の重さをグラムで。例 4.12",
            "error_title": "入力できない値です",
            "error_message": "0.01から9999.99までの数を入力してください。",
        },
    )


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(";") if part.strip()]


def _live_checks(sheet: Worksheet, styles: _Styles) -> None:
    """What is still missing or contradictory, told while the form is being filled in."""
    sheet.write_string(f"A{_CHECKS_ROW}", _CHECKS_TITLE, styles.note)
    for at, (condition, words) in enumerate(_LIVE_CHECKS):
        row = _CHECKS_ROW + at  # zero-based: the row below the title
        sheet.set_row(row, 16)
        value = words if at == 0 else ""  # of a form in which nothing is filled in yet
        sheet.write_formula(row, 0, f'=IF({condition},"{words}","")', styles.warn, value)


def _page(sheet: Worksheet, job: Job, insurer: str, contact: Contact) -> None:
    """A4 portrait, one page; only answer cells can be changed, without a password."""
    for column, width in enumerate((6, 16, 26, 32, 26)):
        sheet.set_column(column, column, width)
    sheet.set_portrait()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(left=0.5, right=0.5, top=0.5, bottom=0.6)
    sheet.center_horizontally()
    sheet.print_area(0, 0, _CHECKS_ROW + len(_LIVE_CHECKS) - 1, 4)
    texts = (f"{contact.jis_code} {contact.name}", f"{insurer} {job.title}")
    left, right = (text.replace("&", "&&") for text in texts)
    sheet.set_footer(f"&L{left}&R{right}")
    sheet.hide_gridlines(2)
    sheet.set_selection(ANSWER_CELLS["封緘"])
    sheet.protect("", {"select_locked_cells": True, "select_unlocked_cells": True, "format_rows": True})


def _marks(sheet: Worksheet, job: Job, contact: Contact) -> None:
    """The hidden sheet that says which form this is."""
    for row, text in enumerate(marks_of(job, contact)):
        sheet.write_string(row, 0, text)
    sheet.protect()
    sheet.very_hidden()


def marks_of(job: Job, contact: Contact) -> tuple[str, ...]:
    """Texts of the hidden sheet: kind of file, version of the form, job, municipality."""
    return FORM_KIND, VERSION, job.id, contact.jis_code
