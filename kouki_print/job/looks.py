"""How the order wants things drawn (色・印影・ミシン目), for the page and for the PDF room."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kouki_print.order.models import Order
from kouki_print.page.compose import Look
from kouki_print.page.ink import SPOT, Ink
from kouki_print.page.layout import Layout
from kouki_print.pdf.document import Spot
from kouki_print.pdf.picture import Picture, check_resolution, load_picture


def look_of(order: Order) -> Look:
    """Inks, resources of the images, printed perforations and the letters of the registered number."""
    printing = order.printing
    colour = printing.colour
    return Look(
        ink=Ink(colour.spot, colour.cmyk) if colour else Ink(),
        assets=_resources(order),
        printed_die=printing.dieline == "printed_dashes",
        registered=(printing.registered_start, printing.registered_stop),
    )


def spot_of(order: Order) -> Spot | None:
    """The separation of the year's colour, if it is a spot."""
    colour = order.printing.colour
    if colour is None or not colour.spot:
        return None
    cyan, magenta, yellow, black = (value / 100 for value in colour.cmyk)
    return Spot(SPOT, colour.spot, (cyan, magenta, yellow, black))


def load_pictures(order: Order, job_dir: Path, layouts: Mapping[str, Layout]) -> dict[str, Picture]:
    """The job's images by resource name; each must be the pinned file and fine enough for its boxes."""
    resources = _resources(order)
    pictures = {}
    for name, asset in order.asset.items():
        picture = load_picture(job_dir / asset.file, sha256=asset.sha256, last_sha256=asset.last_sha256)
        for layout in layouts.values():
            for item in (item for side in layout.sides() for item in side.image if item.asset == name):
                check_resolution(picture, name, item.width, item.height, f"{layout.name}.toml")
        pictures[resources[name]] = picture
    return pictures


def missing_assets(order: Order, layouts: Mapping[str, Layout]) -> list[str]:
    """Names of images that a layout has a place for and the order does not give."""
    wanted = {item.asset for layout in layouts.values() for side in layout.sides() for item in side.image}
    return sorted(wanted - set(order.asset))


def _resources(order: Order) -> dict[str, str]:
    return {name: f"I{number}" for number, name in enumerate(sorted(order.asset))}
