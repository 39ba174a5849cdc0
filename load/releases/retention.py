"""Retention: decide which releases to keep, and remove the others so that readers never see a partial release.

The newest N releases stay, and the last release of each month (UTC). The release that `latest` points at and pinned
releases (pins.py) always stay. Removing a release loses no history, because each release has the whole history.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from steckbrief.load.disk import delete, sync_folder
from steckbrief.load.errors import OutputError
from steckbrief.load.releases.pins import pinned
from steckbrief.load.releases.published import LATEST, RELEASES, release_ids
from steckbrief.load.releases.staging import REMOVING, locked, reporting


@dataclass(frozen=True, slots=True)
class Pruned:
    """The removed releases and the kept ones (id -> reason), oldest first, and the number of freed bytes."""

    removed: tuple[str, ...]
    kept: Mapping[str, str]
    bytes: int


def keep(ids: Sequence[str], pins: Mapping[str, str], newest: int) -> dict[str, str]:
    """Return the releases to keep, each with the reason, oldest first.

    Args:
        ids: all releases, oldest first.
        pins: the pinned releases, each with the reason.
        newest: the number of newest releases to keep.

    >>> keep(["20260130T000000Z", "20260131T000000Z", "20260201T000000Z"], {}, 1)
    {'20260131T000000Z': 'the last of 2026-01', '20260201T000000Z': 'one of the newest 1'}
    """
    last_of_month = {release_id[:6]: release_id for release_id in ids}
    reasons = {release_id: f"the last of {month[:4]}-{month[4:]}" for month, release_id in last_of_month.items()}
    reasons |= dict.fromkeys(ids[max(len(ids) - newest, 0) :], f"one of the newest {newest}")
    reasons |= pins
    return {release_id: reasons[release_id] for release_id in ids if release_id in reasons}


def prune(output: Path, newest: int, *, dry_run: bool = False) -> Pruned:
    """Remove the releases that the policy does not keep; a dry run only reports them.

    Raises:
        OutputBusyError: a build is running.
        OutputError: a release cannot be removed, or `latest` does not point at a release.
    """
    with locked(output):
        ids = release_ids(output)
        if ids and not (output / LATEST).is_dir():
            raise OutputError(
                f"{output / LATEST} does not point at a release, so nothing was removed. Point it at a release first:"
                f" ln -sfn {RELEASES}/ID {LATEST}."
            )
        kept = keep(ids, pinned(output), newest)
        removed = tuple(release_id for release_id in ids if release_id not in kept)
        size = sum(_size(output / RELEASES / release_id) for release_id in removed)
        if not dry_run:
            with reporting(output, "remove old releases"):
                _remove(output, removed)
        return Pruned(removed, kept, size)


def _remove(output: Path, ids: Collection[str]) -> None:
    """Hide the releases by renaming them, then delete them. If the process dies, the next build deletes the rest."""
    hidden = []
    for release_id in ids:
        target = output / f"{REMOVING}{release_id}"
        (output / RELEASES / release_id).rename(target)
        hidden.append(target)
    if hidden:
        sync_folder(output / RELEASES)
    for target in hidden:
        delete(target)


def _size(folder: Path) -> int:
    """Return the bytes that removing `folder` frees; files with another hard link do not count."""
    return sum(stat.st_size for path in folder.rglob("*") if path.is_file() and (stat := path.lstat()).st_nlink == 1)
