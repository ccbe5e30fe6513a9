"""The customer barcode: published examples, and generated addresses against a step-by-step reference."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kouki_print.post.barcode import (
    address_numbers,
    bars,
    bars_column,
    customer_barcodes,
    encode,
    read_bars,
)
from kouki_print.post.problems import NO_BARCODE_00, NO_BARCODE_FORMAT, NO_BARCODE_MISSING

EXAMPLES = list(
    csv.DictReader((Path(__file__).parent / "data" / "customer_barcode_examples.csv").open(encoding="utf-8"))
)
VALUES = {**{str(digit): digit for digit in range(10)}, "-": 10, **{f"CC{n}": 10 + n for n in range(1, 9)}}


@pytest.mark.parametrize("example", EXAMPLES, ids=[row["id"] for row in EXAMPLES])
def test_published_examples(example: dict[str, str]) -> None:
    postcode, address = example["postcode"], example["address"]
    expected = example["expected_codewords"].removeprefix("STC ").removesuffix(" SPC")
    if address.startswith("[住所表示番号] "):
        assert encode([postcode], [address.removeprefix("[住所表示番号] ")]) == [expected]
        return
    offices = [postcode] if address.startswith("[大口") else []
    assert customer_barcodes([postcode], [address], [""], office_codes=offices) == ([expected], [""])


# --- the steps one at a time, over single characters, as written in the manual ---


def _letter(char: str) -> bool:
    return "A" <= char <= "Z" and len(char) == 1


def _digit(char: str) -> bool:
    return "0" <= char <= "9" and len(char) == 1


def _step_1(text: str) -> str:
    out = ""
    for char in text:
        if "０" <= char <= "９" or "Ａ" <= char <= "Ｚ" or "ａ" <= char <= "ｚ":
            char = chr(ord(char) - 0xFEE0)
        if char in "－−‐‑–—―":
            char = "-"
        out += chr(ord(char) - 32) if "a" <= char <= "z" else char
    folded = ""
    for at, char in enumerate(out):
        around = out[at - 1 : at] + out[at + 1 : at + 2] if at else ""
        between = len(around) == 2 and all(_letter(one) or _digit(one) for one in around)
        folded += "-" if char == "ー" and between else char
    return folded


def _number(numerals: str) -> str:
    if not set(numerals) & set("十百千"):
        return "".join(str("〇一二三四五六七八九".index(one)) for one in numerals)
    total, digits = 0, ""
    for one in numerals:
        if one in "十百千":
            total += int(digits or 1) * {"十": 10, "百": 100, "千": 1000}[one]
            digits = ""
        else:
            digits += str("〇一二三四五六七八九".index(one))
    return str(total + int(digits or 0))


def _step_3(text: str) -> str:
    out, at = "", 0
    while at < len(text):
        end = at
        while end < len(text) and text[end] in "〇一二三四五六七八九十百千":
            end += 1
        suffixes = ("丁目", "丁", "番地", "番", "号", "地割", "線", "の", "ノ")
        if end > at:
            out += _number(text[at:end]) if text[end:].startswith(suffixes) else text[at:end]
            at = end
        else:
            out += text[at]
            at += 1
    return out


def _taken(text: str, at: int) -> bool:
    char = text[at]
    if _digit(char) or char == "-":
        return True
    if not _letter(char):
        return False
    if (at and _letter(text[at - 1])) or (at + 1 < len(text) and _letter(text[at + 1])):
        return False
    return not (char == "F" and at and _digit(text[at - 1]))


def reference_number(address: str) -> str:
    text = _step_1(address)
    text = "".join(char for char in text if char not in "&＆/／・･.．")
    text = _step_3(text)
    pieces: list[str] = []
    skipped = False
    for at, char in enumerate(text):
        if _taken(text, at):
            pieces += ["-", char] if skipped else [char]
            skipped = False
        else:
            skipped = True
    merged = re.sub("-+", "-", "".join(pieces)).strip("-")
    out = ""
    for at, char in enumerate(merged):
        beside = merged[at - 1 : at] + merged[at + 1 : at + 2]
        if not (char == "-" and any(_letter(one) for one in beside)):
            out += char
    return out


def reference_words(postcode: str, number: str) -> str:
    places: list[str] = []
    for char in number:
        if _letter(char):
            place = ord(char) - 65
            places += [f"CC{place // 10 + 1}", str(place % 10)]
        else:
            places.append(char)
    words = [*postcode, *(places + ["CC4"] * 13)[:13]]
    check = -sum(VALUES[word] for word in words) % 19
    return " ".join([*words, next(word for word, value in VALUES.items() if value == check)])


PARTS = st.sampled_from(
    [
        *(
            "那覇市泉崎",
            "字登川",
            "三丁目",
            "二〇番",
            "二十一地割",
            "百五号",
            "七線",
            "三の",
            "六条",
            "千代田",
            "一ノ",
        ),
        *("１２", "3", "480", "0", "十", "〇", "丁", "丁目", "番地", "号室", "－", "-", "−", "ー", "―", "‐"),
        *(
            "A",
            "B棟",
            "Ｃ",
            "d",
            "ＡＢ",
            "F",
            "1F",
            "２ｆ",
            "F1",
            "&",
            "＆",
            "・",
            "／",
            "/",
            ".",
            "．",
            " ",
            "　",
        ),
        *("アパート", "ﾊｲﾂ", "Ⅰ", "①", "é", "コーポ", "髙", "2-B", "\n", "地", "ノ"),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(PARTS, max_size=12).map("".join), min_size=1, max_size=6))
def test_address_numbers_follow_every_step(addresses: list[str]) -> None:
    assert address_numbers(addresses) == [reference_number(one.replace("\n", " ")) for one in addresses]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_without_error(address: str) -> None:
    assert address_numbers([address]) == [reference_number(address.replace("\n", " "))]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(st.from_regex(r"[0-9]{7}", fullmatch=True), st.lists(PARTS, max_size=8).map("".join)),
        min_size=1,
        max_size=5,
    )
)
def test_code_words_bars_and_check_sum(rows: list[tuple[str, str]]) -> None:
    postcodes, addresses = [row[0] for row in rows], [row[1] for row in rows]
    words, reasons = customer_barcodes(postcodes, addresses, [""] * len(rows))
    for postcode, address, line, reason in zip(postcodes, addresses, words, reasons, strict=True):
        if postcode.endswith("00"):
            assert (line, reason) == ("", NO_BARCODE_00)
            continue
        assert line == reference_words(postcode, reference_number(address.replace("\n", " ")))
        assert sum(VALUES[word] for word in line.split(" ")) % 19 == 0
        states = bars(line)
        assert len(states) == 67
        assert set(states) <= set("FADT")
        assert read_bars(states) == line
    assert bars_column(words) == [bars(line) for line in words]


def test_building_never_runs_into_the_house_number() -> None:
    words, _ = customer_barcodes(["9000021"] * 2, ["泉崎1-2", "泉崎1-2"], ["101号", ""])
    assert words[0].startswith("9 0 0 0 0 2 1 1 - 2 - 1 0 1 CC4")
    assert words[1].startswith("9 0 0 0 0 2 1 1 - 2 CC4")


def test_cut_after_13_places_keeps_what_stands_there() -> None:
    hyphen, half_letter = encode(["9000021"] * 2, ["123456789012-4", "123456789012Z"])
    assert hyphen.split(" ")[7:20] == [*"123456789012", "-"]
    assert half_letter.split(" ")[7:20] == [*"123456789012", "CC3"]


@pytest.mark.parametrize(
    ("postcode", "reason"),
    [
        ("9000000", NO_BARCODE_00),
        ("9040100", NO_BARCODE_00),
        ("", NO_BARCODE_MISSING),
        ("900002", NO_BARCODE_FORMAT),
        ("900-0021", NO_BARCODE_FORMAT),
        ("９０００２１１", NO_BARCODE_FORMAT),
        ("9000021", ""),
    ],
)
def test_reasons_for_none(postcode: str, reason: str) -> None:
    words, reasons = customer_barcodes([postcode], ["泉崎1-2-3"], [""])
    assert reasons == [reason]
    assert (words == [""]) == bool(reason)
    assert bars_column(words) == [bars(words[0])]


def test_no_addresses_no_codes() -> None:
    assert customer_barcodes([], [], []) == ([], [])
    assert bars_column([]) == []


def test_a_reader_notices_every_wrong_bar() -> None:
    line = customer_barcodes(["9000021"], ["泉崎1-2-3"], [""])[0][0]
    states = bars(line)
    with pytest.raises(ValueError, match="start or stop"):
        read_bars(states[::-1].translate(str.maketrans("AD", "DA")))  # upside down
    for at in range(2, 65):
        wrong = states[:at] + ("F" if states[at] != "F" else "A") + states[at + 1 :]
        with pytest.raises(ValueError, match=r"code word|check sum"):
            read_bars(wrong)
    for broken in (line[:-2], line.replace("CC4", "CC9"), "1 2 3"):
        with pytest.raises(ValueError, match="21 code words"):
            bars(broken)
