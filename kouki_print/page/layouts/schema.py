"""The JSON Schema of layout files, for editors: the models' own, told in Japanese."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kouki_print.base.resources import data_dir
from kouki_print.page.fields import FAMILY, FIELD_JA, LINE
from kouki_print.page.layout import Layout

TABLES_JA = {
    "Layout": "様式",
    "Sheet": "用紙の仕上がり寸法",
    "Panel": "面（折りやミシン目で分かれる部分）",
    "Perforation": "ミシン目",
    "Fold": "折り",
    "Side": "用紙の片面",
    "ArtworkFile": "入稿デザイン（背景にする PDF）",
    "Text": "決まった文字",
    "Line": "線",
    "Box": "四角",
    "Image": "画像",
    "Code": "案内のQRコード（全員に同じ）",
    "FieldItem": "印字項目（一人ずつ違う文字）",
    "Repeat": "繰り返し",
    "Qr": "照合コード",
    "CustomerBarcode": "カスタマバーコード",
    "RegisteredCode": "引受番号のバーコード",
}
KEYS_JA = {
    "x": "左端からの位置（mm）",
    "y": "上端からの位置（mm）",
    "x1": "始点の左端からの位置（mm）",
    "y1": "始点の上端からの位置（mm）",
    "x2": "終点の左端からの位置（mm）",
    "y2": "終点の上端からの位置（mm）",
    "width": "幅（mm）",
    "height": "高さ（mm）",
    "size": "文字の大きさ（ポイント）",
    "font": "書体",
    "align": "幅の中の寄せ方",
    "text": "文字",
    "words": "文面の名前（文面のフォルダーの .txt）",
    "leading": "行の送り（mm）。0 は自動",
    "min_condense": "長体の下限（％）",
    "vertical": "縦書き",
    "colour": "色。year は年度の色",
    "when": "載せる条件",
    "weight": "線の太さ（mm）",
    "dash": "破線（線の長さと間、mm）",
    "tint": "塗りの濃さ（％）。0 は塗らない",
    "asset": "画像の名前（job.toml の [asset]）",
    "missing": "画像がないときに枠の中に載せる文字",
    "module": "コードの点の大きさ（mm）",
    "bind": "印字項目の名前",
    "tracking": "字間（mm）",
    "fit": "入らないときの順。condense は長体から、legible は改行から",
    "lines": "使える行数",
    "anchor": "行が少ないとき、枠の中の上・中・下のどこに置くか",
    "min_size": "文字を小さくする下限（ポイント）。なければ小さくしない",
    "small_lines": "小さくしたときに使える行数",
    "pitch": "1文字ごとのますの幅（mm）。0 はますなし",
    "text_size": "コードの下の文字の大きさ（ポイント）",
    "text_align": "コードの下の文字の寄せ方",
    "points": "バーコードの大きさ（ポイント）",
    "narrow": "細いバーの幅（mm）",
    "ratio": "太いバーは細いバーの何倍か",
    "file": "ジョブのフォルダーの PDF",
    "page": "PDF のページ（1から）",
    "sha256": "ファイルの SHA-256（64文字）",
    "count": "回数",
    "columns": "横に並べる数",
    "dx": "右への送り（mm）",
    "dy": "下への送り（mm）",
    "name": "名前。宛名の面は address",
    "bleed": "塗り足し（mm）",
    "title": "様式の題",
    "include": "部品の名前（先に重ねる順）",
    "sheet": "用紙",
    "panel": "面",
    "perforation": "ミシン目",
    "fold": "折り",
    "front": "表",
    "back": "裏",
    "artwork": "入稿デザイン",
    "line": "線",
    "box": "四角",
    "image": "画像",
    "code": "案内のQRコード",
    "field": "印字項目",
    "repeat": "繰り返し",
    "qr": "照合コード",
    "barcode": "カスタマバーコード",
    "registered": "引受番号",
}


def schema_path() -> Path:
    """The shipped schema."""
    return data_dir() / "schemas" / "layout.schema.json"


def schema_text() -> str:
    """The schema as the shipped file has it."""
    made = Layout.model_json_schema()
    made["properties"].pop("name")  # the file's own name, which nobody writes
    binds = made["$defs"]["FieldItem"]["properties"]["bind"]
    single = (name for name in FIELD_JA if not name.startswith("line_"))  # lines of a list: only in a repeat
    repeated = [f"family_{{n}}_{name}" for name in FAMILY] + [f"line_{{n}}_{name}" for name in LINE]
    binds["enum"] = [*single, *repeated]
    for name, table in {"Layout": made, **made["$defs"]}.items():
        _tell(table, TABLES_JA[name])
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def _tell(table: dict[str, Any], title: str) -> None:
    table["title"] = title
    table.pop("description", None)
    for key, value in table["properties"].items():
        value.pop("title", None)
        value["description"] = KEYS_JA[key]
