"""Documents (書類): which kinds a job can print, what each is called, and its layout.

They are data: a further kind is one line of [documents], and a layout.  The built-in ones need none.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from kouki_print.order.typed import Frozen


class Document(Frozen):
    """An entry of [documents]: name in lists and reports, and layout.

    ``layout`` names a file of the product's ``layouts/``, or with a slash or .toml one of the job folder.
    """

    name: Annotated[str, Field(pattern=r'^[^"*?~<>=&{}\x00-\x1f]+$', max_length=20)]  # = * etc.: spreadsheets
    layout: Annotated[str, Field(min_length=1)]


BUILT_IN: Mapping[str, Document] = {
    key: Document(name=name, layout=layout)
    for key, name, layout in (
        ("certificate", "資格確認書", "certificate_mount"),
        ("notice", "資格情報のお知らせ", "notice"),
        ("insurance_card", "被保険者証", "insurance_card"),
        ("reduction_card", "限度額適用・標準負担額減額認定証", "reduction_card"),
        ("limit_card", "限度額適用認定証", "limit_card"),
    )
}


def _with_built_in(given: Any) -> Any:
    """The built-in documents first, each with what is written about it, then further ones as written."""
    if not isinstance(given, Mapping):
        return given
    merged: dict[str, Any] = {key: document.model_dump() for key, document in BUILT_IN.items()}
    for key, value in given.items():
        known = merged.get(key)
        if not known and isinstance(value, Mapping) and "name" not in value:
            _stop_on_slip(str(key))
        merged[key] = {**known, **value} if known and isinstance(value, Mapping) else value
    return merged


def _stop_on_slip(key: str) -> None:
    """A line without a name changes a document that there is: its key was misspelt."""
    close = difflib.get_close_matches(key, BUILT_IN, n=1)
    if close:
        raise ValueError(
            f"書類「{key}」は「{close[0]}」の書き間違いではありませんか。新しい書類なら name も書いてください"
        )


def _key(key: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
        raise ValueError("書類のキーは半角の英小文字で始め、英小文字・数字・_ だけにしてください")
    return key


Documents = Annotated[
    dict[Annotated[str, AfterValidator(_key)], Document],
    BeforeValidator(_with_built_in),
]


def of_the_job(name: str) -> bool:
    """Whether a layout is a file of the job folder, not one of the product's."""
    return "/" in name or "\\" in name or name.endswith(".toml")
