"""Judges filled questionnaires and merges them into the lines of survey.csv.

Nothing is guessed: an answer that is contradictory or only half given is told, and no line is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from kouki_print.base.checkdigits import is_digits
from kouki_print.handover.survey_answers import (
    BLOCKING,
    CHANGED_SINCE,
    CONTRADICTORY,
    NOTE,
    UNANSWERED,
    UNREADABLE,
    Answer,
    SurveyProblem,
)
from kouki_print.handover.survey_form import CONTACT_COLUMNS
from kouki_print.handover.tables import FOR_EXCEL, csv_bytes, neutralised
from kouki_print.order.tables import CHANGED, SURVEY_HEADERS, WANTED, YES_NO, is_phone
from kouki_print.order.units import Contact

_KINDS = (UNREADABLE, CONTRADICTORY, UNANSWERED, CHANGED_SINCE, NOTE)
_CHOICES: Mapping[str, Sequence[str]] = {
    "封緘": tuple(YES_NO),
    "郵送": tuple(YES_NO),
    "転送不要": tuple(WANTED),
    "問合せ先変更": tuple(CHANGED),
}
_QUESTIONS = ("封緘", "郵送", "受渡方法", "転送不要", "問合せ先変更")
_GRAMS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
_RISKY = tuple("=+-@")
_ASK = "市町村に確かめ、様式を直してください。"


@dataclass(frozen=True, slots=True)
class Merged:
    """The lines of survey.csv (by JIS code, in table order) and everything there is to say.

    ``towns`` counts all municipalities.  With anything in ``blocking`` no survey.csv may be written.
    """

    lines: Mapping[str, Mapping[str, str]]
    problems: tuple[SurveyProblem, ...]
    towns: int

    @property
    def blocking(self) -> int:
        """How many problems keep survey.csv from being written."""
        return sum(problem.kind in BLOCKING for problem in self.problems)

    def count(self, kind: str) -> int:
        """How many problems of a kind."""
        return sum(problem.kind == kind for problem in self.problems)


def merge_answers(
    answers: Sequence[Answer],
    problems: Sequence[SurveyProblem],
    contacts: Mapping[str, Contact],
    last: Mapping[str, Mapping[str, str]] | None = None,
) -> Merged:
    """One line per municipality that answered, and the report in the order of kind and municipality.

    ``problems`` are those of reading; ``last`` are last year's lines by JIS code.
    """
    told = list(problems)
    lines: dict[str, Mapping[str, str]] = {}
    given = [answer for answer in answers if _is_given(answer)]
    for code, contact in contacts.items():
        mine = [answer for answer in given if answer.contact.jis_code == code]
        if len(mine) > 1:
            told += _twice(mine)
        elif mine:
            found = list(_faults(mine[0]))
            told += found
            if not any(problem.kind in BLOCKING for problem in found):
                lines[code] = _line(mine[0])
                told += _changes(mine[0], lines[code], (last or {}).get(code))
        elif not any(problem.code == code and problem.kind in BLOCKING for problem in told):
            blank = next((answer.file for answer in answers if answer.contact.jis_code == code), "")
            what = "様式が記入されていません" if blank else "回答がありません"
            told.append(_town_problem(contact, UNANSWERED, blank, what, "市町村に回答を依頼してください。"))
    places = {code: number for number, code in enumerate(contacts)}
    told.sort(key=lambda problem: (_KINDS.index(problem.kind), places.get(problem.code, len(places))))
    return Merged(lines, tuple(told), len(contacts))


def _town_problem(contact: Contact, kind: str, file: str, what: str, remedy: str) -> SurveyProblem:
    return SurveyProblem(kind, contact.jis_code, contact.name, file, "", what, remedy)


def _is_given(answer: Answer) -> bool:
    """Whether anything was filled in: a choice, a word, an enclosure, or another contact than the form's."""
    if any(answer.cells[column] for column in _QUESTIONS) or answer.extras:
        return True
    return any(
        answer.cells[column] and answer.cells[column] != _registered(answer, column)
        for column in CONTACT_COLUMNS
    )


def _registered(answer: Answer, column: str) -> str:
    value: str = getattr(answer.contact, CONTACT_COLUMNS[column])
    return value


def _twice(mine: Sequence[Answer]) -> Iterator[SurveyProblem]:
    files = "、".join(answer.file for answer in mine)
    for answer in mine:
        yield answer.problem(
            CONTRADICTORY, "市町村コード", f"一つの市町村に回答が{len(mine)}つあります（{files}）",
            "正しい一つだけを残してください。",
        )  # fmt: skip


def _faults(answer: Answer) -> Iterator[SurveyProblem]:
    yield from _choice_faults(answer)
    yield from _mail_faults(answer)
    yield from _contact_faults(answer)
    yield from _extra_faults(answer)
    for column in ("受渡方法", *CONTACT_COLUMNS):
        if answer.cells[column].startswith(_RISKY):
            yield answer.problem(
                CONTRADICTORY, column, f"{column}が = + - @ で始まっています", "先頭の記号を消してください。"
            )


def _choice_faults(answer: Answer) -> Iterator[SurveyProblem]:
    for column, words in _CHOICES.items():
        value = answer.cells[column]
        if value and value not in words:
            wanted = f"「{'」か「'.join(words)}」にしてください。"
            yield answer.problem(
                CONTRADICTORY, column, f"{column}の「{value[:20]}」は使えない回答です", wanted
            )
        needed = column != "転送不要" or answer.cells["郵送"] != "しない"
        if not value and needed:
            yield answer.problem(CONTRADICTORY, column, f"ほかの問に答えていますが、{column}が空欄です", _ASK)


def _mail_faults(answer: Answer) -> Iterator[SurveyProblem]:
    if answer.cells["郵送"] == "しない":
        if answer.cells["転送不要"] == "希望する":
            yield answer.problem(
                CONTRADICTORY, "転送不要", "郵送「しない」のに転送不要を希望しています", _ASK
            )
        if not answer.cells["受渡方法"]:
            yield answer.problem(CONTRADICTORY, "受渡方法", "郵送「しない」のに受渡方法がありません", _ASK)
    elif answer.cells["郵送"] == "する" and answer.cells["受渡方法"]:
        what = "郵送「する」に受渡方法の記入があります（郵送として扱います）"
        yield answer.problem(NOTE, "受渡方法", what, "念のため市町村に確かめてください。")


def _contact_faults(answer: Answer) -> Iterator[SurveyProblem]:
    changed = answer.cells["問合せ先変更"]
    same = True
    for column in CONTACT_COLUMNS:
        value, registered = answer.cells[column], _registered(answer, column)
        if answer.shown and answer.shown[column] != registered:
            what = f"様式の「いまの登録」の{column}が連絡先一覧と違います（後で変わったか、書き換えられています）"
            yield answer.problem(
                CONTRADICTORY, column, what, "新しい様式を作るか、連絡先一覧を確かめてください。"
            )
        same &= value == registered
        if changed == "無し" and value and value != registered:
            what = f"問合せ先変更「無し」のに{column}が連絡先一覧と違います"
            yield answer.problem(CONTRADICTORY, column, what, _ASK)
        if changed == "有り":
            yield from _contact_value(answer, column, value)
    if changed == "有り" and same:
        what = "問合せ先変更「有り」ですが、連絡先一覧と同じです"
        yield answer.problem(CONTRADICTORY, "問合せ先変更", what, _ASK)


def _contact_value(answer: Answer, column: str, value: str) -> Iterator[SurveyProblem]:
    if not value:
        yield answer.problem(CONTRADICTORY, column, f"問合せ先変更「有り」のに{column}が空欄です", _ASK)
    elif column == "郵便番号" and not is_digits(value, 7):
        yield answer.problem(CONTRADICTORY, column, "郵便番号が7桁の数字ではありません", _ASK)
    elif column == "電話番号" and not is_phone(value):
        yield answer.problem(
            CONTRADICTORY, column, "電話番号の形が正しくありません", "例 098-917-0410 の形に直してください。"
        )


def _extra_faults(answer: Answer) -> Iterator[SurveyProblem]:
    for extra in answer.extras:
        if not extra.weight:
            yield answer.problem(CONTRADICTORY, "", "追加封入物に重さがありません", _ASK, extra.weight_place)
        elif not extra.name:
            yield answer.problem(
                CONTRADICTORY, "", "重さに追加封入物の名前がありません", _ASK, extra.name_place
            )
        if extra.weight and (not _GRAMS.fullmatch(extra.weight) or float(extra.weight) == 0):
            yield answer.problem(
                CONTRADICTORY, "", f"「{extra.weight[:20]}」は重さとして読めません",
                "グラムを0.01から9999.99まで、小数点以下2桁までの数で書いてください。", extra.weight_place,
            )  # fmt: skip
        if ";" in extra.name or extra.name.startswith(_RISKY):
            what = "追加封入物の名前に使えない記号（; か、先頭の = + - @）があります"
            yield answer.problem(CONTRADICTORY, "", what, "記号を消してください。", extra.name_place)
    names = [extra.name for extra in answer.extras if extra.name]
    if len(set(names)) != len(names):
        yield answer.problem(
            CONTRADICTORY, "", "同じ追加封入物が二度あります", _ASK, answer.extras[0].name_place
        )


def _line(answer: Answer) -> dict[str, str]:
    """The line of survey.csv; contact cells only where they changed."""
    changed = answer.cells["問合せ先変更"] == "有り"
    line = {column: answer.cells.get(column, "") for column in SURVEY_HEADERS}
    line |= {column: answer.cells[column] if changed else "" for column in CONTACT_COLUMNS}
    line["市町村コード"], line["市町村名"] = answer.contact.jis_code, answer.contact.name
    line["追加封入物"] = ";".join(extra.name for extra in answer.extras)
    line["追加重量g"] = ";".join(extra.weight for extra in answer.extras)
    return line


def _changes(
    answer: Answer, line: Mapping[str, str], last: Mapping[str, str] | None
) -> Iterator[SurveyProblem]:
    if last is None:
        return
    for column in SURVEY_HEADERS[2:]:
        before, now = last[column], line[column]
        if before != now:
            what = f"{column}: 昨年 {before or '（空欄）'} → 今年 {now or '（空欄）'}"
            yield answer.problem(CHANGED_SINCE, column, what, "変わってよいか確かめてください。")


def survey_csv(merged: Merged) -> bytes:
    """survey.csv (contract: UTF-8 with BOM), municipalities in table order."""
    columns = {column: [line[column] for line in merged.lines.values()] for column in SURVEY_HEADERS}
    return csv_bytes(columns).decode().encode(FOR_EXCEL)


def report_csv(merged: Merged) -> bytes:
    """Everything there is to say, as a list for Excel."""
    heads = {"区分": "kind", "市町村コード": "code", "市町村名": "name", "ファイル": "file", "場所": "place"}
    heads |= {"内容": "what", "対処": "remedy"}
    columns = {
        head: neutralised([getattr(problem, name) for problem in merged.problems])
        for head, name in heads.items()
    }
    return csv_bytes(columns).decode().encode(FOR_EXCEL)


def report_lines(merged: Merged) -> Iterator[str]:
    """The report as lines for the console, by kind and municipality."""
    answered = len(merged.lines)
    yield f"市町村 {merged.towns:,}　まとめた回答 {answered:,}　未回答 {merged.count(UNANSWERED):,}"
    for kind in _KINDS:
        mine = [problem for problem in merged.problems if problem.kind == kind]
        if mine:
            yield f"■ {kind}（{len(mine):,}件）"
        for problem in mine:
            town = f"{problem.code} {problem.name}" if problem.code else "（市町村不明）"
            where = " ".join(part for part in (problem.file, problem.place) if part)
            yield (
                f"・{town}: {problem.what}" + (f"［{where}］" if where else "") + f"　対処: {problem.remedy}"
            )
