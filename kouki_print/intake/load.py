"""Reads the export of a job: files in order, the columns of the contract, every problem listed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.dates import parse_date
from kouki_print.base.errors import JobError
from kouki_print.base.problems import Finding
from kouki_print.base.texts import pick
from kouki_print.intake.characters import check_legible
from kouki_print.intake.checks import CHECKS, notes_of
from kouki_print.intake.decoding import RawFile
from kouki_print.intake.forbidden import refuse_values
from kouki_print.intake.layouts import ExportLayout, load_layout
from kouki_print.intake.people import build_people, under_protection
from kouki_print.intake.read import read_raw
from kouki_print.intake.units import home_printed
from kouki_print.order.columns import EXPORT_COLUMNS, header_of
from kouki_print.order.load import InputFile, LoadedOrder
from kouki_print.order.models import Order

ALERT = "【要確認】"  # a note that must not be overlooked


@dataclass(frozen=True, slots=True)
class Intake:
    """What was read: people (one row per record), problems, the files and notes for the operator."""

    people: pd.DataFrame
    findings: list[Finding]
    inputs: tuple[InputFile, ...]  # the export files first, then the layout's own
    notes: list[str]


def _check_columns(raw: RawFile, layout: ExportLayout) -> None:
    have = set(raw.table.column_names)
    missing = [column.header for column in EXPORT_COLUMNS if column.required and column.header not in have]
    if missing:
        own = "" if layout.shipped else f"または {layout.file} に [[column]] を加えてください。"
        raise JobError(
            f"必須の列がありません: {'、'.join(missing)}",
            remedy="1行目の見出しを確かめ、この列を入れて移行データを出力し直してください。" + own,
            file=raw.file.name,
            row=max(1, raw.first_line - 1),
            column=missing[0],
        )


def _check_data_date(texts: pa.ChunkedArray, data_on: dt.date, file: str, first_line: int) -> None:
    """Every row must be of the job's data date (基準日): an old or mixed export stops the job."""
    for text in pc.unique(texts).to_pylist():
        found = parse_date(text.strip(" \u3000"))
        if found != data_on:
            row = pc.index(texts, text).as_py() + first_line
            shown = found.isoformat() if found else "空欄" if not text.strip() else "日付として読めない値"
            raise JobError(
                f"基準日が注文と違います（{shown}、注文では {data_on.isoformat()}）",
                remedy="移行データが正しい版か確かめてください。"
                "正しければ job.toml の [job] data_on を直してください。",
                file=file,
                row=row,
                column=header_of("data_on"),
            )


def _known(raw: RawFile) -> tuple[pa.Table, list[str], list[str]]:
    """Known columns under their keys; headers of unknown columns; headers of absent ones."""
    keys = {column.header: column.key for column in EXPORT_COLUMNS}
    have = raw.table.column_names
    kept = [header for header in have if header in keys]
    unknown = [header for header in have if header not in keys and not header.startswith("\0")]
    absent = [header for header in keys if header not in have]
    return raw.table.select(kept).rename_columns([keys[header] for header in kept]), unknown, absent


def _decisive(order: Order) -> set[str]:
    """Headers of the columns by which somebody's document or delivery is decided."""
    conditions = [*(rule.when for rule in order.rule), *(entry.when for entry in order.exclude)]
    keys = {key for when in conditions for key in when if key != "age"} | set(order.excluded)
    return {header_of(key) for key in keys | {"protected", "unissued_reasons", "mail_kind", "mail_address"}}


def _file_notes(
    raw: RawFile, unknown: Sequence[str], absent: Sequence[str], decisive: Collection[str]
) -> list[str]:
    notes = list(raw.notes)
    name = raw.file.name
    missed = [header for header in absent if header in decisive]
    if missed:
        others = f"（使わなかった列: {'、'.join(unknown)}）" if unknown else ""
        notes.append(
            f"{ALERT}{name}: 判定や届け先に使う列がありません: {'、'.join(missed)}。全員が空欄の扱いです。"
            f"見出しが変わっていないか確かめてください{others}"
        )
    if unknown:
        notes.append(f"{name}: 使わない列を読み飛ばしました: {'、'.join(unknown)}")
    if raw.unnamed:
        notes.append(f"{name}: 見出しのない列を読み飛ばしました（{raw.unnamed}列）")
    if absent:
        notes.append(f"{name}: ない列は空欄として扱いました: {'、'.join(absent)}")
    return notes


def _read_file(
    path: Path, name: str, layout: ExportLayout, order: Order
) -> tuple[pa.Table, InputFile, list[str]]:
    raw = read_raw(path, name, layout)
    _check_columns(raw, layout)
    refuse_values(raw.table, name, raw.first_line)
    table, unknown, absent = _known(raw)
    _check_data_date(table.column("data_on"), order.job.data_on, name, raw.first_line)
    return table, raw.file, _file_notes(raw, unknown, absent, _decisive(order))


def _columns(tables: Sequence[pa.Table]) -> dict[str, pa.ChunkedArray]:
    """Columns of all files below each other; one that a file lacks is empty there."""
    if len(tables) == 1:
        return dict(zip(tables[0].column_names, tables[0].columns, strict=True))
    joined = pa.concat_tables(tables, promote_options="permissive")
    return {key: joined.column(key).fill_null("") for key in joined.column_names}


def read_export(order: LoadedOrder, job_dir: Path, own: Collection[int] = ()) -> Intake:
    """People of all export files in the order of the job, with all problems of their cells.

    JobError (file, row, column, remedy) when the files as such do not allow the job; a problem of
    one person is a finding.  Unknown columns are dropped before anything else sees them.  ``own`` are the
    code points of private use that the union's own font draws.
    """
    settings = order.order
    layout = load_layout(settings.input.layout, job_dir)
    read = [_read_file(job_dir / name, name, layout, settings) for name in settings.input.export]
    tables = [table for table, _, _ in read]
    sizes = [table.num_rows for table in tables]
    columns = _columns(tables)
    inputs = (*(file for _, file, _ in read), *layout.inputs)
    notes = [note for _, _, each in read for note in each]
    del read, tables
    people, findings = build_people(columns, sum(sizes))
    people["protected"] = under_protection(people, findings)
    people["row"] = np.arange(1, len(people) + 1)
    people["source"] = np.repeat(np.arange(len(sizes)), sizes)
    people["line"] = np.concatenate([np.arange(size) + layout.first_line for size in sizes])
    if settings.delivery.addressee != "householder":  # then nobody prints the name
        people["householder"] = pick([""], np.zeros(len(people), dtype=np.int64))
    for check in CHECKS:
        findings.extend(check(people, order))
    findings.extend(
        check_legible(
            people,
            settings.job.mail_on,
            settings.checks.kind_order,
            layout.gaiji.shown,
            home=home_printed(people, order),
            own=own,
        )
    )
    return Intake(people, findings, inputs, notes + notes_of(findings, len(people)))
