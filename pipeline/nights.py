"""Which days have a night: the state at the end of a day (23:59:59 UTC), which is the time of its release."""

from __future__ import annotations

import calendar
import datetime as dt
from enum import StrEnum
from typing import Final

from steckbrief.pipeline.errors import UsageError

_END_OF_DAY: Final = dt.time(23, 59, 59, tzinfo=dt.UTC)


class Every(StrEnum):
    """Which days have a night: each, the last of seven, or the last of a month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def nights(since: dt.date, until: dt.date, every: Every) -> tuple[dt.datetime, ...]:
    """The nights from `since` to `until`, both included, oldest first. UsageError where there is none."""
    days = [since + dt.timedelta(days=number) for number in range((until - since).days + 1)]
    if every is Every.WEEK:
        days = days[6::7]
    elif every is Every.MONTH:
        days = [day for day in days if day.day == calendar.monthrange(day.year, day.month)[1]]
    if not days:
        raise UsageError(f"No night ({every}) from {since} to {until}: --since comes before --until.")
    return tuple(dt.datetime.combine(day, _END_OF_DAY) for day in days)


def past(found: tuple[dt.datetime, ...], now: dt.datetime) -> tuple[dt.datetime, ...]:
    """Those of the nights that are over at `now` (aware): a release of the future would hide those that come before it.

    UsageError where none is.
    """
    over = tuple(night for night in found if night <= now)
    if not over:
        raise UsageError(
            f"The first night is over at {found[0]:%Y-%m-%d %H:%M:%S} UTC, and it is {now:%Y-%m-%d %H:%M:%S} now. Let"
            " --until be a day that is over."
        )
    return over
