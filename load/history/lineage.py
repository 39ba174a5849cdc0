"""Lineage: from which releases the history of one can be made again when it was lost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from steckbrief.load.disk import sha256_of
from steckbrief.load.releases.published import MANIFEST, read, release_ids, released_at


def line(release: Path) -> tuple[Path | None, list[Path]]:
    """The newest release before `release` whose history is whole, and those after it up to `release`, oldest first.

    None where no history is whole. Raises ReleaseError where a release on the way cannot be read.
    """
    found = [release]
    while (folder := _before(found[-1])) is not None:
        if _is_whole(folder):
            return folder, found[::-1]
        found.append(folder)
    return None, found[::-1]


def _before(release: Path) -> Path | None:
    """The release that led to `release`; where that was removed, the newest that is older; None where there is none."""
    wanted = read(release).previous
    if wanted is None:
        return None
    # The second bound ends the way back whatever release.json says.
    until = min(released_at(wanted), released_at(release.name) - dt.timedelta.resolution)
    older = [each for each in release_ids(release.parents[1]) if released_at(each) <= until]
    folders = (release.parent / each for each in reversed(older))
    return next((folder for folder in folders if (folder / MANIFEST).is_file()), None)


def _is_whole(release: Path) -> bool:
    """Whether a release has the history that it was published with, to the byte."""
    entries = read(release).manifest.get("history", {}).values()
    try:
        return bool(entries) and all(sha256_of(release / each["path"]) == each["sha256"] for each in entries)
    except OSError:
        return False
