"""The words of the covering letter (送付案内の文面) and what they may name.

A Jinja template of the product or of the job, in a sandbox: what is wrong with it is told with its line.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment
from reportlab.platypus.doctemplate import LayoutError

from kouki_print.base.errors import JobError
from kouki_print.base.resources import template_dir
from kouki_print.handover.covering_letter import covering_letter, undrawable
from kouki_print.job.forms import words_of
from kouki_print.order.load import TEMPLATES
from kouki_print.order.names import nearest

_NAME = "covering_letter.txt"
_MOST = 20_000  # characters of a letter
_REMEDY = "文面を直すか、このファイルを消して製品の文面に戻してください（書き方は docs/handover.md）。"
_MOST_LOOPS = 2  # one within the other, each over a table of facts
_FILTERS = frozenset({"length", "list", "select", "join", "first", "last"})
_WORDS_NEED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.CondExpr, nodes.For,
    nodes.Tuple, nodes.Getattr, nodes.Getitem, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.Add,
)  # fmt: skip
_FAULTS = (
    TemplateError, ArithmeticError, AttributeError, LookupError, MemoryError, RecursionError, TypeError, ValueError,
)  # fmt: skip
PAPERS = {  # lists that the words may name, and where each lies in the unit's own folder
    "index": "index*",
    "counter_list": "counter_list.*",
    "slips": "posting/posting_slips.*",
    "breakdown": "posting/breakdown.*",
    "handwriting": "handwriting*",
    "cover_list": "cover_list.*",
}


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What the words of a letter may name, as ``{{ pieces }}``; docs/handover.md tells what each of them is."""

    unit_name: str
    unit_section: str
    by_group: bool
    insurer: str
    insurer_section: str
    contact: str
    system: str
    job_title: str
    date: str
    delivery_day: str
    vendor: str
    place: str
    place_address: str
    place_note: str
    pieces: int
    people: int
    boxes: int
    supply_boxes: int
    pallets: int
    bundled: bool
    position: str
    sets: list[tuple[str, str, int]]
    services: list[tuple[str, int]]
    blanks: list[tuple[str, int]]
    supplies: list[tuple[str, int]]
    sealed: bool
    mailed: bool
    handover_way: str
    no_forward: int
    pickup: int
    by_hand: int
    numbered: int
    held: int
    unissued: int
    excluded: int
    mail_on: str
    switch_on: str
    issued_on: str
    pull_until: str
    papers: dict[str, str]


def _plain(value: object) -> object:
    """A fact as the letter shows it: it never becomes a mark of its own."""
    return (
        " ".join(value.replace("**", "＊＊").replace("|", "｜").splitlines())
        if isinstance(value, str)
        else value
    )


_JINJA = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, finalize=_plain, trim_blocks=True, lstrip_blocks=True
)


def check_letter(job_dir: Path) -> None:
    """JobError for a template that cannot become a letter, before anything is printed."""
    _check(_source(job_dir))


@lru_cache(maxsize=1)
def _check(text: str) -> None:
    if len(text) > _MOST:
        raise _fault(f"文面が{_MOST:,}字より長いです。")
    _compiled(text)
    example = _example(True)
    for name, line, names in _unknown(_JINJA.parse(text), example):
        raise _fault(f"「{name}」という名前がありません。", line, nearest(name, names))
    for line, char in undrawable(text):
        raise _fault(f"書体にない文字「{char}」（U+{ord(char):04X}）があります。", line)
    for facts in (example, _example(False)):
        _drawn(_rendered(text, facts), facts)


def _too_much(node: nodes.Node, loops: int = 0) -> int | None:
    """Line of the first thing that words do not need: whatever calculates, calls or repeats beyond the facts."""
    if isinstance(node, nodes.For):
        loops += 1
    allowed = isinstance(node, _WORDS_NEED) and loops <= _MOST_LOOPS
    if isinstance(node, nodes.Call):
        own = node.node
        plain = isinstance(own, nodes.Getattr) and (
            (own.attr == "values" and isinstance(own.node, nodes.Name))
            or (own.attr == "format" and isinstance(own.node, nodes.Const) and _is_count(own.node.value))
        )
        allowed = plain and not node.kwargs and node.dyn_args is None and node.dyn_kwargs is None
    elif isinstance(node, nodes.Filter):
        allowed = node.name in _FILTERS
    elif isinstance(node, nodes.For):
        allowed = allowed and isinstance(node.iter, nodes.Name) and not node.recursive
    if not allowed:
        return node.lineno
    lines = (_too_much(child, loops) for child in node.iter_child_nodes())
    return next((line for line in lines if line is not None), None)


def _is_count(form: object) -> bool:
    """Whether a format only sets numbers into words: {} and {:,} and nothing that could grow."""
    bare = form.replace("{:,}", "").replace("{}", "") if isinstance(form, str) else "{"
    return "{" not in bare and "}" not in bare


def _example(answer: bool) -> dict[str, Any]:
    """Facts of no unit, to try a template with: everything is there, and each question has this answer."""
    values: dict[str, Any] = {"str": "例", "int": 1, "bool": answer, "papers": dict.fromkeys(PAPERS, "例")}
    values |= {"sets": [("例", "例", 1)]} | {key: [("例", 1)] for key in ("services", "blanks", "supplies")}
    return {each.name: values.get(each.name) or values[str(each.type)] for each in fields(LetterFacts)}


def _unknown(tree: nodes.Template, known: Mapping[str, Any]) -> Iterator[tuple[str, int, Iterable[str]]]:
    """Names that no fact has, their lines and what there is instead; also those after the name of a table."""
    undeclared = find_undeclared_variables(tree)
    for each in tree.find_all(nodes.Name):
        if each.name in undeclared - set(known):
            yield each.name, each.lineno, known
    for got in tree.find_all(nodes.Getattr):
        table = known.get(got.node.name) if isinstance(got.node, nodes.Name) else None
        if isinstance(table, dict) and got.attr not in table and not hasattr(table, got.attr):
            yield got.attr, got.lineno, table


def letter(job_dir: Path, facts: LetterFacts) -> bytes:
    """The letter as PDF bytes; none where the job's template is empty."""
    named = {each.name: getattr(facts, each.name) for each in fields(facts)}
    text = _rendered(_source(job_dir), named)
    return _drawn(text, named) if text.strip() else b""


def _drawn(text: str, facts: Mapping[str, Any]) -> bytes:
    try:
        return covering_letter(text, f"送付案内 {facts['unit_name']}", facts["insurer"])
    except (LayoutError, ValueError) as error:
        raise _fault("表の行が高すぎるか、列が多すぎて、用紙に入りません。") from error


def _rendered(text: str, facts: Mapping[str, Any]) -> str:
    template = _compiled(text)
    try:
        text = template.render(facts)
    except _FAULTS as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == "<template>"]
        raise _fault(_reason(error), lines[-1] if lines else None) from error
    if len(text) > _MOST:
        raise _fault(f"文面が{_MOST:,}字より長くなります。")
    return text


def _source(job_dir: Path) -> str:
    own = job_dir / TEMPLATES / _NAME
    return words_of(own) if own.is_file() else (template_dir() / _NAME).read_text(encoding="utf-8")


@lru_cache(maxsize=2)
def _compiled(text: str) -> Template:
    """Compiled once per process: all units have the same words."""
    try:
        line = _too_much(_JINJA.parse(text))
        if line is not None:
            raise _fault(_reason(SecurityError()), line)
        return _JINJA.from_string(text)
    except TemplateSyntaxError as error:
        what = "書き方が正しくありません（{{ }} や {% %} の組、フィルターの名前を確かめてください）。"
        raise _fault(what, error.lineno) from error


def _reason(error: BaseException) -> str:
    """What is wrong, without the library's English."""
    if isinstance(error, SecurityError):
        return "文面では使えない書き方です（使えるのは、名前、if、for と簡単なフィルターだけです）。"
    if isinstance(error, UndefinedError):
        return "ここにない名前を使っています。"
    return "値を文にできません。"


def _fault(what: str, line: int | None = None, remedy: str = "") -> JobError:
    return JobError(what, remedy=remedy or _REMEDY, file=f"{TEMPLATES}/{_NAME}", row=line)
