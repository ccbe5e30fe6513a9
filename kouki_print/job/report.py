"""check.html: what the checks found, for the union officer — one self-contained page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_text
from kouki_print.base.resources import template_dir
from kouki_print.handover.manifest import STATUSES
from kouki_print.job.prepare import PROBLEMS, Prepared, status_counts
from kouki_print.order.models import DOCUMENT_JA

STATUS_JA = {"printed": "印刷", "held": "保留", "excluded": "対象外", "unissued": "未発行"}
SEVERITY_JA = {"hold": "保留", "warn": "要確認", "note": "お知らせ"}
_MOST_ROWS = 20


def write_check_report(path: Path, prepared: Prepared) -> None:
    """Write the report; people appear by file and row number only."""
    environment = Environment(
        loader=FileSystemLoader(template_dir()), undefined=StrictUndefined, autoescape=True
    )
    write_text(path, environment.get_template("check.html").render(report_context(prepared)))


def report_context(prepared: Prepared) -> dict[str, Any]:
    """All that the template shows, as plain values."""
    order = prepared.loaded.order
    decided = prepared.decided
    by_town = status_counts(prepared.people, decided)
    towns = prepared.loaded.municipalities
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
        lines.append({"code": "", "name": "（市町村コード不明）", **unknown})
    return {
        "title": order.job.title,
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
        "notes": prepared.intake.notes,
        "inputs": [
            (entry.name, entry.sha256) for entry in (*prepared.loaded.inputs, *prepared.intake.inputs)
        ],
        "unanswered": [town.contact.name for town in towns.values() if not town.answered],
    }


def _reasons(prepared: Prepared) -> list[dict[str, Any]]:
    found = prepared.decided.loc[prepared.decided["status"] == "printed", "reason"].value_counts()
    return [
        {
            "reason": rule.reason,
            "sentence": rule.sentence,
            "document": DOCUMENT_JA[rule.document],
            "count": int(found.get(rule.reason, 0)),
        }
        for rule in prepared.loaded.order.rule
    ]


def _problems(prepared: Prepared) -> list[dict[str, Any]]:
    """One entry per code and column: how many people, and the first rows of the input."""
    files = [entry.name for entry in prepared.intake.inputs]
    source = prepared.people["source"].to_numpy()
    line = prepared.people["line"].to_numpy()
    rows: dict[tuple[str, str, str], list[np.ndarray]] = {}
    for finding in prepared.findings:
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
                "cause": kind.cause.replace("（{value}）", "")
                .replace("「{value}」が", "")
                .replace("{value}", ""),
                "remedy": kind.remedy,
                "count": len(positions),
                "rows": shown,
                "more": max(0, len(positions) - _MOST_ROWS),
            }
        )
    return result


def _rank(entry: tuple[tuple[str, str, str], Any]) -> tuple[int, str, str]:
    order: Mapping[str, int] = {"hold": 0, "warn": 1, "note": 2}
    (severity, code, column), _ = entry
    return order[severity], code, column
