"""Nothing that a vendor gets names anybody: every byte of every table, ticket, workbook and paper is searched."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from line_fixtures import Finished

pytest_plugins = ("line_fixtures",)
pytestmark = pytest.mark.xdist_group("shipped")
DIGITS = re.compile(
    r"(?<![0-9A-Za-z.])[0-9]{7,8}(?![0-9A-Za-z])"
)  # as a value by itself, not inside a digest
PAGES_OF_PEOPLE = ("print", "imposed")  # the sheets themselves, which the vendor must print


def texts(path: Path) -> Iterator[str]:
    """Everything that a file says: of a workbook its parts unpacked, of a PDF the words of its pages."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name).decode("utf-8") for name in book.namelist())
    elif path.suffix == ".pdf":
        with pdfium.PdfDocument(path) as document:
            yield from document.get_metadata_dict().values()
            for page in document:
                yield page.get_textpage().get_text_range()
                page.close()
    else:
        yield path.read_bytes().decode("utf-8")


def plain(text: str) -> str:
    """Without blanks and line ends, which a paper may put anywhere."""
    return re.sub(r"[\s\u3000]", "", text)


def vendor_files(root: Path) -> list[Path]:
    """Every file of the vendor's folder but the personal sheets."""
    return sorted(
        path
        for path in (root / "vendor").rglob("*")
        if path.is_file() and path.parent.name not in PAGES_OF_PEOPLE
    )


def test_no_vendor_file_holds_a_personal_value(shipped: Finished) -> None:
    people = shipped.people()
    words = {
        plain(person[key])
        for person in people
        for key in ("氏名", "氏名カナ", "方書", "送付先氏名", "様方", "送付先方書")
        if len(plain(person[key])) > 3
    }
    addresses = {plain(person[key]) for person in people for key in ("住所", "送付先住所") if person[key]}
    offices = "".join(plain(text) for text in texts(shipped.job / "municipalities.csv"))
    words |= {address for address in addresses if re.search("[0-9０-９]", address) and address not in offices}
    numbers = {person["被保険者番号"] for person in people} | {person["生年月日"] for person in people}
    assert len(words) > 3_000 and len(numbers) > 2_000
    # One pattern for all words is too slow; each text is asked for the pieces of three letters it has in common.
    starts: dict[str, list[str]] = {}
    for word in words:
        starts.setdefault(word[:3], []).append(word)
    files = vendor_files(shipped.out)
    kinds = {path.suffix for path in files}
    assert {".csv", ".json", ".xlsx", ".xjdf", ".pdf"} <= kinds, kinds
    for path in files:
        for text in texts(path):
            bare = plain(text)
            for at in range(len(bare) - 2):
                for word in starts.get(bare[at : at + 3], ()):
                    assert not bare.startswith(word, at), f"{path.name} holds somebody's name or address"
            found = numbers & set(DIGITS.findall(text))
            assert not found, f"{path.name} holds somebody's number or birth date"


def test_no_vendor_file_holds_a_birth_date_in_words(shipped: Finished) -> None:
    """No date of a vendor's file lies before the first year in which nobody insured was born."""
    for path in vendor_files(shipped.out):
        for text in texts(path):
            assert not re.search(r"(明治|大正|昭和)[0-9元０-９]", plain(text)), path.name


def test_the_search_finds_what_it_looks_for(shipped: Finished) -> None:
    """The same words stand in the unit's own lists: the search above is not blind."""
    code = shipped.towns()[0].name
    index = next((shipped.out / "municipalities" / code).glob("index.csv"))
    (text,) = texts(index)
    assert any(plain(person["氏名"]) in plain(text) for person in shipped.people())
