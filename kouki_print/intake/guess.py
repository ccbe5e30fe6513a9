"""Proposes an export layout from a sample file: a commented TOML that a person completes and keeps.

The proposal names no person: codes of code columns are shown, texts and numbers are not.  The same file
always gives the same proposal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.intake.contents import EMPTY_DATES, by_content, style_of
from kouki_print.intake.datestyles import STYLES, reader
from kouki_print.intake.decoding import AGAIN
from kouki_print.intake.forbidden import is_forbidden_name
from kouki_print.intake.layouts import ENCODING_JA
from kouki_print.intake.sniff import Sniffed, sniff
from kouki_print.intake.synonyms import WORDS, standard_of
from kouki_print.intake.widths import spans
from kouki_print.order.columns import EXPORT_COLUMNS, ExportColumn

UNKNOWN = "？"  # stands for a word to fill in; left as it is, the people concerned are held
_BY_HEADER = {column.header: column for column in EXPORT_COLUMNS}
_ALIKE = ("基準日", "保険者番号", "市町村コード")  # may be the same for everybody
_REQUIRED = [column.header for column in EXPORT_COLUMNS if column.required]
_CODED = ("flag", "override", "ratio", "word")
_MOST_CODES = 30
_PRIVATE = re.compile("[\ue000-\ue757]")


def guess_layout(path: Path) -> str:
    """Layout TOML proposed for a sample export; JobError when the file cannot be read at all."""
    try:
        data = path.read_bytes()
    except OSError:
        raise JobError(
            "ファイルがないか、読めません", remedy="ファイルの場所を確かめてください。", file=path.name
        ) from None
    if not data.strip():
        raise JobError("ファイルが空です", remedy=AGAIN, file=path.name)
    found = sniff(data, path.name)
    parts = [*_head(found, path.name), *(_by_cells(found) if found.delimiter else _by_width(found))]
    return "\n".join(parts) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _head(found: Sniffed, name: str) -> Iterator[str]:
    yield f"# {name} から推定したレイアウト案です。中身を確かめ、「{UNKNOWN}」を埋めてから使ってください。"
    yield "# ジョブのフォルダーの layouts/mine.toml などに置き、"
    yield '# job.toml の [input] に layout = "layouts/mine.toml" と書きます。'
    yield 'title = "移行データ"'
    yield f'encoding = "{found.encoding}" # {ENCODING_JA[found.encoding]}'
    private = len(_PRIVATE.findall(found.text))
    if private:
        yield f"# 外字領域の文字が {private:,} あります。対応表 gaiji.csv（code,unicode,glyph,note）を作ってください。"
        yield '# gaiji = "gaiji.csv"'
    if found.delimiter:
        yield 'form = "csv"'
        yield f"delimiter = {_quoted(found.delimiter)}"
        yield f"quote = {_quoted(found.quote)}"
        yield f"header = {'true' if found.header else 'false'}"
    else:
        yield 'form = "fixed"'
        yield f'unit = "{found.unit}" # bytes はバイト、characters は文字で数える'
        yield f"record_length = {found.record_length} # 改行を除く"
    if found.skip_top:
        yield f"skip_top = {found.skip_top} # 先頭で読み飛ばす行"
    if found.skip_bottom:
        yield f"skip_bottom = {found.skip_bottom} # 末尾で読み飛ばす行（件数などの行）"


def _by_cells(found: Sniffed) -> Iterator[str]:
    """The columns of a CSV: those whose name or content is known; the rest as remarks."""
    columns = list(zip(*found.records, strict=True)) if found.records else []
    seen: set[str] = set()
    rest: list[str] = []
    for number in range(1, len(columns or found.header) + 1):
        cells = [cell for cell in columns[number - 1] if cell] if columns else []
        header = found.header[number - 1] if found.header else ""
        name = standard_of(header) if found.header else by_content(cells, seen)
        shown = header or f"{number}番目"
        if is_forbidden_name(header):
            rest.append(f"# 「{shown}」は個人番号の列です。この列を除いて出力し直してください。")
        elif not name or name in seen:
            why = "に当たる列が二つあります" if name else ""
            rest.append(f"# 使わない列: {shown}{f'（「{name}」{why}）' if name else ''}")
        else:
            seen.add(name)
            yield from _column(name, header, number, cells, bool(found.header))
    yield from rest
    yield from _missing(seen)


def _missing(seen: set[str]) -> Iterator[str]:
    for name in _REQUIRED:
        if name not in seen:
            alike = name in _ALIKE
            value = "、または constant で値" if alike else ""
            yield f"# 必須の列「{name}」が見つかりません。どの列か{value}を書いてください。"
            yield f'# [[column]]\n# name = "{name}"\n# {"constant" if alike else "header"} = "{UNKNOWN}"'
    others = [column.header for column in EXPORT_COLUMNS if not column.required and column.header not in seen]
    if others:
        yield "# 見つからなかった列（同じ内容で見出しの違う列があれば、[[column]] に name と header を書いてください）:"
        yield from (f"#   {'、'.join(others[at : at + 8])}" for at in range(0, len(others), 8))


def _column(name: str, header: str, number: int, cells: list[str], headed: bool) -> Iterator[str]:
    more = list(_more(_BY_HEADER[name], cells))
    if headed and header == name and not more:
        return  # read without being told
    yield f'\n[[column]]\nname = "{name}"' + ("" if headed else " # 中身から推定")
    if not headed:
        yield f"number = {number}"
    elif header != name:
        yield f"header = {_quoted(header)}"
    yield from more


def _more(known: ExportColumn, cells: list[str]) -> Iterator[str]:
    """What else a layout says about a column with these cells."""
    yield from _dates(cells) if known.kind == "date" else _codes(known, cells)


def _dates(cells: list[str]) -> Iterator[str]:
    empty = [mark for mark in EMPTY_DATES if mark in cells]
    rest = [cell for cell in cells if cell not in empty]
    if empty:
        yield f"empty = {json.dumps(empty)}"
    style = style_of(rest)
    if style:
        yield f'date = "{style}"'
    elif rest and not all(any(reader(style)(cell) for style in STYLES[:4]) for cell in set(rest)):
        yield '# 日付の書式が分かりません。例 date = "%Y年%m月%d日"'


def _codes(known: ExportColumn, cells: list[str]) -> Iterator[str]:
    """Value map of a code column that holds other codes than the standard's; words to fill in."""
    if known.kind not in _CODED:
        return
    values = sorted(set(cells))
    allowed = set(known.words) or ({"1", "2", "3"} if known.kind == "ratio" else {"0", "1"})
    if not values or len(values) > _MOST_CODES or set(values) <= allowed:
        return
    words = {**WORDS.get(known.kind, {}), **WORDS.get(known.key, {})}
    pairs = [(value, value if value in allowed else words.get(value, UNKNOWN)) for value in values]
    yield f"# 使える値: {known.allowed()}"
    yield "values = { " + ", ".join(f"{_quoted(value)} = {_quoted(word)}" for value, word in pairs) + " }"


def _by_width(found: Sniffed) -> Iterator[str]:
    """Fixed width: columns that their values prove; the other stretches as remarks to make columns of."""
    yield "# 中身から分かる列と、ほかの列の境目の案です。仕様書と照らし、使う列は # を消して name を書いてください。"
    yield "# かっこの中は値の形です（9 は数字、A は英字、ｱ と ア はカナ、あ はほかの文字）。"
    yield "# 文字の列は、次の列の手前までとしました。"
    seen: set[str] = set()
    for span in spans(found):
        place = f"start = {span.start + 1}", f"length = {span.length}"
        if span.name:
            seen.add(span.name)
            yield "\n".join((f'\n[[column]]\nname = "{span.name}" # 中身から推定', *place))
            yield from _more(_BY_HEADER[span.name], span.cells)
        else:
            lines = [f"[[column]] # {span.what}（{span.shape}）", f'name = "{UNKNOWN}"', *place]
            lines += _dates(span.cells) if span.what == "日付" else []
            yield "\n" + "\n".join(f"# {line}" for line in lines)
    yield ""
    yield from _missing(seen)
