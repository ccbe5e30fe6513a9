"""fitted_fields.csv and its table in the report: everybody whose text was changed to fit, nobody under protection."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_job import number, person, write_job

from kouki_print.handover.fitted_list import FITTED_HEADERS, FieldSummary
from kouki_print.job.checking import check
from kouki_print.job.forms import load_styles
from kouki_print.job.prepare import Prepared, prepare
from kouki_print.job.report import report_context
from kouki_print.job.watch import Silent, Stages
from kouki_print.page.fields import PageFields
from kouki_print.page.layout import Layout
from kouki_print.page.type.fitting import check_fit

HOME = "特別養護老人ホームみどりの丘　南棟二階二〇五号室西側"
LONG_NAME = "レオナルド・デ・アルメイダ・フェルナンデス・ロドリゲス"
PEOPLE = [
    person(1),
    person(2, building=HOME),
    person(3, name=LONG_NAME),
    person(4, building=HOME, protected="1", pickup="1"),
    person(5, building=HOME * 9),  # held
    person(6, building=HOME, welfare="1"),  # excluded
    person(
        7,
        address="那覇市泉崎一丁目１番１号コーポ見本１０１",
        municipality_code="47201",
        insurer_number="39472014",
    ),
]


@pytest.fixture(scope="module")
def union(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fitted")
    check(write_job(folder / "job", PEOPLE), folder / "out", Silent())
    return folder / "out" / "union"


def test_everybody_whose_text_was_changed_is_listed(union: Path) -> None:
    data = (union / "fitted_fields.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    assert list(lines[0]) == list(FITTED_HEADERS.values())
    found = [(line["市町村"], line["行"], line["項目"], line["行数"]) for line in lines]
    assert found == [
        ("那覇市", "7", "住所・方書・様方", "1"),
        ("うるま市", "2", "住所・方書・様方", "3"),
        ("うるま市", "3", "宛名", "2"),
        ("うるま市", "3", "氏名", "2"),
    ]
    narrow, broken, small, _ = lines
    assert int(narrow["長体（%）"]) < 100 and narrow["文字の大きさ（pt）"] == "11"
    assert (broken["長体（%）"], broken["ファイル"], broken["ファイルの行"]) == ("100", "export.csv", "3")
    sizes = small["文字の大きさ（pt）"], small["元の大きさ（pt）"], small["書類"], small["個体番号"]
    assert sizes == ("8", "13", "資格確認書", "OKR08-47213-0000002")
    text = data.decode("utf-8-sig")
    assert (
        number(3) not in text and LONG_NAME not in text and HOME not in text
    )  # place only, nothing personal


def test_the_report_has_a_line_per_field(union: Path, tmp_path: Path) -> None:
    made = prepared(tmp_path, PEOPLE)
    assert report_context(made)["fitted"] == [
        FieldSummary("住所・方書・様方", people=2, condensed=1, broken=1, smaller=1, narrowest=81),
        FieldSummary("宛名", people=1, condensed=0, broken=1, smaller=1, narrowest=100),
        FieldSummary("氏名", people=1, condensed=0, broken=1, smaller=1, narrowest=100),
    ]
    html = (union / "check.html").read_text(encoding="utf-8")
    assert "<h2>長体・改行・縮小した項目</h2>" in html and '<td class="n">81%</td>' in html


def test_nobody_is_nobody(tmp_path: Path) -> None:
    made = prepared(tmp_path, [person(1), person(2)])
    assert len(made.fitted) == 0 and report_context(made)["fitted"] == []
    check(tmp_path / "job", tmp_path / "out", Silent())
    text = (tmp_path / "out" / "union" / "fitted_fields.csv").read_text(encoding="utf-8-sig")
    assert text == ",".join(FITTED_HEADERS.values()) + "\n"


def test_a_field_that_is_not_shown_holds_nobody() -> None:
    item = {"bind": "limit", "x": 20, "y": 100, "width": 20, "size": 10, "when": "limit_shown"}
    sheet = {"width": 210, "height": 297}
    layout = Layout.model_validate({"title": "見本", "sheet": sheet, "front": {"field": [item]}})
    flags = {"limit_shown": np.array([True, False, True])}
    fields = PageFields(pd.DataFrame({"limit": ["一" * 6, "一" * 20, "一" * 20]}), flags)
    rows = {"certificate": np.array([0, 1, 2])}
    fitting = check_fit(fields, rows, {"certificate": layout}, load_styles())
    assert [(each.rows.tolist(), each.values) for each in fitting.findings] == [([2], ["あと 36.5 mm "])]
    assert fitting.lines[["person", "scale"]].to_numpy().tolist() == [[0, 94]]


def test_a_misfit_on_two_sheets_is_told_once_with_the_most_that_is_missing() -> None:
    def sheet(width: float) -> Layout:
        item = {"bind": "limit", "x": 20, "y": 100, "width": width, "size": 10}
        return Layout.model_validate(
            {"title": "見本", "sheet": {"width": 210, "height": 297}, "front": {"field": [item, item]}}
        )

    fields = PageFields(pd.DataFrame({"limit": ["一" * 20, "一" * 21, "一"]}), {})
    rows = {"certificate": np.array([0, 1, 2]), "notice": np.array([0, 2])}
    layouts = {"certificate": sheet(20), "notice": sheet(15)}
    (found,) = check_fit(fields, rows, layouts, load_styles()).findings
    assert (found.rows.tolist(), found.values) == ([0, 1], ["あと 41.5 mm ", "あと 39.3 mm "])


def test_a_number_with_more_digits_than_cells_is_held() -> None:
    item = {"bind": "insured_number", "x": 20, "y": 100, "width": 32, "size": 13, "pitch": 4}
    sheet = {"width": 210, "height": 297}
    layout = Layout.model_validate({"title": "見本", "sheet": sheet, "front": {"field": [item]}})
    fields = PageFields(pd.DataFrame({"insured_number": ["12345678", "1234567890", ""]}, dtype="str"), {})
    fitting = check_fit(fields, {"certificate": np.arange(3)}, {"certificate": layout}, load_styles())
    assert [(each.column, each.rows.tolist(), each.values) for each in fitting.findings] == [
        ("被保険者番号", [1], ["あと 8.0 mm "])
    ]


def test_a_field_that_stands_there_twice_says_which_one() -> None:
    def field(bind: str, y: float) -> dict[str, object]:
        return {"bind": bind, "x": 20, "y": y, "width": 20, "size": 10}

    front = [field("name", 80), field("copay", 50), field("name", 20), field("sex", 90)]
    layout = Layout.model_validate(
        {
            "title": "見本",
            "sheet": {"width": 210, "height": 297},
            "front": {"field": front},
            "back": {"field": [field("name", 20), field("sex", 30)]},
        }
    )
    texts = pd.DataFrame({name: ["一" * 6] for name in ("name", "copay", "sex")})
    lines = check_fit(
        PageFields(texts, {}), {"notice": np.array([0])}, {"notice": layout}, load_styles()
    ).lines
    assert lines[["document", "field", "where", "usual"]].to_numpy().tolist() == [
        ["notice", "氏名", "表の上から2つ目", 10],
        ["notice", "一部負担金の割合", "", 10],
        ["notice", "氏名", "表の上から1つ目", 10],
        ["notice", "性別", "表", 10],
        ["notice", "氏名", "裏", 10],
        ["notice", "性別", "裏", 10],
    ]


def prepared(folder: Path, people: list[dict[str, str]]) -> Prepared:
    return prepare(write_job(folder / "job", people), Stages(Silent()))
