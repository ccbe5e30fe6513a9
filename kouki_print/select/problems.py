"""The problem codes of select: one meaning, one cause and one remedy each."""

from __future__ import annotations

from kouki_print.base.problems import ProblemKind

PROBLEMS: dict[str, ProblemKind] = {
    "PROTECTED_NO_INSTRUCTION": ProblemKind(
        "hold",
        "支援措置の対象者ですが、渡し方の指示がありません",
        "本人と相談し、窓口交付にするか、送付先（全て・資格）を登録してください。",
    ),
    "NO_RULE": ProblemKind(
        "hold",
        "どの規則にも当てはまりません",
        "job.toml の [[rule]] の最後に、条件のない規則を加えてください。",
    ),
    "NO_SET": ProblemKind(
        "hold",
        "交付書類区分の書類（{value}）を入れる組がこの注文にありません",
        "交付書類区分を確かめるか、job.toml に [[set]] を加えてください。",
    ),
    "DOCUMENT_DIFFERS": ProblemKind(
        "warn",
        "移行データの交付書類区分と規則の結果が違います（{value}）",
        "どちらに従うかは job.toml の [job] document_from で決めます。",
    ),
    "BOUNDARY_BIRTH": ProblemKind(
        "note",
        "年齢の境目の翌日生まれです（{value}）。誕生日で数えるため、年齢に達していないものとして扱いました",
        "連合の数え方と合うか確かめてください。",
    ),
    "USE_COUNT_EMPTY": ProblemKind(
        "note",
        "マイナ保険証の登録がありますが、利用回数が空欄です。利用なしとして扱いました",
        "利用回数を入れた移行データがあれば作り直してください。",
    ),
    "EXPIRY_SHORT": ProblemKind(
        "note",
        "有効期限が注文より短い人です（{value}）",
        "短くした理由（在留期間・障害認定・年齢・移行データの有効期限）が正しいか確かめてください。",
    ),
    "MEMBER_UNKNOWN": ProblemKind(
        "warn",
        "団体に渡す家族ですが、どの被保険者本人の家族か書けません（本人がいない、保留、支援措置など）",
        "団体が渡す相手を決められるか確かめ、決められなければ送付先を登録してください。",
    ),
    "LIMIT_PAST": ProblemKind(
        "hold",
        "在留期間・障害認定・年齢による資格の終わり（{value}）が切替日より前です",
        "更新されていれば新しい期限を入れた移行データで作り直してください。資格がなくなっていれば対象から外してください。",
    ),
}
