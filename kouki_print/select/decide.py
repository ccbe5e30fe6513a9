"""One decision per person: printed (with reason, document and set), held, excluded or unissued.

Order of decision: excluded, unissued, held, then the year's rules, so that exactly one status holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from kouki_print.base.dates import day64, wareki_column
from kouki_print.base.problems import Finding, ProblemKind, Severity
from kouki_print.base.texts import arrow_of, distinct, filled, map_distinct, pick, series_of
from kouki_print.intake.problems import PROBLEMS as INTAKE_PROBLEMS
from kouki_print.intake.units import bundled, no_forward, unit_codes, unit_names
from kouki_print.order.columns import header_of
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import Exclusion, Order, Rule
from kouki_print.select.delivery import delivery_columns, first_reason, has_instruction, to_employer
from kouki_print.select.households import carriers, members
from kouki_print.select.problems import PROBLEMS
from kouki_print.select.rules import NO_RULE, boundary_days, first_matches, looks_at, rule_numbers
from kouki_print.select.validity import Validity, own_ends, reason_words, validity

STATUSES = ("printed", "held", "excluded", "unissued")
PRINTED, HELD, EXCLUDED, UNISSUED = range(4)
FROM_EXPORT = "EXPORT"  # reason of a document that the export asked for against the rules
# 支援措置 and the other reasons of one's own for a certificate, whatever the source system entered.
_FORCING = frozenset({"protected", "special_care", "certificate_applied", "link_cancelled", "ecert_expired"})
_KINDS: Mapping[str, ProblemKind] = {**INTAKE_PROBLEMS, **PROBLEMS}


@dataclass(frozen=True, slots=True)
class Decision:
    """The decided table (one row per person, same order) and the problems that deciding brought up."""

    decided: pd.DataFrame
    findings: list[Finding]


def severity_of(finding: Finding) -> Severity:
    """Severity of a finding: its own, else that of its code."""
    return finding.severity or _KINDS[finding.code].severity


def problem_texts(findings: Iterable[Finding], people: int) -> pd.Series:
    """For each person the codes of problems to hold or to look at, sorted and joined by ``;``."""
    told = [finding for finding in findings if severity_of(finding) != "note"]
    codes = sorted({finding.code for finding in told})
    bits = np.zeros(people, dtype=np.int64)
    for finding in told:
        bits[finding.rows] |= 1 << codes.index(finding.code)
    places, masks = pd.factorize(bits)
    return pick(
        [
            ";".join(code for number, code in enumerate(codes) if mask >> number & 1)
            for mask in masks.tolist()
        ],
        places,
    )


def _held_rows(findings: Iterable[Finding], people: int) -> np.ndarray:
    held = np.zeros(people, dtype=bool)
    for finding in findings:
        if severity_of(finding) == "hold":
            held[finding.rows] = True
    return held


def _found(
    code: str, mask: np.ndarray, column: str = "", values: Sequence[str] | None = None
) -> list[Finding]:
    """The finding of a mask (none when no row is marked); ``values`` has one text per marked row."""
    rows = np.flatnonzero(mask)
    return [Finding(code, rows, column, values)] if len(rows) else []


def _values(texts: pd.Series, mask: np.ndarray) -> list[str]:
    return arrow_of(texts).take(pa.array(np.flatnonzero(mask))).to_pylist()


@dataclass(frozen=True, slots=True)
class _Choice:
    """Document chosen for each person: reason text column, and position in the order's documents.

    Behind the last of them: none.
    ``rule`` is the position of the rule that chose it, NO_RULE when none did or the export did.
    """

    reason: pd.Series
    rule: np.ndarray
    document: np.ndarray
    findings: list[Finding]


def _choose(people: pd.DataFrame, order: Order, open_: np.ndarray, unreadable: np.ndarray) -> _Choice:
    """Document by rules or export; disagreements of ``open_`` people (not excluded, not unissued) listed.

    The export never takes the certificate from somebody whom a flag of their own gives it.
    """
    numbers = rule_numbers(people, order)
    keys = list(order.documents)
    none = len(keys)
    by_rule = np.array([keys.index(rule.document) for rule in order.rule] + [none])[numbers]
    values, places = distinct(people["document_given"])
    given = np.array([keys.index(value) if value else none for value in values], dtype=np.int64)[places]
    differs = (given != none) & (given != by_rule)
    reason = np.where(numbers == NO_RULE, len(order.rule), numbers)
    document = by_rule
    if order.job.document_from == "export":
        entitled = np.array([not _FORCING.isdisjoint(rule.when) for rule in order.rule] + [False])[numbers]
        wins = differs & ~entitled
        document = np.where(wins, given, by_rule)
        reason = np.where(wins, len(order.rule) + 1, reason)
        numbers = np.where(wins, NO_RULE, numbers)
    names = [*order.document_names.values(), "なし"]
    told = differs & open_
    texts = [
        f"移行データ {names[a]}、規則 {names[b]}" for a, b in zip(given[told], by_rule[told], strict=True)
    ]
    findings = _found("DOCUMENT_DIFFERS", told, "交付書類区分", texts)
    findings += _found("NO_RULE", open_ & (document == none) & ~unreadable)
    carried = np.array([key in {entry.document for entry in order.set} for key in keys] + [True])
    lost = open_ & ~carried[document]
    findings += _found("NO_SET", lost, "交付書類区分", [names[place] for place in document[lost]])
    reasons = pick([rule.reason for rule in order.rule] + ["", FROM_EXPORT], reason)
    return _Choice(reasons, numbers, document, findings)


def _notes(people: pd.DataFrame, order: Order, open_: np.ndarray, valid: Validity) -> list[Finding]:
    """To be looked at although nothing is wrong: boundary births, missing counts, short expiry."""
    born = people["birth_date"].to_numpy()
    boundary = open_ & np.isin(
        born, np.array([day64(day) for day in boundary_days(order)], dtype="datetime64[s]")
    )
    findings = _found("BOUNDARY_BIRTH", boundary, "生年月日", _values(wareki_column(born), boundary))
    for key, column in (("used_12m", "利用回数１年"), ("used_3m", "利用回数３月")):
        if looks_at(order.rule, key):
            empty = open_ & people["linked"].to_numpy() & (people[key].to_numpy() < 0)
            findings += _found("USE_COUNT_EMPTY", empty, column)
    short = open_ & (valid.until < day64(order.job.expires_on))
    if short.any():
        why = map_distinct(
            valid.reason, lambda reason: f"、{words}" if (words := reason_words(reason)) else ""
        )
        findings += _found(
            "EXPIRY_SHORT", short, "有効期限", _values(wareki_column(valid.until) + why, short)
        )
    for key, days in own_ends(people, order):
        bad = open_ & (days < day64(order.job.switch_on))
        if bad.any():
            findings += _found("LIMIT_PAST", bad, header_of(key), _values(wareki_column(days), bad))
    return findings


def _column_of(key: str) -> str:
    """The column that a condition looks at."""
    return "birth_date" if key == "age" else key


def _unreadable(findings: Sequence[Finding], entries: Sequence[Rule | Exclusion], people: int) -> np.ndarray:
    """People with a cell that nobody could read in a column that these conditions look at.

    Such a cell reads as empty; to leave somebody out for it would be a guess, so they are held instead.
    """
    looked_at = {header_of(_column_of(key)) for entry in entries for key in entry.when}
    return _held_rows([each for each in findings if each.column in looked_at], people)


def _excluded(people: pd.DataFrame, order: Order, unreadable: np.ndarray) -> pd.Series:
    """Why each person is 対象外, in the words of the order (the first reason that holds), ``""`` who is not."""
    words = [*order.excluded.values(), *(entry.sentence for entry in order.exclude), ""]
    codes = np.full(len(people), len(words) - 1, dtype=np.int64)
    later = first_matches(people, order.exclude, order.job.switch_on)
    out = (later != NO_RULE) & ~unreadable
    codes[out] = len(order.excluded) + later[out]
    for number, key in reversed(list(enumerate(order.excluded))):
        codes[people[key].to_numpy()] = number
    return pick(words, codes)


def _sets(order: Order, choice: _Choice) -> pd.Series:
    """Set code of each person's document: the rule's own, else the first set of the document."""
    by_document = [order.set_for(key).code if _carried(order, key) else "" for key in order.documents]
    codes = [*by_document, "", *(order.set_of_rule(rule).code for rule in order.rule)]
    by_rule = (choice.rule >= 0) & (choice.rule < len(order.rule))
    return pick(codes, np.where(by_rule, len(by_document) + 1 + choice.rule, choice.document))


def decide(people: pd.DataFrame, findings: Sequence[Finding], order: LoadedOrder) -> Decision:
    """Status, reason, document, set and delivery of every person, in the order of ``people``.

    ``findings`` are those of intake (with the character check).  Reason, document and set are empty
    unless printed.  ``problems`` joins all codes of severity hold and warn.  ``excluded_reason`` is in
    the words of the order; ``valid_reason`` says which limit gave ``valid_until``; ``carrier`` is the
    position of the person on whose piece somebody stands, -1 for who is not printed.
    """
    settings = order.order
    count = len(people)
    excluded_reason = _excluded(people, settings, _unreadable(findings, settings.exclude, count))
    excluded = filled(excluded_reason)
    unissued = filled(people["unissued_reasons"]) & ~excluded
    open_ = ~(excluded | unissued)
    valid = validity(people, settings)
    choice = _choose(people, settings, open_, _unreadable(findings, settings.rule, count))
    own = [*choice.findings, *_notes(people, settings, open_, valid)]
    if settings.checks.protected_without_instruction == "hold":
        unsafe = open_ & people["protected"].to_numpy() & ~has_instruction(people, settings)
        own += _found("PROTECTED_NO_INSTRUCTION", unsafe, "支援措置")
    units = unit_codes(people, settings)
    in_bundle = bundled(units, order)
    family, lost = _family_of(people, in_bundle, findings)
    own += _found("MEMBER_UNKNOWN", lost & open_ & ~_held_rows(findings, count), "本人区分")
    everything = [*findings, *own]
    held = open_ & _held_rows(everything, count)
    status = np.select([excluded, unissued, held], [EXCLUDED, UNISSUED, HELD], PRINTED)
    printed = status == PRINTED
    document = np.where(printed, choice.document, len(settings.documents))
    table: dict[str, pd.Series | np.ndarray] = {
        "unit_code": units,
        "status": pick(STATUSES, status),
        "reason": choice.reason.where(printed, ""),
        "document": pick([*settings.documents, ""], document),
        "set_code": _sets(settings, choice).where(printed, ""),
        "problems": problem_texts(everything, count),
        "excluded_reason": excluded_reason,
        "unissued_reason": first_reason(people["unissued_reasons"].where(unissued, "")),
        **to_employer(
            delivery_columns(people, settings),
            in_bundle,
            unit_names(units, order),
            family,
        ),
        "no_forward": no_forward(people, units, order),
        "pickup": people["pickup"].to_numpy(),
        "valid_until": valid.until,
        "valid_reason": valid.reason,
    }
    decided = pd.DataFrame(table, copy=False)
    decided["carrier"] = carriers(people, decided, settings)
    return Decision(decided, own)


def _family_of(
    people: pd.DataFrame, in_bundle: np.ndarray, findings: Sequence[Finding]
) -> tuple[pd.Series, np.ndarray]:
    """Name of the member whose dependant somebody in a bundle is, else ``""``; mask of those without one.

    Only a name that nobody doubts, and nobody's under protection, stands on another person's page.
    """
    if not in_bundle.any():
        return pick([""], np.zeros(len(people), dtype=np.int64)), in_bundle
    name = header_of("name")
    doubted = _held_rows(findings, len(people)) | people["protected"].to_numpy()
    for finding in findings:
        if finding.column == name:
            doubted[finding.rows] = True
    member = members(people, ~doubted)
    dependant = (people["relation"] == "dependant").to_numpy() & in_bundle
    names = arrow_of(people["name"]).take(pa.array(member, mask=~dependant | (member < 0)))
    return series_of(names), dependant & (member < 0)


def _carried(order: Order, document: str) -> bool:
    return any(entry.document == document for entry in order.set)
