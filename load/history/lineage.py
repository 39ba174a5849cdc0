"""Lineage: the releases from which a lost history can be rebuilt."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from steckbrief.load.disk import sha256_of
from steckbrief.load.releases.published import MANIFEST, read, release_ids, released_at


def lineage(release: Path) -> tuple[Path | None, list[Path]]:
    """Return the newest earlier release with an intact history, and the releases after it up to `release`.

    Both are folders, and the releases are in order, oldest first. If no history is intact, the first value is None and
    the releases go back to the oldest one.

    Raises:
        ReleaseError: one of the releases cannot be read.
    """
    newest_first = [release]
    while (predecessor := _predecessor(newest_first[-1])) is not None:
        if _has_intact_history(predecessor):
            return predecessor, newest_first[::-1]
        newest_first.append(predecessor)
    return None, newest_first[::-1]


def _predecessor(release: Path) -> Path | None:
    """Return the release before `release`; if that was removed, the newest release before it; None if there is none."""
    previous = read(release).previous
    if previous is None:
        return None
    # The second bound makes every step go back in time, even if release.json is wrong.
    until = min(released_at(previous), released_at(release.name) - dt.timedelta.resolution)
    earlier_ids = [release_id for release_id in release_ids(release.parents[1]) if released_at(release_id) <= until]
    folders = (release.parent / release_id for release_id in reversed(earlier_ids))
    return next((folder for folder in folders if (folder / MANIFEST).is_file()), None)


def _has_intact_history(release: Path) -> bool:
    """Return whether the history files of a release still have their published hashes."""
    entries = read(release).manifest.get("history", {}).values()
    try:
        return bool(entries) and all(sha256_of(release / entry["path"]) == entry["sha256"] for entry in entries)
    except OSError:
        return False
