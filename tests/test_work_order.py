"""作業指示書: what a person at the press reads of a unit, and that nothing of it is cut."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from line_fixtures import Finished, cli
from machine_kit import RIGHT_UP
from made_lot import Made
from work_kit import CERTIFICATE, NOTICE, PRESS, UNIT, job, lot, printed, unit

from kouki_print.base.errors import JobError
from kouki_print.handover.report_pdf import register_fonts
from kouki_print.handover.work_facts import Box, MachineFacts, Press, SetFacts, Slot, by_mm, mm
from kouki_print.handover.work_order import work_order
from kouki_print.handover.work_order_drawings import FoldDrawing, PressDrawing
from kouki_print.job.kit import PrintKit, press_marks
from kouki_print.job.ticket.facts import QUESTIONS, job_facts, piling, press_of
from kouki_print.job.ticket.machine import machine_facts
from kouki_print.page.items import Fold, Perforation, Sheet, Side
from kouki_print.page.layout import Layout
from kouki_print.page.machines import load_machine
from kouki_print.sheet.grid import Imposition

pytest_plugins = ("line_fixtures",)
A4 = Sheet(width=210, height=297)
DIGEST = "0123456789abcdef" * 4


def text_of(data: bytes) -> str:
    """All text of a PDF without its blanks."""
    with pdfium.PdfDocument(data) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return re.sub(r"\s", "", "".join(pages))


class Recorder:
    """A canvas that only notes what is drawn, in the points of the page."""

    def __init__(self) -> None:
        self.boxes: list[tuple[float, ...]] = []
        self.lines: list[tuple[float, ...]] = []
        self.words: list[str] = []

    def rect(self, *box: float, **_: Any) -> None:
        self.boxes.append(tuple(round(each, 3) for each in box))

    def line(self, *ends: float) -> None:
        self.lines.append(tuple(round(each, 3) for each in ends))

    def drawCentredString(self, _x: float, _y: float, words: str) -> None:
        self.words.append(words)

    def __getattr__(self, _: str) -> Any:
        return lambda *_args, **_options: None


def drawn(flowable: Any) -> Recorder:
    """What a drawing draws."""
    register_fonts()
    flowable.canv = Recorder()
    flowable.draw()
    return flowable.canv


def test_it_tells_quantities_files_and_contents() -> None:
    data, pages = work_order(job(), unit(), DIGEST)
    text = text_of(data)
    assert pages == 2
    for words in (
        "作業指示書那覇市", "納入日令和8年7月6日", "差出日（市町村が差し出す日） 令和8年7月13日", "注文番号OKR08",
        "市町村コード47201", "作業の順2／41", "納入先那覇市役所国保課〒900-8585那覇市泉崎1丁目1番1号電話098-867-0111",
        "搬入は9時から15時", "箱 3箱、予備の箱 1箱、パレット 1台（1台に 24箱まで）、束 6束",
        "資格確認書（ブランク） 12枚、封筒 長形3号 12枚",
        "箱 box_labels.pdf（4ページ）、束の仕切りカード dividers.pdf（3ページ）", "42通、書類42枚、印刷用紙22枚",
        "簡易書留40通、窓口交付2通", "転送不要40通、転送可2通", "封緘する／市町村に納める（差出しは市町村）",
        "1資格確認書→3切替チラシ［供給機1］→6制度リーフレット", "X1健康診査のご案内",
        "OKR08-47201-L01-0000001-0000025.pdf", "50ページSHA-2561a1a1a1a1a1a", "26ページSHA-2561b1b1b1b1b1b",
        "0000026〜0000042", "ticket.xjdfのSHA-256は0123456789ab", "81.4g/m²", "印刷用紙483×329mm仕上がり210×297mm",
        "墨（K）:文字とコード", "PDF/X-4", "A3ノビ2面付け（a3_2up）", "角トンボ、用紙情報",
        "左から41・上から103に128×91mmの四角", "左から0・上から198に横210mmの線", "上から100mm、上から198mm",
        "QRコード", "表左から187・上から8（12.7×12.7mm）", "図1印刷用紙", "図2折りと窓", "規格は何か",
    ):  # fmt: skip
        assert re.sub(r"\s", "", words) in text, words


def test_the_alert_stands_first() -> None:
    loud = text_of(work_order(job(), unit(), DIGEST)[0])
    assert 0 < loud.index("【注意】出力インテントは試験用です。") < loud.index("数量・封入")
    quiet = unit(documents=(CERTIFICATE,), sets=UNIT.sets[:1])
    assert "【注意】" not in text_of(work_order(job(warnings=()), quiet, DIGEST)[0])


def test_documents_that_differ_in_paper_or_finishing_are_told() -> None:
    alike = replace(NOTICE, perforations=CERTIFICATE.perforations)
    for words, own in {
        "ミシン目": [NOTICE, replace(NOTICE, perforations=CERTIFICATE.perforations[:1])],
        "用紙": [replace(alike, gsm="64")],
        "折り": [replace(alike, folds_y=(100, 200)), replace(alike, folds_x=(105,))],
    }.items():
        for other in own:
            (told,) = unit(documents=(CERTIFICATE, other)).warnings
            assert told.startswith(words)
    assert unit(documents=(CERTIFICATE, alike)).warnings == ()
    assert unit(documents=(CERTIFICATE,)).warnings == ()


def test_what_is_not_done_is_said_so() -> None:
    town = unit(sealed=False, mailed=False, supplies=(), supply_boxes=0, day=None, mail=(("郵送なし", 42),))
    told = text_of(work_order(job(questions=()), town, DIGEST)[0])
    assert "封緘しない（封をせずに納める）／市町村に納める（郵送なし。市町村の窓口で渡す）" in told
    assert "予備の箱の中身なし" in told and "納入日年月日" in told
    for words in ("未回答の確認事項", "差出", "転送", "令和8年7月13日"):
        assert words not in told, words


def test_the_vendor_posts_nothing() -> None:
    """Whoever gets the boxes posts, or hands the pieces out: the words are those of municipality and employer."""
    for by_group, changes, words in (
        (False, {"mailed": True}, "市町村に納める（差出しは市町村）"),
        (False, {"mailed": False}, "市町村に納める（郵送なし。市町村の窓口で渡す）"),
        (
            False,
            {"mailed": False, "handover_way": "民生委員が配付"},
            "市町村に納める（郵送なし。民生委員が配付）",
        ),
        (True, {"mailed": True, "handover_way": "直接"}, "保険者に納める（差出しは保険者）"),
        (True, {"mailed": False, "handover_way": "一括"}, "団体に納める（郵送なし。団体が本人に渡す）"),
    ):
        told = text_of(work_order(job(by_group=by_group), unit(**changes), DIGEST)[0])
        assert f"封緘する／{words}" in told
        assert ("差出日" in told) == changes["mailed"] and "発送日" not in told
        assert ("団体コード" in told) == by_group


def test_the_vendor_is_shown_no_settings_of_the_order(made: Made) -> None:
    """Where an answer is written in job.toml is for the insurer; the vendor sees the question."""
    told = text_of(work_order(job_facts(made.prepared, made.kit), unit(), DIGEST)[0])
    assert "未回答の確認事項" in told
    for words in ("[printing]", "lot_mb", "job.toml", "[[enclosure]]", "proven"):
        assert words not in told, words


def test_same_facts_same_bytes_all_fonts_embedded() -> None:
    data, _ = work_order(job(), unit(), DIGEST)
    assert data == work_order(job(), unit(), DIGEST)[0]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts and all("/FontFile2" in font.FontDescriptor for font in fonts)


def test_long_words_are_never_cut() -> None:
    long = "限度額適用・標準負担額減額認定証"
    documents = tuple(
        replace(CERTIFICATE, key=f"d{at}", name=f"{long}{at}", folds_y=(100 + at % 2, 198)) for at in range(5)
    )
    items = tuple(
        printed(f"X{at}", "後期高齢者医療制度のごあんない（点字版・拡大文字版）") for at in range(9)
    )
    sets = tuple(SetFacts(f"S{at}", f"d{at}", each.name, 9, 9, items) for at, each in enumerate(documents))
    town = unit(
        name="沖縄県後期高齢者医療広域連合健康保険組合連合会", documents=documents, sets=sets,
        lots=tuple(lot(at, 5000 * at - 4999, 5000 * at) for at in range(1, 10)),
    )  # fmt: skip
    press = replace(PRESS, front=tuple(Slot(Box(10 + 80 * x, 16, 74, 297), 0, f"山{x} 表") for x in range(6)))
    text = text_of(work_order(job(press=press, documents=documents), town, DIGEST)[0])
    assert "…" not in text
    for words in (*(each.name for each in documents), items[0].name, town.name, "45,000"):
        assert words in text


def test_the_press_sheet_is_drawn_to_scale_from_both_sides() -> None:
    drawing = PressDrawing(PRESS)
    seen = drawn(drawing)
    scale = drawing.scale
    sheets = [box for box in seen.boxes if box[2] == round(483 * scale, 3)]
    paper = [box for box in sheets if box[3] == round(329 * scale, 3)]
    grippers = [box for box in sheets if box[3] == round(10 * scale, 3)]
    trims = [box for box in seen.boxes if box[2:] == (round(210 * scale, 3), round(297 * scale, 3))]
    assert (len(paper), len(grippers), len(trims)) == (2, 2, 4)
    for (left, bottom, *_), gripper in zip(paper, grippers, strict=True):
        assert gripper[:2] == (left, bottom)  # the lower edge
    left, bottom, _, height = paper[0]
    for trim, slot in zip(trims[:2], PRESS.front, strict=True):
        assert trim[0] == pytest.approx(left + slot.box.x * scale, abs=0.01)
        assert trim[1] + trim[3] == pytest.approx(bottom + height - slot.box.y * scale, abs=0.01)
    assert [words for words in seen.words if words.startswith("山")] == [
        "山A 表", "山B 表", "山A 裏", "山B 裏",
    ]  # fmt: skip
    for words in ("483", "329", "28.5", "210", "297", "16", "6"):
        assert words in seen.words, words


def test_folds_perforations_and_window_are_where_the_layout_has_them() -> None:
    machine = MachineFacts(("封入機",), Box(3, 203, 13, 77), (Box(5, 207, 9, 0.5), Box(5, 211, 9, 0.5)))
    drawing = FoldDrawing([(CERTIFICATE, "資格確認書")], (210, 297), machine, job().envelope)
    seen = drawn(drawing)
    scale = drawing.scale
    left, bottom, width, height = seen.boxes[0]
    assert (width, height) == (round(210 * scale, 3), round(297 * scale, 3))
    for y in (100, 198):
        fold = round(bottom + height - y * scale, 2)
        assert any(line[1] == line[3] and abs(line[1] - fold) < 0.02 for line in seen.lines)
    torn = (left + 41 * scale, bottom + height - (103 + 91) * scale, 128 * scale, 91 * scale)
    assert any(box == pytest.approx(torn, abs=0.01) for box in seen.boxes)
    for place in (machine.strip, *machine.marks):
        assert place is not None
        x, y = left + place.x * scale, bottom + height - (place.y + place.height) * scale
        wanted = (x, y, place.width * scale, place.height * scale)
        assert any(box == pytest.approx(wanted, abs=0.01) for box in seen.boxes)
    area = {box: box[2] / box[3] for box in seen.boxes if box[3]}
    outer = next(box for box, shape in area.items() if shape == pytest.approx(235 / 120, abs=0.001))
    window = outer[2] * 90 / 235, outer[3] * 45 / 120
    assert any(box[2:] == pytest.approx(window, abs=0.01) for box in seen.boxes)
    assert {"100", "98", "99", "210", "235", "120", "128×91", "窓 90×45mm", "折った用紙"} <= set(seen.words)


FLAT = Layout(title="A4", sheet=Sheet(width=210, height=297), front=Side())
TORN = FLAT.model_copy(update={"perforation": [Perforation(x=0, y=200, width=210, height=0)]})
TWICE = FLAT.model_copy(update={"perforation": [*TORN.perforation, Perforation(x=9, y=0, width=0, height=9)]})
WIDE: dict[str, Any] = {"title": "試験", "width": 483, "height": 329, "columns": 2}


def with_press(made: Made, press: Imposition, layouts: dict[str, Layout]) -> PrintKit:
    """The kit of a job with another imposition and other layouts."""
    marks = press_marks(press, layouts, made.kit.look)
    return replace(made.kit, imposition=press, layouts=layouts, marks=marks)


def pressed(made: Made, imposition: Imposition, *layouts: Layout) -> Press:
    """The press sheet of a job with these layouts."""
    named = {f"d{at}": layout for at, layout in enumerate(layouts)}
    return press_of(with_press(made, imposition, named))


@pytest.mark.parametrize(
    ("layouts", "told"),
    [
        ([TORN], ["ミシン目トンボ"]),
        ([TORN, TORN], ["ミシン目トンボ"]),
        ([TORN, TWICE], ["ミシン目トンボ（すべての書類に共通の位置だけ）"]),
        ([TORN, FLAT], ["ミシン目トンボは書類ごとに位置が違うので入れない"]),
        ([FLAT, FLAT], []),
    ],
    ids=["one document", "two alike", "one more", "none in common", "none at all"],
)
def test_marks_are_those_on_the_sheet(made: Made, layouts: list[Layout], told: list[str]) -> None:
    press = Imposition(**WIDE, marks=["fold", "perforation"])
    assert list(pressed(made, press, *layouts).marks) == told


def test_a_mark_without_room_is_told(made: Made) -> None:
    tight = Imposition(title="試験", width=426, height=297, columns=2, marks=["registration", "perforation"])
    assert list(pressed(made, tight, TORN).marks) == [
        "見当トンボは余白がないので入れない", "ミシン目トンボは余白がないので入れない",
    ]  # fmt: skip


def test_the_sheet_line_is_drawn_where_it_is_printed(made: Made) -> None:
    """A fold of one document only has no ticks, so the words stay where the ticks would have been."""
    roll = Imposition(
        title="試験", scheme="lanes", width=460, height=303, columns=2, marks=["fold", "sheet_line"]
    )
    bent = FLAT.model_copy(update={"fold": [Fold(y=50)]})
    kit = with_press(made, roll, {"a": bent, "b": FLAT})
    for side, box in enumerate(press_of(kit).sheet_lines):
        label = kit.marks[side].line
        assert label is not None and box is not None
        assert (box.x, box.y, box.height) == (label.place.x, label.place.y, label.width)


def followed(notes: str, table: list[list[list[int]]]) -> list[int]:
    """Pages from top to bottom of a pile that is cut and laid together by nothing but the words."""
    sheets = table[::-1] if "降順" in notes else table
    cut = re.search(r"1回に断裁するのは ([\d,]+)枚まで", notes)
    at_once = int(cut[1].replace(",", "")) if cut else max(len(sheets), 1)
    turned = re.findall("[A-Z]", found[1]) if (found := re.search("([山A-Z、]+) は裏が上", notes)) else []
    read = []
    for start in range(0, len(sheets), at_once):
        stack = sheets[start : start + at_once]
        piles = {
            chr(ord("A") + slot): [(sheet[0][slot], sheet[1][slot]) for sheet in stack]
            for slot in range(len(stack[0][0]))
        }
        for name in turned:
            piles[name] = [(back, front) for front, back in reversed(piles[name])]
        if order := re.search("断裁したら ([面A-Z、]+) の山の上から1枚ずつ、この順に", notes):
            taken = zip(*(piles[name] for name in re.findall("[A-Z]", order[1])), strict=True)
            read += [leaf for leaves in taken for leaf in leaves]
        elif order := re.search("たら ([山列A-Z]+ の下に [山列A-Z、]+) を(?:この順に)?重ねる", notes):
            read += [leaf for name in re.findall("[A-Z]", order[1]) for leaf in piles[name]]
        else:
            read += piles["A"]
    return [page for leaf in read for page in leaf if page]


@pytest.mark.parametrize(
    "scheme", ["one_up", "in_order", "cut_and_stack", "lanes", "work_and_turn", "work_and_tumble"]
)
@pytest.mark.parametrize("descending", [False, True], ids=["rising", "falling"])
@pytest.mark.parametrize("depth", [0, 2])
def test_who_follows_the_words_holds_all_in_order(scheme: str, descending: bool, depth: int) -> None:
    columns, rows = {"one_up": (1, 1), "lanes": (3, 1)}.get(scheme, (2, 2))
    press = Imposition(
        title="試験", scheme=scheme, width=900, height=900, columns=columns, rows=rows, descending=descending,
        stack_depth=depth, turn="tumble" if scheme == "work_and_tumble" else "turn",
    )  # fmt: skip
    notes = "\n".join(piling(press))
    for records in (1, 3, 7, 9, 16, 37):
        assert followed(notes, press.table(2 * records).tolist()) == list(range(1, 2 * records + 1))


def test_cutting_and_collating_in_words() -> None:
    """Which pile lies on which, how many at once, and that the first stack of a falling order is the last."""
    depth = Imposition(**WIDE, stack_depth=2500, descending=True)
    assert list(piling(depth)) == [
        "1枚目の用紙の表を上にして重ね、断裁したら 山A の下に 山B を重ねる。上から順に取ると通し番号の順になる",
        "1回に断裁するのは 2,500枚まで。次の回に断裁して重ねた山は、前の回の山の下に続ける",
        "最後の用紙から印刷する（降順）。断裁の 2,500枚ずつは1枚目の側から数える。"
        "最初に刷り上がるのは一番下に続ける最後の回の分で、2,500枚に足りないことがある",
    ]
    half = Imposition(**WIDE, scheme="work_and_turn")
    assert list(piling(half))[1] == "山B は裏が上で出る。重ねる前に山ごと裏返し、表を上にする"
    many = Imposition(title="試験", width=900, height=900, columns=5, rows=2)
    assert "山A の下に 山B、山C、…、山J をこの順に重ねる" in next(piling(many))


def test_slots_of_a_turned_half_show_their_backs(made: Made) -> None:
    """半裁打ち返し: the right half of the front carries backs, and each back lies behind its own front."""
    given = Imposition(title="半裁", scheme="work_and_turn", width=483, height=329, columns=2)
    press = pressed(made, given, FLAT)
    assert [slot.label for slot in press.front] == ["山A 表", "山B 裏"]
    assert [slot.label for slot in press.back] == ["山A 裏", "山B 表"]
    assert [slot.box.x for slot in press.back] == [244.5, 28.5]
    assert press.work_style == "WorkAndTurn" and not press.stacked
    tumbled = pressed(made, given.model_copy(update={"scheme": "cut_and_stack", "turn": "tumble"}), FLAT)
    assert (tumbled.work_style, tumbled.stacked) == ("Perfecting", True)
    assert [slot.rotation for slot in tumbled.back] == [180, 180]
    single = pressed(made, given.model_copy(update={"scheme": "lanes", "sides": 1}), FLAT)
    assert single.back == () and single.roll and single.work_style == "Simplex"
    assert single.front[0].label == "列A 表"


def test_a_roll_is_told_as_a_roll() -> None:
    press = replace(PRESS, roll=True, size=(460.0, 303.0), gripper_mm=0)
    text = text_of(work_order(job(press=press), unit(), DIGEST)[0])
    for words in (
        "ロール幅460mm送り303mm（1回に2枚）",
        "ロール送り22回・6.7m（予備を含まない）",
        "送り（回）",
        "ロールの送り1回分",
    ):
        assert words in text, words
    assert "460×303" not in text and "印刷用紙22枚" not in text
    roll = Imposition(**WIDE, scheme="lanes", descending=True)
    assert list(piling(roll)) == [
        "ロール1本がロット1つ。列ごとに切り離して1枚ずつに断裁し、1枚目の表を上にして重ね、"
        "列ごとの山にしたら 列A の下に 列B を重ねる。上から順に取ると通し番号の順になる",
        "最後の1枚から印刷する（降順）",
    ]


def test_a_roll_has_no_gripper_to_ask_for(made: Made) -> None:
    roll = Imposition(title="試験", scheme="lanes", width=460, height=303, columns=2)
    assert not any("くわえ" in words for words in pressed(made, roll, FLAT).notes)
    assert pressed(made, roll, FLAT).stacked


def test_every_page_says_how_many_there_are() -> None:
    data, pages = work_order(job(), unit(), DIGEST)
    text = text_of(data)
    assert [f"{page}/{pages}ページ" in text for page in range(1, pages + 2)] == [True] * pages + [False]


def test_the_inserter_is_told_with_place_and_meaning_of_its_marks() -> None:
    facts = machine_facts(load_machine("omr_edge", Path()), A4)
    assert facts.strip == pytest.approx(Box(3, 203.517, 13, 76.694))
    assert len(facts.marks) == 17 and facts.marks[0] == pytest.approx(Box(5, 207.75, 9, 0.5))
    place, meaning = facts.words[1:]
    for words in (
        "表の左の端から5mm",
        "横9×縦0.5mm の棒",
        "上から208mm",
        "下へ4.233mmおき、17か所",
        "左から3〜16mm",
    ):
        assert words in place, words
    for words in (
        "1 基準、2 組の始め、3 組の終わり（当たらないときに印）", "4〜6 通し番号（通を数える、2進の 1・2・4）",
        "7〜14 封入（供給機1〜8）", "15 振分け、", "16 パリティ（印の数を偶数にする）", "17 終端",
    ):  # fmt: skip
        assert words in meaning, words
    turned = machine_facts(RIGHT_UP, A4)
    assert "右の端から4mm" in turned.words[1] and "上へ3.5mmおき" in turned.words[1]
    assert "10 封入（供給機9）、11 封入（供給機2、当たらないときに印）" in turned.words[2]
    code = machine_facts(load_machine("code_edge", Path()), A4)
    assert (
        len(code.marks) == 1 and "上から220mmに 12.7×12.7mm のQRコード（0と1の文字28けた）" in code.words[1]
    )
    assert machine_facts(None, A4).strip is None


@pytest.mark.parametrize("name", ["omr_edge", "code_edge"])
def test_nobody_is_told_who_is_protected(name: str) -> None:
    told = "".join(machine_facts(load_machine(name, Path()), A4).words)
    assert not [words for words in ("支援", "保護", "protected") if words in told]


def test_only_open_questions_are_asked(made: Made) -> None:
    """A default that somebody wrote into job.toml is an answer too."""
    facts = job_facts(made.prepared, made.kit)
    assert len(facts.questions) == len(QUESTIONS)
    order = made.kit.order
    answered = order.printing.model_copy()
    answered = type(answered).model_validate({"standard": "x4", "dieline": "none", "machine": ""})
    kit = replace(made.kit, order=order.model_copy(update={"printing": answered}))
    asked = {setting for setting, _ in job_facts(made.prepared, kit).questions}
    assert asked == {setting for setting, _ in facts.questions} - {
        "[printing] standard", "[printing] dieline", "[printing] matching_code・machine",
    }  # fmt: skip


def test_the_facts_are_those_of_order_and_layouts(made: Made) -> None:
    facts = job_facts(made.prepared, made.kit)
    assert "試験用" in facts.warnings[0] and "KOUKI TEST" in facts.warnings[0]
    certificate = next(each for each in facts.documents if each.key == "certificate")
    assert (certificate.gsm, certificate.folds_y) == ("81.4", (100, 198))
    assert Box(41, 103, 128, 91) in certificate.perforations
    assert certificate.code_front == pytest.approx(Box(187, 8, 12.7, 12.7))
    assert certificate.seen is not None and certificate.seen_ever is not None
    assert certificate.seen_ever.width > certificate.seen.width
    assert facts.press.size == (made.kit.imposition.width, made.kit.imposition.height)
    assert facts.plates == () and ("ミシン目", "墨の破線で印刷") in facts.colours


def test_the_manifest_lists_it(tiny: Finished) -> None:
    (entry,) = [each for each in tiny.manifest("47213")["files"] if each["path"] == "work_order.pdf"]
    data = (tiny.out / "vendor" / "47213" / entry["path"]).read_bytes()
    assert entry["kind"] == "list"
    assert (entry["sha256"], entry["bytes"]) == (hashlib.sha256(data).hexdigest(), len(data))
    with pdfium.PdfDocument(data) as document:
        assert entry["pages"] == len(document) == 2
    text = text_of(data)
    for each in tiny.manifest("47213")["files"]:
        if "/" in each["path"]:
            assert Path(each["path"]).name in text and each["sha256"][:12] in text
    for name in ("box_labels.pdf", "pallet_labels.pdf", "dividers.pdf"):
        assert name in text
    assert "number_labels.pdf" not in text  # nobody has a registered number
    ticket = (tiny.out / "vendor" / "47213" / "ticket.xjdf").read_bytes()
    assert hashlib.sha256(ticket).hexdigest()[:12] in text


def test_nobody_is_in_it(tiny: Finished) -> None:
    text = text_of((tiny.out / "vendor" / "47213" / "work_order.pdf").read_bytes())
    with (tiny.job / "export.csv").open(encoding="utf-8", newline="") as handle:
        people = list(csv.DictReader(handle))
    cells = {
        re.sub(r"\s", "", row[key]) for row in people for key in ("被保険者番号", "氏名", "住所") if row[key]
    }
    assert len(cells) > 3 and not [cell for cell in cells if cell in text]


def test_verify_sees_a_changed_work_order(spoiled: Finished) -> None:
    path = spoiled.out / "vendor" / "47213" / "work_order.pdf"
    path.write_bytes(path.read_bytes() + b"\n")
    result = cli("verify", spoiled.out)
    assert result.exit_code == JobError.exit_status + 2 and "work_order.pdf" in result.output


@pytest.mark.parametrize(("value", "words"), [(103, "103"), (41.5, "41.5"), (12.7000001, "12.7"), (0, "0")])
def test_lengths_in_words(value: float, words: str) -> None:
    assert mm(value) == words
    assert by_mm((value, 210)) == f"{words}×210mm"
