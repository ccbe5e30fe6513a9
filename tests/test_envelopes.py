"""Envelopes: marks to their sizes, the window of the order, the contact that the municipality gave."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pikepdf
import pypdfium2 as pdfium
import pytest
from line_fixtures import Finished, finished
from small_job import JOB, person, write_job
from test_layout import text_rect

from kouki_print.base.errors import JobError
from kouki_print.job.envelopes import EnvelopeKind, envelope_kinds, load_envelope, write_envelopes
from kouki_print.job.forms import fresh_styles
from kouki_print.job.matter import MEDIA_MARGIN
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.page.items import MM
from kouki_print.page.layouts.file import load_layout
from kouki_print.page.type.fonts import Style
from kouki_print.page.words import renderer

MOVED = {
    "47213": {
        "問合せ先変更": "有り", "郵便番号": "9042292", "住所": "うるま市みどり町九丁目９番",
        "課名": "国民健康保険課（本庁のみ）", "電話番号": "098-000-1234",
    }
}  # fmt: skip
REGISTERED = EnvelopeKind("simple_registered", ("certificate",), 3)
PLAIN = EnvelopeKind("ordinary", ("notice",), 2)


def loaded_of(folder: Path, more: str = "", **survey: object) -> LoadedOrder:
    return load_order(write_job(folder, job=JOB + more, **survey))


def pages(path: Path) -> list[str]:
    """Text of each page, without line ends."""
    with pdfium.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
    return [text.replace("\r", "").replace("\n", "") for text in texts]


def drawn(
    folder: Path, loaded: LoadedOrder, styles: dict[str, Style], code: str, *kinds: EnvelopeKind
) -> list[str]:
    """Pages of a unit's envelope."""
    layout = load_envelope(loaded, folder, styles)
    assert layout is not None
    path = folder / f"{code}.pdf"
    write_envelopes(path, loaded, folder, fresh_styles(styles), layout, loaded.units[code], kinds)
    return pages(path)


def test_each_back_is_the_contact_that_counts(tmp_path: Path, styles: dict[str, Style]) -> None:
    """The table's contact, or the one of the questionnaire; each municipality its own and no other's."""
    loaded = loaded_of(tmp_path, changes=MOVED)
    for code in ("47201", "47213", "47381"):
        contact = loaded.sender(code)
        _, back = drawn(tmp_path, loaded, styles, code, REGISTERED)
        for part in (f"{contact.postcode[:3]}-{contact.postcode[3:]}", contact.address, contact.phone):
            assert part in back, (code, part)
        assert f"{contact.name}　{contact.section}" in back
        assert loaded.order.insurer.name in back
        assert not any(unit.contact.phone in back for key, unit in loaded.units.items() if key != code)
    assert loaded.sender("47213").phone == "098-000-1234"


def test_a_front_for_each_service(tmp_path: Path, styles: dict[str, Style]) -> None:
    front, _, plain, _ = drawn(tmp_path, loaded_of(tmp_path), styles, "47201", REGISTERED, PLAIN)
    assert all(words in front for words in ("料金後納郵便", "簡易書留", "郵便区内特別", "引受番号ラベル"))
    assert "資格確認書" in front and "3通" in front  # beside the trim, for who prints the envelopes
    assert "料金後納郵便" in plain and "引受番号" not in plain
    assert plain.count("簡易書留") == 0 and "資格情報のお知らせ" in plain
    assert "転送不要" not in front + plain  # it stands on the mount, in the window


@pytest.mark.parametrize(
    ("more", "kind", "words"),
    [
        ("", REGISTERED, "資格確認書 在中"),
        ("", replace(REGISTERED, documents=("certificate", "notice")), "大切なお知らせ 在中"),
        ("", replace(REGISTERED, documents=("disease_card",)), "大切なお知らせ 在中"),
        ('[words]\nenvelope_contents = "重要書類"\n', REGISTERED, "重要書類 在中"),
    ],
)
def test_the_front_says_what_may_be_said_outside(
    tmp_path: Path, styles: dict[str, Style], more: str, kind: EnvelopeKind, words: str
) -> None:
    """The name of the only document inside, but never one that tells an illness or an income."""
    more += '[documents]\ndisease_card = { name = "特定疾病療養受療証", layout = "disease_card" }\n'
    front, back = drawn(tmp_path, loaded_of(tmp_path, more), styles, "47201", kind)
    assert words in front and front.count("在中") == 1 and "在中" not in back
    assert "すぐに開けて" in front and front.count("特定疾病") == kind.documents.count("disease_card")


@pytest.mark.parametrize(("dieline", "drawn_die"), [("printed_dashes", True), ("none", False)])
def test_the_window_is_told_to_be_a_cut(
    tmp_path: Path, styles: dict[str, Style], dieline: str, drawn_die: bool
) -> None:
    loaded = loaded_of(tmp_path, f'[printing]\ndieline = "{dieline}"\n')
    front, back = drawn(tmp_path, loaded, styles, "47201", REGISTERED)
    assert ("破線は窓の抜き位置（印刷しない）" in front) == ("窓（抜き）" in front) == drawn_die
    assert "破線" not in back and "窓（抜き）" not in back


def test_the_window_may_have_a_plate_of_its_own(tmp_path: Path, styles: dict[str, Style]) -> None:
    """No black ink then says where the envelope is cut; the slug names the plate."""
    loaded = loaded_of(tmp_path, '[printing]\ndieline = "separation+ocg"\n')
    front, back = drawn(tmp_path, loaded, styles, "47201", REGISTERED)
    assert "版「Cutting」は窓の抜き位置（印刷しない）" in front and "窓（抜き）" not in front
    assert "Cutting" not in back
    (path,) = tmp_path.rglob("*.pdf")
    with pikepdf.open(path) as pdf:
        page = pdf.pages[0]
        assert page.Resources.ColorSpace["/CSCutting"][1] == "/Cutting"
        assert page.Resources.Properties["/OCCutting"].GTS_Metadata.GTS_ProcStepsType == "/Cutting"
        (content,) = (each.read_bytes() for each in page.Contents)
        assert re.search(rb"/OC /OCCutting BDC\n/CSCutting CS 1 SCN\n[^A-Z]* re S\n0 0 0 1 K\nEMC", content)


def test_all_words_of_the_back_keep_to_its_frame(tmp_path: Path, styles: dict[str, Style]) -> None:
    """As wide as the frame at most, and nothing smaller than people of 85 read."""
    loaded, layout = loaded_of(tmp_path), load_layout("envelope_naga3")
    render = renderer(loaded.order, loaded.sender("47381"))
    (frame,) = layout.back.box
    for item in layout.back.text:
        left, _, right, _ = text_rect(item, render(item), styles[item.font])
        assert item.size >= 10.5 and frame.x <= left and right <= frame.x + frame.width, item.text


def test_the_marks_are_as_the_order_says(tmp_path: Path, styles: dict[str, Style]) -> None:
    marks = '[marks]\noffice = "那覇中央郵便局"\nno_forward = true\nwithout_local_special = ["47381"]\n'
    marks += 'offices = { 47207 = "八重山郵便局" }\n'
    loaded = loaded_of(tmp_path, marks, changes={"47207": {"転送不要": "希望しない"}})
    naha, ishigaki, taketomi = (
        drawn(tmp_path, loaded, styles, code, REGISTERED)[0] for code in ("47201", "47207", "47381")
    )
    assert "那覇中央郵便局" in naha and "転送不要" in naha and "郵便区内特別" in naha
    assert "八重山郵便局" in ishigaki and "転送不要" not in ishigaki
    assert "郵便区内特別" not in taketomi


def test_the_postage_mark_has_its_legal_size_and_place() -> None:
    """Each side 2 to 3 cm, one line between office and words, all marks in the upper right 70 × 35 mm."""
    layout = load_layout("envelope_naga3")
    assert (layout.sheet.width, layout.sheet.height) == (235, 120)
    boxes = {item.when: item for item in layout.front.box}
    mark = boxes["postage_paid"]
    assert 20 <= mark.width <= 30 and 20 <= mark.height <= 30
    (line,) = (item for item in layout.front.line if item.when == "post_office")
    assert line.y1 == line.y2 == mark.y + mark.height / 2
    assert (line.x1, line.x2) == (mark.x, mark.x + mark.width)
    places = {(item.bind, item.when): item for item in layout.front.field}
    office, words = places["post_office", ""], places["postage_paid", "post_office"]
    assert office.y + office.depth < line.y1 < words.y
    alone = places["postage_paid", "not post_office"]
    middle = alone.y + alone.depth / 2
    assert middle == pytest.approx(mark.y + mark.height / 2, abs=0.6), "without an office no half is empty"
    for name in ("postage_paid", "service", "local_special"):
        assert boxes[name].x >= 235 - 70 and boxes[name].y + boxes[name].height <= 35


@pytest.mark.parametrize("name", ["box", "field", "text"])
def test_nothing_lies_on_the_window(tmp_path: Path, name: str) -> None:
    window = load_order(write_job(tmp_path)).order.envelope.window
    right, bottom = float(window.x + window.width), float(window.y + window.height)
    for item in getattr(load_layout("envelope_naga3").front, name):
        assert item.x > right or item.y > bottom


def test_the_window_is_drawn_where_the_order_has_it(tmp_path: Path, styles: dict[str, Style]) -> None:
    loaded = loaded_of(tmp_path, "[envelope]\nwindow = { x = 20, y = 30, width = 88, height = 46 }\n")
    drawn(tmp_path, loaded, styles, "47201", REGISTERED)
    with pdfium.PdfDocument(tmp_path / "47201.pdf") as document:
        found = [item.get_bounds() for item in document[0].get_objects(max_depth=2)]
        height = document[0].get_height() / MM
    left, top = MEDIA_MARGIN + 20, MEDIA_MARGIN + 30
    wanted = [mm * MM for mm in (left, height - top - 46, left + 88, height - top)]
    assert any(bounds == pytest.approx(wanted, abs=1) for bounds in found)


def test_who_does_not_mail_gets_the_marks_all_the_same(tmp_path: Path) -> None:
    loaded = loaded_of(tmp_path, changes={"47201": {"郵送": "しない", "受渡方法": "窓口で手渡し"}})
    plan = pd.DataFrame({"document": ["notice", "certificate", "notice"]})
    kinds = envelope_kinds(loaded, loaded.units["47201"], plan)
    assert kinds == [EnvelopeKind("simple_registered", ("certificate", "notice"), 3)]


def test_a_document_of_another_service_has_its_own_envelope(tmp_path: Path) -> None:
    loaded = loaded_of(
        tmp_path,
        '[[mail_of]]\nname = "お知らせ"\nunits = ["47201"]\ndocument = "notice"\nservice = "ordinary"\n',
    )
    plan = pd.DataFrame({"document": ["notice", "certificate", "notice"]})
    expected = [replace(REGISTERED, pieces=1), PLAIN]
    assert envelope_kinds(loaded, loaded.units["47201"], plan) == expected
    assert len(envelope_kinds(loaded, loaded.units["47207"], plan)) == 1


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (
            "[envelope]\nwidth_mm = 240\nheight_mm = 332\n",
            "封筒の様式（235×120mm）が、封筒の寸法（332×240mm）と違います。",
        ),
        (
            '[marks]\noffice = "' + "那覇" * 20 + '"\n',
            "那覇」が料金後納郵便の表示に入らないか、印刷できない文字があります。",
        ),
    ],
)
def test_what_cannot_be_printed_stops_before_anything_is(
    tmp_path: Path, styles: dict[str, Style], more: str, sentence: str
) -> None:
    with pytest.raises(JobError) as error:
        load_envelope(loaded_of(tmp_path, more), tmp_path, styles)
    assert sentence in error.value.what


def test_a_unit_that_there_is_not_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(JobError, match="「47999」がありません"):
        loaded_of(tmp_path, '[marks]\nwithout_local_special = ["47999"]\n')


def test_a_run_gives_each_unit_with_pieces_its_files(tmp_path: Path) -> None:
    write_job(tmp_path / "job", [person(1), person(2, linked="0")], JOB + '[marks]\nlayout = ""\n')
    without: Finished = finished(tmp_path / "job", tmp_path / "out")
    listed = {entry["path"]: entry for entry in without.manifest("47213")["files"]}
    assert "envelope.pdf" not in listed and listed["box_labels.pdf"]["kind"] == "labels"
    assert without.manifest("47201")["files"] == []
