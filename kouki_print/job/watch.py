"""Watching a job: the stages tell where they are; who shows it is the caller's business."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol


class Watcher(Protocol):
    """Receives the beginning, the steps and the end of each stage."""

    def begin(self, stage: str, total: int) -> None:
        """A stage starts; ``total`` steps are expected (0 = unknown)."""

    def step(self, count: int) -> None:
        """``count`` more steps of the current stage are done."""

    def end(self) -> None:
        """The current stage is done."""


class Silent:
    """A watcher that shows nothing."""

    def begin(self, stage: str, total: int) -> None:
        """Ignore."""

    def step(self, count: int) -> None:
        """Ignore."""

    def end(self) -> None:
        """Ignore."""


@dataclass(slots=True)
class Stages:
    """Runs stages under a watcher and keeps their seconds (for the bench, never for outputs)."""

    watcher: Watcher
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, total: int = 0) -> Iterator[None]:
        """Time one stage and tell the watcher."""
        self.watcher.begin(name, total)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start
            self.watcher.end()
