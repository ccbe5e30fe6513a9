"""The proof pack: few people show every case, values can be invented, and nobody under protection is ever shown."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
import zxingcpp
from font_kit import YOSHI
from hypothesis import given, settings
from hypothesis import strategies as st
from line_fixtures import cli, said, tree
from proof_job import NAMES, PEOPLE, SECRET, insured_numbers, proof_job
from small_job import person, write_job

from kouki_print.base.checkdigits import m10w21
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.proof import pack as proof_module
from kouki_print.job.proof.cases import Case, Example, all_cases, choose
from kouki_print.job.proof.cover import cover
from kouki_print.job.proof.pages import MARGIN, SPECIMEN, samples
from kouki_print.job.proof.values import invented
from kouki_print.job.watch import Silent, Stages
from kouki_print.page.fields import bound_fields
from kouki_print.page.items import MM
from kouki_print.page.type.fit import fit
from kouki_print.page.type.fonts import clusters
from kouki_print.sample import write_sample

PACK = {
    "proof.html",
    "proof.pdf",
    "overview.pdf",
    "window.pdf",
    "envelopes.pdf",
    "signoff.pdf",
    "signoff.toml",
    "pages",
}
BLANK = re.compile(r"[\s\u3000]")


def texts(path: Path) -> list[str]:
    """Text of each page without blanks."""
    with pdfium.PdfDocument(path) as document:
        return [BLANK.sub("", page.get_textpage().get_text_range()) for page in document]


def all_text(out: Path) -> str:
    """Everything that can be read in a pack, without blanks."""
    parts = [text for path in sorted(out.glob("*.pdf")) for text in texts(path)]
    parts += [path.read_text(encoding="utf-8") for path in (out / "proof.html", out / "signoff.toml")]
    return BLANK.sub("", "".join(parts))


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return proof_job(tmp_path_factory.mktemp("proof") / "job")


@pytest.fixture(scope="module")
def prepared(job: Path) -> Prepared:
    return prepare(job, Stages(Silent()))


@pytest.fixture(scope="module")
def real(job: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof with people's own values."""
    out = tmp_path_factory.mktemp("real") / "out"
    result = cli("proof", job, "--out", out)
    assert result.exit_code == 0, result.output
    assert "支援措置の人だけの場合 1例は、架空の値で載せました。" in result.output
    return out


@pytest.fixture(scope="module")
def made_up(job: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A proof with invented values."""
    out = tmp_path_factory.mktemp("dummy") / "out"
    assert cli("proof", job, "--out", out, "--dummy").exit_code == 0
    return out


# -- the choice ---------------------------------------------------------------------------------------

MATRICES = st.integers(1, 10).flatmap(
    lambda people: st.lists(st.sets(st.integers(0, people - 1), min_size=1), min_size=1, max_size=12).map(
        lambda rows: (people, [np.array(sorted(each), dtype=np.int64) for each in rows])
    )
)


@settings(max_examples=300, deadline=None)
@given(MATRICES)
def test_the_cover_is_complete_small_and_has_nobody_to_spare(drawn: tuple[int, list[np.ndarray]]) -> None:
    people, cases = drawn
    chosen = cover(cases, people)
    assert chosen == sorted(set(chosen))
    assert all(np.isin(case, chosen).any() for case in cases)
    for place in chosen:
        others = [each for each in chosen if each != place]
        assert not all(np.isin(case, others).any() for case in cases)
    best = next(
        size
        for size in range(1, people + 1)
        if any(
            all(np.isin(case, group).any() for case in cases) for group in combinations(range(people), size)
        )
    )
    assert len(chosen) <= best * sum(1 / nth for nth in range(1, len(cases) + 1))


def test_of_equals_the_first_is_chosen() -> None:
    everybody = np.arange(50)
    assert cover([everybody, everybody[10:]], 50) == [10]
    assert cover([everybody, everybody], 50) == [0]
    assert cover([], 50) == []


def test_every_case_is_shown_and_nobody_is_there_for_nothing(prepared: Prepared) -> None:
    cases = all_cases(prepared)
    examples = choose(prepared, cases)
    told = [words for example in examples for words in example.cases]
    assert sorted(told) == sorted(case.words for case in cases)
    places = {case.words: set(case.places.tolist()) for case in cases}
    assert all(example.place in places[words] for example in examples for words in example.cases)
    assert all(example.cases for example in examples)


def test_the_cases_are_those_of_the_people(prepared: Prepared) -> None:
    found = {case.words: len(case.places) for case in all_cases(prepared)}
    assert found["市町村 うるま市"] == 7 and found["市町村 那覇市"] == 1
    assert {name: found[name] for name in ("有効期限が短い", "早期使用可", "様方", "窓口交付", "長期入院該当")} == {
        "有効期限が短い": 1, "早期使用可": 1, "様方": 1, "窓口交付": 1, "長期入院該当": 1,
    }  # fmt: skip
    assert found["転送不要"] + found["「転送不要」でない"] == len(PEOPLE)
    assert found["送付先あて（全て）"] == found["送付先氏名（施設・後見人など）"] == 1
    assert found["カスタマバーコードなし"] == 1, "postcode 904-2200"
    assert found["文字 U+20BB7（further.ttf）"] == 1
    assert found["異体字（異体字セレクタ付き）"] == 1
    assert found["最長の氏名（資格情報のお知らせ）"] == 1
    assert found["空欄の限度区分（資格確認書）"] == 3
    assert found["理由USED・資格情報のお知らせ・組B"] == 4
    assert found["理由PROTECTED・資格確認書・組A"] == 1


def test_where_a_person_under_protection_lives_is_not_told(prepared: Prepared) -> None:
    plan = prepared.plan
    places = np.flatnonzero(prepared.people["protected"].to_numpy()[plan["person"].to_numpy()]).tolist()
    name = prepared.loaded.units[plan["unit_code"].iat[places[0]]].contact.name
    shown = [
        samples(prepared, [Example(places[0], (case,), True)], dummy=False)[0]
        for case in ("理由PROTECTED・資格確認書・組A", f"市町村 {name}")
    ]
    assert name == "うるま市" and [each.contact.name for each in shown] == ["那覇市", "うるま市"]
    assert all(each.made_up for each in shown)


def test_people_under_protection_are_the_last_resort(prepared: Prepared) -> None:
    plan, people = prepared.plan, prepared.people
    apart = people["protected"].to_numpy()[plan["person"].to_numpy()]
    secret = int(np.flatnonzero(apart)[0])
    everybody = np.arange(len(plan))
    examples = choose(prepared, [Case("みんな", everybody), Case("一人", np.array([secret]))])
    assert [(each.place, each.cases, each.sealed) for each in examples] == [
        (0 if secret else 1, ("みんな",), False),
        (secret, ("一人",), True),
    ]


def test_pieces_of_two_sheets_are_shown_whole(tmp_path: Path) -> None:
    write_sample(tmp_path, preset="r05", count=80, seed=2, encoding="utf-8")
    found = prepare(tmp_path, Stages(Silent()))
    cases = all_cases(found)
    assert {"用紙1枚", "用紙2枚"} <= {case.words for case in cases}
    two = [sample for sample in samples(found, choose(found, cases), dummy=True) if len(sample.sheets) == 2]
    assert two
    for sample in two:
        (first, one), (second, other) = sample.sheets
        assert first == "insurance_card" != second
        assert one.split("-")[3] == "12" and other.split("-")[3] == "22"


# -- invented values ----------------------------------------------------------------------------------


def test_invented_values_are_as_long_and_fitted_alike(prepared: Prepared) -> None:
    person_at = prepared.plan["person"].to_numpy()
    own = prepared.fields.take(person_at)
    new = invented(prepared, own, range(len(person_at)))
    for layout in prepared.layouts.values():
        for item in bound_fields(layout):
            style = prepared.styles[item.font]
            for before, after in zip(own.texts[item.bind], new.texts[item.bind], strict=True):
                assert bool(before) == bool(after)
                if before and not item.pitch:
                    old, fitted = fit(before, item, style), fit(after, item, style)
                    assert old and fitted
                    assert (len(old.lines), old.size) == (len(fitted.lines), fitted.size)
                    assert style.width(before.replace("\n", "")) == style.width(after.replace("\n", ""))
    rare = [text for text in new.texts["name"] if YOSHI in text]
    assert len(rare) == 1 and rare[0] != NAMES[1]
    assert any(len(cluster) > 1 for text in new.texts["name"] for cluster in clusters(text))


def test_invented_values_are_nobodys(tmp_path: Path) -> None:
    """Not even where people are called like usual inventions."""
    folder = write_job(
        tmp_path,
        [
            person(count, name=name, address=address)
            for count, (name, address) in enumerate(
                [
                    ("見本　例示", "見本例示架空1丁目"),
                    ("本例　示架", "うるま市1丁目"),
                    ("例示　架空", "うるま市2丁目"),
                ],
                1,
            )
        ],
    )
    found = prepare(folder, Stages(Silent()))
    own = found.fields.take(found.plan["person"].to_numpy())
    new = invented(found, own, range(len(found.plan)))
    for bind in ("name", "to_name", "to_place", "insured_number"):
        assert not set(new.texts[bind]) & set(found.fields.texts[bind]), bind
    for text in new.texts["insured_number"]:
        assert m10w21(text[:7]) == text[7]
    assert set(new.texts["issued_on"]) == set(own.texts["issued_on"])
    assert set(new.texts["valid_until"]) == set(own.texts["valid_until"]), (
        "the job's own date is nobody's secret"
    )
    assert not set(new.texts["birth_date"]) & set(own.texts["birth_date"])


def test_codes_of_invented_values_belong_to_them(prepared: Prepared) -> None:
    examples = [Example(place, ("例",), False) for place in range(len(prepared.plan))]
    own, new = (samples(prepared, examples, dummy=dummy) for dummy in (False, True))
    for before, after, words in zip(own, new, prepared.plan["customer_barcode"], strict=True):
        assert before.codes.codewords == [words]
        assert bool(after.codes.codewords[0]) == bool(words)
        if words:
            assert after.codes.codewords[0].replace(" ", "").startswith("9991234")
        assert before.sheets[0][1] != after.sheets[0][1]
        assert "-99" in after.sheets[0][1]


# -- the pack -----------------------------------------------------------------------------------------


def test_the_pack_is_whole(real: Path, prepared: Prepared) -> None:
    assert {path.name for path in real.iterdir()} == PACK
    examples = choose(prepared, all_cases(prepared))
    pages = texts(real / "proof.pdf")
    assert len(pages) == 2 * len(examples) == len(list((real / "pages").iterdir()))
    assert all(SPECIMEN in page for page in pages)
    html = (real / "proof.html").read_text(encoding="utf-8")
    for number, example in enumerate(examples):
        page = pages[2 * number]
        assert f"例{number + 1}/{len(examples)}" in page
        for words in example.cases:
            assert BLANK.sub("", words) in page or "proof.htmlにあります" in page
            assert f"<td>{words}</td>" in html
    assert len(texts(real / "overview.pdf")) == -(-len(pages) // 9)
    assert "最も小さい余白" in "".join(texts(real / "window.pdf"))
    assert len(texts(real / "envelopes.pdf")) == 2 * 2, "front and back of each municipality's"
    sheet = "".join(texts(real / "signoff.pdf"))
    assert all(
        word in sheet
        for word in (
            "□公印の印影:なし",
            "□年度の色:なし",
            "校正承認書",
            "r08",
            "理由",
            "export.csv",
            "発注者（承認）",
            f"{len(examples)}例",
        )
    )


def test_the_edge_of_the_sheet_is_no_perforation(real: Path) -> None:
    """It is drawn as a solid line, which nobody takes for a place to tear."""
    with pdfium.PdfDocument(real / "proof.pdf") as document:
        page = document[0]
        trim = [(MARGIN + mm) * MM for mm in (0, 0, 210, 297)]
        (edge,) = (
            item for item in page.get_objects(max_depth=1) if item.get_bounds() == pytest.approx(trim, abs=1)
        )
        assert pdfium_c.FPDFPageObj_GetDashCount(edge) == 0


def test_pages_are_those_of_the_run(real: Path, prepared: Prepared) -> None:
    """The matching code on the page is the piece's own, and so are name and number."""
    example = next(each for each in choose(prepared, all_cases(prepared)) if not each.sealed)
    piece = prepared.plan.iloc[example.place]
    with pdfium.PdfDocument(real / "proof.pdf") as document:
        for page in (document[0], document[1]):
            image = page.render(scale=200 / 72, grayscale=True).to_pil()
            codes = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
            assert piece["matching_code"] in {code.text for code in codes}
    text = texts(real / "proof.pdf")[0]
    fields = prepared.fields.texts.iloc[int(piece["person"])]
    assert BLANK.sub("", fields["name"]) in text and fields["insured_number"] in text


@pytest.mark.parametrize("pack", ["real", "made_up"])
def test_a_person_under_protection_is_never_shown(pack: str, request: pytest.FixtureRequest) -> None:
    found = all_text(request.getfixturevalue(pack))
    assert BLANK.sub("", SECRET["name"]) not in found
    assert SECRET["insured_number"] not in found
    assert "九丁目87" not in found and "87番65号" not in found
    assert "支援措置" in found, "but the rule is"


def test_invented_values_leave_nobodys_own_in_the_pack(made_up: Path) -> None:
    found = all_text(made_up)
    data = b"".join(tree(made_up).values())
    for one, number in zip(PEOPLE, insured_numbers(), strict=True):
        assert number not in found and number.encode() not in data
        for key in ("name", "address", "mail_address", "mail_name", "building", "mail_building"):
            own = one.get(key, "")
            assert not own or BLANK.sub("", own) not in found, key
            assert not own or (own.encode() not in data and own.encode("utf-16-be") not in data), key
    assert "個人の値は架空のものです" in found


def test_without_specimen_nothing_lies_across(job: Path, tmp_path: Path) -> None:
    assert cli("proof", job, "--out", tmp_path / "out", "--no-specimen").exit_code == 0
    assert not any(SPECIMEN in page for page in texts(tmp_path / "out" / "proof.pdf")[:2])


def test_the_same_job_gives_the_same_bytes(job: Path, made_up: Path, tmp_path: Path) -> None:
    """Also where an earlier proof is replaced."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "proof.pdf").write_bytes(b"old")
    assert cli("proof", job, "--out", tmp_path / "out", "--dummy").exit_code == 0
    assert tree(tmp_path / "out") == tree(made_up)


def test_nothing_half_written_stays(job: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"

    def broken(*_: object) -> bytes:
        raise OSError("no room")

    monkeypatch.setattr(proof_module, "overview", broken)
    said(cli("proof", job, "--out", out))
    assert not out.exists()
    monkeypatch.undo()
    out.mkdir()
    (out / "notes.txt").write_text("keep")
    assert "別のファイル" in said(cli("proof", job, "--out", out))
    assert [path.name for path in out.iterdir()] == ["notes.txt"]


def test_a_proof_does_not_go_into_the_folder_of_a_run(job: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli("run", job, "--out", out, "--workers", "1").exit_code == 0
    before = tree(out)
    assert "run で作った結果" in said(cli("proof", job, "--out", out))
    assert tree(out) == before


def test_without_anybody_to_print_there_is_no_proof(tmp_path: Path) -> None:
    folder = write_job(tmp_path / "job", [person(1, name="")])
    assert "一人もいない" in said(cli("proof", folder, "--out", tmp_path / "out"))
