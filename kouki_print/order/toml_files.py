"""TOML files of a job as plain values; what cannot be read is told with its line."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from kouki_print.base.errors import JobError
from kouki_print.order.tables import bytes_of
from kouki_print.order.toml_hints import toml_error


def read_toml(path: Path) -> tuple[dict[str, Any], str]:
    """Values of a TOML file and its text, lines ended alike."""
    data = bytes_of(path, "ジョブのフォルダーを確かめてください。見本は kouki-print sample で作れます。")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise JobError(
            "UTF-8 の文字ではないところがあります",
            remedy="UTF-8 で保存し直してください。",
            file=path.name,
            row=problem.object.count(b"\n", 0, problem.start) + 1,
        ) from None
    text = text.replace("\r\n", "\n")
    try:
        return tomllib.loads(text, parse_float=Decimal), text
    except tomllib.TOMLDecodeError as problem:
        raise toml_error(problem, text, path.name) from None
