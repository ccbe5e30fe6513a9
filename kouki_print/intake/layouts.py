"""Export layouts: how the bytes of one kind of export become the columns of the contract.

A layout is a TOML file, shipped or in the job folder.  It lists what differs from the standard: encoding,
CSV or fixed width, where each column stands, and what its codes and dates mean.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.intake.gaiji import Gaiji, parse_gaiji
from kouki_print.intake.layout_checks import check_layout
from kouki_print.order.load import InputFile
from kouki_print.order.messages import order_error
from kouki_print.order.toml_hints import toml_error

Encoding = Literal["cp932", "utf-8", "utf-16le", "utf-16be", "shift_jis_2004"]
Normalise = Literal["halfwidth_kana", "combining"]

ENCODING_JA = {
    "cp932": "CP932（Shift_JIS）",
    "utf-8": "UTF-8",
    "utf-16le": "UTF-16（LE）",
    "utf-16be": "UTF-16（BE）",
    "shift_jis_2004": "Shift_JIS-2004",
}
_NAMES_A_FILE = re.compile(r"[/\\]|\.toml$")


class ColumnSpec(BaseModel):
    """[[column]]: one column of the contract (``name``: its standard header) and where the file has it.

    CSV with a header line: ``header``; CSV without: ``number`` from 1; fixed width: ``start`` from 1 and
    ``length``, in the layout's unit; a column the file lacks: ``constant``.  ``empty`` are cells that
    mean nothing (``00000000``); with ``values`` every other cell must be one of its keys.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    header: str = ""
    number: Annotated[int, Field(ge=1)] | None = None
    start: Annotated[int, Field(ge=1)] | None = None
    length: Annotated[int, Field(ge=1)] | None = None
    constant: str | None = None
    date: str = ""
    values: dict[str, str] = {}
    empty: list[str] = []
    normalise: list[Normalise] = []

    @property
    def shaped(self) -> bool:
        """Whether the cells are changed on the way in."""
        return bool(self.date or self.values or self.empty or self.normalise)


class LayoutFile(BaseModel):
    """One layout file as written.  ``record_length`` counts without the line end."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    encoding: Encoding
    form: Literal["csv", "fixed"] = "csv"
    header: bool = True
    delimiter: str = ","
    quote: str = '"'
    unit: Literal["bytes", "characters"] = "bytes"
    record_length: Annotated[int, Field(ge=1)] | None = None
    line_end: bool = True
    skip_top: Annotated[int, Field(ge=0, le=1000)] = 0
    skip_bottom: Annotated[int, Field(ge=0, le=1000)] = 0
    gaiji: str = ""
    column: list[ColumnSpec] = []


@dataclass(frozen=True, slots=True)
class ExportLayout:
    """A checked layout: what its file says, the file's name for messages, own characters, files used."""

    spec: LayoutFile
    file: str
    gaiji: Gaiji
    inputs: tuple[InputFile, ...] = ()
    shipped: bool = True

    @property
    def encoding(self) -> Encoding:
        """Encoding of the export."""
        return self.spec.encoding

    @property
    def headed(self) -> bool:
        """Whether the first line after the skipped ones is a header line."""
        return self.spec.header

    @property
    def line_ends_are_bytes(self) -> bool:
        """Whether every record ends with the byte LF, which no character of the encoding holds."""
        return self.spec.line_end and not self.encoding.startswith("utf-16")

    @property
    def first_line(self) -> int:
        """Line of the first record, as an editor counts it."""
        return self.spec.skip_top + self.headed + 1


def layout_names() -> list[str]:
    """Names of the shipped export layouts, sorted."""
    return sorted(path.stem for path in (data_dir() / "exports").glob("*.toml"))


def _in_job_folder(name: str, what: str, file: str) -> None:
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    if windows.drive or windows.root or posix.is_absolute() or ".." in windows.parts or name.startswith("~"):
        raise JobError(
            f"{what}「{name}」はジョブのフォルダーの外を指しています",
            remedy="ファイルをジョブのフォルダーに置き、その中での名前を書いてください。",
            file=file,
        )


def _read(path: Path, name: str, remedy: str) -> tuple[bytes, InputFile]:
    try:
        data = path.read_bytes()
    except OSError:
        raise JobError("ファイルがないか、読めません", remedy=remedy, file=name) from None
    return data, InputFile(name, hashlib.sha256(data).hexdigest(), len(data))


def parse_layout(data: bytes, file: str) -> LayoutFile:
    """The checked content of a layout file; JobError names the file and each key at fault."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        table = tomllib.loads(text)
    except UnicodeDecodeError as problem:
        raise JobError(
            "UTF-8 の文字ではないところがあります",
            remedy="UTF-8 で保存し直してください。",
            file=file,
            row=data.count(b"\n", 0, problem.start) + 1,
        ) from None
    except tomllib.TOMLDecodeError as problem:
        raise toml_error(problem, text, file) from None
    if table.get("form") == "fixed":
        table.setdefault("header", False)
    try:
        spec = LayoutFile.model_validate(table)
    except ValidationError as problem:
        error = order_error(problem, file)
        raise JobError(error.what.replace("注文の", "レイアウトの"), remedy=error.remedy, file=file) from None
    check_layout(spec, file)
    return spec


def load_layout(name: str, job_dir: Path | None = None) -> ExportLayout:
    """The export layout of this name: a shipped one, or a TOML file of the job folder with its 外字 table.

    JobError lists the known names, or names the file and what is wrong in it.
    """
    inputs: list[InputFile] = []
    if _NAMES_A_FILE.search(name):
        _in_job_folder(name, "[input] layout", "job.toml")
        file = name
        remedy = "ジョブのフォルダーに置き、job.toml の [input] layout の名前を確かめてください。"
        data, used = _read((job_dir or Path()) / name, name, remedy)
        inputs.append(used)
    elif name in layout_names():
        file = f"{name}.toml"
        data = (data_dir() / "exports" / file).read_bytes()
    else:
        known = "、".join(layout_names())
        raise JobError(
            f"[input] layout「{name}」は知らない名前です",
            remedy=f"次のどれかにしてください: {known}。"
            "ジョブのフォルダーのファイルなら layouts/mine.toml のように書きます。",
            file="job.toml",
        )
    spec = parse_layout(data, file)
    layout = ExportLayout(spec, file, Gaiji(), tuple(inputs), shipped=not inputs)
    return _with_gaiji(layout, job_dir)


def _with_gaiji(layout: ExportLayout, job_dir: Path | None) -> ExportLayout:
    """The layout with the own characters of the job; a shipped layout's table may be absent."""
    named = layout.encoding == "cp932"
    name = layout.spec.gaiji
    path = (job_dir or Path()) / name
    if not name or (layout.shipped and not (job_dir and path.is_file())):
        return replace(layout, gaiji=Gaiji(named=named))
    _in_job_folder(name, "gaiji", layout.file)
    data, used = _read(path, name, f"ジョブのフォルダーに置くか、{layout.file} の gaiji を直してください。")
    gaiji = replace(parse_gaiji(data, name), named=True)
    return replace(layout, gaiji=gaiji, inputs=(*layout.inputs, used))
