"""Long words and names: they fit, condensed or smaller, or the job or person stops with a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_job import JOB, number, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.job.forms import load_styles
from kouki_print.job.prepare import prepare
from kouki_print.job.proving import verify
from kouki_print.job.run import run
from kouki_print.job.watch import Silent, Stages
from kouki_print.order.load import load_order
from kouki_print.page.layout import Layout
from kouki_print.page.wording import check_words

CHANGED = {
    "問合せ先変更": "有り",
    "郵便番号": "9042292",
    "住所": "うるま市みどり町一丁目1番1号 うるま市役所東棟2階",
    "課名": "健康福祉部 国民健康保険課 後期高齢者医療係",
    "電話番号": "098-000-0213",
}
EDGE = [
    person(1, name="レオナルド・デ・アルメイダ・フェルナンデス・ロドリゲス", linked="0"),
    person(
        2,
        name="比嘉　カマド",
        linked="0",
        address="うるま市字宮里一丁目二番地三十四号",
        building="特別養護老人ホーム・ケアハウスみどりの丘うるま南棟別館二階二〇五号室",
        mail_kind="全て",
        mail_postcode="904-2215",
        mail_address="うるま市みどり町五丁目二十五番地の百三十二",
        mail_building="社会福祉法人うるま福祉会　介護老人保健施設やすらぎの里　東館三階",
        mail_name="成年後見人　金城　正一郎",
    ),
    person(
        3,
        name="金城　ウト",
        linked="0",
        category="区分Ⅱ",
        limit_shown="1",
        limit_effective_on="20250801",
        long_stay_on="20251101",
        disease="A;B",
        disease_effective_on="20240401",
    ),
    person(
        4,
        name="大城　ナベ",
        linked="0",
        category="区分Ⅰ",
        limit_shown="1",
        limit_effective_on="20250801",
        long_stay_on="20251101",
    ),
    person(5, name="新垣　朝栄", birth_date="19500101", care_of="緒方　真理"),
]


def edge_job(folder: Path, job: str = JOB) -> Path:
    return write_job(folder, EDGE, job, changes={"47213": CHANGED})


def test_long_section_and_names_run_to_verified_files(tmp_path: Path) -> None:
    result = run(edge_job(tmp_path / "job"), tmp_path / "out", now="2026-01-01T00:00:00Z")
    assert result.counts == {"printed": 5, "held": 0, "excluded": 0, "unissued": 0}
    assert verify(tmp_path / "out", full=True, watcher=Silent()).pieces == 5


def test_long_stay_date_is_printed_for_the_lower_bracket_two_only(tmp_path: Path) -> None:
    prepared = prepare(edge_job(tmp_path / "job"), Stages(Silent()))
    assert prepared.fields.texts["long_stay_on"].tolist() == ["", "", "令和7年11月 1日", "", ""]
    assert prepared.fields.flags["long_stay"].tolist() == [False, False, True, False, False]


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"課名": "健康福祉部国民健康保険課" * 6}, "うるま市"), ({"住所": "うるま市みどり町" * 12}, "うるま市")],
)
def test_words_that_do_not_fit_stop_the_job_before_printing(
    tmp_path: Path, changes: dict[str, str], name: str
) -> None:
    job = write_job(tmp_path / "job", changes={"47213": CHANGED | changes})
    with pytest.raises(JobError, match=f"{name}の文面.*幅に入りません") as caught:
        prepare(job, Stages(Silent()))
    assert caught.value.exit_status == 1


def test_a_long_insurer_name_stops_the_job(tmp_path: Path) -> None:
    name = "沖縄県後期高齢者医療広域連合" * 3
    job = write_job(tmp_path / "job", job=JOB.replace("沖縄県後期高齢者医療広域連合", name))
    with pytest.raises(JobError, match="幅に入りません"):
        prepare(job, Stages(Silent()))


def test_a_character_of_a_section_that_no_font_draws_stops_the_job(tmp_path: Path) -> None:
    job = write_job(tmp_path / "job", changes={"47213": CHANGED | {"課名": "𠮷田課"}})
    with pytest.raises(JobError, match="書体にない文字「𠮷」"):
        prepare(job, Stages(Silent()))


AWAY = {"x": 20, "y": 20, "size": 10, "text": "{{ words.long }}"}
LONG = "あ" * 60


@pytest.mark.parametrize(
    ("item", "words", "what"),
    [
        ({"x": 5, "align": "right"}, LONG, "幅に入りません"),
        ({"x": 200, "align": "center"}, LONG, "幅に入りません"),
        ({"x": 2, "align": "center"}, "三文字", "幅に入りません"),
        ({"vertical": True, "y": 250}, LONG, "用紙の下の端から3mmの所より167.7mm出ます"),
        ({"width": 60, "y": 280}, LONG, "用紙の下の端から3mmの所より"),
        ({"width": 60, "y": 85}, LONG, "項目「氏名」の枠に"),
        ({"width": 60, "y": 110}, LONG, "ミシン目にかかります"),
    ],
)
def test_words_that_leave_their_place_name_layout_and_item(
    tmp_path: Path, item: dict[str, object], words: str, what: str
) -> None:
    """Read back, such a page would be blamed on the program."""
    with pytest.raises(JobError, match=f"うるま市の文面「{words[:3]}.*{what}") as caught:
        check_sheet(tmp_path, item, words)
    assert (caught.value.exit_status, caught.value.file) == (1, "mine.toml")


def test_words_in_their_place_pass(tmp_path: Path) -> None:
    for item in ({"x": 203, "align": "right"}, {"vertical": True}, {"width": 60}, {"width": 60, "y": 96}):
        check_sheet(tmp_path / str(len(str(item))), {**item}, "三文字")


def check_sheet(folder: Path, item: dict[str, object], words: str) -> None:
    """Check a sheet with one text, a field and a perforation for one municipality."""
    loaded = load_order(write_job(folder, job=JOB + f'[words]\nlong = "{words}"\n'))
    layout = Layout.model_validate(
        {
            "name": "mine",
            "title": "見本",
            "sheet": {"width": 210, "height": 297},
            "perforation": [{"x": 10, "y": 115, "width": 190}],
            "front": {
                "text": [AWAY | item],
                "field": [{"bind": "name", "x": 20, "y": 90, "width": 60, "size": 12}],
            },
        }
    )
    check_words(loaded.order, [loaded.sender("47213")], {"mine": layout}, load_styles())


def test_a_name_without_end_is_held(tmp_path: Path) -> None:
    prepared = prepare(write_job(tmp_path / "job", [person(1, name="長" * 60), person(2)]), Stages(Silent()))
    assert prepared.decided["status"].tolist() == ["held", "printed"]
    assert "DOES_NOT_FIT" in prepared.decided["problems"][0]


def test_a_document_that_only_the_export_asks_for_has_its_layout(tmp_path: Path) -> None:
    notice = '[[set]]\ncode = "B"\ndocument = "notice"\nitems = ["5", "6", "7"]\n'
    text = JOB.replace('"r08"', '"r07"').replace("mail_on", 'document_from = "export"\nmail_on') + notice
    job = write_job(tmp_path / "job", [person(1, document_given="2"), person(2, document_given="1")], text)
    result = run(job, tmp_path / "out", now="2026-01-01T00:00:00Z")
    register = (tmp_path / "out/union/register.csv").read_text(encoding="utf-8")
    assert result.counts["printed"] == 2
    assert f"{number(1)},47213,printed,notice,EXPORT,B" in register
