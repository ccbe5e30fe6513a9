"""Glyphs that print nothing (空の字形): the job stops before a page is made, and says whom it would have hit."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kouki_print.intake.characters import where_printed
from kouki_print.intake.load import Intake
from kouki_print.intake.units import home_printed
from kouki_print.order.load import LoadedOrder
from kouki_print.page.type.faces import blank_glyph
from kouki_print.page.type.fonts import Style


def stop_on_blank_words(styles: Mapping[str, Style]) -> None:
    """JobError when a glyph that was asked for so far prints nothing (the words of the pages)."""
    for style in styles.values():
        for cluster, face in style.blanks().items():
            raise blank_glyph(cluster, face)


def stop_on_blank_names(
    intake: Intake, loaded: LoadedOrder, styles: Mapping[str, Style], status: pd.Series
) -> None:
    """JobError naming the first person, by file, row and column, whose page needs a glyph that prints nothing.

    ``status`` is what was decided: who is not printed needs no glyph.
    """
    order = loaded.order
    broken = {cluster: face for style in styles.values() for cluster, face in style.blanks().items()}
    if not broken:
        return
    printed = np.flatnonzero((status == "printed").to_numpy())
    people = intake.people.take(printed).reset_index(drop=True)
    home = home_printed(intake.people, loaded)[printed]
    for cluster, face in sorted(broken.items()):
        rows, column = where_printed(people, cluster, order.job.mail_on, order.checks.kind_order, home=home)
        if len(rows):
            raise blank_glyph(
                cluster,
                face,
                len(rows),
                file=intake.inputs[int(people["source"].iloc[rows[0]])].name,
                row=int(people["line"].iloc[rows[0]]),
                column=column,
            )
