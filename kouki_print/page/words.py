"""Words people read on the page: Jinja templates over the order, in a sandbox.

The context holds ``job``, ``insurer``, ``words`` ([words] of the preset) and, for text of one municipality,
``municipality``; never a person.  A [words] entry named like a file of words takes another file instead.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import lru_cache

from jinja2 import FileSystemLoader, StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from kouki_print.base.dates import wareki
from kouki_print.base.errors import JobError
from kouki_print.base.resources import template_dir
from kouki_print.order.models import Order
from kouki_print.order.units import Contact
from kouki_print.page.layout import Text

WORDS = {  # what the documents are called where [words] says nothing else
    "system": "後期高齢者医療",
    "certificate": "資格確認書",
    "certificate_title": "後期高齢者医療資格確認書",
    "notice": "資格情報のお知らせ",
    "notice_title": "資格情報のお知らせ",
}


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(loader=FileSystemLoader(template_dir() / "words"), undefined=StrictUndefined)


@lru_cache(maxsize=1024)
def _compiled(words: str, text: str) -> Template:
    """Templates are compiled once per process: the same few serve every lot."""
    return _environment().get_template(f"{words}.txt") if words else _environment().from_string(text)


def renderer(order: Order, municipality: Contact | None = None) -> Callable[[Text], str]:
    """A function that gives the words of a static text item."""
    context: dict[str, object] = {
        "job": _job_words(order),
        "insurer": {"name": order.insurer.name},
        "words": {**WORDS, **order.words},
    }
    if municipality is not None:
        context["municipality"] = municipality.model_dump()

    def render(item: Text) -> str:
        try:
            return _compiled(order.words.get(item.words, item.words), item.text).render(context)
        except TemplateError as error:
            raise JobError(
                f"文面「{item.words or item.text}」を作れません（{error}）。",
                remedy="文面ファイルの {{ }} の中の名前を確かめてください。",
                file=f"{item.words}.txt" if item.words else "",
            ) from error

    return render


def _job_words(order: Order) -> dict[str, object]:
    job = order.job
    return {
        **job.model_dump(),
        "switch_on_ja": wareki(job.switch_on),
        "expires_on_ja": wareki(job.expires_on),
        "issued_on_ja": wareki(job.issued_on),
        "last_day_ja": wareki(job.switch_on - dt.timedelta(days=1)),
    }
