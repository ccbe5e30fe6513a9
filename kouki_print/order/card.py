"""What the papers leave open about the documents: what stands on their face, and how dates are written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kouki_print.order.typed import Frozen


class Card(Frozen):
    """[card]: what the papers leave open about the face of the document.

    ``optional_mask`` stands where an item on request (限度区分・長期入院・特定疾病) is not printed.
    ``disease_shown``: 特定疾病区分 only for who asked for the optional items (限度区分併記), or always.
    ``early_use``: everybody may use the new document on arrival, as if 早期使用可 were set for all.
    """

    show_sex: bool = False
    show_address: bool = False
    optional_mask: Annotated[str, Field(max_length=8)] = ""
    disease_shown: Literal["with_limit", "always"] = "with_limit"
    early_use: bool = False


class Date(Frozen):
    """[date]: how era dates (和暦) are written on the documents.

    ``padding``: months and days of one digit get a blank before them, the year too (``blank_year``), or
    none; ``gannen``: the first year is 元年, not 1年.
    """

    padding: Literal["blank", "blank_year", "none"] = "blank"
    gannen: bool = False
