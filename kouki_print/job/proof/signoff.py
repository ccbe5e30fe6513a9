"""The sign-off (校正の承認): digests of all that the printed pages depend on, and whether they were approved.

``proof`` writes them into signoff.toml; a person fills in who approved them and when, and puts the file into
the job folder.  With ``[job] require_signoff`` nothing is printed that is not exactly what was approved.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import kouki_print
from kouki_print.base.dates import parse_date
from kouki_print.base.errors import JobError
from kouki_print.base.files import sha256_of
from kouki_print.base.resources import font_dir, template_dir
from kouki_print.intake.datestyles import reader
from kouki_print.intake.layouts import load_layout
from kouki_print.job.forms import load_form, load_layouts
from kouki_print.job.prepare import tariff_of
from kouki_print.job.units.label_checks import BOX_LAYOUT, NUMBER_LAYOUT
from kouki_print.order.load import LoadedOrder, load_order
from kouki_print.order.models import Job, Order
from kouki_print.order.toml_files import read_toml
from kouki_print.page.layout import Layout
from kouki_print.page.machines import load_machine
from kouki_print.sheet.imposition import load_imposition

SIGNOFF_FILE = "signoff.toml"
_VERSION = "kouki_print"
_HEAD = """\
# 校正の承認。校正紙（proof.pdf ほか）を確かめ、承認した人の名前と日付を書き、
# このファイルをジョブのフォルダー（job.toml の隣）に置いてください。ほかの行は直さないでください。
job = {job}
approved_by = ""
approved_on = ""   # 例 2026-07-01、令和8年7月1日
digests_sha256 = {total}
"""
_SEAL = "seal"  # name of the seal's image in the shipped layouts
LOOKS = ("公印の印影", "年度の色")  # digests in words, each to be ticked by who signs
_SIGNATURES = ("approved_by", "approved_on")
_LATEST = dt.timedelta(days=365)  # after the mailing: there is no clock to tell a day to come
_era_date = reader("wareki")
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
    press = load_imposition(imposition, next(iter(layouts.values())).sheet, job_dir)
    found[f"面付け {imposition}"] = _of_text(press.model_dump_json())
    if order.printing.machine:
        machine = load_machine(order.printing.machine, job_dir)
        found[f"封入機 {machine.name}"] = _of_text(machine.model_dump_json())
    found |= {f"フォント {path.name}": sha256_of(path) for path in sorted(font_dir().glob("*.ttf"))}
    found["料金表"] = tariff_of(job_dir, loaded).sha256
    found |= _looks(order, layouts.values())
    found[_VERSION] = kouki_print.__version__
    return found


def _looks(order: Order, layouts: Iterable[Layout]) -> Iterator[tuple[str, str]]:
    """Images and colour of the year in words: who approves must see that a page goes without its seal."""
    wanted = {item.asset for layout in layouts for side in layout.sides() for item in side.image}
    for name in sorted({*wanted, *order.asset, _SEAL}):
        asset = order.asset.get(name)
        if name not in wanted:
            text = "使わない（様式に場所がない）"
        elif asset:
            text = f"あり（{asset.file}、{asset.sha256[:8].lower()}）"
        else:
            text = "なし（枠だけを印刷）"
        yield LOOKS[0] if name == _SEAL else f"画像 {name}", text
    colour = order.printing.colour
    if colour is None:
        yield LOOKS[1], "なし（すべて墨）"
    else:
        inks = " ".join(f"{ink}{share:g}" for ink, share in zip("CMYK", colour.cmyk, strict=True))
        yield LOOKS[1], f"{colour.spot}（画面では {inks}）" if colour.spot else inks


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
    head = _HEAD.format(job=_quoted(job_id), total=_quoted(_total(found)))
    return head + "\n[digests]\n" + "\n".join(lines) + "\n"


def _total(found: Mapping[str, object]) -> str:
    """Digest of the digests: tells a line that somebody deleted from a file that is new."""
    return _of_text(json.dumps(found, sort_keys=True, default=str))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def stop_before_signed(out: Path) -> None:
    """JobError when a new proof would replace a sign-off in which somebody wrote already."""
    if _written_in(out / SIGNOFF_FILE):
        raise JobError(
            f"出力先に、承認者か日付を書いた {SIGNOFF_FILE} があります。承認の記録を消さないように止めました。",
            remedy="別の出力先を指定してください。同じ出力先に作り直すときは、"
            "先に前の校正一式を別の場所へ移してください。",
            file=str(out),
        )


def _written_in(path: Path) -> bool:
    if not path.exists():
        return False
    try:
        values, _ = read_toml(path)
    except JobError:
        return True  # it was right when it was made
    return any(str(values.get(name, "")).strip() for name in _SIGNATURES)


def stop_without_signoff(job_dir: Path) -> None:
    """JobError when the job wants a sign-off and there is none for exactly what is in its folder now."""
    loaded = load_order(job_dir)
    job = loaded.order.job
    if not job.require_signoff:
        return
    path = job_dir / SIGNOFF_FILE
    if not path.exists():
        raise JobError(
            "このジョブは校正の承認が要ります（job.toml の [job] require_signoff）が、承認のファイルがありません。",
            remedy="kouki-print proof で校正紙を作って確かめ、signoff.toml に承認者と日付を書いて、"
            "ジョブのフォルダーに置いてください。",
            file=SIGNOFF_FILE,
        )
    values, _ = read_toml(path)
    _check_approval(values, job)
    faults = [*_differences(_approved(values), digests(loaded, job_dir))]
    if faults:
        raise JobError(
            f"校正の承認のあとで変わったものがあります: {'、'.join(faults)}",
            remedy=_PROOF_AGAIN,
            file=SIGNOFF_FILE,
        )


def _check_approval(values: Mapping[str, object], job: Job) -> None:
    """JobError unless somebody approved this job on a day that can be."""
    if values.get("job") != job.id:
        raise JobError(
            f"このジョブ（{job.id}）の承認ではありません: "
            + (f"job が {values['job']} です。" if "job" in values else "job の行がありません。"),
            remedy="このジョブの kouki-print proof で作った signoff.toml を置いてください。",
            file=SIGNOFF_FILE,
        )
    by = values.get("approved_by")
    if not isinstance(by, str) or not by.strip():
        raise JobError(
            "承認した人の名前（approved_by）が空です。",
            remedy="校正紙を確かめた人の名前を書いてください。",
            file=SIGNOFF_FILE,
        )
    on = _day(values.get("approved_on"))
    if on is None:
        raise JobError(
            "承認した日（approved_on）が、実在する日付ではありません。",
            remedy='approved_on = "2026-07-01" か "令和8年7月1日" のように書いてください。',
            file=SIGNOFF_FILE,
        )
    first, last = job.data_on, job.mail_on + _LATEST
    if not first <= on <= last:
        raise JobError(
            f"承認した日（approved_on）の {on} は、{first} から {last} までの日ではありません"
            f"（データの基準日から、差出日の{_LATEST.days}日後まで）。",
            remedy="承認した日を確かめて、書き直してください。",
            file=SIGNOFF_FILE,
        )


def _day(value: object) -> dt.date | None:
    """A day as TOML has it, or as people write it: 2026-07-01, 令和8年7月1日."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    text = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
    return parse_date(text) or _era_date(text)


def _approved(values: Mapping[str, object]) -> Mapping[str, object]:
    """The digests that were approved; JobError when they are not as the proof wrote them."""
    approved = values.get("digests")
    if not isinstance(approved, dict) or _total(approved) != values.get("digests_sha256"):
        raise JobError(
            "承認の対象（[digests]）が、proof の作ったままではありません。手で直したか、消えた行があります。",
            remedy="校正一式にある元の signoff.toml に、承認者と日付だけを書いて置き直してください。"
            "なければ、kouki-print proof からやり直してください。",
            file=SIGNOFF_FILE,
        )
    return approved


def _differences(approved: Mapping[str, object], now: Mapping[str, str]) -> Iterator[str]:
    """What is not as it was approved, by name."""
    for name in dict.fromkeys((*now, *approved)):
        if name not in approved:
            yield f"{name}（承認のときは無かったもの）"
        elif name not in now:
            yield f"{name}（今は無いもの）"
        elif approved[name] != now[name]:
            yield f"{name}（{'版' if name == _VERSION else '中身'}が違う）"
