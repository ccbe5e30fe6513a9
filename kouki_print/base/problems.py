"""Problems are values: what is wrong with which rows, under a code that has one meaning.

A check is a function over the table that returns findings.  User data never raises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Severity = Literal["hold", "warn", "note"]


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One line of the table of problem codes.

    ``severity``: ``hold`` keeps the person back, ``warn`` asks for a look, ``note`` informs.
    ``cause`` and ``remedy`` are Japanese; ``cause`` may contain ``{value}``.
    """

    severity: Severity
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Finding:
    """Rows of the people table that share one problem.

    ``rows`` are positions in the table (int64, from 0, rising, no doubles).  ``column`` is the
    Japanese header concerned (empty when it is the whole record).  ``values`` has one text per
    row for ``{value}`` in the cause, or is None.  ``severity`` overrides that of the code when
    a setting decides.
    """

    code: str
    rows: np.ndarray
    column: str = ""
    values: Sequence[str] | None = None
    severity: Severity | None = None
