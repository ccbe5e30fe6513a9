"""Order of the pages of a booklet (冊子の面付け順): saddle-stitched, or signatures gathered and glued.

Every sheet is folded once in the middle; tables are those of ``imposing``, two slots for a sheet of the booklet.
"""

from __future__ import annotations

import numpy as np

_LEAF = 4  # pages on a sheet that is folded once


def saddle(pages: int, copies: int = 1, *, right: bool = False) -> np.ndarray:
    """Saddle-stitched (中綴じ): all sheets lie in each other, the first is the outermost."""
    return perfect(pages, max(-(-pages // _LEAF), 1), copies, right=right)


def perfect(pages: int, signature: int, copies: int = 1, *, right: bool = False) -> np.ndarray:
    """Perfect bound (無線綴じ): signatures (折丁) of at most ``signature`` sheets, gathered one after another.

    Bound on the left (横書き) page 1 stands right of the fold, bound on the ``right`` (縦書き) left of it.
    Blanks fill the last sheets up to four pages; ``copies`` of the same lie one below the other.
    """
    if pages < 0 or signature < 1 or copies < 1:
        raise ValueError("pages must be >= 0, signature and copies >= 1")
    sheets = -(-pages // _LEAF)
    number = np.arange(sheets, dtype=np.int64)
    start = number - number % signature  # the signature's first sheet
    own = np.minimum(signature, sheets - start)
    inward = number - start
    low = _LEAF * start + 2 * inward + 1  # front of the leaf that comes first
    high = _LEAF * (start + own) - 2 * inward  # back of the leaf that comes last
    faces = [[low, high], [low + 1, high - 1]] if right else [[high, low], [high - 1, low + 1]]
    table = np.array(faces, dtype=np.int64).reshape(2, 2, sheets).transpose(2, 0, 1)
    return np.tile(np.where(table <= pages, table, 0), (1, 1, copies))
