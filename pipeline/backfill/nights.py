"""The nights of a backfill: the end of each day (23:59:59 UTC), which is also the time of the release."""

from __future__ import annotations

import calendar
import datetime as dt
from enum import StrEnum
from typing import Final

from steckbrief.pipeline.errors import UsageError

_END_OF_DAY: Final = dt.time(23, 59, 59, tzinfo=dt.UTC)


class Every(StrEnum):
    """Which days have a night: every day, the last of each week, or the last of each month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def nights(since: dt.date, until: dt.date, every: Every) -> tuple[dt.datetime, ...]:
    """Return the nights from `since` to `until`, both included, oldest first. UsageError if there are none.

    >>> [f"{night:%m-%d}" for night in nights(dt.date(2026, 1, 30), dt.date(2026, 3, 1), Every.MONTH)]
    ['01-31', '02-28']
    """
    days = [since + dt.timedelta(days=number) for number in range((until - since).days + 1)]
    if every is Every.WEEK:
        days = days[6::7]
    elif every is Every.MONTH:
        days = [day for day in days if day.day == calendar.monthrange(day.year, day.month)[1]]
    if not days:
        raise UsageError(f"There is no night ({every}) from {since} to {until}. Let --since be before --until.")
    return tuple(dt.datetime.combine(day, _END_OF_DAY) for day in days)


def past(candidates: tuple[dt.datetime, ...], now: dt.datetime) -> tuple[dt.datetime, ...]:
    """Return the nights that are over at `now` (aware); a release dated in the future would hide earlier ones.

    Raises UsageError if none is over.

    >>> february = nights(dt.date(2026, 2, 1), dt.date(2026, 2, 3), Every.DAY)
    >>> [f"{night:%m-%d}" for night in past(february, dt.datetime(2026, 2, 3, 4, 15, tzinfo=dt.UTC))]
    ['02-01', '02-02']
    """
    over = tuple(night for night in candidates if night <= now)
    if not over:
        raise UsageError(
            f"The first night ends at {candidates[0]:%Y-%m-%d %H:%M:%S} UTC, and it is only {now:%Y-%m-%d %H:%M:%S}."
            " Let --since and --until be days that are over."
        )
    return over
