"""[fonts]: further font files for characters that the shipped faces do not have."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from kouki_print.order.typed import Frozen


class FontFile(Frozen):
    """A TrueType file of the job folder (or an absolute path), pinned by its digest."""

    file: Annotated[str, Field(min_length=1)]
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
    name: str = ""

    @property
    def label(self) -> str:
        """What lists call it."""
        return self.name or self.file.replace("\\", "/").rsplit("/", 1)[-1]


class Fonts(Frozen):
    """[fonts]: asked in this order after the shipped face; ``gaiji`` last.

    ``gaiji`` is the union's own font (外字, TTF or TTE) and the only one that may draw private use.
    """

    fallback: list[FontFile] = []
    gaiji: FontFile | None = None
