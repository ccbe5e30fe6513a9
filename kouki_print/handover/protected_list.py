"""protected.csv: the sealed list (封かん名簿) of people under protection (支援措置).

Beside register.csv, the complete record by contract, nothing else names them.

The union hands it over by itself; the general lists leave these people out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd

from kouki_print.base.problems import Finding, ProblemKind
from kouki_print.base.texts import map_distinct
from kouki_print.handover.tables import FOR_EXCEL, neutralised, problem_lines, write_for_people
from kouki_print.handover.unissued_reasons import REMEDY_JA, UNISSUED_JA

PROTECTED_COLUMNS = (
    "row", "file", "line", "municipality_code", "insured_number", "name", "status", "reason_code", "reason",
    "delivery_rule", "pickup", "piece_id", "box", "position", "messages",
)  # fmt: skip


def general(findings: Iterable[Finding], apart: np.ndarray) -> list[Finding]:
    """The findings without the people apart, for the lists that everybody of the union sees."""
    kept = []
    for finding in findings:
        open_ = ~apart[finding.rows]
        if open_.all():
            kept.append(finding)
        elif open_.any():
            values = finding.values
            chosen = None if values is None else [values[at] for at in np.flatnonzero(open_).tolist()]
            kept.append(Finding(finding.code, finding.rows[open_], finding.column, chosen, finding.severity))
    return kept


def write_protected(
    path: Path,
    people: pd.DataFrame,
    decided: pd.DataFrame,
    plan: pd.DataFrame,
    findings: Iterable[Finding],
    kinds: Mapping[str, ProblemKind],
    files: Sequence[str],
    since_last_year: Mapping[int, str] = MappingProxyType({}),
    encoding: str = FOR_EXCEL,
) -> None:
    """Write the list: one line per protected person with status, why, place and what is to be looked at.

    ``since_last_year``: what changed, by position in ``people``.
    """
    at = np.flatnonzero(people["protected"].to_numpy())
    person, decision = people.take(at).reset_index(drop=True), decided.take(at).reset_index(drop=True)
    pieces = plan.set_index("person").reindex(at)
    messages: dict[int, list[str]] = {}
    for line in problem_lines(findings, kinds).itertuples():
        where = f"「{line.column}」 " if line.column else ""
        messages.setdefault(int(line.position), []).append(f"{where}{line.message}。対処: {line.remedy}")
    for place, words in since_last_year.items():
        messages.setdefault(place, []).append(words)
    unissued = decision["unissued_reason"]
    for place, code in zip(at.tolist(), unissued.tolist(), strict=True):
        if code:
            messages.setdefault(place, []).append(f"対処: {REMEDY_JA.get(code, '原因を確かめる。')}")
    columns = {
        "row": person["row"],
        "file": neutralised([files[source] for source in person["source"]]),
        "line": person["line"],
        "status": decision["status"],
        "reason_code": neutralised(decision["reason"] + unissued),  # only one of them is filled
        "reason": neutralised(
            decision["excluded_reason"]
            + map_distinct(unissued, lambda code: UNISSUED_JA.get(code, f"理由番号{code}") if code else "")
        ),
        "delivery_rule": decision["delivery_rule"],
        "pickup": decision["pickup"],
        "piece_id": pieces["piece_id"].fillna("").tolist(),
        **{name: [_count(value) for value in pieces[name]] for name in ("box", "position")},
        "messages": neutralised(
            ["　".join(messages.get(int(place), [])).replace("。。", "。") for place in at]
        ),
    }
    columns |= {name: neutralised(person[name]) for name in ("municipality_code", "insured_number", "name")}
    write_for_people(path, {name: columns[name] for name in PROTECTED_COLUMNS}, encoding)


def _count(value: float) -> str:
    return "" if np.isnan(value) else str(int(value))
