"""Whether all that labels and divider cards may have to say fits them, before the first page is printed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from kouki_print.base.errors import JobError
from kouki_print.handover.consignment import Box, Bundle, Consignment
from kouki_print.job.prepare import areas_of_job
from kouki_print.job.units.consignments import consignment_of
from kouki_print.job.units.label_texts import Texts, box_texts, bundle_texts, pallet_texts, supply_texts
from kouki_print.order.load import LoadedOrder
from kouki_print.order.models import SERVICE_JA, Order
from kouki_print.order.units import Unit
from kouki_print.page.fields import bound_fields
from kouki_print.page.layout import Layout
from kouki_print.page.type.fit import fit
from kouki_print.page.type.fonts import Style, clusters
from kouki_print.page.wording import check_words

BOX_LAYOUT, NUMBER_LAYOUT = "box_label", "number_label"
SUPPLY_LAYOUT, PALLET_LAYOUT, DIVIDER_LAYOUT = "supply_label", "pallet_label", "divider_card"
LABEL_LAYOUTS = (BOX_LAYOUT, SUPPLY_LAYOUT, PALLET_LAYOUT, DIVIDER_LAYOUT, NUMBER_LAYOUT)
_MANY = 9_999


def check_labels(
    loaded: LoadedOrder, job_dir: Path, layouts: Mapping[str, Layout], styles: Mapping[str, Style]
) -> None:
    """JobError for a name, a place, a set or a 郵便区 that cannot stand on a unit's labels."""
    order, areas = loaded.order, [""]
    if order.boxes.bundle == "area":
        areas = sorted(
            {name for found in areas_of_job(job_dir, loaded).by_prefix.values() for name in found.values()}
        )
    mine = {name: layouts[name] for name in LABEL_LAYOUTS}
    check_words(order, [unit.contact for unit in loaded.units.values()], mine, styles)
    seen: set[tuple[str, str, str]] = set()
    for unit in loaded.units.values():
        for name, texts in _fullest_texts(order, unit, areas).items():
            for item in bound_fields(mine[name]):
                for text in set(texts[item.bind]):
                    if (name, item.bind, text) in seen:
                        continue
                    seen.add((name, item.bind, text))
                    style = styles[item.font]
                    drawn = all(map(style.can_draw, clusters(text.replace("\n", ""))))
                    if not drawn or fit(text, item, style) is None:
                        raise _no_room(text, mine[name])


def _no_room(text: str, layout: Layout) -> JobError:
    return JobError(
        f"「{text.replace(chr(10), '／')}」が{layout.title}に入らないか、印刷できない文字があります。",
        remedy="市町村名・団体名、納入先、書類や封入物の名前を、短く、印刷できる文字に直してください。",
        file=f"{layout.name}.toml",
    )


def _fullest_texts(order: Order, unit: Unit, areas: Collection[str]) -> dict[str, Texts]:
    """By layout, what the labels of a unit say where everything is as long as it can be."""
    given = _fullest(order, unit, areas)
    return {
        BOX_LAYOUT: box_texts(order, given),
        SUPPLY_LAYOUT: supply_texts(order, given),
        PALLET_LAYOUT: pallet_texts(order, given),
        DIVIDER_LAYOUT: bundle_texts(given),
    }


def _fullest(order: Order, unit: Unit, areas: Collection[str]) -> Consignment:
    """A box of each mail service with all sets and as many bundles as there are 郵便区."""
    most = order.boxes.max_pieces
    sets = tuple((entry.code, most) for entry in order.set)
    bundles = tuple(Bundle(_MANY, 1, _MANY, most, area) for area in areas)
    boxes = (
        Box(_MANY, 1, _MANY, most, 100 * order.boxes.max_grams, 0, service, sets, most, _MANY, bundles, True)
        for service in (*SERVICE_JA, "mixed")
    )
    return consignment_of(order, unit, 1, tuple(boxes))
