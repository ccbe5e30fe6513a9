"""Reads a job folder's order: job.toml over its preset, the contact table and the questionnaire."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.documents import of_the_job
from kouki_print.order.groups import insurer_contact, read_groups
from kouki_print.order.models import Order
from kouki_print.order.named import check_named_units
from kouki_print.order.places import BY_CODE, Source, Sources
from kouki_print.order.tables import read_municipalities, read_survey
from kouki_print.order.toml_files import own_toml, read_toml
from kouki_print.order.units import Contact, Unit
from kouki_print.order.validate import JOB_FILE, check_order

_REPLACED = ("rule",)
TEMPLATES = "templates"  # folder of a job with words (文面) of its own


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that went into the job, as the manifests list it."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class LoadedOrder:
    """The order with its delivery units (by code, in table order) and the files it came from.

    ``preset`` is the shipped rule file; ``inputs`` are files of the job folder.
    """

    order: Order
    units: Mapping[str, Unit]
    inputs: tuple[InputFile, ...]
    preset: InputFile

    @property
    def by_group(self) -> bool:
        """Whether the units are employers (団体), not municipalities."""
        return self.order.delivery.unit == "group"

    @property
    def unit_ja(self) -> str:
        """What a unit is called in lists."""
        return "団体" if self.by_group else "市町村"

    def sender(self, code: str) -> Contact:
        """Whom the pages of a unit name for returns and questions: its counter; by group the insurer."""
        return insurer_contact(self.order.insurer) if self.by_group else self.units[code].contact


def input_file(path: Path, name: str = "") -> InputFile:
    """Name, digest and size of an input; ``name`` defaults to the file's own."""
    data = path.read_bytes()
    return InputFile(name or path.name, hashlib.sha256(data).hexdigest(), len(data))


def preset_names() -> list[str]:
    """Names of the shipped presets, sorted."""
    return sorted(path.stem for path in (data_dir() / "presets").glob("*.toml"))


def _fault(what: str, remedy: str = "job.toml を直してください。") -> JobError:
    return JobError(what, remedy=remedy, file=JOB_FILE)


def _merged_by_code(table: str, base: list[Any], changes: Any) -> list[Any]:
    """Entries of ``base`` overridden by those of the same code; new codes come last."""
    if not isinstance(changes, list):
        raise _fault(f"[[{table}]] は二重のかっこで書いてください")
    merged = {entry["code"]: dict(entry) for entry in base}
    seen: set[str] = set()
    for number, entry in enumerate(changes, start=1):
        code = entry.get("code") if isinstance(entry, dict) else None
        if not isinstance(code, str):
            raise _fault(
                f"[[{table}]] {number}番目に code がありません", '例 code = "1" のように書いてください。'
            )
        if code in seen:
            raise _fault(f"[[{table}]] の code「{code}」が二度あります", "一つにまとめてください。")
        seen.add(code)
        merged[code] = {**merged.get(code, {}), **entry}
    return list(merged.values())


def merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Preset overridden by job.toml: tables deeply, enclosures and sets by code, rules as a whole."""
    merged = dict(base)
    for key, value in changes.items():
        if key in BY_CODE:
            merged[key] = _merged_by_code(key, merged.get(key, []), value)
        elif key not in _REPLACED and isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _own_forms(order: Order, job_dir: Path) -> list[str]:
    """Layouts of the job folder with the parts beside them, and its own words (文面)."""
    named = [*(each.layout for each in order.documents.values()), order.marks.layout]
    layouts = [name for name in named if of_the_job(name)]
    parts = [path for name in layouts for path in (job_dir / name).parent.glob("parts/*.toml")]
    found = [*parts, *(job_dir / TEMPLATES).glob("*.txt")]
    printing = order.printing
    settings = [
        name if of_the_job(name) else own_toml(kind, name)
        for kind, name in (("machines", printing.machine), ("imposition", printing.imposition))
        if name
    ]
    return [*layouts, *sorted(path.relative_to(job_dir).as_posix() for path in found), *settings]


def _preset_path(job: Mapping[str, Any]) -> Path:
    table = job.get("job")
    name = table.get("preset") if isinstance(table, dict) else None
    known = preset_names()
    if name not in known:
        what = "[job] preset がありません" if name is None else f"[job] preset「{name}」は知らない名前です"
        raise _fault(what, f"次のどれかにしてください: {'、'.join(known)}")
    return data_dir() / "presets" / f"{name}.toml"


def order_of(
    job: Mapping[str, Any],
    preset: Mapping[str, Any],
    *,
    texts: tuple[str, str] = ("", ""),
    preset_file: str = "",
) -> Order:
    """The checked order of a job table over its preset; JobError names the key, its file and line.

    ``texts`` are the two files as written, for the lines; ``preset_file`` is the preset's name.
    """
    merged = merge(preset, job)
    files = (Source(JOB_FILE, texts[0], job), Source(preset_file or "preset", texts[1], preset))
    at = Sources(files, merged)
    try:
        order = Order.model_validate(merged)
    except ValidationError as problem:
        raise at.faults(problem, Order) from None
    check_order(order, at)
    return order


def load_settings(job_dir: Path) -> tuple[Order, dict[str, Contact], InputFile]:
    """The checked order, its contact table and the preset's file: all that stands before the questionnaire.

    A job by group has no contact table.
    """
    if not job_dir.is_dir():
        raise JobError(
            "ジョブのフォルダーがありません",
            remedy="場所と名前を確かめてください。見本は kouki-print sample で作れます。",
            file=str(job_dir),
        )
    job, job_text = read_toml(job_dir / JOB_FILE)
    preset_path = _preset_path(job)
    preset, preset_text = read_toml(preset_path)
    order = order_of(job, preset, texts=(job_text, preset_text), preset_file=preset_path.name)
    by_group = order.delivery.unit == "group"
    contacts = {} if by_group else read_municipalities(job_dir / order.input.municipalities)
    return order, contacts, input_file(preset_path)


def varied_order(job_dir: Path, changes: Mapping[str, Any]) -> Order:
    """The order of a job folder with further changes over job.toml, as a scenario names them."""
    job, job_text = read_toml(job_dir / JOB_FILE)
    job = merge(job, changes)
    preset_path = _preset_path(job)
    preset, preset_text = read_toml(preset_path)
    return order_of(job, preset, texts=(job_text, preset_text), preset_file=preset_path.name)


def load_order(job_dir: Path) -> LoadedOrder:
    """The order of a job folder, complete and checked; JobError says what is wrong and where."""
    order, contacts, preset = load_settings(job_dir)
    settings = order.input
    if order.delivery.unit == "group":
        units = read_groups(job_dir / settings.groups, order.insurer)
        names = [JOB_FILE, settings.groups, settings.numbers]
    else:
        survey_path = job_dir / settings.survey
        units = read_survey(survey_path, contacts, default=order.job.survey_default)
        names = [JOB_FILE, settings.municipalities, settings.survey, settings.numbers]
    marks = order.marks
    shipped = order.handover.delivery_days or order.handover.work_order or order.deliver_to
    if order.discount or order.mail_of or marks.offices or marks.without_local_special or shipped:
        job, text = read_toml(job_dir / JOB_FILE)
        check_named_units(order, units, Sources((Source(JOB_FILE, text, job),), job))
    names += [settings.control, settings.tariff, settings.areas, settings.used_numbers]
    names += _own_forms(order, job_dir)
    inputs = tuple(
        input_file(job_dir / name, name) for name in dict.fromkeys(names) if (job_dir / name).is_file()
    )
    return LoadedOrder(order, units, inputs, preset)
