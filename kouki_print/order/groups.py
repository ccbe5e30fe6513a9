"""Employers (団体・事業所) of a job by group: groups.csv, and the unit of those who get theirs directly.

An employer's pieces travel as one bundle with a cover list (一括), or each to the person's home (直接).
"""

from __future__ import annotations

import re
from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.order.models import Insurer
from kouki_print.order.tables import Line, filled_cell, phone_cell, postcode_cell, read_lines
from kouki_print.order.units import Contact, Unit

GROUP_HEADERS = ("団体コード", "団体名", "郵便番号", "住所", "担当", "電話", "受渡方法")
DIRECT = "DIRECT"  # 任意継続 and everybody without an employer
DIRECT_JA = "個人あて直送（任意継続など）"
_BUNDLE = "一括"
_WAYS = {_BUNDLE: False, "直接": True}
_CODE = re.compile(r"[A-Z0-9]{1,8}")


def insurer_contact(insurer: Insurer) -> Contact:
    """The insurer's own office: sender on all pages of a job by group."""
    return _contact(0, DIRECT, insurer.name, insurer)


def read_groups(path: Path, insurer: Insurer) -> dict[str, Unit]:
    """Units by 団体コード in the order of the file, and DIRECT behind them; JobError points at a bad cell."""
    units: dict[str, Unit] = {}
    for line in read_lines(path, GROUP_HEADERS):
        code = _code(line)
        if code in units:
            raise line.error("団体コード", "同じ団体コードが二度あります", "一つの団体を1行にしてください。")
        way = line["受渡方法"]
        if way not in _WAYS:
            raise line.error(
                "受渡方法",
                f"「{way}」は使えない受渡方法です",
                f"「{'」か「'.join(_WAYS)}」と書いてください。",
            )
        contact = Contact(
            no=len(units) + 1,
            jis_code=code,
            code6=code,
            name=filled_cell(line, "団体名"),
            kana="",
            insurer_number=insurer.number,
            postcode=postcode_cell(line, "郵便番号"),
            address=filled_cell(line, "住所"),
            section=line["担当"],
            phone=phone_cell(line, "電話") if line["電話"] else "",
        )
        units[code] = Unit(
            contact=contact, sealed=True, mailed=_WAYS[way], handover_way=way, no_forward=False
        )
    if not units:
        raise JobError("団体が1件もありません", remedy="団体を1行に1件ずつ書いてください。", file=path.name)
    direct = _contact(len(units) + 1, DIRECT, DIRECT_JA, insurer)
    units[DIRECT] = Unit(contact=direct, sealed=True, mailed=True, handover_way="直接", no_forward=False)
    return units


def _code(line: Line) -> str:
    code = line["団体コード"]
    if not _CODE.fullmatch(code) or code == DIRECT:
        raise line.error(
            "団体コード",
            f"「{code}」は団体コードとして使えません",
            f"半角の A-Z と 0-9 で8文字まで（{DIRECT} のほか）にしてください。照合コードに入ります。",
        )
    return code


def _contact(no: int, code: str, name: str, insurer: Insurer) -> Contact:
    return Contact(
        no=no,
        jis_code=code,
        code6=code,
        name=name,
        kana="",
        insurer_number=insurer.number,
        postcode=insurer.postcode.replace("-", ""),
        address=insurer.address,
        section=insurer.section,
        phone=insurer.phone,
    )
