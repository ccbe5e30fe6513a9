"""The customer barcode (カスタマバーコード): from postcode and address to code words, and from those to bars.

Rules: Japan Post's barcode manual.  A whole column is worked on as ONE text with a line per address, so
that each step is one pass in C: 165,000 distinct addresses take about a second.

Inside, a code word is one character: digits and "-" as they are, CC1-CC8 as a-h.

Not known here: whether a seven-digit postcode exists, and where the town name ends in an address.  The
whole address is read, which is right wherever town names hold no digit, no single letter and no numeral
before 丁目, 番 and the like (all of Okinawa).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.texts import arrow_of, distinct
from kouki_print.post.problems import NO_BARCODE_00, NO_BARCODE_FORMAT, NO_BARCODE_MISSING

WORDS = 21  # postcode 7 + address number 13 + check 1
PLACES = 13
_SYMBOLS = "0123456789-abcdefgh"  # place = value in the check sum
_FILL = "d"  # CC4
_CONTROLS = {letter: f"CC{number}" for number, letter in enumerate("abcdefgh", start=1)}
_TRIPLES = re.findall("...", "FTTFFTFDADFAFADFTFDAFAFDADFTFFTFTDATDTAADTTDAATDTADTTFFFF")
_BARS = dict(zip(_SYMBOLS, _TRIPLES, strict=True))
_START, _STOP = "FD", "DF"

_BLANK, _NEWLINE = (pa.scalar(mark, pa.large_string()) for mark in "\u3000\n")

# Step 1 folds full-width digits and letters and small letters; step 2 deletes four signs and closes up.
# Hyphen look-alikes need no folding: as text they become the same hyphen in step 6.
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FULL_WIDTH = 0xFEE0  # distance from a half-width sign to its full-width form
_FOLD: dict[str, str] = {
    **{chr(ord(sign) + _FULL_WIDTH): sign for sign in "0123456789" + _CAPITALS},
    **{chr(ord(sign.lower()) + _FULL_WIDTH): sign for sign in _CAPITALS},
    **{sign.lower(): sign for sign in _CAPITALS},
    **dict.fromkeys("&＆/／・･.．", ""),
}
_KANJI_DIGITS = {numeral: str(value) for value, numeral in enumerate("〇一二三四五六七八九")}
_KANJI_UNITS = {"十": 10, "百": 100, "千": 1000}
_NUMERAL = re.compile(r"[〇一二三四五六七八九十百千]+(?=[丁番号線のノ]|地割)")
# Steps 4-7: everything that is not taken, with the hyphens around it, is one hyphen.
_NOT_TAKEN = re.compile(r"(?:[^0-9A-Z\n]+|[A-Z]{2,}|(?<=[0-9])F)+")
# End of 7 and step 8: no hyphen at either end nor beside a letter.
_LOOSE_HYPHEN = re.compile(r"^-|-$|-(?=[A-Z])|(?<=[A-Z])-", re.MULTILINE)
# Step 9: A-J = CC1 + 0…9, K-T = CC2 + 0…9, U-Z = CC3 + 0…5.
_LETTER_PLACES = {65 + place: "abc"[place // 10] + str(place % 10) for place in range(26)}


def _arabic(match: re.Match[str]) -> str:
    """Kanji numerals as digits: positional (二〇 = 20) or multiplicative (二十 = 20)."""
    numerals = match.group()
    if not any(unit in numerals for unit in _KANJI_UNITS):
        return "".join(_KANJI_DIGITS[numeral] for numeral in numerals)
    total, open_digits = 0, ""
    for numeral in numerals:
        if numeral in _KANJI_UNITS:
            total += int(open_digits or "1") * _KANJI_UNITS[numeral]
            open_digits = ""
        else:
            open_digits += _KANJI_DIGITS[numeral]
    return str(total + int(open_digits or "0"))


def address_numbers(addresses: Sequence[str]) -> list[str]:
    """住所表示番号 of each address as digits, hyphens and letters, not yet cut to 13 places."""
    if not addresses:
        return []
    text = "\n".join(addresses)
    if text.count("\n") != len(addresses) - 1:
        text = "\n".join(address.replace("\n", " ") for address in addresses)
    for sign, plain in _FOLD.items():  # most signs do not occur at all: quicker than translate()
        text = text.replace(sign, plain)
    text = _NUMERAL.sub(_arabic, text)
    text = _NOT_TAKEN.sub("-", text)
    return _LOOSE_HYPHEN.sub("", text).split("\n")


def _no_code_reason(postcode: str) -> str:
    if not postcode:
        return NO_BARCODE_MISSING
    if len(postcode) != 7 or not (postcode.isascii() and postcode.isdigit()):
        return NO_BARCODE_FORMAT
    return NO_BARCODE_00 if postcode.endswith("00") else ""


def encode(postcodes: Sequence[str], numbers: Sequence[str]) -> list[str]:
    """Code words between start and stop, joined by blanks, for valid postcodes and 住所表示番号.

    Cut after the 13th place without regard to what stands there, filled with CC4.  The check makes
    the sum of all 21 values a multiple of 19; a check of 0 is the digit 0.
    """
    if not postcodes:
        return []
    places = "\n".join(numbers).translate(_LETTER_PLACES).split("\n")
    filler = _FILL * PLACES
    data = "".join([code + (place + filler)[:PLACES] for code, place in zip(postcodes, places, strict=True)])
    symbols = np.frombuffer(data.encode("ascii"), dtype=np.uint8).reshape(len(postcodes), WORDS - 1)
    value_of = np.zeros(256, dtype=np.int64)
    alphabet = np.frombuffer(_SYMBOLS.encode("ascii"), dtype=np.uint8)
    value_of[alphabet] = np.arange(len(alphabet))
    check = alphabet[-value_of[symbols].sum(axis=1) % 19]
    lines = np.full((len(postcodes), 2 * WORDS), ord(" "), dtype=np.uint8)
    lines[:, 0 : 2 * WORDS - 2 : 2] = symbols
    lines[:, -2] = check
    lines[:, -1] = ord("\n")
    text = lines.tobytes().decode("ascii")
    for letter, word in _CONTROLS.items():
        text = text.replace(letter, word)
    return text[:-1].split("\n")


def customer_barcodes(
    postcodes: Any,
    addresses: Any,
    buildings: Any,
    *,
    office_codes: Collection[str] = (),
) -> tuple[list[str], list[str]]:
    """Code words (empty where none is printed) and the reason for none (empty where there is one).

    Arguments are text columns of one length (lists, Series or Arrow) and belong to the delivery address
    (送付先).  ``office_codes`` are the large-office postcodes (大口事業所個別番号) among them: their number
    part is empty.  Each distinct address is worked out once.
    """
    post = arrow_of(postcodes)
    whole = pc.binary_join_element_wise(arrow_of(addresses), arrow_of(buildings), _BLANK)
    keys, place = distinct(pc.binary_join_element_wise(post, whole, _NEWLINE))
    first = np.zeros(len(keys), dtype=np.int64)
    first[place[::-1]] = np.arange(len(place))[::-1]  # written last = seen first
    codes = post.take(pa.array(first)).to_pylist()
    wholes = whole.take(pa.array(first)).to_pylist()
    reasons = [_no_code_reason(code) for code in codes]
    drawn = [at for at, reason in enumerate(reasons) if not reason]
    offices = frozenset(office_codes)
    numbers = address_numbers(["" if codes[at] in offices else wholes[at] for at in drawn])
    words = [""] * len(codes)
    for at, line in zip(drawn, encode([codes[at] for at in drawn], numbers), strict=True):
        words[at] = line
    back = place.tolist()
    return [words[at] for at in back], [reasons[at] for at in back]


def bars_column(codewords: Sequence[str]) -> list[str]:
    """67 bar states (F long, A upper, D lower, T timing) of each line of code words; empty stays empty.

    ValueError for anything but 21 known words.
    """
    drawn = [line for line in codewords if line]
    text = "\n".join(drawn)
    for letter, word in _CONTROLS.items():
        text = text.replace(word, letter)
    symbols = text.replace(" ", "").replace("\n", "")
    if len(text) != len(drawn) * 2 * WORDS - bool(drawn) or not set(symbols) <= set(_SYMBOLS):
        raise ValueError("not 21 code words of the customer barcode")
    bar_of = np.zeros((256, 3), dtype=np.uint8)
    for symbol, states in _BARS.items():
        bar_of[ord(symbol)] = list(states.encode("ascii"))
    cells = np.frombuffer(symbols.encode("ascii"), dtype=np.uint8)
    body = bar_of[cells].tobytes().decode("ascii")
    width = 3 * WORDS
    ready = iter(_START + body[at : at + width] + _STOP for at in range(0, len(body), width))
    return [next(ready) if line else "" for line in codewords]


def bars(codewords: str) -> str:
    """67 bar states of one line of code words."""
    return bars_column([codewords])[0]


def read_bars(states: str) -> str:
    """Code words of 67 bar states read from left to right, as an independent reader would.

    ValueError when start, stop, a bar triple or the check sum (0 mod 19) is wrong.
    """
    if len(states) != 3 * WORDS + 4 or not (states.startswith(_START) and states.endswith(_STOP)):
        raise ValueError("start or stop bars are missing")
    symbol_of = {triple: symbol for symbol, triple in _BARS.items()}
    triples = [states[at : at + 3] for at in range(2, len(states) - 2, 3)]
    if any(triple not in symbol_of for triple in triples):
        raise ValueError("bars that are no code word")
    symbols = [symbol_of[triple] for triple in triples]
    if sum(map(_SYMBOLS.index, symbols)) % 19:
        raise ValueError("check sum is wrong")
    return " ".join(_CONTROLS.get(symbol, symbol) for symbol in symbols)
