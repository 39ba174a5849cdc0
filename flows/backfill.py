"""Backfill: the nights of the past, built from a git history as they would have been built then.

Belongs here: which nights there are, and going through them. Does not belong here: building one (run.py), git
(extract/repository.py), or arguments (backfill_command.py).

The night of a day is the state at its end (23:59:59 UTC), and the time of its release. Each is built on the one before,
so it costs what changed; nights without a change publish nothing. A night that is there is not built again, so the same
backfill goes on where it was interrupted, and comes to the same releases.
"""

from __future__ import annotations

import calendar
import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from extract import repository
from extract.repository import Entry
from flows import run
from flows.errors import SourceError, UsageError
from flows.run import Origin
from flows.settings import Settings
from load.published import latest, released_at, releases

_END_OF_DAY: Final = dt.time(23, 59, 59, tzinfo=dt.UTC)


class Every(StrEnum):
    """Which days have a night: each, the last of seven, or the last of a month."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be built: from which repository, which folders of it, on which line of commits, which nights."""

    repository: Path
    paths: tuple[str, ...]
    ref: str
    nights: tuple[dt.datetime, ...]


@dataclass(frozen=True, slots=True)
class Night:
    """What became of a night: its commit, its release where one was published, and a sentence."""

    time: dt.datetime
    commit: str | None
    release: str | None
    told: str


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


def backfill(wanted: Wanted, settings: Settings, *, force: bool = False) -> Iterator[Night]:
    """Build the nights, oldest first, and tell of each as it is done.

    Raises SourceError where the repository cannot be read, UsageError where the output folder holds releases of another
    source, and what a build raises; nights that are done by then stay.
    """
    _require_own(settings.output, wanted.repository)
    with tempfile.TemporaryDirectory(prefix="steckbrief-") as name:
        folder = Path(name)
        exported: Mapping[str, Entry] = {}
        for time in wanted.nights:
            last = latest(settings.output)
            if last is not None and released_at(last.id) >= time:
                yield Night(time, None, None, "there already, or followed by a later release")
                continue
            try:
                commit = repository.commit_at(wanted.repository, wanted.ref, time)
                if commit is None or (last is not None and last.manifest["source"]["commit"] == commit):
                    yield Night(time, commit, None, "no commit yet" if commit is None else "no new commit")
                    continue
                files = repository.files_of(wanted.repository, commit, wanted.paths)
                repository.export(wanted.repository, exported, files, folder, settings.file_limits.file_bytes)
            except repository.RepositoryError as error:
                raise SourceError(f"The night of {time:%Y-%m-%d}: {error}") from error
            exported = files
            yield (
                _built(time, commit, folder, wanted, settings, force=force)
                if files
                else Night(time, commit, None, "no profile yet")
            )


def _built(time: dt.datetime, commit: str, folder: Path, wanted: Wanted, settings: Settings, *, force: bool) -> Night:
    origin = Origin(str(wanted.repository), commit)
    try:
        summary = run.build(folder, settings, at=time, origin=origin, force=force)
    except Exception as error:
        error.add_note(f"This was the night of {time:%Y-%m-%d}, commit {commit}.")
        raise
    if not summary.published:
        return Night(time, commit, None, "nothing changed")
    anew = summary.profiles - summary.reused
    return Night(time, commit, summary.release, f"{summary.profiles:,} profiles, {anew:,} read anew")


def _require_own(output: Path, source: Path) -> None:
    """The past cannot be put before the releases of another source."""
    foreign: Sequence[str] = [each.id for each in releases(output) if each.manifest["source"]["root"] != str(source)]
    if foreign:
        raise UsageError(
            f"{output} holds releases that were not made from {source}, such as {foreign[0]}: the past must come first."
            " Name a new folder with --output; nightly builds can go on in it."
        )
