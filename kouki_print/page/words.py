"""Words people read on the page: Jinja templates over the order, in a sandbox.

The context holds ``job``, ``insurer``, ``words`` ([words] of the preset) and, for text of one municipality,
``municipality``; never a person.  A [words] entry named like a file of words takes another file instead.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Callable, Collection
from functools import lru_cache

from jinja2 import (
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
    nodes,
)
from jinja2.sandbox import SandboxedEnvironment

from kouki_print.base.dates import wareki
from kouki_print.base.errors import JobError
from kouki_print.base.resources import template_dir
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.items import Text

WORDS = {  # what the documents are called where [words] says nothing else
    "system": "後期高齢者医療",
    "certificate": "資格確認書",
    "certificate_title": "後期高齢者医療資格確認書",
    "previous_document": "資格確認書",
    "notice": "資格情報のお知らせ",
    "notice_title": "資格情報のお知らせ",
    "letter_reduction_document": "資格確認書",
    "letter_limit_document": "資格確認書",
    "letter_seal": "公印省略",
    "envelope_contents": "大切なお知らせ",
}


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(loader=FileSystemLoader(template_dir() / "words"), undefined=StrictUndefined)


@lru_cache(maxsize=1024)
def _compiled(words: str, text: str) -> Template:
    """Templates are compiled once per process: the same few serve every lot."""
    own = text or not words  # a job's own words stand in the item itself
    return _environment().from_string(text) if own else _environment().get_template(f"{words}.txt")


def renderer(order: Order, municipality: Contact | None = None) -> Callable[[Text], str]:
    """A function that gives the words of a static text item."""
    known = known_words(order)
    context: dict[str, object] = {
        "job": _job_words(order),
        "insurer": {"name": order.insurer.name, "url": order.insurer.url},
        "words": known,
    }
    if municipality is not None:
        context["municipality"] = municipality.model_dump()

    def render(item: Text) -> str:
        try:
            return _compiled(order.words.get(item.words, item.words), item.text).render(context)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise JobError(
                f"文面「{item.words or item.text}」を作れません（{_reason(error, known)}）。",
                remedy="文面の {{ }} の中の名前を確かめてください。words. で始まる名前は、"
                "年度の規則か job.toml の [words] に書きます。",
                file=f"{item.words}.txt" if item.words else "",
            ) from error

    return render


def known_words(order: Order) -> dict[str, str]:
    """Names after ``words.`` that an order knows."""
    return {**WORDS, **order.words}


def undefined_words(text: str, known: Collection[str]) -> list[str]:
    """Names after ``words.`` that would stop a text: nobody knows them, and it has nothing in their place."""
    tree = _environment().parse(text)
    named = {each.attr for each in tree.find_all(nodes.Getattr) if _is_words(each.node)}
    spared = {
        each.node.attr
        for each in (*tree.find_all(nodes.Filter), *tree.find_all(nodes.Test))
        if each.name in ("default", "d", "defined", "undefined") and isinstance(each.node, nodes.Getattr)
    }
    return sorted(named - spared - set(known))


def _is_words(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Name) and node.name == "words"


def _reason(error: Exception, known: Collection[str]) -> str:
    """What is wrong with a template, without the library's English."""
    if isinstance(error, TemplateNotFound):
        return f"{error.name} がありません"
    if isinstance(error, TemplateSyntaxError):
        return f"{error.lineno}行目の書き方が正しくありません"
    unknown = (
        re.search(r"'(\w+)'(?: is undefined)?$", str(error)) if isinstance(error, UndefinedError) else None
    )
    if not unknown:
        return "値が正しくありません"
    close = difflib.get_close_matches(unknown[1], known, n=1)
    meant = f"。「{close[0]}」の書き間違いではありませんか" if close else ""
    return f"「{unknown[1]}」という名前がありません{meant}"


def _job_words(order: Order) -> dict[str, object]:
    job = order.job
    return {
        **job.model_dump(),
        **{
            f"{name}_ja": wareki(day, gannen=order.date.gannen)
            for name, day in (
                ("switch_on", job.switch_on),
                ("expires_on", job.expires_on),
                ("issued_on", job.issued_on),
                ("last_day", job.switch_on - dt.timedelta(days=1)),
            )
        },
    }
