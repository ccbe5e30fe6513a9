"""Bundles (団体あての一括送付): each employer's cover list, from the plan."""

from __future__ import annotations

from pathlib import Path

from kouki_print.handover.bundle_list import bundle_pieces, write_cover_list
from kouki_print.job.prepare import Prepared

COVER_LIST = "cover_list.pdf"


def write_bundles(building: Path, prepared: Prepared) -> None:
    """cover_list.pdf of every employer that gets a bundle, in its folder of the units (not the vendor's)."""
    loaded = prepared.loaded
    if not loaded.by_group:
        return
    codes = [code for code, unit in loaded.units.items() if not unit.mailed]
    plan = prepared.plan[prepared.plan["unit_code"].isin(codes)]
    for code, pieces in bundle_pieces(plan, prepared.people, prepared.decided).items():
        folder = building / "municipalities" / code
        folder.mkdir(parents=True, exist_ok=True)
        employer = loaded.units[code].contact
        write_cover_list(folder / COVER_LIST, loaded.order, employer, loaded.sender(code), pieces)
