"""The manual of page layouts is true: its tables are those of the models, its example draws a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from line_fixtures import ROOT, cli
from pydantic import BaseModel
from test_docs import default_words, rows

from kouki_print.page import items
from kouki_print.page.fields import FIELD_JA, FLAG_JA
from kouki_print.page.items import SMALLEST
from kouki_print.page.layout import Layout
from kouki_print.page.layouts.checks import CLEAR, PERFORATION_CLEAR
from kouki_print.page.layouts.faults import MOST
from kouki_print.page.layouts.file import parse_layout

PAGE = (ROOT / "docs" / "layouts.md").read_text(encoding="utf-8")
(EXAMPLE,) = re.findall(r"^```toml layout\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def chapter(heading: str) -> str:
    """The part of the page under a heading."""
    return PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("様式", Layout),
        ("用紙 `[sheet]`", items.Sheet),
        ("面 `[[panel]]`", items.Panel),
        ("ミシン目 `[[perforation]]`", items.Perforation),
        ("折り `[[fold]]`", items.Fold),
        ("片面 `[front]` と `[back]`", items.Side),
        ("決まった文字 `[[front.text]]`", items.Text),
        ("印字項目 `[[front.field]]`", items.FieldItem),
        ("線 `[[front.line]]`", items.Line),
        ("四角 `[[front.box]]`", items.Box),
        ("画像 `[[front.image]]`", items.Image),
        ("繰り返し `[[front.repeat]]`", items.Repeat),
        ("入稿デザイン `[front.artwork]`", items.ArtworkFile),
        ("照合コード `[front.qr]`", items.Qr),
        ("カスタマバーコード `[front.barcode]`", items.CustomerBarcode),
        ("引受番号 `[front.registered]`", items.RegisteredCode),
        ("案内のQRコード `[[front.code]]`", items.Code),
    ],
)
def test_every_key_stands_in_its_table_with_its_default(heading: str, model: type[BaseModel]) -> None:
    told = rows(chapter(heading))
    keys = [key for key in model.model_fields if model is not Layout or key != "name"]  # the file's own name
    assert list(told) == keys
    for key in keys:
        words = "なし" if key == "back" else default_words(model.model_fields[key])
        assert told[key][3].strip("`") == words, key


def test_fields_and_conditions_are_all_listed() -> None:
    told = {key: cells[1] for key, cells in rows(chapter("印字項目の一覧")).items()}
    assert told == {key: words for key, words in FIELD_JA.items() if not key.startswith(("family_", "line_"))}
    assert {key: cells[1] for key, cells in rows(chapter("条件 `when`")).items()} == FLAG_JA


def test_the_distances_are_those_that_are_checked() -> None:
    told = chapter("間違いがあるとき")
    for words in (
        f"{MOST}件まで",
        f"{SMALLEST} ポイント以上",
        f"端から {CLEAR:g} mm",
        f"ミシン目から {PERFORATION_CLEAR:g} mm",
    ):
        assert words in told


def test_the_example_draws_a_page(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(EXAMPLE, encoding="utf-8")
    front = parse_layout(path).front
    assert [line.y1 for line in front.line] == [45, 54, 63]
    result = cli("layout", "preview", str(path), "--out", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    assert "お知らせ" not in result.output  # everything fits
    assert (tmp_path / "out" / "longest_front.png").is_file()
