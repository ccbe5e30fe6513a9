"""Blank documents: all that stands on everybody's, nothing of anybody, and no code."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
import zxingcpp
from line_fixtures import Finished, finished, table
from small_job import JOB, person, write_job
from test_looks import seal

from kouki_print.job.forms import fresh_styles, load_form
from kouki_print.job.units.blanks import blank_layout, blank_layouts, write_blank
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.page.items import Text
from kouki_print.page.layout import Layout
from kouki_print.page.type.fonts import Style
from kouki_print.verify.preflight.check import preflight

pytest_plugins = ("line_fixtures",)
NOTICES = {
    "municipality_code": "47201", "insurer_number": "39472014", "postcode": "900-0021",
    "address": "那覇市泉崎１丁目", "birth_date": "3200101",
}  # fmt: skip


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Certificates in one municipality, notices only in another; no blanks of these."""
    folder = tmp_path_factory.mktemp("stocked")
    people = [person(1, no_forward="1", limit_shown="1", category="区分Ⅱ"), *(person(at) for at in (2, 3))]
    write_job(folder / "job", [*people, person(4, **NOTICES)], JOB + "[blank_stock]\nleast = 12\n")
    return finished(folder / "job", folder / "out")


def texts(path: Path) -> list[str]:
    """All text of each page, without blanks."""
    with pdfium.PdfDocument(path) as document:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def trimmed(path: Path) -> list[str]:
    """Text of each page within the trim."""
    with pdfium.PdfDocument(path) as document:
        return [
            "".join(page.get_textpage().get_text_bounded(*page.get_trimbox()).split()) for page in document
        ]


def codes(path: Path) -> list[str]:
    """What a reader finds on all pages."""
    with pdfium.PdfDocument(path) as document:
        images = [page.render(scale=200 / 72, grayscale=True).to_numpy() for page in document]
    return [found.text for image in images for found in zxingcpp.read_barcodes(np.ascontiguousarray(image))]


def drawn(
    folder: Path,
    loaded: LoadedOrder,
    styles: dict[str, Style],
    document: str,
    layout: Layout | None = None,
    unit: str = "47213",
) -> Path:
    """The blank of a document as a unit's worker writes it."""
    chosen = layout or load_form(loaded.order.documents[document].layout, loaded.order, folder)
    path = folder / f"blank_{document}.pdf"
    plain = blank_layout(loaded.order, chosen)
    write_blank(path, loaded, folder, fresh_styles(styles), plain, loaded.units[unit], "ブランク証 12枚")
    return path


def test_who_has_the_document_gets_blanks_of_it(stocked: Finished) -> None:
    assert not (stocked.out / "vendor" / "47201" / "blank_certificate.pdf").exists(), "notices only"
    path = stocked.out / "vendor" / "47213" / "blank_certificate.pdf"
    (listed,) = (each for each in stocked.manifest("47213")["files"] if each["path"] == path.name)
    assert listed["kind"] == "print" and listed["pages"] == len(texts(path)) == 2
    note = table(stocked.out / "municipalities" / "47213" / "delivery_note.csv")
    assert [line["quantity"] for line in note if line["kind"] == "blank"] == ["12"]
    assert not list((stocked.out / "municipalities").rglob("blank_*")), "they come in a box"


def test_everybodys_words_are_on_it_and_nobodys(stocked: Finished) -> None:
    path = stocked.out / "vendor" / "47213" / "blank_certificate.pdf"
    front, back = texts(path)
    for words in ("被保険者番号", "有効期限", "39472139", "うるま市", "098-", "印"):
        assert words in front
    assert "住所（ご自身で記入してください）" in back
    for each in stocked.people():
        for secret in (each["被保険者番号"], each["氏名"].replace("　", ""), each["住所"], each["生年月日"]):
            assert secret not in front + back
    for words in ("見本", "転送不要", "昭和", "一般Ⅰ", "区分Ⅱ", "令和9年7月31日", "OKR08-"):
        assert words not in front + back
    assert codes(path) == []


def test_how_many_to_print_stands_outside_the_trim(stocked: Finished) -> None:
    path = stocked.out / "vendor" / "47213" / "blank_certificate.pdf"
    for side, whole, inside in zip("表裏", texts(path), trimmed(path), strict=True):
        slug = f"OKR0847213うるま市ブランク証資格確認書12枚を印刷個人の印字・照合コードなし{side}"
        assert slug in whole and "ブランク" not in inside


@pytest.mark.parametrize(
    ("preset", "documents"),
    [
        ("r05", ("insurance_card", "reduction_card", "limit_card", "disease_card")),
        ("r08", ("certificate", "notice")),
        ("kokuho", ("certificate", "notice")),
    ],
)
def test_every_document_can_be_blank(
    tmp_path: Path, styles: dict[str, Style], preset: str, documents: tuple[str, ...]
) -> None:
    more = '[printing]\nstandard = "x1a"\n' if preset == "r05" else ""
    more += '[documents]\ndisease_card = { name = "受療証", layout = "disease_card" }\n'
    loaded = load_order(write_job(tmp_path, job=JOB.replace('"r08"', f'"{preset}"') + more))
    for document in documents:
        path = drawn(tmp_path, loaded, styles, document)
        checked = preflight(path)
        assert checked.house and checked.stated and not checked.findings, checked.findings
        assert "様" not in trimmed(path)[0].replace("皆様", ""), "no place where somebody's name would be"


def test_what_the_order_shows_to_all_has_its_place(tmp_path: Path, styles: dict[str, Style]) -> None:
    """The label of the sex where cards show it; a line for the address only where it is not printed."""
    card = '[documents]\ncertificate = { layout = "certificate_card" }\n'
    for more, sex, by_hand in (
        (card, False, True),
        (card + "[card]\nshow_sex = true\nshow_address = true\n", True, False),
    ):
        loaded = load_order(write_job(tmp_path / str(sex), job=JOB + more))
        said = "".join(texts(drawn(tmp_path / str(sex), loaded, styles, "certificate")))
        assert ("性別" in said) == sex
        assert ("住所は、ご自身で記入してください" in said) == by_hand


def test_a_seal_is_on_it_as_on_the_real_one(tmp_path: Path, styles: dict[str, Style]) -> None:
    job = write_job(tmp_path)
    asset = f'[asset.seal]\nfile = "seal.png"\nsha256 = "{seal(job / "seal.png")}"\n'
    with pdfium.PdfDocument(
        drawn(job, load_order(write_job(job, job=JOB + asset)), styles, "certificate")
    ) as document:
        kinds = [item.type for item in document[0].get_objects(max_depth=3)]
    assert pdfium.raw.FPDF_PAGEOBJ_IMAGE in kinds


def test_words_that_run_down_are_drawn(tmp_path: Path, styles: dict[str, Style]) -> None:
    loaded = load_order(write_job(tmp_path))
    layout = load_form("certificate_mount", loaded.order, tmp_path)
    down = Text(x=12, y=120, size=10, text="（再交付）", vertical=True)
    front = layout.front.model_copy(update={"text": [*layout.front.text, down]})
    path = drawn(tmp_path, loaded, styles, "certificate", layout.model_copy(update={"front": front}))
    assert "再交付" in texts(path)[0]
    assert not preflight(path).findings


def test_the_same_order_gives_the_same_bytes(tmp_path: Path, styles: dict[str, Style]) -> None:
    loaded = load_order(write_job(tmp_path))
    first = drawn(tmp_path, loaded, styles, "certificate").read_bytes()
    assert drawn(tmp_path, loaded, styles, "certificate").read_bytes() == first
    assert drawn(tmp_path, loaded, styles, "certificate", unit="47201").read_bytes() != first


def test_without_blank_stock_there_is_none(tmp_path: Path) -> None:
    order = load_order(write_job(tmp_path, job=JOB + "[blank_stock]\ndocuments = []\n")).order
    assert blank_layouts(order, tmp_path) == {}
