"""The incremental plan: which rows of the last release can be reused.

A row can be reused if its file has the same path and SHA-256, and if the same code and settings made the release. The
path counts because slug and locale may come from it, so a moved file is read again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from steckbrief.extract.model import Unreadable
from steckbrief.extract.source import FileHash
from steckbrief.load.release import Release, table

DATES = ("created_on", "updated_on", "reviewed_on")
"""Date columns that are compared with the day of the build."""

PROFILE_COLUMNS = ("profile_id", "source_path", "source_sha256", *DATES)
"""The columns of the last release's profiles that a plan needs."""


@dataclass(frozen=True, slots=True)
class Cache:
    """The last release as a cache for a build.

    Attributes:
        folder: folder of the release.
        usable: whether the same code and settings made its rows, so that they can be reused.
        written: whether the same code wrote its files; if not, the same rows are published again.
        configured: whether it was built with the same recorded settings, including those that select files.
        inputs: digest of the files it was built from.
        contents: digest of the same files as git records them; None if they were not read from git, or if they would
            give another release on the day of the build.
        today: the day with which its dates were compared.
    """

    folder: Path
    usable: bool
    written: bool
    configured: bool
    inputs: str | None
    contents: str | None
    today: dt.date | None

    @property
    def current(self) -> bool:
        """Whether the same files would give the same release again, as long as no date comes due."""
        return self.usable and self.written and self.configured


def cache_of(
    release: Release, recorded: Mapping[str, Any], fingerprint: str, writer: str, day: dt.date | None = None
) -> Cache:
    """Return a release as the cache for a build on `day` with these recorded settings and fingerprints of code.

    Raises ReleaseError if the dates of its profiles are needed and cannot be read.
    """
    manifest = release.manifest
    settings = dict(manifest.get("settings", {}))
    today = settings.pop("today", None)
    cache = Cache(
        folder=release.path,
        usable=manifest.get("fingerprint") == fingerprint,
        written=manifest.get("writer") == writer,
        configured=settings == recorded,
        inputs=manifest.get("inputs", {}).get("sha256"),
        contents=None,
        today=dt.date.fromisoformat(today) if today else None,
    )
    contents = manifest.get("source", {}).get("contents")
    if contents is None or not cache.current or day is None:
        return cache
    due = a_date_came_due(table(release.path, "profiles", DATES), cache.today, day)
    return cache if due else replace(cache, contents=contents)


def inputs_digest(files: Iterable[tuple[str, str]], unreadable: Iterable[Unreadable]) -> str:
    """Return the SHA-256 over (path, sha256) of every file, and over the path and problem of every unreadable one."""
    lines = [f"{path}\0{sha256}\n" for path, sha256 in files]
    lines += [f"{file.path}\0{file.problem.rule} {sorted(file.problem.values.items())}\n" for file in unreadable]
    return hashlib.sha256("".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest()


def unchanged_profiles(profiles: pa.Table, files: Sequence[FileHash]) -> dict[str, int]:
    """Return the profiles of `profiles` whose file has not changed: profile_id -> index in `files`."""
    numbers = {(file.path, file.sha256): number for number, file in enumerate(files)}
    columns = (profiles.column(name).to_pylist() for name in ("profile_id", "source_path", "source_sha256"))
    matches = ((profile_id, numbers.get((path, sha256))) for profile_id, path, sha256 in zip(*columns, strict=True))
    return {profile_id: number for profile_id, number in matches if number is not None}


def next_due(profiles: pa.Table, day: dt.date) -> dt.date | None:
    """Return the first day after `day` on which a date in `profiles` comes due; None if there is no later date."""
    dates = (date for name in DATES for date in profiles.column(name).to_pylist() if date is not None and date > day)
    return min(dates, default=None)


def a_date_came_due(profiles: pa.Table, earlier: dt.date | None, today: dt.date | None) -> bool:
    """Whether some date in `profiles` was in the future on only one of the two days.

    Such a date makes a diagnostic appear or disappear although no file changed.
    """
    if earlier is None or today is None:
        return earlier != today
    first, last = sorted((earlier, today))
    days = (day for name in DATES for day in profiles.column(name).to_pylist() if day is not None)
    return any(first < day <= last for day in days)
