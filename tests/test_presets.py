"""Every preset that is new to the line runs its own sample to finished folders that read back whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from line_fixtures import Finished, cli, finished
from small_job import JOB, person, write_job

from kouki_print.order.load import load_order, preset_names
from kouki_print.sample import known_presets, write_sample

pytestmark = pytest.mark.xdist_group("presets")  # one worker runs each year once
PEOPLE = 320


@pytest.fixture(scope="module", params=["r05", "r06-interim", "kokuho"])
def job(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The sample of a preset, run once."""
    folder = tmp_path_factory.mktemp(request.param)
    write_sample(folder / "job", preset=request.param, count=PEOPLE, seed=3, encoding="utf-8")
    return finished(folder / "job", folder / "out")


def preset_of(job: Finished) -> str:
    return load_order(job.job).order.job.preset


def first_page(job: Finished, document: str) -> str:
    """Text of the front and back of the first piece of a document."""
    for folder in job.towns():
        for piece in job.pieces(folder.name):
            if piece["document"] == document:
                with pdfium.PdfDocument(folder / piece["print_pdf"]) as pdf:
                    at = int(piece["print_page"]) - 1
                    return "\n".join(pdf[page].get_textpage().get_text_range() for page in (at, at + 1))
    raise AssertionError(document)


def test_every_preset_has_a_sample() -> None:
    assert {"r05", "r06-interim", "r07-budget", "r07", "r08", "kokuho", "kenpo"} <= set(preset_names())
    assert known_presets() == preset_names()


@pytest.mark.slow
def test_the_folders_read_back_whole(job: Finished) -> None:
    result = cli("verify", job.out, "--full")
    assert result.exit_code == 0, result.output
    assert len(job.register()) == PEOPLE == len(job.people())


EXPECTED = {
    "r05": ({"REDUCTION", "LIMIT", "ALL"}, {"insurance_card"}, {"C", "CR", "CL"}),
    "r06-interim": ({"NEW", "CHANGED", "REISSUE", "PROTECTED"}, {"certificate"}, {"A"}),
    "kokuho": (
        {"NOLINK", "LINK", "PROTECTED", "CARE", "APPLIED", "CANCELLED", "ECERT"},
        {"certificate", "notice"},
        {"A", "B"},
    ),
}


def test_reasons_documents_and_sets_are_those_of_the_preset(job: Finished) -> None:
    reasons, documents, sets = EXPECTED[preset_of(job)]
    printed = [line for line in job.register() if line["status"] == "printed"]
    assert {line["document"] for line in printed} == documents
    assert {line["set_code"] for line in printed} == sets
    assert {line["reason"] for line in printed} <= reasons | {""}  # 支援措置 is told in the sealed list only
    main = {"r05": reasons, "r06-interim": {"NEW", "CHANGED"}, "kokuho": {"NOLINK", "LINK"}}[preset_of(job)]
    assert {line["reason"] for line in printed} >= main
    assert len(printed) > {"r05": 250, "r06-interim": 15, "kokuho": 250}[preset_of(job)]


def test_the_sample_is_believable(job: Finished) -> None:
    """Nearly everybody is printed or has no business in this run; what is held was planted."""
    counts = Counter(line["status"] for line in job.register())
    assert counts["held"] < PEOPLE * 0.12
    if preset_of(job) == "r06-interim":
        assert counts["excluded"] > PEOPLE * 0.8
    told = Counter(line["code"] for line in job.problems())
    assert told["AGE_UNLIKELY"] <= 1 and told["COPAY_CATEGORY"] <= 1


def test_expiries_are_shortened_where_a_limit_says_so(job: Finished) -> None:
    short = [line["message"] for line in job.problems() if line["code"] == "EXPIRY_SHORT"]
    if preset_of(job) == "kokuho":
        assert any("70歳到達" in line for line in short) and any("75歳到達" in line for line in short)
        assert any("在留期間の満了" in line for line in short)
    elif preset_of(job) == "r05":
        assert short


def test_sex_address_mask_and_early_ratio_are_drawn(tmp_path: Path) -> None:
    """All that [card] can add fits the card of the most crowded person."""
    card = '[card]\nshow_sex = true\nshow_address = true\noptional_mask = "＊"\nearly_use = true\n'
    one = person(1, previous_copay="2", building="みどり町中央団地　１２棟３０３号室", special_care="1")
    two = person(2, previous_copay="2", used_12m="9", birth_date="19500505")
    made = finished(write_job(tmp_path / "job", [one, two], JOB + card), tmp_path / "out")
    text = first_page(made, "certificate").replace("\r", "").replace("\n", "")
    for words in ("女", "うるま市みどり町", "＊", "（令和8年7月31日までは２割）"):
        assert words in text, words
    notice = first_page(made, "notice")
    assert notice.count("（令和8年7月31日までは２割）") == 2
    assert cli("verify", made.out, "--full").exit_code == 0


def test_the_page_carries_the_names_of_its_year(job: Finished) -> None:
    preset = preset_of(job)
    text = first_page(job, "insurance_card" if preset == "r05" else "certificate")
    if preset == "r05":
        assert "後期高齢者医療被保険者証" in text and "在中" not in text and "資格確認書" not in text
    elif preset == "r06-interim":
        assert "後期高齢者医療資格確認書" in text and "被保険者証に代わって資格確認書を交付" in text
    else:
        assert "国民健康保険資格確認書" in text and "後期高齢者医療" not in text
        notice = first_page(job, "notice")
        assert "資格情報のお知らせ" in notice and "国民健康保険" in notice and "後期高齢者医療" not in notice
