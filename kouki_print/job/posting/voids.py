"""Pieces taken out (抜取り): a list of codes, each one piece of the job; all that is wrong in it is told at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kouki_print.base.checkdigits import code6, is_digits
from kouki_print.base.errors import JobError
from kouki_print.job.posting.printed import Printed
from kouki_print.order.tables import Line, read_lines
from kouki_print.plan.pieces import matching_codes

_CODE, _UNIT, _SEQUENCE, _REASON = "code", "市町村コード", "通し番号", "理由"
_SHOWN = 20  # mistakes in one message
_HEADERS = f"{_CODE},{_REASON} か {_UNIT},{_SEQUENCE},{_REASON}"


def read_voids(path: Path, printed: Printed) -> dict[str, str]:
    """Reason by piece id; JobError points at codes that are unknown or mentioned before."""
    _check_there(path)
    places = _Places(printed)
    ids = printed.pieces["piece_id"].to_numpy()
    rows: dict[str, int] = {}
    voids: dict[str, str] = {}
    faults: list[JobError] = []
    for line in read_lines(path, ()):
        column = _column(line)
        try:
            piece = str(ids[places.coded(line) if column == _CODE else places.numbered(line)])
        except JobError as fault:
            faults.append(fault)
            continue
        if piece in rows:
            faults.append(
                line.error(
                    column, f"{piece} は{rows[piece]:,}行目にもあります", "一つの郵便物を1行にしてください。"
                )
            )
            continue
        rows[piece], voids[piece] = line.row, line.cells.get(_REASON, "")
    if faults:
        raise _all_of(faults, path)
    if not voids:
        raise JobError(
            "抜き取った郵便物が1件もありません",
            remedy="抜取りがなければ --void を付けずに実行してください。",
            file=path.name,
        )
    return voids


def _check_there(path: Path) -> None:
    """The path is what was typed, not a place in the job's folder."""
    if not path.is_file():
        raise JobError(
            "抜取りの一覧のファイルがありません",
            remedy="ファイルの名前と場所を確かめてください（場所は、コマンドを実行したフォルダーから数えます）。",
            file=str(path),
        )
    if not path.stat().st_size:
        raise JobError(
            "ファイルが空です", remedy=f"1行目の見出しを {_HEADERS} にしてください。", file=path.name
        )


def _all_of(faults: Sequence[JobError], path: Path) -> JobError:
    if len(faults) == 1:
        return faults[0]
    more = f"\n（ほか{len(faults) - _SHOWN:,}件）" if len(faults) > _SHOWN else ""
    return JobError(
        f"直すところが{len(faults):,}件あります。\n"
        + "\n".join(f"・{each.row:,}行目 「{each.column}」列: {each.what}" for each in faults[:_SHOWN])
        + more,
        remedy="それぞれの行を直して、もう一度実行してください。",
        file=path.name,
    )


def _column(line: Line) -> str:
    """The column that names the piece."""
    if _CODE in line.cells:
        return _CODE
    if _UNIT in line.cells and _SEQUENCE in line.cells:
        return _SEQUENCE
    raise JobError(
        "必要な列がありません",
        remedy=f"見出しを {_HEADERS} にしてください。",
        file=line.file,
        row=1,
        column=_CODE,
    )


def _typed(line: Line, column: str) -> str:
    """A cell in half width; JobError when it is empty."""
    text = unicodedata.normalize("NFKC", line[column]).strip()
    if not text:
        raise line.error(column, "空欄です", "この欄を書くか、行を消してください。")
    return text


def _shown(text: str) -> str:
    """A cell for a message: a code is shown, words could be anybody's name."""
    return f"「{text}」" if text.isascii() else "この欄の値"


class _Places:
    """Where each piece stands, by all that it may be called."""

    def __init__(self, printed: Printed) -> None:
        pieces = self._pieces = printed.pieces
        count = range(len(pieces))
        self._by_code: Mapping[str, int] = {
            **dict(zip(pieces["registered_number"], count, strict=True)),
            **dict(zip(pieces["matching_code"], count, strict=True)),
            **dict(zip(pieces["piece_id"], count, strict=True)),
        }
        self._by_place = dict(
            zip(zip(pieces["unit_code"], pieces["sequence"], strict=True), count, strict=True)
        )
        self._last = dict(pieces.groupby("unit_code", sort=False)["sequence"].max())
        self._names = printed.names
        self._units = {code: code for code in printed.names}
        self._units |= {code6(code): code for code in printed.names if is_digits(code, 5)}

    def numbered(self, line: Line) -> int:
        """Where the piece of a unit and a sequence stands; JobError points at the cell that is wrong."""
        unit, number = self._unit(line), _typed(line, _SEQUENCE)
        if not is_digits(number, len(number)):
            raise line.error(
                _SEQUENCE, f"{_shown(number)}は番号ではありません", "証票の通し番号を数字で書いてください。"
            )
        at = self._by_place.get((unit, int(number)))
        if at is None:
            raise line.error(
                _SEQUENCE,
                f"「{number}」の郵便物は、このジョブにありません"
                f"（{self._names[unit]}の通し番号は1から{self._last.get(unit, 0):,}まで）",
                "証票の通し番号を、もう一度確かめてください。",
            )
        return at

    def _unit(self, line: Line) -> str:
        text = _typed(line, _UNIT)
        if text in self._units:
            return self._units[text]
        named = [code for code, name in self._names.items() if name == text]
        if named:
            raise line.error(
                _UNIT, f"「{text}」は名前です（コードは {named[0]}）", f"{named[0]} と書いてください。"
            )
        raise line.error(
            _UNIT, f"{_shown(text)}は、このジョブにないコードです", "市町村コードを確かめてください。"
        )

    def coded(self, line: Line) -> int:
        """By a piece id, a registered number with or without hyphens, or the matching code of any of its sheets."""
        code = _typed(line, _CODE)
        digits = code.replace("-", "")
        for name in (code, digits if is_digits(digits, 11) else code):
            if name in self._by_code:
                return self._by_code[name]
        at = self._by_code.get(code.rsplit("-", 3)[0])
        if at is None or code not in self._codes_of(at):
            raise line.error(
                _CODE,
                f"{_shown(code)}の郵便物は、このジョブにありません",
                "証票の番号・照合コード・引受番号のどれかを、もう一度読み取ってください。",
            )
        return at

    def _codes_of(self, at: int) -> list[str]:
        """The matching codes of all sheets of a piece."""
        sheets = int(self._pieces["sheets"].iloc[at])
        own = self._pieces.iloc[[at] * sheets]
        nth = np.arange(1, sheets + 1)
        return matching_codes(own["piece_id"], own["set_code"], nth, np.full(sheets, sheets)).tolist()
