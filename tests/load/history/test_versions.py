"""The history gives every row as of every release, whether it was extended or rebuilt."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import random
import shutil
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from steckbrief import schema
from steckbrief.load.errors import ReleaseError
from steckbrief.load.formats.parquet import parquet_path, read_parquet
from steckbrief.load.history.versions import rebuild
from steckbrief.load.release import Release, check, open_staging, publish, write
from steckbrief.load.releases.published import released_at
from steckbrief.schema.history import HISTORY_TABLES, UNVERSIONED, history_schema, key_of
from tests.load import fake
from tests.load.declared import another_schema

NOON = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)


def night(output: Path, made: fake.Rows, number: int) -> Release:
    return fake.publish(output, made, now=NOON + dt.timedelta(days=number))


def changed(made: fake.Rows, seed: int) -> fake.Rows:
    """Return the rows after random edits; keys and counts stay valid."""
    chance = random.Random(seed)
    after = copy.deepcopy(made)
    for name in HISTORY_TABLES:
        for row in after[name]:
            if chance.random() < 0.1:
                column = "title" if name == "profiles" else "name" if name == "alternatives" else "position"
                column = "answer" if name == "faqs" else column
                text = f"neu {chance.randrange(3)}"
                row[column] = int(str(row["position"])) + 100 if column == "position" else text
            if chance.random() < 0.1 and name != "profiles":
                row["row_id"] = f"r{chance.randrange(10**9)}"
            row["source_bytes" if name == "profiles" else "line_start"] = chance.randrange(1, 99)
    return after


def without(made: fake.Rows, profile_id: str) -> fake.Rows:
    """Return the rows without one profile and the rows that refer to it."""
    rows_left = {
        name: [row for row in rows if profile_id not in (row.get("profile_id"), row.get("first_profile_id"))]
        for name, rows in made.items()
    }
    for name in ("alternatives", "links"):
        for row in rows_left[name]:
            row["target_profile_id"] = None if row["target_profile_id"] == profile_id else row["target_profile_id"]
    rows_left["templates"] = [row for row in rows_left["templates"] if row["second_profile_id"] != profile_id]
    for position, row in enumerate(rows_left["diagnostics"], 1):
        row["position"] = position
    return rows_left


def as_of(release: Release, name: str, time: dt.datetime) -> list[tuple[object, ...]]:
    columns = ", ".join(f'"{c}"' for c in schema.TABLES[name].column_names if c not in UNVERSIONED)
    with duckdb.connect() as connection:
        return connection.execute(
            f"SELECT {columns} FROM read_parquet(?) WHERE valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)"
            f" ORDER BY {key_of(name)}",
            [str(parquet_path(release.path / "history", name)), time, time],
        ).fetchall()


def as_published(release: Release, name: str) -> list[tuple[object, ...]]:
    columns = [c for c in schema.TABLES[name].column_names if c not in UNVERSIONED]
    rows = [tuple(row[c] for c in columns) for row in read_parquet(release.path, name).to_pylist()]
    return sorted(rows, key=lambda row: str(row[columns.index(key_of(name))]))


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=3))
def test_the_history_gives_the_tables_of_every_release_and_is_the_same_when_rebuilt(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[int]
) -> None:
    output = tmp_path_factory.mktemp("nights")
    made = fake.rows(3)
    releases = [night(output, made, 0)]
    for number, seed in enumerate(seeds, 1):
        made = made if seed % 5 == 0 else changed(made, seed)
        published = without(made, "de/product-00001") if seed % 2 else made
        releases.append(night(output, published, number))
    rebuild([release.path for release in releases], output / "rebuilt")
    for name in HISTORY_TABLES:
        extended = parquet_path(releases[-1].path / "history", name)
        assert extended.read_bytes() == parquet_path(output / "rebuilt", name).read_bytes()
        assert read_parquet(releases[-1].path / "history", name).schema.equals(
            history_schema(name), check_metadata=True
        )
        for release in releases:
            assert as_of(releases[-1], name, released_at(release.id)) == as_published(release, name)


def test_a_deleted_profile_closes_its_rows_and_a_row_that_comes_back_is_a_second_version(output: Path) -> None:
    made = fake.rows(2)
    first = night(output, made, 0)
    second = night(output, without(made, "de/product-00001"), 1)
    third = night(output, made, 2)
    rows = [
        row for row in read_parquet(third.path / "history", "pros").to_pylist() if row["profile_id"].endswith("00001")
    ]
    row_id = made["pros"][-1]["row_id"]
    assert [(row["valid_from"], row["valid_to"]) for row in rows if row["row_id"] == row_id] == [
        (released_at(first.id), released_at(second.id)),
        (released_at(third.id), None),
    ]
    assert len(rows) == 2 * fake.PER_PROFILE["pros"]


def test_the_link_history_points_at_the_history_of_the_latest_release(output: Path) -> None:
    night(output, fake.rows(1), 0)
    last = night(output, fake.rows(2), 1)
    assert (output / "history").resolve() == (output / "latest" / "history").resolve() == last.path / "history"


def test_a_missing_history_is_rebuilt_from_all_releases(output: Path) -> None:
    releases = [night(output, fake.rows(1), 0), night(output, fake.rows(2), 1)]
    expected = parquet_path(night(output, fake.rows(3), 2).path / "history", "pros").read_bytes()
    shutil.rmtree(output / "releases" / "20261124T120000Z")
    (output / "latest").unlink()
    (output / "latest").symlink_to(f"releases/{releases[1].id}")
    shutil.rmtree(releases[1].path / "history")
    release = night(output, fake.rows(3), 2)
    assert parquet_path(release.path / "history", "pros").read_bytes() == expected
    assert sorted(path.name for path in (release.path / "history").iterdir()) == sorted(
        f"{name}.parquet" for name in HISTORY_TABLES
    )
    assert not [path for path in release.path.iterdir() if path.name.startswith(".")]


@pytest.fixture
def nights(output: Path) -> list[Release]:
    """Releases of six nights, each with edits."""
    made = fake.rows(2)
    releases = []
    for number in range(6):
        made = changed(made, number)
        releases.append(night(output, made, number))
    return releases


def history_of(release: Release) -> dict[str, bytes]:
    return {name: parquet_path(release.path / "history", name).read_bytes() for name in HISTORY_TABLES}


def publish_again(output: Path, nights: list[Release], caplog: pytest.LogCaptureFixture) -> str:
    """Remove the history of the last release, build another one without changes, and return the log."""
    shutil.rmtree(nights[-1].path / "history")
    caplog.clear()
    with open_staging(output, now=NOON + dt.timedelta(days=9)) as staging:
        tables = {name: read_parquet(nights[-1].path, name) for name in schema.TABLES if name != "changes"}
        release = publish(check(write(tables, staging)), fake.INFO)
    nights.append(release)
    return caplog.text


def test_a_removed_history_is_rebuilt_from_the_newest_intact_history(
    output: Path, nights: list[Release], caplog: pytest.LogCaptureFixture
) -> None:
    expected = history_of(nights[-1])
    shutil.rmtree(nights[0].path)
    shutil.rmtree(nights[1].path)
    damaged = parquet_path(nights[4].path / "history", "pros")
    damaged.unlink()  # it may be a hard link to the file of the previous release
    damaged.write_bytes(b"half")
    log = publish_again(output, nights, caplog)
    assert f"rebuilt from the history of {nights[3].id} and the releases {nights[4].id}, {nights[5].id}" in log
    assert history_of(nights[-1]) == expected, "nothing is lost, although the first releases are gone"


def test_a_removed_release_does_not_end_the_search_for_an_intact_history(
    output: Path, nights: list[Release], caplog: pytest.LogCaptureFixture
) -> None:
    for release in nights[3:5]:
        shutil.rmtree(release.path)
    log = publish_again(output, nights, caplog)
    assert f"rebuilt from the history of {nights[2].id} and the releases {nights[5].id}." in log
    for release in (*nights[:3], nights[5]):
        for name in HISTORY_TABLES:
            assert as_of(nights[-1], name, released_at(release.id)) == as_published(release, name)


def test_without_an_intact_history_the_new_one_begins_with_the_oldest_release(
    output: Path, nights: list[Release], caplog: pytest.LogCaptureFixture
) -> None:
    expected = history_of(nights[-1])
    for release in nights[:-1]:
        (release.path / "history" / "pros.parquet").unlink()
    log = publish_again(output, nights, caplog)
    assert f"rebuilt from the tables of {nights[0].id}, the oldest release" in log
    assert history_of(nights[-1]) == expected


def test_a_reworded_description_is_in_the_next_history_whether_extended_or_rebuilt(
    output: Path,
) -> None:
    made = fake.rows(1)
    pros = schema.TABLES["pros"]
    columns = [dataclasses.replace(column, description=f"{column.description} Really.") for column in pros.columns]
    other = dataclasses.replace(pros, columns=tuple(columns))
    first = night(output, made, 0)
    with another_schema(schema.SCHEMA_VERSION, {**schema.TABLES, "pros": other}):
        second = night(output, made, 1)
        history = read_parquet(second.path / "history", "pros")
        assert history.schema.equals(history_schema("pros"), check_metadata=True)
    assert history.equals(read_parquet(first.path / "history", "pros")), "no row has a new version"
    assert not parquet_path(second.path / "history", "pros").samefile(parquet_path(first.path / "history", "pros"))
    rebuild([first.path, second.path], output / "rebuilt")
    assert history_of(second)["pros"] == parquet_path(output / "rebuilt", "pros").read_bytes()


def test_a_history_in_which_nothing_changed_is_the_same_file(output: Path) -> None:
    made = fake.rows(1)
    after = copy.deepcopy(made)
    after["cons"][0]["position"] = 99
    after["pros"][0]["name"] = "neu"
    first, second = night(output, made, 0), night(output, after, 1)
    linked = {
        name
        for name in HISTORY_TABLES
        if parquet_path(first.path / "history", name).samefile(parquet_path(second.path / "history", name))
    }
    assert linked == set(HISTORY_TABLES) - {"pros"}


def test_a_damaged_history_stops_the_build_and_says_what_to_do(output: Path) -> None:
    first = night(output, fake.rows(1), 0)
    parquet_path(first.path / "history", "cons").write_bytes(b"half")
    with pytest.raises(ReleaseError, match=r"cons\.parquet: this history cannot be read .*remove the folder"):
        night(output, fake.rows(2), 1)


def test_the_times_of_releases_are_in_the_order_of_their_ids() -> None:
    ids = ["20261122T120000Z", "20261122T120000Z-2", "20261122T120000Z-10", "20261122T120001Z"]
    times = [released_at(release_id) for release_id in ids]
    assert times == sorted(set(times))
    assert times[0] == NOON
    with pytest.raises(ValueError, match="not a release id"):
        released_at("../20261122T120000Z")
