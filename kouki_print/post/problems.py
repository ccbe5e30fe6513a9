"""Problem codes of this room: why a piece carries no customer barcode (カスタマバーコード)."""

from __future__ import annotations

from kouki_print.base.problems import ProblemKind

NO_BARCODE_00 = "NO_BARCODE_00"
NO_BARCODE_MISSING = "NO_BARCODE_MISSING"
NO_BARCODE_FORMAT = "NO_BARCODE_FORMAT"
NO_BARCODE_OFF = "NO_BARCODE_OFF"  # the order prints none at all: a reason, but no finding

PROBLEMS: dict[str, ProblemKind] = {
    NO_BARCODE_00: ProblemKind(
        "note",
        "郵便番号が「00」で終わる番号（以下に掲載がない場合）のため、カスタマバーコードを印字しません",
        "このまま発送できます。町域の郵便番号が分かる場合は、送付先の郵便番号を直してください。",
    ),
    NO_BARCODE_MISSING: ProblemKind(
        "note",
        "送付先の郵便番号がないため、カスタマバーコードを印字しません",
        "送付先の郵便番号を入力してください。",
    ),
    NO_BARCODE_FORMAT: ProblemKind(
        "note",
        "送付先の郵便番号が数字7桁ではないため、カスタマバーコードを印字しません",
        "送付先の郵便番号を数字7桁に直してください。",
    ),
}
