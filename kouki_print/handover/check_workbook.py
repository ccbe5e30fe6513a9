"""check.xlsx: the check report as a workbook — totals, every problem by code, municipalities, last year.

People appear by file and row only; nobody under protection (支援措置) appears at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kouki_print.base.files import write_bytes
from kouki_print.base.problems import Finding, ProblemKind
from kouki_print.handover.comparison import ControlLine, YearComparison
from kouki_print.handover.tables import SEVERITIES, cause_of, problem_lines
from kouki_print.handover.workbook import (
    Heading,
    Styles,
    column_sum,
    head,
    new_book,
    page,
    row_sum,
    styles_of,
    texts,
    title,
    total_head,
)
from kouki_print.handover.year_sheets import write_year

SEVERITY_JA: Mapping[str, str] = {"hold": "保留", "warn": "要確認", "note": "お知らせ"}
MOST_ROWS = 5_000  # per code and column in the workbook; problems.csv has them all
_NAME = "検査報告"
_ONE_LINE = 34  # characters of a sentence that fit its column
_PROBLEM_HEAD = ("扱い", "コード", "ファイル", "行", "通し行", "列", "内容", "対処")
_PROBLEM_WIDTHS = (9, 23, 14, 9, 9, 18, 48, 46)


@dataclass(frozen=True, slots=True)
class TownCount:
    """Records of one municipality by status (in the order of ``CheckFacts.statuses``)."""

    code: str
    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """All that the workbook shows.

    ``statuses`` (word, records); ``reasons`` (document, reason, sentence, people); ``people`` only gives the
    places of rows (columns row, source, line), ``files`` the names that ``source`` points into.
    ``findings`` concern nobody under 支援措置; ``sealed`` counts those of them who have problems.
    """

    heading: Heading
    facts: Sequence[tuple[str, str]]
    statuses: Sequence[tuple[str, int]]
    reasons: Sequence[tuple[str, str, str, int]]
    findings: Sequence[Finding]
    sealed: int
    kinds: Mapping[str, ProblemKind]
    people: pd.DataFrame
    files: Sequence[str]
    towns: Sequence[TownCount]
    control: Sequence[ControlLine]
    year: YearComparison | None


def write_check_xlsx(path: Path, facts: CheckFacts) -> None:
    """check.xlsx (sheets 集計, 問題一覧, 市町村別, 前年比較 …); the same facts give the same bytes."""
    book, buffer = new_book(facts.heading, _NAME)
    styles = styles_of(book, facts.heading)
    summary, problems, towns = (book.add_worksheet(name) for name in ("集計", "問題一覧", "市町村別"))
    _write_summary(summary, facts, styles)
    _write_problems(problems, facts, styles)
    _write_towns(towns, facts, styles)
    write_year(book, facts.year, facts.heading, styles)
    book.close()
    write_bytes(path, buffer.getvalue())


def _write_summary(sheet: Worksheet, facts: CheckFacts, styles: Styles) -> None:
    sheet.set_default_row(19)
    notes = [facts.heading.insurer, "　".join(f"{name} {value}" for name, value in facts.facts)]
    row = title(sheet, f"{facts.heading.job} {_NAME}", notes, styles)
    sheet.write_string(row, 0, "件数", styles.section)
    head(sheet, row + 1, ("状態", "件数"), styles, height=20)
    first = row + 2
    for row, (word, count) in enumerate(facts.statuses, start=first):
        sheet.write_string(row, 0, word, styles.text)
        sheet.write_number(row, 1, count, styles.number)
    row += 1
    total_head(sheet, row, 1, styles, "移行データ")
    column_sum(sheet, row, 1, first, sum(count for _, count in facts.statuses), styles.total_number)
    row = _write_reasons(sheet, row + 2, facts, styles)
    row = _write_codes(sheet, row + 2, facts, styles)
    page(sheet, (24, 14, 64, 12, 44), row, facts.heading.footer(_NAME))


def _write_reasons(sheet: Worksheet, row: int, facts: CheckFacts, styles: Styles) -> int:
    """書類の判定理由; returns the last row used."""
    sheet.write_string(row, 0, "書類の判定理由", styles.section)
    head(sheet, row + 1, ("書類", "理由", "説明", "人数"), styles, height=20)
    first = row = row + 2
    for document, reason, sentence, count in facts.reasons:
        if len(sentence) > _ONE_LINE:
            sheet.set_row(row, 32)
        texts(sheet, row, (document, reason, sentence), styles.wrapped)
        sheet.write_number(row, 3, count, styles.number)
        row += 1
    total_head(sheet, row, 3, styles, "印刷する人")
    column_sum(sheet, row, 3, first, sum(line[3] for line in facts.reasons), styles.total_number)
    return row


def _write_codes(sheet: Worksheet, row: int, facts: CheckFacts, styles: Styles) -> int:
    """Each problem code with its people; returns the last row used."""
    sheet.write_string(row, 0, "見つかった問題", styles.section)
    head(sheet, row + 1, ("コード", "扱い", "内容", "人数", "対処"), styles, height=20)
    row += 2
    for severity, code, count in _code_counts(facts):
        kind = facts.kinds[code]
        sheet.set_row(row, 32)
        fmt = _severity_format(severity, styles)
        texts(sheet, row, (code, SEVERITY_JA[severity], cause_of(kind)), fmt)
        sheet.write_number(row, 3, count, styles.number)
        sheet.write_string(row, 4, kind.remedy, styles.wrapped)
        row += 1
    if not facts.findings:
        sheet.write_string(row, 0, "問題は見つかりませんでした。", styles.note)
        row += 1
    return row - 1


def _code_counts(facts: CheckFacts) -> list[tuple[str, str, int]]:
    """(severity, code, people) in the order of severity and code; a person counts once per code."""
    rows: dict[tuple[int, str], list[np.ndarray]] = {}
    for finding in facts.findings:
        rank = SEVERITIES.index(finding.severity or facts.kinds[finding.code].severity)
        rows.setdefault((rank, finding.code), []).append(finding.rows)
    return [
        (SEVERITIES[rank], code, len(np.unique(np.concatenate(parts))))
        for (rank, code), parts in sorted(rows.items())
    ]


def _severity_format(severity: str, styles: Styles) -> Format:
    formats = {"hold": styles.hold_text, "warn": styles.warn_text}
    return formats.get(severity, styles.wrapped)


def _shortened(findings: Sequence[Finding]) -> tuple[list[Finding], list[tuple[Finding, int]]]:
    """Findings cut to what a workbook can show, and (finding, people left out) where some are left out."""
    kept: list[Finding] = []
    cut: list[tuple[Finding, int]] = []
    for finding in findings:
        more = len(finding.rows) - MOST_ROWS
        if more > 0:
            cut.append((finding, more))
            values = None if finding.values is None else list(finding.values[:MOST_ROWS])
            finding = replace(finding, rows=finding.rows[:MOST_ROWS], values=values)
        kept.append(finding)
    return kept, cut


def _write_problems(sheet: Worksheet, facts: CheckFacts, styles: Styles) -> None:
    kept, cut = _shortened(facts.findings)
    notes = ["人は、ファイルと行で示します（氏名は載せません）。全件は union/problems.csv にあります。"]
    if facts.sealed:
        notes.append(f"支援措置の人（{facts.sealed:,}人）の問題は、union/protected.csv だけに載せています。")
    row = title(sheet, "問題一覧", notes, styles)
    head(sheet, row, _PROBLEM_HEAD, styles, height=20)
    first = row + 1
    row = _write_lines(sheet, first, problem_lines(kept, facts.kinds), facts, styles)
    for finding, count in cut:
        kind = facts.kinds[finding.code]
        severity = finding.severity or kind.severity
        message = f"ほか{count:,}件　{cause_of(kind)}"
        cells = (SEVERITY_JA[severity], finding.code, "", "", "", finding.column, message, kind.remedy)
        texts(sheet, row, cells, _severity_format(severity, styles))
        sheet.set_row(row, 30)
        row += 1
    last = max(row - 1, first)
    sheet.autofilter(first - 1, 0, last, len(_PROBLEM_HEAD) - 1)
    sheet.freeze_panes(first, 0)
    sheet.repeat_rows(first - 1)
    page(sheet, _PROBLEM_WIDTHS, last, facts.heading.footer(_NAME))


def _write_lines(sheet: Worksheet, row: int, lines: pd.DataFrame, facts: CheckFacts, styles: Styles) -> int:
    """A line per person and problem; returns the row below the last one."""
    at = lines["position"].to_numpy(dtype=np.int64)
    source, line, number = (facts.people[name].to_numpy()[at].tolist() for name in ("source", "line", "row"))
    columns = [lines[name].tolist() for name in ("severity", "code", "column", "message", "remedy")]
    for index, (severity, code, column, message, remedy) in enumerate(zip(*columns, strict=True)):
        fmt = _severity_format(severity, styles)
        sheet.set_row(row, 30)
        texts(sheet, row, (SEVERITY_JA[severity], code, facts.files[source[index]]), fmt)
        sheet.write_number(row, 3, line[index], styles.number)
        sheet.write_number(row, 4, number[index], styles.number)
        texts(sheet, row, (column, message, remedy), styles.wrapped, 5)
        row += 1
    return row


def _write_towns(sheet: Worksheet, facts: CheckFacts, styles: Styles) -> None:
    sheet.set_default_row(17)
    words = [word for word, _ in facts.statuses]
    controlled = bool(facts.control)
    notes = [
        "件数表（control.csv）の件数と比べています。" if controlled else "件数表（control.csv）はありません。"
    ]
    own = ["団体コード\n別の件数"] if controlled and _by_employer(styles) else []
    if own:
        notes.append("状態別の件数と計は受渡単位ごと、件数表との差は移行データの団体コードごとの件数です。")
    row = title(sheet, "市町村別の件数", notes, styles)
    compared = [*own, "件数表", "差", "判定"] if controlled else []
    head(sheet, row, ["市町村\nコード", "市町村名", *words, "計", *compared], styles)
    first = row = row + 1
    by_code = {line.code: line for line in facts.control}
    for town in facts.towns:
        line = by_code.pop(town.code, None)
        _write_town(sheet, row, town, controlled, line, styles)
        row += 1
    for line in by_code.values():  # on the sheet only
        _write_town(sheet, row, TownCount(line.code, line.name, (0,) * len(words)), True, line, styles)
        row += 1
    total_head(sheet, row, 2, styles)
    sums = [sum(town.counts[at] for town in facts.towns) for at in range(len(words))]
    sums.append(sum(sums))
    sums += [sum(line.found for line in facts.control)] * len(own)
    for column, value in enumerate(sums, start=2):
        column_sum(sheet, row, column, first, value, styles.total_number)
    if controlled:
        column = 2 + len(sums)
        expected = sum(line.expected or 0 for line in facts.control)
        column_sum(sheet, row, column, first, expected, styles.total_number)
        formula = f"={xl_rowcol_to_cell(row, column - 1)}-{xl_rowcol_to_cell(row, column)}"
        sheet.write_formula(row, column + 1, formula, styles.total_signed, sums[-1] - expected)
        sheet.write_string(row, column + 2, "", styles.total_text)
    sheet.freeze_panes(first, 2)
    sheet.repeat_rows(first - 1)
    widths = (
        10,
        32 if _by_employer(styles) else 18,
        *[12] * len(sums),
        *([12, 10, 18] if controlled else []),
    )
    page(sheet, widths, row, facts.heading.footer(_NAME), portrait=True)


def _by_employer(styles: Styles) -> bool:
    """Whether the lines are employers: of longer names, and counted on the control sheet with people sent directly."""
    return styles.unit == "団体"


def _write_town(
    sheet: Worksheet, row: int, town: TownCount, controlled: bool, line: ControlLine | None, styles: Styles
) -> None:
    total = sum(town.counts)
    wrong = line is not None and not line.agrees
    number = styles.warn_number if wrong else styles.number
    texts(sheet, row, (town.code, town.name), styles.warn_text if wrong else styles.text)
    for column, count in enumerate(town.counts, start=2):
        sheet.write_number(row, column, count, number)
    column = 2 + len(town.counts)
    row_sum(sheet, row, column, 2, column - 1, total, number)
    if not controlled:
        return
    if _by_employer(styles):
        column, total = column + 1, line.found if line is not None else 0
        sheet.write_number(row, column, total, number)
    if line is None or line.expected is None:
        verdict = "件数表に記載なし" if line is not None else ""
        fmt = styles.warn_text if line is not None else styles.text
        texts(sheet, row, ("", "", verdict), fmt, column + 1)
        return
    sheet.write_number(row, column + 1, line.expected, number)
    formula = f"={xl_rowcol_to_cell(row, column)}-{xl_rowcol_to_cell(row, column + 1)}"
    sheet.write_formula(
        row, column + 2, formula, styles.warn_signed if wrong else styles.signed, total - line.expected
    )
    sheet.write_string(
        row, column + 3, "差あり" if wrong else "一致", styles.warn_text if wrong else styles.text
    )
