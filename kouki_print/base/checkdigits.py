"""Check digits of the numbers that pass through the job, for one number and for whole columns.

Columns come as uint8 matrices (rows, width) of ASCII bytes, see ``texts.fixed_width``.
"""

from __future__ import annotations

import numpy as np

_CHARS_36 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", dtype=np.uint8)
_VALUES_36 = np.full(256, 255, dtype=np.uint8)
_VALUES_36[_CHARS_36] = np.arange(36, dtype=np.uint8)
_SINGLE = np.arange(256, dtype=np.uint8) - np.uint8(0x30)  # digit of an ASCII byte; other bytes wrap, unused
_DOUBLED = _SINGLE * 2 // 10 + _SINGLE * 2 % 10  # digits of twice the digit, added up
_CODE6_WEIGHTS = np.array([6, 5, 4, 3, 2])
_INDIVIDUAL_WEIGHTS = np.array([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])


def all_digits(matrix: np.ndarray) -> np.ndarray:
    """Mask of the rows that hold digits 0-9 only."""
    digits: np.ndarray = np.all((matrix >= 0x30) & (matrix <= 0x39), axis=1)
    return digits


def _numbers(matrix: np.ndarray) -> np.ndarray:
    return matrix.astype(np.int64) - 0x30


def m10w21_column(matrix: np.ndarray) -> np.ndarray:
    """Check digit (int64 0-9) of M10W21 (モジュラス10 ウェイト2・1) over each row of digits.

    From the last digit the weights are 2, 1, 2, 1 …; the digits of each product are added;
    the check digit fills up to the next ten.  Used by 保険者番号 (8 digits, the last is the check).
    """
    backwards = matrix[:, ::-1]
    doubled = _DOUBLED[backwards[:, 0::2]].sum(axis=1, dtype=np.int64)
    single = _SINGLE[backwards[:, 1::2]].sum(axis=1, dtype=np.int64)
    return -(doubled + single) % 10


def m10w21_valid(matrix: np.ndarray) -> np.ndarray:
    """Mask of the rows that are all digits and end in their M10W21 check digit."""
    return all_digits(matrix) & (m10w21_column(matrix[:, :-1]) == _numbers(matrix[:, -1]))


def m10w21(digits: str) -> str:
    """M10W21 check digit of a text of digits: ``3947213`` → ``9``."""
    return str(m10w21_column(_row(digits))[0])


def _row(text: str) -> np.ndarray:
    return np.frombuffer(text.encode("ascii"), dtype=np.uint8)[None, :]


def code6_column(matrix: np.ndarray) -> np.ndarray:
    """Check digit (int64 0-9) of the 5-digit JIS code: weights 6,5,4,3,2, last digit of 11 - sum mod 11."""
    total = (_numbers(matrix) * _CODE6_WEIGHTS).sum(axis=1)
    return (11 - total % 11) % 10


def code6(jis_code: str) -> str:
    """6-digit 地方公共団体コード of a 5-digit JIS code: ``47213`` → ``472131``."""
    return jis_code + str(code6_column(_row(jis_code))[0])


def is_digits(text: str, width: int) -> bool:
    """Whether a text is exactly ``width`` ASCII digits."""
    return len(text) == width and text.isascii() and text.isdigit()


def mod37_36_column(matrix: np.ndarray) -> np.ndarray:
    """ISO/IEC 7064 MOD 37,36 check characters (uint8 ASCII) of each row of 0-9 A-Z, a hybrid system.

    ValueError for other bytes.
    """
    values = _VALUES_36[matrix]
    if (values == 255).any():
        raise ValueError("MOD 37,36 takes 0-9 and A-Z only")
    product = np.full(len(matrix), 36, dtype=np.int16)
    for column in range(matrix.shape[1]):
        total = (product + values[:, column]) % 36
        total[total == 0] = 36
        product = total * 2 % 37
    return _CHARS_36[(37 - product) % 36]


def individual_number_valid(matrix: np.ndarray) -> np.ndarray:
    """Mask of the rows (12 bytes) that would pass as 個人番号, which must never enter the project.

    From the lowest of the first 11 digits the weights are 2…7, then 2…6; r = sum mod 11; the check
    digit is 0 for r ≤ 1, else 11 - r.
    """
    rest = (_numbers(matrix[:, :11]) * _INDIVIDUAL_WEIGHTS).sum(axis=1) % 11
    check = np.where(rest <= 1, 0, 11 - rest)
    return all_digits(matrix) & (check == _numbers(matrix[:, 11]))
