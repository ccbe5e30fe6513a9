"""The shipped presets (年度の規則) for people: what there is, and how two of them differ, in words."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kouki_print.base.errors import JobError
from kouki_print.base.resources import data_dir
from kouki_print.order.differences import differences
from kouki_print.order.load import merge, preset_names
from kouki_print.order.models import Order

_SOURCE = "根拠: "
_DAY = dt.date(2026, 8, 1)
_ANY_JOB = {  # what a preset leaves to the job; alike on both sides of a comparison
    "job": {"id": "ANY", "title": "比較", "preset": "比較"}
    | dict.fromkeys(("switch_on", "expires_on", "issued_on", "data_on", "mail_on"), _DAY),
    "insurer": {"name": "比較"},
    "input": {"export": ["比較"]},
}


@dataclass(frozen=True, slots=True)
class PresetFile:
    """One preset: its name, the title and source from its first comment lines, and its plain values."""

    name: str
    title: str
    source: str
    values: Mapping[str, Any]


def read_preset(name: str) -> PresetFile:
    """A shipped preset; JobError lists the known ones."""
    if name not in preset_names():
        raise JobError(
            f"年度の規則「{name}」はありません。",
            remedy=f"次のいずれかを指定してください: {'、'.join(preset_names())}",
        )
    text = (data_dir() / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    comments = [line.lstrip("# ").rstrip() for line in text.splitlines() if line.startswith("#")]
    source = next((line.removeprefix(_SOURCE) for line in comments if line.startswith(_SOURCE)), "")
    return PresetFile(
        name, comments[0] if comments else name, source, tomllib.loads(text, parse_float=Decimal)
    )


def list_presets() -> list[PresetFile]:
    """All shipped presets by name."""
    return [read_preset(name) for name in preset_names()]


def order_of_preset(values: Mapping[str, Any]) -> Order:
    """The order that a preset makes by itself, what the job decides being filled in."""
    return Order.model_validate(merge(values, _ANY_JOB))


def diff_presets(first: str, second: str) -> list[str]:
    """What changes from ``first`` to ``second``, line by line; empty when nothing does."""
    old, new = (order_of_preset(read_preset(name).values) for name in (first, second))
    return list(differences(old, new, second))
