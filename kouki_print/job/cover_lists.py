"""Each employer's cover list (送付内訳書) of its collective mailing (団体あての一括送付), from the plan."""

from __future__ import annotations

from pathlib import Path

from kouki_print.base.files import write_bytes
from kouki_print.handover.cover_list import cover_list, listed_pieces
from kouki_print.job.prepare import Prepared

COVER_LIST = "cover_list.pdf"


def write_cover_lists(building: Path, prepared: Prepared) -> None:
    """cover_list.pdf of each employer that gets pieces for its people, in its own folder (not the vendor's)."""
    loaded = prepared.loaded
    if not loaded.by_group:
        return
    codes = [code for code, unit in loaded.units.items() if not unit.mailed]
    plan = prepared.plan[prepared.plan["unit_code"].isin(codes)]
    for code, pieces in listed_pieces(plan, prepared.people, prepared.decided).items():
        folder = building / "municipalities" / code
        folder.mkdir(parents=True, exist_ok=True)
        employer = loaded.units[code].contact
        write_bytes(folder / COVER_LIST, cover_list(loaded.order, employer, loaded.sender(code), pieces))
