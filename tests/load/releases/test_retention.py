"""Retention: the newest, the last of each month, the latest and the pinned releases stay; removal is atomic."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steckbrief.load.errors import OutputBusyError, OutputError
from steckbrief.load.releases.pins import pinned
from steckbrief.load.releases.published import latest, release_ids
from steckbrief.load.releases.retention import keep, prune
from steckbrief.load.releases.staging import open_staging
from tests.load import fake

DAYS = st.lists(
    st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2026, 12, 31)).map(lambda t: f"{t:%Y%m%dT%H%M%SZ}"),  # noqa: DTZ001
    unique=True,
    min_size=1,
    max_size=60,
).map(sorted)


@given(DAYS, st.integers(1, 40), st.data())
def test_protected_releases_stay_and_pruning_again_removes_nothing(
    ids: list[str], newest: int, data: st.DataObject
) -> None:
    pins = dict.fromkeys(data.draw(st.lists(st.sampled_from(ids), max_size=3)), "latest")
    kept = keep(ids, pins, newest)
    assert set(pins) <= set(kept)
    assert set(ids[-newest:]) <= set(kept)
    assert {release_id[:6] for release_id in kept} == {release_id[:6] for release_id in ids}
    assert {
        max(release_id for release_id in ids if release_id.startswith(month))
        for month in {release_id[:6] for release_id in ids}
    } <= set(kept)
    assert len(kept) <= newest + len({release_id[:6] for release_id in ids}) + len(pins)
    assert keep(sorted(kept), pins, newest) == kept


@pytest.fixture
def months(output: Path) -> list[str]:
    """Releases of 30 January, 31 January and the first three days of February."""
    days = [dt.datetime(2026, 1, 30, tzinfo=dt.UTC) + dt.timedelta(days=number) for number in range(5)]
    return [fake.publish(output, fake.rows(1, seed=number), now=day).id for number, day in enumerate(days)]


def test_pruning_keeps_the_newest_the_last_of_each_month_and_the_pinned(output: Path, months: list[str]) -> None:
    (output / "pins").mkdir()
    (output / "pins" / "report").symlink_to(f"../releases/{months[2]}")
    preview = prune(output, 1, dry_run=True)
    assert release_ids(output) == months
    pruned = prune(output, 1)
    assert pruned == preview
    assert pruned.removed == (months[0], months[3])
    assert release_ids(output) == [months[1], months[2], months[4]]
    assert pruned.kept == {
        months[1]: "the last of 2026-01",
        months[2]: "pins/report points at it",
        months[4]: "latest points at it",
    }
    assert sorted(path.name for path in output.iterdir()) == [".lock", "history", "latest", "pins", "releases"]
    assert pruned.bytes > 100_000


def test_the_history_survives_the_removal_of_releases(output: Path, months: list[str]) -> None:
    from steckbrief.load.formats.parquet import read_parquet

    before = read_parquet(output / "history", "pros")
    prune(output, 1)
    assert read_parquet(output / "history", "pros").equals(before)
    after = fake.publish(output, fake.rows(1, seed=9), now=dt.datetime(2026, 2, 9, tzinfo=dt.UTC))
    assert read_parquet(after.path / "history", "pros").num_rows > before.num_rows


def on_disk(output: Path) -> int:
    """Return the bytes of all files, counting hard-linked files once."""
    stats = {(each := path.lstat()).st_ino: each for path in output.rglob("*") if path.is_file()}
    return sum(stat.st_size for stat in stats.values())


def test_the_reported_bytes_are_the_freed_bytes(output: Path) -> None:
    made = fake.rows(2)
    days = [dt.datetime(2026, 3, day, tzinfo=dt.UTC) for day in range(1, 5)]
    for day in days:
        made["pros"][0]["name"] = f"am {day:%d}."  # so all histories but one stay the same files
        fake.publish(output, made, now=day)
    before = on_disk(output)
    pruned = prune(output, 1)
    assert len(pruned.removed) == 3
    assert pruned.bytes == before - on_disk(output)


def test_a_link_in_place_of_a_release_is_removed_without_its_target(
    output: Path, months: list[str], tmp_path: Path
) -> None:
    moved = tmp_path / "elsewhere"
    (output / "releases" / months[0]).rename(moved)
    (output / "releases" / months[0]).symlink_to(moved)
    assert months[0] in prune(output, 1).removed
    assert not (output / "releases" / months[0]).exists()
    assert (moved / "release.json").is_file()


def test_a_latest_that_is_a_link_to_another_disk_stays(output: Path, months: list[str], tmp_path: Path) -> None:
    (output / "releases" / months[0]).rename(tmp_path / "disk")
    (output / "releases" / months[0]).symlink_to(tmp_path / "disk")
    (output / "latest").unlink()
    (output / "latest").symlink_to(f"releases/{months[0]}")
    assert months[0] not in prune(output, 1).removed
    assert (output / "latest" / "release.json").is_file()


def test_a_latest_that_was_rolled_back_stays(output: Path, months: list[str]) -> None:
    (output / "latest").unlink()
    (output / "latest").symlink_to(f"releases/{months[0]}")
    prune(output, 1)
    found = latest(output)
    assert found is not None
    assert found.id == months[0]


def test_links_out_of_the_releases_pin_nothing(output: Path, months: list[str], tmp_path: Path) -> None:
    (output / "pins").mkdir()
    (output / "pins" / "out").symlink_to(tmp_path)
    (output / "pins" / "gone").symlink_to("../releases")
    (output / "inside").symlink_to(f"releases/{months[0]}/history")
    assert pinned(output) == {months[0]: "inside points at it", months[4]: "latest points at it"}


def test_without_a_latest_nothing_is_removed(output: Path, months: list[str]) -> None:
    (output / "latest").unlink()
    with pytest.raises(OutputError, match="does not point at a release"):
        prune(output, 1)
    assert release_ids(output) == months


def test_nothing_is_removed_while_a_build_runs(output: Path, months: list[str]) -> None:
    with open_staging(output), pytest.raises(OutputBusyError):
        prune(output, 1)
    assert release_ids(output) == months


def test_the_next_build_finishes_an_interrupted_removal(output: Path, months: list[str]) -> None:
    (output / "releases" / months[0]).rename(output / f".removing-{months[0]}")
    fake.publish(output, fake.rows(1, seed=8), now=dt.datetime(2026, 2, 9, tzinfo=dt.UTC))
    assert not list(output.glob(".removing-*"))
