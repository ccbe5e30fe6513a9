"""The one family of exceptions: a broken job says what happened, where, and what to do next."""

from __future__ import annotations

from functools import partial
from typing import Any


class JobError(Exception):
    """The inputs or the job do not allow the work (exit status 1).

    ``what`` and ``remedy`` are Japanese sentences that a union officer reads; they never
    contain a person's name, address or number.  ``file``, ``row`` (data row as Excel counts
    it, header = 1) and ``column`` say where.
    """

    exit_status = 1

    def __init__(
        self, what: str, *, remedy: str, file: str = "", row: int | None = None, column: str = ""
    ) -> None:
        self.what = what
        self.remedy = remedy
        self.file = file
        self.row = row
        self.column = column
        super().__init__(self.message())

    def __reduce__(self) -> tuple[Any, ...]:
        """Errors travel from worker processes to the main one, where nothing of them may be lost."""
        again = partial(
            type(self), self.what, remedy=self.remedy, file=self.file, row=self.row, column=self.column
        )
        return again, ()

    def where(self) -> str:
        """Place of the fault in words, empty when it has none: 「export.csv 12行目 「氏名」列」."""
        parts = [self.file] if self.file else []
        if self.row is not None:
            parts.append(f"{self.row:,}行目")
        if self.column:
            parts.append(f"「{self.column}」列")
        return " ".join(parts)

    def message(self) -> str:
        where = self.where()
        head = f"{where}: {self.what}" if where else self.what
        return f"{head}\n対処: {self.remedy}"


class OutputDiffers(JobError):
    """What was produced or logged is not what the data says (exit status 3)."""

    exit_status = 3
