"""The questionnaire (アンケート) of a job: forms go out to the municipalities, answers come back as survey.csv."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kouki_print.base.checkdigits import code6
from kouki_print.base.errors import JobError
from kouki_print.base.files import write_bytes
from kouki_print.handover.survey_answers import read_folder
from kouki_print.handover.survey_form import form_name, survey_form
from kouki_print.handover.survey_merge import Merged, merge_answers, report_csv, report_lines, survey_csv
from kouki_print.order.load import load_settings
from kouki_print.order.models import Order
from kouki_print.order.tables import SURVEY_HEADERS, read_lines, read_survey
from kouki_print.order.units import Contact

_LOCKS = ("~$", ".")  # files that Excel and the system keep beside the real ones


def make_forms(job_dir: Path, to: Path, last: Path | None = None) -> list[Path]:
    """Write a form for every municipality of the contact table; ``last`` is last year's survey.csv.

    JobError when a form of that name is already there: it may have been filled in.
    """
    order, contacts = _settings(job_dir)
    before = last_answers(last) if last else {}
    paths = {code: to / form_name(contact) for code, contact in contacts.items()}
    there = [path.name for path in paths.values() if path.exists()]
    if there:
        raise JobError(
            f"同じ名前の様式があるので書き換えません（{there[0]} など{len(there)}件。記入済みかもしれません）。",
            remedy="別のフォルダーを指定するか、前の様式を移してください。",
            file=str(to),
        )
    forms = {
        path: survey_form(order.job, order.insurer.name, contacts[code], before.get(code))
        for code, path in paths.items()
    }
    try:
        for path, data in forms.items():
            write_bytes(path, data)
    except OSError:
        raise JobError(
            "様式を書き込めません。", remedy="フォルダーの権限と空き容量を確かめてください。", file=str(to)
        ) from None
    return list(forms)


def _settings(job_dir: Path) -> tuple[Order, dict[str, Contact]]:
    order, contacts, _ = load_settings(job_dir)
    if not contacts:
        raise JobError(
            "団体ごとに渡す注文には、市町村へのアンケートがありません。",
            remedy=f"団体の受渡方法は {order.input.groups} に書いてください。",
            file=order.input.groups,
        )
    return order, contacts


def last_answers(path: Path) -> dict[str, Mapping[str, str]]:
    """Lines of last year's survey.csv by 5-digit JIS code."""
    lines: dict[str, Mapping[str, str]] = {}
    for line in read_lines(path, SURVEY_HEADERS):
        code = line["市町村コード"]
        lines[code[:5] if len(code) == 6 and code6(code[:5]) == code else code] = line.cells
    return lines


def report_path(out: Path) -> Path:
    """Where the report of ``read_answers`` goes: beside survey.csv."""
    return out.with_name(f"{out.stem}_report.csv")


def read_answers(
    folder: Path, job_dir: Path, out: Path, last: Path | None = None
) -> tuple[Merged, list[str]]:
    """Read all filled forms of a folder, write the report, and survey.csv when nothing blocks it.

    Gives what was merged, and the report as lines for the console.

    Files in ``folder`` itself only.  What was written by an earlier call is not read as an answer.
    """
    order, contacts = _settings(job_dir)
    before = last_answers(last) if last else None
    if not folder.is_dir():
        raise JobError(
            "回答のフォルダーがありません。", remedy="場所と名前を確かめてください。", file=str(folder)
        )
    own = {path.resolve() for path in (out, report_path(out), *([last] if last else []))}
    paths = sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith(_LOCKS) and path.resolve() not in own
    )
    merged = merge_answers(*read_folder(paths, order, contacts), contacts, before)
    checked = out.with_name(f".{out.name}.checked")
    try:
        write_bytes(report_path(out), report_csv(merged))
        if not merged.blocking:
            write_bytes(checked, survey_csv(merged))
            read_survey(checked, contacts, default=True)  # as run will read it
            checked.replace(out)
    except OSError:
        raise JobError(
            "まとめた回答を書き込めません。",
            remedy="フォルダーの権限と空き容量を確かめてください。",
            file=str(out),
        ) from None
    finally:
        checked.unlink(missing_ok=True)
    return merged, list(report_lines(merged))
