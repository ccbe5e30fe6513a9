"""The budget's part of the HTML report: plain values for the block ``budget`` of templates/check.html."""

from __future__ import annotations

from typing import Any

from kouki_print.handover.budget import Budget
from kouki_print.handover.budget_words import (
    cheaper,
    crossing,
    grams,
    kind_name,
    left_share,
    mailed,
    next_price,
    per_person,
)
from kouki_print.order.models import SERVICE_JA


def budget_context(budget: Budget) -> dict[str, Any]:
    """Totals, warnings, margins and scenarios, worded for the page."""
    documents = [
        key for key in budget.document_names if any(line.pieces.get(key) for line in budget.scenarios)
    ]
    return {
        "basis": budget.basis,
        "pieces": budget.pieces,
        "total_yen": budget.total_yen,
        "tariffs": "、".join(name for name, _ in budget.tariffs),
        "totals": _totals(budget),
        "warnings": list(budget.warnings),
        "margins": _margins(budget),
        "documents": [budget.document_names[key] for key in documents],
        "scenarios": [
            {
                "name": line.name,
                "note": line.note,
                "pieces": [line.pieces.get(key, 0) for key in documents],
                "total_yen": line.total_yen,
                "difference_yen": line.difference_yen,
                "per_person": per_person(line.per_person_yen_100) if line.difference_yen else "―",
            }
            for line in budget.scenarios
        ],
    }


def _totals(budget: Budget) -> list[dict[str, Any]]:
    """One line per document and service, in their usual order."""
    keys = ["document", "mail_service"]
    sums = budget.summary().groupby(keys, sort=False)[["pieces", "total_yen"]].sum()
    return [
        {
            "document": budget.document_names[document],
            "service": SERVICE_JA[service],
            "pieces": int(line["pieces"]),
            "total_yen": int(line["total_yen"]),
        }
        for (document, service), line in sums.iterrows()
    ]


def _margins(budget: Budget) -> list[dict[str, Any]]:
    """Weight and margin of each kind that is mailed."""
    names = {line.code: line.name for line in budget.weights}
    return [
        {
            "name": kind_name(kind),
            "service": SERVICE_JA[kind.mail_service],
            "contents": kind.items,
            "weight": f"{grams(kind.weight_cg)}（{grams(kind.low_cg)}〜{grams(kind.high_cg)}）",
            "max_grams": kind.max_grams,
            "left": f"{grams(kind.left_cg)}（{left_share(kind.left_cg, kind.weight_cg)}）",
            "pieces": kind.pieces,
            "next_price": next_price(kind.next_yen),
            "extra_yen": kind.extra_yen,
            "crossing": crossing(kind, names) + cheaper(kind, names),
        }
        for kind in mailed(budget.kinds)
    ]
