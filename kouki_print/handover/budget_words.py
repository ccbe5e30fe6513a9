"""How the budget's files write a weight, a kind of piece, its margin and a step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from kouki_print.handover.budget_parts import KindLine


def grams(weight_cg: int) -> str:
    """12.34g; negative when a limit is passed."""
    whole, part = divmod(abs(weight_cg), 100)
    return f"{'-' if weight_cg < 0 else ''}{whole:,}.{part:02d}g"


def step_name(max_grams: int) -> str:
    """The step of a line; ― where nothing is mailed."""
    return f"{max_grams:,}gまで" if max_grams else "―"


def kind_name(kind: KindLine) -> str:
    """Document and set."""
    return f"{kind.name} {kind.set_code}"


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


def mailed(kinds: Iterable[KindLine]) -> list[KindLine]:
    """The kinds that have a step: those that are mailed."""
    return [kind for kind in kinds if kind.max_grams]


def some_enclosure(codes: Sequence[str], names: Mapping[str, str]) -> str:
    """「封入物6「名前」」, or of several their codes only: the names would fill the page."""
    if len(codes) > 1:
        return f"封入物{'・'.join(codes)}のどれか一つ"
    name = f"「{names[codes[0]]}」" if codes[0] in names else ""
    return f"封入物{codes[0]}{name}"


def crossing(kind: KindLine, names: Mapping[str, str]) -> str:
    """The heaviest piece passes the step: what might be left out; empty for other kinds."""
    if not kind.crosses:
        return ""
    some = f"{some_enclosure(kind.lighter, names)}を除けば収まります。" if kind.lighter else ""
    cure = some or "封入物を一つ除くだけでは収まりません。"
    return f"最も重い組合せ{grams(kind.high_cg)}は{kind.max_grams:,}gを超えます。{cure}"


def cheaper(kind: KindLine, names: Mapping[str, str]) -> str:
    """One enclosure takes the kind into a dearer step: which one, and the price without it; else empty."""
    if not kind.cheaper:
        return ""
    return (
        f"標準の重さ{grams(kind.weight_cg)}は、{some_enclosure(kind.cheaper, names)}を除けば"
        f"1通{kind.cheaper_yen:,}円になります（今は{kind.unit_yen:,}円）。"
    )
