"""Slips of people who never wrote TOML: each is told with its line and what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from kouki_print.base.errors import JobError
from kouki_print.order.toml_files import read_toml

SLIPS = {
    "wide digits": ("x = ２０", "数字が全角です"),
    "wide point": ("x = 8．5", "数字が全角です"),
    "wide quotes": ("text = “見出し”", "引用符が全角です"),
    "wide quotes after a text": ('a = { b = "あ", c = ＂い＂ }', "引用符が全角です"),
    "corner brackets": ("text = 「見出し」", '半角の " で囲んで'),
    "wide equals": ("x ＝ 20", "等号が全角です"),
    "wide blank": ("x =　20", "全角の空白があります"),
    "wide brackets": ("［front］", "かっこが全角です"),
    "colon": ('text: "見出し"', ": ではなく ="),
    "decimal comma": ("size = 8,5", "小数点は , ではなく ."),
    "unit": ("width = 80mm", "単位は付けません"),
    "Japanese unit": ("width = 80ミリ", "単位は付けません"),
    "True": ("vertical = True", "小文字の true か false"),
    "date": ("mail_on = 2026/8/1", "2026-08-01 の形"),
    "short date": ("mail_on = 2026-8-1", "2026-08-01 の形"),
    "no quotes": ("text = 見出し", '文字は半角の " で囲んで'),
    "one quote": ('text = "見出し', "引用符が片方しかありません"),
    "one quote behind": ('text = 見出し"', "引用符が片方しかありません"),
    "broken line": ('text = "見出し\nの続き"', "\\n と書いてください"),
    "nothing": ("size =", "= の右に値がありません"),
    "twice": ("size = 1\nsize = 2", "同じ項目が二度あります"),
    "table twice": ("[front.field]\na = 1\n[front.field]\na = 2", "[[名前]]"),
    "single after double": ("[[front.field]]\na = 1\n[front.field]\na = 2", "[[名前]]"),
    "double after single": ("[front.field]\na = 1\n[[front.field]]\na = 2", "[[名前]]"),
    "no idea": ("size = = 12", "この行の引用符、等号、かっこを確かめてください"),
}  # fmt: skip


LATER = {"twice": 3, "table twice": 4, "single after double": 4, "double after single": 4}


@pytest.mark.parametrize(
    ("line", "hint", "row"), [(*slip, LATER.get(name, 2)) for name, slip in SLIPS.items()], ids=SLIPS
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, line: str, hint: str, row: int) -> None:
    path = tmp_path / "job.toml"
    path.write_text(f'title = "全角　のある“題”"  # ＝\n{line}\nlast = 1\n', encoding="utf-8")
    with pytest.raises(JobError) as caught:
        read_toml(path)
    error = caught.value
    assert hint in error.remedy
    assert (error.file, error.row) == ("job.toml", row)


def test_the_end_of_the_file_has_a_line_too(tmp_path: Path) -> None:
    path = tmp_path / "job.toml"
    path.write_text('a = 1\ninclude = ["x"\n\n', encoding="utf-8")
    with pytest.raises(JobError) as caught:
        read_toml(path)
    assert caught.value.row == 2
