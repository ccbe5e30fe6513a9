"""What the work order tells of mail, boxes and delivery (郵便・箱詰め・納入), in words.

The vendor delivers (納入) and never posts: the municipality does, or the insurer in a job by employer.
"""

from __future__ import annotations

import datetime as dt

from kouki_print.base.dates import wareki
from kouki_print.handover.consignment import Consignment
from kouki_print.handover.work_facts import JobFacts, UnitFacts


def delivery_day(day: dt.date | None) -> str:
    """The day on which a unit gets its boxes, or room to write it in."""
    return f"納入日 {wareki(day) if day else '　　　　年　　月　　日'}"


def small_line(job: JobFacts, given: Consignment) -> str:
    """What the job and the unit are called, and who posts when."""
    told = [
        job.title,
        f"注文番号 {job.job_id}",
        f"{_unit_ja(job)}コード {given.code}",
        f"データ基準日 {wareki(job.data_on)}",
    ]
    if given.mailed:
        told.append(f"差出日（{_poster(job)}が差し出す日） {wareki(job.mail_on)}")
    return "　".join(told)


def _unit_ja(job: JobFacts) -> str:
    return "団体" if job.by_group else "市町村"


def _poster(job: JobFacts) -> str:
    """Who hands the pieces in at the post office: never the vendor."""
    return "保険者" if job.by_group else "市町村"


def mail(unit: UnitFacts) -> str:
    """Pieces by mail service, and whether they may be forwarded."""
    told = "、".join(f"{service} {count:,}通" for service, count in unit.mail)
    if not unit.given.mailed:
        return told
    marked = sum(box.no_forward for box in unit.given.boxes)
    return (
        f"{told}　／　転送不要 {marked:,}通、転送可 {unit.pieces - marked:,}通"
        "（1通ごとの区別は pieces.csv の mail_service・no_forward）"
    )


def handing_over(job: JobFacts, given: Consignment) -> str:
    """Whether the envelopes are closed, to whom they go, and who sees to it that people get them."""
    sealing = "封緘する" if given.sealed else "封緘しない（封をせずに納める）"
    if given.mailed:
        return f"{sealing}　／　{_poster(job)}に納める（差出しは{_poster(job)}）"
    unit = _unit_ja(job)
    way = "団体が本人に渡す" if job.by_group else given.handover_way or "市町村の窓口で渡す"
    return f"{sealing}　／　{unit}に納める（郵送なし。{way}）"


def delivery(job: JobFacts, unit: UnitFacts) -> list[tuple[str, str]]:
    """Where the boxes go, how many there are, what comes with them, and which labels they get."""
    given, place = unit.given, unit.given.place
    bundles = sum(len(box.bundles) for box in given.boxes)
    called = f"{place.name}　{place.section}".strip("　")
    where = f"〒{place.postcode[:3]}-{place.postcode[3:]} {place.address}"
    phone = f"電話 {place.phone}" if place.phone else ""
    return [
        ("納入先", "\n".join(filter(None, (called, f"{where}　{phone}".strip("　"), place.note)))),
        ("作業の順", f"{given.turn:,}／{unit.units:,}（{_unit_ja(job)}の順）"),
        (
            "箱",
            f"箱 {len(given.boxes):,}箱、予備の箱 {given.supply_boxes:,}箱、パレット {given.pallets:,}台"
            f"（1台に {given.pallet_boxes:,}箱まで）、"
            + (f"束 {bundles:,}束" if bundles else "束に分けない"),
        ),
        (
            "予備の箱の\n中身",
            "、".join(f"{each.name} {each.quantity:,}枚" for each in given.supplies) or "なし",
        ),
        ("ラベル", "、".join(f"{what} {file}（{pages:,}ページ）" for what, file, pages in unit.labels)),
    ]
