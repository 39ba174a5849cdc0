"""What of the last release still holds: the cache of a build is the release before it.

A file is known by its path and the SHA-256 of its bytes; a release by the fingerprint of the code and the settings that
made its rows. The path counts because slug and locale may come from it; so a file that moved is read again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steckbrief.extract.model import Unreadable
from steckbrief.extract.source import FileHash

if TYPE_CHECKING:
    import pyarrow as pa

DATES = ("created_on", "updated_on", "reviewed_on")
"""Dates that are compared with the day of a build."""

PROFILE_COLUMNS = ("profile_id", "source_path", "source_sha256", *DATES)
"""What of the last release's profiles a plan is made from."""


@dataclass(frozen=True, slots=True)
class Cache:
    """The last release as a cache: its folder, and whether its rows were made, and its files written, by the same code.

    `inputs` is the digest of what it was made from, `today` the day with which dates in profiles were compared. Rows
    of a release that is `usable` hold; where its files were not `written` by the same code, the same rows are published
    anew.
    """

    folder: Path
    usable: bool
    written: bool
    inputs: str | None
    today: dt.date | None


def cache_of(folder: Path, manifest: Mapping[str, Any], fingerprint: str, writer: str) -> Cache:
    """The release in `folder` as a cache for a build with these fingerprints; `manifest` is its release.json."""
    today = manifest.get("settings", {}).get("today")
    return Cache(
        folder=folder,
        usable=manifest.get("fingerprint") == fingerprint,
        written=manifest.get("writer") == writer,
        inputs=manifest.get("inputs", {}).get("sha256"),
        today=dt.date.fromisoformat(today) if today else None,
    )


def same_settings(manifest: Mapping[str, Any], recorded: Mapping[str, Any]) -> bool:
    """Whether a release was built with these settings, which say among others what files count."""
    return {name: value for name, value in manifest.get("settings", {}).items() if name != "today"} == recorded


def inputs_digest(files: Iterable[tuple[str, str]], unreadable: Iterable[Unreadable]) -> str:
    """SHA-256 over what a release is made from: (path, sha256) of every file, and what cannot be read and why."""
    lines = [f"{path}\0{sha256}\n" for path, sha256 in files]
    lines += [f"{each.path}\0{each.problem.rule} {sorted(each.problem.values.items())}\n" for each in unreadable]
    return hashlib.sha256("".join(sorted(lines)).encode("utf-8", "surrogatepass")).hexdigest()


def kept_files(profiles: pa.Table, files: Sequence[FileHash]) -> dict[str, int]:
    """profile_id -> number in `files` of every profile whose file is what it was when `profiles` was made."""
    numbers = {(each.path, each.sha256): number for number, each in enumerate(files)}
    columns = (profiles.column(name).to_pylist() for name in ("profile_id", "source_path", "source_sha256"))
    found = ((profile_id, numbers.get((path, sha256))) for profile_id, path, sha256 in zip(*columns, strict=True))
    return {profile_id: number for profile_id, number in found if number is not None}


def next_due(profiles: pa.Table, day: dt.date) -> dt.date | None:
    """The first day after `day` on which a date in `profiles` comes due; None where no date is to come."""
    days = (each for name in DATES for each in profiles.column(name).to_pylist() if each is not None and each > day)
    return min(days, default=None)


def a_date_came_due(profiles: pa.Table, before: dt.date | None, today: dt.date | None) -> bool:
    """Whether some date in `profiles` was in the future on one of the two days and is not on the other.

    Such a date makes a diagnostic come or go although no file changed.
    """
    if before is None or today is None:
        return before != today
    first, last = sorted((before, today))
    days = (day for name in DATES for day in profiles.column(name).to_pylist() if day is not None)
    return any(first < day <= last for day in days)
