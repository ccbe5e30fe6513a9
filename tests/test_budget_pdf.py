"""budget.pdf and the budget block of check.html: every sum on its page, nothing beside it, axes that do not lie."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from post_builders import loaded_order
from small_job import JOB, person, write_job
from test_budget import budget_of, mixed_budget

from kouki_print.handover.budget import Budget
from kouki_print.handover.budget_charts import weight_axis, yen_axis, yen_text
from kouki_print.handover.budget_html import budget_context
from kouki_print.handover.budget_parts import (
    Assumption,
    CompareLine,
    DiscountLine,
    KindLine,
    ScenarioLine,
    StockLine,
    WeightLine,
)
from kouki_print.handover.budget_pdf import budget_document
from kouki_print.handover.report_pdf import WIDTH, fitted, register_fonts
from kouki_print.job.prepare import prepare
from kouki_print.job.report import write_check_report
from kouki_print.job.watch import Silent, Stages

A4_POINTS = 595.28
NAMES = {"certificate": "資格確認書", "notice": "資格情報のお知らせ"}
MARGIN = (A4_POINTS - WIDTH) / 2
HEAD = re.compile(r"郵送料 ([\d,]+)円（([\d,]+)通）")
ITEMS = (("1", "資格確認書"), ("3", "切替チラシ(確認書用, 個人情報保護シール付)"), ("ENV", "封筒（長形3号）"))


def kinds_of(codes: tuple[str, ...]) -> tuple[KindLine, ...]:
    """A light kind, a heavy one of one unit, one that may pass its step, and one that is not mailed."""

    def kind(
        document: str, items: str, service: str, size: str, cg: int, grams: int, yen: int, more: int | None
    ) -> KindLine:
        at = {"certificate": "A", "notice": "B"}[document]
        return KindLine(
            document, NAMES[document], at, items, service, size, cg, cg - 90, cg + 90, 4_200, grams, yen, more,
            10, codes,
            crosses=grams > 0 and cg + 90 > grams * 100,
            lighter=("4", "5") if grams > 0 and cg + 90 > grams * 100 else (),
        )  # fmt: skip

    registered = "simple_registered"
    return (
        kind("certificate", "1;3;5;6;7;8", registered, "standard", 4_600, 50, 460, 530),
        replace(
            kind("certificate", "1;3;5;6;7;8;X1", registered, "nonstandard_regular", 5_037, 100, 530, 620),
            units=codes[2:3],
        ),
        kind("notice", "2;4;5;6;7", registered, "standard", 4_950, 50, 460, 530),
        kind("notice", "2;4;5;6;7", "none", "standard", 4_950, 0, 0, None),
    )


def with_all_parts(budget: Budget) -> Budget:
    codes = tuple(code for code, _ in budget.towns)
    total = budget.total_yen
    return replace(
        budget,
        basis="見込み",
        people=4_200,
        tariffs=(*budget.tariffs, ("改定後の料金.csv", "ab" * 32)),
        weights=(
            WeightLine("4", "切替チラシ(お知らせ用)", 437, 430, 445, 100, 437, False, ""),
            WeightLine("5", "マイナ利用チラシ", 500, 480, 520, 0, 437, True, ""),
        ),
        kinds=kinds_of(codes),
        discounts=(
            DiscountLine("区分", codes[0], 1_200, 12_000, "2,000通以上", False, "通数が足りない"),
            DiscountLine("単割", codes[1], 2_400, 7_200, "1,000通以上", True, "条件に合う"),
        ),
        stock=tuple(
            StockLine(unit, code, name, 100, 3, 50, 150 if unit else 6_349)
            for unit in (*codes, "")
            for code, name in ITEMS
        ),
        scenarios=(
            ScenarioLine("基本（この注文）", "", {"certificate": 2_733, "notice": 1_367}, total, 0, 0),
            ScenarioLine(
                "お知らせは普通郵便", "", {"certificate": 4_100}, total - 430_001, -430_001, -10_238
            ),
            ScenarioLine("封入物を1つ増やす" * 4, "リーフレット", {}, total + 287_003, 287_003, 7_000),
        ),
        assumptions=tuple(Assumption(f"前提その{at}", f"{at}%", "予算資料") for at in range(10)),
        warnings=("封筒の重さ & 厚さが<量られて>いません。" * 4,),
        compared=tuple(
            CompareLine(code, name, 110, 100, 50_600, 46_000, -4_600, 70, -70) for code, name in budget.towns
        ),
    )


def renamed(budget: Budget, names: dict[str, str]) -> Budget:
    lines = budget.lines.assign(
        name=[names.get(code, name) for code, name in budget.lines[["municipality_code", "name"]].to_numpy()]
    )
    towns = tuple((code, names.get(code, name)) for code, name in budget.towns)
    return replace(budget, unit="団体", towns=towns, lines=lines)


def texts_of(data: bytes) -> list[str]:
    with pdfium.PdfDocument(data) as pdf:
        return [page.get_textpage().get_text_range() for page in pdf]


def unit_texts(texts: list[str], unit: str = "市町村") -> dict[str, str]:
    """Text of each unit's page by its code."""
    found = {}
    for text in texts:
        if match := re.search(rf"^{unit}コード (\w+)", text, re.MULTILINE):
            assert match[1] not in found
            found[match[1]] = text
    return found


def assert_inside(data: bytes) -> None:
    """No text goes beyond the margins of its page."""
    with pdfium.PdfDocument(data) as pdf:
        for number, page in enumerate(pdf, start=1):
            words = page.get_textpage()
            for at in range(words.count_rects()):
                left, bottom, right, top = words.get_rect(at)
                inside = left >= MARGIN - 1 and right <= A4_POINTS - MARGIN + 1 and 0 < bottom < top < 842
                assert inside, (number, words.get_text_bounded(left, bottom, right, top))


@pytest.fixture(scope="module")
def budget() -> Budget:
    return with_all_parts(mixed_budget())


@pytest.fixture(scope="module")
def document(budget: Budget) -> bytes:
    return budget_document(budget)


def test_the_summary_shows_every_part(budget: Budget, document: bytes) -> None:
    texts = texts_of(document)
    summary = "".join(texts[: len(texts) - 41])
    assert summary.count(f"合計 {budget.total_yen:,}円（4,100通）") == 1
    for line in budget.summary().itertuples():
        assert f"{line.pieces:,}" in summary and f"{line.total_yen:,}" in summary
    shown = summary.replace("\r\n", "")
    for words in (
        "被保険者 4,200人", "<量られて>いません", "最大は超過", "0.50g", "1.0%", "8.6%", "+700円", "-430,001",
        "+287,003", "-102.38円", "12,000", "7,200", "適用なし: 通数が足りない", "6,349", "許容差を超過",
        "前提その9", "ab" * 32, budget.tariffs[0][1], "4,510", "-188,600", "+2,870", "-2,870",
    ):  # fmt: skip
        assert words in shown, words
    assert "0万円" not in re.findall(r"(?<!\d)0万円", summary)


def test_each_unit_has_one_page_with_its_yen(budget: Budget, document: bytes) -> None:
    texts = texts_of(document)
    pages = unit_texts(texts)
    assert list(pages) == [code for code, _ in budget.towns]
    assert list(pages.values()) == texts[-41:]
    total = 0
    for line in budget.by_town().itertuples():
        text = pages[line.municipality_code]
        (found,) = HEAD.findall(text)
        assert found == (f"{line.total_yen:,}", f"{line.pieces:,}")
        total += int(found[0].replace(",", ""))
        for words in (
            line.name,
            "令和8年7月13日",
            "改定後の料金.csv",
            "課長",
            "係長",
            "担当",
            "封筒（長形3号）",
        ):
            assert words in text, words
        assert ("X1" in text) == (line.municipality_code == budget.towns[2][0])
        assert "4・5のどれか一つを除けば" in text
    assert total == budget.total_yen
    assert "ほか2件" in pages["47201"]


def test_lines_of_a_page_are_those_of_the_budget(budget: Budget, document: bytes) -> None:
    pages = unit_texts(texts_of(document))
    for code, lines in budget.lines.groupby("municipality_code"):
        for line in lines.itertuples():
            numbers = f"{line.unit_yen:,} {line.pieces:,} {line.total_yen:,}"
            assert numbers in pages[code].replace("\r\n", " "), (code, numbers)


def test_same_bytes_and_in_time(budget: Budget, document: bytes) -> None:
    begun = time.perf_counter()
    again = budget_document(budget)
    assert time.perf_counter() - begun < 3
    assert again == document


def test_pages_can_be_found_by_name(budget: Budget, document: bytes) -> None:
    with pdfium.PdfDocument(document) as pdf:
        marks = [(mark.get_title(), mark.get_dest().get_index()) for mark in pdf.get_toc()]
        first = len(pdf) - len(marks)
    assert marks == [(f"{code} {name}", first + at) for at, (code, name) in enumerate(budget.towns)]


def test_nothing_leaves_the_page(document: bytes) -> None:
    assert_inside(document)


def test_long_names_stay_inside_and_are_whole_on_their_page(budget: Budget) -> None:
    long = "株式会社沖縄県産業振興公社＆Partnersホールディングス南部統括事業本部第二"
    names = {code: f"{long}{code}" for code, _ in budget.towns[::2]} | {"47205": "<A&B>医療法人𠮷＿﨑"}
    made = replace(renamed(budget, names), title="令和8年度 年次切替" * 4)
    made = replace(made, tariffs=(("とても長い名前の料金表" * 5 + ".csv", made.tariffs[0][1]),))
    data = budget_document(made)
    assert_inside(data)
    pages = unit_texts(texts_of(data), "団体")
    assert len(pages) == 41
    for code, name in names.items():
        if code != "47205":
            assert name in pages[code].replace("\r\n", "")


def test_of_many_units_only_those_with_postage_have_a_page() -> None:
    few = mixed_budget()  # of which 宜野湾市 hands everything over
    many = replace(few, towns=(*few.towns, *((f"E{at:04d}", f"団体{at}") for at in range(20))))
    assert len(unit_texts(texts_of(budget_document(few)))) == 41
    texts = texts_of(budget_document(many))
    assert "47205" not in unit_texts(texts) and len(unit_texts(texts)) == 40
    assert any("ほか1件は図にありません" in text for text in texts)


def test_a_page_stays_one_page_whatever_the_order() -> None:
    budget = mixed_budget()
    stock = tuple(StockLine("47201", f"X{at}", "市からのお知らせ" * 5, 1, 0, 1, 1) for at in range(80))
    data = budget_document(replace(budget, stock=stock))
    assert len(unit_texts(texts_of(data))) == 41
    assert "X79" in unit_texts(texts_of(data))["47201"]
    assert_inside(data)


def test_where_nothing_is_mailed_there_is_no_step(budget: Budget) -> None:
    none = replace(budget, kinds=budget.kinds[-1:])  # nothing is mailed: no step, no chart
    assert "重さと料金段階" not in "".join(texts_of(budget_document(none)))


def test_a_budget_of_nothing_is_one_summary() -> None:
    texts = texts_of(budget_document(budget_of(loaded_order(), 0)))
    assert "郵送料 合計 0円（0通）" in texts[0]
    assert not unit_texts(texts)


@pytest.mark.parametrize("largest", [0, 460, 9_100, 18_000, 52_000, 240_000, 75_900_000, 3_000_000_000])
def test_an_axis_of_yen_has_one_unit_and_says_what_it_means(largest: int) -> None:
    axis = yen_axis(largest)
    texts = [yen_text(axis, tick) for tick in axis.ticks()]
    assert texts[0] == "0円" and len(texts) <= 8 and axis.end >= largest
    assert len({text.endswith("万円") for text in texts[1:]}) == 1
    factor = 10_000 if texts[-1].endswith("万円") else 1
    said = [int(text.rstrip("万円").replace(",", "")) * factor for text in texts[1:]]
    assert said == list(axis.ticks())[1:]


def test_an_axis_of_weights_holds_all_kinds_and_their_limits() -> None:
    kinds = kinds_of(("1", "2", "3"))[:3]
    axis = weight_axis(kinds)
    assert axis.start <= 4_510 and axis.end >= 10_000
    assert axis.start % axis.step == axis.end % axis.step == 0 and axis.step % 100 == 0
    single = weight_axis(kinds[:1])
    assert single.start < 4_510 and single.end > 5_000


def test_text_is_made_to_fit() -> None:
    register_fonts()
    assert fitted("那覇市", 100, 10) == ("那覇市", 10)
    words, size = fitted("那覇市役所国民健康保険課", 100, 10)
    assert words == "那覇市役所国民健康保険課" and 7 <= size < 10
    words, size = fitted("那覇市役所国民健康保険課" * 3, 100, 10)
    assert words.endswith("…") and size == 7


def test_the_html_report_has_the_budget_only_when_there_is_one(tmp_path: Path, budget: Budget) -> None:
    made = prepare(write_job(tmp_path / "job", [person(1), person(2)], JOB), Stages(Silent()))
    path = tmp_path / "check.html"
    write_check_report(path, made)
    assert "郵送料の予算" not in path.read_text("utf-8")
    write_check_report(path, made, budget=budget)
    page = path.read_text("utf-8")
    for words in (
        "郵送料の予算", f"{budget.total_yen:,}", "&lt;量られて&gt;", "0.50g（1.0%）", "-430,001", "-102.38円",
        "のどれか一つを除けば収まります", "改定後の料金.csv", "1;3;5;6;7;8;X1",
    ):  # fmt: skip
        assert words in page, words
    assert " object at 0x" not in page


def test_the_html_totals_add_up(budget: Budget) -> None:
    context = budget_context(budget)
    assert sum(line["total_yen"] for line in context["totals"]) == budget.total_yen
    assert sum(line["pieces"] for line in context["totals"]) == budget.pieces
    assert len(context["margins"]) == 3
