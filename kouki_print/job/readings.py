"""Reading outputs back (読返し): lists that must be there, be understood, and count to what is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from pyarrow import csv

from kouki_print.base.errors import OutputDiffers

AGAIN = "出力は使わず、もう一度実行してください。直らないときは開発元に知らせてください。"


def same(file: str, what: str, found: int, wanted: int) -> None:
    """OutputDiffers unless both counts agree."""
    if found != wanted:
        raise OutputDiffers(
            f"件数突合が一致しません: {what}が{found:,}です（正しくは{wanted:,}）。", remedy=AGAIN, file=file
        )


@contextmanager
def reading(out: Path, name: str) -> Iterator[Path]:
    """The path of an output file; OutputDiffers names it when it is missing or cannot be understood."""
    try:
        yield out / name
    except FileNotFoundError as error:
        raise OutputDiffers("ファイルがありません。", remedy=AGAIN, file=name) from error
    except (ValueError, KeyError, TypeError, StopIteration, IndexError) as error:
        raise OutputDiffers("内容が壊れていて読めません。", remedy=AGAIN, file=name) from error


def cells(out: Path, name: str, *columns: str) -> list[tuple[str, ...]]:
    """The cells of some columns of a list, line by line; the columns must be there.

    UTF-8 with or without a BOM, or the code page that was asked for.
    """
    with reading(out, name) as path:
        data = path.read_bytes()
        try:
            data.decode("utf-8")
            encoding = "utf-8"
        except UnicodeDecodeError:
            encoding = "cp932"
        table = csv.read_csv(
            pa.BufferReader(data),
            csv.ReadOptions(use_threads=False, encoding=encoding),
            csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
            csv.ConvertOptions(
                include_columns=list(columns), column_types=dict.fromkeys(columns, pa.string())
            ),
        )
        return list(zip(*(table[column].to_pylist() for column in columns), strict=True))
