"""The sign-off (校正の承認): digests of all that the printed pages depend on, and whether they were approved.

``proof`` writes them into signoff.toml; a person fills in who approved them and when, and puts the file into
the job folder.  With ``[job] require_signoff`` nothing is printed that is not exactly what was approved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

import kouki_print
from kouki_print.base.errors import JobError
from kouki_print.base.files import sha256_of
from kouki_print.base.resources import font_dir, layout_dir, template_dir
from kouki_print.intake.layouts import load_layout
from kouki_print.job.forms import load_form, load_layouts
from kouki_print.job.labels import BOX_LAYOUT, NUMBER_LAYOUT
from kouki_print.job.prepare import tariff_of
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.page.layout import Layout

SIGNOFF_FILE = "signoff.toml"
_VERSION = "kouki_print"
_HEAD = """\
# 校正の承認。校正紙（proof.pdf ほか）を確かめ、承認した人の名前と日付を書き、
# このファイルをジョブのフォルダー（job.toml の隣）に置いてください。digests は直さないでください。
job = {job}
approved_by = ""
approved_on = ""   # 例 2026-07-01
"""
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PROOF_AGAIN = (
    "変えたものが正しければ、kouki-print proof をもう一度実行し、校正紙を確かめて、"
    "新しい signoff.toml で承認し直してください。"
)


def digests(loaded: LoadedOrder, job_dir: Path) -> dict[str, str]:
    """SHA-256 by name of everything that the pages depend on: inputs, rules, forms, words, fonts, program."""
    order = loaded.order
    layouts = load_layouts(order, job_dir)
    layouts |= {
        name: load_form(name, order, job_dir)
        for name in (order.marks.layout, BOX_LAYOUT, NUMBER_LAYOUT)
        if name
    }
    export = load_layout(order.input.layout, job_dir)
    found = {entry.name: entry.sha256 for entry in (*loaded.inputs, *export.inputs)}
    found |= {name: _of_file(job_dir / name, name) for name in order.input.export}
    found |= {name: _of_file(job_dir / name, name) for name in sorted(set(_job_files(loaded, layouts)))}
    found[f"規則 {loaded.preset.name}"] = loaded.preset.sha256
    found["移行データのレイアウト"] = _of_text(export.spec.model_dump_json())
    found |= {f"様式 {name}": _of_text(layout.model_dump_json()) for name, layout in layouts.items()}
    found |= {
        f"文面 {name}": sha256_of(template_dir() / "words" / f"{name}.txt")
        for name in _words(loaded, layouts)
    }
    imposition = order.printing.imposition
    found[f"面付け {imposition}"] = sha256_of(layout_dir() / "imposition" / f"{imposition}.toml")
    found |= {f"フォント {path.name}": sha256_of(path) for path in sorted(font_dir().glob("*.ttf"))}
    found["料金表"] = tariff_of(job_dir, loaded).sha256
    found[_VERSION] = kouki_print.__version__
    return found


def _job_files(loaded: LoadedOrder, layouts: Mapping[str, Layout]) -> Iterator[str]:
    """Files of the job folder that the order or a layout names beside the inputs."""
    order = loaded.order
    yield from (asset.file for asset in order.asset.values())
    yield from (side.artwork.file for layout in layouts.values() for side in layout.sides() if side.artwork)
    yield from (font.file for font in (*order.fonts.fallback, order.fonts.gaiji) if font)
    if order.printing.output_profile:
        yield order.printing.output_profile


def _words(loaded: LoadedOrder, layouts: Mapping[str, Layout]) -> list[str]:
    """Files of words that the layouts take from the product; the job's own stand in the layouts."""
    words = loaded.order.words
    used = {
        words.get(item.words, item.words)
        for layout in layouts.values()
        for side in layout.sides()
        for item in side.text
        if item.words and not item.text
    }
    return sorted(name for name in used if (template_dir() / "words" / f"{name}.txt").is_file())


def _of_file(path: Path, name: str) -> str:
    try:
        return sha256_of(path)
    except OSError:
        raise JobError(
            "ファイルを読めません。",
            remedy="ジョブのフォルダーに置き、job.toml の名前を確かめてください。",
            file=name,
        ) from None


def _of_text(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def signoff_text(job_id: str, found: Mapping[str, str]) -> str:
    """signoff.toml, to be filled in by whoever approves."""
    lines = [f"{_quoted(name)} = {_quoted(value)}" for name, value in found.items()]
    return _HEAD.format(job=_quoted(job_id)) + "\n[digests]\n" + "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def stop_without_signoff(job_dir: Path) -> None:
    """JobError when the job wants a sign-off and there is none for exactly what is in its folder now."""
    loaded = load_order(job_dir)
    if not loaded.order.job.require_signoff:
        return
    try:
        text = (job_dir / SIGNOFF_FILE).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise JobError(
            "このジョブは校正の承認が要ります（job.toml の [job] require_signoff）が、承認のファイルがありません。",
            remedy="kouki-print proof で校正紙を作って確かめ、signoff.toml に承認者と日付を書いて、"
            "ジョブのフォルダーに置いてください。",
            file=SIGNOFF_FILE,
        ) from None
    except UnicodeDecodeError:
        raise _unreadable() from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise _unreadable() from None
    _check_approval(values)
    approved = values.get("digests")
    faults = [*_differences(approved if isinstance(approved, dict) else {}, digests(loaded, job_dir))]
    if faults:
        raise JobError(
            f"校正の承認のあとで変わったものがあります: {'、'.join(faults)}",
            remedy=_PROOF_AGAIN,
            file=SIGNOFF_FILE,
        )


def _unreadable() -> JobError:
    return JobError(
        "TOML として読めません。",
        remedy="メモ帳などで文字コード UTF-8 で保存し直すか、kouki-print proof で作り直してください。",
        file=SIGNOFF_FILE,
    )


def _check_approval(values: Mapping[str, object]) -> None:
    """JobError unless somebody approved on a day."""
    by, on = values.get("approved_by"), values.get("approved_on")
    if not isinstance(by, str) or not by.strip():
        raise JobError(
            "承認した人の名前（approved_by）が空です。",
            remedy="校正紙を確かめた人の名前を書いてください。",
            file=SIGNOFF_FILE,
        )
    if not isinstance(on, dt.date) and not (isinstance(on, str) and _DAY.fullmatch(on.strip())):
        raise JobError(
            "承認した日（approved_on）が日付ではありません。",
            remedy='approved_on = "2026-07-01" のように書いてください。',
            file=SIGNOFF_FILE,
        )


def _differences(approved: Mapping[str, object], now: Mapping[str, str]) -> Iterator[str]:
    """What is not as it was approved, by name."""
    for name in dict.fromkeys((*now, *approved)):
        if name not in approved:
            yield f"{name}（承認のときは無かったもの）"
        elif name not in now:
            yield f"{name}（今は無いもの）"
        elif approved[name] != now[name]:
            yield f"{name}（{'版' if name == _VERSION else '中身'}が違う）"
