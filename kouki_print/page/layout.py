"""Layouts (様式): geometry of a sheet in mm from its top left corner, as layouts/*.toml give it.

Text stands by the top left corner of its em box.  Static text may use Jinja over ``job``,
``insurer`` and, once per municipality, ``municipality``; personal text comes only through fields.
"""

from __future__ import annotations

from kouki_print.page.items import Fold, Item, Panel, Perforation, Sheet, Side


class Layout(Item):
    """A whole layout: sheet, panels, front and back."""

    name: str = ""
    title: str
    include: list[str] = []
    sheet: Sheet
    panel: list[Panel] = []
    perforation: list[Perforation] = []
    fold: list[Fold] = []
    front: Side
    back: Side = Side()

    def sides(self) -> tuple[Side, Side]:
        """Front and back, in this order."""
        return self.front, self.back
