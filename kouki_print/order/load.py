"""Reads a job folder's order: job.toml over its preset, the contact table and the questionnaire."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from pydantic import ValidationError

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.conditions import FLAG_KEYS, parse_condition
from kouki_print.order.models import DOCUMENT_JA, Exclusion, Order, Rule
from kouki_print.order.places import BY_CODE, Source, Sources
from kouki_print.order.tables import bytes_of, read_municipalities, read_survey
from kouki_print.order.units import Contact, Unit

JOB_FILE = "job.toml"
FIRST_CERTIFICATE_DAY = dt.date(2024, 12, 2)  # no 資格確認書 may be dated earlier (law and system)
_REPLACED = ("rule",)
_RESERVED_CODE = re.compile(r"X[0-9]+")


@dataclass(frozen=True, slots=True)
class InputFile:
    """One file that went into the job, as the manifests list it."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class LoadedOrder:
    """The order with its municipalities (by JIS code, in table order) and the files it came from.

    ``preset`` is the shipped rule file; ``inputs`` are files of the job folder.
    """

    order: Order
    units: Mapping[str, Unit]
    inputs: tuple[InputFile, ...]
    preset: InputFile


def input_file(path: Path, name: str = "") -> InputFile:
    """Name, digest and size of an input; ``name`` defaults to the file's own."""
    data = path.read_bytes()
    return InputFile(name or path.name, hashlib.sha256(data).hexdigest(), len(data))


def preset_names() -> list[str]:
    """Names of the shipped presets, sorted."""
    return sorted(path.stem for path in (data_dir() / "presets").glob("*.toml"))


def _toml(path: Path) -> tuple[dict[str, Any], str]:
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
        found = re.search(r"line ([0-9]+)", str(problem))
        raise JobError(
            "TOML として読めません",
            remedy="この行の引用符、等号、かっこを確かめてください。同じ項目を二度書いても読めません。",
            file=path.name,
            row=int(found[1]) if found else text.count("\n") + 1,
        ) from None


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


def _preset_path(job: Mapping[str, Any]) -> Path:
    table = job.get("job")
    name = table.get("preset") if isinstance(table, dict) else None
    known = preset_names()
    if name not in known:
        what = "[job] preset がありません" if name is None else f"[job] preset「{name}」は知らない名前です"
        raise _fault(what, f"次のどれかにしてください: {'、'.join(known)}")
    return data_dir() / "presets" / f"{name}.toml"


def _check_path(key: str, name: str) -> None:
    windows, posix = PureWindowsPath(name), PurePosixPath(name)
    escapes = windows.drive or windows.root or posix.is_absolute() or ".." in windows.parts
    if escapes or not name or name.startswith("~"):
        raise _fault(
            f"{key}「{name}」はジョブのフォルダーの外を指しています",
            "ファイルをジョブのフォルダーに置き、その名前だけを書いてください。",
        )


def _check_inputs(order: Order, at: Sources) -> None:
    names = [("[input] export", name) for name in order.input.export]
    names += [
        (f"[input] {key}", getattr(order.input, key))
        for key in ("municipalities", "survey", "numbers", "control")
    ]
    if order.printing.output_profile:
        names.append(("[printing] output_profile", order.printing.output_profile))
    for key, name in names:
        _check_path(key, name)
    exports = [
        PureWindowsPath(name) for name in order.input.export
    ]  # names that differ only in case are one file
    for path in exports:
        if exports.count(path) > 1:
            raise at.fault(
                f"[input] export に「{path}」が二度あります",
                "input",
                "export",
                remedy="同じファイルは一度だけ書いてください。",
            )


def _check_conditions(table: str, entries: Sequence[Rule | Exclusion], at: Sources) -> None:
    for number, entry in enumerate(entries):
        for key, value in entry.when.items():
            try:
                parse_condition(key, value)
            except ValueError as problem:
                what = f"[[{table}]] {number + 1}番目（{entry.reason}）の when {key}: {problem}"
                raise at.fault(
                    what, table, number, "when", key, remedy="この行の条件を直してください。"
                ) from None


def _check_rules(order: Order, at: Sources) -> None:
    _check_conditions("rule", order.rule, at)
    _check_conditions("exclude", order.exclude, at)
    unknown = [key for key in order.excluded if key not in FLAG_KEYS]
    if unknown:
        raise at.fault(
            f"[excluded] {unknown[0]}: 対象外に使えない列です",
            "excluded",
            unknown[0],
            remedy=f"使える列: {'、'.join(sorted(FLAG_KEYS))}。ほかの条件は [[exclude]] に書いてください。",
        )
    carried = {entry.document for entry in order.set}
    for number, rule in enumerate(order.rule):
        if rule.document not in carried:
            raise at.fault(
                f"規則 {rule.reason} が出す{DOCUMENT_JA[rule.document]}を入れる組（[[set]]）がありません",
                "rule",
                number,
                "document",
                remedy=f'document = "{rule.document}" の [[set]] を加えてください。',
            )
        if rule.set:
            _check_rule_set(order, rule, number, at)


def _check_rule_set(order: Order, rule: Rule, number: int, at: Sources) -> None:
    fitting = [entry.code for entry in order.set if entry.document == rule.document]
    if rule.set not in fitting:
        known = rule.set in {entry.code for entry in order.set}
        why = f"は{DOCUMENT_JA[rule.document]}の組ではありません" if known else "がありません"
        raise at.fault(
            f"[[rule]] {number + 1}番目（{rule.reason}）の組「{rule.set}」{why}",
            "rule",
            number,
            "set",
            remedy=f"[[set]] に加えるか、次のどれかにしてください: {'、'.join(fitting)}",
        )


def _check_sets(order: Order, at: Sources) -> None:
    known = {entry.code for entry in order.enclosure}
    for number, enclosure in enumerate(order.enclosure):
        if _RESERVED_CODE.fullmatch(enclosure.code):
            raise at.fault(
                f"封入物の code「{enclosure.code}」は使えません",
                "enclosure",
                number,
                "code",
                remedy="X で始まる番号は市町村の追加封入物のためのものです。",
            )
    for number, entry in enumerate(order.set):
        for item in entry.items:
            if item not in known:
                raise at.fault(
                    f"[[set]] {entry.code} の封入物「{item}」がありません",
                    "set",
                    number,
                    "items",
                    remedy=f"[[enclosure]] に加えるか、次のどれかにしてください: {'、'.join(sorted(known))}",
                )
        if len(set(entry.items)) != len(entry.items):
            raise at.fault(
                f"[[set]] {entry.code} に同じ封入物が二度あります",
                "set",
                number,
                "items",
                remedy="一度だけ書いてください。",
            )


def _check_validity(order: Order, at: Sources) -> None:
    for age in order.validity.age_end:
        if age not in {str(limit) for limit in order.validity.age_limits}:
            raise at.fault(
                f"[validity] age_end の「{age}」は age_limits にない年齢です",
                "validity",
                "age_end",
                remedy="age_limits に加えるか、この年齢を消してください。",
            )


def _check_dates(order: Order, at: Sources) -> None:
    job = order.job
    certificates = any(rule.document == "certificate" for rule in order.rule) or (
        job.document_from == "export" and any(entry.document == "certificate" for entry in order.set)
    )
    if certificates and job.issued_on < FIRST_CERTIFICATE_DAY:
        raise at.fault(
            "[job] issued_on: 資格確認書の交付年月日を令和6年12月2日より前にはできません",
            "job",
            "issued_on",
            remedy="交付年月日を直してください。",
        )
    if job.expires_on < job.switch_on:
        raise at.fault(
            "[job] expires_on: 有効期限が切替日より前です",
            "job",
            "expires_on",
            remedy="switch_on と expires_on を確かめてください。",
        )
    if job.mail_on < job.data_on:
        raise at.fault(
            "[job] mail_on: 差出日が基準日より前です",
            "job",
            "mail_on",
            remedy="data_on と mail_on を確かめてください。",
        )


_CHECKS = (_check_inputs, _check_rules, _check_sets, _check_validity, _check_dates)


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
        raise at.faults(problem) from None
    for check in _CHECKS:
        check(order, at)
    return order


def load_settings(job_dir: Path) -> tuple[Order, dict[str, Contact], InputFile]:
    """The checked order, its contact table and the preset's file: all that stands before the questionnaire."""
    if not job_dir.is_dir():
        raise JobError(
            "ジョブのフォルダーがありません",
            remedy="場所と名前を確かめてください。見本は kouki-print sample で作れます。",
            file=str(job_dir),
        )
    job, job_text = _toml(job_dir / JOB_FILE)
    preset_path = _preset_path(job)
    preset, preset_text = _toml(preset_path)
    order = order_of(job, preset, texts=(job_text, preset_text), preset_file=preset_path.name)
    return order, read_municipalities(job_dir / order.input.municipalities), input_file(preset_path)


def load_order(job_dir: Path) -> LoadedOrder:
    """The order of a job folder, complete and checked; JobError says what is wrong and where."""
    order, contacts, preset = load_settings(job_dir)
    survey_path = job_dir / order.input.survey
    municipalities = read_survey(survey_path, contacts, default=order.job.survey_default)
    names = [JOB_FILE, order.input.municipalities, order.input.survey, order.input.numbers]
    inputs = tuple(input_file(job_dir / name, name) for name in names if (job_dir / name).is_file())
    return LoadedOrder(order, municipalities, inputs, preset)
