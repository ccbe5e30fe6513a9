"""Layout files: every mistake is told in Japanese with file, line and remedy; repeats and schema."""

# ruff: noqa: E501 (one line per mistake reads as a table)

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from line_fixtures import cli

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir, template_dir
from kouki_print.job.preview_examples import example_order
from kouki_print.order.units import Contact
from kouki_print.page import words
from kouki_print.page.fields import FIELD_JA, FLAG_JA, NUMBERS
from kouki_print.page.items import Box, FieldItem, Line, Repeat, Text
from kouki_print.page.layouts.checks import NAMED
from kouki_print.page.layouts.file import parse_layout
from kouki_print.page.layouts.repeats import copies
from kouki_print.page.layouts.schema import KEYS_JA, TABLES_JA, schema_path, schema_text
from kouki_print.page.layouts.toml_lines import lines_of

pytest_plugins = ("line_fixtures",)

BASE = """\
title = "試験の様式"
sheet = { width = 210, height = 297 }

[[front.text]]
x = 20
y = 20
size = 10
text = "見出し"

[[front.field]]
bind = "name"
x = 20
y = 40
width = 60
size = 12
"""
FIELDS = (
    f"name、to_name、unit_name（全部で{len(FIELD_JA)}件）。説明書の「印字項目の一覧」を確かめてください。"
)
TEXT_KEYS = "、".join(Text.model_fields)
INSURER = "、".join(f"insurer.{name}" for name in NAMED["insurer"])
FILES = len([*(template_dir() / "words").glob("*.txt")])
OWN_FILE = "ジョブの文面は、ジョブの templates/ に置き、試し刷りでは --job を付けてください。"
DIGEST = "今は4文字です。SHA-256 は半角の数字と英字 a〜f の64文字です。Windows では PowerShell で Get-FileHash ファイル名、そのほかでは sha256sum ファイル名 で調べられます。"
PARTS = "、".join(sorted(path.stem for path in (layout_dir() / "parts").glob("*.toml")))
NUMBER = "mm やポイントの数だけを、引用符なしで書いてください。"
OVER = "位置（x, y）か幅（width）、行数を直して離してください。文字が重なって読めなくなります。"
SMALL = "6.5 ポイント以上にしてください。これより小さい文字は高齢の方に読めません。"
INSIDE = "位置（x, y）か大きさを、用紙に入るように直してください。"
EDGE = "用紙の端から 3 mm 以上離してください。断裁のずれで欠けることがあります。"
CUT = "ミシン目から 1 mm 以上離してください。切り離すと欠けることがあります。"
TOML = "この行の引用符、等号、かっこを確かめてください。文字は引用符で囲み、日付は 2026-08-01 の形です。同じ項目を二度書いても読めません。"
TEXT = "[[front.text]]\nx = 20\ny = 60\nsize = 10\n"
FLAGS = f"{'、'.join(FLAG_JA)}。印字項目の名前（空でないとき）と、前に付ける not も使えます。"

# what is put in place of what (at the end where nothing is named), line, what is wrong, what to do
MISTAKES: dict[str, tuple[str, str, int, str, str]] = {
    "unknown key": ("size = 10\n", "size = 10\nfnot = 3\n", 8, "[[front.text]] に知らない項目「fnot」があります。", f"「font」の書き間違いではありませんか。使えるのは次のとおりです: {TEXT_KEYS}"),
    "unknown table": ("", "[middle]\n", 16, "様式に知らない項目「middle」があります。", "使えるのは次のとおりです: title、include、sheet、panel、perforation、fold、front、back"),
    "own name": ("title", 'name = "mine"\ntitle', 1, "様式に知らない項目「name」があります。", "名前はファイルの名前です。この行を消してください。"),
    "missing key": ("width = 60\n", "", 10, "[[front.field]] に「width」がありません。", "「width」を書き足してください。"),
    "missing title": ('title = "試験の様式"\n', "", 1, "様式に「title」がありません。", "「title」を書き足してください。"),
    "number as text": ("size = 12", 'size = "12"', 15, '[[front.field]] の「size」は数で書きます（今は "12"）。', NUMBER),
    "not a number": ("x = 20", "x = nan", 5, '[[front.text]] の「x」は数で書きます（今は "NaN"）。', NUMBER),
    "text as number": ('text = "見出し"', "text = 5", 8, "[[front.text]] の「text」は文字で書きます（今は 5）。", '" " で囲んで書いてください。'),
    "a whole number": ("size = 12", "size = 12\nlines = 1.5", 16, "[[front.field]] の「lines」は整数で書きます（今は 1.5）。", "小数点のない数を、引用符なしで書いてください。"),
    "yes or no": ("size = 10", 'size = 10\nvertical = "yes"', 8, '[[front.text]] の「vertical」は true か false で書きます（今は "yes"）。', "引用符なしで true か false と書いてください。"),
    "no table": ("sheet = { width = 210, height = 297 }", "sheet = 210", 2, "「sheet」は表で書きます（今は 210）。", "[名前] の表か、{ } で囲んだ並びにしてください。"),
    "no list": ("title", 'include = "address_panel"\ntitle', 1, '「include」は並びで書きます（今は "address_panel"）。', "[ ] で囲んで書いてください。"),
    "short dash": ("", "[front]\nline = [\n  { x1 = 5, y1 = 5, x2 = 9, y2 = 5, dash = [1] },\n]\n", 18, "[[front.line]] の「dash」は数が足りません。", "[1, 0.8] のように決まった数だけ書いてください。"),
    "another font": ("size = 10", 'size = 10\nfont = "meiryo"', 8, "[[front.text]] の「font」の値「meiryo」は使えません。", '次のどれかにしてください: "mincho"、"gothic"、"bold"'),
    "below the range": ("size = 12", "size = 12\nmin_condense = 20", 16, "[[front.field]] の「min_condense」の値 20 は使えません。", "50 以上にしてください。"),
    "negative width": ("width = 60", "width = -60", 14, "[[front.field]] の「width」の値 -60 は使えません。", "0 より大きい数にしてください。"),
    "too small": ("size = 10", "size = 5", 7, "[[front.text]] の「size」が小さすぎます（5 ポイント）。", SMALL),
    "too small at last": ("size = 12", "size = 12\nmin_size = 6", 16, "[[front.field]] の「min_size」が小さすぎます（6 ポイント）。", SMALL),
    "not smaller": ("size = 12", "size = 12\nmin_size = 13", 10, "[[front.field]]: min_size 13 は size 12 より小さくしてください。", "この項目を直してください。"),
    "syntax": ("size = 12", "size = = 12", 15, "TOML として読めません", TOML),
    "twice": ("size = 12", "size = 12\nsize = 13", 16, "TOML として読めません", "同じ項目が二度あります。どちらかを消してください。"),
    "unknown field": ('"name"', '"nmae"', 11, "[[front.field]] の bind「nmae」は知らない印字項目です。", f"「name」の書き間違いではありませんか。近い名前: {FIELDS}"),
    "field in Japanese": ('"name"', '"生年月日"', 11, "[[front.field]] の bind「生年月日」は知らない印字項目です。", "「birth_date」と書いてください。"),
    "unknown condition": ("size = 12", 'size = 12\nwhen = "not no_foward"', 16, "[[front.field]]「name」の when「no_foward」は知らない条件です。", f"「no_forward」の書き間違いではありませんか。使えるのは次のとおりです: {FLAGS}"),
    "unknown words": ('text = "見出し"', 'words = "notice_guid"', 8, "[[front.text]] の文面「notice_guid」がありません。", f"「notice_guide」の書き間違いではありませんか。近い名前: notice_guide、kenpo_notice_guide、kenpo_certificate_guide（全部で{FILES}件）。{OWN_FILE}"),
    "neither text nor words": ('text = "見出し"', "", 4, "[[front.text]] には text か words のどちらか一つが要ります。", "文字そのものは text に、文面の名前は words に書いてください。"),
    "open brackets": ("見出し", "{{ insurer.name }", 8, "[[front.text]]「{{ insurer.name }」の {{ }} の書き方が正しくありません。", "{{ insurer.name }} のように、二重のかっこを対にして書いてください。"),
    "unknown name": ("見出し", "{{ insuer.name }}", 8, "[[front.text]]「{{ insuer.name }}」の {{ }} にある「insuer」は知らない名前です。", "「insurer」の書き間違いではありませんか。使えるのは次のとおりです: job、insurer、municipality、words"),
    "unknown part of it": ("見出し", "{{ insurer.nam }}", 8, "[[front.text]]「{{ insurer.nam }}」の {{ }} にある「insurer.nam」は知らない名前です。", f"「insurer.name」の書き間違いではありませんか。使えるのは次のとおりです: {INSURER}"),
    "unknown part file": ("title", 'include = ["notice_pag"]\ntitle', 1, "include の部品「notice_pag」がありません。", f"「notice_page」の書き間違いではありませんか。使えるのは次のとおりです: {PARTS}"),
    "cells for words": ("size = 12", "size = 12\npitch = 5", 16, "[[front.field]] の項目「name」は数字だけではないので、ますに分けられません。", f"pitch を消してください。使えるのは {'、'.join(sorted(NUMBERS))} です。"),
    "a cell too wide": ('"name"\nx = 20\ny = 40\nwidth = 60', '"insured_number"\npitch = 61\nx = 20\ny = 40\nwidth = 60', 12, "[[front.field]] のます（pitch 61 mm）が欄の幅 60 mm より広いです。", "pitch か width を、ますが欄に並ぶように直してください。"),
    "digest": ("", '[front.artwork]\nfile = "art.pdf"\nsha256 = "12ab"\n', 18, "[front.artwork] の「sha256」が SHA-256 の形ではありません。", DIGEST),
    "empty perforation": ("", "[[perforation]]\nx = 5\ny = 5\n", 16, "[[perforation]]: ミシン目には width か height が要ります。", "この項目を直してください。"),
    "beyond the sheet": ("x = 20\ny = 20", "x = 212\ny = 20", 4, "[[front.text]]「見出し」が用紙（210×297 mm）の外に 12.6 mm 出ています。", INSIDE),
    "partly beyond": ("x = 20\ny = 20", "x = 205\ny = 20", 4, "[[front.text]]「見出し」が用紙（210×297 mm）の外に 5.6 mm 出ています。", INSIDE),
    "line beyond the bleed": ("", "[[front.line]]\nx1 = -4\ny1 = 9\nx2 = 9\ny2 = 9\n", 16, "[[front.line]] が用紙（210×297 mm）と塗り足しの外に 1.0 mm 出ています。", INSIDE),
    "field near the trim": ("x = 20\ny = 40", "x = 2\ny = 40", 10, "[[front.field]]「name」から用紙の端まで 2.0 mm しかありません。", EDGE),
    "code near the trim": ("", "[front.qr]\nx = 195\ny = 9\n", 16, "[front.qr] から用紙の端まで 2.3 mm しかありません。", EDGE),
    "text near a perforation": ("", "[[perforation]]\nx = 10\ny = 24\nwidth = 190\n", 4, "[[front.text]]「見出し」がミシン目から 0.5 mm しかありません。", CUT),
    "field across a perforation": ("", "[[perforation]]\nx = 50\ny = 30\nheight = 50\n", 10, "[[front.field]]「name」がミシン目にかかっています。", CUT),
    "perforation seen from the back": ("", "[[perforation]]\nx = 10\ny = 90\nheight = 50\n[[back.text]]\nx = 190\ny = 100\nsize = 10\ntext = '裏面の文字'\n", 20, "[[back.text]]「裏面の文字」がミシン目にかかっています。", CUT),
    "text over a code": ("", "[front.barcode]\nx = 25\ny = 42\n", 10, "[[front.field]]「name」が[front.barcode] のコードか、そのまわりの余白にかかっています。", "コードから 2.0 mm 以上離してください。読み取れなくなります。"),
    "in a repeat": ("", "[[front.repeat]]\ncount = 3\ndy = 105\n[[front.repeat.text]]\nx = 20\ny = 90\nsize = 10\ntext = '{n}番'\n", 19, "[[front.repeat.text]]「3番」が用紙（210×297 mm）の外に 6.5 mm 出ています。", INSIDE),
    "Japanese value": ("size = 10", 'size = 10\nfont = "明朝"', 8, "[[front.text]] の「font」の値「明朝」は使えません。", '"mincho" と書いてください。次のどれかにしてください: "mincho"、"gothic"、"bold"'),
    "single brackets": ("[[front.field]]", "[front.field]", 10, "[front.field] は二重のかっこで書きます。", "[[front.field]] と書いてください。一つだけのときも二重です。"),
    "condition like a field": ("size = 12", 'size = 12\nwhen = "long_stay_onn"', 16, "[[front.field]]「name」の when「long_stay_onn」は知らない条件です。", f"「long_stay_on」の書き間違いではありませんか。使えるのは次のとおりです: {FLAGS}"),
    "text on a field": ("", f"{TEXT.replace('60', '43')}text = '様'\n", 10, "[[front.field]]「name」が、[[front.text]]「様」に 1.2 mm 重なっています（相手は mine.toml 16行目）。", OVER),
    "text on a text": ("", f"{TEXT.replace('60', '22')}text = '題'\n", 16, "[[front.text]]「題」が、[[front.text]]「見出し」に 1.5 mm 重なっています（相手は mine.toml 4行目）。", OVER),
    "field on a field": ("", '[[front.field]]\nbind = "name"\nx = 70\ny = 40\nwidth = 20\nsize = 12\n', 16, "[[front.field]]「name」が、[[front.field]]「name」に 4.2 mm 重なっています（相手は mine.toml 10行目）。", OVER),
    "address twice": ("", '[[front.field]]\nbind = "to_name"\nx = 20\ny = 60\nwidth = 20\nsize = 12\n[[back.field]]\nbind = "to_name"\nx = 20\ny = 60\nwidth = 20\nsize = 12\n', 22, "[[back.field]]「to_name」が二つあります。宛名の項目は一つだけです（相手は mine.toml 16行目）。", "どちらかを消してください。"),
    "honorific twice": ("", f'[[panel]]\nname = "address"\nx = 0\ny = 0\nwidth = 210\nheight = 99\n{TEXT}text = "様"\n', 22, "[[front.text]]「様」は敬称です。宛名（to_name）には、はじめから「様」が付いています。", "この文字を消してください。"),
    "perforation beside the sheet": ("", "[[perforation]]\nx = 10\ny = 290\nwidth = 20\nheight = 20\n", 16, "[[perforation]] が用紙（210×297 mm）の外に 13.0 mm 出ています。", "ミシン目は用紙の中に置いてください。"),
    "perforations beside each other": ("", "[[perforation]]\nx = 10\ny = 90\nwidth = 90\n[[perforation]]\nx = 20\ny = 90.5\nwidth = 20\nheight = 20\n", 20, "[[perforation]] が、ほかのミシン目から 1 mm 以内に並んでいます（相手は mine.toml 16行目）。", "一つにまとめるか、1 mm より離してください。紙がそこで破れます。"),
}  # fmt: skip


def layout_file(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in BASE
    path = folder / "mine.toml"
    path.write_text(BASE.replace(old, new, 1) if old else BASE + new, encoding="utf-8")
    return path


def told(path: Path, folder: Path | None = None) -> str:
    with pytest.raises(JobError) as caught:
        parse_layout(path, folder)
    return caught.value.message()


@pytest.mark.parametrize(("old", "new", "row", "what", "remedy"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, row: int, what: str, remedy: str
) -> None:
    assert told(layout_file(tmp_path, old, new)) == f"mine.toml {row}行目: {what}\n対処: {remedy}"


def test_the_base_has_no_mistake(tmp_path: Path) -> None:
    assert parse_layout(layout_file(tmp_path)).name == "mine"


def test_a_line_or_box_may_cross_a_perforation_and_reach_into_the_bleed(tmp_path: Path) -> None:
    parse_layout(
        layout_file(
            tmp_path,
            new="[[perforation]]\nx = 10\ny = 80\nwidth = 190\n"
            "[[front.line]]\nx1 = 50\ny1 = 70\nx2 = 50\ny2 = 90\n"
            "[[front.box]]\nx = -3\ny = -3\nwidth = 216\nheight = 10\ntint = 50\n",
        )
    )


def test_what_is_never_printed_together_may_share_a_place(tmp_path: Path) -> None:
    text = TEXT.replace("60", "41")
    instead = f"{text}text = 'なし'\nwhen = 'not name'\n"
    other_side = text.replace("front", "back") + "text = '裏'\n"
    by_the_job = f"{text}text = '{{% if insurer.url %}}あ{{% endif %}}'\n"
    meeting = "[[perforation]]\nx = 0\ny = 90\nwidth = 210\n[[perforation]]\nx = 90\ny = 90\nheight = 100\n"
    parse_layout(layout_file(tmp_path, new=instead + other_side + by_the_job + meeting))


def test_a_value_over_that_of_a_part_is_told_with_its_own_line(tmp_path: Path) -> None:
    path = layout_file(tmp_path, "title", 'include = ["address_panel"]\ntitle')
    path.write_text(path.read_text(encoding="utf-8") + "[front.barcode]\npoints = 20\n", encoding="utf-8")
    assert "mine.toml 18行目: [front.barcode] の「points」の値 20 は使えません" in told(path)


def test_all_mistakes_are_told_together_in_their_order(tmp_path: Path) -> None:
    wrong = f"{TEXT}fnot = 1\ntext = '{{{{ who }}}}'\n[[perforation]]\nx = 10\ny = 24\nwidth = 190\n"
    text = told(layout_file(tmp_path, new=wrong)).split("\n")
    assert text[0] == "mine.toml: 様式に誤りが2件あります。"
    assert [line for line in text if "行目" in line] == [
        "mine.toml 4行目: [[front.text]]「見出し」がミシン目から 0.5 mm しかありません。",
        "mine.toml 20行目: [[front.text]] に知らない項目「fnot」があります。",
    ]
    assert text[-1] == "対処: それぞれの行を直して、もう一度実行してください。"


def test_twenty_are_told_and_the_rest_counted(tmp_path: Path) -> None:
    text = told(layout_file(tmp_path, new="".join(f"{TEXT}size{n} = 1\ntext = 'あ'\n" for n in range(25))))
    assert text.startswith("mine.toml: 様式に誤りが25件あります。")
    assert text.count("行目") == 20 and "（ほか5件）" in text


def test_a_mistake_of_a_part_names_the_part(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "head.toml").write_text("# 見出し\n" + TEXT + 'txt = "あ"\n', encoding="utf-8")
    text = told(layout_file(tmp_path, "title", 'include = ["head"]\ntitle'))
    assert "parts/head.toml 6行目: [[front.text]] に知らない項目「txt」があります。" in text
    assert "mine.toml" not in text.partition("\n")[2]


def test_a_mistake_after_a_part_keeps_its_own_line(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "head.toml").write_text(
        "".join(TEXT.replace("60", str(60 + 9 * n)) + 'text = "あ"\n' for n in range(3)), encoding="utf-8"
    )
    path = layout_file(tmp_path, 'size = 10\ntext = "見出し"', 'size = 3\ntext = "見出し"')
    path.write_text('include = ["head"]\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert told(path).startswith("mine.toml 8行目: [[front.text]] の「size」が小さすぎます（3 ポイント）。")


def test_words_of_the_job_folder_are_known(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mine.txt").write_text("ご案内", encoding="utf-8")
    path = layout_file(tmp_path, 'text = "見出し"', 'words = "mine"')
    assert parse_layout(path, tmp_path).front.text[0].words == "mine"
    assert "文面「mine」がありません" in told(path)


def test_a_name_that_the_order_has_no_words_for_is_told_with_its_line(tmp_path: Path) -> None:
    path = layout_file(tmp_path, "見出し", "{{ words.certifcate }}{{ words.own | default('') }}")
    parse_layout(path)  # whose words there are, only an order tells
    with pytest.raises(JobError) as caught:
        parse_layout(path, None, words.known_words(example_order("r08")))
    assert (caught.value.file, caught.value.row) == ("mine.toml", 8)
    assert "「words.certifcate」は、この注文の [words] にありません" in caught.value.what
    assert caught.value.remedy.startswith("「certificate」の書き間違い")


def test_the_names_that_words_may_use_are_those_they_get() -> None:
    context = words._job_words(example_order("r08"))
    assert set(NAMED["job"]) == set(context)
    assert set(NAMED["municipality"]) == set(Contact.model_fields)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "{{ words.certifcate }}",
            "「certifcate」という名前がありません。「certificate」の書き間違いではありませんか",
        ),
        ("{{ unknown }}", "「unknown」という名前がありません"),
        ("{{ job.title }", "1行目の書き方が正しくありません"),
        ("{{ 1 / 0 }}", "値が正しくありません"),
    ],
)
def test_words_that_cannot_be_made_say_why(text: str, reason: str) -> None:
    with pytest.raises(JobError) as caught:
        words.renderer(example_order("r08"))(Text(x=1, y=1, size=9, text=text))
    assert caught.value.what == f"文面「{text}」を作れません（{reason}）。"


# --- lines


def test_every_value_has_its_line() -> None:
    text = '# a\na = 1\n[b]\nc.d = "x # y"\n\n[[e]]\nf = [\n  1, # [\n  [2, 3],\n]\ng = { h = """\n]\n""", i = 2 }\n[[e]]\n[e.j]\nk = 1.5\n[[e.l]]\nm = 1979-05-27T07:32:00Z\n'
    tomllib.loads(text)
    assert lines_of(text) == {
        ("a",): 2, ("b",): 3, ("b", "c"): 4, ("b", "c", "d"): 4, ("e",): 6, ("e", 0): 6, ("e", 0, "f"): 7,
        ("e", 0, "f", 0): 8, ("e", 0, "f", 1): 9, ("e", 0, "f", 1, 0): 9, ("e", 0, "f", 1, 1): 9, ("e", 0, "g"): 11,
        ("e", 0, "g", "h"): 11, ("e", 0, "g", "i"): 13, ("e", 1): 14, ("e", 1, "j"): 15, ("e", 1, "j", "k"): 16,
        ("e", 1, "l"): 17, ("e", 1, "l", 0): 17, ("e", 1, "l", 0, "m"): 18,
    }  # fmt: skip


def paths(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Path of every value of a parsed file."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield (*at, key)
        yield from paths(inner, (*at, key))


@pytest.mark.parametrize("path", sorted(layout_dir().rglob("*.toml")), ids=lambda path: path.stem)
def test_every_value_of_the_shipped_files_is_found_where_it_stands(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = lines_of(text)
    rows = text.splitlines()
    for place in paths(tomllib.loads(text)):
        assert place in lines, place
        assert not isinstance(place[-1], str) or place[-1] in rows[lines[place] - 1], place


# --- repeats


def repeat(**cells: object) -> Repeat:
    return Repeat.model_validate({"count": 5, **cells})


def test_copies_in_one_column_move_by_both_ways() -> None:
    made = [item for _, _, item in copies(repeat(dx=2, dy=11, line=[{"x1": 1, "y1": 2, "x2": 3, "y2": 2}]))]
    assert [(item.x1, item.y1, item.x2, item.y2) for item in made if isinstance(item, Line)] == [
        (1 + 2 * step, 2 + 11 * step, 3 + 2 * step, 2 + 11 * step) for step in range(5)
    ]


def test_copies_in_columns_fill_row_by_row() -> None:
    cells = {"columns": 3, "dx": 60, "dy": 20.1, "box": [{"x": 5, "y": 0.1, "width": 1, "height": 1}]}
    made = [item for _, _, item in copies(repeat(**cells))]
    assert [(item.x, item.y) for item in made if isinstance(item, Box)] == [
        (5, 0.1), (65, 0.1), (125, 0.1), (5, 20.2), (65, 20.2),
    ]  # fmt: skip


def test_the_number_stands_in_texts_binds_and_conditions_alone() -> None:
    made = [
        item
        for _, _, item in copies(
            repeat(
                count=2,
                text=[{"x": 1, "y": 1, "size": 9, "text": "{n}人目 {{n}}"}],
                field=[
                    {
                        "bind": "family_{n}_name",
                        "x": 1,
                        "y": 1,
                        "width": 9,
                        "size": 9,
                        "when": "not family_{n}_name",
                    }
                ],
            )
        )
    ]
    assert [item.text for item in made if isinstance(item, Text)] == ["1人目 {{n}}", "2人目 {{n}}"]
    fields = [(item.bind, item.when) for item in made if isinstance(item, FieldItem)]
    assert fields == [(f"family_{n}_name", f"not family_{n}_name") for n in (1, 2)]


def test_nobody_after_the_loader_meets_a_repeat() -> None:
    front = parse_layout(layout_dir() / "notice_household.toml").front
    assert front.repeat == []
    rows = [item for item in front.field if item.bind.endswith("_name") and item.bind.startswith("family_")]
    assert [(item.bind, item.y) for item in rows] == [
        (f"family_{n}_name", pytest.approx(129.15 + 11 * (n - 1))) for n in range(1, 7)
    ]
    across = sorted(line.y1 for line in front.line if (line.x1, line.x2) == (20, 190))
    assert across == [127, 138, 149, 160, 171, 182, 216]


# --- schema


def test_the_shipped_schema_is_the_models_own() -> None:
    assert schema_path().read_text(encoding="utf-8") == schema_text()
    assert cli("layout", "schema").output == schema_text()


def test_the_schema_has_a_word_for_everything_and_none_too_many() -> None:
    made = json.loads(schema_text())
    tables = {"Layout": made, **made["$defs"]}
    assert set(tables) == set(TABLES_JA)
    assert set(itertools.chain(*(table["properties"] for table in tables.values()))) == set(KEYS_JA)


def test_the_schema_takes_what_the_loader_takes(tmp_path: Path) -> None:
    schema = json.loads(schema_text())
    for path in layout_dir().glob("*.toml"):
        values = tomllib.loads(path.read_text(encoding="utf-8"))
        values.setdefault("sheet", {"width": 1, "height": 1})
        values.setdefault("front", {})
        jsonschema.validate(values, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**tomllib.loads(BASE), "titel": ""}, schema)
