"""proof.html: which case is on which page of the proof, with small pictures — the page to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kouki_print.base.dates import wareki
from kouki_print.base.files import write_text
from kouki_print.base.resources import template_dir
from kouki_print.job.prepare import Prepared
from kouki_print.job.proof.cases import Case
from kouki_print.job.proof.pages import ProofPage

ENVELOPES = "envelopes.pdf"


def write_index(
    path: Path,
    prepared: Prepared,
    cases: Sequence[Case],
    pages: Sequence[ProofPage],
    pictures: Sequence[str],
    *,
    dummy: bool,
) -> None:
    """Write the index; it names cases, counters and pages, nobody's values."""
    order = prepared.loaded.order
    first: dict[int, int] = {}
    for number, page in enumerate(pages, start=1):
        first.setdefault(page.sample.number, number)
    chosen = {page.sample.number: page.sample for page in pages}
    shown = {case: number for number, sample in chosen.items() for case in sample.example.cases}
    lines = [
        {"case": case.words, "example": shown[case.words], "page": first[shown[case.words]]} for case in cases
    ]
    examples = [
        {
            "number": number,
            "title": sample.title,
            "made_up": sample.made_up,
            "cases": sample.example.cases,
            "pages": [
                {"number": at, "name": page.name, "picture": picture}
                for at, (page, picture) in enumerate(zip(pages, pictures, strict=True), start=1)
                if page.sample is sample
            ],
        }
        for number, sample in chosen.items()
    ]
    environment = Environment(
        loader=FileSystemLoader(template_dir()), undefined=StrictUndefined, autoescape=True
    )
    context = {
        "title": order.job.title,
        "insurer": order.insurer.name,
        "preset": order.job.preset,
        "mail_on": wareki(order.job.mail_on),
        "dummy": dummy,
        "sealed": sum(sample.example.sealed for sample in chosen.values()),
        "pages": len(pages),
        "envelopes": ENVELOPES if (path.parent / ENVELOPES).exists() else "",
        "lines": lines,
        "examples": examples,
    }
    write_text(path, environment.get_template("proof.html").render(context))
