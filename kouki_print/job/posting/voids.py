"""Pieces taken out (抜取り): a list of codes, each one piece of the job that is in the mail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.checkdigits import is_digits
from kouki_print.base.errors import JobError
from kouki_print.job.posting.printed import Printed
from kouki_print.order.tables import Line, read_lines
from kouki_print.plan.pieces import matching_codes
from kouki_print.post.tariff import NOT_MAILED

_CODE, _UNIT, _SEQUENCE, _REASON = "code", "市町村コード", "通し番号", "理由"


def read_voids(path: Path, printed: Printed) -> dict[str, str]:
    """Reason by piece id; JobError points at a code that is unknown, mentioned before, or of no piece in the mail."""
    places = _Places(printed.pieces)
    services = printed.pieces["mail_service"].to_numpy()
    ids = printed.pieces["piece_id"].to_numpy()
    rows: dict[str, int] = {}
    voids: dict[str, str] = {}
    for line in read_lines(path, ()):
        column, at = places.of(line)
        if at is None:
            raise line.error(
                column,
                f"「{_cell(line, column)}」の郵便物は、このジョブにありません",
                "証票の番号・照合コード・引受番号のどれかを、もう一度読み取ってください。",
            )
        piece = str(ids[at])
        if services[at] == NOT_MAILED:
            raise line.error(
                column,
                f"{piece} は郵送しない郵便物です（窓口交付・一括の受渡し）",
                "差出しの書類には載りません。この行を消してください。",
            )
        if piece in rows:
            raise line.error(
                column, f"{piece} は{rows[piece]:,}行目にもあります", "一つの郵便物を1行にしてください。"
            )
        rows[piece], voids[piece] = line.row, line.cells.get(_REASON, "")
    if not voids:
        raise JobError(
            "抜き取った郵便物が1件もありません",
            remedy="抜取りがなければ --void を付けずに実行してください。",
            file=path.name,
        )
    return voids


def _cell(line: Line, column: str) -> str:
    return line.cells.get(column, "")


class _Places:
    """Where each piece stands, by all that it may be called."""

    def __init__(self, pieces: pd.DataFrame) -> None:
        self._pieces = pieces
        count = range(len(pieces))
        self._by_code: Mapping[str, int] = {
            **dict(zip(pieces["registered_number"], count, strict=True)),
            **dict(zip(pieces["matching_code"], count, strict=True)),
            **dict(zip(pieces["piece_id"], count, strict=True)),
        }
        self._by_place = dict(
            zip(zip(pieces["unit_code"], pieces["sequence"], strict=True), count, strict=True)
        )

    def of(self, line: Line) -> tuple[str, int | None]:
        """The column that names the piece, and where it stands; None when there is no such piece."""
        if _CODE in line.cells:
            return _CODE, self._coded(line[_CODE])
        if _UNIT not in line.cells or _SEQUENCE not in line.cells:
            raise JobError(
                "必要な列がありません",
                remedy=f"見出しを {_CODE},{_REASON} か {_UNIT},{_SEQUENCE},{_REASON} にしてください。",
                file=line.file,
                row=1,
                column=_CODE,
            )
        number = line[_SEQUENCE]
        known = is_digits(number, len(number)) and number != ""
        return _SEQUENCE, self._by_place.get((line[_UNIT], int(number))) if known else None

    def _coded(self, code: str) -> int | None:
        """A piece id, a registered number with or without hyphens, or the matching code of any of its sheets."""
        digits = code.replace("-", "")
        if not code:
            return None
        for name in (code, digits if is_digits(digits, 11) else code):
            if name in self._by_code:
                return self._by_code[name]
        at = self._by_code.get(code.rsplit("-", 3)[0])
        return at if at is not None and code in self._codes_of(at) else None

    def _codes_of(self, at: int) -> list[str]:
        """The matching codes of all sheets of a piece."""
        sheets = int(self._pieces["sheets"].iloc[at])
        own = self._pieces.iloc[[at] * sheets]
        nth = np.arange(1, sheets + 1)
        return matching_codes(own["piece_id"], own["set_code"], nth, np.full(sheets, sheets)).tolist()
