"""How the budget's files write a weight, a kind of piece, its margin and a step."""

from __future__ import annotations

from collections.abc import Iterable

from kouki_print.handover.budget import Budget
from kouki_print.handover.budget_parts import KindLine, WeightLine
from kouki_print.order.models import DOCUMENT_JA


def grams(weight_cg: int) -> str:
    """12.34g; negative when a limit is passed."""
    whole, part = divmod(abs(weight_cg), 100)
    return f"{'-' if weight_cg < 0 else ''}{whole:,}.{part:02d}g"


def step_name(max_grams: int) -> str:
    """The step of a line; ― where nothing is mailed."""
    return f"{max_grams:,}gまで" if max_grams else "―"


def kind_name(kind: KindLine) -> str:
    """Document and set."""
    return f"{DOCUMENT_JA[kind.document]} {kind.set_code}"


def left_share(left_cg: int, weight_cg: int) -> str:
    """The margin in per cent of the weight, one decimal: by how much it may be wrong."""
    tenths = abs(left_cg) * 1000 // weight_cg
    return f"{'-' if left_cg < 0 else ''}{tenths // 10}.{tenths % 10}%"


def next_price(next_yen: int | None) -> str:
    """Unit price beyond the step."""
    return "差し出せません" if next_yen is None else f"{next_yen:,}円"


def per_person(yen_100: int) -> str:
    """A difference per insured person, from hundredths of a yen."""
    whole, part = divmod(abs(yen_100), 100)
    return f"{'-' if yen_100 < 0 else '+'}{whole:,}.{part:02d}円"


def tables_used(budget: Budget) -> tuple[tuple[str, str], ...]:
    """Name and SHA-256 of every tariff table."""
    return budget.tariffs or ((budget.tariff_name, budget.tariff_sha256),)


def mailed(kinds: Iterable[KindLine]) -> list[KindLine]:
    """The kinds that have a step: those that are mailed."""
    return [kind for kind in kinds if kind.max_grams]


def crossing(kind: KindLine, weights: Iterable[WeightLine]) -> str:
    """What a kind whose heaviest piece passes the step means, and what would help."""
    names = {line.code: f"{line.code}「{line.name}」" for line in weights}
    out = "・".join(names.get(code, code) for code in kind.lighter)
    one = "のどれか一つ" if len(kind.lighter) > 1 else ""
    cure = f"{out}{one}を除けば収まります。" if out else "封入物を一つ除くだけでは収まりません。"
    return f"最も重い組合せ{grams(kind.high_cg)}は{kind.max_grams:,}gを超えます。{cure}"
