"""The tables of the run: register.csv, problems.csv and pieces.csv for machines, held.csv and unissued.csv.

Rows are built in columns (Arrow), so that 165,000 lines are written in a fraction of a second, and the
same tables always give the same bytes: UTF-8, comma, header line, ``\\n``, quotes only where needed.
Lists that people open in Excel begin with a BOM.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kouki_print.base.errors import OutputDiffers
from kouki_print.base.files import write_bytes
from kouki_print.base.problems import Finding, ProblemKind, Severity
from kouki_print.base.texts import arrow_of, distinct, map_distinct, pick, utf8_bytes
from kouki_print.handover.unissued_reasons import UNISSUED_JA

_REGISTER = (
    "row,insured_number,municipality_code,status,document,reason,set_code,piece_id,sequence,weight_g,"
    "size_class,mail_service,postage_yen,no_forward,problems"
)
_PIECES = (
    "piece_id,sequence,document,set_code,items,sheets,weight_g,size_class,mail_service,postage_yen,"
    "no_forward,sealed,matching_code,postcode,customer_barcode,registered_number,box,position,print_pdf,"
    "print_page,imposed_pdf,imposed_sheet,imposed_slot"
)
_PROBLEMS = "severity,code,column,file,line,row,message,remedy"
_OF_THE_PIECE = frozenset({"weight_cg", "postage_yen"})  # told once per piece
_PLACEHOLDER = re.compile(r"（[^（）]*\{value\}[^（）]*）|「\{value\}」が|\{value\}")
_HELD = "row,file,line,municipality_code,insured_number,name,codes,messages,column"
REGISTER_COLUMNS, PIECES_COLUMNS, HELD_COLUMNS, PROBLEMS_COLUMNS = (
    tuple(one.split(",")) for one in (_REGISTER, _PIECES, _HELD, _PROBLEMS)
)
SEVERITIES: tuple[Severity, ...] = ("hold", "warn", "note")  # most serious first
FOR_EXCEL = "utf-8-sig"

# 未発行の理由. The codes of the years to come may be passed in instead.
BY_EXPORT_JA = "移行データの交付書類区分に従い、規則と違う書類を交付"  # sentence of the reason EXPORT
_MUST_QUOTE = (b",", b'"', b"\n", b"\r")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_FORMULA_STARTS = "^[=+\\-@\\t\\r\\n＝＋－＠]"  # Japanese Excel takes the full-width ones too
_COMMA, _LINE_END, _QUOTE, _APOSTROPHE, _NOTHING = (
    pa.scalar(mark, pa.large_string()) for mark in (",", "\n", '"', "'", "")
)


def csv_bytes(columns: Mapping[str, Any]) -> bytes:
    """Table as CSV bytes; ``columns`` maps header to text, integers (null = empty cell) or flags (1/0)."""
    cells = [_quoted(_text(values)) for values in columns.values()]
    cells[-1] = pc.binary_join_element_wise(cells[-1], _NOTHING, _LINE_END)
    lines = pc.binary_join_element_wise(*cells, _COMMA)
    return (",".join(columns) + "\n").encode() + _joined(lines)


def _joined(lines: pa.LargeStringArray) -> bytes:
    """All cells one behind the other: the array's data as it lies."""
    return utf8_bytes(lines)[0].tobytes()


def _text(values: Any) -> pa.LargeStringArray:
    array = values if isinstance(values, pa.Array) else None
    if array is None and getattr(values, "dtype", None) is not None and values.dtype.kind in "iub":
        array = pa.array(np.asarray(values))
    if array is None:
        return arrow_of(values)
    if pa.types.is_boolean(array.type):
        array = pc.cast(array, pa.int8())
    return pc.fill_null(pc.cast(array, pa.large_string()), "")


def _quoted(cells: pa.LargeStringArray) -> pa.LargeStringArray:
    data = _joined(cells)  # a look at the bytes is quicker than a look at each cell
    if not any(mark in data for mark in _MUST_QUOTE):
        return cells
    needs = pc.match_substring_regex(cells, '[,"\\n\\r]')
    doubled = pc.replace_substring(cells, '"', '""')
    return pc.if_else(needs, pc.binary_join_element_wise(_QUOTE, doubled, _QUOTE, _NOTHING), cells)


def neutralised(texts: Any) -> pa.LargeStringArray:
    """Text cells that a spreadsheet opens safely: an apostrophe before a leading = + - @, tab or line end."""
    cells = arrow_of(texts)
    risky = pc.match_substring_regex(cells, _FORMULA_STARTS)
    return pc.if_else(risky, pc.binary_join_element_wise(_APOSTROPHE, cells, _NOTHING), cells)


def grams(weights_cg: Any) -> pa.LargeStringArray:
    """Weights for files: hundredths of a gram as grams (4600 → ``46.00``); null stays null."""
    whole = (
        weights_cg if isinstance(weights_cg, pa.Array) else pa.array(np.asarray(weights_cg, dtype=np.int64))
    )
    text = pc.utf8_lpad(pc.cast(whole, pa.large_string()), 3, "0")
    return pc.utf8_replace_slice(text, start=-2, stop=-2, replacement=".")


def write_register(path: Path, people: pd.DataFrame, decided: pd.DataFrame, plan: pd.DataFrame) -> None:
    """register.csv: one line per export record in export order; the plan's columns for printed people only.

    ``plan["row"]`` is the row number of who carries the piece.  Whoever stands on somebody else's piece has
    its number, but neither weight nor postage, so that both add up.  OutputDiffers when plan and decisions
    do not agree.
    """
    place = pd.Index(people["row"].to_numpy()).get_indexer(plan["row"].to_numpy())
    carrier = decided["carrier"].to_numpy()
    printed = (decided["status"] == "printed").to_numpy()
    own = carrier == np.arange(len(people))
    seen = np.bincount(place[place >= 0], minlength=len(people))
    agrees = np.array_equal(seen, own.astype(np.int64)) and np.array_equal(carrier >= 0, printed)
    if (place < 0).any() or not agrees or not own[carrier[printed]].all():
        raise OutputDiffers(
            "印刷する人と作成した通の一覧が一致しません",
            remedy="出力フォルダーを消して、もう一度実行してください。",
        )
    at = np.full(len(people), -1, dtype=np.int64)
    at[place] = np.arange(len(plan))
    at = np.where(printed, at[carrier], -1)

    def planned(name: str) -> pa.Array:
        values = plan[name]
        take = pa.array(at, mask=(at < 0) | (~own if name in _OF_THE_PIECE else False))
        return (pa.array(values.to_numpy()) if values.dtype.kind in "iub" else arrow_of(values)).take(take)

    columns = {
        "row": people["row"],
        "insured_number": people["insured_number"],
        "municipality_code": people["municipality_code"],
        "status": decided["status"],
        "document": decided["document"],
        "reason": decided["reason"],
        "set_code": decided["set_code"],
        "weight_g": grams(planned("weight_cg")),
        "problems": decided["problems"],
    }
    columns |= {name: planned(name) for name in REGISTER_COLUMNS if name not in columns}
    write_bytes(path, csv_bytes({name: columns[name] for name in REGISTER_COLUMNS}))


def write_pieces(path: Path, plan: pd.DataFrame) -> None:
    """pieces.csv of one municipality, in the order of the plan; holds nothing personal."""
    columns = {name: plan[name] for name in PIECES_COLUMNS if name != "weight_g"}
    columns["weight_g"] = grams(plan["weight_cg"])
    write_bytes(path, csv_bytes({name: columns[name] for name in PIECES_COLUMNS}))


def cause_of(kind: ProblemKind, value: str = "") -> str:
    """The cause with its value in place; without one the brackets around it go too."""
    if value:
        return kind.cause.replace("{value}", value)
    return _PLACEHOLDER.sub("", kind.cause)


def _message(kind: ProblemKind | None, code: str, value: str) -> str:
    if kind is None:
        return f"確認が必要です（{code}）"
    return f"{cause_of(kind, value)}。対処: {kind.remedy}".replace("。。", "。")


def problem_lines(findings: Iterable[Finding], kinds: Mapping[str, ProblemKind]) -> pd.DataFrame:
    """Every finding of every person: columns position, severity, code, column, message, remedy.

    Sorted by severity, code, position, column.
    """
    parts = []
    for finding in findings:
        kind = kinds[finding.code]
        count = len(finding.rows)
        values = pd.Series([""] * count if finding.values is None else list(finding.values), dtype="str")
        severity = SEVERITIES.index(finding.severity or kind.severity)
        parts.append(
            pd.DataFrame(
                {
                    "position": finding.rows,
                    "rank": np.full(count, severity),
                    "code": finding.code,
                    "column": finding.column,
                    "message": map_distinct(values, partial(cause_of, kind)),
                    "remedy": kind.remedy,
                }
            )
        )
    if not parts:
        return pd.DataFrame({name: [] for name in ("position", "severity", *PROBLEMS_COLUMNS)})
    lines = pd.concat(parts, ignore_index=True)
    keys = [distinct_rank(lines["column"]), lines["position"], distinct_rank(lines["code"]), lines["rank"]]
    lines = lines.take(np.lexsort(keys)).reset_index(drop=True)
    lines["severity"] = pick(SEVERITIES, lines["rank"].to_numpy())
    return lines


def write_problems(
    path: Path,
    people: pd.DataFrame,
    findings: Iterable[Finding],
    kinds: Mapping[str, ProblemKind],
    files: Sequence[str],
    encoding: str = FOR_EXCEL,
) -> None:
    """problems.csv (union only): every finding in full, held or not, by severity, code, then row.

    ``row`` counts over all files, ``line`` is that of the file as Excel shows it.  Names nobody.
    """
    lines = problem_lines(findings, kinds)
    at = lines["position"].to_numpy(dtype=np.int64)
    columns = {
        "file": neutralised(pick(files, people["source"].to_numpy()[at])),
        "line": people["line"].to_numpy()[at],
        "row": people["row"].to_numpy()[at],
    }
    columns |= {name: neutralised(lines[name]) for name in PROBLEMS_COLUMNS if name not in columns}
    write_for_people(path, {name: columns[name] for name in PROBLEMS_COLUMNS}, encoding)


def held_lines(
    decided: pd.DataFrame, findings: Iterable[Finding], kinds: Mapping[str, ProblemKind]
) -> pd.DataFrame:
    """Why each held person is held: columns position, codes, messages, column; a line per person and problem.

    A held person without a finding of severity ``hold`` is listed all the same, with the codes of the
    decision, so that nobody drops out of the list.
    """
    held = (decided["status"] == "held").to_numpy()
    lines: list[tuple[int, str, str, str]] = []
    for finding in findings:
        kind = kinds.get(finding.code)
        if (finding.severity or (kind.severity if kind else "hold")) != "hold":
            continue
        for at in np.flatnonzero(held[finding.rows]):
            value = finding.values[int(at)] if finding.values is not None else ""
            message = _message(kind, finding.code, value)
            lines.append((int(finding.rows[at]), finding.code, message, finding.column))
    explained = {line[0] for line in lines}
    problems = decided["problems"]
    for position in np.flatnonzero(held):
        if position not in explained:
            for code in problems.iat[position].split(";"):
                lines.append((int(position), code, _message(kinds.get(code), code, ""), ""))
    return pd.DataFrame(sorted(lines), columns=["position", "codes", "messages", "column"])


def write_held(
    path: Path,
    people: pd.DataFrame,
    decided: pd.DataFrame,
    findings: Iterable[Finding],
    kinds: Mapping[str, ProblemKind],
    files: Sequence[str],
    encoding: str = FOR_EXCEL,
) -> None:
    """held.csv (union only): who is held and why, by municipality, then row, then code.

    ``files`` are the input names that ``people["source"]`` points into.  Cells that a spreadsheet would
    take for a formula begin with an apostrophe.
    """
    lines = held_lines(decided, findings, kinds)
    person = people.take(lines["position"].to_numpy(dtype=np.int64)).reset_index(drop=True)
    order = np.lexsort((person["row"].to_numpy(), distinct_rank(person["municipality_code"])))
    person, lines = person.take(order), lines.take(order)
    columns = {
        "row": person["row"],
        "file": neutralised([files[source] for source in person["source"]]),
        "line": person["line"],
        "codes": lines["codes"].tolist(),
        "messages": neutralised(lines["messages"].tolist()),
        "column": lines["column"].tolist(),
    }
    columns |= {name: neutralised(person[name]) for name in ("municipality_code", "insured_number", "name")}
    write_for_people(path, {name: columns[name] for name in HELD_COLUMNS}, encoding)


def write_unissued(
    path: Path,
    people: pd.DataFrame,
    decided: pd.DataFrame,
    reasons: Mapping[str, str] = UNISSUED_JA,
    encoding: str = FOR_EXCEL,
) -> None:
    """unissued.csv (未発行者一覧): whom the run makes no document for, by municipality, then row."""
    where = np.flatnonzero((decided["status"] == "unissued").to_numpy())
    person = people.take(where).reset_index(drop=True)
    code = decided["unissued_reason"].take(where).reset_index(drop=True)
    order = np.lexsort((person["row"].to_numpy(), distinct_rank(person["municipality_code"])))
    person, code = person.take(order), code.take(order)
    columns = {
        "row": person["row"],
        "municipality_code": neutralised(person["municipality_code"]),
        "insured_number": neutralised(person["insured_number"]),
        "reason_code": neutralised(code),
        "reason": map_distinct(code, lambda key: reasons.get(key, f"理由番号{key}")),
    }
    write_for_people(path, columns, encoding)


def distinct_rank(texts: Any) -> np.ndarray:
    """Rank of each cell among the sorted distinct texts (int64), to sort rows by a text column."""
    values, at = distinct(texts)
    rank = np.empty(len(values), dtype=np.int64)
    rank[np.argsort(np.array(values, dtype=object))] = np.arange(len(values))
    return np.asarray(rank[at])


def write_for_people(path: Path, columns: Mapping[str, Any], encoding: str = FOR_EXCEL) -> None:
    """A list that people open: with a BOM, or in the code page that is asked for."""
    data = csv_bytes(columns)
    if encoding.replace("_", "-").lower() != "utf-8":
        # What the code page lacks becomes 〓, as printed lists have always shown it; a variant its base form.
        data = _recoded(data.decode("utf-8"), encoding)
    write_bytes(path, data)


def _recoded(text: str, encoding: str) -> bytes:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        bare = _SELECTORS.sub("", text)
        return "".join(char if _fits(char, encoding) else "〓" for char in bare).encode(encoding)


def _fits(char: str, encoding: str) -> bool:
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
