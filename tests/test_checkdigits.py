"""Check digits against an independent library and the published specimens."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_37_36

from kouki_print.base.checkdigits import (
    code6,
    individual_number_valid,
    m10w21,
    m10w21_valid,
    mod37_36_column,
)
from kouki_print.base.texts import fixed_width

ALPHABET_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
digits = st.text("0123456789", min_size=1, max_size=12)


def matrix(texts: list[str]) -> np.ndarray:
    return fixed_width(texts, len(texts[0]))[1]


@given(digits)
def test_m10w21_is_luhn(text: str) -> None:
    assert m10w21(text) == luhn.calc_check_digit(text)


@given(st.lists(st.text("0123456789", min_size=8, max_size=8), min_size=1, max_size=20))
def test_m10w21_over_a_column(texts: list[str]) -> None:
    assert m10w21_valid(matrix(texts)).tolist() == [luhn.is_valid(text) for text in texts]


def test_published_insurer_number() -> None:
    assert m10w21("3947213") == "9"
    assert m10w21_valid(matrix(["39472139", "12345678", "34567899", "3947213A", "        "])).tolist() == [
        True, False, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("jis", "full"), [("47213", "472131"), ("47201", "472018"), ("47381", "473812")])
def test_municipality_code(jis: str, full: str) -> None:
    assert code6(jis) == full


@given(st.lists(st.text(ALPHABET_36, min_size=18, max_size=18), min_size=1, max_size=20))
def test_mod37_36_agrees_with_the_standard(texts: list[str]) -> None:
    found = bytes(mod37_36_column(matrix(texts))).decode()
    assert found == "".join(map(mod_37_36.calc_check_digit, texts))


def test_mod37_36_of_the_printed_code() -> None:
    assert bytes(mod37_36_column(matrix(["OKR0847201000012311A"]))) == b"Y"
    with pytest.raises(ValueError, match="A-Z"):
        mod37_36_column(matrix(["OKR-8"]))


def test_individual_numbers_are_recognised() -> None:
    found = individual_number_valid(matrix(["123456789018", "123456789010", "12345678901X"]))
    assert found.tolist() == [True, False, False]


@given(st.integers(0, 10**11 - 1))
def test_one_check_digit_in_ten_fits(body: int) -> None:
    numbers = [f"{body:011d}{check}" for check in range(10)]
    assert individual_number_valid(matrix(numbers)).sum() == 1
