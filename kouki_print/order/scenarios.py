"""Scenarios (試算): named variations of the order, read from scenarios.toml of the job folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError, field_validator

from kouki_print.base.errors import JobError
from kouki_print.order.messages import order_error
from kouki_print.order.toml_files import read_toml
from kouki_print.order.typed import Frozen


class Scenario(Frozen):
    """[[scenario]]: what is different from the order, and what to compare it with.

    ``order`` overrides like job.toml does; ``preset`` and ``mail_on`` are short for two of its keys.
    ``handed_over`` are codes of units that hand over instead of mailing.  ``against`` names another scenario
    to take the difference from; without it that is the order itself.
    """

    name: Annotated[str, Field(min_length=1)]
    note: str = ""
    preset: str = ""
    mail_on: dt.date | None = None
    order: dict[str, Any] = {}
    handed_over: list[str] = []
    against: str = ""

    @field_validator("order")
    @classmethod
    def _tables(cls, value: dict[str, Any]) -> dict[str, Any]:
        if not isinstance(value.get("job", {}), dict):
            raise ValueError("job は { } で囲んだ表にしてください")
        return value

    def changes(self) -> dict[str, Any]:
        """The overrides as job.toml would have them."""
        job = dict(self.order.get("job", {}))
        if self.preset:
            job["preset"] = self.preset
        if self.mail_on is not None:
            job["mail_on"] = self.mail_on
        return {**self.order, **({"job": job} if job else {})}


class Scenarios(Frozen):
    """scenarios.toml."""

    scenario: Annotated[list[Scenario], Field(min_length=1)]


def load_scenarios(job_dir: Path, name: str) -> tuple[Scenario, ...]:
    """The scenarios of a job, none without the file; JobError names the file and the key."""
    if not (job_dir / name).is_file():
        return ()
    values, _ = read_toml(job_dir / name)
    try:
        found = Scenarios.model_validate(values).scenario
    except ValidationError as problem:
        raise order_error(problem, name) from None
    names = [entry.name for entry in found]
    for entry in found:
        if names.count(entry.name) > 1:
            raise _fault(f"「{entry.name}」が二度あります", "別の名前にしてください。", name)
        if entry.against and entry.against not in names[: names.index(entry.name)]:
            raise _fault(
                f"「{entry.name}」の against「{entry.against}」が、それより前にありません",
                "前に書いた試算の名前にしてください。",
                name,
            )
    return tuple(found)


def _fault(what: str, remedy: str, file: str) -> JobError:
    return JobError(what, remedy=remedy, file=file)
