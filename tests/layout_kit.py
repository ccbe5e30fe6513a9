"""Writes people in a layout of a test's choice: the file, its layout, and the job folder around both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from small_job import JOB, write_job

from kouki_print.intake.load import Intake, read_export
from kouki_print.order.columns import BY_KEY
from kouki_print.order.load import load_order

MINE = JOB.replace('"standard-utf8"', '"layouts/mine.toml"')


def columns_of(people: Sequence[Mapping[str, str]]) -> list[str]:
    """Keys that any of the people has, in order of appearance."""
    return list(dict.fromkeys(key for each in people for key in each))


def fixed_layout(widths: Mapping[str, int], encoding: str, unit: str = "bytes", more: str = "") -> str:
    """Layout TOML of columns (by key) one behind the other."""
    parts = [f'title = "見本"\nencoding = "{encoding}"\nform = "fixed"\nunit = "{unit}"\n{more}']
    start = 1
    for key, width in widths.items():
        parts.append(f'[[column]]\nname = "{BY_KEY[key].header}"\nstart = {start}\nlength = {width}')
        start += width
    return "\n".join(parts) + "\n"


def padded(text: str, width: int, encoding: str, unit: str) -> bytes:
    """One cell of a fixed-width file, blanks behind."""
    if unit == "characters":
        return text.ljust(width).encode(encoding)
    data = text.encode(encoding)
    blank = " ".encode(encoding)
    return data + blank * ((width - len(data)) // len(blank))


def width_of(texts: Sequence[str], encoding: str, unit: str, spare: int = 0) -> int:
    """Width that holds all texts, in whole characters of blanks."""
    if unit == "characters":
        return max(1, *map(len, texts)) + spare
    blank = len(" ".encode(encoding))
    longest = max(blank, *(len(text.encode(encoding)) for text in texts))
    return -(-longest // blank) * blank + spare * blank


def fixed_bytes(
    people: Sequence[Mapping[str, str]],
    widths: Mapping[str, int],
    encoding: str,
    unit: str,
    end: str = "\r\n",
) -> bytes:
    """The file of these people."""
    line_end = end.encode(encoding)
    return b"".join(
        b"".join(padded(each.get(key, ""), width, encoding, unit) for key, width in widths.items()) + line_end
        for each in people
    )


def read_as(folder: Path, data: bytes, layout: str, gaiji: str | None = None, job: str = MINE) -> Intake:
    """Read an export under a layout of the job folder."""
    write_job(folder, job=job)
    (folder / "export.csv").write_bytes(data)
    (folder / "layouts").mkdir(exist_ok=True)
    (folder / "layouts" / "mine.toml").write_text(layout, encoding="utf-8")
    if gaiji is not None:
        (folder / "gaiji.csv").write_text(gaiji, encoding="utf-8")
    return read_export(load_order(folder), folder)
