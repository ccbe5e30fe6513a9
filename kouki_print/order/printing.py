"""[printing] of the order (印刷): which files are made, for which press and which machine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from kouki_print.order.assets import YearColour
from kouki_print.order.typed import Frozen

# What a file of a lot weighs at most, measured on all shipped layouts: fonts and art, and each sheet.
_FIXED_BYTES = 4_000_000
_SHEET_BYTES = 2_500
_LEAST_MB = 8


class Printing(Frozen):
    """[printing]: print standard, imposition, lots, codes for machines and the output intent of the print files.

    ``standard``: PDF/X-4 with PDF/VT-1 (``x4``) or PDF/X-1a:2003 (``x1a``).  A lot holds at most ``lot_sheets``
    sheets and no file of it more than ``lot_mb`` megabytes (0: no limit).  ``machine`` names a profile of an
    inserter (封入機) whose marks the sheets bear; ``xjdf_schema`` is the path of CIP4's schema in the job folder.
    """

    standard: Literal["x4", "x1a"] = "x4"
    imposition: str = "a3_2up"
    lot_sheets: Annotated[int, Field(ge=1, le=20000)] = 5000
    lot_mb: Annotated[int, Field(ge=0, le=2000)] = 0
    matching_code: Literal["qr", "datamatrix"] = "qr"
    machine: str = ""
    xjdf_schema: str = ""
    customer_barcode: bool = True
    colour: YearColour | None = None
    dieline: Literal["printed_dashes", "separation", "separation+ocg", "none"] = "printed_dashes"
    registered_start: Literal["A", "B", "C", "D"] = "A"
    registered_stop: Literal["A", "B", "C", "D"] = "A"
    output_condition: str = "KOUKI TEST"
    output_profile: str = ""
    output_profile_sha256: str = ""

    @field_validator("lot_mb")
    @classmethod
    def _room_for_fonts(cls, value: int) -> int:
        if 0 < value < _LEAST_MB:
            raise ValueError(f"0（上限なし）か {_LEAST_MB} 以上にしてください（書体だけで数MBあります）")
        return value

    @field_validator("dieline")
    @classmethod
    def _layers_need_x4(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("standard") == "x1a" and value == "separation+ocg":
            raise ValueError(
                'PDF/X-1a にはレイヤーを入れられません。"separation" にするか、standard を "x4" にしてください'
            )
        return value

    @property
    def own_die_plate(self) -> bool:
        """Whether what a finishing machine does has a plate of its own (ミシン目・抜きの版)."""
        return self.dieline.startswith("separation")

    @property
    def most_sheets(self) -> int:
        """Sheets of a lot: as many as asked for, fewer where they might not fit into ``lot_mb``."""
        return min(self.lot_sheets, self.fitting(_FIXED_BYTES)) if self.lot_mb else self.lot_sheets

    def fitting(self, shared_bytes: int) -> int:
        """Sheets that are sure to fit into ``lot_mb`` beside so many bytes of fonts and art."""
        return max((self.lot_mb * 1_000_000 - shared_bytes) // _SHEET_BYTES, 0)
