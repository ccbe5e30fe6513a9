"""Profiles of inserters for tests: the shipped ones, and one that does everything the other way round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kouki_print.order.machines import Machine
from kouki_print.page.machines import load_machine

PROFILES = ("omr_edge", "code_edge")


def profile(**values: Any) -> Machine:
    """A profile of these values over the least that there must be."""
    slots = [{"position": 1, "function": "benchmark"}, {"position": 2, "function": "safety"}]
    return Machine.model_validate(
        {"title": "試験", "name": "own", "track": 5, "first": 208, "slot": slots, **values}
    )


RIGHT_UP = profile(  # right edge, upwards, odd parity on no parity mark, turned sequence, sheets counted, from the end
    edge="right", track=4, first=185, counts="up", pitch=3.5, length=6, width=0.3, clear=1.5,
    sheet_order="address_last", sequence_counts="sheets", parity="odd", feeds={"1": "3", "2": "5", "9": "X1"},
    by_hand=["4", "6", "7", "8"],
    slot=[
        {"position": 1, "function": "benchmark"},
        {"position": 2, "function": "end"},
        {"position": 3, "function": "begin", "inverted": True},
        {"position": 5, "function": "sequence", "bit": 1, "inverted": True},
        {"position": 6, "function": "sequence", "bit": 0},
        {"position": 7, "function": "retiming"},
        {"position": 8, "function": "match", "bit": 0},
        {"position": 9, "function": "match", "bit": 1},
        {"position": 10, "function": "feed", "feed": 9},
        {"position": 11, "function": "feed", "feed": 2, "inverted": True},
        {"position": 12, "function": "feed", "feed": 1},
        {"position": 13, "function": "stop", "when": ["pickup"]},
        {"position": 14, "function": "parity", "inverted": True},
        {"position": 15, "function": "safety"},
    ],
)  # fmt: skip


def machines() -> dict[str, Machine]:
    """All of them by name."""
    return {name: load_machine(name, Path()) for name in PROFILES} | {"right_up": RIGHT_UP}
