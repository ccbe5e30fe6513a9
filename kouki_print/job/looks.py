"""How the order wants things drawn (色・印影・ミシン目), for the page and for the PDF room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from kouki_print.order.models import Order
from kouki_print.page.compose import Look
from kouki_print.page.datamatrix import size_for
from kouki_print.page.ink import PERFORATION, SPOT, Die, Ink
from kouki_print.page.layout import Layout
from kouki_print.pdf.document import Layer, Spot
from kouki_print.pdf.picture import Picture, check_resolution, load_picture
from kouki_print.plan.pieces import SEQUENCE_DIGITS

_DIE_COLOUR = (0.0, 1.0, 0.0, 0.0)  # how a screen shows a die line: magenta, as is usual


def look_of(order: Order) -> Look:
    """Inks, resources of the images, perforations and the letters of the registered number."""
    printing = order.printing
    colour = printing.colour
    return Look(
        ink=Ink(colour.spot, colour.cmyk) if colour else Ink(),
        assets=_resources(order),
        dieline=printing.dieline,
        registered=(printing.registered_start, printing.registered_stop),
        datamatrix=_datamatrix(order) if printing.matching_code == "datamatrix" else 0,
    )


def _datamatrix(order: Order) -> int:
    """The one size for the whole job: that of its longest matching code."""
    unit = "A" * 8 if order.delivery.unit == "group" else "0" * 5
    piece = f"{order.job.id}-{unit}-{'0' * SEQUENCE_DIGITS}"
    return size_for(f"{piece}-11-{each.code}-A" for each in order.set)


def spots_of(order: Order, dies: Sequence[Die]) -> tuple[Spot, ...]:
    """The plates of a file beside black: the year's colour, if it is a spot, and the dies that it has."""
    spots = []
    colour = order.printing.colour
    if colour is not None and colour.spot:
        cyan, magenta, yellow, black = (value / 100 for value in colour.cmyk)
        spots.append(Spot(SPOT, colour.spot, (cyan, magenta, yellow, black)))
    if order.printing.own_die_plate:
        spots += [Spot(die.plate, die.name, _DIE_COLOUR) for die in dies]
    return tuple(spots)


def layers_of(order: Order, dies: Sequence[Die]) -> tuple[Layer, ...]:
    """The layers of a file: one for each die that it has, where the order wants them."""
    wanted = order.printing.dieline == "separation+ocg"
    return tuple(Layer(die.layer, die.title, die.step) for die in dies) if wanted else ()


def dies_of(layouts: Iterable[Layout]) -> tuple[Die, ...]:
    """What finishing machines do to the sheets of these layouts."""
    return (PERFORATION,) if any(layout.perforation for layout in layouts) else ()


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
