"""Checks of what an order names: documents (書類), of which none is printed twice for one piece, and units."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator

from kouki_print.order.models import Order
from kouki_print.order.places import Sources


def check_documents(order: Order, at: Sources) -> None:
    """JobError at the place that names a document which is not in [documents], or a name given twice."""
    known = list(order.documents)
    for document, place in named_documents(order):
        if document not in order.documents:
            raise at.fault(
                f"書類「{document}」は [documents] にありません",
                *place,
                remedy=f"次のどれかにするか、[documents] に加えてください: {'、'.join(known)}",
            )
    names = list(order.document_names.values())
    for number, (key, name) in enumerate(zip(known, names, strict=True)):
        if names.index(name) != number:
            raise at.fault(
                f"[documents] {key} の名前「{name}」は {known[names.index(name)]} と同じです",
                "documents",
                key,
                "name",
                remedy="予算書や一覧で見分けられるように、別の名前にしてください。",
            )


def check_sheets(order: Order, at: Sources) -> None:
    """JobError at an item that is a document but not personal, or a set that would print a document twice."""
    for number, item in enumerate(order.enclosure):
        if item.document and not item.personal:
            raise at.fault(
                f"封入物{item.code}「{item.name}」は書類（document）ですが、個人ごとの印字になっていません",
                "enclosure",
                number,
                "document",
                remedy="personal = true も書いてください。",
            )
    for number, entry in enumerate(order.set):
        sheets = order.sheets_of(entry.code)
        for place, document in enumerate(sheets):
            if document in sheets[:place]:
                raise at.fault(
                    f"[[set]] {entry.code} では{order.document_ja(document)}が1通に二度印刷されます",
                    "set",
                    number,
                    "items",
                    remedy="封入物の document に、その組の書類や、同じ組のほかの封入物と同じ書類は書けません。",
                )


def named_documents(order: Order) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Every document that a setting names, and where."""
    for table in ("rule", "enclosure", "set", "mail_of"):
        for number, entry in enumerate(getattr(order, table)):
            if entry.document or table != "enclosure":  # most enclosures are no document
                yield entry.document, (table, number, "document")
    for key in order.mail:
        yield key, ("mail", key)
    for number, discount in enumerate(order.discount):
        for document in discount.documents:
            yield document, ("discount", number, "documents")
    for document in order.delivery.per_household:
        yield document, ("delivery", "per_household")
    for document in order.blank_stock.documents:
        yield document, ("blank_stock", "documents")


def check_named_units(order: Order, units: Container[str], at: Sources) -> None:
    """Whatever names a unit names one that there is; JobError with file and line."""
    for label, codes, place in _named_units(order):
        unknown = [code for code in codes if code not in units]
        if unknown:
            raise at.fault(
                f"{label}「{unknown[0]}」がありません",
                *place,
                remedy="市町村コード（5桁）か団体コードを、一覧にあるとおりに書いてください。",
            )


def _named_units(order: Order) -> Iterator[tuple[str, Iterable[str], tuple[str | int, ...]]]:
    """What names units, in words, the codes, and where they stand."""
    for number, service in enumerate(order.mail_of):
        yield f"[[mail_of]] 「{service.name}」の units", service.units, ("mail_of", number, "units")
    for key in ("offices", "without_local_special"):
        yield f"[marks] {key} の", getattr(order.marks, key), ("marks", key)
    for number, discount in enumerate(order.discount):
        yield f"[[discount]] 「{discount.name}」の units", discount.units, ("discount", number, "units")
    for key in ("delivery_days", "work_order"):
        yield f"[handover] {key} の", getattr(order.handover, key), ("handover", key)
    for number, target in enumerate(order.deliver_to):
        yield f"[[deliver_to]] {number + 1}番目の unit", [target.unit], ("deliver_to", number, "unit")
