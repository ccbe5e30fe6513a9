"""Fonts and layouts of a job (書体と様式), loaded without anything that draws or reads PDF."""

from __future__ import annotations

from kouki_print.base.errors import JobError
from kouki_print.base.resources import font_dir
from kouki_print.order.models import Order
from kouki_print.page.fonts import Style, load_face
from kouki_print.page.layout import Layout, load_layout

_FILES = {
    "mincho": ("M", "BIZUDMincho-Regular.ttf"),
    "gothic": ("G", "BIZUDGothic-Regular.ttf"),
    "bold": ("B", "BIZUDGothic-Bold.ttf"),
}


def load_styles() -> dict[str, Style]:
    """The styles of type with the shipped fonts."""
    return {name: Style(key, (load_face(font_dir() / file),)) for name, (key, file) in _FILES.items()}


def load_layouts(order: Order) -> dict[str, Layout]:
    """The layout of each document that the order's rules can give; all of one finished size."""
    names: dict[str, str] = {
        "certificate": order.printing.certificate_layout,
        "notice": order.printing.notice_layout,
        "insurance_card": order.printing.insurance_card_layout,
    }
    wanted: set[str] = {rule.document for rule in order.rule}
    if order.job.document_from == "export":  # the export may ask for what no rule gives
        wanted |= {entry.document for entry in order.set}
    layouts: dict[str, Layout] = {
        document: load_layout(name) for document, name in names.items() if document in wanted
    }
    if len({layout.sheet for layout in layouts.values()}) > 1:
        raise JobError(
            "書類ごとに仕上がり寸法が違います。",
            remedy="同じジョブの様式は [sheet] の寸法をそろえてください。",
            file="job.toml",
        )
    return layouts
