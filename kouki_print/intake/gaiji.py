"""Own characters of a municipality (外字): the user-defined area of CP932 and what stands for each code.

CP932 keeps the codes F040-F9FC for characters that a user draws himself.  Python reads them as
U+E000-U+E757, which is the usual correspondence, and no two municipalities mean the same by them.  The
mapping file of the job folder says what each is: a Unicode character (with its variation selector), or
nothing but a description; what has no character stays private use and is held by the character check.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, field

from kouki_print.base.errors import JobError

COLUMNS = ("code", "unicode", "glyph", "note")
_FIRST, _LAST = 0xE000, 0xE757
_PER_LEAD = 188  # trail bytes 40-7E and 80-FC
_AREA = re.compile(rb"\xee[\x80-\x9d][\x80-\xbf]")  # U+E000-U+E77F in UTF-8
_CODE = re.compile(r"F[0-9][4-9A-F][0-9A-F]")
_UNICODE = re.compile(r"U\+([0-9A-F]{4,6})(?: U\+([0-9A-F]{4,5}))?")
_UNUSABLE = ("Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Mc", "Me", "Zl", "Zp", "Zs")
_SHOWN_GLYPH = 20


def private_of(code: int) -> int:
    """Private-use code point of a code of the user-defined area (F040 → U+E000)."""
    lead, trail = divmod(code, 256)
    return _FIRST + (lead - 0xF0) * _PER_LEAD + trail - (0x41 if trail > 0x7F else 0x40)


def code_of(private: int) -> int:
    """Code of the user-defined area of a private-use code point (U+E000 → F040)."""
    lead, place = divmod(private - _FIRST, _PER_LEAD)
    return (0xF0 + lead) * 256 + place + (0x40 if place < 0x3F else 0x41)


@dataclass(frozen=True, slots=True)
class Gaiji:
    """What stands for the own characters: text by private-use code point, descriptions of the rest.

    ``named`` says whether messages name the CP932 code beside the code point.
    """

    texts: dict[int, str] = field(default_factory=dict)
    glyphs: dict[int, str] = field(default_factory=dict)
    named: bool = False

    def applied(self, text: bytes) -> bytes:
        """UTF-8 text with every mapped character in place of its code."""
        if not self.texts or b"\xee" not in text:
            return text
        table = {chr(point).encode(): found.encode() for point, found in self.texts.items()}
        return _AREA.sub(lambda match: table.get(match[0], match[0]), text)

    def shown(self, cluster: str) -> str:
        """A character for messages: its code point, and for an own character its code and description."""
        point = ord(cluster[0])
        plain = code_points(cluster)
        if not self.named or not _FIRST <= point <= _LAST:
            return plain
        glyph = self.glyphs.get(point, "")
        return f"外字 {code_of(point):04X}（{plain}{f'、{glyph[:_SHOWN_GLYPH]}' if glyph else ''}）"


def code_points(cluster: str) -> str:
    """``U+845B U+E0100``: the code points of a character for messages and lists."""
    return " ".join(f"U+{ord(char):04X}" for char in cluster)


def _fault(what: str, remedy: str, name: str, row: int | None = None, column: str = "") -> JobError:
    return JobError(what, remedy=remedy, file=name, row=row, column=column)


def _code(text: str, name: str, row: int) -> int:
    code = int(text, 16) if _CODE.fullmatch(text) else 0
    if not code or code % 256 in (0x7F, 0xFD, 0xFE, 0xFF):
        raise _fault(
            "外字のコードは F040〜F9FC の4桁の16進数です",
            "例 F040 のように直してください。",
            name,
            row,
            "code",
        )
    return code


def _text(cell: str, name: str, row: int) -> str:
    """Character, with its variation selector if any, of a cell like ``U+845B U+E0100``."""
    found = _UNICODE.fullmatch(cell)
    base = int(found[1], 16) if found else 0
    selector = int(found[2], 16) if found and found[2] else 0
    known = 0x80 < base < 0x110000 and unicodedata.category(chr(base)) not in _UNUSABLE
    if not known or not (selector == 0 or 0xFE00 <= selector <= 0xFE0F or 0xE0100 <= selector <= 0xE01EF):
        raise _fault(
            "文字の番号を読めないか、印刷に使えない文字です",
            "U+20BB7 または U+845B U+E0100（異体字セレクタ付き）の形にするか、なければ空欄にしてください。",
            name,
            row,
            "unicode",
        )
    return chr(base) + (chr(selector) if selector else "")


def parse_gaiji(data: bytes, name: str) -> Gaiji:
    """The mapping file: UTF-8 CSV ``code,unicode,glyph,note``; JobError names row and column."""
    try:
        rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _fault(
            "外字の対応表を読めません", "UTF-8 の CSV（カンマ区切り）で保存し直してください。", name
        ) from None
    head = tuple(cell.strip() for cell in rows[0]) if rows else ()
    if head != COLUMNS:
        raise _fault("見出しが違います", f"1行目を {','.join(COLUMNS)} にしてください。", name, 1)
    texts: dict[int, str] = {}
    glyphs: dict[int, str] = {}
    for row, cells in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(COLUMNS):
            raise _fault(
                f"列の数が見出しと合いません（見出し{len(COLUMNS)}、この行{len(cells)}）",
                "この行のカンマを確かめてください。",
                name,
                row,
            )
        code, unicode, glyph, _ = (
            cell.strip().upper() if at < 2 else cell.strip() for at, cell in enumerate(cells)
        )
        point = private_of(_code(code, name, row))
        if point in texts or point in glyphs:
            raise _fault("同じコードが二度あります", "一度だけ書いてください。", name, row, "code")
        if unicode:
            texts[point] = _text(unicode, name, row)
        else:
            glyphs[point] = glyph
    return Gaiji(texts, glyphs)
