"""A history that does not match its table is found before publication; unchanged histories are skipped."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from steckbrief.load.errors import CheckError
from steckbrief.load.formats.parquet import read_parquet, write_parquet
from steckbrief.load.history import checks
from steckbrief.load.history.checks import history_violations, problems
from steckbrief.load.release import Staging, Written, check, latest, open_staging, write
from steckbrief.schema.history import HISTORY_TABLES
from tests.load import fake

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
MADE = fake.rows(3)
HOUR = dt.timedelta(hours=1)


def after_one_night() -> fake.Rows:
    after = copy.deepcopy(MADE)
    for row in after["pros"][:4]:
        row["name"] = "neu"
    return after


def candidate(staging: Staging) -> Written:
    return write(fake.tables(after_one_night()), staging)


@pytest.fixture
def first(output: Path) -> Path:
    fake.publish(output, MADE, now=NOON)
    return output


def shifted(history: pa.Table, column: str, by: dt.timedelta, rows: slice) -> pa.Table:
    """Return the history with the times of some rows shifted."""
    times = history[column].to_pylist()
    times[rows] = [None if time is None else time + by for time in times[rows]]
    place = history.schema.get_field_index(column)
    return history.set_column(place, history.schema.field(column), pa.array(times, history.schema.field(column).type))


def closed(history: pa.Table, rows: slice) -> pa.Table:
    times = history["valid_to"].to_pylist()
    times[rows] = [NOON + 99 * HOUR] * len(times[rows])
    place = history.schema.get_field_index("valid_to")
    return history.set_column(
        place, history.schema.field("valid_to"), pa.array(times, history.schema.field("valid_to").type)
    )


LAST = slice(-4, None)
"""The new versions of the four rows that changed in the second night."""


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda table: table.slice(0, table.num_rows - 1), [("rows without a version that has no end", 1)]),
        (lambda table: closed(table, LAST), [("rows without a version that has no end", 4)]),
        (
            lambda table: pa.concat_tables([table, table.slice(table.num_rows - 1)]),
            [
                ("versions without an end that the table does not have", 1),
                ("versions that end before they begin or after the next version of the row begins", 1),
            ],
        ),
        (
            lambda table: table.set_column(2, table.schema.field(2), pa.array(["immer"] * table.num_rows)),
            [
                ("versions without an end that the table does not have", 15),
                ("rows without a version that has no end", 15),
            ],
        ),
        (
            lambda table: shifted(table, "valid_from", -HOUR, LAST),
            [("versions that end before they begin or after the next version of the row begins", 4)],
        ),
        (
            lambda table: shifted(table, "valid_to", -48 * HOUR, slice(None)),
            [("versions that end before they begin or after the next version of the row begins", 4)],
        ),
        (lambda table: table.drop_columns(["form"]), [("history whose columns or types are not the declared ones", 1)]),
    ],
)
def test_every_problem_is_counted(
    first: Path, damage: Callable[[pa.Table], pa.Table], found: list[tuple[str, int]]
) -> None:
    with open_staging(first, now=NOON + 24 * HOUR) as staging:
        candidate(staging)
        history = read_parquet(staging.path / "history", "pros")
        assert history.schema.names[2] == "name"
        assert list(problems(staging.path, "pros")) == []
        write_parquet(damage(history), staging.path / "history", "pros")
        assert list(problems(staging.path, "pros")) == found


def test_a_wrong_history_stops_the_release_before_publication(first: Path) -> None:
    before = latest(first)
    with open_staging(first, now=NOON + 24 * HOUR) as staging:
        written = candidate(staging)
        history = read_parquet(staging.path / "history", "pros")
        write_parquet(history.slice(0, history.num_rows - 1), staging.path / "history", "pros")
        with pytest.raises(CheckError, match="rows without a version that has no end") as caught:
            check(written)
    assert "remove the folder history of that" in str(caught.value)
    assert latest(first) == before


def test_only_changed_histories_are_compared_with_their_tables(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[str] = []

    def noted(folder: Path, name: str, table: object) -> list[tuple[str, int]]:
        looked_at.append(name)
        return []

    monkeypatch.setattr(checks, "problems", noted)
    before = latest(first)
    assert before is not None
    with open_staging(first, now=NOON + 24 * HOUR) as staging:
        candidate(staging)
        assert history_violations(staging.path, before.path, {}) == ()
        assert looked_at == ["pros"]
        assert history_violations(staging.path, None, {}) == ()
        assert looked_at[1:] == list(HISTORY_TABLES)


def test_the_order_of_the_table_does_not_matter(first: Path) -> None:
    with open_staging(first, now=NOON + 24 * HOUR) as staging:
        candidate(staging)
        rows = read_parquet(staging.path, "pros")
        write_parquet(rows.take(pa.array(range(rows.num_rows))[::-1]), staging.path, "pros")
        assert list(problems(staging.path, "pros")) == []
