"""TOML files of a job as plain values; what cannot be read is told with its line."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from kouki_print.base.errors import JobError
from kouki_print.base.resources import layout_dir
from kouki_print.order.documents import of_the_job
from kouki_print.order.names import nearest
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


def named_toml(kind: str, name: str, job_dir: Path | None, *, what: str) -> Path:
    """The file that a setting names: a path, or a name in ``layouts/<kind>/`` of the job, then of the product.

    JobError with the names that there are.
    """
    own = job_dir or Path()
    if of_the_job(name):
        places = [own / name]
    else:
        places = [layout_dir() / kind / f"{name}.toml"]
        if job_dir is not None:
            places.insert(0, own / own_toml(kind, name))
    found = next((path for path in places if path.is_file()), None)
    if found is None:
        folders = [layout_dir() / kind, *([own / "layouts" / kind] if job_dir is not None else [])]
        names = sorted({path.stem for folder in folders for path in folder.glob("*.toml")})
        raise JobError(
            f"{what}「{name}」がありません。",
            remedy=f"{nearest(name, names)}。自分のファイルなら、その場所を .toml まで書いてください。",
            file="" if job_dir is None else "job.toml",
        )
    return found


def own_toml(kind: str, name: str) -> str:
    """Where a job keeps a file of its own that is ordered by name."""
    return f"layouts/{kind}/{name}.toml"
