"""Assumptions (前提): every figure that a budget rests on, in words, with its source."""

from __future__ import annotations

from kouki_print.base.dates import wareki
from kouki_print.handover.budget_parts import Assumption
from kouki_print.job.demand import document_shares
from kouki_print.order.forecast import LoadedForecast
from kouki_print.order.models import SERVICE_JA, Order

_PERCENTS = {
    "growth_percent": "前年からの伸び率",
    "certificate_percent": "お知らせの対象のうち資格確認書になる人",
    "not_issued_percent": "交付しない人（未発行・保留・対象外）",
    "pickup_percent": "窓口交付",
    "reissue_percent": "年度中の再交付（通数に加算）",
    "spoilage_percent": "書損（封入物の発注に加算）",
}
_ORDER, _EXPORT, _UNTOLD = "注文 job.toml と規則", "移行データ", "出典の記載なし"


def assumptions_of(order: Order, people: int, forecast: LoadedForecast | None) -> tuple[Assumption, ...]:
    """Dates, rules, services, and the forecast's figures; nothing is taken for granted silently."""
    documents = list(dict.fromkeys(rule.document for rule in order.rule))
    lines = [
        Assumption("規則", order.job.preset, _ORDER),
        Assumption("差出日", wareki(order.job.mail_on), _ORDER),
        *(
            Assumption(f"{order.document_ja(key)}の郵便種別", SERVICE_JA[order.mail[key]], _ORDER)
            for key in documents
        ),
        Assumption("割引", "含めない（割引は別に示す）", "基本料金による予算"),
    ]
    if forecast is None:
        return (
            Assumption("対象者（全体）", f"{people:,}人", f"{_EXPORT}（基準日 {wareki(order.job.data_on)}）"),
            *lines,
        )
    settings = forecast.settings
    source = settings.sources.get

    def told(key: str) -> str:
        return source(key) or _UNTOLD

    how = (
        "総数を前年の割合で配分（最大剰余法）" if settings.total is not None else "前年件数に伸び率を掛けた数"
    )
    lines.insert(
        0,
        Assumption("対象者（全体）", f"{people:,}人（{how}）", told("total" if settings.total else "counts")),
    )
    lines += [
        Assumption(words, f"{getattr(settings, key)}%", told(key))
        for key, words in _PERCENTS.items()
        if getattr(settings, key)
    ]
    shares = document_shares(order, forecast)
    lines += [
        Assumption(
            f"{order.document_ja(document)}（組{set_code}）の割合",
            f"{share / 1_000_000:.2f}%",
            f"規則を年齢とマイナ保険証の割合に当てはめた数（{told('population')}）",
        )
        for (document, set_code), share in shares.items()
    ]
    return tuple(lines)
