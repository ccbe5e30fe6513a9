"""Until when each document is good (有効期限): the earliest of the limits, and which one it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kouki_print.base.dates import day64
from kouki_print.base.texts import pick
from kouki_print.order.models import AgeEnd, Order

JOB, EXPORT, RESIDENCE, DISABILITY = "job", "export", "residence", "disability"
REASON_JA = {RESIDENCE: "在留期間の満了", DISABILITY: "障害認定の期限"}


@dataclass(frozen=True, slots=True)
class Validity:
    """``until``: day to print (datetime64[s]); ``reason``: which limit it is (text column).

    Reasons are ``job``, ``export``, ``residence``, ``disability`` and ``age`` with the age (``age70``).
    """

    until: np.ndarray
    reason: pd.Series


def reason_words(reason: str) -> str:
    """Why a document ends early, for a list; empty where only the export's own expiry says so."""
    if reason.startswith("age"):
        return f"{reason.removeprefix('age')}歳到達"
    return REASON_JA.get(reason, "")


def reaches(births: np.ndarray, age: int, end: AgeEnd) -> np.ndarray:
    """Day on which a document ends because of an age (datetime64[s], NaT without a birth date).

    Who is born on 29 February has the birthday on 1 March of a common year and so ends on 28 February.
    """
    born = births.astype("datetime64[D]")
    month = born.astype("datetime64[M]")
    birthday = (month + 12 * age).astype("datetime64[D]") + (born - month.astype("datetime64[D]"))
    if end == "birthday":
        return birthday.astype("datetime64[s]")
    day_before = birthday - np.timedelta64(1, "D")
    if end == "month_end":
        next_first = (day_before.astype("datetime64[M]") + 1).astype("datetime64[D]")
        return (next_first - np.timedelta64(1, "D")).astype("datetime64[s]")
    return day_before.astype("datetime64[s]")


def _limits(people: pd.DataFrame, order: Order) -> Iterator[tuple[str, np.ndarray]]:
    """Name and day of each limit; NaT where it does not concern a person.  Age before the export's cell.

    Of equal days the first one named gives the reason, so that a date the source system has derived from
    a limit is told as that limit.  An age reached before the switch is no limit any more.
    """
    settings = order.validity
    names = {
        "residence_until": RESIDENCE,
        "disability_until": DISABILITY,
        "birth_date": f"age{settings.leaves_at}",
    }
    for key, days in own_ends(people, order):
        yield names[key], days
    switch_on = day64(order.job.switch_on)
    for age in settings.age_limits:
        days = reaches(people["birth_date"].to_numpy(), age, settings.end_of(age))
        yield f"age{age}", np.where(days < switch_on, np.datetime64("NaT", "s"), days)
    yield EXPORT, people["expires_on"].to_numpy()


def validity(people: pd.DataFrame, order: Order) -> Validity:
    """The earliest of the job's expiry, the export's, the residence's, the recognition's and the ages'."""
    until = np.full(len(people), day64(order.job.expires_on))
    names, codes = [JOB], np.zeros(len(people), dtype=np.int64)
    for name, days in _limits(people, order):
        days = days.astype("datetime64[s]")
        sooner = days < until  # NaT compares as false: no limit
        until = np.where(sooner, days, until)
        codes[sooner] = len(names)
        names.append(name)
    return Validity(until, pick(names, codes))


def own_ends(people: pd.DataFrame, order: Order) -> Iterator[tuple[str, np.ndarray]]:
    """Column and day of what ends a person's entitlement itself: behind it nothing valid can be issued."""
    settings = order.validity
    if settings.residence:
        yield "residence_until", people["residence_until"].to_numpy()
    if settings.disability:
        yield "disability_until", people["disability_until"].to_numpy()
    if settings.leaves_at is not None:
        yield "birth_date", reaches(people["birth_date"].to_numpy(), settings.leaves_at, "day_before")
