"""check.html: what the checks found, for the union officer — one self-contained page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_text
from kouki_print.base.problems import Severity
from kouki_print.base.resources import template_dir
from kouki_print.handover.budget import Budget
from kouki_print.handover.budget_html import budget_context
from kouki_print.handover.character_list import write_characters
from kouki_print.handover.fitted_list import listed, summary, write_fitted
from kouki_print.handover.manifest import STATUSES
from kouki_print.handover.protected_list import write_protected
from kouki_print.handover.tables import (
    BY_EXPORT_JA,
    FOR_EXCEL,
    SEVERITIES,
    cause_of,
    write_held,
    write_problems,
    write_unissued,
)
from kouki_print.intake.load import ALERT
from kouki_print.job.fallbacks import write_fallbacks
from kouki_print.job.prepare import PROBLEMS, Prepared, status_counts
from kouki_print.job.review import NOT_REVIEWED, Review, review_context, write_review
from kouki_print.select.decide import FROM_EXPORT

STATUS_JA = {"printed": "印刷", "held": "保留", "excluded": "対象外", "unissued": "未発行"}
SEVERITY_JA = {"hold": "保留", "warn": "要確認", "note": "お知らせ"}
_MOST_ROWS = 10


def write_lists(
    union: Path,
    prepared: Prepared,
    review: Review,
    budget: Budget | None = None,
    encoding: str = FOR_EXCEL,
) -> None:
    """Everything of the union's folder that ``check`` and ``run`` have in common; ``encoding`` of lists for Excel."""
    people, decided, findings = prepared.people, prepared.decided, prepared.findings
    files = [entry.name for entry in prepared.intake.inputs]
    since = review.year.sealed_people if review.year else {}
    write_protected(
        union / "protected.csv", people, decided, prepared.plan, findings, PROBLEMS, files, since, encoding
    )
    apart = people["protected"].to_numpy()
    findings = prepared.listed()
    # From here on nobody under protection is listed: not by name, number or row.
    general = decided.assign(status=decided["status"].where(~apart, ""))
    write_held(union / "held.csv", people, general, findings, PROBLEMS, files, encoding)
    write_unissued(union / "unissued.csv", people, general, encoding=encoding)
    write_problems(union / "problems.csv", people, findings, PROBLEMS, files, encoding)
    write_characters(
        union / "characters.csv",
        people,
        findings,
        prepared.loaded.units,
        files,
        decided,
        prepared.plan,
        encoding,
    )
    write_fallbacks(union, prepared, encoding)
    loaded = prepared.loaded
    names = {code: unit.contact.name for code, unit in loaded.units.items()}
    fitted = _fitted(prepared)
    write_fitted(
        union / "fitted_fields.csv",
        fitted,
        people,
        prepared.plan,
        names,
        files,
        loaded.unit_ja,
        loaded.order.document_names,
        encoding,
    )
    write_check_report(union / "check.html", prepared, review, budget)
    write_review(union, prepared, review, STATUS_JA, _reasons(prepared), encoding)


def write_check_report(
    path: Path, prepared: Prepared, review: Review = NOT_REVIEWED, budget: Budget | None = None
) -> None:
    """Write the report; people appear by file and row number only.  Without a budget it has none."""
    environment = Environment(
        loader=FileSystemLoader(template_dir()), undefined=StrictUndefined, autoescape=True
    )
    context = report_context(prepared) | review_context(review)
    context["notes"] = [*context["notes"], *review.notes()]
    context["budget"] = budget and budget_context(budget)
    write_text(path, environment.get_template("check.html").render(context))


def report_context(prepared: Prepared) -> dict[str, Any]:
    """All that the template shows, as plain values."""
    order = prepared.loaded.order
    decided = prepared.decided
    by_town = status_counts(decided)
    towns = prepared.loaded.units
    names = {code: town.contact.name for code, town in towns.items()}
    lines = [
        {"code": code, "name": name, **{status: by_town.get(code, {}).get(status, 0) for status in STATUSES}}
        for code, name in names.items()
    ]
    unknown = {
        status: sum(by_town[code].get(status, 0) for code in by_town if code not in names)
        for status in STATUSES
    }
    if sum(unknown.values()):
        lines.append({"code": "", "name": f"（{prepared.loaded.unit_ja}不明）", **unknown})
    return {
        "title": order.job.title,
        "unit": prepared.loaded.unit_ja,
        "insurer": order.insurer.name,
        "preset": order.job.preset,
        "data_on": wareki(order.job.data_on),
        "switch_on": wareki(order.job.switch_on),
        "mail_on": wareki(order.job.mail_on),
        "statuses": [(STATUS_JA[key], int((decided["status"] == key).sum())) for key in STATUSES],
        "records": len(prepared.people),
        "reasons": _reasons(prepared),
        "towns": lines,
        "status_ja": STATUS_JA,
        "problems": _problems(prepared),
        "fitted": summary(_fitted(prepared)),
        "alerts": [note for note in prepared.intake.notes if note.startswith(ALERT)],
        "notes": [note for note in prepared.intake.notes if not note.startswith(ALERT)],
        "inputs": [
            (entry.name, entry.sha256) for entry in (*prepared.loaded.inputs, *prepared.intake.inputs)
        ],
        "unanswered": [town.contact.name for town in towns.values() if not town.answered],
    }


def _fitted(prepared: Prepared) -> pd.DataFrame:
    return listed(prepared.fitted, prepared.plan, prepared.people["protected"].to_numpy(dtype=bool))


def _reasons(prepared: Prepared) -> list[dict[str, Any]]:
    """One line per document and reason, in the order of the rules; they add up to the printed people.

    Rules that nobody met are listed with 0.  What the export asked for against the rules comes last.
    """
    printed = prepared.decided.loc[prepared.decided["status"] == "printed", ["document", "reason"]]
    found = Counter(zip(printed["document"].tolist(), printed["reason"].tolist(), strict=True))
    sentences: dict[tuple[str, str], dict[str, None]] = {}
    order = prepared.loaded.order
    for rule in order.rule:
        sentences.setdefault((rule.document, rule.reason), {}).setdefault(rule.sentence)
    for document in order.documents:
        if found[document, FROM_EXPORT]:
            sentences.setdefault((document, FROM_EXPORT), {}).setdefault(BY_EXPORT_JA)
    return [
        {
            "document": order.document_ja(document),
            "reason": reason,
            "sentence": "／".join(texts),
            "count": found[document, reason],
        }
        for (document, reason), texts in sentences.items()
    ]


def _problems(prepared: Prepared) -> list[dict[str, Any]]:
    """One entry per code and column: how many people, and the first rows of the input."""
    files = [entry.name for entry in prepared.intake.inputs]
    source = prepared.people["source"].to_numpy()
    line = prepared.people["line"].to_numpy()
    rows: dict[tuple[Severity, str, str], list[np.ndarray]] = {}
    for finding in prepared.listed():
        severity = finding.severity or PROBLEMS[finding.code].severity
        rows.setdefault((severity, finding.code, finding.column), []).append(finding.rows)
    result = []
    for (level, code, column), parts in sorted(rows.items(), key=_rank):
        positions = np.unique(np.concatenate(parts))
        shown = [f"{files[source[at]]} {line[at]:,}行目" for at in positions[:_MOST_ROWS].tolist()]
        kind = PROBLEMS[code]
        result.append(
            {
                "severity": SEVERITY_JA[level],
                "level": level,
                "code": code,
                "column": column,
                "cause": cause_of(kind),
                "remedy": kind.remedy,
                "count": len(positions),
                "rows": shown,
                "more": max(0, len(positions) - _MOST_ROWS),
            }
        )
    return result


def _rank(entry: tuple[tuple[Severity, str, str], Any]) -> tuple[int, str, str]:
    (severity, code, column), _ = entry
    return SEVERITIES.index(severity), code, column
