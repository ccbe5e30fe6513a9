"""A layout makes a complete piece: what a document must show is asked before anything is printed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from line_fixtures import ROOT, cli
from small_job import JOB, person, write_job

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir, layout_dir
from kouki_print.job.forms import load_layouts
from kouki_print.order.load import load_order
from kouki_print.order.presets import order_of_preset, read_preset
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.completeness import missing

NOTICE = '[documents]\nnotice = { layout = "art/mine.toml" }\n'
INCLUDE = 'include = ["folded_sheet", "address_panel"]\n'
FIELDS = {"name": 120, "insured_number": 130, "copay": 140}


def layout_text(fields: dict[str, int] = FIELDS, include: str = INCLUDE, more: str = "") -> str:
    items = (
        f'[[front.field]]\nbind = "{bind}"\nx = 20\ny = {y}\nwidth = 60\nsize = 12\n'
        for bind, y in fields.items()
    )
    return f'title = "お知らせ"\n{include}[sheet]\nwidth = 210\nheight = 297\n{"".join(items)}{more}'


def job_with(folder: Path, text: str) -> Path:
    made = write_job(folder, [person(1)], JOB + NOTICE)
    (made / "art").mkdir()
    (made / "art" / "mine.toml").write_text(text, encoding="utf-8")
    return made


def told(folder: Path, text: str) -> str:
    made = job_with(folder, text)
    with pytest.raises(JobError) as caught:
        load_layouts(load_order(made).order, made)
    assert caught.value.file == "mine.toml"
    return caught.value.what


def test_a_complete_notice_is_taken(tmp_path: Path) -> None:
    made = job_with(tmp_path, layout_text())
    assert "notice" in load_layouts(load_order(made).order, made)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (layout_text({"name": 120, "insured_number": 130}), "一部負担金の割合（copay）"),
        (layout_text({"copay": 120, "name": 130}), "被保険者番号（insured_number）"),
        (layout_text({"insured_number": 120, "copay": 130}), "氏名（name）"),
        (layout_text(more='when = "disease"\n'), "一部負担金の割合（copay）"),
        (
            layout_text(include="", more="[front.qr]\nx = 180\ny = 8\n[back.qr]\nx = 180\ny = 8\n"),
            '窓に向く面（[[panel]] name = "address"）の宛名（to_name）・郵便番号（to_postcode）'
            "・住所・方書・様方（to_place）",
        ),
        (
            layout_text(
                more='[[panel]]\nname = "address"\nx = 0\ny = 0\nwidth = 210\nheight = 100\n'
            ).replace(INCLUDE, 'include = ["address_panel"]\n'),
            "表の照合コード（[front.qr]）、裏の照合コード（[back.qr]）",
        ),
    ],
)
def test_what_a_notice_lacks_is_told(tmp_path: Path, text: str, what: str) -> None:
    assert told(tmp_path, text) == f"資格情報のお知らせの様式に、{what}がありません。"


def test_check_and_run_stop_at_the_same_place(tmp_path: Path) -> None:
    made = job_with(tmp_path / "job", layout_text({"name": 120, "insured_number": 130}))
    for command in ("check", "run", "proof"):
        result = cli(command, made, "--out", tmp_path / command)
        assert result.exit_code == 1 and "mine.toml: 資格情報のお知らせの様式に" in result.output, command


def test_the_examples_of_the_manual_work_over_r08(tmp_path: Path) -> None:
    chapter = (
        (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").split("\n## 書類 ")[1].split("\n## ")[0]
    )
    examples = re.findall(r"^```toml order\n(.*?)^```", chapter, re.MULTILINE | re.DOTALL)
    for number, text in enumerate(examples):
        made = write_job(tmp_path / str(number), [person(1)], JOB + text)
        (made / "art").mkdir()
        shutil.copy(layout_dir() / "disease_card.toml", made / "art" / "checkup.toml")
        result = cli("check", made, "--out", tmp_path / f"out{number}")
        assert result.exit_code == 0, result.output
    assert len(examples) == 2


@pytest.mark.parametrize("preset", sorted(path.stem for path in (data_dir() / "presets").glob("*.toml")))
def test_the_documents_of_every_preset_are_complete(preset: str) -> None:
    assert load_layouts(order_of_preset(read_preset(preset).values), Path())


def test_a_further_sheet_needs_no_address() -> None:
    qr = {"x": 8, "y": 8}
    fields = [
        {"bind": bind, "x": 20, "y": y, "width": 60, "size": 12}
        for bind, y in (("name", 20), ("insured_number", 40))
    ]
    layout = Layout.model_validate(
        {
            "title": "別紙",
            "sheet": {"width": 210, "height": 297},
            "front": {"field": fields, "qr": qr},
            "back": {"qr": qr},
        }
    )
    assert list(missing(layout, first=False)) == []
    assert len(list(missing(layout, first=True))) == 1
