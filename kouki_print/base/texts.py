"""Columns of text: between pandas and Arrow without copies, and work over distinct values only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

STR = pd.StringDtype("pyarrow", na_value=np.nan)  # what pandas calls "str"


def arrow_of(texts: Any) -> pa.LargeStringArray:
    """One contiguous Arrow array of any text column; empty cells are ``""``, never null."""
    array = texts
    if isinstance(texts, pd.Series):
        array = texts.array.__arrow_array__() if texts.dtype == STR else texts.to_numpy(dtype=object)
    if not isinstance(array, pa.Array | pa.ChunkedArray):
        array = pa.array(array, type=pa.large_string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
        if isinstance(array, pa.ChunkedArray):  # a column without rows has no chunk to combine
            array = pa.array([], type=array.type)
    array = array.cast(pa.large_string())
    return pc.fill_null(array, "") if array.null_count else array


def series_of(array: Any) -> pd.Series:
    """Pandas ``str`` column over the same memory."""
    return pd.Series(pd.arrays.ArrowStringArray(pa.chunked_array([arrow_of(array)]), dtype=STR))


def distinct(texts: Any) -> tuple[list[str], np.ndarray]:
    """Distinct texts in order of appearance, and for each row the position of its text (int32)."""
    encoded = arrow_of(texts).dictionary_encode()
    return encoded.dictionary.to_pylist(), encoded.indices.to_numpy(zero_copy_only=False)


def pick(values: Sequence[str], codes: np.ndarray) -> pd.Series:
    """Text column made of ``values[code]`` for each row's code."""
    array = pa.DictionaryArray.from_arrays(
        pa.array(codes.astype(np.int32)), pa.array(list(values), type=pa.large_string())
    )
    return series_of(array.cast(pa.large_string()))


def map_distinct(texts: Any, function: Callable[[str], str]) -> pd.Series:
    """Text column of ``function`` of each cell, called once per distinct text."""
    values, codes = distinct(texts)
    return pick([function(value) for value in values], codes)


def matches(texts: Any, test: Callable[[str], bool]) -> np.ndarray:
    """Mask of the rows whose text passes ``test``, which is called once per distinct text."""
    values, codes = distinct(texts)
    return np.fromiter((test(value) for value in values), dtype=bool, count=len(values))[codes]


def filled(texts: Any) -> np.ndarray:
    """Mask of the rows whose cell is not empty."""
    array = arrow_of(texts)
    return np.diff(_offsets(array)) > 0


def lengths(array: pa.LargeStringArray) -> np.ndarray:
    """Bytes (UTF-8) of each cell."""
    return np.diff(_offsets(array))


def _offsets(array: pa.LargeStringArray) -> np.ndarray:
    offsets = np.frombuffer(array.buffers()[1] or b"\0" * 8, dtype=np.int64)
    return offsets[array.offset : array.offset + len(array) + 1]


def utf8_bytes(array: pa.LargeStringArray) -> tuple[np.ndarray, np.ndarray]:
    """All cells as one uint8 array, and the n+1 offsets of the cells in it."""
    offsets = _offsets(array)
    data = np.frombuffer(array.buffers()[2] or b"", dtype=np.uint8)
    return data[offsets[0] : offsets[-1]], offsets - offsets[0]


def fixed_width(texts: Any, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose cell has exactly ``width`` bytes: positions (int64) and a uint8 matrix."""
    array = arrow_of(texts)
    data, offsets = utf8_bytes(array)
    rows = np.flatnonzero(np.diff(offsets) == width)
    if len(rows) == len(array):
        return rows, data.reshape(-1, width)
    return rows, data[offsets[rows][:, None] + np.arange(width)]
