"""Proposes an export layout (レイアウト) for a sample file, on the console or as a new file."""

from __future__ import annotations

from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.base.files import write_text
from kouki_print.intake.guess import guess_layout


def propose(sample: Path, out: Path | None = None) -> str:
    """The proposed TOML, written to ``out`` if given; JobError when a file is there already."""
    text = guess_layout(sample)
    if out is not None:
        if out.exists():
            raise JobError(
                "同じ名前のファイルがあるので書き換えません",
                remedy="別の名前を --out に書いてください。",
                file=str(out),
            )
        write_text(out, text)
    return text
