"""Individual numbers (個人番号) must not enter: refused by the column's name or by what it holds.

Messages name the column and never show a value.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.checkdigits import individual_number_valid
from kouki_print.base.errors import JobError
from kouki_print.base.texts import arrow_of, fixed_width, utf8_bytes

_NAMES = re.compile(r"(個人番号|個人識別番号|マイナンバー|個人no|mynumber|individualnumber)(?!カード)")
_SEPARATORS = re.compile(r"[\s_.・-]+")
_REMEDY = "この列を除いて移行データを出力し直してください。個人番号はこの仕事に使えません。"
_SHORTEST = 12


def is_forbidden_name(header: str) -> bool:
    """Whether a header says that the column holds individual numbers, whole or in part."""
    return _NAMES.search(_SEPARATORS.sub("", unicodedata.normalize("NFKC", header)).casefold()) is not None


def _starts_like_number(data: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Mask of the cells that begin with a digit, plain or full-width (EF BC 90-99)."""
    first = data[starts]
    return ((first >= 0x30) & (first <= 0x39)) | ((first == 0xEF) & (data[starts + 2] - 0x90 <= 9))


def holds_individual_numbers(column: pa.Array) -> bool:
    """Whether more than half of the filled cells are 12 digits with the check digit of 個人番号.

    Full-width digits and digits grouped by hyphens or blanks count as well.
    """
    array = arrow_of(column)
    data, offsets = utf8_bytes(array)
    sizes = np.diff(offsets)
    filled = int((sizes > 0).sum())
    long = offsets[:-1][sizes >= _SHORTEST]
    if not filled or int(_starts_like_number(data, long).sum()) * 2 <= filled:
        return False  # most columns end here
    plain = array if int((sizes == _SHORTEST).sum()) * 2 > filled else _plain_digits(array)
    _, matrix = fixed_width(plain, _SHORTEST)
    return int(individual_number_valid(matrix).sum()) * 2 > filled


def _plain_digits(array: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(pc.utf8_normalize(array, form="NFKC"), r"[\s-]", "")


def refuse_names(headers: list[str], file: str) -> None:
    """JobError when a column is named for the individual number."""
    for header in headers:
        if is_forbidden_name(header):
            raise JobError("個人番号の列があります", remedy=_REMEDY, file=file, row=1, column=header)


def refuse_values(table: pa.Table, file: str, first_line: int = 2) -> None:
    """JobError when a column of the file, known or not, holds individual numbers."""
    for header in table.column_names:
        if holds_individual_numbers(table.column(header)):
            shown = f"{header[1:]}番目" if header.startswith("\0") else header
            raise JobError(
                "個人番号と思われる12桁の番号が半分を超えています",
                remedy=_REMEDY,
                file=file,
                row=first_line,
                column=shown,
            )
