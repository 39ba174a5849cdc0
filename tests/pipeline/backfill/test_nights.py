"""Nights are the ends of days, and only past ones are built."""

from __future__ import annotations

import datetime as dt

import pytest

from steckbrief.pipeline.backfill.nights import Every, nights, past
from steckbrief.pipeline.errors import UsageError


@pytest.mark.parametrize(
    ("every", "days"),
    [
        (Every.DAY, [(2, 27), (2, 28), (3, 1)]),
        (Every.WEEK, []),
        (Every.MONTH, [(2, 28)]),
    ],
)
def test_nights_are_the_ends_of_days(every: Every, days: list[tuple[int, int]]) -> None:
    span = (dt.date(2026, 2, 27), dt.date(2026, 3, 1))
    if not days:
        with pytest.raises(UsageError, match="There is no night"):
            nights(*span, every)
        return
    assert nights(*span, every) == tuple(dt.datetime(2026, *day, 23, 59, 59, tzinfo=dt.UTC) for day in days)


def test_a_night_counts_once_its_day_is_over() -> None:
    february = nights(dt.date(2026, 2, 1), dt.date(2026, 2, 3), Every.DAY)
    assert past(february, dt.datetime(2026, 2, 2, 23, 59, 58, tzinfo=dt.UTC)) == february[:1]
    assert past(february, dt.datetime(2026, 2, 2, 23, 59, 59, tzinfo=dt.UTC)) == february[:2]
    with pytest.raises(UsageError, match=r"ends at 2026-02-01 23:59:59 UTC, and it is only 2026-01-31.*--until"):
        past(february, dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
