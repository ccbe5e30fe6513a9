"""Export layouts: how the bytes of one kind of export become the columns of the contract."""

from __future__ import annotations

import tomllib
from typing import Literal

from pydantic import BaseModel, ConfigDict

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir

ENCODING_JA = {"cp932": "CP932（Shift_JIS）", "utf-8": "UTF-8"}


class ExportLayout(BaseModel):
    """One layout file: title for people, encoding, and headers that differ (key = the file's header)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    encoding: Literal["cp932", "utf-8"]
    headers: dict[str, str] = {}

    def header_of(self, key: str, standard: str) -> str:
        """Header under which the file carries a column."""
        return self.headers.get(key, standard)


def layout_names() -> list[str]:
    """Names of the shipped export layouts, sorted."""
    return sorted(path.stem for path in (data_dir() / "exports").glob("*.toml"))


def load_layout(name: str) -> ExportLayout:
    """The export layout of this name; JobError lists the known ones."""
    if name not in layout_names():
        raise JobError(
            f"[input] layout「{name}」は知らない名前です",
            remedy=f"次のどれかにしてください: {'、'.join(layout_names())}",
            file="job.toml",
        )
    text = (data_dir() / "exports" / f"{name}.toml").read_text(encoding="utf-8")
    return ExportLayout.model_validate(tomllib.loads(text))
