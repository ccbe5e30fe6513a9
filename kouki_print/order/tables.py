"""The side tables of an order: the contact table (連絡先一覧) and the questionnaire (アンケート)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from kouki_print.base.checkdigits import code6, is_digits, m10w21
from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.typed import centigrams
from kouki_print.order.units import Contact, Extra, Unit

CONTACT_HEADERS = (
    "no",
    "jis_code",
    "code6",
    "name",
    "kana",
    "insurer_number",
    "postcode",
    "address",
    "section",
    "phone",
)
SURVEY_HEADERS = (
    "市町村コード",
    "市町村名",
    "封緘",
    "郵送",
    "受渡方法",
    "転送不要",
    "問合せ先変更",
    "郵便番号",
    "住所",
    "課名",
    "電話番号",
    "追加封入物",
    "追加重量g",
)
YES_NO = {"する": True, "しない": False}
WANTED = {"希望する": True, "希望しない": False}
CHANGED = {"有り": True, "無し": False}
_ANSWERS = ("封緘", "郵送", "受渡方法", "転送不要", "問合せ先変更", "追加封入物")
_PHONE = re.compile(r"0[0-9]+(-[0-9]+)*")
_GRAMS = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Line:
    """One data row of a side table, with its place for messages (row as Excel shows it)."""

    file: str
    row: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def error(self, column: str, what: str, remedy: str) -> JobError:
        """An error that points at this cell."""
        return JobError(what, remedy=remedy, file=self.file, row=self.row, column=column)


def bytes_of(path: Path, missing: str) -> bytes:
    """All of a small input file; JobError when it is not there (``missing`` says what to do) or unreadable."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise JobError("ファイルがありません", remedy=missing, file=path.name) from None
    except OSError:
        raise JobError(
            "ファイルを読めません",
            remedy="ファイルの種類と読み取りの権限を確かめてください。",
            file=path.name,
        ) from None


def _decoded(path: Path) -> str:
    data = bytes_of(path, "ジョブのフォルダーにこのファイルを置いてください。")
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise JobError(
        "文字コードが UTF-8 でも CP932 でもありません",
        remedy="Excel で「CSV UTF-8」として保存し直してください。",
        file=path.name,
    )


def read_lines(path: Path, headers: Sequence[str]) -> Iterator[Line]:
    """Rows of a small CSV (UTF-8 with or without BOM, or CP932); JobError for another shape.

    Columns may stand in any order; all of ``headers`` must be there.  Blank rows are skipped.
    """
    text = _decoded(path)
    reader = csv.reader(io.StringIO(text.replace("\0", "\ufffd"), newline=""), strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        raise JobError(
            f"CSV として読めません（{reader.line_num:,}行付近の引用符）",
            remedy='引用符「"」が対になっているか確かめてください。',
            file=path.name,
        ) from None
    found = [cell.strip() for cell in rows[0]] if rows else []
    for header in headers:
        if found.count(header) != 1:
            raise JobError(
                "必要な列がありません" if header not in found else "同じ見出しの列が二つあります",
                remedy="1行目の見出しを " + ",".join(headers) + " にしてください。",
                file=path.name,
                row=1,
                column=header,
            )
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip(" \u3000") for cell in row]
        if not any(cells):
            continue
        if len(cells) != len(found):
            raise JobError(
                f"列の数が見出しと合いません（見出し{len(found)}、この行{len(cells)}）",
                remedy="この行のカンマと引用符を確かめてください。",
                file=path.name,
                row=number,
            )
        yield Line(path.name, number, dict(zip(found, cells, strict=True)))


def postcode_cell(line: Line, column: str) -> str:
    """Seven digits of a postcode, hyphen allowed; JobError points at the cell."""
    digits = line[column].replace("-", "", 1)
    if not is_digits(digits, 7):
        raise line.error(
            column, "郵便番号が7桁の数字ではありません", "例 9008585 のように半角7桁で書いてください。"
        )
    return digits


def is_phone(text: str) -> bool:
    """Ten or eleven digits that begin with 0, hyphens between them: Excel likes to drop the 0."""
    return bool(_PHONE.fullmatch(text)) and len(text.replace("-", "")) in (10, 11)


def phone_cell(line: Line, column: str) -> str:
    """A phone number of half-width digits and hyphens; JobError points at the cell."""
    if not is_phone(line[column]):
        raise line.error(
            column, "電話番号の形が正しくありません", "例 098-917-0410 のように半角で書いてください。"
        )
    return line[column]


def filled_cell(line: Line, column: str) -> str:
    """A cell that must not be empty; JobError points at it."""
    if not line[column]:
        raise line.error(column, "空欄です", "この欄を書いてください。")
    return line[column]


def _contact(line: Line, names: Mapping[str, str]) -> Contact:
    code = line["jis_code"]
    if not is_digits(code, 5):
        raise line.error(
            "jis_code", "市町村コードが5桁の数字ではありません", "例 47201 のように半角5桁で書いてください。"
        )
    if line["code6"] != code6(code):
        raise line.error(
            "code6",
            "検査数字付きの市町村コードが合いません",
            f"{code} なら {code6(code)} です。どちらかを直してください。",
        )
    insurer = line["insurer_number"]
    if not is_digits(insurer, 8) or m10w21(insurer[:7]) != insurer[7]:
        raise line.error(
            "insurer_number",
            "保険者番号が8桁でないか、検査数字が合いません",
            "正しい保険者番号に直してください。",
        )
    name = filled_cell(line, "name")
    if name != names.get(code, name):
        raise line.error(
            "name",
            f"市町村名がコード {code} の名前と違います（{name} / 正しくは {names[code]}）",
            "似た漢字の取り違えでないか確かめ、市町村名か市町村コードを直してください。",
        )
    if not is_digits(line["no"], len(line["no"])) or not line["no"]:
        raise line.error("no", "番号が数字ではありません", "1からの番号を書いてください。")
    return Contact(
        no=int(line["no"]),
        jis_code=code,
        code6=line["code6"],
        name=name,
        kana=line["kana"],
        insurer_number=insurer,
        postcode=postcode_cell(line, "postcode"),
        address=filled_cell(line, "address"),
        section=filled_cell(line, "section"),
        phone=phone_cell(line, "phone"),
    )


def _shipped_names() -> dict[str, str]:
    lines = read_lines(data_dir() / "municipalities.csv", CONTACT_HEADERS)
    return {line["jis_code"]: line["name"] for line in lines}


def read_municipalities(path: Path) -> dict[str, Contact]:
    """Contact table by 5-digit JIS code, in the order of the file.

    Check digits of code and insurer number, postcodes and doubles are checked, and names of known
    codes against the shipped table, because look-alikes (栗国村 for 粟国村) have been seen in papers.
    """
    names = _shipped_names()
    contacts: dict[str, Contact] = {}
    insurers: dict[str, str] = {}
    for line in read_lines(path, CONTACT_HEADERS):
        contact = _contact(line, names)
        if contact.jis_code in contacts:
            raise line.error("jis_code", f"{contact.name}が二度あります", "一つの市町村を1行にしてください。")
        twin = insurers.setdefault(contact.insurer_number, contact.name)
        if twin != contact.name:
            raise line.error(
                "insurer_number", f"保険者番号が{twin}と同じです", "正しい保険者番号に直してください。"
            )
        contacts[contact.jis_code] = contact
    if not contacts:
        raise JobError(
            "市町村が1件もありません", remedy="市町村の連絡先を1行に1件ずつ書いてください。", file=path.name
        )
    return contacts


def _answer(line: Line, column: str, words: Mapping[str, bool]) -> bool:
    word = line[column]
    if word not in words:
        shown = f"「{word}」は使えない回答です" if word else "回答が空欄です"
        raise line.error(column, shown, f"「{'」か「'.join(words)}」と書いてください。")
    return words[word]


def _extras(line: Line) -> tuple[Extra, ...]:
    names = [name.strip(" \u3000") for name in line["追加封入物"].split(";") if name.strip(" \u3000")]
    weights = [weight.strip() for weight in line["追加重量g"].split(";") if weight.strip()]
    if len(names) != len(weights):
        raise line.error(
            "追加重量g",
            f"追加封入物（{len(names)}件）と追加重量（{len(weights)}件）の数が合いません",
            "名前と重さを同じ数だけ、半角の ; でつないで書いてください。",
        )
    for weight in weights:
        if not _GRAMS.fullmatch(weight):
            raise line.error(
                "追加重量g",
                f"「{weight}」は重さとして読めません",
                "グラムを小数点以下2桁までの半角の数で書いてください。",
            )
    return tuple(
        Extra(code=f"X{number}", name=name, weight_cg=centigrams(Decimal(weight)))
        for number, (name, weight) in enumerate(zip(names, weights, strict=True), start=1)
    )


def _changed_contact(line: Line, contact: Contact) -> Contact:
    if not _answer(line, "問合せ先変更", CHANGED):
        return contact
    return contact.model_copy(
        update={
            "postcode": postcode_cell(line, "郵便番号"),
            "address": filled_cell(line, "住所"),
            "section": filled_cell(line, "課名"),
            "phone": phone_cell(line, "電話番号"),
        }
    )


def _municipality(line: Line, contact: Contact) -> Unit:
    mailed = _answer(line, "郵送", YES_NO)
    asked = mailed or line["転送不要"] != ""  # a municipality that does not mail need not answer
    no_forward = asked and _answer(line, "転送不要", WANTED)
    return Unit(
        contact=_changed_contact(line, contact),
        sealed=_answer(line, "封緘", YES_NO),
        mailed=mailed,
        handover_way=line["受渡方法"],
        no_forward=no_forward,
        extras=_extras(line),
    )


def _survey_code(line: Line, contacts: Mapping[str, Contact]) -> str:
    code = line["市町村コード"]
    if is_digits(code, 6) and code6(code[:5]) == code:
        code = code[:5]
    if code not in contacts:
        raise line.error(
            "市町村コード",
            f"「{code}」は連絡先一覧にない市町村コードです",
            "市町村コードを直すか、連絡先一覧に加えてください。",
        )
    if line["市町村名"] != contacts[code].name:
        raise line.error(
            "市町村名",
            f"市町村名が連絡先一覧と違います（{line['市町村名']} / 一覧では {contacts[code].name}）",
            "似た漢字の取り違えや行のずれがないか確かめ、市町村名か市町村コードを直してください。",
        )
    return code


def read_survey(path: Path, contacts: Mapping[str, Contact], *, default: bool) -> dict[str, Unit]:
    """Answers of every municipality by JIS code, in the order of the contact table.

    A municipality without an answer stops the job unless ``default`` (job.survey_default), which
    treats it as sealed, mailed and forwarded, and marks it ``answered=False``.
    """
    answers: dict[str, Unit] = {}
    if path.exists() or not default:
        for line in read_lines(path, SURVEY_HEADERS):
            code = _survey_code(line, contacts)
            if code in answers:
                raise line.error(
                    "市町村コード", f"{contacts[code].name}の回答が二つあります", "一つだけ残してください。"
                )
            if any(line[column] for column in _ANSWERS):
                answers[code] = _municipality(line, contacts[code])
    silent = [contact.name for code, contact in contacts.items() if code not in answers]
    if silent and not default:
        raise JobError(
            f"回答のない市町村があります（{len(silent)}件）: {'、'.join(silent[:5])}"
            + (" ほか" if len(silent) > 5 else ""),
            remedy="回答を加えるか、標準の扱い（封緘する・郵送する・転送不要なし）でよければ"
            " job.toml の [job] に survey_default = true と書いてください。",
            file=path.name,
            column="市町村コード",
        )
    return {code: answers.get(code) or _by_default(contact) for code, contact in contacts.items()}


def _by_default(contact: Contact) -> Unit:
    return Unit(contact=contact, sealed=True, mailed=True, handover_way="", no_forward=False, answered=False)
