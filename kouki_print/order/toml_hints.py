"""What is probably wrong with a line that no TOML reader takes, for people who never wrote TOML."""

from __future__ import annotations

import re
import tomllib

from kouki_print.base.errors import JobError

_GENERAL = (
    "この行の引用符、等号、かっこを確かめてください。文字は引用符で囲み、日付は 2026-08-01 の形です。"
    "同じ項目を二度書いても読めません。"
)
_COMPLETE = re.compile(r'"""|\'\'\'|"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')
_SLIPS = tuple(  # on a line without its complete texts and comments, the surest first
    (re.compile(pattern), hint)
    for pattern, hint in (
        ("[“”„＂‘’＇]", '引用符が全角です。半角の " で囲んでください。'),
        ("=\\s*[「『]", '文字は「 」ではなく、半角の " で囲んでください。'),
        ("＝", "等号が全角です。半角の = にしてください。"),
        ("\u3000", "全角の空白があります。消すか、半角の空白にしてください。"),
        ("[０-９．，－＋]", "数字が全角です。数は半角で書いてください。"),
        ("[［］｛｝]", "かっこが全角です。半角の [ ] や { } にしてください。"),
        ("^\\s*[^\\s=\\[\\]{}]+\\s*[:：]", "項目と値の間は : ではなく = です。"),
        ("=\\s*[+-]?\\d+,\\d+\\s*$", "小数点は , ではなく . です（8.5 のように書きます）。"),
        (
            "=\\s*\\d{2,4}[/.年]\\d{1,2}[/.月]\\d{1,2}",
            "日付は 2026-08-01 の形で、月と日を2桁で書いてください。",
        ),
        ("=\\s*\\d{4}-(?:\\d-|\\d\\d-\\d(?!\\d))", "日付は 2026-08-01 の形で、月と日を2桁で書いてください。"),
        (
            "=\\s*[+-]?[\\d.]+\\s*(?:mm|cm|pt|g|kg|[㎜％%円枚通部歳年]|ミリ|ポイント|グラム)",
            "数だけを書いてください。mm・pt・g などの単位は付けません。",
        ),
        (
            "(?i)=\\s*(?:true|false|yes|no|on|off|はい|いいえ)\\b",
            "はい・いいえは、小文字の true か false で書いてください。",
        ),
        ("=\\s*(?:#.*)?$", "= の右に値がありません。"),
        ("=\\s*[^\\W\\d]", '文字は半角の " で囲んでください。'),
    )
)
_TWICE = "同じ項目が二度あります。どちらかを消してください。"
_TWO_TABLES = (
    "同じ名前の表が二度あります。一つにまとめてください。"
    "いくつも書く表は、どれも [[名前]] のように二重のかっこです。"
)
_AGAIN = re.compile("overwrite a value|twice|immutable|mutate")  # tomllib of a line that is right by itself


def toml_error(problem: tomllib.TOMLDecodeError, text: str, file: str) -> JobError:
    """The error of a file that cannot be read: its line, and what to change there."""
    found = re.search(r"line ([0-9]+)", str(problem))
    row = int(found[1]) if found else max(len(text.rstrip().split("\n")), 1)
    line = text.split("\n")[row - 1] if text else ""
    return JobError("TOML として読めません", remedy=_hint(line, str(problem)), file=file, row=row)


def _hint(line: str, problem: str) -> str:
    if _AGAIN.search(problem):
        return _TWO_TABLES if line.lstrip().startswith("[") else _TWICE
    bare = _COMPLETE.sub('""', line)
    slip = next((hint for pattern, hint in _SLIPS if pattern.search(bare)), "")
    if slip and ('"' not in bare.replace('""', "") or "全角" in slip):
        return slip
    if re.search("[\"']", bare.replace('""', "")):
        return "引用符が片方しかありません。文字の中で行を替えるところは、改行せずに \\n と書いてください。"
    return slip or _GENERAL
