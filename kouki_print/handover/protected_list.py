"""protected.csv: the sealed list (封かん名簿) of people under protection (支援措置), and nothing else names them.

The union hands it over by itself; the general lists leave these people out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from kouki_print.base.files import write_bytes
from kouki_print.base.problems import Finding, ProblemKind
from kouki_print.handover.tables import FOR_EXCEL, csv_bytes, neutralised, problem_lines

PROTECTED_COLUMNS = (
    "row", "file", "line", "municipality_code", "insured_number", "name", "status", "delivery_rule", "pickup",
    "piece_id", "box", "position", "messages",
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
) -> None:
    """Write the list: one line per protected person, printed or held, with place and what is wrong."""
    at = np.flatnonzero(people["protected"].to_numpy())
    person, decision = people.take(at).reset_index(drop=True), decided.take(at).reset_index(drop=True)
    pieces = plan.set_index("person").reindex(at)
    messages: dict[int, list[str]] = {}
    for line in problem_lines(findings, kinds).itertuples():
        messages.setdefault(int(line.position), []).append(f"{line.message}。対処: {line.remedy}")
    columns = {
        "row": person["row"],
        "file": neutralised([files[source] for source in person["source"]]),
        "line": person["line"],
        "status": decision["status"],
        "delivery_rule": decision["delivery_rule"],
        "pickup": decision["pickup"],
        "piece_id": pieces["piece_id"].fillna("").tolist(),
        **{name: [_count(value) for value in pieces[name]] for name in ("box", "position")},
        "messages": neutralised(
            ["　".join(messages.get(int(place), [])).replace("。。", "。") for place in at]
        ),
    }
    columns |= {name: neutralised(person[name]) for name in ("municipality_code", "insured_number", "name")}
    data = csv_bytes({name: columns[name] for name in PROTECTED_COLUMNS})
    write_bytes(path, data.decode("utf-8").encode(FOR_EXCEL))


def _count(value: float) -> str:
    return "" if np.isnan(value) else str(int(value))
